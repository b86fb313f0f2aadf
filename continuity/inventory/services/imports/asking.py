"""Which files are large, and asking a worker to check one."""

from datetime import datetime
from typing import Final

from continuity.accounts.models import User
from continuity.inventory.imports.plan import Outcome
from continuity.inventory.models import CheckedRow, Import, ImportCheck

AT_ONCE: Final = 500
"""Rows that are checked and written while the person waits; more are a worker's."""


def is_large(row: Import) -> bool:
    return row.rows > AT_ONCE


def ask_check(row: Import, *, actor: User, now: datetime) -> None:
    """Have a large file checked, from the beginning; what was found before is void.

    The caller holds the lock of the import. Of a small file nothing is kept.
    """
    if not is_large(row):
        return
    asked = {
        "asked_by": actor,
        "asked_at": now,
        "due_at": now,
        "leased_until": None,
        "attempts": 0,
        "done": 0,
        "total": row.rows,
        "ended_at": None,
        "problem": "",
    }
    before = ImportCheck.objects.filter(of=row).values_list("round", flat=True).first()
    ImportCheck.objects.update_or_create(
        of=row, defaults={**asked, "round": (before or 0) + 1}
    )


def forget_check(row: Import) -> None:
    """Throw away what a check found: it is of no use any more."""
    ImportCheck.objects.filter(of=row).delete()


def keep_bad_rows(row: Import) -> None:
    """Of what a check found keep what was not imported, to be fetched and fixed."""
    found = CheckedRow.objects.filter(of__of=row)
    found.exclude(outcome=str(Outcome.FIX)).delete()
