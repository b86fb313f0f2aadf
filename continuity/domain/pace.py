"""How fast a drill plays its script, also where that changes on the way.

Two times: the people's, counted from the onset with pauses left out, and the script's.
At 60x a minute of the one is an hour of the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite
from typing import Self

from continuity.domain.errors import InvalidScript

_START = timedelta()


@dataclass(frozen=True, slots=True)
class Turn:
    """From `after` on, in the people's time, the script is played at `speed`."""

    after: timedelta
    speed: float


@dataclass(frozen=True, slots=True)
class Pace:
    """Turns in the order of their moments; the first is at the onset.

    Raises InvalidScript for a speed that is not above zero, and for turns that do not
    begin at the onset or run backwards.
    """

    turns: tuple[Turn, ...]

    def __post_init__(self) -> None:
        afters = [turn.after for turn in self.turns]
        if not self.turns or afters[0] != _START or afters != sorted(afters):
            raise InvalidScript("A pace begins at the onset.", reason="speed")
        for turn in self.turns:
            if not (isfinite(turn.speed) and turn.speed > 0):
                raise InvalidScript(f"No speed: {turn.speed}.", reason="speed")

    @classmethod
    def steady(cls, speed: float) -> Self:
        return cls((Turn(_START, speed),))

    @classmethod
    def of(cls, turns: Iterable[tuple[timedelta, float]]) -> Self:
        return cls(tuple(Turn(after, speed) for after, speed in turns))

    def played(self, elapsed: timedelta) -> timedelta:
        """Return how far into the script the people are `elapsed` after the onset."""
        position = _START
        for turn, until in self._stretches():
            if elapsed <= turn.after:
                break
            position += (min(elapsed, until) - turn.after) * turn.speed
        return position

    def lived(self, position: timedelta) -> timedelta:
        """Return when a moment of the script comes, in the people's time."""
        begins = _START
        for turn, until in self._stretches():
            ends = begins + (until - turn.after) * turn.speed if until != _NEVER else _NEVER
            if position <= ends:
                return turn.after + (position - begins) / turn.speed
            begins = ends
        raise AssertionError("The last turn has no end.")

    def turned(self, after: timedelta, speed: float) -> "Pace":
        """Return the pace that goes on at `speed` from `after` on; what lay later goes."""
        kept = [turn for turn in self.turns if turn.after < after]
        return Pace((*kept, Turn(after, speed))) if kept else Pace.steady(speed)

    def _stretches(self) -> list[tuple[Turn, timedelta]]:
        ends = [turn.after for turn in self.turns[1:]]
        return list(zip(self.turns, [*ends, _NEVER], strict=True))


_NEVER = timedelta.max
