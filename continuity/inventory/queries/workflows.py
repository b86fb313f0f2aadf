"""The list of workflows: search, filters, sort, and what a row shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.db.models import Exists, F, Max, OrderBy, OuterRef, Q, QuerySet
from django.db.models.fetch_modes import FETCH_RAISE
from django.urls import reverse
from django.utils.translation import get_language, ngettext

from continuity.accounts.models import Membership, Team, User
from continuity.accounts.roles import POLICY, Action
from continuity.domain.fate import Graph
from continuity.domain.readiness import Level, Reason, WorkflowReadiness
from continuity.inventory.models import Alternative, Dependency, Provider, Tool, Workflow
from continuity.inventory.queries.order import alphabetical
from continuity.inventory.queries.readiness import with_graph
from continuity.web import formats

SORTS: Final[Mapping[str, str]] = {
    "name": "name",
    "team": "team__name",
    "tier": "tier",
    "rto": "rto",
    "mtpd": "mtpd",
    "owner": "owner__name",
}
TEXTS: Final = frozenset({"name", "team__name", "owner__name"})
DEFAULT_SORT: Final = "tier"
SHOWN: Final = (
    "name",
    "team",
    "owner",
    "deputy",
    "tier",
    "rto",
    "mtpd",
    "mbco_percent",
    "data_class",
    "reference",
    "archived_at",
    "status",
    "version",
    "approved_version",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A workflow as a line of the list. `proven` counts the alternatives that are.

    What a cell says is ready as text: fifty lines of a dozen cells are most of the page.
    """

    workflow: Workflow
    tools: tuple[str, ...]
    alternatives: int
    proven: int
    level: Level
    reasons: tuple[Reason, ...]
    url: str
    name: str
    team: str
    tier: int
    archived: bool
    named_tools: str
    """The first two, as in a sentence."""
    more_tools: str
    """How many stand behind these, "" for none."""
    rto: str
    mtpd: str
    said_alternatives: str
    said_proven: str
    owner: str


def listed(user: User, wanted: Mapping[str, Any], *, sort: str = "") -> QuerySet[Workflow]:
    """Return the workflows that `user` may see and that match `wanted`, in order.

    `wanted` holds q, team, tool, provider, tier, data_class, owner, status, gap and
    archived, any of them empty or missing. Each word of q must occur in the name, the
    team, the department, the reference or a tool; case and accents do not count. A team
    that is a department stands for its teams too. A status "changed" is that of what is
    another version than was approved. A sort that does not exist is the usual one; a
    minus before it turns it round, and what is empty comes last either way.
    """
    found = Workflow.objects.allowing(user, Action.VIEW)
    archived = wanted.get("archived")
    found = found.exclude(archived_at=None) if archived else found.current()
    for word in wanted.get("q", "").split():
        found = found.filter(_mentions(word))
    if team := wanted.get("team"):
        found = found.filter(Q(team=team) | Q(team__parent=team))
    if tool := wanted.get("tool"):
        found = found.filter(_depends(tool=tool))
    if provider := wanted.get("provider"):
        found = found.filter(_depends(tool__provider=provider))
    if tier := wanted.get("tier"):
        found = found.filter(tier=tier)
    if data := wanted.get("data_class"):
        found = found.filter(data_class="" if data == "none" else data)
    if owner := wanted.get("owner"):
        found = found.filter(owner=None if owner == "none" else owner)
    if status := wanted.get("status"):
        found = (
            found.changed_since_approval()
            if status == "changed"
            else found.filter(status=status)
        )
    if gap := wanted.get("gap"):
        found = found.filter(_gap(gap))
    return (
        found.select_related("team__parent", "owner")
        .order_by(*_order(sort))
        .fetch_mode(FETCH_RAISE)
    )


def shown(found: QuerySet[Workflow], *, deputies: bool = False) -> QuerySet[Workflow]:
    """Read only what a line of the list shows and is judged by."""
    people = ["owner", "deputy"] if deputies else ["owner"]
    return (
        found.select_related(None)
        .select_related("team", *people)
        .only(
            *SHOWN,
            "team__name",
            *(f"{person}__{name}" for person in people for name in ("name", "email")),
        )
    )


def rows(workflows: Iterable[Workflow], *, now: datetime) -> list[Row]:
    """Return the lines of one page: three queries for any number of workflows."""
    page = list(workflows)
    found, graph = with_graph(page, now=now)
    address = reverse("inventory:workflow", args=[0])
    return [
        _row(
            workflow,
            found[workflow.pk],
            graph,
            address.replace("/0/", f"/{workflow.pk}/"),
        )
        for workflow in page
    ]


