from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.drills.models import Drill, Scenario, Schedule
from continuity.drills.services import conducting, scenarios, scheduling
from continuity.inventory.models import Tool
from continuity.inventory.services import catalogue
from continuity.outages.services import course
from tests.factories import (
    NOON,
    ComponentFactory,
    DependencyFactory,
    DrillFactory,
    OutageFactory,
    ParticipantFactory,
    PhaseFactory,
    ScenarioFactory,
    ScheduleFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LIST_QUERIES = 11
RESULT_QUERIES = 10


@pytest.fixture
def team():
    return TeamFactory(name="Claims")


@pytest.fixture
def tool():
    return ToolFactory(name="ChatGPT")


@pytest.fixture
def scenario(tool):
    scenario = ScenarioFactory(title_en="ChatGPT degrades")
    PhaseFactory(component=ComponentFactory(scenario=scenario, tool=tool))
    return scenario


def plan_of(scenario, team, person, **fields):
    return {
        "scenario": scenario.pk,
        "tools": [],
        "team": "" if team is None else team.pk,
        "title": "ChatGPT down",
        "aim": "",
        "type": "functional",
        "when": "later",
        "starts_on": "2026-03-05",
        "starts_time": "09:30",
        "zone": "Europe/Paris",
        "repeats": "once",
        "rrule": "",
        "notice": "86400",
        "limit": "7200",
        "speed": "60",
        "facilitator": person.pk,
        "starts_by_itself": "on",
    } | fields


def drill_of(team, *, recoveries=1, **fields):
    """Make a drill with so many workflows of `team`, and run it for 42 minutes."""
    outage = OutageFactory(team=team, **fields)
    outage.teams.add(team)
    for _ in range(recoveries):
        outage.tools.add(DependencyFactory(workflow__team=team).tool)
    drill = DrillFactory(outage=outage)
    course.start(outage.pk, actor=None, now=NOON)
    course.end(outage.pk, actor=outage.facilitator, now=NOON + 42 * MINUTE)
    drill.refresh_from_db()
    return drill


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        (TeamRole.VIEWER, 200),
        ("auditor", 200),
        ("facilitator", 200),
        ("participant", 200),
        ("manager", 200),
    ],
)
def test_who_may_see_a_drill(client, team, who, status):
    drill = drill_of(team)
    match who:
        case TeamRole():
            person = member(team, who)
        case "facilitator":
            person = drill.outage.facilitator
        case "participant":
            person = ParticipantFactory(drill=drill).user
        case "manager" | "auditor":
            person = {"manager": manager, "auditor": auditor}[who]()
        case _:
            person = member(TeamFactory(), TeamRole.LEAD)
    client.force_login(person)

    assert client.get(drill.get_absolute_url()).status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (TeamRole.VIEWER, 403),
        (TeamRole.MEMBER, 403),
        ("auditor", 403),
        (TeamRole.LEAD, 302),
        ("manager", 302),
    ],
)
@time_machine.travel(NOON, tick=False)
def test_who_may_plan_a_drill(client, team, scenario, who, status):
    person = (
        member(team, who)
        if isinstance(who, TeamRole)
        else {"manager": manager, "auditor": auditor}[who]()
    )
    client.force_login(person)

    response = client.post(reverse("drills:plan"), plan_of(scenario, team, person))

    assert response.status_code == status
    assert Drill.objects.count() == (status == 302)


@time_machine.travel(NOON, tick=False)
def test_a_lead_plans_for_no_team_but_their_own(client, team, scenario):
    lead = member(team, TeamRole.LEAD)
    client.force_login(lead)

    for other in (TeamFactory(), None):
        response = client.post(reverse("drills:plan"), plan_of(scenario, other, lead))
        assert response.status_code == 422

    assert not Schedule.objects.exists()


@time_machine.travel(NOON, tick=False)
def test_planning_once_leads_to_the_drill_with_the_tools_of_its_scenario(
    client, team, scenario, tool
):
    person = manager()
    client.force_login(person)

    response = client.post(reverse("drills:plan"), plan_of(scenario, None, person))

    drill = Drill.objects.get()
    assert response["Location"] == drill.get_absolute_url()
    assert list(drill.outage.tools.all()) == [tool]
    assert (drill.speed, drill.outage.limit) == (60, timedelta(hours=2))
    assert drill.occurrence_at.isoformat() == "2026-03-05T08:30:00+00:00"


