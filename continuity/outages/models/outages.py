"""Outages, rehearsed or real, their pauses, and the recovery of each dependency."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import Team, TeamOwnedQuerySet, User
from continuity.accounts.roles import Action
from continuity.domain.errors import NotRunning
from continuity.domain.states import BEFORE, LIVE, DrillState
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Proof,
    Tool,
    Workflow,
)

STATE_LABELS = {
    DrillState.DRAFT: pgettext_lazy("state of a drill", "Draft"),
    DrillState.APPROVED: pgettext_lazy("state of a drill", "Approved"),
    DrillState.PLANNED: pgettext_lazy("state of a drill", "Planned"),
    DrillState.RUNNING: pgettext_lazy("state of a drill", "Running"),
    DrillState.PAUSED: pgettext_lazy("state of a drill", "Paused"),
    DrillState.ENDED: pgettext_lazy("state of a drill", "Ended"),
    DrillState.REVIEWED: pgettext_lazy("state of a drill", "Reviewed"),
    DrillState.ABORTED: pgettext_lazy("state of a drill", "Aborted"),
    DrillState.MISSED: pgettext_lazy("state of a drill", "Missed"),
}
ABORT_REASONS = {
    "real_outage": _("A tool in it fails for real: work on the real outage."),
}
"""Why the program itself calls off a drill, in the reader's language."""


class OutageKind(models.TextChoices):
    DRILL = "drill", _("Drill")
    REAL = "real", _("Real outage")


class Decision(models.TextChoices):
    """What a lead decides where a tool works badly and is not down."""

    STAY = "stay", _("Stay")
    SWITCH = "switch", _("Switch")


class OutageQuerySet(models.QuerySet["Outage"]):
    def allowing(self, user: User, action: Action) -> Self:
        """As `reaching`, without what is secret: before a surprise begins, nobody but
        its facilitator and managers may know of it."""
        found = self.reaching(user, action)
        if user.may(Action.RUN_DRILL):
            return found
        begun = ~Q(state__in=BEFORE)
        return found.filter(Q(secret=False) | begun | Q(facilitator=user))

    def reaching(self, user: User, action: Action) -> Self:
        """A facilitator may do all with theirs. Others: see it if a team of theirs is
        in it, take part if they are a member of such a team or answer for a workflow
        in it, run it if they lead the team that holds it; and what is real, if they
        lead any team in it, since who declared it may be out of reach."""
        if user.may(action):
            return self
        teams = Team.objects.allowing(user, action).values("pk")
        facilitated = Q(facilitator=user)
        # Asked outage by outage: a live page polls this for one of them.
        of_it = {"outage": OuterRef("pk")}
        reached = Outage.teams.through.objects.filter(**of_it, team__in=teams)
        if action in {Action.VIEW, Action.TAKE_PART}:
            # Who answers for a workflow in it need not belong to the workflow's team.
            led = Recovery.objects.filter(answered_by(user), **of_it)
            return self.filter(facilitated | Q(Exists(reached)) | Q(Exists(led)))
        real = Q(kind=OutageKind.REAL) & Q(Exists(reached))
        return self.filter(facilitated | Q(team__in=teams) | real)

    def real(self) -> Self:
        return self.filter(kind=OutageKind.REAL)

    def live(self) -> Self:
        return self.filter(state__in=LIVE)

    def due_to_start(self, now: datetime) -> Self:
        """Whose time has come: of a surprise the instant that was drawn."""
        planned = self.filter(state=DrillState.PLANNED, starts_by_itself=True)
        drawn = Q(sealed_at=None) | Q(sealed_at__lte=now)
        return planned.filter(drawn, due_at__lte=now)


