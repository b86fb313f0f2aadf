"""Large imports: a worker writes them, tells how far it is, and may die on the way."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from continuity.accounts.models import Team
from continuity.domain.errors import Conflict
from continuity.inventory.models import (
    Import,
    ImportRun,
    ImportState,
    Workflow,
)
from continuity.inventory.services import imports
from continuity.inventory.services.imports.asking import AT_ONCE
from continuity.inventory.services.imports.leases import LEASE
from tests.factories import NOON, TeamFactory, auditor, manager

LATER = NOON + LEASE + timedelta(seconds=1)


def mapped(boss, rows):
    lines = "".join(f"W{number},Claims\n" for number in range(rows))
    row = imports.start(f"Workflow,Team\n{lines}".encode(), "l.csv", actor=boss, now=NOON)
    return imports.set_columns(row.pk, imports.mapping_of(row), actor=boss, now=NOON)


def asked(boss, rows=AT_ONCE + 1):
    if not Team.objects.filter(name="Claims").exists():
        TeamFactory(name="Claims")
    row = mapped(boss, rows)
    imports.check_due(now=NOON)
    digest = imports.look(row).outline.digest
    return imports.ask(row.pk, digest=digest, actor=boss, now=NOON)


@pytest.fixture
def boss(db):
    return manager()


def test_500_rows_are_written_at_once_and_501_are_a_workers(boss):
    small = asked(boss, AT_ONCE)
    assert (small.state, Workflow.objects.count()) == (ImportState.DONE, 500)
    assert not ImportRun.objects.exists()
    Workflow.objects.all().delete()

    large = asked(manager())

    assert (large.state, Workflow.objects.count()) == (ImportState.WAITING, 0)
    run = ImportRun.objects.get()
    assert (run.total, run.done, run.leased_until, run.ended_at) == (501, 0, None, None)
    assert imports.write_due(now=NOON)
    assert not imports.write_due(now=NOON)
    large.refresh_from_db()
    run.refresh_from_db()
    assert (large.state, large.counts["new"]) == (ImportState.DONE, 501)
    assert (run.done, run.ended_at, run.problem) == (501, NOON, "")
    assert Workflow.objects.count() == 501


def test_a_second_press_asks_once(boss):
    row = asked(boss)

    again = imports.ask(row.pk, digest="", actor=boss, now=NOON)

    assert again.state == ImportState.WAITING
    assert ImportRun.objects.count() == 1


def test_a_plan_that_is_not_the_one_shown_is_refused_and_nothing_is_queued(boss):
    row = mapped(boss, AT_ONCE + 1)
    unchecked = imports.checked(row).plan.digest()

    for digest in (unchecked, ""):
        with pytest.raises(Conflict):
            imports.ask(row.pk, digest=digest, actor=boss, now=NOON)
    imports.check_due(now=NOON)
    with pytest.raises(Conflict):
        imports.ask(row.pk, digest="another", actor=boss, now=NOON)

    row.refresh_from_db()
    assert row.state == ImportState.MAPPED
    assert not ImportRun.objects.exists()


def test_what_changed_before_the_worker_came_is_said_and_can_be_checked_again(client, boss):
    row = asked(boss)
    claims = Team.objects.get(name="Claims")
    Workflow.objects.create(team=claims, name="W0", created_at=NOON)

    assert imports.write_due(now=NOON)

    row.refresh_from_db()
    assert (row.state, Workflow.objects.count()) == (ImportState.MAPPED, 1)
    assert ImportRun.objects.get().problem == "conflict"
    client.force_login(boss)
    page = client.get(reverse("inventory:import_checking", args=[row.pk]))
    assert "Nothing was imported" in page.text
    assert imports.check_due(now=NOON)
    page = client.get(reverse("inventory:import_check", args=[row.pk]))
    assert "Nothing was imported" in page.text
    assert page.context["sight"].outline.counts["unchanged"] == 1
    imports.ask(row.pk, digest=page.context["digest"], actor=boss, now=NOON)
    assert imports.write_due(now=NOON)
    assert Workflow.objects.count() == 501


def test_a_run_whose_worker_died_is_taken_up_when_its_lease_ends(boss):
    row = asked(boss)
    ImportRun.objects.update(leased_until=NOON + LEASE, attempts=1)  # and then it died

    assert not imports.write_due(now=NOON + LEASE - timedelta(seconds=1))
    assert imports.write_due(now=LATER)

    row.refresh_from_db()
    assert (row.state, Workflow.objects.count()) == (ImportState.DONE, 501)
    assert ImportRun.objects.get().attempts == 2


def test_a_run_that_killed_three_workers_is_given_up_and_says_so(client, boss):
    row = asked(boss)
    ImportRun.objects.update(leased_until=NOON, attempts=3)

    assert imports.write_due(now=LATER)

    row.refresh_from_db()
    assert (row.state, Workflow.objects.count()) == (ImportState.MAPPED, 0)
    client.force_login(boss)
    page = client.get(reverse("inventory:import_checking", args=[row.pk])).text
    assert "The import was begun three times and never came to its end" in page


def test_a_run_that_died_after_it_wrote_is_only_closed(boss):
    row = asked(boss)
    imports.apply(row.pk, actor=boss, now=NOON, state=ImportState.WAITING)

    assert imports.write_due(now=LATER)

    assert Workflow.objects.count() == 501
    assert ImportRun.objects.get().ended_at == LATER


def look(cursor_of, statement, *values):
    with cursor_of.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_in_steps_of_rows_before_the_rows_are(monkeypatch):
    boss = manager()
    row = asked(boss, 2500)
    seen = []
    telling = imports.leases.telling
    other = connection.copy()

    @contextmanager
    def watching(run):
        with telling(run) as tell:

            def tell_and_look(done):
                tell(done)
                own = f"SELECT done FROM {run._meta.db_table} WHERE id = %s"  # noqa: S608
                shown = look(other, own, run.pk)
                seen.append((shown, look(other, "SELECT count(*) FROM inventory_workflow")))

            yield tell_and_look

    monkeypatch.setattr(imports.runs, "telling", watching)
    monkeypatch.setattr(imports.checks, "telling", watching)
    try:
        imports.write_due(now=NOON)
        written, seen[:] = list(seen), []
        imports.check_again(mapped(boss, 1501).pk, actor=boss, now=NOON)
        imports.check_due(now=NOON)
    finally:
        other.close()

    done = [shown for shown, _rows in written]
    assert done == sorted(set(done))
    assert len(done) >= 7
    assert done[-1] == 2500
    assert {rows for _shown, rows in written} == {0}
    assert [shown for shown, _rows in seen] == [500, 1000, 1500]
    assert Workflow.objects.count() == 2500
    assert Import.objects.get(pk=row.pk).state == ImportState.DONE


def test_the_page_polls_while_it_runs_and_leads_on_when_it_is_over(client, boss):
    row = asked(boss)
    client.force_login(boss)
    url = reverse("inventory:import_running", args=[row.pk])
    htmx = {"HX-Request": "true"}

    assert client.get(row.get_absolute_url()).headers["Location"] == url
    assert "501 rows are waiting for their turn" in client.get(url).text
    ImportRun.objects.update(leased_until=NOON + LEASE, done=250)
    part = client.get(url, headers=htmx)
    assert part.text.lstrip().startswith("<section")
    assert 'max="501" value="250"' in part.text
    for route in ("import_columns", "import_check", "import_tools", "import_done"):
        answer = client.get(reverse(f"inventory:{route}", args=[row.pk]))
        assert answer.headers["Location"] == url
    refused = client.post(reverse("inventory:import_discard", args=[row.pk]))
    assert refused.status_code == 409
    assert Import.objects.filter(pk=row.pk).exists()

    imports.write_due(now=LATER)

    done = reverse("inventory:import_done", args=[row.pk])
    assert client.get(url).headers["Location"] == done
    assert client.get(url, headers=htmx).headers["HX-Redirect"] == done


def test_who_may_not_import_sees_no_progress(client, boss):
    row = asked(boss)
    client.force_login(auditor())

    url = reverse("inventory:import_running", args=[row.pk])
    assert client.get(url).status_code == 404