@pytest.mark.parametrize(
    ("repeats", "day", "rrule"),
    [
        ("weekly", "2026-03-05", "FREQ=WEEKLY"),
        ("monthly", "2026-03-05", "FREQ=MONTHLY"),
        ("monthly", "2026-03-31", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("quarterly", "2026-03-05", "FREQ=MONTHLY;INTERVAL=3"),
    ],
)
@time_machine.travel(NOON, tick=False)
def test_presets_become_rules(client, team, scenario, repeats, day, rrule):
    person = manager()
    client.force_login(person)

    response = client.post(
        reverse("drills:plan"),
        plan_of(scenario, team, person, repeats=repeats, starts_on=day),
    )

    schedule = Schedule.objects.get()
    assert schedule.rrule == rrule
    assert response["Location"] == schedule.get_absolute_url()
    assert client.get(schedule.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"repeats": "custom", "rrule": "every Monday"}, "This rule cannot be read."),
        ({"repeats": "custom", "rrule": ""}, "This rule cannot be read."),
        ({"repeats": "custom", "rrule": "FREQ=SECONDLY"}, "That is too often"),
        ({"starts_on": "2026-03-01"}, "Nothing of this lies ahead."),
        ({"starts_on": ""}, "Choose the day."),
        ({"starts_time": ""}, "Choose the time."),
        ({"title": ""}, "This field is required."),
    ],
)
@time_machine.travel(NOON, tick=False)
def test_what_cannot_be_planned_says_why(client, team, scenario, fields, words):
    person = manager()
    client.force_login(person)

    response = client.post(
        reverse("drills:plan"), plan_of(scenario, team, person, **fields)
    )

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Schedule.objects.exists()


@time_machine.travel(NOON, tick=False)
def test_the_preview_counts_workflows_and_teams(client, team, scenario, tool):
    DependencyFactory.create_batch(3, tool=tool, workflow__team=team)
    DependencyFactory(tool=tool)
    person = manager()
    client.force_login(person)
    url = reverse("drills:preview")

    everywhere = client.get(url, {"scenario": scenario.pk}).content.decode()
    here = client.get(url, {"tools": tool.pk, "team": team.pk}).content.decode()
    nothing = client.get(url).content.decode()

    assert " ".join(everywhere.split()) == "4 workflows of 2 teams"
    assert " ".join(here.split()) == "3 workflows of 1 team"
    assert "Choose the tools" in nothing


@time_machine.travel(NOON, tick=False)
def test_the_form_begins_with_the_tools_of_the_scenario_that_was_chosen(
    client, team, scenario, tool
):
    client.force_login(manager())

    page = client.get(reverse("drills:plan"), {"scenario": scenario.pk}).content.decode()
    part = client.get(reverse("drills:plan_tools"), {"scenario": scenario.pk})

    ticked = f'value="{tool.pk}"'
    assert ticked in page
    assert "checked" in part.content.decode()
    assert "<html" not in part.content.decode()


def test_an_empty_list_says_what_to_do(client, team):
    client.force_login(member(team, TeamRole.LEAD))

    page = client.get(reverse("drills:list")).content.decode()

    assert "No drill so far" in page
    assert reverse("drills:plan") in page


@time_machine.travel(NOON + timedelta(hours=3), tick=False)
def test_the_list_tells_what_runs_what_comes_and_what_has_been(client, team):
    drill_of(team, recoveries=3, title="Past one")
    waits = OutageFactory(team=team, title="Waits", starts_by_itself=False)
    running = OutageFactory(
        team=team,
        title="Runs",
        state="running",
        occurred_at=NOON,
        ends_by=NOON + timedelta(hours=9),
    )
    for outage in (waits, running):
        outage.teams.add(team)
        DrillFactory(outage=outage)
    ScheduleFactory(team=team, title="Monthly", rrule="FREQ=MONTHLY")
    stranger = drill_of(TeamFactory(), title="Not ours")
    client.force_login(member(team, TeamRole.VIEWER))

    page = client.get(reverse("drills:list")).content.decode()

    for title in ("Past one", "Waits", "Runs", "Monthly"):
        assert title in page
    assert "Overdue" in page
    assert "0 / 3" in page
    assert "&gt;\xa042\xa0min" in page
    assert str(stranger) not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"state": "running"}, set()),
        ({"state": "ended"}, {"Past one", "Other one"}),
        ({"state": "missed"}, set()),
        ({"q": "past"}, {"Past one"}),
        ({"team": "Claims"}, {"Past one"}),
    ],
)
def test_the_list_is_filtered_in_the_address(client, team, query, shown):
    drill_of(team, title="Past one")
    drill_of(TeamFactory(), title="Other one")
    if "team" in query:
        query = {"team": team.pk}
    client.force_login(manager())

    page = client.get(reverse("drills:list"), query).content.decode()

    assert {title for title in ("Past one", "Other one") if title in page} == shown


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_costs_the_same_for_1_and_for_30_drills(
    client, team, django_assert_num_queries, number
):
    for _ in range(number):
        drill_of(team, recoveries=2)
    client.force_login(member(team, TeamRole.VIEWER))

    with django_assert_num_queries(LIST_QUERIES):
        client.get(reverse("drills:list"))


