"""Operating hours as a person wrote them, and how they were read."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils.translation import get_language

from continuity.domain.hours import (
    Hours,
    InvalidHours,
    Window,
    format_hours,
    parse_hours,
    worked,
)
from continuity.web import problems

WEEK: Final = timedelta(days=7)
A_MONDAY: Final = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Echo:
    """How a line of hours was read: `text` again in the reader's language and `weekly`,
    the time worked in a week; or why it was not, in `fault`. All empty for no line."""

    text: str = ""
    weekly: timedelta | None = None
    fault: str = ""
    windows: tuple[Window, ...] | None = None


def echo(text: str) -> Echo:
    if not text.strip():
        return Echo()
    try:
        windows = parse_hours(text)
    except InvalidHours as error:
        return Echo(fault=problems.sentence(error))
    language = "fr" if (get_language() or "").startswith("fr") else "en"
    weekly = worked(Hours(windows, "UTC"), A_MONDAY, A_MONDAY + WEEK)
    return Echo(format_hours(windows, language), weekly, windows=windows)


def hours_of(hours: Echo, peaks: Echo, zone: str) -> Hours | None:
    """Return the hours of work, None where nobody stated hours that can be read."""
    if hours.windows is None:
        return None
    try:
        return Hours(hours.windows, zone, peaks.windows or ())
    except InvalidHours:
        return None
