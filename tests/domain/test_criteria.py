from datetime import timedelta

import pytest

from continuity.domain.clocks import Reading
from continuity.domain.criteria import Answer, Measure, Ran, answer

MINUTE = timedelta(minutes=1)


def ran(minutes, rto=60, *, bound=False, seen=None):
    return Ran(
        Reading(minutes * MINUTE, bound),
        None if rto is None else rto * MINUTE,
        None if seen is None else seen * MINUTE,
    )


def test_four_of_five_within_their_rto_is_eighty_percent():
    rows = [ran(10), ran(20), ran(60), ran(59), ran(61)]

    assert answer(Measure.WITHIN_RTO, 80, rows, over=True) == Answer(80.0, True, 5)
    assert answer(Measure.WITHIN_RTO, 81, rows, over=True) == Answer(80.0, False, 5)


def test_what_ended_too_soon_to_tell_is_neither_yes_nor_no():
    rows = [ran(10), ran(30, bound=True)]

    assert answer(Measure.WITHIN_RTO, 80, rows, over=True) == Answer(50.0, None, 2)
    assert answer(Measure.WITHIN_RTO, 50, rows, over=True).met is True


def test_what_can_not_be_reached_any_more_is_missed_before_the_end():
    rows = [ran(70), ran(10, bound=True)]

    assert answer(Measure.WITHIN_RTO, 80, rows, over=False).met is False


def test_who_has_no_rto_is_not_counted_for_it():
    rows = [ran(10), ran(500, rto=None)]

    assert answer(Measure.WITHIN_RTO, 100, rows, over=True) == Answer(100.0, True, 1)


def test_a_share_of_nothing_is_no_share():
    assert answer(Measure.WITHIN_RTO, 80, [], over=True) == Answer(None, None, 0)


@pytest.mark.parametrize(("over", "met"), [(False, None), (True, False)])
def test_who_is_not_back_may_still_come_until_the_end(over, met):
    rows = [ran(10), ran(30, bound=True)]

    assert answer(Measure.RECOVERED, 100, rows, over=over) == Answer(50.0, met, 2)


def test_acknowledged_counts_within_its_time():
    rows = [ran(10, seen=5), ran(10, seen=6), ran(10), ran(10, seen=1)]

    assert answer(Measure.ACKNOWLEDGED, 50, rows, over=True, within=5 * MINUTE) == Answer(
        50.0, True, 4
    )


def test_what_people_have_to_say_is_not_reckoned():
    with pytest.raises(ValueError, match="evaluator"):
        answer(Measure.RATED, 50, [], over=True)