class Outage(models.Model):
    """Tools not working from an instant on, simulated or real.

    `teams` are those whose workflows are in it, frozen when it is planned;
    `team` is the one that holds it (none: the organisation). `workflows` are the only
    ones in it if it is `narrowed`. Nobody outside may know of a `secret` one before it
    begins. What only is talked through `proves` nothing. Who is `away` presses nothing:
    their deputies do.
    `entries` counts the journal's lines and is the version that live pages poll.
    """

    kind = models.CharField(max_length=5, choices=OutageKind)
    state = models.CharField(_("state"), max_length=10, choices=list(STATE_LABELS.items()))
    title = models.CharField(_("title"), max_length=160)
    briefing = models.TextField(_("what participants are told"), blank=True)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="held_outages"
    )
    teams = models.ManyToManyField(Team, related_name="outages")
    tools = models.ManyToManyField(Tool, related_name="outages")
    narrowed = models.BooleanField(default=False)
    workflows = models.ManyToManyField(Workflow, related_name="+")
    secret = models.BooleanField(default=False)
    proves = models.BooleanField(default=True)
    away = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    aborted_reason = models.CharField(max_length=300, blank=True)
    """Why it was called off: a person's words, or a key of ABORT_REASONS."""
    facilitator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="facilitated_outages",
        verbose_name=_("facilitator"),
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    """When people expect it: of a surprise the beginning of its window. Every page, list
    and order goes by this."""
    sealed_at = models.DateTimeField(null=True, editable=False)
    """The instant in the window at which a surprise begins. Its facilitator alone may
    see it; empty for all that is no surprise."""
    starts_by_itself = models.BooleanField(_("starts by itself"), default=True)
    limit = models.DurationField(_("time limit"), null=True, blank=True)
    occurred_at = models.DateTimeField(_("onset"), null=True, blank=True)
    ends_by = models.DateTimeField(_("ends by itself at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    entries = models.PositiveIntegerField(default=0)

    objects = OutageQuerySet.as_manager()

    class Meta:
        ordering = ["-due_at", "-pk"]
        constraints = [
            # The state and the instants say the same thing or the row is refused.
            # A CHECK passes on NULL: hence __isnull beside every comparison.
            models.CheckConstraint(
                name="outage_state_matches_instants",
                condition=(
                    Q(
                        state__in=["draft", "approved", "planned", "missed"],
                        occurred_at=None,
                        ended_at=None,
                    )
                    | Q(
                        state__in=["running", "paused"],
                        occurred_at__isnull=False,
                        ended_at=None,
                    )
                    | Q(
                        state__in=["ended", "reviewed"],
                        occurred_at__isnull=False,
                        ended_at__isnull=False,
                        ended_at__gte=F("occurred_at"),
                    )
                    | Q(state="aborted", ended_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="drill_has_limit_and_facilitator",
                condition=~Q(kind="drill")
                | Q(limit__isnull=False, limit__gt=timedelta(), facilitator__isnull=False),
            ),
            models.CheckConstraint(
                name="sealed_instant_lies_in_the_window",
                condition=Q(sealed_at=None)
                | Q(secret=True, due_at__isnull=False, sealed_at__gte=F("due_at")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="outage_due", condition=Q(state="planned")
            ),
            models.Index(
                fields=["ends_by"], name="outage_overrun", condition=Q(state="running")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("outages:live", args=[self.pk])

    @property
    def begins_at(self) -> datetime | None:
        """When it begins by itself. For the clockwork alone, not for pages."""
        return self.sealed_at or self.due_at

    @property
    def onset(self) -> datetime:
        """When it began. Raises NotRunning before that."""
        if self.occurred_at is None:
            raise NotRunning(f"It is {self.state}.", state=self.state)
        return self.occurred_at

    @property
    def why_aborted(self) -> str:
        return str(ABORT_REASONS.get(self.aborted_reason, self.aborted_reason))

    @property
    def is_drill(self) -> bool:
        return self.kind == OutageKind.DRILL


class Stop(models.Model):
    """A pause of an outage's clocks, for everyone. Open while `ended_at` is empty."""

    outage = models.ForeignKey(Outage, models.CASCADE, related_name="stops")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["outage"], condition=Q(ended_at=None), name="one_open_pause"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")),
                name="pause_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"pause of {self.outage_id} at {self.began_at:%H:%M:%S}"


def answered_by(user: User) -> Q:
    """Match the recoveries that `user` leads, or could lead as owner or deputy."""
    return Q(lead=user) | Q(workflow__owner=user) | Q(workflow__deputy=user)


class RecoveryQuerySet(TeamOwnedQuerySet["Recovery"]):
    team_path = "workflow__team"

    def allowing(self, user: User, action: Action) -> Self:
        """As for the workflow's team; and who answers for the workflow, or facilitates
        the outage, may see it and press for it whatever their team."""
        if user.may(action):
            return self
        teams = Team.objects.allowing(user, action).values("pk")
        if action not in {Action.VIEW, Action.TAKE_PART}:
            return self.filter(workflow__team__in=teams)
        return self.filter(
            Q(workflow__team__in=teams) | Q(outage__facilitator=user) | answered_by(user)
        )

    def recovered(self) -> Self:
        return self.filter(minimum_at__isnull=False)


class Recovery(models.Model):
    """One dependency's way through one outage.

    RTO and MBCO are copied when it starts: tightening a target later must not
    turn an old success into a failure. The clocks are what the valid marks say.
    """

    outage = models.ForeignKey(Outage, models.CASCADE, related_name="recoveries")
    dependency = models.ForeignKey(
        Dependency, models.SET_NULL, null=True, related_name="recoveries"
    )
    workflow = models.ForeignKey(Workflow, models.PROTECT, related_name="recoveries")
    tool = models.ForeignKey(Tool, models.PROTECT, related_name="+")
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="led_recoveries",
        verbose_name=_("lead"),
    )
    rto = models.DurationField(_("RTO at the time"), null=True)
    mbco_percent = models.PositiveSmallIntegerField(_("MBCO at the time"), null=True)
    alternative = models.ForeignKey(
        Alternative,
        models.SET_NULL,
        null=True,
        related_name="recoveries",
        verbose_name=_("alternative"),
    )
    alternative_name = models.CharField(max_length=160, blank=True)
    detected_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    switched_at = models.DateTimeField(null=True)
    minimum_at = models.DateTimeField(null=True)
    full_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    capacity = models.PositiveSmallIntegerField(
        _("capacity reached, percent"), null=True, blank=True
    )
    quality = models.PositiveSmallIntegerField(
        _("quality reached, percent"), null=True, blank=True
    )
    decision = models.CharField(
        _("stay or switch"), max_length=6, choices=Decision, blank=True
    )
    """What the valid mark of the clock "decided" says."""
    stuck_reason = models.CharField(_("what is in the way"), max_length=500, blank=True)
    stuck_at = models.DateTimeField(null=True)
    stuck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    excused_reason = models.CharField(_("reason"), max_length=300, blank=True)
    excused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    excused_at = models.DateTimeField(null=True)
    proof = models.OneToOneField(Proof, models.SET_NULL, null=True, related_name="recovery")

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "recoveries"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["outage", "dependency"], name="one_recovery_per_dependency"
            ),
            models.CheckConstraint(
                name="recovery_excused_with_reason_and_name",
                condition=(
                    Q(excused_reason="", excused_by=None, excused_at=None)
                    | ~Q(excused_reason="")
                    & Q(excused_by__isnull=False, excused_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="recovery_stuck_with_reason_and_name",
                condition=(
                    Q(stuck_reason="", stuck_by=None, stuck_at=None)
                    | ~Q(stuck_reason="")
                    & Q(stuck_by__isnull=False, stuck_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="recovery_decision_has_its_clock",
                condition=Q(decision="") | Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="recovery_rto_positive",
                condition=Q(rto=None) | Q(rto__gt=timedelta()),
            ),
            models.CheckConstraint(
                name="recovery_level_in_percent",
                condition=(Q(capacity=None) | Q(capacity__lte=999))
                & (Q(quality=None) | Q(quality__lte=999)),
            ),
            models.CheckConstraint(
                name="recovery_clocks_in_order",
                condition=(
                    (
                        Q(acknowledged_at=None)
                        | Q(minimum_at=None)
                        | Q(acknowledged_at__lte=F("minimum_at"))
                    )
                    & (
                        Q(acknowledged_at=None)
                        | Q(switched_at=None)
                        | Q(acknowledged_at__lte=F("switched_at"))
                    )
                    & (
                        Q(switched_at=None)
                        | Q(minimum_at=None)
                        | Q(switched_at__lte=F("minimum_at"))
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} in {self.outage}"
