"""Statements of one shape, put together once in the life of a process.

For a page that asks ten things the ORM takes longer to put its statements together than
the database to answer them. Where only values differ, that is done once.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

_ROWS: Final = "SELECT unnest(%s::bigint[])"
"""One parameter, however many keys; nothing is put in by hand."""


def listed(keys: Iterable[int]) -> RawSQL:
    """Return what stands for many keys: `workflow__in=listed(keys)`.

    The ORM and the driver handle each value of a plain list by itself; for hundreds that
    takes longer than the answer.
    """
    return RawSQL(_ROWS, [list(keys)])  # noqa: S611 - a fixed text, one parameter


class Keys:
    """Stands in a statement for the keys that each call gives: `pk__in=KEYS.rows()`."""

    def rows(self) -> RawSQL:
        return RawSQL(_ROWS, [self])  # noqa: S611 - a fixed text, one parameter


KEYS: Final = Keys()


class Prepared:
    """The rows of a `values_list` that asks for KEYS.

    The values come as the database gives them: meant for keys, texts, numbers, moments,
    lengths and lists of these, which need no conversion.
    """

    def __init__(self, build: Callable[[], "QuerySet[Any, Any]"]) -> None:
        self.build = build

    def rows(self, keys: list[int]) -> list[tuple[Any, ...]]:
        """Return the rows for `keys`, in the order of the selection. One query."""
        sql, parameters = self._statement
        with connection.cursor() as cursor:
            cursor.execute(sql, [keys if one is KEYS else one for one in parameters])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    @cached_property
    def _statement(self) -> tuple[str, tuple[Any, ...]]:
        return self.build().query.sql_with_params()
