"""The times of one schedule: those to come, and what became of those that came."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from continuity.domain.recurrence import Moment, moments
from continuity.drills.models import Occurrence, OccurrenceState, Schedule
from continuity.drills.queries.rotation import Cast, stock
from continuity.drills.queries.rules import blackout_days, rule_of

MOST_AHEAD: Final = 8
AHEAD: Final = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Coming:
    """One time to come; `cast` where the schedule rotates and a drill is held.

    `moved_from` is the time on the wall that the spring change leaves out, as "02:30".
    """

    at: datetime
    moved_from: str
    blacked_out: bool
    cast: Cast | None


def coming(schedule: Schedule, *, now: datetime) -> tuple[Coming, ...]:
    """Return the first eight times of `schedule` that lie ahead and are not opened yet,
    days without drills among them."""
    if schedule.next_due_at is None:
        return ()
    start = max(now, schedule.next_due_at - timedelta(seconds=1))
    found = list(
        islice(
            takewhile(
                lambda moment: moment.at < now + AHEAD,
                moments(rule_of(schedule, blackout_days()), start),
            ),
            MOST_AHEAD,
        )
    )
    held = [moment for moment in found if not moment.blacked_out]
    casts = (
        stock().turns(schedule, [moment.at for moment in held]) if schedule.rotates else ()
    )
    by_time = {moment.at: cast for moment, cast in zip(held, casts, strict=False)}
    return tuple(
        Coming(
            moment.at,
            _moved_from(moment, schedule.zone),
            moment.blacked_out,
            by_time.get(moment.at),
        )
        for moment in found
    )


def past(schedule: Schedule) -> QuerySet[Occurrence]:
    """Return what is not waiting any more, the latest first, each with its drill."""
    return (
        schedule.occurrences.exclude(state=OccurrenceState.WAITING)
        .select_related("drill__outage__team", "drill__scenario")
        .order_by("-at", "-pk")
    )


def _moved_from(moment: Moment, zone: str) -> str:
    local = moment.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return "" if local == moment.wall else f"{moment.wall:%H:%M}"
