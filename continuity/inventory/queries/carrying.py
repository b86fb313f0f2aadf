"""What each workflow needs, when it is at work, and which alternatives would carry it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from continuity.accounts.models import Organisation
from continuity.domain.fate import FateAnswer, Graph, Reliance
from continuity.domain.hours import Hours, InvalidHours, parse_hours
from continuity.domain.losses import Choice, Need
from continuity.domain.readiness import (
    AlternativeFacts,
    DependencyFacts,
    ProofFacts,
    Reason,
    alternative_readiness,
    proven_after,
)
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Proof,
    RunbookStep,
    Without,
    Workflow,
)
from continuity.inventory.queries.readiness import facts_of

NO_ZONE: Final = "UTC"


@dataclass(frozen=True, slots=True)
class Option:
    """One alternative. `after` is its proven time, None unless it is sound and proven;
    `expected` what people expect of it: its switching time, or else the RTO."""

    pk: int
    name: str
    tool: int | None
    after: timedelta | None
    expected: timedelta | None
    missing: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A dependency without which the work stops."""

    pk: int
    tool: int
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """One workflow. `hours` is None where they are not stated or cannot be read; `uses`
    leaves out what the work can do without, and `names_tools` counts that as well."""

    pk: int
    name: str
    team: int
    team_name: str
    hours: Hours | None
    cost_per_hour: Decimal | None
    rto: timedelta | None
    names_tools: bool
    uses: tuple[Use, ...]

    def needs(self, *, trusted: Collection[int] | None = ()) -> tuple[Need, ...]:
        """Return what the work needs with the alternatives that are sound and proven,
        and those `trusted` to be at their expected time; None trusts all of them."""
        return tuple(
            Need(
                use.pk,
                use.tool,
                tuple(
                    Choice(one.pk, one.tool, after)
                    for one in use.options
                    if (after := _after(one, trusted)) is not None
                ),
            )
            for use in self.uses
        )

    def bare(self) -> tuple[Need, ...]:
        """Return what the work needs as if it had no alternative at all."""
        return tuple(Need(use.pk, use.tool) for use in self.uses)


def _after(option: Option, trusted: Collection[int] | None) -> timedelta | None:
    if option.after is None and (trusted is None or option.pk in trusted):
        return option.expected
    return option.after


@dataclass(frozen=True, slots=True)
class Read:
    """The rows that it takes: workflows by key, and what hangs on each by the key of what
    it hangs on. The alternatives are in the order of rank and have their tools."""

    workflows: Mapping[int, Workflow]
    dependencies: Mapping[int, Sequence[Dependency]]
    alternatives: Mapping[int, Sequence[Alternative]]
    proofs: Mapping[int, list[ProofFacts]]


def carried(
    workflows: "QuerySet[Workflow]", *, now: datetime, graph: Graph
) -> list[Carried]:
    """Return what is known of each of `workflows`, in their order, in five queries."""
    zone = Organisation.objects.filter(pk=1).values_list("zone", flat=True).first()
    return carried_of(read(workflows), zone=zone or NO_ZONE, now=now, graph=graph)


def read(
    workflows: "QuerySet[Workflow]", reliances: Iterable[Reliance] | None = None
) -> Read:
    """Return the rows of `workflows` in four queries, or in three where the `reliances`
    of at least these are known."""
    by_pk = {row.pk: row for row in workflows.select_related("team")}
    dependencies: dict[int, list[Dependency]] = defaultdict(list)
    if reliances is None:
        for dependency in Dependency.objects.filter(workflow__in=by_pk):
            dependencies[dependency.workflow_id].append(dependency)
    else:
        for one in reliances:
            if one.workflow in by_pk:
                dependencies[one.workflow].append(_dependency(one))
    proofs: dict[int, list[ProofFacts]] = defaultdict(list)
    for proof in Proof.objects.filter(alternative__dependency__workflow__in=by_pk).order_by(
        "pk"
    ):
        proofs[proof.alternative_id].append(facts_of(proof))
    steps = RunbookStep.objects.filter(alternative=OuterRef("pk"))
    alternatives: dict[int, list[Alternative]] = defaultdict(list)
    for alternative in (
        Alternative.objects.filter(dependency__workflow__in=by_pk)
        .select_related("tool")
        .annotate(has_runbook=Exists(steps))
        .order_by("rank")
    ):
        alternatives[alternative.dependency_id].append(alternative)
    return Read(by_pk, dependencies, alternatives, proofs)


def _dependency(one: Reliance) -> Dependency:
    without = Without.STOPS if one.stops else Without.DEGRADED
    return Dependency(
        pk=one.pk, workflow_id=one.workflow, tool_id=one.tool, without=without
    )


def carried_of(found: Read, *, zone: str, now: datetime, graph: Graph) -> list[Carried]:
    """Return what the rows say of each workflow, in their order; `zone` is that of the
    organisation."""
    known: dict[tuple[str, str], Hours | None] = {}

    def hours_of(row: Workflow) -> Hours | None:
        key = row.hours, row.zone or zone
        if key not in known:
            known[key] = _hours(*key)
        return known[key]

    return [
        Carried(
            pk=row.pk,
            name=row.name,
            team=row.team_id,
            team_name=row.team.name,
            hours=hours_of(row),
            cost_per_hour=row.cost_per_hour,
            rto=row.rto,
            names_tools=bool(found.dependencies.get(row.pk)),
            uses=tuple(
                _use(
                    row,
                    one,
                    found.alternatives.get(one.pk, ()),
                    found.proofs,
                    graph=graph,
                    now=now,
                )
                for one in found.dependencies.get(row.pk, ())
                if one.without == Without.STOPS
            ),
        )
        for row in found.workflows.values()
    ]


def _use(
    workflow: Workflow,
    dependency: Dependency,
    alternatives: Iterable[Alternative],
    proofs: Mapping[int, list[ProofFacts]],
    *,
    graph: Graph,
    now: datetime,
) -> Use:
    held_to = DependencyFacts(
        pk=dependency.pk,
        tool=dependency.tool_id,
        stops=True,
        rto=workflow.rto,
        mbco_percent=workflow.mbco_percent,
    )
    return Use(
        dependency.pk,
        dependency.tool_id,
        tuple(
            _option(one, workflow, held_to, proofs.get(one.pk, []), graph, now)
            for one in alternatives
        ),
    )


def _option(
    alternative: Alternative,
    workflow: Workflow,
    held_to: DependencyFacts,
    proofs: list[ProofFacts],
    graph: Graph,
    now: datetime,
) -> Option:
    by_hand = alternative.tool_id is None
    judged = alternative_readiness(
        AlternativeFacts(
            pk=alternative.pk,
            name=str(alternative),
            approved_for_data=alternative.approves(workflow.data_class),
            has_runbook=alternative.has_runbook,  # type: ignore[attr-defined]  # annotated
            fate=(
                FateAnswer.NONE_KNOWN
                if by_hand
                else graph.shared(held_to.tool, alternative.tool_id or 0).answer
            ),
            proofs=tuple(proofs),
        ),
        held_to,
        now=now,
    )
    carries = judged.sound and judged.proven
    return Option(
        pk=alternative.pk,
        name=judged.name,
        tool=alternative.tool_id,
        after=proven_after(proofs, held_to, now=now) if carries else None,
        expected=alternative.expected_switch or workflow.rto,
        missing=judged.reasons,
    )


def _hours(text: str, zone: str) -> Hours | None:
    if not text:
        return None
    try:
        return Hours(parse_hours(text), zone)
    except InvalidHours:
        return None
