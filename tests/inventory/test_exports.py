"""What leaves as a file: who gets which rows, and cells that no spreadsheet runs."""

import csv
import io
import json
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.inventory.exports.tables import COLUMNS
from continuity.inventory.models import (
    ImpactCategory,
    ImpactLevel,
    ImportKind,
    RecoveryPoint,
    Without,
)
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    RunbookStepFactory,
    TeamFactory,
    ToolFactory,
    UpstreamFactory,
    UserFactory,
    WorkflowFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db


def body(response) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def get(client, kind, form, query=""):
    return client.get(reverse("inventory:export", args=[kind, form]) + query)


def rows(client, kind, query=""):
    text = body(get(client, kind, "csv", query)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_workflow_is_a_row_with_its_tools_its_targets_and_its_people(client):
    insurance = TeamFactory(name="Insurance")
    workflow = WorkflowFactory(
        team=TeamFactory(name="Claims", parent=insurance),
        name="Letters",
        tier=1,
        rto=timedelta(hours=26, minutes=5),
        mtpd=timedelta(days=7),
        mbco_percent=60,
        people_least=10,
        people_most=12,
        data_class="personal",
        owner=UserFactory(email="amina@example.test"),
        cost_per_hour=Decimal("120.50"),
    )
    DependencyFactory(workflow=workflow, tool=ToolFactory(name="ChatGPT"), position=1)
    DependencyFactory(
        workflow=workflow,
        tool=ToolFactory(name="Scribe, Inc."),
        purpose="Notes",
        without=Without.DEGRADED,
        position=2,
    )
    client.force_login(manager())

    (row,) = rows(client, "workflows")

    assert {name: text for name, text in row.items() if text} == {
        "Department": "Insurance",
        "Team": "Claims",
        "Workflow": "Letters",
        "AI tools": "ChatGPT\nScribe, Inc.",
        "Used for": "–\nNotes",
        "Without them": "stops\ndegraded",
        "Criticality": "critical",
        "RTO": "1 d 2 h 5 min",
        "MTPD": "7 d",
        "MBCO percent": "60",
        "People": "10 to 12",
        "Data class": "personal",
        "Owner e-mail": "amina@example.test",
        "Cost per hour": "120.50",
    }


def test_the_other_tables_say_where_they_belong_and_hold_their_values(client):
    use = DependencyFactory(workflow__team__name="Claims", workflow__name="Letters")
    one = AlternativeFactory(
        rank=1,
        dependency=use,
        tool__name="Claude",
        approved_data=["public", "internal"],
        limit=4,
    )
    RunbookStepFactory(
        alternative=one, position=1, text="Open it", expected=timedelta(minutes=3)
    )
    UpstreamFactory(
        tool=one.tool, upstream__name="Cloudflare", hard=False, verified_on=date(2026, 1, 5)
    )
    category = ImpactCategory.objects.create(key="legal")
    level = ImpactLevel.objects.create(key="major", order=3)
    use.workflow.impacts.create(
        category=category,
        level=level,
        after=timedelta(hours=4),
        amount=Decimal("-5.00"),
        unit="EUR",
    )
    RecoveryPoint.objects.create(
        workflow=use.workflow, material="prompts", rpo=timedelta(), copy="Wiki"
    )
    client.force_login(manager())

    alternative = rows(client, "alternatives")[0]
    assert alternative["Alternative"] == "Claude"
    assert alternative["Kind"] == "other provider"
    assert alternative["Approved for data"] == "public\ninternal"
    assert (alternative["Rank"], alternative["People at once"]) == ("1", "4")
    step = rows(client, "steps")[0]
    assert (step["Alternative"], step["Step"], step["What to do"]) == (
        "Claude",
        "1",
        "Open it",
    )
    assert step["Expected time"] == "3 min"
    edge = rows(client, "upstreams")[0]
    assert (edge["Upstream"], edge["Without it"], edge["Verified on"]) == (
        "Cloudflare",
        "degrades",
        "2026-01-05",
    )
    impact = rows(client, "impacts")[0]
    assert list(impact.values())[3:] == ["Legal", "4 h", "Major", "-5.00", "EUR"]
    point = rows(client, "points")[0]
    assert list(point.values())[3:] == ["prompts", "0 min", "Wiki"]
    assert [row["Team"] for row in rows(client, "teams")] == ["Claims"]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''+x"]


def test_no_cell_of_a_csv_or_a_workbook_begins_like_a_formula(client):
    for number, text in enumerate(FORMULAS):
        WorkflowFactory(name=f"W{number}", mbco_words=text, description="'quoted' is fine")
    client.force_login(manager())

    written = [row["MBCO in words"] for row in rows(client, "workflows")]
    assert sorted(written) == sorted(f"'{text}" for text in FORMULAS)
    assert {row["Description"] for row in rows(client, "workflows")} == {"'quoted' is fine"}
    book = openpyxl.load_workbook(io.BytesIO(body(get(client, "workflows", "xlsx"))))
    cells = [cell for line in book.active.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
    data = json.loads(body(get(client, "workflows", "json")))
    said = [row["MBCO in words"] for row in data["tables"]["Workflows"]]
    assert sorted(said) == sorted(FORMULAS)


def test_a_workbook_holds_numbers_as_numbers_and_days_as_days(client):
    UpstreamFactory(verified_on=date(2026, 1, 5))
    AlternativeFactory(expected_capacity=80)
    client.force_login(manager())

    book = openpyxl.load_workbook(io.BytesIO(body(get(client, "everything", "xlsx"))))

    assert book.sheetnames == [
        "Teams", "Providers", "Tools", "Upstreams", "Workflows", "Alternatives",
        "Runbook steps", "Impacts", "Recovery points",
    ]  # fmt: skip
    assert book["Alternatives"]["H2"].value == 80
    assert book["Upstreams"]["F2"].value.date() == date(2026, 1, 5)


def test_everything_is_a_zip_of_nine_files_in_the_order_of_an_import(client):
    WorkflowFactory()
    client.force_login(manager())

    first = body(get(client, "everything", "zip"))

    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        names = archive.namelist()
        assert [name.partition("-")[2] for name in names] == [
            "teams.csv", "providers.csv", "tools.csv", "upstreams.csv", "workflows.csv",
            "alternatives.csv", "runbook-steps.csv", "impacts.csv", "recovery-points.csv",
        ]  # fmt: skip
    assert body(get(client, "everything", "zip")) == first


def test_the_list_is_exported_as_it_is_filtered_and_sorted(client):
    WorkflowFactory(name="Beta", tier=2, rto=timedelta(hours=2))
    WorkflowFactory(name="Alpha", tier=2, rto=timedelta(hours=1))
    WorkflowFactory(name="Gamma", tier=3)
    client.force_login(manager())

    found = rows(client, "workflows", "?tier=2&sort=-name")
    page = client.get(reverse("inventory:workflows") + "?tier=2&sort=-name")
    overview = client.get(reverse("inventory:exports") + "?tier=2&sort=-name")

    assert [row["Workflow"] for row in found] == ["Beta", "Alpha"]
    assert '"/exports/?sort=-name&amp;tier=2"' in page.text
    assert overview.context["listed"] == 2
    assert "workflows.csv?tier=2&amp;sort=-name" in overview.text


def test_archived_workflows_are_left_out_with_all_that_is_theirs(client):
    AlternativeFactory(dependency__workflow__archived_at=NOON)
    client.force_login(manager())

    assert rows(client, "workflows") == []
    assert rows(client, "alternatives") == []
    assert len(rows(client, "workflows", "?archived=1")) == 1


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("manager", ["Mine", "Theirs"]),
        ("auditor", ["Mine", "Theirs"]),
        ("member", ["Mine"]),
        ("stranger", []),
    ],
)
def test_who_gets_which_rows(client, who, names):
    mine = AlternativeFactory(dependency__workflow__name="Mine").dependency.workflow
    AlternativeFactory(dependency__workflow__name="Theirs")
    people = {
        "manager": manager,
        "auditor": auditor,
        "member": lambda: member(mine.team, TeamRole.VIEWER),
        "stranger": UserFactory,
    }
    client.force_login(people[who]())

    for kind in ("workflows", "alternatives"):
        assert sorted(row["Workflow"] for row in rows(client, kind)) == names
    data = json.loads(body(get(client, "everything", "json")))["tables"]
    assert sorted(row["Workflow"] for row in data["Workflows"]) == names
    assert len(data["Teams"]) == len(names)


