"""CSV and its kin: which encoding, which separator, which rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import charset_normalizer

from continuity.inventory.imports.reading.faults import (
    MAX_CELL,
    MAX_ROWS,
    Fault,
    Unreadable,
    grouped,
)
from continuity.inventory.imports.reading.table import (
    ENCODING_LABELS,
    SEPARATORS,
    Reading,
    Row,
    is_numeric,
    row_of,
)

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


def from_text(content: bytes, wanted: Reading) -> tuple[Reading, list[Row]]:
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
    return (
        len(row) == width and len(filled) > width / 2 and not any(map(is_numeric, filled))
    )


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
            row = row_of(number, cells)
            if row is None:
                continue
            rows += 1
            if rows > MAX_ROWS + 50:
                raise Unreadable(Fault.TOO_MANY_ROWS, most=grouped(MAX_ROWS))
            yield row
    except csv.Error:
        raise Unreadable(Fault.LONG_CELL, row=number + 1, most=grouped(MAX_CELL)) from None
    if not ended:
        raise Unreadable(Fault.OPEN_QUOTE, row=number)
