"""By what a drill succeeds: statements set before it, answered from what was measured."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.domain.criteria import Measure, Rating
from continuity.drills.models.drills import Drill
from continuity.drills.models.schedules import Schedule

CRITERION_LABELS = {
    Rating.MET: pgettext_lazy("criterion", "Met"),
    Rating.PARTLY: pgettext_lazy("criterion", "Partly met"),
    Rating.NOT_MET: pgettext_lazy("criterion", "Not met"),
}

MEASURE_LABELS = {
    Measure.WITHIN_RTO: _("Recoveries within their RTO"),
    Measure.RECOVERED: _("Recoveries at the minimum level"),
    Measure.ACKNOWLEDGED: _("Recoveries acknowledged in time"),
    Measure.RATED: _("By the evaluator’s word"),
}


class Criterion(models.Model):
    """One statement: of a schedule, and copied into each drill when it is opened.

    `percent` is the least share that makes it true, `within` the time allowed for
    "acknowledged". Where people have to say (`measure` "rated"), `text` is the statement
    and `rating` the evaluator's word.
    """

    schedule = models.ForeignKey(
        Schedule, models.CASCADE, null=True, related_name="criteria"
    )
    drill = models.ForeignKey(Drill, models.CASCADE, null=True, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=12, choices=list(MEASURE_LABELS.items()))
    percent = models.PositiveSmallIntegerField(null=True)
    within = models.DurationField(null=True)
    text = models.CharField(_("statement"), max_length=300, blank=True)
    rating = models.CharField(
        _("rating"), max_length=8, choices=list(CRITERION_LABELS.items()), blank=True
    )
    comment = models.CharField(_("why"), max_length=500, blank=True)
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    rated_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "criteria"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="criterion_of_a_schedule_or_a_drill",
                condition=Q(schedule=None, drill__isnull=False)
                | Q(schedule__isnull=False, drill=None),
            ),
            models.CheckConstraint(
                name="criterion_says_how_it_is_measured",
                condition=Q(measure="rated", percent=None, within=None) & ~Q(text="")
                | ~Q(measure="rated")
                & Q(percent__isnull=False, percent__gte=1, percent__lte=100, text=""),
            ),
            models.CheckConstraint(
                name="criterion_time_for_acknowledging",
                condition=Q(measure="acknowledged", within__isnull=False)
                & Q(within__gt=timedelta())
                | ~Q(measure="acknowledged") & Q(within=None),
            ),
            models.CheckConstraint(
                name="criterion_rated_with_a_name",
                condition=Q(rating="", rated_by=None, rated_at=None)
                | ~Q(rating="") & Q(rated_by__isnull=False, rated_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text or str(MEASURE_LABELS[Measure(self.measure)])