def _row(workflow: Workflow, ready: WorkflowReadiness, graph: Graph, url: str) -> Row:
    tools = tuple(graph.name(one.tool) for one in ready.dependencies)
    alternatives = sum(len(one.alternatives) for one in ready.dependencies)
    proven = sum(each.proven for one in ready.dependencies for each in one.alternatives)
    return Row(
        workflow=workflow,
        tools=tools,
        alternatives=alternatives,
        proven=proven,
        level=ready.level,
        reasons=ready.reasons,
        url=url,
        name=workflow.name,
        team=workflow.team.name,
        tier=workflow.tier,
        archived=workflow.archived_at is not None,
        named_tools=", ".join(tools[:2]),
        more_tools=f"+{len(tools) - 2}" if len(tools) > 2 else "",
        rto=formats.duration(workflow.rto) if workflow.rto else "",
        mtpd=formats.duration(workflow.mtpd) if workflow.mtpd else "",
        said_alternatives=str(alternatives) if alternatives else "",
        said_proven=_proven(proven, get_language()) if proven else "",
        owner=str(workflow.owner) if workflow.owner else "",
    )


@lru_cache(maxsize=256)
def _proven(number: int, language: str | None) -> str:
    said = ngettext("%(counter)s proven", "%(counter)s proven", number)
    return said % {"counter": number}


def teams(user: User, action: Action = Action.VIEW) -> QuerySet[Team]:
    """Return the teams in which `user` may do `action`, departments included."""
    return Team.objects.allowing(user, action).order_by(alphabetical("name"), "pk")


def tools_in_use(user: User) -> QuerySet[Tool]:
    """Return the tools that a workflow which `user` may see depends on."""
    seen = Dependency.objects.allowing(user, Action.VIEW).filter(workflow__archived_at=None)
    return Tool.objects.filter(pk__in=seen.values("tool")).order_by(alphabetical("name"))


def providers_in_use(user: User) -> QuerySet[Provider]:
    seen = tools_in_use(user).order_by()
    found = Provider.objects.filter(pk__in=seen.values("provider"))
    return found.order_by(alphabetical("name"))


def owners(user: User) -> QuerySet[User]:
    """Return those who own a workflow that `user` may see."""
    seen = Workflow.objects.current().allowing(user, Action.VIEW)
    found = User.objects.filter(pk__in=seen.values("owner"))
    return found.order_by(alphabetical("name"), "pk")


def allowed(user: User, workflow: Workflow, actions: Iterable[Action]) -> set[Action]:
    """Return which of `actions` the person may do to the workflow: one query, none for
    whom the role in the organisation allows all of them."""
    asked = set(actions)
    may = {action for action in asked if user.may(action)}
    if may == asked:
        return may
    # A department's role holds in its teams too, as in `Team.allowing`.
    role = Membership.objects.filter(
        Q(team=workflow.team_id) | Q(team__children=workflow.team_id), user=user
    ).aggregate(highest=Max("role"))["highest"]
    for action in asked - may:
        needed = POLICY[action].team_role
        if needed is not None and role is not None and role >= needed:
            may.add(action)
    return may


def any_visible(user: User) -> bool:
    return Workflow.objects.allowing(user, Action.VIEW).exists()


def _depends(**conditions: Any) -> Exists:
    return Exists(Dependency.objects.filter(workflow=OuterRef("pk"), **conditions))


def _mentions(word: str) -> Q:
    return (
        Q(name__unaccent__icontains=word)
        | Q(reference__unaccent__icontains=word)
        | Q(team__name__unaccent__icontains=word)
        | Q(team__parent__name__unaccent__icontains=word)
        | Q(_depends(tool__name__unaccent__icontains=word))
    )


def _gap(gap: str) -> Q:
    """Return what is missing, as a condition. "no_alternative": a tool without which
    the work stops has none."""
    match gap:
        case "no_tool":
            return ~Q(_depends())
        case "no_alternative":
            without = Dependency.objects.filter(
                ~Exists(Alternative.objects.filter(dependency=OuterRef("pk"))),
                workflow=OuterRef("pk"),
                without="stops",
            )
            return Q(Exists(without))
        case "no_rto":
            return Q(rto=None)
        case _:
            return Q(owner=None)


def _order(sort: str) -> list[OrderBy]:
    key = sort.removeprefix("-")
    field = SORTS.get(key, SORTS[DEFAULT_SORT])
    down = sort.startswith("-") and key in SORTS
    if field in TEXTS:
        first = alphabetical(field, down=down)
    else:
        first = OrderBy(F(field), descending=down, nulls_last=True)
    return [first, alphabetical("name"), F("pk").asc()]
