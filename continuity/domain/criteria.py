"""Success criteria of a drill: what was to be shown, and whether it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from continuity.domain.clocks import Reading


class Measure(StrEnum):
    """How a criterion is answered: from the clocks, or by the evaluator's word."""

    WITHIN_RTO = "within_rto"
    RECOVERED = "recovered"
    ACKNOWLEDGED = "acknowledged"
    RATED = "rated"


class Rating(StrEnum):
    """The evaluator's word."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"


@dataclass(frozen=True, slots=True)
class Ran:
    """What is known of one recovery. `reading` is its RTA or how long it has at least
    taken; `acknowledged` when it was seen, from the onset. Excused ones are left out by
    the caller."""

    reading: Reading
    rto: timedelta | None
    acknowledged: timedelta | None


@dataclass(frozen=True, slots=True)
class Answer:
    """`share` in percent, None where there was nothing to count; `met` None as long as
    it can go either way."""

    share: float | None
    met: bool | None
    counted: int


def answer(
    measure: Measure,
    percent: int,
    rows: Sequence[Ran],
    *,
    over: bool,
    within: timedelta | None = None,
) -> Answer:
    """Say whether at least `percent` of the recoveries did it.

    `within` is the time that "acknowledged" allows. What ended before its RTO ran out is
    not known to have missed it: then neither yes nor no. Raises ValueError for what only
    the evaluator can say.
    """
    done: list[bool | None]
    match measure:
        case Measure.WITHIN_RTO:
            done = [_within_rto(row) for row in rows if row.rto is not None]
        case Measure.RECOVERED:
            done = [not row.reading.is_lower_bound for row in rows]
        case Measure.ACKNOWLEDGED:
            done = [
                row.acknowledged is not None
                and (within is None or row.acknowledged <= within)
                for row in rows
            ]
        case Measure.RATED:
            raise ValueError("Only the evaluator can say.")
    if not done:
        return Answer(None, None, 0)
    sure = sum(each is True for each in done)
    possible = sum(each is not False for each in done)
    needed = percent * len(done)
    met: bool | None = None
    if 100 * sure >= needed:
        met = True
    elif 100 * possible < needed or (over and possible == sure):
        met = False
    if not over and met is False and measure is not Measure.WITHIN_RTO:
        met = None  # they may still
    return Answer(100 * sure / len(done), met, len(done))


def _within_rto(row: Ran) -> bool | None:
    return None if row.rto is None else row.reading.within(row.rto)
