from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.clocks import (
    ORDER,
    Change,
    Clock,
    Moments,
    Pause,
    Placed,
    Reading,
    Sureness,
    Verdict,
    after_onset,
    change,
    elapsed,
    gap,
    median,
    next_step,
    place,
    rta,
    since_decided,
    since_detected,
    verdict,
    working_time,
)
from continuity.domain.errors import OutOfOrder

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
JUNE_10 = datetime(2025, 6, 10, 6, 36, tzinfo=UTC)


def after(minutes):
    return NOON + minutes * MINUTE


def exact(minutes):
    return Reading(minutes * MINUTE)


def bound(minutes):
    return Reading(minutes * MINUTE, is_lower_bound=True)


# Elapsed and working time


def test_elapsed_counts_real_hours_across_the_spring_change():
    before = datetime(2027, 3, 28, 1, 0, tzinfo=PARIS)
    later = datetime(2027, 3, 28, 4, 0, tzinfo=PARIS)

    assert elapsed(before, later) == 2 * HOUR
    assert later - before == 3 * HOUR  # what plain subtraction would have said


def test_elapsed_counts_the_repeated_hour_of_autumn():
    first = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS, fold=0)
    second = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS, fold=1)

    assert elapsed(first, second) == HOUR


def test_elapsed_refuses_to_run_backwards():
    with pytest.raises(OutOfOrder) as refusal:
        elapsed(NOON, NOON - SECOND)

    assert refusal.value.fields == {"earlier": "start", "later": "end"}


def test_elapsed_needs_to_know_the_zone():
    with pytest.raises(ValueError, match="aware"):
        elapsed(NOON, datetime(2026, 3, 2, 13))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("pauses", "minutes"),
    [
        ([], 60),
        ([(10, 20)], 50),
        ([(10, 20), (15, 30)], 40),
        ([(10, 40), (20, 30)], 30),
        ([(30, 40), (10, 20)], 40),
        ([(-30, 10)], 50),
        ([(50, 90)], 50),
        ([(-30, -10), (70, 90)], 60),
        ([(45, None)], 45),
        ([(45, None), (50, 55)], 45),
        ([(70, None)], 60),
        ([(-5, None)], 0),
        ([(20, 20)], 60),
    ],
    ids=[
        "none",
        "one",
        "overlapping",
        "one inside another",
        "out of order",
        "begun before the window",
        "ending after the window",
        "both outside",
        "still on",
        "still on, with another inside",
        "still on, begun after the window",
        "all of it",
        "of no length",
    ],
)
def test_pauses_are_taken_off_an_hour(pauses, minutes):
    given_pauses = [
        Pause(after(began), None if ended is None else after(ended))
        for began, ended in pauses
    ]

    assert working_time(NOON, after(60), given_pauses) == minutes * MINUTE


def test_a_pause_cannot_end_before_it_begins():
    with pytest.raises(OutOfOrder):
        Pause(after(10), after(9))


@given(
    st.integers(0, 120),
    st.lists(st.tuples(st.integers(-20, 140), st.none() | st.integers(0, 60)), max_size=6),
)
def test_working_time_counts_the_minutes_no_pause_covers(length, spans):
    pauses = [
        Pause(after(began), None if lasts is None else after(began + lasts))
        for began, lasts in spans
    ]

    counted = sum(
        not any(
            began <= minute and (lasts is None or minute < began + lasts)
            for began, lasts in spans
        )
        for minute in range(length)
    )

    assert working_time(NOON, after(length), pauses) == counted * MINUTE


# Moments


def test_the_clocks_are_in_the_order_of_a_recovery():
    assert [clock.value for clock in ORDER] == [
        "detected",
        "acknowledged",
        "decided",
        "switched",
        "minimum",
        "full",
        "returned",
    ]


def test_moments_with_holes_are_in_order():
    Moments(NOON, acknowledged=after(2), minimum=after(9)).check()


def test_two_clocks_may_share_an_instant():
    Moments(NOON, detected=NOON, acknowledged=NOON, minimum=NOON).check()


