"""Injects: messages of a scenario, at a moment or when something has happened.

A drill delivers each once, at T+mm of the script, or some script time after what it
waits for: a decision to stay or switch, a mark reached, another inject delivered. So a
drill branches: who switches gets other messages than who stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Final

from continuity.domain.clocks import Clock
from continuity.domain.errors import ContinuityError, IllegalTransition
from continuity.domain.pace import Pace


class Trigger(StrEnum):
    TIME = "time"
    DECISION = "decision"
    MARK = "mark"
    INJECT = "inject"


class InjectState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    SKIPPED = "skipped"


class InjectEvent(StrEnum):
    DELIVER = "deliver"
    EDIT = "edit"
    SKIP = "skip"
    RECORD = "record"


# The whole machine. One that was skipped can still be delivered by hand: a facilitator
# may think again.
TRANSITIONS: Final[Mapping[tuple[InjectState, InjectEvent], InjectState]] = {
    (InjectState.WAITING, InjectEvent.DELIVER): InjectState.DELIVERED,
    (InjectState.WAITING, InjectEvent.EDIT): InjectState.WAITING,
    (InjectState.WAITING, InjectEvent.SKIP): InjectState.SKIPPED,
    (InjectState.SKIPPED, InjectEvent.DELIVER): InjectState.DELIVERED,
    (InjectState.SKIPPED, InjectEvent.EDIT): InjectState.SKIPPED,
    (InjectState.DELIVERED, InjectEvent.RECORD): InjectState.DELIVERED,
}


def next_inject_state(state: InjectState | str, event: InjectEvent) -> InjectState:
    """Return the state that `event` leads to. Raises IllegalTransition if none."""
    here = InjectState(state)
    try:
        return TRANSITIONS[here, event]
    except KeyError:
        raise IllegalTransition(
            f"A {here} inject cannot {event}.", state=here, event=event
        ) from None


DECISIONS: Final = ("stay", "switch")


class Fault(StrEnum):
    """What is wrong with a list of injects."""

    TWICE = "twice"
    AFTER_END = "after_end"
    UNKNOWN = "unknown"
    CIRCLE = "circle"
    VALUE = "value"


class InvalidInjects(ContinuityError):
    """A list that cannot be delivered. Fields: `reason`, a Fault; `number`."""

    code: ClassVar[str] = "invalid_injects"


@dataclass(frozen=True, slots=True)
class Cue:
    """When one inject is due. `wait` is script time: from the onset for "time", else
    from what it waits for. `value` is a decision, a clock or the number of another
    inject; `workflow` the one whose decision or mark counts, None for whichever does it
    first."""

    number: int
    trigger: Trigger
    wait: timedelta
    value: str = ""
    workflow: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What has happened and when, in the people's time from the onset. Decisions and
    marks by what they say and by workflow."""

    decided: Mapping[tuple[str, int], timedelta] = field(default_factory=dict)
    marked: Mapping[tuple[str, int], timedelta] = field(default_factory=dict)
    delivered: Mapping[int, timedelta] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """`at` is in the people's time from the onset."""

    number: int
    at: timedelta


def check(cues: Iterable[Cue], length: timedelta) -> None:
    """Raise InvalidInjects if the list cannot be delivered in a script of `length`."""
    known: dict[int, Cue] = {}
    for cue in cues:
        if cue.number in known:
            raise _invalid(Fault.TWICE, cue)
        known[cue.number] = cue
    for cue in known.values():
        if cue.wait > length:
            raise _invalid(Fault.AFTER_END, cue)
        if not _has_value(cue):
            raise _invalid(Fault.VALUE, cue)
        if cue.trigger == Trigger.INJECT:
            _check_chain(cue, known)


def _has_value(cue: Cue) -> bool:
    match cue.trigger:
        case Trigger.DECISION:
            return cue.value in DECISIONS
        case Trigger.MARK:
            return cue.value in list(Clock)
        case Trigger.INJECT:
            return cue.value.isdecimal()
        case Trigger.TIME:
            return not cue.value


def _check_chain(cue: Cue, known: Mapping[int, Cue]) -> None:
    passed = {cue.number}
    here = cue
    while here.trigger == Trigger.INJECT and here.value.isdecimal():
        number = int(here.value)
        if number not in known:
            raise _invalid(Fault.UNKNOWN, cue)
        if number in passed:
            raise _invalid(Fault.CIRCLE, cue)
        passed.add(number)
        here = known[number]


def _invalid(fault: Fault, cue: Cue) -> InvalidInjects:
    return InvalidInjects(f"Inject {cue.number}: {fault}.", reason=fault, number=cue.number)


def due_injects(
    cues: Sequence[Cue], facts: Facts, elapsed: timedelta, pace: Pace
) -> tuple[Due, ...]:
    """Return which of the waiting `cues` are due at `elapsed`, in the order they came.

    One that waits for another is due in the same look if both times have come, so that
    after a silence nothing is a look late.
    """
    delivered = dict(facts.delivered)
    waiting = {cue.number: cue for cue in cues}
    found: list[Due] = []
    while True:
        ready = [
            Due(cue.number, at)
            for cue in waiting.values()
            if (at := _due_at(cue, facts, delivered, pace)) is not None and at <= elapsed
        ]
        if not ready:
            return tuple(sorted(found, key=lambda due: (due.at, due.number)))
        for due in ready:
            del waiting[due.number]
            delivered[due.number] = due.at
        found += ready


def _due_at(
    cue: Cue, facts: Facts, delivered: Mapping[int, timedelta], pace: Pace
) -> timedelta | None:
    if cue.trigger == Trigger.TIME:
        return pace.lived(cue.wait)
    since: timedelta | None
    if cue.trigger == Trigger.INJECT:
        since = delivered.get(int(cue.value))
    else:
        told = facts.decided if cue.trigger == Trigger.DECISION else facts.marked
        since = min(
            (
                at
                for (said, workflow), at in told.items()
                if said == cue.value and cue.workflow in {None, workflow}
            ),
            default=None,
        )
    return None if since is None else pace.lived(pace.played(since) + cue.wait)
