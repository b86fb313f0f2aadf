from datetime import timedelta

import pytest

from continuity.domain.errors import Conflict
from continuity.history.models import Entry
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Proof,
    RunbookStep,
    Workflow,
)
from continuity.inventory.services import (
    alternatives,
    dependencies,
    runbooks,
    workflows,
)
from continuity.inventory.services.runbooks import Step
from continuity.inventory.services.workflows import NameTaken
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    ProofFactory,
    RunbookStepFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    WorkflowFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return UserFactory(name="Camille")


def entry() -> Entry:
    return Entry.objects.latest("pk")


def three_alternatives():
    dependency = DependencyFactory(tool__name="Chat")
    named = [
        AlternativeFactory(dependency=dependency, rank=rank, tool__name=name)
        for rank, name in enumerate(("Ada", "Bea", "Cleo"), start=1)
    ]
    return dependency, named


def ranked(dependency) -> list[tuple[int, str]]:
    return [(one.rank, str(one)) for one in dependency.alternatives.select_related("tool")]


def test_adding_a_workflow_writes_what_was_filled_in(actor):
    fields = {"team": TeamFactory(name="Claims"), "name": "Triage", "rto": None}

    added = workflows.add(fields=fields, actor=actor, now=NOON)

    assert (added.created_at, str(entry().team)) == (NOON, "Claims")
    assert entry().verb == "workflow.created"
    assert entry().after == {"team": "Claims", "name": "Triage"}


def test_changing_a_workflow_writes_only_what_differs(actor):
    workflow = WorkflowFactory(name="Triage", rto=timedelta(hours=1))
    fields = {"name": "Triage", "rto": timedelta(minutes=30)}

    workflows.change(workflow.pk, fields=fields, actor=actor, now=NOON)

    workflow.refresh_from_db()
    assert workflow.rto == timedelta(minutes=30)
    assert (entry().verb, entry().before) == ("workflow.changed", {"rto": 3600.0})
    assert entry().after == {"rto": 1800.0}


def test_changing_nothing_leaves_no_line(actor):
    workflow = WorkflowFactory(name="Triage")

    workflows.change(workflow.pk, fields={"name": "Triage"}, actor=actor, now=NOON)

    assert not Entry.objects.exists()


def test_what_another_person_changed_meanwhile_stays(actor):
    workflow = WorkflowFactory(name="Triage", hours="")
    workflows.change(workflow.pk, fields={"hours": "8 to 18"}, actor=actor, now=NOON)

    workflows.change(workflow.pk, fields={"name": "Sorting"}, actor=actor, now=NOON)

    workflow.refresh_from_db()
    assert (workflow.name, workflow.hours) == ("Sorting", "8 to 18")


def test_an_archived_workflow_leaves_the_list_and_comes_back(actor):
    workflow = WorkflowFactory()

    workflows.archive(workflow.pk, actor=actor, now=NOON)
    workflows.archive(workflow.pk, actor=actor, now=NOON + timedelta(hours=1))
    workflow.refresh_from_db()
    assert (workflow.archived_at, Entry.objects.count()) == (NOON, 1)
    assert not Workflow.objects.current().exists()

    workflows.bring_back(workflow.pk, actor=actor, now=NOON)
    assert Workflow.objects.current().get() == workflow
    assert entry().verb == "workflow.restored"


def test_a_workflow_whose_name_was_taken_cannot_come_back(actor):
    gone = WorkflowFactory(name="Triage", archived_at=NOON)
    WorkflowFactory(name="triage", team=gone.team)

    with pytest.raises(NameTaken):
        workflows.bring_back(gone.pk, actor=actor, now=NOON)

    gone.refresh_from_db()
    assert gone.archived_at == NOON
    assert not Entry.objects.exists()


def test_a_tool_is_added_once_however_often_it_is_asked_for(actor):
    workflow, tool = WorkflowFactory(), ToolFactory(name="Chat")
    fields = {"tool": tool, "purpose": "Drafts", "without": "stops"}

    first = dependencies.add(workflow.pk, fields=fields, actor=actor, now=NOON)
    again = dependencies.add(workflow.pk, fields=fields, actor=actor, now=NOON)

    assert (again, Entry.objects.count()) == (first, 1)
    assert entry().after == {"tool": "Chat", "purpose": "Drafts", "without": "stops"}
    assert entry().subject_id == workflow.pk


def test_tools_keep_the_order_in_which_they_were_named(actor):
    workflow = WorkflowFactory()
    for name in ("Zeta", "Alpha"):
        fields = {"tool": ToolFactory(name=name), "purpose": "", "without": "stops"}
        dependencies.add(workflow.pk, fields=fields, actor=actor, now=NOON)

    assert [one.tool.name for one in workflow.dependencies.all()] == ["Zeta", "Alpha"]


def test_changing_a_dependency_names_its_tool(actor):
    dependency = DependencyFactory(tool__name="Chat", without="stops")

    dependencies.change(
        dependency.pk, fields={"without": "degraded"}, actor=actor, now=NOON
    )

    dependency.refresh_from_db()
    assert dependency.without == "degraded"
    assert entry().before == {"tool": "Chat", "without": "stops"}
    assert entry().after == {"tool": "Chat", "without": "degraded"}


def test_removing_a_dependency_takes_its_alternatives_and_keeps_their_names(actor):
    dependency, _named = three_alternatives()

    dependencies.remove(dependency.pk, actor=actor, now=NOON)

    assert not Dependency.objects.exists()
    assert not Alternative.objects.exists()
    assert entry().before["alternatives"] == ["Ada", "Bea", "Cleo"]


