"""From a file to a plan: upload, columns, answers. The inventory is not touched."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.errors import NotAllowedNow
from continuity.inventory.imports import check, columns, reading
from continuity.inventory.imports.columns import Mapping as Columns
from continuity.inventory.imports.fields import REQUIRED, Field
from continuity.inventory.imports.known import known
from continuity.inventory.imports.picture import Answers, Known
from continuity.inventory.imports.plan import Plan
from continuity.inventory.imports.reading import Reading, Table
from continuity.inventory.imports.rows.base import Progress, silently
from continuity.inventory.models import TABLES, Import, ImportKind, ImportState
from continuity.inventory.services.imports.asking import ask_check, forget_check


@transaction.atomic
def start(
    content: bytes,
    file_name: str,
    *,
    actor: User,
    now: datetime,
    kind: ImportKind | None = None,
    table: Table | None = None,
) -> Import:
    """Keep an uploaded file and guess its columns; the inventory is not touched.

    `kind` is what its rows are; None asks the file. A file with the columns of an
    earlier import is understood as that one was, and its answers about tools stand.
    `table` spares a second reading to who has read already.
    Raises reading.Unreadable, and then nothing is kept.
    """
    table = table or reading.read(content, prefer=TABLES[kind] if kind else "")
    kind = kind or columns.kind_of(table)
    mapping, answers = _guess(table, kind)
    return Import.objects.create(
        kind=kind,
        file_name=_file_name(file_name),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        reading=table.reading.to_json(),
        table=table.packed(),
        rows=len(table.rows),
        mapping=_kept(mapping, table),
        answers=answers.to_json(),
        created_at=now,
        created_by=actor,
    )


@transaction.atomic
def reread(
    import_pk: int,
    wanted: Reading,
    *,
    actor: User,
    now: datetime,
    kind: ImportKind | None = None,
    table: Table | None = None,
) -> Import:
    """Read the file again with another encoding, separator, sheet or header, or as rows
    of another kind.

    Columns are guessed anew and answers start over. `table` spares a second reading.
    Raises reading.Unreadable, and then the earlier reading stands.
    """
    row = _open(import_pk)
    table = table or reading.read(bytes(row.content), wanted)
    kind = kind or ImportKind(row.kind)
    mapping, answers = _guess(table, kind)
    row.kind = kind
    row.reading = table.reading.to_json()
    row.table = table.packed()
    row.rows = len(table.rows)
    row.mapping = _kept(mapping, table)
    row.answers = answers.to_json()
    row.state = ImportState.UPLOADED
    row.save(
        update_fields=["kind", "reading", "table", "rows", "mapping", "answers", "state"]
    )
    forget_check(row)
    return row


@transaction.atomic
def set_columns(import_pk: int, mapping: Columns, *, actor: User, now: datetime) -> Import:
    """Say what the columns are. Answers about tools are kept, corrected cells too."""
    row = _open(import_pk)
    if not all(mapping.has(wanted) for wanted in REQUIRED[ImportKind(row.kind)]):
        raise ValueError("A mapping names the columns that are required.")
    row.mapping = _kept(mapping, table_of(row))
    row.state = ImportState.MAPPED
    row.save(update_fields=["mapping", "state"])
    ask_check(row, actor=actor, now=now)
    return row


@transaction.atomic
def answer(
    import_pk: int,
    *,
    actor: User,
    now: datetime,
    tools: Mapping[str, str] | None = None,
    cells: Mapping[int, Mapping[Field, str]] | None = None,
    left_out: Mapping[int, bool] | None = None,
) -> Import:
    """Add a person's decisions to those there are.

    `tools`: what a name means, "" to take an answer back. `cells`: corrected texts of
    rows. `left_out`: rows to leave out (True) or to take in again (False).
    """
    row = _open(import_pk)
    if row.state != ImportState.MAPPED:
        raise NotAllowedNow("The columns come first.")
    before = Answers.from_json(row.answers)
    chosen = {**before.tools, **(tools or {})}
    texts = {number: dict(fields) for number, fields in before.cells.items()}
    if cells:
        _correct(texts, cells, row)
    out = set(before.left_out)
    for number, leave in (left_out or {}).items():
        (out.add if leave else out.discard)(number)
    after = Answers(
        tools={key: what for key, what in chosen.items() if what},
        cells=texts,
        left_out=frozenset(out),
    )
    if after != before:
        row.answers = after.to_json()
        row.save(update_fields=["answers"])
        ask_check(row, actor=actor, now=now)
    return row


def _correct(
    texts: dict[int, dict[Field, str]],
    cells: Mapping[int, Mapping[Field, str]],
    row: Import,
) -> None:
    """Put corrected cells into `texts`. One that says what the file says is none."""
    mapping = Columns.from_json(row.mapping)
    written = {line.number: line.cells for line in table_of(row).rows}
    for number, fields in cells.items():
        if number not in written:
            continue
        kept = texts.setdefault(number, {})
        for at, raw in fields.items():
            text = reading.clean(raw)[: reading.MAX_CELL]
            if text == mapping.cell(written[number], at):
                kept.pop(at, None)
            else:
                kept[at] = text
        if not kept:
            del texts[number]


@transaction.atomic
def discard(import_pk: int, *, actor: User, now: datetime) -> None:
    """Throw an upload away. Raises NotAllowedNow once it has been imported."""
    _open(import_pk).delete()


@dataclass(frozen=True, slots=True)
class Checked:
    """An import with what it would do."""

    of: Import
    table: Table
    mapping: Columns
    answers: Answers
    known: Known
    plan: Plan


def checked(row: Import, progress: Progress = silently) -> Checked:
    """Return what importing `row` would do now. Reads only. `progress` is told how many
    rows are planned."""
    table = table_of(row)
    mapping = Columns.from_json(row.mapping)
    answers = Answers.from_json(row.answers)
    kind = ImportKind(row.kind)
    picture = known(kind)
    plan = check.plan(table, mapping, answers, picture, kind, progress)
    return Checked(row, table, mapping, answers, picture, plan)


def mapping_of(row: Import) -> Columns:
    return Columns.from_json(row.mapping)


def table_of(row: Import) -> Table:
    return reading.unpack(bytes(row.table), Reading.from_json(row.reading))


def locked(import_pk: int) -> Import:
    return Import.objects.select_for_update(of=("self",)).get(pk=import_pk)


def _open(import_pk: int) -> Import:
    row = locked(import_pk)
    if row.state not in {ImportState.UPLOADED, ImportState.MAPPED}:
        raise NotAllowedNow(f"An import that is {row.state} cannot be changed.")
    return row


def _guess(table: Table, kind: ImportKind) -> tuple[Columns, Answers]:
    last = (
        Import.objects.filter(
            kind=kind, state=ImportState.DONE, mapping__names=list(table.columns)
        )
        .only("mapping", "answers")
        .order_by("-imported_at")
        .first()
    )
    if last is None:
        return columns.guess(table, kind), Answers()
    return Columns.from_json(last.mapping), replace(
        Answers(), tools=Answers.from_json(last.answers).tools
    )


def _kept(mapping: Columns, table: Table) -> dict[str, Any]:
    """Return a mapping as it is stored: with the names of the columns it is for, by
    which the next file of this kind is recognised."""
    return {**mapping.to_json(), "names": list(table.columns)}


def _file_name(name: str) -> str:
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return reading.clean(last).replace("\n", " ")[-200:] or "file"
