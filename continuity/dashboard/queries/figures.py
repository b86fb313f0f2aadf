"""The figures of the overview in one question, however many workflows there are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from continuity.dashboard.queries.asking import ask_all
from continuity.dashboard.queries.comparing import (
    MOVED,
    TURNED,
    Shifts,
    shifts_among,
    turning,
)
from continuity.dashboard.queries.concentration import TABLE, heat_tables
from continuity.dashboard.queries.decisions import COUNTED, DECIDING, PRESSING
from continuity.dashboard.queries.scope import Scope, parameters
from continuity.domain.clocks import Reading
from continuity.domain.readiness import Level, Share, WeightedShare
from continuity.inventory.models import TIER_WEIGHTS
from continuity.inventory.queries.standing import LEVELS, STANDING
from continuity.outages.queries import Summary
from continuity.outages.queries.measures import MEASURES, SUMMARY

MOST_DECISIONS: Final = 5
MOST_RESULTS: Final = 4
"""How many drills that are over are shown with their result."""

SHARES: Final = """
    (SELECT json_agg(json_build_array(heading, tier, level, number, proven)) FROM (
        SELECT work.heading, work.tier, judged.level, count(*) AS number,
            count(*) FILTER (WHERE judged.proven) AS proven
        FROM work JOIN judged ON judged.id = work.id GROUP BY 1, 2, 3
    ) AS share)
"""
PERIODS: Final = f"""
    (SELECT json_agg(period) FROM (
        SELECT is_drill, occurred_at >= %(since)s AS now, {SUMMARY}
        FROM line WHERE occurred_at >= %(before)s GROUP BY 1, 2
    ) AS period)
"""  # noqa: S608 - our own words; values are parameters
BY_MONTH: Final = f"""
    (SELECT json_agg(json_build_array(is_drill, year, month, least, open)) FROM (
        SELECT is_drill, extract(year FROM occurred_at AT TIME ZONE %(zone)s)::int AS year,
            extract(month FROM occurred_at AT TIME ZONE %(zone)s)::int AS month, {SUMMARY}
        FROM line WHERE occurred_at >= %(since)s GROUP BY 1, 2, 3
    ) AS months)
"""  # noqa: S608 - our own words; values are parameters
RESULTS: Final = f"""
    (SELECT json_agg(result) FROM (
        SELECT outage, min(title) AS title, min(occurred_at) AS at, {SUMMARY}
        FROM line WHERE is_drill GROUP BY outage
        ORDER BY min(occurred_at) DESC, outage DESC LIMIT {MOST_RESULTS}
    ) AS result)
"""  # noqa: S608 - our own words; values are parameters
NOTHING: Final = Summary(0, 0, None, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Judged:
    """How many workflows of one department and criticality are at one level."""

    group: int
    tier: int
    level: Level
    number: int
    proven: int


@dataclass(frozen=True, slots=True)
class Result:
    outage: int
    title: str
    at: datetime
    summary: Summary


@dataclass(frozen=True, slots=True)
class Figures:
    """`months` gives the median of each month that has one, by kind, year and month.
    `earlier` is the summary of the drills of the period before."""

    judged: Sequence[Judged]
    decision_counts: Mapping[int, int]
    pressing: Sequence[Mapping[str, Any]]
    drills: Summary
    real: Summary
    earlier: Summary
    target: Reading | None
    months: Mapping[tuple[bool, int, int], Reading]
    results: Sequence[Result]
    heat: Mapping[str, Any]
    shifts: Shifts

    @property
    def total(self) -> int:
        return sum(one.number for one in self.judged)

    @property
    def proven(self) -> int:
        return sum(one.proven for one in self.judged)

    @property
    def share(self) -> Share:
        return share_of(self.judged)

    @property
    def weighted(self) -> WeightedShare:
        weighing = [(one, TIER_WEIGHTS[one.tier] * one.number) for one in self.judged]
        return WeightedShare(
            sum(weight for one, weight in weighing if one.level is Level.READY),
            sum(weight for _one, weight in weighing),
        )

    @property
    def by_group(self) -> Mapping[int, Share]:
        grouped: dict[int, list[Judged]] = defaultdict(list)
        for one in self.judged:
            grouped[one.group].append(one)
        return {group: share_of(found) for group, found in grouped.items()}


def share_of(judged: Iterable[Judged]) -> Share:
    counted: Counter[Level] = Counter()
    for one in judged:
        counted[one.level] += one.number
    return Share(
        ready=counted[Level.READY],
        partly=counted[Level.PARTLY],
        not_ready=counted[Level.NOT_READY],
        unknown=counted[Level.UNKNOWN],
        total=counted.total(),
    )


def figures(chosen: Scope, *, by_upstream: bool = False) -> Figures:
    """Return what the overview counts. One query."""
    shares, counts, pressing, periods, months, results, heat, turns, turned = ask_all(
        f"""
        WITH RECURSIVE {STANDING}, {MEASURES}, {DECIDING},
            {heat_tables(by_upstream=by_upstream)}, {MOVED}
        SELECT {SHARES}, {COUNTED}, {PRESSING}, {PERIODS}, {BY_MONTH}, {RESULTS}, {TABLE},
            {TURNED}
        """,
        {**parameters(chosen), **turning(chosen), "shown": MOST_DECISIONS},
    )
    by_period = {(one["is_drill"], one["now"]): one for one in periods or ()}
    drills = by_period.get((True, True))
    target = None if drills is None else drills["target"]
    return Figures(
        judged=[
            Judged(group, tier, LEVELS[level], number, proven)
            for group, tier, level, number, proven in shares or ()
        ],
        decision_counts=dict(counts or ()),
        pressing=pressing or (),
        drills=_summary(drills),
        real=_summary(by_period.get((False, True))),
        earlier=_summary(by_period.get((True, False))),
        target=None if target is None else Reading(timedelta(seconds=target)),
        months={
            (is_drill, year, month): Reading(timedelta(seconds=least), is_open)
            for is_drill, year, month, least, is_open in months or ()
            if least is not None
        },
        results=[
            Result(
                one["outage"],
                one["title"],
                datetime.fromisoformat(one["at"]),
                _summary(one),
            )
            for one in results or ()
        ],
        heat=heat,
        shifts=shifts_among(chosen, turns, turned),
    )


def _summary(found: Mapping[str, Any] | None) -> Summary:
    if found is None:
        return NOTHING
    least = found["least"]
    return Summary(
        total=found["total"],
        recovered=found["recovered"],
        median=None if least is None else Reading(timedelta(seconds=least), found["open"]),
        met=found["met"],
        missed=found["missed"],
        not_shown=found["not_shown"],
        excused=found["excused"],
        without_rto=found["without_rto"],
    )
