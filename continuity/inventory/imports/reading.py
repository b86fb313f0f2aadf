"""What a file holds: CSV or XLSX bytes to a table of text, or a sentence why not.

Nothing here trusts the file. A workbook is judged by the directory of its zip before
anything is unpacked; a text is refused where it is not one.
"""

import csv
import io
import json
import math
import re
import struct
import unicodedata
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final
from xml.etree.ElementTree import ParseError

import charset_normalizer
import openpyxl
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from continuity.domain.errors import Refused

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_ROWS: Final = 50_000
MAX_COLUMNS: Final = 200
MAX_CELL: Final = 100_000
"""Characters in one cell. More is a quotation mark that was never closed."""
MAX_UNPACKED: Final = 100 * 1024 * 1024
MAX_MEMBERS: Final = 1_000
MAX_RATIO: Final = 100
"""How many times larger a workbook may unpack; real ones stay below 40."""
LAST_ROW: Final = 1_048_576
"""The number of the last row a sheet can have; a larger one is a trap."""
SMALL: Final = 5 * 1024 * 1024
"""Below this an unpacked size does no harm, whatever the ratio."""

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


class Fault(StrEnum):
    """Why a file cannot be read."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    BINARY = "binary"
    OLD_EXCEL = "old_excel"
    OTHER_SHEET = "other_sheet"
    NOT_A_WORKBOOK = "not_a_workbook"
    BOMB = "bomb"
    DAMAGED = "damaged"
    LOCKED = "locked"
    NO_SHEET = "no_sheet"
    ENCODING = "encoding"
    OPEN_QUOTE = "open_quote"
    LONG_CELL = "long_cell"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    NO_ROWS = "no_rows"
    NO_HEADER = "no_header"


SENTENCES: Final[Mapping[Fault, Promise]] = {
    Fault.EMPTY: _("This file is empty."),
    Fault.TOO_LARGE: _(
        "This file has %(megabytes)s MB; at most %(most)s MB can be imported. "
        "Remove columns that are not needed, or split the file."
    ),
    Fault.BINARY: _(
        "This is not a table of text. Save the list as CSV or as XLSX and choose that file."
    ),
    Fault.OLD_EXCEL: _(
        "This is an old Excel file (.xls) or one with a password. Open it and save it as "
        "“Excel workbook (.xlsx)” without a password."
    ),
    Fault.OTHER_SHEET: _(
        "This kind of spreadsheet cannot be read. Save it as “Excel workbook (.xlsx)” or "
        "as CSV."
    ),
    Fault.NOT_A_WORKBOOK: _(
        "This is an archive and not a workbook. Unpack it and choose the file inside."
    ),
    Fault.BOMB: _(
        "This workbook unpacks to far more than a list holds, so it was not opened. "
        "Save the one sheet that is needed as CSV."
    ),
    Fault.DAMAGED: _(
        "This workbook is damaged. Open it in your spreadsheet program and save it again."
    ),
    Fault.LOCKED: _("This workbook has a password. Save it without one."),
    Fault.NO_SHEET: _("This workbook has no sheet with cells."),
    Fault.ENCODING: _(
        "This file cannot be read as %(encoding)s. Choose another encoding, or save the "
        "list as “CSV UTF-8”."
    ),
    Fault.OPEN_QUOTE: _(
        "In row %(row)s a quotation mark opens and is never closed. Close it, or remove it."
    ),
    Fault.LONG_CELL: _(
        "Row %(row)s has a cell of more than %(most)s characters. Shorten it, and look for "
        "a quotation mark that is never closed."
    ),
    Fault.TOO_MANY_ROWS: _(
        "This file has more than %(most)s rows. Split it and import the parts one by one."
    ),
    Fault.TOO_MANY_COLUMNS: _(
        "This file has more than %(most)s columns. Remove those that are not needed."
    ),
    Fault.NO_ROWS: _("This file has a header and no rows below it."),
    Fault.NO_HEADER: _("Row %(row)s is not in this file, so it cannot be the header."),
}


class Unreadable(Refused):
    """A file that cannot be read. `fault` says why, `sentence` says it to a person."""

    code: ClassVar[str] = "unreadable_file"

    def __init__(self, fault: Fault, **fields: object) -> None:
        self.fault = fault
        super().__init__(f"The file is {fault}.", **fields, reason=fault)

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.fault]) % self.fields


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


def read(content: bytes, wanted: Reading | None = None) -> Table:
    """Return the table in `content`, read as `wanted` says where it says something.

    The kind of file is told by its bytes, never by its name. Raises Unreadable.
    """
    wanted = wanted or Reading()
    if len(content) > MAX_BYTES:
        raise Unreadable(
            Fault.TOO_LARGE,
            megabytes=math.ceil(len(content) / 1024 / 1024),
            most=MAX_BYTES // 1024 // 1024,
        )
    if not content.strip():
        raise Unreadable(Fault.EMPTY)
    if content.startswith(b"PK\x03\x04") or content.startswith(b"PK\x05\x06"):
        reading, records = _workbook(content, wanted)
    else:
        reading, records = _text(content, wanted)
    return _table(reading, records, wanted)


def clean(text: str) -> str:
    """Return `text` as it can be stored and compared: one form of each letter, one kind
    of line end, no control characters, no blanks around it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).replace("\N{ZERO WIDTH NO-BREAK SPACE}", "").strip()


