"""The chain of a tool: what it rides on and what rides on it, as trees and as a picture."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.fate import Edge, Graph
from continuity.inventory.models import Confidence, Dependency, Relation, Tool, ToolKind
from continuity.inventory.queries.fate import PART
from continuity.web import formats
from continuity.web.charts.graph import Link, Node, picture

MOST_NODES: Final = 60
"""How many tools the picture shows; the nearest ones."""
MOST_LINES: Final = 200
"""How many lines a tree has; beyond that nothing more is unfolded."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A tool in a tree, and the edges by which it hangs there.

    `ages` are those of its edges that are not fresh: "stale" or "never" verified;
    `sources` say of each edge who says so, since when and how sure that is. `again` says
    that what hangs on it stands elsewhere in the tree, where it is nearer.
    """

    tool: int
    name: str
    url: str
    relations: tuple[str, ...]
    part: bool
    hard: bool
    ages: tuple[str, ...]
    sources: tuple[str, ...]
    workflows: int
    branches: tuple["Branch", ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """`upstreams` and `downstreams` count tools near and far. `hidden` are left out of the
    picture, which is empty where nothing is linked; a tree that was cut says so."""

    svg: SafeString
    hidden: int
    up: tuple[Branch, ...]
    down: tuple[Branch, ...]
    upstreams: int
    downstreams: int
    up_is_cut: bool
    down_is_cut: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    """All edges from one tool to one upstream."""

    hard: bool
    relations: tuple[str, ...]
    ages: tuple[str, ...]
    edges: tuple[Edge, ...]

    @property
    def part(self) -> bool:
        return PART in self.relations


def age(verified_on: date | None, *, today: date, stale_days: int) -> str:
    """Return "fresh", "stale" or "never", for an edge last verified on that day."""
    if verified_on is None:
        return "never"
    edge = Edge(0, 1, "", verified_on=verified_on)
    return "stale" if edge.stale(today, stale_days) else "fresh"


def chain(user: User, tool: Tool, graph: Graph, *, today: date, stale_days: int) -> Chain:
    """Return the chain of `tool`, in one query: the kind of each tool and how many
    workflows that `user` may see use it."""
    pairs = _pairs(graph, today=today, stale_days=stale_days)
    needs: dict[int, list[int]] = defaultdict(list)
    needed: dict[int, list[int]] = defaultdict(list)
    for one, two in pairs:
        needs[one].append(two)
        needed[two].append(one)
    up, down = _steps(tool.pk, needs), _steps(tool.pk, needed)
    near = sorted(
        {*up, *down},
        key=lambda key: (
            min(up.get(key, len(up)), down.get(key, len(down))),
            graph.name(key).casefold(),
            key,
        ),
    )
    workflows: dict[int, int] = {}
    kinds: dict[int, str] = {}
    counted = Tool.objects.filter(pk__in=near).annotate(number=workflow_count(user))
    for key, kind, number in counted.values_list("pk", "kind", "number"):
        workflows[key], kinds[key] = number, kind
    trees = _Trees(graph, pairs, workflows)
    above, above_cut = trees.grown(tool.pk, needs, upwards=True)
    below, below_cut = trees.grown(tool.pk, needed, upwards=False)
    shown = near[:MOST_NODES]
    inside = frozenset(shown)
    drawn = {
        (one, two): pair
        for (one, two), pair in pairs.items()
        if {one, two} <= inside
        # What is beside the chain of this tool would only hide it.
        and ({one, two} <= up.keys() or {one, two} <= down.keys())
    }
    return Chain(
        svg=_drawn(tool, shown, drawn, graph, workflows, kinds),
        hidden=len(near) - len(shown),
        up=above,
        down=below,
        upstreams=len(up) - 1,
        downstreams=len(down) - 1,
        up_is_cut=above_cut,
        down_is_cut=below_cut,
    )


def _pairs(
    graph: Graph, *, today: date, stale_days: int
) -> Mapping[tuple[int, int], _Pair]:
    found: dict[tuple[int, int], list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        found[edge.tool, edge.upstream].append(edge)
    return {
        key: _Pair(
            hard=any(edge.hard for edge in edges),
            relations=tuple(edge.relation for edge in edges),
            ages=tuple(
                sorted(
                    {
                        age(edge.verified_on, today=today, stale_days=stale_days)
                        for edge in edges
                        if edge.relation != PART
                    }
                    - {"fresh"}
                )
            ),
            edges=tuple(edge for edge in edges if edge.relation != PART),
        )
        for key, edges in found.items()
    }


def _steps(start: int, ways: Mapping[int, Sequence[int]]) -> dict[int, int]:
    steps, waiting = {start: 0}, deque([start])
    while waiting:
        key = waiting.popleft()
        for other in ways.get(key, ()):
            if other not in steps:
                steps[other] = steps[key] + 1
                waiting.append(other)
    return steps


def workflow_count(user: User) -> Coalesce:
    """Return, as a part of a query on tools, how many workflows that `user` may see use
    each."""
    using = (
        Dependency.objects.allowing(user, Action.VIEW)
        .filter(tool=OuterRef("pk"), workflow__archived_at=None)
        .order_by()
        .values("tool")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Coalesce(Subquery(using), 0)


class _Trees:
    def __init__(
        self,
        graph: Graph,
        pairs: Mapping[tuple[int, int], _Pair],
        workflows: Mapping[int, int],
    ) -> None:
        self.graph = graph
        self.pairs = pairs
        self.workflows = workflows

    def grown(
        self, start: int, ways: Mapping[int, Sequence[int]], *, upwards: bool
    ) -> tuple[tuple[Branch, ...], bool]:
        """Return what hangs on `start`, and whether some of it was left folded.

        Each tool is unfolded once, where it is nearest.
        """
        parent = {start: start}
        order: list[int] = []
        waiting = deque([start])
        lines, cut = 0, False
        while waiting:
            key = waiting.popleft()
            if lines >= MOST_LINES:
                cut = cut or bool(ways.get(key))
                continue
            order.append(key)
            for other in self._sorted(ways.get(key, ())):
                lines += 1
                if other not in parent:
                    parent[other] = key
                    waiting.append(other)
        unfolded = frozenset(order)
        grown: dict[int, tuple[Branch, ...]] = {}
        for key in reversed(order):
            grown[key] = tuple(
                self._branch(
                    other,
                    self.pairs[(key, other) if upwards else (other, key)],
                    grown.get(other, ()) if parent[other] == key else (),
                    again=(
                        parent[other] != key and other in unfolded and bool(ways.get(other))
                    ),
                )
                for other in self._sorted(ways.get(key, ()))
            )
        return grown[start], cut

    def _sorted(self, keys: Iterable[int]) -> list[int]:
        return sorted(keys, key=lambda key: (self.graph.name(key).casefold(), key))

    def _branch(
        self, tool: int, pair: _Pair, branches: tuple[Branch, ...], *, again: bool
    ) -> Branch:
        return Branch(
            tool=tool,
            name=self.graph.name(tool),
            url=reverse("inventory:tool", args=[tool]),
            relations=tuple(_relation(one) for one in pair.relations if one != PART),
            part=pair.part,
            hard=pair.hard,
            ages=pair.ages,
            sources=tuple(dict.fromkeys(map(_source, pair.edges))),
            workflows=self.workflows.get(tool, 0),
            branches=branches,
            again=again,
        )


def _source(edge: Edge) -> str:
    """Return who says so, on which day it was last verified and how sure that is."""
    day = _("no date") if edge.verified_on is None else formats.day(edge.verified_on)
    sure = _("confidence: %(level)s") % {"level": Confidence(edge.confidence).label}
    return ", ".join((edge.source.removeprefix("https://"), day, sure))


def _relation(relation: str) -> str:
    return str(Relation(relation).label)


def _drawn(
    tool: Tool,
    shown: Iterable[int],
    pairs: Mapping[tuple[int, int], _Pair],
    graph: Graph,
    workflows: Mapping[int, int],
    kinds: Mapping[int, str],
) -> SafeString:
    def note(key: int) -> str:
        number = workflows.get(key, 0)
        if not number:
            return ""
        text: str = ngettext("%(number)d workflow", "%(number)d workflows", number)
        return text % {"number": number}

    nodes = [
        Node(
            key=key,
            label=graph.name(key),
            url=reverse("inventory:tool", args=[key]),
            note=note(key),
            title=", ".join(filter(None, (graph.name(key), note(key)))),
            kind="infrastructure" if kinds.get(key) == ToolKind.INFRASTRUCTURE else "tool",
        )
        for key in shown
    ]
    links = [
        Link(one, two, pair.hard, _mark(pair), _said(one, two, pair, graph))
        for (one, two), pair in pairs.items()
    ]
    return picture(
        nodes,
        links,
        focus=tool.pk,
        uid="chain",
        title=_("What %(tool)s rides on, and what rides on it") % {"tool": tool.name},
        description=_("The trees on this page say the same in words."),
    )


def _mark(pair: _Pair) -> str:
    if "stale" in pair.ages:
        return _("stale")
    return _("no date") if pair.ages else ""


def _said(one: int, two: int, pair: _Pair, graph: Graph) -> str:
    words: dict[str, Any] = {
        "tool": graph.name(one),
        "upstream": graph.name(two),
        "how": ", ".join(
            _("a part of it") if relation == PART else _relation(relation)
            for relation in pair.relations
        ),
    }
    if pair.hard:
        text = _("%(tool)s stops without %(upstream)s (%(how)s)") % words
    else:
        text = _("%(tool)s gets worse without %(upstream)s (%(how)s)") % words
    mark = _mark(pair)
    return f"{text}, {mark}" if mark else text
