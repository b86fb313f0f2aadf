"""When a schedule recurs, as the rules of the trade read it."""

from datetime import datetime

from continuity.domain.recurrence import Rule, parse
from continuity.drills.models import Schedule


def rule_of(schedule: Schedule) -> Rule:
    """Return when `schedule` recurs. Raises InvalidRule if it cannot be kept."""
    starts_at = datetime.combine(schedule.starts_on, schedule.starts_time)
    return parse(schedule.rrule, starts_at, schedule.zone)
