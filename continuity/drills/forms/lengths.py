"""Lengths of time that forms offer, in words."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MINUTE: Final = timedelta(minutes=1)

HOUR: Final = timedelta(hours=1)

DAY: Final = timedelta(days=1)

LIMITS: Final[Mapping[timedelta, Promise]] = {
    15 * MINUTE: _("15 minutes"),
    30 * MINUTE: _("30 minutes"),
    HOUR: _("1 hour"),
    2 * HOUR: _("2 hours"),
    4 * HOUR: _("4 hours"),
    8 * HOUR: _("8 hours"),
    24 * HOUR: _("24 hours"),
}

NOTICES: Final[Mapping[timedelta, Promise]] = {
    timedelta(): _("When it begins"),
    HOUR: _("1 hour before"),
    DAY: _("1 day before"),
    3 * DAY: _("3 days before"),
    7 * DAY: _("1 week before"),
    14 * DAY: _("2 weeks before"),
}

LATENESS: Final[Mapping[timedelta, Promise]] = {
    timedelta(): _("Not late: then it was missed"),
    15 * MINUTE: _("15 minutes late"),
    HOUR: _("1 hour late"),
    2 * HOUR: _("2 hours late"),
    4 * HOUR: _("4 hours late"),
}

WINDOWS: Final[Mapping[timedelta, Promise]] = {
    HOUR: _("1 hour"),
    2 * HOUR: _("2 hours"),
    4 * HOUR: _("4 hours"),
    8 * HOUR: _("8 hours"),
}


def choices(labels: Mapping[timedelta, Promise]) -> list[tuple[str, Promise]]:
    return [(str(int(each.total_seconds())), label) for each, label in labels.items()]


def length(value: str) -> timedelta:
    return timedelta(seconds=int(value))
