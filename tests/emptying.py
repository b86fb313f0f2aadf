"""How the database is emptied after a test that commits."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models.signals import post_migrate

ALLOWED = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
KEPT = frozenset({"django_content_type", "auth_permission"})
"""What migrations fill and no test changes."""


def by_deleting() -> None:
    """Let a flush delete rows, where the role may; Django's own way stays where not.

    Django truncates a hundred tables and makes its content types and permissions anew:
    half a second each time, for a few rows in a few tables.
    """
    with connection.cursor() as cursor:
        cursor.execute(ALLOWED)
        if not cursor.fetchone()[0]:
            return
    post_migrate.receivers.clear()
    # Django has no setting for how it empties.
    connection.ops.sql_flush = _deletion  # type: ignore[method-assign]


def _deletion(_style: Any, tables: Iterable[str], **_options: Any) -> list[str]:
    """Return what empties `tables` in one transaction, once all who write to them have
    ended theirs, as TRUNCATE would; neither foreign keys nor the journal's trigger ask."""
    names = [connection.ops.quote_name(name) for name in tables if name not in KEPT]
    return [
        "SET LOCAL session_replication_role = replica",
        f"LOCK TABLE {', '.join(names)}",
        # Names of our tables, quoted by Django.
        "; ".join(f"DELETE FROM {name}" for name in names),  # noqa: S608
    ]
