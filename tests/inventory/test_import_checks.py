"""Checks of large files: a worker makes them, and every page shows what it kept."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from continuity.accounts.models import Team
from continuity.domain.errors import NotAllowedNow
from continuity.inventory.imports import outline
from continuity.inventory.imports.fields import Field
from continuity.inventory.imports.known import known
from continuity.inventory.imports.marks import READ, inventory_mark
from continuity.inventory.imports.plan import (
    Change,
    Fault,
    Later,
    Outcome,
    PlannedRow,
    TeamKey,
)
from continuity.inventory.models import (
    CheckedRow,
    Import,
    ImportCheck,
    ImportKind,
    ImportState,
    Tool,
    Workflow,
)
from continuity.inventory.services import imports
from continuity.inventory.services.imports.asking import AT_ONCE
from continuity.inventory.services.imports.leases import LEASE
from tests.factories import (
    NOON,
    TeamFactory,
    ToolFactory,
    WorkflowFactory,
    auditor,
    manager,
)

LATER = NOON + LEASE + timedelta(seconds=1)
SOMETIME = NOON + timedelta(days=10_000)
"""After whatever a page asked for by its own clock."""
HTMX = {"HX-Request": "true"}


def large(boss, rows=AT_ONCE + 1, bad=1):
    """A file whose first rows have an RTO that nobody understands."""
    lines = "".join(
        f'W{number},Claims,{rto},"Copilot, Tool {number % 3}"\n'
        for number in range(rows)
        for rto in ["soon" if number < bad else "4 h"]
    )
    text = f"Workflow,Team,RTO,AI tools\n{lines}"
    row = imports.start(text.encode(), "large.csv", actor=boss, now=NOON)
    return imports.set_columns(row.pk, imports.mapping_of(row), actor=boss, now=NOON)


@pytest.fixture
def boss(db):
    TeamFactory(name="Claims")
    return manager()


def url(name, row):
    return reverse(f"inventory:{name}", args=[row.pk])


def test_500_rows_are_checked_as_they_are_shown_and_501_by_a_worker(client, boss):
    client.force_login(boss)
    small, big = large(boss, AT_ONCE), large(boss)

    assert ImportCheck.objects.get().of == big
    assert client.get(url("import_check", small)).context["good"] == 499
    for name in ("import_check", "import_tools", "import_bad"):
        answer = client.get(url(name, big), follow=True)
        assert "501 rows are waiting to be checked" in answer.text, name

    assert imports.check_due(now=NOON)
    assert not imports.check_due(now=NOON)

    page = client.get(url("import_check", big))
    assert (page.context["good"], page.context["bad"]) == (500, 1)
    assert CheckedRow.objects.count() == 501
    assert Workflow.objects.count() == 0


def test_what_a_worker_kept_is_shown_as_what_is_planned_at_once(client, boss):
    ToolFactory(name="GitHub Copilot")
    ToolFactory(name="Microsoft 365 Copilot")
    WorkflowFactory(team=Team.objects.get(), name="W2", rto=timedelta(hours=1))
    client.force_login(boss)
    row = large(boss, bad=2)
    imports.check_due(now=NOON)
    queries = (
        "",
        "?show=fix&page=2",
        "?show=new",
        "?show=all&edit=5#row-5",
        "?show=changed",
    )
    names = [("import_check", query) for query in queries]
    names += [("import_tools", ""), ("import_tools", "?show=ask"), ("import_bad", "")]
    kept = [client.get(url(name, row) + query).content for name, query in names]
    Import.objects.filter(pk=row.pk).update(rows=0)  # as if it were small

    at_once = [client.get(url(name, row) + query).content for name, query in names]

    def plain(page):
        main = page[page.find(b"<main") :]
        main = re.sub(rb' hx-[a-z]+="[^"]*"| data-without-js|"[\w-]{40,}"', b"", main)
        return main.replace(b"Keep these choices and check again", b"Keep these choices")

    for (name, query), was, now in zip(names, kept, at_once, strict=True):
        assert plain(was) == plain(now), (name, query)
    assert b"2 rows cannot be imported yet" in kept[0] or b"501 rows cannot" in kept[0]


def test_pages_of_a_large_file_ask_as_many_queries_for_ten_times_the_rows(client, boss):
    client.force_login(boss)
    counts = []
    for rows in (AT_ONCE + 1, 10 * AT_ONCE):
        row = large(boss, rows, bad=rows // 2)
        imports.check_due(now=NOON)
        client.get(url("import_check", row))
        for query in ("?show=fix&page=3", "?show=new&page=2"):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert client.get(url("import_check", row) + query).status_code == 200
            counts.append(len(asked))
            assert not any('inventory_import"."table' in q["sql"] for q in asked)

    assert counts[:2] == counts[2:]


def test_an_answer_has_the_file_checked_again_and_what_was_found_is_void(client, boss):
    row = large(boss)
    imports.check_due(now=SOMETIME)
    client.force_login(boss)
    page = url("import_check", row)

    client.post(page, {"cell:2:rto": "8 h"})

    check = ImportCheck.objects.get()
    assert (check.has_result, check.round) == (False, 2)
    assert client.get(page).headers["Location"] == url("import_checking", row)
    imports.check_due(now=SOMETIME)
    assert client.get(page).context["bad"] == 0
    # What says the same again changes nothing, and nothing is checked.
    client.post(page, {"cell:2:rto": "8 h"})
    assert ImportCheck.objects.get().has_result
    again = client.post(url("import_tools", row), {"tool:copilot": "none"}, follow=True)
    assert again.redirect_chain[-1][0] == url("import_checking", row) + "?back=tools"
    imports.check_due(now=SOMETIME)
    on = client.get(again.redirect_chain[-1][0])
    assert on.headers["Location"] == url("import_tools", row)


def test_other_columns_and_another_reading_void_what_was_found(boss):
    row = large(boss)
    imports.check_due(now=NOON)

    imports.set_columns(row.pk, imports.mapping_of(row), actor=boss, now=NOON)
    assert not ImportCheck.objects.get().has_result
    imports.check_due(now=NOON)
    imports.reread(row.pk, imports.table_of(row).reading, actor=boss, now=NOON)

    assert not ImportCheck.objects.exists()
    assert not CheckedRow.objects.exists()


def test_a_worker_whose_file_was_answered_meanwhile_keeps_nothing(boss, monkeypatch):
    row = large(boss)
    kept = imports.checks._keep

    def answered_first(*args, **kwargs):
        imports.answer(row.pk, left_out={3: True}, actor=boss, now=NOON)
        kept(*args, **kwargs)

    monkeypatch.setattr(imports.checks, "_keep", answered_first)
    imports.check_due(now=NOON)

    assert not CheckedRow.objects.exists()
    assert ImportCheck.objects.get().round == 2
    monkeypatch.undo()
    imports.check_due(now=NOON)
    assert CheckedRow.objects.get(number=3).outcome == "left_out"


def test_a_check_is_stale_once_the_inventory_changed_and_then_nothing_can_be_imported(
    client, boss
):
    row = large(boss)
    imports.check_due(now=NOON)
    client.force_login(boss)
    page = url("import_check", row)
    assert "Import the 500 good rows" in client.get(page).text

    WorkflowFactory(team=Team.objects.get(), name="W7")

    text = client.get(page).text
    assert "The inventory has changed since this check" in text
    assert "Import the 500 good rows" not in text
    answer = client.post(url("import_again", row), follow=True)
    assert answer.redirect_chain[-1][0] == url("import_checking", row)
    imports.check_due(now=SOMETIME)
    shown = client.get(page)
    assert "The inventory has changed" not in shown.text
    assert shown.context["plan"].counts["changed"] == 1


@pytest.mark.parametrize("kind", list(ImportKind))
@pytest.mark.django_db
def test_the_mark_looks_at_every_table_that_a_check_reads(kind):
    with CaptureQueriesContext(connection) as asked:
        known(kind)

    read = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', " ".join(q["sql"] for q in asked)))
    assert read == {model._meta.db_table for model in READ[kind]}


@pytest.mark.django_db
def test_the_mark_changes_with_rows_and_not_with_a_person_who_signs_in():
    boss = manager()
    tool = ToolFactory(name="Copilot")
    marks = [inventory_mark(ImportKind.WORKFLOWS)]

    boss.last_login = NOON
    boss.save(update_fields=["last_login"])
    assert inventory_mark(ImportKind.WORKFLOWS) == marks[0]
    for write in (
        lambda: Tool.objects.update(name="Other"),
        lambda: ToolFactory(name="Third"),
        lambda: tool.delete(),
        lambda: type(boss).objects.update(name="Somebody else"),
    ):
        with transaction.atomic():
            write()
        marks.append(inventory_mark(ImportKind.WORKFLOWS))

    assert len(set(marks)) == 5


def test_a_check_whose_worker_died_is_taken_up_when_its_lease_ends(boss):
    large(boss)
    ImportCheck.objects.update(leased_until=NOON + LEASE, attempts=1)  # and then it died

    assert not imports.check_due(now=NOON + LEASE - timedelta(seconds=1))
    assert imports.check_due(now=LATER)

    check = ImportCheck.objects.get()
    assert (check.attempts, check.has_result, check.done) == (2, True, 501)


def test_a_check_that_killed_three_workers_says_so_and_can_be_asked_for_again(client, boss):
    row = large(boss)
    ImportCheck.objects.update(leased_until=NOON, attempts=3)
    client.force_login(boss)

    assert imports.check_due(now=LATER)

    page = client.get(url("import_checking", row))
    assert "The check was begun three times" in page.text
    assert "hx-trigger" not in client.get(url("import_checking", row), headers=HTMX).text
    client.post(url("import_again", row))
    assert imports.check_due(now=SOMETIME)
    assert ImportCheck.objects.get().has_result


def test_the_page_polls_while_it_is_checked_and_leads_on(client, boss):
    row = large(boss)
    client.force_login(boss)
    page = url("import_checking", row)

    ImportCheck.objects.update(leased_until=NOON + LEASE, done=300)
    part = client.get(page, headers=HTMX).text
    assert part.lstrip().startswith("<section")
    assert 'max="501" value="300"' in part
    assert "300 of 501 rows checked" in part
    assert "Look again" in client.get(page).text

    imports.check_due(now=LATER)

    assert client.get(page).headers["Location"] == url("import_check", row)
    over = client.get(page, headers=HTMX)
    assert over.headers["HX-Redirect"] == url("import_check", row)


def test_a_second_press_does_not_begin_a_check_anew_and_a_done_import_has_none(boss):
    row = large(boss)
    imports.check_again(row.pk, actor=boss, now=NOON)
    assert ImportCheck.objects.get().round == 1
    Import.objects.update(state=ImportState.WAITING)

    with pytest.raises(NotAllowedNow):
        imports.check_again(row.pk, actor=boss, now=NOON)


def test_a_file_thrown_away_while_it_is_checked_is_no_error(boss, monkeypatch):
    row = large(boss)
    claimed = imports.checks.claimed

    def discarded_first(*args):
        run = claimed(*args)
        imports.discard(row.pk, actor=boss, now=NOON)
        return run

    monkeypatch.setattr(imports.checks, "claimed", discarded_first)
    assert imports.check_due(now=NOON)
    assert not CheckedRow.objects.exists()


def test_rows_that_were_not_imported_can_be_fetched_afterwards(client, boss):
    row = large(boss)
    imports.check_due(now=NOON)
    digest = imports.look(row).outline.digest
    imports.ask(row.pk, digest=digest, actor=boss, now=NOON)
    imports.write_due(now=NOON)
    client.force_login(boss)

    assert CheckedRow.objects.get().outcome == "fix"
    text = client.get(url("import_bad", row)).text
    assert text.count("\n") == 2
    assert "W0,Claims,soon" in text


def test_who_may_not_import_sees_and_starts_no_check(client, boss):
    row = large(boss)
    imports.check_due(now=NOON)
    client.force_login(auditor())

    assert client.get(url("import_checking", row)).status_code == 404
    assert client.post(url("import_again", row)).status_code == 404
    assert ImportCheck.objects.get().round == 1


def test_a_row_comes_back_as_it_was_kept():
    row = PlannedRow(
        number=7,
        outcome=Outcome.FIX,
        name="A",
        team=TeamKey("T", "D"),
        tools=("tool:1", "name:x"),
        tool_names=("one", "x"),
        what="of a tool",
        faults=(Fault("rank_gap", Field.RANK, "3", {"number": 3}, "2"),),
        changes=(
            Change("rto", None, timedelta(hours=4)),
            Change("retired_on", date(2026, 1, 2), None),
            Change("cost_per_hour", Decimal("1.50"), Decimal(2)),
            Change("provider_id", 3, Later("provider:x", "X")),
            Change("approved_data", [], ["public", "internal"]),
            Change("hard", True, False),
        ),
    )

    assert outline.row_of(7, "fix", outline.kept_row(row)) == row
