"""Where the organisation's news goes besides people: webhooks, Slack and Teams."""

import base64
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from continuity.accounts.models import Team, User
from continuity.domain.errors import NotAllowedNow
from continuity.history.services import changes, record
from continuity.notifications.models import (
    Delivery,
    Endpoint,
    Kind,
    PauseReason,
    Style,
)
from continuity.notifications.services.news import News, delivery

OLD_SECRET_HOLDS: Final = timedelta(days=1)
"""For how long after a change both secrets sign, so that a receiver can follow."""


@transaction.atomic(durable=True)
def add(
    *,
    style: Style | str,
    name: str,
    url: str,
    language: str,
    kinds: Sequence[str],
    teams: Iterable[Team],
    actor: User,
    now: datetime,
) -> Endpoint:
    """Add an endpoint; one of a webhook gets a secret of its own."""
    endpoint = Endpoint.objects.create(
        style=style,
        name=name,
        url=url,
        language=language,
        kinds=list(kinds),
        secret=_secret() if style == Style.WEBHOOK else "",
    )
    chosen = list(teams)
    endpoint.teams.set(chosen)
    after = _shown(endpoint, chosen)
    record("endpoint.added", endpoint, actor=actor, now=now, after=after)
    return endpoint


@transaction.atomic(durable=True)
def change(
    endpoint_pk: int,
    *,
    name: str,
    url: str,
    language: str,
    kinds: Sequence[str],
    teams: Iterable[Team],
    actor: User,
    now: datetime,
) -> Endpoint:
    """Change where news goes and which; without a difference, leave no trace."""
    endpoint = _locked(endpoint_pk)
    before = _shown(endpoint, list(endpoint.teams.all()))
    same_url = endpoint.url == url
    endpoint.name, endpoint.url, endpoint.language = name, url, language
    endpoint.kinds = list(kinds)
    if not same_url:
        endpoint.failing_since = None
    endpoint.save(update_fields=["name", "url", "language", "kinds", "failing_since"])
    chosen = list(teams)
    endpoint.teams.set(chosen)
    old, new = changes(before, _shown(endpoint, chosen))
    if new or not same_url:
        record("endpoint.changed", endpoint, actor=actor, now=now, before=old, after=new)
    return endpoint


@transaction.atomic(durable=True)
def rotate(endpoint_pk: int, *, actor: User, now: datetime) -> Endpoint:
    """Give a webhook another secret; the old one signs beside it for a day.

    Raises NotAllowedNow for a chat, which has none.
    """
    endpoint = _locked(endpoint_pk)
    if endpoint.style != Style.WEBHOOK:
        raise NotAllowedNow("Only a webhook has a secret.")
    endpoint.old_secret, endpoint.secret = endpoint.secret, _secret()
    endpoint.old_secret_until = now + OLD_SECRET_HOLDS
    endpoint.save(update_fields=["secret", "old_secret", "old_secret_until"])
    record("endpoint.secret_changed", endpoint, actor=actor, now=now)
    return endpoint


@transaction.atomic(durable=True)
def pause(endpoint_pk: int, *, actor: User, now: datetime) -> None:
    """Send nothing there until it goes on; again does nothing."""
    endpoint = _locked(endpoint_pk)
    if endpoint.paused_at is not None:
        return
    endpoint.paused_at, endpoint.paused_reason = now, PauseReason.BY_HAND
    endpoint.save(update_fields=["paused_at", "paused_reason"])
    record("endpoint.paused", endpoint, actor=actor, now=now)


@transaction.atomic(durable=True)
def resume(endpoint_pk: int, *, actor: User, now: datetime) -> None:
    """Go on with what waits, at once; again does nothing."""
    endpoint = _locked(endpoint_pk)
    if endpoint.paused_at is None:
        return
    endpoint.paused_at, endpoint.paused_reason = None, ""
    endpoint.failing_since = None
    endpoint.save(update_fields=["paused_at", "paused_reason", "failing_since"])
    endpoint.deliveries.filter(sent_at=None, gave_up_at=None, due_at__gt=now).update(
        due_at=now
    )
    record("endpoint.resumed", endpoint, actor=actor, now=now)


@transaction.atomic(durable=True)
def remove(endpoint_pk: int, *, actor: User, now: datetime) -> None:
    """Take an endpoint away; `restore` puts it back as it was. Again does nothing."""
    endpoint = _locked(endpoint_pk)
    if endpoint.removed_at is not None:
        return
    endpoint.removed_at = now
    endpoint.save(update_fields=["removed_at"])
    record("endpoint.removed", endpoint, actor=actor, now=now)


@transaction.atomic(durable=True)
def restore(endpoint_pk: int, *, actor: User, now: datetime) -> None:
    """Put a removed endpoint back; again does nothing."""
    endpoint = _locked(endpoint_pk)
    if endpoint.removed_at is None:
        return
    endpoint.removed_at = None
    endpoint.save(update_fields=["removed_at"])
    record("endpoint.restored", endpoint, actor=actor, now=now)


@transaction.atomic(durable=True)
def test(endpoint_pk: int, *, actor: User, now: datetime) -> Delivery:
    """Owe an endpoint a message that says that it works.

    Raises NotAllowedNow while it is paused or removed, since nothing would be sent.
    """
    endpoint = _locked(endpoint_pk)
    if endpoint.paused_at is not None or endpoint.removed_at is not None:
        raise NotAllowedNow("Nothing is sent there.")

    def write(_language: str) -> News:
        return News(
            _("Test message from Continuity"),
            _("%(name)s has sent it to see whether this works. There is nothing to do.")
            % {"name": actor},
            "",
            exercise=False,
        )

    row = delivery(endpoint, Kind.TEST, write, key=f"test-{now.isoformat()}", now=now)
    row.save()
    record("endpoint.tested", endpoint, actor=actor, now=now)
    return row


@transaction.atomic(durable=True)
def send_again(delivery_pk: int, *, actor: User, now: datetime) -> None:
    """Put a delivery in the queue once more, under the same id: a receiver that has it
    already can tell.

    Raises NotAllowedNow while it is in the queue, or its endpoint paused or removed.
    """
    row = Delivery.objects.select_for_update().get(pk=delivery_pk)
    endpoint = _locked(row.endpoint_id)
    waits = row.sent_at is None and row.gave_up_at is None
    if waits or endpoint.paused_at is not None or endpoint.removed_at is not None:
        raise NotAllowedNow("It is in the queue, or nothing is sent there.")
    row.sent_at = row.gave_up_at = row.leased_until = None
    row.attempts, row.due_at = 0, now
    row.save(update_fields=["sent_at", "gave_up_at", "leased_until", "attempts", "due_at"])
    after = {"message": row.subject}
    record("endpoint.sent_again", endpoint, actor=actor, now=now, after=after)


def _locked(pk: int) -> Endpoint:
    return Endpoint.objects.select_for_update().get(pk=pk)


def _secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _shown(endpoint: Endpoint, teams: Sequence[Team]) -> dict[str, Any]:
    """What history may hold: of the address no more than the host."""
    return {
        "name": endpoint.name,
        "host": endpoint.host,
        "language": endpoint.language,
        "kinds": list(endpoint.kinds),
        "teams": sorted(str(team) for team in teams),
    }
