"""The list of workflows: search, filters, sort, and what a row shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, F, OrderBy, OuterRef, Q, QuerySet
from django.db.models.fetch_modes import FETCH_RAISE

from continuity.accounts.models import Team, User
from continuity.accounts.roles import POLICY, Action
from continuity.domain.readiness import Level
from continuity.inventory.models import Alternative, Dependency, Provider, Tool, Workflow
from continuity.inventory.queries import fate
from continuity.inventory.queries.order import alphabetical
from continuity.inventory.queries.readiness import readiness

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


@dataclass(frozen=True, slots=True)
class Row:
    """A workflow as a line of the list. `proven` counts the alternatives that are."""

    workflow: Workflow
    tools: tuple[str, ...]
    alternatives: int
    proven: int
    level: Level

    @property
    def more_tools(self) -> int:
        """How many tools stand behind the two that the list names."""
        return max(0, len(self.tools) - 2)


def listed(
    user: User, wanted: Mapping[str, Any], *, sort: str = "", deputies: bool = False
) -> QuerySet[Workflow]:
    """Return the workflows that `user` may see and that match `wanted`, in order; with
    their deputies if these are shown.

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
        found.select_related("team__parent", "owner", *(["deputy"] if deputies else []))
        .order_by(*_order(sort))
        .fetch_mode(FETCH_RAISE)
    )


def rows(workflows: Iterable[Workflow], *, now: datetime) -> list[Row]:
    """Return the lines of one page: four queries for any number of workflows."""
    page = list(workflows)
    graph = fate.graph()
    found = readiness(page, now=now, graph=graph)
    return [
        Row(
            workflow=workflow,
            tools=tuple(graph.name(one.tool) for one in ready.dependencies),
            alternatives=sum(len(one.alternatives) for one in ready.dependencies),
            proven=sum(
                each.proven for one in ready.dependencies for each in one.alternatives
            ),
            level=ready.level,
        )
        for workflow in page
        for ready in (found[workflow.pk],)
    ]


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
    """Return which of `actions` the person may do to the workflow: a query for each
    rule of the policy among them."""
    rows = Workflow.objects.filter(pk=workflow.pk)
    asked = list(actions)
    may = {
        rule: rows.allowing(user, action).exists()
        for rule, action in {POLICY[action]: action for action in asked}.items()
    }
    return {action for action in asked if may[POLICY[action]]}


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
