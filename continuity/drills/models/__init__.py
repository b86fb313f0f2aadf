"""Rehearsing: scenarios, schedules, drills, and who takes part."""

from continuity.drills.models.drills import (
    HOUR,
    WEEK,
    Drill,
    DrillQuerySet,
    Participant,
    ParticipantRole,
)
from continuity.drills.models.findings import (
    DRAFT_LABELS,
    ActionStatus,
    CorrectiveAction,
    CorrectiveActionQuerySet,
    Finding,
    FindingKind,
)
from continuity.drills.models.programme import (
    Blackout,
    BlackoutFile,
    CalendarLink,
    CalendarLinkQuerySet,
    Programme,
)
from continuity.drills.models.reviews import (
    RATING_LABELS,
    AimRating,
    Review,
    SurveyAnswer,
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
    "DRAFT_LABELS",
    "HOUR",
    "MARK",
    "PHASE_STATE_LABELS",
    "RATING_LABELS",
    "SPEEDS",
    "WEEK",
    "ActionStatus",
    "AimRating",
    "Blackout",
    "BlackoutFile",
    "CalendarLink",
    "CalendarLinkQuerySet",
    "Component",
    "CorrectiveAction",
    "CorrectiveActionQuerySet",
    "Drill",
    "DrillQuerySet",
    "DrillType",
    "Finding",
    "FindingKind",
    "Participant",
    "ParticipantRole",
    "Phase",
    "Programme",
    "Quality",
    "Review",
    "Scenario",
    "Schedule",
    "ScheduleQuerySet",
    "SurveyAnswer",
]
