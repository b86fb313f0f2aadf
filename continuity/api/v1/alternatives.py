"""What a workflow would use instead of its tools, and what proves that it works."""

from datetime import date, datetime
from typing import Annotated, Literal

from continuity.api.v1.shapes import (
    Age,
    Data,
    Instant,
    Lifting,
    Link,
    Ready,
    Shape,
    lifting,
    link,
    one_of,
    seconds,
)
from continuity.inventory.models import ProofSource, Without
from continuity.inventory.queries.cards import AlternativeCard, DependencyCard
from continuity.inventory.queries.proofs import Evidence, judged
from continuity.inventory.queries.workflow import WorkflowPage


class ProofTold(Shape):
    """A proof, and what it is worth: counts, ended, expired, failed, untimed, short or
    no_target."""

    id: int
    source: Annotated[str, one_of(ProofSource.values)]
    shown_at: Instant
    expires_at: Instant
    works: bool
    worth: str
    because: str | None
    switch_seconds: int | None
    minimum_seconds: int | None
    capacity_percent: int | None
    quality_percent: int | None


class Expected(Shape):
    """A figure of an alternative, and whether somebody has shown it or only expects it."""

    value: int
    unit: Literal["seconds", "percent"]
    proven: bool


class SourceTold(Shape):
    """Who says so, and when it was last verified."""

    text: str
    verified_on: date | None
    age: Age


class SharedThing(Shape):
    """What a tool and its alternative both ride on, the way to it, and who says so."""

    name: str
    relation: str
    path_from_tool: list[str]
    path_from_alternative: list[str]
    sources: list[SourceTold]


class FateTold(Shape):
    """`answer` is never "independent": shares, none_known, unknown, or manual."""

    answer: str
    shared: list[SharedThing]
    known_layers: list[str]
    unknown_layers: list[str]


class AlternativeTold(Shape):
    """What would be used instead. `missing` are the reasons why it is not ready."""

    id: int
    rank: int
    name: str
    kind: str
    tool: Link | None
    sound: bool
    proven: bool
    missing: list[Lifting]
    approved_for: list[Data]
    runbook_steps: int
    switch: Expected | None
    capacity: Expected | None
    quality: Expected | None
    shared_fate: FateTold
    proof: str
    proofs: list[ProofTold]


class DependencyTold(Shape):
    id: int
    tool: Link
    purpose: str | None
    without: Annotated[str, one_of(Without.values)]
    readiness: Ready
    reasons: list[Lifting]
    rides_on: list[str]
    alternatives: list[AlternativeTold]


def dependency(card: DependencyCard, page: WorkflowPage, now: datetime) -> DependencyTold:
    """Return the card of a tool that a workflow depends on."""
    row = card.dependency
    return DependencyTold(
        id=row.pk,
        tool=link(row.tool),
        purpose=row.purpose or None,
        without=row.without,
        readiness=card.ready.level.value,
        reasons=lifting(card.ready.reasons),
        rides_on=list(card.rides_on),
        alternatives=[_alternative(each, page, now) for each in card.alternatives],
    )


def _alternative(
    card: AlternativeCard, page: WorkflowPage, now: datetime
) -> AlternativeTold:
    row = card.alternative
    return AlternativeTold(
        id=row.pk,
        rank=row.rank,
        name=card.ready.name,
        kind=row.kind,
        tool=None if row.tool is None else link(row.tool),
        sound=card.ready.sound,
        proven=card.ready.proven,
        missing=lifting(card.ready.reasons),
        approved_for=list(row.approved_data),
        runbook_steps=card.steps,
        switch=None
        if card.switch is None
        else Expected(
            value=int(card.switch.value.total_seconds()),
            unit="seconds",
            proven=card.switch.proven,
        ),
        capacity=None
        if card.capacity is None
        else Expected(
            value=card.capacity.value, unit="percent", proven=card.capacity.proven
        ),
        quality=None
        if card.quality is None
        else Expected(value=card.quality.value, unit="percent", proven=card.quality.proven),
        shared_fate=FateTold(
            answer=str(card.fate.answer),
            shared=[
                SharedThing(
                    name=each.name,
                    relation=each.relation,
                    path_from_tool=list(each.path_from_tool),
                    path_from_alternative=list(each.path_from_alternative),
                    sources=[
                        SourceTold(
                            text=line.text, verified_on=line.verified_on, age=line.age
                        )
                        for line in each.sources
                    ],
                )
                for each in card.fate.shared
            ],
            known_layers=list(card.fate.known),
            unknown_layers=list(card.fate.unknown),
        ),
        proof=card.proof.status,
        proofs=[
            _proof(judged(each, page.workflow, now=now))
            for each in page.proofs.get(row.pk, ())
        ],
    )


def _proof(found: Evidence) -> ProofTold:
    row = found.proof
    return ProofTold(
        id=row.pk,
        source=row.source,
        shown_at=row.shown_at,
        expires_at=row.expires_at,
        works=row.works,
        worth=found.verdict,
        because=found.why or None,
        switch_seconds=seconds(row.switch_after),
        minimum_seconds=seconds(row.minimum_after),
        capacity_percent=row.capacity,
        quality_percent=row.quality,
    )
