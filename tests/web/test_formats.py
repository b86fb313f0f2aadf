"""How lengths and times are written."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from continuity.web import formats

NOON = datetime(2026, 9, 17, 12, 5, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Measured:
    length: timedelta
    is_lower_bound: bool


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (None, "–"),
        (timedelta(), "0 s"),
        (timedelta(seconds=42), "42 s"),
        (timedelta(minutes=30), "30 min"),
        (timedelta(minutes=41, seconds=5), "41 min 05 s"),
        (timedelta(minutes=59, seconds=59, milliseconds=999), "59 min 59 s"),
        (timedelta(hours=4), "4 h"),
        (timedelta(hours=3, minutes=20, seconds=59), "3 h 20"),
        (timedelta(hours=15, minutes=4), "15 h 04"),
        (timedelta(days=3), "72 h"),
        (timedelta(minutes=-12), "\u221212 min"),
    ],
)
def test_a_duration_has_seconds_below_an_hour_and_minutes_above(length, text):
    assert plain(formats.duration(length)) == text


def test_a_figure_and_its_unit_are_never_parted():
    assert " " not in formats.duration(timedelta(minutes=41, seconds=5))


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (None, "–"),
        (timedelta(minutes=24, seconds=18), "24:18"),
        (timedelta(hours=1, seconds=2), "1:00:02"),
        (timedelta(seconds=-75), "+01:15"),
    ],
)
def test_a_clock_shows_hours_only_when_there_are_some(length, text):
    assert formats.clock(length) == text


def test_a_lower_bound_never_looks_like_a_measured_time():
    length = timedelta(minutes=42)

    assert plain(formats.reading(Measured(length, is_lower_bound=True))) == "> 42 min"
    assert plain(formats.reading(Measured(length, is_lower_bound=False))) == "42 min"
    assert formats.reading(None) == "–"


def test_times_are_told_in_the_active_zone():
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert formats.moment(NOON) == "21:05:09"
        assert formats.time(NOON) == "21:05"
        assert formats.day(NOON + timedelta(hours=3)) == "18 Sep 2026"
        assert formats.day_time(NOON) == "17 Sep 2026, 21:05"


def test_a_plain_date_is_not_moved_to_another_day():
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert formats.day(date(2026, 9, 17)) == "17 Sep 2026"


def test_no_time_and_no_share_are_dashes_and_not_zeros():
    with translation.override("en"):
        assert [formats.moment(None), formats.day(None), formats.percent(None)] == ["–"] * 3
        assert plain(formats.percent(94.4)) == "94 %"


@pytest.mark.parametrize(
    ("language", "value", "text"),
    [
        ("en", None, "–"),
        ("en", "1200", "1,200 EUR"),
        ("en", "1200.50", "1,200.50 EUR"),
        ("en", "0.00", "0 EUR"),
        ("fr", "1234567.50", "1 234 567,50 EUR"),
    ],
)
def test_an_amount_has_its_unit_on_the_same_line(language, value, text):
    with translation.override(language):
        found = formats.amount(value if value is None else Decimal(value), "EUR")

    assert plain(found).replace("\u202f", " ") == text
    assert " " not in found


@pytest.mark.parametrize(
    ("language", "rrule", "text"),
    [
        ("en", "FREQ=WEEKLY", "Every week"),
        (
            "fr",
            "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1",
            "Le dernier jour d’un mois sur trois",
        ),
        ("fr", "FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=1MO"),
    ],
)
def test_a_rule_that_forms_make_is_said_in_words(language, rrule, text):
    with translation.override(language):
        assert formats.repeats(rrule) == text
