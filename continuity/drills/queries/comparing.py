"""Any two drills of a workflow, of a team or of all teams, clock by clock."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.clocks import (
    Change,
    Clock,
    Pause,
    Reading,
    after_onset,
    change,
    median,
)
from continuity.domain.states import DrillState
from continuity.drills.models import Drill
from continuity.inventory.models import Workflow
from continuity.outages.queries.results import Line, Results, results_of
from continuity.web.charts import Figure
from continuity.web.charts.pairs import Pair, Pairs, minutes

HELD: Final = (DrillState.ENDED, DrillState.REVIEWED)
MOST_DRILLS: Final = 100

CLOCKS: Final[Mapping[Clock, Promise]] = {
    Clock.DETECTED: pgettext_lazy("clock of a recovery", "Detected"),
    Clock.ACKNOWLEDGED: pgettext_lazy("clock of a recovery", "Acknowledged"),
    Clock.DECIDED: pgettext_lazy("clock of a recovery", "Decided"),
    Clock.SWITCHED: pgettext_lazy("clock of a recovery", "Switched"),
    Clock.MINIMUM: gettext_lazy("Minimum level (RTA)"),
    Clock.FULL: pgettext_lazy("clock of a recovery", "Full service"),
}


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock in both drills. `of_before` and `of_after` say how many recoveries stand
    behind a median; 1 where it is one recovery's own."""

    label: str | Promise
    before: Reading | None
    after: Reading | None
    change: Change | None
    of_before: int
    of_after: int