@pytest.mark.parametrize(
    ("moments", "earlier", "later"),
    [
        (Moments(NOON, detected=after(-1)), "occurred", "detected"),
        (Moments(NOON, returned=after(-1)), "occurred", "returned"),
        (Moments(NOON, acknowledged=after(5), minimum=after(4)), "acknowledged", "minimum"),
        (
            Moments(NOON, detected=after(9), switched=after(10), full=after(5)),
            "switched",
            "full",
        ),
    ],
)
def test_clocks_that_run_backwards_are_named(moments, earlier, later):
    with pytest.raises(OutOfOrder) as refusal:
        moments.check()

    assert refusal.value.fields == {"earlier": earlier, "later": later}


@given(st.lists(st.none() | st.integers(-3, 20), min_size=7, max_size=7))
def test_check_agrees_with_sorting(offsets):
    moments = Moments(NOON, *[None if m is None else after(m) for m in offsets])
    present = [0, *(m for m in offsets if m is not None)]

    if present == sorted(present):
        moments.check()
    else:
        with pytest.raises(OutOfOrder):
            moments.check()


def test_order_is_kept_by_instants_and_not_by_wall_clocks():
    first = datetime(2026, 10, 25, 2, 50, tzinfo=PARIS, fold=0)
    second = datetime(2026, 10, 25, 2, 10, tzinfo=PARIS, fold=1)

    Moments(first, acknowledged=second).check()  # 20 minutes later, though 02:10 < 02:50


def test_a_mark_that_arrives_late_takes_its_place_between_others():
    moments = Moments(NOON, switched=after(8))

    assert moments.with_mark(Clock.ACKNOWLEDGED, after(3)) == Moments(
        NOON, acknowledged=after(3), switched=after(8)
    )


def test_a_mark_out_of_order_is_refused_and_changes_nothing():
    moments = Moments(NOON, switched=after(8))

    with pytest.raises(OutOfOrder):
        moments.with_mark(Clock.MINIMUM, after(7))

    assert moments == Moments(NOON, switched=after(8))


def test_undoing_a_mark_leaves_the_others():
    moments = Moments(NOON, acknowledged=after(1), switched=after(8))

    assert moments.without(Clock.SWITCHED) == Moments(NOON, acknowledged=after(1))


@pytest.mark.parametrize(
    ("marked", "asked"),
    [
        ([], Clock.ACKNOWLEDGED),
        ([Clock.DETECTED], Clock.ACKNOWLEDGED),
        ([Clock.ACKNOWLEDGED], Clock.SWITCHED),
        ([Clock.DECIDED], Clock.SWITCHED),
        ([Clock.SWITCHED], Clock.MINIMUM),
        ([Clock.MINIMUM], None),
        ([Clock.FULL], None),
        ([Clock.ACKNOWLEDGED, Clock.MINIMUM], None),
    ],
)
def test_the_big_button_asks_for_the_next_step(marked, asked):
    moments = Moments(NOON)
    for minute, clock in enumerate(marked):
        moments = moments.with_mark(clock, after(minute))

    assert next_step(moments) is asked


def test_the_big_button_can_ask_for_all_steps():
    moments = Moments(NOON, minimum=after(20))

    assert next_step(moments, ORDER) is Clock.FULL


# Readings and verdicts


def test_a_recovery_is_measured_from_the_onset_and_from_where_people_argue_it_began():
    moments = Moments(NOON, detected=after(4), decided=after(10), minimum=after(18))
    when = {"ended": after(60), "now": after(90)}

    assert rta(moments, **when) == exact(18)
    assert since_detected(moments, **when) == exact(14)
    assert since_decided(moments, **when) == exact(8)


def test_without_the_mark_there_is_nothing_to_count_from():
    moments = Moments(NOON, minimum=after(18))

    assert since_detected(moments, ended=None, now=after(20)) is None
    assert since_decided(moments, ended=None, now=after(20)) is None


def test_a_workflow_still_down_at_the_end_has_only_a_lower_bound():
    moments = Moments(NOON, detected=after(12), switched=after(30))

    assert rta(moments, ended=after(42), now=after(90)) == bound(42)
    assert since_detected(moments, ended=after(42), now=after(90)) == bound(30)


