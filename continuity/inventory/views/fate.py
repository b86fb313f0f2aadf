"""Pages of shared fate: knock-outs, the age of sources, known outages."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.inventory import forms
from continuity.inventory.models import Tool
from continuity.inventory.queries import knock_out as queries
from continuity.web.paging import page_of


@access(Action.VIEW)
def knock_outs(request: SignedInRequest) -> HttpResponse:
    form = forms.KnockOutFilter(request.GET)
    wanted = form.wanted()
    ranking = queries.ranking(request.user, wanted)
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
def knock_out(request: SignedInRequest, tool: Tool) -> HttpResponse:
    page = queries.page(request.user, tool, now=timezone.now())
    outcome, on = request.GET.get("outcome", ""), request.GET.get("on", "")
    crowd = page.crowd(int(on)) if on.isdecimal() and len(on) < 10 else None
    keys = queries.affected(page, outcome=outcome, on=crowd.tool if crowd else None)
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
