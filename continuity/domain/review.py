"""Where a workflow's description stands in its review cycle, and what moves it on."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from continuity.domain.errors import IllegalTransition


class ReviewState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    DUE = "due"
    ARCHIVED = "archived"


class ReviewEvent(StrEnum):
    CHANGE = "change"
    REVERT = "revert"  # what was changed since the approval is as it was
    APPROVE = "approve"
    COME_DUE = "come_due"
    ARCHIVE = "archive"
    RESTORE = "restore"


# The whole cycle. A change takes an approval away, and never the duty to review: what is
# due stays due until somebody approves it. What is approved may be approved again, which
# says that it is still true. What comes back from the archive was in no review meanwhile,
# so it is a draft.
TRANSITIONS: Final[Mapping[tuple[ReviewState, ReviewEvent], ReviewState]] = {
    (ReviewState.DRAFT, ReviewEvent.CHANGE): ReviewState.DRAFT,
    (ReviewState.DRAFT, ReviewEvent.REVERT): ReviewState.APPROVED,
    (ReviewState.DRAFT, ReviewEvent.APPROVE): ReviewState.APPROVED,
    (ReviewState.DRAFT, ReviewEvent.COME_DUE): ReviewState.DUE,
    (ReviewState.DRAFT, ReviewEvent.ARCHIVE): ReviewState.ARCHIVED,
    (ReviewState.APPROVED, ReviewEvent.CHANGE): ReviewState.DRAFT,
    (ReviewState.APPROVED, ReviewEvent.APPROVE): ReviewState.APPROVED,
    (ReviewState.APPROVED, ReviewEvent.COME_DUE): ReviewState.DUE,
    (ReviewState.APPROVED, ReviewEvent.ARCHIVE): ReviewState.ARCHIVED,
    (ReviewState.DUE, ReviewEvent.CHANGE): ReviewState.DUE,
    (ReviewState.DUE, ReviewEvent.REVERT): ReviewState.DUE,
    (ReviewState.DUE, ReviewEvent.APPROVE): ReviewState.APPROVED,
    (ReviewState.DUE, ReviewEvent.ARCHIVE): ReviewState.ARCHIVED,
    (ReviewState.ARCHIVED, ReviewEvent.RESTORE): ReviewState.DRAFT,
}


def next_review_state(state: ReviewState | str, event: ReviewEvent) -> ReviewState:
    """Return the state that `event` leads to from `state`.

    Raises IllegalTransition if there is no such arrow, ValueError for no such state.
    """
    here = ReviewState(state)
    try:
        return TRANSITIONS[here, event]
    except KeyError:
        raise IllegalTransition(
            f"A workflow that is {here} cannot {event}.", state=here, event=event
        ) from None


def allows(state: ReviewState | str, event: ReviewEvent) -> bool:
    return (ReviewState(state), event) in TRANSITIONS


def review_day(approved_on: date, months: int) -> date:
    """Return the day `months` after an approval; the last of a month that is shorter."""
    years, month = divmod(approved_on.month - 1 + months, 12)
    year = approved_on.year + years
    return date(year, month + 1, min(approved_on.day, monthrange(year, month + 1)[1]))
