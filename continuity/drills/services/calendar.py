"""Links at which calendar programs read drills: made, shown once, taken back."""

from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from django.db import transaction

from continuity.accounts.models import Team, User
from continuity.drills.models import CalendarLink
from continuity.history.services import record


def hashed(token: str) -> str:
    """Return what is kept of a link's secret: long and random, so one round is enough."""
    return sha256(token.encode()).hexdigest()


@transaction.atomic(durable=True)
def make_link(team: Team | None, *, actor: User, now: datetime) -> str:
    """Return the secret of a new link for `actor`; an earlier one of the same is dead.

    It cannot be had again. `team` None means what the person takes part in.
    """
    token = token_urlsafe(32)
    link, _made = CalendarLink.objects.update_or_create(
        user=actor,
        team=team,
        defaults={"token_sha256": hashed(token), "made_at": now},
    )
    record("calendar.link_made", link, actor=actor, now=now)
    return token


@transaction.atomic(durable=True)
def revoke(link_pk: int, *, actor: User, now: datetime) -> None:
    """Take a link back: from now on its address answers nobody. Again does nothing."""
    own = CalendarLink.objects.filter(pk=link_pk, user=actor)
    link = own.select_for_update(of=("self",)).first()
    if link is not None:
        record("calendar.link_revoked", link, actor=actor, now=now)
        link.delete()
