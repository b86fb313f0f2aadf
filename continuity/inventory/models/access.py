"""Whether people could work with an alternative today, by their own word."""

from typing import Final, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.accounts.models import TeamOwnedQuerySet
from continuity.inventory.models.alternatives import Alternative


class Answer(models.TextChoices):
    YES = "yes", pgettext_lazy("answer", "Yes")
    NO = "no", pgettext_lazy("answer", "No")
    UNKNOWN = "", pgettext_lazy("answer", "Not answered")


QUESTIONS: Final = ("account", "seat", "own_sign_in", "mfa", "data_allowed", "material")
"""What a person answers about an alternative. Ready is who says yes to all of them."""


class AccessQuerySet(TeamOwnedQuerySet["Access"]):
    team_path = "alternative__dependency__workflow__team"

    def all_yes(self) -> Self:
        """Keep who said yes to everything, however long ago."""
        return self.filter(**dict.fromkeys(QUESTIONS, Answer.YES))


class Access(models.Model):
    """Whether one person could really work with an alternative today: their own word."""

    alternative = models.ForeignKey(Alternative, models.CASCADE, related_name="accesses")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="accesses"
    )
    account = models.CharField(
        _("I have an account"), max_length=3, choices=Answer, blank=True
    )
    seat = models.CharField(
        _("I have a licence or seat"), max_length=3, choices=Answer, blank=True
    )
    own_sign_in = models.CharField(
        _("I can sign in without what has failed"), max_length=3, choices=Answer, blank=True
    )
    mfa = models.CharField(
        _("My second factor works"), max_length=3, choices=Answer, blank=True
    )
    data_allowed = models.CharField(
        _("I may put this work’s data there"), max_length=3, choices=Answer, blank=True
    )
    material = models.CharField(
        _("My prompts and files are there"), max_length=3, choices=Answer, blank=True
    )
    answered_at = models.DateTimeField(_("answered"))

    objects = AccessQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "accesses"
        ordering = ["user__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["alternative", "user"], name="one_access_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.alternative}"
