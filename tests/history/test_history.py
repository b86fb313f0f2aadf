import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from continuity.accounts.roles import TeamRole
from continuity.config.places import PROJECT
from continuity.history import queries
from continuity.history.models import Entry
from continuity.history.services import record
from tests.factories import (
    NOON,
    UserFactory,
    WorkflowFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db


def write(verb="workflow.changed", *, at=NOON, actor=None, **fields):
    workflow = fields.pop("workflow", None) or WorkflowFactory()
    record(verb, workflow, actor=actor, now=at, team=workflow.team, **fields)
    return workflow


def test_a_line_says_what_was_done_by_whom_from_what_to_what():
    amina = UserFactory(name="Amina")
    workflow = write(
        actor=amina,
        before={"rto": timedelta(hours=1), "is_active": True, "owner": None},
        after={"rto": timedelta(minutes=30), "is_active": False, "owner": amina},
    )

    [line] = queries.history(manager(), queries.Wanted()).lines

    assert (line.did, line.by, line.subject) == ("Workflow changed", "Amina", workflow.name)
    said = {change.field: (change.before, change.after) for change in line.changes}
    assert said == {
        "RTO": ("1\u00a0h", "30\u00a0min"),
        "May sign in": ("Yes", "No"),
        "Owner": ("–", "Amina"),
    }


def test_a_verb_nobody_gave_words_to_shows_itself():
    write("workflow.teleported")

    [line] = queries.history(manager(), queries.Wanted()).lines

    assert line.did == "workflow.teleported"


def test_every_kind_of_verb_can_be_filtered_by():
    assert {verb.partition(".")[0] for verb in queries.VERBS} <= set(queries.KINDS)


def test_every_page_a_line_links_to_exists():
    for route in (*queries.LINKS.values(), *queries.ADMINISTERED.values()):
        assert reverse(route, args=[1]).startswith("/")


def test_what_is_gone_has_no_link():
    workflow = WorkflowFactory()
    record("workflow.removed", workflow, actor=None, now=NOON, team=workflow.team)

    [line] = queries.history(manager(), queries.Wanted()).lines

    assert line.url == ""


@pytest.mark.parametrize(
    ("who", "seen"),
    [("stranger", 0), ("viewer", 1), ("auditor", 3), ("manager", 3)],
)
def test_who_sees_which_lines(who, seen):
    workflow = write()
    write()
    record("person.added", UserFactory(), actor=None, now=NOON)
    user = {
        "stranger": UserFactory,
        "viewer": lambda: member(workflow.team, TeamRole.VIEWER),
        "auditor": auditor,
        "manager": manager,
    }[who]()

    assert len(queries.history(user, queries.Wanted()).lines) == seen


def test_filters_narrow_by_words_kind_team_and_person():
    amina = UserFactory(name="Amina")
    mine = write(actor=amina, workflow=WorkflowFactory(name="Claims triage"))
    write("alternative.moved")
    user = manager()

    def found(**wanted):
        page = queries.history(user, queries.Wanted(**wanted))
        return [line.subject for line in page.lines]

    assert found(q="triage") == ["Claims triage"]
    assert found(q="amina claims") == ["Claims triage"]
    assert found(kind="workflow") == ["Claims triage"]
    assert found(team=mine.team_id) == ["Claims triage"]
    assert found(actor=amina.pk) == ["Claims triage"]
    assert found(q="nothing") == []


def test_pages_go_on_where_they_stopped_though_lines_are_written_meanwhile():
    workflow = WorkflowFactory()
    for number in range(120):
        write(workflow=workflow, at=NOON + timedelta(seconds=number // 2))
    user = manager()
    seen = []
    after = ""
    for _ in range(3):
        page = queries.history(user, queries.Wanted(), after=after)
        seen += [line.pk for line in page.lines]
        after = page.older
        write(workflow=workflow, at=NOON + timedelta(days=1))

    assert after == ""
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("after", ["x", "_", "2026-01-01_1", "2026-01-01T00:00:00+00:00_x"])
def test_a_place_that_cannot_be_read_gives_the_first_page(after):
    write()

    assert len(queries.history(manager(), queries.Wanted(), after=after).lines) == 1


def test_the_history_of_one_object_has_only_its_lines():
    workflow = write()
    write()

    lines = queries.for_subject("inventory.workflow", workflow.pk, user=manager())

    assert [line.subject for line in lines] == [workflow.name]


def test_instants_days_and_choices_are_read_as_on_other_pages():
    write(
        after={
            "archived_at": NOON,
            "review_on": NOON.date(),
            "organisation_role": "auditor",
            "approved_data": ["a", "b"],
        }
    )

    [line] = queries.history(manager(), queries.Wanted()).lines

    assert {change.field: change.after for change in line.changes} == {
        "Archived": "2 Mar 2026, 12:00",
        "Due for review": "2 Mar 2026",
        "Role in the organisation": "Auditor (reads all teams)",
        "Approved for data": "a, b",
    }


@pytest.mark.parametrize("count", [1, 100])
def test_the_page_takes_five_queries_for_any_number(
    client: Client, count, django_assert_num_queries
):
    for _ in range(count):
        write(actor=UserFactory(), after={"name": "x"})
    client.force_login(administrator())

    with django_assert_num_queries(5):
        response = client.get(reverse("history:list"))

    assert response.status_code == 200
    assert len(response.context["page"].lines) == min(count, 50)


def test_nonsense_in_the_address_asks_for_nothing(client: Client):
    write()
    client.force_login(manager())

    response = client.get(
        reverse("history:list"), {"kind": "x", "team": "y", "actor": "z", "after": "w"}
    )

    assert response.status_code == 200
    assert len(response.context["page"].lines) == 1


def test_the_page_names_whose_changes_it_shows(client: Client):
    amina = UserFactory(name="Amina Moreau")
    write(actor=amina)
    client.force_login(manager())

    response = client.get(reverse("history:list"), {"actor": amina.pk})

    assert b"Amina Moreau" in response.content


def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client):
    UserFactory()

    response = client.get(reverse("history:list"))

    assert response.status_code == 302


def test_a_field_of_a_form_in_another_language_does_not_reach_the_entry():
    with translation.override("fr"):
        write(after={"name": "Sinistres"})

    assert Entry.objects.get().after == {"name": "Sinistres"}


def test_every_verb_that_a_service_writes_has_words():
    kinds = "|".join(queries.KINDS)
    literal = re.compile(rf'"((?:{kinds})\.[a-z_]+)"')
    written = {
        verb
        for path in (PROJECT / "continuity").glob("*/services*")
        for source in ([path] if path.is_file() else path.rglob("*.py"))
        for verb in literal.findall(source.read_text())
    }

    assert written - set(queries.VERBS) == set()
    assert len(written) > 30


def test_filters_narrow_by_who_verb_and_period():
    amina = UserFactory(name="Amina", email="amina@example.test")
    write(actor=amina, workflow=WorkflowFactory(name="Old"), at=NOON - timedelta(days=9))
    write("workflow.created", actor=amina, workflow=WorkflowFactory(name="New"))
    write(workflow=WorkflowFactory(name="Other"))
    user = manager()

    def found(**wanted):
        lines = queries.history(user, queries.Wanted(**wanted)).lines
        return [line.subject for line in lines]

    assert found(who="AMINA") == ["New", "Old"]
    assert found(verb="workflow.changed") == ["Other", "Old"]
    assert found(since=NOON.date()) == ["Other", "New"]
    assert found(until=(NOON - timedelta(days=1)).date()) == ["Old"]


def test_the_export_has_a_row_for_each_field_and_runs_no_formula(client: Client):
    write(
        actor=UserFactory(name="Amina"),
        workflow=WorkflowFactory(name="=1+1"),
        before={"rto": timedelta(hours=1), "name": "a"},
        after={"rto": timedelta(minutes=30), "name": "b"},
    )
    client.force_login(manager())

    response = client.get(reverse("history:export"), {"kind": "workflow"})

    rows = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    begin = f"2026-03-02T12:00:00Z,Amina,Workflow changed,'=1+1,{Entry.objects.get().team}"
    assert rows == [
        "When (UTC),Who,What was done,About,Team,Field,Before,After",
        f"{begin},RTO,1\u00a0h,30\u00a0min",
        f"{begin},Name,a,b",
    ]


@pytest.mark.parametrize(
    ("who", "kind", "status"),
    [
        ("stranger", "workflow", 404),
        ("viewer", "workflow", 200),
        ("viewer", "team", 404),
        ("administrator", "team", 200),
        ("administrator", "nonsense", 404),
    ],
)
def test_who_sees_the_history_of_one_thing(client: Client, who, kind, status):
    workflow = write(actor=UserFactory(name="Amina"), after={"name": "x"})
    user = {
        "stranger": UserFactory,
        "viewer": lambda: member(workflow.team, TeamRole.VIEWER),
        "administrator": administrator,
    }[who]()
    client.force_login(user)
    pk = workflow.pk if kind == "workflow" else workflow.team_id

    response = client.get(reverse("history:of", args=[kind, pk]))

    assert response.status_code == status
    assert (b"Amina" in response.content) is (status == 200 and kind == "workflow")
