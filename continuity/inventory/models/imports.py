"""An import: a file, what its columns mean, the answers given, and what it changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import User
from continuity.accounts.roles import Action


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("Columns to be named")
    MAPPED = "mapped", _("To be checked")
    WAITING = "waiting", pgettext_lazy("import", "Being imported")
    DONE = "done", pgettext_lazy("import", "Imported")
    UNDONE = "undone", pgettext_lazy("import", "Undone")


class ImportKind(models.TextChoices):
    """What the rows of the file are."""

    WORKFLOWS = "workflows", _("Workflows")
    ALTERNATIVES = "alternatives", _("Alternatives")
    STEPS = "steps", _("Runbook steps")
    IMPACTS = "impacts", _("Business impact")
    POINTS = "points", _("Recovery points")
    TOOLS = "tools", _("AI tools")
    UPSTREAMS = "upstreams", _("Upstreams")
    PROVIDERS = "providers", _("Providers")
    TEAMS = "teams", _("Teams")


TABLES: Final[Mapping[ImportKind, str]] = {
    ImportKind.TEAMS: "Teams",
    ImportKind.PROVIDERS: "Providers",
    ImportKind.TOOLS: "Tools",
    ImportKind.UPSTREAMS: "Upstreams",
    ImportKind.WORKFLOWS: "Workflows",
    ImportKind.ALTERNATIVES: "Alternatives",
    ImportKind.STEPS: "Runbook steps",
    ImportKind.IMPACTS: "Impacts",
    ImportKind.POINTS: "Recovery points",
}
"""Names of the tables of an export, in the order in which an import can take them back."""


class ImportQuerySet(models.QuerySet["Import"]):
    def allowing(self, user: User, action: Action) -> "ImportQuerySet":
        """An import crosses teams: only who may import at all may see one.

        The file itself comes along when it is asked for, and not before.
        """
        rows = self if user.may(Action.IMPORT) else self.none()
        return rows.defer("content", "table")


class Import(models.Model):
    """One file on its way into the inventory. Nothing is saved before state "done".

    The bytes are kept, so every page of the wizard reads what was uploaded, and
    what was imported a year ago can be read again.
    """

    state = models.CharField(
        max_length=8, choices=ImportState, default=ImportState.UPLOADED
    )
    kind = models.CharField(max_length=12, choices=ImportKind, default=ImportKind.WORKFLOWS)
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    reading = models.JSONField(default=dict)
    """How the file was read: format, encoding, separator, sheet, header row."""
    table = models.BinaryField(default=b"")
    """What was read, packed: a workbook of many rows takes seconds to read again."""
    mapping = models.JSONField(default=dict)
    """Which column is which field, which value means "in use", where cells are split."""
    answers = models.JSONField(default=dict)
    """What the person decided: tools for names, corrected cells, rows left out."""
    rows = models.PositiveIntegerField(default=0)
    """How many rows were read. A worker checks and writes what has many."""
    created_at = models.DateTimeField(_("uploaded"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    imported_at = models.DateTimeField(_("imported"), null=True)
    undone_at = models.DateTimeField(_("undone"), null=True)
    counts = models.JSONField(default=dict)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="import_state_matches_instants",
                condition=(
                    Q(
                        state__in=["uploaded", "mapped", "waiting"],
                        imported_at=None,
                        undone_at=None,
                    )
                    | Q(state="done", imported_at__isnull=False, undone_at=None)
                    | Q(state="undone", imported_at__isnull=False, undone_at__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("inventory:import", args=[self.pk])


class RunQuerySet[R: "Run"](models.QuerySet[R]):
    def due(self, now: datetime) -> Self:
        """Waiting, or taken up by a worker whose lease ran out: it died."""
        return self.filter(
            Q(leased_until=None) | Q(leased_until__lte=now),
            ended_at=None,
            due_at__lte=now,
        )


class Run(models.Model):
    """Work on a large file: asked for on a page, done by a worker.

    A table of its own, since progress is told while the import's row is locked.
    """

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=60, blank=True)
    """The code of what kept it from being done; empty if nothing did."""

    class Meta:
        abstract = True


class ImportRun(Run):
    """A large import on its way into the inventory."""

    of = models.OneToOneField(Import, models.CASCADE, related_name="run")
    digest = models.CharField(max_length=64)
    """Of the plan that was shown: another one is not carried out."""

    objects = RunQuerySet["ImportRun"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(problem="") | Q(ended_at__isnull=False),
                name="run_with_a_problem_has_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="import_to_write", condition=Q(ended_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of}: {self.done} of {self.total}"


class ImportCheck(Run):
    """The check of a large file: on its way, or done, and then what it found.

    Columns, answers and corrected cells that change ask for it anew and count `round`
    up, so a worker that is still at the earlier ones keeps nothing. `mark` is what the
    inventory was when the check began: with another one it is stale.
    """

    of = models.OneToOneField(Import, models.CASCADE, related_name="checking")
    round = models.PositiveIntegerField(default=1)
    mark = models.CharField(max_length=64, blank=True)
    outline = models.JSONField(default=dict)
    """Counts, names of tools and the first of what is to be fixed; rows apart."""

    objects = RunQuerySet["ImportCheck"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(problem="") | Q(ended_at__isnull=False),
                name="check_with_a_problem_has_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="import_to_check", condition=Q(ended_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of}: {self.done} of {self.total}"

    @property
    def has_result(self) -> bool:
        return self.ended_at is not None and not self.problem


class CheckedRow(models.Model):
    """One row of a large file as its check found it, to be shown page by page."""

    of = models.ForeignKey(ImportCheck, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=12)
    said = models.JSONField()
    cells = models.JSONField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["of", "number"], name="row_checked_once"),
        ]
        indexes = [
            models.Index(fields=["of", "outcome", "number"], name="checked_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"


class ImportChange(models.Model):
    """One row that an import made or changed, with what it was before: for undo."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="changes")
    model = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    created = models.BooleanField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["of", "model", "object_id"], name="one_change_per_row"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"
