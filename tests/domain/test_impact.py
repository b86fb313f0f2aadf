from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.errors import OutOfOrder
from continuity.domain.hours import (
    Hours,
    InvalidHours,
    Window,
    parse_hours,
    worked,
    worked_at_peak,
)
from continuity.domain.impact import (
    DAY,
    HOUR,
    MINUTE,
    POINTS,
    Contradiction,
    Level,
    OutageImpact,
    Rating,
    Step,
    TargetsContradict,
    check_targets,
    curve,
    curves,
    impact_of,
    mtpd,
    suggested_rto,
)

PARIS = ZoneInfo("Europe/Paris")
SLIGHT = Level("slight", 1, tolerable=True)
SERIOUS = Level("serious", 2, tolerable=True)
GRAVE = Level("grave", 3, tolerable=False)
RATINGS = [
    Rating("revenue", 1 * HOUR, SLIGHT, Decimal(500), "EUR"),
    Rating("revenue", 8 * HOUR, GRAVE, Decimal(40_000), "EUR"),
    Rating("customers", 4 * HOUR, SERIOUS),
]


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def weekly(text: str, *, peaks: str = "", zone: str = "Europe/Paris") -> Hours:
    return Hours(parse_hours(text), zone, parse_hours(peaks) if peaks else ())


# The curve


def test_the_points_in_time_are_those_of_the_form():
    assert [point // MINUTE for point in POINTS] == [
        15, 30, 60, 240, 480, 1440, 4320, 10080,
    ]  # fmt: skip


def test_a_level_holds_until_the_next_point_and_the_last_one_for_ever():
    assert curve(RATINGS).steps == (
        Step(1 * HOUR, 4 * HOUR, SLIGHT),
        Step(4 * HOUR, 8 * HOUR, SERIOUS),
        Step(8 * HOUR, None, GRAVE),
    )


@pytest.mark.parametrize(
    ("length", "level"),
    [
        (timedelta(), None),
        (59 * MINUTE, None),
        (1 * HOUR, SLIGHT),
        (4 * HOUR - timedelta.resolution, SLIGHT),
        (4 * HOUR, SERIOUS),
        (8 * HOUR, GRAVE),
        (365 * DAY, GRAVE),
    ],
)
def test_before_the_first_point_nothing_is_known(length, level):
    assert curve(RATINGS).at(length) == level


def test_a_category_that_gets_better_hides_no_other():
    easing = [*RATINGS, Rating("workforce", 15 * MINUTE, GRAVE)]
    easing += [Rating("workforce", 1 * HOUR, SLIGHT)]

    assert [step.level.key for step in curve(easing).steps] == [
        "grave",
        "slight",
        "serious",
        "grave",
    ]
    assert curves(easing)["workforce"].steps == (
        Step(15 * MINUTE, 1 * HOUR, GRAVE),
        Step(1 * HOUR, None, SLIGHT),
    )
    assert list(curves(easing)) == ["customers", "revenue", "workforce"]


def test_of_two_ratings_of_one_point_the_worse_counts():
    twice = [Rating("legal", HOUR, GRAVE), Rating("legal", HOUR, SLIGHT)]

    assert curve(twice).at(HOUR) == GRAVE


def test_without_ratings_nothing_is_known_at_any_time():
    assert (curve([]).steps, curve([]).at(DAY), mtpd([])) == ((), None, None)


# Targets


def test_the_mtpd_is_the_first_point_that_is_not_tolerable():
    assert mtpd(RATINGS) == 8 * HOUR
    assert mtpd([*RATINGS, Rating("legal", 4 * HOUR, GRAVE)]) == 4 * HOUR
    assert mtpd(RATINGS[:1]) is None


@pytest.mark.parametrize(
    ("longest", "wrt", "rto"),
    [
        (8 * HOUR, 2 * HOUR, 6 * HOUR),
        (8 * HOUR, None, 8 * HOUR),
        (8 * HOUR, 8 * HOUR, None),
        (8 * HOUR, 9 * HOUR, None),
        (None, 2 * HOUR, None),
    ],
)
def test_the_suggested_rto_leaves_time_to_catch_up(longest, wrt, rto):
    assert suggested_rto(longest, wrt) == rto


@pytest.mark.parametrize(
    ("rto", "wrt", "longest"),
    [
        (8 * HOUR, None, 8 * HOUR),
        (6 * HOUR, 2 * HOUR, 8 * HOUR),
        (None, 9 * HOUR, 8 * HOUR),
        (9 * HOUR, 9 * HOUR, None),
    ],
)
def test_targets_that_fit_or_are_not_known_are_let_pass(rto, wrt, longest):
    check_targets(rto=rto, mtpd=longest, wrt=wrt)


