"""How ready workflows are: the rows that the formula in domain/readiness needs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

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
    approves,
)
from continuity.inventory.queries import fate
from continuity.web.prepared import KEYS, Prepared

DEPENDENCY: Final = ("workflow", "pk", "tool", "without")
ALTERNATIVE: Final = tuple(
    f"alternatives{name}"
    for name in ("", "__tool", "__procedure", "__kind", "__approved_data")
)
PROOF: Final = tuple(
    f"alternatives__proofs__{name}"
    for name in (
        "source",
        "shown_at",
        "expires_at",
        "works",
        "capacity",
        "minimum_after",
        "ended_at",
    )
)


def _lines() -> QuerySet[Dependency, Any]:
    steps = RunbookStep.objects.filter(alternative=OuterRef("alternatives"))
    return (
        Dependency.objects.filter(workflow__in=KEYS.rows())
        .annotate(has_runbook=Exists(steps))
        .order_by("position", "pk", "alternatives__rank")
        .values_list(*DEPENDENCY, *ALTERNATIVE, "has_runbook", *PROOF)
    )


LINES: Final = Prepared(_lines)


def readiness(
    workflows: "QuerySet[Workflow] | Iterable[Workflow]",
    *,
    now: datetime,
    graph: Graph | None = None,
) -> dict[int, WorkflowReadiness]:
    """Return the readiness of each workflow by its key.

    Three queries for any number of workflows: the workflows themselves, where they are
    not loaded yet, their dependencies with alternatives and proofs, and the graph of
    upstreams, where the caller has not read it already.
    """
    return with_graph(workflows, now=now, graph=graph)[0]


def with_graph(
    workflows: "QuerySet[Workflow] | Iterable[Workflow]",
    *,
    now: datetime,
    graph: Graph | None = None,
) -> tuple[dict[int, WorkflowReadiness], Graph]:
    """Return what `readiness` does, and a graph that knows the tools in it by name."""
    by_pk = {workflow.pk: workflow for workflow in workflows}
    lines = LINES.rows(list(by_pk)) if by_pk else []
    # Where the caller has no graph, only what these tools ride on is read.
    known = graph or fate.bare({key for line in lines for key in (line[2], line[5]) if key})
    heads: dict[int, dict[int, tuple[int, str]]] = {pk: {} for pk in by_pk}
    proofs: dict[int, list[ProofFacts]] = {}
    choices: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    # There is a line for each proof; an alternative without any has one of its own, and
    # so has a dependency without alternatives.
    for workflow_pk, pk, tool, without, other, *rest in lines:
        heads[workflow_pk][pk] = tool, without
        if other is None:
            continue
        if other not in proofs:
            proofs[other] = []
            choices[pk].append((other, *rest[:5]))
        if rest[5] is not None:
            proofs[other].append(_proof(rest[5:]))
    options: dict[int, list[AlternativeFacts]] = defaultdict(list)
    for workflow_pk, group in heads.items():
        data = by_pk[workflow_pk].data_class
        for pk, (tool, _without) in group.items():
            for other, other_tool, procedure, kind, approved, has in choices[pk]:
                options[pk].append(
                    AlternativeFacts(
                        pk=other,
                        name=procedure or known.name(other_tool),
                        approved_for_data=approves(kind, approved, data),
                        has_runbook=has,
                        fate=_fate(tool, other_tool, known),
                        proofs=tuple(proofs[other]),
                    )
                )
    judged = {
        workflow_pk: workflow_readiness(
            [
                _dependency(pk, *head, by_pk[workflow_pk], options[pk])
                for pk, head in group.items()
            ],
            now=now,
        )
        for workflow_pk, group in heads.items()
    }
    return judged, known


def _proof(row: Sequence[Any]) -> ProofFacts:
    source, shown_at, expires_at, works, capacity, minimum_after, ended_at = row
    return ProofFacts(
        shown_at=shown_at,
        expires_at=expires_at,
        works=works,
        source=ProofSource(source),
        capacity_percent=capacity,
        minimum_after=minimum_after,
        ended=ended_at is not None,
    )


def _dependency(
    pk: int,
    tool: int,
    without: str,
    workflow: Workflow,
    alternatives: Iterable[AlternativeFacts],
) -> DependencyFacts:
    return DependencyFacts(
        pk=pk,
        tool=tool,
        stops=without == Without.STOPS,
        rto=workflow.rto,
        mbco_percent=workflow.mbco_percent,
        alternatives=tuple(alternatives),
    )


def _fate(tool: int, other: int | None, graph: Graph) -> FateAnswer:
    # By hand: there is no chain of upstreams that could break.
    return FateAnswer.NONE_KNOWN if other is None else graph.answer(tool, other)


def judge(
    workflow: Workflow,
    dependencies: Iterable[Dependency],
    alternatives: Mapping[int, Sequence[Alternative]],
    proofs: Mapping[int, Sequence[ProofFacts]],
    *,
    graph: Graph,
    now: datetime,
) -> WorkflowReadiness:
    """Return the readiness of a workflow whose rows are read already: no query.

    `alternatives` are by dependency in the order of rank, annotated with `has_runbook`;
    the graph knows the names of their tools; `proofs` by alternative, in any order.
    """
    return workflow_readiness(
        [
            _dependency(
                dependency.pk,
                dependency.tool_id,
                dependency.without,
                workflow,
                [
                    _alternative(one, dependency, workflow, graph, proofs.get(one.pk, []))
                    for one in alternatives.get(dependency.pk, ())
                ],
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
    proofs: Sequence[ProofFacts],
) -> AlternativeFacts:
    return AlternativeFacts(
        pk=alternative.pk,
        name=alternative.procedure or graph.name(alternative.tool_id or 0),
        approved_for_data=alternative.approves(workflow.data_class),
        has_runbook=alternative.has_runbook,  # type: ignore[attr-defined]  # annotated
        fate=_fate(dependency.tool_id, alternative.tool_id, graph),
        proofs=tuple(proofs),
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
