"""The business impact analysis of all workflows of a report: ratings and targets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from continuity.domain.impact import POINTS, Level, Rating, curve, curves, mtpd
from continuity.inventory.models import Impact, RecoveryPoint, Tier, Workflow
from continuity.inventory.queries.harm import level_fact
from continuity.inventory.queries.scales import Scales, scales
from continuity.reports.content.common import labels, seconds
from continuity.web.prepared import listed


def analysis(workflows: Sequence[Workflow]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the scale, and the analysis of each workflow in their order: four queries.

    Only categories in use count, as on the page of a workflow.
    """
    known = scales()
    pks = [one.pk for one in workflows]
    ratings = _ratings(pks, known)
    points = _points(pks)
    names = {str(one.pk): str(one) for one in known.categories}
    places = {str(level.pk): place for place, level in enumerate(known.levels)}
    tiers = labels(Tier)
    lines = [
        {
            "workflow": one.name,
            "team": one.team.name,
            "criticality": tiers[one.tier],
            **_rated(ratings.get(one.pk, []), names, places),
            "mtpd_seconds": seconds(one.mtpd),
            "rto_seconds": seconds(one.rto),
            "wrt_seconds": seconds(one.wrt),
            "points": points.get(one.pk, []),
            "reason": one.targets_reason,
        }
        for one in workflows
    ]
    scale = {
        "levels": [
            {"name": str(level), "tolerable": level.tolerable} for level in known.levels
        ],
        "points_seconds": [int(point.total_seconds()) for point in POINTS],
        "categories": list(names.values()),
        "rated": len(ratings),
        "workflows": len(workflows),
    }
    return scale, lines


def _ratings(pks: Iterable[int], known: Scales) -> Mapping[int, list[Rating]]:
    levels: dict[int, Level] = {level.pk: level_fact(level) for level in known.levels}
    found: dict[int, list[Rating]] = defaultdict(list)
    rows = (
        Impact.objects.filter(workflow__in=listed(pks), category__archived_at=None)
        .order_by("workflow_id", "category__position", "category_id", "after")
        .values_list("workflow_id", "category_id", "after", "level_id")
    )
    for workflow, category, after, level in rows.iterator():
        found[workflow].append(Rating(str(category), after, levels[level]))
    return found


def _points(pks: Iterable[int]) -> Mapping[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in RecoveryPoint.objects.filter(workflow__in=listed(pks)).order_by("pk"):
        found[row.workflow_id].append(
            {
                "material": row.get_material_display(),
                "rpo_seconds": seconds(row.rpo),
                "copy": row.copy,
            }
        )
    return found


def _rated(
    ratings: Sequence[Rating], names: Mapping[str, str], places: Mapping[str, int]
) -> dict[str, Any]:
    whole = curve(ratings)
    at = [whole.at(point) for point in POINTS]
    longest = mtpd(ratings)
    worst_in = []
    if longest is not None:
        for category, line in curves(ratings).items():
            level = line.at(longest)
            if level is not None and not level.tolerable:
                worst_in.append(names[category])
    return {
        "levels": [None if level is None else places[level.key] for level in at],
        "intolerable_in": worst_in,
        "given_mtpd_seconds": seconds(longest),
    }
