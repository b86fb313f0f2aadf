"""Injects as those see them whom they were meant for: from the journal alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.outages.models import EntryKind, JournalEntry, Outage
from continuity.web.together import moment, together

MOST: Final = 20
"""The newest that the live page shows; all stand in the journal."""

CHANNELS: Final[Mapping[str, Promise]] = {
    "mail": _("E-mail"),
    "phone": _("Phone call"),
    "chat": _("Chat message"),
    "status_page": _("Status page"),
    "press": _("News"),
    "in_person": _("In person"),
}


@dataclass(frozen=True, slots=True)
class Told:
    number: int
    at: datetime
    sender: str
    channel: str | Promise
    text: str


def told(outage: Outage, user: User) -> tuple[Told, ...]:
    """Return what `user` was told in a drill, the newest first. One query.

    Its facilitator sees all.
    """
    return told_of(together(told=told_to(outage, user))["told"])


def told_to(outage: Outage, user: User) -> "QuerySet[JournalEntry, Any]":
    """Ask for what `told_of` makes readable; nothing of what is real."""
    if not outage.is_drill:
        return outage.journal.none().values_list("data", "at")
    rows = outage.journal.filter(kind=EntryKind.INJECT)
    if outage.facilitator_id != user.pk:
        rows = rows.filter(Q(data__to_all=True) | Q(data__to__contains=[user.pk]))
    return rows.order_by("-number").values_list("data", "at")[:MOST]


def told_of(rows: Iterable[tuple[Any, ...]]) -> tuple[Told, ...]:
    language = "fr" if get_language() == "fr" else "en"
    return tuple(
        Told(
            number=data["number"],
            at=moment(at),
            sender=data[f"sender_{language}"],
            channel=CHANNELS.get(data["channel"], data["channel"]),
            text=data[f"text_{language}"],
        )
        for data, at in rows
    )
