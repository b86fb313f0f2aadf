"""The overview: how ready we are, how fast we recovered, what needs a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext, ngettext

from continuity.accounts.roles import Action
from continuity.dashboard.queries.comparing import (
    Comparison,
    Shifts,
    comparison,
)
from continuity.dashboard.queries.concentration import Concentration, concentration
from continuity.dashboard.queries.decisions import (
    LABELS,
    ORDER,
    Decision,
    DecisionKind,
    explained,
)
from continuity.dashboard.queries.figures import Figures, figures, share_of
from continuity.dashboard.queries.scope import Scope, months_back
from continuity.dashboard.queries.steps import Step, steps
from continuity.domain.clocks import Change, Reading, change
from continuity.domain.readiness import Share, WeightedShare
from continuity.domain.states import LIVE, DrillState
from continuity.drills.queries.actions import Due, due
from continuity.inventory.queries.standing import LEVEL_LABELS
from continuity.outages.models import Outage, OutageKind
from continuity.outages.queries import Summary
from continuity.web.charts import TONES, Figure, Point, Stacked, Trend, sparkline

MOST_GROUPS: Final = 8
MOST_DRILLS: Final = 200
"""Drills that go on or are planned, read for one overview."""
SHOWN_DRILLS: Final = 6
MOST_ON_WALL: Final = 3


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
class Overview:
    scope: Scope
    banners: Sequence[Banner]
    share: Share
    weighted: WeightedShare
    proven: int
    recovery: Summary
    recovery_change: Change | None
    """Against the period before, which was as long."""
    real: Summary
    """The recoveries in real outages of the period, which no figure of drills counts."""
    target: Reading | None
    within_target: bool | None
    spark: str
    months: Sequence[tuple[datetime, Reading | None, Reading | None]]
    """Each month of the period with its median in drills, and in real outages."""
    trend: Figure
    decisions: Sequence[Decision]
    decisions_total: int
    decision_counts: Sequence[tuple[DecisionKind, str, int]]
    concentration: Concentration
    groups: Figure
    group_links: Sequence[tuple[int, str, Share]]
    """The departments of the bars, by key and name: each leads to its workflows."""
    compared: Comparison
    shifts: Shifts
    drills: Sequence[DrillRow]
    drills_overdue: int | None
    drills_next: datetime | None
    due: Due
    steps: Sequence[Step]

    @property
    def since_then(self) -> Mapping[str, int]:
        """Return by how much each figure differs from that of the day it is compared
        with; what cannot be compared is left out."""
        then, now = self.compared.then, self.share.percent
        if then is None:
            return {}
        found = {"proven": self.proven - then.proven}
        if now is not None and then.percent is not None:
            found["percent"] = now - then.percent
        if self.drills_overdue is not None and self.scope.is_whole:
            found["overdue"] = self.drills_overdue - then.overdue
        return found

    @property
    def shown_banners(self) -> Sequence[Banner]:
        """What a screen on a wall has room for, real outages first."""
        return self.banners[:MOST_ON_WALL]

    @property
    def hidden_banners(self) -> int:
        return len(self.banners) - len(self.shown_banners)

    @property
    def has_bounds(self) -> bool:
        """Whether a month of the chart has but a lower bound."""
        return any(
            reading is not None and reading.is_lower_bound
            for _month, *both in self.months
            for reading in both
        )

    @property
    def faster(self) -> bool:
        """Whether the median is surely below that of the period before."""
        own = self.recovery_change
        return own is not None and own.length < timedelta()

    @property
    def slower(self) -> bool:
        own = self.recovery_change
        return own is not None and own.length > timedelta()

    @property
    def change_length(self) -> timedelta | None:
        return None if self.recovery_change is None else abs(self.recovery_change.length)

    @property
    def steps_done(self) -> int:
        return sum(step.done for step in self.steps)


def overview(
    chosen: Scope, *, by_upstream: bool = False, with_steps: bool = True
) -> Overview:
    """Return all that the overview shows, in eight queries, however much there is."""
    found = figures(chosen, by_upstream=by_upstream)
    live, planned = _going_on(chosen)
    medians = _by_month(chosen, found, is_drill=True)
    real = _by_month(chosen, found, is_drill=False)
    median, target = found.drills.median, found.target
    overdue = _overdue(chosen, planned, found, live)
    compared = comparison(
        chosen, percent=found.share.percent, proven=found.proven, overdue=overdue
    )
    return Overview(
        scope=chosen,
        banners=live,
        share=found.share,
        weighted=found.weighted,
        proven=found.proven,
        recovery=found.drills,
        recovery_change=change(found.earlier.median, median),
        real=found.real,
        target=target,
        within_target=None
        if median is None or target is None
        else median.within(target.length),
        spark=_spark(medians),
        months=[
            (month, drills, of_real)
            for (month, drills), (_month, of_real) in zip(medians, real, strict=True)
        ],
        trend=_trend(found, medians, real),
        decisions=explained(chosen, found.pressing),
        decisions_total=sum(found.decision_counts.values()),
        decision_counts=[
            (kind, str(LABELS[kind]), found.decision_counts[place])
            for place, kind in enumerate(ORDER)
            if place in found.decision_counts
        ],
        concentration=concentration(chosen, found.heat, by_upstream=by_upstream),
        groups=_groups(chosen, found),
        group_links=_largest(chosen, found),
        compared=compared,
        shifts=found.shifts,
        drills=_drills(chosen, live, planned, found),
        drills_overdue=overdue,
        drills_next=next(
            # This stands on the walls of offices as well: of a surprise nothing.
            (
                one.due_at
                for one in planned
                if one.due_at and one.due_at >= chosen.now and not one.secret
            ),
            None,
        ),
        due=due(
            chosen.user,
            None if chosen.department is None else chosen.team_rows,
            today=timezone.localdate(chosen.now),
        ),
        steps=steps(chosen.user) if with_steps else (),
    )


def _going_on(chosen: Scope) -> tuple[Sequence[Banner], Sequence[Outage]]:
    """Return what goes on now, real outages first, whatever department is looked at; and
    the drills of the department that are to come or should have begun. One query."""
    reached = Q(recoveries__minimum_at__isnull=False)
    live = Q(state__in=LIVE)
    planned = Q(kind=OutageKind.DRILL, state=DrillState.PLANNED)
    if chosen.department is not None:
        among = Outage.teams.through.objects.filter(team__in=list(chosen.groups))
        planned &= Q(pk__in=among.values("outage"))
    rows = (
        Outage.objects.allowing(chosen.user, Action.VIEW)
        .filter(live | planned)
        .select_related("drill", "team")
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
        .order_by("-kind", "due_at", "occurred_at", "pk")[:MOST_DRILLS]
    )
    found = list(rows)
    return (
        [
            Banner(one, one.total, one.acknowledged, one.recovered)  # type: ignore[attr-defined]
            for one in found
            if one.state in LIVE
        ],
        [one for one in found if one.state not in LIVE],
    )


type Medians = Sequence[tuple[datetime, Reading | None]]


def _by_month(chosen: Scope, found: Figures, *, is_drill: bool) -> Medians:
    """Return each month of the scope, the oldest first, with its median."""
    months = [months_back(chosen.now, back) for back in reversed(range(chosen.months))]
    return [
        (month, found.months.get((is_drill, month.year, month.month))) for month in months
    ]


def _minutes(length: timedelta) -> float:
    return length.total_seconds() / 60


def _spark(medians: Medians) -> str:
    """Return a small line of the monthly medians. Where one is a bound there is none: a
    line this small cannot say so."""
    known = [reading for _month, reading in medians if reading]
    if len(known) < 3 or any(reading.is_lower_bound for reading in known):
        return ""
    return sparkline([_minutes(reading.length) for reading in known])


def _points(medians: Medians) -> list[Point]:
    return [
        Point(
            dateformat.format(month, "M"),
            None if reading is None else _minutes(reading.length),
            is_lower_bound=bool(reading and reading.is_lower_bound),
        )
        for month, reading in medians
    ]


def _trend(found: Figures, medians: Medians, real: Medians) -> Figure:
    """Return the months of drills and, beside them, those of real outages if any."""
    points, target = _points(medians), found.target
    heads = [gettext("Month"), gettext("Minutes")]
    if found.real.total:
        heads = [heads[0], gettext("Drills, minutes"), gettext("Real outages, minutes")]
    known = sum(point.value is not None for point in points)
    return Trend(
        uid="trend",
        title=(
            gettext("Median recovery time in drills and in real outages, by month")
            if found.real.total
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
        others=_points(real) if found.real.total else (),
        target=None if target is None else _minutes(target.length),
        target_label=gettext("Target"),
        unit=gettext("min"),
        height=280,
    ).figure()


def _largest(chosen: Scope, found: Figures) -> Sequence[tuple[int, str, Share]]:
    ordered = sorted(found.by_group.items(), key=lambda item: (-item[1].total, item[0]))
    return [(pk, chosen.teams[pk].name, share) for pk, share in ordered[:MOST_GROUPS]]


def _groups(chosen: Scope, found: Figures) -> Figure:
    """Return readiness by department, the largest first, the small ones as one row."""
    largest = _largest(chosen, found)
    shown = [(name, share) for _pk, name, share in largest]
    said = ""
    if rest := found.by_group.keys() - {pk for pk, _name, _share in largest}:
        others = share_of(one for one in found.judged if one.group in rest)
        shown.append((gettext("Others"), others))
        said = gettext("%(workflows)d workflows in %(groups)d more") % {
            "workflows": others.total,
            "groups": len(rest),
        }
    return Stacked(
        uid="groups",
        title=gettext("Workflows by readiness and department"),
        description=gettext("The figures are in the table below."),
        keys=[*zip(TONES, map(str, LEVEL_LABELS.values()), strict=True)],
        rows=[
            (name, (share.ready, share.partly, share.not_ready, share.unknown))
            for name, share in shown
        ],
        head=gettext("Department") if chosen.department is None else gettext("Team"),
        rest=said,
    ).figure()


def _drills(
    chosen: Scope, live: Sequence[Banner], planned: Sequence[Outage], found: Figures
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
            if one.due_at < chosen.now and one.sealed_at is None
            else None,
            result=None,
        )
        for one in planned[:SHOWN_DRILLS]
        if one.due_at is not None
    ]
    over = [
        DrillRow(
            title=one.title,
            url=reverse("outages:live", args=[one.outage]),
            at=one.at,
            scope=_recoveries(one.summary.total),
            state=DrillState.ENDED,
            overdue_days=None,
            result=one.summary,
        )
        for one in found.results
    ]
    return [*running, *coming, *over]


def _recoveries(number: int) -> str:
    """A workflow that lost two tools is two of them."""
    return ngettext("%(number)d recovery", "%(number)d recoveries", number) % {
        "number": number
    }


def _overdue(
    chosen: Scope, planned: Sequence[Outage], found: Figures, live: Sequence[Banner]
) -> int | None:
    """Count what should have begun; None where no drill was ever planned or held: then
    nothing is overdue because nothing was promised."""
    if not planned and not found.results and not any(one.is_drill for one in live):
        return None
    return sum(
        one.due_at is not None and one.due_at < chosen.now and one.sealed_at is None
        for one in planned
    )
