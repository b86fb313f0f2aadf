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
from continuity.inventory.queries import workflows as many
from continuity.inventory.services import reviews
from continuity.web.paging import page_of
from continuity.web.table_files import file_of, wants_file


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
    wanted = (Action.EDIT, Action.RUN_DRILL, Action.APPROVE)
    own = many.allowed(request.user, workflow, wanted)
    view = queries.review_page(workflow)
    context = {
        "page": one.head(workflow, now=timezone.now()),
        "view": view,
        "approvals": page_of(request, view.approvals),
        "tab": "review",
        "may_edit": Action.EDIT in own,
        "may_drill": Action.RUN_DRILL in own,
        "may_approve": Action.APPROVE in own,
    }
    return render(request, "inventory/workflow_review.html", context)


@require_POST
@access(Action.APPROVE, Workflow)
def approve(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    read = request.POST.get("read", "")
    reviews.approve(workflow.pk, read=read, actor=request.user, now=timezone.now())
    messages.success(request, _("The workflow is approved."))
    return redirect("inventory:review", workflow.pk)
