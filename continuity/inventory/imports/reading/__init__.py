"""What a file holds: CSV, XLSX or JSON bytes to a table of text, or a sentence why not.

Nothing here trusts the file. A workbook is judged by the directory of its zip before
anything is unpacked; a text is refused where it is not one.

faults     why a file cannot be read, and the limits
table      what comes out: a table of text, its columns distinct, blank rows gone
text       CSV and its kin
workbook   XLSX
document   JSON of an export
"""

import math
from dataclasses import replace

from continuity.inventory.imports.reading.document import from_document
from continuity.inventory.imports.reading.faults import (
    LAST_ROW,
    MAX_BYTES,
    MAX_CELL,
    MAX_ROWS,
    SENTENCES,
    Fault,
    Unreadable,
)
from continuity.inventory.imports.reading.table import (
    ENCODING_LABELS,
    SEPARATOR_LABELS,
    SEPARATORS,
    Note,
    Reading,
    Row,
    Table,
    clean,
    table_of,
    unpack,
)
from continuity.inventory.imports.reading.text import OLE, from_text
from continuity.inventory.imports.reading.workbook import from_workbook

__all__ = [
    "ENCODING_LABELS", "LAST_ROW", "MAX_BYTES", "MAX_CELL", "MAX_ROWS", "OLE", "SENTENCES",
    "SEPARATORS", "SEPARATOR_LABELS", "Fault", "Note", "Reading", "Row", "Table",
    "Unreadable", "clean", "read", "too_large", "unpack",
]  # fmt: skip


def read(content: bytes, wanted: Reading | None = None, *, prefer: str = "") -> Table:
    """Return the table in `content`, read as `wanted` says where it says something.

    The kind of file is told by its bytes, never by its name. Of a file with several
    tables the one called `prefer` is taken, where it is there and no other is wanted.
    Raises Unreadable.
    """
    wanted = wanted or Reading()
    if len(content) > MAX_BYTES:
        raise too_large(len(content))
    if not content.strip():
        raise Unreadable(Fault.EMPTY)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        reading, records = from_workbook(content, wanted, prefer)
    elif _is_document(content):
        reading, records = from_document(content, wanted, prefer)
        wanted = replace(wanted, header=1)
    else:
        reading, records = from_text(content, wanted)
    return table_of(reading, records, wanted)


def _is_document(content: bytes) -> bool:
    begin = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return begin.startswith((b"{", b"[")) and not begin.startswith(b"{\\rtf")


def too_large(size: int) -> Unreadable:
    """Return the refusal of a file of `size` bytes."""
    return Unreadable(
        Fault.TOO_LARGE,
        megabytes=math.ceil(size / 1024 / 1024),
        most=MAX_BYTES // 1024 // 1024,
    )
