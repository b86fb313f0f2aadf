"""Long lists, one page at a time."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE: Final = 50


class Counted[T](Protocol):
    """Rows that are counted, and read a slice at a time."""

    def count(self) -> int: ...

    def __getitem__(self, place: slice, /) -> Sequence[T]: ...


def every[T](rows: Counted[T]) -> Sequence[T]:
    """Return all rows of what is read a slice at a time, in the queries of one page."""
    number = rows.count()
    return rows[0:number] if number else ()


def page_of[T](
    request: HttpRequest,
    rows: "QuerySet[Any, T] | Sequence[T] | Counted[T]",
    *,
    per_page: int = PER_PAGE,
) -> Page[T]:
    """Return the page that the address asks for with `?page=`.

    Nonsense gives the first page and a number too high the last one, so an old
    bookmark still opens. A queryset must be ordered.
    """
    known: Any = rows
    return Paginator(known, per_page).get_page(request.GET.get("page"))
