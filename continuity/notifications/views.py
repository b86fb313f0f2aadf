"""The outbox: what was sent, what waits, what was given up and why."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.notifications import queries, services
from continuity.notifications.models import Notification
from continuity.web.paging import page_of


@access(Action.ADMINISTER)
def outbox(request: SignedInRequest) -> HttpResponse:
    given_up = request.GET.get("state") == "given_up"
    page = page_of(request, queries.outbox(request.user, given_up=given_up))
    context = {"page": page, "given_up": given_up}
    return render(request, "notifications/outbox.html", context)


@require_safe
@access(Action.SIGNED_IN)
def own(request: SignedInRequest) -> HttpResponse:
    """One's own messages: what the bell counts."""
    context = {"page": page_of(request, queries.own(request.user))}
    return render(request, "notifications/own.html", context)


@require_POST
@access(Action.SIGNED_IN)
def read_all(request: SignedInRequest) -> HttpResponse:
    services.read_all(request.user, now=timezone.now())
    return redirect("notifications:own")


@require_POST
@access(Action.ADMINISTER, Notification)
def try_again(request: SignedInRequest, notification: Notification) -> HttpResponse:
    if services.try_again(notification.pk, now=timezone.now()):
        messages.success(request, _("It is in the queue again."))
    return redirect("notifications:outbox")
