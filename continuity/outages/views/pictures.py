"""Pictures of a recovery: sent from a phone, shown to who may see it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.outages.forms import PictureForm
from continuity.outages.models import Outage, Picture, Recovery
from continuity.outages.queries import pictures as queries
from continuity.outages.services import pictures
from continuity.outages.views.live import pressed, unreadable
from continuity.web import attachments
from continuity.web.paging import page_of

SANDBOX = "default-src 'none'; sandbox"


@require_POST
@access(Action.TAKE_PART, Recovery)
def add(request: SignedInRequest, recovery: Recovery) -> HttpResponse:
    return refused(request, recovery, actor=request.user) or pressed(request, recovery)


def refused(
    request: HttpRequest, recovery: Recovery, *, actor: User, by_link: bool = False
) -> HttpResponse | None:
    """Keep the picture that was sent with a recovery; the answer if it cannot be used."""
    form = PictureForm(request.POST, request.FILES)
    if not form.is_valid():
        said = form.errors.get("picture")
        return unreadable(request, str(said[0]) if said else "")
    name, picture = form.cleaned_data["picture"]
    pictures.add(
        recovery.pk,
        picture,
        name=name,
        caption=form.cleaned_data["caption"],
        key=form.cleaned_data["key"],
        press=form.press(),
        by_link=by_link,
        actor=actor,
        now=timezone.now(),
    )
    return None


@require_safe
@access(Action.VIEW, Picture)
def show(request: SignedInRequest, picture: Picture) -> HttpResponse:
    """The picture itself, as it was written anew: nothing in it can run."""
    content = queries.content_of(picture)
    kind = attachments.kind_of(content) or "jpg"
    shown = content_disposition_header(as_attachment=False, filename=picture.name)
    return HttpResponse(
        content,
        content_type=attachments.CONTENT_TYPES[kind],
        headers={
            "Content-Disposition": shown or "inline",
            "Content-Security-Policy": SANDBOX,
            "Cache-Control": "private, max-age=86400, immutable",
        },
    )


@require_safe
@access(Action.VIEW, Outage)
def gallery(request: SignedInRequest, outage: Outage) -> HttpResponse:
    """All pictures of an outage on work that the reader may see."""
    found = queries.of_outage(outage).allowing(request.user, Action.VIEW)
    context = {"outage": outage, "page": page_of(request, found)}
    return render(request, "outages/pictures.html", context)
