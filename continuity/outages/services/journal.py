"""Writing the journal: one line at a time, each tied to the one before it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from continuity.accounts.models import User
from continuity.history.services import plain
from continuity.outages.models import EntryKind, JournalEntry, Outage, Recovery
from continuity.outages.queries.journal import digest


def append(
    outage: Outage,
    kind: EntryKind,
    *,
    at: datetime,
    now: datetime,
    actor: User | None,
    recovery: Recovery | None = None,
    data: Mapping[str, Any] | None = None,
) -> JournalEntry:
    """Write the next line of the journal; `now` is when we learned of it.

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
        previous_hash=previous,
    )
    entry.hash = digest(entry)
    entry.save(force_insert=True)
    outage.entries = entry.number
    outage.save(update_fields=["entries"])
    return entry
