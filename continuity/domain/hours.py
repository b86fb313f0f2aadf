"""Operating hours: when a workflow is worked on, what of an outage falls into that, and
how people write it.

Hours that nobody stated are unknown and never "day and night".
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Final
from unicodedata import normalize
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from continuity.domain.clocks import elapsed, utc
from continuity.domain.errors import ContinuityError

NOTHING: Final = timedelta()
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


class HoursFault(StrEnum):
    """What is wrong with operating hours."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    NO_DAY = "no_day"
    NO_TIME = "no_time"
    NOT_A_TIME = "not_a_time"
    NO_LENGTH = "no_length"
    ZONE = "zone"


class InvalidHours(ContinuityError):
    """Operating hours that cannot be understood.

    Fields: `reason`, a HoursFault, and where one piece of the text is to blame that
    `part`, as it was typed.
    """

    code = "invalid_hours"


def _refusal(fault: HoursFault, part: str = "") -> InvalidHours:
    fields = {"part": part.strip()[:40]} if part else {}
    return InvalidHours(f"{fault} {part}".strip(), reason=fault, **fields)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """When work is done each week, on the wall clock: 0 is Monday.

    `opens` and `closes` count from the midnight at which the day begins, so a night
    shift closes after more than 24 hours. Raises ValueError unless it opens on its
    day and closes before the same time of the next; a whole day is 0 to 24 hours.
    """

    weekday: int
    opens: timedelta
    closes: timedelta

    def __post_init__(self) -> None:
        length = self.closes - self.opens
        fits = NOTHING < length < DAY or (self.opens == NOTHING and length == DAY)
        if not (0 <= self.weekday <= 6 and NOTHING <= self.opens < DAY and fits):
            raise ValueError("A window opens on its day and closes within 24 hours.")


