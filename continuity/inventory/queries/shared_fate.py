"""Shared fate of a tool and an alternative, as the page of a workflow tells it: what both
ride on and who says so, layer by layer, and the smallest loss that leaves nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from continuity.domain.cut import LARGEST_CUT
from continuity.domain.fate import Fallback, Graph, Reliance, Shared, SharedFate
from continuity.inventory.models import (
    Alternative,
    Confidence,
    Dependency,
    Relation,
    Tool,
    Without,
)
from continuity.inventory.queries import fate
from continuity.inventory.queries.chain import age

RELATION_LABELS: Final[Mapping[str, Any]] = {
    "provider": _("Provider"),
    **{str(value): label for value, label in Relation.choices},
    fate.PART: _("the product itself"),
}


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Who says so, how sure that is, and on which day it was last verified; `age` is
    "fresh", "stale" or "never". Of edges with the same of both the oldest day counts."""

    text: str
    confidence: Any
    verified_on: date | None
    age: str


@dataclass(frozen=True, slots=True)
class Ageing:
    """What makes a source stale here: the day, and the organisation's limit."""

    today: date
    stale_days: int

    def of(self, verified_on: date | None) -> str:
        return age(verified_on, today=self.today, stale_days=self.stale_days)


@dataclass(frozen=True, slots=True)
class SharedThing:
    """What both ride on: its name, how it is used, the way to it, who says so."""

    name: str
    relation: str
    path_from_tool: tuple[str, ...]
    path_from_alternative: tuple[str, ...]
    sources: tuple[SourceLine, ...]

    @property
    def relation_label(self) -> Any:
        return RELATION_LABELS.get(self.relation, "")


@dataclass(frozen=True, slots=True)
class Fate:
    """`answer` is a FateAnswer, or "manual": work by hand has no chain of upstreams.

    `known` are the layers of the alternative of which something is recorded, `unknown`
    the others, and `unknown_of_tool` those of the tool in use.
    """

    answer: str
    shared: tuple[SharedThing, ...] = ()
    soft: tuple[SharedThing, ...] = ()
    known: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unknown_of_tool: tuple[str, ...] = ()

    @property
    def known_labels(self) -> list[str]:
        return [str(RELATION_LABELS[one]) for one in self.known]

    @property
    def unknown_labels(self) -> list[str]:
        return [str(RELATION_LABELS[one]) for one in self.unknown]

    @property
    def unknown_of_tool_labels(self) -> list[str]:
        return [str(RELATION_LABELS[one]) for one in self.unknown_of_tool]

    @property
    def doubted(self) -> bool:
        """Whether what is shared rests on a source that is stale or was never verified."""
        return any(line.age != "fresh" for thing in self.shared for line in thing.sources)


def fate_of(tool: Tool, alternative: Alternative, graph: Graph, ageing: Ageing) -> Fate:
    """Return whether a tool and its alternative can fall together, and by what."""
    if alternative.tool_id is None:
        return Fate("manual")
    found: SharedFate = graph.shared(tool.pk, alternative.tool_id)
    return Fate(
        answer=found.answer,
        shared=tuple(_thing(one, graph, ageing) for one in found.shared),
        soft=tuple(_thing(one, graph, ageing) for one in found.soft),
        known=tuple(one for one in found.known_of_alternative if one in Relation.values),
        unknown=_unknown(found.known_of_alternative),
        unknown_of_tool=_unknown(found.known_of_tool),
    )


def _unknown(known: Collection[str]) -> tuple[str, ...]:
    # A path through the network is rarely published; its absence says nothing.
    return tuple(
        one for one in Relation.values if one not in known and one != Relation.NETWORK
    )


