"""The overview: how ready we are, how fast we recovered, what needs a decision."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, Q, QuerySet
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.dashboard.queries.rows import (
    LABELS,
    ORDER,
    Decision,
    DecisionKind,
    WorkflowRow,
    decisions,
    in_period,
    recoveries,
    workflows,
)
from continuity.dashboard.queries.scope import Scope, months_back, stock
from continuity.domain.clocks import Reading, Verdict, median
from continuity.domain.readiness import Level, Share, WeightedShare, share_ready, weighted
from continuity.domain.states import DrillState
from continuity.drills.models import Schedule
from continuity.drills.queries.actions import Due, due
from continuity.inventory.models import (
    TIER_WEIGHTS,
    Alternative,
    Dependency,
    RunbookStep,
    Tier,
    Workflow,
)
from continuity.outages.models import Outage, OutageKind
from continuity.outages.queries import Line, Summary
from continuity.outages.queries.results import summary
from continuity.reports.models import Report, ReportState
from continuity.web.charts import Figure, Point, Stacked, Trend, sparkline

MOST_DECISIONS: Final = 5
MOST_ROWS: Final = 7
MOST_COLUMNS: Final = 6
MOST_GROUPS: Final = 8
MOST_DRILLS: Final = 200
"""Planned drills read for one overview; "overdue" beyond them says "or more"."""
SHOWN_DRILLS: Final = 6
HAS: Final = (
    "has_others",
    "has_teams",
    "has_workflows",
    "has_tools",
    "has_alternatives",
    "has_runbooks",
    "has_schedules",
    "has_drills",
    "has_reports",
)
HEAT_CUTS: Final = (1, 3, 6, 12)
"""From how many workflows on a cell gets the next darker colour."""


@dataclass(frozen=True, slots=True)
class Banner:
    """Something that goes on right now. `acknowledged` counts recoveries, of `total`."""

    outage: Outage
    total: int
    acknowledged: int
    recovered: int

    @property
    def is_drill(self) -> bool:
        return self.outage.is_drill

    @property
    def open(self) -> int:
        return self.total - self.recovered


@dataclass(frozen=True, slots=True)
class DrillRow:
    """One line of the drills: live, overdue, planned, or the result of one that is over."""

    title: str
    url: str
    at: datetime
    scope: str
    state: str
    overdue_days: int | None
    result: Summary | None


@dataclass(frozen=True, slots=True)
class HeatCell:
    value: int
    bucket: int
    group_pk: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """`carrier` is what the link filters by; empty for "others"."""

    name: str
    carrier: str
    cells: Sequence[HeatCell]
    total: int


@dataclass(frozen=True, slots=True)
class Concentration:
    """Which work stops with whom. `pressing` says that only critical and important
    workflows are counted; without any of these, all are."""

    columns: Sequence[str]
    rows: Sequence[HeatRow]
    pressing: bool
    workflows: int

    @property
    def top(self) -> HeatRow | None:
        return self.rows[0] if self.rows else None

    @property
    def top_percent(self) -> int | None:
        if self.top is None or not self.workflows:
            return None
        return self.top.total * 100 // self.workflows


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the first checklist."""

    title: str | Promise
    text: str | Promise
    url: str
    action: str | Promise
    done: bool


@dataclass(frozen=True, slots=True)
class Overview:
    scope: Scope
    banners: Sequence[Banner]
    share: Share
    weighted: WeightedShare
    proven: int
    recovery: Summary
    real: Summary
    """The recoveries in real outages of the period, which no figure of drills counts."""
    target: Reading | None
    within_target: bool | None
    spark: str
    trend: Figure
    decisions: Sequence[Decision]
    decisions_total: int
    decision_counts: Sequence[tuple[DecisionKind, str, int]]
    concentration: Concentration
    groups: Figure
    drills: Sequence[DrillRow]
    drills_overdue: int | None
    drills_next: datetime | None
    due: Due
    steps: Sequence[Step]

    @property
    def steps_done(self) -> int:
        return sum(step.done for step in self.steps)


