"""Dated evidence that an alternative works, and how long it counts."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import TeamOwnedQuerySet
from continuity.inventory.models.alternatives import Alternative
from continuity.inventory.models.percent import percent
from continuity.inventory.models.workflows import Tier


class ProofSource(models.TextChoices):
    DRILL = "drill", _("Drill")
    OUTAGE = "outage", _("Outage")
    CHECK = "check", _("Check")
    ATTESTATION = "attestation", _("Attestation")


class EndReason(models.TextChoices):
    """Why a proof counts no more before its time: what it proved has changed."""

    TOOL_RETIRED = "tool_retired", _("The tool was withdrawn by its provider")
    RUNBOOK_CHANGED = "runbook_changed", _("The runbook was changed")
    TOOL_REPLACED = "tool_replaced", _("The workflow uses another tool now")
    FAILED_LATER = "failed_later", _("It did not work when it was tried again")
    BY_HAND = "by_hand", _("Somebody said so")


class ProofPolicy(models.Model):
    """How long a proof from a source counts, for a criticality or for all others."""

    source = models.CharField(max_length=12, choices=ProofSource)
    tier = models.PositiveSmallIntegerField(choices=Tier, null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("days"))

    class Meta:
        verbose_name_plural = "proof policies"
        ordering = ["source", "tier"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "tier"],
                name="one_policy_per_source_and_tier",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(days__gte=1), name="policy_lasts_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.days} days"

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=self.days)


class ProofQuerySet(TeamOwnedQuerySet["Proof"]):
    team_path = "alternative__dependency__workflow__team"

    def valid(self, now: datetime) -> Self:
        return self.filter(works=True, expires_at__gt=now, ended_at=None)

    def standing(self) -> Self:
        """Keep those that nothing has ended, whatever their age and result."""
        return self.filter(ended_at=None)


class Proof(models.Model):
    """Dated evidence that an alternative works for this workflow. It expires."""

    alternative = models.ForeignKey(Alternative, models.CASCADE, related_name="proofs")
    source = models.CharField(_("from"), max_length=12, choices=ProofSource)
    shown_at = models.DateTimeField(_("shown"))
    expires_at = models.DateTimeField(_("expires"))
    works = models.BooleanField(_("it worked"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shown by"),
    )
    switch_after = models.DurationField(_("time to switch"), null=True, blank=True)
    minimum_after = models.DurationField(
        _("time to the minimum level (RTA)"), null=True, blank=True
    )
    capacity = models.PositiveSmallIntegerField(
        _("capacity reached, percent"), null=True, blank=True
    )
    quality = models.PositiveSmallIntegerField(
        _("quality reached, percent"), null=True, blank=True
    )
    note = models.TextField(_("note"), blank=True)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    runbook_version = models.PositiveIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField(_("counts no more since"), null=True, blank=True)
    ended_reason = models.CharField(_("why"), max_length=16, choices=EndReason, blank=True)
    ended_note = models.CharField(_("reason"), max_length=300, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ProofQuerySet.as_manager()

    class Meta:
        ordering = ["-shown_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("shown_at")), name="proof_expires_after_shown"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_reason="")
                | Q(ended_at__isnull=False) & ~Q(ended_reason=""),
                name="proof_ended_with_a_reason",
            ),
            percent("capacity", "proof_capacity_percent", most=999),
            percent("quality", "proof_quality_percent", most=999),
        ]
        indexes = [models.Index(fields=["alternative", "-shown_at"], name="proof_latest")]

    def __str__(self) -> str:
        return f"{self.get_source_display()}, {self.shown_at:%Y-%m-%d}"


class ProofFile(models.Model):
    """The file of a proof, in a row of its own: lists of proofs never read it."""

    proof = models.OneToOneField(
        Proof, models.CASCADE, primary_key=True, related_name="file"
    )
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"file of proof {self.proof_id}"
