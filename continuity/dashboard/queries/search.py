"""The search over everything that has a name: five queries for any number of rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.fetch_modes import FETCH_RAISE
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.drills.models import Drill
from continuity.inventory.models import SavedView, Tool, ToolName
from continuity.inventory.queries import saved, workflows
from continuity.inventory.queries.order import alphabetical
from continuity.web import formats

MOST_WORDS: Final = 8
"""Words that are looked for; a pasted page asks for no more."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: where its page is, and what tells it from others of its name."""

    name: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind. `all_url` lists the rest where there is more."""

    title: str | Promise
    icon: str
    hits: Sequence[Hit]
    all_url: str


@dataclass(frozen=True, slots=True)
class Found:
    q: str
    groups: Sequence[Group]

    @property
    def count(self) -> int:
        return sum(len(group.hits) for group in self.groups)


def search(user: User, q: str, *, most: int) -> Found:
    """Return what `user` may see whose name holds every word of `q`, `most` of a kind.

    Case and accents do not count, and what begins with `q` comes first. An empty `q`
    finds the saved views alone: the rest would be whatever the alphabet begins with.
    """
    words = q.split()[:MOST_WORDS]
    groups = [_views(user, words, most)]
    if words:
        groups = [
            _workflows(user, " ".join(words), most),
            _tools(words, most),
            _drills(user, words, most),
            _people(user, words, most),
            *groups,
        ]
    return Found(q, [group for group in groups if group.hits])


def _workflows(user: User, q: str, most: int) -> Group:
    rows = workflows.listed(user, {"q": q}).order_by(*_first(q), alphabetical("name"), "pk")
    return _group(
        _("Workflows"),
        "flow",
        (Hit(row.name, row.get_absolute_url(), row.team.name) for row in rows[: most + 1]),
        most,
        _address("inventory:workflows", q=q),
    )


def _tools(words: Sequence[str], most: int) -> Group:
    found = Tool.objects.select_related("provider")
    for word in words:
        spelled = ToolName.objects.filter(
            tool=OuterRef("pk"), name__unaccent__icontains=word
        )
        found = found.filter(Q(name__unaccent__icontains=word) | Q(Exists(spelled)))
    q = " ".join(words)
    rows = found.order_by(*_first(q), alphabetical("name"), "pk").fetch_mode(FETCH_RAISE)
    return _group(
        _("AI tools"),
        "tool",
        (
            Hit(row.name, row.get_absolute_url(), row.provider.name if row.provider else "")
            for row in rows[: most + 1]
        ),
        most,
        _address("inventory:tools", q=q),
    )


def _drills(user: User, words: Sequence[str], most: int) -> Group:
    found = Drill.objects.allowing(user, Action.VIEW).select_related("outage")
    rows = _holding(found, "outage__title", words).order_by("-occurrence_at", "-pk")
    return _group(
        _("Drills"),
        "drill",
        (
            Hit(row.outage.title, row.get_absolute_url(), formats.day(row.occurrence_at))
            for row in rows[: most + 1]
        ),
        most,
        reverse("drills:list"),
    )


def _people(user: User, words: Sequence[str], most: int) -> Group:
    """Return people: all for who administers them, otherwise those who own workflows
    that `user` may see, with these workflows as their page."""
    administers = user.may(Action.ADMINISTER)
    found = User.objects.filter(is_active=True) if administers else workflows.owners(user)
    rows = _holding(found, "name", words).order_by(alphabetical("name"), "pk")
    return _group(
        _("People"),
        "user",
        (
            Hit(
                str(row),
                reverse("accounts:person", args=[row.pk])
                if administers
                else _address("inventory:workflows", owner=row.pk),
                row.email,
            )
            for row in rows[: most + 1]
        ),
        most,
        _address("accounts:people", q=" ".join(words)) if administers else "",
    )


def _views(user: User, words: Sequence[str], most: int) -> Group:
    rows = SavedView.objects.allowing(user, Action.VIEW).select_related("owner")
    found = _holding(rows, "name", words).order_by(alphabetical("name"), "pk")
    return _group(
        _("Saved views"),
        "filter",
        (
            Hit(
                row.name,
                saved.address(row),
                str(row.get_page_display())
                if row.owner_id == user.pk
                else f"{row.get_page_display()} · {row.owner}",
            )
            for row in found[: most + 1]
        ),
        most,
        "",
    )


def _group(
    title: Promise, icon: str, hits: Iterable[Hit], most: int, all_url: str
) -> Group:
    found = list(hits)
    return Group(title, icon, found[:most], all_url if len(found) > most else "")


def _holding[M: models.Model](
    rows: QuerySet[M], field: str, words: Sequence[str]
) -> QuerySet[M]:
    for word in words:
        rows = rows.filter(**{f"{field}__unaccent__icontains": word})
    return rows


def _first(q: str) -> list[Any]:
    """Return the order that puts what begins with `q` before what only holds it."""
    return [Case(When(name__unaccent__istartswith=q, then=Value(0)), default=Value(1))]


def _address(route: str, **query: Any) -> str:
    return f"{reverse(route)}?{saved.encoded(query)}"
