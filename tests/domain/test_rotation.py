from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.rotation import Pair, pick

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_what_was_never_tried_comes_first_then_what_was_longest_ago():
    pairs = [Pair(1, 1), Pair(1, 2), Pair(2, 1)]
    tried = {Pair(1, 1): NOON, Pair(2, 1): NOON - DAY}

    assert pick(pairs, tried) == Pair(1, 2)
    assert pick(pairs, tried | {Pair(1, 2): NOON}) == Pair(2, 1)


def test_of_several_that_were_never_tried_the_team_that_waited_longest_has_its_turn():
    pairs = [Pair(1, 2), Pair(2, 2)]
    tried = {Pair(1, 1): NOON, Pair(2, 1): NOON - DAY}

    assert pick(pairs, tried) == Pair(2, 2)


def test_then_the_scenario_that_waited_longest():
    pairs = [Pair(1, 1), Pair(1, 2)]
    tried = {Pair(2, 1): NOON, Pair(3, 2): NOON - DAY}

    assert pick(pairs, tried) == Pair(1, 2)


def test_nobody_has_a_turn_where_nothing_is_offered():
    assert pick([], {Pair(1, 1): NOON}) is None


places = st.lists(
    st.builds(Pair, st.integers(1, 5), st.integers(1, 5)), min_size=1, unique=True
)


@given(places, st.integers(1, 3))
def test_no_pair_comes_again_while_another_waits(pairs, rounds):
    tried = {}
    turns = []
    for number in range(rounds * len(pairs)):
        pair = pick(pairs, tried)
        tried[pair] = NOON + number * DAY
        turns.append(pair)

    for begin in range(0, len(turns), len(pairs)):
        assert set(turns[begin : begin + len(pairs)]) == set(pairs)
