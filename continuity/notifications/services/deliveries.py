"""Sending what webhooks and chats are owed, and pausing those that fail for long."""

import logging
import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from standardwebhooks import Webhook

from continuity.accounts.models import User
from continuity.accounts.roles import OrganisationRole
from continuity.history.services import record
from continuity.notifications.models import (
    Delivery,
    Endpoint,
    Kind,
    PauseReason,
    Style,
)
from continuity.notifications.services.outbox import LEASE
from continuity.notifications.services.owing import Message, owe
from continuity.web import outgoing

logger = logging.getLogger(__name__)

SCHEDULE: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The waits after each failure, as Standard Webhooks publishes them: over three days."""

JITTER: Final = 0.1
"""By what share of itself a wait may be longer, so that failures do not march in step."""

LONGEST_ASKED: Final = timedelta(days=1)
"""The longest wait that a receiver may ask for."""

FAILS_TOO_LONG: Final = timedelta(days=3)
"""After how long without one success an endpoint is paused."""

GONE: Final = 410


def tell_endpoints(*, now: datetime, limit: int = 4) -> int:
    """Send what is due, the longest waiting first; return how many were taken.

    An endpoint that fails is left alone for the rest of the round, and the others are
    told: `limit` keeps a round of slow ones below the time that a task may live.

    As with mail, a delivery is leased in a transaction of its own and sent outside of
    any; a worker that dies after the receiver's yes leaves one that is sent again, with
    the same `webhook-id`, by which the receiver knows it.
    """
    sent, failing = 0, set[int]()
    for _round in range(limit):
        delivery = _lease(now, failing)
        if delivery is None:
            break
        if _send(delivery, now=now):
            sent += 1
        else:
            failing.add(delivery.endpoint_id)
    return sent


def signed(endpoint: Endpoint, message_id: str, body: str, *, now: datetime) -> str:
    """Return the signatures of `body`: with the secret, and with the old one for as long
    as it holds after a change."""
    secrets = [endpoint.secret]
    if endpoint.old_secret_until is not None and endpoint.old_secret_until > now:
        secrets.append(endpoint.old_secret)
    moment = now.astimezone(UTC)
    return " ".join(Webhook(secret).sign(message_id, moment, body) for secret in secrets)


@transaction.atomic(durable=True)
def _lease(now: datetime, failing: set[int]) -> Delivery | None:
    while True:
        delivery = (
            Delivery.objects.pending(now)
            .exclude(endpoint__in=failing)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("endpoint")
            .order_by("due_at", "pk")
            .first()
        )
        if delivery is None:
            return None
        if delivery.attempts > len(SCHEDULE):
            # Every attempt ended with the worker's death, not with an answer.
            delivery.gave_up_at, delivery.leased_until = now, None
            delivery.last_error = "The worker died while sending."
            delivery.save(update_fields=["gave_up_at", "leased_until", "last_error"])
            continue
        delivery.attempts += 1
        delivery.leased_until, delivery.tried_at = now + LEASE, now
        delivery.save(update_fields=["attempts", "leased_until", "tried_at"])
        return delivery


def _send(delivery: Delivery, *, now: datetime) -> bool:
    endpoint = delivery.endpoint
    headers = {"content-type": "application/json", "webhook-id": delivery.message_id}
    if endpoint.style == Style.WEBHOOK:
        headers["webhook-timestamp"] = str(int(now.timestamp()))
        headers["webhook-signature"] = signed(
            endpoint, delivery.message_id, delivery.body, now=now
        )
    try:
        answer = outgoing.post(endpoint.url, delivery.body.encode(), headers)
    except outgoing.NoAnswer as error:
        _failed(delivery, None, str(error)[:300], None, now=now)
        return False
    if not answer.is_good:
        asked = _asked_to_wait(answer.headers.get("retry-after", ""), now)
        _failed(delivery, answer.status, f"HTTP {answer.status}", asked, now=now)
        return False
    _succeeded(delivery, answer.status, now=now)
    return True


@transaction.atomic(durable=True)
def _succeeded(delivery: Delivery, status: int, *, now: datetime) -> None:
    _mine(delivery).update(sent_at=now, leased_until=None, status=status, last_error="")
    Endpoint.objects.filter(pk=delivery.endpoint_id, failing_since__isnull=False).update(
        failing_since=None
    )


@transaction.atomic(durable=True)
def _failed(
    delivery: Delivery,
    status: int | None,
    reason: str,
    asked: timedelta | None,
    *,
    now: datetime,
) -> None:
    logger.warning("delivery %s not sent: %s", delivery.pk, reason)
    endpoint = Endpoint.objects.select_for_update().get(pk=delivery.endpoint_id)
    if endpoint.failing_since is None:
        endpoint.failing_since = now
        endpoint.save(update_fields=["failing_since"])
    said = {"leased_until": None, "status": status, "last_error": reason}
    if delivery.attempts > len(SCHEDULE):
        _mine(delivery).update(gave_up_at=now, **said)
    else:
        wait = SCHEDULE[delivery.attempts - 1]
        wait *= 1 + JITTER * random.random()  # noqa: S311 - spreads load, guards nothing
        _mine(delivery).update(due_at=now + max(wait, asked or wait), **said)
    if status == GONE:
        _pause(endpoint, PauseReason.GONE, now=now)
    elif now - endpoint.failing_since >= FAILS_TOO_LONG:
        _pause(endpoint, PauseReason.FAILING, now=now)


def _pause(endpoint: Endpoint, reason: PauseReason, *, now: datetime) -> None:
    """Pause an endpoint that does not work any more, and say so to administrators."""
    if endpoint.paused_at is not None:
        return
    endpoint.paused_at, endpoint.paused_reason = now, reason
    endpoint.save(update_fields=["paused_at", "paused_reason"])
    after = {"paused_reason": reason}
    record("endpoint.paused", endpoint, actor=None, now=now, after=after)
    administrators = User.objects.filter(
        organisation_role=OrganisationRole.ADMINISTRATOR, is_active=True
    )

    def write(_user: User) -> Message:
        return Message(
            _("%(name)s was paused: it does not answer as it should")
            % {"name": endpoint.name},
            _(
                "Nothing is sent to “%(name)s” (%(host)s) any more. %(reason)s.\n\n"
                "Put it right and let it go on. What waits is sent then; what happens "
                "until then is not."
            )
            % {
                "name": endpoint.name,
                "host": endpoint.host,
                "reason": str(PauseReason(reason).label),
            },
            endpoint.get_absolute_url(),
        )

    owe(
        administrators,
        write=write,
        key=f"endpoint-paused-{endpoint.pk}-{now:%Y%m%d%H%M%S}",
        now=now,
        kind=Kind.ENDPOINT_PAUSED,
    )


def _mine(delivery: Delivery) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk=delivery.pk, leased_until=delivery.leased_until)


def _asked_to_wait(header: str, now: datetime) -> timedelta | None:
    """Return the wait that a Retry-After asks for, a day at most; None if it is none."""
    if header.isascii() and header.isdigit() and len(header) < 10:
        return min(timedelta(seconds=int(header)), LONGEST_ASKED)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return min(max(moment - now, timedelta()), LONGEST_ASKED)
