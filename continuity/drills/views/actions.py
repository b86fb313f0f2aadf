"""Corrective actions as pages, and two drills side by side."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.drills.forms.actions import (
    ActionFilter,
    ActionForm,
    CompareForm,
    MoveForm,
)
from continuity.drills.forms.after import ReasonForm
from continuity.drills.models import CorrectiveAction, Finding
from continuity.drills.queries import actions as found
from continuity.drills.queries import comparing, pages, sheets
from continuity.drills.queries.wording import wording
from continuity.drills.services import actions as service
from continuity.inventory.models import Workflow
from continuity.web.htmx import render_page
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file


@require_safe
@access(Action.VIEW)
def actions(request: SignedInRequest) -> HttpResponseBase:
    """The actions by age, the oldest first; filter and order are in the address."""
    today = timezone.localdate()
    form = ActionFilter(request.GET, user=request.user)
    sort = request.GET.get("sort", "")
    rows = found.listed(request.user, form.wanted(), sort=sort, today=today)
    if wants_file(request, "actions"):
        return file_of(request, sheets.actions(rows, today=today), now=timezone.now())
    page = page_of(request, rows)
    asked = {key for key, value in request.GET.items() if value}
    context = {
        "form": form,
        "page": page,
        "rows": [found.row_of(row, today=today) for row in page.object_list],
        "active": bool(asked - {"sort", "page"}),
        "sort": sort,
    }
    return render(request, "drills/actions.html", context)


@require_safe
@access(Action.VIEW, CorrectiveAction)
def action(request: SignedInRequest, action: CorrectiveAction) -> HttpResponse:
    return _action(request, action, None)


def _action(
    request: SignedInRequest, action: CorrectiveAction, closing: ReasonForm | None
) -> HttpResponse:
    shown = found.action_page(action, user=request.user, now=timezone.now())
    words = _("It closes without a retest, and your name stands beside the reason.")
    context = {
        "found": shown,
        "row": shown.row,
        "move": MoveForm(initial={"status": action.status}),
        "closing": closing or ReasonForm(help_text=words),
    }
    status = 200 if closing is None else 422
    return render(request, "drills/action.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.EVALUATE, Finding)
def action_new(request: SignedInRequest, finding: Finding) -> HttpResponse:
    now = timezone.now()
    form = ActionForm(
        request.POST if request.method == "POST" else None, today=timezone.localdate(now)
    )
    if request.method == "POST" and form.is_valid():
        service.add(finding.pk, **form.cleaned_data, actor=request.user, now=now)
        return redirect(finding)
    context = {"form": form, "finding": finding, "text": wording(finding), "action": None}
    status = 422 if form.is_bound else 200
    return render(request, "drills/action_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.RUN_DRILL, CorrectiveAction)
def action_edit(request: SignedInRequest, action: CorrectiveAction) -> HttpResponse:
    now = timezone.now()
    form = ActionForm(
        request.POST if request.method == "POST" else None,
        today=timezone.localdate(now),
        action=action,
    )
    if request.method == "POST" and form.is_valid():
        service.change(action.pk, **form.cleaned_data, actor=request.user, now=now)
        return redirect(action)
    context = {
        "form": form,
        "finding": action.finding,
        "text": wording(action.finding),
        "action": action,
    }
    status = 422 if form.is_bound else 200
    return render(request, "drills/action_form.html", context, status=status)


@require_POST
@access(Action.EDIT, CorrectiveAction)
def action_move(request: SignedInRequest, action: CorrectiveAction) -> HttpResponse:
    form = MoveForm(request.POST)
    if form.is_valid():
        status = form.cleaned_data["status"]
        service.move(action.pk, status, actor=request.user, now=timezone.now())
    else:
        messages.error(request, _("Choose one of the statuses of the list."))
    return redirect(action)


@require_POST
@access(Action.RUN_DRILL, CorrectiveAction)
def action_close(request: SignedInRequest, action: CorrectiveAction) -> HttpResponse:
    """Close it on the retest that is proposed."""
    service.close(action.pk, actor=request.user, now=timezone.now())
    return redirect(action)


@require_POST
@access(Action.RUN_DRILL, CorrectiveAction)
def action_close_without(
    request: SignedInRequest, action: CorrectiveAction
) -> HttpResponse:
    """Close it for a reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _action(request, action, form)
    reason = form.cleaned_data["reason"]
    service.close_without(action.pk, reason, actor=request.user, now=timezone.now())
    return redirect(action)


@require_POST
@access(Action.RUN_DRILL, CorrectiveAction)
def action_reopen(request: SignedInRequest, action: CorrectiveAction) -> HttpResponse:
    service.reopen(action.pk, actor=request.user, now=timezone.now())
    return redirect(action)


@require_safe
@access(Action.VIEW, Workflow)
def workflow_actions(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    """What drills taught about a workflow; the card of its page."""
    today = timezone.localdate()
    of_workflow = found.of_workflow(workflow, user=request.user, today=today)
    context = {"workflow": workflow, "found": of_workflow}
    return render_page(request, "drills/workflow_actions.html", context, part="card")


@require_safe
@access(Action.VIEW)
def compare(request: SignedInRequest) -> HttpResponseBase:
    """Two drills of a workflow, a team or all; without naming them, the last two."""
    now = timezone.now()
    form = CompareForm(request.GET, user=request.user)
    two = form.two()
    compared = page = None
    if two is not None:
        compared = comparing.compare(
            *two, workflow=form.of_workflow, team=form.of_team, now=now
        )
        if wants_file(request, "clocks"):
            clocks = compared.clocks
            return file_of(request, sheets.clocks(lambda: clocks), now=now)
        if wants_file(request, "recoveries"):
            lines = compared.lines
            return file_of(request, sheets.compared(lambda: lines), now=now)
        page = page_of(request, compared.lines, per_page=25)
    context = {
        "form": form,
        "whose": form.of_workflow or form.of_team or (form.of_all and _("All teams")),
        "found": compared,
        "page": page,
        "may_plan": pages.may_plan(request.user),
    }
    return render(request, "drills/compare.html", context)
