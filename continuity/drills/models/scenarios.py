"""What fails in a drill, how, and how it comes back."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import SharedQuerySet
from continuity.domain.scenario import ComponentState
from continuity.inventory.models import Tool

PHASE_STATE_LABELS = {
    ComponentState.OPERATIONAL: _("Works"),
    ComponentState.DEGRADED: _("Works badly"),
    ComponentState.DOWN: _("Down"),
    ComponentState.RECOVERING: _("Coming back"),
    ComponentState.RECOVERED: _("Works again"),
}

SPEEDS = (1, 2, 5, 10, 15, 30, 60, 120)


class Quality(models.TextChoices):
    """How good the source of a replayed outage is."""

    OFFICIAL = "official", _("The provider’s own page or post-mortem")
    MEASURED = "measured", _("Measurements of a third party")
    SECONDARY = "secondary", _("Summaries or copies of the provider’s text")
    PRESS = "press", _("Newspapers")
    INFERRED = "inferred", _("Inferred from what was published")


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
