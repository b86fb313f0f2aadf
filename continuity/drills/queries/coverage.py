"""How often each workflow is rehearsed, and what never was."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.recurrence import occurrences
from continuity.domain.states import BEFORE
from continuity.drills.models import Drill, Programme, Scenario, Schedule
from continuity.drills.queries.calendar import visible_schedules
from continuity.drills.queries.rotation import HELD, Stock, stock
from continuity.drills.queries.rules import rule_of
from continuity.inventory.models import Dependency, Workflow
from continuity.inventory.queries.fate import graph
from continuity.outages.models import Outage, Recovery
from continuity.web.together import moment, number_of, together, value_of

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
    needed = Dependency.objects.filter(workflow__in=rows).values_list("workflow", "tool")
    used, ahead = _used_and_coming(needed, user, now)
    found: dict[int, Next] = {}
    for coming in sorted(ahead, key=lambda each: each.next.at):
        for row in rows:
            if (
                row.pk not in found
                and coming.holds(row)
                and coming.tools & used.get(row.pk, frozenset())
            ):
                found[row.pk] = coming.next
    return found


def _used_and_coming(
    needed: "QuerySet[Dependency, tuple[int, int]]", user: User | None, now: datetime
) -> tuple[Mapping[int, frozenset[int]], list[_Coming]]:
    """Return the tools that each workflow needs, and what is to come."""
    drills = Drill.objects.all()
    seen: QuerySet[Schedule] = Schedule.objects.all()
    if user is not None:
        drills, seen = drills.allowing(user, Action.VIEW), visible_schedules(user)
    planned = drills.filter(outage__state__in=BEFORE, occurrence_at__gte=now).order_by(
        "occurrence_at", "pk"
    )[:MOST]
    schedules = list(
        seen.filter(paused=False, next_due_at__gte=now).order_by("next_due_at", "pk")[:MOST]
    )
    outages = {"outage__in": planned.values("outage")}
    found = together(
        used=needed,
        drills=planned.values_list(
            "pk", "outage", "occurrence_at", "outage__narrowed", "schedule"
        ),
        tools=Outage.tools.through.objects.filter(**outages).values_list("outage", "tool"),
        teams=Outage.teams.through.objects.filter(**outages).values_list("outage", "team"),
        workflows=Outage.workflows.through.objects.filter(**outages).values_list(
            "outage", "workflow"
        ),
        taken=Schedule.tools.through.objects.filter(schedule__in=schedules).values_list(
            "schedule", "tool"
        ),
        picked=Schedule.workflows.through.objects.filter(
            schedule__in=schedules
        ).values_list("schedule", "workflow"),
        below=Team.objects.exclude(parent=None).order_by().values_list("parent", "pk"),
    )
    known = graph()

    def falls(tools: Iterable[int]) -> frozenset[int]:
        return frozenset(known.blast_radius(list(tools), hard_only=True))

    nothing = frozenset[int]()
    tools, teams, workflows = (
        _grouped(found[name]) for name in ("tools", "teams", "workflows")
    )
    address = reverse("drills:drill", args=[0])
    coming = [
        _Coming(
            Next(moment(at), address.replace("/0/", f"/{pk}/"), schedule),
            falls(tools.get(outage, nothing)),
            teams.get(outage, nothing),
            workflows.get(outage, nothing) if narrowed else None,
        )
        for pk, outage, at, narrowed, schedule in found["drills"]
    ]
    taken, picked, below = (_grouped(found[name]) for name in ("taken", "picked", "below"))
    # Only where some schedule goes round, and then once for all of them.
    turning = stock(known) if any(schedule.rotates for schedule in schedules) else None
    for schedule in schedules:
        only = picked.get(schedule.pk, nothing)
        turns: list[tuple[datetime, int | None, frozenset[int]]] = []
        if turning is not None and schedule.rotates:
            turns = [*_turns(schedule, turning, only)]
        if not turns and schedule.next_due_at is not None:
            own = taken.get(schedule.pk, nothing)
            turns = [(schedule.next_due_at, schedule.team_id, own)]
        coming += [
            _Coming(
                Next(at, schedule.get_absolute_url(), schedule.pk),
                falls(stopped),
                None if team is None else below.get(team, nothing) | {team},
                only or None,
                frozenset(schedule.tiers) or None,
            )
            for at, team, stopped in turns
        ]
    return _grouped(found["used"]), coming


def _grouped(pairs: Iterable[tuple[Any, ...]]) -> Mapping[int, frozenset[int]]:
    """Return the second of each pair by the first."""
    found: dict[int, set[int]] = defaultdict(set)
    for key, one in pairs:
        found[key].add(one)
    return {key: frozenset(ones) for key, ones in found.items()}


def _turns(
    schedule: Schedule, known: Stock, picked: Collection[int]
) -> list[tuple[datetime, int, frozenset[int]]]:
    """Return when the next `MOST_TURNS` drills of a schedule that goes round are, whose
    turn it is then, and which tools stop; nothing where none reaches any work."""
    at = schedule.next_due_at
    if at is None:
        return []
    times = occurrences(
        rule_of(schedule, known.blackout),
        at - timedelta(seconds=1),
        at + TURNS_AHEAD,
        limit=MOST_TURNS,
    )
    turns = known.turns(schedule, times, picked)
    return [
        (when, turn.team, frozenset(known.failing[turn.scenario]))
        for when, turn in zip(times, turns, strict=False)
    ]


def untried(user: User, *, team: Team | None = None) -> Untried:
    """Return the scenarios that no drill which `user` may see has played to its end."""
    held = Drill.objects.allowing(user, Action.VIEW).filter(outage__state__in=HELD)
    if team is not None:
        held = held.filter(Q(outage__team=team) | Q(outage__in=team.outages.values("pk")))
    never = Scenario.objects.exclude(pk__in=held.values("scenario")).order_by(
        "-happened_at", "pk"
    )
    found = together(
        count=number_of(never),
        of=number_of(Scenario.objects.all()),
        first=never.values_list("pk", "title_en", "title_fr")[:MOST_UNTRIED],
    )
    return Untried(
        scenarios=tuple(
            Scenario(pk=pk, title_en=english, title_fr=french)
            for pk, english, french in found["first"]
        ),
        count=value_of(found["count"]),
        of=value_of(found["of"]),
    )
