"""Which links of screens stand, and which of them an address opens."""

from django.core import signing
from django.db.models import QuerySet

from continuity.accounts.models import Organisation, User
from continuity.accounts.roles import Action
from continuity.insight.models import SCREEN_SIGNER, Screen


def standing(user: User) -> "QuerySet[Screen]":
    """Return the links that nobody has taken back."""
    rows = Screen.objects.allowing(user, Action.IMPORT).standing()
    return rows.select_related("team", "made_by")


def opened_by(token: str) -> Screen | None:
    """Return the link with this address if it opens anything. One query.

    It shows what its maker may see, so it ends with their account or their role.
    """
    try:
        pk = int(SCREEN_SIGNER.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    found = Screen.objects.standing().filter(pk=pk).select_related("made_by").first()
    if found is None or not found.made_by.is_active:
        return None
    return found if found.made_by.may(Action.VIEW) else None


def zone() -> str:
    """Return the time zone of the organisation, in which a wall shows its times."""
    own = Organisation.objects.filter(pk=1).values_list("zone", flat=True)
    return own.first() or "UTC"
