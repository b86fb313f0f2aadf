from datetime import timedelta

import pytest
from django.apps import apps
from django.forms.models import model_to_dict
from django.urls import reverse

from continuity.accounts.models import Membership, Team
from continuity.accounts.roles import TeamRole
from continuity.drills.models import Schedule
from continuity.drills.services import scheduling
from continuity.drills.services import undoing as undoing_drills
from continuity.history.models import Deletion, Entry
from continuity.history.services import deletions
from continuity.history.services.deletions import CannotBringBack
from continuity.inventory.models import (
    Alternative,
    Dependency,
    ImpactLevel,
    ProofFile,
    RunbookStep,
    SavedView,
    ToolName,
    Upstream,
)
from continuity.inventory.services import (
    alternatives,
    dependencies,
    runbooks,
    saved,
    scales,
    tools,
    undoing,
)
from continuity.inventory.services.runbooks import Step
from continuity.people import services as people
from continuity.web.problems import sentence
from tests.factories import (
    NOON,
    AccessFactory,
    AlternativeFactory,
    DependencyFactory,
    ImpactLevelFactory,
    MembershipFactory,
    ProofFactory,
    RecoveryFactory,
    RunbookStepFactory,
    ScheduleFactory,
    TeamFactory,
    ToolFactory,
    UpstreamFactory,
    UserFactory,
    WorkflowFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
KEPT_APART = {"history.entry", "history.deletion", "sessions.session"}


def everything():
    """Every row of the product but what the history itself writes."""
    return {
        (model._meta.label_lower, row.pk): {
            field.attname: (
                bytes(value)
                if isinstance(value := getattr(row, field.attname), memoryview)
                else value
            )
            for field in model._meta.concrete_fields
            # Every change is a new version of the workflow, there and back.
            if field.name != "version" or model.__name__ != "Workflow"
        }
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label_lower not in KEPT_APART
        for row in model._default_manager.all()
    }


def ranked(dependency):
    return [(one.rank, str(one)) for one in dependency.alternatives.order_by("rank")]


def test_a_dependency_comes_back_with_all_that_went_with_it_row_by_row():
    actor = manager()
    alternative = AlternativeFactory(rank=1, expected_switch=timedelta(microseconds=7))
    AlternativeFactory(rank=2, dependency=alternative.dependency, manual=True)
    RunbookStepFactory(alternative=alternative, expected=timedelta(minutes=3))
    proof = ProofFactory(alternative=alternative, file_name="proof.bin", by=actor)
    ProofFile.objects.create(proof=proof, content=b"\x00\xff\x10")
    AccessFactory(alternative=alternative)
    RecoveryFactory(dependency=alternative.dependency, alternative=alternative, proof=proof)
    runbooks.approve(alternative.pk, number=0, actor=actor, now=NOON)
    before = everything()

    gone = dependencies.remove(alternative.dependency_id, actor=actor, now=NOON)
    assert not Dependency.objects.exists()
    assert len(everything()) == len(before) - 8
    undoing.bring_back(gone.pk, actor=actor, now=LATER)

    assert everything() == before
    gone.refresh_from_db()
    assert (gone.restored_at, gone.restored_by) == (LATER, actor)
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "runbook.approved",
        "dependency.removed",
        "dependency.brought_back",
    ]


def test_an_alternative_has_its_rank_again_and_those_after_it_move_down():
    dependency, actor = DependencyFactory(), manager()
    for rank, name in enumerate(("A", "B", "C"), start=1):
        AlternativeFactory(dependency=dependency, rank=rank, tool__name=name)
    second = dependency.alternatives.get(rank=2)
    before = everything()

    gone = alternatives.remove(second.pk, actor=actor, now=NOON)
    assert ranked(dependency) == [(1, "A"), (2, "C")]
    undoing.bring_back(gone.pk, actor=actor, now=LATER)

    assert ranked(dependency) == [(1, "A"), (2, "B"), (3, "C")]
    assert everything() == before


def test_what_was_added_again_in_the_meantime_keeps_the_place():
    alternative, actor = AlternativeFactory(rank=1, tool__name="Quill"), manager()
    gone = alternatives.remove(alternative.pk, actor=actor, now=NOON)
    AlternativeFactory(dependency=alternative.dependency, rank=1, tool=alternative.tool)
    before = everything()

    with pytest.raises(CannotBringBack) as refused:
        undoing.bring_back(gone.pk, actor=actor, now=LATER)

    assert "another one has its name or place by now" in sentence(refused.value)
    assert everything() == before
    gone.refresh_from_db()
    assert gone.restored_at is None


