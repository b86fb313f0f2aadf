"""One workflow: what it depends on, what it would use instead, and what is behind that."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, ForeignKey, Model, OuterRef
from django.db.models.fetch_modes import FETCH_RAISE

from continuity.domain.fate import Graph
from continuity.domain.readiness import (
    Level,
    Reason,
    WorkflowReadiness,
)
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Proof,
    RunbookStep,
    RunbookVersion,
    Workflow,
)
from continuity.inventory.queries import access, fate
from continuity.inventory.queries.cards import DependencyCard, Known, dependency_card
from continuity.inventory.queries.order_undo import moves, undo
from continuity.inventory.queries.readiness import facts_of, judge, readiness
from continuity.inventory.queries.shared_fate import Ageing, Cut, cut
from continuity.web import reasons


@dataclass(frozen=True, slots=True)
class Lift:
    """Why the workflow is not ready, and the keys of what would have to change."""

    reason: Reason
    dependency: Dependency | None = None
    alternative: Alternative | None = None

    @property
    def sentence(self) -> str:
        return reasons.sentence(self.reason)

    @property
    def needs_drill(self) -> bool:
        return self.reason in {
            Reason.NO_PROOF,
            Reason.PROOF_EXPIRED,
            Reason.PROOF_ENDED,
            Reason.OVER_RTO,
        }


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    workflow: Workflow
    level: Level
    lifts: tuple[Lift, ...]
    cards: tuple[DependencyCard, ...]
    measured: Proof | None
    """The latest proof with a measured time to the minimum level."""
    cut: Cut | None
    """What would leave it nothing; None where it names no tool."""
    proofs: Mapping[int, Sequence[Proof]]
    """Of each alternative that has some, the latest first."""

    @property
    def over_target(self) -> bool:
        """Whether that time was longer than the RTO; False if either is not known."""
        rto = self.workflow.rto
        measured = self.measured and self.measured.minimum_after
        return bool(rto and measured and measured > rto)


def page(workflow: Workflow, *, now: datetime) -> WorkflowPage:
    """Return all that the overview shows, in seven queries at most."""
    full = _full(workflow)
    dependencies = list(
        full.dependencies.select_related("tool__provider").fetch_mode(FETCH_RAISE)
    )
    alternatives = _alternatives(full)
    tools = {one.tool_id for one in dependencies} | {
        one.tool_id for group in alternatives.values() for one in group if one.tool_id
    }
    chain = fate.known(tools)
    graph = chain.graph
    proofs = _proofs(full)
    facts = {pk: [facts_of(one) for one in each] for pk, each in proofs.items()}
    ready = judge(full, dependencies, alternatives, facts, graph=graph, now=now)
    several = any(len(group) > 1 for group in alternatives.values())
    moved = moves(full, now) if several else {}
    known = Known(
        workflow=full,
        proofs=proofs,
        graph=graph,
        ageing=Ageing(now.date(), chain.stale_days),
        able=access.able(full, now=now),
        now=now,
    )
    judged = {one.pk: one for one in ready.dependencies}
    cards = tuple(
        dependency_card(
            dependency,
            judged[dependency.pk],
            alternatives[dependency.pk],
            undo(moved.get(dependency.tool.name), alternatives[dependency.pk]),
            known,
        )
        for dependency in dependencies
        if dependency.pk in judged
    )
    measured = [
        proof
        for each in proofs.values()
        for proof in each
        if proof.minimum_after is not None
    ]
    return WorkflowPage(
        workflow=full,
        level=ready.level,
        lifts=_lifts(ready, cards),
        cards=cards,
        measured=max(measured, key=lambda proof: proof.shown_at, default=None),
        cut=cut(dependencies, alternatives, graph),
        proofs=proofs,
    )


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above every tab of a workflow."""

    workflow: Workflow
    level: Level


def head(workflow: Workflow, *, now: datetime, graph: Graph | None = None) -> Head:
    """Return the head alone, in three queries; one less where the graph is read already,
    and one less where the workflow has what stands in `ALONG`."""
    full = _full(workflow)
    return Head(full, readiness([full], now=now, graph=graph)[full.pk].level)


def alternative_of(workflow: Workflow, pk: str) -> Alternative | None:
    """Return the workflow's alternative of that key; None if there is none such."""
    if not pk.isdecimal() or len(pk) > 18:
        return None
    mine = Alternative.objects.filter(dependency__workflow=workflow, pk=pk)
    return mine.select_related("tool").first()


