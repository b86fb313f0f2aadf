"""Writing an import and taking it back: all or nothing, once, and traced."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from continuity.accounts.models import Team
from continuity.domain.errors import Conflict, NotAllowedNow
from continuity.history.models import Entry
from continuity.inventory.imports.columns import Field
from continuity.inventory.models import (
    Dependency,
    Import,
    ImportChange,
    ImportState,
    Tool,
    Workflow,
)
from continuity.inventory.services import imports
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    RecoveryFactory,
    TeamFactory,
    ToolFactory,
    WorkflowFactory,
    manager,
    member,
)

LIST = (
    "Workflow,Department,Team,Tool,RTO,Users\n"
    'Letters,Insurance,Claims,"ChatGPT, Scribe",2 h,10-20\n'
    "Triage,Insurance,Claims,ChatGPT,,\n"
    "Minutes,Legal,,,,50+\n"
)


@pytest.fixture
def boss(db):
    return manager()


@pytest.fixture
def chatgpt(db):
    return ToolFactory(name="ChatGPT")


def prepared(boss, text=LIST):
    row = imports.start(text.encode(), "list.csv", actor=boss, now=NOON)
    return imports.set_columns(row.pk, imports.mapping_of(row), actor=boss, now=NOON)


def everything():
    return (
        Workflow.objects.count(),
        Dependency.objects.count(),
        Tool.objects.count(),
        Team.objects.count(),
    )


def test_nothing_is_saved_before_import_and_all_of_it_after(boss, chatgpt):
    row = prepared(boss)
    assert everything() == (0, 0, 1, 0)

    imports.apply(row.pk, actor=boss, now=NOON)

    assert everything() == (3, 3, 2, 3)
    letters = Workflow.objects.get(name="Letters")
    assert letters.team.name == "Claims"
    assert letters.team.parent.name == "Insurance"
    assert (letters.rto, letters.people_least) == (timedelta(hours=2), 10)
    assert [use.tool.name for use in letters.dependencies.all()] == ["ChatGPT", "Scribe"]
    minutes = Workflow.objects.get(name="Minutes")
    assert (str(minutes.team), minutes.people_most) == ("Legal", None)


def test_an_import_writes_one_line_for_itself_and_one_for_each_workflow(boss, chatgpt):
    row = prepared(boss)

    imports.apply(row.pk, actor=boss, now=NOON)

    verbs = sorted(Entry.objects.values_list("verb", flat=True))
    assert verbs == ["import.applied"] + ["workflow.imported"] * 3
    line = Entry.objects.get(subject_label="Letters")
    assert (line.actor, line.team.name) == (boss, "Claims")
    assert line.after["rto"] == 7200
    assert ImportChange.objects.filter(of=row).count() == 10


def test_a_second_press_and_the_same_file_again_double_nothing(boss, chatgpt):
    row = prepared(boss)
    imports.apply(row.pk, actor=boss, now=NOON)
    before = everything()

    imports.apply(row.pk, actor=boss, now=NOON + timedelta(seconds=1))
    again = prepared(boss)
    imports.apply(again.pk, actor=boss, now=NOON)

    assert everything() == before
    row.refresh_from_db()
    assert row.imported_at == NOON
    assert Import.objects.get(pk=again.pk).counts["unchanged"] == 3


@pytest.mark.django_db(transaction=True)
def test_four_presses_at_once_import_once():
    boss = manager()
    ToolFactory(name="ChatGPT")
    row = prepared(boss)
    failures = []

    def press():
        try:
            imports.apply(row.pk, actor=boss, now=NOON)
        except Exception as error:  # noqa: BLE001  # told to the test's own thread
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert everything() == (3, 3, 2, 3)
    assert Entry.objects.filter(verb="import.applied").count() == 1


def test_a_changed_row_updates_adds_its_tool_and_erases_nothing(boss, chatgpt):
    team = TeamFactory(name="Claims", parent=TeamFactory(name="Insurance"))
    letters = WorkflowFactory(team=team, name="Letters", hours="9-17", people_least=None)
    DependencyFactory(workflow=letters, tool__name="Old tool")

    imports.apply(prepared(boss).pk, actor=boss, now=NOON)

    letters.refresh_from_db()
    assert (letters.rto, letters.hours) == (timedelta(hours=2), "9-17")
    assert sorted(use.tool.name for use in letters.dependencies.all()) == [
        "ChatGPT",
        "Old tool",
        "Scribe",
    ]
    line = Entry.objects.get(verb="workflow.changed")
    assert line.before["rto"] == 3600
    assert line.after["tools"] == "ChatGPT, Scribe"


def test_undo_takes_back_what_was_made_and_restores_what_was_changed(boss, chatgpt):
    team = TeamFactory(name="Claims", parent=TeamFactory(name="Insurance"))
    letters = WorkflowFactory(team=team, name="Letters", people_least=None)
    before, values = everything(), imports.snapshot(letters)
    row = imports.apply(prepared(boss).pk, actor=boss, now=NOON)

    imports.undo(row.pk, actor=boss, now=NOON)

    assert everything() == before
    letters.refresh_from_db()
    assert imports.snapshot(letters) == values
    row.refresh_from_db()
    assert (row.state, row.undone_at) == (ImportState.UNDONE, NOON)
    assert Entry.objects.filter(verb="workflow.import_undone").count() == 3
    imports.undo(row.pk, actor=boss, now=NOON)
    assert Entry.objects.filter(verb="import.undone").count() == 1


def _rename(workflow):
    Workflow.objects.filter(pk=workflow.pk).update(name="Letters and mail")


def _drill(workflow):
    RecoveryFactory(dependency=workflow.dependencies.first())


def _alternative(workflow):
    AlternativeFactory(dependency=workflow.dependencies.first())


def _member(workflow):
    member(workflow.team, 10)


def _other_workflow(workflow):
    DependencyFactory(tool=Tool.objects.get(name="Scribe"))


@pytest.mark.parametrize(
    ("meddle", "what"),
    [
        (_rename, "Letters and mail (was changed since)"),
        (_drill, "Letters (takes part in a drill or an outage)"),
        (_alternative, "Letters (has or serves as an alternative)"),
        (_member, "Claims (has members by now)"),
        (_other_workflow, "Scribe (is used by a workflow that stays)"),
    ],
)
def test_what_is_in_use_or_changed_keeps_the_whole_import(boss, chatgpt, meddle, what):
    row = imports.apply(prepared(boss).pk, actor=boss, now=NOON)
    meddle(Workflow.objects.get(name="Letters"))
    before = everything()

    with pytest.raises(imports.CannotUndo) as caught:
        imports.undo(row.pk, actor=boss, now=NOON)

    assert what in caught.value.fields["names"]
    assert everything() == before
    row.refresh_from_db()
    assert row.state == ImportState.DONE


def test_a_later_import_is_undone_before_the_earlier(boss, chatgpt):
    first = imports.apply(prepared(boss).pk, actor=boss, now=NOON)
    later = imports.apply(
        prepared(boss, LIST.replace("2 h", "3 h")).pk, actor=boss, now=NOON
    )

    with pytest.raises(imports.CannotUndo):
        imports.undo(first.pk, actor=boss, now=NOON)
    imports.undo(later.pk, actor=boss, now=NOON)
    imports.undo(first.pk, actor=boss, now=NOON)

    assert everything() == (0, 0, 1, 0)


def test_what_somebody_deleted_since_is_no_obstacle(boss, chatgpt):
    row = imports.apply(prepared(boss).pk, actor=boss, now=NOON)
    Workflow.objects.get(name="Triage").delete()

    imports.undo(row.pk, actor=boss, now=NOON)

    assert everything() == (0, 0, 1, 0)


def test_an_inventory_that_changed_after_the_check_is_checked_again(boss, chatgpt):
    row = prepared(boss)
    digest = imports.checked(row).plan.digest()
    team = TeamFactory(name="Claims", parent=TeamFactory(name="Insurance"))
    WorkflowFactory(team=team, name="Letters")
    before = everything()

    with pytest.raises(Conflict):
        imports.apply(row.pk, actor=boss, now=NOON, digest=digest)

    assert everything() == before


def test_rows_to_fix_stay_out_and_the_good_ones_go_in(boss, chatgpt):
    row = prepared(boss, LIST + "Letters,Insurance,Claims,,,\n")

    row = imports.apply(row.pk, actor=boss, now=NOON)

    assert Workflow.objects.count() == 3
    assert row.counts["fix"] == 1


def test_a_file_of_the_same_kind_is_understood_as_the_last_one_was(boss, chatgpt):
    first = imports.start(LIST.encode(), "a.csv", actor=boss, now=NOON)
    mapping = imports.mapping_of(first)
    columns = {at: places for at, places in mapping.columns.items() if at != Field.RTO}
    kept = type(mapping)(columns=columns, separators=("comma",))
    imports.set_columns(first.pk, kept, actor=boss, now=NOON)
    imports.answer(first.pk, tools={"scribe": "none"}, actor=boss, now=NOON)
    imports.apply(first.pk, actor=boss, now=NOON)

    second = imports.start(LIST.encode(), "b.csv", actor=boss, now=NOON)

    assert imports.mapping_of(second) == kept
    assert second.answers["tools"] == {"scribe": "none"}


def test_steps_out_of_order_are_refused(boss, chatgpt):
    row = imports.start(LIST.encode(), "a.csv", actor=boss, now=NOON)

    with pytest.raises(NotAllowedNow):
        imports.apply(row.pk, actor=boss, now=NOON)
    with pytest.raises(NotAllowedNow):
        imports.answer(row.pk, tools={}, actor=boss, now=NOON)
    with pytest.raises(NotAllowedNow):
        imports.undo(row.pk, actor=boss, now=NOON)
    done = imports.apply(prepared(boss).pk, actor=boss, now=NOON)
    with pytest.raises(NotAllowedNow):
        imports.discard(done.pk, actor=boss, now=NOON)
    with pytest.raises(NotAllowedNow):
        imports.set_columns(done.pk, imports.mapping_of(done), actor=boss, now=NOON)

    assert everything() == (3, 3, 2, 3)


def test_a_corrected_cell_that_says_what_the_file_says_is_none(boss, chatgpt):
    row = prepared(boss)

    imports.answer(
        row.pk,
        cells={2: {Field.RTO: "4 h"}, 3: {Field.NAME: "Triage\x00 "}},
        left_out={4: True},
        actor=boss,
        now=NOON,
    )
    row = imports.answer(row.pk, left_out={4: False}, actor=boss, now=NOON)

    assert row.answers["cells"] == {"2": {"rto": "4 h"}}
    assert row.answers["left_out"] == []


def test_an_import_takes_as_many_queries_for_3_rows_as_for_300(
    boss, chatgpt, django_assert_num_queries
):
    counts = []
    for size in (3, 300):
        lines = "".join(
            f"W{size}-{number},Team {size}-{number},ChatGPT\n" for number in range(size)
        )
        row = prepared(boss, f"Workflow,Team,Tool\n{lines}")
        with django_assert_num_queries(27, exact=False) as captured:
            imports.apply(row.pk, actor=boss, now=NOON)
        counts.append(len(captured))

    assert counts[0] == counts[1]
