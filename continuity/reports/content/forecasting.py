"""The latest finished forecast, cut to what a report is about."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from continuity.domain.readiness import Reason
from continuity.insight.models import Forecast
from continuity.insight.queries.reading import currency
from continuity.reports.content.common import instant
from continuity.web.charts.ranges import Range, Ranges
from continuity.web.reasons import SHORT

MOST_WORTH: Final = 20
MOST_DRAWN: Final = 20
WHY: Final[Mapping[str, Promise]] = {
    "no_tool": gettext_lazy("It names no tool."),
    "not_named": gettext_lazy(
        "The record names none of its tools, nor what they are known to ride on."
    ),
    "degrades": gettext_lazy(
        "No tool would stop it, and how much worse it gets nobody said."
    ),
    "no_hours": gettext_lazy("Its hours of work are not stated."),
}


def forecast(teams: Collection[int] | None, now: datetime) -> dict[str, Any] | None:
    """Return what the latest forecast that was finished by `now` says of `teams` (None:
    all), None where there is none: two queries.

    What nine years of ten lie between cannot be added up, so a part of the organisation
    has no sum.
    """
    found = (
        Forecast.objects.done()
        .filter(finished_at__lte=now)
        .order_by("-finished_at", "-pk")
        .first()
    )
    if found is None or found.as_of is None:
        return None
    result: dict[str, Any] = found.result or {}

    def within(rows: Sequence[dict[str, Any]], key: str) -> list[dict[str, Any]]:
        return [row for row in rows if teams is None or row[key] in teams]

    counted = Counter(
        row["state"] for row in within(result["workflows"], "team") if row["hours"] is None
    )
    years = [{"team": row["name"], **_spread(row)} for row in within(result["teams"], "pk")]
    years.sort(key=lambda one: (-one["mean_seconds"], one["team"]))
    return {
        "number": found.pk,
        "as_of": instant(found.as_of),
        "seed": found.seed,
        "years": found.years,
        "sha256": found.result_sha256,
        "observed_days": result["observed_days"],
        "record": len(result["record"]),
        "own": sum(row["own"] is not None for row in result["record"]),
        "currency": currency(),
        "whole": _spread(result["whole"]) if teams is None else None,
        "teams": years,
        "worth": [_worth(row) for row in within(result["worth"], "team")[:MOST_WORTH]],
        "unsaid": [
            {"reason": str(WHY[state]), "workflows": counted[state]}
            for state in WHY
            if counted[state]
        ],
    }


def _spread(row: Mapping[str, Any]) -> dict[str, int | None]:
    """Return the mean and the two ends, in whole seconds and whole units of money."""
    mean, low, _middle, high = row["hours"]
    found: dict[str, int | None] = {
        "mean_seconds": round(mean * 3600),
        "low_seconds": round(low * 3600),
        "high_seconds": round(high * 3600),
    }
    cost = row["cost"]
    for name, at in (("mean_cost", 0), ("low_cost", 1), ("high_cost", 3)):
        found[name] = None if cost is None else round(cost[at])
    return found


def _worth(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "workflow": row["name"],
        "team": row["team_name"],
        "tool": row["tool"],
        "alternative": row["alternative"],
        "missing": [str(SHORT[Reason(one)]) for one in row["missing"]],
        **_spread(row),
    }


def chart(found: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the year of the teams that lose most, as ranges; none without teams."""
    if found is None or not found["teams"]:
        return []
    title = _("Hours of work lost in a year, by team")
    description = _("The line is what nine years of ten lie between, the dot the mean.")
    drawn = Ranges(
        uid="forecast",
        title=title,
        description=description,
        rows=tuple(
            Range(
                one["team"],
                *(
                    round(one[f"{key}_seconds"] / 3600, 1)
                    for key in ("low", "mean", "high")
                ),
            )
            for one in found["teams"][:MOST_DRAWN]
        ),
        heads=(_("Team"), _("5 %"), _("Mean"), _("95 %")),
        unit=_("h"),
    )
    return [
        {
            "section": "forecast",
            "title": title,
            "alt": description,
            "note": description,
            "svg": str(drawn.svg(620)),
            "columns": [],
            "rows": [],
        }
    ]
