"""The herd: who finds a seat where many land on one alternative after a knock-out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from continuity.domain.fate import KnockOut


class Race(StrEnum):
    """Whether an alternative takes a workflow that lands on it."""

    SEATED = "seated"
    LOSES = "loses"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many more people a tool takes than it carries already.

    `seats` are those that are paid for and free; `limit` is what the tool itself
    bears, or allows. None is what nobody has said.
    """

    seats: int | None = None
    limit: int | None = None

    @property
    def most(self) -> int | None:
        """The lower of the two, or the one that is stated; None where neither is."""
        return min(
            (one for one in (self.seats, self.limit) if one is not None), default=None
        )


@dataclass(frozen=True, slots=True)
class Load:
    """What a workflow brings to an alternative; `tier` 1 is the most critical.

    `people` is how many work on it, None where nobody has said; then `least` is how many
    there are in any case.
    """

    tier: int
    people: int | None = None
    rto: timedelta | None = None
    least: int = 1


@dataclass(frozen=True, slots=True)
class Arrival:
    """One workflow before an alternative, in the order in which they are let in.

    `without_seat` is how many of its people find none, at least: 0 for those who are
    seated, None where that is unknown.
    """

    workflow: int
    tier: int
    people: int | None
    race: Race
    without_seat: int | None


@dataclass(frozen=True, slots=True)
class Herd:
    """What lands on one tool: `people` in all, or at least so many where one is unknown."""

    tool: int
    most: int | None
    people: int
    is_lower_bound: bool
    arrivals: tuple[Arrival, ...]

    @property
    def race(self) -> Race:
        """LOSES if any workflow does, SEATED only if every one is known to be."""
        races = {arrival.race for arrival in self.arrivals}
        return next(
            race for race in (Race.LOSES, Race.UNKNOWN, Race.SEATED) if race in races
        )

    @property
    def losers(self) -> tuple[int, ...]:
        """The workflows that find no seat for all of their people."""
        return tuple(one.workflow for one in self.arrivals if one.race is Race.LOSES)


def herd(
    knock_out: KnockOut, capacities: Mapping[int, Capacity], loads: Mapping[int, Load]
) -> tuple[Herd, ...]:
    """Return what lands on each alternative after a knock-out, in the order of the tools.

    Seats go to the most critical tier first; within one to the shortest RTO (none
    comes last), then to the lowest key. Nobody overtakes: who comes after one that
    found too few seats finds none. A workflow that lands on a tool for two of its
    dependencies needs one seat per person. Manual procedures hold everybody.

    A tool without a known capacity seats nobody for sure, and neither does any tool
    behind a workflow of unknown size. That one counts as the least it can be, one person
    if nothing is known, so that who loses does so in any case. Raises KeyError for a
    workflow that has landed and has no load.
    """
    landed: dict[int, set[int]] = {}
    for landing in knock_out.landings:
        if landing.tool is not None:
            landed.setdefault(landing.tool, set()).add(landing.workflow)
    return tuple(
        _race(tool, capacities.get(tool, Capacity()).most, landed[tool], loads)
        for tool in sorted(landed)
    )


def _race(
    tool: int, most: int | None, workflows: Iterable[int], loads: Mapping[int, Load]
) -> Herd:
    def turn(workflow: int) -> tuple[int, timedelta, int]:
        load = loads[workflow]
        return load.tier, timedelta.max if load.rto is None else load.rto, workflow

    people, is_lower_bound = 0, False
    arrivals: list[Arrival] = []
    for workflow in sorted(workflows, key=turn):
        load = loads[workflow]
        need = max(1, load.least) if load.people is None else load.people
        people += need
        is_lower_bound |= load.people is None
        race, without_seat = Race.UNKNOWN, None
        if most is not None and people > most:
            race, without_seat = Race.LOSES, min(need, people - most)
        elif most is not None and not is_lower_bound:
            race, without_seat = Race.SEATED, 0
        arrivals.append(Arrival(workflow, load.tier, load.people, race, without_seat))
    return Herd(tool, most, people, is_lower_bound, tuple(arrivals))
