"""Pages of workflows: the list, one of them, and what changes it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import push_url

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.history.http import say_deleted
from continuity.history.queries import subject_history
from continuity.inventory import forms
from continuity.inventory.models import Alternative, Dependency, ListPage, Workflow
from continuity.inventory.queries import order_undo, sheets, workflow_cells
from continuity.inventory.queries import proofs as evidence
from continuity.inventory.queries import workflow as one
from continuity.inventory.queries import workflows as many
from continuity.inventory.services import (
    alternatives,
    dependencies,
    workflows,
)
from continuity.inventory.views import saved
from continuity.web.htmx import render_page, wants_json, wants_part
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file


@access(Action.VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    form = forms.WorkflowFilter(request.GET, user=request.user)
    wanted, columns = form.wanted(), form.columns()
    sort = request.GET.get("sort", "")
    found = many.listed(request.user, wanted, sort=sort)
    page = page_of(request, many.shown(found, deputies="deputy" in columns))
    rows = many.rows(page.object_list, now=timezone.now())
    address = reverse("inventory:workflows")
    asked = form.address(sort=sort)
    query = f"?{asked}" if asked else ""
    may_add = _may_add(request, rows)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "lines": workflow_cells.lines(rows, columns, dict(forms.COLUMNS), pick=may_add),
        "on_page": ",".join(str(row.workflow.pk) for row in rows),
        "show": dict.fromkeys(columns, True),
        "query": query,
        "active": bool(wanted),
        "filters": list(wanted.items()),
        "archived": bool(wanted.get("archived")),
        "more": bool(wanted.keys() - {"q", "team", "tool", "gap"}),
        "sort": sort,
        "nothing_yet": not rows and not wanted and not many.any_visible(request.user),
        "may_add": may_add,
        "may_import": request.user.may(Action.IMPORT),
        **saved.context(request, ListPage.WORKFLOWS, address, asked),
    }
    response = render_page(request, "inventory/workflows.html", context, part="results")
    if wants_part(request):
        # The address stays short: only what was asked for, and it opens the same list.
        return push_url(response, f"{address}{query}")
    return response


@access(Action.VIEW, Workflow, along=one.ALONG)
def workflow(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    page = one.page(workflow, now=timezone.now())
    context = {"page": page, "tab": "overview", **_may(request, workflow)}
    return render(request, "inventory/workflow.html", context)


@access(Action.VIEW, Workflow, along=one.ALONG)
def workflow_runbooks(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    context = {
        "page": one.head(workflow, now=timezone.now()),
        "runbooks": one.runbooks(workflow),
        "tab": "runbooks",
        **_may(request, workflow),
    }
    return render(request, "inventory/workflow_runbooks.html", context)


@access(Action.VIEW, Workflow, along=one.ALONG)
def workflow_evidence(request: SignedInRequest, workflow: Workflow) -> HttpResponseBase:
    now = timezone.now()
    if wants_file(request, "proofs"):
        every = evidence.evidence(workflow)
        made = sheets.proofs(lambda: evidence.lines(list(every), workflow, now=now))
        return file_of(request, made, now=now)
    head = one.head(workflow, now=now)
    proofs = page_of(request, evidence.evidence(workflow))
    context = {
        "page": head,
        "proofs": proofs,
        "lines": evidence.lines(proofs, head.workflow, now=now),
        "lasting": evidence.sentence(evidence.policy(), head.workflow.tier),
        "tab": "evidence",
        **_may(request, workflow),
    }
    return render(request, "inventory/workflow_evidence.html", context)


@access(Action.VIEW, Workflow, along=one.ALONG)
def workflow_history(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    after = request.GET.get("after", "")
    label = workflow._meta.label_lower
    asked = request.GET.get("alternative", "")
    alternative = one.alternative_of(workflow, asked)
    found = subject_history(
        label,
        workflow.pk,
        user=request.user,
        after=after,
        named=str(alternative or ""),
    )
    context = {
        "page": one.head(workflow, now=timezone.now()),
        "history": found,
        "alternative": alternative,
        "only": f"alternative={alternative.pk}" if alternative else "",
        "later": bool(after),
        "tab": "history",
        **_may(request, workflow),
    }
    return render(request, "inventory/workflow_history.html", context)


@access(Action.EDIT)
def workflow_new(request: SignedInRequest) -> HttpResponse:
    asked = {"team": request.GET.get("team", "")}
    form = forms.WorkflowForm(request.POST or None, user=request.user, initial=asked)
    if request.method == "POST" and form.is_valid():
        added = workflows.add(
            fields=form.cleaned_data, actor=request.user, now=timezone.now()
        )
        messages.success(request, _("The workflow was added."))
        return redirect(reverse("inventory:dependency_new", args=[added.pk]))
    status = 422 if form.is_bound else 200
    nowhere = not many.teams(request.user, Action.EDIT).exists()
    context = {"form": form, "nowhere": nowhere}
    return render(request, "inventory/workflow_form.html", context, status=status)


@access(Action.EDIT, Workflow)
def workflow_edit(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    name = workflow.name
    form = forms.WorkflowForm(request.POST or None, instance=workflow, user=request.user)
    if request.method == "POST" and form.is_valid():
        # Only what this person changed, so that what others changed meanwhile stays.
        fields = {name: form.cleaned_data[name] for name in form.changed_data}
        workflows.change(workflow.pk, fields=fields, actor=request.user, now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect(workflow)
    status = 422 if form.is_bound else 200
    context = {"form": form, "workflow": workflow, "name": name}
    return render(request, "inventory/workflow_form.html", context, status=status)


@require_POST
@access(Action.EDIT, Workflow)
def workflow_archive(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    workflows.archive(workflow.pk, actor=request.user, now=timezone.now())
    return redirect(workflow)


@require_POST
@access(Action.EDIT, Workflow)
def workflow_restore(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    workflows.bring_back(workflow.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The workflow is in use again."))
    return redirect(workflow)


@access(Action.EDIT, Workflow)
def dependency_new(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    form = forms.DependencyForm(request.POST or None, workflow=workflow)
    if request.method == "POST" and form.is_valid():
        dependencies.add(
            workflow.pk, fields=form.facts(), actor=request.user, now=timezone.now()
        )
        messages.success(request, _("The tool was added."))
        return redirect(workflow)
    context = {
        "form": form,
        "workflow": workflow,
        "may_edit_tools": request.user.may(Action.EDIT_CATALOGUE),
    }
    status = 422 if form.is_bound else 200
    return render(request, "inventory/dependency_form.html", context, status=status)


@access(Action.EDIT, Dependency)
def dependency_edit(request: SignedInRequest, dependency: Dependency) -> HttpResponse:
    form = forms.DependencyForm(
        request.POST or None,
        workflow=dependency.workflow,
        dependency=dependency,
        initial={
            "tool": dependency.tool_id,
            "purpose": dependency.purpose,
            "without": dependency.without,
        },
    )
    if request.method == "POST" and form.is_valid():
        dependencies.change(
            dependency.pk,
            fields=form.changes(),
            actor=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Saved."))
        return redirect(dependency.workflow)
    context = {"form": form, "workflow": dependency.workflow, "dependency": dependency}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/dependency_form.html", context, status=status)


@require_POST
@access(Action.EDIT, Dependency)
def dependency_remove(request: SignedInRequest, dependency: Dependency) -> HttpResponse:
    gone = dependencies.remove(dependency.pk, actor=request.user, now=timezone.now())
    say_deleted(request, _("The tool was removed from this workflow."), gone)
    return redirect(dependency.workflow)


@require_POST
@access(Action.EDIT, Dependency)
def alternatives_order(request: SignedInRequest, dependency: Dependency) -> HttpResponse:
    """Take a whole order (order=…&order=…) or one step (move=<key>:up)."""
    now = timezone.now()
    pk, _colon, way = request.POST.get("move", "").partition(":")
    if pk.isdecimal() and way in {"up", "down"}:
        order = order_undo.moved(dependency, int(pk), up=way == "up")
    else:
        order = [int(key) for key in request.POST.getlist("order") if key.isdecimal()]
    alternatives.reorder(dependency.pk, order=order, actor=request.user, now=now)
    if wants_json(request):
        return JsonResponse({"order": order})
    return redirect(f"{dependency.workflow.get_absolute_url()}#order-{dependency.pk}")


@access(Action.EDIT, Dependency)
def alternative_new(request: SignedInRequest, dependency: Dependency) -> HttpResponse:
    form = forms.AlternativeForm(request.POST or None, dependency=dependency)
    if request.method == "POST" and form.is_valid():
        added = alternatives.add(
            dependency.pk, fields=form.facts(), actor=request.user, now=timezone.now()
        )
        messages.success(
            request, _("The alternative was added. Write how to switch to it.")
        )
        return redirect(reverse("inventory:runbook", args=[added.pk]))
    context = {"form": form, "dependency": dependency, "workflow": dependency.workflow}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/alternative_form.html", context, status=status)


@access(Action.EDIT, Alternative)
def alternative_edit(request: SignedInRequest, alternative: Alternative) -> HttpResponse:
    dependency = alternative.dependency
    form = forms.AlternativeForm(
        request.POST or None,
        dependency=dependency,
        alternative=alternative,
        initial=forms.of_alternative(alternative),
    )
    if request.method == "POST" and form.is_valid():
        alternatives.change(
            alternative.pk, fields=form.facts(), actor=request.user, now=timezone.now()
        )
        messages.success(request, _("Saved."))
        return redirect(dependency.workflow)
    context = {
        "form": form,
        "dependency": dependency,
        "alternative": alternative,
        "workflow": dependency.workflow,
        "lost": one.lost_with(alternative),
    }
    status = 422 if form.is_bound else 200
    return render(request, "inventory/alternative_form.html", context, status=status)


@require_POST
@access(Action.EDIT, Alternative)
def alternative_remove(request: SignedInRequest, alternative: Alternative) -> HttpResponse:
    gone = alternatives.remove(alternative.pk, actor=request.user, now=timezone.now())
    say_deleted(request, _("The alternative was removed."), gone)
    return redirect(alternative.dependency.workflow)


def _may_add(request: SignedInRequest, rows: Sequence[many.Row]) -> bool:
    """Say whether there is a team in which the person may add and change workflows."""
    if rows and request.user.may(Action.EDIT):
        return True
    return many.teams(request.user, Action.EDIT).exists()


def _may(request: SignedInRequest, workflow: Workflow) -> dict[str, Any]:
    """Return what the page may offer this person."""
    wanted = (Action.EDIT, Action.TAKE_PART, Action.RUN_DRILL, Action.APPROVE)
    own = many.allowed(request.user, workflow, wanted)
    return {
        "may_edit": Action.EDIT in own,
        "may_take_part": Action.TAKE_PART in own,
        "may_drill": Action.RUN_DRILL in own,
        "may_approve": Action.APPROVE in own,
    }
