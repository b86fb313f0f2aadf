"""Which states a drill can be in, and what moves it between them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from continuity.domain.errors import IllegalTransition


class DrillState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    REVIEWED = "reviewed"
    ABORTED = "aborted"
    MISSED = "missed"


class DrillEvent(StrEnum):
    """What can happen to a drill, in the order its buttons are shown."""

    APPROVE = "approve"
    PLAN = "plan"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    MARK = "mark"
    NOTE = "note"
    END = "end"
    ABORT = "abort"
    REVIEW = "review"
    REOPEN = "reopen"
    MISS = "miss"


# The whole machine. A pair that is not here is not allowed. Who plans a drill that
# needs no approval begins with "planned"; a draft has to be approved first, and if
# nobody does in time it was missed. While paused the clocks stand still, so nothing
# can be timed, yet anything can be noted.
TRANSITIONS: Final[Mapping[tuple[DrillState, DrillEvent], DrillState]] = {
    (DrillState.DRAFT, DrillEvent.APPROVE): DrillState.APPROVED,
    (DrillState.DRAFT, DrillEvent.ABORT): DrillState.ABORTED,
    (DrillState.DRAFT, DrillEvent.MISS): DrillState.MISSED,
    (DrillState.APPROVED, DrillEvent.PLAN): DrillState.PLANNED,
    (DrillState.APPROVED, DrillEvent.ABORT): DrillState.ABORTED,
    (DrillState.APPROVED, DrillEvent.MISS): DrillState.MISSED,
    (DrillState.PLANNED, DrillEvent.START): DrillState.RUNNING,
    (DrillState.PLANNED, DrillEvent.ABORT): DrillState.ABORTED,
    (DrillState.PLANNED, DrillEvent.MISS): DrillState.MISSED,
    (DrillState.RUNNING, DrillEvent.PAUSE): DrillState.PAUSED,
    (DrillState.RUNNING, DrillEvent.MARK): DrillState.RUNNING,
    (DrillState.RUNNING, DrillEvent.NOTE): DrillState.RUNNING,
    (DrillState.RUNNING, DrillEvent.END): DrillState.ENDED,
    (DrillState.RUNNING, DrillEvent.ABORT): DrillState.ABORTED,
    (DrillState.PAUSED, DrillEvent.RESUME): DrillState.RUNNING,
    (DrillState.PAUSED, DrillEvent.NOTE): DrillState.PAUSED,
    (DrillState.PAUSED, DrillEvent.END): DrillState.ENDED,
    (DrillState.PAUSED, DrillEvent.ABORT): DrillState.ABORTED,
    (DrillState.ENDED, DrillEvent.NOTE): DrillState.ENDED,
    (DrillState.ENDED, DrillEvent.REVIEW): DrillState.REVIEWED,
    (DrillState.REVIEWED, DrillEvent.REOPEN): DrillState.ENDED,
}

BEFORE: Final = frozenset({DrillState.DRAFT, DrillState.APPROVED, DrillState.PLANNED})
"""It has not begun."""

LIVE: Final = frozenset({DrillState.RUNNING, DrillState.PAUSED})
"""The simulated outage is on: participants see the live page."""

OVER: Final = frozenset(
    {DrillState.ENDED, DrillState.REVIEWED, DrillState.ABORTED, DrillState.MISSED}
)
"""Nothing of the drill will be timed any more."""


def next_state(state: DrillState | str, event: DrillEvent) -> DrillState:
    """Return the state that `event` leads to from `state`.

    A state as the database holds it, a plain string, will do. Raises
    IllegalTransition if the machine has no such arrow, ValueError if there is no
    such state.
    """
    here = DrillState(state)
    try:
        return TRANSITIONS[here, event]
    except KeyError:
        raise IllegalTransition(
            f"A {here} drill cannot {event}.", state=here, event=event
        ) from None


def events_from(state: DrillState | str) -> tuple[DrillEvent, ...]:
    """Return what a drill in `state` can do, in the order of the buttons."""
    here = DrillState(state)
    return tuple(event for event in DrillEvent if (here, event) in TRANSITIONS)


def taken_up(state: DrillState | str) -> DrillState:
    """Return the state of a real outage that was not over after all.

    No arrow of the machine: a drill is over when it has ended, and only what really
    failed can turn out to go on. Raises IllegalTransition unless it has ended.
    """
    here = DrillState(state)
    if here is not DrillState.ENDED:
        raise IllegalTransition(
            f"A {here} outage cannot be taken up.", state=here, event="take_up"
        )
    return DrillState.RUNNING