@pytest.mark.parametrize("number", [1, 100])
def test_a_result_costs_the_same_for_1_and_for_100_recoveries(
    client, team, django_assert_num_queries, number
):
    drill = drill_of(team, recoveries=number)
    client.force_login(member(team, TeamRole.VIEWER))

    with django_assert_num_queries(RESULT_QUERIES):
        page = client.get(drill.get_absolute_url())

    assert page.content.decode().count('data-label="Result"') == min(number, 50)


def test_the_live_page_leads_to_the_result(client, team):
    drill = drill_of(team)
    client.force_login(member(team, TeamRole.VIEWER))

    response = client.get(reverse("drills:of_outage", args=[drill.outage_id]))

    assert response["Location"] == drill.get_absolute_url()


@time_machine.travel(NOON, tick=False)
def test_a_schedule_is_changed_paused_and_deleted_by_who_may_run_it(client, team, scenario):
    schedule = ScheduleFactory(
        team=team,
        scenario=scenario,
        rrule="FREQ=WEEKLY",
        next_due_at=NOON + timedelta(days=7),
        opens_at=NOON + timedelta(days=6),
    )
    lead, viewer = member(team, TeamRole.LEAD), member(team, TeamRole.VIEWER)

    def post(door, data=None):
        return client.post(reverse(f"drills:{door}", args=[schedule.pk]), data or {})

    client.force_login(viewer)
    for door in ("schedule_edit", "schedule_pause", "schedule_resume", "schedule_delete"):
        assert post(door).status_code == 403
    client.force_login(lead)
    assert post("schedule_pause").status_code == 302
    assert Schedule.objects.get().paused
    assert post("schedule_resume").status_code == 302
    fields = plan_of(scenario, team, lead, title="New name", repeats="monthly")
    assert post("schedule_edit", fields).status_code == 302
    assert (Schedule.objects.get().title, Schedule.objects.get().rrule) == (
        "New name",
        "FREQ=MONTHLY",
    )
    assert (
        client.get(reverse("drills:schedule_edit", args=[schedule.pk])).status_code == 200
    )
    assert post("schedule_delete").status_code == 302
    assert not Schedule.objects.exists()


def test_scenarios_are_read_by_all_who_sign_in(client, team):
    catalogue.load(NOON)
    scenarios.load(NOON)
    client.force_login(UserFactory())

    listed = client.get(reverse("drills:scenarios")).content.decode()
    one = client.get(Scenario.objects.get(key="openai-2025-06-10").get_absolute_url())

    assert "10 June 2025" in listed
    assert "status.openai.com" in one.content.decode()
    assert "35" in one.content.decode()
    assert "Plan a drill with it" not in one.content.decode()


def test_a_drill_over_what_nobody_uses_says_so(client):
    catalogue.load(NOON)
    scenarios.load(NOON)
    person = manager()
    schedule = scheduling.plan(
        title="Nobody",
        scenario=Scenario.objects.get(key="plain-down"),
        tools=[Tool.objects.get(name="Sora")],
        team=None,
        facilitator=person,
        starts_on=NOON.date(),
        starts_time=NOON.time(),
        zone="UTC",
        limit=timedelta(hours=1),
        actor=person,
        now=NOON,
    )
    conducting.conduct(now=NOON)
    client.force_login(person)
    drill = schedule.drills.get()

    with time_machine.travel(NOON + MINUTE, tick=False):
        live = client.get(drill.outage.get_absolute_url()).content.decode()
        page = client.get(drill.get_absolute_url()).content.decode()

    assert "No workflow depends on these tools." in live
    assert "No workflow depends on these tools." in page


def test_the_first_administrator_may_plan_before_there_is_a_team(client):
    client.force_login(manager())

    page = client.get(reverse("drills:plan"))

    assert page.status_code == 200


@pytest.mark.parametrize(("role", "offered"), [(TeamRole.MEMBER, 0), (TeamRole.LEAD, 1)])
def test_only_who_may_plan_is_offered_to(client, team, role, offered):
    client.force_login(member(team, role))

    page = client.get(reverse("outages:list")).content.decode()

    assert page.count(reverse("drills:plan")) == offered


def test_a_workflow_that_lost_two_tools_is_two_recoveries_told_apart(client, team, tool):
    outage = OutageFactory(team=team)
    outage.teams.add(team)
    first = DependencyFactory(workflow__team=team, tool=tool)
    second = DependencyFactory(workflow=first.workflow, tool=ToolFactory(name="Claude"))
    outage.tools.add(first.tool, second.tool)
    drill = DrillFactory(outage=outage)
    course.start(outage.pk, actor=None, now=NOON)
    course.end(outage.pk, actor=outage.facilitator, now=NOON + 42 * MINUTE)
    client.force_login(member(team, TeamRole.MEMBER))

    page = client.get(reverse("drills:drill", args=[drill.pk])).content.decode()

    assert "without ChatGPT" in page
    assert "without Claude" in page
    assert "recoveries at the minimum level" in page
