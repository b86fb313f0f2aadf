"""Tables as one workbook, a sheet each, written row by row."""

import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import IO, Any, ClassVar, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from continuity.domain.errors import Refused
from continuity.web.tables.cells import Value, neutral
from continuity.web.tables.sheets import Printed
from continuity.web.tables.texts import printable

LONGEST: Final = 32_767
"""Characters that a cell of a workbook can hold."""
WIDTH: Final = 22
MOST_ROWS: Final = 1_048_575
"""Rows of a sheet below its header."""


class TooLongForWorkbook(Refused):
    """A text does not fit into a cell, or a table into a sheet. Fields: `table`,
    and `column` or `reason` "rows"."""

    code: ClassVar[str] = "too_long_for_workbook"


def write(tables: Iterable[Printed], to: IO[bytes]) -> None:
    """Write the workbook. Raises TooLongForWorkbook rather than cut anything off."""
    book = Workbook(write_only=True)
    try:
        for table in tables:
            _sheet(book, table)
    except TooLongForWorkbook:
        # Only saving closes and removes the files that the library has begun.
        book.save(io.BytesIO())
        raise
    book.save(to)


def _sheet(book: Workbook, table: Printed) -> None:
    sheet: Any = book.create_sheet(table.title)
    sheet.freeze_panes = "A2"
    for at in range(len(table.columns)):
        sheet.column_dimensions[get_column_letter(at + 1)].width = WIDTH
    heads = []
    for name in table.columns:
        head = WriteOnlyCell(sheet, name)
        head.font = Font(bold=True)
        heads.append(head)
    sheet.append(heads)
    for number, row in enumerate(table.rows(), start=1):
        if number > MOST_ROWS:
            raise TooLongForWorkbook("Too many.", table=table.title, reason="rows")
        sheet.append(
            [
                _cell(value, table, column)
                for value, column in zip(row, table.columns, strict=True)
            ]
        )


def _cell(value: Value, table: Printed, column: str) -> str | int | Decimal | date | None:
    if isinstance(value, list):
        value = "\n".join(value)
    if not isinstance(value, str):
        return value
    text = neutral(printable(value))
    if len(text) > LONGEST:
        raise TooLongForWorkbook("Too long.", table=table.title, column=column)
    return text or None
