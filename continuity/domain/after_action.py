"""What the figures of a drill say by themselves: the first draft of its report."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from continuity.domain.clocks import NOTHING, Reading, Verdict

STUCK_LONG: Final = timedelta(minutes=10)
"""A recovery that stood still for longer than this because something was in the way is
worth a finding, whatever came of it."""


class Draft(StrEnum):
    """What a drafted finding or strength says, in the order in which they are listed."""

    MISSED = "missed"
    NOT_SHOWN = "not_shown"
    NO_TARGET = "no_target"
    STUCK = "stuck"
    BELOW_MBCO = "below_mbco"
    NO_ALTERNATIVE = "no_alternative"
    NO_RUNBOOK = "no_runbook"
    ALL_MET = "all_met"
    IMPROVED = "improved"


STRENGTHS: Final = frozenset({Draft.ALL_MET, Draft.IMPROVED})

FAILED: Final = frozenset({Verdict.MISSED, Verdict.NOT_SHOWN})


class Rating(StrEnum):
    """How well an aim was reached, in the four words of HSEEP, the best first."""

    WITHOUT = "P"
    SOME = "S"
    MAJOR = "M"
    UNABLE = "U"


@dataclass(frozen=True, slots=True)
class Shown:
    """What one recovery showed.

    `stuck` is how long it stood still in all, `before` the verdict of the last drill of
    the same work, None without one. `planned`: it was switched to an alternative that the
    workflow has; `has_runbook`: with steps written down.
    """

    verdict: Verdict | None
    rto: timedelta | None
    reading: Reading
    switched: bool
    planned: bool
    has_runbook: bool
    capacity: int | None = None
    mbco: int | None = None
    stuck: timedelta = NOTHING
    before: Verdict | None = None


def drafts(shown: Shown) -> tuple[Draft, ...]:
    """Return what is to be drafted about one recovery; nothing if it was excused.

    A level that nobody measured is not called too low, and no switch is no switch
    without a runbook.
    """
    if shown.verdict is Verdict.EXCUSED:
        return ()
    said = {
        Draft.MISSED: shown.verdict is Verdict.MISSED,
        Draft.NOT_SHOWN: shown.verdict is Verdict.NOT_SHOWN,
        Draft.NO_TARGET: shown.rto is None,
        Draft.STUCK: shown.stuck > STUCK_LONG,
        Draft.BELOW_MBCO: (
            shown.capacity is not None
            and shown.mbco is not None
            and shown.capacity < shown.mbco
        ),
        Draft.NO_ALTERNATIVE: shown.switched and not shown.planned,
        Draft.NO_RUNBOOK: shown.switched and shown.planned and not shown.has_runbook,
        Draft.IMPROVED: shown.verdict is Verdict.MET and shown.before in FAILED,
    }
    return tuple(draft for draft in Draft if said.get(draft))


def all_met(verdicts: "tuple[Verdict | None, ...]") -> bool:
    """Say whether every recovery that was judged met its target, and one at least was."""
    judged = [one for one in verdicts if one is not None and one is not Verdict.EXCUSED]
    return bool(judged) and all(one is Verdict.MET for one in judged)


def retested(verdicts: "tuple[Verdict | None, ...]") -> bool | None:
    """Say what a later drill proves of one workflow, by the verdicts of its recoveries.

    True if every one met its target, False if one failed to; None where nothing was
    judged, which proves neither.
    """
    judged = [one for one in verdicts if one is not None and one is not Verdict.EXCUSED]
    if not judged:
        return None
    return not any(one in FAILED for one in judged)
