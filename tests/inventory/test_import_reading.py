"""Files as they come: encodings, separators, headers, and those that mean harm."""

import io
import struct
import zipfile
from datetime import date, time, timedelta

import openpyxl
import pytest

from continuity.inventory.imports import reading
from continuity.inventory.imports.reading import Fault, Reading, Unreadable, read


def rows(table):
    return [row.cells for row in table.rows]


def workbook(*sheets):
    """Return an XLSX file; each sheet is a title and its rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, lines in sheets:
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return out.getvalue()


def changed(content, member, old, new):
    """Return a workbook with `old` replaced in one member."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    assert old in members[member]
    members[member] = members[member].replace(old, new)
    return archive(members)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encoding_and_separator_are_found(encoding, found, separator):
    text = (
        "Activité,Équipe\nRésumé d’appels,Étude\n"
        if encoding != "latin-1"
        else ("Activité,Équipe\nRésumé d'appels,Étude\n")
    )

    table = read(text.replace(",", separator).encode(encoding))

    assert table.reading.encoding == found
    assert reading.SEPARATORS[table.reading.separator] == separator
    assert table.columns == ("Activité", "Équipe")
    assert table.rows[0].cells[1] == "Étude"


def test_decimal_commas_do_not_hide_the_semicolons():
    table = read(b"a;b;c\n1,5;2,5;3\n2,5;3,5;4\n")

    assert table.columns == ("a", "b", "c")


def test_quotes_commas_and_line_breaks_stay_in_their_cell():
    table = read(b'name,team\r\n"Say ""hi"", then\r\ngo",Claims\rnext,Claims\n')

    assert rows(table) == [('Say "hi", then\ngo', "Claims"), ("next", "Claims")]
    assert [row.number for row in table.rows] == [2, 3]


def test_titles_above_the_header_are_left_out_and_said():
    table = read(b"Our list\n\nas of May,,\nname,team,tool\nx,y,z\n")

    assert table.reading.header == 4
    assert table.columns == ("name", "team", "tool")
    assert [note.code for note in table.notes] == ["title"]


def test_headers_that_repeat_or_are_missing_become_distinct_and_are_said():
    table = read(b"name,name,,Name\na,b,c,d\n")

    assert table.columns == ("name", "name (2)", "Column C", "Name (3)")
    assert [note.code for note in table.notes] == ["renamed", "unnamed", "renamed"]


def test_cells_beyond_the_header_are_kept_as_columns_and_said():
    table = read(b"name,team\na,b\nc,d,e\n")

    assert table.columns == ("name", "team", "Column C")
    assert rows(table) == [("a", "b", ""), ("c", "d", "e")]
    assert table.notes[0].fields == {"count": 1, "row": 3}


def test_trailing_commas_and_blank_rows_leave_nothing_behind():
    table = read(b"name,team,,\na,b,,\n,,,\n\nc,d,,\n")

    assert table.columns == ("name", "team")
    assert [row.number for row in table.rows] == [2, 5]


def test_excels_own_hint_of_the_separator_is_no_row():
    table = read(b"sep=;\na;b\n1,2;3\n")

    assert table.columns == ("a", "b")
    assert table.rows[0].number == 3


def test_a_person_may_say_how_to_read():
    content = "a;b,c\n1;2,3\n".encode("cp1252")

    table = read(content, Reading(separator="comma", encoding="cp850", header=0))

    assert table.columns == ("Column A", "Column B")
    assert rows(table) == [("a;b", "c"), ("1;2", "3")]


def test_a_packed_table_opens_as_it_was():
    table = read(b"name,name\na,\n")

    assert reading.unpack(table.packed(), table.reading) == table


def test_a_workbook_gives_the_chosen_sheet_and_what_its_cells_show():
    content = workbook(
        ("Notes", []),
        ("List", [["name", "when", "rto", "share", "n"],
                  ["a", date(2026, 3, 2), time(4, 30), 0.5, 2.0]]),
        ("Other", [["x"], ["y"]]),
    )  # fmt: skip

    table = read(content)
    other = read(content, Reading(sheet="Other"))

    assert table.reading.sheet == "List"
    assert table.reading.sheets == ("Notes", "List", "Other")
    assert rows(table) == [("a", "2026-03-02", "04:30", "0.5", "2")]
    assert rows(other) == [("y",)]


def test_percentages_and_lengths_are_read_as_they_are_shown():
    book = openpyxl.Workbook()
    book.active.append(["level", "length"])
    book.active.append([0.6, timedelta(hours=26, minutes=5)])
    book.active["A2"].number_format = "0%"
    out = io.BytesIO()
    book.save(out)

    assert rows(read(out.getvalue())) == [("60%", "26:05")]


