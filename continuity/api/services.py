"""Making access tokens and taking them back."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from continuity.accounts.models import User
from continuity.api.models import PREFIX_LENGTH, AccessToken, digest_of
from continuity.domain.errors import Refused
from continuity.history.services import record

BEGINS: Final = "cty_"
"""How every token begins, so that who searches code for secrets finds it."""
LASTS: Final = (30, 90, 180, 365)
"""For how many days a token may be made; the last is the most."""
MOST_TOKENS: Final = 20
USED_EVERY: Final = timedelta(hours=1)
"""How often it is written down that a token is used."""


class TooManyTokens(Refused):
    """Somebody has as many tokens as one may have. Field: `most`."""

    code = "too_many_tokens"


class TokenNameTaken(Refused):
    """A token with this name stands already. Field: `name`."""

    code = "token_name_taken"


@transaction.atomic(durable=True)
def make(*, name: str, days: int, actor: User, now: datetime) -> tuple[AccessToken, str]:
    """Make a token for `actor`; return it with its secret, which nothing keeps.

    Raises TooManyTokens, and TokenNameTaken: a form that is sent twice makes one.
    """
    # The person's row is the lock: two forms at once are one after the other.
    User.objects.select_for_update().get(pk=actor.pk)
    own = AccessToken.objects.filter(owner=actor).standing()
    if own.filter(name__iexact=name).exists():
        raise TokenNameTaken("There is one with this name.", name=name)
    if own.count() >= MOST_TOKENS:
        raise TooManyTokens("Take one back first.", most=MOST_TOKENS)
    secret = BEGINS + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        owner=actor,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        digest=digest_of(secret),
        made_at=now,
        expires_at=now + timedelta(days=min(days, LASTS[-1])),
    )
    after = {"name": name, "prefix": token.prefix, "expires_at": token.expires_at}
    record("token.made", token, actor=actor, now=now, after=after)
    return token, secret


@transaction.atomic(durable=True)
def revoke(token_pk: int, *, actor: User, now: datetime) -> None:
    """Take a token back for good, from its very next request; again changes nothing."""
    token = (
        AccessToken.objects.select_for_update(of=("self",))
        .select_related("owner")
        .get(pk=token_pk)
    )
    if token.revoked_at is not None:
        return
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    before = {"name": token.name, "prefix": token.prefix, "owner": token.owner}
    record("token.revoked", token, actor=actor, now=now, before=before)


def used(token: AccessToken, *, now: datetime) -> None:
    """Note that a token is used, once an hour at most. Nothing anybody did, so it leaves
    no line of history."""
    if token.used_at is None or token.used_at <= now - USED_EVERY:
        AccessToken.objects.filter(pk=token.pk).update(used_at=now)