def test_what_belonged_to_something_that_is_gone_says_what_to_bring_back_first():
    alternative = AlternativeFactory(
        rank=1, dependency__tool__name="Quill", dependency__workflow__name="Triage"
    )
    dependency, actor = alternative.dependency, manager()
    first = alternatives.remove(alternative.pk, actor=actor, now=NOON)
    then = dependencies.remove(dependency.pk, actor=actor, now=NOON)

    with pytest.raises(CannotBringBack) as refused:
        undoing.bring_back(first.pk, actor=actor, now=LATER)
    assert "“Triage on Quill”, to which it belonged, is gone" in sentence(refused.value)

    undoing.bring_back(then.pk, actor=actor, now=LATER)
    undoing.bring_back(first.pk, actor=actor, now=LATER)
    assert Alternative.objects.get().pk == alternative.pk


def test_a_second_time_is_refused():
    gone = alternatives.remove(AlternativeFactory().pk, actor=manager(), now=NOON)
    undoing.bring_back(gone.pk, actor=manager(), now=NOON)

    with pytest.raises(deletions.Conflict):
        undoing.bring_back(gone.pk, actor=manager(), now=NOON)


def test_steps_taken_out_of_a_runbook_stand_at_their_places_again():
    alternative, actor = AlternativeFactory(), manager()
    one, two, three = (
        RunbookStepFactory(alternative=alternative, position=place, text=text)
        for place, text in enumerate(("One", "Two", "Three"), start=1)
    )
    kept = [Step("One", pk=one.pk), Step("Three", pk=three.pk)]
    gone = runbooks.save(alternative.pk, steps=kept, actor=actor, now=NOON)

    undoing.bring_back(gone.pk, actor=actor, now=LATER)

    steps = RunbookStep.objects.order_by("position")
    assert [(step.position, step.pk) for step in steps] == [
        (1, one.pk), (2, two.pk), (3, three.pk),
    ]  # fmt: skip
    assert alternative.runbook_versions.count() == 3


def test_an_upstream_a_spelling_and_a_level_come_back_as_they_were():
    actor = manager()
    edge = UpstreamFactory(from_catalogue=False, tool__from_catalogue=False)
    spelling = ToolName.objects.create(tool=edge.tool, name="Q.", normal="q")
    level = ImpactLevelFactory(name="Odd", order=3)
    before = everything()

    all_gone = [
        tools.remove_upstream(edge.pk, actor=actor, now=NOON),
        tools.remove_spelling(edge.tool_id, spelling_pk=spelling.pk, actor=actor, now=NOON),
        scales.remove_level(level.pk, actor=actor, now=NOON),
    ]
    assert (Upstream.objects.count(), ToolName.objects.count()) == (0, 0)
    for gone in all_gone:
        undoing.bring_back(gone.pk, actor=actor, now=LATER)

    assert everything() == before


def test_a_level_whose_place_is_taken_becomes_the_worst():
    actor = manager()
    level = ImpactLevelFactory(name="Odd", order=0, tolerable=True)
    gone = scales.remove_level(level.pk, actor=actor, now=NOON)
    ImpactLevelFactory(name="Mild", order=0, tolerable=True)

    undoing.bring_back(gone.pk, actor=actor, now=LATER)

    assert [str(one) for one in ImpactLevel.objects.order_by("order")] == ["Mild", "Odd"]


def test_a_schedule_goes_on_from_now_with_its_tools():
    schedule = ScheduleFactory(rrule="FREQ=WEEKLY", next_due_at=NOON, opens_at=NOON)
    schedule.tools.set([ToolFactory(), ToolFactory()])
    before, actor = model_to_dict(schedule), manager()

    gone = scheduling.delete(schedule.pk, actor=actor, now=NOON)
    assert not Schedule.objects.exists()
    undoing_drills.bring_back(gone.pk, actor=actor, now=NOON + timedelta(days=15))

    after = model_to_dict(Schedule.objects.get())
    weeks = NOON + timedelta(weeks=3)
    assert after == before | {"next_due_at": weeks, "opens_at": weeks}


