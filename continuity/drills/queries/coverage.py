"""How often each workflow is rehearsed, and what never was."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.recurrence import occurrences
from continuity.domain.states import BEFORE
from continuity.drills.models import Drill, Programme, Scenario, Schedule
from continuity.drills.queries.calendar import visible_schedules
from continuity.drills.queries.rotation import HELD, Cast, Stock, own_cast, stock
from continuity.drills.queries.rules import blackout_days, rule_of
from continuity.inventory.models import Dependency, Workflow
from continuity.inventory.queries.fate import graph
from continuity.outages.models import Recovery

MOST: Final = 200
"""Planned drills, and schedules, among which the next one of a workflow is looked for."""

MOST_UNTRIED: Final = 20

MOST_TURNS: Final = 24
TURNS_AHEAD: Final = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Next:
    """The next drill that reaches a workflow. `path` leads to it, or to the `schedule`
    (its key) that will bring it."""

    at: datetime
    path: str
    schedule: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One workflow. `last` is None if it never was in a drill that was held; `since` is
    the time that passed from then to now. `next` is None if nothing planned reaches it."""

    workflow: Workflow
    last: datetime | None
    since: timedelta | None
    next: Next | None
    tried: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class Untried:
    """The first `MOST_UNTRIED` of the `count` scenarios that were never played."""

    scenarios: tuple[Scenario, ...]
    count: int
    of: int


def overdue_months() -> int:
    """Return after how many months without a drill a workflow is overdue."""
    found = Programme.objects.filter(pk=1).values_list("overdue_months", flat=True).first()
    return Programme._meta.get_field("overdue_months").default if found is None else found


def overdue_before(months: int, now: datetime) -> datetime:
    """Return the instant before which a last drill is too long ago."""
    return now - relativedelta(months=months)


def workflows(
    user: User, *, team: Team | None = None, overdue: datetime | None = None
) -> QuerySet[Workflow]:
    """Return the current workflows that `user` may see, the longest neglected first.

    Each has `last_drill`, when the last drill that was held and had it began, and
    `tried`, how many scenarios it went through. One that never had any counts from when
    it was written down. `overdue` keeps those whose instant lies before it.
    """
    held = Recovery.objects.filter(
        workflow=OuterRef("pk"), outage__drill__isnull=False, outage__state__in=HELD
    ).order_by()
    last = held.values("workflow").annotate(at=Max("outage__occurred_at")).values("at")
    tried = (
        held.values("workflow")
        .annotate(n=Count("outage__drill__scenario", distinct=True))
        .values("n")
    )
    found = (
        Workflow.objects.allowing(user, Action.VIEW)
        .current()
        .annotate(last_drill=Subquery(last), tried=Coalesce(Subquery(tried), 0))
        .annotate(neglected_since=Coalesce("last_drill", "created_at"))
    )
    if team is not None:
        found = found.filter(Q(team=team) | Q(team__parent=team))
    if overdue is not None:
        found = found.filter(neglected_since__lt=overdue)
    return found.select_related("team").order_by("neglected_since", "name", "pk")


def lines(
    rows: Sequence[Workflow], *, user: User, overdue: datetime, now: datetime
) -> tuple[Line, ...]:
    """Return a page of `workflows()` as lines, in a fixed number of queries."""
    coming = next_drills(rows, user=user, now=now)
    made = []
    for row in rows:
        last: datetime | None = getattr(row, "last_drill", None)
        made.append(
            Line(
                workflow=row,
                last=last,
                since=None if last is None else now - last,
                next=coming.get(row.pk),
                tried=getattr(row, "tried", 0),
                overdue=(last or row.created_at) < overdue,
            )
        )
    return tuple(made)


@dataclass(frozen=True, slots=True)
class _Coming:
    """A drill to come: the tools that stop in it, the teams in it (None: all), and the
    only workflows and criticalities in it (None: all)."""

    next: Next
    tools: frozenset[int]
    teams: frozenset[int] | None
    workflows: frozenset[int] | None
    tiers: frozenset[int] | None = None

    def holds(self, row: Workflow) -> bool:
        return (
            (self.teams is None or row.team_id in self.teams)
            and (self.workflows is None or row.pk in self.workflows)
            and (self.tiers is None or row.tier in self.tiers)
        )


