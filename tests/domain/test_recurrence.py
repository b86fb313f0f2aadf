import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.errors import InvalidRule
from continuity.domain.recurrence import (
    Fault,
    Rule,
    moments,
    next_after,
    occurrences,
    parse,
)

PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def wall(*parts):
    return datetime(*parts)  # noqa: DTZ001


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def rule(rrule, *start, zone="Europe/Paris", blackout=()):
    return parse(rrule, wall(*start), zone, frozenset(blackout))


def first(rule, number, after=None):
    return list(occurrences(rule, after or at(2000, 1, 1), at(2399, 1, 1), limit=number))


# The two changes of the clock


def test_the_wall_clock_time_survives_the_spring_change():
    daily = rule("FREQ=DAILY", 2027, 3, 27, 9, 0)

    assert first(daily, 3) == [
        at(2027, 3, 27, 8, 0),
        at(2027, 3, 28, 7, 0),
        at(2027, 3, 29, 7, 0),
    ]


def test_half_past_two_in_the_gap_runs_at_half_past_three():
    daily = rule("FREQ=DAILY", 2027, 3, 27, 2, 30)

    in_paris = [instant.astimezone(PARIS) for instant in first(daily, 3)]

    assert [f"{instant:%d %H:%M}" for instant in in_paris] == [
        "27 02:30",
        "28 03:30",
        "29 02:30",
    ]
    assert first(daily, 3)[1] == at(2027, 3, 28, 1, 30)


def test_once_in_the_gap_runs_at_half_past_three():
    assert first(rule(None, 2027, 3, 28, 2, 30), 2) == [at(2027, 3, 28, 1, 30)]


def test_a_time_moved_out_of_the_gap_does_not_run_beside_its_neighbour():
    daily = rule("FREQ=DAILY;BYHOUR=2,3", 2027, 3, 28, 0, 30)

    assert first(daily, 3) == [
        at(2027, 3, 28, 1, 30),  # 02:30 that became 03:30, and 03:30
        at(2027, 3, 29, 0, 30),
        at(2027, 3, 29, 1, 30),
    ]


def test_of_two_half_past_twos_the_first_runs():
    daily = rule("FREQ=DAILY", 2026, 10, 24, 2, 30)

    assert first(daily, 3) == [
        at(2026, 10, 24, 0, 30),
        at(2026, 10, 25, 0, 30),  # 02:30 in summer time; 01:30 UTC would be the second
        at(2026, 10, 26, 1, 30),
    ]


def test_the_second_half_past_two_does_not_run_after_the_first():
    daily = rule("FREQ=DAILY", 2026, 10, 24, 2, 30)

    assert next_after(daily, at(2026, 10, 25, 0, 30)) == at(2026, 10, 26, 1, 30)


def test_an_hourly_rule_keeps_the_repeated_hour():
    hourly = rule("FREQ=HOURLY", 2026, 10, 25, 1, 0)

    in_paris = [instant.astimezone(PARIS) for instant in first(hourly, 4)]

    assert [f"{instant:%H:%M %Z}" for instant in in_paris] == [
        "01:00 CEST",
        "02:00 CEST",
        "02:00 CET",
        "03:00 CET",
    ]


def test_an_hourly_rule_has_no_hole_in_spring():
    hourly = rule("FREQ=HOURLY", 2027, 3, 28, 1, 0)

    assert first(hourly, 3) == [
        at(2027, 3, 28, 0, 0),
        at(2027, 3, 28, 1, 0),
        at(2027, 3, 28, 2, 0),
    ]


def test_an_hourly_rule_asks_the_wall_clock_for_its_hours():
    hourly = rule("FREQ=HOURLY;BYHOUR=2;BYDAY=SU", 2026, 10, 24, 0, 15)

    assert first(hourly, 3) == [
        at(2026, 10, 25, 0, 15),
        at(2026, 10, 25, 1, 15),
        at(2026, 11, 1, 1, 15),
    ]


