"""Pages of the review cycle: what is due, and the review of one workflow."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.inventory import forms
from continuity.inventory.models import Workflow
from continuity.inventory.queries import catalogue_sheets
from continuity.inventory.queries import reviews as queries
from continuity.inventory.queries import workflow as one
from continuity.inventory.services import reviews
from continuity.web.counted import page_of_counted
from continuity.web.paging import PER_PAGE, page_of
from continuity.web.tables.files import file_of, wants_file


@access(Action.VIEW)
def due(request: SignedInRequest) -> HttpResponseBase:
    now = timezone.now()
    form = forms.DueFilter(request.GET)
    wanted = form.wanted()
    found = queries.due(request.user, **wanted, now=now)
    if wants_file(request, "due-for-review"):
        return file_of(request, catalogue_sheets.due(lambda: found), now=now)
    may_approve = queries.approvable(request.user)
    context = {
        "form": form,
        "page": page_of(request, found),
        "active": bool(wanted["q"]),
        "shown": wanted["shown"],
        "everyone": wanted["everyone"],
        "may_approve": may_approve,
    }
    return render(request, "inventory/due.html", context)


@access(Action.VIEW, Workflow, along=one.ALONG)
def workflow(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    view = queries.review_page(workflow)
    asked = queries.asked_of(workflow, view.approvals, request.user)
    context = {
        "page": one.head(workflow, now=timezone.now()),
        "view": view,
        "approvals": page_of_counted(
            view.approvals, asked.approvals, request.GET.get("page"), per_page=PER_PAGE
        ),
        "tab": "review",
        "may_edit": Action.EDIT in asked.may,
        "may_drill": Action.RUN_DRILL in asked.may,
        "may_approve": Action.APPROVE in asked.may,
    }
    return render(request, "inventory/workflow_review.html", context)


@require_POST
@access(Action.APPROVE, Workflow)
def approve(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    read = request.POST.get("read", "")
    reviews.approve(workflow.pk, read=read, actor=request.user, now=timezone.now())
    messages.success(request, _("The workflow is approved."))
    return redirect("inventory:review", workflow.pk)
