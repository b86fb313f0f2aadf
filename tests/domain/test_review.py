from datetime import date
from itertools import product

import pytest

from continuity.domain.errors import IllegalTransition
from continuity.domain.review import (
    TRANSITIONS,
    ReviewEvent,
    ReviewState,
    allows,
    next_review_state,
    review_day,
)
from continuity.web.problems import WORDS

DRAFT, APPROVED, DUE, ARCHIVED = ReviewState


def test_every_pair_of_state_and_event_leads_somewhere_or_is_refused():
    for state, event in product(ReviewState, ReviewEvent):
        wanted = TRANSITIONS.get((state, event))
        assert allows(state, event) is (wanted is not None)
        if wanted is not None:
            assert next_review_state(state.value, event) is wanted
            continue
        with pytest.raises(IllegalTransition) as refused:
            next_review_state(state, event)
        assert refused.value.fields == {"state": state, "event": event}


def test_a_change_takes_an_approval_away_and_never_the_duty_to_review():
    assert next_review_state(APPROVED, ReviewEvent.CHANGE) is DRAFT
    assert next_review_state(DUE, ReviewEvent.CHANGE) is DUE
    assert next_review_state(DUE, ReviewEvent.APPROVE) is APPROVED
    assert next_review_state(ARCHIVED, ReviewEvent.RESTORE) is DRAFT


@pytest.mark.parametrize(
    ("approved", "months", "due"),
    [
        (date(2026, 3, 2), 12, date(2027, 3, 2)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_the_day_of_review_is_the_same_day_or_the_last_of_its_month(approved, months, due):
    assert review_day(approved, months) == due


def test_every_state_and_every_refused_event_has_words():
    asked = {ReviewEvent.APPROVE, ReviewEvent.ARCHIVE, ReviewEvent.RESTORE}

    assert {str(state) for state in ReviewState} - WORDS["state"].keys() == set()
    assert {str(event) for event in asked} - WORDS["event"].keys() == set()