# --- text ---------------------------------------------------------------------------
BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8", 3),
    (b"\xff\xfe\x00\x00", "utf-32", 0),
    (b"\x00\x00\xfe\xff", "utf-32", 0),
    (b"\xff\xfe", "utf-16", 0),
    (b"\xfe\xff", "utf-16", 0),
)
MAGIC: Final = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!",
    b"\x7fELF", b"MZ\x90", b"BZh", b"\xfd7zXZ", b"SQLite format 3", b"{\\rtf", b"<html",
    b"<!DOCTYPE", b"<?xml",
)  # fmt: skip
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ODD: Final = frozenset(range(32)) - {9, 10, 11, 12, 13, 26, 27, 28, 29, 30, 31}


def _text(content: bytes, wanted: Reading) -> tuple[Reading, list[Row]]:
    if content.startswith(OLE):
        raise Unreadable(Fault.OLD_EXCEL)
    if content.lstrip().startswith(MAGIC):
        raise Unreadable(Fault.BINARY)
    encoding, text = _decoded(content, wanted.encoding)
    odd = sum(1 for letter in text[:100_000] if ord(letter) in ODD)
    if "\x00" in text or odd > len(text[:100_000]) / 200:
        raise Unreadable(Fault.BINARY)
    if not text.strip():
        raise Unreadable(Fault.EMPTY)
    separator = wanted.separator
    skipped = 0
    # Excel's own hint: a first line "sep=;" that is no part of the list.
    if hint := re.match(r"sep=(.)\r?\n?", text):
        text, skipped = text[hint.end() :], 1
        named = {character: name for name, character in SEPARATORS.items()}
        separator = separator or named.get(hint[1], "")
    separator = separator or _sniffed(text)
    rows = list(_parsed(text, SEPARATORS[separator], skipped))
    return Reading(format="csv", encoding=encoding, separator=separator), rows


