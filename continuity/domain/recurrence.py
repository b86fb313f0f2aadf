"""When a scheduled drill is next due.

A rule is the RRULE of RFC 5545, read in an IANA time zone, so that "every first
Monday at 09:30" is 09:30 for the people who take part, in summer and in winter.
What the clock change does to it:

- a time that the spring change leaves out runs an hour later (02:30 at 03:30);
- of a time that the autumn change repeats, the first one runs;
- an hourly rule counts real hours, so it keeps both of the repeated ones.

As in dateutil, and unlike the letter of the RFC, a start that does not fit its own
rule is not an occurrence: a Monday rule that starts on a Sunday starts on Monday.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import count, islice, takewhile
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr

from continuity.domain.clocks import utc
from continuity.domain.errors import InvalidRule

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)

HORIZON: Final = timedelta(days=3653)
"""How far ahead an occurrence is looked for: ten years."""

YEARS: Final = range(2000, 2200)
"""When a rule may start."""

LAST: Final = datetime(YEARS.stop, 1, 1, tzinfo=UTC)

MOST: Final = 1000
"""The highest COUNT and INTERVAL that are taken."""

# dateutil looks for a match up to the year 9999, and a rule that has none ("every
# 30 February") would keep a request busy for seconds. The calendar repeats exactly
# every 400 years: 19 cycles later the same search ends after a few hundred.
CYCLES: Final = 19 * 400

FREQUENCIES: Final = frozenset({"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"})
# What the numbers of a part may be; dateutil takes some that it then stumbles over.
# Where a part counts from the end as well, the same numbers may be negative.
NUMBERS: Final = {
    "BYMONTH": range(1, 13),
    "BYMONTHDAY": range(1, 32),
    "BYYEARDAY": range(1, 367),
    "BYWEEKNO": range(1, 54),
    "BYHOUR": range(24),
    "BYMINUTE": range(60),
    "BYSECOND": range(60),
    "BYSETPOS": range(1, 367),
}
FROM_THE_END: Final = frozenset({"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"})
HOURLY_KNOWN: Final = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYDAY", "BYHOUR"}
)
KNOWN: Final = HOURLY_KNOWN | NUMBERS.keys()
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

PART: Final = re.compile(r"([A-Z]+)=([A-Z0-9,+-]+)")
WEEKDAY: Final = re.compile(rf"(?:[+-]?(\d\d?))?({'|'.join(WEEKDAYS)})")
UNTIL: Final = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")


class Fault(StrEnum):
    """What is wrong with a rule."""

    UNREADABLE = "unreadable"
    TOO_OFTEN = "too_often"
    TOO_MANY = "too_many"
    UNSUPPORTED = "unsupported"
    NEVER = "never"
    ZONE = "zone"
    START = "start"


@dataclass(frozen=True, slots=True)
class Rule:
    """When something recurs; an `rrule` of None means once, at `starts_at`.

    `starts_at` is the wall clock in `zone`, without a zone of its own. On the
    `blackout` dates, as the calendar on the wall has them, nothing runs; they
    still use up a COUNT.

    Raises InvalidRule, whose fields hold the `reason` and, where one part of the
    text is to blame, that `part`. Blackouts never make a rule invalid, since they
    may be added long after it. Raises ValueError if `starts_at` is aware.
    """

    rrule: str | None
    starts_at: datetime
    zone: str
    blackout: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is not None:
            raise ValueError("A rule starts at a wall-clock time, without a zone.")
        if self.starts_at.year not in YEARS:
            raise _refusal(Fault.START)
        _zone(self.zone)
        if self.rrule is not None and _first(self.rrule, self.starts_at, self.zone) is None:
            raise _refusal(Fault.NEVER)


def parse(
    rrule: str | None,
    starts_at: datetime,
    zone: str,
    blackout: frozenset[date] = frozenset(),
) -> Rule:
    """Return the rule that a person typed or a calendar brought, tidied up.

    Spaces, small letters and a leading "RRULE:" are let pass; nothing typed means
    once. Seconds are dropped from the start. Raises InvalidRule as Rule does.
    """
    text = re.sub(r"\s+", "", rrule or "").upper().removeprefix("RRULE:").rstrip(";")
    return Rule(text or None, starts_at.replace(second=0, microsecond=0), zone, blackout)


def next_after(rule: Rule, after: datetime) -> datetime | None:
    """Return the first occurrence later than `after`, in UTC.

    None when the rule has ended, or nothing comes within ten years of `after` (or
    of the start, if that is later). Occurrences missed while the service was down
    are not queued: the answer is always one. Raises ValueError if `after` is naive.
    """
    return next(_after(rule, after), None)


def occurrences(
    rule: Rule, after: datetime, before: datetime, limit: int = 500
) -> tuple[datetime, ...]:
    """Return the occurrences later than `after` and earlier than `before`, in UTC.

    At most `limit` of them, the first ones, and none that lies more than ten years
    after `after` (or the start, if that is later). Raises ValueError if a bound is
    naive.
    """
    end = utc(before)
    return tuple(islice(takewhile(lambda at: at < end, _after(rule, after)), limit))


@dataclass(frozen=True, slots=True)
class Moment:
    """One time that a rule names: the instant in UTC, what the rule says it is on the
    wall (02:30, though the spring change moves it to 03:30), and whether it falls on a
    day without drills."""

    at: datetime
    wall: datetime
    blacked_out: bool = False


def moments(rule: Rule, after: datetime) -> Iterator[Moment]:
    """Yield what the rule names later than `after`, the blackout dates included.

    Ends as `next_after` does. Raises ValueError if `after` is naive.
    """
    floor, zone = utc(after), _zone(rule.zone)
    near = min(floor, LAST)
    stop = max(near, _instant(rule.starts_at, zone)) + HORIZON
    for instant, wall in _instants(rule.rrule, rule.starts_at, rule.zone, near):
        if instant > stop:
            return
        if instant > floor:
            off = instant.astimezone(zone).date() in rule.blackout
            yield Moment(instant, wall, off)


def _after(rule: Rule, after: datetime) -> Iterator[datetime]:
    return (moment.at for moment in moments(rule, after) if not moment.blacked_out)


def _refusal(fault: Fault, part: str = "") -> InvalidRule:
    fields = {"part": part} if part else {}
    return InvalidRule(f"{fault} {part}".strip(), reason=fault, **fields)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # OSError: "Europe" alone is a folder of the zone database.
        raise _refusal(Fault.ZONE, name) from None


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    # fold=0 is the first of two, and in a gap the offset from before it, which puts
    # a left-out 02:30 at 03:30.
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A rule taken apart: UNTIL is ours, since it is an instant and dateutil is asked
    for wall clocks alone."""

    frequency: str
    interval: int
    count: int | None
    until: str | None
    lists: dict[str, tuple[str, ...]]
    rest: str


