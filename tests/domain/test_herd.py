from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.herd import Arrival, Capacity, Load, Race, herd
from tests.domain.chains import KNOWN, T, on

MINUTE = timedelta(minutes=1)


def lands(loads, room, *, tool=T.GEMINI):
    """Let one workflow per load lose ChatGPT and land on Gemini."""
    result = KNOWN.knock_out(
        {T.CHATGPT}, [on(T.CHATGPT, tool, workflow=workflow) for workflow in loads]
    )
    (only,) = herd(result, {} if room is None else {tool: room}, loads)
    return only


def test_the_critical_are_seated_first_and_then_the_more_urgent():
    loads = {
        1: Load(tier=3, people=5),
        2: Load(tier=1, people=4, rto=60 * MINUTE),
        3: Load(tier=1, people=3, rto=30 * MINUTE),
        4: Load(tier=1, people=2),
        5: Load(tier=3, people=5),
    }

    found = lands(loads, Capacity(seats=12))

    assert found.arrivals == (
        Arrival(3, 1, 3, Race.SEATED, 0),
        Arrival(2, 1, 4, Race.SEATED, 0),
        Arrival(4, 1, 2, Race.SEATED, 0),
        Arrival(1, 3, 5, Race.LOSES, 2),
        Arrival(5, 3, 5, Race.LOSES, 5),
    )
    assert (found.tool, found.most, found.people) == (T.GEMINI, 12, 19)
    assert (found.race, found.losers) == (Race.LOSES, (1, 5))


def test_nobody_overtakes_who_found_too_few_seats():
    found = lands({1: Load(1, 9), 2: Load(2, 1)}, Capacity(seats=8))

    assert [(one.race, one.without_seat) for one in found.arrivals] == [
        (Race.LOSES, 1),
        (Race.LOSES, 1),
    ]


@pytest.mark.parametrize(
    ("capacity", "most", "race"),
    [
        (Capacity(seats=10, limit=4), 4, Race.LOSES),
        (Capacity(limit=5), 5, Race.SEATED),
        (Capacity(seats=0), 0, Race.LOSES),
        (Capacity(), None, Race.UNKNOWN),
        (None, None, Race.UNKNOWN),
    ],
)
def test_the_lower_of_seats_and_limit_counts_and_neither_is_unknown(capacity, most, race):
    found = lands({1: Load(1, 5)}, capacity)

    assert (found.most, found.race) == (most, race)


def test_behind_a_crowd_of_unknown_size_nobody_is_surely_seated():
    loads = {1: Load(1, 2), 2: Load(2), 3: Load(3, 1), 4: Load(4, 9)}

    found = lands(loads, Capacity(seats=10))

    assert [(one.race, one.without_seat) for one in found.arrivals] == [
        (Race.SEATED, 0),
        (Race.UNKNOWN, None),
        (Race.UNKNOWN, None),
        (Race.LOSES, 3),  # at least: those before are four or more
    ]
    assert (found.people, found.is_lower_bound, found.race) == (13, True, Race.LOSES)


def test_a_workflow_that_lands_twice_needs_one_seat_per_person():
    twice = [
        on(T.CHATGPT, T.GEMINI, workflow=1),
        on(T.OPENAI_API, T.GEMINI, workflow=1),
        on(T.CHATGPT, None, workflow=2),
    ]

    found = herd(
        KNOWN.knock_out({T.OPENAI_MODELS}, twice),
        {T.GEMINI: Capacity(seats=5)},
        {1: Load(1, 5)},
    )

    assert [(one.people, one.race) for one in found] == [(5, Race.SEATED)]


def test_each_alternative_has_a_herd_of_its_own():
    spread = [
        on(T.CHATGPT, T.GEMINI, workflow=1),
        on(T.CHATGPT, T.LOCAL_MODEL, workflow=2),
    ]
    loads = {1: Load(1, 5), 2: Load(1, 5)}

    found = herd(KNOWN.knock_out({T.CHATGPT}, spread), {T.GEMINI: Capacity(5)}, loads)

    assert [(one.tool, one.race) for one in found] == [
        (T.GEMINI, Race.SEATED),
        (T.LOCAL_MODEL, Race.UNKNOWN),
    ]


def test_where_nothing_lands_there_is_no_herd():
    assert herd(KNOWN.knock_out({T.CHATGPT}, [on(T.CHATGPT)]), {}, {}) == ()


# Properties

crowds = st.lists(
    st.builds(Load, st.integers(1, 4), st.none() | st.integers(1, 9)),
    min_size=1,
    max_size=6,
)


@given(crowds, st.none() | st.integers(0, 25))
def test_what_is_unknown_is_never_green_and_red_is_never_wrong(crowds, seats):
    loads = dict(enumerate(crowds))
    found = lands(loads, Capacity(seats=seats))

    # Whoever is seated is so however many the unknown are; and so for who loses.
    for unknown in (1, 100):
        guessed = {
            key: Load(one.tier, one.people or unknown, one.rto)
            for key, one in loads.items()
        }
        for arrival, again in zip(
            found.arrivals, lands(guessed, Capacity(seats=seats)).arrivals, strict=True
        ):
            assert arrival.workflow == again.workflow
            assert arrival.race in (Race.UNKNOWN, again.race)
            if arrival.race is Race.LOSES:
                assert again.without_seat >= arrival.without_seat
    assert seats is not None or found.race is Race.UNKNOWN


def test_who_is_at_least_ten_loses_on_nine_seats_and_is_not_seated_on_twenty():
    result = KNOWN.knock_out({T.CHATGPT}, [on(T.CHATGPT, T.GEMINI)])
    (workflow,) = result.falls_back

    def race(seats: int) -> Race:
        loads = {workflow: Load(1, least=10)}
        return herd(result, {T.GEMINI: Capacity(seats)}, loads)[0].race

    assert (race(9), race(20)) == (Race.LOSES, Race.UNKNOWN)
