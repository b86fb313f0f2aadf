"""Failures that a person can understand and act on."""

from typing import ClassVar


class ContinuityError(Exception):
    """A rule of this product said no.

    `code` is for programs (API clients, tests) and never changes once
    published. The message is English, for developers and logs; what a person
    reads is translated from `code`, with `fields` filling its named gaps.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str = "", **fields: object) -> None:
        super().__init__(message)
        self.fields: dict[str, object] = fields


class Refused(ContinuityError):
    """A refusal only one app knows of: that app subclasses this and gives it a code."""


class IllegalTransition(ContinuityError):
    """A drill cannot do this from where it is. Fields: `state`, `event`."""

    code = "illegal_transition"


class OutOfOrder(ContinuityError):
    """An instant came before one that it has to follow.

    Fields: `earlier` and `later`, the names of the two in the order that they
    should have had.
    """

    code = "out_of_order"


class NotRunning(ContinuityError):
    """This needs an outage under way, and it has not begun, is paused or is over."""

    code = "not_running"


class OutsideWindow(ContinuityError):
    """An undo came later than undoing is allowed."""

    code = "undo_too_late"


class InvalidRule(ContinuityError):
    """A schedule that cannot be kept. Fields: `reason`, a `recurrence.Fault`."""

    code = "invalid_rule"


class InvalidScript(ContinuityError):
    """A scenario that contradicts itself. Fields: `reason`, a `scenario.Fault`."""

    code = "invalid_script"


class Conflict(ContinuityError):
    """Someone else changed or took this in the meantime."""

    code = "conflict"


class NotAllowedNow(ContinuityError):
    """Allowed in general, though not while things are as they are."""

    code = "not_allowed_now"
