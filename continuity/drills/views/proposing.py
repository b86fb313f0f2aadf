"""Drills that were proposed, and the triggers that propose them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.drills.forms.proposing import DeclineForm, TriggerForm, initial_of
from continuity.drills.models import Proposal, Trigger
from continuity.drills.queries import pages
from continuity.drills.queries import triggers as found
from continuity.drills.services import proposing
from continuity.drills.services import triggers as kept
from continuity.history.http import say_deleted
from continuity.web import formats
from continuity.web.paging import page_of


@require_safe
@access(Action.VIEW)
def proposals(request: SignedInRequest) -> HttpResponse:
    """The drills that are proposed, the most urgent first; with ?answered, the others."""
    return _proposals(request, None, None)


def _proposals(
    request: SignedInRequest, declined: Proposal | None, form: DeclineForm | None
) -> HttpResponse:
    answered = request.GET.get("answered") == "1"
    page = page_of(request, found.proposals(request.user, answered=answered))
    context = {
        "page": page,
        "lines": found.lines(list(page), user=request.user, now=timezone.now()),
        "answerable": found.answerable(request.user),
        "answered": answered,
        "declined": declined,
        "form": form or DeclineForm(),
        "may_plan": pages.may_plan(request.user),
    }
    status = 200 if form is None else 422
    return render(request, "drills/proposals.html", context, status=status)


@require_POST
@access(Action.RUN_DRILL, Proposal)
def proposal_plan(request: SignedInRequest, proposal: Proposal) -> HttpResponse:
    schedule = proposing.plan(proposal.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The drill is planned."))
    return redirect(pages.shown_after_planning(request.user, schedule))


@require_POST
@access(Action.RUN_DRILL, Proposal)
def proposal_settle(request: SignedInRequest, proposal: Proposal) -> HttpResponse:
    at = proposing.settle(proposal.pk, actor=request.user, now=timezone.now())
    said = _("The drill of %(day)s answers it.") % {"day": formats.day(at)}
    messages.success(request, said)
    return redirect("drills:proposals")


@require_POST
@access(Action.RUN_DRILL, Proposal)
def proposal_decline(request: SignedInRequest, proposal: Proposal) -> HttpResponse:
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _proposals(request, proposal, form)
    reason = form.cleaned_data["reason"]
    proposing.decline(proposal.pk, reason, actor=request.user, now=timezone.now())
    messages.success(request, _("It is declined, and the reason is kept."))
    return redirect("drills:proposals")


@require_safe
@access(Action.RUN_DRILL)
def triggers(request: SignedInRequest) -> HttpResponse:
    if not pages.may_plan(request.user):
        raise PermissionDenied
    context = {"page": page_of(request, found.triggers(request.user))}
    return render(request, "drills/triggers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.RUN_DRILL)
def trigger_new(request: SignedInRequest) -> HttpResponse:
    if not pages.may_plan(request.user):
        raise PermissionDenied
    initial = {"facilitator": request.user, "tiers": [1, 2], "cause": "expiring"}
    form = TriggerForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        kept.add(**form.cleaned_data, actor=request.user, now=timezone.now())
        messages.success(request, _("The trigger is added."))
        return redirect("drills:triggers")
    status = 422 if form.is_bound else 200
    return render(request, "drills/trigger_form.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.RUN_DRILL, Trigger)
def trigger_edit(request: SignedInRequest, trigger: Trigger) -> HttpResponse:
    form = TriggerForm(request.POST or None, user=request.user, initial=initial_of(trigger))
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        kept.change(trigger.pk, actor=request.user, now=now, **form.cleaned_data)
        messages.success(request, _("The trigger is changed."))
        return redirect("drills:triggers")
    context = {"form": form, "trigger": trigger}
    status = 422 if form.is_bound else 200
    return render(request, "drills/trigger_form.html", context, status=status)


@require_POST
@access(Action.RUN_DRILL, Trigger)
def trigger_pause(request: SignedInRequest, trigger: Trigger) -> HttpResponse:
    kept.pause(trigger.pk, actor=request.user, now=timezone.now())
    return redirect("drills:triggers")


@require_POST
@access(Action.RUN_DRILL, Trigger)
def trigger_resume(request: SignedInRequest, trigger: Trigger) -> HttpResponse:
    kept.resume(trigger.pk, actor=request.user, now=timezone.now())
    return redirect("drills:triggers")


@require_POST
@access(Action.RUN_DRILL, Trigger)
def trigger_delete(request: SignedInRequest, trigger: Trigger) -> HttpResponse:
    gone = kept.delete(trigger.pk, actor=request.user, now=timezone.now())
    say_deleted(request, _("The trigger is deleted."), gone)
    return redirect("drills:triggers")
