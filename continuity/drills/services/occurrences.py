"""From a time that a schedule names to a drill, or to the word that there was none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice, takewhile
from typing import Final
from zoneinfo import ZoneInfo

from continuity.domain.punctuality import Punctuality, punctuality
from continuity.domain.recurrence import Moment, moments
from continuity.domain.states import DrillState
from continuity.drills.models import (
    Drill,
    Occurrence,
    OccurrenceState,
    PassedOver,
    Schedule,
    Surprise,
)
from continuity.drills.queries.rules import blackout_days, rule_of
from continuity.drills.services import messages
from continuity.drills.services.opening import begins_at, make
from continuity.history.services import record
from continuity.outages.services import course

MOST_AT_ONCE: Final = 1000
"""Times that went by which are written down in one transaction; the next tick takes the
rest."""

MOST_PASSED_OVER: Final = 200
"""Days without drills that are written down between one occurrence and the next."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What comes next, and what is passed over on the way there."""

    next: Moment | None
    passed_over: tuple[Moment, ...]


def find_next(schedule: Schedule, *, after: datetime) -> Ahead:
    """Set the next occurrence that has no drill yet, and when to open it; nothing is
    saved."""
    rule = rule_of(schedule, blackout_days() if schedule.rrule else frozenset())
    passed_over: list[Moment] = []
    found = None
    for moment in moments(rule, after):
        if moment.blacked_out:
            if len(passed_over) < MOST_PASSED_OVER:
                passed_over.append(moment)
        elif not (schedule.pk and _opened(schedule, moment.at)):
            found = moment
            break
    schedule.next_due_at = None if found is None else found.at
    schedule.opens_at = None if found is None else found.at - schedule.notice
    return Ahead(found, tuple(passed_over) if found is not None else ())


def write_ahead(schedule: Schedule, ahead: Ahead, *, after: datetime) -> None:
    """Write down what `find_next` found after `after`, in place of what was thought to
    come."""
    old = Occurrence.objects.filter(schedule=schedule)
    old.filter(state=OccurrenceState.WAITING).delete()
    old.filter(
        at__gt=after,
        state=OccurrenceState.SKIPPED,
        passed_over=PassedOver.BLACKOUT,
    ).delete()
    rows = _passed_over(schedule, ahead.passed_over, PassedOver.BLACKOUT)
    if ahead.next is not None:
        rows.append(_row(schedule, ahead.next, OccurrenceState.WAITING))
    Occurrence.objects.bulk_create(rows, ignore_conflicts=True)


def advance(schedule: Schedule, *, after: datetime) -> None:
    """Move on to the next occurrence after `after`, and save that."""
    ahead = find_next(schedule, after=after)
    schedule.save(update_fields=["next_due_at", "opens_at"])
    write_ahead(schedule, ahead, after=after)


def pass_over_pause(schedule: Schedule, *, now: datetime) -> None:
    """Write down what came while `schedule` was paused: nothing of it is made up."""
    went_by = [moment for moment in _went_by(schedule, now) if moment.at <= now]
    Occurrence.objects.filter(schedule=schedule, state=OccurrenceState.WAITING).delete()
    Occurrence.objects.bulk_create(
        _passed_over(schedule, went_by, PassedOver.PAUSED), ignore_conflicts=True
    )


def open_next(schedule: Schedule, *, now: datetime) -> bool:
    """Make the drill of the next occurrence and move on; say whether one was made.

    Where the clock stood still over several, only the last can still begin, late, if the
    schedule allows as much; all others were missed, and its facilitator is told. Under
    the schedule's lock, in the caller's transaction.
    """
    due = _went_by(schedule, now)
    if not due:
        return False
    coming = [moment for moment in due if not moment.blacked_out]
    missed, last = coming[:-1], coming[-1]
    how = punctuality(begins_at(schedule, last.at), now, schedule.late_by)
    Occurrence.objects.filter(schedule=schedule, state=OccurrenceState.WAITING).delete()
    opened = False
    if _opened(schedule, last.at):
        pass
    elif how == Punctuality.MISSED:
        missed = coming
    else:
        _open(schedule, last, late=how == Punctuality.LATE, now=now)
        opened = True
    rows = _passed_over(
        schedule, [each for each in due if each.blacked_out], PassedOver.BLACKOUT
    )
    rows += [_row(schedule, each, OccurrenceState.MISSED) for each in missed]
    Occurrence.objects.bulk_create(rows, ignore_conflicts=True)
    advance(schedule, after=due[-1].at)
    if missed:
        _tell_missed(schedule, missed, now=now)
    return opened


def settle(drill: Drill, state: OccurrenceState) -> None:
    """Write down what became of the occurrence of a drill that was opened for it."""
    Occurrence.objects.filter(drill=drill).update(state=state)


def _went_by(schedule: Schedule, now: datetime) -> list[Moment]:
    """Return the next occurrence, and all that came after it until `now`: the first
    `MOST_AT_ONCE`."""
    first = schedule.next_due_at
    if first is None:
        return []
    wall = first.astimezone(ZoneInfo(schedule.zone)).replace(tzinfo=None)
    known = Occurrence.objects.filter(
        schedule=schedule, at=first, state=OccurrenceState.WAITING
    ).first()
    if known is not None:
        wall = datetime.fromisoformat(known.wall)
    rule = rule_of(schedule, blackout_days() if schedule.rrule else frozenset())
    later = takewhile(lambda moment: moment.at <= now, moments(rule, first))
    return list(islice(chain([Moment(first, wall)], later), MOST_AT_ONCE))


def _opened(schedule: Schedule, due: datetime) -> bool:
    """Say whether this occurrence has its drill, also where its window was moved."""
    if schedule.drills.filter(occurrence_at=due).exists():
        return True
    return schedule.occurrences.filter(at=due, drill__isnull=False).exists()


def _open(schedule: Schedule, moment: Moment, *, late: bool, now: datetime) -> None:
    not_begun = [DrillState.DRAFT, DrillState.PLANNED]
    for earlier in schedule.drills.filter(outage__state__in=not_begun):
        # Its successor is here: what has not begun by now will not.
        course.miss(earlier.outage_id, actor=None, now=now)
    drill = make(schedule, moment.at, now=now)
    row = _row(schedule, moment, OccurrenceState.LATE if late else OccurrenceState.OPENED)
    row.drill = drill
    row.save()
    if drill.outage.state == DrillState.DRAFT:
        messages.tell_draft(drill, now=now)
    else:
        messages.tell_planned(drill, now=now)


def _tell_missed(schedule: Schedule, missed: list[Moment], *, now: datetime) -> None:
    record(
        "schedule.missed",
        schedule,
        actor=None,
        now=now,
        team=None if schedule.surprise == Surprise.SILENT else schedule.team,
        after={"number": len(missed), "last": missed[-1].at},
    )
    messages.tell_missed(schedule, [moment.at for moment in missed], now=now)


def _passed_over(
    schedule: Schedule, found: Iterable[Moment], why: PassedOver
) -> list[Occurrence]:
    rows = [_row(schedule, moment, OccurrenceState.SKIPPED) for moment in found]
    for row in rows:
        row.passed_over = why
    return rows


def _row(schedule: Schedule, moment: Moment, state: OccurrenceState) -> Occurrence:
    return Occurrence(
        schedule=schedule,
        at=moment.at,
        wall=moment.wall.isoformat(timespec="minutes"),
        state=state,
    )
