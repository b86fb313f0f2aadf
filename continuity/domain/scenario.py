"""Scenarios: what fails, how, and how it comes back, component by component.

A script is told in real minutes, as it once happened or was thought out. A drill
plays it at a speed: at 60x an hour of the script takes a minute of the people's
time. Only the moments shrink; an answer that took 30 seconds still takes 30
seconds, because that is what waiting for it feels like.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from continuity.domain.errors import InvalidScript
from continuity.domain.pace import Pace

START: Final = timedelta()


class ComponentState(StrEnum):
    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    DOWN = "down"
    RECOVERING = "recovering"
    RECOVERED = "recovered"


class Fault(StrEnum):
    """What is wrong with a script."""

    NO_LENGTH = "no_length"
    BEFORE_START = "before_start"
    AFTER_END = "after_end"
    OUT_OF_ORDER = "out_of_order"
    TWICE_AT_ONCE = "twice_at_once"
    RATE = "rate"
    DELAY = "delay"
    SPEED = "speed"


@dataclass(frozen=True, slots=True)
class Phase:
    """From `at` on, one component is in this state, until its next phase.

    `at` counts from the onset. `error_percent` (0 to 100) and `delay` (how much
    longer an answer takes) are None where nobody published them.
    """

    component: str
    at: timedelta
    state: ComponentState
    error_percent: float | None = None
    delay: timedelta | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """Phases in the order of their moments, and how long the whole lasts.

    Raises InvalidScript, whose fields hold the `reason` and, where one phase is to
    blame, its `component` and `at`.
    """

    phases: tuple[Phase, ...]
    length: timedelta

    def __post_init__(self) -> None:
        if self.length <= START:
            raise InvalidScript("A scenario lasts some time.", reason=Fault.NO_LENGTH)
        seen: set[tuple[str, timedelta]] = set()
        previous = START
        for phase in self.phases:
            fault = self._fault(phase, previous, seen)
            if fault is not None:
                raise InvalidScript(
                    f"{phase.component} at {phase.at}: {fault}.",
                    reason=fault,
                    component=phase.component,
                    at=phase.at,
                )
            seen.add((phase.component, phase.at))
            previous = phase.at

    def _fault(
        self, phase: Phase, previous: timedelta, seen: set[tuple[str, timedelta]]
    ) -> Fault | None:
        if phase.at < START:
            return Fault.BEFORE_START
        if phase.at > self.length:
            return Fault.AFTER_END
        if phase.at < previous:
            return Fault.OUT_OF_ORDER
        if (phase.component, phase.at) in seen:
            return Fault.TWICE_AT_ONCE
        if phase.error_percent is not None and not 0 <= phase.error_percent <= 100:
            return Fault.RATE
        if phase.delay is not None and phase.delay < START:
            return Fault.DELAY
        return None

    @property
    def components(self) -> tuple[str, ...]:
        """The components, in the order in which the script first names them."""
        return tuple(dict.fromkeys(phase.component for phase in self.phases))


@dataclass(frozen=True, slots=True)
class Seen:
    """What a user of one component meets at one moment.

    `since` is when that began, in the people's own time from the onset. `flapping`:
    it has turned so often lately that a good moment promises nothing.
    """

    state: ComponentState
    error_percent: float | None = None
    delay: timedelta | None = None
    note: str = ""
    since: timedelta = START
    flapping: bool = False


AS_USUAL: Final = Seen(ComponentState.OPERATIONAL)


type Speed = float | Pace
"""One speed throughout, or a pace that changes on the way."""


def _timed(script: Script, speed: Speed) -> Iterator[tuple[timedelta, Phase]]:
    """Pair each phase with its moment in the people's time.

    The only place that asks for it, so that a phase which is due is also seen.
    """
    pace = speed if isinstance(speed, Pace) else Pace.steady(speed)
    return ((pace.lived(phase.at), phase) for phase in script.phases)


def at_speed(script: Script, speed: float) -> Script:
    """Return the script as the people of a drill live it.

    Raises InvalidScript if `speed` is not above zero, or so high that nothing is
    left of the length or two moments of one component fall together.
    """
    return Script(
        tuple(replace(phase, at=at) for at, phase in _timed(script, speed)),
        script.length / speed,
    )


def seen(script: Script, component: str, real_elapsed: timedelta, speed: Speed = 1) -> Seen:
    """Return what a user of `component` sees `real_elapsed` after the onset.

    Time is the people's: at 60x, one minute in, the script is at its first hour.
    Before its first phase, and if the script never names it, a component works
    as usual; after the end it stays as its last phase left it.

    Raises InvalidScript if `speed` is not above zero.
    """
    now = AS_USUAL
    past: list[Phase] = []
    for at, phase in _timed(script, speed):
        if at > real_elapsed:
            break
        if phase.component == component:
            past.append(phase)
            now = Seen(phase.state, phase.error_percent, phase.delay, phase.note, at)
    return replace(now, flapping=_flaps(past))


def back_after(script: Script, component: str, speed: Speed = 1) -> timedelta | None:
    """Return when `component` was back for good, in the people's time from the onset.

    That is its first good moment after its last bad one; nothing if it was never bad.
    None where it stays bad to the end, or is only said to be coming back: when it was
    back was then not told.

    Raises InvalidScript if `speed` is not above zero.
    """
    back: timedelta | None = START
    for at, phase in _timed(script, speed):
        if phase.component != component:
            continue
        if phase.state not in GOOD:
            back = None
        elif back is None:
            back = at
    return back


GOOD: Final = frozenset({ComponentState.OPERATIONAL, ComponentState.RECOVERED})
BAD: Final = frozenset({ComponentState.DEGRADED, ComponentState.DOWN})
FLAPS_WITHIN: Final = timedelta(minutes=45)
FLAPS_FROM: Final = 3


def _flaps(past: list[Phase]) -> bool:
    """Say whether a component has turned from good to bad or back at least three times
    within 45 minutes of the script, up to its latest phase; being said to have
    recovered ends it."""
    if not past or past[-1].state == ComponentState.RECOVERED:
        return False
    turns = [
        later.at
        for earlier, later in pairwise(past)
        if (earlier.state in BAD) != (later.state in BAD)
    ]
    return sum(turn > past[-1].at - FLAPS_WITHIN for turn in turns) >= FLAPS_FROM


def due_phases(
    script: Script, before: timedelta | None, until: timedelta, speed: Speed = 1
) -> tuple[Phase, ...]:
    """Return the phases that began after `before`, up to and including `until`.

    Both count from the onset in the people's time; `before` is the `until` of the
    last look, None at the first. So each phase is due exactly once, however
    irregular the looks are.

    Raises InvalidScript if `speed` is not above zero.
    """
    return tuple(
        phase
        for at, phase in _timed(script, speed)
        if at <= until and (before is None or at > before)
    )


def plain_down(component: str, length: timedelta) -> Script:
    """Return the plainest script: `component` is down at once and back after `length`.

    Raises InvalidScript if `length` is not above zero.
    """
    return Script(
        (
            Phase(component, START, ComponentState.DOWN, error_percent=100),
            Phase(component, length, ComponentState.RECOVERED, error_percent=0),
        ),
        length,
    )
