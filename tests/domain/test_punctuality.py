from datetime import UTC, datetime, timedelta

import pytest

from continuity.domain.punctuality import punctuality

DUE = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("behind", "late_by", "what"),
    [
        (-MINUTE, timedelta(), "on_time"),
        (MINUTE, timedelta(), "on_time"),
        (MINUTE + SECOND, timedelta(), "missed"),
        (MINUTE + SECOND, 15 * MINUTE, "late"),
        (15 * MINUTE, 15 * MINUTE, "late"),
        (15 * MINUTE + SECOND, 15 * MINUTE, "missed"),
    ],
)
def test_what_becomes_of_a_time_that_has_come(behind, late_by, what):
    assert punctuality(DUE, DUE + behind, late_by) == what


def test_nothing_begins_late_by_less_than_nothing():
    with pytest.raises(ValueError, match="late_by"):
        punctuality(DUE, DUE, -SECOND)