@dataclass(frozen=True, slots=True)
class Hours:
    """The weekly hours of work in an IANA `zone`, and its busiest ones, the `peaks`.

    Windows may overlap; what they share counts once. Public holidays are not known
    here: an outage on one costs as on any such weekday.

    Raises InvalidHours (`zone`) for a time zone that is not known.
    """

    windows: tuple[Window, ...]
    zone: str
    peaks: tuple[Window, ...] = ()

    def __post_init__(self) -> None:
        _zone(self.zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # OSError: "Europe" alone is a folder of the zone database.
        raise _refusal(HoursFault.ZONE, name) from None


def worked(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """Return how much of the time from `start` to `end` was within the hours of work.

    Real time, whatever the clocks on the wall do: a night shift from 22:00 to 06:00
    loses an hour in spring and gains one in autumn. A window that opens or closes at a
    time that the spring change leaves out does so an hour later (02:30 at 03:30); of one
    that the autumn change repeats, the first counts.

    Raises OutOfOrder if `end` is before `start`, ValueError if either is naive.
    """
    return _covered(hours.windows, hours.zone, start, end)


def worked_at_peak(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """Return how much of what `worked` counts was within the busiest hours."""
    both = _covered((*hours.windows, *hours.peaks), hours.zone, start, end)
    at_peak = _covered(hours.peaks, hours.zone, start, end)
    # What is in either counts the common part once, the sum counts it twice.
    return worked(hours, start, end) + at_peak - both


def _covered(
    windows: Iterable[Window], zone: str, start: datetime, end: datetime
) -> timedelta:
    elapsed(start, end)
    counted_to, stop, total = utc(start), utc(end), NOTHING
    for opens, closes in sorted(_openings(tuple(windows), _zone(zone), start, end)):
        opened, closed = max(opens, counted_to), min(closes, stop)
        if closed > opened:
            total += closed - opened
            counted_to = closed
    return total


def _openings(
    windows: tuple[Window, ...], zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the windows near `start` to `end` as instants in UTC."""
    by_day: dict[int, list[Window]] = {}
    for window in windows:
        by_day.setdefault(window.weekday, []).append(window)
    # A night shift of the day before may still be at work.
    first, last = (utc(instant).astimezone(zone).date() for instant in (start, end))
    for number in range((last - first).days + 2):
        day = first + timedelta(days=number - 1)
        for window in by_day.get(day.weekday(), ()):
            yield _instant(day, window.opens, zone), _instant(day, window.closes, zone)


def _instant(day: date, clock: timedelta, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, datetime.min.time()) + clock
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


# As text

DAY_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "fr": ("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
}
SPELLINGS: Final = (
    ("mon", "monday", "lun", "lundi"),
    ("tue", "tues", "tuesday", "mar", "mardi"),
    ("wed", "weds", "wednesday", "mer", "mercredi"),
    ("thu", "thur", "thurs", "thursday", "jeu", "jeudi"),
    ("fri", "friday", "ven", "vendredi"),
    ("sat", "saturday", "sam", "samedi"),
    ("sun", "sunday", "dim", "dimanche"),
)
WEEKDAYS: Final = {
    spelling + plural: day
    for day, spellings in enumerate(SPELLINGS)
    for spelling in spellings
    for plural in ("", "s")
}
SEVERAL: Final = {
    "daily": range(7),
    "every day": range(7),
    "tous les jours": range(7),
    "weekdays": range(5),
    "en semaine": range(5),
    "weekend": range(5, 7),
    "weekends": range(5, 7),
    "week-end": range(5, 7),
    "week-ends": range(5, 7),
}
ALWAYS: Final = tuple(Window(day, NOTHING, DAY) for day in range(7))
ROUND_THE_CLOCK: Final = re.compile(
    r"24 ?[/x] ?7|24 ?h? ?/ ?24(,? ?7 ?j? ?/ ?7)?", re.IGNORECASE
)
LONGEST_TEXT: Final = 500

_TO: Final = r"\s*(?:-|–|—|to\b|until\b|till\b|à|au\b|a\b)\s*"
_TIME: Final = r"\d{1,2}(?:\s?[:h.]\s?(?:\d{2})?)?(?!\d)\s?(?:am|pm)?"
_DAY: Final = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_SEVERAL: Final = "|".join(sorted(SEVERAL, key=len, reverse=True))
PIECE: Final = re.compile(
    rf"(?P<several>{_SEVERAL})\b"
    rf"|(?P<day>{_DAY})\b\.?(?:{_TO}(?P<last>{_DAY})\b\.?)?"
    rf"|(?P<opens>{_TIME}){_TO}(?P<closes>{_TIME})",
    re.IGNORECASE,
)
CLOCK: Final = re.compile(r"(\d+)(?:\s?[:h.]\s?(\d+)?)?\s?(am|pm)?", re.IGNORECASE)
BETWEEN: Final = re.compile(r"(?:[\s,;:&+]|(?:and|et|from|de|du|le|les)\b)*", re.IGNORECASE)


def parse_hours(text: str) -> tuple[Window, ...]:
    """Return the windows that a line of text means, in the order of the week.

    Days and then their hours, as often as needed: "Mon-Fri 08:00-18:00, Sat 09:00-12:00",
    "Monday to Friday, 8 to 18", "lun.-ven. 8h30-12h et 13h30-18h", "Tue, Thu 22:00-06:00"
    (a night shift, until the next morning), "24/7". English and French, in any case, even
    mixed; days may wrap around the week; hours may be of 12 with "am" and "pm".

    Raises InvalidHours.
    """
    plain = " ".join(normalize("NFC", text).split())
    if not plain:
        raise _refusal(HoursFault.EMPTY)
    if len(plain) > LONGEST_TEXT:
        raise _refusal(HoursFault.UNREADABLE, plain)
    if ROUND_THE_CLOCK.fullmatch(plain):
        return ALWAYS
    windows: set[Window] = set()
    days: list[int] = []
    waiting = ""  # the days that have no hours yet
    at = _next_word(plain, 0)
    while at < len(plain):
        piece = PIECE.match(plain, at)
        if piece is None:
            raise _refusal(HoursFault.UNREADABLE, plain[at:].split(",")[0])
        if piece["opens"] is None:
            # The first day after hours begins a new group.
            days = (days if waiting else []) + _days(piece)
            waiting = piece[0]
        elif not days:
            raise _refusal(HoursFault.NO_DAY, piece[0])
        else:
            opens, closes = _times(piece)
            windows.update(Window(day, opens, closes) for day in days)
            waiting = ""
        at = _next_word(plain, piece.end())
    if waiting or not windows:
        raise _refusal(HoursFault.NO_TIME, waiting or plain)
    return tuple(sorted(windows))


def _next_word(text: str, at: int) -> int:
    """Return where the next day or time may begin, past commas and little words."""
    between = BETWEEN.match(text, at)
    return at if between is None else between.end()


def _days(piece: re.Match[str]) -> list[int]:
    if piece["several"]:
        return list(SEVERAL[piece["several"].lower()])
    first = WEEKDAYS[piece["day"].lower()]
    last = WEEKDAYS[(piece["last"] or piece["day"]).lower()]
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _times(piece: re.Match[str]) -> tuple[timedelta, timedelta]:
    opens, closes = _clock(piece["opens"]), _clock(piece["closes"])
    if opens == DAY:
        raise _refusal(HoursFault.NOT_A_TIME, piece["opens"])
    if opens == closes:
        raise _refusal(HoursFault.NO_LENGTH, piece[0])
    return opens, closes if closes > opens else closes + DAY


def _clock(text: str) -> timedelta:
    """Return the time after midnight that `text`, found by PIECE, means; at most DAY."""
    hour, minute, half = CLOCK.match(text).groups()  # type: ignore[union-attr]  # PIECE has it
    hours, minutes = int(hour), int(minute or 0)
    if half and not 1 <= hours <= 12:
        raise _refusal(HoursFault.NOT_A_TIME, text)
    if half:
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    clock = hours * HOUR + minutes * MINUTE
    if minutes > 59 or clock > DAY:
        raise _refusal(HoursFault.NOT_A_TIME, text)
    return clock


def format_hours(windows: Iterable[Window], language: str = "en") -> str:
    """Return windows as a person would type them: "Mon-Fri 08:00-18:00, Sat 09:00-12:00".

    `language` is "en" or "fr" ("lun-ven 08:00-18:00"). `parse_hours` reads it back to the
    same windows, to the minute; "" for none.
    """
    by_day: dict[int, list[str]] = {}
    for window in sorted(set(windows)):
        times = f"{_written(window.opens)}-{_written(window.closes)}"
        by_day.setdefault(window.weekday, []).append(times)
    if list(by_day.values()) == [["00:00-24:00"]] * 7:
        return "24/7"
    names = DAY_NAMES[language]
    groups: list[str] = []
    for hours, run in groupby(range(7), by_day.get):
        if hours is not None:
            first, *rest = run
            span = f"{names[first]}-{names[rest[-1]]}" if rest else names[first]
            groups.append(f"{span} {', '.join(hours)}")
    return ", ".join(groups)


def _written(clock: timedelta) -> str:
    hours, minutes = divmod((clock if clock <= DAY else clock - DAY) // MINUTE, 60)
    return f"{hours:02d}:{minutes:02d}"
