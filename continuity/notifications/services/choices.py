"""What people chose about their messages, and the digests they asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from continuity.accounts.models import User
from continuity.domain.attention import next_digest
from continuity.notifications.models import (
    ABOUT,
    Choice,
    Kind,
    Notification,
    Preferences,
    Rhythm,
    Way,
)
from continuity.notifications.services.owing import Message, owe, zone_of
from continuity.web import formats

LINES: Final = 50
"""How many messages a digest lists; the rest is counted, and on the page of messages."""


@transaction.atomic(durable=True)
def choose(
    user: User,
    *,
    ways: Mapping[Kind, Way],
    quiet: tuple[time, time] | None,
    digest_every: Rhythm | str,
    digest_time: time,
    now: datetime,
) -> None:
    """Keep how `user` wants to be told from now on. What was owed before stays as it was.

    Only what differs from the default is kept, so that a better default reaches those
    who never chose. No line of history: it is nobody else's affair.
    """
    User.objects.select_for_update().get(pk=user.pk)
    Choice.objects.filter(user=user, kind__in=list(ways)).delete()
    Choice.objects.bulk_create(
        Choice(user=user, kind=kind, mail=w.mail, in_app=w.in_app, digest=w.digest)
        for kind, w in ways.items()
        if w != ABOUT[kind].way
    )
    begin, end = quiet or (None, None)
    row = Preferences.objects.filter(pk=user.pk).first() or Preferences(user=user)
    row.quiet_from, row.quiet_until = begin, end
    row.digest_every, row.digest_time = digest_every, digest_time
    if row.digest_due_at is not None:
        row.digest_due_at = _next(row, user, now)
    row.save()


def write_digests(*, now: datetime, limit: int = 100) -> int:
    """Owe their digest to those whose hour has come; return how many were written.

    Who has nothing to read gets none. Each in its own transaction under its row's lock.
    """
    due = Preferences.objects.due(now).order_by("digest_due_at")
    keys = list(due.values_list("pk", flat=True)[:limit])
    return sum(_write_digest(pk, now=now) for pk in keys)


@transaction.atomic(durable=True)
def _write_digest(pk: int, *, now: datetime) -> bool:
    row = (
        Preferences.objects.due(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("user")
        .filter(pk=pk)
        .first()
    )
    if row is None or row.digest_due_at is None:
        return False  # another worker has it, or had it
    key = f"digest-{row.digest_due_at:%Y%m%d%H%M}"
    row.digest_due_at = None  # the next message that waits for a digest sets it again
    row.save(update_fields=["digest_due_at"])
    waiting = Notification.objects.for_a_digest(row.user).order_by("made_at", "pk")
    items = list(waiting)
    Notification.objects.filter(recipient=row.user, digest=True, digested_at=None).update(
        digested_at=now
    )
    if not items:
        return False
    owe(
        [row.user],
        write=lambda _user: _digest(items),
        key=key,
        now=now,
        kind=Kind.DIGEST,
    )
    return True


def _digest(items: Sequence[Notification]) -> Message:
    number = len(items)
    subject = ngettext(
        "One message for you since the last digest",
        "%(number)d messages for you since the last digest",
        number,
    ) % {"number": number}
    parts = [
        f"{formats.day_time(item.made_at)}\n{item.subject}"
        + (f"\n{settings.BASE_URL}{item.path}" if item.path else "")
        for item in items[:LINES]
    ]
    if number > LINES:
        parts.append(_("%(number)d more are on the page.") % {"number": number - LINES})
    text = "\n\n".join([*parts, _("All of them:")])
    return Message(subject, text, reverse("notifications:own"))


def _next(row: Preferences, user: User, now: datetime) -> datetime:
    weekly = row.digest_every == Rhythm.WEEKLY
    return next_digest(now, row.digest_time, zone_of(user), weekly=weekly)