def test_who_is_not_signed_in_gets_nothing(client):
    assert get(client, "everything", "json").status_code == 302
    assert client.get(reverse("inventory:exports")).status_code == 302


def test_what_cannot_be_exported_is_not_found(client):
    client.force_login(manager())

    assert get(client, "people", "csv").status_code == 404
    assert get(client, "workflows", "pdf").status_code == 404
    assert get(client, "everything", "csv").status_code == 404


@time_machine.travel(NOON.replace(hour=23), tick=False)
def test_a_file_is_named_for_what_it_holds_and_the_readers_day(client):
    user = manager()
    user.zone = "Europe/Paris"
    user.save()
    client.force_login(user)

    response = get(client, "workflows", "csv")

    name = 'attachment; filename="continuity-workflows-2026-03-03.csv"'
    assert response.headers["Content-Disposition"] == name
    assert response.headers["Cache-Control"] == "private, no-store"
    body(response)


def test_a_text_that_no_cell_holds_is_refused_with_a_sentence_and_not_cut(client):
    WorkflowFactory(description="x" * 32_768)
    client.force_login(manager())

    response = get(client, "workflows", "xlsx")

    assert response.status_code == 409
    assert "“Description” in the table “Workflows”" in response.text
    assert len(rows(client, "workflows")[0]["Description"]) == 32_768


@pytest.mark.parametrize("number", [1, 100])
def test_a_table_takes_the_same_queries_for_any_number_of_rows(
    client, django_assert_num_queries, number
):
    for _ in range(number):
        AlternativeFactory()
    client.force_login(manager())

    with django_assert_num_queries(4):
        body(get(client, "workflows", "csv"))
    with django_assert_num_queries(3):
        body(get(client, "alternatives", "csv"))
    with django_assert_num_queries(16):
        body(get(client, "everything", "json"))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_counts_rows_and_the_files_are_english_in_french_too(client, language):
    category = ImpactCategory.objects.create(key="legal")
    level = ImpactLevel.objects.create(key="major", order=3)
    WorkflowFactory().impacts.create(
        category=category, level=level, after=timedelta(hours=4)
    )
    user = manager()
    user.language = language
    user.save()
    client.force_login(user)

    page = client.get(reverse("inventory:exports"))

    assert [count for _kind, count in page.context["lines"]] == [1, 0, 0, 0, 1, 0, 0, 1, 0]
    assert rows(client, "impacts")[0]["Category"] == "Legal"


def test_every_kind_has_columns_and_each_of_them_once():
    assert set(COLUMNS) == set(ImportKind)
    for columns in COLUMNS.values():
        assert len(set(columns)) == len(columns)
