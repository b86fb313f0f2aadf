"""What part of the organisation a reader looks at, and the parameters it is asked by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.inventory.models import DataClass, Tier
from continuity.inventory.queries import standing

PERIODS: Final[Mapping[int, Promise]] = {
    12: _("Last 12 months"),
    6: _("Last 6 months"),
    3: _("Last 3 months"),
}
"""How far back one may look, in months, the usual first."""
MONTHS: Final = tuple(PERIODS)


class Group(NamedTuple):
    """A team or department: what the figures need of it."""

    pk: int
    name: str
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class Scope:
    """`department` None: all the teams that the reader may see; `tier` None: any.

    `groups` gives each team the key of the heading under which it is counted: its
    department, or, within one department, the team itself. The period is compared with
    the one as long before it, from `before` to `since`.
    """

    user: User
    teams: Mapping[int, Group]
    departments: Sequence[Group]
    department: Group | None
    groups: Mapping[int, int]
    tier: int | None
    months: int
    before: datetime
    since: datetime
    now: datetime

    @property
    def team_rows(self) -> "QuerySet[Team]":
        """The teams in scope, as a part of other queries."""
        return Team.objects.filter(pk__in=list(self.groups))

    @property
    def narrowed_to(self) -> Sequence[str]:
        """What the reader chose among the filters, as words; empty: the usual view."""
        return [
            *((self.department.name,) if self.department is not None else ()),
            *((str(Tier(self.tier).label),) if self.tier is not None else ()),
            *((str(PERIODS[self.months]),) if self.months != MONTHS[0] else ()),
        ]

    @property
    def is_whole(self) -> bool:
        """Whether the reader looks at every team there is, whatever the criticality."""
        return self.department is None and self.user.may(Action.VIEW)


def scope(
    user: User,
    *,
    department: int | None,
    months: int,
    now: datetime,
    tier: int | None = None,
) -> Scope:
    """Return the scope of a reader. One query.

    A department nobody knows, or that the reader may not see, gives all; so do a
    criticality that does not exist and a number of months that is not offered.
    """
    rows = Team.objects.allowing(user, Action.VIEW).order_by("name", "pk")
    teams = {row[0]: Group(*row) for row in rows.values_list("pk", "name", "parent_id")}
    heads = [team for team in teams.values() if team.parent_id not in teams]
    chosen = teams.get(department) if department is not None else None
    length = months if months in MONTHS else MONTHS[0]
    return Scope(
        user=user,
        teams=teams,
        departments=heads,
        department=chosen,
        groups={
            team.pk: team.pk
            if chosen is not None or team.parent_id not in teams
            else team.parent_id
            for team in teams.values()
            if chosen is None or chosen.pk in {team.pk, team.parent_id}
        },
        tier=tier if tier in Tier.values else None,
        months=length,
        before=months_back(now, 2 * length - 1),
        since=months_back(now, length - 1),
        now=now,
    )


def as_asked(chosen: Scope) -> dict[str, object]:
    """Return what was chosen, as the fields of the form that chooses."""
    department = chosen.department.pk if chosen.department is not None else ""
    return {"department": department, "tier": chosen.tier or "", "months": chosen.months}


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


def parameters(chosen: Scope) -> dict[str, Any]:
    """Return what STANDING, MEASURES and the figures ask for.

    Recoveries are read a year back whatever the period, since the last drill of a
    workflow is its last drill, and as far as the period before goes.
    """
    today = timezone.localdate(chosen.now)
    return {
        **standing.asked(
            dict(chosen.groups),
            now=chosen.now,
            data_classes=DataClass.values,
            tier=chosen.tier,
        ),
        "year": min(chosen.now - timedelta(days=366), chosen.before),
        "since": chosen.since,
        "before": chosen.before,
        "zone": timezone.get_current_timezone_name(),
        "today": today,
        "whole": chosen.is_whole,
        "important": int(Tier.IMPORTANT),
        "low": int(Tier.LOW),
    }