# Rules people write


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("FREQ=MONTHLY;BYDAY=1MO", ["2026-01-05", "2026-02-02", "2026-03-02"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["2026-01-30", "2026-02-27", "2026-03-27"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-01-31", "2026-03-31", "2026-05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", ["2026-01-01", "2026-01-13", "2026-01-15"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29", "2032-02-29"]),
        ("FREQ=MONTHLY;INTERVAL=3", ["2026-01-01", "2026-04-01", "2026-07-01"]),
        ("FREQ=DAILY;COUNT=2", ["2026-01-01", "2026-01-02"]),
        ("FREQ=DAILY;UNTIL=20260102", ["2026-01-01", "2026-01-02"]),
        ("FREQ=DAILY;UNTIL=20260102T080000Z", ["2026-01-01", "2026-01-02"]),
        ("FREQ=DAILY;UNTIL=20260102T075959Z", ["2026-01-01"]),
        ("FREQ=DAILY;UNTIL=20260102T090000", ["2026-01-01", "2026-01-02"]),
        (" rrule:freq=weekly; byday=mo; ", ["2026-01-05", "2026-01-12", "2026-01-19"]),
        ("", ["2026-01-01"]),
        (None, ["2026-01-01"]),
    ],
)
def test_days_of_a_rule_that_starts_at_nine_on_1_january_2026(text, days):
    found = first(rule(text, 2026, 1, 1, 9, 0), 3)

    assert [f"{instant.astimezone(PARIS):%Y-%m-%d %H:%M}" for instant in found] == [
        f"{day} 09:00" for day in days
    ]


def test_a_month_of_downtime_leaves_one_next_occurrence():
    weekly = rule("FREQ=WEEKLY", 2026, 1, 5, 9, 0)

    assert next_after(weekly, at(2026, 2, 4, 0, 0)) == at(2026, 2, 9, 8, 0)


def test_before_its_start_a_rule_is_due_at_its_start():
    assert next_after(rule("FREQ=WEEKLY", 2026, 1, 5, 9, 0), at(2020, 1, 1)) == (
        at(2026, 1, 5, 8, 0)
    )


def test_both_bounds_of_a_window_are_outside_it():
    daily = rule("FREQ=DAILY", 2026, 1, 1, 9, 0)

    assert occurrences(daily, at(2026, 1, 1, 8, 0), at(2026, 1, 3, 8, 0)) == (
        at(2026, 1, 2, 8, 0),
    )


def test_a_rule_that_has_ended_has_no_next_occurrence():
    twice = rule("FREQ=DAILY;COUNT=2", 2026, 1, 1, 9, 0)

    assert next_after(twice, at(2026, 1, 2, 7, 59)) == at(2026, 1, 2, 8, 0)
    assert next_after(twice, at(2026, 1, 2, 8, 0)) is None


def test_once_is_once():
    once = rule(None, 2026, 1, 1, 9, 0)

    assert next_after(once, at(2025, 1, 1)) == at(2026, 1, 1, 8, 0)
    assert next_after(once, at(2026, 1, 1, 8, 0)) is None


def test_after_the_end_of_all_calendars_nothing_is_due():
    daily = rule("FREQ=DAILY", 2026, 1, 1, 9, 0)

    assert next_after(daily, datetime.max.replace(tzinfo=UTC)) is None


# Blackout dates


def test_nothing_runs_on_a_blackout_date():
    weekly = rule("FREQ=WEEKLY", 2026, 12, 18, 9, 0, blackout=[date(2026, 12, 25)])

    assert first(weekly, 2) == [at(2026, 12, 18, 8, 0), at(2027, 1, 1, 8, 0)]


def test_a_blackout_date_is_that_of_the_wall_calendar():
    night = rule("FREQ=DAILY", 2026, 7, 13, 0, 30, blackout=[date(2026, 7, 14)])

    # 00:30 on the 14th in Paris is 22:30 on the 13th in UTC.
    assert first(night, 2) == [at(2026, 7, 12, 22, 30), at(2026, 7, 14, 22, 30)]


def test_a_blackout_uses_up_a_count():
    twice = rule("FREQ=DAILY;COUNT=2", 2026, 1, 1, 9, 0, blackout=[date(2026, 1, 2)])

    assert first(twice, 3) == [at(2026, 1, 1, 8, 0)]


