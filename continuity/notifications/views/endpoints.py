"""Where news goes besides people: webhooks, Slack and Teams."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.notifications import forms, queries
from continuity.notifications.models import Delivery, Endpoint
from continuity.notifications.services import endpoints as services
from continuity.web.paging import page_of

SHOWN_ONCE = "endpoint-secret"
"""Where the session keeps a secret from the answer that made it to the page shown next."""


@require_safe
@access(Action.ADMINISTER)
def index(request: SignedInRequest) -> HttpResponse:
    page = page_of(request, queries.endpoints(request.user))
    return render(request, "notifications/endpoints.html", {"page": page})


@access(Action.ADMINISTER)
def new(request: SignedInRequest) -> HttpResponse:
    form = forms.EndpointForm(
        request.POST or None, new=True, initial={"language": translation.get_language()}
    )
    if request.method == "POST" and form.is_valid():
        added = services.add(**form.cleaned_data, actor=request.user, now=timezone.now())
        if added.secret:
            request.session[SHOWN_ONCE] = [added.pk, added.secret]
        messages.success(request, _("Added. Send a test message to see whether it works."))
        return redirect(added)
    return render(request, "notifications/endpoint_new.html", {"form": form})


@access(Action.ADMINISTER, Endpoint)
def endpoint(request: SignedInRequest, own: Endpoint) -> HttpResponse:
    """An endpoint: what it is told, what it was told, and how it answered."""
    initial = {
        "name": own.name,
        "url": own.url,
        "language": own.language,
        "kinds": forms.kinds_of(own.kinds),
        "teams": own.teams.all(),
    }
    form = forms.EndpointForm(request.POST or None, new=False, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.change(own.pk, **form.cleaned_data, actor=request.user, now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect(own)
    secret = ""
    kept = request.session.get(SHOWN_ONCE)
    if request.method == "GET" and kept and kept[0] == own.pk:
        secret = request.session.pop(SHOWN_ONCE)[1]
    context = {
        "endpoint": own,
        "form": form,
        "secret": secret,
        "page": page_of(request, queries.deliveries(own)),
    }
    response = render(request, "notifications/endpoint.html", context)
    if secret:
        response["Cache-Control"] = "no-store"
    return response


@require_POST
@access(Action.ADMINISTER, Endpoint)
def test(request: SignedInRequest, own: Endpoint) -> HttpResponse:
    services.test(own.pk, actor=request.user, now=timezone.now())
    messages.success(
        request, _("A test message is on its way. Reload this page to see the answer.")
    )
    return redirect(own)


@require_POST
@access(Action.ADMINISTER, Endpoint)
def rotate(request: SignedInRequest, own: Endpoint) -> HttpResponse:
    changed = services.rotate(own.pk, actor=request.user, now=timezone.now())
    request.session[SHOWN_ONCE] = [changed.pk, changed.secret]
    return redirect(own)


@require_POST
@access(Action.ADMINISTER, Endpoint)
def pause(request: SignedInRequest, own: Endpoint) -> HttpResponse:
    services.pause(own.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("Paused. Nothing is sent there until it goes on."))
    return redirect(own)


@require_POST
@access(Action.ADMINISTER, Endpoint)
def resume(request: SignedInRequest, own: Endpoint) -> HttpResponse:
    services.resume(own.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("It goes on, with what waits."))
    return redirect(own)


@require_POST
@access(Action.ADMINISTER, Endpoint)
def remove(request: SignedInRequest, own: Endpoint) -> HttpResponse:
    services.remove(own.pk, actor=request.user, now=timezone.now())
    return redirect(own)


@require_POST
@access(Action.ADMINISTER, Endpoint)
def restore(request: SignedInRequest, own: Endpoint) -> HttpResponse:
    services.restore(own.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("It is back, as it was."))
    return redirect(own)


@require_POST
@access(Action.ADMINISTER, Delivery)
def send_again(request: SignedInRequest, row: Delivery) -> HttpResponse:
    services.send_again(row.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("It is in the queue again."))
    return redirect("notifications:endpoint", row.endpoint_id)
