"""What if: the page, and its table as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.inventory.exports import csv_file
from continuity.inventory.exports.tables import Row
from continuity.inventory.forms.what_if import WhatIfForm
from continuity.inventory.queries import known_outages, what_if
from continuity.web.paging import page_of

MOST_TEAMS: Final = 50


@require_GET
@access(Action.VIEW)
def page(request: SignedInRequest) -> HttpResponse:
    """What would happen; the whole question stands in the address."""
    form = WhatIfForm(request.GET)
    context: dict[str, Any] = {
        "form": form,
        "may_edit": request.user.may(Action.EDIT_CATALOGUE),
        "tab": "what_if",
    }
    if not form.asks:
        context["outages"] = known_outages.facts()
        return render(request, "inventory/what_if.html", context)
    if not form.is_valid():
        return render(request, "inventory/what_if.html", context, status=422)
    found = what_if.answer(request.user, form.asked, now=timezone.now())
    outcome, team = _narrowed(request)
    keys = what_if.affected(found, outcome=outcome, team=team)
    shown = page_of(request, keys)
    context |= {
        "found": found,
        "outcome": outcome,
        "team": next((one for one in found.teams if one.team == team), None),
        "question": _question(request),
        "shown": shown,
        "teams": _worst(found),
        "rows": what_if.rows(found, list(shown)),
        "currency": what_if.organisation().currency,
    }
    return render(request, "inventory/what_if.html", context)


def _worst(found: what_if.WhatIf) -> list[what_if.TeamSum]:
    """Return the teams that lose most without alternatives, as many as a page shows."""
    worst = sorted(found.teams, key=lambda one: (-one.sum.bare, -one.sum.stops, one.name))
    return worst[:MOST_TEAMS]


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    columns: tuple[str, ...]
    lines: tuple[Row, ...]

    def rows(self) -> Iterator[Row]:
        return iter(self.lines)


@require_GET
@access(Action.VIEW)
def download(request: SignedInRequest) -> HttpResponseBase:
    """Every workflow that is hit, as CSV: hours with a point, empty where not known."""
    form = WhatIfForm(request.GET)
    if not form.asks or not form.is_valid():
        return redirect(f"{reverse('inventory:what_if')}?{request.GET.urlencode()}")
    found = what_if.answer(request.user, form.asked, now=timezone.now())
    outcome, team = _narrowed(request)
    keys = what_if.affected(found, outcome=outcome, team=team)
    table = Table(
        title="What if",
        columns=(
            _("Workflow"),
            _("Team"),
            _("Outcome"),
            _("Goes on with"),
            _("Hours without alternatives"),
            _("Hours with what is proven"),
            _("Hours if all alternatives work"),
            _("Cost without alternatives"),
            _("Cost with what is proven"),
            _("No seat for all"),
        ),
        lines=tuple(_line(one) for one in what_if.rows(found, keys)),
    )
    response = StreamingHttpResponse(
        csv_file.pieces(table), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="what-if.csv"'
    return response


def _line(row: what_if.Row) -> Row:
    taken = row.taken
    return (
        row.found.workflow.name,
        row.found.workflow.team.name,
        str(row.found.outcome),
        ", ".join(str(one.instead) for one in row.found.lines if one.instead),
        *(
            None if length is None else f"{length.total_seconds() / 3600:.2f}"
            for length in (taken.bare, taken.proven, taken.hoped)
        ),
        taken.bare_cost,
        taken.proven_cost,
        _("yes") if row.queues else _("no"),
    )


def _narrowed(request: SignedInRequest) -> tuple[str, int | None]:
    team = request.GET.get("team", "")
    return (
        request.GET.get("outcome", ""),
        int(team) if team.isdecimal() and len(team) < 10 else None,
    )


def _question(request: SignedInRequest) -> str:
    """Return the address of the question alone, for links that narrow the answer."""
    asked = request.GET.copy()
    for name in ("outcome", "team", "page"):
        asked.pop(name, None)
    return asked.urlencode()
