"""The people that land on each alternative when tools are lost, and who finds a seat."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from continuity.domain.fate import Graph, KnockOut
from continuity.domain.herd import Capacity, Herd, Race, herd
from continuity.inventory.models import Tool
from continuity.inventory.queries.relying import Inventory

RACES: Final = (Race.LOSES, Race.UNKNOWN, Race.SEATED)


@dataclass(frozen=True, slots=True)
class Crowd:
    """What lands on one alternative. `in_use` people work with it already, at least so
    many where `in_use_is_lower_bound`; `free` is what is left of seats and limit."""

    tool: int
    name: str
    herd: Herd
    in_use: int
    in_use_is_lower_bound: bool
    seats: int | None
    limit: int | None

    @property
    def free(self) -> int | None:
        return self.herd.most

    @property
    def workflows(self) -> int:
        return len(self.herd.arrivals)


def crowds_on(
    lost: KnockOut, known: Inventory, graph: Graph, tools: Mapping[int, Tool]
) -> tuple[Crowd, ...]:
    landed: dict[int, set[int]] = defaultdict(set)
    for one in lost.landings:
        if one.tool is not None:
            landed[one.tool].add(one.workflow)
    in_use: dict[int, tuple[int, bool]] = {}
    room: dict[int, Capacity] = {}
    for tool, users in known.users_of(landed.keys()).items():
        # Who arrives and uses it already has a seat, which the arrival then takes.
        staying = [known.works[pk] for pk in users - landed[tool]]
        used = sum(one.least if one.people is None else one.people for one in staying)
        in_use[tool] = used, any(one.people is None for one in staying)
        stated = tools[tool]
        room[tool] = Capacity(_left(stated.seats, used), _left(stated.limit, used))
    loads = {pk: known.works[pk].load for pks in landed.values() for pk in pks}
    crowds = []
    for found in herd(lost, room, loads):
        used, at_least = in_use[found.tool]
        sure = known.whole and not at_least
        crowds.append(
            Crowd(
                tool=found.tool,
                name=graph.name(found.tool),
                herd=found if sure else _doubted(found),
                in_use=used,
                in_use_is_lower_bound=at_least or not known.whole,
                seats=tools[found.tool].seats,
                limit=tools[found.tool].limit,
            )
        )
    crowds.sort(key=lambda one: (RACES.index(one.herd.race), -one.herd.people, one.name))
    return tuple(crowds)


def _left(stated: int | None, used: int) -> int | None:
    return None if stated is None else max(0, stated - used)


def _doubted(found: Herd) -> Herd:
    """Return the herd with nobody seated for sure: more people use the tool, or will,
    than are known of. Who loses does so in any case."""
    return replace(
        found,
        arrivals=tuple(
            replace(one, race=Race.UNKNOWN, without_seat=None)
            if one.race is Race.SEATED
            else one
            for one in found.arrivals
        ),
    )
