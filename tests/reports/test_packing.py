"""Packing: every object as it was, in a smaller file, or no file at all."""

import io
from datetime import timedelta
from typing import Any

import pikepdf
import pytest

from continuity.reports.pdf import publish
from continuity.reports.pdf.packing import NotPacked, pack
from tests.reports import sample_facts

HEAD = b"%PDF-1.7\n%\x80\x80\x80\x80\n\n"
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Count 3/Kids[]>>"
CONTENT = b"<</Length 3>>\nstream\nq Q\nendstream"


def as_the_engine_writes(*bodies: bytes, root: int = 1) -> bytes:
    out, places = bytearray(HEAD), []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f\r\n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n\r\n" % place for place in places)
    out += b"trailer\n<</Size %d/Root %d 0 R/ID[(a)(b)]>>\n" % (len(bodies) + 1, root)
    out += b"startxref\n%d\n%%%%EOF" % table
    return bytes(out)


def test_objects_come_out_as_they_went_in_over_several_streams():
    bodies = [b"<</N %d/S(endobj 1 0 obj)>>" % number for number in range(450)]
    pages, packed = pack(as_the_engine_writes(CATALOG, PAGES, CONTENT, *bodies))

    assert pages == 3
    with pikepdf.open(io.BytesIO(packed)) as document:
        assert document.check_pdf_syntax() == []
        assert document.get_object(3, 0).read_raw_bytes() == b"q Q"
        for number in (0, 196, 197, 198, 449):
            kept: Any = document.get_object(number + 4, 0)
            assert (int(kept.N), str(kept.S)) == (number, "endobj 1 0 obj")
        assert [bytes(part) for part in document.trailer.ID] == [b"a", b"b"]


def test_a_report_is_a_third_of_what_the_engine_wrote_and_has_no_fault():
    found = publish(
        sample_facts.continuity(workflows=20, drills=5),
        kind="continuity",
        language="en",
        timeout=timedelta(seconds=60),
        memory_mb=1024,
    ).pdf

    with pikepdf.open(io.BytesIO(found)) as document:
        assert document.check_pdf_syntax() == []
        loose = io.BytesIO()
        document.save(loose, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert len(found) * 2 < len(loose.getvalue())


WHOLE = as_the_engine_writes(CATALOG, PAGES, CONTENT)


@pytest.mark.parametrize(
    "other",
    [
        b"",
        WHOLE[:-40],
        WHOLE.replace(b"%PDF-1.7", b"%PDF-2.0"),
        WHOLE.replace(b"xref\n0 4", b"xref\n1 4"),
        WHOLE.replace(b"2 0 obj", b"2 1 obj"),
        WHOLE.replace(b"0000000016", b"0000000061"),
        as_the_engine_writes(PAGES, CATALOG),
        as_the_engine_writes(CATALOG, b"<</Type/Pages/Kids[]>>"),
    ],
)
def test_a_file_built_in_another_way_is_refused(other: bytes):
    with pytest.raises(NotPacked):
        pack(other)
