"""The graph of all tools and what they need, for the rules of shared fate."""

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet, Subquery

from continuity.accounts.models import Organisation
from continuity.domain.fate import Edge, Graph
from continuity.inventory.models import Tool

PART: Final = "part"
"""The relation of a component or model to its product, which no Upstream row states."""


@dataclass(frozen=True, slots=True)
class Known:
    """The graph, and after how many days one of its sources counts as stale here."""

    graph: Graph
    stale_days: int


def graph() -> Graph:
    """Return everything that is known of what needs what, in one query.

    A component or model stops with its product: that edge is in the graph too, with
    the relation `PART`. Ask the graph as often as you like; it is not kept up to date.
    """
    return known().graph


def known() -> Known:
    """Return the graph with the organisation's limit of staleness, still in one query."""
    names: dict[int, str] = {}
    edges: list[Edge] = []
    limit: int | None = None
    rows = (
        Tool.objects.order_by("pk")
        .annotate(stale_days=Subquery(_stale_days()))
        .values_list(
            "stale_days",
            "pk",
            "name",
            "parent_id",
            "upstreams__upstream_id",
            "upstreams__relation",
            "upstreams__hard",
            "upstreams__source",
            "upstreams__verified_on",
            "upstreams__confidence",
        )
    )
    for days, pk, name, parent, upstream, relation, hard, source, day, sure in rows:
        limit = days
        if pk not in names and parent is not None:
            edges.append(Edge(pk, parent, PART))
        names[pk] = name
        if upstream is not None:
            edges.append(Edge(pk, upstream, relation, hard, source, day, sure))
    return Known(Graph(edges, names), _or_default(limit))


def stale_days() -> int:
    """Return after how many days a source counts as stale here, in one query."""
    return _or_default(_stale_days().first())


def _stale_days() -> "QuerySet[Organisation, int]":
    return Organisation.objects.filter(pk=1).values_list("upstream_stale_days", flat=True)


def _or_default(days: int | None) -> int:
    return Organisation(pk=1).upstream_stale_days if days is None else days
