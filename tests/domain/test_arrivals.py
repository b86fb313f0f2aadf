from datetime import timedelta

import pytest

from continuity.domain.arrivals import Arrival, arrival
from continuity.domain.errors import NotRunning
from continuity.domain.states import DrillState
from tests.factories import NOON

END = NOON + timedelta(minutes=60)
BEFORE = NOON + timedelta(minutes=59)
AFTER = NOON + timedelta(minutes=61)


@pytest.mark.parametrize(
    ("state", "taken"),
    [
        ("running", Arrival.IN_TIME),
        ("paused", Arrival.IN_TIME),
        ("ended", Arrival.LATE),
        ("reviewed", Arrival.TOO_LATE),
    ],
)
@pytest.mark.parametrize("at", [NOON, BEFORE, END], ids=["onset", "before", "at the end"])
def test_what_was_pressed_in_time_is_taken_whenever_it_comes(state, taken, at):
    assert arrival(state, at, ends_by=END, paused_since=END, ended_at=END) is taken


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("running", "after_end"),
        ("paused", "paused"),
        ("ended", "after_end"),
        ("reviewed", "after_end"),
    ],
)
def test_what_was_pressed_after_it_is_refused(state, reason):
    with pytest.raises(NotRunning) as refusal:
        arrival(state, AFTER, ends_by=END, paused_since=END, ended_at=END)

    assert refusal.value.fields["reason"] == reason


@pytest.mark.parametrize(
    "state", sorted(set(DrillState) - {"running", "paused", "ended", "reviewed"})
)
def test_nothing_is_timed_in_any_other_state(state):
    with pytest.raises(NotRunning) as refusal:
        arrival(state, NOON, ends_by=END, paused_since=END, ended_at=END)

    assert refusal.value.fields == {"state": state}


def test_without_a_limit_a_running_outage_takes_everything():
    assert arrival("running", AFTER) is Arrival.IN_TIME
