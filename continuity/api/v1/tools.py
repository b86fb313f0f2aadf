"""Tools: the catalogue, and one with what it rides on and who says so."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Router

from continuity.accounts.roles import Action
from continuity.api.v1.door import Asked, Key, Page, Request, Text, page_of, reads
from continuity.api.v1.shapes import (
    Age,
    Link,
    Shape,
    Unknown,
    link,
    one_of,
    page_at,
    why,
)
from continuity.inventory.models import Confidence, Relation, Tool, ToolKind
from continuity.inventory.queries import fate
from continuity.inventory.queries import tools as queries

router = Router(tags=["tools"])

Kind = Annotated[str, one_of(ToolKind.values)]
Sort = Literal[
    "name", "-name", "provider", "-provider", "kind", "-kind", "workflows", "-workflows",
    "upstreams", "-upstreams",
]  # fmt: skip


class ToolsAsked(Asked):
    """The filters of the list's page, under the same names."""

    q: Text = ""
    kind: Literal["product", "component", "model", "infrastructure"] | None = None
    provider: Key | None = None
    used: Literal["1"] | None = None
    sort: Sort = "name"


class ToolLine(Shape):
    """A tool in the catalogue. `workflows` counts those that the owner of the token may
    see and that use it."""

    id: int
    name: str
    url: str
    kind: Kind
    provider: Link | None
    part_of: Link | None
    workflows: int
    upstreams: int


class UpstreamTold(Shape):
    """What a tool needs: how, and who says so. Hard: it stops without it."""

    id: int
    upstream: Link
    relation: Annotated[str, one_of(Relation.values)]
    hard: bool
    source: str
    source_url: str | None
    verified_on: date | None
    age: Age
    confidence: Annotated[str, one_of(Confidence.values)]
    unknown: Unknown


class ToolTold(Shape):
    id: int
    name: str
    url: str
    kind: Kind
    provider: Link | None
    part_of: Link | None
    web_address: str | None
    source: str | None
    seats: int | None
    people_at_once: int | None
    retired_on: date | None
    spellings: list[str]
    upstreams: list[UpstreamTold]
    unknown: Unknown


@reads(
    router,
    "",
    Action.SIGNED_IN,
    answers=Page[ToolLine],
    summary=gettext_lazy("Tools of the catalogue, with the filters of their list"),
)
def listing(request: Request, asked: ToolsAsked) -> Page[ToolLine]:
    wanted = asked.wanted("q", "kind", "provider", "used")
    found = queries.listed(request.user, wanted, sort=asked.sort)

    def told(page: Sequence[Any]) -> list[ToolLine]:
        return [
            ToolLine(
                id=row.pk,
                name=row.name,
                url=page_at(row.get_absolute_url()),
                kind=row.kind,
                provider=_link(row.provider),
                part_of=_link(row.parent),
                workflows=row.workflow_count,
                upstreams=row.upstream_count,
            )
            for row in page
        ]

    return page_of(request, found, asked, told)


@reads(
    router,
    "/{int:id}",
    Action.SIGNED_IN,
    Tool,
    along=("provider", "parent"),
    answers=ToolTold,
    summary=gettext_lazy("One tool: what it rides on, with source, date and confidence"),
)
def detail(request: Request, tool: Tool) -> ToolTold:
    found = queries.edges(
        tool, today=timezone.localdate(request.now), stale_days=fate.stale_days()
    )
    return ToolTold(
        id=tool.pk,
        name=tool.name,
        url=page_at(tool.get_absolute_url()),
        kind=tool.kind,
        provider=_link(tool.provider),
        part_of=_link(tool.parent),
        web_address=queries.web_address(tool.url) or None,
        source=tool.source or None,
        seats=tool.seats,
        people_at_once=tool.limit,
        retired_on=tool.retired_on,
        spellings=sorted(each.name for each in tool.names.all()),
        upstreams=[_upstream(each) for each in found],
        unknown=why(
            source=(not tool.source, _("Nobody has named one.")),
            seats=(tool.seats is None, _("Not stated.")),
            people_at_once=(tool.limit is None, _("Not stated.")),
        ),
    )


def _link(thing: Any) -> Link | None:
    return None if thing is None else link(thing)


def _upstream(row: queries.EdgeRow) -> UpstreamTold:
    edge = row.edge
    return UpstreamTold(
        id=edge.pk,
        upstream=link(edge.upstream),
        relation=edge.relation,
        hard=edge.hard,
        source=edge.source,
        source_url=row.source.url or None,
        verified_on=edge.verified_on,
        age=row.age,
        confidence=edge.confidence,
        unknown=why(verified_on=(edge.verified_on is None, _("Never verified."))),
    )