def overview(chosen: Scope) -> Overview:
    """Return all that the overview shows, in twelve queries whatever there is to show."""
    own = stock(chosen)
    lines = recoveries(chosen)
    rows = workflows(chosen, own)
    period = in_period(chosen, lines)
    measured = [line for line in period if line.is_drill]
    real = [line for line in period if not line.is_drill]
    recovery = summary(measured)
    target = _target(measured)
    todo = decisions(chosen, own, lines)
    planned = _planned(chosen)
    live = _live(chosen)
    return Overview(
        scope=chosen,
        banners=live,
        share=share_ready(row.level for row in rows),
        weighted=weighted(((row.level, row.tier) for row in rows), TIER_WEIGHTS),
        proven=sum(row.proven for row in rows),
        recovery=recovery,
        real=summary(real),
        target=target,
        within_target=(
            recovery.median.within(target.length)
            if recovery.median is not None and target is not None
            else None
        ),
        spark=_spark(chosen, measured),
        trend=_trend(chosen, measured, real, target),
        decisions=_one_each(todo),
        decisions_total=len(todo),
        decision_counts=_counts(todo),
        concentration=_concentration(chosen, rows),
        groups=_groups(chosen, rows),
        drills=_drills(chosen, live, planned, lines),
        drills_overdue=_overdue(chosen, planned, lines, live),
        drills_next=next(
            (one.due_at for one in planned if one.due_at and one.due_at >= chosen.now), None
        ),
        due=due(
            chosen.user,
            None if chosen.department is None else chosen.team_rows,
            today=timezone.localdate(chosen.now),
        ),
        steps=_steps(chosen.user),
    )


def _planned(chosen: Scope) -> Sequence[Outage]:
    """Return the drills that are to come or should have begun, by date. One query."""
    rows = Outage.objects.allowing(chosen.user, Action.VIEW).filter(
        kind=OutageKind.DRILL, state=DrillState.PLANNED
    )
    return list(_in_teams(chosen, rows).order_by("due_at", "pk")[:MOST_DRILLS])


def _live(chosen: Scope) -> Sequence[Banner]:
    """Return what goes on now, real outages first, whatever department is looked at."""
    reached = Q(recoveries__minimum_at__isnull=False)
    rows = (
        Outage.objects.allowing(chosen.user, Action.VIEW)
        .live()
        .select_related("drill")
        .annotate(
            total=Count("recoveries"),
            acknowledged=Count(
                "recoveries",
                filter=Q(recoveries__acknowledged_at__isnull=False)
                | Q(recoveries__switched_at__isnull=False)
                | reached,
            ),
            recovered=Count("recoveries", filter=reached),
        )
        .order_by("-kind", "occurred_at", "pk")
    )
    return [
        Banner(one, one.total, one.acknowledged, one.recovered)  # type: ignore[attr-defined]
        for one in rows
    ]


def _in_teams(chosen: Scope, rows: "QuerySet[Outage]") -> "QuerySet[Outage]":
    rows = rows.select_related("drill", "team")
    if chosen.department is None:
        return rows
    reached = Outage.teams.through.objects.filter(team__in=list(chosen.groups))
    return rows.filter(pk__in=reached.values("outage"))


def _target(lines: Iterable[Line]) -> Reading | None:
    """Return what the recoveries were held to: the lower median of their RTOs."""
    return median(
        Reading(line.rto)
        for line in lines
        if line.rto is not None and line.verdict is not Verdict.EXCUSED
    )


def _by_month(
    chosen: Scope, lines: Iterable[Line]
) -> Sequence[tuple[datetime, Reading | None]]:
    """Return each month of the scope, the oldest first, with its median."""
    months = [months_back(chosen.now, back) for back in reversed(range(chosen.months))]
    of_month: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in lines:
        local = timezone.localtime(line.occurred_at)
        of_month[local.year, local.month].append(line)
    return [
        (month, summary(of_month.get((month.year, month.month), ())).median)
        for month in months
    ]


def _minutes(length: timedelta) -> float:
    return length.total_seconds() / 60


def _spark(chosen: Scope, lines: Iterable[Line]) -> str:
    """Return a small line of the monthly medians. Where one is a bound there is none: a
    line this small cannot say so."""
    known = [reading for _month, reading in _by_month(chosen, lines) if reading]
    if len(known) < 3 or any(reading.is_lower_bound for reading in known):
        return ""
    return sparkline([_minutes(reading.length) for reading in known])


def _points(chosen: Scope, lines: Iterable[Line]) -> list[Point]:
    return [
        Point(
            dateformat.format(month, "M"),
            None if reading is None else _minutes(reading.length),
            is_lower_bound=bool(reading and reading.is_lower_bound),
        )
        for month, reading in _by_month(chosen, lines)
    ]


