"""What a stop costs: harm as time passes, what follows for the targets, and the hours
that an outage really took from the people who work.

The business impact analysis of ISO 22301:2019, 8.2.2, done as ISO/TS 22317:2021 guides:
by category of impact, how bad it is after how long; the time after which it is not
tolerable any more is the MTPD, and the work is resumed before that, within the RTO. The
WRT, to verify and to catch up once working again, is not in the standards but in common
practice: RTO + WRT <= MTPD.

What nobody rated is None and never "no harm"; hours that nobody stated are unknown and
never "day and night".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import groupby
from typing import Final

from continuity.domain.clocks import elapsed
from continuity.domain.errors import ContinuityError
from continuity.domain.hours import Hours, worked, worked_at_peak

NOTHING: Final = timedelta()
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
CENT: Final = Decimal("0.01")

POINTS: Final = (
    15 * MINUTE,
    30 * MINUTE,
    1 * HOUR,
    4 * HOUR,
    8 * HOUR,
    24 * HOUR,
    72 * HOUR,
    7 * DAY,
)
"""The points in time at which a workflow is rated. The rules below take any others."""


# Ratings, the curve and the targets


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the organisation's scale; the greater `order`, the worse."""

    key: str
    order: int
    tolerable: bool


@dataclass(frozen=True, slots=True)
class Rating:
    """How bad it is in one category once the work has stood still for `after`.

    `amount` is in `unit` (EUR, customers, contracts ...), None where nobody knows.
    """

    category: str
    after: timedelta
    level: Level
    amount: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """`level` holds from `start` on and before `end`; an `end` of None is for ever."""

    start: timedelta
    end: timedelta | None
    level: Level


@dataclass(frozen=True, slots=True)
class Curve:
    """Harm as a step function. Neighbouring steps differ in their level."""

    steps: tuple[Step, ...]

    def at(self, length: timedelta) -> Level | None:
        """Return the level after `length`, None before the first point that was rated:
        there nothing is known."""
        held = (step.level for step in reversed(self.steps) if step.start <= length)
        return next(held, None)


def curve(ratings: Iterable[Rating]) -> Curve:
    """Return the worst level over all categories as time passes.

    In each category a level holds until the next point that was rated in it, and the
    last one for ever. Of two ratings of one category and point the worse one counts,
    and so does, of two levels of the same order, the one that is not tolerable. Give
    it the ratings of one category for the curve of that one.
    """
    at: dict[timedelta, dict[str, Level]] = {}
    for rating in ratings:
        there = at.setdefault(rating.after, {})
        level = there.get(rating.category, rating.level)
        there[rating.category] = max(level, rating.level, key=_harm)
    held: dict[str, Level] = {}
    starts: list[tuple[timedelta, Level]] = []
    for after in sorted(at):
        held |= at[after]
        worst = max(held.values(), key=_harm)
        if not starts or starts[-1][1] != worst:
            starts.append((after, worst))
    ends = [start for start, _ in starts[1:]]
    return Curve(
        tuple(
            Step(start, end, level)
            for (start, level), end in zip(starts, [*ends, None], strict=False)
        )
    )


def curves(ratings: Iterable[Rating]) -> dict[str, Curve]:
    """Return the curve of each category, in the order of their keys."""
    ordered = sorted(ratings, key=lambda rating: rating.category)
    return {
        category: curve(group)
        for category, group in groupby(ordered, lambda rating: rating.category)
    }


def _harm(level: Level) -> tuple[int, bool, str]:
    return level.order, not level.tolerable, level.key


def mtpd(ratings: Iterable[Rating]) -> timedelta | None:
    """Return the first point whose harm is not tolerable in some category.

    It is the "maximum tolerable period of disruption" of ISO 22301:2019, 8.2.2 d). None
    where every rating is tolerable, and where there is no rating: then nothing is known
    of the MTPD except that no rated point has reached it.
    """
    return min(
        (rating.after for rating in ratings if not rating.level.tolerable), default=None
    )


def suggested_rto(mtpd: timedelta | None, wrt: timedelta | None) -> timedelta | None:
    """Return the longest RTO that keeps RTO + WRT <= MTPD.

    A WRT of None, that nobody gave, leaves the whole MTPD. None without an MTPD, and
    where the WRT uses up all of it: then there is no RTO to suggest.
    """
    if mtpd is None:
        return None
    left = mtpd - (wrt or NOTHING)
    return left if left > NOTHING else None


class Contradiction(StrEnum):
    """Which of the targets do not fit together; the name says which number to change."""

    RTO_OVER_MTPD = "rto_over_mtpd"
    RTO_LEAVES_NO_WRT = "rto_leaves_no_wrt"
    WRT_LEAVES_NO_RTO = "wrt_leaves_no_rto"


class TargetsContradict(ContinuityError):
    """RTO, WRT and MTPD cannot all be kept.

    Fields: `reason`, a Contradiction; `change`, the number to change ("rto" or "wrt");
    `at_most`, what that may be for the others to stay as they are; and the lengths
    `rto`, `wrt` and `mtpd` themselves, a missing WRT as zero.
    """

    code = "targets_contradict"


def check_targets(
    *, rto: timedelta | None, mtpd: timedelta | None, wrt: timedelta | None = None
) -> None:
    """Do nothing if RTO <= MTPD and RTO + WRT <= MTPD; what is None is not held to it.

    An RTO that is too long is the number to change, unless the WRT alone leaves no time
    for any RTO. Lengthening the MTPD is never the way out: it follows from harm.

    Raises TargetsContradict.
    """
    if rto is None or mtpd is None:
        return
    longest = suggested_rto(mtpd, wrt)
    if rto > mtpd:
        reason, change, at_most = Contradiction.RTO_OVER_MTPD, "rto", longest or mtpd
    elif rto + (wrt or NOTHING) <= mtpd:
        return
    elif longest is None:
        reason, change, at_most = Contradiction.WRT_LEAVES_NO_RTO, "wrt", mtpd - rto
    else:
        reason, change, at_most = Contradiction.RTO_LEAVES_NO_WRT, "rto", longest
    raise TargetsContradict(
        f"{reason}: {change} may be {at_most} at most.",
        reason=reason,
        change=change,
        at_most=at_most,
        rto=rto,
        wrt=wrt or NOTHING,
        mtpd=mtpd,
    )


# Outages


@dataclass(frozen=True, slots=True)
class OutageImpact:
    """What an outage took from one workflow; None is what cannot be said.

    `worked` is the time during which people would have worked, `at_peak` the part of it
    in the busiest hours. `cost` is in the unit of the cost per hour. For the harm that
    was reached, ask the curve: `curve(ratings).at(impact.worked)`.
    """

    worked: timedelta | None
    at_peak: timedelta | None
    cost: Decimal | None


def impact_of(
    start: datetime, end: datetime, *, hours: Hours | None, cost_per_hour: Decimal | None
) -> OutageImpact:
    """Return what an outage from `start` to `end` cost the people of a workflow.

    An outage at 03:00 costs a day shift nothing, and that is a zero; one of a workflow
    whose hours nobody stated is None. The cost is rounded to the hundredth, half up.

    Raises OutOfOrder if `end` is before `start`, ValueError if either is naive.
    """
    elapsed(start, end)
    if hours is None:
        return OutageImpact(None, None, None)
    lost = worked(hours, start, end)
    cost = None
    if cost_per_hour is not None:
        share = Decimal(lost // timedelta.resolution) / (HOUR // timedelta.resolution)
        cost = (cost_per_hour * share).quantize(CENT, ROUND_HALF_UP)
    return OutageImpact(lost, worked_at_peak(hours, start, end), cost)