def test_a_new_alternative_is_ranked_last(actor):
    dependency, _named = three_alternatives()
    fields = {"tool": None, "procedure": "By phone", "kind": "manual"}

    alternatives.add(dependency.pk, fields=fields, actor=actor, now=NOON)
    alternatives.add(dependency.pk, fields=fields, actor=actor, now=NOON)

    assert ranked(dependency)[3:] == [(4, "By phone")]
    assert Entry.objects.count() == 1
    assert entry().after == {"alternative": "By phone", "tool": "Chat", "kind": "manual"}


def test_changing_an_alternative_says_from_what_to_what(actor):
    _dependency, named = three_alternatives()

    alternatives.change(
        named[0].pk, fields={"expected_capacity": 60}, actor=actor, now=NOON
    )

    assert entry().before == {"alternative": "Ada"}
    assert entry().after == {"alternative": "Ada", "expected_capacity": 60}


def test_a_proven_tool_does_not_become_another_tool(actor):
    alternative, other = AlternativeFactory(tool__name="Ada"), ToolFactory()
    ProofFactory(alternative=alternative)

    with pytest.raises(alternatives.ProvenOtherwise):
        alternatives.change(alternative.pk, fields={"tool": other}, actor=actor, now=NOON)

    alternative.refresh_from_db()
    assert str(alternative) == "Ada"
    assert not Entry.objects.exists()


def test_a_tool_without_proofs_may_become_another(actor):
    alternative, other = AlternativeFactory(tool__name="Ada"), ToolFactory(name="Bea")

    alternatives.change(alternative.pk, fields={"tool": other}, actor=actor, now=NOON)

    assert entry().before == {"alternative": "Ada"}
    assert entry().after == {"alternative": "Bea"}


def test_removing_an_alternative_closes_the_gap(actor):
    dependency, named = three_alternatives()
    ProofFactory(alternative=named[0])
    RunbookStepFactory(alternative=named[0], text="Sign in")

    alternatives.remove(named[0].pk, actor=actor, now=NOON)

    assert ranked(dependency) == [(1, "Bea"), (2, "Cleo")]
    assert not Proof.objects.exists()
    assert entry().before == {
        "alternative": "Ada",
        "tool": "Chat",
        "rank": 1,
        "proofs": 1,
        "steps": ["Sign in"],
    }


def test_a_new_order_is_stored_and_written_down(actor):
    dependency, (ada, bea, cleo) = three_alternatives()

    alternatives.reorder(
        dependency.pk, order=[cleo.pk, ada.pk, bea.pk], actor=actor, now=NOON
    )

    assert ranked(dependency) == [(1, "Cleo"), (2, "Ada"), (3, "Bea")]
    assert entry().before == {"tool": "Chat", "order": ["Ada", "Bea", "Cleo"]}
    assert entry().after == {"tool": "Chat", "order": ["Cleo", "Ada", "Bea"]}


def test_the_same_order_again_leaves_no_line(actor):
    dependency, named = three_alternatives()

    alternatives.reorder(
        dependency.pk, order=[one.pk for one in named], actor=actor, now=NOON
    )

    assert not Entry.objects.exists()


def test_an_order_of_other_alternatives_is_refused(actor):
    dependency, named = three_alternatives()

    for order in ([], [named[0].pk], [one.pk for one in named] + [named[0].pk]):
        with pytest.raises(Conflict):
            alternatives.reorder(dependency.pk, order=order, actor=actor, now=NOON)

    assert ranked(dependency) == [(1, "Ada"), (2, "Bea"), (3, "Cleo")]


def test_a_runbook_is_made_exactly_as_given_and_steps_keep_their_rows(actor):
    alternative = AlternativeFactory(tool__name="Ada")
    first = RunbookStepFactory(alternative=alternative, position=1, text="Sign in")
    second = RunbookStepFactory(alternative=alternative, position=2, text="Call")
    steps = [
        Step("Tell the team"),
        Step("Sign in", pk=first.pk, expected=timedelta(minutes=3)),
    ]

    runbooks.save(alternative.pk, steps=steps, actor=actor, now=NOON)

    kept = list(alternative.steps.values_list("position", "text"))
    assert kept == [(1, "Tell the team"), (2, "Sign in")]
    assert RunbookStep.objects.get(pk=first.pk).expected == timedelta(minutes=3)
    assert not RunbookStep.objects.filter(pk=second.pk).exists()
    assert entry().before == {"alternative": "Ada", "steps": ["Sign in", "Call"]}


def test_steps_can_change_places(actor):
    alternative = AlternativeFactory()
    one, two = (RunbookStepFactory(alternative=alternative, position=n) for n in (1, 2))

    runbooks.save(
        alternative.pk,
        steps=[Step(two.text, pk=two.pk), Step(one.text, pk=one.pk)],
        actor=actor,
        now=NOON,
    )

    assert list(alternative.steps.all()) == [two, one]


def test_saving_a_runbook_twice_leaves_one_line(actor):
    alternative = AlternativeFactory()
    runbooks.save(alternative.pk, steps=[Step("Go")], actor=actor, now=NOON)
    step = alternative.steps.get()

    runbooks.save(alternative.pk, steps=[Step("Go", pk=step.pk)], actor=actor, now=NOON)

    assert (alternative.steps.count(), Entry.objects.count()) == (1, 1)


def test_a_step_of_another_runbook_is_not_taken_over(actor):
    alternative, foreign = AlternativeFactory(), RunbookStepFactory(text="Theirs")

    runbooks.save(
        alternative.pk, steps=[Step("Ours", pk=foreign.pk)], actor=actor, now=NOON
    )

    foreign.refresh_from_db()
    assert foreign.text == "Theirs"
    assert alternative.steps.get().text == "Ours"
