"""Who is here, for the pages that show and change it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from django.db.models import Count, Prefetch, Q, QuerySet
from django.db.models.fetch_modes import FETCH_RAISE

from continuity.accounts.models import Membership, Organisation, Team, User
from continuity.accounts.roles import Action

MOST_SUGGESTED: Final = 20
"""People that a field suggests while somebody types."""
SIGNS: Final = str.maketrans("<>\0", "   ")
"""What stands around an address, and what the database does not take."""


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


def written(person: User) -> str:
    """Return how a person is named where another may have the same name."""
    return f"{person.name} <{person.email}>" if person.name else person.email


def meant(asked: str, *, keep: int | None = None, most: int) -> list[User]:
    """Return who may sign in and may be meant, by name, `most` at most: one or two
    queries. `keep` is found all the same.

    A key, an address, alone or behind a name, or a whole name mean just that; what is
    none of these means all whose name or address holds each of its words.
    """
    known = User.objects.filter(Q(is_active=True) | Q(pk=keep)).order_by("name", "pk")
    asked = asked.replace("\0", "")
    address = asked.rpartition("<")[2].removesuffix(">").strip()
    exact = Q(email__iexact=address) | Q(name__iexact=asked)
    if asked.isdecimal() and len(asked) < 19:
        exact |= Q(pk=int(asked))
    return list(known.filter(exact)[:most]) or list(like(asked, known)[:most])


def like(asked: str, known: "QuerySet[User] | None" = None) -> QuerySet[User]:
    """Return whose name or address holds each word of `asked`, accents aside: of those
    who may sign in, or of `known`."""
    found = everyone() if known is None else known
    for word in asked.translate(SIGNS).split():
        found = found.filter(Q(name__unaccent__icontains=word) | Q(email__icontains=word))
    return found


def suggested(asked: str) -> list[str]:
    """Return how the first few are written whom `asked` may mean."""
    return [written(one) for one in like(asked)[:MOST_SUGGESTED]]


def may_name(user: User) -> bool:
    """Say whether somebody may change workflows of a team, and so name their people."""
    return Team.objects.allowing(user, Action.EDIT).exists()


def memberships(person: User) -> list[Membership]:
    """Return what somebody is in which team, by the team's name."""
    return list(person.memberships.select_related("team").order_by("team__name"))


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Return the time zones to choose from: UTC, then those named after a place."""
    places = (zone for zone in available_timezones() if "/" in zone)
    shown = sorted(zone for zone in places if not zone.startswith(("Etc/", "SystemV/")))
    return ("UTC", *shown)
