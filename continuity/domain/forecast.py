"""A year under the record of real outages, many times over: the hours of work it takes.

The record is a list of dated outages. Each simulated year draws how often each family of
them strikes, and each strike is one of the recorded outages of that family again, with its
own lengths, at a minute of the week that is as likely as any other.

How often: a family with n outages in T years has a rate of Gamma(n + 1/2, T), the posterior
of a Poisson count under Jeffreys' prior (Jeffreys, Theory of Probability, 1961, 3.1); each
year draws a rate and then a count. Which: the recorded outages of a family have random
weights each year, the Bayesian bootstrap (Rubin, Annals of Statistics 9, 1981, 130-134).
So a short record shows as a wide spread, never as false certainty.

What the record leaves out, the forecast leaves out: small outages nobody dated, and tools
that it does not name. Its figures are lower bounds in that sense, and pages say so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from continuity.domain.clocks import utc
from continuity.domain.hours import Hours, worked

type Floats = NDArray[np.float64]
type Whole = NDArray[np.int64]

MINUTE: Final = timedelta(minutes=1)
NOTHING: Final = timedelta()
WEEK: Final = 7 * 24 * 60
"""Minutes of a week, from Monday 00:00 UTC."""
YEAR: Final = timedelta(days=365.25)
LOW: Final = 0.05
HIGH: Final = 0.95
"""Nine years of ten lie between these two."""


@dataclass(frozen=True, slots=True)
class Known:
    """One outage of the record: outages of one `family` share what makes them happen."""

    key: str
    family: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `since` to `until` after the onset, `share` of the work is lost (0 to 1).

    Raises ValueError for a stretch without length, before the onset, or with a share
    that is none.
    """

    since: timedelta
    until: timedelta
    share: float

    def __post_init__(self) -> None:
        if not (NOTHING <= self.since < self.until and 0 <= self.share <= 1):
            raise ValueError(f"No such stretch: {self}.")


def stretches(
    spells: Iterable[Stretch], *, carried_after: timedelta | None = None
) -> tuple[Stretch, ...]:
    """Return what one outage takes from one workflow, in order and without overlap.

    Where several of its tools are hit at once the worst share counts, once. An
    alternative that carries the work `carried_after` the onset ends the loss there;
    the onset is that of the first spell. Stretches that lose nothing are left out.
    """
    given = [spell for spell in spells if spell.share > 0]
    if not given:
        return ()
    if carried_after is not None:
        stop = min(spell.since for spell in given) + carried_after
        given = [
            Stretch(spell.since, min(spell.until, stop), spell.share)
            for spell in given
            if spell.since < stop
        ]
    found: list[Stretch] = []
    edges = sorted({edge for spell in given for edge in (spell.since, spell.until)})
    for since, until in pairwise(edges):
        share = max(
            (s.share for s in given if s.since <= since and until <= s.until), default=0.0
        )
        if found and found[-1].until == since and found[-1].share == share:
            found[-1] = Stretch(found[-1].since, until, share)
        elif share > 0:
            found.append(Stretch(since, until, share))
    return tuple(found)


def replay(start: datetime, lost: Iterable[Stretch], hours: Hours) -> timedelta:
    """Return the working time that an outage beginning at `start` takes, exactly.

    To the microsecond and with every change of the clocks; `losses` counts the same in
    whole minutes of an ordinary week.
    """
    total = NOTHING
    for one in lost:
        total += one.share * worked(hours, start + one.since, start + one.until)
    return total


@dataclass(frozen=True, slots=True)
class Strikes:
    """How often one outage of the record came again: in which simulated `year`, and at
    which minute of the week it began (`start`). Both as long as there were strikes."""

    year: Whole
    start: Whole


def draw(
    record: Sequence[Known], *, observed: timedelta, years: int, seed: int
) -> tuple[Strikes, ...]:
    """Return the strikes of each outage of the record, in its order.

    `observed` is how long the record was kept. The same arguments give the same
    strikes with the same release of numpy. Raises ValueError unless `observed` and
    `years` are positive.
    """
    if observed <= NOTHING or years < 1:
        raise ValueError("A forecast needs a record that was kept, and a year to fill.")
    random = np.random.Generator(np.random.PCG64(seed))
    found: dict[int, Strikes] = {}
    families: dict[str, list[int]] = {}
    for number, known in enumerate(record):
        families.setdefault(known.family, []).append(number)
    for members in families.values():
        rate = random.gamma(len(members) + 0.5, YEAR / observed, years)
        year = np.repeat(np.arange(years), random.poisson(rate))
        start = random.integers(0, WEEK, len(year))
        weight = random.exponential(1.0, (years, len(members))).cumsum(axis=1)
        aim = random.random(len(year)) * weight[year, -1]
        which = (aim[:, np.newaxis] > weight[year]).sum(axis=1)
        for place, number in enumerate(members):
            here = which == place
            found[number] = Strikes(year[here], start[here])
    return tuple(found[number] for number in range(len(record)))


def week_of(hours: Hours, *, around: datetime, longest: timedelta) -> Whole:
    """Return the minutes worked up to each minute from Monday 00:00 UTC on.

    Long enough for an outage of `longest` that begins in the last minute of the week.
    The zone's distance from UTC is that of the instant `around`, all year: a change of
    the clocks moves the hours by one, which a start that may be at any minute of the
    week does not feel.
    """
    at_work = np.zeros(WEEK, dtype=bool)
    ahead = utc(around).astimezone(ZoneInfo(hours.zone)).utcoffset() or NOTHING
    for window in hours.windows:
        opens = timedelta(days=window.weekday) + window.opens - ahead
        first = round(opens / MINUTE)
        length = round((window.closes - window.opens) / MINUTE)
        at_work[np.arange(first, first + length) % WEEK] = True
    times = WEEK + -(-longest // MINUTE) + 1
    repeated = np.resize(at_work, times).astype(np.int64)
    return np.concatenate(([0], repeated.cumsum()))


def losses(
    strikes: Sequence[Strikes],
    lost: Mapping[int, Sequence[Stretch]],
    week: Whole,
    *,
    years: int,
) -> Floats:
    """Return the hours of work lost in each simulated year.

    `lost` has, for the outages that touch the workflow, what each takes from it;
    `week` is that of its hours of work. Minutes are whole: a stretch counts from the
    minute it begins in to the minute it ends in.
    """
    total = np.zeros(years)
    for number, parts in lost.items():
        one = strikes[number]
        if not len(one.year):
            continue
        minutes = np.zeros(len(one.year))
        for part in parts:
            since, until = part.since // MINUTE, part.until // MINUTE
            minutes += part.share * (week[one.start + until] - week[one.start + since])
        total += np.bincount(one.year, minutes, years)
    return total / 60


CURVE: Final = (*range(0, 100, 5), 99)
"""In percent of the years: where a curve has its points. The worst year of all is none of
them, since it says more of how many years were drawn than of the work."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Hours (or money) a year: the mean, and what nine years of ten lie between."""

    mean: float
    low: float
    middle: float
    high: float


def spread(values: Floats) -> Spread:
    """Return how the simulated years lie. Raises ValueError if there are none."""
    if not len(values):
        raise ValueError("No years, no spread.")
    low, middle, high = np.quantile(values, (LOW, 0.5, HIGH))
    return Spread(float(values.mean()), float(low), float(middle), float(high))


def curve(values: Floats) -> tuple[float, ...]:
    """Return the years in order: what CURVE percent of them do not exceed.

    Raises ValueError if there are none.
    """
    if not len(values):
        raise ValueError("No years, no curve.")
    return tuple(float(one) for one in np.percentile(values, CURVE))
