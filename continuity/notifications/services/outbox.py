"""Sending what people are owed by mail, and the heartbeat of the clock."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Count

from continuity.accounts.models import User
from continuity.notifications.models import Attachment, Heartbeat, Notification

logger = logging.getLogger(__name__)

WAITS: Final = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""How long to wait after the first, second and third failure; then give up."""

LEASE: Final = timedelta(minutes=5)
"""How long a message belongs to who took it: longer than a task may live, so that only
the messages of a dead worker are ever taken a second time."""

MOST_A_MINUTE: Final = 5
"""How many messages one person gets within a minute. What is more waits its turn."""

TICK: Final = "beat"
"""The name of the heartbeat: /readyz asks for it."""


def deliver(*, now: datetime, limit: int = 20) -> int:
    """Send what is due, the longest waiting first; return how many messages were sent.

    A round ends at the first failure: if the mail server is down, each attempt may
    wait for its timeout, and the next tick goes on with the next message anyway.

    Nobody gets more than `MOST_A_MINUTE` within a minute: what is more stays due.

    Each message is leased in a transaction of its own and sent outside of any, so
    no lock is held while somebody else's server thinks. A worker that dies after
    that server's yes and before our commit leaves a message that is sent again when
    its lease is over: the lesser harm, and the only duplicate possible. Both then
    carry the same Message-ID.
    """
    sent = 0
    while sent < limit:
        notification = _lease(now)
        if notification is None or not _send(notification, now=now):
            break
        sent += 1
    return sent


def read(notification_pk: int, user: User, *, now: datetime) -> Notification | None:
    """Mark one message of `user` as read and return it; None if it is not theirs."""
    own = Notification.objects.shown_to(user).filter(pk=notification_pk)
    own.unread().update(read_at=now)
    return own.first()


def read_all(user: User, *, now: datetime) -> int:
    """Mark as read what waits under the bell of `user`; return how many were new."""
    return Notification.objects.shown_to(user).unread().update(read_at=now)


def beat(*, now: datetime) -> None:
    """Say that the clock's tick has come through broker and worker to the database.

    A tick that was late never sets it back.
    """
    Heartbeat.objects.get_or_create(name=TICK, defaults={"at": now})
    Heartbeat.objects.filter(name=TICK, at__lt=now).update(at=now)


def forget_files(*, now: datetime) -> int:
    """Delete the attachments that have gone out, or are too old; return how many."""
    return Attachment.objects.not_needed(now).delete()[0]


def try_again(notification_pk: int, *, now: datetime) -> bool:
    """Put a message that was given up back in the queue; False if it was not given up."""
    return bool(
        Notification.objects.filter(pk=notification_pk, gave_up_at__isnull=False).update(
            gave_up_at=None, attempts=0, due_at=now, leased_until=None
        )
    )


def _lease(now: datetime) -> Notification | None:
    """Take the next message that can be sent, and give up those that cannot."""
    while True:
        with transaction.atomic(durable=True):
            flooded = (
                Notification.objects.of_the_last_minute(now)
                .values("recipient")
                .annotate(number=Count("pk"))
                .filter(number__gte=MOST_A_MINUTE)
                .values("recipient")
            )
            # With the recipient's row: two workers never count the same person at once.
            notification = (
                Notification.objects.pending(now)
                .exclude(recipient__in=flooded)
                .select_for_update(skip_locked=True, of=("self", "recipient"), no_key=True)
                .select_related("recipient")
                .order_by("due_at", "pk")
                .first()
            )
            if notification is None:
                return None
            if not notification.recipient.is_active:
                _give_up(notification, "The account is closed.", now=now)
                continue
            if _has_enough(notification.recipient, now):
                continue  # another worker sent one between our look and our lock
            if notification.attempts > len(WAITS):
                # Every attempt ended with the worker's death, not with an error.
                _give_up(notification, "The worker died while sending.", now=now)
                continue
            notification.attempts += 1
            notification.leased_until = now + LEASE
            notification.save(update_fields=["attempts", "leased_until"])
            return notification


def _has_enough(person: User, now: datetime) -> bool:
    got = Notification.objects.of_the_last_minute(now).filter(recipient=person)
    return got.count() >= MOST_A_MINUTE


def _send(notification: Notification, *, now: datetime) -> bool:
    mail = EmailMessage(
        notification.subject,
        notification.body,
        to=[notification.recipient.email],
        headers={
            "Message-ID": f"<notification-{notification.pk}@{settings.MAIL_DOMAIN}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    file = notification.attachment
    if file is not None:
        mail.attach(file.name, bytes(file.content), file.content_type)
    mine = Notification.objects.filter(
        pk=notification.pk, leased_until=notification.leased_until
    )
    try:
        mail.send()
    except OSError as error:  # smtplib's errors are OSErrors too
        reason = f"{type(error).__name__}: {error}"[:300]
        logger.warning("notification %s not sent: %s", notification.pk, reason)
        if notification.attempts > len(WAITS):
            _give_up(notification, reason, now=now)
        else:
            wait = WAITS[notification.attempts - 1]
            mine.update(due_at=now + wait, leased_until=None, last_error=reason)
        return False
    mine.update(sent_at=now, leased_until=None, last_error="")
    return True


def _give_up(notification: Notification, reason: str, *, now: datetime) -> None:
    logger.error("notification %s given up: %s", notification.pk, reason)
    Notification.objects.filter(pk=notification.pk, sent_at=None).update(
        gave_up_at=now, leased_until=None, last_error=reason
    )
