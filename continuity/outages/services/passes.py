"""Links for participants: given out with the messages of a drill, and taken back."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.errors import NotAllowedNow
from continuity.domain.states import OVER
from continuity.history.services import record
from continuity.outages.models import Outage, Pass
from continuity.outages.services.course import locked


@transaction.atomic
def issue(outage: Outage, people: Iterable[User], *, now: datetime) -> dict[int, Pass]:
    """Return the standing link of each of `people`, made where they had none.

    Whose link was taken back gets no other one by this: that is for `renew`.
    """
    wanted = {person.pk: person for person in people}
    had = set(
        Pass.objects.filter(outage=outage, user__in=wanted).values_list("user", flat=True)
    )
    Pass.objects.bulk_create(
        [
            Pass(outage=outage, user=person, made_at=now)
            for pk, person in wanted.items()
            if pk not in had
        ],
        ignore_conflicts=True,
    )
    found = Pass.objects.standing().filter(outage=outage, user__in=wanted)
    return {one.user_id: one for one in found}


@transaction.atomic
def renew(outage_pk: int, person: User, *, actor: User, now: datetime) -> Pass:
    """Make a new link for one person; the one before opens nothing any more.

    Raises NotAllowedNow once it is over.
    """
    outage = locked(outage_pk)
    if outage.state in OVER:
        raise NotAllowedNow("It is over.")
    _revoke(outage, person, now)
    made = Pass.objects.create(outage=outage, user=person, made_at=now)
    _record(outage, "made", person, actor, now)
    return made


@transaction.atomic
def revoke(outage_pk: int, person: User, *, actor: User, now: datetime) -> bool:
    """Take a person's link back; say whether there was one. Again does nothing."""
    outage = locked(outage_pk)
    revoked = _revoke(outage, person, now)
    if revoked:
        _record(outage, "revoked", person, actor, now)
    return revoked


def _revoke(outage: Outage, person: User, now: datetime) -> bool:
    standing = Pass.objects.standing().filter(outage=outage, user=person)
    return bool(standing.update(revoked_at=now))


def _record(outage: Outage, what: str, person: User, actor: User, now: datetime) -> None:
    record(
        f"pass.{what}",
        outage,
        actor=actor,
        now=now,
        team=outage.team,
        after={"person": person},
    )


def opened(pass_pk: int, *, now: datetime) -> None:
    """Note when a link was first opened, so that its facilitator sees who is there."""
    Pass.objects.filter(pk=pass_pk, used_at=None).update(used_at=now)
