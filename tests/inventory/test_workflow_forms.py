from datetime import timedelta

import pytest
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.history.models import Entry
from continuity.inventory.models import Alternative, Dependency, Workflow
from tests.factories import (
    AlternativeFactory,
    DependencyFactory,
    ProofFactory,
    RunbookStepFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    WorkflowFactory,
    manager,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return TeamFactory(name="Claims")


@pytest.fixture(autouse=True)
def signed_in(client, team):
    person = member(team, TeamRole.MEMBER)
    client.force_login(person)
    return person


def post(client, route, pk, data):
    args = [] if pk is None else [pk]
    return client.post(reverse(f"inventory:{route}", args=args), data)


def test_a_workflow_is_added_with_a_name_and_a_team_and_leads_to_its_tools(client, team):
    response = post(
        client, "workflow_new", None, {"name": "Triage", "team": team.pk, "tier": 3}
    )

    workflow = Workflow.objects.get()
    assert (workflow.name, workflow.rto, workflow.owner) == ("Triage", None, None)
    assert response["Location"] == f"/workflows/{workflow.pk}/tools/new/"


def test_pressing_twice_adds_one_workflow(client, team):
    data = {"name": "Triage", "team": team.pk, "tier": 3}
    post(client, "workflow_new", None, data)

    again = post(client, "workflow_new", None, data)

    assert (again.status_code, Workflow.objects.count()) == (422, 1)
    assert "This team has a workflow with this name." in again.content.decode()


def test_lengths_are_typed_as_people_write_them(client, team):
    data = {"name": "A", "team": team.pk, "tier": 1, "rto": "1 h 30", "mtpd": "2 jours"}
    post(client, "workflow_new", None, data)

    workflow = Workflow.objects.get()
    assert (workflow.rto, workflow.mtpd) == (
        timedelta(hours=1, minutes=30),
        timedelta(days=2),
    )


@pytest.mark.parametrize(
    ("field", "data", "sentence"),
    [
        ("rto", {"rto": "soon"}, "“soon” is not a length of time."),
        ("rto", {"rto": "0"}, "The RTO must be longer than zero."),
        ("rto", {"rto": "5 h", "mtpd": "4 h"}, "The RTO must not be longer than the MTPD"),
        ("people_least", {"people_least": 5, "people_most": 2}, "must not exceed"),
        ("mbco_percent", {"mbco_percent": 140}, "between 0 and 100"),
        ("name", {"name": ""}, "This field is required."),
    ],
)
def test_a_wrong_answer_is_named_beside_its_field_and_nothing_is_saved(
    client, team, field, data, sentence
):
    response = post(
        client, "workflow_new", None, {"name": "A", "team": team.pk, "tier": 1, **data}
    )

    assert response.status_code == 422
    assert sentence in response.context["form"].errors[field][0]
    assert f'id="id_{field}_error"' in response.content.decode()
    assert not Workflow.objects.exists()


def test_owner_and_deputy_are_two_active_people(client, team, signed_in):
    closed = UserFactory(name="Gone", is_active=False)
    data = {"name": "A", "team": team.pk, "tier": 1}

    same = post(
        client,
        "workflow_new",
        None,
        {**data, "owner": signed_in.pk, "deputy": signed_in.pk},
    )
    gone = post(client, "workflow_new", None, {**data, "owner": closed.pk})

    assert "deputy" in same.context["form"].errors
    assert "owner" in gone.context["form"].errors
    assert not Workflow.objects.exists()


def test_an_owner_whose_account_was_closed_stays_until_another_is_chosen(client, team):
    closed = UserFactory(is_active=False)
    workflow = WorkflowFactory(team=team, owner=closed)
    data = {"name": "Renamed", "team": team.pk, "tier": 1, "owner": closed.pk}

    assert post(client, "workflow_edit", workflow.pk, data).status_code == 302

    workflow.refresh_from_db()
    assert (workflow.name, workflow.owner) == ("Renamed", closed)


def test_a_workflow_cannot_be_moved_to_a_team_one_may_not_edit(client, team):
    workflow, other = WorkflowFactory(team=team), TeamFactory()

    response = post(
        client, "workflow_edit", workflow.pk, {"name": "A", "team": other.pk, "tier": 1}
    )

    workflow.refresh_from_db()
    assert (response.status_code, workflow.team) == (422, team)


def test_editing_writes_only_what_was_changed(client, team):
    workflow = WorkflowFactory(
        team=team, name="A", tier=2, rto=timedelta(minutes=90), data_class=""
    )
    data = {"name": "B", "team": team.pk, "tier": 2, "rto": "90", "mbco_percent": 50}

    post(client, "workflow_edit", workflow.pk, data)

    assert Entry.objects.get().before == {"name": "A"}


def test_archiving_can_be_taken_back_from_the_page(client, team):
    workflow = WorkflowFactory(team=team)
    post(client, "workflow_archive", workflow.pk, {})

    page = client.get(workflow.get_absolute_url()).content.decode()
    assert "Bring it back" in page
    assert "Plan a drill" not in page

    post(client, "workflow_restore", workflow.pk, {})
    assert Workflow.objects.current().count() == 1


def test_a_name_that_was_taken_in_the_meantime_is_refused_in_words(client, team):
    gone = WorkflowFactory(team=team, name="Triage")
    post(client, "workflow_archive", gone.pk, {})
    WorkflowFactory(team=team, name="Triage")

    response = post(client, "workflow_restore", gone.pk, {})

    assert response.status_code == 409
    assert "another workflow called “Triage”" in response.content.decode()


def test_a_tool_is_offered_until_the_workflow_depends_on_it(client, team):
    dependency = DependencyFactory(workflow__team=team, tool__name="Quill")
    ToolFactory(name="Pen")

    page = client.get(
        reverse("inventory:dependency_new", args=[dependency.workflow_id])
    ).content.decode()

    assert ">Pen</option>" in page
    assert ">Quill</option>" not in page


def test_an_alternative_is_a_tool_or_a_procedure_with_a_name(client, team):
    dependency = DependencyFactory(workflow__team=team)
    tool = ToolFactory()

    nothing = post(client, "alternative_new", dependency.pk, {"kind": "other_provider"})
    nameless = post(
        client, "alternative_new", dependency.pk, {"kind": "manual", "tool": tool.pk}
    )
    itself = post(
        client,
        "alternative_new",
        dependency.pk,
        {"kind": "other_provider", "tool": dependency.tool_id},
    )

    assert "tool" in nothing.context["form"].errors
    assert "procedure" in nameless.context["form"].errors
    assert "tool" in itself.context["form"].errors
    assert not Alternative.objects.exists()


def test_an_alternative_is_added_last_and_leads_to_its_runbook(client, team):
    first = AlternativeFactory(rank=1, dependency__workflow__team=team)
    data = {
        "kind": "other_provider",
        "tool": ToolFactory(name="Pen").pk,
        "procedure": "ignored",
        "expected_switch": "15 min",
        "expected_capacity": "60",
        "approved_data": ["public", "personal"],
    }

    response = post(client, "alternative_new", first.dependency_id, data)

    added = Alternative.objects.get(rank=2)
    assert (str(added), added.procedure, added.expected_capacity) == ("Pen", "", 60)
    assert added.expected_switch == timedelta(minutes=15)
    assert added.approved_data == ["public", "personal"]
    assert response["Location"] == f"/workflows/alternatives/{added.pk}/runbook/"


def test_a_proven_alternative_keeps_its_tool_and_takes_other_facts(client, team):
    alternative = AlternativeFactory(
        rank=1, dependency__workflow__team=team, tool__name="Ada"
    )
    ProofFactory(alternative=alternative)
    other = {"kind": "other_provider", "tool": ToolFactory().pk}
    same = {"kind": "self_hosted", "tool": alternative.tool_id}

    refused = post(client, "alternative_edit", alternative.pk, other)
    taken = post(client, "alternative_edit", alternative.pk, same)

    assert refused.context["form"].errors["tool"] == [
        "Its proofs are of Ada. Add the other tool as an alternative of its own."
    ]
    assert (refused.status_code, taken.status_code) == (422, 302)
    alternative.refresh_from_db()
    assert (str(alternative), alternative.kind) == ("Ada", "self_hosted")


def test_the_same_tool_is_an_alternative_once(client, team):
    first = AlternativeFactory(rank=1, dependency__workflow__team=team)
    data = {"kind": "other_provider", "tool": first.tool_id}

    response = post(client, "alternative_new", first.dependency_id, data)

    assert (response.status_code, Alternative.objects.count()) == (422, 1)


def test_one_step_up_works_without_javascript(client, team):
    first = AlternativeFactory(rank=1, dependency__workflow__team=team)
    second = AlternativeFactory(rank=2, dependency=first.dependency)

    response = post(
        client, "alternatives_order", first.dependency_id, {"move": f"{second.pk}:up"}
    )

    assert response.status_code == 302
    assert list(first.dependency.alternatives.all()) == [second, first]


def test_a_script_gets_json_and_a_refusal_in_words(client, team):
    first = AlternativeFactory(rank=1, dependency__workflow__team=team)
    second = AlternativeFactory(rank=2, dependency=first.dependency)
    url = reverse("inventory:alternatives_order", args=[first.dependency_id])
    asking = {"headers": {"Accept": "application/json"}}

    moved = client.post(url, {"order": [second.pk, first.pk]}, **asking)
    refused = client.post(url, {"order": [second.pk]}, **asking)

    assert moved.json() == {"order": [second.pk, first.pk]}
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert list(first.dependency.alternatives.all()) == [second, first]


def test_the_page_offers_to_put_the_order_back(client, team):
    first = AlternativeFactory(rank=1, dependency__workflow__team=team)
    second = AlternativeFactory(rank=2, dependency=first.dependency)
    post(client, "alternatives_order", first.dependency_id, {"move": f"{second.pk}:up"})

    page = client.get(first.dependency.workflow.get_absolute_url()).content.decode()

    assert "Undo" in page
    undone = f'name="order" value="{first.pk}"><input type="hidden" name="order" '
    assert f'{undone}value="{second.pk}"' in page


def test_removing_a_tool_asks_and_takes_its_alternatives(client, team):
    alternative = AlternativeFactory(rank=1, dependency__workflow__team=team)
    pk = alternative.dependency_id

    page = client.get(reverse("inventory:dependency_edit", args=[pk])).content.decode()
    assert "Its alternatives, their runbooks and their proofs go with it." in page

    post(client, "dependency_remove", pk, {})
    assert not Dependency.objects.exists()


def steps(*rows, **more):
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0, **more}
    for number, row in enumerate(rows):
        data.update({f"form-{number}-{name}": value for name, value in row.items()})
    return data


