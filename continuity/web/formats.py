"""How lengths, times and shares are written, in the reader's language and zone.

Pages and documents use the same functions, so a figure never has two spellings.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, Protocol

from django.utils import dateformat, timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_lazy as _

NOTHING: Final = "–"
"""What stands where there is no figure. Never a zero: zero would be a claim."""
MINUS: Final = "\u2212"


class Reading(Protocol):
    """A measured length that may be only a lower bound, as the domain returns it."""

    @property
    def length(self) -> timedelta: ...

    @property
    def is_lower_bound(self) -> bool: ...


def duration(length: timedelta | None) -> str:
    """Return "41 min 05 s" below an hour and "3 h 20" from there on.

    Whole minutes and hours lose their zeros: "30 min", "4 h". Parts are cut
    off, not rounded up, as on a running clock. None gives a dash.
    """
    return NOTHING if length is None else _duration(length, get_language())


@lru_cache(maxsize=4096)
def _duration(length: timedelta, language: str | None) -> str:
    """A list has fifty of them, and mostly the same: the words are those of a release."""
    sign = MINUS if length < timedelta() else ""
    total = int(abs(length).total_seconds())
    hours, minutes, seconds = total // 3600, total // 60 % 60, total % 60
    if hours and minutes:
        text = gettext("%(hours)d h %(minutes)02d")
    elif hours:
        text = gettext("%(hours)d h")
    elif minutes and seconds:
        text = gettext("%(minutes)d min %(seconds)02d s")
    elif minutes:
        text = gettext("%(minutes)d min")
    else:
        text = gettext("%(seconds)d s")
    text %= {"hours": hours, "minutes": minutes, "seconds": seconds}
    # A figure and its unit stay on one line.
    return sign + text.replace(" ", "\u00a0")


def clock(length: timedelta | None) -> str:
    """Return "mm:ss" below an hour and "h:mm:ss" above, for running timers.

    A negative length (past its limit) begins with "+", as the live timers do.
    """
    if length is None:
        return NOTHING
    sign = "+" if length < timedelta() else ""
    total = int(abs(length).total_seconds())
    hours, rest = divmod(total, 3600)
    minutes, seconds = divmod(rest, 60)
    head = f"{hours}:" if hours else ""
    return f"{sign}{head}{minutes:02d}:{seconds:02d}"


def reading(value: Reading | None) -> str:
    """Return the length as `duration` does, with "> " before a lower bound."""
    if value is None:
        return NOTHING
    text = duration(value.length)
    return f">\u00a0{text}" if value.is_lower_bound else text


def moment(value: datetime | None) -> str:
    """Return "14:05:09" in the active zone: to the second, as in the journal."""
    return _written(value, "H:i:s")


def time(value: datetime | None) -> str:
    """Return "14:05" in the active zone."""
    return _written(value, "H:i")


def day(value: date | None) -> str:
    """Return "17 Sep 2026" or "17 sept. 2026"; an instant is moved to the active zone."""
    # Translators: a date as in 17 Sep 2026, in Django's format letters.
    return _written(value, pgettext("date format", "j M Y"))


REPEATS: Final[Mapping[str, Promise]] = {
    "FREQ=WEEKLY": _("Every week"),
    "FREQ=MONTHLY": _("Every month"),
    "FREQ=MONTHLY;BYMONTHDAY=-1": _("On the last day of every month"),
    "FREQ=MONTHLY;INTERVAL=3": _("Every three months"),
    "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1": _("On the last day of every third month"),
    "FREQ=YEARLY": _("Every year"),
}


def repeats(rrule: str) -> str:
    """Return how often something recurs: in words for the rules that forms make, as it
    was written for one of somebody's own."""
    return str(REPEATS.get(rrule, rrule))


def day_time(value: datetime | None) -> str:
    """Return "17 Sep 2026, 14:05" in the active zone."""
    # Translators: a date and time as in 17 Sep 2026, 14:05, in Django's format letters.
    return _written(value, pgettext("date format", "j M Y, H:i"))


def percent(share: float | None) -> str:
    """Return "94 %" for 94; None, a share of nothing, gives a dash."""
    return NOTHING if share is None else f"{round(share)}\u00a0%"


def amount(value: Decimal | None, unit: str) -> str:
    """Return "1,200 EUR" or "0.50 EUR", in French "1 200 EUR"; None gives a dash.

    Whole numbers lose their zeros; a figure and its unit stay on one line.
    """
    if value is None:
        return NOTHING
    places = 0 if value == value.to_integral_value() else 2
    text = number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
    return f"{text} {unit}".strip().replace(" ", "\u00a0")


def _written(value: date | None, letters: str) -> str:
    if value is None:
        return NOTHING
    # A plain date (a proof's expiry) has no zone to move to.
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return dateformat.format(local, letters)
