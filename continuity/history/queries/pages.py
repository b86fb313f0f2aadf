"""Reading history: of all that one may see, or of one object."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.history.models import Entry
from continuity.history.queries.lines import Line, lines_of
from continuity.history.queries.words import ADMINISTERED, SUBJECTS

PER_PAGE: Final = 50
MOST_EXPORTED: Final = 50_000
"""Entries in one file, the newest first. A period gives the others."""
MOST_IN_WORKBOOK: Final = 5_000
"""The same for a workbook, which takes four times as long and is not streamed."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some lines, the newest first. `older` continues after the last one; "" at the end."""

    lines: tuple[Line, ...]
    older: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader is looking for; empty fields ask for nothing. Both days of a period
    belong to it, in the reader's own zone."""

    q: str = ""
    who: str = ""
    kind: str = ""
    verb: str = ""
    team: int | None = None
    since: date | None = None
    until: date | None = None
    actor: int | None = None


def history(user: User, wanted: Wanted, *, after: str = "") -> HistoryPage:
    """Return the latest entries that `user` may see, or those `after` a page's `older`.

    One query. The place is kept as instant and key, so that lines written meanwhile
    move nothing; a place that cannot be read gives the first page.
    """
    return _page(_matching(user, wanted), user, after)


def for_subject(
    model_label: str, pk: int, *, user: User, limit: int = 20
) -> tuple[Line, ...]:
    """Return the latest entries on one object ("inventory.workflow", 7). One query.

    Who may see the object is the caller's question: all its entries come back.
    """
    rows = Entry.objects.filter(subject_type=model_label, subject_id=pk)
    return lines_of(rows.select_related("actor", "team")[:limit], user)


def subject(user: User, kind: str, pk: int) -> models.Model | None:
    """Return the thing of a `kind` (a word of SUBJECTS) if `user` may see it. People and
    teams are for administrators alone here."""
    label = SUBJECTS.get(kind)
    if label is None or (label in ADMINISTERED and not user.may(Action.ADMINISTER)):
        return None
    manager: Any = apps.get_model(label)._default_manager
    rows = manager.all()
    if hasattr(rows, "allowing"):
        rows = rows.allowing(user, Action.VIEW)
    found: models.Model | None = rows.filter(pk=pk).first()
    return found


def subject_history(
    model_label: str, pk: int, *, user: User, after: str = "", named: str = ""
) -> HistoryPage:
    """Return the latest entries on one object, or those `after` a page's `older`; only
    those about its alternative `named`, where that is not empty.

    One query. Who may see the object is the caller's question.
    """
    rows = Entry.objects.filter(subject_type=model_label, subject_id=pk)
    if named:
        rows = rows.filter(Q(before__alternative=named) | Q(after__alternative=named))
    return _page(rows.select_related("actor", "team"), user, after)


def exported(user: User, wanted: Wanted, *, most: int = MOST_EXPORTED) -> Iterator[Line]:
    """Yield the entries that `user` may see, the newest first, `most` of them at most."""
    rows = _matching(user, wanted)[:most]
    for row in rows.iterator(chunk_size=1000):
        yield from lines_of([row], user)


def teams(user: User) -> QuerySet[Team]:
    """Return the teams by which `user` can filter."""
    return Team.objects.allowing(user, Action.VIEW).order_by("name", "pk")


def actor_name(user: User, pk: int) -> str:
    """Return whose changes a filter shows; "" if `user` sees none of them."""
    entry = Entry.objects.allowing(user, Action.VIEW).filter(actor=pk)
    found = entry.select_related("actor").first()
    return str(found.actor) if found else ""


def _matching(user: User, wanted: Wanted) -> QuerySet[Entry]:
    rows = Entry.objects.allowing(user, Action.VIEW).select_related("actor", "team")
    if wanted.kind:
        rows = rows.filter(verb__startswith=f"{wanted.kind}.")
    if wanted.verb:
        rows = rows.filter(verb=wanted.verb)
    if wanted.team is not None:
        rows = rows.filter(team=wanted.team)
    if wanted.actor is not None:
        rows = rows.filter(actor=wanted.actor)
    if wanted.since is not None:
        rows = rows.filter(at__gte=_midnight(wanted.since))
    if wanted.until is not None:
        rows = rows.filter(at__lt=_midnight(wanted.until + timedelta(days=1)))
    for word in wanted.who.split():
        rows = rows.filter(
            Q(actor__name__unaccent__icontains=word) | Q(actor__email__icontains=word)
        )
    for word in wanted.q.split():
        rows = rows.filter(
            Q(subject_label__unaccent__icontains=word)
            | Q(team__name__unaccent__icontains=word)
            | Q(actor__name__unaccent__icontains=word)
        )
    return rows


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())


def _page(rows: QuerySet[Entry], user: User, after: str) -> HistoryPage:
    if place := _place(after):
        at, pk = place
        rows = rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    found = list(rows[: PER_PAGE + 1])
    shown, more = found[:PER_PAGE], found[PER_PAGE:]
    older = f"{shown[-1].at.isoformat()}_{shown[-1].pk}" if more else ""
    return HistoryPage(lines_of(shown, user), older)


def _place(text: str) -> tuple[datetime, int] | None:
    at, _sep, pk = text.rpartition("_")
    try:
        place = datetime.fromisoformat(at), int(pk)
    except ValueError:
        return None
    return place if place[0].tzinfo else None