@pytest.mark.parametrize(
    ("rto", "wrt", "reason", "change", "at_most"),
    [
        (9 * HOUR, None, Contradiction.RTO_OVER_MTPD, "rto", 8 * HOUR),
        (9 * HOUR, 2 * HOUR, Contradiction.RTO_OVER_MTPD, "rto", 6 * HOUR),
        (9 * HOUR, 9 * HOUR, Contradiction.RTO_OVER_MTPD, "rto", 8 * HOUR),
        (7 * HOUR, 2 * HOUR, Contradiction.RTO_LEAVES_NO_WRT, "rto", 6 * HOUR),
        (7 * HOUR, 8 * HOUR, Contradiction.WRT_LEAVES_NO_RTO, "wrt", 1 * HOUR),
    ],
)
def test_targets_that_contradict_each_other_say_which_number_to_change(
    rto, wrt, reason, change, at_most
):
    with pytest.raises(TargetsContradict) as caught:
        check_targets(rto=rto, mtpd=8 * HOUR, wrt=wrt)

    assert caught.value.code == "targets_contradict"
    assert caught.value.fields == {
        "reason": reason,
        "change": change,
        "at_most": at_most,
        "rto": rto,
        "wrt": wrt or timedelta(),
        "mtpd": 8 * HOUR,
    }


# Hours that were worked


def test_an_outage_at_three_in_the_morning_costs_a_day_shift_nothing():
    shift = weekly("Mon-Fri 08:00-18:00")

    impact = impact_of(
        paris("2026-03-03T03:00"),
        paris("2026-03-03T05:30"),
        hours=shift,
        cost_per_hour=Decimal(300),
    )

    assert impact == OutageImpact(timedelta(), timedelta(), Decimal("0.00"))


def test_only_the_hours_within_the_windows_are_counted():
    shift = weekly("Mon-Fri 08:00-12:00, 13:00-18:00, Sat 09:00-12:00")

    # From Friday noon over the weekend until Monday 09:30.
    lost = worked(shift, paris("2026-03-06T11:00"), paris("2026-03-09T09:30"))

    assert lost == (1 + 5 + 3 + 1.5) * HOUR


def test_the_cost_is_that_of_the_hours_worked_to_the_hundredth():
    impact = impact_of(
        paris("2026-03-03T17:00"),
        paris("2026-03-03T23:00") - 40 * MINUTE - 5 * HOUR,
        hours=weekly("Mon-Fri 08:00-18:00", peaks="Mon-Fri 17:10-19:00"),
        cost_per_hour=Decimal("100"),
    )

    assert impact == OutageImpact(20 * MINUTE, 10 * MINUTE, Decimal("33.33"))


def test_without_a_cost_the_cost_is_not_known_and_without_hours_nothing_is():
    start, end = paris("2026-03-03T10:00"), paris("2026-03-03T11:00")
    shift = weekly("Mon-Fri 08:00-18:00")

    assert impact_of(start, end, hours=shift, cost_per_hour=None).cost is None
    assert impact_of(start, end, hours=None, cost_per_hour=Decimal(9)) == OutageImpact(
        None, None, None
    )


def test_peak_hours_outside_the_hours_of_work_are_nobodys():
    shift = weekly("Mon 08:00-18:00", peaks="Mon 16:00-20:00")

    day = paris("2026-03-02T00:00"), paris("2026-03-03T00:00")

    assert worked_at_peak(shift, *day) == 2 * HOUR


def test_windows_that_overlap_count_once():
    shift = weekly("Mon 08:00-12:00, Mon 10:00-14:00, Sun 22:00-09:00")

    monday = paris("2026-03-02T00:00"), paris("2026-03-03T00:00")

    assert worked(shift, *monday) == 14 * HOUR


@pytest.mark.parametrize(
    ("evening", "length"),
    [
        ("2026-03-27", 8),  # an ordinary Friday night
        ("2026-03-28", 7),  # 02:00 becomes 03:00
        ("2026-10-24", 9),  # 03:00 becomes 02:00
    ],
)
def test_a_night_shift_is_as_long_as_the_night_really_was(evening, length):
    night = weekly("daily 22:00-06:00")

    start = paris(f"{evening}T21:00")

    assert worked(night, start, start.astimezone(UTC) + 12 * HOUR) == length * HOUR


@pytest.mark.parametrize(
    ("hours", "sunday", "length"),
    [
        ("Sun 02:30-08:00", "2026-03-29", 4.5),  # 02:30 is left out: from 03:30
        ("Sun 02:15-02:45", "2026-03-29", 0.5),  # from 03:15 to 03:45
        ("Sun 00:00-02:30", "2026-10-25", 2.5),  # to the first 02:30
        ("Sun 02:30-08:00", "2026-10-25", 6.5),  # from the first 02:30
        ("24/7", "2026-03-29", 23),
        ("24/7", "2026-10-25", 25),
    ],
)
def test_the_clock_change_moves_what_it_leaves_out_and_counts_the_first_of_two(
    hours, sunday, length
):
    midnight = paris(f"{sunday}T00:00")

    assert worked(weekly(hours), midnight, midnight + DAY) == length * HOUR


