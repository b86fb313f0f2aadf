from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.errors import InvalidScript
from continuity.domain.scenario import (
    ComponentState,
    Fault,
    Phase,
    Script,
    Seen,
    at_speed,
    due_phases,
    plain_down,
    seen,
)

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def phase(minutes, component, state, rate=None, **more):
    return Phase(component, minutes * MINUTE, ComponentState(state), rate, **more)


# ChatGPT and the API on 10 June 2025: never down, slow to come back, not together.
JUNE_10 = Script(
    (
        phase(0, "fleet", "degraded"),
        phase(129, "fleet", "degraded", 5),
        phase(144, "chatgpt", "degraded", 35, delay=30 * SECOND, note="peak until t=504"),
        phase(144, "api", "degraded", 25),
        phase(433, "fleet", "recovering"),
        phase(604, "api", "recovering"),
        phase(774, "api", "recovered"),
        phase(924, "chatgpt", "recovered"),
    ),
    length=924 * MINUTE,
)

scripts = st.lists(
    st.tuples(st.integers(0, 900), st.sampled_from("abc")), max_size=12, unique=True
).map(
    lambda rows: Script(
        tuple(
            phase(minute, name, "degraded", minute % 101) for minute, name in sorted(rows)
        ),
        length=900 * MINUTE,
    )
)
speeds = st.floats(0.5, 120)
moments = st.integers(0, 2000).map(lambda seconds: seconds * SECOND)


@pytest.mark.parametrize(
    ("minutes", "component", "state", "rate", "since"),
    [
        (0, "chatgpt", "operational", None, 0),
        (143, "chatgpt", "operational", None, 0),
        (144, "chatgpt", "degraded", 35, 144),
        (700, "chatgpt", "degraded", 35, 144),
        (700, "api", "recovering", None, 604),
        (800, "api", "recovered", None, 774),
        (924, "chatgpt", "recovered", None, 924),
        (9999, "chatgpt", "recovered", None, 924),
        (500, "gemini", "operational", None, 0),
    ],
)
def test_what_users_saw_on_10_june_2025(minutes, component, state, rate, since):
    now = seen(JUNE_10, component, minutes * MINUTE, speed=1)

    assert (now.state, now.error_percent, now.since) == (state, rate, since * MINUTE)


def test_at_60x_the_fifteen_hours_take_a_quarter_of_an_hour():
    played = at_speed(JUNE_10, 60)

    assert played.length == timedelta(minutes=15, seconds=24)
    assert seen(JUNE_10, "chatgpt", 143 * SECOND, 60).state == "operational"
    assert seen(JUNE_10, "chatgpt", 144 * SECOND, 60) == Seen(
        ComponentState.DEGRADED, 35, 30 * SECOND, "peak until t=504", since=144 * SECOND
    )


def test_nothing_is_seen_before_the_onset():
    assert seen(JUNE_10, "fleet", -SECOND).state == "operational"
    assert seen(JUNE_10, "fleet", 0 * SECOND).state == "degraded"


def test_the_components_are_those_the_script_names():
    assert JUNE_10.components == ("fleet", "chatgpt", "api")


