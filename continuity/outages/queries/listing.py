"""Outages as lists show them: how long, how many recovered, how fast."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.states import DrillState
from continuity.outages.models import Outage
from continuity.outages.queries.results import Summary, summaries


@dataclass(frozen=True, slots=True)
class Entry:
    """An outage that has begun. `summary` is None for what shows nothing: a drill that
    was aborted, a false alarm; and where no work was hit."""

    outage: Outage
    lasted: timedelta
    summary: Summary | None


def entries(outages: Iterable[Outage], *, now: datetime) -> tuple[Entry, ...]:
    """Return these outages in their order. Two queries besides their own."""
    rows = [outage for outage in outages if outage.occurred_at is not None]
    shown = [row.pk for row in rows if row.state != DrillState.ABORTED]
    found = summaries(shown, now=now)
    return tuple(
        Entry(
            outage=row,
            lasted=max((row.ended_at or now) - row.onset, timedelta()),
            summary=found.get(row.pk),
        )
        for row in rows
    )
