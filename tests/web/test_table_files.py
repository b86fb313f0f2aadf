"""The tables of pages as files: whole, with the page's filters, and safe to open."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from continuity.accounts.models import Team
from continuity.accounts.roles import TeamRole
from continuity.config.places import PROJECT
from continuity.drills.models import Drill
from continuity.incidents.models import Incident
from continuity.inventory.models import Proof, Tool, Workflow
from continuity.outages.models import Outage
from continuity.web.tables.sheets import Column, bounded, sheet
from tests.bench.rehearsed import rehearsed
from tests.factories import (
    NOON,
    DrillFactory,
    RecoveryFactory,
    TeamFactory,
    manager,
    member,
)

HEAD = re.compile(r"<thead.*?</thead>", re.S)
TEMPLATES = PROJECT / "templates"
OFFER = re.compile(r"{% download |{% chart_files |components/_download\.html")
NO_FILE = {
    "api/everybody.html": "who lets which program in is no list to hand round",
    "api/guide.html": "the OpenAPI description is its file",
    "api/tokens.html": "a reader's own tokens",
    "dashboard/screens.html": "its addresses are secrets",
    "drills/_phases.html": "the pages that include it offer the file",
    "drills/calendar.html": "a month to look at; the list of drills has the file",
    "inventory/_dependency.html": "layers side by side; upstreams go with the inventory",
    "inventory/_herd.html": "the pages that include it offer the file",
    "inventory/bulk_list.html": "a form: what is to be changed is chosen in it",
    "inventory/bulk_preview.html": "a form: what would be changed is confirmed in it",
    "inventory/exports.html": "it is the page of files itself",
    "inventory/impact.html": "the ratings go with the inventory, of all workflows at once",
    "inventory/impact_rate.html": "a form",
    "inventory/import/_names.html": "a form",
    "inventory/import/check.html": "a form; the rows to fix are a file of their own",
    "inventory/import/columns.html": "a form",
    "inventory/import/file.html": "what a file may hold; the empty file is offered there",
    "inventory/pack.html": "lines to write on, on paper",
    "inventory/proof_policy.html": "a form",
    "inventory/views.html": "a reader's own bookmarks",
    "inventory/workflows.html": "it leads to the page of files, with its filters",
    "notifications/choices.html": "a form",
    "notifications/endpoints.html": "addresses that hold secrets",
    "outages/_everyone.html": "while it goes on; once it is over the result has the file",
    "outages/passes.html": "its links sign people in",
    "reports/dora.html": "all of its templates are one file already",
}
"""Templates that show a table without a file of it, and why."""


def read(response):
    """Return the lines of a CSV file, its head first."""
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def workbook(response):
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return [
        ["" if cell is None else str(cell) for cell in row] for row in book.active.values
    ]


def offered(html, table):
    """Return the addresses that a page offers its table under."""
    urls = re.findall(r'href="(\?[^"]*)" download', html)
    return [unescape(url) for url in urls if f"table={table}&amp;export=" in url]


def test_a_template_offers_its_tables_as_files_or_says_why_not():
    without = set()
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        if text.count("<table") > len(OFFER.findall(text)):
            without.add(path.relative_to(TEMPLATES).as_posix())

    assert without == set(NO_FILE)


def test_every_file_that_a_page_offers_is_one_that_a_view_makes():
    def named(pattern, paths):
        return {name for path in paths for name in re.findall(pattern, path.read_text())}

    offered = named(r'{% download "([^"]+)"', TEMPLATES.rglob("*.html"))
    made = named(
        r'wants_file\(request, "([^"]+)"\)', (PROJECT / "continuity").rglob("*.py")
    )

    # The history names its two addresses itself: its CSV is streamed.
    assert made - offered == {"history"}
    assert offered - made == set()


@pytest.mark.django_db
def test_every_table_is_offered_as_the_same_csv_and_xlsx_with_all_its_rows(client):
    rehearsed(20, 6)
    drill = Outage.objects.get(title="Drill 001")
    plan = Drill.objects.filter(outage=drill).first() or DrillFactory(outage=drill)
    real = Outage.objects.get(title="Outage 0")
    Incident.objects.create(outage=real, remind_at=NOON)
    tool = Tool.objects.get(name="Tool 07")
    proven = Workflow.objects.filter(
        dependencies__alternatives__proofs__in=Proof.objects.all()
    ).first()
    client.force_login(manager())
    pages = [
        (reverse("drills:coverage"), "coverage", 19),
        (reverse("drills:drill", args=[plan.pk]), "recoveries", drill.recoveries.count()),
        (
            reverse("reviews:recoveries", args=[drill.pk]),
            "recoveries",
            drill.recoveries.count(),
        ),
        (
            reverse("incidents:result", args=[real.pk]),
            "recoveries",
            real.recoveries.count(),
        ),
        (reverse("dashboard:recoveries"), "recoveries", None),
        (reverse("outages:list"), "outages", 3),
        (reverse("outages:list") + "?kind=drill", "outages", 6),
        (reverse("inventory:knock_outs"), "knock-outs", None),
        (reverse("inventory:knock_out", args=[tool.pk]), "work", None),
        (reverse("inventory:what_if") + f"?tool={tool.pk}&day=0", "work", None),
        (reverse("inventory:what_if") + f"?tool={tool.pk}&day=0", "teams", None),
        (reverse("inventory:evidence", args=[proven.pk]), "proofs", None),
    ]
    for page, table, number in pages:
        response = client.get(page)
        urls = offered(response.content.decode(), table)
        assert len(urls) == 2, page
        path = page.partition("?")[0]

        rows = read(client.get(path + urls[0]))
        book = workbook(client.get(path + urls[1]))

        assert len(rows) > 1, page
        assert number is None or len(rows) == 1 + number, page
        assert rows == book, page
        assert len(set(rows[0])) == len(rows[0]), page


def test_a_file_has_the_heads_of_its_table():
    """The words are the same on the page, whose first head stands for the line."""
    rooms = {
        "drills/coverage.html": "drills",
        "drills/drill.html": "outages",
        "inventory/knock_outs.html": "inventory",
        "outages/list.html": "outages",
    }
    for template, room in rooms.items():
        text = (PROJECT / "templates" / template).read_text()
        said = (PROJECT / "continuity" / room / "queries" / "sheets.py").read_text()
        head = HEAD.search(text)
        assert head is not None
        words = set(re.findall(r'{% translate "([^"]+)"', head[0]))
        words -= {"Drill", "Outage", "State"}
        assert {word for word in words if f'"{word}"' not in said} == set(), template


@pytest.mark.django_db
def test_bounds_have_a_column_of_their_own_and_sort_as_numbers(client):
    drill = DrillFactory(outage__ended=True)
    for name, minutes in (("=cmd()", 26), ("Open", None)):
        RecoveryFactory(
            outage=drill.outage,
            dependency__workflow__name=name,
            rto=timedelta(minutes=30),
            minimum_at=None if minutes is None else NOON + timedelta(minutes=minutes),
        )
    client.force_login(manager())

    asked = {"table": "recoveries", "export": "csv"}
    head, *rows = read(client.get(reverse("drills:drill", args=[drill.pk]), asked))

    found = {row[head.index("Workflow")]: dict(zip(head, row, strict=True)) for row in rows}
    assert set(found) == {"'=cmd()", "Open"}
    names = ["Recovery time (RTA)", "Recovery time (RTA), seconds"]
    names += ["Recovery time (RTA): lower bound", "Over or under"]
    assert [found["Open"][name] for name in names] == (
        [">\u00a02\u00a0h", "7200", "yes", ">\u00a0+1\u00a0h\u00a030"]
    )
    assert [found["'=cmd()"][name] for name in names] == (
        ["26\u00a0min", "1560", "no", "\u22124\u00a0min"]
    )


def test_a_missing_figure_is_an_empty_cell():
    made = sheet(
        "x", [Column("Name", str), *bounded("RTA", lambda line: None)], lambda: [1]
    )

    assert made.columns == ("Name", "RTA", "RTA, seconds", "RTA: lower bound")
    assert list(made.rows()) == [("1", "", None, "")]


@pytest.mark.django_db
def test_the_file_is_in_the_readers_language_and_keeps_the_filters(client):
    rehearsed(20, 3)
    team = Team.objects.get(name="Team 00")
    reader = manager()
    reader.language = "fr"
    reader.save()
    client.force_login(reader)

    asked = {"team": team.pk, "table": "coverage", "export": "csv"}
    head, *rows = read(client.get(reverse("drills:coverage"), asked))
    none = {"team": TeamFactory().pk, "table": "coverage", "export": "csv"}

    assert head[:2] == ["Activité", "Équipe"]
    assert {row[1] for row in rows} == {"Team 00"}
    assert len(read(client.get(reverse("drills:coverage"), none))) == 1


@pytest.mark.django_db
def test_who_may_not_see_the_page_gets_no_file(client):
    drill = DrillFactory(outage__ended=True)
    line = RecoveryFactory(outage=drill.outage)
    drill.outage.teams.add(line.workflow.team)
    page = reverse("drills:drill", args=[drill.pk])
    asked = {"table": "recoveries", "export": "xlsx"}

    assert client.get(page, asked).status_code == 302
    client.force_login(member(TeamFactory(), TeamRole.LEAD))
    assert client.get(page, asked).status_code == 404
    client.force_login(member(line.workflow.team, TeamRole.VIEWER))
    assert workbook(client.get(page, asked))[1][3] == line.workflow.name


@pytest.mark.django_db
def test_what_is_no_form_or_no_table_of_ours_gives_the_page(client):
    client.force_login(manager())

    for asked in ({"table": "coverage", "export": "pdf"}, {"table": "x", "export": "csv"}):
        response = client.get(reverse("drills:coverage"), asked)
        assert response["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.django_db
def test_as_many_queries_for_the_file_of_many_as_of_few(client):
    client.force_login(manager())
    asked = {"table": "recoveries", "export": "csv"}
    counts = []
    for number in (1, 40):
        drill = DrillFactory(outage__ended=True)
        for _ in range(number):
            RecoveryFactory(outage=drill.outage)
        path = reverse("drills:drill", args=[drill.pk])
        with CaptureQueriesContext(connection) as seen:
            response = client.get(path, asked)
        assert len(read(response)) == 1 + number
        counts.append(len(seen))

    assert counts[0] == counts[1]
