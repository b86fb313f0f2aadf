"""The business impact analysis: the organisation's scales, and each workflow's ratings."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import SharedQuerySet, TeamOwnedQuerySet
from continuity.inventory.models.workflows import Workflow

CATEGORY_NAMES: dict[str, Promise] = {
    "legal": pgettext_lazy("impact on", "Legal"),
    "regulatory": pgettext_lazy("impact on", "Regulatory"),
    "reputation": pgettext_lazy("impact on", "Reputation"),
    "revenue": pgettext_lazy("impact on", "Revenue"),
    "workforce": pgettext_lazy("impact on", "Workforce"),
    "customers": pgettext_lazy("impact on", "Customers"),
}
LEVEL_NAMES: dict[str, Promise] = {
    "none": pgettext_lazy("level of impact", "None"),
    "minor": pgettext_lazy("level of impact", "Minor"),
    "moderate": pgettext_lazy("level of impact", "Moderate"),
    "major": pgettext_lazy("level of impact", "Major"),
    "severe": pgettext_lazy("level of impact", "Severe"),
}


class ImpactCategory(models.Model):
    """What can be harmed. The organisation edits the list; `key` marks the shipped ones,
    whose names are translated until somebody gives them their own."""

    key = models.SlugField(max_length=20, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = SharedQuerySet["ImpactCategory"].as_manager()

    class Meta:
        verbose_name_plural = "impact categories"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="one_category_per_name",
                condition=~Q(name="") & Q(archived_at=None),
                violation_error_message=_("There is a category with this name."),
            ),
            models.CheckConstraint(
                condition=~Q(name="") | ~Q(key=""), name="category_has_a_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(CATEGORY_NAMES[self.key])


class ImpactLevel(models.Model):
    """How bad harm can be, from 0 up. `tolerable` decides the MTPD."""

    key = models.SlugField(max_length=20, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=60, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), unique=True)
    tolerable = models.BooleanField(_("tolerable"), default=True)

    objects = SharedQuerySet["ImpactLevel"].as_manager()

    class Meta:
        ordering = ["order"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") | ~Q(key=""), name="level_has_a_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(LEVEL_NAMES[self.key])


class ImpactQuerySet(TeamOwnedQuerySet["Impact"]):
    team_path = "workflow__team"


class Impact(models.Model):
    """Harm to one category once the work has stood still for `after`. It holds until the
    next rating of the same category."""

    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="impacts")
    category = models.ForeignKey(ImpactCategory, models.PROTECT, related_name="impacts")
    after = models.DurationField(_("after"))
    level = models.ForeignKey(ImpactLevel, models.PROTECT, related_name="impacts")
    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=40, blank=True)

    objects = ImpactQuerySet.as_manager()

    class Meta:
        ordering = ["category", "after"]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "category", "after"], name="one_rating_per_moment"
            ),
            models.CheckConstraint(
                condition=Q(after__gt=timedelta()), name="rating_after_some_time"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | ~Q(unit=""), name="amount_has_a_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} after {self.after}: {self.level}"


class Material(models.TextChoices):
    """What is lost with an AI tool, in the words of those who work with it."""

    CONVERSATIONS = "conversations", _("Conversations")
    FILES = "files", _("Uploaded files")
    ASSISTANTS = "assistants", _("Custom assistants")
    PROMPTS = "prompts", _("Prompt libraries")


class RecoveryPointQuerySet(TeamOwnedQuerySet["RecoveryPoint"]):
    team_path = "workflow__team"


class RecoveryPoint(models.Model):
    """How much of one kind of material may be lost (RPO), and where a copy is kept."""

    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="recovery_points")
    material = models.CharField(_("material"), max_length=14, choices=Material)
    rpo = models.DurationField(_("may be lost (RPO)"), null=True, blank=True)
    copy = models.CharField(_("where a copy is kept"), max_length=240, blank=True)

    objects = RecoveryPointQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "material"], name="one_rpo_per_material"
            ),
            models.CheckConstraint(
                condition=Q(rpo=None) | Q(rpo__gte=timedelta()), name="rpo_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_material_display()} of {self.workflow}"
