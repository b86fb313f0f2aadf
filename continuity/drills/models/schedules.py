"""When drills recur."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, TeamOwnedQuerySet, User
from continuity.accounts.roles import Action
from continuity.drills.models.scenarios import SPEEDS, Scenario
from continuity.drills.models.types import DrillType
from continuity.inventory.models import Tool, Workflow

LATE_BY = timedelta(hours=1)
"""How late a drill may begin where nobody says otherwise."""


class Surprise(models.TextChoices):
    """What people know of when it begins."""

    NONE = "", _("The day and the time")
    WINDOW = "window", _("That it comes some time in the window")
    SILENT = "silent", _("Nothing")


class ScheduleQuerySet(TeamOwnedQuerySet["Schedule"]):
    def allowing(self, user: User, action: Action) -> Self:
        """As its team says; one of which people know nothing is its facilitator's and
        the managers' alone."""
        found = super().allowing(user, action)
        if user.may(Action.RUN_DRILL):
            return found
        return found.filter(~Q(surprise=Surprise.SILENT) | Q(facilitator=user))

    def due(self, now: datetime) -> Self:
        return self.filter(paused=False, opens_at__lte=now)

    def recurring(self) -> Self:
        return self.exclude(rrule="")


class Schedule(models.Model):
    """When drills recur: once, or by an RFC 5545 rule in a time zone.

    `next_due_at` is the next occurrence, `opens_at` when its drill is opened and its
    people are told: `notice` before. Both are empty when nothing more will come.
    """

    title = models.CharField(_("title"), max_length=160)
    scenario = models.ForeignKey(
        Scenario, models.PROTECT, related_name="schedules", verbose_name=_("scenario")
    )
    type = models.CharField(
        _("type"), max_length=12, choices=DrillType, default=DrillType.FUNCTIONAL
    )
    aim = models.TextField(_("what it is to show"), blank=True)
    tools = models.ManyToManyField(
        Tool, related_name="+", verbose_name=_("tools that fail")
    )
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="schedules",
        verbose_name=_("team"),
        help_text=_("Empty: all teams."),
    )
    facilitator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="schedules",
        verbose_name=_("facilitator"),
    )
    starts_on = models.DateField(_("first day"))
    starts_time = models.TimeField(_("time"))
    zone = models.CharField(_("time zone"), max_length=60)
    rrule = models.CharField(_("repeats"), max_length=200, blank=True)
    notice = models.DurationField(_("told this long before"), default=timedelta(days=1))
    late_by = models.DurationField(_("may begin late by"), default=LATE_BY)
    """After that its time was missed."""
    rotates = models.BooleanField(_("goes round teams and scenarios"), default=False)
    """Each time the team within `team` and the scenario that were neglected longest."""
    evaluator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("evaluator"),
    )
    observers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("observers")
    )
    away = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("plays being away"),
    )
    tiers = models.JSONField(_("criticalities"), default=list)
    """Only workflows of these; empty for all."""
    workflows = models.ManyToManyField(
        Workflow, related_name="+", verbose_name=_("workflows")
    )
    """Only these; none for all."""
    surprise = models.CharField(max_length=6, choices=Surprise, blank=True)
    window = models.DurationField(_("window"), null=True, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    speed = models.PositiveSmallIntegerField(
        _("speed"), default=1, choices=[(speed, f"{speed} ×") for speed in SPEEDS]
    )
    limit = models.DurationField(_("time limit"))
    starts_by_itself = models.BooleanField(_("starts by itself"), default=True)
    paused = models.BooleanField(_("paused"), default=False)
    next_due_at = models.DateTimeField(_("next drill"), null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        ordering = ["next_due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(limit__gt=timedelta()), name="schedule_limit_positive"
            ),
            models.CheckConstraint(
                condition=Q(notice__gte=timedelta()), name="schedule_notice_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(late_by__gte=timedelta()), name="schedule_late_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(next_due_at=None, opens_at=None)
                | Q(next_due_at__isnull=False, opens_at__isnull=False),
                name="schedule_opens_what_is_due",
            ),
        ]
        indexes = [
            models.Index(
                fields=["opens_at"], name="schedule_due", condition=Q(paused=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("drills:schedule", args=[self.pk])
