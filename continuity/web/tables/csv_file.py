"""A table as CSV, row by row; all tables as a ZIP of CSV files."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import IO, Final

from continuity.web.tables.cells import Row, Value, neutral
from continuity.web.tables.sheets import Printed
from continuity.web.tables.texts import printable

BYTE_ORDER_MARK: Final = "\ufeff"
"""Makes Excel read UTF-8; the import takes it off."""
AT_ONCE: Final = 200
"""Rows in one piece of the answer: fewer cost more time than they save memory."""
OLDEST: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the ZIP: the same inventory gives the same bytes."""


def pieces(table: Printed) -> Iterator[str]:
    """Yield the file piece by piece, the columns' names first."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write(BYTE_ORDER_MARK)
    writer.writerow(table.columns)
    for number, row in enumerate(table.rows(), start=1):
        writer.writerow(_written(row))
        if number % AT_ONCE == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def archive(tables: Iterable[Printed], to: IO[bytes], *, numbered: bool = True) -> None:
    """Write a ZIP with a CSV file for each table, named by it and unless told otherwise
    with its number before, which keeps their order."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as target:
        for number, table in enumerate(tables, start=1):
            name = f"{table.title.lower().replace(' ', '-')}.csv"
            if numbered:
                name = f"{number}-{name}"
            entry = zipfile.ZipInfo(name, OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with target.open(entry, "w") as member:
                for piece in pieces(table):
                    member.write(piece.encode())


def _written(row: Row) -> list[str]:
    return [_cell(value) for value in row]


def _cell(value: Value) -> str:
    """A number is no formula, though one below nothing begins like one."""
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return neutral(printable(_text(value)))


def _text(value: Value) -> str:
    match value:
        case None:
            return ""
        case list(entries):
            return "\n".join(entries)
        case date() as day:
            return day.isoformat()
        case other:
            return str(other)
