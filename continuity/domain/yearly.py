"""The year of a whole organisation: many workflows under the same simulated strikes.

Workflows with equal hours and equal losses are one group, simulated once. Nothing here is
ever as large as workflows times years: one group's years are held at a time, with the sums
of the teams.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from continuity.domain.forecast import (
    MINUTE,
    Floats,
    Spread,
    Stretch,
    Strikes,
    Whole,
    curve,
    losses,
    spread,
    week_of,
)
from continuity.domain.hours import Hours

type Lost = tuple[tuple[int, tuple[Stretch, ...]], ...]
"""What each outage of the record, by its number, takes; only those that take anything."""
type Step = Callable[[float], None]
"""Told how much is done, 0 to 1; raises to stop."""

WORTH_KEPT: Final = 100
"""How many alternatives are ranked with their spread, the most worth first."""


@dataclass(frozen=True, slots=True)
class Yearly:
    """One workflow whose hours are known, with what the record takes from it."""

    key: int
    team: int
    hours: Hours
    cost_per_hour: float | None
    lost: Lost


@dataclass(frozen=True, slots=True)
class Candidate:
    """An alternative that is missing or unproven: what would still be `lost` with it by
    the workflow at `work` in the sequence."""

    key: int
    work: int
    lost: Lost


@dataclass(frozen=True, slots=True)
class Worth:
    """What one candidate gives back in a year, in hours; and the years of its workflow
    `without` it, as things are, and `having` it, as `curve` tells them."""

    key: int
    hours: Spread
    without: tuple[float, ...]
    having: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TeamYear:
    """`cost` is None where no workflow of the team has a cost of an hour."""

    hours: Spread
    cost: Spread | None


@dataclass(frozen=True, slots=True)
class Year:
    """Spreads by workflow and team, of all together, and the worth of candidates with the
    most worth first. Those that give nothing back are left out."""

    works: Mapping[int, Spread]
    teams: Mapping[int, TeamYear]
    whole: TeamYear
    worth: tuple[Worth, ...]


def simulate(
    works: Sequence[Yearly],
    candidates: Sequence[Candidate],
    strikes: Sequence[Strikes],
    *,
    years: int,
    around: datetime,
    step: Step = lambda done: None,
    keep: int = WORTH_KEPT,
) -> Year:
    """Return the year of `works` under `strikes`; the same arguments, the same answer."""
    longest = max(
        (
            part.until
            for lost in (*(w.lost for w in works), *(c.lost for c in candidates))
            for _number, parts in lost
            for part in parts
        ),
        default=timedelta(),
    )
    groups: dict[Hours, dict[Lost, list[Yearly]]] = {}
    for work in works:
        groups.setdefault(work.hours, {}).setdefault(work.lost, []).append(work)
    by_hours: dict[Hours, list[Candidate]] = defaultdict(list)
    for one in candidates:
        by_hours[works[one.work].hours].append(one)
    total = sum(len(found) for found in groups.values()) or 1
    sums = _Sums(years)
    spreads: dict[int, Spread] = {}
    means: list[tuple[float, int]] = []
    done = 0
    for hours, found in groups.items():
        week = week_of(hours, around=around, longest=longest)
        for lost, members in found.items():
            taken = losses(strikes, dict(lost), week, years=years)
            spreads.update(dict.fromkeys((work.key for work in members), spread(taken)))
            sums.add(taken, members)
            done += 1
            step(0.9 * done / total)
        expected = _Expected(strikes, week, years)
        for place in by_hours[hours]:
            gain = expected.of(works[place.work].lost) - expected.of(place.lost)
            means.append((gain, place.key))
    best = _best(means, keep)
    worth = []
    by_key = {one.key: one for one in candidates if one.key in best}
    for number, key in enumerate(best, start=1):
        place = by_key[key]
        work = works[place.work]
        week = week_of(work.hours, around=around, longest=longest)
        before, after = (
            losses(strikes, dict(lost), week, years=years)
            for lost in (work.lost, place.lost)
        )
        worth.append(Worth(key, spread(before - after), curve(before), curve(after)))
        step(0.9 + 0.1 * number / len(best))
    return Year(
        works=spreads,
        teams={team: sums.of(team) for team in sums.hours},
        whole=sums.all(),
        worth=tuple(worth),
    )


def _best(means: Iterable[tuple[float, int]], keep: int) -> list[int]:
    """Return the keys of what gives most back, the lower key among equals."""
    # Less than a second a year is nothing but the rounding of floats.
    giving = [(gain, key) for gain, key in means if gain > 1 / 3600]
    return [key for _gain, key in sorted(giving, key=lambda one: (-one[0], one[1]))[:keep]]


class _Sums:
    """The years of each team, and what they cost."""

    def __init__(self, years: int) -> None:
        self.years: Final = years
        self.hours: Final[dict[int, Floats]] = {}
        self.cost: Final[dict[int, Floats]] = {}

    def add(self, taken: Floats, members: Iterable[Yearly]) -> None:
        count: dict[int, int] = defaultdict(int)
        price: dict[int, float] = defaultdict(float)
        for one in members:
            count[one.team] += 1
            if one.cost_per_hour is not None:
                price[one.team] += one.cost_per_hour
        for team, number in count.items():
            self._row(self.hours, team)[:] += taken * number
        for team, each in price.items():
            self._row(self.cost, team)[:] += taken * each

    def _row(self, rows: dict[int, Floats], team: int) -> Floats:
        if team not in rows:
            rows[team] = np.zeros(self.years)
        return rows[team]

    def of(self, team: int) -> TeamYear:
        cost = self.cost.get(team)
        return TeamYear(spread(self.hours[team]), None if cost is None else spread(cost))

    def all(self) -> TeamYear:
        return TeamYear(
            spread(self._together(self.hours)),
            spread(self._together(self.cost)) if self.cost else None,
        )

    def _together(self, rows: dict[int, Floats]) -> Floats:
        total = np.zeros(self.years)
        for row in rows.values():
            total += row
        return total


class _Expected:
    """The mean hours a year that losses take, each part of them counted once."""

    def __init__(self, strikes: Sequence[Strikes], week: Whole, years: int) -> None:
        self._strikes, self._week, self._years = strikes, week, years
        self._known: dict[tuple[int, tuple[Stretch, ...]], float] = {}

    def of(self, lost: Lost) -> float:
        return sum(self._part(number, parts) for number, parts in lost)

    def _part(self, number: int, parts: tuple[Stretch, ...]) -> float:
        if (number, parts) not in self._known:
            start, week = self._strikes[number].start, self._week
            minutes = sum(
                part.share
                * float(
                    (
                        week[start + part.until // MINUTE]
                        - week[start + part.since // MINUTE]
                    ).sum()
                )
                for part in parts
            )
            self._known[number, parts] = minutes / 60 / self._years
        return self._known[number, parts]
