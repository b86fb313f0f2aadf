"""The outbox, one's own messages, and how one wants to be told."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.notifications import exports, forms, queries, services
from continuity.notifications.models import Notification
from continuity.notifications.services import choices as chosen
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file


@access(Action.ADMINISTER)
def outbox(request: SignedInRequest) -> HttpResponseBase:
    given_up = request.GET.get("state") == "given_up"
    found = queries.outbox(request.user, given_up=given_up)
    if wants_file(request, "messages"):
        return file_of(request, exports.outbox(lambda: found), now=timezone.now())
    context = {"page": page_of(request, found), "given_up": given_up}
    return render(request, "notifications/outbox.html", context)


@require_safe
@access(Action.SIGNED_IN)
def own(request: SignedInRequest) -> HttpResponse:
    """One's own messages: what the bell counts."""
    form = forms.OwnFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = queries.own(
        request.user, kind=wanted.get("kind", ""), unread=bool(wanted.get("unread"))
    )
    context = {
        "form": form,
        "page": page_of(request, found),
        "active": any(wanted.values()),
    }
    return render(request, "notifications/own.html", context)


@require_POST
@access(Action.SIGNED_IN)
def read(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark one's message as read, and go to what it is about or back to the list."""
    message = services.read(pk, request.user, now=timezone.now())
    if message is None:
        raise Http404
    if message.path and "open" in request.POST:
        return redirect(message.path)
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, None):
        return redirect(back)
    return redirect("notifications:own")


@require_POST
@access(Action.SIGNED_IN)
def read_all(request: SignedInRequest) -> HttpResponse:
    services.read_all(request.user, now=timezone.now())
    return redirect("notifications:own")


@access(Action.SIGNED_IN)
def choices(request: SignedInRequest) -> HttpResponse:
    """Which messages, by which way, and when not."""
    form = forms.ChoicesForm(
        request.POST or None,
        ways=queries.chosen_ways(request.user),
        preferences=queries.preferences(request.user),
    )
    if request.method == "POST" and form.is_valid():
        chosen.choose(request.user, **form.chosen, now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("notifications:choices")
    return render(request, "notifications/choices.html", {"form": form})


@require_POST
@access(Action.ADMINISTER, Notification)
def try_again(request: SignedInRequest, notification: Notification) -> HttpResponse:
    if services.try_again(notification.pk, now=timezone.now()):
        messages.success(request, _("It is in the queue again."))
    return redirect("notifications:outbox")
