"""One question to the database, written by hand: answers come as JSON."""

from collections.abc import Mapping
from typing import Any

from django.db import connection


def ask(sql: str, parameters: Mapping[str, Any]) -> Any:
    """Return the only column of the only row."""
    [answer] = ask_all(sql, parameters)
    return answer


def ask_all(sql: str, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the only row; what is JSON in it the driver has read already."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return tuple(cursor.fetchone())
