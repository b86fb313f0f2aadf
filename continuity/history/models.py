"""What was changed, by whom, from what to what."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from continuity.accounts.models import Team, TeamOwnedQuerySet


class Entry(models.Model):
    """One thing that somebody did. Written once, never changed.

    `subject_label` keeps the name of what may be gone by the time it is read.
    `before` and `after` hold only the fields that changed.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    verb = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=300)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    objects = TeamOwnedQuerySet["Entry"].as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id", "-at"], name="entry_subject"
            ),
            models.Index(fields=["-at", "-id"], name="entry_latest"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(verb=""), name="entry_names_its_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} at {self.at:%Y-%m-%d %H:%M}"


class Deletion(models.Model):
    """What was deleted, whole, so that it can be put back. Kept for 90 days."""

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    label = models.CharField(max_length=300)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")
    rows = models.JSONField()
    """Model and fields of each row that went, parents before their children."""
    restored_at = models.DateTimeField(null=True)

    objects = TeamOwnedQuerySet["Deletion"].as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at"], name="deletion_latest")]

    def __str__(self) -> str:
        return self.label
