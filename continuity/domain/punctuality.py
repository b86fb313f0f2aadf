"""What becomes of a time that has come: on time, late, or missed."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

GRACE: Final = timedelta(minutes=1)
"""Nobody calls this late: the clock ticks every two seconds, and times on a wall have
no seconds."""


class Punctuality(StrEnum):
    ON_TIME = "on_time"
    LATE = "late"
    MISSED = "missed"


def punctuality(due: datetime, now: datetime, late_by: timedelta) -> Punctuality:
    """Say what becomes at `now` of something that was `due`; `late_by` is how late it may
    begin at most, not at all where that is zero.

    Both bounds belong to the kinder side. Raises ValueError for a negative length.
    """
    if late_by < timedelta():
        raise ValueError(f"late_by: {late_by}")
    behind = now - due
    if behind <= GRACE:
        return Punctuality.ON_TIME
    return Punctuality.LATE if behind <= late_by else Punctuality.MISSED