def test_a_runbook_is_saved_as_typed_and_empty_rows_are_no_steps(client, team):
    alternative = AlternativeFactory(rank=1, dependency__workflow__team=team)
    rows = steps({"text": "Sign in", "expected": "3 min"}, {"text": ""}, {"text": "Call"})

    response = post(client, "runbook", alternative.pk, rows)

    assert response.status_code == 302
    saved = list(alternative.steps.values_list("position", "text", "expected"))
    assert saved == [(1, "Sign in", timedelta(minutes=3)), (2, "Call", None)]


def test_buttons_of_the_runbook_rearrange_what_was_typed_and_save_nothing(client, team):
    alternative = AlternativeFactory(rank=1, dependency__workflow__team=team)
    RunbookStepFactory(alternative=alternative, position=1, text="Kept")
    typed = ({"text": "One", "expected": "soon"}, {"text": "Two"})

    def rows(button):
        response = post(client, "runbook", alternative.pk, steps(*typed, do=button))
        assert response.status_code == 200
        return [form["text"].value() for form in response.context["formset"]]

    assert rows("add") == ["One", "Two", None]
    assert rows("down:0") == ["Two", "One"]
    assert rows("up:1") == ["Two", "One"]
    assert rows("drop:0") == ["Two"]
    assert rows("up:0") == rows("nonsense") == ["One", "Two"]
    assert alternative.steps.get().text == "Kept"


def test_a_step_without_words_is_refused_beside_its_field(client, team):
    alternative = AlternativeFactory(rank=1, dependency__workflow__team=team)

    response = post(client, "runbook", alternative.pk, steps({"role": "Lead"}))

    assert response.status_code == 422
    assert "Say what to do in this step, or remove it." in response.content.decode()
    assert not alternative.steps.exists()


def test_who_may_edit_no_team_is_told_whom_to_ask(client):
    client.force_login(UserFactory())

    page = client.get(reverse("inventory:workflow_new")).content.decode()

    assert "You are in no team that you may add to" in page
    assert '<button class="btn btn-primary" type="submit">' not in page


def test_a_manager_is_led_to_the_catalogue_where_a_tool_is_missing(client):
    client.force_login(manager())
    workflow = WorkflowFactory()

    page = client.get(
        reverse("inventory:dependency_new", args=[workflow.pk])
    ).content.decode()

    assert reverse("inventory:tool_new") in page
