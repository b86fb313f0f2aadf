"""Injects as those see them whom they were meant for: from the journal alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.outages.models import EntryKind, Outage

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
    rows = outage.journal.filter(kind=EntryKind.INJECT)
    if outage.facilitator_id != user.pk:
        rows = rows.filter(Q(data__to_all=True) | Q(data__to__contains=[user.pk]))
    language = "fr" if get_language() == "fr" else "en"
    return tuple(
        Told(
            number=row.data["number"],
            at=row.at,
            sender=row.data[f"sender_{language}"],
            channel=CHANNELS.get(row.data["channel"], row.data["channel"]),
            text=row.data[f"text_{language}"],
        )
        for row in rows.order_by("-number")[:MOST]
    )