@dataclass(frozen=True, slots=True)
class Lost:
    """How many rows go with an alternative that is removed."""

    proofs: int
    steps: int


def lost_with(alternative: Alternative) -> Lost:
    return Lost(alternative.proofs.count(), alternative.steps.count())


@dataclass(frozen=True, slots=True)
class Runbook:
    """`version` is the latest one kept; None for steps older than the keeping."""

    alternative: Alternative
    steps: tuple[RunbookStep, ...]
    version: RunbookVersion | None = None

    @property
    def expected(self) -> timedelta | None:
        """The sum of what each step takes; None unless every step says."""
        lengths = [step.expected for step in self.steps]
        if not lengths or None in lengths:
            return None
        return sum((length for length in lengths if length), timedelta())


def runbooks(workflow: Workflow) -> list[tuple[Dependency, list[Runbook]]]:
    """Return the runbooks of each dependency in the order of rank: four queries."""
    steps: dict[int, list[RunbookStep]] = defaultdict(list)
    for step in RunbookStep.objects.filter(
        alternative__dependency__workflow=workflow
    ).order_by("position"):
        steps[step.alternative_id].append(step)
    alternatives = _alternatives(workflow)
    latest = {
        version.alternative_id: version
        for version in RunbookVersion.objects.filter(
            alternative__dependency__workflow=workflow
        )
        .select_related("approved_by", "written_by")
        .defer("steps")
        .order_by("alternative_id", "-number")
        .distinct("alternative_id")
    }
    return [
        (
            dependency,
            [
                Runbook(one, tuple(steps[one.pk]), latest.get(one.pk))
                for one in alternatives[dependency.pk]
            ],
        )
        for dependency in workflow.dependencies.select_related("tool")
    ]


ALONG: Final = ("team__parent", "owner", "deputy", "targets_by")
"""What the pages of a workflow name of it, to be read along with it."""


def _full(workflow: Workflow) -> Workflow:
    """Return the workflow with what stands in `ALONG`; no query where it has that."""
    if all(_is_read(workflow, path.split("__")) for path in ALONG):
        return workflow
    return Workflow.objects.select_related(*ALONG).get(pk=workflow.pk)


def _is_read(row: Model | None, path: Sequence[str]) -> bool:
    if row is None or not path:
        return True
    field = row._meta.get_field(path[0])
    if not isinstance(field, ForeignKey) or not field.is_cached(row):
        return False
    return _is_read(getattr(row, path[0]), path[1:])


def _alternatives(workflow: Workflow) -> Mapping[int, list[Alternative]]:
    found: dict[int, list[Alternative]] = defaultdict(list)
    for alternative in (
        Alternative.objects.filter(dependency__workflow=workflow)
        .select_related("tool__provider")
        .annotate(
            step_count=Count("steps"),
            has_runbook=Exists(RunbookStep.objects.filter(alternative=OuterRef("pk"))),
        )
        .order_by("rank")
        .fetch_mode(FETCH_RAISE)
    ):
        found[alternative.dependency_id].append(alternative)
    return found


def _proofs(workflow: Workflow) -> Mapping[int, list[Proof]]:
    found: dict[int, list[Proof]] = defaultdict(list)
    for proof in Proof.objects.filter(alternative__dependency__workflow=workflow).order_by(
        "-shown_at", "-pk"
    ):
        found[proof.alternative_id].append(proof)
    return found


def _lifts(ready: WorkflowReadiness, cards: Sequence[DependencyCard]) -> tuple[Lift, ...]:
    """Return why the workflow is not ready: for each dependency that would stop it, what
    is missing from its best alternative; a reason of the workflow itself once."""
    if not cards:
        return tuple(Lift(reason) for reason in ready.reasons)
    found: dict[tuple[Any, ...], Lift] = {}
    for card in cards:
        if not card.ready.stops or card.ready.level is Level.READY:
            continue
        best = card.ready.best
        named = next(
            (
                one.alternative
                for one in card.alternatives
                if best is not None and one.alternative.pk == best.pk
            ),
            None,
        )
        for reason in card.ready.reasons:
            if reason is Reason.NO_RTO:
                found.setdefault((reason,), Lift(reason))
            else:
                key = (reason, card.dependency.pk)
                found.setdefault(key, Lift(reason, card.dependency, named))
    return tuple(found.values())
