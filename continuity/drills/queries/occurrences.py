"""The times of one schedule: those to come, and what became of those that came."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from continuity.domain.recurrence import Moment, moments
from continuity.drills.models import Occurrence, OccurrenceState, Schedule
from continuity.drills.queries.rotation import stock
from continuity.drills.queries.rules import blackout_days, rule_of

MOST_AHEAD: Final = 8
AHEAD: Final = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Coming:
    """One time to come; `team` and `scenario` where the schedule rotates and a drill is
    held, else empty.

    `moved_from` is the time on the wall that the spring change leaves out, as "02:30".
    """

    at: datetime
    moved_from: str
    blacked_out: bool
    team: str = ""
    scenario: str = ""


def coming(
    schedule: Schedule, *, picked: Collection[int], now: datetime
) -> tuple[Coming, ...]:
    """Return the first eight times of `schedule` that lie ahead and are not opened yet,
    days without drills among them. `picked` are the only workflows in it, none: all."""
    if schedule.next_due_at is None:
        return ()
    known = stock() if schedule.rotates else None
    blackout = blackout_days() if known is None else known.blackout
    start = max(now, schedule.next_due_at - timedelta(seconds=1))
    found = list(
        islice(
            takewhile(
                lambda moment: moment.at < now + AHEAD,
                moments(rule_of(schedule, blackout), start),
            ),
            MOST_AHEAD,
        )
    )
    held = [moment for moment in found if not moment.blacked_out]
    who: dict[datetime, tuple[str, str]] = {}
    if known is not None:
        turns = known.turns(schedule, [moment.at for moment in held], picked)
        for moment, turn in zip(held, turns, strict=False):
            who[moment.at] = known.names[turn.team], known.title(turn.scenario)
    return tuple(
        Coming(
            moment.at,
            _moved_from(moment, schedule.zone),
            moment.blacked_out,
            *who.get(moment.at, ()),
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