def next_drills(
    rows: Sequence[Workflow], *, user: User | None, now: datetime
) -> Mapping[int, Next]:
    """Return the next drill that reaches each workflow, for those with one, of the
    drills and schedules that `user` may see; None: of all. A fixed number of queries.
    """
    used: dict[int, set[int]] = {}
    needed = Dependency.objects.filter(workflow__in=rows)
    for workflow, tool in needed.values_list("workflow", "tool"):
        used.setdefault(workflow, set()).add(tool)
    found: dict[int, Next] = {}
    for coming in sorted(_coming(user, now), key=lambda each: each.next.at):
        for row in rows:
            if (
                row.pk not in found
                and coming.holds(row)
                and coming.tools & used.get(row.pk, set())
            ):
                found[row.pk] = coming.next
    return found


def _coming(user: User | None, now: datetime) -> list[_Coming]:
    known = graph()

    def falls(tools: Iterable[int]) -> frozenset[int]:
        return frozenset(known.blast_radius(list(tools), hard_only=True))

    drills = Drill.objects.all()
    seen: QuerySet[Schedule] = Schedule.objects.all()
    if user is not None:
        drills, seen = drills.allowing(user, Action.VIEW), visible_schedules(user)
    planned = (
        drills.filter(outage__state__in=BEFORE, occurrence_at__gte=now)
        .select_related("outage")
        .prefetch_related("outage__tools", "outage__teams", "outage__workflows")
        .order_by("occurrence_at", "pk")
    )
    found = [
        _Coming(
            Next(drill.occurrence_at, drill.get_absolute_url(), drill.schedule_id),
            falls(tool.pk for tool in drill.outage.tools.all()),
            frozenset(team.pk for team in drill.outage.teams.all()),
            frozenset(work.pk for work in drill.outage.workflows.all())
            if drill.outage.narrowed
            else None,
        )
        for drill in planned[:MOST]
    ]
    schedules = (
        seen.filter(paused=False, next_due_at__gte=now)
        .select_related("scenario")
        .prefetch_related("tools", "team__children", "workflows")
        .order_by("next_due_at", "pk")
    )
    rows = list(schedules[:MOST])
    # Only where some schedule goes round, and then once for all of them.
    turning = stock() if any(schedule.rotates for schedule in rows) else None
    blackout = frozenset[date]() if turning is None else blackout_days()
    return found + [
        _Coming(
            Next(at, schedule.get_absolute_url(), schedule.pk),
            falls(tool.pk for tool in cast.tools),
            _teams_of(cast),
            frozenset(work.pk for work in schedule.workflows.all()) or None,
            frozenset(schedule.tiers) or None,
        )
        for schedule in rows
        for at, cast in _casts(schedule, turning, blackout)
    ]


def _casts(
    schedule: Schedule, turning: Stock | None, blackout: frozenset[date]
) -> list[tuple[datetime, Cast]]:
    """Return when the next drill of `schedule` is, and who is in it; where it goes round,
    of the next `MOST_TURNS`."""
    at = schedule.next_due_at
    if at is None:
        return []
    if turning is None or not schedule.rotates:
        return [(at, own_cast(schedule))]
    times = occurrences(
        rule_of(schedule, blackout),
        at - timedelta(seconds=1),
        at + TURNS_AHEAD,
        limit=MOST_TURNS,
    )
    found = turning.turns(schedule, times)
    return list(zip(times, found, strict=True)) if found else [(at, own_cast(schedule))]


def _teams_of(cast: Cast) -> frozenset[int] | None:
    if cast.team is None:
        return None
    below = (child.pk for child in cast.team.children.all())
    return frozenset({cast.team.pk, *below})


def untried(user: User, *, team: Team | None = None) -> Untried:
    """Return the scenarios that no drill which `user` may see has played to its end."""
    held = Drill.objects.allowing(user, Action.VIEW).filter(outage__state__in=HELD)
    if team is not None:
        held = held.filter(Q(outage__team=team) | Q(outage__in=team.outages.values("pk")))
    never = Scenario.objects.exclude(pk__in=held.values("scenario")).order_by(
        "-happened_at", "pk"
    )
    return Untried(
        scenarios=tuple(never[:MOST_UNTRIED]),
        count=never.count(),
        of=Scenario.objects.count(),
    )
