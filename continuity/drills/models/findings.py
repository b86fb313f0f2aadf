"""What an outage taught, rehearsed or real, and what is done about it."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.after_action import Draft
from continuity.drills.models.reviews import Reviewed
from continuity.inventory.models import Alternative, Workflow
from continuity.outages.models import Outage, Recovery


class FindingKind(models.TextChoices):
    FINDING = "finding", _("Finding")
    STRENGTH = "strength", _("Strength")


DRAFT_LABELS = {
    Draft.MISSED: pgettext_lazy("finding", "Target missed"),
    Draft.NOT_SHOWN: pgettext_lazy("finding", "Not shown"),
    Draft.NO_TARGET: pgettext_lazy("finding", "No target"),
    Draft.STUCK: pgettext_lazy("finding", "Stuck"),
    Draft.BELOW_MBCO: pgettext_lazy("finding", "Below the minimum level"),
    Draft.NO_ALTERNATIVE: pgettext_lazy("finding", "No alternative planned"),
    Draft.NO_RUNBOOK: pgettext_lazy("finding", "No runbook"),
    Draft.ALL_MET: pgettext_lazy("finding", "All targets met"),
    Draft.IMPROVED: pgettext_lazy("finding", "Better than last time"),
}


class FindingQuerySet(models.QuerySet["Finding"]):
    def allowing(self, user: User, action: Action) -> Self:
        """As for the outage that showed it."""
        if user.may(action):
            return self
        found = Reviewed.objects.allowing(user, action).values("pk")
        return self.filter(outage__in=found)

    def standing(self) -> Self:
        return self.filter(dismissed_at=None)


class Finding(models.Model):
    """Something an outage showed: a finding, or a strength.

    A `draft` was made from the figures in `facts`; while nobody has edited it, `text` is
    empty and every reader reads the facts in their own language.
    """

    outage = models.ForeignKey(Outage, models.CASCADE, related_name="findings")
    kind = models.CharField(_("kind"), max_length=8, choices=FindingKind)
    draft = models.CharField(max_length=16, choices=list(DRAFT_LABELS.items()), blank=True)
    facts = models.JSONField(default=dict)
    text = models.TextField(_("what was seen"), max_length=1000, blank=True)
    recovery = models.ForeignKey(
        Recovery, models.SET_NULL, null=True, related_name="findings"
    )
    workflow = models.ForeignKey(
        Workflow,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("workflow"),
    )
    alternative = models.ForeignKey(
        Alternative,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("alternative"),
    )
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    """Empty for what was drafted."""
    edited_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["outage", "draft", "recovery"],
                condition=~Q(draft=""),
                name="one_draft_per_kind_and_recovery",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~Q(draft="") | ~Q(text="") & Q(made_by__isnull=False),
                name="finding_is_drafted_or_signed",
            ),
            models.CheckConstraint(
                condition=Q(dismissed_at=None, dismissed_by=None)
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False),
                name="finding_dismissed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:120] or str(DRAFT_LABELS.get(Draft(self.draft), self.draft))

    def get_absolute_url(self) -> str:
        return f"{reverse('reviews:report', args=[self.outage_id])}#finding-{self.pk}"


class ActionStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("status of an action", "To do")
    UNDER_WAY = "under_way", pgettext_lazy("status of an action", "Under way")
    DONE = "done", pgettext_lazy("status of an action", "Done, not retested")
    CLOSED = "closed", pgettext_lazy("status of an action", "Closed")


class CorrectiveActionQuerySet(models.QuerySet["CorrectiveAction"]):
    def allowing(self, user: User, action: Action) -> Self:
        """As for its team. Its owner may see it and say how far it is; who facilitated
        the outage may do all; who may see it may see what came of it."""
        if user.may(action):
            return self
        teams = Team.objects.allowing(user, action).values("pk")
        held = Q(team__in=teams)
        if action in {Action.VIEW, Action.EDIT, Action.RUN_DRILL}:
            held |= Q(finding__outage__facilitator=user)
        if action in {Action.VIEW, Action.EDIT}:
            held |= Q(owner=user)
        if action == Action.VIEW:
            seen = Reviewed.objects.allowing(user, action).values("pk")
            held |= Q(finding__outage__in=seen)
        return self.filter(held)

    def standing(self) -> Self:
        return self.exclude(status=ActionStatus.CLOSED)

    def overdue(self, today: date) -> Self:
        return self.standing().filter(due_on__lt=today)

    def due_by(self, day: date) -> Self:
        return self.standing().filter(due_on__lte=day)

    def to_remind(self, today: date) -> Self:
        """Those whose owner must be reminded by now."""
        return self.filter(remind_on__lte=today)


class CorrectiveAction(models.Model):
    """What is done about a finding. Called an action wherever people read.

    It closes on a `retest` that passed, a recovery of a later drill, or for a reason
    under a name. `proposed` is the retest that waits for somebody to confirm it.
    """

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="actions")
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, related_name="corrective_actions"
    )
    """Whose it is: the workflow's team, otherwise the drill's; empty: the organisation."""
    workflow = models.ForeignKey(
        Workflow, models.PROTECT, null=True, related_name="corrective_actions"
    )
    alternative = models.ForeignKey(
        Alternative, models.SET_NULL, null=True, related_name="corrective_actions"
    )
    text = models.CharField(_("what is to be done"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="corrective_actions",
        verbose_name=_("owner"),
    )
    due_on = models.DateField(_("due"))
    status = models.CharField(
        _("status"), max_length=9, choices=ActionStatus, default=ActionStatus.OPEN
    )
    remind_on = models.DateField(null=True)
    """The day of the next reminder; empty once it is closed."""
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed = models.ForeignKey(
        Recovery, models.SET_NULL, null=True, related_name="closing_actions"
    )
    retest = models.ForeignKey(
        Recovery, models.PROTECT, null=True, related_name="closed_actions"
    )
    closed_reason = models.CharField(_("reason"), max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = CorrectiveActionQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="action_closes_on_a_retest_or_a_signed_reason",
                condition=Q(
                    status__in=["open", "under_way", "done"],
                    closed_at=None,
                    closed_by=None,
                    closed_reason="",
                    retest=None,
                )
                | Q(status="closed", closed_at__isnull=False, closed_by__isnull=False)
                & (Q(retest__isnull=False) | ~Q(closed_reason="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["remind_on"],
                name="action_to_remind",
                condition=Q(remind_on__isnull=False),
            ),
            models.Index(
                fields=["due_on"], name="action_due", condition=~Q(status="closed")
            ),
            models.Index(fields=["made_at", "id"], name="action_by_age"),
        ]

    def __str__(self) -> str:
        return self.text[:120]

    def get_absolute_url(self) -> str:
        return reverse("drills:action", args=[self.pk])
