"""What people are owed, how they want it, and where other programs are told."""

from continuity.notifications.models.choices import Choice, Preferences, Rhythm
from continuity.notifications.models.endpoints import (
    Delivery,
    Endpoint,
    PauseReason,
    Style,
)
from continuity.notifications.models.kinds import (
    ABOUT,
    CHOSEN,
    MARK,
    SHARED,
    About,
    Kind,
    Way,
)
from continuity.notifications.models.outbox import Attachment, Heartbeat, Notification

__all__ = [
    "ABOUT",
    "CHOSEN",
    "MARK",
    "SHARED",
    "About",
    "Attachment",
    "Choice",
    "Delivery",
    "Endpoint",
    "Heartbeat",
    "Kind",
    "Notification",
    "PauseReason",
    "Preferences",
    "Rhythm",
    "Style",
    "Way",
]
