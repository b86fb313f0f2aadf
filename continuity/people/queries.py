"""Who is here, for the pages that show and change it."""

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import available_timezones

from django.db.models import Count, Prefetch, Q, QuerySet
from django.db.models.fetch_modes import FETCH_RAISE

from continuity.accounts.models import Membership, Organisation, Team, User


@dataclass(frozen=True, slots=True)
class TeamPage:
    """A team as its page shows it."""

    team: Team
    members: tuple[Membership, ...]
    children: tuple[Team, ...]


def is_set_up() -> bool:
    """Say whether somebody can sign in, ever: one user is enough."""
    return User.objects.exists()


def organisation() -> Organisation:
    """Return the organisation; one without a name if nobody has set it up."""
    return Organisation.objects.filter(pk=1).first() or Organisation(pk=1, name="")


def people(q: str = "", role: str = "", *, closed: bool = False) -> QuerySet[User]:
    """Return people by name, each with their memberships: two queries for any number.

    `role` is an organisation role, or "" for all. Those whose account is closed are
    left out unless `closed`.
    """
    memberships = Membership.objects.select_related("team").order_by("team__name")
    found = User.objects.prefetch_related(Prefetch("memberships", memberships))
    if not closed:
        found = found.filter(is_active=True)
    if role:
        found = found.filter(organisation_role=role)
    for word in q.split():
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return found.order_by("name", "pk").fetch_mode(FETCH_RAISE)


def teams(q: str = "") -> QuerySet[Team]:
    """Return teams below their department, with `people` and `below` counted."""
    found = Team.objects.select_related("parent").annotate(
        people=Count(
            "memberships", filter=Q(memberships__user__is_active=True), distinct=True
        ),
        below=Count("children", distinct=True),
    )
    for word in q.split():
        found = found.filter(Q(name__icontains=word) | Q(parent__name__icontains=word))
    return found.order_by("name", "pk").fetch_mode(FETCH_RAISE)


def team_page(team: Team) -> TeamPage:
    """Return a team with its members, the highest role first: two queries."""
    members = team.memberships.select_related("user").order_by("-role", "user__name", "pk")
    return TeamPage(team, tuple(members), tuple(team.children.order_by("name", "pk")))


def departments() -> QuerySet[Team]:
    """Return the teams that other teams may belong to: those without a department."""
    return Team.objects.filter(parent=None).order_by("name", "pk")


def candidates(team: Team, q: str = "", *, most: int = 10) -> list[User]:
    """Return the first few by name who are not in the team and match every word of `q`."""
    found = User.objects.filter(is_active=True).exclude(memberships__team=team)
    for word in q.split():
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return list(found.order_by("name", "pk")[:most])


def everyone() -> QuerySet[User]:
    """Return all who may sign in, by name: to choose one of them."""
    return User.objects.filter(is_active=True).order_by("name", "pk")


def memberships(person: User) -> list[Membership]:
    """Return what somebody is in which team, by the team's name."""
    return list(person.memberships.select_related("team").order_by("team__name"))


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Return the time zones to choose from: UTC, then those named after a place."""
    places = (zone for zone in available_timezones() if "/" in zone)
    shown = sorted(zone for zone in places if not zone.startswith(("Etc/", "SystemV/")))
    return ("UTC", *shown)
