from datetime import timedelta

import pytest
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.inventory.models import Workflow
from continuity.inventory.queries import workflows
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    ProofFactory,
    ProviderFactory,
    RunbookStepFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    WorkflowFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
LIST = "/workflows/"


def found(wanted, *, sort="", user=None) -> list[str]:
    rows = workflows.listed(user or manager(), wanted, sort=sort)
    return [one.name for one in rows]


def test_a_word_is_found_in_name_team_department_reference_and_tool():
    department = TeamFactory(name="Opérations")
    team = TeamFactory(name="Réclamations", parent=department)
    triage = WorkflowFactory(name="Tri des déclarations", team=team, reference="BIA-7")
    DependencyFactory(workflow=triage, tool=ToolFactory(name="Quill"))
    WorkflowFactory(name="Other")

    for word in ("declarations", "RECLAMATIONS", "operations", "bia-7", "quill"):
        assert found({"q": word}) == ["Tri des déclarations"], word
    assert found({"q": "tri quill"}) == ["Tri des déclarations"]
    assert found({"q": "tri zebra"}) == []


def test_a_workflow_with_two_matching_tools_comes_once():
    workflow = WorkflowFactory()
    for name in ("Copilot A", "Copilot B"):
        DependencyFactory(workflow=workflow, tool=ToolFactory(name=name))

    assert len(found({"q": "copilot"})) == 1


def test_a_department_stands_for_its_teams():
    department = TeamFactory()
    WorkflowFactory(name="Own", team=department)
    WorkflowFactory(name="Below", team=TeamFactory(parent=department))
    WorkflowFactory(name="Elsewhere")

    assert found({"team": department.pk}) == ["Below", "Own"]


def test_every_filter_keeps_what_it_names():
    provider, owner = ProviderFactory(), UserFactory()
    tool = ToolFactory(provider=provider)
    one = WorkflowFactory(name="One", tier=1, data_class="personal", owner=owner)
    DependencyFactory(workflow=one, tool=tool)
    WorkflowFactory(name="Two", tier=3, data_class="", rto=None)

    assert found({"tool": tool.pk}) == ["One"]
    assert found({"provider": provider.pk}) == ["One"]
    assert found({"tier": 1}) == ["One"]
    assert found({"data_class": "personal"}) == ["One"]
    assert found({"data_class": "none"}) == ["Two"]
    assert found({"owner": str(owner.pk)}) == ["One"]
    assert found({"owner": "none"}) == ["Two"]
    assert found({"gap": "no_tool"}) == ["Two"]
    assert found({"gap": "no_rto"}) == ["Two"]
    assert found({"gap": "no_owner"}) == ["Two"]


def test_no_alternative_is_a_gap_only_where_the_work_would_stop():
    bare = DependencyFactory(workflow__name="Bare")
    DependencyFactory(workflow__name="Degraded", without="degraded")
    AlternativeFactory(rank=1, dependency__workflow__name="Covered")

    assert found({"gap": "no_alternative"}) == [bare.workflow.name]


def test_archived_workflows_are_shown_only_when_asked_for():
    WorkflowFactory(name="Gone", archived_at=NOON)
    WorkflowFactory(name="Here")

    assert found({}) == ["Here"]
    assert found({"archived": "1"}) == ["Gone"]


def test_names_are_sorted_as_people_do_and_what_is_empty_comes_last():
    for name, rto in (("Zoo", 1), ("école", None), ("Apple", 3), ("bear", 2)):
        WorkflowFactory(name=name, rto=rto and timedelta(hours=rto))

    assert found({}, sort="name") == ["Apple", "bear", "école", "Zoo"]
    assert found({}, sort="-name") == ["Zoo", "école", "bear", "Apple"]
    assert found({}, sort="rto") == ["Zoo", "bear", "Apple", "école"]
    assert found({}, sort="-rto") == ["Apple", "bear", "Zoo", "école"]
    assert found({}, sort="secret_column") == ["Apple", "bear", "école", "Zoo"]


def test_a_member_sees_the_workflows_of_the_own_teams_alone(client):
    mine, other = WorkflowFactory(name="Mine"), WorkflowFactory(name="Theirs")
    client.force_login(member(mine.team, TeamRole.VIEWER))

    page = client.get(LIST).content.decode()

    assert mine.name in page
    assert other.name not in page
    assert other.team.name not in page


def test_a_row_counts_alternatives_and_says_how_ready_the_work_is():
    alternative = AlternativeFactory(rank=1, dependency__tool__name="Quill")
    RunbookStepFactory(alternative=alternative)
    ProofFactory(alternative=alternative)

    (row,) = workflows.rows(Workflow.objects.all(), now=NOON)

    assert (row.tools, row.alternatives, row.proven) == (("Quill",), 1, 1)
    assert row.level == "ready"


@pytest.mark.parametrize("number", [1, 50, 100])
def test_the_list_takes_the_same_queries_for_1_50_and_100_workflows(
    client, django_assert_num_queries, number
):
    team = TeamFactory(parent=TeamFactory())
    for index in range(number):
        alternative = AlternativeFactory(
            rank=1,
            dependency__workflow__team=team,
            dependency__workflow__owner=UserFactory(),
            dependency__workflow__name=f"Workflow {index}",
        )
        ProofFactory(alternative=alternative)
    client.force_login(manager())
    client.get(LIST)

    with django_assert_num_queries(9):
        page = client.get(LIST)
    with django_assert_num_queries(7):
        client.get(LIST, headers={"HX-Request": "true"})

    assert len(page.context["rows"]) == min(number, 50)


def test_htmx_gets_the_results_alone_and_a_short_address(client):
    WorkflowFactory(name="Triage")
    client.force_login(manager())

    response = client.get(
        f"{LIST}?q=tri&team=&tool=&sort=-name", headers={"HX-Request": "true"}
    )

    assert response.content.decode().lstrip().startswith('<div id="results">')
    assert response["HX-Push-Url"] == "/workflows/?q=tri&sort=-name"
    assert "HX-Request" in response["Vary"]


def test_nonsense_in_the_address_is_left_out(client):
    WorkflowFactory(name="Triage")
    client.force_login(manager())

    response = client.get(f"{LIST}?tier=9&team=abc&page=-1&sort=x&gap=what")

    assert response.status_code == 200
    assert "Triage" in response.content.decode()


def test_an_empty_inventory_says_how_to_begin_and_to_whom(client):
    client.force_login(manager())
    page = client.get(LIST).content.decode()
    assert reverse("inventory:imports") in page
    assert reverse("inventory:workflow_new") not in page  # there is no team yet

    client.force_login(auditor())
    assert reverse("inventory:imports") not in client.get(LIST).content.decode()


def test_a_search_without_result_offers_to_clear_the_filters(client):
    WorkflowFactory()
    client.force_login(manager())

    page = client.get(f"{LIST}?q=zebra").content.decode()

    assert "No workflow matches" in page
    assert 'href="/workflows/"' in page
