"""The year of many workflows: what is by hand is exact, what is simulated adds up."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from continuity.domain.forecast import (
    CURVE,
    YEAR,
    Known,
    Stretch,
    Strikes,
    draw,
    losses,
    spread,
    week_of,
)
from continuity.domain.hours import Hours, parse_hours
from continuity.domain.yearly import Candidate, Yearly, simulate

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
OFFICE = Hours(parse_hours("Mon-Fri 08:00-18:00"), "UTC")
ALWAYS = Hours(parse_hours("24/7"), "UTC")
HOUR = timedelta(hours=1)
FOUR = ((0, (Stretch(0 * HOUR, 4 * HOUR, 1.0),)),)
ONE = ((0, (Stretch(0 * HOUR, HOUR, 1.0),)),)
# The only outage strikes in the second of four years, on a Monday at 07:00.
STRIKES = (Strikes(np.array([1]), np.array([7 * 60])),)


def work(key=1, *, team=1, hours=OFFICE, cost=None, lost=FOUR) -> Yearly:
    return Yearly(key, team, hours, cost, lost)


def year(*works: Yearly, candidates=(), **given):
    return simulate(works, candidates, STRIKES, years=4, around=MONDAY, **given)


def test_one_outage_by_hand():
    """Four hours from 07:00 take three of office work and four of work without end: in one
    year of four."""
    found = year(work(1, cost=100.0), work(2, hours=ALWAYS))

    assert found.works[1].mean == 3 / 4
    assert found.works[2].mean == 4 / 4
    assert found.teams[1].hours.mean == 7 / 4
    assert found.teams[1].cost.mean == 300 / 4
    assert found.whole.hours == found.teams[1].hours
    # Half of the years between: 0, 0, 0 and 7 hours.
    assert (found.whole.hours.low, found.whole.hours.middle) == (0, 0)


def test_teams_are_apart_and_nobody_has_a_cost_that_was_not_stated():
    found = year(work(1), work(2, team=2), work(3, team=2))

    assert found.teams[1].hours.mean == 3 / 4
    assert found.teams[2].hours.mean == 6 / 4
    assert (found.teams[2].cost, found.whole.cost) == (None, None)


def test_alternatives_are_ranked_by_what_they_give_back():
    works = (work(1), work(2, hours=ALWAYS))
    candidates = (
        Candidate(7, 0, ONE),  # from 3 hours to none: it strikes an hour before work
        Candidate(8, 1, ()),  # from 4 hours to none
        Candidate(9, 1, FOUR),  # nothing
    )

    found = year(*works, candidates=candidates)

    assert [(one.key, one.hours.mean) for one in found.worth] == [(8, 1.0), (7, 0.75)]
    assert [one.key for one in year(*works, candidates=candidates, keep=1).worth] == [8]


def test_what_is_ranked_keeps_the_years_without_it_and_with_it():
    """In one year of four it is three hours without and none with it; between the third
    year of four, at 67 %, and the fourth the line rises straight."""
    (one,) = year(work(1), candidates=[Candidate(7, 0, ONE)]).worth

    without = dict(zip(CURVE, one.without, strict=True))
    assert (without[0], without[65], without[99]) == (0, 0, pytest.approx(2.91))
    assert without[75] == pytest.approx(0.75)
    assert set(one.having) == {0}


def test_groups_change_nothing():
    """Each workflow by itself gives what it gives among others."""
    record = [Known("a", "x"), Known("b", "y")]
    strikes = draw(record, observed=2 * YEAR, years=300, seed=5)
    works = [work(key, team=key % 3, lost=FOUR if key % 2 else ONE) for key in range(12)]

    found = simulate(works, [], strikes, years=300, around=MONDAY)

    week = week_of(OFFICE, around=MONDAY, longest=4 * HOUR)
    one, four = (losses(strikes, dict(lost), week, years=300) for lost in (ONE, FOUR))
    assert found.works[0] == spread(one)
    assert found.works[1] == spread(four)
    assert found.whole.hours.mean == pytest.approx(6 * (one + four).mean())


def test_progress_runs_from_nothing_to_all_and_can_stop_it():
    told = []

    year(work(1), candidates=[Candidate(1, 0, ())], step=told.append)

    assert told == [0.9, 1.0]

    def stop(done: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        year(work(1), step=stop)


def test_without_work_there_is_a_year_of_nothing():
    found = year()

    assert (found.whole.hours.mean, found.teams, found.worth) == (0, {}, ())
