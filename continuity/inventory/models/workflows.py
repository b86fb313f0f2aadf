"""Workflows, what they depend on, what they would use instead, and the proof of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, TeamOwnedQuerySet
from continuity.inventory.models.catalogue import Tool


def _percent(field: str, name: str, *, most: int = 100) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{field: None}) | Q(**{f"{field}__gte": 0, f"{field}__lte": most}),
        name=name,
        violation_error_message=(
            _("Give a percentage between 0 and 100.")
            if most == 100
            else _("Give a percentage between 0 and 999.")
        ),
    )


class Tier(models.IntegerChoices):
    """How critical a workflow is: 1 is what has to come back first."""

    CRITICAL = 1, _("Critical")
    IMPORTANT = 2, _("Important")
    NORMAL = 3, _("Normal")
    LOW = 4, _("Low")


TIER_WEIGHTS: Final[Mapping[int, int]] = {
    Tier.CRITICAL: 4,
    Tier.IMPORTANT: 3,
    Tier.NORMAL: 2,
    Tier.LOW: 1,
}
"""What a workflow counts in the weighted share. Printed beside the figure."""


class DataClass(models.TextChoices):
    """The most sensitive data the work touches, from open to closed."""

    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")
    CONFIDENTIAL = "confidential", _("Confidential")
    PERSONAL = "personal", _("Personal")
    SPECIAL = "special", _("Special category (health, biometric, …)")


class Without(models.TextChoices):
    STOPS = "stops", _("Stops")
    DEGRADED = "degraded", _("Degraded")


class AlternativeKind(models.TextChoices):
    OTHER_MODEL = "other_model", _("Other model of the same product")
    OTHER_PRODUCT = "other_product", _("Other product of the same provider")
    OTHER_PROVIDER = "other_provider", _("Other provider")
    MODEL_ELSEWHERE = "model_elsewhere", _("Same model elsewhere")
    SELF_HOSTED = "self_hosted", _("Self-hosted")
    MANUAL = "manual", _("Without AI, by hand")


class ProofSource(models.TextChoices):
    DRILL = "drill", _("Drill")
    OUTAGE = "outage", _("Outage")
    CHECK = "check", _("Check")
    ATTESTATION = "attestation", _("Attestation")


class WorkflowQuerySet(TeamOwnedQuerySet["Workflow"]):
    def current(self) -> Self:
        return self.filter(archived_at=None)


class Workflow(models.Model):
    """Work with a result that someone waits for, done with an AI tool.

    ISO 22301 calls it an activity. What is not known is empty, never a guess:
    an imported workflow has no RTO until its team sets one.
    """

    team = models.ForeignKey(
        Team, models.PROTECT, related_name="workflows", verbose_name=_("team")
    )
    name = models.CharField(_("name"), max_length=300)
    description = models.TextField(_("what it delivers, and to whom"), blank=True)
    reference = models.CharField(_("reference in your own list"), max_length=80, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="owned_workflows",
        verbose_name=_("owner"),
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="deputised_workflows",
        verbose_name=_("deputy"),
    )
    tier = models.PositiveSmallIntegerField(
        _("criticality"), choices=Tier, default=Tier.NORMAL
    )
    rto = models.DurationField(_("recovery time objective (RTO)"), null=True, blank=True)
    mtpd = models.DurationField(_("longest tolerable stop (MTPD)"), null=True, blank=True)
    mbco_percent = models.PositiveSmallIntegerField(
        _("minimum level (MBCO), percent of normal volume"), null=True, blank=True
    )
    mbco_words = models.CharField(_("minimum level in words"), max_length=240, blank=True)
    people_least = models.PositiveIntegerField(_("people, at least"), null=True, blank=True)
    people_most = models.PositiveIntegerField(_("people, at most"), null=True, blank=True)
    data_class = models.CharField(_("data"), max_length=12, choices=DataClass, blank=True)
    hours = models.CharField(_("operating hours"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("created"))
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    objects = WorkflowQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "team",
                Lower("name"),
                name="one_workflow_per_name_and_team",
                condition=Q(archived_at=None),
                violation_error_message=_("This team has a workflow with this name."),
            ),
            models.CheckConstraint(
                condition=Q(rto=None) | Q(rto__gt=timedelta()),
                name="workflow_rto_positive",
                violation_error_message=_("The RTO must be longer than zero."),
            ),
            models.CheckConstraint(
                condition=Q(rto=None) | Q(mtpd=None) | Q(rto__lte=F("mtpd")),
                name="workflow_rto_within_mtpd",
                violation_error_message=_(
                    "The RTO must not be longer than the MTPD: shorten the RTO, or "
                    "lengthen the MTPD if the stop is really tolerable for longer."
                ),
            ),
            models.CheckConstraint(
                condition=Q(people_least=None)
                | Q(people_most=None)
                | Q(people_least__lte=F("people_most")),
                name="workflow_people_in_order",
                violation_error_message=_("“At least” must not exceed “at most”."),
            ),
            _percent("mbco_percent", "workflow_mbco_percent"),
        ]
        indexes = [
            models.Index(fields=["team", "name"], name="workflow_by_team"),
            models.Index(fields=["owner"], name="workflow_by_owner"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inventory:workflow", args=[self.pk])


class DependencyQuerySet(TeamOwnedQuerySet["Dependency"]):
    team_path = "workflow__team"


class Dependency(models.Model):
    """A workflow's use of a tool, and what happens to the work without it."""

    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="dependencies")
    tool = models.ForeignKey(
        Tool, models.PROTECT, related_name="dependencies", verbose_name=_("tool")
    )
    purpose = models.CharField(_("used for"), max_length=240, blank=True)
    without = models.CharField(
        _("without it the work"), max_length=8, choices=Without, default=Without.STOPS
    )
    position = models.PositiveSmallIntegerField(default=0)

    objects = DependencyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "dependencies"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "tool"],
                name="one_dependency_per_tool",
                violation_error_message=_("This workflow depends on this tool already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} on {self.tool}"


class AlternativeQuerySet(TeamOwnedQuerySet["Alternative"]):
    team_path = "dependency__workflow__team"


class Alternative(models.Model):
    """What a workflow uses instead of a tool it depends on. Rank 1 is tried first."""

    dependency = models.ForeignKey(Dependency, models.CASCADE, related_name="alternatives")
    rank = models.PositiveSmallIntegerField(_("rank"))
    tool = models.ForeignKey(
        Tool,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="alternative_uses",
        verbose_name=_("tool"),
    )
    procedure = models.CharField(_("manual procedure"), max_length=160, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=AlternativeKind)
    expected_capacity = models.PositiveSmallIntegerField(
        _("expected capacity, percent"), null=True, blank=True
    )
    expected_quality = models.PositiveSmallIntegerField(
        _("expected quality, percent"), null=True, blank=True
    )
    expected_switch = models.DurationField(
        _("expected switching time"), null=True, blank=True
    )
    approved_data = ArrayField(
        models.CharField(max_length=12, choices=DataClass),
        verbose_name=_("approved for data"),
        default=list,
        blank=True,
    )
    note = models.TextField(_("note"), blank=True)

    objects = AlternativeQuerySet.as_manager()

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["dependency", "rank"],
                name="one_alternative_per_rank",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(rank__gte=1), name="rank_begins_at_one"),
            models.CheckConstraint(
                condition=(
                    Q(kind="manual", tool=None) & ~Q(procedure="")
                    | ~Q(kind="manual") & Q(tool__isnull=False, procedure="")
                ),
                name="alternative_is_a_tool_or_a_procedure",
                violation_error_message=_(
                    "Choose a tool, or the kind “by hand” and name the procedure."
                ),
            ),
            _percent("expected_capacity", "alternative_capacity_percent", most=999),
            _percent("expected_quality", "alternative_quality_percent", most=999),
        ]

    def __str__(self) -> str:
        return self.procedure or str(self.tool)

    def approves(self, data_class: str) -> bool:
        """Say whether data of `data_class` may go there. Unknown data: only if the
        alternative is approved for every class, or is done by hand."""
        if self.kind == AlternativeKind.MANUAL:
            return True
        if not data_class:
            return set(self.approved_data) >= set(DataClass.values)
        return data_class in self.approved_data