def test_while_the_outage_lasts_the_bound_grows_with_now():
    assert rta(Moments(NOON), ended=None, now=after(7)) == bound(7)


def test_pauses_stop_the_clock():
    pauses = [Pause(after(5), after(15)), Pause(after(20), None)]

    assert rta(
        Moments(NOON, minimum=after(18)), ended=None, now=after(30), pauses=pauses
    ) == (exact(8))
    assert rta(Moments(NOON), ended=None, now=after(30), pauses=pauses) == bound(10)


def test_a_server_clock_that_steps_back_gives_at_least_nothing():
    assert rta(Moments(NOON), ended=None, now=after(-60)) == bound(0)


def test_reaching_the_minimum_before_the_onset_is_refused():
    with pytest.raises(OutOfOrder):
        rta(Moments(NOON, minimum=after(-1)), ended=None, now=after(5))


def test_the_fifteen_hours_of_june_2025():
    end = datetime(2025, 6, 10, 22, 0, tzinfo=UTC)
    waited = rta(Moments(JUNE_10), ended=end, now=end)
    switched = rta(
        Moments(JUNE_10, detected=JUNE_10 + 144 * MINUTE, minimum=JUNE_10 + 155 * MINUTE),
        ended=end,
        now=end,
    )

    assert waited == Reading(timedelta(hours=15, minutes=24), is_lower_bound=True)
    assert gap(waited, 4 * HOUR) == timedelta(hours=11, minutes=24)
    assert verdict(waited, 4 * HOUR, excused=False, over=True) is Verdict.MISSED
    assert verdict(waited, 24 * HOUR, excused=False, over=True) is Verdict.NOT_SHOWN
    assert switched == Reading(timedelta(hours=2, minutes=35))
    assert gap(switched, 4 * HOUR) == -timedelta(hours=1, minutes=25)
    assert verdict(switched, 4 * HOUR, excused=False, over=True) is Verdict.MET


@pytest.mark.parametrize(
    ("reading", "within", "running", "at_the_end"),
    [
        (exact(60), True, Verdict.MET, Verdict.MET),
        (Reading(HOUR + SECOND), False, Verdict.MISSED, Verdict.MISSED),
        (bound(59), None, None, Verdict.NOT_SHOWN),
        (bound(60), None, None, Verdict.NOT_SHOWN),
        (
            Reading(HOUR + SECOND, is_lower_bound=True),
            False,
            Verdict.MISSED,
            Verdict.MISSED,
        ),
    ],
    ids=["exactly on target", "a second late", "open", "open, on target", "open, too late"],
)
def test_a_target_of_an_hour(reading, within, running, at_the_end):
    assert reading.within(HOUR) is within
    assert verdict(reading, HOUR, excused=False, over=False) is running
    assert verdict(reading, HOUR, excused=False, over=True) is at_the_end


@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize("reading", [exact(5), bound(500)])
def test_without_a_target_there_is_no_verdict(reading, over):
    assert verdict(reading, None, excused=False, over=over) is None


@pytest.mark.parametrize("rto", [None, HOUR])
@pytest.mark.parametrize("reading", [exact(5), bound(500)])
def test_an_excuse_is_shown_and_not_hidden(reading, rto):
    assert verdict(reading, rto, excused=True, over=True) is Verdict.EXCUSED


# Medians


