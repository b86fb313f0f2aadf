"""The days that a regular report looks back on, by the calendar of its zone."""

from datetime import UTC, datetime

import pytest

from continuity.domain.periods import Period, span

PARIS = "Europe/Paris"


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        # Made on 3 May 2026 at 08:00: midnight in Paris is 22:00 or 23:00 the day before.
        (Period.MONTH, "2026-03-31T22:00", "2026-04-30T22:00"),
        (Period.QUARTER, "2025-12-31T23:00", "2026-03-31T22:00"),
        (Period.YEAR, "2024-12-31T23:00", "2025-12-31T23:00"),
        (Period.DAYS_90, "2026-02-01T23:00", "2026-05-02T22:00"),
        (Period.MONTHS_12, "2025-05-02T22:00", "2026-05-02T22:00"),
    ],
)
def test_a_period_is_whole_days_of_its_zone_across_the_clock_change(period, first, after):
    made = datetime(2026, 5, 3, 6, tzinfo=UTC)

    assert span(period, made, PARIS) == (
        datetime.fromisoformat(f"{first}+00:00"),
        datetime.fromisoformat(f"{after}+00:00"),
    )


def test_the_month_before_january_is_december_and_a_leap_day_has_no_year_before():
    january = datetime(2026, 1, 1, tzinfo=UTC)
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)

    assert span(Period.MONTH, january, "UTC")[0] == datetime(2025, 12, 1, tzinfo=UTC)
    assert span(Period.QUARTER, january, "UTC")[0] == datetime(2025, 10, 1, tzinfo=UTC)
    assert span(Period.MONTHS_12, leap, "UTC")[0] == datetime(2027, 3, 1, tzinfo=UTC)


def test_the_day_is_that_of_the_zone():
    late = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)  # 1 April in Paris

    assert span(Period.MONTH, late, "UTC")[0] == datetime(2026, 2, 1, tzinfo=UTC)
    assert span(Period.MONTH, late, PARIS)[0] == datetime(2026, 2, 28, 23, tzinfo=UTC)
