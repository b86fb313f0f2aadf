"""What asks for a drill out of turn, and the drills that it has proposed."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import Team, TeamOwnedQuerySet
from continuity.drills.models.scenarios import Scenario
from continuity.drills.models.schedules import Schedule
from continuity.drills.models.types import DrillType
from continuity.inventory.models import Workflow


class Cause(models.TextChoices):
    EXPIRING = "expiring", _("A proof is about to expire")
    CHANGED = "changed", _("The workflow changed since its last drill")
    OUTAGE = "outage", _("A real outage is over")


class TriggerQuerySet(TeamOwnedQuerySet["Trigger"]):
    def due(self, now: datetime) -> Self:
        return self.filter(paused=False, due_at__lte=now)


class Trigger(models.Model):
    """A condition under which a drill of one workflow is proposed, or planned at once.

    `margin` is how long before a proof expires, or after a real outage ended, it asks; it
    has no meaning for a change. `due_at` is when it is looked at next.
    """

    cause = models.CharField(_("when"), max_length=8, choices=Cause)
    margin = models.DurationField(_("how long before, or after"), default=timedelta())
    tiers = models.JSONField(_("criticalities"), default=list)
    """Only workflows of these; empty for all."""
    team = models.ForeignKey(
        Team,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team"),
    )
    scenario = models.ForeignKey(
        Scenario,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("scenario"),
    )
    """None: the one that fits, neglected longest."""
    type = models.CharField(
        _("type"), max_length=12, choices=DrillType, default=DrillType.FUNCTIONAL
    )
    facilitator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("facilitator"),
    )
    notice = models.DurationField(_("told this long before"), default=timedelta(days=7))
    limit = models.DurationField(_("time limit"), default=timedelta(hours=2))
    plans = models.BooleanField(_("plans the drill by itself"), default=False)
    paused = models.BooleanField(_("paused"), default=False)
    due_at = models.DateTimeField()

    objects = TriggerQuerySet.as_manager()

    class Meta:
        ordering = ["cause", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(margin__gte=timedelta()), name="trigger_margin_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(limit__gt=timedelta()), name="trigger_limit_positive"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="trigger_due", condition=Q(paused=False))
        ]

    def __str__(self) -> str:
        return str(self.get_cause_display())

    def get_absolute_url(self) -> str:
        return reverse("drills:trigger_edit", args=[self.pk])


class ProposalState(models.TextChoices):
    OPEN = "open", pgettext_lazy("proposal", "Open")
    PLANNED = "planned", pgettext_lazy("proposal", "Planned")
    DECLINED = "declined", pgettext_lazy("proposal", "Not now")


class ProposalQuerySet(TeamOwnedQuerySet["Proposal"]):
    team_path = "workflow__team"

    def open(self) -> Self:
        return self.filter(state=ProposalState.OPEN)


class Proposal(models.Model):
    """A drill of one workflow that something asked for.

    `key` names the very cause (this proof, this version, this outage), so that it asks
    once; `cause_at` is when the proof expires, the version was approved, the outage ended.
    """

    trigger = models.ForeignKey(
        Trigger, models.SET_NULL, null=True, related_name="proposals"
    )
    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="drill_proposals")
    cause = models.CharField(max_length=8, choices=Cause)
    key = models.CharField(max_length=40)
    cause_at = models.DateTimeField()
    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="+")
    type = models.CharField(max_length=12, choices=DrillType)
    facilitator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    notice = models.DurationField()
    limit = models.DurationField()
    made_at = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=ProposalState, default=ProposalState.OPEN
    )
    schedule = models.ForeignKey(
        Schedule, models.SET_NULL, null=True, related_name="proposals"
    )
    """What brings the drill that answers it: its own, or one that was planned anyway."""
    drill_at = models.DateTimeField(null=True)
    """When that drill is, or was."""
    reason = models.CharField(_("Not now, because"), max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "cause", "key"], name="one_proposal_per_cause"
            ),
            models.UniqueConstraint(
                fields=["workflow", "cause"],
                condition=Q(state="open"),
                name="one_open_proposal_per_workflow_and_cause",
            ),
            models.CheckConstraint(
                name="proposal_answered_at_some_time",
                condition=Q(state="open", answered_at=None)
                | ~Q(state="open") & Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="proposal_declined_with_a_reason",
                condition=~Q(state="declined") | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.workflow)

    def get_absolute_url(self) -> str:
        return reverse("drills:proposals")
