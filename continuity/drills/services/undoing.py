"""Bringing back schedules, files of holidays and triggers."""

from datetime import datetime

from continuity.accounts.models import User
from continuity.drills.models import BlackoutFile, Schedule, Trigger
from continuity.drills.services import blackouts, scheduling, triggers
from continuity.history.services import deletions


def bring_back(
    deletion_pk: int, *, actor: User, now: datetime
) -> Schedule | BlackoutFile | Trigger:
    """Put back what a deletion took, in one transaction, and return it.

    Raises CannotBringBack with the reason, and then nothing has changed.
    """
    with deletions.bringing_back(deletion_pk, actor=actor, now=now) as back:
        thing: Schedule | BlackoutFile | Trigger = back.things[0]
        if isinstance(thing, Schedule):
            scheduling.fit_again(thing, actor=actor, now=now)
        elif isinstance(thing, Trigger):
            triggers.fit_again(thing, actor=actor, now=now)
        else:
            blackouts.fit_again(thing, actor=actor, now=now)
        return thing
