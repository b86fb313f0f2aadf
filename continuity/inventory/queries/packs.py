"""Grab packs: all that somebody needs to carry on, in one file that needs no network."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fetch_modes import FETCH_RAISE
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import TEAM_ROLE_LABELS, Membership, Team, User
from continuity.accounts.roles import Action, TeamRole
from continuity.domain.readiness import AlternativeReadiness, Reason
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Proof,
    RunbookStep,
    Workflow,
)
from continuity.inventory.queries import fate
from continuity.inventory.queries.access import workflows_of
from continuity.inventory.queries.proofs import ProofState, proof_state
from continuity.inventory.queries.readiness import facts_of, judge

MOST_WORKFLOWS: Final = 60
"""Workflows in the pack of a team, the most critical first. More would fill no bag."""
MOST_PEOPLE: Final = 100


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    email: str
    roles: tuple[Any, ...]
    keys: tuple[str, ...] = ()
    """The same roles, for what is printed in a language of its own: owner, deputy, lead,
    member."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """An alternative as the pack shows it: with its runbook, and what speaks against."""

    alternative: Alternative
    ready: AlternativeReadiness
    proof: ProofState
    steps: tuple[RunbookStep, ...]

    @property
    def not_approved(self) -> bool:
        return Reason.NOT_APPROVED in self.ready.reasons

    @property
    def shares(self) -> bool:
        return Reason.SHARES_UPSTREAM in self.ready.reasons

    @property
    def expected(self) -> timedelta | None:
        """The sum of what each step takes; None unless every step says."""
        lengths = [step.expected for step in self.steps]
        if not lengths or None in lengths:
            return None
        return sum((length for length in lengths if length), timedelta())


@dataclass(frozen=True, slots=True)
class Part:
    """One workflow of a pack."""

    workflow: Workflow
    contacts: tuple[Contact, ...]
    dependencies: tuple[tuple[Dependency, tuple[Fallback, ...]], ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """`left_out` counts the workflows of a team beyond the first MOST_WORKFLOWS."""

    title: str
    team: Team
    parts: tuple[Part, ...]
    made_at: datetime
    left_out: int = 0
    of_team: bool = False


def of_workflow(workflow: Workflow, *, now: datetime) -> Pack:
    """Return the pack of one workflow, in seven queries."""
    rows = _full().filter(pk=workflow.pk)
    (part,) = _parts(list(rows), now)
    return Pack(part.workflow.name, part.workflow.team, (part,), now)


def of_team(team: Team, *, now: datetime) -> Pack:
    """Return the pack of a team's workflows in use, in eight queries for any number."""
    rows = _full().filter(team=team, archived_at=None).order_by("tier", "name", "pk")
    total = rows.count()
    shown = list(rows[:MOST_WORKFLOWS])
    left_out = total - len(shown)
    return Pack(team.name, team, _parts(shown, now), now, left_out, of_team=True)


def members(team: Team) -> list[Membership]:
    """Return the members of `team` who act, leads first, at most MOST_PEOPLE."""
    return _members({team.pk})[team.pk][:MOST_PEOPLE]


def mine(user: User) -> QuerySet[Workflow]:
    """Return the workflows whose packs `user` would want, the most critical first."""
    return (
        workflows_of(user)
        .filter(pk__in=Workflow.objects.allowing(user, Action.VIEW).values("pk"))
        .select_related("team")
        .order_by("tier", "name", "pk")
    )


def teams(user: User) -> QuerySet[Team]:
    """Return the teams whose packs `user` may open: those with a workflow in use."""
    return (
        Team.objects.allowing(user, Action.VIEW)
        .filter(Exists(Workflow.objects.current().filter(team=OuterRef("pk"))))
        .order_by("name", "pk")
    )


def _full() -> QuerySet[Workflow]:
    return Workflow.objects.select_related("team", "owner", "deputy").fetch_mode(
        FETCH_RAISE
    )


def _parts(workflows: Sequence[Workflow], now: datetime) -> tuple[Part, ...]:
    graph = fate.graph()
    dependencies: dict[int, list[Dependency]] = defaultdict(list)
    for dependency in (
        Dependency.objects.filter(workflow__in=workflows)
        .select_related("tool")
        .order_by("position", "pk")
        .fetch_mode(FETCH_RAISE)
    ):
        dependencies[dependency.workflow_id].append(dependency)
    inside = Alternative.objects.filter(dependency__workflow__in=workflows)
    alternatives: dict[int, list[Alternative]] = defaultdict(list)
    for alternative in (
        inside.select_related("tool")
        .annotate(
            has_runbook=Exists(RunbookStep.objects.filter(alternative=OuterRef("pk")))
        )
        .order_by("rank")
        .fetch_mode(FETCH_RAISE)
    ):
        alternatives[alternative.dependency_id].append(alternative)
    steps: dict[int, list[RunbookStep]] = defaultdict(list)
    for step in RunbookStep.objects.filter(
        alternative__dependency__workflow__in=workflows
    ).order_by("position"):
        steps[step.alternative_id].append(step)
    proofs: dict[int, list[Proof]] = defaultdict(list)
    for proof in Proof.objects.filter(
        alternative__dependency__workflow__in=workflows
    ).order_by("-shown_at", "-pk"):
        proofs[proof.alternative_id].append(proof)
    facts = {pk: [facts_of(one) for one in each] for pk, each in proofs.items()}
    members = _members({workflow.team_id for workflow in workflows})
    parts = []
    for workflow in workflows:
        ready = judge(
            workflow,
            dependencies[workflow.pk],
            alternatives,
            facts,
            graph=graph,
            now=now,
        )
        judged = {one.pk: one for each in ready.dependencies for one in each.alternatives}
        parts.append(
            Part(
                workflow,
                _contacts(workflow, members[workflow.team_id]),
                tuple(
                    (
                        dependency,
                        tuple(
                            Fallback(
                                one,
                                judged[one.pk],
                                proof_state(proofs[one.pk], workflow, now=now),
                                tuple(steps[one.pk]),
                            )
                            for one in alternatives[dependency.pk]
                        ),
                    )
                    for dependency in dependencies[workflow.pk]
                ),
            )
        )
    return tuple(parts)


def _members(teams: set[int]) -> dict[int, list[Membership]]:
    found: dict[int, list[Membership]] = defaultdict(list)
    for membership in (
        Membership.objects.filter(
            team__in=teams, role__gte=TeamRole.MEMBER, user__is_active=True
        )
        .select_related("user")
        .order_by("-role", "user__name", "pk")
    ):
        found[membership.team_id].append(membership)
    return found


def _contacts(workflow: Workflow, members: Sequence[Membership]) -> tuple[Contact, ...]:
    roles: dict[int, dict[str, Any]] = defaultdict(dict)
    people: dict[int, User] = {}
    named = (
        ("owner", workflow.owner, _("Owner")),
        ("deputy", workflow.deputy, _("Deputy")),
    )
    for key, user, label in named:
        if user is not None:
            people[user.pk] = user
            roles[user.pk][key] = label
    for membership in members[:MOST_PEOPLE]:
        people[membership.user_id] = membership.user
        role = TeamRole(membership.role)
        roles[membership.user_id][role.name.lower()] = TEAM_ROLE_LABELS[role]
    return tuple(
        Contact(str(user), user.email, tuple(roles[pk].values()), tuple(roles[pk]))
        for pk, user in people.items()
    )
