"""Giving what one person runs in outages to another, in the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime

from continuity.accounts.models import User
from continuity.history.services import Line, record_all
from continuity.outages.models import Outage
from continuity.outages.services import recoveries


def facilitated(
    keys: Iterable[int], person: User, to: User, *, actor: User, now: datetime
) -> None:
    """Make `to` the facilitator of these outages, simulated or real."""
    rows = list(
        Outage.objects.select_for_update(of=("self",))
        .select_related("team")
        .filter(pk__in=list(keys), facilitator=person)
        .order_by("pk")
    )
    for row in rows:
        row.facilitator = to
    Outage.objects.bulk_update(rows, ["facilitator"])
    before, after = {"facilitator": person}, {"facilitator": to}
    record_all(
        (Line("drill.handed_over", row, row.team, before, after) for row in rows),
        actor=actor,
        now=now,
    )


def led(keys: Iterable[int], to: User, *, actor: User, now: datetime) -> None:
    """Let `to` lead these recoveries from now on; the journal of each outage tells it.

    Raises NotRunning or NotAllowedNow as services.recoveries does.
    """
    for key in sorted(keys):
        recoveries.hand_over(key, to, actor=actor, now=now)
