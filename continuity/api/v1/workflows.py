"""Workflows: the list, and one with its tools, alternatives, proofs and readiness."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Router
from pydantic import Field

from continuity.accounts.roles import Action
from continuity.api.v1.door import Asked, Key, Page, Request, Text, page_of, reads, team_of
from continuity.api.v1.shapes import (
    Age,
    Instant,
    Lifting,
    Link,
    Shape,
    TeamLink,
    Unknown,
    lifting,
    link,
    one_of,
    page_at,
    seconds,
    team_link,
    why,
)
from continuity.domain.readiness import Level
from continuity.inventory.models import (
    DataClass,
    ProofSource,
    Tier,
    Without,
    Workflow,
    WorkflowStatus,
)
from continuity.inventory.queries import workflow as one
from continuity.inventory.queries import workflows as many
from continuity.inventory.queries.cards import AlternativeCard, DependencyCard
from continuity.inventory.queries.proofs import Evidence, judged

router = Router(tags=["workflows"])

Ready = Annotated[str, one_of(Level)]
Data = Annotated[str, one_of(DataClass.values)]
Status = Annotated[str, one_of(WorkflowStatus.values)]
AskedData = Literal["public", "internal", "confidential", "personal", "special", "none"]
AskedStatus = Literal["draft", "approved", "due", "changed"]
Sort = Literal[
    "name", "-name", "team", "-team", "tier", "-tier", "rto", "-rto", "mtpd", "-mtpd",
    "owner", "-owner",
]  # fmt: skip


class WorkflowsAsked(Asked):
    """The filters of the list's page, under the same names."""

    q: Text = ""
    team: Key | None = None
    tool: Key | None = None
    provider: Key | None = None
    tier: Annotated[int, Field(ge=1, le=4)] | None = None
    data_class: AskedData | None = None
    owner: Key | Literal["none"] | None = None
    status: AskedStatus | None = None
    gap: Literal["no_tool", "no_alternative", "no_rto", "no_owner"] | None = None
    archived: Literal["1"] | None = None
    sort: Sort = "tier"


class WorkflowLine(Shape):
    """A workflow in the list. `proven` counts the alternatives that are."""

    id: int
    name: str
    url: str
    reference: str | None
    team: TeamLink
    owner: str | None
    tier: int
    criticality: str
    status: Status
    archived: bool
    data_class: Data | None
    rto_seconds: int | None
    mtpd_seconds: int | None
    mbco_percent: int | None
    tools: list[str]
    alternatives: int
    proven: int
    readiness: Ready
    reasons: list[Lifting]
    unknown: Unknown


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


class WorkflowTold(Shape):
    """One workflow. It is as ready as its least ready dependency that would stop it."""

    id: int
    name: str
    url: str
    description: str
    reference: str | None
    team: TeamLink
    owner: str | None
    deputy: str | None
    tier: int
    criticality: str
    status: Status
    version: int
    approved_version: int | None
    approved_at: Instant | None
    review_on: date | None
    archived_at: Instant | None
    data_class: Data | None
    rto_seconds: int | None
    mtpd_seconds: int | None
    wrt_seconds: int | None
    mbco_percent: int | None
    mbco_words: str | None
    people_least: int | None
    people_most: int | None
    readiness: Ready
    reasons: list[Lifting]
    dependencies: list[DependencyTold]
    unknown: Unknown


@reads(
    router,
    "",
    Action.VIEW,
    answers=Page[WorkflowLine],
    summary=gettext_lazy("Workflows, with the filters of their list"),
)
def listing(request: Request, asked: WorkflowsAsked) -> Page[WorkflowLine]:
    wanted = asked.wanted(
        "q", "team", "tool", "provider", "tier", "data_class", "owner", "status", "gap",
        "archived",
    )  # fmt: skip
    team_of(request, asked.team)
    found = many.listed(request.user, wanted, sort=asked.sort)

    def told(page: Sequence[Workflow]) -> list[WorkflowLine]:
        return [_line(row) for row in many.rows(page, now=request.now)]

    return page_of(request, found, asked, told)


@reads(
    router,
    "/{int:id}",
    Action.VIEW,
    Workflow,
    along=one.ALONG,
    answers=WorkflowTold,
    summary=gettext_lazy("One workflow: targets, tools, alternatives, proofs, readiness"),
)
def detail(request: Request, workflow: Workflow) -> WorkflowTold:
    page = one.page(workflow, now=request.now)
    row = page.workflow
    return WorkflowTold(
        id=row.pk,
        name=row.name,
        url=page_at(row.get_absolute_url()),
        description=row.description,
        reference=row.reference or None,
        team=team_link(row.team),
        owner=_name(row.owner),
        deputy=_name(row.deputy),
        tier=row.tier,
        criticality=str(Tier(row.tier).label),
        status=row.status,
        version=row.version,
        approved_version=row.approved_version,
        approved_at=row.approved_at,
        review_on=row.review_on,
        archived_at=row.archived_at,
        data_class=row.data_class or None,
        rto_seconds=seconds(row.rto),
        mtpd_seconds=seconds(row.mtpd),
        wrt_seconds=seconds(row.wrt),
        mbco_percent=row.mbco_percent,
        mbco_words=row.mbco_words or None,
        people_least=row.people_least,
        people_most=row.people_most,
        readiness=page.level.value,
        reasons=lifting([one.reason for one in page.lifts]),
        dependencies=[_dependency(card, page, request.now) for card in page.cards],
        unknown=_unknown(
            row,
            wrt_seconds=(row.wrt is None, _("Nobody has set it.")),
            people_most=(row.people_most is None, _("Not stated.")),
            people_least=(row.people_least is None, _("Not stated.")),
        ),
    )


def _line(row: many.Row) -> WorkflowLine:
    workflow = row.workflow
    return WorkflowLine(
        id=workflow.pk,
        name=row.name,
        url=page_at(row.url),
        reference=workflow.reference or None,
        team=team_link(workflow.team),
        owner=row.owner or None,
        tier=row.tier,
        criticality=str(Tier(row.tier).label),
        status=workflow.status,
        archived=row.archived,
        data_class=workflow.data_class or None,
        rto_seconds=seconds(workflow.rto),
        mtpd_seconds=seconds(workflow.mtpd),
        mbco_percent=workflow.mbco_percent,
        tools=list(row.tools),
        alternatives=row.alternatives,
        proven=row.proven,
        readiness=row.level.value,
        reasons=lifting(row.reasons),
        unknown=_unknown(workflow),
    )


def _unknown(row: Workflow, **more: tuple[bool, str]) -> dict[str, str]:
    return why(
        owner=(row.owner_id is None, _("Nobody is named.")),
        rto_seconds=(row.rto is None, _("Nobody has set it.")),
        mtpd_seconds=(row.mtpd is None, _("Nobody has set it.")),
        mbco_percent=(row.mbco_percent is None, _("Not stated.")),
        data_class=(not row.data_class, _("Not stated.")),
        **more,
    )


def _name(person: object | None) -> str | None:
    return None if person is None else str(person)


def _dependency(
    card: DependencyCard, page: one.WorkflowPage, now: datetime
) -> DependencyTold:
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
    card: AlternativeCard, page: one.WorkflowPage, now: datetime
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
