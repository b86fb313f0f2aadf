"""Forecasts, the figures of every day, and the screens that show them."""

from datetime import datetime
from typing import Final, Self

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.inventory.models import Workflow

MOST_YEARS: Final = 10_000
SCREEN_LANGUAGES: Final = [("en", _("English")), ("fr", _("French"))]


class ForecastState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being computed")
    DONE = "done", pgettext_lazy("forecast", "Ready")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


class ForecastQuerySet(models.QuerySet["Forecast"]):
    def allowing(self, user: User, action: Action) -> Self:
        """All who sign in may see one: its lines are cut to the teams that they may see."""
        return self if action == Action.VIEW or user.may(action) else self.none()

    def to_compute(self, now: datetime) -> Self:
        """Those that wait, and those whose worker is taken for dead."""
        return self.filter(
            Q(state=ForecastState.WAITING)
            | Q(state=ForecastState.RUNNING, leased_until__lte=now)
        )

    def done(self) -> Self:
        return self.filter(state=ForecastState.DONE)


class Forecast(models.Model):
    """The organisation's year under the record of real outages, as it was asked for.

    `as_of` is when the inventory was read and the record ends. `result` is what the page
    shows and what `result_sha256` is taken over.
    """

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked for"))
    seed = models.PositiveBigIntegerField(_("seed"))
    years = models.PositiveIntegerField(_("simulated years"))
    state = models.CharField(
        _("state"), max_length=9, choices=ForecastState, default=ForecastState.WAITING
    )
    progress = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    as_of = models.DateTimeField(_("as of"), null=True)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    result_sha256 = models.CharField(max_length=64, blank=True)

    objects = ForecastQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="forecast_done_has_its_result",
                condition=~Q(state="done")
                | Q(finished_at__isnull=False, as_of__isnull=False, result__isnull=False)
                & ~Q(result_sha256=""),
            ),
            models.CheckConstraint(
                name="forecast_fills_years",
                condition=Q(years__gte=1, years__lte=MOST_YEARS),
            ),
            models.CheckConstraint(
                name="forecast_progress_percent", condition=Q(progress__lte=100)
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="forecast_to_compute",
                condition=Q(state__in=["waiting", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{_('Forecast')} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("insight:forecast", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in {ForecastState.WAITING, ForecastState.RUNNING}


class Snapshot(models.Model):
    """The figures as they were on one day, at `taken_at`. Days without one are gaps."""

    day = models.DateField(_("day"), unique=True)
    taken_at = models.DateTimeField(_("taken"))
    drills_overdue = models.PositiveIntegerField()

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return self.day.isoformat()


class Counted(models.Model):
    """The work of one team and criticality on a day; `team` None: of all teams."""

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="counted")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")
    tier = models.PositiveSmallIntegerField()
    total = models.PositiveIntegerField()
    ready = models.PositiveIntegerField()
    partly = models.PositiveIntegerField()
    not_ready = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    proven = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "counted"
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "team", "tier"],
                name="counted_once_a_day",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="counted_levels_add_up",
                condition=Q(
                    total=F("ready") + F("partly") + F("not_ready") + F("unknown"),
                    proven__lte=F("total"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ready} of {self.total}"


class Standing(models.Model):
    """How ready a workflow was at the last snapshot: what the next is compared with.

    `level` is a place in LEVELS and `reasons` are the bits of `inventory/queries/standing`.
    """

    workflow = models.OneToOneField(Workflow, models.CASCADE, related_name="+")
    tier = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()
    reasons = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.workflow_id}: {self.level}"


class Shift(models.Model):
    """What a snapshot found otherwise than the one before about one workflow.

    `level_before` None: it was not there; `level` None: it is not there any more.
    """

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="shifts")
    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="+")
    tier_before = models.PositiveSmallIntegerField(null=True)
    level_before = models.PositiveSmallIntegerField(null=True)
    reasons_before = models.PositiveIntegerField(default=0)
    tier = models.PositiveSmallIntegerField(null=True)
    level = models.PositiveSmallIntegerField(null=True)
    reasons = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "workflow"], name="one_shift_per_workflow_and_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow_id}: {self.level_before} to {self.level}"


SCREEN_SIGNER: Final = signing.Signer(salt="insight.screen", sep=".")


class ScreenQuerySet(models.QuerySet["Screen"]):
    def allowing(self, user: User, action: Action) -> Self:
        """Who manages all teams makes the links and takes them back."""
        return self if user.may(action) else self.none()

    def standing(self) -> Self:
        return self.filter(revoked_at=None)


class Screen(models.Model):
    """A link that shows the figures on a wall without signing in, and nothing else.

    `team` None: all teams. It works until somebody revokes it.
    """

    name = models.CharField(_("where it hangs"), max_length=80)
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, verbose_name=_("department")
    )
    language = models.CharField(_("language"), max_length=5, choices=SCREEN_LANGUAGES)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    objects = ScreenQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("dashboard:wall", args=[self.token])

    @property
    def token(self) -> str:
        return SCREEN_SIGNER.sign(str(self.pk))