def _thing(shared: Shared, graph: Graph, ageing: Ageing) -> SharedThing:
    steps = {
        *zip(shared.path_from_tool, shared.path_from_tool[1:], strict=False),
        *zip(shared.path_from_alternative, shared.path_from_alternative[1:], strict=False),
    }
    oldest: dict[tuple[str, str], date | None] = {}
    for edge in graph.edges:
        if (edge.tool, edge.upstream) in steps and edge.source:
            said, day = (edge.source, edge.confidence), edge.verified_on
            known = oldest.get(said, day)
            oldest[said] = min(known, day) if known and day else None
    return SharedThing(
        name=graph.name(shared.upstream),
        relation=shared.relation,
        path_from_tool=tuple(graph.name(pk) for pk in shared.path_from_tool),
        path_from_alternative=tuple(graph.name(pk) for pk in shared.path_from_alternative),
        sources=tuple(
            SourceLine(text, Confidence(sure).label, day, ageing.of(day))
            for (text, sure), day in oldest.items()
        ),
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """What one side uses in one layer. `state`: known, unknown or none (by hand)."""

    state: str
    names: tuple[tuple[str, bool], ...] = ()
    """Each name, and whether the tool uses the same."""

    @property
    def same(self) -> bool:
        return any(same for _name, same in self.names)


@dataclass(frozen=True, slots=True)
class Layer:
    """A line of "what they share"; `relation` is "provider" or a Relation."""

    relation: str
    cells: tuple[Cell, ...]

    @property
    def label(self) -> Any:
        return RELATION_LABELS[self.relation]


def layers(tool: Tool, others: Sequence[Tool | None], graph: Graph) -> tuple[Layer, ...]:
    """Return the lines of "what they share" between a tool and `others`, where None is
    work by hand; none if there is nothing to compare."""
    if not others:
        return ()
    lines = [
        Layer(
            "provider", (_provider(tool, tool), *(_provider(one, tool) for one in others))
        )
    ]
    for relation in Relation.values:
        mine = graph.layers(tool.pk).get(relation, ())
        cells = [_cell(tool.pk, relation, (), graph)]
        cells += [_cell(one.pk if one else None, relation, mine, graph) for one in others]
        if relation == Relation.NETWORK and not any(cell.names for cell in cells):
            continue
        lines.append(Layer(relation, tuple(cells)))
    return tuple(lines)


def _provider(tool: Tool | None, primary: Tool) -> Cell:
    if tool is None:
        return Cell("none")
    if tool.provider is None:
        return Cell("unknown")
    same = tool is not primary and tool.provider_id == primary.provider_id
    return Cell("known", ((tool.provider.name, same),))


def _cell(tool: int | None, relation: str, mine: Sequence[int], graph: Graph) -> Cell:
    if tool is None:
        return Cell("none")
    found = graph.layers(tool).get(relation, ())
    if not found:
        return Cell("unknown")
    return Cell("known", tuple((graph.name(pk), pk in mine) for pk in found))


@dataclass(frozen=True, slots=True)
class Cut:
    """The fewest tools whose loss leaves the work nothing, as far as is known.

    `names` are empty where no loss does that: `reason` then says why, "degraded" (no tool
    would stop it) or "manual" (it can be done by hand). `exact` False: fewer might do.
    """

    names: tuple[str, ...] = ()
    keys: tuple[int, ...] = ()
    reason: str = ""
    exact: bool = True

    @property
    def tools(self) -> list[tuple[int, str]]:
        return list(zip(self.keys, self.names, strict=True))


def cut(
    dependencies: Sequence[Dependency],
    alternatives: Mapping[int, Sequence[Alternative]],
    graph: Graph,
) -> Cut | None:
    """Return the smallest loss that leaves a workflow with these dependencies nothing;
    None where it has none."""
    if not dependencies:
        return None
    reliances = [
        Reliance(
            pk=one.pk,
            workflow=one.workflow_id,
            tool=one.tool_id,
            stops=one.without == Without.STOPS,
            alternatives=tuple(
                Fallback(other.pk, other.tool_id) for other in alternatives[one.pk]
            ),
        )
        for one in dependencies
    ]
    found = graph.smallest_cut(reliances)
    if found is None:
        stops = any(one.stops for one in reliances)
        return Cut(reason="manual" if stops else "degraded")
    keys = tuple(sorted(found, key=lambda key: graph.name(key).casefold()))
    return Cut(
        names=tuple(graph.name(key) for key in keys),
        keys=keys,
        exact=len(keys) <= LARGEST_CUT,
    )
