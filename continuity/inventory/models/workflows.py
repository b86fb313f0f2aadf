"""Workflows: who does the work, how soon it must go on, and which tools it uses."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import Team, TeamOwnedQuerySet, User
from continuity.domain.review import ReviewState
from continuity.inventory.models.catalogue import Tool
from continuity.inventory.models.percent import percent


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


class WorkflowStatus(models.TextChoices):
    """Where the workflow's description stands in its review cycle. That it is archived
    is said by `archived_at` alone, so that both can never disagree."""

    DRAFT = ReviewState.DRAFT.value, pgettext_lazy("status of a workflow", "Draft")
    APPROVED = (
        ReviewState.APPROVED.value,
        pgettext_lazy("status of a workflow", "Approved"),
    )
    DUE = ReviewState.DUE.value, pgettext_lazy("status of a workflow", "Due for review")


class WorkflowQuerySet(TeamOwnedQuerySet["Workflow"]):
    def current(self) -> Self:
        return self.filter(archived_at=None)

    def changed_since_approval(self) -> Self:
        return self.filter(version__gt=F("approved_version"))

    def to_review(self, today: date) -> Self:
        """Those in use whose day of review has come, and of whom nobody was told."""
        return self.current().filter(
            review_on__lte=today, status__in=[WorkflowStatus.APPROVED, WorkflowStatus.DRAFT]
        )

    def kept_by(self, user: User) -> Self:
        return self.filter(Q(owner=user) | Q(deputy=user))


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
    wrt = models.DurationField(
        _("time to verify and catch up (WRT)"), null=True, blank=True
    )
    targets_reason = models.TextField(_("why these targets"), blank=True)
    targets_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("targets set by"),
    )
    targets_at = models.DateTimeField(_("targets set"), null=True, blank=True)
    cost_per_hour = models.DecimalField(
        _("cost of an hour"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    mbco_percent = models.PositiveSmallIntegerField(
        _("minimum level (MBCO), percent of normal volume"), null=True, blank=True
    )
    mbco_words = models.CharField(_("minimum level in words"), max_length=240, blank=True)
    people_least = models.PositiveIntegerField(_("people, at least"), null=True, blank=True)
    people_most = models.PositiveIntegerField(_("people, at most"), null=True, blank=True)
    data_class = models.CharField(_("data"), max_length=12, choices=DataClass, blank=True)
    hours = models.CharField(_("operating hours"), max_length=120, blank=True)
    peak_hours = models.CharField(_("peak hours"), max_length=120, blank=True)
    zone = models.CharField(_("time zone of the hours"), max_length=60, blank=True)
    status = models.CharField(
        _("status"),
        max_length=8,
        choices=WorkflowStatus,
        default=WorkflowStatus.DRAFT,
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    approved_version = models.PositiveIntegerField(null=True, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    review_on = models.DateField(_("due for review"), null=True, blank=True)
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
                condition=Q(rto=None)
                | Q(mtpd=None)
                | Q(wrt=None)
                | Q(mtpd__gte=F("rto") + F("wrt")),
                name="workflow_rto_and_wrt_within_mtpd",
                violation_error_message=_(
                    "RTO and WRT together must not be longer than the MTPD: shorten one of "
                    "them, or lengthen the MTPD if the stop is really tolerable for longer."
                ),
            ),
            models.CheckConstraint(
                condition=Q(approved_version=None, approved_at=None)
                | Q(approved_version__isnull=False, approved_at__isnull=False),
                name="workflow_approval_names_its_version",
            ),
            models.CheckConstraint(
                condition=Q(people_least=None)
                | Q(people_most=None)
                | Q(people_least__lte=F("people_most")),
                name="workflow_people_in_order",
                violation_error_message=_("“At least” must not exceed “at most”."),
            ),
            percent("mbco_percent", "workflow_mbco_percent"),
        ]
        indexes = [
            models.Index(fields=["team", "name"], name="workflow_by_team"),
            models.Index(fields=["owner"], name="workflow_by_owner"),
            models.Index(
                fields=["review_on"],
                name="workflow_to_review",
                condition=Q(archived_at=None, status__in=["approved", "draft"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inventory:workflow", args=[self.pk])

    @property
    def review_state(self) -> ReviewState:
        if self.archived_at is not None:
            return ReviewState.ARCHIVED
        return ReviewState(self.status)

    @property
    def changed_since_approval(self) -> bool:
        """Say whether it was approved once and is another version now."""
        return self.approved_version is not None and self.version > self.approved_version


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
