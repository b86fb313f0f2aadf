"""Several small selections in one round trip to the database."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def together(**asked: "QuerySet[Any, Any]") -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each of `asked`, in its own order: one query for all of them.

    Each is a `values_list` whose columns have names of their own and hold what JSON can:
    keys, numbers, texts, yes or no. Moments and lengths come out as texts.
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
