from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from continuity.domain.surprise import draw

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_seed_draws_the_same_instant_today_and_in_an_audit():
    assert draw("a1b2", TEN, 4 * HOUR) == datetime(2026, 3, 2, 10, 22, tzinfo=UTC)


def test_another_seed_or_another_day_draws_another_instant():
    day = timedelta(days=1)
    drawn = {draw(f"seed {number}", TEN, 4 * HOUR) for number in range(20)}
    by_day = {draw("a1b2", TEN + n * day, 4 * HOUR) - n * day for n in range(20)}

    assert len(drawn) > 15
    assert len(by_day) > 15


def test_every_minute_of_the_window_can_come_and_no_other():
    drawn = Counter(draw(str(number), TEN, HOUR) - TEN for number in range(6000))

    assert set(drawn) == {timedelta(minutes=minute) for minute in range(60)}
    assert min(drawn.values()) > 60
    assert max(drawn.values()) < 150


def test_without_a_zone_or_a_window_nothing_can_be_drawn():
    with pytest.raises(ValueError, match="aware"):
        draw("a", TEN.replace(tzinfo=None), HOUR)
    with pytest.raises(ValueError, match="No window"):
        draw("a", TEN, timedelta(seconds=59))