@lru_cache(maxsize=512)
def _take_apart(text: str) -> _Parts:
    parts: dict[str, str] = {}
    for piece in text.split(";"):
        match = PART.fullmatch(piece)
        if match is None or match[1] not in KNOWN or match[1] in parts:
            raise _refusal(Fault.UNREADABLE, piece[:40])
        parts[match[1]] = match[2]
    frequency = parts.get("FREQ", "")
    if frequency in {"SECONDLY", "MINUTELY"}:
        raise _refusal(Fault.TOO_OFTEN, f"FREQ={frequency}")
    if frequency not in FREQUENCIES:
        raise _refusal(Fault.UNREADABLE, "FREQ")
    for name in ("BYMINUTE", "BYSECOND"):
        if "," in parts.get(name, ""):
            raise _refusal(Fault.TOO_OFTEN, name)
    if frequency == "HOURLY" and (odd := sorted(set(parts) - HOURLY_KNOWN)):
        raise _refusal(Fault.UNSUPPORTED, odd[0])
    lists = {name: tuple(value.split(",")) for name, value in parts.items()}
    _check_numbers(lists)
    _check_weekdays(lists, frequency)
    until = parts.get("UNTIL")
    if until is not None and ("COUNT" in parts or UNTIL.fullmatch(until) is None):
        raise _refusal(Fault.UNREADABLE, "UNTIL")
    return _Parts(
        frequency,
        _number(parts, "INTERVAL") or 1,
        _number(parts, "COUNT"),
        until,
        lists,
        ";".join(f"{name}={value}" for name, value in parts.items() if name != "UNTIL"),
    )


def _check_numbers(lists: dict[str, tuple[str, ...]]) -> None:
    for name, allowed in NUMBERS.items():
        for text in lists.get(name, ()):
            match = re.fullmatch(r"([+-]?)(\d{1,3})", text)
            if match is None or int(match[2]) not in allowed:
                raise _refusal(Fault.UNREADABLE, name)
            if match[1] == "-" and name not in FROM_THE_END:
                raise _refusal(Fault.UNREADABLE, name)


def _check_weekdays(lists: dict[str, tuple[str, ...]], frequency: str) -> None:
    """Refuse days that do not exist, and "the second Monday" of anything but a month
    or a year: there it means nothing and dateutil would drop the "second"."""
    counted = {"MONTHLY": 5, "YEARLY": 5 if "BYMONTH" in lists else 53}.get(frequency, 0)
    for text in lists.get("BYDAY", ()):
        match = WEEKDAY.fullmatch(text)
        if match is None or not (match[1] is None or 1 <= int(match[1]) <= counted):
            raise _refusal(Fault.UNREADABLE, "BYDAY")
    if lists.get("WKST", ("MO",))[0] not in WEEKDAYS:
        raise _refusal(Fault.UNREADABLE, "WKST")


