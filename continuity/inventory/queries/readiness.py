"""How ready workflows are: the rows that the formula in domain/readiness needs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from continuity.domain.fate import FateAnswer, Graph
from continuity.domain.readiness import (
    AlternativeFacts,
    DependencyFacts,
    ProofFacts,
    ProofSource,
    WorkflowReadiness,
    workflow_readiness,
)
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Proof,
    RunbookStep,
    Without,
    Workflow,
)
from continuity.inventory.queries import fate


def readiness(
    workflows: "QuerySet[Workflow] | Iterable[Workflow]",
    *,
    now: datetime,
    graph: Graph | None = None,
) -> dict[int, WorkflowReadiness]:
    """Return the readiness of each workflow by its key.

    Five queries for any number of workflows: the workflows themselves, where they are
    not loaded yet, their dependencies, alternatives and proofs, and the graph of
    upstreams, where the caller has not read it already.
    """
    by_pk = {workflow.pk: workflow for workflow in workflows}
    known = graph or fate.graph()
    proofs: dict[int, list[Proof]] = defaultdict(list)
    for proof in Proof.objects.filter(
        alternative__dependency__workflow__in=by_pk
    ).order_by():
        proofs[proof.alternative_id].append(proof)
    alternatives: dict[int, list[Alternative]] = defaultdict(list)
    steps = RunbookStep.objects.filter(alternative=OuterRef("pk"))
    for alternative in (
        Alternative.objects.filter(dependency__workflow__in=by_pk)
        .select_related("tool")
        .annotate(has_runbook=Exists(steps))
        .order_by("rank")
    ):
        alternatives[alternative.dependency_id].append(alternative)
    dependencies: dict[int, list[Dependency]] = defaultdict(list)
    for dependency in Dependency.objects.filter(workflow__in=by_pk):
        dependencies[dependency.workflow_id].append(dependency)
    return {
        pk: judge(workflow, dependencies[pk], alternatives, proofs, graph=known, now=now)
        for pk, workflow in by_pk.items()
    }


def judge(
    workflow: Workflow,
    dependencies: Iterable[Dependency],
    alternatives: Mapping[int, Sequence[Alternative]],
    proofs: Mapping[int, Sequence[Proof]],
    *,
    graph: Graph,
    now: datetime,
) -> WorkflowReadiness:
    """Return the readiness of a workflow whose rows are read already: no query.

    `alternatives` are by dependency in the order of rank, annotated with `has_runbook`
    and with their tool; `proofs` by alternative, in any order.
    """
    return workflow_readiness(
        [
            DependencyFacts(
                pk=dependency.pk,
                tool=dependency.tool_id,
                stops=dependency.without == Without.STOPS,
                rto=workflow.rto,
                mbco_percent=workflow.mbco_percent,
                alternatives=tuple(
                    _alternative(one, dependency, workflow, graph, proofs.get(one.pk, ()))
                    for one in alternatives.get(dependency.pk, ())
                ),
            )
            for dependency in dependencies
        ],
        now=now,
    )


def _alternative(
    alternative: Alternative,
    dependency: Dependency,
    workflow: Workflow,
    graph: Graph,
    proofs: Sequence[Proof],
) -> AlternativeFacts:
    if alternative.tool_id is None:
        # By hand: there is no chain of upstreams that could break.
        answer = FateAnswer.NONE_KNOWN
    else:
        answer = graph.shared(dependency.tool_id, alternative.tool_id).answer
    return AlternativeFacts(
        pk=alternative.pk,
        name=str(alternative),
        approved_for_data=alternative.approves(workflow.data_class),
        has_runbook=alternative.has_runbook,  # type: ignore[attr-defined]  # annotated
        fate=answer,
        proofs=tuple(facts_of(proof) for proof in proofs),
    )


def facts_of(proof: Proof) -> ProofFacts:
    return ProofFacts(
        shown_at=proof.shown_at,
        expires_at=proof.expires_at,
        works=proof.works,
        source=ProofSource(proof.source),
        capacity_percent=proof.capacity,
        minimum_after=proof.minimum_after,
        ended=proof.ended_at is not None,
    )
