"""The clocks of a recovery: how long work stood still, and how sure that is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from continuity.domain.errors import OutOfOrder

NOTHING: Final = timedelta()


class Clock(StrEnum):
    """The marks of a recovery, in the order in which they can happen.

    The onset is none of them: it is the same for all and nobody presses it.
    """

    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    DECIDED = "decided"
    SWITCHED = "switched"
    MINIMUM = "minimum"
    FULL = "full"
    RETURNED = "returned"


ORDER: Final = tuple(Clock)

BUTTON: Final = (Clock.ACKNOWLEDGED, Clock.SWITCHED, Clock.MINIMUM)
"""What a participant is asked for, one after the other, by the big button."""

OPTIONAL: Final = frozenset({Clock.DETECTED, Clock.DECIDED, Clock.FULL, Clock.RETURNED})
"""Clocks that say nothing by their absence."""


class Verdict(StrEnum):
    MET = "met"
    MISSED = "missed"
    NOT_SHOWN = "not_shown"
    EXCUSED = "excused"


def utc(instant: datetime) -> datetime:
    """Return the same instant in UTC. Raises ValueError if it is naive."""
    if instant.tzinfo is None:
        raise ValueError("Instants are aware datetimes.")
    return instant.astimezone(UTC)


def elapsed(start: datetime, end: datetime) -> timedelta:
    """Return the real time that passed between two aware datetimes.

    Both are moved to UTC first: subtracting two datetimes that share a local
    zone gives the difference of the wall clocks, an hour off across a
    daylight-saving change.

    Raises OutOfOrder if `end` is before `start`, ValueError if either is naive.
    """
    length = utc(end) - utc(start)
    if length < NOTHING:
        raise OutOfOrder(
            f"{end.isoformat()} is before {start.isoformat()}.",
            earlier="start",
            later="end",
        )
    return length


@dataclass(frozen=True, slots=True)
class Pause:
    """A time during which a drill's clocks stood still; `ended` None if it still is.

    Raises OutOfOrder if it ends before it begins.
    """

    began: datetime
    ended: datetime | None = None

    def __post_init__(self) -> None:
        if self.ended is not None:
            elapsed(self.began, self.ended)


def working_time(start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
    """Return the time from `start` to `end` during which no pause was on.

    Pauses may overlap each other and the ends of the window; what they share is
    taken off once. An open pause lasts to `end`. Never negative.

    Raises OutOfOrder if `end` is before `start`.
    """
    length = elapsed(start, end)
    counted_to, stop = utc(start), utc(end)
    for pause in sorted(pauses, key=lambda pause: utc(pause.began)):
        began = max(utc(pause.began), counted_to)
        ended = stop if pause.ended is None else min(utc(pause.ended), stop)
        if ended > began:
            length -= ended - began
            counted_to = ended
    return length


@dataclass(frozen=True, slots=True)
class Reading:
    """A length of time that was measured, or the least that it can have been.

    A workflow still down when its outage ended has no recovery time, only a
    lower bound. Counting it as zero flatters the team and dropping it flatters
    them more, so the doubt is carried along instead.
    """

    length: timedelta
    is_lower_bound: bool = False

    def within(self, target: timedelta) -> bool | None:
        """Say whether `target` was kept; None if it ended too soon to tell."""
        if self.length > target:
            return False
        return None if self.is_lower_bound else True


@dataclass(frozen=True, slots=True)
class Moments:
    """When each thing happened in one recovery; None where it did not, or not yet."""

    occurred: datetime
    detected: datetime | None = None
    acknowledged: datetime | None = None
    decided: datetime | None = None
    switched: datetime | None = None
    minimum: datetime | None = None
    full: datetime | None = None
    returned: datetime | None = None

    def at(self, clock: Clock) -> datetime | None:
        """Return when `clock` was marked, None if it was not."""
        instant: datetime | None = getattr(self, clock.value)
        return instant

    def check(self) -> None:
        """Do nothing if the clocks run forwards; two may share an instant.

        Raises OutOfOrder naming the first two that do not: `earlier` is the one
        that should have come first ("occurred" for the onset).
        """
        last, name = utc(self.occurred), "occurred"
        for clock in ORDER:
            instant = self.at(clock)
            if instant is None:
                continue
            if utc(instant) < last:
                raise OutOfOrder(
                    f"{clock} is before {name}.", earlier=name, later=clock.value
                )
            last, name = utc(instant), clock.value

    def with_mark(self, clock: Clock, at: datetime) -> Self:
        """Return these moments with `clock` at `at`, in place of what it was.

        Raises OutOfOrder if the clocks would then run backwards.
        """
        marked = replace(self, **{clock.value: at})
        marked.check()
        return marked

    def without(self, clock: Clock) -> Self:
        """Return these moments with the mark of `clock` undone."""
        undone: dict[str, Any] = {clock.value: None}
        return replace(self, **undone)


def next_step(moments: Moments, steps: Iterable[Clock] = BUTTON) -> Clock | None:
    """Return what the big button asks for next, None when nothing is left.

    A later mark speaks for the earlier ones: someone who already works on the
    alternative is not asked whether they heard of the outage.
    """
    reached = max(
        (place for place, clock in enumerate(ORDER) if moments.at(clock) is not None),
        default=-1,
    )
    return next((step for step in steps if ORDER.index(step) > reached), None)


def _since(
    start: datetime,
    moments: Moments,
    ended: datetime | None,
    now: datetime,
    pauses: Iterable[Pause],
) -> Reading:
    if moments.minimum is not None:
        return Reading(working_time(start, moments.minimum, pauses))
    # A server's clock may step back below the onset. "At least nothing" stays true
    # then, where a refusal would take the live page away from everybody.
    stop = max(utc(now if ended is None else ended), utc(start))
    return Reading(working_time(start, stop, pauses), is_lower_bound=True)


def after_onset(
    moments: Moments,
    clock: Clock,
    *,
    ended: datetime | None,
    now: datetime,
    pauses: Iterable[Pause] = (),
) -> Reading | None:
    """Return the time from the onset to `clock`, pauses taken off.

    Of what had not come when the outage `ended` it is a lower bound. None where it was
    passed over: a later clock was marked and this one never. Detecting and deciding are
    not asked of everybody, nor is the way back, so without a mark they too are None.
    """
    at = moments.at(clock)
    if at is not None:
        return Reading(working_time(moments.occurred, at, pauses))
    if clock in OPTIONAL or any(
        moments.at(later) is not None for later in ORDER[ORDER.index(clock) :]
    ):
        return None
    stop = max(utc(now if ended is None else ended), utc(moments.occurred))
    return Reading(working_time(moments.occurred, stop, pauses), is_lower_bound=True)


class Sureness(StrEnum):
    EXACT = "exact"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Change:
    """How much longer something took than before; negative if it was faster."""

    length: timedelta
    sureness: Sureness = Sureness.EXACT


def change(before: Reading | None, after: Reading | None) -> Change | None:
    """Return the change from one reading to another, as sure as both allow.

    None where one is missing, and where a lower bound leaves open whether it took longer:
    "at least 28 minutes less" would be read as 28 minutes gained.
    """
    if before is None or after is None:
        return None
    length = after.length - before.length
    match before.is_lower_bound, after.is_lower_bound:
        case False, False:
            return Change(length)
        case True, False if length < timedelta():
            return Change(length, Sureness.AT_MOST)
        case False, True if length > timedelta():
            return Change(length, Sureness.AT_LEAST)
    return None


def rta(
    moments: Moments, *, ended: datetime | None, now: datetime, pauses: Iterable[Pause] = ()
) -> Reading:
    """Return the time from the onset to work going on at the minimum level.

    Without that mark it is a lower bound: the time until the outage `ended`, or
    until `now` while it lasts. Pauses are taken off.

    Raises OutOfOrder if the minimum was reached before the onset.
    """
    return _since(moments.occurred, moments, ended, now, pauses)


def since_detected(
    moments: Moments, *, ended: datetime | None, now: datetime, pauses: Iterable[Pause] = ()
) -> Reading | None:
    """Return the same counted from the detection, None if it has no instant."""
    if moments.detected is None:
        return None
    return _since(moments.detected, moments, ended, now, pauses)


def since_decided(
    moments: Moments, *, ended: datetime | None, now: datetime, pauses: Iterable[Pause] = ()
) -> Reading | None:
    """Return the same counted from "stay or switch", None if nobody decided."""
    if moments.decided is None:
        return None
    return _since(moments.decided, moments, ended, now, pauses)


def gap(reading: Reading, rto: timedelta) -> timedelta:
    """Return how far the reading is over the target; negative if it is below.

    Of a lower bound it is the least the gap can be.
    """
    return reading.length - rto


def verdict(
    reading: Reading, rto: timedelta | None, *, excused: bool, over: bool
) -> Verdict | None:
    """Judge one recovery; `over` says whether its outage has ended.

    None while it is too soon to judge, or where there is no RTO to judge by. A
    target that has passed is missed at once, without waiting for the end. An
    excuse wins over all, since whoever gave it did so under their name.
    """
    if excused:
        return Verdict.EXCUSED
    if rto is None:
        return None
    match reading.within(rto):
        case True:
            return Verdict.MET
        case False:
            return Verdict.MISSED
    return Verdict.NOT_SHOWN if over else None


def median(readings: Iterable[Reading]) -> Reading | None:
    """Return the lower median: of an even number, the smaller of the two in the middle.

    What stands behind a lower bound may be anything from that bound upwards. If
    every recovery came back at its bound, the median is the least it can be; if
    none ever came back, it is the most. Where the two are the same the bounds do
    not matter and the median is exact. Otherwise it is open, and all that can be
    said is the least: the answer is that, as a lower bound. No greater value
    would be safe, since recoveries at their very bounds reach it.

    None for no readings.
    """
    known = list(readings)
    if not known:
        return None
    middle = (len(known) - 1) // 2
    least = sorted(reading.length for reading in known)[middle]
    most = sorted(
        timedelta.max if reading.is_lower_bound else reading.length for reading in known
    )[middle]
    return Reading(least, is_lower_bound=least != most)


@dataclass(frozen=True, slots=True)
class Placed:
    """When a press happened, and whether that is known or only the best guess."""

    at: datetime
    exact: bool


JOURNEY: Final = timedelta(seconds=10)
"""The longest that a press may be on its way while its own time is still believed."""


@dataclass(frozen=True, slots=True)
class Press:
    """What a device says of a press. Nothing of it is truth: all of it may be missing.

    `pressed_at` is when it happened by the device's idea of our clock. `age` is how long
    it has waited by a clock that only counts (known while the page is the same), and
    `wall_age` the same by the device's own clock. `heard_at` is the last of our
    instants that it had heard by then: the press cannot be older.
    """

    pressed_at: datetime | None = None
    age: timedelta | None = None
    wall_age: timedelta | None = None
    heard_at: datetime | None = None


def place(
    pressed_at: datetime | None,
    received_at: datetime,
    *,
    age: timedelta | None,
    wall_age: timedelta | None = None,
    heard_at: datetime | None = None,
    opened: datetime,
    tolerance: timedelta = timedelta(seconds=1),
) -> Placed:
    """Say when a button was pressed on a phone that may have been offline.

    `received_at` is the server's clock; the others are those of `Press`. An age is
    exact when nothing speaks against it. A counting clock stands still while a phone
    sleeps, and an answer may be long on its way: so where `pressed_at` is known too, the
    two must agree within `tolerance`. If they do not, a clock was stepped, the phone
    slept, or the network was slow. Then `pressed_at` is taken if the phone's own clock
    tells the same story, else the age; neither is exact. Without an age the press is a
    guess, and without any time it happened when it arrived.

    Nothing is placed after its arrival, later than its age allows, before `heard_at` or
    before `opened`, the onset. What has to be moved by more than `tolerance` for that is
    not exact any more. The answer is in UTC. Raises ValueError if an instant is naive.
    """
    received, onset = utc(received_at), utc(opened)
    if age is not None:
        # Compared as lengths: a made-up age must not run out of the calendar.
        waited = min(max(age, NOTHING), max(received - onset, NOTHING))
        latest, exact = received - waited, abs(age - waited) <= tolerance
    else:
        latest, exact = received, pressed_at is None
    at = latest
    if pressed_at is not None:
        told = utc(pressed_at)
        exact = exact and abs(told - latest) <= tolerance
        if not exact and (age is None or _same_story(received - told, wall_age)):
            at = min(told, latest)
    floor = onset if heard_at is None else max(onset, min(utc(heard_at), latest))
    if at < floor:
        at, exact = floor, exact and floor - at <= tolerance
    return Placed(at, exact)


def _same_story(ago: timedelta, wall_age: timedelta | None) -> bool:
    return wall_age is not None and abs(ago - wall_age) <= JOURNEY
