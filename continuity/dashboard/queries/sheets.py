"""The tables behind the overview as files: all rows, with the page's filters."""

from collections.abc import Callable, Iterable
from datetime import date

from django.utils.translation import gettext as _

from continuity.dashboard.queries.comparing import Shifted
from continuity.dashboard.queries.concentration import Concentration, HeatRow
from continuity.dashboard.queries.decisions import Decision
from continuity.dashboard.queries.overview import DrillRow
from continuity.dashboard.queries.rows import WorkflowRow
from continuity.inventory.models import Tier
from continuity.web.pills import pill_for
from continuity.web.tables.sheets import Column, Sheet, bounded, moment, sheet, yes_no


def workflows(lines: Callable[[], Iterable[WorkflowRow]]) -> Sheet:
    """Return workflows by readiness, with what each lacks."""
    columns: list[Column[WorkflowRow]] = [
        Column(_("Workflow"), lambda row: row.name),
        Column(_("Team"), lambda row: row.team),
        Column(_("Criticality"), lambda row: row.tier_label),
        Column(_("Readiness"), lambda row: pill_for("readiness", row.level).text),
        Column(_("What is missing"), lambda row: list(row.reasons)),
    ]
    return sheet("readiness", columns, lines)


def decisions(lines: Callable[[], Iterable[Decision]]) -> Sheet:
    """Return what somebody has to decide, and what lifts it."""
    columns: list[Column[Decision]] = [
        Column(_("What it is about"), lambda one: one.subject),
        Column(_("Team"), lambda one: one.team),
        Column(_("Criticality"), lambda one: Tier(one.tier).label if one.tier else ""),
        Column(_("What"), lambda one: one.label),
        Column(_("Why"), lambda one: one.why),
        Column(_("What lifts it"), lambda one: one.remedy),
    ]
    return sheet("decisions", columns, lines)


def shifts(lines: Callable[[], Iterable[Shifted]], *, today: date) -> Sheet:
    """Return what changed; what no snapshot has seen yet was seen today."""
    columns: list[Column[Shifted]] = [
        Column(_("Workflow"), lambda one: one.name),
        Column(_("Team"), lambda one: one.team),
        Column(_("Criticality"), lambda one: Tier(one.tier).label),
        Column(_("What"), lambda one: one.label),
        Column(_("By what"), lambda one: one.why),
        Column(_("Then"), lambda one: one.before),
        Column(_("Now"), lambda one: one.after),
        Column(_("Seen on"), lambda one: one.seen_on or today),
    ]
    return sheet("changes", columns, lines)


def concentration(found: Concentration) -> Sheet:
    """Return how many workflows stop with each provider or upstream, by department."""

    def of(place: int) -> Callable[[HeatRow], int]:
        return lambda row: row.cells[place].value

    columns: list[Column[HeatRow]] = [
        Column(_("Upstream") if found.by_upstream else _("Provider"), lambda row: row.name),
        *(Column(name, of(place)) for place, name in enumerate(found.columns)),
        Column(_("Total"), lambda row: row.total),
        Column(_("Over the limit"), lambda row: yes_no(row.over)),
    ]
    return sheet("concentration", columns, lambda: found.rows)


def drills(lines: Callable[[], Iterable[DrillRow]]) -> Sheet:
    """Return the drills of the overview: under way, overdue, next, and the last results."""
    columns: list[Column[DrillRow]] = [
        Column(_("Drill"), lambda row: row.title),
        Column(_("Scope"), lambda row: row.scope),
        Column(_("Date"), lambda row: moment(row.at)),
        Column(_("Status"), lambda row: pill_for("drill", row.state).text),
        Column(_("Days overdue"), lambda row: row.overdue_days),
        *bounded(
            _("Median recovery"), lambda row: row.result.median if row.result else None
        ),
        Column(_("In time"), lambda row: row.result.met if row.result else None),
        Column(_("Judged"), lambda row: row.result.judged if row.result else None),
    ]
    return sheet("drills", columns, lines)
