"""How long work stood still: the clocks of recoveries, judged."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, QuerySet

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.clocks import (
    ORDER,
    Moments,
    Pause,
    Reading,
    Verdict,
    gap,
    median,
    rta,
    since_decided,
    since_detected,
    verdict,
)
from continuity.domain.states import DrillState
from continuity.outages.models import Outage, OutageKind, Recovery, Stop

SHOWN: Final = (DrillState.ENDED, DrillState.REVIEWED)
"""Outages whose recoveries count in figures; what was aborted shows nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One recovery, measured and judged.

    `reading` is the RTA or, while nobody has seen the end, its lower bound. `verdict`
    is None while it is too soon to judge or where no RTO was set; `gap` is RTA minus
    RTO, negative when there was time left, the least it can be of a bound.
    """

    pk: int
    outage: int
    outage_title: str
    is_drill: bool
    occurred_at: datetime
    ended_at: datetime | None
    workflow_pk: int
    workflow: str
    team_pk: int
    team: str
    tool: str
    lead: str
    alternative: str
    rto: timedelta | None
    mbco_percent: int | None
    tool_pk: int
    decision: str
    moments: Moments
    reading: Reading
    from_detected: Reading | None
    from_decided: Reading | None
    verdict: Verdict | None
    gap: timedelta | None
    capacity: int | None
    quality: int | None
    excused_reason: str
    excused_by: str

    @property
    def recovered(self) -> bool:
        return self.moments.minimum is not None


@dataclass(frozen=True, slots=True)
class Summary:
    """`median` says itself whether it is a lower bound; None for no recoveries.

    Excused recoveries are counted among all, and left out of the median.
    """

    total: int
    recovered: int
    median: Reading | None
    met: int
    missed: int
    not_shown: int
    excused: int
    without_rto: int

    @property
    def judged(self) -> int:
        return self.met + self.missed


@dataclass(frozen=True, slots=True)
class Results:
    outage: Outage
    lines: tuple[Line, ...]
    summary: Summary
    pauses: tuple[Pause, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """The latest outage that put a workflow to the test, and how it went."""

    outage: int
    is_drill: bool
    at: datetime
    reading: Reading
    rto: timedelta | None
    verdict: Verdict | None


def moments_of(recovery: Recovery, occurred: datetime) -> Moments:
    """Return the clocks of `recovery`; the onset is its outage's."""
    marks = {clock.value: getattr(recovery, f"{clock.value}_at") for clock in ORDER}
    return Moments(occurred=occurred, **marks)


def pauses_of(outage_pks: Iterable[int]) -> Mapping[int, tuple[Pause, ...]]:
    """Return the pauses of each outage; one without pauses gives nothing. One query."""
    found: dict[int, list[Pause]] = defaultdict(list)
    for stop in Stop.objects.filter(outage__in=list(outage_pks)):
        found[stop.outage_id].append(Pause(stop.began_at, stop.ended_at))
    return {pk: tuple(pauses) for pk, pauses in found.items()}


def results(outage: Outage, *, now: datetime) -> Results:
    """Return how each recovery of `outage` went, up to `now` while it lasts.

    Nothing is in it before the outage has begun. Two queries.
    """
    rows = (
        outage.recoveries.order_by("workflow__name", "pk") if outage.occurred_at else None
    )
    pauses = pauses_of([outage.pk])
    lines = () if rows is None else _lines(rows, pauses, now)
    return Results(outage, lines, summary(lines), pauses.get(outage.pk, ()))


def results_of(outages: Sequence[Outage], *, now: datetime) -> tuple[Results, ...]:
    """Return how each of `outages` went, as `results` does. Two queries for all."""
    begun = [one.pk for one in outages if one.occurred_at]
    rows = Recovery.objects.filter(outage__in=begun).order_by("workflow__name", "pk")
    pauses = pauses_of(begun)
    lines = _lines(rows, pauses, now)
    found = []
    for one in outages:
        own = tuple(line for line in lines if line.outage == one.pk)
        found.append(Results(one, own, summary(own), pauses.get(one.pk, ())))
    return tuple(found)


