import re
from datetime import timedelta

import pytest
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.inventory.models import Workflow
from continuity.inventory.queries import packs, shares
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    MembershipFactory,
    ProofFactory,
    RunbookStepFactory,
    TeamFactory,
    UserFactory,
    WorkflowFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    team = TeamFactory(name="Claims")
    owner = UserFactory(name="Amina Moreau", email="amina@example.test")
    MembershipFactory(team=team, user=owner, role=TeamRole.LEAD)
    MembershipFactory(team=team, user__name="Jonas Weber")
    MembershipFactory(team=team, user__name="Gone", user__is_active=False)
    MembershipFactory(team=team, user__name="Reader", role=TeamRole.VIEWER)
    WorkflowFactory(team=team, name="Claims triage", tier=1, owner=owner)
    return team


def fill(workflow):
    dependency = DependencyFactory(workflow=workflow, tool__name="ChatGPT")
    alternative = AlternativeFactory(dependency=dependency, rank=1, tool__name="Gemini")
    RunbookStepFactory(
        alternative=alternative,
        text="Sign in to Gemini",
        details="Use the **claims** account",
        way_back="Sign out",
        expected=timedelta(minutes=3),
    )
    ProofFactory(alternative=alternative)
    return alternative


def saved(client, url):
    return client.get(f"{url}?save")


def test_a_pack_holds_people_runbook_and_the_form_for_paper(client, team):
    workflow = team.workflows.get()
    fill(workflow)
    client.force_login(manager())

    html = client.get(reverse("inventory:pack", args=[workflow.pk])).content.decode()

    for words in (
        "Amina Moreau",
        "amina@example.test",
        "Owner, Lead",
        "Jonas Weber",
        "Without ChatGPT",
        "Sign in to Gemini",
        "Use the <strong>claims</strong> account",
        "Way back: Sign out",
        "Working again (minimum level) at",
        "Made on ",
    ):
        assert words in html
    assert "Reader" not in html
    assert "Gone" not in html


def test_the_saved_file_asks_no_server_for_anything(client, team):
    workflow = team.workflows.get()
    fill(workflow)
    client.force_login(manager())

    response = saved(client, reverse("inventory:pack", args=[workflow.pk]))

    html = response.content.decode()
    assert response["Content-Disposition"].startswith(
        'attachment; filename="claims-triage-'
    )
    assert "<style>" in html
    for asking in ("<script", "<link", "<img", "@import", "url(", " src="):
        assert asking not in html
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    assert policy.replace("&#x27;", "'") == response["Content-Security-Policy"]
    assert policy.startswith("default-src &#x27;none&#x27;; style-src &#x27;sha256-")


def test_the_shown_page_keeps_to_the_policy_of_the_site(client, team):
    client.force_login(manager())

    response = client.get(reverse("inventory:team_pack", args=[team.pk]))

    assert "<style" not in response.content.decode()
    assert "style-src 'self'" in response["Content-Security-Policy"]


def test_what_somebody_typed_runs_nowhere(client, team):
    workflow = team.workflows.get()
    alternative = fill(workflow)
    RunbookStepFactory(
        alternative=alternative, text="<script>1</script>", details="<script>2</script>"
    )
    client.force_login(manager())

    html = saved(client, reverse("inventory:pack", args=[workflow.pk])).content.decode()

    assert "<script" not in html


def test_the_pack_of_a_team_holds_its_workflows_the_most_critical_first(team):
    WorkflowFactory(team=team, name="Letters", tier=3)
    WorkflowFactory(team=team, name="Fraud", tier=1)
    WorkflowFactory(team=team, name="Old", archived_at=NOON)
    WorkflowFactory()

    pack = packs.of_team(team, now=NOON)

    assert [part.workflow.name for part in pack.parts] == [
        "Claims triage",
        "Fraud",
        "Letters",
    ]
    assert pack.left_out == 0


def test_a_pack_says_how_many_have_no_room_in_it(client, team, monkeypatch):
    for _ in range(3):
        WorkflowFactory(team=team, tier=4)
    monkeypatch.setattr(packs, "MOST_WORKFLOWS", 2)
    client.force_login(manager())

    html = client.get(reverse("inventory:team_pack", args=[team.pk])).content.decode()

    assert "2 less critical workflows have no room in it." in html


@pytest.mark.parametrize("number", [1, 20])
def test_the_pack_of_a_team_takes_eight_queries(team, django_assert_num_queries, number):
    for _ in range(number):
        workflow = WorkflowFactory(team=team)
        alternative = AlternativeFactory(dependency__workflow=workflow, rank=1)
        RunbookStepFactory(alternative=alternative)
        ProofFactory(alternative=alternative)

    with django_assert_num_queries(8):
        pack = packs.of_team(team, now=NOON)

    assert len(pack.parts) == number + 1


