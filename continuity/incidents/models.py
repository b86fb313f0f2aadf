"""What a real outage has and a drill has not: status pages, and reminders to close it."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from continuity.domain.states import LIVE, OVER
from continuity.outages.models import Outage


class IncidentQuerySet(models.QuerySet["Incident"]):
    def to_tend(self, now: datetime) -> Self:
        """Those with something to say: open for hours, or over and nobody told."""
        open_long = Q(remind_at__lte=now, outage__state__in=LIVE)
        return self.filter(open_long | Q(outage__state__in=OVER, told_over_at=None))


class Incident(models.Model):
    """The declaration of a real outage; its course and clocks are those of `outage`.

    A real outage has no time limit: `remind_at` is when who declared it is asked again
    whether it is over. `told_over_at` is when its people were told that it is.
    """

    outage = models.OneToOneField(Outage, models.PROTECT, related_name="incident")
    links = models.JSONField(default=list)
    """Addresses of status pages, in the order given."""
    remind_at = models.DateTimeField()
    told_over_at = models.DateTimeField(null=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["remind_at"],
                name="incident_to_tend",
                condition=Q(told_over_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"incident {self.outage_id}"
