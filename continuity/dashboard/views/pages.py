"""The overview, and the rows behind each of its figures."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.dashboard import forms, queries
from continuity.dashboard.queries import sheets
from continuity.domain.shifts import Turn
from continuity.outages.queries import sheets as results
from continuity.people import services
from continuity.web.htmx import render_page, wants_part
from continuity.web.paging import every, page_of
from continuity.web.tables.files import file_of, wants_file

IN_PALETTE, ON_PAGE = 5, 25
"""How many of a kind the search shows."""


def _scope(request: SignedInRequest) -> queries.Scope:
    def number(name: str) -> int | None:
        asked = request.GET.get(name, "")
        return int(asked) if asked.isdecimal() and len(asked) < 10 else None

    return queries.scope(
        request.user,
        department=number("department"),
        tier=number("tier"),
        months=number("months") or 0,
        now=timezone.now(),
    )


@access(Action.VIEW)
def landing(request: SignedInRequest) -> HttpResponseBase:
    """Where people arrive: who reads all teams at the overview, others at their own."""
    if not request.user.may(Action.VIEW):
        return redirect("dashboard:mine")
    return _overview(request)


@access(Action.VIEW)
def mine(request: SignedInRequest) -> HttpResponse:
    """One's own page: my workflows, my drills, what waits for my word."""
    context = {"home": queries.home(request.user, now=timezone.now())}
    return render(request, "dashboard/mine.html", context)


@require_POST
@access(Action.SIGNED_IN)
def show_steps(request: SignedInRequest) -> HttpResponse:
    """Put the first steps away, or show them again: for oneself alone."""
    shown = request.POST.get("shown") == "yes"
    services.set_preferences(request.user.pk, shows_steps=shown, now=timezone.now())
    return redirect("dashboard:overview")


@access(Action.VIEW)
def overview(request: SignedInRequest) -> HttpResponseBase:
    return _overview(request)


def _overview(request: SignedInRequest) -> HttpResponseBase:
    chosen = _scope(request)
    may_manage = request.user.may(Action.IMPORT)
    view = queries.overview(
        chosen,
        by_upstream=request.GET.get("by") == "upstream",
        with_steps=may_manage and request.user.shows_steps,
    )
    if wants_file(request, "concentration"):
        made = sheets.concentration(view.concentration)
        return file_of(request, made, now=chosen.now)
    if wants_file(request, "drills"):
        return file_of(request, sheets.drills(lambda: view.drills), now=chosen.now)
    form = forms.ScopeForm(queries.as_asked(chosen), chosen=chosen)
    context = {
        "view": view,
        "form": form,
        "options": form.options(),
        "asked": queries.address(chosen),
        "can_manage": may_manage,
        "can_administer": request.user.may(Action.ADMINISTER),
    }
    return render(request, "dashboard/overview.html", context)


@access(Action.VIEW)
def workflows(request: SignedInRequest) -> HttpResponseBase:
    """The workflows behind "ready", "proven", the heat map and the bars."""
    chosen = _scope(request)
    form = forms.WorkflowsForm(request.GET, chosen=chosen)
    form.is_valid()
    wanted = form.cleaned_data
    found = queries.workflows(chosen, wanted)
    if wants_file(request, "readiness"):
        return file_of(request, sheets.workflows(lambda: every(found)), now=chosen.now)
    context = {
        "form": form,
        "page": page_of(request, found),
        "active": bool(request.GET),
        "carrier": wanted.get("carrier") or queries.tool_name(wanted.get("upstream")),
        "group": chosen.teams.get(wanted.get("group") or 0),
        "pressing": wanted.get("pressing"),
    }
    return render(request, "dashboard/workflows.html", context)


@access(Action.VIEW)
def decisions(request: SignedInRequest) -> HttpResponseBase:
    chosen = _scope(request)
    form = forms.DecisionsForm(request.GET, chosen=chosen)
    form.is_valid()
    kind = form.cleaned_data.get("kind")
    found = queries.decisions(chosen, queries.DecisionKind(kind) if kind else None)
    if wants_file(request, "decisions"):
        return file_of(request, sheets.decisions(lambda: every(found)), now=chosen.now)
    context = {"form": form, "page": page_of(request, found), "active": bool(request.GET)}
    return render(request, "dashboard/decisions.html", context)


@access(Action.VIEW)
def shifts(request: SignedInRequest) -> HttpResponseBase:
    """What changed since the period began, and by what."""
    chosen = _scope(request)
    form = forms.ShiftsForm(request.GET, chosen=chosen)
    form.is_valid()
    turn = form.cleaned_data.get("turn")
    found = queries.shifts(chosen, Turn(turn) if turn else None)
    if wants_file(request, "changes"):
        made = sheets.shifts(lambda: every(found), today=timezone.localdate(chosen.now))
        return file_of(request, made, now=chosen.now)
    context = {
        "form": form,
        "found": found,
        "day": queries.base_day(chosen),
        "page": page_of(request, found),
        "active": bool(request.GET),
    }
    return render(request, "dashboard/shifts.html", context)


@access(Action.VIEW)
def recoveries(request: SignedInRequest) -> HttpResponseBase:
    """The recoveries behind the median: those of drills in the period, the latest first;
    with `?kind=real` those of real outages, which no median of drills counts."""
    chosen = _scope(request)
    form = forms.RecoveriesForm(request.GET, chosen=chosen)
    form.is_valid()
    real = form.cleaned_data.get("kind") == "real"
    verdict = form.cleaned_data.get("verdict")
    found = queries.recoveries(chosen)
    measured = queries.of_kind(found, real=real, verdict=verdict)
    if wants_file(request, "recoveries"):
        return file_of(request, results.recoveries(lambda: measured), now=chosen.now)
    context = {
        "real": real,
        "asked": queries.address(chosen),
        "form": form,
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
