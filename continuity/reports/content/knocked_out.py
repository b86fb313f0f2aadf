"""Knock-out: of each tool what its loss stops, in the scope of a report."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from continuity.domain.fate import Effect, Fallback, Graph, KnockOut, Reliance, Reliances
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Tier,
    Tool,
    Without,
    Workflow,
)
from continuity.inventory.queries.order import alphabetical
from continuity.web.charts import Stacked
from continuity.web.prepared import listed

MOST_LANDINGS: Final = 3
ROWS_PER_CHART: Final = 20


def knock_out(workflows: Collection[Workflow], graph: Graph) -> dict[str, Any]:
    """Return the tools whose loss reaches the work, the worst first: three queries.

    In the order of the page: by what stops, the critical of it, what falls back, what is
    degraded. A tool that reaches nothing is left out.
    """
    pks = [one.pk for one in workflows]
    critical = frozenset(one.pk for one in workflows if one.tier == Tier.CRITICAL)
    reliances, procedures = _reliances(pks)
    tools = list(Tool.objects.order_by(alphabetical("name"), "pk"))
    lost = graph.knock_outs([tool.pk for tool in tools], reliances)
    found = [
        (tool, one)
        for tool, one in zip(tools, lost, strict=True)
        if one.stops or one.falls_back or one.degraded
    ]
    # Stable: what weighs the same stays in the order of the names.
    found.sort(
        key=lambda pair: (
            -len(pair[1].stops),
            -len(pair[1].stops & critical),
            -len(pair[1].falls_back),
            -len(pair[1].degraded),
        )
    )
    return {
        "workflows": len(pks),
        "nameless": len(pks) - len(reliances.workflows),
        "rows": [_row(tool, one, critical, graph, procedures) for tool, one in found],
    }


def _reliances(pks: list[int]) -> tuple[Reliances, dict[int, str]]:
    procedures: dict[int, str] = {}
    fallbacks: dict[int, list[Fallback]] = defaultdict(list)
    rows = (
        Alternative.objects.filter(dependency__workflow__in=listed(pks))
        .order_by("dependency_id", "rank")
        .values_list("dependency_id", "pk", "tool_id", "procedure")
    )
    for dependency, pk, tool, procedure in rows:
        fallbacks[dependency].append(Fallback(pk, tool))
        if procedure:
            procedures[pk] = procedure
    uses = (
        Dependency.objects.filter(workflow__in=listed(pks))
        .order_by("workflow_id", "position", "pk")
        .values_list("pk", "workflow_id", "tool_id", "without")
    )
    found = Reliances(
        Reliance(pk, workflow, tool, without == Without.STOPS, tuple(fallbacks[pk]))
        for pk, workflow, tool, without in uses
    )
    return found, procedures


def _row(
    tool: Tool,
    lost: KnockOut,
    critical: frozenset[int],
    graph: Graph,
    procedures: dict[int, str],
) -> dict[str, Any]:
    landed: Counter[str] = Counter()
    where = {
        (
            one.workflow,
            procedures.get(one.alternative, "")
            if one.tool is None
            else graph.name(one.tool),
        )
        for one in lost.landings
        if one.workflow in lost.falls_back
    }
    landed.update(name for _workflow, name in where)
    most = sorted(landed.items(), key=lambda item: (-item[1], item[0]))
    return {
        "tool": tool.name,
        "kind": tool.get_kind_display(),
        "falls_with": sum(one is Effect.STOPS for one in lost.effects.values()) - 1,
        "stops": len(lost.stops),
        "critical": len(lost.stops & critical),
        "falls_back": len(lost.falls_back),
        "degraded": len(lost.degraded),
        "lands_on": [f"{name} ({count})" for name, count in most[:MOST_LANDINGS]],
    }


def chart(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the chart of the tools whose loss stops most; none where nothing stops."""
    worst = [row for row in rows if row["stops"]][:ROWS_PER_CHART]
    if not worst:
        return []
    title = _("What stops with each tool, and what goes on")
    description = _(
        "From the left: workflows that stop (red), go on with an alternative (green) or "
        "get worse (amber). The share at the end is that of those that stop."
    )
    drawn = Stacked(
        uid="knock-out",
        title=title,
        description=description,
        keys=[("bad", _("Stops")), ("ok", _("Falls back")), ("warn", _("Degraded"))],
        rows=[
            (row["tool"], (row["stops"], row["falls_back"], row["degraded"]))
            for row in worst
        ],
        head=_("Tool"),
    )
    return [
        {
            "section": "knock_out",
            "title": title,
            "alt": description,
            "note": description,
            "svg": str(drawn.svg(620)),
            "columns": [],
            "rows": [],
        }
    ]
