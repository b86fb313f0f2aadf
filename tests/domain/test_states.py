from itertools import product

import pytest

from continuity.domain.errors import IllegalTransition
from continuity.domain.states import (
    BEFORE,
    LIVE,
    OVER,
    TRANSITIONS,
    DrillEvent,
    DrillState,
    events_from,
    next_state,
    taken_up,
)

# Written out by hand, so that a slip in the table is a difference and not a tautology.
ARROWS = {
    "draft": {"approve": "approved", "abort": "aborted", "miss": "missed"},
    "approved": {"plan": "planned", "abort": "aborted", "miss": "missed"},
    "planned": {"start": "running", "abort": "aborted", "miss": "missed"},
    "running": {
        "pause": "paused",
        "mark": "running",
        "note": "running",
        "end": "ended",
        "abort": "aborted",
    },
    "paused": {"resume": "running", "note": "paused", "end": "ended", "abort": "aborted"},
    "ended": {"note": "ended", "review": "reviewed"},
    "reviewed": {"reopen": "ended"},
    "aborted": {},
    "missed": {},
}


@pytest.mark.parametrize(("state", "event"), list(product(DrillState, DrillEvent)))
def test_every_pair_goes_where_the_arrow_points_or_is_refused(state, event):
    expected = ARROWS[state.value].get(event.value)

    if expected is not None:
        assert next_state(state, event) is DrillState(expected)
    else:
        with pytest.raises(
            IllegalTransition, match=f"A {state} drill cannot {event}"
        ) as no:
            next_state(state, event)
        assert no.value.fields == {"state": state, "event": event}


@pytest.mark.parametrize("state", DrillState)
def test_the_buttons_of_a_state_are_its_arrows(state):
    assert [event.value for event in events_from(state)] == list(ARROWS[state.value])


def test_a_state_read_from_the_database_is_a_string():
    assert next_state("planned", DrillEvent.START) is DrillState.RUNNING
    assert events_from("approved") == (
        DrillEvent.PLAN,
        DrillEvent.ABORT,
        DrillEvent.MISS,
    )


def test_a_state_nobody_knows_is_a_bug_and_not_a_refusal():
    with pytest.raises(ValueError, match="asleep"):
        next_state("asleep", DrillEvent.START)


def test_live_and_over_share_no_state_and_leave_three_before_the_start():
    assert not LIVE & OVER
    assert (
        set(DrillState) - LIVE - OVER
        == BEFORE
        == {
            DrillState.DRAFT,
            DrillState.APPROVED,
            DrillState.PLANNED,
        }
    )


def test_no_draft_begins_without_being_approved_and_planned():
    begins = {state for state, event in TRANSITIONS if event is DrillEvent.START}

    assert begins == {DrillState.PLANNED}
    assert {state for (state, event) in TRANSITIONS if event is DrillEvent.PLAN} == {
        DrillState.APPROVED
    }


def test_nothing_that_is_over_becomes_live_again():
    assert not {TRANSITIONS[pair] for pair in TRANSITIONS if pair[0] in OVER} & LIVE


def test_every_state_can_be_reached_from_a_draft():
    reached = {DrillState.DRAFT}
    while more := {TRANSITIONS[p] for p in TRANSITIONS if p[0] in reached} - reached:
        reached |= more

    assert reached == set(DrillState)


@pytest.mark.parametrize("state", DrillState)
def test_only_a_real_outage_that_has_ended_goes_on_after_all(state):
    if state is DrillState.ENDED:
        assert taken_up(state) is DrillState.RUNNING
    else:
        with pytest.raises(IllegalTransition):
            taken_up(state)
