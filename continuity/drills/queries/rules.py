"""When a schedule recurs, as the rules of the trade read it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django.db.models import Count, Max, Min, QuerySet

from continuity.domain.recurrence import Rule, parse
from continuity.drills.models import Blackout, BlackoutFile, Schedule

MOST: Final = 20_000
"""Days without drills that are read; a file brings 1,000 at most."""


def rule_of(schedule: Schedule, blackout: frozenset[date] = frozenset()) -> Rule:
    """Return when `schedule` recurs. Raises InvalidRule if it cannot be kept.

    What happens once happens on the day that somebody chose, blackout or not.
    """
    starts_at = datetime.combine(schedule.starts_on, schedule.starts_time)
    days = blackout if schedule.rrule else frozenset[date]()
    return parse(schedule.rrule, starts_at, schedule.zone, days)


def blackout_days() -> frozenset[date]:
    """Return the days on which nothing that recurs runs. One query."""
    return frozenset(day for (day,) in days_without_drills())


def days_without_drills() -> "QuerySet[Blackout, tuple[date]]":
    """Return the days on which nothing that recurs runs, the first first. Not yet read."""
    used = Blackout.objects.filter(file__used_since__isnull=False)
    return used.order_by("day").values_list("day")[:MOST]


def blackout_names(first: date, last: date) -> Mapping[date, tuple[str, ...]]:
    """Return what the days without drills from `first` to `last` are called. One query."""
    names: dict[date, tuple[str, ...]] = {}
    used = Blackout.objects.filter(
        file__used_since__isnull=False, day__gte=first, day__lte=last
    )
    for day, name in used.order_by("day", "name").values_list("day", "name")[:MOST]:
        if name not in names.get(day, ()):
            names[day] = (*names.get(day, ()), name)
    return names


def blackout_files() -> QuerySet[BlackoutFile]:
    """Return the calendars of holidays, the newest first, with the days each has."""
    return (
        BlackoutFile.objects.select_related("uploaded_by")
        .annotate(count=Count("days"), first=Min("days__day"), last=Max("days__day"))
        .order_by("-uploaded_at", "-pk")
    )
