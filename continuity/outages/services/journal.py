"""Writing the journal: one line at a time, each tied to the one before it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from continuity.accounts.models import User
from continuity.domain.clocks import Press, place
from continuity.history.services import plain
from continuity.outages.models import EntryKind, JournalEntry, Outage, Recovery
from continuity.outages.queries.journal import digest

JUST_NOW: Final = Press()
"""What a plain form says of when it was sent: nothing, so it was sent when it came."""


def placed(outage: Outage, press: Press, now: datetime) -> tuple[datetime, bool]:
    """Return when something was pressed on our clock, and whether that is exact.

    Raises NotRunning before the onset.
    """
    found = place(
        press.pressed_at,
        now,
        age=press.age,
        wall_age=press.wall_age,
        heard_at=press.heard_at,
        opened=outage.onset,
    )
    return found.at, found.exact


def append(
    outage: Outage,
    kind: EntryKind,
    *,
    at: datetime,
    now: datetime,
    actor: User | None,
    recovery: Recovery | None = None,
    data: Mapping[str, Any] | None = None,
    key: UUID | None = None,
) -> JournalEntry:
    """Write the next line of the journal; `now` is when we learned of it.

    `key` is that of the request which asked for it; `written` finds it again by that.
    The caller holds the outage's row lock: its `entries` gives the number, and two
    writers at once would tie their lines to the same one before.
    """
    previous = ""
    if outage.entries:
        previous = outage.journal.values_list("hash", flat=True).get(number=outage.entries)
    entry = JournalEntry(
        outage=outage,
        number=outage.entries + 1,
        kind=kind,
        at=at,
        received_at=now,
        actor=actor,
        actor_name=str(actor)[:120] if actor is not None else "",
        recovery=recovery,
        data=plain(data or {}),
        key=key,
        previous_hash=previous,
    )
    entry.hash = digest(entry)
    entry.save(force_insert=True)
    outage.entries = entry.number
    outage.save(update_fields=["entries"])
    return entry


def written(outage: Outage, key: UUID | None) -> JournalEntry | None:
    """Return what a request with this key has written already, if it has."""
    return None if key is None else outage.journal.filter(key=key).first()


def presence(actor: User, recovery: Recovery | None, *, by_link: bool) -> dict[str, object]:
    """Return what the journal keeps of how somebody was there: for whom they pressed,
    as deputy or otherwise, and whether through the link of a participant."""
    said: dict[str, object] = {"by_link": True} if by_link else {}
    if recovery is None or recovery.lead_id in {None, actor.pk}:
        return said
    said["for"] = str(recovery.lead)
    if recovery.workflow.deputy_id == actor.pk:
        said["deputy"] = True
    return said
