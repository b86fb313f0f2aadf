"""Owing people and programs the news, and getting it to them."""

from continuity.notifications.services.outbox import (
    LEASE,
    MOST_A_MINUTE,
    TICK,
    WAITS,
    beat,
    deliver,
    forget_files,
    read,
    read_all,
    try_again,
)
from continuity.notifications.services.owing import Message, owe

__all__ = [
    "LEASE",
    "MOST_A_MINUTE",
    "TICK",
    "WAITS",
    "Message",
    "beat",
    "deliver",
    "forget_files",
    "owe",
    "read",
    "read_all",
    "try_again",
]
