"""The sample organisation leaves as files and comes back: not a byte differs."""

import io

import pytest
from django.db import connection

from continuity.accounts.models import Team, User
from continuity.accounts.roles import OrganisationRole
from continuity.history.models import Entry
from continuity.inventory.exports import json_file, tables
from continuity.inventory.models import TABLES, Proof
from continuity.inventory.services import imports
from continuity.sample import services as sample
from continuity.web.tables import csv_file, xlsx_file
from tests.factories import NOON

pytestmark = pytest.mark.django_db

EMPTIED = (
    "inventory_runbookstep", "inventory_alternative", "inventory_dependency",
    "inventory_impact", "inventory_recoverypoint", "inventory_workflow",
    "inventory_toolname", "inventory_upstream", "inventory_tool", "inventory_provider",
    "accounts_team",
)  # fmt: skip
"""Not emptied: people, who are not in any file, and the scales that the files name."""


@pytest.fixture
def boss():
    sample.load(now=NOON)
    return User.objects.filter(organisation_role=OrganisationRole.ADMINISTRATOR).get()


def as_csv(kind, user):
    return "".join(csv_file.pieces(tables.table(kind, user))).encode()


def as_json(kind, user):
    return "".join(json_file.pieces([tables.table(kind, user)])).encode()


def as_xlsx(kind, user):
    out = io.BytesIO()
    xlsx_file.write([tables.table(kind, user)], out)
    return out.getvalue()


FORMATS = {"csv": as_csv, "json": as_json, "xlsx": as_xlsx}


def cells(kind, user):
    return list(tables.table(kind, user).rows())


def empty():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(EMPTIED)} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def taken_in(content, boss):
    """Import a file as a person would who presses on; return the finished import."""
    row = imports.start(content, "file", actor=boss, now=NOON)
    imports.set_columns(row.pk, imports.mapping_of(row), actor=boss, now=NOON)
    return imports.apply(row.pk, actor=boss, now=NOON)


def problems(row):
    return [
        (line.number, line.name, [(f.code, f.where, f.value) for f in line.faults])
        for line in imports.checked(row).plan.rows
        if line.faults
    ]


def test_the_sample_comes_back_without_a_difference_in_every_format(boss):
    """Into an empty installation each time, from the files of the first one; the last
    time once more into the same, where every row is unchanged. People are not in any
    file and stay; proofs, approvals, drills and history are evidence and do not come."""
    rows = {kind: cells(kind, boss) for kind in TABLES}
    assert min(len(found) for found in rows.values()) > 0
    files = {
        form: {kind: write(kind, boss) for kind in TABLES}
        for form, write in FORMATS.items()
    }

    for form, write in FORMATS.items():
        empty()
        assert not Team.objects.exists()
        for kind, content in files[form].items():
            done = taken_in(content, boss)
            assert problems(done) == []
            assert (done.kind, done.counts["new"]) == (kind, len(rows[kind]))
        assert {kind: cells(kind, boss) for kind in TABLES} == rows
        if form != "xlsx":  # a workbook holds the moment at which it was written
            assert {kind: write(kind, boss) for kind in TABLES} == files[form]

    assert not Proof.objects.exists()
    entries = Entry.objects.exclude(verb="import.applied").count()
    for form in FORMATS:
        for kind, content in files[form].items():
            done = taken_in(content, boss)
            assert problems(done) == []
            assert done.counts["unchanged"] == done.counts["all"] == len(rows[kind])
            assert not done.changes.exists()
    assert {kind: cells(kind, boss) for kind in TABLES} == rows
    assert Entry.objects.exclude(verb="import.applied").count() == entries
