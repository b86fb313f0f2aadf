"""The check of a large file: made by a worker, kept, and shown page by page.

What was found is void as soon as columns, answers or corrected cells change: they ask for
it anew under the lock of the import. It is stale once the inventory is no longer what it
was when the check began (`imports.marks`); the pages say so and ask to check again.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from continuity.accounts.models import User
from continuity.domain.errors import NotAllowedNow
from continuity.inventory.imports.columns import Mapping as Columns
from continuity.inventory.imports.known import names_known
from continuity.inventory.imports.marks import inventory_mark
from continuity.inventory.imports.outline import Outline, kept_row, row_of
from continuity.inventory.imports.picture import Answers, Known
from continuity.inventory.imports.plan import Outcome, PlannedRow
from continuity.inventory.imports.reading import Reading
from continuity.inventory.imports.rows.base import STEP, Progress, silently
from continuity.inventory.models import (
    CheckedRow,
    Import,
    ImportCheck,
    ImportKind,
    ImportState,
)
from continuity.inventory.services.imports.asking import ask_check, is_large
from continuity.inventory.services.imports.leases import (
    MOST_ATTEMPTS,
    CheckGaveUp,
    claimed,
    telling,
)
from continuity.inventory.services.imports.wizard import checked, locked, table_of

logger = logging.getLogger(__name__)

type Line = tuple[PlannedRow, Sequence[str]]
"""A row and its cells as they came."""
type Lines = "Sequence[Any] | QuerySet[CheckedRow]"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a page of the wizard shows of a check. `lines` gives the rows with an outcome,
    or all: to be sliced, and read with `read`."""

    of: Import
    reading: Reading
    columns: Sequence[str]
    size: int
    mapping: Columns
    answers: Answers
    known: Known
    outline: Outline
    lines: Callable[[str], Lines]
    read: Callable[[Any], Line]
    is_stale: bool = False


def look(row: Import) -> Sight | None:
    """Return what importing `row` would do: planned now for a small file, as it was found
    for a large one; None while that is still being checked."""
    if not is_large(row):
        return _planned(row)
    check = ImportCheck.objects.filter(of=row).first()
    if check is None or not check.has_result:
        return None
    kind = ImportKind(row.kind)
    found = check.rows.all()
    return Sight(
        of=row,
        reading=Reading.from_json(row.reading),
        columns=row.mapping["names"],
        size=row.rows,
        mapping=Columns.from_json(row.mapping),
        answers=Answers.from_json(row.answers),
        known=names_known(kind),
        outline=Outline.from_json(check.outline),
        lines=lambda tab: found if tab == "all" else found.filter(outcome=tab),
        read=lambda kept: (row_of(kept.number, kept.outcome, kept.said), kept.cells),
        is_stale=check.mark != inventory_mark(kind),
    )


def _planned(row: Import) -> Sight:
    found = checked(row)
    plan = found.plan
    cells = {line.number: line.cells for line in found.table.rows}
    return Sight(
        of=row,
        reading=found.table.reading,
        columns=found.table.columns,
        size=len(found.table.rows),
        mapping=found.mapping,
        answers=found.answers,
        known=found.known,
        outline=Outline.of(plan),
        lines=lambda tab: plan.rows if tab == "all" else plan.of(Outcome(tab)),
        read=lambda planned: (planned, cells[planned.number]),
    )


def choices(row: Import) -> Mapping[str, str]:
    """Return what each name of a tool means so far. Of a large file as last checked."""
    if not is_large(row):
        return {line.key: line.choice for line in checked(row).plan.names}
    check = ImportCheck.objects.filter(of=row).first()
    outline = Outline.from_json(check.outline if check else {})
    answered = Answers.from_json(row.answers).tools
    return {line.key: line.choice for line in outline.names} | dict(answered)


@transaction.atomic(durable=True)
def check_again(import_pk: int, *, actor: User, now: datetime) -> Import:
    """Have a large file checked anew, since the inventory has changed or no worker came
    to the end. A check that is on its way goes on; a small file is checked as it is
    shown. Raises NotAllowedNow unless the columns are named and nothing is written."""
    row = locked(import_pk)
    if row.state != ImportState.MAPPED:
        raise NotAllowedNow(f"An import that is {row.state} cannot be checked.")
    if not ImportCheck.objects.filter(of=row, ended_at=None).exists():
        ask_check(row, actor=actor, now=now)
    return row


def check_due(*, now: datetime) -> bool:
    """Check one large file that is waiting; False if there is none to take."""
    run = claimed(ImportCheck.objects.all(), now)
    if run is None:
        return False
    if run.attempts > MOST_ATTEMPTS:
        mine = ImportCheck.objects.filter(
            pk=run.pk, ended_at=None, attempts=run.attempts, round=run.round
        )
        mine.update(ended_at=now, leased_until=None, problem=CheckGaveUp.code)
        return True
    language = run.asked_by.language or settings.LANGUAGE_CODE
    with translation.override(language), telling(run) as tell:
        _check(run, now=now, progress=tell)
    return True


def _check(run: ImportCheck, *, now: datetime, progress: Progress = silently) -> None:
    row = Import.objects.filter(pk=run.of_id).first()
    if row is None:
        return  # discarded a moment ago
    # The mark comes first: what changes while the rows are planned makes it stale.
    mark = inventory_mark(ImportKind(row.kind))
    plan = checked(row, progress=progress).plan
    cells = {line.number: line.cells for line in table_of(row).rows}
    rows = [
        CheckedRow(
            of=run,
            number=planned.number,
            outcome=str(planned.outcome),
            said=kept_row(planned),
            cells=cells[planned.number],
        )
        for planned in plan.rows
    ]
    _keep(run, mark, Outline.of(plan), rows, now=now)


@transaction.atomic(durable=True)
def _keep(
    run: ImportCheck, mark: str, outline: Outline, rows: list[CheckedRow], *, now: datetime
) -> None:
    """Keep what was found, unless it has been asked for anew by now."""
    mine = (
        ImportCheck.objects.select_for_update(of=("self",))
        .filter(pk=run.pk, ended_at=None, attempts=run.attempts, round=run.round)
        .first()
    )
    if mine is None:
        logger.info("the check of import %s is void", run.of_id)
        return
    mine.rows.all().delete()
    CheckedRow.objects.bulk_create(rows, batch_size=STEP)
    mine.mark = mark
    mine.outline = outline.to_json()
    mine.done = mine.total
    mine.ended_at = now
    mine.leased_until = None
    mine.save(update_fields=["mark", "outline", "done", "ended_at", "leased_until"])


def to_fix(sight: Sight) -> Iterator[Line]:
    """Return the rows that are to be fixed, with their cells."""
    lines = sight.lines(str(Outcome.FIX))
    each = lines.iterator() if isinstance(lines, QuerySet) else iter(lines)
    return map(sight.read, each)