def test_formulas_are_read_as_their_values():
    content = workbook(("S", [["name", "n"], ["a", "=1+1"]]))
    content = changed(
        content, "xl/worksheets/sheet1.xml", b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"
    )

    assert rows(read(content)) == [("a", "2")]


def lying_zip():
    """Return a workbook whose directory claims 4 GB."""
    content = bytearray(workbook(("S", [["a"], ["b"]])))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(content)


PLAIN = workbook(("S", [["name"], ["a"]]))
SHEET = "xl/worksheets/sheet1.xml"
HOSTILE = {
    "nothing": (b"", Fault.EMPTY),
    "only blanks": (b" \r\n\t\n", Fault.EMPTY),
    "only a mark": (b"\xef\xbb\xbf", Fault.EMPTY),
    "a header and no rows": (b"name,team\n", Fault.NO_ROWS),
    "zero bytes": (b"name,team\nab\x00c,d\nx,y\n", Fault.BINARY),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), Fault.BINARY),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", Fault.BINARY),
    "a web page": (b"<!DOCTYPE html><html><table>", Fault.BINARY),
    "a gzip": (b"\x1f\x8b\x08\x00" + bytes(20), Fault.BINARY),
    "control characters": (b"a,b\n\x01\x02\x03\x04,\x05\n", Fault.BINARY),
    "old Excel or a password": (reading.OLE + bytes(600), Fault.OLD_EXCEL),
    "an open quote": (b'name,team\n"a,b\nc,d\n', Fault.OPEN_QUOTE),
    "an endless cell": (b"name\n" + b"x" * 140_000 + b"\n", Fault.LONG_CELL),
    "50,001 rows": (b"name\n" + b"x\n" * 50_001, Fault.TOO_MANY_ROWS),
    "a million rows": (b"name\n" + b"x\n" * 1_000_000, Fault.TOO_MANY_ROWS),
    "201 columns": (b",".join([b"a"] * 201) + b"\nx\n", Fault.TOO_MANY_COLUMNS),
    "more than 10 MB": (b"a" * (10 * 1024 * 1024 + 1), Fault.TOO_LARGE),
    "half a UTF-16 letter": (b"\xff\xfen\x00a", Fault.ENCODING),
    "an archive": (archive({"list.csv": "a,b\n1,2\n"}), Fault.NOT_A_WORKBOOK),
    "a text document": (
        archive({"word/document.xml": "x", "[Content_Types].xml": "x"}),
        Fault.OTHER_SHEET,
    ),
    "OpenDocument": (archive({"mimetype": "x", "content.xml": "x"}), Fault.OTHER_SHEET),
    "a bomb by ratio": (
        archive({"[Content_Types].xml": "x", SHEET: b"0" * 60_000_000}),
        Fault.BOMB,
    ),
    "a bomb by number": (
        archive({f"{number}": "" for number in range(1_001)}),
        Fault.BOMB,
    ),
    "a bomb that lies": (lying_zip(), Fault.BOMB),
    "half a workbook": (PLAIN[: len(PLAIN) // 2], Fault.DAMAGED),
    "a workbook without sheets": (
        archive({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}),
        Fault.DAMAGED,
    ),
    "an empty sheet": (workbook(("S", [])), Fault.NO_SHEET),
    "entities": (
        changed(
            PLAIN,
            SHEET,
            b"<worksheet",
            b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet',
        ),
        Fault.DAMAGED,
    ),
    "a row at the end of the world": (
        changed(PLAIN, SHEET, b'<row r="2"', b'<row r="999999999"'),
        Fault.DAMAGED,
    ),
    "a cell far to the right": (
        changed(PLAIN, SHEET, b'r="A2"', b'r="XFD2"'),
        Fault.TOO_MANY_COLUMNS,
    ),
    "a cell without its string": (
        changed(PLAIN, SHEET, b't="inlineStr"><is><t>a</t></is>', b't="s"><v>77</v>'),
        Fault.DAMAGED,
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_that_cannot_be_a_list_gets_a_sentence(what):
    content, fault = HOSTILE[what]

    with pytest.raises(Unreadable) as caught:
        read(content)

    assert caught.value.fault == fault
    assert "%(" not in caught.value.sentence
    assert caught.value.sentence.endswith(".")


def test_every_fault_has_a_sentence():
    assert set(reading.SENTENCES) == set(Fault)
