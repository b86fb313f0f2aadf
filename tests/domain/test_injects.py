from datetime import timedelta
from itertools import product

import pytest

from continuity.domain.errors import IllegalTransition
from continuity.domain.injects import (
    Cue,
    Due,
    Facts,
    InjectEvent,
    InjectState,
    InvalidInjects,
    Trigger,
    check,
    due_injects,
    next_inject_state,
)
from continuity.domain.pace import Pace

MINUTE = timedelta(minutes=1)
STEADY = Pace.steady(1)
TEN_TIMES = Pace.steady(10)

ARROWS = {
    "waiting": {"deliver": "delivered", "edit": "waiting", "skip": "skipped"},
    "skipped": {"deliver": "delivered", "edit": "skipped"},
    "delivered": {"record": "delivered"},
}


@pytest.mark.parametrize(("state", "event"), list(product(InjectState, InjectEvent)))
def test_every_pair_goes_where_the_arrow_points_or_is_refused(state, event):
    expected = ARROWS[state.value].get(event.value)

    if expected is not None:
        assert next_inject_state(state, event) is InjectState(expected)
    else:
        with pytest.raises(IllegalTransition, match=f"A {state} inject cannot {event}"):
            next_inject_state(state, event)


def at(number, minutes):
    return Cue(number, Trigger.TIME, minutes * MINUTE)


def numbers(cues, facts, minutes, pace=STEADY):
    return [due.number for due in due_injects(cues, facts, minutes * MINUTE, pace)]


def test_one_with_a_time_is_due_from_that_time_on():
    assert numbers([at(1, 20)], Facts(), 19) == []
    assert numbers([at(1, 20)], Facts(), 20) == [1]


def test_at_ten_times_twenty_minutes_of_the_script_are_two():
    assert due_injects([at(1, 20)], Facts(), 2 * MINUTE, TEN_TIMES) == (Due(1, 2 * MINUTE),)


def test_who_switches_gets_another_message_than_who_stays():
    stay = Cue(1, Trigger.DECISION, 10 * MINUTE, "stay")
    switch = Cue(2, Trigger.DECISION, 10 * MINUTE, "switch")
    facts = Facts(decided={("switch", 7): 5 * MINUTE})

    assert numbers([stay, switch], facts, 14) == []
    assert numbers([stay, switch], facts, 60) == [2]


def test_the_decision_of_one_workflow_is_no_other_s():
    cue = Cue(1, Trigger.DECISION, timedelta(), "switch", workflow=8)

    assert numbers([cue], Facts(decided={("switch", 7): MINUTE}), 60) == []
    assert numbers([cue], Facts(decided={("switch", 8): MINUTE}), 60) == [1]


def test_of_several_workflows_the_first_counts():
    cue = Cue(1, Trigger.MARK, 5 * MINUTE, "minimum")
    facts = Facts(marked={("minimum", 7): 30 * MINUTE, ("minimum", 8): 10 * MINUTE})

    assert due_injects([cue], facts, 60 * MINUTE, STEADY) == (Due(1, 15 * MINUTE),)


def test_a_chain_whose_times_have_all_come_is_delivered_in_one_look():
    chain = [
        Cue(3, Trigger.INJECT, 10 * MINUTE, "2"),
        Cue(2, Trigger.INJECT, 10 * MINUTE, "1"),
        at(1, 5),
    ]

    assert due_injects(chain, Facts(), 24 * MINUTE, STEADY) == (
        Due(1, 5 * MINUTE),
        Due(2, 15 * MINUTE),
    )
    assert numbers(chain, Facts(), 25) == [1, 2, 3]


def test_one_that_waits_for_a_skipped_one_never_comes():
    assert numbers([Cue(2, Trigger.INJECT, timedelta(), "1")], Facts(), 600) == []


@pytest.mark.parametrize(
    ("cues", "reason", "number"),
    [
        ([at(1, 5), at(1, 6)], "twice", 1),
        ([at(1, 121)], "after_end", 1),
        ([Cue(1, Trigger.INJECT, MINUTE, "9")], "unknown", 1),
        ([Cue(1, Trigger.INJECT, MINUTE, "1")], "circle", 1),
        (
            [Cue(1, Trigger.INJECT, MINUTE, "2"), Cue(2, Trigger.INJECT, MINUTE, "1")],
            "circle",
            1,
        ),
        ([Cue(4, Trigger.DECISION, MINUTE, "perhaps")], "value", 4),
        ([Cue(4, Trigger.MARK, MINUTE, "noon")], "value", 4),
        ([Cue(4, Trigger.INJECT, MINUTE, "")], "value", 4),
        ([Cue(4, Trigger.TIME, MINUTE, "stay")], "value", 4),
    ],
)
def test_a_list_that_cannot_be_delivered_is_refused(cues, reason, number):
    with pytest.raises(InvalidInjects) as refused:
        check(cues, 120 * MINUTE)

    assert refused.value.fields == {"reason": reason, "number": number}


def test_a_list_that_branches_passes():
    check(
        [
            at(1, 120),
            Cue(2, Trigger.INJECT, MINUTE, "1"),
            Cue(3, Trigger.MARK, MINUTE, "full"),
        ],
        120 * MINUTE,
    )
