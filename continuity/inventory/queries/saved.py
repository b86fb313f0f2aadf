"""Saved views: which there are for a list, and where each leads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from django.db.models import QuerySet
from django.urls import reverse

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.inventory.models import ListPage, SavedView
from continuity.inventory.queries.order import alphabetical

ROUTES: Final[Mapping[str, str]] = {
    ListPage.WORKFLOWS: "inventory:workflows",
    ListPage.TOOLS: "inventory:tools",
}
NOT_KEPT: Final = frozenset({"page", "csrfmiddlewaretoken", "view"})
"""What stands in the address of a list and is no part of a view."""
MOST: Final = 40
"""Views shown in the head of a list; all of them are on their own page."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A view as the head of a list offers it. `current`: the list shows just this."""

    view: SavedView
    url: str
    own: bool
    current: bool


def choices(user: User, page: str, query: str) -> list[Choice]:
    """Return the views of a list that `user` may open, their own first. One query.

    `query` is the query string that the list shows now.
    """
    asked = normal(query)
    rows = (
        SavedView.objects.allowing(user, Action.VIEW)
        .filter(page=page)
        .select_related("owner")
        .order_by(alphabetical("name"), "pk")[:MOST]
    )
    found = [
        Choice(row, address(row), row.owner_id == user.pk, row.query == asked)
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.own)


def address(view: SavedView) -> str:
    """Return where a view leads: its list, as it was saved."""
    route = reverse(ROUTES[view.page])
    return f"{route}?{view.query}" if view.query else route


def normal(query: str) -> str:
    """Return a query string without what is empty or of the moment, in one order, so
    that two that show the same are the same."""
    pairs = parse_qsl(query.removeprefix("?"), max_num_fields=100)
    return encoded({k: v for k, v in sorted(pairs) if k not in NOT_KEPT})


def encoded(query: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> str:
    return urlencode(dict(query), safe=",")


def own(user: User) -> QuerySet[SavedView]:
    """Return the person's own views, by list and name."""
    rows = SavedView.objects.filter(owner=user)
    return rows.order_by("page", alphabetical("name"), "pk")
