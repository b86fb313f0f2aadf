"""Forecasts: a row first, then a result that never changes."""

from datetime import datetime
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.accounts.roles import Action

MOST_YEARS: Final = 10_000


class ForecastState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being computed")
    DONE = "done", _("Ready")
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
