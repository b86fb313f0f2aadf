"""Rehearsing: scenarios, schedules, drills, and who takes part."""

from continuity.drills.models.drills import (
    HOUR,
    WEEK,
    Drill,
    DrillQuerySet,
    Participant,
    ParticipantRole,
)
from continuity.drills.models.programme import (
    Blackout,
    BlackoutFile,
    CalendarLink,
    CalendarLinkQuerySet,
    Programme,
)
from continuity.drills.models.scenarios import (
    PHASE_STATE_LABELS,
    SPEEDS,
    Component,
    Phase,
    Quality,
    Scenario,
)
from continuity.drills.models.schedules import DrillType, Schedule, ScheduleQuerySet
from continuity.notifications.models import MARK

__all__ = [
    "HOUR",
    "MARK",
    "PHASE_STATE_LABELS",
    "SPEEDS",
    "WEEK",
    "Blackout",
    "BlackoutFile",
    "CalendarLink",
    "CalendarLinkQuerySet",
    "Component",
    "Drill",
    "DrillQuerySet",
    "DrillType",
    "Participant",
    "ParticipantRole",
    "Phase",
    "Programme",
    "Quality",
    "Scenario",
    "Schedule",
    "ScheduleQuerySet",
]
