"""What was pressed in an outage: marks of the clocks, and steps of runbooks ticked off."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import TeamOwnedQuerySet
from continuity.domain.arrivals import Arrival
from continuity.domain.clocks import Clock
from continuity.inventory.models import RunbookStep
from continuity.outages.models.outages import Decision, Recovery

CLOCK_LABELS = {
    Clock.DETECTED: pgettext_lazy("clock of a recovery", "Detected"),
    Clock.ACKNOWLEDGED: pgettext_lazy("clock of a recovery", "Acknowledged"),
    Clock.DECIDED: pgettext_lazy("clock of a recovery", "Decided"),
    Clock.SWITCHED: pgettext_lazy("clock of a recovery", "Switched"),
    Clock.MINIMUM: pgettext_lazy("clock of a recovery", "Working again"),
    Clock.FULL: pgettext_lazy("clock of a recovery", "Full service"),
    Clock.RETURNED: pgettext_lazy("clock of a recovery", "Back on the usual tool"),
}
ARRIVAL_LABELS = {
    Arrival.IN_TIME: pgettext_lazy("arrival of a press", "In time"),
    Arrival.LATE: pgettext_lazy("arrival of a press", "After the end"),
    Arrival.TOO_LATE: pgettext_lazy("arrival of a press", "After the review"),
}

UNDO_WITHIN = timedelta(minutes=1)
"""How long after it arrived a mark can be taken back."""


class MarkSource(models.TextChoices):
    PERSON = "person", _("Person")
    PROBE = "probe", _("Probe")


class MarkQuerySet(TeamOwnedQuerySet["Mark"]):
    team_path = "recovery__workflow__team"

    def valid(self) -> Self:
        """Keep those that stand: neither taken back nor come after the review."""
        return self.filter(undone_at=None).exclude(arrival=Arrival.TOO_LATE)


class Mark(models.Model):
    """One recorded moment of a recovery. Taken back, it stays and says so.

    `at` is when it happened, on our clock; `pressed_at` what the phone claimed;
    `received_at` when it arrived; `exact` whether `at` can be relied on. `arrival` says
    whether it came after the end; one that came after the review is kept and changes
    nothing. `by_link`: pressed through the link of a participant, without a sign-in.
    """

    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="marks")
    clock = models.CharField(max_length=12, choices=list(CLOCK_LABELS.items()))
    key = models.UUIDField()
    at = models.DateTimeField()
    pressed_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    exact = models.BooleanField(default=True)
    decision = models.CharField(max_length=6, choices=Decision, blank=True)
    source = models.CharField(max_length=6, choices=MarkSource, default=MarkSource.PERSON)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)
    arrival = models.CharField(
        max_length=8, choices=list(ARRIVAL_LABELS.items()), default=Arrival.IN_TIME
    )
    by_link = models.BooleanField(default=False)

    objects = MarkQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recovery", "key"], name="one_mark_per_recovery_and_key"
            ),
            models.UniqueConstraint(
                fields=["recovery", "clock"],
                condition=Q(undone_at=None) & ~Q(arrival=Arrival.TOO_LATE),
                name="one_valid_mark_per_clock",
            ),
            models.CheckConstraint(
                condition=Q(at__lte=F("received_at")), name="mark_not_from_the_future"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock} at {self.at:%H:%M:%S}"


class StepDone(models.Model):
    """A runbook step ticked off during an outage."""

    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="steps_done")
    step = models.ForeignKey(RunbookStep, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["recovery", "step"], name="step_done_once"),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} at {self.at:%H:%M:%S}"
