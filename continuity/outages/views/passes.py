"""What a participant's link opens: their own recoveries, and nothing else.

No sign-in is asked for: the address is the secret. It is signed, names one person and
one outage, ends with the outage, and can be taken back.

It is good for marks: what its person sees, does and says of their own part. Handing the
part over to somebody else is none: it gives another person work and a message in this
one's name, and the part to somebody whom the link cannot take it back from. Whoever has
this address, forwarded or read over a shoulder, could. So it asks for a sign-in, and the
page says so; who cannot sign in says "I am stuck", and the facilitator hands it over.
"""

from collections.abc import Callable
from functools import wraps
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.outages import queries
from continuity.outages.forms import NoteForm, PressForm, StuckForm
from continuity.outages.models import Outage, Pass
from continuity.outages.queries import passes as read
from continuity.outages.queries.board import version
from continuity.outages.queries.pulse import ticket
from continuity.outages.services import course, marks, passes, recoveries
from continuity.outages.views.live import timed, unreadable
from continuity.outages.views.pictures import refused
from continuity.web.htmx import wants_json, wants_part
from continuity.web.paging import page_of


def by_pass(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand a view the link that its address names, in the language and the time zone of
    its person. An address that opens nothing any more is told so."""

    @wraps(view)
    def opened(
        request: HttpRequest, token: str, *args: object, **kwargs: object
    ) -> HttpResponse:
        one = read.opened_by(token, now=timezone.now())
        if one is None:
            return _closed(request)
        zone = ZoneInfo(one.user.zone) if one.user.zone else None
        language = one.user.language or translation.get_language()
        with translation.override(language), timezone.override(zone):
            answer = view(request, one, *args, **kwargs)
        answer["X-Robots-Tag"] = "noindex"
        return answer

    return opened


def _closed(request: HttpRequest) -> HttpResponse:
    words = _("This link opens nothing any more. Sign in, or ask for a new one.")
    if wants_json(request):
        return JsonResponse({"code": "link_closed", "message": words}, status=410)
    return render(request, "outages/pass_closed.html", status=410)


@require_safe
@by_pass
def page(request: HttpRequest, one: Pass) -> HttpResponse:
    """The live page of a link; for htmx its parts, or 204 if nothing has changed."""
    now = timezone.now()
    outage = one.outage
    if wants_part(request) and request.GET.get("v") == version(outage):
        return timed(HttpResponse(status=204), outage, now)
    passes.opened(one.pk, now=now)
    asked = request.GET.get("part", "")
    context = {
        "one": one,
        "outage": outage,
        "live": read.own(one, part=int(asked) if asked.isdecimal() else None, now=now),
        "now": now,
        "key": uuid4(),
        "ticket": ticket(outage),
    }
    name = "outages/_pass_updates.html" if wants_part(request) else "outages/pass.html"
    return timed(render(request, name, context), outage, now)


@require_POST
@by_pass
def press(request: HttpRequest, one: Pass, pk: int) -> HttpResponse:
    recovery = get_object_or_404(read.recoveries_of(one), pk=pk)
    form = PressForm(request.POST)
    if not form.is_valid():
        said = form.errors.get("other")
        return unreadable(request, str(said[0]) if said else "")
    mark = marks.mark(
        recovery.pk,
        form.cleaned_data["clock"],
        **form.facts(),
        by_link=True,
        actor=one.user,
        now=timezone.now(),
    )
    return _pressed(request, one, pk, at=mark.at.isoformat(), exact=mark.exact)


@require_POST
@by_pass
def undo(request: HttpRequest, one: Pass, pk: int, mark_pk: int) -> HttpResponse:
    recovery = get_object_or_404(read.recoveries_of(one), pk=pk)
    mark = get_object_or_404(recovery.marks.all(), pk=mark_pk)
    marks.undo(mark.pk, by_link=True, actor=one.user, now=timezone.now())
    return _pressed(request, one, pk)


@require_POST
@by_pass
def stuck(request: HttpRequest, one: Pass, pk: int) -> HttpResponse:
    recovery = get_object_or_404(read.recoveries_of(one), pk=pk)
    form = StuckForm(request.POST)
    if not form.is_valid():
        return unreadable(request)
    recoveries.stuck(
        recovery.pk,
        form.cleaned_data["reason"],
        key=form.cleaned_data["key"],
        press=form.press(),
        by_link=True,
        actor=one.user,
        now=timezone.now(),
    )
    return _pressed(request, one, pk)


@require_POST
@by_pass
def note(request: HttpRequest, one: Pass, pk: int) -> HttpResponse:
    recovery = get_object_or_404(read.recoveries_of(one), pk=pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return unreadable(request)
    course.note(
        one.outage_id,
        form.cleaned_data["text"],
        recovery_pk=recovery.pk,
        key=form.cleaned_data["key"],
        press=form.press(),
        by_link=True,
        actor=one.user,
        now=timezone.now(),
    )
    return _pressed(request, one, pk)


@require_POST
@by_pass
def picture(request: HttpRequest, one: Pass, pk: int) -> HttpResponse:
    recovery = get_object_or_404(read.recoveries_of(one), pk=pk)
    refusal = refused(request, recovery, actor=one.user, by_link=True)
    return refusal or _pressed(request, one, pk)


def _pressed(request: HttpRequest, one: Pass, pk: int, **facts: object) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"recorded": True} | facts)
    return redirect(reverse("outages:pass", args=[one.token], query={"part": pk}))


@require_safe
@access(Action.RUN_DRILL, Outage)
def listing(request: SignedInRequest, outage: Outage) -> HttpResponse:
    """The links of everyone who takes part, for the facilitator to hand out."""
    context = {
        "outage": outage,
        "page": page_of(request, read.people(outage)),
        "base_url": settings.BASE_URL,
    }
    return render(request, "outages/passes.html", context)


@require_POST
@access(Action.RUN_DRILL, Outage)
def renew(request: SignedInRequest, outage: Outage, user_pk: int) -> HttpResponse:
    person = get_object_or_404(read.people(outage), pk=user_pk)
    passes.renew(outage.pk, person, actor=request.user, now=timezone.now())
    return redirect("outages:passes", outage.pk)


@require_POST
@access(Action.RUN_DRILL, Outage)
def revoke(request: SignedInRequest, outage: Outage, user_pk: int) -> HttpResponse:
    person = get_object_or_404(queries.people(), pk=user_pk)
    passes.revoke(outage.pk, person, actor=request.user, now=timezone.now())
    return redirect("outages:passes", outage.pk)
