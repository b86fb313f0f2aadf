"""Shared fate: what falls with a tool, and what an alternative rides on with it.

Tools are numbers here, the keys that they have outside. An edge says that a tool
needs an upstream: hard, and it stops without it; soft, and it gets worse. What is
not known is not an edge, so the answers are about what is known: two tools without
a common upstream are "none known" or "unknown" and never "independent".

Made for 5,000 workflows on 800 tools: the graph and the dependencies are indexed once,
and each question then looks only at what it touches. `tests/bench` holds the figures.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple

import networkx as nx

from continuity.domain.cut import Cut, fewest


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


PART: Final = "part"
"""The relation of a component or model to its product. It carries failure like any
other, yet it is no layer and nothing known of a chain: it says what the thing is, not
what it rides on."""


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


class Edge(NamedTuple):
    """`tool` needs `upstream`; `source`, date and confidence say how that is known."""

    tool: int
    upstream: int
    relation: str
    hard: bool = True
    source: str = ""
    verified_on: date | None = None
    confidence: str = ""

    def stale(self, on: date, limit_days: int) -> bool:
        """Say whether this was last verified more than `limit_days` days before `on`.

        Without a date it is stale whatever the limit: nobody has verified it, and
        doubt that looks like freshness is the worse error. `verified_on` tells the
        two apart for the screen.
        """
        if self.verified_on is None:
            return True
        return on - self.verified_on > timedelta(days=limit_days)


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
    of which an upstream is known, near or far; being a PART of something is none.
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


class Reliances:
    """The dependencies of many workflows, found by the tool that they are on.

    Build it once where several knock-outs follow.
    """

    def __init__(self, dependencies: Iterable[Reliance]) -> None:
        self._all: Final = tuple(dependencies)
        self.workflows: Final = frozenset(one.workflow for one in self._all)
        self._places: Final[dict[int, list[int]]] = {}
        for place, one in enumerate(self._all):
            self._places.setdefault(one.tool, []).append(place)
        self._landings: Final[dict[int, tuple[Landing, ...]]] = {}

    def on(self, tools: Iterable[int]) -> Iterator[tuple[Reliance, tuple[Landing, ...]]]:
        """Yield the dependencies on any of `tools`, in the order given, each with where
        it could land, by rank."""
        places = chain.from_iterable(self._places.get(tool, ()) for tool in tools)
        for place in sorted(places):
            one = self._all[place]
            # Made once: many knock-outs land in the same places.
            landings = self._landings.get(place)
            if landings is None:
                landings = self._landings[place] = tuple(
                    Landing(one.workflow, one.pk, choice.pk, choice.tool)
                    for choice in one.alternatives
                )
            yield one, landings


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
                key=attrgetter("tool", "upstream", "relation"),
            )
        )
        self._names = names or {}
        # Made here and not by the first question, which would wait for it.
        self._edges_of: Final[dict[int, list[Edge]]] = {}
        self._needs: Final[dict[int, list[int]]] = {}
        self._needs_hard: Final[dict[int, list[int]]] = {}
        for edge in self.edges:
            self._edges_of.setdefault(edge.tool, []).append(edge)
            self._needs.setdefault(edge.tool, []).append(edge.upstream)
            if edge.hard:
                self._needs_hard.setdefault(edge.tool, []).append(edge.upstream)
        self._relations: dict[int, dict[int, tuple[str, ...]]] = {}
        self._walks: dict[tuple[int, bool], _Walk] = {}
        self._layers: dict[int, dict[str, tuple[int, ...]]] = {}

    def _digraph(self, *, hard_only: bool) -> "nx.DiGraph[int]":
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_edges_from(
            (edge.tool, edge.upstream) for edge in self.edges if edge.hard or not hard_only
        )
        return graph

    def _relations_of(self, tool: int) -> dict[int, tuple[str, ...]]:
        """Return, by upstream of `tool`, the relations of the pair, hard ones first."""
        # By tool, as they are asked for: a question meets a dozen of many hundreds.
        if tool not in self._relations:
            relations: dict[int, tuple[str, ...]] = {}
            edges = self._edges_of.get(tool, ())
            for edge in sorted(edges, key=lambda edge: not edge.hard):
                relations[edge.upstream] = (
                    *relations.get(edge.upstream, ()),
                    edge.relation,
                )
            self._relations[tool] = relations
        return self._relations[tool]

    @cached_property
    def _falls_hard(self) -> dict[int, frozenset[int]]:
        return _reached_from(self._digraph(hard_only=True))

    @cached_property
    def _falls_at_all(self) -> dict[int, frozenset[int]]:
        return _reached_from(self._digraph(hard_only=False))

    def name(self, tool: int) -> str:
        """Return the name the graph was given for a tool, its number if none."""
        return self._names.get(tool, str(tool))

    def upstreams(self, tool: int, *, hard_only: bool = False) -> frozenset[int]:
        """Return everything `tool` needs, near or far, itself left out."""
        return frozenset(self._walk(tool, hard_only=hard_only).steps.keys() - {tool})

    def path(self, tool: int, upstream: int, *, hard_only: bool = False) -> tuple[int, ...]:
        """Return the shortest way from `tool` to what it needs, both included; the tool
        alone where they are the same, nothing where no way is known."""
        walk = self._walk(tool, hard_only=hard_only)
        return walk.path(upstream) if upstream in walk.steps else ()

    def blast_radius(
        self,
        failed: Collection[int],
        *,
        hard_only: bool = False,
        degraded: Collection[int] = (),
    ) -> dict[int, Effect]:
        """Return the effect on each tool that the loss of `failed` reaches, themselves
        included.

        A chain of hard edges carries the failure; one with a soft edge in it
        anywhere degrades. With `hard_only` the degraded are left out. What is only
        `degraded` itself degrades all that rides on it.
        """
        effects: dict[int, Effect] = {}
        if not hard_only:
            for tool in chain(failed, degraded):
                reached = self._falls_at_all.get(tool, (tool,))
                effects.update(dict.fromkeys(reached, Effect.DEGRADED))
        for tool in failed:
            reached = self._falls_hard.get(tool, (tool,))
            effects.update(dict.fromkeys(reached, Effect.STOPS))
        return effects

    def layers(self, tool: int) -> dict[str, tuple[int, ...]]:
        """Return, for each relation, the nearest upstreams that are used that way.

        The walk goes through other upstreams: the hosting of a product that only
        names its model is the hosting of the model. It goes through PART as well,
        which is itself no layer. Relations without any are left out; the others are
        in the order of Relation, and what it does not know after that.
        """
        if tool not in self._layers:
            nearest: dict[str, tuple[int, set[int]]] = {}
            for user, steps in self._walk(tool, hard_only=False).steps.items():
                for upstream, relations in self._relations_of(user).items():
                    for relation in relations:
                        if upstream == tool or relation == PART:
                            continue
                        # The walk goes outwards, so the first distance is the least.
                        least, found = nearest.setdefault(relation, (steps, set()))
                        if steps == least:
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
        at least one known layer; otherwise nothing can be said. That something is a
        PART of a product is no layer.
        """
        hard = self._common(tool, alternative, hard=True)
        soft = self._common(tool, alternative, hard=False, apart_from=hard)
        mine, theirs = tuple(self.layers(tool)), tuple(self.layers(alternative))
        return SharedFate(
            answer=self.answer(tool, alternative),
            shared=_nearest_first(hard.values()),
            soft=_nearest_first(soft.values()),
            known_of_tool=mine,
            known_of_alternative=theirs,
        )

    def answer(self, tool: int, alternative: int) -> FateAnswer:
        """Return the answer of `shared` alone, for who asks of many."""
        mine = self._walk(tool, hard_only=True).steps.keys()
        if not mine.isdisjoint(self._walk(alternative, hard_only=True).steps):
            return FateAnswer.SHARES
        known = self._has_layer(tool) and self._has_layer(alternative)
        return FateAnswer.NONE_KNOWN if known else FateAnswer.UNKNOWN

    def _has_layer(self, tool: int) -> bool:
        if any(edge.relation != PART for edge in self._edges_of.get(tool, ())):
            return True
        return any(
            upstream != tool and relation != PART
            for user in self._walk(tool, hard_only=False).steps
            for upstream, relations in self._relations_of(user).items()
            for relation in relations
        )

    def knock_out(
        self,
        failed: Collection[int],
        dependencies: Iterable[Reliance] | Reliances,
        *,
        degraded: Collection[int] = (),
    ) -> KnockOut:
        """Return what the loss of `failed` does to the workflows of `dependencies`, while
        `degraded` work badly.

        A dependency whose tool stops lands on its first alternative that does not
        stop as well. Without one the workflow stops, or is degraded where it can do
        without. One whose tool merely degrades is degraded: to stay or to switch is
        for people to decide. Of several dependencies the worst outcome counts. A
        manual procedure never fails.
        """
        known = (
            dependencies if isinstance(dependencies, Reliances) else Reliances(dependencies)
        )
        effects = self.blast_radius(failed, degraded=degraded)
        stopped = {tool for tool, effect in effects.items() if effect is Effect.STOPS}
        stops: set[int] = set()
        falls_back: set[int] = set()
        worse = {one.workflow for one, _ in known.on(effects.keys() - stopped)}
        landings: list[Landing] = []
        for one, choices in known.on(stopped):
            for landing in choices:
                # None, a manual procedure, is in no set of tools.
                if landing.tool not in stopped:
                    landings.append(landing)
                    falls_back.add(one.workflow)
                    break
            else:
                (stops if one.stops else worse).add(one.workflow)
        falls_back -= stops
        worse -= stops | falls_back
        return KnockOut(
            failed=frozenset(failed),
            effects=effects,
            stops=frozenset(stops),
            falls_back=frozenset(falls_back),
            degraded=frozenset(worse),
            untouched=known.workflows.difference(stops, falls_back, worse),
            landings=tuple(landings),
        )

    def knock_outs(
        self, tools: Iterable[int], dependencies: Iterable[Reliance] | Reliances
    ) -> Iterator[KnockOut]:
        """Yield the knock-out of each of `tools` by itself, in their order.

        Tools of one circle fall together, so one answer serves them all.
        """
        known = (
            dependencies if isinstance(dependencies, Reliances) else Reliances(dependencies)
        )
        answers: dict[tuple[frozenset[int], frozenset[int]], KnockOut] = {}
        for tool in tools:
            alone = frozenset({tool})
            reached = self._falls_hard.get(tool, alone), self._falls_at_all.get(tool, alone)
            if reached not in answers:
                answers[reached] = self.knock_out(alone, known)
            yield replace(answers[reached], failed=alone)

    def smallest_cut(self, dependencies: Iterable[Reliance]) -> frozenset[int] | None:
        """Return the fewest tools whose loss leaves one workflow nothing.

        `dependencies` are those of that workflow. It is left with nothing when, of
        one dependency that stops it, the tool and all alternatives stop with what
        was lost. None where no loss does that: no dependency stops the work, or each
        that does has a manual procedure, which never fails.

        Of several as small, the one nearest to the work: the fewest steps upstream
        from the tools to what is lost, then the lowest keys. Up to LARGEST_CUT tools
        (of domain/cut) the answer is exact. A larger one leaves nothing just as surely,
        yet is gathered by always taking what strikes most, so that fewer might do.
        """
        found = (
            self._cut({one.tool, *(fallback.tool for fallback in one.alternatives)})
            for one in dependencies
            if one.stops
        )
        cuts = [(len(cut.tools), cut.steps, cut.tools) for cut in found if cut is not None]
        return frozenset(min(cuts)[2]) if cuts else None

    def _cut(self, targets: Collection[int | None]) -> Cut | None:
        """Return the smallest cut of one dependency: what strikes every target.

        Each upstream strikes the targets that ride on it, written as the bits of a
        number. Of those that strike the same ones only the nearest is looked at,
        which leaves a handful, whatever the size of the graph.
        """
        tools = sorted(tool for tool in targets if tool is not None)
        if len(tools) < len(targets):
            return None
        strikes: dict[int, int] = {}
        steps: dict[int, int] = {}
        for place, tool in enumerate(tools):
            for upstream, far in self._walk(tool, hard_only=True).steps.items():
                strikes[upstream] = strikes.get(upstream, 0) | 1 << place
                steps[upstream] = min(far, steps.get(upstream, far))
        nearest: dict[int, Cut] = {}
        for upstream, struck in strikes.items():
            one = Cut(steps[upstream], (upstream,))
            nearest[struck] = min(one, nearest.get(struck, one))
        return fewest((1 << len(tools)) - 1, nearest)

    def _walk(self, tool: int, *, hard_only: bool) -> "_Walk":
        """Return the shortest ways to everything `tool` needs, itself included."""
        key = tool, hard_only
        if key not in self._walks:
            # A page asks for some dozen walks: a library's graph costs more to build.
            ways = self._needs_hard if hard_only else self._needs
            steps, before = {tool: 0}, dict[int, int]()
            waiting = deque([tool])
            while waiting:
                user = waiting.popleft()
                for node in ways.get(user, ()):
                    if node not in steps:
                        before[node] = user
                        steps[node] = steps[user] + 1
                        waiting.append(node)
            self._walks[key] = _Walk(steps, before)
        return self._walks[key]

    def _common(
        self,
        tool: int,
        alternative: int,
        *,
        hard: bool,
        apart_from: Collection[int] = (),
    ) -> dict[int, Shared]:
        mine = self._walk(tool, hard_only=hard)
        theirs = self._walk(alternative, hard_only=hard)
        common: dict[int, Shared] = {}
        for node in mine.steps.keys() & theirs.steps.keys():
            if node not in apart_from:
                there, back = mine.path(node), theirs.path(node)
                relation = self._last_relation(there) or self._last_relation(back)
                common[node] = Shared(node, there, back, relation, hard)
        return common

    def _last_relation(self, path: tuple[int, ...]) -> str:
        return self._relations_of(path[-2])[path[-1]][0] if len(path) > 1 else ""


@dataclass(frozen=True, slots=True)
class _Walk:
    """How far everything is that a tool needs, nearest first, and through what."""

    steps: dict[int, int]
    before: dict[int, int]

    def path(self, node: int) -> tuple[int, ...]:
        way = [node]
        while way[-1] in self.before:
            way.append(self.before[way[-1]])
        return tuple(reversed(way))


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
