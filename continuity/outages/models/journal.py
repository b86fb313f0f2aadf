"""The journal: all that happened in an outage, in lines that nobody rewrites."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from continuity.outages.models.outages import Outage, Recovery


class EntryKind(models.TextChoices):
    """What a line of the journal tells. Its sentence is made in `queries/journal.py`."""

    DRAFTED = "drafted", _("Draft made")
    APPROVED = "approved", _("Approved")
    PLANNED = "planned", _("Planned")
    STARTED = "started", _("Started")
    PHASE = "phase", _("Scenario")
    MARK = "mark", _("Mark")
    UNDO = "undo", _("Mark taken back")
    STEP = "step", _("Runbook step")
    STEP_UNDO = "step_undo", _("Runbook step taken back")
    NOTE = "note", _("Note")
    PICTURE = "picture", _("Picture")
    PAUSED = "paused", _("Paused")
    RESUMED = "resumed", _("Resumed")
    EXCUSED = "excused", _("Excused")
    STUCK = "stuck", _("Stuck")
    UNSTUCK = "unstuck", _("Not stuck any more")
    HANDED = "handed", _("Handed over")
    INJECT = "inject", _("Inject")
    INJECT_PLAN = "inject_plan", _("List of injects")
    SPEED = "speed", _("Speed")
    ENDED = "ended", _("Ended")
    ABORTED = "aborted", _("Aborted")
    MISSED = "missed", _("Missed")
    JOINED = "joined", _("Joined")
    TOOLS = "tools", _("Tools")
    ONSET = "onset", _("Onset corrected")
    TAKEN_UP = "taken_up", _("Not over after all")


class JournalEntry(models.Model):
    """One line of what happened. Append-only: a trigger refuses UPDATE and DELETE.

    `hash` covers the line and the hash of the one before it, so a line that was
    changed behind our back breaks the chain (`manage.py check_journal` walks it).
    `key` is that of the request that wrote it, where a device may ask again.
    """

    outage = models.ForeignKey(Outage, models.PROTECT, related_name="journal")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=EntryKind)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    actor_name = models.CharField(max_length=120, blank=True)
    recovery = models.ForeignKey(
        Recovery, models.PROTECT, null=True, related_name="journal"
    )
    data = models.JSONField(default=dict)
    key = models.UUIDField(null=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "journal entries"
        ordering = ["outage", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["outage", "number"], name="one_entry_per_number"
            ),
            models.UniqueConstraint(
                fields=["outage", "key"], name="one_entry_per_outage_and_key"
            ),
        ]
        indexes = [
            # The live page shows them; there are few among very many lines.
            models.Index(
                fields=["outage", "-number"],
                name="journal_injects",
                condition=Q(kind="inject"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.kind}"
