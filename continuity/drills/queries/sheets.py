"""Coverage, findings and actions as files: what their tables say, for all rows at once."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from continuity.drills.models import CorrectiveAction
from continuity.drills.queries import actions as found
from continuity.drills.queries.after import FindingLine
from continuity.drills.queries.coverage import Line
from continuity.web.pills import pill_for
from continuity.web.sheets import Column, Sheet, moment, sheet, yes_no


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