def test_a_rule_blacked_out_for_good_is_valid_and_never_due():
    holidays = [date(2026, 1, 5) + 7 * DAY * week for week in range(600)]

    assert next_after(
        rule("FREQ=WEEKLY", 2026, 1, 5, 9, 0, blackout=holidays), at(2026, 1, 1)
    ) is (None)
    assert first(rule(None, 2026, 1, 5, 9, 0, blackout=holidays), 1) == []


# Refusals


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("FREQ=SECONDLY", {"reason": Fault.TOO_OFTEN, "part": "FREQ=SECONDLY"}),
        ("FREQ=MINUTELY;INTERVAL=90", {"reason": Fault.TOO_OFTEN, "part": "FREQ=MINUTELY"}),
        ("FREQ=HOURLY;BYMINUTE=0,30", {"reason": Fault.TOO_OFTEN, "part": "BYMINUTE"}),
        ("FREQ=DAILY;BYSECOND=0,30", {"reason": Fault.TOO_OFTEN, "part": "BYSECOND"}),
        ("FREQ=HOURLY;BYSETPOS=1", {"reason": Fault.UNSUPPORTED, "part": "BYSETPOS"}),
        ("FREQ=HOURLY;BYDAY=XX", {"reason": Fault.UNREADABLE, "part": "BYDAY"}),
        ("FREQ=MONTHLY;BYDAY=6MO", {"reason": Fault.UNREADABLE, "part": "BYDAY"}),
        ("FREQ=YEARLY;BYDAY=54MO", {"reason": Fault.UNREADABLE, "part": "BYDAY"}),
        ("FREQ=YEARLY;BYMONTH=1;BYDAY=6MO", {"reason": Fault.UNREADABLE, "part": "BYDAY"}),
        ("FREQ=MONTHLY;BYDAY=0MO", {"reason": Fault.UNREADABLE, "part": "BYDAY"}),
        ("FREQ=WEEKLY;WKST=LU", {"reason": Fault.UNREADABLE, "part": "WKST"}),
        ("FREQ=DAILY;BYHOUR=-1", {"reason": Fault.UNREADABLE, "part": "BYHOUR"}),
        ("FREQ=MONTHLY;BYMONTHDAY=32", {"reason": Fault.UNREADABLE, "part": "BYMONTHDAY"}),
        ("FREQ=WEEKLY;BYDAY=1MO", {"reason": Fault.UNREADABLE, "part": "BYDAY"}),
        ("every monday", {"reason": Fault.UNREADABLE, "part": "EVERYMONDAY"}),
        ("FREQ=FORTNIGHTLY", {"reason": Fault.UNREADABLE, "part": "FREQ"}),
        ("BYDAY=MO", {"reason": Fault.UNREADABLE, "part": "FREQ"}),
        ("FREQ=DAILY;FREQ=DAILY", {"reason": Fault.UNREADABLE, "part": "FREQ=DAILY"}),
        ("FREQ=YEARLY;BYEASTER=0", {"reason": Fault.UNREADABLE, "part": "BYEASTER=0"}),
        ("FREQ=DAILY;INTERVAL=0", {"reason": Fault.UNREADABLE, "part": "INTERVAL"}),
        ("FREQ=DAILY;INTERVAL=-1", {"reason": Fault.UNREADABLE, "part": "INTERVAL"}),
        ("FREQ=DAILY;INTERVAL=1001", {"reason": Fault.TOO_MANY, "part": "INTERVAL"}),
        ("FREQ=DAILY;COUNT=1001", {"reason": Fault.TOO_MANY, "part": "COUNT"}),
        ("FREQ=DAILY;COUNT=" + "9" * 5000, {"reason": Fault.TOO_MANY, "part": "COUNT"}),
        ("FREQ=DAILY;UNTIL=SOON", {"reason": Fault.UNREADABLE, "part": "UNTIL"}),
        ("FREQ=DAILY;UNTIL=20260230", {"reason": Fault.UNREADABLE, "part": "UNTIL"}),
        ("FREQ=DAILY;UNTIL=99991231", {"reason": Fault.UNREADABLE, "part": "UNTIL"}),
        (
            "FREQ=DAILY;COUNT=2;UNTIL=20270101",
            {"reason": Fault.UNREADABLE, "part": "UNTIL"},
        ),
        ("FREQ=DAILY;BYHOUR=25", {"reason": Fault.UNREADABLE, "part": "BYHOUR"}),
        (
            "FREQ=MONTHLY;BYSETPOS=0;BYDAY=MO",
            {"reason": Fault.UNREADABLE, "part": "BYSETPOS"},
        ),
        ("FREQ=DAILY;UNTIL=20251231", {"reason": Fault.NEVER}),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", {"reason": Fault.NEVER}),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", {"reason": Fault.NEVER}),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", {"reason": Fault.NEVER}),
        ("FREQ=DAILY;BYSETPOS=366", {"reason": Fault.NEVER}),
        ("FREQ=HOURLY;INTERVAL=168;BYDAY=TU", {"reason": Fault.NEVER}),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused_at_once(text, fields):
    began = time.process_time()
    with pytest.raises(InvalidRule) as refusal:
        rule(text, 2026, 1, 1, 9, 0)

    assert refusal.value.fields == fields
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "zone", ["Mars/Olympus", "Europe", "../etc", "/etc/passwd", "", "a\0b"]
)
def test_a_zone_nobody_lives_in_is_refused(zone):
    with pytest.raises(InvalidRule) as refusal:
        Rule(None, wall(2026, 1, 1, 9, 0), zone)

    assert refusal.value.fields["reason"] is Fault.ZONE


