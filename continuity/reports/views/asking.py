"""Asking for reports: a page for each kind, the choice kept in its address."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.drills.models import Reviewed
from continuity.inventory.models import Workflow
from continuity.reports import forms, services
from continuity.reports.models import Paper


@require_http_methods(["GET", "POST"])
@access(Action.VIEW)
def continuity(request: SignedInRequest) -> HttpResponse:
    """Ask for a continuity report; what came from a link (?team=) is chosen already."""
    form = forms.ContinuityReportForm(**_given(request), user=request.user)
    if not form.is_valid():
        return _page(request, form, "new")
    now = timezone.now()
    report = services.ask_about_team(
        form.cleaned_data["team"],
        since=now - form.length,
        language=form.look.language,
        paper=form.look.paper,
        attach_facts=form.look.attach_facts,
        actor=request.user,
        now=now,
    )
    return redirect(report)


@require_http_methods(["GET", "POST"])
@access(Action.VIEW)
def evidence(request: SignedInRequest) -> HttpResponse:
    form = forms.EvidenceForm(**_given(request), user=request.user)
    if not form.is_valid():
        return _page(request, form, "new_evidence")
    now = timezone.now()
    report = services.ask_for_evidence(
        form.cleaned_data["team"],
        form.look,
        since=now - form.length,
        actor=request.user,
        now=now,
    )
    return redirect(report)


@require_http_methods(["GET", "POST"])
@access(Action.VIEW)
def plan(request: SignedInRequest) -> HttpResponse:
    form = forms.PlanForm(**_given(request), user=request.user)
    if not form.is_valid():
        return _page(request, form, "new_plan")
    report = services.ask_for_plan(
        form.cleaned_data["team"], form.look, actor=request.user, now=timezone.now()
    )
    return redirect(report)


@require_http_methods(["GET", "POST"])
@access(Action.VIEW)
def team_pack(request: SignedInRequest) -> HttpResponse:
    form = forms.TeamPackForm(**_given(request), user=request.user)
    if not form.is_valid():
        return _page(request, form, "new_pack")
    report = services.ask_for_team_pack(
        form.cleaned_data["team"], form.look, actor=request.user, now=timezone.now()
    )
    return redirect(report)


@require_http_methods(["GET", "POST"])
@access(Action.VIEW, Workflow)
def workflow_pack(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    form = forms.PackForm(**_given(request))
    if not form.is_valid():
        context = {"form": form, "workflow": workflow}
        return render(
            request, "reports/new_pack.html", context, status=422 if form.is_bound else 200
        )
    report = services.ask_for_workflow_pack(
        workflow, form.look, actor=request.user, now=timezone.now()
    )
    return redirect(report)


@require_POST
@access(Action.VIEW, Reviewed)
def about_outage(request: SignedInRequest, outage: Reviewed) -> HttpResponse:
    report = services.ask_about_outage(
        outage,
        language=(get_language() or "en")[:2],
        paper=Paper.LETTER if request.POST.get("paper") == Paper.LETTER else Paper.A4,
        attach_facts="attach_facts" in request.POST,
        actor=request.user,
        now=timezone.now(),
    )
    return redirect(report)


def _given(request: SignedInRequest) -> dict[str, Any]:
    """Return what a form begins with: what was sent, or what the address chooses."""
    if request.method == "POST":
        return {"data": request.POST}
    return {"initial": request.GET.dict()}


def _page(request: SignedInRequest, form: Any, here: str) -> HttpResponse:
    may_add_teams = request.user.may(Action.ADMINISTER)
    context = {"form": form, "here": here, "may_add_teams": may_add_teams}
    return render(
        request, "reports/new.html", context, status=422 if form.is_bound else 200
    )
