"""Drills, what they taught and who answers for them as files: all rows of their tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from continuity.accounts.models import User
from continuity.domain.clocks import Change, Sureness
from continuity.drills.models import CorrectiveAction
from continuity.drills.queries import actions as found
from continuity.drills.queries.after import FindingLine
from continuity.drills.queries.comparing import ClockLine, WorkflowLine
from continuity.drills.queries.coverage import Line
from continuity.drills.queries.decisions import Compared
from continuity.drills.queries.handing_over import HandOver, Item
from continuity.drills.queries.lists import DrillLine, ScheduleLine
from continuity.drills.queries.scripts import PhaseLine
from continuity.outages.queries.sheets import counted
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

SURENESS: Final[Mapping[Sureness, Promise | str]] = {
    Sureness.AT_LEAST: gettext_lazy("at least"),
    Sureness.AT_MOST: gettext_lazy("at most"),
    Sureness.EXACT: "",
}


def coverage(lines: Callable[[], Iterable[Line]], scenarios: int) -> Sheet:
    """Return which work was rehearsed when; `scenarios` is how many there are to try."""
    columns: list[Column[Line]] = [
        Column(_("Workflow"), lambda line: line.workflow.name),
        Column(_("Team"), lambda line: str(line.workflow.team)),
        Column(_("Last drill"), lambda line: moment(line.last)),
        Column(
            _("Days since"), lambda line: None if line.since is None else line.since.days
        ),
        Column(_("Next drill"), lambda line: moment(line.next.at if line.next else None)),
        Column(_("Scenarios tried"), lambda line: line.tried),
        Column(_("Scenarios there are"), lambda line: scenarios),
        Column(_("State"), _state),
    ]
    return sheet("coverage", columns, lines)


def drills(lines: Callable[[], Iterable[DrillLine]]) -> Sheet:
    """Return drills with their results. Of a surprise that has not begun the file knows
    no more than the page: between which two moments it begins."""
    columns: list[Column[DrillLine]] = [
        Column(_("Drill"), lambda line: line.title),
        Column(
            _("State"),
            lambda line: (
                _("Overdue") if line.overdue else str(pill_for("drill", line.state).text)
            ),
        ),
        Column(_("Onset, or when it is due"), lambda line: moment(line.at)),
        Column(_("or until"), lambda line: moment(line.until)),
        Column(_("Team"), lambda line: line.team or _("All teams")),
        Column(_("Tools"), lambda line: list(line.tools)),
        Column(_("Scenario"), lambda line: line.scenario),
        Column(_("Facilitator"), lambda line: line.facilitator),
        *counted(),
    ]
    return sheet("drills", columns, lines)


def schedules(lines: Callable[[], Iterable[ScheduleLine]]) -> Sheet:
    """Return the recurring schedules; the rule is that of RFC 5545."""
    columns: list[Column[ScheduleLine]] = [
        Column(_("Schedule"), lambda line: line.title),
        Column(_("Team"), lambda line: line.team or _("All teams")),
        Column(_("Tools"), lambda line: list(line.tools)),
        Column(_("Scenario"), lambda line: line.scenario),
        Column(_("Rule"), lambda line: line.rrule),
        Column(_("Next drill"), lambda line: moment(line.next_due_at)),
        Column(_("Paused"), lambda line: yes_no(line.paused)),
    ]
    return sheet("schedules", columns, lines)


def phases(name: str, lines: Callable[[], Iterable[PhaseLine]]) -> Sheet:
    """Return what fails when; `name` is that of the scenario or drill in the file's."""
    columns: list[Column[PhaseLine]] = [
        *length(_("After"), lambda line: line.at),
        *length(_("In the drill"), lambda line: line.played_at),
        Column(_("Component"), lambda line: line.component),
        Column(_("Tools"), lambda line: line.tools),
        Column(_("Stands for the tools you choose"), lambda line: yes_no(line.is_chosen)),
        Column(_("State"), lambda line: pill_for("component", line.state).text),
        Column(_("Failing, percent"), lambda line: line.error_percent),
        *length(_("Delay"), lambda line: line.delay),
        Column(_("Note"), lambda line: line.note),
        Column(_("Source"), lambda line: line.known),
    ]
    return sheet(name, columns, lines)


def decisions(lines: Callable[[], Iterable[Compared]]) -> Sheet:
    """Return what was decided beside what the outage then did."""
    columns: list[Column[Compared]] = [
        Column(_("Workflow"), lambda line: line.workflow),
        Column(_("Tool"), lambda line: line.tool),
        Column(pgettext("stay or switch", "Decided"), lambda line: line.label),
        *length(_("Decided after"), lambda line: line.after),
        *bounded(_("Switching cost"), lambda line: line.switching),
        *length(_("Staying would have cost"), lambda line: line.staying),
        Column(
            _("The cheaper one"),
            lambda line: (
                _("not known") if line.was_cheaper is None else yes_no(line.was_cheaper)
            ),
        ),
    ]
    return sheet("decisions", columns, lines)