@pytest.mark.django_db(transaction=True)
def test_a_team_comes_back_with_its_members_and_its_lines_of_history():
    team, actor = TeamFactory(name="Claims"), administrator()
    MembershipFactory(team=team, role=TeamRole.LEAD)
    people.change_team(team.pk, name="Claims 2", parent=None, actor=actor, now=NOON)
    before = everything()

    gone = people.remove_team(team.pk, actor=actor, now=NOON)
    assert Entry.objects.filter(team=team.pk).count() == 0
    people.bring_back(gone.pk, actor=actor, now=LATER)

    assert everything() == before
    assert [entry.verb for entry in Entry.objects.filter(team=team.pk)] == [
        "team.brought_back",
        "team.changed",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_team_whose_name_is_taken_stays_away():
    team, actor = TeamFactory(name="Claims"), administrator()
    gone = people.remove_team(team.pk, actor=actor, now=NOON)
    TeamFactory(name="claims")

    with pytest.raises(CannotBringBack) as refused:
        people.bring_back(gone.pk, actor=actor, now=LATER)

    assert refused.value.fields["name"] == "Claims"
    assert Team.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_somebody_taken_out_of_a_team_comes_back_in_the_same_role():
    had, actor = MembershipFactory(role=TeamRole.LEAD), administrator()

    gone = people.set_membership(had.team, had.user, None, actor=actor, now=NOON)
    people.bring_back(gone.pk, actor=actor, now=LATER)

    assert Membership.objects.get().role == TeamRole.LEAD


@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 404), (TeamRole.VIEWER, 403), (TeamRole.MEMBER, 302)],
)
def test_who_may_bring_back_an_alternative(client, who, status):
    alternative = AlternativeFactory()
    team = alternative.dependency.workflow.team
    gone = alternatives.remove(alternative.pk, actor=manager(), now=NOON)
    Deletion.objects.update(at=deletions_now())
    client.force_login(UserFactory() if who == "stranger" else member(team, who))

    response = client.post(reverse("inventory:undo_deletion", args=[gone.pk]))

    assert response.status_code == status
    assert Alternative.objects.exists() is (status == 302)


def deletions_now():
    from django.utils import timezone

    return timezone.now()


def test_who_may_no_longer_edit_the_workflow_brings_nothing_back(client):
    alternative = AlternativeFactory()
    workflow = alternative.dependency.workflow
    lead = member(workflow.team, TeamRole.LEAD)
    gone = alternatives.remove(alternative.pk, actor=lead, now=deletions_now())
    workflow.team = TeamFactory()
    workflow.save()
    client.force_login(lead)

    response = client.post(reverse("inventory:undo_deletion", args=[gone.pk]))

    assert response.status_code == 403
    assert not Alternative.objects.exists()


def test_a_view_is_brought_back_by_its_owner_alone(client):
    owner = UserFactory()
    view = SavedView.objects.create(owner=owner, page="tools", name="Mine", query="q=a")
    gone = saved.remove(view.pk, actor=owner, now=deletions_now())
    address = reverse("inventory:undo_deletion", args=[gone.pk])

    client.force_login(manager())
    assert client.post(address).status_code == 404
    client.force_login(owner)
    assert client.post(address).status_code == 302
    assert SavedView.objects.get() == view


def test_right_after_deleting_there_is_a_button_that_undoes_it(client):
    alternative = AlternativeFactory()
    client.force_login(manager())

    page = client.post(
        reverse("inventory:alternative_remove", args=[alternative.pk]), follow=True
    ).content.decode()

    address = reverse("inventory:undo_deletion", args=[Deletion.objects.get().pk])
    assert f'<form method="post" action="{address}">' in page
    client.post(address)
    assert Alternative.objects.get() == alternative


@pytest.mark.parametrize("number", [1, 100])
def test_the_page_of_deleted_things_takes_the_same_queries_for_1_and_100(
    client, django_assert_num_queries, number
):
    now = deletions_now()
    for _each in range(number):
        alternatives.remove(AlternativeFactory().pk, actor=manager(), now=now)
    client.force_login(auditor())

    with django_assert_num_queries(6):
        page = client.get(reverse("history:deleted"))

    assert len(page.context["lines"]) == min(number, 50)
    assert "Bring it back<span" not in page.content.decode()


def test_after_thirty_days_it_is_gone_for_good():
    WorkflowFactory()
    gone = alternatives.remove(AlternativeFactory().pk, actor=manager(), now=NOON)

    assert deletions.forget(now=NOON + timedelta(days=30)) == 0
    with pytest.raises(CannotBringBack) as refused:
        undoing.bring_back(
            gone.pk, actor=manager(), now=NOON + timedelta(days=30, seconds=1)
        )
    assert refused.value.fields["reason"] == "gone_for_good"
    assert deletions.forget(now=NOON + timedelta(days=30, seconds=1)) == 1
