"""Reminding those who take part, a week and an hour before."""

from datetime import datetime, timedelta

from django.db import transaction

from continuity.drills.models import HOUR, WEEK, Drill
from continuity.drills.services import messages


def reminded_at_once(occurrence: datetime, now: datetime) -> timedelta | None:
    """Return the reminder that the news of a drill planned at `now` makes needless."""
    left = occurrence - now
    return HOUR if left <= HOUR else WEEK if left <= WEEK else None


def remind(*, now: datetime, limit: int = 100) -> int:
    """Remind the people of every drill that is a week or an hour away; return of how many.

    Each in its own transaction under its row's lock, so doing it again, or twice at once,
    writes to nobody twice. Where the clock stood still past both, the later one counts.
    """
    due = Drill.objects.to_remind(now).order_by("occurrence_at", "pk")
    return sum(
        _remind_one(pk, now=now) for pk in list(due.values_list("pk", flat=True)[:limit])
    )


@transaction.atomic(durable=True)
def _remind_one(drill_pk: int, *, now: datetime) -> bool:
    drill = (
        Drill.objects.to_remind(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("outage")
        .filter(pk=drill_pk)
        .first()
    )
    if drill is None:
        return False  # another worker has it, or had it
    drill.reminded_before = HOUR if drill.occurrence_at - now <= HOUR else WEEK
    drill.save(update_fields=["reminded_before"])
    messages.tell_soon(drill, drill.reminded_before, now=now)
    return True
