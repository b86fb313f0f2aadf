"""What is happening now, rehearsed or real."""

from continuity.outages.models.journal import EntryKind, JournalEntry
from continuity.outages.models.marks import (
    ARRIVAL_LABELS,
    CLOCK_LABELS,
    UNDO_WITHIN,
    Mark,
    MarkSource,
    StepDone,
)
from continuity.outages.models.outages import (
    ABORT_REASONS,
    STATE_LABELS,
    Decision,
    Outage,
    OutageKind,
    Recovery,
    Stop,
    answered_by,
)
from continuity.outages.models.passes import Pass
from continuity.outages.models.pictures import Picture, PictureFile

__all__ = [
    "ABORT_REASONS",
    "ARRIVAL_LABELS",
    "CLOCK_LABELS",
    "STATE_LABELS",
    "UNDO_WITHIN",
    "Decision",
    "EntryKind",
    "JournalEntry",
    "Mark",
    "MarkSource",
    "Outage",
    "OutageKind",
    "Pass",
    "Picture",
    "PictureFile",
    "Recovery",
    "StepDone",
    "Stop",
    "answered_by",
]
