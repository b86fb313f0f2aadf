"""What a workflow would use instead of a tool, and how its people switch to it."""

from collections.abc import Collection

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import TeamOwnedQuerySet
from continuity.inventory.models.catalogue import Tool
from continuity.inventory.models.percent import percent
from continuity.inventory.models.workflows import DataClass, Dependency


class AlternativeKind(models.TextChoices):
    OTHER_MODEL = "other_model", _("Other model of the same product")
    OTHER_PRODUCT = "other_product", _("Other product of the same provider")
    OTHER_PROVIDER = "other_provider", _("Other provider")
    MODEL_ELSEWHERE = "model_elsewhere", _("Same model elsewhere")
    SELF_HOSTED = "self_hosted", _("Self-hosted")
    MANUAL = "manual", _("Without AI, by hand")


class AlternativeQuerySet(TeamOwnedQuerySet["Alternative"]):
    team_path = "dependency__workflow__team"


class Alternative(models.Model):
    """What a workflow uses instead of a tool it depends on. Rank 1 is tried first."""

    dependency = models.ForeignKey(Dependency, models.CASCADE, related_name="alternatives")
    rank = models.PositiveSmallIntegerField(_("rank"))
    tool = models.ForeignKey(
        Tool,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="alternative_uses",
        verbose_name=_("tool"),
    )
    procedure = models.CharField(_("manual procedure"), max_length=160, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=AlternativeKind)
    expected_capacity = models.PositiveSmallIntegerField(
        _("expected capacity, percent"), null=True, blank=True
    )
    expected_quality = models.PositiveSmallIntegerField(
        _("expected quality, percent"), null=True, blank=True
    )
    expected_switch = models.DurationField(
        _("expected switching time"), null=True, blank=True
    )
    approved_data = ArrayField(
        models.CharField(max_length=12, choices=DataClass),
        verbose_name=_("approved for data"),
        default=list,
        blank=True,
    )
    limit = models.PositiveIntegerField(
        _("people at once"),
        null=True,
        blank=True,
        help_text=_("The most people of this workflow who can use it at the same time."),
    )
    preconditions = models.TextField(_("what must be in place before"), blank=True)
    trigger = models.TextField(_("when to switch to it"), blank=True)
    return_criteria = models.TextField(_("when to go back"), blank=True)
    cost = models.CharField(_("what it costs"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = AlternativeQuerySet.as_manager()

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["dependency", "rank"],
                name="one_alternative_per_rank",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(rank__gte=1), name="rank_begins_at_one"),
            models.CheckConstraint(
                condition=(
                    Q(kind="manual", tool=None) & ~Q(procedure="")
                    | ~Q(kind="manual") & Q(tool__isnull=False, procedure="")
                ),
                name="alternative_is_a_tool_or_a_procedure",
                violation_error_message=_(
                    "Choose a tool, or the kind “by hand” and name the procedure."
                ),
            ),
            percent("expected_capacity", "alternative_capacity_percent", most=999),
            percent("expected_quality", "alternative_quality_percent", most=999),
        ]

    def __str__(self) -> str:
        return self.procedure or str(self.tool)

    def approves(self, data_class: str) -> bool:
        """Say whether data of `data_class` may go there. Unknown data: only if the
        alternative is approved for every class, or is done by hand."""
        return approves(self.kind, self.approved_data, data_class)


def approves(kind: str, approved: Collection[str], data_class: str) -> bool:
    """Say what `Alternative.approves` does, for who has read the columns alone."""
    if kind == AlternativeKind.MANUAL:
        return True
    if not data_class:
        return set(approved) >= set(DataClass.values)
    return data_class in approved


class RunbookStepQuerySet(TeamOwnedQuerySet["RunbookStep"]):
    team_path = "alternative__dependency__workflow__team"


class RunbookStep(models.Model):
    """One step of the runbook: how to switch to an alternative."""

    alternative = models.ForeignKey(Alternative, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("what to do"), max_length=400)
    role = models.CharField(_("who"), max_length=120, blank=True)
    expected = models.DurationField(_("expected time"), null=True, blank=True)
    verification = models.CharField(_("how to tell it worked"), max_length=240, blank=True)
    way_back = models.CharField(_("way back"), max_length=240, blank=True)
    details = models.TextField(_("details (Markdown)"), blank=True)

    objects = RunbookStepQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["alternative", "position"],
                name="one_step_per_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return self.text


class RunbookVersionQuerySet(TeamOwnedQuerySet["RunbookVersion"]):
    team_path = "alternative__dependency__workflow__team"


class RunbookVersion(models.Model):
    """A runbook as it was saved: what was approved, and what a proof was shown with."""

    alternative = models.ForeignKey(
        Alternative, models.CASCADE, related_name="runbook_versions"
    )
    number = models.PositiveIntegerField(_("version"))
    steps = models.JSONField()
    written_at = models.DateTimeField(_("written"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = RunbookVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["alternative", "number"], name="one_runbook_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alternative}, version {self.number}"
