"""What was deleted and can still be brought back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.urls import reverse

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.history.models import Deletion
from continuity.history.queries.words import KINDS

KEPT: Final = timedelta(days=30)
"""How long a deletion can be undone. The page of deleted things says so."""
DOORS: Final[Mapping[str, str]] = {
    "inventory": "inventory:undo_deletion",
    "drills": "drills:undo_deletion",
    "accounts": "accounts:undo_deletion",
    "reports": "reports:undo_deletion",
}
"""By the app of what was deleted: the route at which it is brought back."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """A deletion as a line. `undo` is the address that brings it back; "" for somebody
    who may not. It can be brought back `until` then."""

    deletion: Deletion
    kind: str
    until: datetime
    undo: str


def undo_address(deletion: Deletion) -> str:
    """Return where a POST brings it back."""
    app, _dot, _model = deletion.rows["rows"][0]["model"].partition(".")
    return reverse(DOORS[app], args=[deletion.pk])


def deleted(
    user: User, *, now: datetime, q: str = "", kind: str = ""
) -> "QuerySet[Deletion]":
    """Return what was deleted lately in what `user` may see, the latest first."""
    found = Deletion.objects.allowing(user, Action.VIEW).open().filter(at__gte=now - KEPT)
    if kind:
        found = found.filter(kind=kind)
    for word in q.split():
        found = found.filter(label__unaccent__icontains=word)
    return found.select_related("by", "team")


def deleted_lines(rows: Iterable[Deletion], user: User) -> Sequence[Deleted]:
    """Return deletions in words; one query for any number of them."""
    page = list(rows)
    mine = set(
        Deletion.objects.allowing(user, Action.EDIT)
        .filter(pk__in=[row.pk for row in page])
        .values_list("pk", flat=True)
    )
    return [
        Deleted(
            deletion=row,
            kind=str(KINDS.get(row.kind, row.kind)),
            until=row.at + KEPT,
            undo=undo_address(row) if row.pk in mine else "",
        )
        for row in page
    ]
