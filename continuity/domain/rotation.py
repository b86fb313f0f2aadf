"""Whose turn it is: teams and scenarios in the order of their neglect."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pair:
    """A team that a scenario would hit, by their keys."""

    team: int
    scenario: int


def pick(pairs: Iterable[Pair], tried: Mapping[Pair, datetime]) -> Pair | None:
    """Return the pair whose turn it is, None where there is none.

    The one that was never tried, or longest ago; of several such the one whose team has
    waited longest, then the one whose scenario has. So no pair comes again while another
    waits. What is left equal goes by the order of `pairs`: the same input gives the same
    answer. `tried` says when each was tried last; pairs that are no longer offered count
    for their team and their scenario.
    """
    team_last: dict[int, datetime] = {}
    scenario_last: dict[int, datetime] = {}
    for pair, at in tried.items():
        team_last[pair.team] = max(at, team_last.get(pair.team, NEVER))
        scenario_last[pair.scenario] = max(at, scenario_last.get(pair.scenario, NEVER))
    return min(
        pairs,
        key=lambda pair: (
            tried.get(pair, NEVER),
            team_last.get(pair.team, NEVER),
            scenario_last.get(pair.scenario, NEVER),
        ),
        default=None,
    )
