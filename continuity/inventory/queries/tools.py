"""The catalogue: tools and providers, what rides on them and what they ride on."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, F, OrderBy, OuterRef, Q, QuerySet, Subquery
from django.db.models.fetch_modes import FETCH_RAISE
from django.db.models.functions import Coalesce

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.fate import Effect
from continuity.inventory.models import (
    Dependency,
    Provider,
    Tool,
    ToolName,
    Upstream,
    Workflow,
)
from continuity.inventory.queries import fate
from continuity.inventory.queries.chain import Chain, age, chain, workflow_count
from continuity.inventory.queries.order import alphabetical

SORTS: Final[Mapping[str, str]] = {
    "name": "name",
    "provider": "provider__name",
    "kind": "kind",
    "workflows": "workflow_count",
    "upstreams": "upstream_count",
}
TEXTS: Final = frozenset({"name", "provider__name"})
ADDRESS: Final = re.compile(
    r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?)(.*)", re.I
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact is from. `url` is the address that its text begins with, or empty;
    `text` is that address as it is shown, `rest` what follows."""

    text: str
    url: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """An upstream as the page shows it. `age` is "fresh", "stale" or "never" verified."""

    edge: Upstream
    source: Source
    age: str


@dataclass(frozen=True, slots=True)
class RidingWorkflow:
    """A workflow that the loss of a tool reaches, through which of its own tools.

    `effect` is that on the tool; what it does to the work is the dependency's to say.
    """

    workflow: Workflow
    through: str
    direct: bool
    effect: str
    without: str


@dataclass(frozen=True, slots=True)
class ToolPage:
    tool: Tool
    url: str
    source: Source
    names: tuple[ToolName, ...]
    upstreams: tuple[EdgeRow, ...]
    chain: Chain
    effects: Mapping[int, Effect]
    """What the loss of this tool does to which other tools; this one left out."""


def listed(user: User, wanted: Mapping[str, Any], *, sort: str = "") -> QuerySet[Tool]:
    """Return the tools that match `wanted` (q, kind, provider, used), in order.

    Each carries `workflow_count`, of what `user` may see, and `upstream_count`. Each
    word of q must occur in the name, a spelling or the provider.
    """
    edges = (
        Upstream.objects.filter(tool=OuterRef("pk"))
        .order_by()
        .values("tool")
        .annotate(number=Count("pk"))
        .values("number")
    )
    found = Tool.objects.annotate(
        workflow_count=workflow_count(user),
        upstream_count=Coalesce(Subquery(edges), 0),
    )
    found = matching(found, wanted)
    if wanted.get("used"):
        found = found.filter(workflow_count__gt=0)
    key = sort.removeprefix("-")
    field = SORTS.get(key, "name")
    down = sort.startswith("-") and key in SORTS
    if field in TEXTS:
        order = alphabetical(field, down=down)
    else:
        order = OrderBy(F(field), descending=down)
    return (
        found.select_related("provider", "parent")
        .order_by(order, alphabetical("name"), "pk")
        .fetch_mode(FETCH_RAISE)
    )


def matching[Rows: QuerySet[Any]](found: Rows, wanted: Mapping[str, Any]) -> Rows:
    """Keep the tools that match `wanted`: q, kind and provider."""
    for word in wanted.get("q", "").split():
        spelled = ToolName.objects.filter(
            tool=OuterRef("pk"), name__unaccent__icontains=word
        )
        found = found.filter(
            Q(name__unaccent__icontains=word)
            | Q(provider__name__unaccent__icontains=word)
            | Q(Exists(spelled))
        )
    if kind := wanted.get("kind"):
        found = found.filter(kind=kind)
    if provider := wanted.get("provider"):
        found = found.filter(provider=provider)
    return found


def providers(user: User, wanted: Mapping[str, Any]) -> QuerySet[Provider]:
    """Return providers by name, with `tool_count` and the `workflow_count` of those
    workflows that `user` may see and that use one of its tools."""
    using = (
        Dependency.objects.allowing(user, Action.VIEW)
        .filter(tool__provider=OuterRef("pk"), workflow__archived_at=None)
        .order_by()
        .values("tool__provider")
        .annotate(number=Count("workflow", distinct=True))
        .values("number")
    )
    found = Provider.objects.annotate(
        tool_count=Count("tools"), workflow_count=Coalesce(Subquery(using), 0)
    )
    for word in wanted.get("q", "").split():
        found = found.filter(name__unaccent__icontains=word)
    return found.order_by(alphabetical("name"), "pk")


def every_provider() -> QuerySet[Provider]:
    return Provider.objects.order_by(alphabetical("name"), "pk")


