"""Which work an outage of some tools reaches."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from continuity.domain.fate import Graph
from continuity.inventory.models import Dependency
from continuity.inventory.queries.fate import graph


@dataclass(frozen=True, slots=True)
class Reach:
    """How much work falls with some tools."""

    dependencies: int
    workflows: int
    teams: int


def affected(tool_pks: Iterable[int], known: Graph | None = None) -> frozenset[int]:
    """Return the tools that stop with these, themselves included: what hangs on them by
    a chain of hard upstreams. One query, none where the graph is `known`."""
    return frozenset((known or graph()).blast_radius(list(tool_pks), hard_only=True))


def in_scope(
    tool_pks: Iterable[int],
    team_pks: "Iterable[int] | None",
    *,
    tiers: Iterable[int] = (),
    workflow_pks: Iterable[int] = (),
    known: Graph | None = None,
) -> QuerySet[Dependency]:
    """Return the dependencies of current workflows that an outage of these tools hits.

    Not only on the tools themselves: what needs one of them to work falls with it.
    `team_pks` None means the whole organisation; `tiers` and `workflow_pks` cut it down
    to these, unless they are empty.
    """
    hit = Dependency.objects.filter(
        tool__in=affected(tool_pks, known), workflow__archived_at__isnull=True
    )
    if team_pks is not None:
        hit = hit.filter(workflow__team__in=list(team_pks))
    if wanted := list(tiers):
        hit = hit.filter(workflow__tier__in=wanted)
    if picked := list(workflow_pks):
        hit = hit.filter(workflow__in=picked)
    return hit


def reach(
    tool_pks: Iterable[int],
    team_pks: "Iterable[int] | None",
    *,
    tiers: Iterable[int] = (),
    workflow_pks: Iterable[int] = (),
    known: Graph | None = None,
) -> Reach:
    """Count what an outage of these tools would hit, cut down as `in_scope` does."""
    hit = in_scope(tool_pks, team_pks, tiers=tiers, workflow_pks=workflow_pks, known=known)
    counts = hit.aggregate(
        dependencies=Count("pk"),
        workflows=Count("workflow", distinct=True),
        teams=Count("workflow__team", distinct=True),
    )
    return Reach(**counts)
