"""Rehearsing: scenarios, schedules, drills, and who takes part."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import SharedQuerySet, Team, TeamOwnedQuerySet, User
from continuity.accounts.roles import Action
from continuity.domain.scenario import ComponentState
from continuity.domain.states import OVER, DrillState
from continuity.inventory.models import Tool
from continuity.outages.models import Outage

PHASE_STATE_LABELS = {
    ComponentState.OPERATIONAL: _("Works"),
    ComponentState.DEGRADED: _("Works badly"),
    ComponentState.DOWN: _("Down"),
    ComponentState.RECOVERING: _("Coming back"),
    ComponentState.RECOVERED: _("Works again"),
}
SPEEDS = (1, 2, 5, 10, 15, 30, 60, 120)
MARK = "EXERCISE - EXERCICE"
"""Begins every message and calendar entry of a drill, in both languages at once, whatever
the reader's: nobody may take it for real."""


WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
"""How long before a drill those who take part are reminded."""


class Quality(models.TextChoices):
    """How good the source of a replayed outage is."""

    OFFICIAL = "official", _("The provider’s own page or post-mortem")
    MEASURED = "measured", _("Measurements of a third party")
    SECONDARY = "secondary", _("Summaries or copies of the provider’s text")
    PRESS = "press", _("Newspapers")
    INFERRED = "inferred", _("Inferred from what was published")


class DrillType(models.TextChoices):
    WALKTHROUGH = "walkthrough", _("Walkthrough")
    TABLETOP = "tabletop", _("Tabletop")
    FUNCTIONAL = "functional", _("Functional")
    LIVE = "live", _("Live")


class ParticipantRole(models.TextChoices):
    LEAD = "lead", _("Leads a recovery")
    DEPUTY = "deputy", _("Deputy")
    FACILITATOR = "facilitator", _("Facilitator")


class Scenario(models.Model):
    """What fails, how, and how it comes back. A replay keeps its source and quality."""

    key = models.SlugField(unique=True)
    version = models.PositiveSmallIntegerField(default=1)
    title_en = models.CharField(_("title (English)"), max_length=160)
    title_fr = models.CharField(_("title (French)"), max_length=160)
    story_en = models.TextField(_("what happened (English)"), blank=True)
    story_fr = models.TextField(_("what happened (French)"), blank=True)
    happened_at = models.DateTimeField(_("when it happened"), null=True, blank=True)
    length = models.DurationField(_("length"))
    quality = models.CharField(
        _("quality of the source"), max_length=10, choices=Quality, blank=True
    )
    source = models.URLField(_("source"), max_length=400, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    """Who made it one of this organisation's own; empty for what is shipped."""
    copied_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="copies"
    )

    objects = SharedQuerySet["Scenario"].as_manager()

    class Meta:
        ordering = ["happened_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(length__gt=timedelta()), name="scenario_has_length"
            ),
            models.CheckConstraint(
                condition=Q(happened_at=None) | ~Q(source="") & ~Q(quality=""),
                name="replay_names_its_source",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("drills:scenario", args=[self.pk])

    @property
    def title(self) -> str:
        return self.title_fr if get_language() == "fr" else self.title_en

    @property
    def story(self) -> str:
        return self.story_fr if get_language() == "fr" else self.story_en

    @property
    def is_replay(self) -> bool:
        return self.happened_at is not None

    @property
    def is_own(self) -> bool:
        return self.made_by_id is not None


class Component(models.Model):
    """A part of a scenario that fails by itself, and what it stands for.

    That is a tool; or, where it is `chosen`, whichever tools the drill names; or
    neither: then people are told of it, and no work depends on it.
    """

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="components")
    name = models.CharField(max_length=60)
    tool = models.ForeignKey(Tool, models.PROTECT, null=True, related_name="+")
    chosen = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(chosen=False) | Q(tool=None),
                name="component_is_chosen_or_a_tool",
            ),
            models.UniqueConstraint(
                fields=["scenario", "name"], name="one_component_per_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Phase(models.Model):
    """From `offset` on (real time, before any speeding up) a component is in `state`."""

    component = models.ForeignKey(Component, models.CASCADE, related_name="phases")
    offset = models.DurationField()
    state = models.CharField(max_length=12, choices=list(PHASE_STATE_LABELS.items()))
    error_percent = models.PositiveSmallIntegerField(null=True)
    delay = models.DurationField(null=True)
    note_en = models.CharField(max_length=240, blank=True)
    note_fr = models.CharField(max_length=240, blank=True)
    quality = models.CharField(max_length=10, choices=Quality, blank=True)
    """How good the source of this one phase is, where it is not the scenario's."""

    class Meta:
        ordering = ["offset", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["component", "offset"], name="one_phase_per_moment"
            ),
            models.CheckConstraint(
                condition=Q(error_percent=None) | Q(error_percent__lte=100),
                name="phase_error_percent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.state}"


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


class DrillQuerySet(models.QuerySet["Drill"]):
    def allowing(self, user: User, action: Action) -> Self:
        """As for its outage, and everyone who takes part may see it."""
        if user.may(action):
            return self
        outages = Outage.objects.allowing(user, action).values("pk")
        if action == Action.VIEW:
            mine = Participant.objects.filter(user=user).values("drill")
            return self.filter(Q(outage__in=outages) | Q(pk__in=mine))
        return self.filter(outage__in=outages)

    def to_remind(self, now: datetime) -> Self:
        """Those to come of which people must be reminded by now."""
        planned = Q(outage__state=DrillState.PLANNED, outage__due_at__gt=now)
        none = Q(outage__due_at__lte=now + WEEK, reminded_before=None)
        not_yet = Q(reminded_before=None) | Q(reminded_before__gt=HOUR)
        return self.filter(planned, none | Q(outage__due_at__lte=now + HOUR) & not_yet)

    def to_conduct(self, now: datetime) -> Self:
        """Those with something to do: due to start, running, or over and not wound up."""
        return self.filter(
            Q(outage__in=Outage.objects.due_to_start(now).values("pk"))
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