@pytest.mark.parametrize("year", [1, 1999, 2200, 9999])
def test_a_start_in_another_century_is_refused(year):
    with pytest.raises(InvalidRule) as refusal:
        rule("FREQ=DAILY", year, 1, 1, 9, 0)

    assert refusal.value.fields == {"reason": Fault.START}


def test_a_start_has_no_zone_of_its_own_and_an_instant_has_one():
    with pytest.raises(ValueError, match="wall-clock"):
        Rule(None, at(2026, 1, 1), "Europe/Paris")
    with pytest.raises(ValueError, match="aware"):
        next_after(rule(None, 2026, 1, 1), wall(2026, 1, 1))


def test_hours_far_from_the_start_are_found_at_once():
    hourly = rule("FREQ=HOURLY;INTERVAL=5", 2000, 1, 1, 0, 0, zone="UTC")
    began = time.process_time()

    found = next_after(hourly, at(2190, 1, 1))

    assert (found - at(2000, 1, 1)) % (5 * HOUR) == timedelta()
    assert timedelta() < found - at(2190, 1, 1) <= 5 * HOUR
    assert time.process_time() - began < 1


# Properties

starts = st.datetimes(wall(2000, 1, 1), wall(2060, 1, 1)).map(
    lambda start: start.replace(second=0, microsecond=0)
)
zones = st.sampled_from(
    ["Europe/Paris", "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
texts = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3;BYHOUR=1,2,3",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,WE",
        "FREQ=WEEKLY;INTERVAL=3;WKST=SU;BYDAY=SU,MO",
        "FREQ=MONTHLY;BYDAY=-1SU",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=3,10",
        "FREQ=HOURLY;INTERVAL=7",
        "FREQ=DAILY;COUNT=40",
    ]
)


@given(texts, starts, zones, st.timedeltas(-DAY, 4000 * DAY))
def test_the_next_occurrence_is_the_first_of_those_that_follow(text, start, zone, late):
    r = parse(text, start, zone)
    after = start.replace(tzinfo=UTC) + late

    following = occurrences(r, after, after + 800 * DAY, limit=20)

    assert all(earlier < later for earlier, later in pairwise((after, *following)))
    if following:
        assert next_after(r, after) == following[0]
        assert next_after(r, following[0]) == (following[1] if following[1:] else None) or (
            len(following) == 1
        )


@given(texts.filter(lambda text: "HOURLY" not in text), starts, st.integers(0, 4000))
def test_skipping_ahead_and_another_cycle_of_the_calendar_change_nothing(text, start, days):
    after = start + days * DAY

    plain = rrulestr(text, dtstart=start).xafter(after, count=3)

    found = occurrences(
        parse(text, start, "UTC"), after.replace(tzinfo=UTC), at(2300, 1, 1), limit=3
    )
    near = [instant.replace(tzinfo=UTC) for instant in plain]
    assert list(found) == [i for i in near if i <= after.replace(tzinfo=UTC) + 3653 * DAY]


