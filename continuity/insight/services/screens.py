"""Links for screens on a wall: made by who manages all teams, and taken back by them."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from continuity.accounts.models import User
from continuity.history.services import record
from continuity.insight.models import Screen

SEEN_EVERY: Final = timedelta(minutes=5)
"""How often it is written down that a screen still asks."""


@transaction.atomic(durable=True)
def make(
    *, name: str, team_pk: int | None, language: str, actor: User, now: datetime
) -> Screen:
    """Make a link. It shows what `actor` may see, of one department or of all teams."""
    screen = Screen.objects.create(
        name=name, team_id=team_pk, language=language, made_by=actor, made_at=now
    )
    record("screen.made", screen, actor=actor, now=now, after={"name": name})
    return screen


@transaction.atomic(durable=True)
def revoke(screen_pk: int, *, actor: User, now: datetime) -> None:
    """Take a link back for good; again changes nothing."""
    screen = Screen.objects.select_for_update().get(pk=screen_pk)
    if screen.revoked_at is not None:
        return
    screen.revoked_at = now
    screen.save(update_fields=["revoked_at"])
    record("screen.revoked", screen, actor=actor, now=now, before={"name": screen.name})


def seen(screen_pk: int, *, now: datetime) -> None:
    """Note that the screen asks. Nothing anybody did, so it leaves no line of history."""
    Screen.objects.filter(pk=screen_pk).filter(
        Q(seen_at=None) | Q(seen_at__lt=now - SEEN_EVERY)
    ).update(seen_at=now)
