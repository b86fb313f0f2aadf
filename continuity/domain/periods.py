"""The period that a regular report looks back on.

A period is whole days on the calendar of a time zone: a report on "the month before" that
is made on 3 December at 08:00 in Paris covers November there, whenever it is really made.
"""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from continuity.domain.clocks import utc


class Period(StrEnum):
    """Which days before the one on which a report is due."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DAYS_90 = "90_days"
    MONTHS_12 = "12_months"


def span(period: Period, at: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the first instant of `period` and the first after it, in UTC.

    `at` is when the report is due. Months, quarters and years are the last ones that were
    over by then; the others end with the day before. Raises ValueError if `at` is naive.
    """
    here = ZoneInfo(zone)
    today = utc(at).astimezone(here).date()
    first, after = _days(period, today)
    return _midnight(first, here), _midnight(after, here)


def _days(period: Period, today: date) -> tuple[date, date]:
    month = today.replace(day=1)
    match period:
        case Period.MONTH:
            return _months_before(month, 1), month
        case Period.QUARTER:
            after = month.replace(month=3 * ((today.month - 1) // 3) + 1)
            return _months_before(after, 3), after
        case Period.YEAR:
            after = date(today.year, 1, 1)
            return _months_before(after, 12), after
        case Period.DAYS_90:
            return today - timedelta(days=90), today
        case Period.MONTHS_12:
            # The day after 29 February of a year before is 1 March.
            if (today.month, today.day) == (2, 29):
                return date(today.year - 1, 3, 1), today
            return today.replace(year=today.year - 1), today


def _months_before(first: date, months: int) -> date:
    """Return the first day of the month that lies so many months before that of `first`."""
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
