"""A year under the record of outages: by hand where it can be, else in its numbers."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from continuity.domain.forecast import (
    WEEK,
    YEAR,
    Known,
    Spread,
    Stretch,
    draw,
    losses,
    replay,
    spread,
    stretches,
    week_of,
)
from continuity.domain.hours import Hours, parse_hours

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
OFFICE = Hours(parse_hours("Mon-Fri 08:00-18:00"), "UTC")
RECORD = [
    Known("a", "openai"),
    Known("b", "openai"),
    Known("c", "cloudflare"),
]


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_an_outage_in_the_morning_takes_the_hours_that_were_worked():
    """From Monday 07:00 for four hours: one before work, three of work."""
    lost = stretches([Stretch(hours(0), hours(4), 1.0)])

    assert replay(MONDAY + hours(7), lost, OFFICE) == hours(3)


def test_a_third_of_answers_failing_takes_a_third_of_the_hours():
    """10 June 2025, ChatGPT: 35 % failed from minute 144 to minute 924. It began on a
    Tuesday at 06:36 UTC: 09:00 to 18:00 at work, nine hours; 35 % are 3 h 09."""
    lost = stretches([Stretch(timedelta(minutes=144), timedelta(minutes=924), 0.35)])

    taken = replay(datetime(2025, 6, 10, 6, 36, tzinfo=UTC), lost, OFFICE)

    assert taken == timedelta(hours=3, minutes=9)


def test_an_alternative_ends_the_loss_where_it_carries_the_work():
    lost = stretches([Stretch(hours(1), hours(9), 1.0)], carried_after=hours(0.5))

    assert lost == (Stretch(hours(1), hours(1.5), 1.0),)


def test_an_alternative_slower_than_the_outage_changes_nothing():
    spells = [Stretch(hours(0), hours(2), 1.0)]

    assert stretches(spells, carried_after=hours(3)) == tuple(spells)


def test_an_alternative_that_carries_at_once_leaves_no_loss():
    assert stretches([Stretch(hours(1), hours(2), 1.0)], carried_after=hours(0)) == ()


def test_two_tools_hit_at_once_count_once_and_by_the_worse():
    lost = stretches(
        [
            Stretch(hours(0), hours(4), 0.35),
            Stretch(hours(1), hours(2), 1.0),
            Stretch(hours(5), hours(6), 0.0),
        ]
    )

    assert lost == (
        Stretch(hours(0), hours(1), 0.35),
        Stretch(hours(1), hours(2), 1.0),
        Stretch(hours(2), hours(4), 0.35),
    )


def test_what_was_whole_in_between_stays_two_stretches():
    spells = [Stretch(hours(0), hours(1), 1.0), Stretch(hours(2), hours(3), 1.0)]

    assert stretches(spells) == tuple(spells)


@pytest.mark.parametrize(
    ("since", "until", "share"), [(-1, 1, 1.0), (1, 1, 1.0), (2, 1, 1.0), (0, 1, 1.1)]
)
def test_a_stretch_that_cannot_be_is_refused(since, until, share):
    with pytest.raises(ValueError, match="No such stretch"):
        Stretch(hours(since), hours(until), share)


def test_the_same_seed_draws_the_same_and_another_does_not():
    first, again, other = (
        draw(RECORD, observed=3 * YEAR, years=200, seed=seed) for seed in (7, 7, 8)
    )

    assert [one.start.tolist() for one in first] == [one.start.tolist() for one in again]
    assert [one.start.tolist() for one in first] != [one.start.tolist() for one in other]


def test_families_strike_as_often_as_their_record_says():
    """Two in three years with Jeffreys' half is 2.5 / 3 a year; one is 1.5 / 3. The mean of
    40,000 years is within a fortieth of that: the standard error is below a hundredth."""
    years = 40_000
    strikes = draw(RECORD, observed=3 * YEAR, years=years, seed=1)

    openai = (len(strikes[0].year) + len(strikes[1].year)) / years
    assert openai == pytest.approx(2.5 / 3, rel=0.025)
    assert len(strikes[2].year) / years == pytest.approx(0.5, rel=0.025)
    assert len(strikes[0].year) / len(strikes[1].year) == pytest.approx(1, rel=0.05)


def test_strikes_begin_at_any_minute_of_the_week_and_in_a_year_that_is_simulated():
    strikes = draw(RECORD, observed=YEAR, years=5_000, seed=3)

    starts = np.concatenate([one.start for one in strikes])
    assert starts.min() >= 0
    assert starts.max() < WEEK
    assert starts.mean() == pytest.approx(WEEK / 2, rel=0.02)
    assert max(one.year.max() for one in strikes) < 5_000


@pytest.mark.parametrize(("observed", "years"), [(timedelta(), 10), (YEAR, 0)])
def test_no_record_and_no_years_are_refused(observed, years):
    with pytest.raises(ValueError, match="needs a record"):
        draw(RECORD, observed=observed, years=years, seed=1)


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata"]
)
@pytest.mark.parametrize(
    "text", ["Mon-Fri 08:30-12:00, 13:30-18:00", "Tue, Sun 22:00-06:00"]
)
@pytest.mark.parametrize("start", [0, 617, 4_444, WEEK - 1])
def test_what_is_drawn_is_counted_as_a_replay_is(zone, text, start):
    """In a week without a change of the clocks both rules agree to the minute."""
    work = Hours(parse_hours(text), zone)
    lost = stretches(
        [Stretch(hours(0), hours(15.25), 0.25), Stretch(hours(2), hours(7.5), 1.0)]
    )
    week = week_of(work, around=MONDAY, longest=hours(24))
    strikes = [one_strike(start)]

    by_table = losses(strikes, {0: lost}, week, years=1)[0]

    by_hand = replay(MONDAY + timedelta(minutes=start), lost, work)
    assert by_table == pytest.approx(by_hand / hours(1), abs=1e-9)


def one_strike(start: int):
    (strike,) = draw([Known("a", "a")], observed=YEAR, years=1, seed=1)
    return type(strike)(year=np.array([0]), start=np.array([start]))


def test_each_year_has_its_own_sum():
    week = week_of(Hours(parse_hours("24/7"), "UTC"), around=MONDAY, longest=hours(4))
    (kind,) = draw([Known("a", "a")], observed=YEAR, years=1, seed=1)
    strikes = [type(kind)(year=np.array([0, 2, 2]), start=np.array([5, 100, WEEK - 1]))]
    lost = {0: [Stretch(hours(0), hours(3), 0.5)]}

    assert losses(strikes, lost, week, years=4).tolist() == [1.5, 0.0, 3.0, 0.0]


def test_a_spread_has_the_mean_and_nine_years_of_ten():
    values = np.arange(101, dtype=float)

    assert spread(values) == Spread(mean=50.0, low=5.0, middle=50.0, high=95.0)


def test_no_years_have_no_spread():
    with pytest.raises(ValueError, match="No years"):
        spread(np.array([]))