@pytest.mark.parametrize(
    ("readings", "middle"),
    [
        ([], None),
        ([exact(5)], exact(5)),
        ([bound(5)], bound(5)),
        ([exact(9), exact(1), exact(5)], exact(5)),
        ([exact(1), exact(5), exact(9), exact(10)], exact(5)),
        ([exact(10), bound(42)], exact(10)),
        ([exact(10), exact(20), bound(42)], exact(20)),
        ([exact(10), bound(15), bound(42)], bound(15)),
        ([exact(10), exact(20), bound(15)], bound(15)),
        ([exact(10), exact(20), bound(5)], bound(10)),
        ([bound(5), exact(5), exact(5)], exact(5)),
    ],
    ids=[
        "of nothing",
        "of one",
        "of one bound",
        "of three",
        "of four",
        "a bound above the lower median",
        "a bound above the median",
        "most of them open",
        "a bound below the middle",
        "a bound below all",
        "a bound that cannot move it",
    ],
)
def test_median(readings, middle):
    assert median(readings) == middle


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=6))
def test_the_median_holds_for_every_way_the_open_ones_could_have_ended(rows):
    readings = [Reading(n * MINUTE, is_lower_bound=is_bound) for n, is_bound in rows]

    answer = median(readings)

    # All that could really have happened: an open one came back at its bound, or later.
    possible = {
        sorted(times)[(len(times) - 1) // 2] * MINUTE
        for times in product(*[range(n, 7) if is_bound else (n,) for n, is_bound in rows])
    }
    assert min(possible) == answer.length
    assert answer.is_lower_bound is (len(possible) > 1)


# Presses that waited


ONLINE = {"opened": NOON, "tolerance": SECOND}


def test_a_press_with_an_age_is_placed_by_the_servers_clock():
    assert place(after(18), after(30), age=12 * MINUTE, **ONLINE) == Placed(
        after(18), exact=True
    )
    assert place(None, after(30), age=12 * MINUTE, **ONLINE) == Placed(
        after(18), exact=True
    )


@pytest.mark.parametrize("wrong", [-600, -60, -10, 10, 60, 600])
def test_a_phone_with_a_wrong_clock_is_placed_by_the_age_and_marked(wrong):
    """Its own clock and the counting one agree on the age: only the time is wrong."""
    assert place(
        after(18 + wrong), after(30), age=12 * MINUTE, wall_age=12 * MINUTE, **ONLINE
    ) == Placed(after(18), exact=False)


def test_a_phone_that_slept_is_placed_by_its_own_clock_and_marked():
    """The counting clock stood still for 10 of 12 minutes, the phone's own did not."""
    assert place(
        after(18), after(30), age=2 * MINUTE, wall_age=12 * MINUTE, **ONLINE
    ) == Placed(after(18), exact=False)


@pytest.mark.parametrize("step", [-60, 60])
def test_a_clock_that_was_set_by_an_hour_after_the_press_changes_nothing(step):
    assert place(
        after(18),
        after(30),
        age=12 * MINUTE,
        wall_age=12 * MINUTE + step * MINUTE,
        **ONLINE,
    ) == Placed(after(18), exact=True)


def test_a_press_that_was_long_on_its_way_is_not_called_exact():
    late = place(
        after(18), after(30) + 7 * SECOND, age=12 * MINUTE, wall_age=12 * MINUTE, **ONLINE
    )

    assert late == Placed(after(18), exact=False)


def test_nothing_was_pressed_before_what_the_phone_had_heard_from_us():
    assert place(after(2), after(30), age=None, heard_at=after(10), **ONLINE) == Placed(
        after(10), exact=False
    )
    # An instant we have not come to yet is nobody's knowledge.
    assert place(after(2), after(30), age=None, heard_at=after(99), **ONLINE) == Placed(
        after(30), exact=False
    )


def test_a_press_without_an_age_is_a_guess_however_good():
    assert place(after(18), after(30), age=None, **ONLINE) == Placed(after(18), exact=False)


def test_a_press_without_any_time_happened_when_it_arrived():
    assert place(None, after(30), age=None, **ONLINE) == Placed(after(30), exact=True)


@pytest.mark.parametrize(
    ("age", "placed"),
    [
        (-10 * SECOND, Placed(after(30), exact=False)),
        (-SECOND / 2, Placed(after(30), exact=True)),
        (30 * MINUTE + SECOND / 2, Placed(NOON, exact=True)),
        (31 * MINUTE, Placed(NOON, exact=False)),
        (timedelta.max, Placed(NOON, exact=False)),
        (timedelta.min, Placed(after(30), exact=False)),
    ],
    ids=[
        "from the future",
        "rounded",
        "rounded at the onset",
        "before the onset",
        "made up",
        "made up, negative",
    ],
)
def test_an_age_that_cannot_be_is_moved_and_marked(age, placed):
    assert place(None, after(30), age=age, **ONLINE) == placed


@pytest.mark.parametrize(
    ("pressed", "at"), [(after(-5), NOON), (after(45), after(30)), (NOON, NOON)]
)
def test_a_phones_clock_cannot_leave_the_outage(pressed, at):
    assert place(pressed, after(30), age=None, **ONLINE) == Placed(at, exact=False)


def test_a_server_clock_that_stepped_back_marks_the_press_as_suspect():
    assert place(None, after(-60), age=None, **ONLINE) == Placed(NOON, exact=False)
    assert place(None, after(-60), age=5 * MINUTE, **ONLINE) == Placed(NOON, exact=False)


@given(
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.integers(-600, 600),
    st.none() | st.timedeltas(),
    st.none() | st.timedeltas(),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)
def test_no_press_lies_before_the_onset_or_after_its_arrival(
    pressed, minutes, age, wall, heard
):
    received = after(minutes)

    placed = place(pressed, received, age=age, wall_age=wall, heard_at=heard, **ONLINE)

    assert NOON <= placed.at <= max(received, NOON)
    if placed.exact and age is not None:
        assert abs(received - placed.at - age) <= SECOND


@given(
    st.integers(0, 7200),
    st.integers(0, 7200),
    st.integers(-7200, 7200),
    st.integers(0, 3600),
    st.booleans(),
)
def test_an_exact_press_is_within_a_second_whatever_was_done_to_the_phone(
    pressed_second, waited, step, slept, reloaded
):
    """A clock stepped while it waited, sleep while it waited, a page loaded again."""
    true = NOON + pressed_second * SECOND
    received = true + (waited + slept) * SECOND

    placed = place(
        true,
        received,
        age=None if reloaded else waited * SECOND,
        wall_age=max(waited + slept + step, 0) * SECOND,
        opened=NOON,
    )

    assert not placed.exact or abs(placed.at - true) <= SECOND


@given(st.integers(0, 7200), st.integers(0, 7200), st.integers(-7200, 7200))
def test_a_phone_that_believes_another_time_never_gets_a_wrong_time_called_exact(
    pressed_second, waited, off
):
    true = NOON + pressed_second * SECOND
    received = true + waited * SECOND

    placed = place(
        true + off * SECOND,
        received,
        age=waited * SECOND,
        wall_age=waited * SECOND,
        opened=NOON,
    )

    assert not placed.exact or abs(placed.at - true) <= SECOND
    assert placed.exact is (abs(off) <= 1)


# Reading one clock, comparing two


def reached(clock, moments, **options):
    return after_onset(moments, clock, ended=after(60), now=after(90), **options)


def test_a_clock_is_read_from_the_onset_with_pauses_taken_off():
    moments = Moments(occurred=after(0), acknowledged=after(5), switched=after(20))
    pause = Pause(after(10), after(14))

    assert reached(Clock.ACKNOWLEDGED, moments, pauses=[pause]) == exact(5)
    assert reached(Clock.SWITCHED, moments, pauses=[pause]) == exact(16)


def test_a_clock_that_had_not_come_is_a_lower_bound_and_one_passed_over_is_nothing():
    moments = Moments(occurred=after(0), switched=after(20))

    assert reached(Clock.MINIMUM, moments) == bound(60)
    assert reached(Clock.ACKNOWLEDGED, moments) is None
    assert reached(Clock.DECIDED, Moments(occurred=after(0))) is None
    assert reached(Clock.DETECTED, Moments(occurred=after(0))) is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (exact(30), exact(20), Change(-10 * MINUTE)),
        (
            exact(30),
            bound(42),
            Change(12 * MINUTE, Sureness.AT_LEAST),
        ),
        (
            bound(42),
            exact(30),
            Change(-12 * MINUTE, Sureness.AT_MOST),
        ),
        (exact(31), bound(3), None),  # it may have taken longer, or not
        (bound(3), exact(31), None),
        (exact(30), bound(30), None),
        (bound(1), bound(1), None),
        (None, exact(1), None),
        (exact(1), None, None),
    ],
)
def test_a_change_is_as_sure_as_both_readings_allow(old, new, expected):
    assert change(old, new) == expected
