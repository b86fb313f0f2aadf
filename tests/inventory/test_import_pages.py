"""The wizard over HTTP: who may, what each page says, and that it works without scripts."""

import csv
import io
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.inventory.models import Import, ImportState, Workflow
from continuity.inventory.services import imports
from tests.factories import (
    NOON,
    TeamFactory,
    ToolFactory,
    UserFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
LIST = b"Workflow,Team,Tool\nLetters,Claims,ChatGPT\nTriage,Claims,\n"


def uploaded(boss, content=LIST):
    return imports.start(content, "list.csv", actor=boss, now=NOON)


def mapped(boss, content=LIST):
    row = uploaded(boss, content)
    mapping = imports.mapping_of(row)
    return imports.set_columns(row.pk, mapping, actor=boss, now=NOON)


def test_a_file_goes_from_upload_to_two_workflows_by_plain_forms(client):
    client.force_login(manager())
    file = SimpleUploadedFile("list.csv", LIST)

    first = client.post(reverse("inventory:imports"), {"file": file})
    row = Import.objects.get()
    assert first.headers["Location"] == reverse("inventory:import_columns", args=[row.pk])
    page = client.get(first.headers["Location"])
    fields = {field.html_name: field.value() for field, _ in page.context["lines"]}
    assert fields == {"column_0": "name", "column_1": "team", "column_2": "tools"}
    second = client.post(
        first.headers["Location"], {**fields, "separators": ["comma"], "unit": "minutes"}
    )
    assert second.headers["Location"] == reverse("inventory:import_check", args=[row.pk])
    check = client.get(second.headers["Location"])
    assert Workflow.objects.count() == 0
    third = client.post(
        reverse("inventory:import_apply", args=[row.pk]),
        {"digest": check.context["digest"]},
    )

    assert third.headers["Location"] == reverse("inventory:import_done", args=[row.pk])
    assert client.get(third.headers["Location"]).status_code == 200
    assert sorted(Workflow.objects.values_list("name", flat=True)) == ["Letters", "Triage"]


def test_a_file_that_cannot_be_read_says_why_and_leaves_nothing(client):
    client.force_login(manager())

    for content, sentence in (
        (b"", "This file is empty."),
        (b"\x89PNG\r\n", "This is not a table of text."),
        (b"name\n", "This file has a header and no rows below it."),
    ):
        file = SimpleUploadedFile("list.csv", content)
        response = client.post(reverse("inventory:imports"), {"file": file})
        assert response.status_code == 422
        assert sentence in response.text
    assert client.post(reverse("inventory:imports"), {}).status_code == 422
    assert Import.objects.count() == 0


STEPS = [
    ("imports", 200), ("import", 302), ("import_columns", 200), ("import_check", 200),
    ("import_tools", 200), ("import_bad", 200), ("import_done", 302), ("import_undo", 302),
]  # fmt: skip


@pytest.mark.parametrize(("route", "status"), STEPS)
@pytest.mark.parametrize("who", ["manager", "auditor", "lead"])
def test_who_may_import(client, route, status, who):
    row = mapped(manager())
    lead = member(TeamFactory(), TeamRole.LEAD)
    user = {"manager": manager, "auditor": auditor, "lead": lambda: lead}[who]()
    client.force_login(user)
    args = [] if route == "imports" else [row.pk]

    response = client.get(reverse(f"inventory:{route}", args=args))

    hidden = 403 if route == "imports" else 404
    assert response.status_code == (status if who == "manager" else hidden)


@pytest.mark.parametrize(
    "route",
    ["import_apply", "import_discard", "import_read", "import_undo", "import_check"],
)
def test_who_may_not_import_changes_nothing(client, route):
    row = mapped(manager())
    client.force_login(auditor())

    response = client.post(reverse(f"inventory:{route}", args=[row.pk]))

    assert response.status_code == 404
    row.refresh_from_db()
    assert row.state == ImportState.MAPPED
    assert Workflow.objects.count() == 0


def test_columns_that_cannot_be_meant_get_a_sentence_each(client):
    boss = manager()
    row = uploaded(boss)
    client.force_login(boss)
    url = reverse("inventory:import_columns", args=[row.pk])

    response = client.post(
        url,
        {"column_0": "team", "column_1": "team", "column_2": "in_use", "unit": "minutes"},
    )

    assert response.status_code == 422
    text = unescape(response.text)
    assert "Say which column is “Workflow name”." in text
    assert "“Workflow” is “Team” already; choose one of the two." in text
    assert "Choose at least one value that means in use." in text
    row.refresh_from_db()
    assert row.state == ImportState.UPLOADED


def test_a_look_at_the_columns_shows_the_split_and_saves_nothing(client):
    boss = manager()
    row = uploaded(boss, b"Workflow,Team,Tool\nA,T,X/Y\n")
    client.force_login(boss)
    sent = {"column_0": "name", "column_1": "team", "column_2": "tools", "unit": "minutes"}

    response = client.post(
        reverse("inventory:import_columns", args=[row.pk]),
        {**sent, "separators": ["slash"], "look": "1"},
    )

    assert response.status_code == 200
    assert response.context["preview"].splits[0].names == ("X", "Y")
    row.refresh_from_db()
    assert row.state == ImportState.UPLOADED


def test_a_file_read_again_with_another_separator_has_other_columns(client):
    boss = manager()
    row = uploaded(boss, b"Workflow;Team\nA,1;B\n")
    client.force_login(boss)
    url = reverse("inventory:import_read", args=[row.pk])

    response = client.post(url, {"encoding": "utf-8", "separator": "comma", "header": "1"})
    refused = client.post(url, {"encoding": "utf-8", "separator": "comma", "header": "9"})

    assert response.status_code == 302
    row.refresh_from_db()
    assert imports.table_of(row).columns == ("Workflow;Team", "Column B")
    assert refused.status_code == 422
    assert "Row 9 is not in this file" in refused.text


BAD = b"Workflow,Team,RTO\nA,Claims,soon\nB,Claims,1 h\nB,Claims,2 h\n=cmd(),Claims,x\n"


def test_every_bad_row_is_shown_with_its_reason_and_a_link_to_its_cell(client):
    boss = manager()
    row = mapped(boss, BAD)
    client.force_login(boss)

    page = client.get(reverse("inventory:import_check", args=[row.pk]))

    for number, cell in ((2, "rto"), (4, "name"), (5, "rto")):
        assert f'id="row-{number}-{cell}"' in page.text
        assert f'#row-{number}-{cell}"' in page.text
    assert "3 rows cannot be imported yet" in page.text
    assert "Repeats row 3: same team, same name" in page.text


def test_a_row_is_fixed_left_out_and_taken_in_again_by_plain_forms(client):
    boss = manager()
    row = mapped(boss, BAD)
    client.force_login(boss)
    url = reverse("inventory:import_check", args=[row.pk])

    def outcomes():
        row.refresh_from_db()
        return [str(line.outcome) for line in imports.checked(row).plan.rows]

    assert outcomes() == ["fix", "new", "fix", "fix"]
    assert client.post(url, {"cell:2:rto": "30", "out": "4"}).status_code == 302
    assert outcomes() == ["new", "new", "left_out", "fix"]
    client.post(url, {"in": "4"})
    assert outcomes() == ["new", "new", "fix", "fix"]
    nonsense = {"cell:x:rto": "1", "cell:99:rto": "1", "cell:2:evil": "1", "out": "x"}
    assert client.post(url, nonsense).status_code == 302
    assert outcomes() == ["new", "new", "fix", "fix"]


def test_a_suggested_person_is_taken_with_one_press(client):
    boss = manager()
    UserFactory(email="p.natarajan@meridian.example")
    row = mapped(boss, b"Workflow,Team,Owner\nA,Claims,p.natarajan@meridian.exmple\n")
    client.force_login(boss)
    url = reverse("inventory:import_check", args=[row.pk])
    assert "Use p.natarajan@meridian.example" in client.get(url).text

    client.post(
        url,
        {
            "cell:2:owner": "p.natarajan@meridian.exmple",
            "use": "2:owner:p.natarajan@meridian.example",
        },
    )

    row.refresh_from_db()
    assert imports.checked(row).plan.counts["new"] == 1


def test_only_a_choice_that_differs_counts_as_one(client):
    boss = manager()
    github = ToolFactory(name="GitHub Copilot")
    office = ToolFactory(name="Microsoft 365 Copilot")
    row = mapped(boss, b"Workflow,Team,Tool\nA,T,Copilot\nB,T,Github Copilott\n")
    client.force_login(boss)
    url = reverse("inventory:import_tools", args=[row.pk])

    client.post(
        url,
        {"tool:copilot": f"tool:{office.pk}", "tool:githubcopilott": f"tool:{github.pk}"},
    )

    row.refresh_from_db()
    assert row.answers["tools"] == {"copilot": f"tool:{office.pk}"}


def test_htmx_gets_the_part_and_no_redirect(client):
    boss = manager()
    row = mapped(boss, BAD)
    client.force_login(boss)

    response = client.post(
        reverse("inventory:import_check", args=[row.pk]),
        {"cell:2:rto": "30"},
        headers={"HX-Request": "true"},
    )

    assert response.status_code == 200
    assert response.text.lstrip().startswith("<div")
    assert "2 rows cannot be imported yet" in response.text


def test_all_bad_rows_are_reachable_50_a_page(client):
    boss = manager()
    lines = b"".join(b"W%d,T,soon\n" % number for number in range(120))
    row = mapped(boss, b"Workflow,Team,RTO\n" + lines)
    client.force_login(boss)
    url = reverse("inventory:import_check", args=[row.pk])

    pages = [client.get(url, {"show": "fix", "page": number}) for number in (1, 2, 3)]

    shown = [line.number for page in pages for line in page.context["rows"]]
    assert shown == list(range(2, 122))
    assert len(pages[0].context["summary"]) == 50
    assert f"{url}?show=fix&amp;page=1#row-51-rto" in pages[0].text


def test_the_download_of_bad_rows_runs_no_formula(client):
    boss = manager()
    row = mapped(boss, BAD)
    client.force_login(boss)

    response = client.get(reverse("inventory:import_bad", args=[row.pk]))

    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert lines[0] == ["Row", "Reason", "Workflow", "Team", "RTO"]
    assert [line[0] for line in lines[1:]] == ["2", "4", "5"]
    assert lines[3][2] == "'=cmd()"


def test_an_undo_asks_first_and_names_what_stands_in_the_way(client):
    boss = manager()
    row = imports.apply(mapped(boss).pk, actor=boss, now=NOON)
    client.force_login(boss)
    url = reverse("inventory:import_undo", args=[row.pk])
    Workflow.objects.filter(name="Letters").update(hours="9-17")

    page = client.get(url)
    refused = client.post(url)

    assert "Letters: was changed since" in page.text
    assert refused.status_code == 409
    assert "Letters (was changed since)" in refused.text
    assert Workflow.objects.count() == 2
    Workflow.objects.filter(name="Letters").update(hours="")
    assert client.post(url).status_code == 302
    assert Workflow.objects.count() == 0
    assert "This import was undone" in client.get(row.get_absolute_url(), follow=True).text


def test_a_discarded_file_is_gone(client):
    boss = manager()
    row = mapped(boss)
    client.force_login(boss)

    client.post(reverse("inventory:import_discard", args=[row.pk]))

    assert Import.objects.count() == 0


def test_a_name_with_markup_stays_text(client):
    boss = manager()
    row = mapped(boss, b"Workflow,Team,RTO,Tool\n<script>x</script>,<b>T</b>,soon,<i>z\n")
    client.force_login(boss)

    for route in ("import_columns", "import_check", "import_tools"):
        text = client.get(reverse(f"inventory:{route}", args=[row.pk])).text
        assert "<script>x" not in text
        assert "<i>z" not in text


@pytest.mark.parametrize("route", ["import_check", "import_tools", "import_columns"])
def test_a_page_of_the_wizard_takes_the_same_queries_for_1_and_100_rows(
    client, route, django_assert_max_num_queries
):
    boss = manager()
    client.force_login(boss)
    counts = []
    for size in (1, 100):
        lines = b"".join(b"W%d,T%d,Tool %d\n" % (n, n, n) for n in range(size))
        row = mapped(boss, b"Workflow,Team,Tool\n" + lines)
        url = reverse(f"inventory:{route}", args=[row.pk])
        client.get(url)
        with django_assert_max_num_queries(20) as captured:
            client.get(url)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_the_list_of_imports_does_not_load_their_files(
    client, django_assert_max_num_queries
):
    boss = manager()
    client.force_login(boss)
    uploaded(boss)

    with django_assert_max_num_queries(12) as captured:
        client.get(reverse("inventory:imports"))

    assert not any('"content"' in query["sql"] for query in captured.captured_queries)
