"""Rehearsing: scenarios, schedules, drills, and who takes part."""

from continuity.drills.models.criteria import CRITERION_LABELS, MEASURE_LABELS, Criterion
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
from continuity.drills.models.injects import (
    INJECT_STATE_LABELS,
    TRIGGER_LABELS,
    Channel,
    DrillInject,
    Inject,
    Performance,
    Words,
)
from continuity.drills.models.programme import (
    Blackout,
    BlackoutFile,
    CalendarLink,
    CalendarLinkQuerySet,
    Programme,
)
from continuity.drills.models.reviews import RATING_LABELS, AimRating, Review, SurveyAnswer
from continuity.drills.models.scenarios import (
    PHASE_STATE_LABELS,
    SPEEDS,
    Component,
    Phase,
    Quality,
    Scenario,
)
from continuity.drills.models.schedules import Schedule, ScheduleQuerySet, Surprise
from continuity.drills.models.types import (
    ASKED,
    AWAY,
    MIND,
    USUAL_LIMIT,
    USUAL_NOTICE,
    WATCH,
    DrillType,
)
from continuity.notifications.models import MARK

__all__ = [
    "ASKED",
    "AWAY",
    "CRITERION_LABELS",
    "DRAFT_LABELS",
    "HOUR",
    "INJECT_STATE_LABELS",
    "MARK",
    "MEASURE_LABELS",
    "MIND",
    "PHASE_STATE_LABELS",
    "RATING_LABELS",
    "SPEEDS",
    "TRIGGER_LABELS",
    "USUAL_LIMIT",
    "USUAL_NOTICE",
    "WATCH",
    "WEEK",
    "ActionStatus",
    "AimRating",
    "Blackout",
    "BlackoutFile",
    "CalendarLink",
    "CalendarLinkQuerySet",
    "Channel",
    "Component",
    "CorrectiveAction",
    "CorrectiveActionQuerySet",
    "Criterion",
    "Drill",
    "DrillInject",
    "DrillQuerySet",
    "DrillType",
    "Finding",
    "FindingKind",
    "Inject",
    "Participant",
    "ParticipantRole",
    "Performance",
    "Phase",
    "Programme",
    "Quality",
    "Review",
    "Scenario",
    "Schedule",
    "ScheduleQuerySet",
    "Surprise",
    "SurveyAnswer",
    "Words",
]
