"""What the programme of drills demands."""

from datetime import datetime

from django.db import transaction

from continuity.accounts.models import User
from continuity.drills.models import Programme
from continuity.history.services import record


@transaction.atomic(durable=True)
def demand(overdue_months: int, *, actor: User, now: datetime) -> None:
    """Set after how many months without a drill a workflow is overdue. The same again
    leaves no trace."""
    Programme.objects.get_or_create(pk=1)
    programme = Programme.objects.select_for_update().get(pk=1)
    before = programme.overdue_months
    if before == overdue_months:
        return
    programme.overdue_months = overdue_months
    programme.save(update_fields=["overdue_months"])
    record(
        "programme.changed",
        programme,
        actor=actor,
        now=now,
        before={"overdue_months": before},
        after={"overdue_months": overdue_months},
    )
