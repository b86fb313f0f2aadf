"""What is in an outage from its beginning on: a recovery of each dependency it hits."""

from continuity.inventory.models import Alternative
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
    # Ten thousand rows are read here: what is not needed is not read.
    needed = hit.order_by("workflow__name", "pk").values_list(
        "pk",
        "tool_id",
        "workflow_id",
        "workflow__owner_id",
        "workflow__deputy_id",
        "workflow__rto",
        "workflow__mbco_percent",
    )
    rows = []
    for pk, tool, workflow, owner, deputy, rto, mbco_percent in needed:
        alternative = first.get(pk)
        # Who plays being away leads nothing: the other of the two does.
        leads = (each for each in (owner, deputy) if each and each != outage.away_id)
        rows.append(
            Recovery(
                outage_id=outage.pk,
                dependency_id=pk,
                workflow_id=workflow,
                tool_id=tool,
                lead_id=next(leads, None),
                rto=rto,
                mbco_percent=mbco_percent,
                alternative=alternative,
                alternative_name="" if alternative is None else str(alternative)[:160],
            )
        )
    Recovery.objects.bulk_create(rows, batch_size=1000)
    return len(rows)