def _decoded(content: bytes, wanted: str) -> tuple[str, str]:
    """Return the encoding and the text. Raises Unreadable for what no encoding fits."""
    for mark, encoding, length in BOMS:
        if content.startswith(mark) and not wanted:
            return encoding, _strictly(content[length:], encoding)
    if wanted:
        text = _strictly(content, wanted)
        return wanted, text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    if wide := _wide_without_mark(content):
        try:
            return wide, content.decode(wide)
        except UnicodeDecodeError:
            raise Unreadable(Fault.BINARY) from None
    try:
        return "utf-8", content.decode()
    except UnicodeDecodeError:
        pass
    # One byte a letter, or an Asian encoding: only statistics can tell.
    best = charset_normalizer.from_bytes(content[:200_000]).best()
    guess = best.encoding.replace("_", "-") if best else "cp1252"
    if guess not in ENCODING_LABELS:
        guess = "cp1252"
    for encoding in (guess, "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # West European encodings differ in a few signs only; Windows' is the usual one.
        if encoding != "cp1252" and content.decode("cp1252", errors="replace") == text:
            return "cp1252", text
        return encoding, text
    return "iso8859-1", content.decode("iso8859-1")


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except (UnicodeError, LookupError):
        label = ENCODING_LABELS.get(encoding, encoding)
        raise Unreadable(Fault.ENCODING, encoding=label) from None


def _wide_without_mark(content: bytes) -> str:
    """Tell UTF-16 without a mark by the zero bytes of its Latin letters."""
    head = content[:4096]
    if b"\x00" not in head:
        return ""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > len(head) / 8 and even < len(head) / 100:
        return "utf-16-le"
    if even > len(head) / 8 and odd < len(head) / 100:
        return "utf-16-be"
    raise Unreadable(Fault.BINARY)


def _sniffed(text: str) -> str:
    """Return the name of the separator that cuts most rows into as many cells as one
    row of names has. A comma if none does: then the file has one column."""
    best, most = "comma", 0.0
    for name, character in SEPARATORS.items():
        reader = csv.reader(
            io.StringIO(text[:60_000], newline=""),
            delimiter=character,
            skipinitialspace=True,
        )
        try:
            rows = [row for row, _ in zip(reader, range(100), strict=False) if any(row)]
        except csv.Error:
            continue
        if len(rows) > 2 and len(text) > 60_000:
            rows.pop()  # cut off in the middle
        width, share = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
        if width < 2:
            continue
        score = share / len(rows) * (1 - 1 / width)
        if not any(_like_names(row, width) for row in rows[:15]):
            score *= 0.3
        if score > most:
            best, most = name, score
    return best


def _like_names(row: Sequence[str], width: int) -> bool:
    filled = [cell for cell in row if cell.strip()]
    return len(row) == width and len(filled) > width / 2 and not any(map(_numeric, filled))


def _numeric(text: str) -> bool:
    return bool(re.fullmatch(r"[\s\d.,%+-]*\d[\s\d.,%+-]*", text))


END: Final = "\ue000end of the list\ue000"


def _parsed(text: str, separator: str, skipped: int) -> Iterator[Row]:
    # A last row of our own: if it is not read as a row, a quote before it is still open.
    source = io.StringIO(f"{text}\n{END}", newline="")
    reader = csv.reader(source, delimiter=separator, skipinitialspace=True)
    rows = 0
    number = skipped
    ended = False
    try:
        for cells in reader:
            number += 1
            ended = cells == [END]
            if ended:
                break
            if any(END in cell for cell in cells[-1:]):
                raise Unreadable(Fault.OPEN_QUOTE, row=number)
            row = _row(number, cells)
            if row is None:
                continue
            rows += 1
            if rows > MAX_ROWS + 50:
                raise Unreadable(Fault.TOO_MANY_ROWS, most=_grouped(MAX_ROWS))
            yield row
    except csv.Error:
        raise Unreadable(Fault.LONG_CELL, row=number + 1, most=_grouped(MAX_CELL)) from None
    if not ended:
        raise Unreadable(Fault.OPEN_QUOTE, row=number)


def _row(number: int, cells: Iterable[str]) -> Row | None:
    """Return the row without its empty end; None if nothing is in it."""
    cleaned = [clean(cell) for cell in cells]
    while cleaned and not cleaned[-1]:
        cleaned.pop()
    if not cleaned:
        return None
    if len(cleaned) > MAX_COLUMNS:
        raise Unreadable(Fault.TOO_MANY_COLUMNS, most=MAX_COLUMNS)
    if any(len(cell) > MAX_CELL for cell in cleaned):
        raise Unreadable(Fault.LONG_CELL, row=number, most=_grouped(MAX_CELL))
    return Row(number, tuple(cleaned))


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


# --- workbooks ------------------------------------------------------------------------
BROKEN: Final = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, OSError,
    OverflowError, NotImplementedError, RuntimeError, AssertionError, ParseError,
    struct.error, zlib.error, zipfile.BadZipFile, zipfile.LargeZipFile,
    InvalidFileException,
)  # fmt: skip
"""What the library raises over files that are no workbooks inside. defusedxml's refusals
of entities are ValueErrors, an encrypted member is a RuntimeError."""


def _workbook(content: bytes, wanted: Reading) -> tuple[Reading, list[Row]]:
    _judge(content)
    try:
        # The library warns about parts that it does not keep; we keep cells only.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=True, keep_links=False
            )
            try:
                return _sheet(book, wanted)
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


def _sheet(book: Any, wanted: Reading) -> tuple[Reading, list[Row]]:
    sheets = {sheet.title: sheet for sheet in book.worksheets if hasattr(sheet, "rows")}
    seen = [name for name, sheet in sheets.items() if sheet.sheet_state == "visible"]
    if not sheets:
        raise Unreadable(Fault.NO_SHEET)
    names = [wanted.sheet] if wanted.sheet in sheets else (seen or list(sheets))
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
        row = _row(number, map(_shown, cells))
        if row is None:
            continue
        rows.append(row)
        if len(rows) > MAX_ROWS + 50:
            raise Unreadable(Fault.TOO_MANY_ROWS, most=_grouped(MAX_ROWS))
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


# --- from records to a table ----------------------------------------------------------
def _table(reading: Reading, records: list[Row], wanted: Reading) -> Table:
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
        raise Unreadable(Fault.TOO_MANY_ROWS, most=_grouped(MAX_ROWS))
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
        numbers = sum(1 for cell in cells if _numeric(cell))
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
