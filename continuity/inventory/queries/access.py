"""Who could really work with an alternative today, by their own word."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import DateTimeField, IntegerField, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.fetch_modes import FETCH_RAISE

from continuity.accounts.models import Membership, User
from continuity.accounts.roles import TeamRole
from continuity.domain.readiness import ANSWER_LASTS
from continuity.inventory.models import (
    QUESTIONS,
    Access,
    Alternative,
    AlternativeKind,
    Answer,
    Workflow,
)
from continuity.web.prepared import KEYS, Prepared

LABELS: Final[Mapping[str, Any]] = {
    field.name: field.verbose_name
    for field in Access._meta.fields
    if field.name in QUESTIONS
}


def people(workflow: Workflow) -> QuerySet[User]:
    """Return who must be able to switch: owner, deputy and the members of the team, by
    name. Viewers are not among them, nor who may not sign in."""
    return _people([workflow.pk]).order_by("name", "pk")


def _people(workflows: list[int] | RawSQL) -> QuerySet[User]:
    mine = Workflow.objects.filter(pk__in=workflows)
    members = Membership.objects.filter(
        team__in=mine.values("team"), role__gte=TeamRole.MEMBER
    )
    return User.objects.filter(
        Q(pk__in=members.values("user"))
        | Q(pk__in=mine.values("owner"))
        | Q(pk__in=mine.values("deputy")),
        is_active=True,
    )


def workflows_of(user: User) -> QuerySet[Workflow]:
    """Return the workflows in use for which `user` is one of `people`."""
    teams = Membership.objects.filter(user=user, role__gte=TeamRole.MEMBER).values("team")
    return Workflow.objects.current().filter(
        Q(team__in=teams) | Q(owner=user) | Q(deputy=user)
    )


def of(user: User) -> QuerySet[Alternative]:
    """Return the alternatives about which `user` can answer: tools of their workflows,
    by workflow and rank. What is done by hand needs no account."""
    return (
        Alternative.objects.filter(dependency__workflow__in=workflows_of(user))
        .exclude(kind=AlternativeKind.MANUAL)
        .select_related("tool", "dependency__tool", "dependency__workflow__team")
        .order_by(
            "dependency__workflow__tier",
            "dependency__workflow__name",
            "dependency__position",
            "dependency_id",
            "rank",
        )
        .fetch_mode(FETCH_RAISE)
    )


@dataclass(frozen=True, slots=True)
class Question:
    """One of the six, and what the person said."""

    name: str
    label: Any
    answer: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What one person said of one alternative.

    `state`: ready (six times yes), missing (a no among them), open (some not answered)
    or stale (too long ago to count).
    """

    state: str
    questions: tuple[Question, ...]
    answered_at: datetime | None = None

    @property
    def missing(self) -> list[Any]:
        return [one.label for one in self.questions if one.answer == Answer.NO]


def answers(row: Access | None, *, now: datetime) -> Answers:
    """Return what a row says today. None, or one that is too old, says nothing."""
    questions = tuple(
        Question(name, LABELS[name], getattr(row, name) if row else "")
        for name in QUESTIONS
    )
    if row is None:
        return Answers("open", questions)
    said = [one.answer for one in questions]
    if row.answered_at <= now - ANSWER_LASTS:
        state = "stale"
    elif Answer.NO in said:
        state = "missing"
    else:
        state = "ready" if set(said) == {Answer.YES} else "open"
    return Answers(state, questions, row.answered_at)


def answered(alternative: Alternative, user: User, *, now: datetime) -> bool:
    """Say whether `user` has answers on `alternative` that still count."""
    return Access.objects.filter(
        alternative=alternative, user=user, answered_at__gt=now - ANSWER_LASTS
    ).exists()


@dataclass(frozen=True, slots=True)
class Mine:
    alternative: Alternative
    answers: Answers


def mine(page: Any, user: User, *, now: datetime) -> list[Mine]:
    """Return the alternatives of a page with what `user` said of each. One query."""
    rows = list(page)
    said = {
        row.alternative_id: row
        for row in Access.objects.filter(user=user, alternative__in=rows)
    }
    return [Mine(one, answers(said.get(one.pk), now=now)) for one in rows]


@dataclass(frozen=True, slots=True)
class Ready:
    """How many of the people are ready for one alternative."""

    ready: int
    total: int


@dataclass(frozen=True, slots=True)
class Able:
    """How many people must be ready for a workflow, and how many are by alternative."""

    total: int
    by_alternative: Mapping[int, int]

    def of(self, alternative: Alternative) -> Ready:
        return Ready(self.by_alternative.get(alternative.pk, 0), self.total)


def able(workflow: Workflow, *, now: datetime) -> Able:
    """Return who is ready for the alternatives of `workflow`, counted. One query.

    Ready is who said yes six times within the last 180 days.
    """
    rows = ABLE.rows([workflow.pk])
    who = {user for user, alternative, _at in rows if alternative is None}
    since = now - ANSWER_LASTS
    counted = Counter(
        alternative
        for user, alternative, at in rows
        if alternative is not None and user in who and at > since
    )
    return Able(len(who), counted)


def _able() -> QuerySet[User, Any]:
    """The people of KEYS; then who said yes to what, whenever that was."""
    nothing = Value(None, IntegerField()), Value(None, DateTimeField())
    people = _people(KEYS.rows()).order_by().values_list("pk", *nothing)
    yes = (
        Access.objects.all_yes()
        .filter(alternative__dependency__workflow__in=KEYS.rows())
        .order_by()
        .values_list("user", "alternative", "answered_at")
    )
    return people.union(yes, all=True).order_by()


ABLE: Final = Prepared(_able)


@dataclass(frozen=True, slots=True)
class Person:
    user: User
    answers: Answers


def everyone(page: Any, alternative: Alternative, *, now: datetime) -> list[Person]:
    """Return the people of a page with what they said of `alternative`. One query."""
    rows = list(page)
    said = {
        row.user_id: row
        for row in Access.objects.filter(user__in=rows, alternative=alternative)
    }
    return [Person(one, answers(said.get(one.pk), now=now)) for one in rows]
