"""The cards of a workflow: one for each tool it depends on, with its alternatives in the
order to try and what can be said of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from continuity.domain.fate import FateAnswer, Graph
from continuity.domain.readiness import AlternativeReadiness, DependencyReadiness, Reason
from continuity.inventory.models import Alternative, Dependency, Proof, Tool, Workflow
from continuity.inventory.queries import access
from continuity.inventory.queries.order_undo import OrderUndo
from continuity.inventory.queries.proofs import ProofState, is_counted, proof_state
from continuity.inventory.queries.shared_fate import Ageing, Fate, Layer, fate_of, layers
from continuity.web import formats


@dataclass(frozen=True, slots=True)
class Figure[T]:
    """A number, and whether somebody has shown it or only expects it."""

    label: Any
    value: T
    proven: bool

    @property
    def text(self) -> str:
        if isinstance(self.value, timedelta):
            return formats.duration(self.value)
        return formats.percent(float(str(self.value)))


@dataclass(frozen=True, slots=True)
class AlternativeCard:
    alternative: Alternative
    ready: AlternativeReadiness
    proof: ProofState
    fate: Fate
    switch: Figure[timedelta] | None
    quality: Figure[int] | None
    capacity: Figure[int] | None
    steps: int
    able: access.Ready | None = None
    """How many people could really work with it; None for work by hand."""

    @property
    def figures(self) -> list[Figure[Any]]:
        """What is known of it, in the order shown."""
        return [one for one in (self.switch, self.quality, self.capacity) if one]

    @property
    def approved(self) -> bool:
        return Reason.NOT_APPROVED not in self.ready.reasons


@dataclass(frozen=True, slots=True)
class Callout:
    """The first alternative can fall with the tool. `remaining` are those that do not
    share what these two share; `better` is the first of them, `order` that order."""

    first: AlternativeCard
    remaining: tuple[AlternativeCard, ...]
    better: AlternativeCard | None
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DependencyCard:
    dependency: Dependency
    ready: DependencyReadiness
    rides_on: tuple[str, ...]
    alternatives: tuple[AlternativeCard, ...]
    layers: tuple[Layer, ...]
    callout: Callout | None
    undo: OrderUndo | None


@dataclass(frozen=True, slots=True)
class Known:
    """What all cards of one workflow are made from; `proofs` by alternative, the latest
    first."""

    workflow: Workflow
    proofs: Mapping[int, Sequence[Proof]]
    graph: Graph
    ageing: Ageing
    able: access.Able
    now: datetime


def dependency_card(
    dependency: Dependency,
    ready: DependencyReadiness,
    alternatives: Sequence[Alternative],
    undoing: OrderUndo | None,
    known: Known,
) -> DependencyCard:
    """Return the card of one dependency; `alternatives` are its own, by rank."""
    judged = {one.pk: one for one in ready.alternatives}
    cards = tuple(
        _alternative_card(one, judged[one.pk], dependency.tool, known)
        for one in alternatives
        if one.pk in judged
    )
    direct = dict.fromkeys(
        known.graph.name(pk)
        for found in known.graph.layers(dependency.tool_id).values()
        for pk in found
    )
    return DependencyCard(
        dependency=dependency,
        ready=ready,
        rides_on=tuple(direct),
        alternatives=cards,
        layers=layers(
            dependency.tool, [one.alternative.tool for one in cards], known.graph
        ),
        callout=_callout(cards),
        undo=undoing,
    )


def _alternative_card(
    alternative: Alternative,
    ready: AlternativeReadiness,
    tool: Tool,
    known: Known,
) -> AlternativeCard:
    proofs = known.proofs.get(alternative.pk, ())
    live = [proof for proof in proofs if proof.works and is_counted(proof, known.now)]
    return AlternativeCard(
        alternative=alternative,
        ready=ready,
        proof=proof_state(proofs, known.workflow, now=known.now),
        fate=fate_of(tool, alternative, known.graph, known.ageing),
        switch=_figure(_("Switch"), live, "switch_after", alternative.expected_switch),
        quality=_figure(_("Quality"), live, "quality", alternative.expected_quality),
        capacity=_figure(_("Capacity"), live, "capacity", alternative.expected_capacity),
        steps=alternative.step_count,  # type: ignore[attr-defined]  # annotated
        able=None if alternative.tool_id is None else known.able.of(alternative),
    )


def _figure(
    label: Any, live: Sequence[Proof], name: str, expected: Any
) -> Figure[Any] | None:
    shown = [value for proof in live if (value := getattr(proof, name)) is not None]
    if shown:
        return Figure(label, shown[0], proven=True)
    return None if expected is None else Figure(label, expected, proven=False)


def _callout(cards: Sequence[AlternativeCard]) -> Callout | None:
    if not cards or cards[0].fate.answer != FateAnswer.SHARES:
        return None
    first = cards[0]
    both = {thing.name for thing in first.fate.shared}
    remaining = tuple(
        card for card in cards[1:] if not both & {thing.name for thing in card.fate.shared}
    )
    better = next(
        (card for card in remaining if card.fate.answer != FateAnswer.SHARES), None
    )
    order = [card.alternative.pk for card in cards]
    if better is not None:
        order.remove(better.alternative.pk)
        order.insert(0, better.alternative.pk)
    return Callout(first, remaining, better, tuple(order))
