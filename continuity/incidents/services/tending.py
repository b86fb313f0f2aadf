"""What the clock does for real outages: asks whether they are over, says when they are."""

from datetime import datetime

from django.db import transaction

from continuity.domain.states import LIVE
from continuity.incidents.models import Incident
from continuity.incidents.services.declaring import REMIND_EVERY
from continuity.incidents.services.telling import ask_whether_over, tell_over


def tend(*, now: datetime) -> int:
    """Look after every real outage that is due; return how many were.

    Each in its own transaction under its row's lock; doing it again does nothing.
    """
    tended = 0
    for pk in list(
        Incident.objects.to_tend(now).order_by("pk").values_list("pk", flat=True)
    ):
        tended += _tend_one(pk, now=now)
    return tended


@transaction.atomic(durable=True)
def _tend_one(pk: int, *, now: datetime) -> bool:
    incident = (
        Incident.objects.to_tend(now)
        .select_related("outage__facilitator")
        .select_for_update(skip_locked=True, of=("self",))
        .filter(pk=pk)
        .first()
    )
    if incident is None:
        return False  # another worker has it, or there is nothing left to do
    if incident.outage.state in LIVE:
        ask_whether_over(incident.outage, now=now)
        incident.remind_at = now + REMIND_EVERY
    else:
        tell_over(incident.outage, now=now)
        incident.told_over_at = now
    incident.save(update_fields=["remind_at", "told_over_at"])
    return True
