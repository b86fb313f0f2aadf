"""Which tokens there are, and what a header opens."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.api.models import AccessToken, digest_of


@dataclass(frozen=True, slots=True)
class Opened:
    """The token that a header shows, or the code of the problem why it opens nothing."""

    token: AccessToken | None
    problem: str = ""


def own(user: User) -> QuerySet[AccessToken]:
    """Return one's tokens that nobody has taken back, expired ones too."""
    return AccessToken.objects.filter(owner=user).standing().order_by("name", "pk")


def everybodys(user: User, q: str = "") -> QuerySet[AccessToken]:
    """Return the tokens of all people that nobody has taken back. Each word of `q` must
    occur in a token's name or beginning, or in its owner's name or address."""
    found = AccessToken.objects.allowing(user, Action.ADMINISTER).standing()
    for word in q.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(prefix__icontains=word)
            | Q(owner__name__icontains=word)
            | Q(owner__email__icontains=word)
        )
    return found.select_related("owner")


def opened_by(header: str, *, now: datetime) -> Opened:
    """Return the token of an Authorization header, with its owner, if it opens anything.

    One query; none for what is no token. It ends with its owner's account.
    """
    scheme, _space, secret = header.strip().partition(" ")
    if not header.strip():
        return Opened(None, "token_missing")
    if scheme.lower() != "bearer" or not secret.strip():
        return Opened(None, "token_malformed")
    found = (
        AccessToken.objects.select_related("owner")
        .filter(digest=digest_of(secret.strip()))
        .first()
    )
    if found is None or found.revoked_at is not None or not found.owner.is_active:
        return Opened(None, "token_unknown")
    if found.expires_at <= now:
        return Opened(None, "token_expired")
    return Opened(found)
