"""Rehearsing: scenarios, schedules, drills, and who takes part."""

from continuity.drills.models.criteria import MEASURE_LABELS, RATING_LABELS, Criterion
from continuity.drills.models.drills import (
    HOUR,
    MARK,
    WEEK,
    Drill,
    DrillQuerySet,
    Participant,
    ParticipantRole,
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
from continuity.drills.models.scenarios import (
    PHASE_STATE_LABELS,
    SPEEDS,
    Component,
    Phase,
    Quality,
    Scenario,
)
from continuity.drills.models.schedules import (
    Schedule,
    ScheduleQuerySet,
    Surprise,
)
from continuity.drills.models.types import (
    ASKED,
    AWAY,
    MIND,
    USUAL_LIMIT,
    USUAL_NOTICE,
    WATCH,
    DrillType,
)

__all__ = [
    "ASKED",
    "AWAY",
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
    "Blackout",
    "BlackoutFile",
    "CalendarLink",
    "CalendarLinkQuerySet",
    "Channel",
    "Component",
    "Criterion",
    "Drill",
    "DrillInject",
    "DrillQuerySet",
    "DrillType",
    "Inject",
    "Participant",
    "ParticipantRole",
    "Performance",
    "Phase",
    "Programme",
    "Quality",
    "Scenario",
    "Schedule",
    "ScheduleQuerySet",
    "Surprise",
    "Words",
]
