"""One drill, and who takes part in it."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.states import OVER, DrillState
from continuity.drills.models.scenarios import Scenario
from continuity.drills.models.schedules import DrillType, Schedule
from continuity.outages.models import Outage

WEEK = timedelta(days=7)

HOUR = timedelta(hours=1)
"""How long before a drill those who take part are reminded."""


class ParticipantRole(models.TextChoices):
    LEAD = "lead", _("Leads a recovery")
    DEPUTY = "deputy", _("Deputy")
    FACILITATOR = "facilitator", _("Facilitator")


class DrillQuerySet(models.QuerySet["Drill"]):
    def allowing(self, user: User, action: Action) -> Self:
        """As for its outage, and everyone who takes part may see it and say how it went.
        A report is approved by who may do so everywhere, and by nobody else."""
        if user.may(action):
            return self
        if action == Action.REVIEW:
            return self.none()
        outages = Outage.objects.allowing(user, action).values("pk")
        if action in {Action.VIEW, Action.TAKE_PART}:
            mine = Participant.objects.filter(user=user).values("drill")
            return self.filter(Q(outage__in=outages) | Q(pk__in=mine))
        return self.filter(outage__in=outages)

    def to_draft(self) -> Self:
        """Those that ended and whose report has not been begun."""
        return self.filter(outage__state=DrillState.ENDED, review=None)

    def to_remind(self, now: datetime) -> Self:
        """Those to come of which people must be reminded by now."""
        planned = Q(outage__state=DrillState.PLANNED, outage__due_at__gt=now)
        none = Q(outage__due_at__lte=now + WEEK, reminded_before=None)
        not_yet = Q(reminded_before=None) | Q(reminded_before__gt=HOUR)
        return self.filter(planned, none | Q(outage__due_at__lte=now + HOUR) & not_yet)

    def to_conduct(self, now: datetime) -> Self:
        """Those with something to do: due to start, running, or over and not wound up."""
        return self.filter(
            Q(outage__in=Outage.objects.due_to_start(now).values("pk"))
            | Q(outage__state=DrillState.RUNNING)
            | Q(outage__state__in=OVER, wound_up_at=None)
        )


class Drill(models.Model):
    """A planned, simulated outage. Its state and clocks are those of its `outage`."""

    outage = models.OneToOneField(Outage, models.PROTECT, related_name="drill")
    schedule = models.ForeignKey(
        Schedule, models.SET_NULL, null=True, blank=True, related_name="drills"
    )
    occurrence_at = models.DateTimeField(_("due"))
    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="drills")
    script = models.JSONField(default=dict)
    """The scenario as it was when the drill was planned; later edits do not reach it."""
    type = models.CharField(_("type"), max_length=12, choices=DrillType)
    aim = models.TextField(_("what it is to show"), blank=True)
    speed = models.PositiveSmallIntegerField(_("speed"), default=1)
    told_until = models.DurationField(null=True)
    """How far into the scenario its phases have been told to the journal; empty until
    the participants have been told that it began."""
    reminded_before = models.DurationField(null=True)
    """How long before it the last reminder went out, or was not needed any more."""
    wound_up_at = models.DateTimeField(null=True)
    """When the participants were told that it is over."""

    objects = DrillQuerySet.as_manager()

    class Meta:
        ordering = ["-occurrence_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "occurrence_at"], name="one_drill_per_occurrence"
            ),
            models.CheckConstraint(
                condition=Q(speed__gte=1, speed__lte=120), name="drill_speed_in_range"
            ),
        ]
        indexes = [
            models.Index(
                fields=["outage"], name="drill_to_wind_up", condition=Q(wound_up_at=None)
            ),
        ]

    def __str__(self) -> str:
        return str(self.outage)

    def get_absolute_url(self) -> str:
        return reverse("drills:drill", args=[self.pk])


class Participant(models.Model):
    """Who takes part in a drill, as it was when the drill was planned."""

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="participants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="participations"
    )
    role = models.CharField(_("role"), max_length=12, choices=ParticipantRole)

    class Meta:
        ordering = ["role", "user__name"]
        constraints = [
            models.UniqueConstraint(fields=["drill", "user"], name="one_role_per_drill"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.drill}"
