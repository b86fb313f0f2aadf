"""Reminding owners of what runs out: proofs, and what people said of access."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from continuity.accounts.models import Membership, User
from continuity.accounts.roles import TeamRole
from continuity.domain.readiness import ANSWER_LASTS
from continuity.inventory.models import Access, Proof, Workflow
from continuity.notifications.models import Kind
from continuity.notifications.services import Message, owe
from continuity.web import formats

AHEAD: Final = timedelta(days=14)
"""How long before its end a proof is announced."""

CATCH_UP: Final = timedelta(days=7)
"""How long after its moment a reminder is still written, if nothing ran in between."""


def remind(*, now: datetime) -> int:
    """Owe each reminder that is due to whom it concerns; return how many there were.

    Done again it owes nobody the same twice: the key of each says what it is about.
    """
    return _of_proofs(now) + _of_access(now)


@transaction.atomic(durable=True)
def _of_proofs(now: datetime) -> int:
    """Proofs that end within two weeks, unless a later one of the same alternative
    counts anyway."""
    later = Proof.objects.valid(now).filter(
        alternative=OuterRef("alternative"), expires_at__gt=OuterRef("expires_at")
    )
    soon = (
        Proof.objects.valid(now)
        .filter(expires_at__gt=now + AHEAD - CATCH_UP, expires_at__lte=now + AHEAD)
        .filter(alternative__dependency__workflow__in=Workflow.objects.current())
        .exclude(Exists(later))
        .select_related("alternative__tool", "alternative__dependency__workflow__team")
        .select_related("alternative__dependency__workflow__owner")
        .select_related("alternative__dependency__workflow__deputy")
    )
    proofs = list(soon)
    for proof in proofs:
        workflow = proof.alternative.dependency.workflow
        _owe(
            workflow,
            Kind.PROOF_EXPIRING,
            f"proof-expiring-{proof.pk}",
            _of_proof(proof, workflow),
            now,
        )
    return len(proofs)


def _of_proof(proof: Proof, workflow: Workflow) -> Callable[[User], Message]:
    def write(_user: User) -> Message:
        names = {
            "alternative": proof.alternative,
            "workflow": workflow,
            "day": formats.day(proof.expires_at),
        }
        return Message(
            _("Proven until %(day)s: %(alternative)s for %(workflow)s") % names,
            _(
                "Nothing shows after %(day)s that %(alternative)s works for %(workflow)s. "
                "Try it before then, or plan a drill."
            )
            % names,
            workflow.get_absolute_url(),
        )

    return write


@transaction.atomic(durable=True)
def _of_access(now: datetime) -> int:
    """What people said so long ago that it counts no more."""
    old = now - ANSWER_LASTS
    stale = (
        Access.objects.filter(answered_at__gt=old - CATCH_UP, answered_at__lte=old)
        .filter(alternative__dependency__workflow__in=Workflow.objects.current())
        .select_related("user", "alternative__tool", "alternative__dependency__workflow")
    )
    rows = list(stale)
    for row in rows:
        owe(
            [row.user],
            write=_of_answer(row),
            key=f"access-{row.pk}-{row.answered_at:%Y%m%d}",
            now=now,
            kind=Kind.ACCESS_TO_CONFIRM,
        )
    return len(rows)


def _of_answer(row: Access) -> Callable[[User], Message]:
    def write(_user: User) -> Message:
        names = {
            "alternative": row.alternative,
            "workflow": row.alternative.dependency.workflow,
            "day": formats.day(row.answered_at),
        }
        return Message(
            _("Can you still use %(alternative)s?") % names,
            _(
                "You said so on %(day)s for %(workflow)s. It counts no more: answer again, "
                "it takes a minute."
            )
            % names,
            reverse("inventory:my_access"),
        )

    return write


def _owe(
    workflow: Workflow,
    kind: Kind,
    key: str,
    write: Callable[[User], Message],
    now: datetime,
) -> None:
    owe(
        _responsible(workflow),
        write=write,
        key=key,
        now=now,
        kind=kind,
        teams=[workflow.team],
    )


def _responsible(workflow: Workflow) -> Iterable[User]:
    """Owner and deputy; where there is neither, the leads of the team."""
    named = [person for person in (workflow.owner, workflow.deputy) if person is not None]
    if named:
        return named
    leads = Membership.objects.filter(
        Q(team=workflow.team_id) | Q(team=workflow.team.parent_id), role=TeamRole.LEAD
    )
    return User.objects.filter(pk__in=leads.values("user"))
