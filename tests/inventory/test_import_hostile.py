"""Files that mean harm, or are broken: a sentence each, never a 500, nothing saved."""

import io
import json
import struct
import zipfile
from html import unescape

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.urls import reverse

from continuity.accounts.models import Team
from continuity.inventory.imports.forms import FileForm
from continuity.inventory.imports.reading import MAX_BYTES
from continuity.inventory.models import Import, Tool, Workflow
from continuity.inventory.services import imports
from tests.factories import NOON, manager

pytestmark = pytest.mark.django_db

HEAD = b"Workflow,Team,RTO\n"
TYPES = b"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"""  # noqa: E501


def archive(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return out.getvalue()


def workbook(*sheets, hidden=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, lines in sheets:
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
        if title in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_member(content, name, replaced):
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        members = {each: source.read(each) for each in source.namelist()}
    members[name] = replaced(members.get(name, b""))
    return archive(members)


def encrypted(content):
    """Set the flag of encryption on every member, in both headers of the zip."""
    data = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            (flags,) = struct.unpack_from("<H", data, at + place)
            struct.pack_into("<H", data, at + place, flags | 1)
            at = data.find(mark, at + 4)
    return bytes(data)


BOOK = workbook(("List", [["Workflow", "Team"], ["A", "T"]]))
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>&c;</t></is></c></row></sheetData></worksheet>"""
EXTERNAL = ENTITIES.replace(
    b'<!ENTITY a "aaaaaaaaaa">', b'<!ENTITY a SYSTEM "file:///etc/passwd">'
)
SHEET = "xl/worksheets/sheet1.xml"
EXPORT = {"format": "continuity-export-1", "tables": {}}
NOT_TEXT = "This is not a table of text."
DAMAGED = "This workbook is damaged."
BOMB = "This workbook unpacks to far more than a list holds"
ARCHIVE = "This is an archive and not a workbook."
NO_EXPORT = "This JSON is not an export of Continuity."
BAD_JSON = "This JSON is damaged or nested too deep."

REFUSED = {
    "nothing at all": (b"", "This file is empty."),
    "blanks only": (b" \r\n\t \n", "This file is empty."),
    "a mark and nothing": (b"\xef\xbb\xbf", "This file is empty."),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(500), NOT_TEXT),
    "a program": (b"\x7fELF" + bytes(range(256)) * 4, NOT_TEXT),
    "a PDF": (b"%PDF-1.7\n1 0 obj\n", NOT_TEXT),
    "a page": (b"<html><body><table><tr><td>Workflow</td></tr></table>", NOT_TEXT),
    "noise": (bytes(range(256)) * 40, NOT_TEXT),
    "control characters": (HEAD + b"A\x07\x08B,T\x01,1 h\n", NOT_TEXT),
    "NUL bytes": (HEAD + b"A\x00B,T,1 h\n" * 3, NOT_TEXT),
    "gzip": (b"\x1f\x8b\x08\x00" + bytes(100), NOT_TEXT),
    "rich text": (b"{\\rtf1\\ansi Workflow}", NOT_TEXT),
    "old Excel or a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "This is an old Excel file (.xls) or one with a password.",
    ),
    "half of UTF-16": (
        "Workflow,Team\nA,T\n".encode("utf-16")[:-1],
        "This file cannot be read as UTF-16.",
    ),
    "a header only": (HEAD, "This file has a header and no rows below it."),
    "500 columns": (
        b",".join(b"C%d" % n for n in range(500)) + b"\n" + b",".join([b"x"] * 500),
        "This file has more than 200 columns.",
    ),
    "a row of 300,000 cells": (
        HEAD + b"," * 299_999 + b"x\n",
        "This file has more than 200 columns.",
    ),
    "a cell of 200,000 letters": (HEAD + b"x" * 200_000 + b",T,\n", "Row 2 has a cell of"),
    "a quotation mark that never closes": (
        HEAD + b'"A,T,1 h\nB,T,2 h\n',
        "In row 2 a quotation mark opens and is never closed.",
    ),
    "60,000 rows": (HEAD + b"A,T,\n" * 60_000, "This file has more than 50\u202f000 rows."),
    "a workbook cut in half": (BOOK[: len(BOOK) // 2], DAMAGED),
    "a zip that is no zip": (b"PK\x03\x04" + b"x" * 400, DAMAGED),
    "a zip of files": (archive({"list.csv": HEAD}), ARCHIVE),
    "a zip in a zip": (archive({"inner.xlsx": BOOK}), ARCHIVE),
    "an empty zip": (archive({}), ARCHIVE),
    "a path out of the zip": (archive({"../../etc/passwd": b"x"}), ARCHIVE),
    "a zip bomb": (
        archive({"[Content_Types].xml": TYPES, SHEET: bytes(20 * 1024 * 1024)}),
        BOMB,
    ),
    "2,000 members": (
        archive({"[Content_Types].xml": TYPES} | {f"x{n}.xml": b"" for n in range(2000)}),
        BOMB,
    ),
    "an encrypted workbook": (encrypted(BOOK), "This workbook has a password."),
    "entities that multiply": (with_member(BOOK, SHEET, lambda _old: ENTITIES), DAMAGED),
    "an entity from outside": (with_member(BOOK, SHEET, lambda _old: EXTERNAL), DAMAGED),
    "no workbook inside": (archive({"[Content_Types].xml": TYPES}), DAMAGED),
    "a sheet that is no XML": (with_member(BOOK, SHEET, lambda _old: b"<<<"), DAMAGED),
    "a sheet cut off": (with_member(BOOK, SHEET, lambda old: old[:-40]), DAMAGED),
    "sheets without a cell": (
        workbook(("One", []), ("Two", [])),
        "This workbook has no sheet with cells.",
    ),
    "a row far below the last": (
        with_member(
            BOOK, SHEET, lambda old: old.replace(b'<row r="2"', b'<row r="99999999"')
        ),
        DAMAGED,
    ),
    "a text document": (
        archive({"[Content_Types].xml": TYPES, "word/document.xml": b"<x/>"}),
        "This kind of spreadsheet cannot be read.",
    ),
    "JSON that ends early": (b'{"format": "continuity-export-1", "tables": {', BAD_JSON),
    "JSON 100,000 deep": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, BAD_JSON),
    "JSON in another encoding": (json.dumps(EXPORT).encode("utf-16-le"), BAD_JSON),
    "JSON of something else": (b'{"name": "A"}', NO_EXPORT),
    "JSON that is a list": (b"[1, 2, 3]", NO_EXPORT),
    "JSON with tables that are none": (
        json.dumps(EXPORT | {"tables": {"Workflows": {"a": 1}}}).encode(),
        NO_EXPORT,
    ),
    "JSON with cells that are objects": (
        json.dumps(EXPORT | {"tables": {"Workflows": [{"Workflow": {"a": 1}}]}}).encode(),
        NO_EXPORT,
    ),
    "JSON without a row": (
        json.dumps(EXPORT).encode(),
        "This file has a header and no rows below it.",
    ),
    "JSON of 500 columns": (
        json.dumps(
            EXPORT | {"tables": {"Workflows": [{f"C{n}": "x" for n in range(500)}]}}
        ).encode(),
        "This file has more than 200 columns.",
    ),
}


def nothing_saved():
    return not (
        Import.objects.exists()
        or Workflow.objects.exists()
        or Team.objects.exists()
        or Tool.objects.exists()
    )


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_gets_a_sentence_and_leaves_nothing(client, name):
    content, sentence = REFUSED[name]
    client.force_login(manager())

    response = client.post(
        reverse("inventory:imports"), {"file": SimpleUploadedFile("list.csv", content)}
    )

    assert response.status_code == 422
    assert sentence in unescape(response.text)
    assert nothing_saved()


class Unread(TemporaryUploadedFile):
    """An upload of 100 MB that fails the test when a byte of it is read."""

    def __init__(self):
        super().__init__("list.csv", "text/csv", 100 * 1024 * 1024, None)

    def read(self, *_size):
        raise AssertionError("it was read")


def test_100_megabytes_are_refused_before_a_byte_is_read():
    with Unread() as upload:
        form = FileForm({}, {"file": upload})

        assert not form.is_valid()
    assert form.errors["file"] == [
        "This file has 100 MB; at most 10 MB can be imported. "
        "Remove columns that are not needed, or split the file."
    ]
    assert nothing_saved()


def test_a_file_one_byte_too_long_is_refused_with_its_size(client):
    client.force_login(manager())
    content = HEAD + b"A,T,1 h\n" + b" " * MAX_BYTES

    response = client.post(
        reverse("inventory:imports"), {"file": SimpleUploadedFile("list.csv", content)}
    )

    assert response.status_code == 422
    assert "This file has 11 MB; at most 10 MB can be imported." in response.text
    assert nothing_saved()


UTF_16 = "Workflow,Team,RTO\nLettres d’été,Équipe,soon\n"
ODD = {
    "UTF-16 with its mark": UTF_16.encode("utf-16"),
    "UTF-16 without its mark": UTF_16.encode("utf-16-le"),
    "line ends of three kinds": HEAD + b"A,T,soon\r\nB,T,soon\rC,T,soon\n",
    "two columns of one name": b"Workflow,Workflow,Team,RTO\nA,B,T,soon\n",
    "the wrong extension": workbook(
        ("S", [["Workflow", "Team", "RTO"], ["A", "T", "soon"]])
    ),
    "a formula in every cell": HEAD + b"=cmd|'/c calc'!A1,=1+1,+1\n",
    "a number that is infinite": HEAD + b"A,T,1e309\n",
    "a number of 5,000 digits": HEAD + b"A,T," + b"9" * 5000 + b"\n",
    "days out of range": b"Tool,Withdrawn on\nA,9999-99-99\nB,31/02/2026\n",
    "a year before all": b"Tool,Withdrawn on\nA,-0001-01-01\n",
    "letters from right to left": HEAD + "\u202eA\u202c\u200b,T,soon\n".encode(),
    "a name of blanks that have no width": HEAD + "\u200b\ufeff,T,soon\n".encode(),
    "a name of 40,000 letters": HEAD + b"x" * 40_000 + b",T,\n",
    "hidden sheets": workbook(
        ("Secret", [["x"]]), ("List", [["Workflow", "Team"], ["", "T"]]), hidden=["Secret"]
    ),
    "30 sheets": workbook(
        *((f"S{n}", [["Workflow", "Team"], ["", "T"]]) for n in range(30))
    ),
    "a link to another workbook": workbook(
        ("S", [["Workflow", "Team"], ["=[1]Other!A1", "T"]])
    ),
    "JSON of infinite numbers": json.dumps(
        EXPORT | {"tables": {"Workflows": [{"Workflow": "A", "Team": "T", "RTO": 1}]}}
    )
    .replace(': 1}', ": 1e309}")
    .encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_checked_row_by_row_and_nothing_is_saved(client, name):
    boss = manager()
    client.force_login(boss)

    row = imports.start(ODD[name], "list.csv", actor=boss, now=NOON)
    imports.set_columns(row.pk, imports.mapping_of(row), actor=boss, now=NOON)
    page = client.get(reverse("inventory:import_check", args=[row.pk]))

    assert page.status_code == 200
    plan = page.context["plan"]
    assert plan.counts["fix"] == plan.counts["all"] >= 1
    assert all(fault.sentence for line in plan.rows for fault in line.faults)
    imports.apply(row.pk, actor=boss, now=NOON)
    assert not Workflow.objects.exists()
    assert not Tool.objects.exists()
    assert not Team.objects.exists()


def test_there_are_at_least_40_hostile_files():
    assert len(REFUSED) + len(ODD) >= 40