def _trend(
    chosen: Scope, lines: Iterable[Line], real: Sequence[Line], target: Reading | None
) -> Figure:
    """Return the months of drills and, beside them, those of real outages if any."""
    points = _points(chosen, lines)
    heads = [gettext("Month"), gettext("Minutes")]
    if real:
        heads = [heads[0], gettext("Drills, minutes"), gettext("Real outages, minutes")]
    known = sum(point.value is not None for point in points)
    return Trend(
        uid="trend",
        title=(
            gettext("Median recovery time in drills and in real outages, by month")
            if real
            else gettext("Median recovery time in drills, by month")
        ),
        description=ngettext(
            "%(known)d month of %(all)d with a drill; the figures are in the table below.",
            "%(known)d months of %(all)d with a drill; the figures are in the table below.",
            known,
        )
        % {"known": known, "all": len(points)},
        points=points,
        heads=heads,
        others=_points(chosen, real) if real else (),
        target=None if target is None else _minutes(target.length),
        target_label=gettext("Target"),
        unit=gettext("min"),
        height=280,
    ).figure()


def _one_each(todo: Iterable[Decision]) -> Sequence[Decision]:
    """Return the most pressing decision of each of the first few workflows."""
    first: dict[int, Decision] = {}
    for one in todo:
        first.setdefault(one.workflow_pk, one)
    return list(first.values())[:MOST_DECISIONS]


def _counts(todo: Iterable[Decision]) -> Sequence[tuple[DecisionKind, str, int]]:
    counted = Counter(one.kind for one in todo)
    return [(kind, str(LABELS[kind]), counted[kind]) for kind in ORDER if counted[kind]]


def _concentration(chosen: Scope, rows: Sequence[WorkflowRow]) -> Concentration:
    pressing = [row for row in rows if row.tier <= Tier.IMPORTANT]
    counted = pressing or rows
    stopping = [row for row in counted if row.stops_with]
    by_carrier = Counter(name for row in stopping for name in row.stops_with)
    by_group = Counter(row.group_pk for row in stopping)
    carriers = [name for name, _n in _largest(by_carrier)]
    groups = [pk for pk, _n in _largest(by_group)]
    columns, rest = groups[:MOST_COLUMNS], set(groups[MOST_COLUMNS:])
    names = [chosen.teams[pk].name for pk in columns]
    if rest:
        names.append(gettext("Others"))

    def row_of(name: str, carrier: str, among: set[str]) -> HeatRow:
        hit = [row for row in stopping if row.stops_with & among]
        values = [(sum(row.group_pk == pk for row in hit), pk) for pk in columns]
        if rest:
            values.append((sum(row.group_pk in rest for row in hit), 0))
        cells = [HeatCell(value, _bucket(value), pk) for value, pk in values]
        return HeatRow(name, carrier, cells, len(hit))

    table = [row_of(name, name, {name}) for name in carriers[:MOST_ROWS]]
    if others := set(carriers[MOST_ROWS:]):
        label = ngettext("%(number)d other", "%(number)d others", len(others)) % {
            "number": len(others)
        }
        table.append(row_of(label, "", others))
    return Concentration(names, table, bool(pressing), len(counted))


def _largest[Key: (int, str)](counted: Counter[Key]) -> list[tuple[Key, int]]:
    """Return the largest first; equal ones in a fixed order, so that nothing jumps."""
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def _bucket(value: int) -> int:
    return sum(value >= cut for cut in HEAT_CUTS)


def _groups(chosen: Scope, rows: Sequence[WorkflowRow]) -> Figure:
    """Return readiness by department, the largest first, the small ones as one row."""
    levels: dict[int, list[Level]] = defaultdict(list)
    for row in rows:
        levels[row.group_pk].append(row.level)
    ordered = sorted(levels.items(), key=lambda item: (-len(item[1]), item[0]))
    shown = [(chosen.teams[pk].name, found) for pk, found in ordered[:MOST_GROUPS]]
    if rest := [level for _pk, found in ordered[MOST_GROUPS:] for level in found]:
        shown.append((gettext("Others"), rest))
    bars = []
    for name, found in shown:
        share = share_ready(found)
        bars.append((name, (share.ready, share.partly, share.not_ready, share.unknown)))
    return Stacked(
        uid="groups",
        title=gettext("Workflows by readiness and department"),
        description=gettext("The figures are in the table below."),
        keys=[
            ("ok", gettext("Ready")),
            ("warn", gettext("Partly ready")),
            ("bad", gettext("Not ready")),
            ("none", gettext("Not known")),
        ],
        rows=bars,
        head=gettext("Department") if chosen.department is None else gettext("Team"),
    ).figure()


