"""What if: the page, and its tables as files."""

from typing import Any, Final

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.inventory.forms.what_if import WhatIfForm
from continuity.inventory.queries import known_outages, sheets, what_if
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file

MOST_TEAMS: Final = 50


@require_GET
@access(Action.VIEW)
def page(request: SignedInRequest) -> HttpResponseBase:
    """What would happen; the whole question stands in the address."""
    setting = what_if.setting()
    form = WhatIfForm(request.GET, setting=setting)
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
    now = timezone.now()
    found = what_if.answer(request.user, form.asked, now=now, known=setting)
    outcome, team = _narrowed(request)
    keys = what_if.affected(found, outcome=outcome, team=team)
    if wants_file(request, "work"):
        return file_of(request, sheets.what_if(lambda: what_if.rows(found, keys)), now=now)
    if wants_file(request, "teams"):
        made = sheets.what_if_teams(lambda: _worst(found, most=None))
        return file_of(request, made, now=now)
    if wants_file(request, "herd"):
        return file_of(request, sheets.herd(lambda: found.page.crowds), now=now)
    shown = page_of(request, keys)
    context |= {
        "found": found,
        "outcome": outcome,
        "team": next((one for one in found.teams if one.team == team), None),
        "question": _question(request),
        "shown": shown,
        "teams": _worst(found),
        "rows": what_if.rows(found, list(shown)),
        "currency": setting.currency,
    }
    return render(request, "inventory/what_if.html", context)


def _worst(
    found: what_if.WhatIf, *, most: int | None = MOST_TEAMS
) -> list[what_if.TeamSum]:
    """Return the teams that lose most without alternatives, as many as a page shows."""
    worst = sorted(found.teams, key=lambda one: (-one.sum.bare, -one.sum.stops, one.name))
    return worst[:most]


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
