"""The times a schedule names, apart from the drills that begin at them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.drills.models.drills import Drill
from continuity.drills.models.schedules import Schedule


class OccurrenceState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("occurrence", "Coming")
    OPENED = "opened", pgettext_lazy("occurrence", "Opened")
    LATE = "late", pgettext_lazy("occurrence", "Began late")
    MISSED = "missed", pgettext_lazy("occurrence", "Missed")
    SKIPPED = "skipped", pgettext_lazy("occurrence", "Passed over")


class PassedOver(models.TextChoices):
    """Why an occurrence was passed over on purpose."""

    BLACKOUT = "blackout", _("A day without drills")
    PAUSED = "paused", _("The schedule was paused")


class Occurrence(models.Model):
    """One time that a schedule names, and what became of it.

    `at` is the instant, `wall` what the rule says it is on the wall of its zone: 02:30,
    though the spring change lets it run at 03:30. At most one of a schedule is waiting:
    the next.
    """

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="occurrences")
    at = models.DateTimeField(_("due"))
    wall = models.CharField(max_length=16)
    state = models.CharField(max_length=7, choices=OccurrenceState)
    passed_over = models.CharField(max_length=8, choices=PassedOver, blank=True)
    drill = models.OneToOneField(
        Drill, models.CASCADE, null=True, related_name="occurrence"
    )

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "at"], name="one_occurrence_per_time"
            ),
            models.UniqueConstraint(
                fields=["schedule"],
                condition=Q(state="waiting"),
                name="one_occurrence_waits",
            ),
            models.CheckConstraint(
                name="occurrence_state_matches_drill",
                condition=Q(state__in=["waiting", "skipped"], drill=None)
                | Q(state__in=["opened", "late"], drill__isnull=False)
                | Q(state="missed"),
            ),
            models.CheckConstraint(
                name="occurrence_passed_over_for_a_reason",
                condition=Q(state="skipped") & ~Q(passed_over="")
                | ~Q(state="skipped") & Q(passed_over=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule}, {self.at:%Y-%m-%d %H:%M}"