def lines_of(recovery_pks: Iterable[int], *, now: datetime) -> tuple[Line, ...]:
    """Return these recoveries, measured and judged, in the order of keys. Two queries."""
    rows = Recovery.objects.filter(pk__in=list(recovery_pks)).order_by("pk")
    return _with_pauses(rows, now)


def recoveries_between(
    since: datetime,
    until: datetime,
    teams: "QuerySet[Team] | None" = None,
    *,
    now: datetime,
    tier: int | None = None,
) -> tuple[Line, ...]:
    """Return the recoveries of outages that began in [since, until) and are over.

    Oldest first. `teams` None means all, `tier` None any criticality. Two queries.
    """
    rows = Recovery.objects.filter(
        outage__state__in=SHOWN,
        outage__occurred_at__gte=since,
        outage__occurred_at__lt=until,
    ).order_by("outage__occurred_at", "pk")
    if teams is not None:
        rows = rows.filter(workflow__team__in=teams.values("pk"))
    if tier is not None:
        rows = rows.filter(workflow__tier=tier)
    return _with_pauses(rows, now)


def measured(workflow_pks: Iterable[int], *, now: datetime) -> dict[int, Measured]:
    """Return the latest reading of each workflow; those never tested are not in it.

    Of several tools that failed at once the worst recovery speaks. Two queries.
    """
    rows = (
        Recovery.objects.filter(workflow__in=list(workflow_pks), outage__state__in=SHOWN)
        .order_by(
            "workflow_id",
            "-outage__occurred_at",
            "-outage_id",
            F("minimum_at").desc(nulls_first=True),
        )
        .distinct("workflow_id")
    )
    return {
        line.workflow_pk: Measured(
            line.outage,
            line.is_drill,
            line.occurred_at,
            line.reading,
            line.rto,
            line.verdict,
        )
        for line in _with_pauses(rows, now)
    }


def history_of(
    workflow_pk: int, kind: OutageKind, *, now: datetime, limit: int = 24
) -> tuple[Line, ...]:
    """Return the latest recoveries of one workflow in drills or in real outages, never
    both, oldest first. Two queries."""
    rows = Recovery.objects.filter(
        workflow=workflow_pk, outage__state__in=SHOWN, outage__kind=kind
    ).order_by("-outage__occurred_at", "-pk")
    return tuple(reversed(_with_pauses(rows[:limit], now)))


def record_of_tool(
    tool_pk: int, user: User, *, now: datetime, limit: int = 24
) -> tuple[Line, ...]:
    """Return what the loss of one tool really did to work that `user` may see, the latest
    first. Two queries."""
    rows = (
        Recovery.objects.allowing(user, Action.VIEW)
        .filter(tool=tool_pk, outage__state__in=SHOWN, outage__kind=OutageKind.REAL)
        .order_by("-outage__occurred_at", "-pk")
    )
    return _with_pauses(rows[:limit], now)


def last_drills_before(
    outage: Outage, workflow_pks: Iterable[int], *, now: datetime
) -> dict[int, tuple[Line, ...]]:
    """Return, of each workflow, its recoveries in the last drill that began before
    `outage` did and was held; those never in one are not in it. Three queries."""
    rows = Recovery.objects.filter(
        workflow__in=list(workflow_pks),
        outage__kind=OutageKind.DRILL,
        outage__state__in=SHOWN,
        outage__occurred_at__lt=outage.onset,
    )
    latest = dict(
        rows.order_by("workflow_id", "-outage__occurred_at", "-outage_id")
        .distinct("workflow_id")
        .values_list("workflow_id", "outage_id")
    )
    if not latest:
        return {}
    wanted = rows.filter(
        workflow__in=list(latest), outage__in=set(latest.values())
    ).order_by("pk")
    found: dict[int, list[Line]] = defaultdict(list)
    for line in _with_pauses(wanted, now):
        if latest[line.workflow_pk] == line.outage:
            found[line.workflow_pk].append(line)
    return {pk: tuple(lines) for pk, lines in found.items()}


