"""Access tokens: what a program shows instead of a password."""

import hashlib
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.accounts.roles import Action

PREFIX_LENGTH: Final = 12
"""How much of a token its list shows: enough to know it again, too little to use it."""


def digest_of(secret: str) -> str:
    """Return what is kept of a token. Without salt: it holds 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def allowing(self, user: User, action: Action) -> Self:
        """One's own; and all of them for who administers, to take them back."""
        return self if user.may(Action.ADMINISTER) else self.filter(owner=user)

    def standing(self) -> Self:
        return self.filter(revoked_at=None)


class AccessToken(models.Model):
    """Lets a program read what its owner may read, for a while.

    The token itself is known to its owner alone: here is its SHA-256, which is enough for
    256 random bits. `prefix` is how it begins. `used_at` is right to the hour.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="access_tokens"
    )
    name = models.CharField(_("what it is for"), max_length=80)
    prefix = models.CharField(max_length=PREFIX_LENGTH)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        ordering = ["owner__name", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                name="one_token_per_name_and_owner",
                condition=Q(revoked_at=None),
            ),
            models.CheckConstraint(
                name="token_expires_after_it_was_made",
                condition=Q(expires_at__gt=F("made_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
