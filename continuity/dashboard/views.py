"""The overview, and the rows behind each of its figures."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.dashboard import forms, queries
from continuity.inventory.http import file_of, wants_file
from continuity.outages.queries import sheets
from continuity.web.htmx import render_page, wants_part
from continuity.web.paging import page_of

IN_PALETTE, ON_PAGE = 5, 25
"""How many of a kind the search shows."""


def _scope(request: SignedInRequest) -> queries.Scope:
    department, months = request.GET.get("department", ""), request.GET.get("months", "")
    return queries.scope(
        request.user,
        department=int(department) if department.isdecimal() else None,
        months=int(months) if months.isdecimal() else 0,
        now=timezone.now(),
    )


@access(Action.VIEW)
def overview(request: SignedInRequest) -> HttpResponse:
    chosen = _scope(request)
    context = {
        "view": queries.overview(chosen),
        "form": forms.ScopeForm(queries.as_asked(chosen), chosen=chosen),
        "asked": queries.address(chosen),
        "can_manage": request.user.may(Action.IMPORT),
        "can_administer": request.user.may(Action.ADMINISTER),
    }
    return render(request, "dashboard/overview.html", context)


@access(Action.VIEW)
def workflows(request: SignedInRequest) -> HttpResponse:
    """The workflows behind "ready", "proven", the heat map and the bars."""
    chosen = _scope(request)
    form = forms.WorkflowsForm(request.GET, chosen=chosen)
    form.is_valid()
    wanted = form.cleaned_data
    rows = queries.workflows(chosen, queries.stock(chosen))
    found = [row for row in rows if queries.wanted(row, wanted)]
    context = {
        "form": form,
        "page": page_of(request, found),
        "active": bool(request.GET),
        "carrier": wanted.get("carrier", ""),
        "group": chosen.teams.get(wanted.get("group") or 0),
        "pressing": wanted.get("pressing"),
    }
    return render(request, "dashboard/workflows.html", context)


@access(Action.VIEW)
def decisions(request: SignedInRequest) -> HttpResponse:
    chosen = _scope(request)
    form = forms.DecisionsForm(request.GET, chosen=chosen)
    form.is_valid()
    kind = form.cleaned_data.get("kind", "")
    todo = queries.decisions(chosen, queries.stock(chosen), queries.recoveries(chosen))
    found = [one for one in todo if not kind or one.kind == kind]
    context = {"form": form, "page": page_of(request, found), "active": bool(request.GET)}
    return render(request, "dashboard/decisions.html", context)


@access(Action.VIEW)
def recoveries(request: SignedInRequest) -> HttpResponseBase:
    """The recoveries behind the median: those of drills in the period, the latest first;
    with `?kind=real` those of real outages, which no median of drills counts."""
    chosen = _scope(request)
    lines = queries.in_period(chosen, queries.recoveries(chosen))
    real = request.GET.get("kind") == "real"
    measured = [line for line in reversed(lines) if line.is_drill is not real]
    if wants_file(request, "recoveries"):
        return file_of(request, sheets.recoveries(lambda: measured), now=chosen.now)
    context = {
        "real": real,
        "asked": queries.address(chosen),
        "form": forms.ScopeForm(queries.as_asked(chosen), chosen=chosen),
        "page": page_of(request, measured),
        "active": bool(request.GET),
    }
    return render(request, "dashboard/recoveries.html", context)


@access(Action.VIEW)
def search(request: SignedInRequest) -> HttpResponse:
    """A page of its own, and what the palette shows while somebody types."""
    q = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    in_palette = wants_part(request) and request.htmx.target == "palette-found"
    most = IN_PALETTE if in_palette else ON_PAGE
    found = queries.search(request.user, q, most=most)
    context = {"found": found, "in_palette": in_palette}
    return render_page(request, "dashboard/search.html", context, part="found")


@access(Action.SIGNED_IN)
def shortcuts(request: SignedInRequest) -> HttpResponse:
    return render(request, "dashboard/shortcuts.html")
