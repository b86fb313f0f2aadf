"""Large imports: asked for on a page, written by a worker, taken up again if it dies."""

import logging
from datetime import datetime

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.errors import Conflict, ContinuityError, NotAllowedNow
from continuity.inventory.imports.outline import Outline
from continuity.inventory.models import Import, ImportCheck, ImportRun, ImportState
from continuity.inventory.services.imports.asking import ask_check, is_large
from continuity.inventory.services.imports.leases import (
    MOST_ATTEMPTS,
    GaveUp,
    claimed,
    telling,
)
from continuity.inventory.services.imports.wizard import locked
from continuity.inventory.services.imports.writing import apply

logger = logging.getLogger(__name__)


def ask(import_pk: int, *, digest: str, actor: User, now: datetime) -> Import:
    """Import a small plan at once, and leave a large one to a worker.

    A second press changes nothing. Raises as `apply` does.
    """
    row = Import.objects.get(pk=import_pk)
    if row.state == ImportState.MAPPED:
        if is_large(row):
            return _queue(import_pk, digest=digest, actor=actor, now=now)
    elif row.state == ImportState.WAITING:
        return row
    return apply(import_pk, actor=actor, now=now, digest=digest)


@transaction.atomic(durable=True)
def _queue(import_pk: int, *, digest: str, actor: User, now: datetime) -> Import:
    """Ask a worker to write what was found. It checks once more, under the lock."""
    row = locked(import_pk)
    if row.state in {ImportState.WAITING, ImportState.DONE}:
        return row
    if row.state != ImportState.MAPPED:
        raise NotAllowedNow(f"An import that is {row.state} cannot be imported.")
    check = ImportCheck.objects.filter(of=row).first()
    found = Outline.from_json(check.outline) if check and check.has_result else Outline()
    if not digest or digest != found.digest:
        raise Conflict("What was shown is not what was found last.")
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
            "total": found.to_write,
            "ended_at": None,
            "problem": "",
        },
    )
    return row


def write_due(*, now: datetime) -> bool:
    """Write one import that is waiting; False if there is none to take."""
    run = claimed(ImportRun.objects.all(), now)
    if run is None:
        return False
    if run.attempts > MOST_ATTEMPTS:
        _ended(run, GaveUp.code, now=now)
        return True
    try:
        with telling(run) as tell:
            apply(
                run.of_id,
                actor=run.asked_by,
                now=now,
                digest=run.digest,
                state=ImportState.WAITING,
                progress=tell,
            )
    except ContinuityError as problem:
        logger.warning("import %s not written: %s", run.of_id, problem)
        _ended(run, problem.code, now=now)
    else:
        _ended(run, "", now=now)
    return True


@transaction.atomic(durable=True)
def _ended(run: ImportRun, problem: str, *, now: datetime) -> None:
    """Close the run. With a problem the import goes back to where it can be changed, and
    is checked anew: mostly the inventory was another one than the check had seen."""
    row = locked(run.of_id)
    mine = ImportRun.objects.filter(pk=run.pk, ended_at=None, attempts=run.attempts)
    if not mine.update(ended_at=now, leased_until=None, problem=problem[:60]):
        return
    if problem:
        if row.state == ImportState.WAITING:
            row.state = ImportState.MAPPED
            row.save(update_fields=["state"])
            ask_check(row, actor=run.asked_by, now=now)
    else:
        ImportRun.objects.filter(pk=run.pk).update(done=run.total)
