"""What becomes of a press that reaches us when its drill is paused, over or reviewed."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from continuity.domain.clocks import utc
from continuity.domain.errors import NotRunning
from continuity.domain.states import DrillState


class Arrival(StrEnum):
    """`late`: after the end, and it counts. `too_late`: after the review; it is kept,
    and changes no verdict that somebody has signed."""

    IN_TIME = "in_time"
    LATE = "late"
    TOO_LATE = "too_late"


OPEN_AFTER_THE_END: Final = {
    DrillState.ENDED: Arrival.LATE,
    DrillState.REVIEWED: Arrival.TOO_LATE,
}


def arrival(
    state: DrillState | str,
    at: datetime,
    *,
    ends_by: datetime | None = None,
    paused_since: datetime | None = None,
    ended_at: datetime | None = None,
) -> Arrival:
    """Say how a press made `at` an instant is taken by an outage in `state`.

    What counts is when it was pressed, not when it came: a phone without a network is
    no reason to lose it. A limit that has passed is an end that nobody has seen yet.

    Raises NotRunning for what was pressed during a pause or after the end, and where
    nothing is timed at all: before the start, and after an abort, which proves nothing.
    Its field `reason` is "paused" or "after_end", the latter with `ended_at`.
    """
    here = DrillState(state)
    pressed = utc(at)
    over = ended_at if here in OPEN_AFTER_THE_END else ends_by
    if here == DrillState.PAUSED:
        if paused_since is None or pressed > utc(paused_since):
            raise NotRunning("It is paused.", state=here, reason="paused")
        return Arrival.IN_TIME
    if here != DrillState.RUNNING and here not in OPEN_AFTER_THE_END:
        raise NotRunning(f"It is {here}.", state=here)
    if over is not None and pressed > utc(over):
        raise NotRunning(
            "It was over by then.", state=here, reason="after_end", ended_at=over
        )
    return OPEN_AFTER_THE_END.get(here, Arrival.IN_TIME)
