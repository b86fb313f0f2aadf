"""Large imports: asked for on a page, written by a worker, taken up again if it dies."""

import logging
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import connection, transaction

from continuity.accounts.models import User
from continuity.domain.errors import Conflict, ContinuityError, NotAllowedNow, Refused
from continuity.inventory.models import Import, ImportRun, ImportState
from continuity.inventory.services.imports.wizard import checked, locked
from continuity.inventory.services.imports.writing import apply

logger = logging.getLogger(__name__)

AT_ONCE: Final = 500
"""Rows that are written while the person waits; more are a worker's."""
LEASE: Final = timedelta(minutes=3)
"""How long an import belongs to the worker that writes it, more than a task may live.
After that it is taken for dead."""
MOST_ATTEMPTS: Final = 3


class GaveUp(Refused):
    """No worker lived long enough to write the import."""

    code: ClassVar[str] = "import_gave_up"


def ask(import_pk: int, *, digest: str, actor: User, now: datetime) -> Import:
    """Import a small plan at once, and leave a large one to a worker.

    A second press changes nothing. Raises as `apply` does.
    """
    row = Import.objects.get(pk=import_pk)
    if row.state == ImportState.MAPPED:
        plan = checked(row).plan
        if digest != plan.digest():
            raise Conflict("The inventory has changed since this plan was shown.")
        total = len(plan.to_write)
        if total > AT_ONCE:
            return _queue(import_pk, total, digest=digest, actor=actor, now=now)
    elif row.state == ImportState.WAITING:
        return row
    return apply(import_pk, actor=actor, now=now, digest=digest)


@transaction.atomic(durable=True)
def _queue(
    import_pk: int, total: int, *, digest: str, actor: User, now: datetime
) -> Import:
    row = locked(import_pk)
    if row.state in {ImportState.WAITING, ImportState.DONE}:
        return row
    if row.state != ImportState.MAPPED:
        raise NotAllowedNow(f"An import that is {row.state} cannot be imported.")
    row.state = ImportState.WAITING
    row.save(update_fields=["state"])
    ImportRun.objects.update_or_create(
        of=row,
        defaults={
            "asked_by": actor,
            "asked_at": now,
            "digest": digest,
            "due_at": now,
            "leased_until": None,
            "attempts": 0,
            "done": 0,
            "total": total,
            "ended_at": None,
            "problem": "",
        },
    )
    return row


def write_due(*, now: datetime) -> bool:
    """Write one import that is waiting; False if there is none to take.

    The claim is a lease and is committed before the work begins: a worker that dies in
    the middle has written nothing, and the next one takes the import up.
    """
    run = _claimed(now)
    if run is None:
        return False
    if run.attempts > MOST_ATTEMPTS:
        _ended(run, GaveUp.code, now=now)
        return True
    try:
        apply(
            run.of_id,
            actor=run.asked_by,
            now=now,
            digest=run.digest,
            state=ImportState.WAITING,
            progress=lambda done: _tell(run.pk, done),
        )
    except ContinuityError as problem:
        logger.warning("import %s not written: %s", run.of_id, problem)
        _ended(run, problem.code, now=now)
    else:
        _ended(run, "", now=now)
    return True


@transaction.atomic(durable=True)
def _claimed(now: datetime) -> ImportRun | None:
    run = (
        ImportRun.objects.due(now)
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


@transaction.atomic(durable=True)
def _ended(run: ImportRun, problem: str, *, now: datetime) -> None:
    """Close the run. With a problem the import goes back to where it can be changed."""
    mine = ImportRun.objects.filter(pk=run.pk, ended_at=None, attempts=run.attempts)
    if not mine.update(ended_at=now, leased_until=None, problem=problem[:60]):
        return
    if problem:
        Import.objects.filter(pk=run.of_id, state=ImportState.WAITING).update(
            state=ImportState.MAPPED
        )
    else:
        ImportRun.objects.filter(pk=run.pk).update(done=run.total)


def _tell(run_pk: int, done: int) -> None:
    """Say how many rows have been written, beside the transaction that writes them:
    inside it nobody could read the number before the end."""
    beside = connection.copy()
    try:
        with beside.cursor() as cursor:
            cursor.execute(
                "UPDATE inventory_importrun SET done = LEAST(total, %s) "
                "WHERE id = %s AND ended_at IS NULL",
                [done, run_pk],
            )
    finally:
        beside.close()
