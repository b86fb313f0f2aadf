"""What holds drills together: days without any, calendars, what is demanded."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import SharedQuerySet, Team, User
from continuity.accounts.roles import Action


class CalendarLinkQuerySet(models.QuerySet["CalendarLink"]):
    def allowing(self, user: User, action: Action) -> Self:
        """A link is its maker's alone: it shows what that person may see."""
        return self.filter(user=user)


class CalendarLink(models.Model):
    """An address at which a calendar program reads drills without signing in.

    It shows what `user` may see at the moment it is read: the drills of `team`, without
    one those that they take part in themselves. Only the hash of its secret is kept.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_links"
    )
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    objects = CalendarLinkQuerySet.as_manager()

    class Meta:
        ordering = ["team__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "team"],
                name="one_calendar_link_per_person_and_team",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return str(self.team or self.user)


class BlackoutFile(models.Model):
    """A calendar of holidays that somebody brought. Its days count once it is in use."""

    name = models.CharField(_("file"), max_length=160)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    used_since = models.DateTimeField(null=True)

    objects = SharedQuerySet["BlackoutFile"].as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("drills:blackout_file", args=[self.pk])


class Blackout(models.Model):
    """A day on which no recurring drill runs, as the calendar on the wall has it."""

    file = models.ForeignKey(BlackoutFile, models.CASCADE, related_name="days")
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        ordering = ["day", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["file", "day", "name"], name="one_blackout_per_day_and_name"
            ),
        ]
        indexes = [models.Index(fields=["day"], name="blackout_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Programme(models.Model):
    """What the one programme of drills of this installation demands."""

    overdue_months = models.PositiveSmallIntegerField(
        _("months after which a workflow is overdue for a drill"), default=6
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_programme"),
            models.CheckConstraint(
                condition=Q(overdue_months__gte=1, overdue_months__lte=120),
                name="overdue_after_1_to_120_months",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Programme of drills"))
