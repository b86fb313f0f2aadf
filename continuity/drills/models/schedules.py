"""When drills recur."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, TeamOwnedQuerySet
from continuity.drills.models.scenarios import SPEEDS, Scenario
from continuity.inventory.models import Tool


class DrillType(models.TextChoices):
    WALKTHROUGH = "walkthrough", _("Walkthrough")
    TABLETOP = "tabletop", _("Tabletop")
    FUNCTIONAL = "functional", _("Functional")
    LIVE = "live", _("Live")


class ScheduleQuerySet(TeamOwnedQuerySet["Schedule"]):
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
