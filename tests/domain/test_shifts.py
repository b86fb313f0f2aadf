import pytest

from continuity.domain.readiness import Level, Reason
from continuity.domain.shifts import Condition, Turn, causes, turn


def standing(level, *reasons, tier=2):
    return Condition(level, frozenset(reasons), tier)


READY = standing(Level.READY)
PARTLY = standing(Level.PARTLY, Reason.NO_PROOF)
NOT = standing(Level.NOT_READY, Reason.NO_ALTERNATIVE)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (READY, PARTLY, Turn.LOST),
        (READY, NOT, Turn.LOST),
        (READY, standing(Level.UNKNOWN), Turn.LOST),
        (PARTLY, NOT, Turn.FELL),
        (PARTLY, READY, Turn.GAINED),
        (standing(Level.UNKNOWN), READY, Turn.GAINED),
        (NOT, PARTLY, Turn.ROSE),
        (None, NOT, Turn.ADDED),
        (NOT, None, Turn.GONE),
        (READY, standing(Level.READY, tier=1), Turn.TIER),
        (standing(Level.UNKNOWN), NOT, Turn.OTHER),
        (READY, READY, Turn.OTHER),
    ],
)
def test_what_became_of_a_workflow(before, after, expected):
    assert turn(before, after) is expected


def test_what_came_makes_it_worse_and_what_went_makes_it_better():
    before = standing(Level.PARTLY, Reason.NO_RUNBOOK, Reason.NO_PROOF)
    after = standing(Level.PARTLY, Reason.NO_PROOF, Reason.SHARES_UPSTREAM)

    assert causes(before, after) == ((Reason.SHARES_UPSTREAM,), (Reason.NO_RUNBOOK,))
    assert causes(None, after) == ((), ())
    assert causes(before, None) == ((), ())
