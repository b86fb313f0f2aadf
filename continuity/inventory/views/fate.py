"""Pages of shared fate: knock-outs, the age of sources, known outages."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.inventory import forms
from continuity.inventory.models import Tool, Upstream, Workflow
from continuity.inventory.queries import (
    catalogue_sheets,
    fate,
    known_outages,
    sheets,
    tools,
    workflows,
)
from continuity.inventory.queries import knock_out as queries
from continuity.inventory.queries import workflow as one
from continuity.inventory.services import tools as services
from continuity.web.back import way_back
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file


@access(Action.VIEW)
def knock_outs(request: SignedInRequest) -> HttpResponseBase:
    form = forms.KnockOutFilter(request.GET)
    wanted = form.wanted()
    ranking = queries.ranking(request.user, wanted)
    if wants_file(request, "knock-outs"):
        made = sheets.ranking(lambda: ranking.ranks)
        return file_of(request, made, now=timezone.now())
    context = {
        "form": form,
        "active": bool(wanted),
        "ranking": ranking,
        "page": page_of(request, ranking.ranks),
        "may_edit": request.user.may(Action.EDIT_CATALOGUE),
        "tab": "knock_outs",
    }
    return render(request, "inventory/knock_outs.html", context)


@access(Action.SIGNED_IN, Tool)
def knock_out(request: SignedInRequest, tool: Tool) -> HttpResponseBase:
    now = timezone.now()
    page = queries.page(request.user, tool, now=now)
    outcome, on = request.GET.get("outcome", ""), request.GET.get("on", "")
    crowd = page.crowd(int(on)) if on.isdecimal() and len(on) < 10 else None
    keys = queries.affected(page, outcome=outcome, on=crowd.tool if crowd else None)
    if wants_file(request, "work"):
        return file_of(request, sheets.work(lambda: queries.rows(page, keys)), now=now)
    if wants_file(request, "herd"):
        return file_of(request, sheets.herd(lambda: page.crowds), now=now)
    shown = page_of(request, keys)
    context = {
        "page": page,
        "tool": page.tool,
        "crowd": crowd,
        "outcome": outcome if not crowd and outcome in queries.OUTCOMES else "",
        "shown": shown,
        "rows": queries.rows(page, list(shown)),
        "may_edit": request.user.may(Action.EDIT_CATALOGUE),
        "tab": "knock_out",
    }
    return render(request, "inventory/knock_out.html", context)


@access(Action.EDIT_CATALOGUE)
def stale_sources(request: SignedInRequest) -> HttpResponseBase:
    now = timezone.now()
    form = forms.SourceFilter(request.GET)
    wanted = form.wanted()
    ageing = tools.ageing(wanted, today=now.date())
    if wants_file(request, "stale-sources"):
        rows = catalogue_sheets.stale_sources(lambda: tools.ageing_rows(ageing))
        return file_of(request, rows, now=now)
    page = page_of(request, ageing)
    context = {
        "form": form,
        "active": bool(wanted),
        "page": page,
        "rows": tools.ageing_rows(page),
        "may_edit": True,
        "tab": "stale_sources",
    }
    return render(request, "inventory/stale_sources.html", context)


@require_POST
@access(Action.EDIT_CATALOGUE, Upstream)
def upstream_verify(request: SignedInRequest, upstream: Upstream) -> HttpResponse:
    now = timezone.now()
    form = forms.VerifyForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "upstream": upstream}
        return render(request, "inventory/verify_form.html", context, status=422)
    services.verify_upstream(
        upstream.pk,
        source=form.cleaned_data["source"],
        today=now.date(),
        actor=request.user,
        now=now,
    )
    messages.success(request, _("Verified today."))
    return redirect(way_back(request) or reverse("inventory:stale_sources"))


@access(Action.SIGNED_IN, Tool)
def tool_outages(request: SignedInRequest, tool: Tool) -> HttpResponseBase:
    found = known_outages.of_tool(request.user, tool)
    if wants_file(request, "known-outages"):
        made = catalogue_sheets.tool_outages(found)
        return file_of(request, made, now=timezone.now())
    context = {
        "tool": tools.full(tool),
        "found": found,
        "may_edit": request.user.may(Action.EDIT_CATALOGUE),
        "tab": "outages",
    }
    return render(request, "inventory/tool_outages.html", context)


@access(Action.VIEW, Workflow, along=one.ALONG)
def workflow_outages(request: SignedInRequest, workflow: Workflow) -> HttpResponseBase:
    now = timezone.now()
    own = workflows.allowed(request.user, workflow, (Action.EDIT, Action.RUN_DRILL))
    graph = fate.graph()
    found = known_outages.of_workflow(request.user, workflow, graph=graph)
    if wants_file(request, "known-outages"):
        return file_of(request, catalogue_sheets.workflow_outages(found), now=now)
    context = {
        "page": one.head(workflow, now=now, graph=graph),
        "found": found,
        "tab": "outages",
        "may_edit": Action.EDIT in own,
        "may_drill": Action.RUN_DRILL in own,
    }
    return render(request, "inventory/workflow_outages.html", context)
