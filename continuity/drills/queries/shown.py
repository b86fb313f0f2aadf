"""What each recovery of an outage showed, as the first draft of its report asks for it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from continuity.domain.after_action import Shown
from continuity.domain.clocks import NOTHING, Clock, Pause, working_time
from continuity.inventory.models import RunbookStep
from continuity.outages.models import EntryKind, Outage
from continuity.outages.queries.results import (
    Line,
    Results,
    counterpart,
    last_drills_before,
    results,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One recovery with what is to be said of it; `facts` is plain JSON."""

    line: Line
    alternative_pk: int | None
    shown: Shown
    facts: dict[str, Any]


def seen(outage: Outage, *, now: datetime) -> tuple[Results, tuple[Seen, ...]]:
    """Return the results of what is over, and what each recovery showed.

    A fixed number of queries.
    """
    found = results(outage, now=now)
    used: dict[int, int | None] = dict(
        outage.recoveries.values_list("pk", "alternative_id")
    )
    written = set(
        RunbookStep.objects.filter(
            alternative__in={pk for pk in used.values() if pk is not None}
        ).values_list("alternative_id", flat=True)
    )
    stuck = stuck_times(outage, found.pauses)
    earlier = last_drills_before(
        outage, {line.workflow_pk for line in found.lines}, now=now
    )
    return found, tuple(
        _seen(
            line,
            used.get(line.pk),
            has_runbook=used.get(line.pk) in written,
            stuck=stuck.get(line.pk, NOTHING),
            before=counterpart(line, earlier.get(line.workflow_pk, ())),
            real=not outage.is_drill,
        )
        for line in found.lines
    )


def _seen(
    line: Line,
    alternative_pk: int | None,
    *,
    has_runbook: bool,
    stuck: timedelta,
    before: Line | None,
    real: bool,
) -> Seen:
    shown = Shown(
        verdict=line.verdict,
        rto=line.rto,
        reading=line.reading,
        switched=line.moments.switched is not None,
        planned=alternative_pk is not None,
        has_runbook=has_runbook,
        capacity=line.capacity,
        mbco=line.mbco_percent,
        stuck=stuck,
        before=None if before is None else before.verdict,
    )
    facts = {
        "workflow": line.workflow,
        "tool": line.tool,
        "alternative": line.alternative,
        "seconds": int(line.reading.length.total_seconds()),
        "lower_bound": line.reading.is_lower_bound,
        "rto_seconds": None if line.rto is None else int(line.rto.total_seconds()),
        "stuck_seconds": int(stuck.total_seconds()),
        "capacity": line.capacity,
        "mbco": line.mbco_percent,
        "before_seconds": (
            None if before is None else int(before.reading.length.total_seconds())
        ),
        "before_lower_bound": before is not None and before.reading.is_lower_bound,
        "real": real,
    }
    return Seen(line, alternative_pk, shown, facts)


def stuck_times(outage: Outage, pauses: tuple[Pause, ...]) -> Mapping[int, timedelta]:
    """Return how long each recovery was stuck in all, pauses taken off. One query.

    From what the journal holds: it ends when somebody says so, when work goes on, or
    with the outage. Those that never were stuck are not in it.
    """
    ended = outage.ended_at or outage.onset
    since: dict[int, datetime] = {}
    total: dict[int, timedelta] = defaultdict(timedelta)

    def over(recovery: int, at: datetime) -> None:
        began = since.pop(recovery, None)
        if began is not None:
            total[recovery] += working_time(began, max(at, began), pauses)

    rows = outage.journal.filter(
        kind__in=[EntryKind.STUCK, EntryKind.UNSTUCK, EntryKind.MARK],
        recovery__isnull=False,
    ).order_by("number")
    for kind, recovery, at, data in rows.values_list("kind", "recovery_id", "at", "data"):
        if kind == EntryKind.STUCK:
            since.setdefault(recovery, at)
        elif kind == EntryKind.UNSTUCK or data.get("clock") == Clock.MINIMUM:
            over(recovery, at)
    for recovery in list(since):
        over(recovery, ended)
    return dict(total)
