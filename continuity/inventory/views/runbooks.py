"""Pages of a runbook: the editor, its versions, and where to copy from."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.history.http import say_deleted
from continuity.inventory import forms
from continuity.inventory.models import Alternative
from continuity.inventory.queries import proofs
from continuity.inventory.queries import runbooks as queries
from continuity.inventory.queries import workflows as many
from continuity.inventory.services import runbooks
from continuity.web.paging import page_of


@access(Action.EDIT, Alternative)
def runbook(request: SignedInRequest, alternative: Alternative) -> HttpResponse:
    """Edit the steps. Every button but "Save" only changes the form: nothing is kept
    before that, and all of them work without JavaScript."""
    workflow = alternative.dependency.workflow
    rows = forms.steps_of(alternative)
    other = queries.copied(request.user, request.GET.get("copy", ""))
    if other is not None:
        rows = forms.with_steps_of(rows, other)
    formset = forms.StepFormSet(
        request.POST or None, initial=None if request.POST else rows
    )
    if request.method == "POST" and (button := request.POST.get("do", "")):
        rows = forms.rearranged(formset.typed(), button)
        formset = forms.StepFormSet(initial=rows)
    elif request.method == "POST" and formset.is_valid():
        gone = runbooks.save(
            alternative.pk,
            steps=formset.steps(),
            actor=request.user,
            now=timezone.now(),
        )
        if gone is None:
            messages.success(request, _("The runbook was saved."))
        else:
            say_deleted(
                request, _("The runbook was saved, without what you took out."), gone
            )
        return redirect(
            f"{reverse('inventory:runbooks', args=[workflow.pk])}#a{alternative.pk}"
        )
    context = {
        "formset": formset,
        "alternative": alternative,
        "workflow": workflow,
        "copied": other,
        "ends": proofs.ends_with_the_runbook(alternative, now=timezone.now()),
    }
    status = 422 if formset.is_bound else 200
    return render(request, "inventory/runbook_form.html", context, status=status)


@access(Action.VIEW, Alternative)
def versions(request: SignedInRequest, alternative: Alternative) -> HttpResponse:
    workflow = alternative.dependency.workflow
    page = page_of(request, queries.versions(alternative), per_page=20)
    own = many.allowed(request.user, workflow, (Action.APPROVE, Action.EDIT))
    context = {
        "alternative": alternative,
        "workflow": workflow,
        "page": page,
        "difference": queries.difference(
            alternative, request.GET.get("from", ""), request.GET.get("to", "")
        ),
        "fields": queries.FIELDS,
        "latest": queries.latest_number(alternative),
        "may_approve": Action.APPROVE in own,
        "may_edit": Action.EDIT in own,
    }
    return render(request, "inventory/runbook_versions.html", context)


@require_POST
@access(Action.APPROVE, Alternative)
def approve(request: SignedInRequest, alternative: Alternative) -> HttpResponse:
    number = request.POST.get("number", "")
    runbooks.approve(
        alternative.pk,
        number=int(number) if number.isdecimal() else -1,
        actor=request.user,
        now=timezone.now(),
    )
    messages.success(request, _("The runbook is approved."))
    workflow = alternative.dependency.workflow
    return redirect(
        f"{reverse('inventory:runbooks', args=[workflow.pk])}#a{alternative.pk}"
    )


@access(Action.EDIT, Alternative)
def copy(request: SignedInRequest, alternative: Alternative) -> HttpResponse:
    """Choose a runbook. Its steps then stand in the editor, and nothing is kept yet."""
    q = request.GET.get("q", "").strip()[:200]
    context = {
        "alternative": alternative,
        "workflow": alternative.dependency.workflow,
        "page": page_of(request, queries.to_copy(request.user, alternative, q)),
        "q": q,
    }
    return render(request, "inventory/runbook_copy.html", context)
