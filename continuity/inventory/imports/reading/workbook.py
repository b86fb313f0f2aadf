"""Workbooks: judged by the directory of their zip before anything is unpacked."""

import io
import struct
import warnings
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from continuity.inventory.imports.reading.faults import (
    LAST_ROW,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_ROWS,
    MAX_UNPACKED,
    SMALL,
    Fault,
    Unreadable,
    grouped,
)
from continuity.inventory.imports.reading.table import Reading, Row, row_of

BROKEN: Final = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, OSError,
    OverflowError, NotImplementedError, RuntimeError, AssertionError, ParseError,
    struct.error, zlib.error, zipfile.BadZipFile, zipfile.LargeZipFile,
    InvalidFileException,
)  # fmt: skip
"""What the library raises over files that are no workbooks inside. defusedxml's refusals
of entities are ValueErrors, an encrypted member is a RuntimeError."""


def from_workbook(
    content: bytes, wanted: Reading, prefer: str = ""
) -> tuple[Reading, list[Row]]:
    _judge(content)
    try:
        # The library warns about parts that it does not keep; we keep cells only.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=True, keep_links=False
            )
            try:
                return _sheet(book, wanted, prefer)
            finally:
                book.close()
    except BROKEN:
        raise Unreadable(Fault.DAMAGED) from None


def _judge(content: bytes) -> None:
    """Refuse by the zip's directory alone, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except BROKEN:
        raise Unreadable(Fault.DAMAGED) from None
    names = {member.filename for member in members}
    if any(member.flag_bits & 0x1 for member in members):
        raise Unreadable(Fault.LOCKED)
    total = sum(member.file_size for member in members)
    ratio = max(
        (m.file_size / max(m.compress_size, 1) for m in members if m.file_size > SMALL),
        default=0,
    )
    if (
        len(members) > MAX_MEMBERS
        or total > MAX_UNPACKED
        or ratio > MAX_RATIO
        or (total > SMALL and total / len(content) > MAX_RATIO)
    ):
        raise Unreadable(Fault.BOMB)
    if "mimetype" in names or "xl/workbook.bin" in names or "word/document.xml" in names:
        raise Unreadable(Fault.OTHER_SHEET)
    if "[Content_Types].xml" not in names:
        raise Unreadable(Fault.NOT_A_WORKBOOK)


def _sheet(book: Any, wanted: Reading, prefer: str) -> tuple[Reading, list[Row]]:
    sheets = {sheet.title: sheet for sheet in book.worksheets if hasattr(sheet, "rows")}
    seen = [name for name, sheet in sheets.items() if sheet.sheet_state == "visible"]
    if not sheets:
        raise Unreadable(Fault.NO_SHEET)
    asked = next((name for name in (wanted.sheet, prefer) if name in sheets), None)
    names = [asked] if asked else (seen or list(sheets))
    for name in names:
        rows = _cells(sheets[name])
        if rows:
            reading = Reading(format="xlsx", sheet=name, sheets=tuple(sheets))
            return reading, rows
    raise Unreadable(Fault.NO_SHEET)


def _cells(sheet: Any) -> list[Row]:
    # What a sheet says of its own size may be a lie, or the whole sheet.
    sheet.reset_dimensions()
    rows: list[Row] = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > LAST_ROW:
            raise Unreadable(Fault.DAMAGED)
        row = row_of(number, map(_shown, cells))
        if row is None:
            continue
        rows.append(row)
        if len(rows) > MAX_ROWS + 50:
            raise Unreadable(Fault.TOO_MANY_ROWS, most=grouped(MAX_ROWS))
    return rows


def _shown(cell: Any) -> str:
    """Return a cell as its sheet shows it, near enough to be read by a person."""
    match cell.value:
        case None:
            return ""
        case str(text):
            return text
        case bool(truth):
            return "TRUE" if truth else "FALSE"
        case int() | float() as number:
            if "%" in (cell.number_format or ""):
                return f"{number * 100:.10g}%"
            return f"{number:.15g}"
        case datetime() as instant if instant.time() == time():
            return instant.date().isoformat()
        case datetime() as instant:
            return instant.isoformat(sep=" ", timespec="minutes")
        case date() as day:
            return day.isoformat()
        case time() as moment:
            return moment.isoformat(timespec="minutes")
        case timedelta() as length:
            minutes = round(length.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02d}"
        case other:
            return str(other)
