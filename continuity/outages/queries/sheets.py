"""Recoveries and outages as files: what their tables say, for all rows at once."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from continuity.outages.queries.listing import Entry
from continuity.outages.queries.results import Line
from continuity.web import formats
from continuity.web.pills import pill_for
from continuity.web.tables.sheets import (
    Column,
    Sheet,
    bounded,
    length,
    moment,
    sheet,
    yes_no,
)


def recoveries(lines: Callable[[], Iterable[Line]]) -> Sheet:
    """Return the table of recoveries, in the order of `lines`."""
    columns: list[Column[Line]] = [
        Column(_("Outage or drill"), lambda line: line.outage_title),
        Column(_("Drill"), lambda line: yes_no(line.is_drill)),
        Column(_("Onset"), lambda line: moment(line.occurred_at)),
        Column(_("Workflow"), lambda line: line.workflow),
        Column(_("Team"), lambda line: line.team),
        Column(_("Tool"), lambda line: line.tool),
        Column(_("Alternative"), lambda line: line.alternative),
        Column(_("Result"), _verdict),
        *bounded(_("Recovery time (RTA)"), lambda line: line.reading),
        *length(_("Target (RTO)"), lambda line: line.rto),
        Column(_("Over or under"), _over),
        *length(_("Over or under"), lambda line: line.gap)[1:],
        *bounded(_("From the detection"), lambda line: line.from_detected),
        *bounded(_("From the decision"), lambda line: line.from_decided),
        Column(_("Capacity, percent"), lambda line: line.capacity),
        Column(_("Quality, percent"), lambda line: line.quality),
        Column(_("Excused because"), lambda line: line.excused_reason),
        Column(_("Excused by"), lambda line: line.excused_by),
    ]
    return sheet("recoveries", columns, lines)


def _verdict(line: Line) -> str:
    if line.verdict is None and line.rto is None:
        return _("No target")
    return str(pill_for("verdict", line.verdict).text)


def _over(line: Line) -> str:
    """Return RTA minus RTO as the page shows it, "> +12 min" for the least it can be."""
    if line.gap is None:
        return ""
    sign = "+" if line.gap.total_seconds() > 0 else ""
    # First in the cell, a sign would be taken for a formula.
    bound = ">\u00a0" if line.reading.is_lower_bound else ""
    return f"{bound}{sign}{formats.duration(line.gap)}"


def outages(entries: Callable[[], Iterable[Entry]]) -> Sheet:
    """Return the table of outages, in the order of `entries`."""
    columns: list[Column[Entry]] = [
        Column(_("Outage or drill"), lambda entry: entry.outage.title),
        Column(_("State"), _state),
        Column(_("Onset"), lambda entry: moment(entry.outage.occurred_at)),
        Column(_("End"), lambda entry: moment(entry.outage.ended_at)),
        *length(_("It lasted"), lambda entry: entry.lasted),
        *counted(),
    ]
    return sheet("outages", columns, entries)


def _state(entry: Entry) -> str:
    family = "drill" if entry.outage.is_drill else "outage"
    return str(pill_for(family, entry.outage.state).text)


def counted() -> list[Column[Any]]:
    """Return the columns of a row's `summary`: how many came back, how soon, and the
    verdicts; empty where it has none."""

    def of(name: str) -> Callable[[Any], Any]:
        return lambda row: getattr(row.summary, name, None)

    return [
        Column(_("Recoveries"), of("total")),
        Column(_("Recovered"), of("recovered")),
        *bounded(_("Median recovery time"), of("median")),
        Column(_("Met"), of("met")),
        Column(_("Missed"), of("missed")),
        Column(_("Not shown"), of("not_shown")),
        Column(_("Excused"), of("excused")),
    ]
