"""What the runs of large files share: a lease, a second try, and telling how far it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import connection, transaction

from continuity.domain.errors import Refused
from continuity.inventory.imports.rows.base import Progress
from continuity.inventory.models.imports import Run, RunQuerySet

LEASE: Final = timedelta(minutes=3)
"""How long a run belongs to the worker that took it, more than a task may live. After
that the worker is taken for dead."""
MOST_ATTEMPTS: Final = 3


class GaveUp(Refused):
    """No worker lived long enough to write the import."""

    code: ClassVar[str] = "import_gave_up"


class CheckGaveUp(Refused):
    """No worker lived long enough to check the file."""

    code: ClassVar[str] = "import_check_gave_up"


@transaction.atomic(durable=True)
def claimed[R: Run](rows: "RunQuerySet[R]", now: datetime) -> R | None:
    """Return a run that is due and is the caller's until its lease ends.

    The claim is committed before the work begins: a worker that dies in the middle has
    kept nothing, and the next one takes the run up.
    """
    run = (
        rows.due(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("asked_by")
        .order_by("due_at", "pk")
        .first()
    )
    if run is not None:
        run.leased_until = now + LEASE
        run.attempts += 1
        run.done = 0
        run.save(update_fields=["leased_until", "attempts", "done"])
    return run


@contextmanager
def telling(run: Run) -> Iterator[Progress]:
    """Give a function that says how many rows are done, beside the transaction that does
    them: inside it nobody could read the number before the end."""
    beside = connection.copy()

    def tell(done: int) -> None:
        with beside.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{run._meta.db_table}" SET done = LEAST(total, %s) '  # noqa: S608
                "WHERE id = %s AND attempts = %s AND ended_at IS NULL",
                [done, run.pk, run.attempts],
            )

    try:
        yield tell
    finally:
        beside.close()
