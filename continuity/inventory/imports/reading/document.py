"""JSON as an export writes it: an object with a list of rows for each table."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from continuity.inventory.imports.reading.faults import (
    MAX_COLUMNS,
    MAX_ROWS,
    Fault,
    Unreadable,
    grouped,
)
from continuity.inventory.imports.reading.table import Reading, Row, row_of

FORMAT: Final = "continuity-export-1"


def from_document(
    content: bytes, wanted: Reading, prefer: str = ""
) -> tuple[Reading, list[Row]]:
    """Return one table of the document, its names of columns in row 1.

    Numbers are taken as they are written, so none can be too large. Raises Unreadable.
    """
    tables = _tables(content)
    asked = next((name for name in (wanted.sheet, prefer) if name in tables), None)
    name = asked or next((name for name in tables if tables[name]), None)
    if name is None:
        raise Unreadable(Fault.NO_ROWS)
    reading = Reading(format="json", sheet=name, sheets=tuple(tables))
    return reading, _records(tables[name])


def _tables(content: bytes) -> Mapping[str, Sequence[Any]]:
    try:
        found = json.loads(
            content.decode("utf-8-sig"),
            parse_int=str,
            parse_float=str,
            parse_constant=str,
        )
    except (ValueError, RecursionError):
        raise Unreadable(Fault.NOT_JSON) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Unreadable(Fault.NOT_AN_EXPORT)
    tables = found.get("tables")
    if not isinstance(tables, dict) or not all(
        isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
        for rows in tables.values()
    ):
        raise Unreadable(Fault.NOT_AN_EXPORT)
    return tables


def _records(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    if len(rows) > MAX_ROWS:
        raise Unreadable(Fault.TOO_MANY_ROWS, most=grouped(MAX_ROWS))
    columns: dict[str, None] = {}
    for row in rows:
        columns.update(dict.fromkeys(row))
        if len(columns) > MAX_COLUMNS:
            raise Unreadable(Fault.TOO_MANY_COLUMNS, most=MAX_COLUMNS)
    found = [Row(1, tuple(columns))]
    for number, row in enumerate(rows, start=2):
        cells = [_text(row.get(name)) for name in columns]
        if kept := row_of(number, cells, is_sheet=False):
            found.append(kept)
    return found


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool(truth):
            return "TRUE" if truth else "FALSE"
        case str(text):
            return text
        case list(entries) if all(isinstance(entry, str) for entry in entries):
            return "\n".join(entries)
        case _:
            raise Unreadable(Fault.NOT_AN_EXPORT)
