"""Forecasts as files: all rows of their tables, hours with two places after the point."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from continuity.insight.models import Forecast
from continuity.insight.queries.reading import Change, Line, Read, Spread
from continuity.web.pills import pill_for
from continuity.web.tables.cells import Row
from continuity.web.tables.sheets import Column, Sheet, moment, sheet


def forecasts(lines: Callable[[], Iterable[Forecast]]) -> Sheet:
    """Return the list of forecasts."""
    columns: list[Column[Forecast]] = [
        Column(_("Forecast"), str),
        Column(_("State"), lambda one: pill_for("forecast", one.state).text),
        Column(_("Asked for"), lambda one: moment(one.asked_at)),
        Column(_("Asked for by"), lambda one: str(one.asked_by or "")),
        Column(_("As of"), lambda one: moment(one.as_of)),
        Column(_("Simulated years"), lambda one: one.years),
        Column(_("Seed"), lambda one: str(one.seed)),
    ]
    return sheet("forecasts", columns, lines)


def comparison(lines: Callable[[], Iterable[Change]]) -> Sheet:
    """Return two forecasts side by side, team by team."""

    def part(which: str, field: str) -> Callable[[Any], str]:
        def read(line: Any) -> str:
            spread: Spread | None = getattr(line, which)
            return "" if spread is None else f"{getattr(spread, field):.2f}"

        return read

    columns: list[Column[Any]] = [
        Column(_("Team"), lambda line: line.name or _("The whole organisation")),
        Column(_("Hours a year before, mean"), part("before", "mean")),
        Column(_("Hours a year before, 5 %"), part("before", "low")),
        Column(_("Hours a year before, 95 %"), part("before", "high")),
        Column(_("Hours a year after, mean"), part("after", "mean")),
        Column(_("Hours a year after, 5 %"), part("after", "low")),
        Column(_("Hours a year after, 95 %"), part("after", "high")),
        Column(
            _("Change, hours a year"),
            lambda line: (
                Decimal(f"{line.difference:.2f}") if line.difference is not None else None
            ),
        ),
    ]
    return sheet("forecast-comparison", columns, lines)


def _sheet(title: str, columns: tuple[str, ...], lines: Sequence[Row]) -> Sheet:
    return Sheet(f"forecast-{title.lower()}", title, columns, lambda: iter(lines))


def _spread_columns() -> tuple[str, ...]:
    return (
        _("Hours a year, mean"),
        _("Hours a year, 5 %"),
        _("Hours a year, median"),
        _("Hours a year, 95 %"),
        _("Cost a year, mean"),
        _("Cost a year, 5 %"),
        _("Cost a year, median"),
        _("Cost a year, 95 %"),
    )


def _cells(*spreads: Spread | None) -> Row:
    return tuple(
        "" if one is None else f"{value:.2f}"
        for one in spreads
        for value in (
            (0, 0, 0, 0) if one is None else (one.mean, one.low, one.middle, one.high)
        )
    )


def _lines(rows: Sequence[Line], *, title: str, teams: bool) -> Sheet:
    named = (_("Team"),) if teams else (_("Workflow"), _("Team"), _("What is known"))
    return _sheet(
        title,
        (*named, *_spread_columns()),
        [
            (
                *((one.name,) if teams else (one.name, one.team_name, one.state)),
                *_cells(one.hours, one.cost),
            )
            for one in rows
        ],
    )


def _worth(found: Read) -> Sheet:
    return _sheet(
        "Worth",
        (
            _("Workflow"),
            _("Team"),
            _("Instead of"),
            _("Alternative"),
            _("Missing"),
            _("Minutes until it carries the work"),
            *_spread_columns(),
        ),
        [
            (
                one.name,
                one.team_name,
                one.tool,
                one.alternative,
                ", ".join(one.missing),
                round(one.after.total_seconds() / 60),
                *_cells(one.hours, one.cost),
            )
            for one in found.worth
        ],
    )


def _record(found: Read) -> Sheet:
    return _sheet(
        "Record",
        (_("Outage"), _("Family"), _("Start"), _("Minutes"), _("Quality"), _("Source")),
        [
            (
                one.title,
                one.family,
                one.start.isoformat(),
                round(one.length.total_seconds() / 60),
                one.quality,
                one.source,
            )
            for one in found.record
        ],
    )


TABLES: Final[Mapping[str, Callable[[Read], Sheet]]] = {
    "worth": _worth,
    "workflows": lambda found: _lines(found.workflows, title="Workflows", teams=False),
    "teams": lambda found: _lines(found.teams, title="Teams", teams=True),
    "record": _record,
}
