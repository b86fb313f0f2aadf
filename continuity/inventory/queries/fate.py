"""The graph of all tools and what they need, for the rules of shared fate."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet, Subquery
from django.db.models.expressions import RawSQL

from continuity.accounts.models import Organisation
from continuity.domain.fate import Edge, Graph
from continuity.inventory.models import Tool
from continuity.web.prepared import KEYS, Prepared

PART: Final = "part"
"""The relation of a component or model to its product, which no Upstream row states."""


@dataclass(frozen=True, slots=True)
class Known:
    """The graph, and after how many days one of its sources counts as stale here."""

    graph: Graph
    stale_days: int


CHAIN: Final = """
    WITH RECURSIVE chain (tool) AS (
        SELECT unnest(%s::bigint[])
        UNION
        SELECT next.tool FROM chain JOIN (
            SELECT tool_id AS rider, upstream_id AS tool FROM inventory_upstream
            UNION ALL
            SELECT id, parent_id FROM inventory_tool WHERE parent_id IS NOT NULL
        ) AS next ON next.rider = chain.tool
    ) SELECT tool FROM chain
"""
"""The tools asked about, and all that they need, near or far."""


def graph(around: Collection[int] | None = None) -> Graph:
    """Return everything that is known of what needs what, in one query; or only what
    the tools `around` need, which answers all that is asked of these alone.

    A component or model stops with its product: that edge is in the graph too, with
    the relation `PART`. Ask the graph as often as you like; it is not kept up to date.
    """
    return known(around).graph


def bare(around: Collection[int]) -> Graph:
    """Return the graph of what the tools `around` need, without sources: enough to say
    whether two of them share something, for a list that asks of many. One query."""
    names: dict[int, str] = {}
    edges: list[Edge] = []
    for pk, name, parent, upstream, relation, hard in BARE.rows(list(around)):
        if pk not in names and parent is not None:
            edges.append(Edge(pk, parent, PART))
        names[pk] = name
        if upstream is not None:
            edges.append(Edge(pk, upstream, relation, hard))
    return Graph(edges, names)


def known(around: Collection[int] | None = None) -> Known:
    """Return the graph with the organisation's limit of staleness, still in one query."""
    names: dict[int, str] = {}
    edges: list[Edge] = []
    limit: int | None = None
    rows = _sourced(Tool.objects.all()) if around is None else AROUND.rows(list(around))
    for days, pk, name, parent, upstream, relation, hard, source, day, sure in rows:
        limit = days
        if pk not in names and parent is not None:
            edges.append(Edge(pk, parent, PART))
        names[pk] = name
        if upstream is not None:
            edges.append(Edge(pk, upstream, relation, hard, source, day, sure))
    return Known(Graph(edges, names), _or_default(limit))


def _around() -> QuerySet[Tool]:
    # The ORM has no recursion. The keys are a parameter, nothing is put in by hand.
    return Tool.objects.filter(pk__in=RawSQL(CHAIN, [KEYS]))  # noqa: S611


def _sourced(tools: QuerySet[Tool]) -> QuerySet[Tool, Any]:
    return (
        tools.order_by("pk")
        .annotate(stale_days=Subquery(_stale_days()))
        .values_list("stale_days", *TOOL, *EDGE, *SOURCE)
    )


TOOL: Final = ("pk", "name", "parent_id")
EDGE: Final = tuple(f"upstreams__{name}" for name in ("upstream_id", "relation", "hard"))
SOURCE: Final = tuple(
    f"upstreams__{name}" for name in ("source", "verified_on", "confidence")
)
BARE: Final = Prepared(lambda: _around().order_by("pk").values_list(*TOOL, *EDGE))
AROUND: Final = Prepared(lambda: _sourced(_around()))


def stale_days() -> int:
    """Return after how many days a source counts as stale here, in one query."""
    return _or_default(_stale_days().first())


def _stale_days() -> "QuerySet[Organisation, int]":
    return Organisation.objects.filter(pk=1).values_list("upstream_stale_days", flat=True)


def _or_default(days: int | None) -> int:
    return Organisation(pk=1).upstream_stale_days if days is None else days