def _number(parts: dict[str, str], name: str) -> int | None:
    value = parts.get(name)
    if value is None:
        return None
    if not value.isdecimal() or int(value[:9]) == 0:
        raise _refusal(Fault.UNREADABLE, name)
    if len(value) > 9 or int(value) > MOST:
        raise _refusal(Fault.TOO_MANY, name)
    return int(value)


def _until(text: str | None, zone: ZoneInfo) -> datetime | None:
    """Return the last instant that UNTIL allows, in UTC; a date means to its end."""
    match = UNTIL.fullmatch(text or "")
    if match is None:
        return None
    try:
        day = datetime.strptime(match[1], "%Y%m%d")  # noqa: DTZ007
        clock = datetime.strptime(match[2] or "235959", "%H%M%S").time()  # noqa: DTZ007
    except ValueError:
        raise _refusal(Fault.UNREADABLE, "UNTIL") from None
    if day.year not in YEARS:
        raise _refusal(Fault.UNREADABLE, "UNTIL")
    wall = datetime.combine(day, clock)
    return wall.replace(tzinfo=UTC) if match[3] else _instant(wall, zone)


@lru_cache(maxsize=512)
def _first(text: str, starts_at: datetime, zone: str) -> datetime | None:
    """Return the first occurrence, None if ten years hold none."""
    found = next(_instants(text, starts_at, zone, datetime(1, 1, 1, tzinfo=UTC)), None)
    if found is None or found[0] > _instant(starts_at, ZoneInfo(zone)) + HORIZON:
        return None
    return found[0]


def _instants(
    text: str | None, starts_at: datetime, zone_name: str, near: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the occurrences in order, each once, blackouts included: the instant, and
    the time on the wall that the rule means.

    Those well before `near` may be left out, where skipping them is safe.
    """
    zone = _zone(zone_name)
    start = _instant(starts_at, zone)
    if text is None:
        yield start, starts_at
        return
    parts = _take_apart(text)
    until = _until(parts.until, zone)
    source = _hours if parts.frequency == "HOURLY" else _walls
    last: datetime | None = None
    for instant, wall in source(parts, starts_at, zone, near):
        if until is not None and instant > until:
            return
        # 02:30 moved out of the gap may meet the 03:30 of the same rule.
        if last is None or instant > last:
            last = instant
            yield instant, wall


def _skipped(length: timedelta, step: timedelta) -> timedelta:
    """Return a whole number of steps that is safely short of `length`."""
    return max(length // step - 2, 0) * step


def _hours(
    parts: _Parts, starts_at: datetime, zone: ZoneInfo, near: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield real hours, counted in UTC; the BY parts are asked of the wall clock."""
    months = {int(month) for month in parts.lists.get("BYMONTH", ())}
    hours = {int(hour) for hour in parts.lists.get("BYHOUR", ())}
    days = {WEEKDAYS.index(day) for day in parts.lists.get("BYDAY", ())}
    step = parts.interval * HOUR
    begin = start = _instant(starts_at, zone)
    if parts.count is None and near > start:
        begin = start + _skipped(near - start, step)
    given = 0
    for number in count():
        instant = begin + number * step
        if instant > max(near, start) + HORIZON or given == parts.count:
            return
        wall = instant.astimezone(zone)
        if (
            (not months or wall.month in months)
            and (not hours or wall.hour in hours)
            and (not days or wall.weekday() in days)
        ):
            given += 1
            yield instant, wall.replace(tzinfo=None, fold=0)


def _walls(
    parts: _Parts, starts_at: datetime, zone: ZoneInfo, near: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield what the wall clock shows at each occurrence, as instants."""
    begin = starts_at
    step = {"DAILY": DAY, "WEEKLY": 7 * DAY}.get(parts.frequency)
    wall = datetime.combine(near.date(), time())
    if step is not None and parts.count is None and wall > starts_at:
        # A whole number of intervals later the same rule goes on as before.
        begin = starts_at + _skipped(wall - starts_at, parts.interval * step)
    try:
        rule = rrulestr(parts.rest, dtstart=begin.replace(year=begin.year + CYCLES))
    except ValueError:
        raise _refusal(Fault.UNREADABLE) from None
    for later in rule:
        wall = later.replace(year=later.year - CYCLES)
        yield _instant(wall, zone), wall
