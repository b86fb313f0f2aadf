"""The engine's file with its objects packed: two to four times smaller, the same content.

A tagged report is mostly small objects, one for each cell, which the engine writes as
plain text. Here they go into object streams (ISO 32000-1, 7.5.7), byte for byte as they
were. A general tool parses and rewrites each of them, which costs a fifth of the export;
what the engine writes is simple enough to be cut at the places its own table gives.
"""

from __future__ import annotations

import re
import zlib
from itertools import pairwise
from typing import Final

_TOGETHER: Final = 200
"""Objects in one stream: a reader unpacks all of them to see one."""
_HEAD: Final = b"%PDF-1.7\n%\x80\x80\x80\x80\n\n"
_TRAILER: Final = re.compile(
    rb"trailer\n<</Size [0-9]+/Root ([0-9]+) 0 R(.*)>>\nstartxref\n([0-9]+)\n%%EOF\s*\Z",
    re.DOTALL,
)
_ENTRY: Final = 20  # bytes of a line of the table
_WIDTHS: Final = (1, 4, 2)


class NotPacked(ValueError):
    """The file is not built as the engine builds its files."""


def pack(pdf: bytes) -> tuple[int, bytes]:
    """Return the number of pages, and the file packed; the same bytes for the same file.

    Raises NotPacked if the file is not as expected: a new version of the engine may write
    another kind of file, and a wrong guess would spoil an archive.
    """
    found = _TRAILER.search(pdf, max(0, len(pdf) - 1_000))
    if found is None or not pdf.startswith(_HEAD):
        raise NotPacked("The file's head or trailer is not the engine's.")
    root, kept, table = int(found[1]), found[2], int(found[3])
    objects = _objects(pdf, table)
    pages = _number(rb"/Pages ([0-9]+) 0 R", objects[root])
    return _number(rb"/Count ([0-9]+)", objects[pages]), _packed(objects, root, kept)


def _objects(pdf: bytes, table: int) -> dict[int, bytes]:
    """Return the body of each object by its number."""
    first, *lines = pdf[table:].split(b"\n", 2)
    start, _blank, count = lines[0].partition(b" ")
    if first != b"xref" or start != b"0":
        raise NotPacked("The file's table is not in one piece.")
    begin = table + len(b"xref\n") + len(lines[0]) + 1
    places = [
        int(pdf[at : at + 10])
        for at in range(begin + _ENTRY, begin + _ENTRY * int(count), _ENTRY)
    ]
    numbers = {place: number for number, place in enumerate(places, start=1)}
    if len(numbers) < len(places):
        raise NotPacked("The file's table has free places.")
    bodies = {}
    for place, after in pairwise([*sorted(places), table]):
        number = numbers[place]
        head, body = b"%d 0 obj\n" % number, pdf[place:after].rstrip()
        if not (body.startswith(head) and body.endswith(b"\nendobj")):
            raise NotPacked(f"Object {number} is not where the file's table says.")
        bodies[number] = body[len(head) : -len(b"\nendobj")]
    return bodies


def _packed(objects: dict[int, bytes], root: int, kept: bytes) -> bytes:
    out = bytearray(_HEAD)
    places = {0: (0, 0, 0xFFFF)}
    small = []
    for number in sorted(objects):
        if objects[number].endswith(b"endstream"):
            places[number] = 1, len(out), 0
            out += b"%d 0 obj\n%b\nendobj\n\n" % (number, objects[number])
        else:
            small.append(number)
    own = len(objects) + 1
    for start in range(0, len(small), _TOGETHER):
        inside = small[start : start + _TOGETHER]
        offset, index = 0, []
        for position, number in enumerate(inside):
            places[number] = 2, own, position
            index.append(b"%d %d" % (number, offset))
            offset += len(objects[number]) + 1
        line = b" ".join(index) + b"\n"
        places[own] = 1, len(out), 0
        out += _stream(
            own,
            b"/Type/ObjStm/N %d/First %d" % (len(inside), len(line)),
            line + b"\n".join(objects[number] for number in inside),
        )
        own += 1
    table = len(out)
    places[own] = 1, table, 0
    out += _stream(
        own,
        b"/Type/XRef/Size %d/W[1 4 2]/Root %d 0 R%b" % (own + 1, root, kept),
        b"".join(_line(places[number]) for number in range(own + 1)),
    )
    out += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(out)


def _line(place: tuple[int, int, int]) -> bytes:
    return b"".join(
        value.to_bytes(width) for value, width in zip(place, _WIDTHS, strict=True)
    )


def _stream(number: int, entries: bytes, content: bytes) -> bytes:
    packed = zlib.compress(content)
    return (
        b"%d 0 obj\n<<%b/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream\nendobj\n\n"
        % (number, entries, len(packed), packed)
    )


def _number(pattern: bytes, body: bytes) -> int:
    found = re.search(pattern, body)
    if found is None:
        raise NotPacked(f"No {pattern.decode()} where it belongs.")
    return int(found[1])