parts = st.tuples(
    st.sampled_from(
        [
            "BYDAY",
            "BYMONTH",
            "BYMONTHDAY",
            "BYYEARDAY",
            "BYWEEKNO",
            "BYHOUR",
            "BYMINUTE",
            "BYSECOND",
            "BYSETPOS",
            "COUNT",
            "INTERVAL",
            "UNTIL",
            "WKST",
            "X",
        ]
    ),
    st.lists(
        st.integers(-400, 400).map(str)
        | st.sampled_from(["MO", "-1SU", "TU", "20270101", "+"]),
        max_size=3,
    ).map(",".join),
)


@given(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]), st.lists(parts))
def test_whatever_is_typed_is_refused_or_a_rule_that_is_once_due(frequency, typed):
    text = ";".join([f"FREQ={frequency}", *(f"{name}={value}" for name, value in typed)])

    with suppress(InvalidRule):
        r = parse(text, wall(2026, 1, 1, 9, 0), "Europe/Paris")

        assert next_after(r, at(2025, 1, 1)) is not None


@pytest.mark.parametrize(
    ("zone", "day", "gap", "runs"),
    [
        ("Europe/Paris", (2026, 3, 28), "2026-03-29", "03:30+0200"),
        ("America/New_York", (2026, 3, 7), "2026-03-08", "03:30-0400"),
        ("Australia/Sydney", (2026, 10, 3), "2026-10-04", "03:30+1100"),
    ],
)
def test_in_each_zone_what_the_spring_change_leaves_out_is_named_and_runs_an_hour_later(
    zone, day, gap, runs
):
    daily = rule("FREQ=DAILY", *day, 2, 30, zone=zone)

    found = list(islice(moments(daily, daily.starts_at.replace(tzinfo=UTC) - 2 * DAY), 3))

    moved = next(one for one in found if f"{one.wall:%Y-%m-%d}" == gap)
    assert f"{moved.wall:%H:%M}" == "02:30"
    assert f"{moved.at.astimezone(ZoneInfo(zone)):%H:%M%z}" == runs


@pytest.mark.parametrize(
    ("zone", "day", "clock", "runs"),
    [
        ("Europe/Paris", (2026, 10, 25), (2, 30), "02:30+0200"),
        ("America/New_York", (2026, 11, 1), (1, 30), "01:30-0400"),
        ("Australia/Sydney", (2026, 4, 5), (2, 30), "02:30+1100"),
    ],
)
def test_in_each_zone_the_first_of_two_equal_times_runs_once(zone, day, clock, runs):
    daily = rule("FREQ=DAILY;COUNT=2", *day, *clock, zone=zone)

    found = list(moments(daily, datetime(2026, 1, 1, tzinfo=UTC)))

    assert f"{found[0].at.astimezone(ZoneInfo(zone)):%H:%M%z}" == runs
    assert found[1].at - found[0].at == 25 * HOUR


@pytest.mark.parametrize(
    ("zone", "day", "times"),
    [
        ("Europe/Paris", (2026, 10, 25, 1, 0), ["01", "02", "02", "03"]),
        ("America/New_York", (2026, 11, 1, 0, 0), ["00", "01", "01", "02"]),
        ("Australia/Sydney", (2026, 4, 5, 1, 0), ["01", "02", "02", "03"]),
    ],
)
def test_in_each_zone_an_hourly_rule_keeps_the_repeated_hour(zone, day, times):
    hourly = rule("FREQ=HOURLY;COUNT=4", *day, zone=zone)

    found = list(moments(hourly, datetime(2026, 1, 1, tzinfo=UTC)))

    assert [f"{one.wall:%H}" for one in found] == times
    assert [b.at - a.at for a, b in pairwise(found)] == [HOUR] * 3


def test_moments_name_the_days_without_drills_that_occurrences_leave_out():
    daily = rule("FREQ=DAILY", 2026, 1, 1, 9, 0, blackout=[date(2026, 1, 2)])

    found = list(islice(moments(daily, datetime(2026, 1, 1, tzinfo=UTC)), 3))

    assert [one.blacked_out for one in found] == [False, True, False]
