"""Reading other people's calendars of holidays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from icalendar import Calendar

from continuity.domain.errors import InvalidRule, Refused
from continuity.domain.recurrence import YEARS, Rule, occurrences, parse

MOST_DAYS: Final = 1000
LONGEST: Final = timedelta(days=100)
"""The longest holiday: one that never ends would leave no day for a drill."""
AHEAD: Final = timedelta(days=5 * 366)


class UnreadableHolidays(Refused):
    """The file is no calendar, or not one of holidays. Fields: `reason`, one of
    "unreadable", "empty", "too_many", "too_long" and "rule"."""

    code = "unreadable_holidays"


@dataclass(frozen=True, order=True, slots=True)
class Holiday:
    day: date
    name: str


def read_holidays(data: bytes, *, today: date) -> tuple[Holiday, ...]:
    """Return the days of an iCalendar file from `today` to five years ahead, in order.

    Every day of an event counts, its DTEND left out as RFC 5545 has it; events that
    recur are followed; cancelled ones are passed over. Raises UnreadableHolidays.
    """
    try:
        calendar = Calendar.from_ical(data)
        found = {
            Holiday(day, _name(event))
            for event in calendar.walk("VEVENT")
            if str(event.get("STATUS", "")).upper() != "CANCELLED"
            for day in _days(event, today)
        }
    except (ValueError, KeyError, AttributeError, TypeError, OverflowError) as error:
        raise UnreadableHolidays(str(error), reason="unreadable") from error
    if not found:
        raise UnreadableHolidays("No day of it lies ahead.", reason="empty")
    if len(found) > MOST_DAYS:
        raise UnreadableHolidays(f"{len(found)} days.", reason="too_many")
    return tuple(sorted(found))


def _name(event: Any) -> str:
    return " ".join(str(event.get("SUMMARY", "")).split())[:120] or "–"


def _days(event: Any, today: date) -> Iterator[date]:
    first = _date(event["DTSTART"].dt)
    length = _length(event, first)
    last = today + AHEAD
    for begin in _beginnings(event, first, today - length, last):
        for number in range(length.days):
            day = begin + timedelta(days=number)
            if today <= day <= last:
                yield day


def _length(event: Any, first: date) -> timedelta:
    """Return how many days the event has, one at least."""
    length = timedelta(days=1)
    if "DTEND" in event:
        end = event["DTEND"].dt
        # A time of day on the last day makes that day one of the event.
        whole = not isinstance(end, datetime) or end.time() == time()
        length = _date(end) - first + timedelta(days=0 if whole else 1)
    elif "DURATION" in event:
        length = timedelta(days=event["DURATION"].dt.days)
    if length > LONGEST:
        raise UnreadableHolidays(_name(event), reason="too_long")
    return max(length, timedelta(days=1))


def _beginnings(event: Any, first: date, since: date, until: date) -> Iterator[date]:
    text = event.get("RRULE")
    if text is None:
        yield first
        return
    rule = _rule_of(text, first)
    left_out = {_date(each.dt) for each in _listed(event.get("EXDATE"))}
    midnight = time()
    for at in occurrences(
        rule,
        datetime.combine(since, midnight, UTC) - timedelta(seconds=1),
        datetime.combine(until, midnight, UTC),
        limit=MOST_DAYS + 1,
    ):
        if at.date() not in left_out:
            yield at.date()


def _rule_of(text: Any, first: date) -> Rule:
    if isinstance(text, list):
        raise UnreadableHolidays("Two rules.", reason="rule")
    # "Every year since 1970": the years before the rules of ours begin are long past.
    begin = first if first.year in YEARS else first.replace(year=YEARS.start)
    try:
        return parse(text.to_ical().decode(), datetime.combine(begin, time()), "UTC")
    except InvalidRule as error:
        raise UnreadableHolidays(str(error), reason="rule") from error


def _listed(exdate: Any) -> Iterator[Any]:
    for each in exdate if isinstance(exdate, list) else [exdate] if exdate else []:
        yield from each.dts


def _date(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
