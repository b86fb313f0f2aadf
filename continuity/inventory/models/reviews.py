"""Approvals of workflows, and changes made to many of them at once."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import TeamOwnedQuerySet, User
from continuity.accounts.roles import Action
from continuity.inventory.models.workflows import Workflow


class WorkflowApprovalQuerySet(TeamOwnedQuerySet["WorkflowApproval"]):
    team_path = "workflow__team"


class WorkflowApproval(models.Model):
    """Who approved which version of a workflow, when, and what it said. Never changed.

    `facts` are as queries.reviews reads them: what a later version is compared with.
    """

    workflow = models.ForeignKey(Workflow, models.CASCADE, related_name="approvals")
    version = models.PositiveIntegerField(_("version"))
    approved_at = models.DateTimeField(_("approved"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    facts = models.JSONField(default=dict)

    objects = WorkflowApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["-approved_at", "-pk"]
        indexes = [
            models.Index(fields=["workflow", "-approved_at"], name="approval_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.workflow}, {self.version}"


class BulkKind(models.TextChoices):
    EDIT = "edit", pgettext_lazy("change of many", "Fields changed")
    ALTERNATIVE = "alternative", pgettext_lazy("change of many", "Alternative added")
    APPROVE = "approve", pgettext_lazy("change of many", "Approved")
    ARCHIVE = "archive", pgettext_lazy("change of many", "Archived")
    RESTORE = "restore", pgettext_lazy("change of many", "Brought back")


class BulkChangeQuerySet(models.QuerySet["BulkChange"]):
    def allowing(self, user: User, action: Action) -> "BulkChangeQuerySet":
        """One's own, and all of them for those who answer for every team."""
        return self if user.may(Action.IMPORT) else self.filter(by=user)


class BulkChange(models.Model):
    """One change that somebody made to many workflows, so that it can be taken back."""

    kind = models.CharField(max_length=12, choices=BulkKind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="bulk_changes"
    )
    at = models.DateTimeField()
    changed = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField()
    rows = models.JSONField(default=list)
    """Of each workflow that changed: its key, and its columns before and after."""
    undone_at = models.DateTimeField(null=True)
    undone = models.PositiveIntegerField(default=0)

    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["by", "-at"], name="bulk_change_latest")]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    def get_absolute_url(self) -> str:
        return reverse("inventory:bulk_done", args=[self.pk])

    @property
    def can_be_undone(self) -> bool:
        """An approval was given by a person: nobody takes it back for them."""
        return self.undone_at is None and self.kind != BulkKind.APPROVE
