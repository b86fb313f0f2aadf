"""Owing people the news: written with what it reports, sent a moment later."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation

from continuity.accounts.models import Team, User
from continuity.domain.attention import next_digest, quiet_until
from continuity.notifications.models import (
    ABOUT,
    MARK,
    Attachment,
    Choice,
    Kind,
    Notification,
    Preferences,
    Rhythm,
    Way,
)
from continuity.notifications.services.news import News, tell

LONGEST_SUBJECT: Final = 200


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said, in the language of whoever gets it.

    `path` is the page that it is about: the message ends with its whole address.
    `exercise` has it begin with the mark of a drill, unless it does so already.
    `shared` is what a chat or another program reads instead of `body`, where that speaks
    to one person, and `shared_path` the page it links to where `path` is for that one.
    `attachment` goes with the mail, and with nothing else.
    """

    subject: str
    body: str
    path: str = ""
    exercise: bool = False
    shared: str = ""
    shared_path: str = ""
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    """A message as it leaves: marked, with its link, on one line where it must be."""

    subject: str
    body: str
    path: str
    exercise: bool


def owe(
    people: Iterable[User],
    *,
    write: Callable[[User], Message],
    key: str,
    now: datetime,
    kind: Kind = Kind.OTHER,
    teams: Iterable[Team] = (),
) -> None:
    """Put a message for each of `people` in the outbox, in the caller's transaction.

    `write` is called once for each, with that person's language and time zone
    active; those who chose none get the language and zone of the installation.
    Calling this again with the same `key` (100 characters at most) adds nothing,
    so a retried service never writes twice to the same person. Who may not sign
    in any more is owed nothing.

    `kind` says by which of their ways it comes to each, and whether it waits for the
    end of their quiet hours. Webhooks and chats that want this kind of news of one of
    `teams` are told once, whoever else is: `write` is then called with somebody who
    has a language and no account.
    """
    told = [person for person in people if person.is_active]
    wanted = _ways(told, kind)
    preferences = Preferences.objects.in_bulk([person.pk for person in told])
    rows = [
        _row(person, wanted[person.pk], preferences.get(person.pk), kind, write, key, now)
        for person in told
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    _await_digests([row.recipient for row in rows if row.digest], now)
    if ABOUT[kind].shared:
        tell(
            kind,
            write=lambda language: _news(write(User(language=language))),
            key=key,
            teams=list(teams),
            now=now,
        )


def zone_of(person: User) -> ZoneInfo:
    """Return the zone by whose clock `person` lives, or else that of the installation."""
    return ZoneInfo(person.zone or settings.TIME_ZONE)


def _ways(people: list[User], kind: Kind) -> Mapping[int, Way]:
    default = ABOUT[kind].way
    chosen: dict[int, Way] = {}
    if ABOUT[kind].chosen:
        rows = Choice.objects.filter(kind=kind, user__in=people)
        chosen = {row.user_id: Way(row.mail, row.in_app, row.digest) for row in rows}
    return {person.pk: chosen.get(person.pk, default) for person in people}


def _row(
    person: User,
    way: Way,
    preferences: Preferences | None,
    kind: Kind,
    write: Callable[[User], Message],
    key: str,
    now: datetime,
) -> Notification:
    zone = zone_of(person)
    language = person.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone):
        message = write(person)
        text = _text(message)
    held = None
    if preferences is not None and not ABOUT[kind].at_once:
        held = quiet_until(now, preferences.quiet_from, preferences.quiet_until, zone)
    return Notification(
        recipient=person,
        kind=kind,
        exercise=text.exercise,
        subject=text.subject,
        body=text.body,
        path=text.path,
        attachment=message.attachment,
        dedupe_key=key,
        mail=way.mail,
        in_app=way.in_app,
        digest=way.digest,
        made_at=now,
        due_at=held or now,
    )


def _text(message: Message, *, shared: bool = False) -> _Text:
    # All may hold lazy translations: they are fixed here, in the active language.
    # A line break in a subject would begin a header of its own.
    subject = " ".join(str(message.subject).splitlines()).strip(" ")
    body = str((shared and message.shared) or message.body).rstrip()
    exercise = message.exercise or subject.startswith(MARK)
    if exercise and not subject.startswith(MARK):
        subject = f"{MARK} · {subject}"
    if exercise and not body.startswith(MARK):
        body = f"{MARK}\n\n{body}"
    if message.path and not shared:
        body = f"{body}\n\n{settings.BASE_URL}{message.path}"
    path = (shared and message.shared_path) or message.path
    return _Text(subject[:LONGEST_SUBJECT], f"{body}\n", path, exercise)


def _news(message: Message) -> News:
    text = _text(message, shared=True)
    url = f"{settings.BASE_URL}{text.path}" if text.path else ""
    return News(text.subject, text.body.rstrip(), url, exercise=text.exercise)


def _await_digests(people: list[User], now: datetime) -> None:
    """Set the moment of the next digest of those for whom nothing waited so far.

    Their rows are held until the caller commits: who writes a digest meanwhile would
    not see the new message, and nobody would set the moment again.
    """
    if not people:
        return
    held = Preferences.objects.select_for_update().filter(user__in=people).order_by("pk")
    there = {row.pk: row for row in held}
    waiting: list[Preferences] = []
    first: list[Preferences] = []
    for person in people:
        row = there.get(person.pk) or Preferences(user=person)
        if row.digest_due_at is None:
            weekly = row.digest_every == Rhythm.WEEKLY
            zone = zone_of(person)
            row.digest_due_at = next_digest(now, row.digest_time, zone, weekly=weekly)
            (waiting if person.pk in there else first).append(row)
    Preferences.objects.bulk_create(first, ignore_conflicts=True)
    Preferences.objects.bulk_update(waiting, ["digest_due_at"])