@dataclass(frozen=True, slots=True)
class WorkflowLine:
    """One workflow's recovery in both drills; None where it was not in one of them."""

    workflow_pk: int
    workflow: str
    tool: str
    before: Line | None
    after: Line | None
    change: Change | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`before` is the earlier drill whichever was asked for first."""

    before: Drill
    after: Drill
    clocks: tuple[ClockLine, ...]
    lines: tuple[WorkflowLine, ...]
    chart: Figure
    is_median: bool
    other_speed: bool


def workflows(user: User) -> QuerySet[Workflow]:
    """Return the workflows that `user` may see and that were in a drill."""
    return (
        Workflow.objects.allowing(user, Action.VIEW)
        .filter(recoveries__outage__drill__isnull=False, recoveries__outage__state__in=HELD)
        .distinct()
        .order_by("name", "pk")
    )


def teams(user: User) -> QuerySet[Team]:
    return Team.objects.allowing(user, Action.VIEW).order_by("name", "pk")


def drills(
    user: User,
    *,
    workflow: Workflow | None = None,
    team: Team | None = None,
    everyone: bool = False,
) -> QuerySet[Drill]:
    """Return the drills that were held with that work in it, the latest first.

    Of a department those of its teams too; of `everyone` all that `user` may see. Nothing
    without any of these.
    """
    rows = Drill.objects.allowing(user, Action.VIEW).filter(outage__state__in=HELD)
    if workflow is not None:
        rows = rows.filter(outage__in=workflow.recoveries.values("outage"))
    elif team is not None:
        of_team = Q(outage__recoveries__workflow__team=team)
        below = Q(outage__recoveries__workflow__team__parent=team)
        rows = rows.filter(of_team | below).distinct()
    elif not everyone:
        return rows.none()
    return rows.select_related("outage", "scenario").order_by("-outage__occurred_at", "-pk")


def compare(
    first: Drill,
    second: Drill,
    *,
    workflow: Workflow | None = None,
    team: Team | None = None,
    now: datetime,
) -> Comparison:
    """Return two drills side by side, the earlier one first. Three queries at most.

    One recovery is compared with its like. Of several (a team's, or a workflow's that
    lost several tools at once) the clocks are medians over those that were in both
    drills, and say so; a median over bounds may be a bound.
    """
    before, after = sorted((first, second), key=lambda one: (one.outage.onset, one.pk))
    old, new = results_of([before.outage, after.outage], now=now)
    own = None
    if team is not None:
        below = Team.objects.filter(Q(pk=team.pk) | Q(parent=team))
        own = set(below.values_list("pk", flat=True))
    lines = _side_by_side(_kept(old, workflow, own), _kept(new, workflow, own))
    both = [line for line in lines if line.before is not None and line.after is not None]
    clocks = _clocks(both, old.pauses, new.pauses, now) if both else ()
    return Comparison(
        before=before,
        after=after,
        clocks=clocks,
        lines=lines,
        chart=_chart(clocks),
        is_median=len(both) > 1,
        other_speed=before.speed != after.speed,
    )


def _kept(found: Results, workflow: Workflow | None, teams: Set[int] | None) -> list[Line]:
    """Return the recoveries of that workflow, or of these teams; None: of all."""
    return [
        line
        for line in found.lines
        if (workflow is None or line.workflow_pk == workflow.pk)
        and (teams is None or line.team_pk in teams)
    ]


def _side_by_side(
    before: Sequence[Line], after: Sequence[Line]
) -> tuple[WorkflowLine, ...]:
    """Pair recoveries of the same workflow that lost the same tool, then, of a workflow
    whose tools all differ, the slowest of each."""
    spare: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in before:
        spare[_key(line)].append(line)
    rows: list[tuple[Line | None, Line | None]] = [
        (spare[_key(line)].pop(0) if spare[_key(line)] else None, line) for line in after
    ]
    others: dict[int, list[Line]] = defaultdict(list)
    for left in spare.values():
        for line in left:
            others[line.workflow_pk].append(line)
    for own in others.values():
        own.sort(key=lambda one: one.reading.length)
    for index, (old, new) in enumerate(rows):
        if old is None and new is not None and others[new.workflow_pk]:
            rows[index] = (others[new.workflow_pk].pop(), new)
    rows += [(line, None) for left in others.values() for line in left]
    made = [_row(old, new) for old, new in rows]
    return tuple(sorted(made, key=lambda one: (one.workflow, one.tool)))


def _key(line: Line) -> tuple[int, int]:
    return line.workflow_pk, line.tool_pk


def _row(old: Line | None, new: Line | None) -> WorkflowLine:
    known = new or old
    if known is None:
        raise ValueError("one of two recoveries at least")
    tools = {line.tool: None for line in (old, new) if line is not None}
    return WorkflowLine(
        workflow_pk=known.workflow_pk,
        workflow=known.workflow,
        tool=" → ".join(tools),
        before=old,
        after=new,
        change=change(old.reading if old else None, new.reading if new else None),
    )


def _clocks(
    both: Iterable[WorkflowLine],
    old: tuple[Pause, ...],
    new: tuple[Pause, ...],
    now: datetime,
) -> tuple[ClockLine, ...]:
    rows = list(both)
    made = []
    for clock, label in CLOCKS.items():
        before = _read([row.before for row in rows], clock, old, now)
        after = _read([row.after for row in rows], clock, new, now)
        first, second = median(before), median(after)
        if first is None and second is None:
            continue
        made.append(
            ClockLine(label, first, second, change(first, second), len(before), len(after))
        )
    return tuple(made)


def _read(
    lines: Iterable[Line | None], clock: Clock, pauses: tuple[Pause, ...], now: datetime
) -> list[Reading]:
    """Return one clock of every recovery that has it. What was excused is left out."""
    found = []
    for line in lines:
        if line is None or line.excused_reason:
            continue
        reading = after_onset(
            line.moments, clock, ended=line.ended_at, now=now, pauses=pauses
        )
        if reading is not None:
            found.append(reading)
    return found


def _chart(clocks: Iterable[ClockLine]) -> Figure:
    return Pairs(
        uid="compared",
        title=_("Both drills, clock by clock"),
        description=_("Minutes from the onset; a bar without an end is a lower bound."),
        rows=[
            Pair(str(line.label), minutes(line.before), minutes(line.after))
            for line in clocks
        ],
        heads=(_("Clock"), _("The earlier drill"), _("The later drill")),
    ).figure()
