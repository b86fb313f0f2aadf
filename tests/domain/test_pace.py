from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.errors import InvalidScript
from continuity.domain.pace import Pace, Turn
from continuity.domain.scenario import ComponentState, Phase, Script, due_phases

MINUTE = timedelta(minutes=1)
SPEEDS = st.sampled_from([1, 2, 5, 10, 15, 30, 60, 120])
MOMENTS = st.integers(0, 600).map(lambda minutes: minutes * MINUTE)


def test_at_ten_times_a_minute_is_ten_of_the_script():
    pace = Pace.steady(10)

    assert pace.played(6 * MINUTE) == 60 * MINUTE
    assert pace.lived(60 * MINUTE) == 6 * MINUTE


def test_what_was_played_stays_when_the_speed_changes():
    pace = Pace.steady(10).turned(6 * MINUTE, 60)

    assert pace.played(6 * MINUTE) == 60 * MINUTE
    assert pace.played(7 * MINUTE) == 120 * MINUTE
    assert pace.lived(30 * MINUTE) == 3 * MINUTE
    assert pace.lived(120 * MINUTE) == 7 * MINUTE


def test_a_change_at_the_onset_leaves_nothing_of_the_old_speed():
    assert Pace.steady(10).turned(timedelta(), 2) == Pace.steady(2)


def test_slowing_down_tells_no_phase_twice_and_none_too_early():
    script = Script(
        tuple(Phase("tool", at * MINUTE, ComponentState.DOWN) for at in (0, 50, 70)),
        100 * MINUTE,
    )
    pace = Pace.steady(10).turned(6 * MINUTE, 1)

    assert [each.at for each in due_phases(script, None, 6 * MINUTE, pace)] == [
        timedelta(),
        50 * MINUTE,
    ]
    assert due_phases(script, 6 * MINUTE, 15 * MINUTE, pace) == ()
    assert [each.at for each in due_phases(script, 15 * MINUTE, 16 * MINUTE, pace)] == [
        70 * MINUTE
    ]


@given(st.lists(st.tuples(MOMENTS, SPEEDS), max_size=5), MOMENTS)
def test_the_two_times_are_each_others_inverse(turns, moment):
    pace = Pace.steady(1)
    for after, speed in sorted(turns):
        pace = pace.turned(after, speed)

    assert pace.lived(pace.played(moment)) == moment


@pytest.mark.parametrize(
    "turns",
    [
        (),
        (Turn(MINUTE, 1),),
        (Turn(timedelta(), 0),),
        (Turn(timedelta(), 1), Turn(2 * MINUTE, 2), Turn(MINUTE, 1)),
    ],
    ids=["none", "late", "stands", "backwards"],
)
def test_a_pace_that_makes_no_sense_is_refused(turns):
    with pytest.raises(InvalidScript):
        Pace(turns)
