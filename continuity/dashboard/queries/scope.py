"""What a reader looks at: all they may see, or one department, over some months."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fetch_modes import FETCH_RAISE
from django.utils import timezone

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.fate import Graph
from continuity.domain.readiness import Level, WorkflowReadiness
from continuity.inventory.models import Alternative, Dependency, Workflow
from continuity.inventory.queries import fate
from continuity.inventory.queries.readiness import readiness

MONTHS: Final = (12, 6, 3)
"""How far back one may look, the usual first."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`department` None: all the teams that the reader may see.

    `groups` gives each team the heading under which it is counted: its department,
    or, within one department, the team itself.
    """

    user: User
    teams: Mapping[int, Team]
    departments: Sequence[Team]
    department: Team | None
    groups: Mapping[int, str]
    group_pks: Mapping[int, int]
    months: int
    since: datetime
    now: datetime

    @property
    def team_rows(self) -> "QuerySet[Team]":
        """The teams in scope, as a part of other queries."""
        return Team.objects.filter(pk__in=list(self.groups))


@dataclass(frozen=True, slots=True)
class Stock:
    """The workflows in scope with all that is judged of them."""

    workflows: Sequence[Workflow]
    readiness: Mapping[int, WorkflowReadiness]
    dependencies: Mapping[int, Sequence[Dependency]]
    graph: Graph

    def level(self, workflow: Workflow) -> Level:
        return self.readiness[workflow.pk].level


def scope(user: User, *, department: int | None, months: int, now: datetime) -> Scope:
    """Return the scope of a reader. One query.

    A department nobody knows, or that the reader may not see, gives all; so does a
    number of months that is not offered give twelve.
    """
    rows = Team.objects.allowing(user, Action.VIEW).order_by("name", "pk")
    teams = {team.pk: team for team in rows}
    heads = [team for team in teams.values() if team.parent_id not in teams]
    chosen = teams.get(department) if department is not None else None
    within = [
        team
        for team in teams.values()
        if chosen is None or chosen.pk in {team.pk, team.parent_id}
    ]
    heading = {
        team.pk: teams.get(team.parent_id or 0, team) if chosen is None else team
        for team in within
    }
    length = months if months in MONTHS else MONTHS[0]
    return Scope(
        user=user,
        teams=teams,
        departments=heads,
        department=chosen,
        groups={pk: head.name for pk, head in heading.items()},
        group_pks={pk: head.pk for pk, head in heading.items()},
        months=length,
        since=months_back(now, length - 1),
        now=now,
    )


def as_asked(chosen: Scope) -> dict[str, object]:
    """Return what was chosen, as the fields of the form that chooses."""
    department = chosen.department.pk if chosen.department is not None else ""
    return {"department": department, "months": chosen.months}


def address(chosen: Scope) -> str:
    """Return the query string of the scope, to go on with it on another page."""
    return urlencode({key: value for key, value in as_asked(chosen).items() if value != ""})


def months_back(now: datetime, count: int) -> datetime:
    """Return the first instant, in the active zone, of the month `count` before now's."""
    local = timezone.localtime(now)
    year, month = divmod(local.year * 12 + local.month - 1 - count, 12)
    return local.replace(
        year=year, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )


def stock(chosen: Scope) -> Stock:
    """Return the workflows in scope, judged. Six queries for any number of them."""
    rows = list(
        Workflow.objects.current()
        .filter(team__in=list(chosen.groups))
        .order_by("tier", "name", "pk")
    )
    graph = fate.graph()
    return Stock(
        workflows=rows,
        readiness=readiness(rows, now=chosen.now, graph=graph),
        dependencies=_dependencies(row.pk for row in rows),
        graph=graph,
    )


def _dependencies(pks: Iterable[int]) -> Mapping[int, Sequence[Dependency]]:
    """Return each workflow's dependencies with tool and provider; `first_tool` is the key
    of the tool that is tried first, None where that is a procedure or nothing."""
    first = Alternative.objects.filter(dependency=OuterRef("pk")).order_by("rank")
    found: dict[int, list[Dependency]] = {}
    rows = (
        Dependency.objects.filter(workflow__in=list(pks))
        .select_related("tool__provider")
        .annotate(first_tool=Subquery(first.values("tool")[:1]))
        .order_by("position", "pk")
        .fetch_mode(FETCH_RAISE)
    )
    for row in rows:
        found.setdefault(row.workflow_id, []).append(row)
    return found
