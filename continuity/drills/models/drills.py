"""One drill, and who takes part in it."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.pace import Pace
from continuity.domain.states import BEFORE, OVER, DrillState
from continuity.drills.models.scenarios import Scenario
from continuity.drills.models.schedules import LATE_BY, Schedule, Surprise
from continuity.drills.models.types import DrillType
from continuity.outages.models import Outage

WEEK = timedelta(days=7)

HOUR = timedelta(hours=1)
"""How long before a drill those who take part are reminded."""


class ParticipantRole(models.TextChoices):
    LEAD = "lead", _("Leads a recovery")
    DEPUTY = "deputy", _("Deputy")
    FACILITATOR = "facilitator", _("Facilitator")
    EVALUATOR = "evaluator", _("Evaluator")
    OBSERVER = "observer", _("Observer")
    AWAY = "away", _("Plays being away")


class DrillQuerySet(models.QuerySet["Drill"]):
    def allowing(self, user: User, action: Action) -> Self:
        """As for its outage, and everyone who takes part may see it and say how it went.
        Its evaluator evaluates it, its facilitator where none is named; both watch it
        from the console, as whoever may run it. A live one, and the report of any, are
        approved by managers alone.

        Of a surprise that has not begun, its facilitator and managers know all, and the
        others no more than what they are told: a window, or nothing.
        """
        if action in {Action.APPROVE_DRILL, Action.REVIEW}:
            return self if user.may(action) else self.none()
        found = self
        if not user.may(action):
            found = found.filter(self._within(user, action))
        return found.known_to(user, told=action in {Action.VIEW, Action.TAKE_PART})

    def _within(self, user: User, action: Action) -> Q:
        judges = Participant.objects.filter(role=ParticipantRole.EVALUATOR)
        judged = Q(pk__in=judges.filter(user=user).values("drill"))
        if action == Action.EVALUATE:
            return judged | Q(outage__facilitator=user) & ~Q(pk__in=judges.values("drill"))
        within = Q(outage__in=Outage.objects.reaching(user, action).values("pk"))
        if action in {Action.VIEW, Action.TAKE_PART}:
            within |= Q(pk__in=Participant.objects.filter(user=user).values("drill"))
        elif action == Action.WATCH:
            within |= judged
        return within

    def known_to(self, user: User, *, told: bool) -> Self:
        """Leave out the surprises that `user` must not know of; `told` keeps those of
        which people know the window."""
        if user.may(Action.RUN_DRILL):
            return self
        open_to_all = Q(surprise=Surprise.NONE)
        if told:
            open_to_all |= Q(surprise=Surprise.WINDOW)
        begun = ~Q(outage__state__in=BEFORE)
        return self.filter(open_to_all | begun | Q(outage__facilitator=user))

    def to_remind(self, now: datetime) -> Self:
        """Those to come of which people must be reminded by now."""
        # A surprise is reminded of by its window: by its instant, the reminder would tell.
        planned = Q(outage__state=DrillState.PLANNED, occurrence_at__gt=now)
        none = Q(occurrence_at__lte=now + WEEK, reminded_before=None)
        not_yet = Q(reminded_before=None) | Q(reminded_before__gt=HOUR)
        return self.exclude(surprise=Surprise.SILENT).filter(
            planned, none | Q(occurrence_at__lte=now + HOUR) & not_yet
        )

    def to_conduct(self, now: datetime) -> Self:
        """Those with something to do: due to start, due and not approved, running, or
        over and not wound up."""
        drafts = Outage.objects.filter(state=DrillState.DRAFT, due_at__lte=now)
        return self.filter(
            Q(outage__in=Outage.objects.due_to_start(now).values("pk"))
            | Q(outage__in=drafts.values("pk"))
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
    turns = models.JSONField(default=list)
    """Where the speed was changed on the way: pairs of seconds of the people's time from
    the onset, and the speed from there on. Empty: `speed` throughout."""
    surprise = models.CharField(max_length=6, choices=Surprise, blank=True)
    window_ends_at = models.DateTimeField(null=True)
    """A surprise begins between `occurrence_at` and this."""
    seed = models.CharField(max_length=64, blank=True)
    """With the window, what the instant was drawn from."""
    late_by = models.DurationField(default=LATE_BY)
    """How late it may begin; after that it was missed."""
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
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
            models.CheckConstraint(
                name="drill_approved_by_someone_at_some_time",
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="surprise_has_window_and_seed",
                condition=Q(surprise="", window_ends_at=None, seed="")
                | Q(
                    surprise__in=["window", "silent"],
                    window_ends_at__isnull=False,
                    window_ends_at__gt=F("occurrence_at"),
                )
                & ~Q(seed=""),
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

    @property
    def pace(self) -> Pace:
        """How fast it plays its script, also where that changed on the way."""
        if not self.turns:
            return Pace.steady(self.speed)
        return Pace.of((timedelta(seconds=after), speed) for after, speed in self.turns)


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
