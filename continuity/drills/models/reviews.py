"""The after-action report of an outage, rehearsed or real, while it is written."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.after_action import Rating
from continuity.domain.states import DrillState
from continuity.drills.models.drills import Drill
from continuity.outages.models import (
    EntryKind,
    JournalEntry,
    Outage,
    OutageKind,
    Recovery,
)

RATING_LABELS = {
    Rating.WITHOUT: pgettext_lazy("rating of an aim", "Performed without challenges"),
    Rating.SOME: pgettext_lazy("rating of an aim", "Performed with some challenges"),
    Rating.MAJOR: pgettext_lazy("rating of an aim", "Performed with major challenges"),
    Rating.UNABLE: pgettext_lazy("rating of an aim", "Unable to be performed"),
}


class ReviewedQuerySet(models.QuerySet["Reviewed"]):
    def allowing(self, user: User, action: Action) -> Self:
        """A drill as its `Drill`. What was real as its outage: who may run it finishes
        its report; and the report of any is approved by managers alone."""
        if user.may(action):
            return self
        if action == Action.REVIEW:
            return self.none()
        drills = Drill.objects.allowing(user, action).values("outage")
        as_real = Action.RUN_DRILL if action == Action.EVALUATE else action
        real = Outage.objects.real().allowing(user, as_real).values("pk")
        return self.filter(Q(pk__in=drills) | Q(pk__in=real))

    def to_draft(self) -> Self:
        """Those that ended and whose report has not been begun; of the real ones also
        those that went on after that, or whose onset was corrected since."""
        corrected = JournalEntry.objects.filter(
            outage=OuterRef("pk"),
            kind=EntryKind.ONSET,
            received_at__gt=OuterRef("review__drafted_at"),
        )
        changed = Q(review__drafted_at__lt=F("ended_at")) | Exists(corrected)
        return self.filter(
            Q(review=None) | Q(kind=OutageKind.REAL) & changed, state=DrillState.ENDED
        )


class Reviewed(Outage):
    """An outage, rehearsed or real, as the one that a report is about."""

    # A proxy may narrow its manager; the types of Django's do not foresee it.
    objects = ReviewedQuerySet.as_manager()  # type: ignore[assignment, misc]

    class Meta:
        proxy = True
        verbose_name_plural = "reviewed"


class Review(models.Model):
    """The report of one outage, rehearsed or real: drafted, then finished, then approved.

    `approved_*` say who closed it and when, and are empty while it is open; `reopened_*`
    tell of the last time that it was opened again.
    """

    outage = models.OneToOneField(Outage, models.CASCADE, related_name="review")
    drafted_at = models.DateTimeField()
    conclusion = models.TextField(_("conclusion"), max_length=4000, blank=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reopened_reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="review_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reopened_at=None, reopened_by=None, reopened_reason="")
                | Q(reopened_at__isnull=False, reopened_by__isnull=False)
                & ~Q(reopened_reason=""),
                name="review_reopened_with_reason_and_name",
            ),
        ]

    def __str__(self) -> str:
        return str(self.outage)


class AimRating(models.Model):
    """How well one aim of a drill was reached, in somebody's judgement."""

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="aim_ratings")
    number = models.PositiveSmallIntegerField(default=1)
    """Which aim of the drill; one that has a single one calls it 1."""
    rating = models.CharField(
        _("rating"), max_length=1, choices=list(RATING_LABELS.items())
    )
    note = models.CharField(_("why"), max_length=500, blank=True)
    rated_at = models.DateTimeField()
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["drill", "number"], name="one_rating_per_aim"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.rating}"


class RecoveryRating(models.Model):
    """How well one recovery went, in somebody's judgement, beside what was measured."""

    recovery = models.OneToOneField(Recovery, models.CASCADE, related_name="rating")
    rating = models.CharField(
        _("rating"), max_length=1, choices=list(RATING_LABELS.items())
    )
    note = models.CharField(_("why"), max_length=500, blank=True)
    rated_at = models.DateTimeField()
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.recovery_id}: {self.rating}"


class SurveyAnswer(models.Model):
    """What one person said after an outage. Who evaluates it sees the name."""

    outage = models.ForeignKey(Outage, models.CASCADE, related_name="survey_answers")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="survey_answers"
    )
    slowed = models.TextField(_("What slowed you?"), max_length=1000, blank=True)
    helps = models.TextField(_("What would help?"), max_length=1000, blank=True)
    answered_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["answered_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["outage", "person"], name="one_answer_per_outage_and_person"
            ),
            models.CheckConstraint(
                condition=~Q(slowed="") | ~Q(helps=""), name="answer_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} on {self.outage}"