def counterpart(line: Line, earlier: Iterable[Line]) -> Line | None:
    """Return what `line` is compared with: the recovery from the loss of the same tool,
    otherwise the worst one of the same workflow; None where there is none."""
    known = [one for one in earlier if one.workflow_pk == line.workflow_pk]
    same = [one for one in known if one.tool_pk == line.tool_pk]
    return max(same or known, key=lambda one: one.reading.length, default=None)


def summaries(outage_pks: Iterable[int], *, now: datetime) -> dict[int, Summary]:
    """Return the summary of each outage that has begun. Two queries for all of them."""
    rows = Recovery.objects.filter(
        outage__in=list(outage_pks), outage__occurred_at__isnull=False
    )
    grouped: dict[int, list[Line]] = defaultdict(list)
    for line in _with_pauses(rows, now):
        grouped[line.outage].append(line)
    return {pk: summary(lines) for pk, lines in grouped.items()}


def summary(lines: Iterable[Line]) -> Summary:
    known = list(lines)
    counts = Counter(line.verdict for line in known)
    return Summary(
        total=len(known),
        recovered=sum(line.recovered for line in known),
        median=median(
            line.reading for line in known if line.verdict is not Verdict.EXCUSED
        ),
        met=counts[Verdict.MET],
        missed=counts[Verdict.MISSED],
        not_shown=counts[Verdict.NOT_SHOWN],
        excused=counts[Verdict.EXCUSED],
        without_rto=sum(line.rto is None for line in known),
    )


def _with_pauses(rows: QuerySet[Recovery], now: datetime) -> tuple[Line, ...]:
    joined = list(_joined(rows))
    pauses = pauses_of({row.outage_id for row in joined})
    return tuple(_line(row, pauses.get(row.outage_id, ()), now) for row in joined)


def _lines(
    rows: QuerySet[Recovery], pauses: Mapping[int, tuple[Pause, ...]], now: datetime
) -> tuple[Line, ...]:
    return tuple(_line(row, pauses.get(row.outage_id, ()), now) for row in _joined(rows))


SAID: Final = (
    "rto", "mbco_percent", "alternative_name", "decision", "capacity", "quality",
    "excused_reason", *(f"{clock.value}_at" for clock in ORDER),
    "outage__title", "outage__kind", "outage__occurred_at", "outage__ended_at",
    "workflow__name", "workflow__team__name", "tool__name", "lead__name", "lead__email",
    "excused_by__name", "excused_by__email",
)  # fmt: skip
"""What a line is made of."""


def _joined(rows: QuerySet[Recovery]) -> QuerySet[Recovery]:
    # A year of ten thousand recoveries is read here: no column that no line says.
    return rows.select_related(
        "outage", "workflow__team", "tool", "lead", "excused_by"
    ).only(*SAID)


def _line(row: Recovery, pauses: tuple[Pause, ...], now: datetime) -> Line:
    outage = row.outage
    moments = moments_of(row, outage.onset)
    ended = outage.ended_at
    reading = rta(moments, ended=ended, now=now, pauses=pauses)
    return Line(
        pk=row.pk,
        outage=outage.pk,
        outage_title=outage.title,
        is_drill=outage.is_drill,
        occurred_at=outage.onset,
        ended_at=ended,
        workflow_pk=row.workflow_id,
        workflow=row.workflow.name,
        team_pk=row.workflow.team_id,
        team=row.workflow.team.name,
        tool=row.tool.name,
        lead=str(row.lead or ""),
        alternative=row.alternative_name,
        rto=row.rto,
        mbco_percent=row.mbco_percent,
        tool_pk=row.tool_id,
        decision=row.decision,
        moments=moments,
        reading=reading,
        from_detected=since_detected(moments, ended=ended, now=now, pauses=pauses),
        from_decided=since_decided(moments, ended=ended, now=now, pauses=pauses),
        verdict=verdict(
            reading, row.rto, excused=bool(row.excused_reason), over=ended is not None
        ),
        gap=None if row.rto is None else gap(reading, row.rto),
        capacity=row.capacity,
        quality=row.quality,
        excused_reason=row.excused_reason,
        excused_by=str(row.excused_by or ""),
    )
