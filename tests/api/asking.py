"""How tests of the interface ask it."""

from datetime import timedelta
from typing import Any

from django.test import Client

from continuity.accounts.models import User
from continuity.api.models import PREFIX_LENGTH, AccessToken, digest_of
from tests.factories import NOON


def token_of(user: User, *, secret: str = "", **fields: Any) -> str:
    """Make a token of `user` and return its secret."""
    number = AccessToken.objects.count()
    secret = secret or f"cty_secret-{number}-of-{user.pk}"
    AccessToken.objects.create(
        **{
            "owner": user,
            "name": f"Program {number}",
            "prefix": secret[:PREFIX_LENGTH],
            "digest": digest_of(secret),
            "made_at": NOON - timedelta(days=1),
            "expires_at": NOON + timedelta(days=90),
            "used_at": NOON,
            **fields,
        }
    )
    return secret


def ask(token: str, address: str, **asked: Any) -> Any:
    """Ask as a program does: nothing but the header says who."""
    return Client().get(
        f"/api/v1/{address}", asked, headers={"Authorization": f"Bearer {token}"}
    )
