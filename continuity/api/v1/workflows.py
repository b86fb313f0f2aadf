"""Workflows: the list, and one with its tools, alternatives, proofs and readiness."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Router
from pydantic import Field

from continuity.accounts.roles import Action
from continuity.api.v1.alternatives import DependencyTold, dependency
from continuity.api.v1.door import Asked, Key, Page, Request, Text, page_of, reads, team_of
from continuity.api.v1.shapes import (
    Data,
    Instant,
    Lifting,
    Ready,
    Shape,
    TeamLink,
    Unknown,
    lifting,
    one_of,
    page_at,
    seconds,
    team_link,
    why,
)
from continuity.inventory.models import Tier, Workflow, WorkflowStatus
from continuity.inventory.queries import workflow as one
from continuity.inventory.queries import workflows as many

router = Router(tags=["workflows"])

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
        dependencies=[dependency(card, page, request.now) for card in page.cards],
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
