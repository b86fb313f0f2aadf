"""Several small selections in one round trip to the database."""

from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, QuerySet, Value


def together(**asked: "QuerySet[Any, Any]") -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each of `asked`, in its own order: one query for all of them.

    Each is a `values_list` whose columns have names of their own and hold what JSON can:
    keys, numbers, texts, yes or no, and JSON. Moments and lengths come out as texts. One
    of distinct rows holds all that it is ordered by.
    """
    parts, parameters = [], list[Any]()
    for found in asked.values():
        try:
            sql, own = found.query.sql_with_params()
        except EmptyResultSet:
            sql, own = "SELECT 1 WHERE FALSE", ()
        parts.append(f"(SELECT json_agg(one) FROM ({sql}) AS one)")  # noqa: S608 - ours
        parameters += own
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), parameters)
        answers = cursor.fetchone()
    return {
        name: [tuple(row.values()) for row in rows or ()]
        for name, rows in zip(asked, answers, strict=True)
    }


def number_of(rows: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    """Return the question how many `rows` there are, for `value_of` its answer."""
    ungrouped = rows.order_by().values(all=Value(1))
    found: QuerySet[Any, Any] = ungrouped.annotate(number=Count("pk", distinct=True))
    return found.values_list("number")


def value_of(rows: list[tuple[Any, ...]], otherwise: Any = 0) -> Any:
    """Return the first value of the first row; `otherwise` where there is none."""
    return rows[0][0] if rows else otherwise


def moment(told: str) -> datetime:
    """Return a moment that came out of `together` as a text."""
    return datetime.fromisoformat(told)
