"""The window of a surprise: moved by who may run it, and drawn in anew."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.errors import NotAllowedNow
from continuity.domain.states import BEFORE
from continuity.domain.surprise import draw
from continuity.drills.models import Drill, Proposal
from continuity.drills.services import messages
from continuity.drills.services.reminding import reminded_at_once
from continuity.history.services import record
from continuity.outages.services import course


@transaction.atomic
def move_window(
    drill_pk: int, begins: datetime, window: timedelta, *, actor: User, now: datetime
) -> Drill:
    """Let a surprise begin between `begins` and `begins + window`, at another instant.

    A new seed draws it, so that who knew the old instant knows nothing of the new one:
    its facilitator alone is told. Who knew of the window is told the new one. Raises
    NotAllowedNow if it is none or has begun, if `begins` has gone by or is that of
    another drill of its schedule, and for an approved one if `actor` may not approve
    it.
    """
    # The drill before its outage, in the order of the tick.
    drill = Drill.objects.select_for_update(of=("self",)).get(pk=drill_pk)
    outage = drill.outage = course.locked(drill.outage_id)
    if not drill.surprise or drill.window_ends_at is None or outage.state not in BEFORE:
        raise NotAllowedNow("It has begun, or is no surprise.", reason="no_window")
    if begins <= now:
        raise NotAllowedNow("The window has opened already.", reason="window_past")
    taken = Q(occurrence_at=begins) | Q(occurrence__at=begins)
    if (
        Drill.objects.filter(taken, schedule=drill.schedule_id)
        .exclude(pk=drill_pk)
        .exists()
    ):
        raise NotAllowedNow("Another one is due then.", reason="window_taken")
    if drill.approved_at is not None and not actor.may(Action.APPROVE_DRILL):
        raise NotAllowedNow("It was approved for its window.", reason="window_approved")
    was = drill.occurrence_at
    before = {"due_at": was, "window": drill.window_ends_at - was}
    drill.seed = secrets.token_hex(16)
    drill.occurrence_at, drill.window_ends_at = begins, begins + window
    drill.reminded_before = reminded_at_once(begins, now)
    drill.save(update_fields=["seed", "occurrence_at", "window_ends_at", "reminded_before"])
    outage.due_at, outage.sealed_at = begins, draw(drill.seed, begins, window)
    outage.save(update_fields=["due_at", "sealed_at"])
    Proposal.objects.filter(schedule=drill.schedule_id, drill_at=was).update(
        drill_at=begins
    )
    record(
        "drill.window_moved",
        outage,
        actor=actor,
        now=now,
        team=None,  # as all of a surprise until it begins
        before=before,
        after={"due_at": begins, "window": window},
    )
    messages.tell_planned(drill, moved=True, now=now)
    return drill