def _drills(
    chosen: Scope, live: Sequence[Banner], planned: Sequence[Outage], lines: Sequence[Line]
) -> Sequence[DrillRow]:
    """Return live drills, then overdue ones, then the next, then the last results."""
    running = [
        DrillRow(
            title=one.outage.title,
            url=one.outage.drill.get_absolute_url(),
            at=one.outage.occurred_at or chosen.now,
            scope=_recoveries(one.total),
            state=one.outage.state,
            overdue_days=None,
            result=None,
        )
        for one in live
        if one.is_drill
    ]
    coming = [
        DrillRow(
            title=one.title,
            url=one.drill.get_absolute_url(),
            at=one.due_at,
            scope=one.team.name if one.team is not None else gettext("All teams"),
            state=one.state,
            overdue_days=(chosen.now - one.due_at).days
            if one.due_at < chosen.now
            else None,
            result=None,
        )
        for one in planned
        if one.due_at is not None
    ]
    of_outage: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if line.is_drill:
            of_outage[line.outage].append(line)
    over = [
        DrillRow(
            title=found[0].outage_title,
            url=reverse("outages:live", args=[pk]),
            at=found[0].occurred_at,
            scope=_recoveries(len(found)),
            state=DrillState.ENDED,
            overdue_days=None,
            result=summary(found),
        )
        for pk, found in sorted(
            of_outage.items(), key=lambda item: item[1][0].occurred_at, reverse=True
        )
    ]
    return [*running, *coming[:SHOWN_DRILLS], *over[: SHOWN_DRILLS - 2]]


def _recoveries(number: int) -> str:
    """A workflow that lost two tools is two of them."""
    return ngettext("%(number)d recovery", "%(number)d recoveries", number) % {
        "number": number
    }


def _overdue(
    chosen: Scope, planned: Sequence[Outage], lines: Sequence[Line], live: Sequence[Banner]
) -> int | None:
    """Count what should have begun; None where no drill was ever planned or held: then
    nothing is overdue because nothing was promised."""
    known = planned or any(line.is_drill for line in lines)
    if not known and not any(one.is_drill for one in live):
        return None
    return sum(one.due_at is not None and one.due_at < chosen.now for one in planned)


def _steps(user: User) -> Sequence[Step]:
    """Return the first six things to do, each ticked from what is there. One query."""
    drills = Outage.objects.filter(kind=OutageKind.DRILL)
    done = (
        User.objects.filter(pk=user.pk)
        .annotate(
            has_others=Exists(User.objects.filter(is_active=True).exclude(pk=user.pk)),
            has_teams=Exists(Team.objects.all()),
            has_workflows=Exists(Workflow.objects.current()),
            has_tools=Exists(Dependency.objects.all()),
            has_alternatives=Exists(Alternative.objects.all()),
            has_runbooks=Exists(RunbookStep.objects.all()),
            has_schedules=Exists(Schedule.objects.all()),
            has_drills=Exists(drills),
            has_reports=Exists(Report.objects.filter(state=ReportState.DONE)),
        )
        .values(*HAS)
        .get()
    )
    return [
        Step(
            _("Add people and teams"),
            _("A team shares workflows; its lead runs its drills."),
            reverse("accounts:people"),
            _("Add people"),
            done["has_others"] and done["has_teams"],
        ),
        Step(
            _("Import or add workflows"),
            _("A list you already have, as CSV or XLSX, is enough to start with."),
            reverse("inventory:imports"),
            _("Import"),
            done["has_workflows"],
        ),
        Step(
            _("Name the tools they use"),
            _("And what happens without each: the work stops, or gets poorer."),
            reverse("inventory:workflows"),
            _("Name tools"),
            done["has_tools"],
        ),
        Step(
            _("Rank alternatives and write a runbook"),
            _("What you would use instead, and the steps to get there."),
            reverse("inventory:workflows"),
            _("Choose a workflow"),
            done["has_alternatives"] and done["has_runbooks"],
        ),
        Step(
            _("Plan a drill"),
            _("An alternative counts when somebody has used it, lately, for this work."),
            reverse("drills:plan"),
            _("Plan a drill"),
            done["has_schedules"] or done["has_drills"],
        ),
        Step(
            _("Download the report"),
            _("What you know, what you rehearsed, what is missing: as a PDF."),
            reverse("reports:list"),
            _("Reports"),
            done["has_reports"],
        ),
    ]
