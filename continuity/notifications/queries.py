"""What is on its way, what somebody was told, and where other programs are told."""

from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fetch_modes import FETCH_RAISE
from django.utils.functional import Promise

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.notifications.models import (
    ABOUT,
    CHOSEN,
    Choice,
    Delivery,
    Endpoint,
    Kind,
    Notification,
    Preferences,
    Way,
)


def own(user: User, *, kind: str = "", unread: bool = False) -> QuerySet[Notification]:
    """Return the messages that `user` was owed and may read here, the newest first."""
    found = Notification.objects.shown_to(user)
    if kind:
        found = found.filter(kind=kind)
    if unread:
        found = found.unread()
    return found.order_by("-pk").fetch_mode(FETCH_RAISE)


def outbox(user: User, *, given_up: bool = False) -> QuerySet[Notification]:
    """Return mails without their text, the newest first; only given-up ones on request.

    The text is left out because it may hold a link with which its reader signs in.
    """
    found = Notification.objects.allowing(user, Action.ADMINISTER).by_mail()
    if given_up:
        found = found.given_up()
    return (
        found.select_related("recipient")
        .defer("body")
        .order_by("-due_at", "-pk")
        .fetch_mode(FETCH_RAISE)
    )


@dataclass(frozen=True, slots=True)
class ChosenWay:
    """By which ways one kind of message comes to somebody."""

    kind: Kind
    hint: str | Promise
    way: Way


def chosen_ways(user: User) -> list[ChosenWay]:
    """Return each kind that can be chosen with what holds for `user`. One query."""
    chosen = {
        row.kind: Way(row.mail, row.in_app, row.digest)
        for row in Choice.objects.filter(user=user)
    }
    return [
        ChosenWay(kind, ABOUT[kind].hint, chosen.get(kind, ABOUT[kind].way))
        for kind in CHOSEN
    ]


def preferences(user: User) -> Preferences:
    """Return the quiet hours and digest of `user`: the usual ones if never chosen."""
    return Preferences.objects.filter(pk=user.pk).first() or Preferences(user=user)


def endpoints(user: User) -> QuerySet[Endpoint]:
    """Return the endpoints in use, by name, each with `last_at` and `last_status` of the
    last time that something was sent there. One query."""
    tried = Delivery.objects.filter(endpoint=OuterRef("pk"), tried_at__isnull=False)
    last = tried.order_by("-tried_at", "-pk")
    return (
        Endpoint.objects.allowing(user, Action.ADMINISTER)
        .current()
        .annotate(
            last_at=Subquery(last.values("tried_at")[:1]),
            last_status=Subquery(last.values("status")[:1]),
        )
        .order_by("name", "pk")
        .fetch_mode(FETCH_RAISE)
    )


def deliveries(endpoint: Endpoint) -> QuerySet[Delivery]:
    """Return what an endpoint was and will be told, the newest first."""
    return (
        endpoint.deliveries.defer("body")
        .order_by("-made_at", "-pk")
        .fetch_mode(FETCH_RAISE)
    )
