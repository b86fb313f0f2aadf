"""What is on its way, for whoever looks after this installation."""

from django.db.models import QuerySet
from django.db.models.fetch_modes import FETCH_RAISE

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.notifications.models import Notification


def own(user: User) -> QuerySet[Notification]:
    """Return the messages that `user` was owed and may read here, the newest first."""
    found = Notification.objects.shown_to(user)
    return found.order_by("-pk").fetch_mode(FETCH_RAISE)


def outbox(user: User, *, given_up: bool = False) -> QuerySet[Notification]:
    """Return messages without their text, the newest first; only given-up ones on request.

    The text is left out because it may hold a link with which its reader signs in.
    """
    found = Notification.objects.allowing(user, Action.ADMINISTER)
    if given_up:
        found = found.given_up()
    return (
        found.select_related("recipient")
        .defer("body")
        .order_by("-due_at", "-pk")
        .fetch_mode(FETCH_RAISE)
    )