@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 404), (TeamRole.VIEWER, 200), (TeamRole.MEMBER, 200), ("auditor", 200)],
)
@pytest.mark.parametrize("route", ["pack", "team_pack", "team_readiness"])
def test_who_may_open_a_pack(client, team, who, status, route):
    user = {"stranger": UserFactory, "auditor": auditor}.get(
        who, lambda: member(team, who)
    )()
    client.force_login(user)
    pk = team.workflows.get().pk if route == "pack" else team.pk

    response = client.get(reverse(f"inventory:{route}", args=[pk]))

    assert response.status_code == status
    assert (b"Claims triage" in response.content) is (status == 200)


def test_ones_own_packs_are_listed(client, team):
    client.force_login(member(team, TeamRole.MEMBER))

    html = client.get(reverse("inventory:packs")).content.decode()

    assert reverse("inventory:pack", args=[team.workflows.get().pk]) in html
    assert reverse("inventory:team_pack", args=[team.pk]) in html


@pytest.mark.parametrize(("who", "adds"), [(administrator, 1), (UserFactory, 0)])
def test_where_there_is_no_pack_only_who_may_is_led_to_add_a_team(client, who, adds):
    client.force_login(who())

    html = client.get(reverse("inventory:packs")).content.decode()

    assert html.count("No workflow of yours") == 1
    assert html.count("No team that you may see") == 1
    assert html.count(reverse("accounts:team_new")) == adds


def test_the_worker_serves_the_whole_site_and_is_asked_for_again_each_time(client):
    response = client.get("/sw.js")

    assert response.status_code == 200
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Service-Worker-Allowed"] == "/"
    assert response["Cache-Control"] == "no-cache"


def test_signing_out_clears_what_the_device_keeps(client):
    client.force_login(UserFactory())

    asked = client.get(reverse("account_logout"))
    done = client.post(reverse("account_logout"))

    assert "Clear-Site-Data" not in asked
    assert (done.status_code, done["Clear-Site-Data"]) == (302, '"storage"')


# --- shares of teams and tools ------------------------------------------------------


def test_a_team_shows_the_share_that_is_ready_and_what_the_others_lack(team):
    ready = AlternativeFactory(rank=1, dependency__workflow__team=team)
    RunbookStepFactory(alternative=ready)
    ProofFactory(alternative=ready)
    part = TeamFactory(parent=team)
    DependencyFactory(workflow__team=part, workflow__tier=2)
    WorkflowFactory()

    found = shares.of_team(team, manager(), now=NOON)

    assert (found.share.ready, found.share.total, found.share.percent) == (1, 3, 33)
    # Normal 2 of critical 4, important 3 and normal 2.
    assert (found.weighted.ready, found.weighted.total) == (2, 9)
    assert sorted(found.missing) == [("Names no tool", 1), ("No alternative", 1)]
    assert [one.level for one in found.worst] == ["not_ready", "unknown"]
    assert found.others == 0


@pytest.mark.parametrize(
    ("who", "links"),
    [
        ("lead", ["plan/?workflow={work}", "alternatives/{other}/runbook/"]),
        ("member", ["alternatives/{other}/check/", "alternatives/{other}/runbook/"]),
        ("viewer", []),
    ],
)
def test_each_reason_leads_to_what_lifts_it_whoever_may(client, team, who, links):
    other = AlternativeFactory(rank=1, dependency__workflow__team=team)
    work = other.dependency.workflow_id
    Workflow.objects.filter(team=team).exclude(pk=work).delete()
    client.force_login(member(team, TeamRole[who.upper()]))

    html = client.get(reverse("inventory:team_readiness", args=[team.pk])).text

    said = html[html.index('<ul class="todo') :]
    found = re.findall(r'<a href="([^"#]+)">', said[: said.index("</ul>")])
    wanted = [one.format(work=work, other=other.pk) for one in links]
    assert sorted(each.split("/", 2)[2] for each in found) == sorted(wanted)


def test_a_tool_shows_the_readiness_of_the_work_with_it_that_one_may_see(team):
    dependency = DependencyFactory(workflow=team.workflows.get())
    DependencyFactory(tool=dependency.tool)

    assert shares.of_tool(dependency.tool, manager(), now=NOON).share.total == 2
    own = shares.of_tool(dependency.tool, member(team, TeamRole.VIEWER), now=NOON)
    assert own.share.total == 1


def test_no_work_is_no_share(client):
    tool = DependencyFactory(workflow__archived_at=NOON).tool
    client.force_login(manager())

    html = client.get(reverse("inventory:tool_readiness", args=[tool.pk])).content.decode()

    assert "No workflow, so there is no share." in html


@pytest.mark.parametrize("number", [1, 50])
def test_the_share_of_a_team_takes_three_queries(team, django_assert_num_queries, number):
    Workflow.objects.filter(team=team).delete()
    for _ in range(number):
        AlternativeFactory(rank=1, dependency__workflow__team=team)
    user = manager()

    with django_assert_num_queries(3):
        assert shares.of_team(team, user, now=NOON).share.total == number
