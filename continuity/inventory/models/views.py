"""Saved views: a named query string of a list, private or shared."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.accounts.roles import Action


class ListPage(models.TextChoices):
    WORKFLOWS = "workflows", _("Workflows")
    TOOLS = "tools", _("AI tools")


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def allowing(self, user: User, action: Action) -> "SavedViewQuerySet":
        """One's own, and to look at those that others share."""
        own = Q(owner=user)
        if action in {Action.SIGNED_IN, Action.VIEW}:
            return self.filter(own | Q(shared=True))
        return self.filter(own)


class SavedView(models.Model):
    """A named state of a list: its filters, order and columns as they stand in the URL."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views"
    )
    page = models.CharField(max_length=12, choices=ListPage)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000)
    shared = models.BooleanField(_("for everyone"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "owner",
                "page",
                Lower("name"),
                name="one_view_per_name",
                violation_error_message=_("You have a view with this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inventory:view_edit", args=[self.pk])