def test_a_phase_is_due_once():
    first = due_phases(JUNE_10, None, 0 * MINUTE)
    second = due_phases(JUNE_10, 0 * MINUTE, 144 * MINUTE)
    third = due_phases(JUNE_10, 144 * MINUTE, 432 * MINUTE)

    assert [p.at // MINUTE for p in first] == [0]
    assert [p.at // MINUTE for p in second] == [129, 144, 144]
    assert third == ()


def test_a_tool_that_is_simply_down_comes_back_at_the_end():
    script = plain_down("chatgpt", 90 * MINUTE)

    assert seen(script, "chatgpt", 0 * MINUTE).state == "down"
    assert seen(script, "chatgpt", 89 * MINUTE).error_percent == 100
    assert seen(script, "chatgpt", 90 * MINUTE).state == "recovered"


@pytest.mark.parametrize(
    ("phases", "fault"),
    [
        ([phase(-1, "api", "down")], Fault.BEFORE_START),
        ([phase(61, "api", "down")], Fault.AFTER_END),
        ([phase(9, "api", "down"), phase(8, "chatgpt", "down")], Fault.OUT_OF_ORDER),
        ([phase(9, "api", "down"), phase(9, "api", "degraded")], Fault.TWICE_AT_ONCE),
        ([phase(0, "api", "down", 100.1)], Fault.RATE),
        ([phase(0, "api", "down", -1)], Fault.RATE),
        ([phase(0, "api", "down", float("nan"))], Fault.RATE),
        ([phase(0, "api", "degraded", delay=-SECOND)], Fault.DELAY),
    ],
)
def test_a_script_that_contradicts_itself_is_refused(phases, fault):
    with pytest.raises(InvalidScript) as refusal:
        Script(tuple(phases), length=60 * MINUTE)

    culprit = phases[-1]
    assert refusal.value.fields == {
        "reason": fault,
        "component": culprit.component,
        "at": culprit.at,
    }


@pytest.mark.parametrize("minutes", [0, -5])
def test_a_script_lasts_some_time(minutes):
    with pytest.raises(InvalidScript) as refusal:
        plain_down("chatgpt", minutes * MINUTE)

    assert refusal.value.fields == {"reason": Fault.NO_LENGTH}


@pytest.mark.parametrize("speed", [0, -1, float("inf"), float("nan")])
@pytest.mark.parametrize(
    "ask",
    [
        lambda speed: at_speed(JUNE_10, speed),
        lambda speed: seen(JUNE_10, "api", MINUTE, speed),
        lambda speed: due_phases(JUNE_10, None, MINUTE, speed),
    ],
    ids=["at_speed", "seen", "due_phases"],
)
def test_time_needs_a_speed(ask, speed):
    with pytest.raises(InvalidScript) as refusal:
        ask(speed)

    assert refusal.value.fields == {"reason": Fault.SPEED}


@given(scripts, speeds, moments)
def test_playing_faster_is_looking_at_the_faster_script(script, speed, moment):
    for component in "abc":
        assert seen(script, component, moment, speed) == seen(
            at_speed(script, speed), component, moment, 1
        )


@given(scripts, speeds, st.lists(moments, min_size=1, max_size=6).map(sorted))
def test_however_irregular_the_looks_each_phase_is_due_once(script, speed, looks):
    found, before = [], None
    for look in looks:
        found += due_phases(script, before, look, speed)
        before = look

    assert tuple(found) == due_phases(script, None, looks[-1], speed)


@given(scripts, speeds, moments)
def test_the_last_due_phase_of_a_component_is_what_its_users_see(script, speed, moment):
    due = due_phases(script, None, moment, speed)

    for component in "abc":
        own = [p for p in due if p.component == component]
        state = own[-1].state if own else ComponentState.OPERATIONAL
        rate = own[-1].error_percent if own else None
        now = seen(script, component, moment, speed)
        assert (now.state, now.error_percent) == (state, rate)


def test_a_component_that_turns_three_times_in_45_minutes_flaps_until_it_recovered():
    minutes = [0, 10, 20, 30, 40, 90]
    states = ["down", "operational", "down", "operational", "down", "recovered"]
    script = Script(
        tuple(
            Phase("tool", timedelta(minutes=at), ComponentState(state))
            for at, state in zip(minutes, states, strict=True)
        ),
        timedelta(hours=2),
    )

    flaps = [seen(script, "tool", timedelta(minutes=at)).flapping for at in minutes]

    assert flaps == [False, False, False, True, True, False]
    assert seen(script, "tool", timedelta(minutes=1), speed=30).flapping is True


def test_going_down_twice_in_a_day_is_not_flapping():
    script = Script(
        tuple(
            Phase("chatgpt", timedelta(minutes=at), state)
            for at, state in [
                (0, ComponentState.DOWN),
                (261, ComponentState.OPERATIONAL),
                (445, ComponentState.DOWN),
            ]
        ),
        timedelta(minutes=618),
    )

    assert seen(script, "chatgpt", timedelta(minutes=445)).flapping is False