def test_the_hours_are_those_of_the_zone_and_not_of_the_outage():
    tokyo = weekly("Mon-Fri 09:00-17:00", zone="Asia/Tokyo")

    start = datetime(2026, 3, 1, 23, tzinfo=UTC)  # Monday 08:00 in Tokyo

    assert worked(tokyo, start, start + 2 * HOUR) == 1 * HOUR


def test_an_outage_that_ends_before_it_begins_is_refused():
    noon = paris("2026-03-02T12:00")

    with pytest.raises(OutOfOrder):
        impact_of(noon, noon - MINUTE, hours=None, cost_per_hour=None)
    with pytest.raises(OutOfOrder):
        worked(weekly("24/7"), noon, noon - MINUTE)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "", "../etc/passwd"])
def test_an_unknown_zone_is_refused(zone):
    with pytest.raises(InvalidHours) as caught:
        Hours((), zone)

    assert caught.value.fields["reason"] == "zone"


@pytest.mark.parametrize(
    ("weekday", "opens", "closes"),
    [(7, 8, 9), (-1, 8, 9), (0, 24, 25), (0, 8, 8), (0, 9, 8), (0, 8, 32), (0, -1, 3)],
)
def test_a_window_opens_on_its_day_and_closes_within_a_day(weekday, opens, closes):
    with pytest.raises(ValueError, match="within 24 hours"):
        Window(weekday, opens * HOUR, closes * HOUR)


# Properties

minutes = st.integers(0, 24 * 60 - 1)
windows = st.builds(
    lambda day, opens, length: Window(day, opens * MINUTE, (opens + length) * MINUTE),
    st.integers(0, 6),
    minutes,
    st.integers(1, 24 * 60 - 1),
)
zones = st.sampled_from(["UTC", "Europe/Paris", "America/St_Johns", "Australia/Lord_Howe"])
hours = st.builds(
    lambda some, zone, peaks: Hours(tuple(some), zone, tuple(peaks)),
    st.lists(windows, max_size=6),
    zones,
    st.lists(windows, max_size=3),
)
instants = st.integers(0, 30 * 24 * 60).map(
    lambda after: datetime(2026, 3, 15, tzinfo=UTC) + after * MINUTE
)
ratings = st.lists(
    st.builds(
        Rating,
        st.sampled_from(["legal", "revenue", "workforce"]),
        st.sampled_from(POINTS),
        st.sampled_from([SLIGHT, SERIOUS, GRAVE]),
    ),
    max_size=12,
)


@given(hours, instants, instants, instants)
def test_hours_add_up_and_never_exceed_the_time_that_passed(hours, one, two, three):
    start, middle, end = sorted((one, two, three))

    whole = worked(hours, start, end)

    assert whole == worked(hours, start, middle) + worked(hours, middle, end)
    assert timedelta() <= worked_at_peak(hours, start, end) <= whole <= end - start


@given(zones, instants, instants)
def test_who_works_round_the_clock_loses_all_of_it(zone, one, two):
    start, end = sorted((one, two))

    assert worked(Hours(parse_hours("24/7"), zone), start, end) == end - start


@given(hours, windows, instants, instants)
def test_another_window_never_makes_it_less(hours, window, one, two):
    start, end = sorted((one, two))
    more = Hours((*hours.windows, window), hours.zone)

    assert worked(more, start, end) >= worked(hours, start, end)


@given(ratings, st.integers(0, 11_000))
def test_the_curve_is_the_worst_of_what_each_category_rated_last(ratings, after):
    length = after * MINUTE
    worst = None
    for category in {rating.category for rating in ratings}:
        past = [r for r in ratings if r.category == category and r.after <= length]
        latest = max((r.after for r in past), default=None)
        for rating in past:
            if rating.after == latest and (
                worst is None or rating.level.order > worst.order
            ):
                worst = rating.level

    assert curve(ratings).at(length) == worst


@given(ratings)
def test_the_curve_stops_being_tolerable_at_the_mtpd(ratings):
    first = [step.start for step in curve(ratings).steps if not step.level.tolerable][:1]

    assert first == [length for length in [mtpd(ratings)] if length is not None]


lengths = st.integers(1, 12).map(lambda number: number * HOUR)


@given(lengths, st.none() | lengths, lengths)
def test_what_an_error_asks_for_is_what_fits(rto, wrt, longest):
    targets = {"rto": rto, "wrt": wrt}
    try:
        check_targets(**targets, mtpd=longest)
    except TargetsContradict as error:
        assert rto + (wrt or timedelta()) > longest
        targets[str(error.fields["change"])] = error.fields["at_most"]
        if suggested_rto(longest, wrt) is not None or rto <= longest:
            check_targets(**targets, mtpd=longest)
    else:
        assert rto + (wrt or timedelta()) <= longest
