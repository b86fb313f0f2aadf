"""What is in an outage from its beginning on: a recovery of each dependency it hits."""

from continuity.inventory.models import Alternative, Dependency
from continuity.outages.models import Outage, Recovery
from continuity.outages.queries.scope import in_scope


def freeze(outage: Outage) -> int:
    """Make a recovery of each dependency in scope, with today's targets and people.

    One that has its recovery keeps it. Returns how many were made.
    """
    hit = in_scope(
        outage.tools.values_list("pk", flat=True), outage.teams.values_list("pk", flat=True)
    )
    if outage.narrowed:
        hit = hit.filter(workflow__in=outage.workflows.values("pk"))
    hit = hit.exclude(
        pk__in=outage.recoveries.exclude(dependency=None).values("dependency")
    )
    first: dict[int, Alternative] = {
        alternative.dependency_id: alternative
        for alternative in Alternative.objects.filter(dependency__in=hit.values("pk"))
        .select_related("tool")
        .order_by("dependency_id", "rank")
        .distinct("dependency_id")
    }
    rows = [
        _recovery(outage, dependency, first.get(dependency.pk))
        for dependency in hit.select_related("workflow").order_by("workflow__name", "pk")
    ]
    Recovery.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def _recovery(
    outage: Outage, dependency: Dependency, alternative: Alternative | None
) -> Recovery:
    workflow = dependency.workflow
    # Who plays being away leads nothing: the other of the two does.
    leads = [workflow.owner_id, workflow.deputy_id]
    lead = next((pk for pk in leads if pk and pk != outage.away_id), None)
    return Recovery(
        outage=outage,
        dependency=dependency,
        workflow=workflow,
        tool_id=dependency.tool_id,
        lead_id=lead,
        rto=workflow.rto,
        mbco_percent=workflow.mbco_percent,
        alternative=alternative,
        alternative_name="" if alternative is None else str(alternative)[:160],
    )
