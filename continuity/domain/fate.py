"""Shared fate: what falls with a tool, and what an alternative rides on with it.

Tools are numbers here, the keys that they have outside. An edge says that a tool
needs an upstream: hard, and it stops without it; soft, and it gets worse. What is
not known is not an edge, so the answers are about what is known: two tools without
a common upstream are "none known" or "unknown" and never "independent".
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from typing import Final

import networkx as nx


class FateAnswer(StrEnum):
    """Whether a tool and its alternative can fall together. Never "independent"."""

    SHARES = "shares"
    NONE_KNOWN = "none_known"
    UNKNOWN = "unknown"


class Relation(StrEnum):
    """How a tool uses an upstream, in the order in which the layers are shown."""

    MODEL = "model"
    HOSTING = "hosting"
    EDGE = "edge"
    IDENTITY = "identity"
    NETWORK = "network"


class Effect(StrEnum):
    """What the loss of a tool does to another."""

    STOPS = "stops"
    DEGRADED = "degraded"


class Outcome(StrEnum):
    """What the loss of tools does to a workflow, the worst first."""

    STOPS = "stops"
    FALLS_BACK = "falls_back"
    DEGRADED = "degraded"
    UNTOUCHED = "untouched"


WORST_FIRST: Final = tuple(Outcome)


@dataclass(frozen=True, slots=True)
class Edge:
    """`tool` needs `upstream`; `source`, date and confidence say how that is known."""

    tool: int
    upstream: int
    relation: str
    hard: bool = True
    source: str = ""
    verified_on: date | None = None
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Shared:
    """One thing that both ride on, with the shortest way to it from either side.

    A path begins with the tool (or the alternative) and ends with `upstream`; it is
    that alone where the tool is the shared thing itself. `relation` is how the last
    step of the tool's path uses it, or of the alternative's where the tool's has no
    step; "" where the two are the same tool. `hard` says that every step of both
    paths is hard.
    """

    upstream: int
    path_from_tool: tuple[int, ...]
    path_from_alternative: tuple[int, ...]
    relation: str
    hard: bool


@dataclass(frozen=True, slots=True)
class SharedFate:
    """The answer, what it rests on, and how much of either chain is known.

    `shared` are the things both stop without, the nearest first; `soft` those that
    at least one of them would only miss. They never change the answer and are
    shown beside it. `known_of_tool` and `known_of_alternative` are the relations
    of which an upstream is known, near or far.
    """

    answer: FateAnswer
    shared: tuple[Shared, ...]
    soft: tuple[Shared, ...]
    known_of_tool: tuple[str, ...]
    known_of_alternative: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fallback:
    """An alternative as a knock-out sees it; `tool` None is a manual procedure."""

    pk: int
    tool: int | None


@dataclass(frozen=True, slots=True)
class Reliance:
    """One workflow's dependency on one tool; `alternatives` in the order of rank."""

    pk: int
    workflow: int
    tool: int
    stops: bool
    alternatives: tuple[Fallback, ...] = ()


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a dependency lands when its tool is gone."""

    workflow: int
    dependency: int
    alternative: int
    tool: int | None


@dataclass(frozen=True, slots=True)
class KnockOut:
    """What stops, what goes on and on what, when `failed` is lost.

    `effects` are those on tools, `failed` included; the four sets of workflows do
    not overlap. `landings` are in the order of the dependencies given; a workflow
    may have one and stop all the same, for another dependency that has none.
    """

    failed: frozenset[int]
    effects: Mapping[int, Effect]
    stops: frozenset[int]
    falls_back: frozenset[int]
    degraded: frozenset[int]
    untouched: frozenset[int]
    landings: tuple[Landing, ...]


class Graph:
    """All that is known of what needs what; build it once and ask it often.

    Cycles are allowed, since two companies can resell each other. Tools without an
    edge may be asked about like any other. An edge from a tool to itself says
    nothing and is dropped.
    """

    def __init__(
        self, edges: Iterable[Edge], names: Mapping[int, str] | None = None
    ) -> None:
        # Sorted, so that of two equally short paths it is always the same one.
        self.edges: Final = tuple(
            sorted(
                (edge for edge in edges if edge.tool != edge.upstream),
                key=lambda edge: (edge.tool, edge.upstream, edge.relation),
            )
        )
        self._names = names or {}
        self._all = self._digraph(hard_only=False)
        self._hard = self._digraph(hard_only=True)
        self._paths: dict[tuple[int, bool], dict[int, tuple[int, ...]]] = {}
        self._layers: dict[int, dict[str, tuple[int, ...]]] = {}

    def _digraph(self, *, hard_only: bool) -> "nx.DiGraph[int]":
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_edges_from(
            (edge.tool, edge.upstream) for edge in self.edges if edge.hard or not hard_only
        )
        return graph

    @cached_property
    def _relations(self) -> dict[tuple[int, int], tuple[str, ...]]:
        """The relations of each pair, hard ones first: a pair may have several."""
        ordered = sorted(
            self.edges, key=lambda edge: (edge.tool, edge.upstream, not edge.hard)
        )
        return {
            pair: tuple(edge.relation for edge in edges)
            for pair, edges in groupby(ordered, lambda edge: (edge.tool, edge.upstream))
        }

    @cached_property
    def _falls_hard(self) -> dict[int, frozenset[int]]:
        return _reached_from(self._hard)

    @cached_property
    def _falls_at_all(self) -> dict[int, frozenset[int]]:
        return _reached_from(self._all)

    def name(self, tool: int) -> str:
        """Return the name the graph was given for a tool, its number if none."""
        return self._names.get(tool, str(tool))

    def upstreams(self, tool: int, *, hard_only: bool = False) -> frozenset[int]:
        """Return everything `tool` needs, near or far, itself left out."""
        return frozenset(self._ways(tool, hard_only=hard_only).keys() - {tool})

    def blast_radius(
        self, failed: Collection[int], *, hard_only: bool = False
    ) -> dict[int, Effect]:
        """Return the effect on each tool that the loss of `failed` reaches, themselves
        included.

        A chain of hard edges carries the failure; one with a soft edge in it
        anywhere degrades. With `hard_only` the degraded are left out.
        """
        effects: dict[int, Effect] = {}
        if not hard_only:
            for tool in failed:
                reached = self._falls_at_all.get(tool, frozenset({tool}))
                effects.update(dict.fromkeys(reached, Effect.DEGRADED))
        for tool in failed:
            reached = self._falls_hard.get(tool, frozenset({tool}))
            effects.update(dict.fromkeys(reached, Effect.STOPS))
        return effects

    def layers(self, tool: int) -> dict[str, tuple[int, ...]]:
        """Return, for each relation, the nearest upstreams that are used that way.

        The walk goes through other upstreams: the hosting of a product that only
        names its model is the hosting of the model. Relations without any are left
        out; the others are in the order of Relation, and what it does not know
        after that.
        """
        if tool not in self._layers:
            nearest: dict[str, tuple[int, set[int]]] = {}
            depth = {
                node: len(path) for node, path in self._ways(tool, hard_only=False).items()
            }
            for (user, upstream), relations in self._relations.items():
                if user not in depth or upstream == tool:
                    continue
                for relation in relations:
                    best, found = nearest.setdefault(relation, (depth[user], set()))
                    if depth[user] < best:
                        nearest[relation] = (depth[user], {upstream})
                    elif depth[user] == best:
                        found.add(upstream)
            self._layers[tool] = {
                relation: tuple(sorted(nearest[relation][1]))
                for relation in sorted(nearest, key=_shown)
            }
        return self._layers[tool]

    def shared(self, tool: int, alternative: int) -> SharedFate:
        """Say whether `tool` and `alternative` can fall together, and through what.

        They share when both have a hard path to the same thing, be it an upstream
        of both or one of the two. No shared upstream is *known* only where each has
        at least one known edge; otherwise nothing can be said.
        """
        hard = self._common(tool, alternative, hard=True)
        at_all = self._common(tool, alternative, hard=False)
        known = hard.keys()
        mine, theirs = tuple(self.layers(tool)), tuple(self.layers(alternative))
        if hard:
            answer = FateAnswer.SHARES
        elif self._has_upstream(tool) and self._has_upstream(alternative):
            answer = FateAnswer.NONE_KNOWN
        else:
            answer = FateAnswer.UNKNOWN
        return SharedFate(
            answer=answer,
            shared=_nearest_first(hard.values()),
            soft=_nearest_first(at_all[node] for node in at_all.keys() - known),
            known_of_tool=mine,
            known_of_alternative=theirs,
        )

    def knock_out(
        self, failed: Collection[int], dependencies: Iterable[Reliance]
    ) -> KnockOut:
        """Return what the loss of `failed` does to the workflows of `dependencies`.

        A dependency whose tool stops lands on its first alternative that does not
        stop as well. Without one the workflow stops, or is degraded where it can do
        without. One whose tool merely degrades is degraded: to stay or to switch is
        for people to decide. Of several dependencies the worst outcome counts. A
        manual procedure never fails.
        """
        effects = self.blast_radius(failed)
        by_outcome: dict[Outcome, set[int]] = {outcome: set() for outcome in Outcome}
        landings: list[Landing] = []
        for dependency in dependencies:
            effect = effects.get(dependency.tool)
            if effect is None:
                by_outcome[Outcome.UNTOUCHED].add(dependency.workflow)
                continue
            outcome = Outcome.DEGRADED
            if effect is Effect.STOPS:
                landing = _landing(dependency, effects)
                if landing is not None:
                    landings.append(landing)
                    outcome = Outcome.FALLS_BACK
                elif dependency.stops:
                    outcome = Outcome.STOPS
            by_outcome[outcome].add(dependency.workflow)
        worse: frozenset[int] = frozenset()
        for outcome in WORST_FIRST:
            by_outcome[outcome] -= worse
            worse |= by_outcome[outcome]
        return KnockOut(
            failed=frozenset(failed),
            effects=effects,
            stops=frozenset(by_outcome[Outcome.STOPS]),
            falls_back=frozenset(by_outcome[Outcome.FALLS_BACK]),
            degraded=frozenset(by_outcome[Outcome.DEGRADED]),
            untouched=frozenset(by_outcome[Outcome.UNTOUCHED]),
            landings=tuple(landings),
        )

    def _ways(self, tool: int, *, hard_only: bool) -> dict[int, tuple[int, ...]]:
        """Return the shortest path to everything `tool` needs, itself included."""
        key = tool, hard_only
        if key not in self._paths:
            graph = self._hard if hard_only else self._all
            self._paths[key] = (
                {
                    node: tuple(path)
                    for node, path in nx.single_source_shortest_path(graph, tool).items()
                }
                if tool in graph
                else {tool: (tool,)}
            )
        return self._paths[key]

    def _has_upstream(self, tool: int) -> bool:
        return tool in self._all and self._all.out_degree(tool) > 0

    def _common(self, tool: int, alternative: int, *, hard: bool) -> dict[int, Shared]:
        mine = self._ways(tool, hard_only=hard)
        theirs = self._ways(alternative, hard_only=hard)
        return {
            node: Shared(
                upstream=node,
                path_from_tool=mine[node],
                path_from_alternative=theirs[node],
                relation=self._last_relation(mine[node])
                or self._last_relation(theirs[node]),
                hard=hard,
            )
            for node in mine.keys() & theirs.keys()
        }

    def _last_relation(self, path: tuple[int, ...]) -> str:
        return self._relations[path[-2], path[-1]][0] if len(path) > 1 else ""


def _shown(relation: str) -> tuple[int, str]:
    order = list(Relation)
    return (order.index(Relation(relation)) if relation in order else len(order), relation)


def _nearest_first(shared: Iterable[Shared]) -> tuple[Shared, ...]:
    return tuple(
        sorted(
            shared,
            key=lambda one: (
                len(one.path_from_tool) + len(one.path_from_alternative),
                one.upstream,
            ),
        )
    )


def _landing(dependency: Reliance, effects: Mapping[int, Effect]) -> Landing | None:
    for alternative in dependency.alternatives:
        lost = alternative.tool is not None and (
            effects.get(alternative.tool) is Effect.STOPS
        )
        if not lost:
            return Landing(
                dependency.workflow, dependency.pk, alternative.pk, alternative.tool
            )
    return None


def _reached_from(graph: "nx.DiGraph[int]") -> dict[int, frozenset[int]]:
    """Return, for each tool, all that need it, near or far, itself included.

    Tools in a circle share one answer, so the circles are folded into points first;
    what is left has no circle and each point is looked at once.
    """
    folded = nx.condensation(graph)
    reached: dict[int, frozenset[int]] = {}
    for point in nx.topological_sort(folded):
        reached[point] = frozenset(folded.nodes[point]["members"]).union(
            *(reached[user] for user in folded.predecessors(point))
        )
    return {tool: reached[point] for tool, point in folded.graph["mapping"].items()}
