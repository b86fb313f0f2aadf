"""How somebody wants to be told: by which way, when not, and how often in one go."""

from datetime import datetime, time
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from continuity.notifications.models.kinds import Kind


class Choice(models.Model):
    """By which ways one kind of message comes to one person. No row: as by default."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30, choices=Kind)
    mail = models.BooleanField()
    in_app = models.BooleanField()
    digest = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], name="one_choice_per_person_and_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind}"


class Rhythm(models.TextChoices):
    DAILY = "day", _("Every day")
    WEEKLY = "week", _("Every Monday")


class PreferencesQuerySet(models.QuerySet["Preferences"]):
    def due(self, now: datetime) -> Self:
        """Those whose digest is to be written by now."""
        return self.filter(digest_due_at__lte=now)


class Preferences(models.Model):
    """Quiet hours and the digest of one person, by the clock of their own zone.

    `digest_due_at` is empty while nothing waits for a digest.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    digest_every = models.CharField(max_length=4, choices=Rhythm, default=Rhythm.DAILY)
    digest_time = models.TimeField(default=time(8))
    digest_due_at = models.DateTimeField(null=True)

    objects = PreferencesQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False)
                & ~Q(quiet_from=models.F("quiet_until")),
                name="quiet_hours_have_two_ends",
            ),
        ]
        indexes = [
            models.Index(
                fields=["digest_due_at"],
                name="digest_due",
                condition=Q(digest_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.digest_every} at {self.digest_time:%H:%M}"
