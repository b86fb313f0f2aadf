"""What an outage takes from work, and what an alternative gives back: plain arithmetic.

Tools and workflows are numbers here, as in `fate`; lengths count from the onset. A loss
that nobody published adds nothing, so every figure made here is a lower bound.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from continuity.domain.fate import Effect, Graph
from continuity.domain.forecast import Stretch, stretches

type Reached = Mapping[int, tuple[Stretch, ...]]


@dataclass(frozen=True, slots=True)
class Hit:
    """One tool that is out of order from `since` to `until` after the onset; `share` of
    its work is lost (0 to 1), None where nobody published how much."""

    tool: int
    since: timedelta
    until: timedelta
    share: float | None


@dataclass(frozen=True, slots=True)
class Choice:
    """An alternative that carries the work `after` the onset; `tool` None is by hand."""

    alternative: int
    tool: int | None
    after: timedelta


@dataclass(frozen=True, slots=True)
class Need:
    """A tool without which the work stops; `choices` in the order in which they are
    tried, only those that are trusted to carry it."""

    dependency: int
    tool: int
    choices: tuple[Choice, ...] = ()


def reach(graph: Graph, hits: Iterable[Hit]) -> Reached:
    """Return what each tool loses, over all that is known of what needs what.

    A chain of hard edges carries the whole share. A soft one only degrades, by how much
    is not known, so such a tool is named and loses nothing, as one whose share was not
    published.
    """
    found: dict[int, list[Stretch]] = {}
    for hit in hits:
        for tool, effect in graph.blast_radius({hit.tool}).items():
            lost = found.setdefault(tool, [])
            if effect is Effect.STOPS and hit.share:
                lost.append(Stretch(hit.since, hit.until, hit.share))
    return {tool: stretches(lost) for tool, lost in found.items()}


def carrier(need: Need, reached: Reached, *, full: Collection[int] = ()) -> Choice | None:
    """Return the first choice that the same outage takes nothing from, None if there is
    none. Those in `full` have no seat for the work and are passed over."""
    return next(
        (
            one
            for one in need.choices
            if one.alternative not in full
            and (one.tool is None or not reached.get(one.tool))
        ),
        None,
    )


def lost(
    needs: Iterable[Need], reached: Reached, *, full: Collection[int] = ()
) -> tuple[Stretch, ...]:
    """Return what the outage takes from one workflow that needs all of `needs`.

    Of several tools hit at once the worst share counts, once. Where an alternative
    carries the work the loss of that tool ends as long after its onset as that takes.
    """
    found: list[Stretch] = []
    for need in needs:
        if spells := reached.get(need.tool):
            instead = carrier(need, reached, full=full)
            found += stretches(
                spells, carried_after=None if instead is None else instead.after
            )
    return stretches(found)
