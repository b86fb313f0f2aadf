"""The graph of all tools and what they need, for the rules of shared fate."""

from typing import Final

from continuity.accounts.models import Organisation
from continuity.domain.fate import Edge, Graph
from continuity.inventory.models import Tool

PART: Final = "part"
"""The relation of a component or model to its product, which no Upstream row states."""


def graph() -> Graph:
    """Return everything that is known of what needs what, in one query.

    A component or model stops with its product: that edge is in the graph too, with
    the relation `PART`. Ask the graph as often as you like; it is not kept up to date.
    """
    names: dict[int, str] = {}
    edges: list[Edge] = []
    rows = Tool.objects.order_by("pk").values_list(
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
    for pk, name, parent, upstream, relation, hard, source, verified, confidence in rows:
        if pk not in names and parent is not None:
            edges.append(Edge(pk, parent, PART))
        names[pk] = name
        if upstream is not None:
            edges.append(Edge(pk, upstream, relation, hard, source, verified, confidence))
    return Graph(edges, names)


def stale_days() -> int:
    """Return after how many days a source counts as stale here, in one query."""
    days = Organisation.objects.filter(pk=1).values_list("upstream_stale_days", flat=True)
    found = days.first()
    return Organisation(pk=1).upstream_stale_days if found is None else found
