"""A file as rows of text: how it was read, its columns, and what to know about it."""

import json
import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from continuity.inventory.imports.reading.faults import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    Fault,
    Unreadable,
    grouped,
)
from continuity.web.tables.cells import natural

SEPARATORS: Final[Mapping[str, str]] = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "pipe": "|",
}
SEPARATOR_LABELS: Final[Mapping[str, Promise]] = {
    "comma": _("commas"),
    "semicolon": _("semicolons"),
    "tab": _("tabs"),
    "pipe": _("vertical bars"),
}
ENCODING_LABELS: Final[Mapping[str, str]] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
    "iso8859-1": "ISO 8859-1 (Latin-1)",
    "iso8859-15": "ISO 8859-15 (Latin-9)",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp850": "DOS 850",
    "mac-roman": "Mac Roman",
    "shift-jis": "Shift JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "euc-kr": "EUC-KR",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was read, or is to be read: what is empty or None is found out.

    `header` is the number of the header's row as a spreadsheet shows it; 0 says that
    there is none.
    """

    format: str = ""
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    header: int | None = None

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Reading":
        return cls(**{**kept, "sheets": tuple(kept.get("sheets", ()))})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def encoding_label(self) -> str:
        return ENCODING_LABELS.get(self.encoding, self.encoding.upper())

    @property
    def separator_label(self) -> Promise | str:
        return SEPARATOR_LABELS.get(self.separator, "")


NOTES: Final[Mapping[str, Promise]] = {
    "renamed": _("Two columns are named “%(name)s”: the later one is now “%(now)s”."),
    "unnamed": _("A column without a name is now “%(now)s”."),
    "ragged": _(
        "%(count)s rows have cells beyond the header, the first is row %(row)s. "
        "They are kept as columns of their own."
    ),
    "title": _("What stands above the header in row %(row)s was left out."),
}


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the file that a person should know and need not act on."""

    code: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return str(NOTES[self.code]) % self.fields


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it, and a cell for each column."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows of text. Names of columns are distinct, blank rows are gone."""

    reading: Reading
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()

    def packed(self) -> bytes:
        """Return the table as bytes, to be opened again with `unpack`."""
        kept = {
            "columns": self.columns,
            "rows": [[row.number, *row.cells] for row in self.rows],
            "notes": [[note.code, note.fields] for note in self.notes],
        }
        return zlib.compress(json.dumps(kept, ensure_ascii=False).encode(), level=3)


def unpack(packed: bytes, reading: Reading) -> Table:
    kept = json.loads(zlib.decompress(packed))
    return Table(
        reading=reading,
        columns=tuple(kept["columns"]),
        rows=tuple(Row(number, tuple(cells)) for number, *cells in kept["rows"]),
        notes=tuple(Note(code, fields) for code, fields in kept["notes"]),
    )


def clean(text: str) -> str:
    """Return `text` as it can be stored and compared: one form of each letter, one kind
    of line end, no control characters, no blanks around it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).replace("\N{ZERO WIDTH NO-BREAK SPACE}", "").strip()


def row_of(number: int, cells: Iterable[str], *, is_sheet: bool = True) -> Row | None:
    """Return the row without its empty end; None if nothing is in it.

    What an export put before a cell that begins like a formula is taken off again,
    where `is_sheet` says that a spreadsheet may have opened the file.
    """
    cleaned = [clean(cell) for cell in cells]
    if is_sheet:
        cleaned = [natural(cell) for cell in cleaned]
    while cleaned and not cleaned[-1]:
        cleaned.pop()
    if not cleaned:
        return None
    if len(cleaned) > MAX_COLUMNS:
        raise Unreadable(Fault.TOO_MANY_COLUMNS, most=MAX_COLUMNS)
    if any(len(cell) > MAX_CELL for cell in cleaned):
        raise Unreadable(Fault.LONG_CELL, row=number, most=grouped(MAX_CELL))
    return Row(number, tuple(cleaned))


def table_of(reading: Reading, records: list[Row], wanted: Reading) -> Table:
    if not records:
        raise Unreadable(Fault.EMPTY)
    header = _header(records) if wanted.header is None else wanted.header
    if header == 0:
        names: tuple[str, ...] = ()
        rows = records
    else:
        at = next((row for row in records if row.number == header), None)
        if at is None:
            raise Unreadable(Fault.NO_HEADER, row=header)
        names = at.cells
        rows = [row for row in records if row.number > header]
    if not rows:
        raise Unreadable(Fault.NO_ROWS)
    if len(rows) > MAX_ROWS:
        raise Unreadable(Fault.TOO_MANY_ROWS, most=grouped(MAX_ROWS))
    notes: list[Note] = []
    if header and records[0].number < header:
        notes.append(Note("title", {"row": header}))
    width = max(len(names), *(len(row.cells) for row in rows))
    if names and (wide := [row for row in rows if len(row.cells) > len(names)]):
        notes.append(Note("ragged", {"count": len(wide), "row": wide[0].number}))
    columns = _distinct(names + ("",) * (width - len(names)), notes, named=bool(names))
    return Table(
        reading=replace(reading, header=header),
        columns=columns,
        rows=tuple(
            Row(row.number, row.cells + ("",) * (width - len(row.cells))) for row in rows
        ),
        notes=tuple(notes),
    )


def _header(records: Sequence[Row]) -> int:
    """Return the number of the first row that looks like names of columns.

    Titles above a table fill a cell or two, its header fills most.
    """
    filled = sorted(sum(1 for cell in row.cells if cell) for row in records[:100])
    usual = filled[int((len(filled) - 1) * 0.9)]
    for row in records[:30]:
        cells = [cell for cell in row.cells if cell]
        numbers = sum(1 for cell in cells if is_numeric(cell))
        if len(cells) >= max(1, usual * 0.6) and numbers <= len(cells) / 2:
            return row.number
    return records[0].number


def _distinct(names: Sequence[str], notes: list[Note], *, named: bool) -> tuple[str, ...]:
    taken: set[str] = set()
    result = []
    for place, raw in enumerate(names, start=1):
        name = " ".join(raw.split())[:200]
        if not name:
            now = str(_("Column %(letter)s") % {"letter": get_column_letter(place)})
            if named:
                notes.append(Note("unnamed", {"now": now}))
        else:
            now = name
        count = 1
        while now.casefold() in taken:
            count += 1
            now = f"{name or 'Column'} ({count})"
        if name and count > 1:
            notes.append(Note("renamed", {"name": name, "now": now}))
        taken.add(now.casefold())
        result.append(now)
    return tuple(result)


def is_numeric(text: str) -> bool:
    return bool(re.fullmatch(r"[\s\d.,%+-]*\d[\s\d.,%+-]*", text))