def clocks(lines: Callable[[], Iterable[ClockLine]]) -> Sheet:
    """Return two drills clock by clock, with how many recoveries stand behind each."""
    columns: list[Column[ClockLine]] = [
        Column(_("Clock"), lambda line: line.label),
        *bounded(_("The earlier drill"), lambda line: line.before),
        Column(_("The earlier drill: recoveries"), lambda line: line.of_before),
        *bounded(_("The later drill"), lambda line: line.after),
        Column(_("The later drill: recoveries"), lambda line: line.of_after),
        *_changed(),
    ]
    return sheet("comparison-clocks", columns, lines)


def compared(lines: Callable[[], Iterable[WorkflowLine]]) -> Sheet:
    """Return the recovery times of two drills, workflow by workflow."""
    columns: list[Column[WorkflowLine]] = [
        Column(_("Workflow"), lambda line: line.workflow),
        Column(_("Tool"), lambda line: line.tool),
        *bounded(
            _("The earlier drill"),
            lambda line: None if line.before is None else line.before.reading,
        ),
        *bounded(
            _("The later drill"),
            lambda line: None if line.after is None else line.after.reading,
        ),
        *_changed(),
    ]
    return sheet("comparison-recoveries", columns, lines)


def _changed() -> tuple[Column[Any], ...]:
    """Return the columns of a change: in words ("at least +12 min"), and in seconds."""

    def words(line: Any) -> str:
        change: Change | None = line.change
        if change is None:
            return _("not known")
        sign = "+" if change.length.total_seconds() > 0 else ""
        sure = SURENESS[change.sureness]
        return f"{sure} {sign}{formats.duration(change.length)}".strip()

    head = pgettext("of a time", "Change")
    lasting = length(head, lambda line: line.change.length if line.change else None)
    return Column(head, words), lasting[1]


def hand_over(found: HandOver) -> Sheet:
    """Return what is in one person's name, and what would become of it."""
    columns: list[Column[Item]] = [
        Column(_("What"), lambda item: item.name),
        Column(pgettext("role of a person", "As"), lambda item: item.label),
        Column(_("Team"), lambda item: item.team),
        Column(_("Stays because"), lambda item: item.refused),
        Column(_("Goes to"), lambda item: "" if item.refused else str(found.to or "")),
    ]
    return sheet("hand-over", columns, lambda: found.items)


def hand_overs(people: Callable[[], Iterable[User]]) -> Sheet:
    """Return who holds how much, as queries.handing_over.people counts it."""
    columns: list[Column[Any]] = [
        Column(_("Person"), str),
        Column(_("Account closed"), lambda one: yes_no(not one.is_active)),
        Column(pgettext("workflows", "Owns"), lambda one: one.owned),
        Column(pgettext("workflows", "Deputy of"), lambda one: one.deputised),
        Column(_("Schedules"), lambda one: one.scheduled),
        Column(_("Triggers and proposals"), lambda one: one.asking),
        Column(_("Drills and outages"), lambda one: one.facilitating),
        Column(_("Actions"), lambda one: one.acting),
    ]
    return sheet("hand-overs", columns, people)


def _state(line: Line) -> str:
    if line.overdue:
        return _("Overdue")
    return _("Rehearsed") if line.last else _("Not yet")


def findings(lines: Callable[[], Iterable[FindingLine]]) -> Sheet:
    """Return the findings of a report with their actions, a line of text for each."""
    columns: list[Column[FindingLine]] = [
        Column(_("Kind"), _kind),
        Column(_("What was seen"), lambda line: line.text),
        Column(_("Drafted from the figures"), lambda line: yes_no(line.is_draft)),
        Column(_("Workflow"), lambda line: line.workflow),
        Column(_("Alternative"), lambda line: line.alternative),
        Column(_("Actions"), lambda line: [one.text for one in line.actions]),
        Column(_("Owner"), lambda line: [one.owner for one in line.actions]),
        Column(_("Due"), lambda line: [one.due_on.isoformat() for one in line.actions]),
        Column(
            _("Status"),
            lambda line: [str(pill_for("action", one.status).text) for one in line.actions],
        ),
        Column(_("Dismissed by"), lambda line: line.dismissed_by),
    ]
    return sheet("findings", columns, lines)


def _kind(line: FindingLine) -> str:
    if line.kind == "strength":
        return _("Strength")
    return str(line.label) or _("Finding")


def actions(rows: QuerySet[CorrectiveAction], *, today: date) -> Sheet:
    """Return corrective actions for programs as well: heads and words of states are
    English in every language and stay the same."""

    def cells() -> Iterator[tuple[str, ...]]:
        return found.cells(rows, today=today)

    return Sheet("actions", "Actions", found.HEADS, cells)