class RunbookStepQuerySet(TeamOwnedQuerySet["RunbookStep"]):
    team_path = "alternative__dependency__workflow__team"


class RunbookStep(models.Model):
    """One step of the runbook: how to switch to an alternative."""

    alternative = models.ForeignKey(Alternative, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("what to do"), max_length=400)
    role = models.CharField(_("who"), max_length=120, blank=True)
    expected = models.DurationField(_("expected time"), null=True, blank=True)
    verification = models.CharField(_("how to tell it worked"), max_length=240, blank=True)

    objects = RunbookStepQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["alternative", "position"],
                name="one_step_per_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return self.text


class ProofQuerySet(TeamOwnedQuerySet["Proof"]):
    team_path = "alternative__dependency__workflow__team"

    def valid(self, now: datetime) -> Self:
        return self.filter(works=True, expires_at__gt=now)


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

    objects = ProofQuerySet.as_manager()

    class Meta:
        ordering = ["-shown_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("shown_at")), name="proof_expires_after_shown"
            ),
            _percent("capacity", "proof_capacity_percent", most=999),
            _percent("quality", "proof_quality_percent", most=999),
        ]
        indexes = [models.Index(fields=["alternative", "-shown_at"], name="proof_latest")]

    def __str__(self) -> str:
        return f"{self.get_source_display()}, {self.shown_at:%Y-%m-%d}"
