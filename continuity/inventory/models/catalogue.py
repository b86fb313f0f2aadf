"""Tools, who runs them, and what they ride on."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import SharedQuerySet


class ToolKind(models.TextChoices):
    PRODUCT = "product", _("Product")
    COMPONENT = "component", _("Component of a product")
    MODEL = "model", _("Model")
    INFRASTRUCTURE = "infrastructure", _("Infrastructure")


class Relation(models.TextChoices):
    """Why a tool needs another one. The order is that of the "what they share" table."""

    MODEL = "model", _("Model")
    HOSTING = "hosting", _("Cloud and region")
    EDGE = "edge", _("Network edge")
    IDENTITY = "identity", _("Sign-in")
    NETWORK = "network", _("Network path")


class Confidence(models.TextChoices):
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class Provider(models.Model):
    """The company that runs a tool."""

    name = models.CharField(_("name"), max_length=120)
    url = models.URLField(_("web address"), blank=True)
    from_catalogue = models.BooleanField(default=False, editable=False)

    objects = SharedQuerySet["Provider"].as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="one_provider_per_name",
                violation_error_message=_("A provider with this name exists already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inventory:provider", args=[self.pk])


class ToolQuerySet(SharedQuerySet["Tool"]):
    def usable(self) -> Self:
        """What a workflow can depend on: products, components, models."""
        return self.exclude(kind=ToolKind.INFRASTRUCTURE)


class Tool(models.Model):
    """Anything that can fail as one: a product, a component or model of it, or what
    it rides on."""

    name = models.CharField(_("name"), max_length=160)
    provider = models.ForeignKey(
        Provider,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tools",
        verbose_name=_("provider"),
    )
    kind = models.CharField(
        _("kind"), max_length=14, choices=ToolKind, default=ToolKind.PRODUCT
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="components",
        verbose_name=_("part of"),
    )
    url = models.URLField(_("web address"), blank=True)
    source = models.CharField(_("source"), max_length=240, blank=True)
    seats = models.PositiveIntegerField(
        _("seats"), null=True, blank=True, help_text=_("Licences the organisation holds.")
    )
    limit = models.PositiveIntegerField(
        _("people at once"),
        null=True,
        blank=True,
        help_text=_("The most people who can work with it at the same time."),
    )
    retired_on = models.DateField(_("withdrawn by its provider on"), null=True, blank=True)
    from_catalogue = models.BooleanField(default=False, editable=False)

    objects = ToolQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="one_tool_per_name",
                violation_error_message=_("A tool with this name exists already."),
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("pk")), name="tool_is_not_part_of_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inventory:tool", args=[self.pk])


class ToolName(models.Model):
    """Another spelling of a tool, as found in lists. `normal` is what is compared.

    A name that may mean several tools ("Copilot") has no row: an import asks.
    """

    tool = models.ForeignKey(Tool, models.CASCADE, related_name="names")
    name = models.CharField(_("spelling"), max_length=160)
    normal = models.CharField(max_length=160, unique=True)
    from_catalogue = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Upstream(models.Model):
    """An edge from a tool to a tool it needs. A fact: it carries its source."""

    tool = models.ForeignKey(Tool, models.CASCADE, related_name="upstreams")
    upstream = models.ForeignKey(
        Tool, models.PROTECT, related_name="downstreams", verbose_name=_("needs")
    )
    relation = models.CharField(_("relation"), max_length=10, choices=Relation)
    hard = models.BooleanField(
        _("stops without it"),
        default=True,
        help_text=_("Off: it only gets slower or poorer without it."),
    )
    source = models.CharField(_("source"), max_length=240)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence)
    from_catalogue = models.BooleanField(default=False, editable=False)

    objects = SharedQuerySet["Upstream"].as_manager()

    class Meta:
        ordering = ["tool__name", "relation", "upstream__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["tool", "upstream", "relation"],
                name="one_edge_per_relation",
                violation_error_message=_("This upstream is recorded already."),
            ),
            models.CheckConstraint(
                condition=~Q(tool=F("upstream")),
                name="tool_is_not_its_own_upstream",
                violation_error_message=_("A tool cannot be its own upstream."),
            ),
            models.CheckConstraint(
                condition=~Q(source=""), name="upstream_names_its_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tool} needs {self.upstream}"
