"""Rows that are counted already, so that a page of them is one question fewer."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Counted:
    """Ordered `rows` of which there are `total`, as a paginator takes them."""

    rows: "QuerySet[Any, Any]"
    total: int

    def count(self) -> int:
        return self.total

    def __getitem__(self, place: slice) -> "QuerySet[Any, Any]":
        return self.rows[place]


def page_of_counted(
    rows: "QuerySet[Any, Any]", total: int, number: str | int | None, *, per_page: int
) -> "Page[Any]":
    """Return a page of `rows`, not yet read; nonsense gives the first and a number too
    high the last one."""
    known: Any = Counted(rows, total)
    return Paginator(known, per_page).get_page(number)