def full(tool: Tool) -> Tool:
    """Return the tool with its provider and what it is a part of."""
    return Tool.objects.select_related("provider", "parent").get(pk=tool.pk)


def page(tool: Tool, *, user: User, today: date) -> ToolPage:
    """Return what the page of a tool shows to `user`, in five queries."""
    full = Tool.objects.select_related("provider", "parent").get(pk=tool.pk)
    known = fate.known()
    graph, stale_days = known.graph, known.stale_days
    effects = dict(graph.blast_radius({full.pk}))
    effects.pop(full.pk, None)
    return ToolPage(
        tool=full,
        url=web_address(full.url),
        source=source(full.source),
        names=tuple(full.names.order_by(alphabetical("name"))),
        upstreams=edges(full, today=today, stale_days=stale_days),
        chain=chain(user, full, graph, today=today, stale_days=stale_days),
        effects=effects,
    )


def edges(tool: Tool, *, today: date, stale_days: int) -> tuple[EdgeRow, ...]:
    """Return what the tool rides on, each with its source and its age. One query."""
    rows = tool.upstreams.select_related("upstream").order_by("relation", "upstream__name")
    return tuple(
        EdgeRow(
            edge,
            source(edge.source),
            age(edge.verified_on, today=today, stale_days=stale_days),
        )
        for edge in rows
    )


def riding(user: User, page: ToolPage) -> QuerySet[Dependency]:
    """Return the uses that the loss of the tool reaches, of workflows `user` may see."""
    tools = [page.tool.pk, *page.effects]
    return (
        Dependency.objects.allowing(user, Action.VIEW)
        .filter(tool__in=tools, workflow__archived_at=None)
        .select_related("workflow__team", "tool")
        .order_by("workflow__tier", alphabetical("workflow__name"), "pk")
        .fetch_mode(FETCH_RAISE)
    )


def riding_rows(dependencies: Iterable[Dependency], page: ToolPage) -> list[RidingWorkflow]:
    return [
        RidingWorkflow(
            workflow=one.workflow,
            through=one.tool.name,
            direct=one.tool_id == page.tool.pk,
            effect=page.effects.get(one.tool_id, Effect.STOPS),
            without=one.without,
        )
        for one in dependencies
    ]


def ageing(wanted: Mapping[str, Any], *, today: date) -> QuerySet[Upstream]:
    """Return the edges whose source is stale or was never verified, one query more.

    Those of the tools that most workflows use come first; of these the oldest, the never
    verified last. `wanted` may hold q, words of either tool, and age, one of the two.
    """
    limit = today - timedelta(days=fate.stale_days())
    stale = Q(verified_on__lt=limit)
    never = Q(verified_on=None)
    found = Upstream.objects.filter(
        {"stale": stale, "never": never}.get(wanted.get("age", ""), stale | never)
    )
    for word in wanted.get("q", "").split():
        found = found.filter(
            Q(tool__name__unaccent__icontains=word)
            | Q(upstream__name__unaccent__icontains=word)
        )
    using = (
        Dependency.objects.filter(tool=OuterRef("tool"), workflow__archived_at=None)
        .order_by()
        .values("tool")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return (
        found.annotate(workflow_count=Coalesce(Subquery(using), 0))
        .select_related("tool", "upstream")
        .order_by(
            "-workflow_count",
            F("verified_on").asc(nulls_last=True),
            alphabetical("tool__name"),
            alphabetical("upstream__name"),
            "pk",
        )
        .fetch_mode(FETCH_RAISE)
    )


def ageing_rows(edges: Iterable[Upstream]) -> list[EdgeRow]:
    return [
        EdgeRow(edge, source(edge.source), "stale" if edge.verified_on else "never")
        for edge in edges
    ]


def offered(*, infrastructure: bool = True) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return all tools to choose from, by provider; those without one come last."""
    tools = Tool.objects.all() if infrastructure else Tool.objects.usable()
    groups: dict[str, list[tuple[int, str]]] = {}
    for pk, name, provider in tools.order_by(
        alphabetical("provider__name"), alphabetical("name")
    ).values_list("pk", "name", "provider__name"):
        groups.setdefault(provider or "", []).append((pk, name))
    return list(groups.items())


def web_address(text: str) -> str:
    """Return `text` if a page may link to it, "" otherwise: http and https only."""
    return text if text.lower().startswith(("http://", "https://")) else ""


def source(text: str) -> Source:
    """Return where a fact is from, with the address that the text begins with."""
    found = ADDRESS.fullmatch(text)
    if found is None:
        return Source(text)
    return Source(found[1], f"https://{found[1]}", found[2])
