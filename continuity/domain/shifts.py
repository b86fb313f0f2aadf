"""Why a workflow became ready, or is so no more: what came, and what went.

A reason that a workflow has now and had not before explains why it is less ready; one
that it had and has no more explains why it is readier. That its criticality changed does
not make it readier, yet it changes every weighted figure.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from continuity.domain.readiness import Level, Reason


class Turn(StrEnum):
    """What became of a workflow between two days, the worst first."""

    LOST = "lost"
    FELL = "fell"
    GAINED = "gained"
    ROSE = "rose"
    ADDED = "added"
    GONE = "gone"
    TIER = "tier"
    OTHER = "other"


RANKS: Final = {Level.UNKNOWN: 0, Level.NOT_READY: 0, Level.PARTLY: 1, Level.READY: 2}


@dataclass(frozen=True, slots=True)
class Condition:
    """How a workflow stood on one day."""

    level: Level
    reasons: frozenset[Reason]
    tier: int


def turn(before: Condition | None, after: Condition | None) -> Turn:
    """Say what became of a workflow; None: it was not there, or is not any more."""
    if before is None or after is None:
        return Turn.ADDED if before is None else Turn.GONE
    was, is_now = RANKS[before.level], RANKS[after.level]
    if was != is_now:
        if is_now < was:
            return Turn.LOST if before.level is Level.READY else Turn.FELL
        return Turn.GAINED if after.level is Level.READY else Turn.ROSE
    return Turn.TIER if before.tier != after.tier else Turn.OTHER


def causes(
    before: Condition | None, after: Condition | None
) -> tuple[Collection[Reason], Collection[Reason]]:
    """Return the reasons that came and those that went, in the order of Reason."""
    had = before.reasons if before is not None else frozenset()
    has = after.reasons if after is not None else frozenset()
    if before is None or after is None:
        return (), ()
    return (
        tuple(reason for reason in Reason if reason in has - had),
        tuple(reason for reason in Reason if reason in had - has),
    )
