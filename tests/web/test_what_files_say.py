"""What the files of tables say: the figures of their pages, row by row."""

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from continuity.accounts.roles import TeamRole
from continuity.history.models import Deletion
from continuity.history.queries import MOST_EXPORTED, MOST_IN_WORKBOOK, Wanted, exported
from continuity.history.services import record
from continuity.inventory.models import Tier
from continuity.web.charts.taken import numbers
from tests.dashboard.test_overview import drill_result, ready_workflow
from tests.drills.test_comparing import two
from tests.factories import (
    NOON,
    AccessFactory,
    AlternativeFactory,
    ComponentFactory,
    DependencyFactory,
    DrillFactory,
    OrganisationFactory,
    PhaseFactory,
    ProviderFactory,
    ReportFactory,
    ScenarioFactory,
    ScheduleFactory,
    TeamFactory,
    ToolFactory,
    UpstreamFactory,
    UserFactory,
    WorkflowFactory,
    administrator,
    manager,
    member,
)

pytestmark = pytest.mark.django_db


def taken(client, page, table, **asked):
    """Return the lines of a table as CSV, no-break spaces as plain ones, the head first."""
    response = client.get(page, {**asked, "table": table, "export": "csv"})
    assert response.status_code == 200, page
    assert response["Content-Type"] == "text/csv; charset=utf-8", page
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text.replace("\xa0", " "))))


def columns(lines, *names):
    head, *rows = lines
    return [tuple(row[head.index(name)] for name in names) for row in rows]


@pytest.fixture
def reader(client):
    user = manager()
    client.force_login(user)
    return user


@time_machine.travel(NOON, tick=False)
def test_the_tables_behind_the_overview(client, reader):
    claims = TeamFactory(name="Claims")
    openai = ToolFactory(name="ChatGPT", provider=ProviderFactory(name="OpenAI"))
    bare = WorkflowFactory(name="=Bare", team=claims, tier=Tier.CRITICAL)
    DependencyFactory(workflow=bare, tool=openai)
    ready = ready_workflow(name="Ready", team=claims, tier=Tier.IMPORTANT, rto=timedelta(1))
    drill_result(ready, 95)
    drill_result(ready, None, days_ago=2)

    readiness = taken(client, reverse("dashboard:workflows"), "readiness")
    decisions = taken(client, reverse("dashboard:decisions"), "decisions")
    heat = taken(client, reverse("dashboard:overview"), "concentration")
    drills = taken(client, reverse("dashboard:overview"), "drills")
    page = client.get(reverse("dashboard:overview"))

    assert readiness == [
        ["Workflow", "Team", "Criticality", "Readiness", "What is missing"],
        ["'=Bare", "Claims", "Critical", "Not ready", "No alternative"],
        ["Ready", "Claims", "Important", "Ready", ""],
    ]
    assert columns(decisions, "What it is about", "What", "What lifts it") == [
        ("'=Bare", "No alternative", "Add an alternative"),
        ("'=Bare", "No owner", "Name an owner"),
    ]
    assert columns(heat, "Provider", "Claims", "Total", "Over the limit") == [
        ("OpenAI", "1", "1", "no"),
        (ready.dependencies.get().tool.provider.name, "1", "1", "no"),
    ]
    found = columns(drills, "Median recovery, seconds", "Median recovery: lower bound")
    assert found == [("7200", "yes"), ("5700", "no")]
    trend = page.context["view"].trend
    assert numbers(page.content.decode(), trend.uid) == [
        tuple(str(one) for one in row) for row in (trend.heads, *trend.rows)
    ]


@time_machine.travel(NOON, tick=False)
def test_the_filters_of_the_overview_reach_its_files_and_an_empty_one_has_its_head(
    client, reader
):
    WorkflowFactory(name="One", team=TeamFactory(name="A"))
    other = WorkflowFactory(name="Two", team=TeamFactory(name="B"))

    page = reverse("dashboard:workflows")
    cut = taken(client, page, "readiness", department=other.team.pk)
    none = taken(client, page, "readiness", level="ready")
    nothing = taken(client, reverse("dashboard:shifts"), "changes")

    assert columns(cut, "Workflow", "Team") == [("Two", "B")]
    assert none == [["Workflow", "Team", "Criticality", "Readiness", "What is missing"]]
    assert nothing == [
        ["Workflow", "Team", "Criticality", "What", "By what", "Then", "Now", "Seen on"]
    ]


@time_machine.travel(NOON, tick=False)
def test_drills_and_schedules(client, reader):
    result = drill_result(WorkflowFactory(rto=timedelta(hours=1)), 26)
    DrillFactory(outage__title="Planned", occurrence_at=NOON + timedelta(days=3))
    ScheduleFactory(title="Weekly", rrule="FREQ=WEEKLY", team=TeamFactory(name="Claims"))
    page = reverse("drills:list")

    drills = taken(client, page, "drills")
    schedules = taken(client, page, "schedules")
    past = taken(client, page, "drills", state="ended")

    heads = ("Drill", "State", "Recovered", "Median recovery time, seconds", "Met")
    assert columns(drills, *heads) == [
        ("Planned", "Planned", "", "", ""),
        (result.outage.title, "Ended", "1", "1560", "1"),
    ]
    assert columns(schedules, "Schedule", "Team", "Rule", "Paused") == [
        ("Weekly", "Claims", "FREQ=WEEKLY", "no")
    ]
    assert len(past) == 2


def test_two_drills_side_by_side(client, reader):
    first, second, workflow = two(TeamFactory(), before=90, after=None)
    asked = {"workflow": workflow.pk, "a": first.pk, "b": second.pk}
    page = reverse("drills:compare")

    clocks = taken(client, page, "clocks", **asked)
    recoveries = taken(client, page, "recoveries", **asked)

    heads = ("The earlier drill", "The later drill", "Change", "Change, seconds")
    found = dict(zip(columns(clocks, "Clock"), columns(clocks, *heads), strict=True))
    assert found["Minimum level (RTA)",] == ("1 h 30", "> 2 h", "at least +30 min", "1800")
    assert columns(recoveries, "Workflow", *heads) == [
        (workflow.name, "1 h 30", "> 2 h", "at least +30 min", "1800")
    ]


def test_what_fails_when(client, reader):
    scenario = ScenarioFactory()
    component = ComponentFactory(scenario=scenario, tool=ToolFactory(name="ChatGPT"))
    PhaseFactory(component=component, offset=timedelta(minutes=20), error_percent=35)

    lines = taken(client, reverse("drills:scenario", args=[scenario.pk]), "phases")

    heads = ("After", "After, seconds", "Tools", "State", "Failing, percent")
    assert columns(lines, *heads) == [("20 min", "1200", "ChatGPT", "Down", "35")]


def test_what_is_in_somebodys_name(client, reader):
    leaving, staying = UserFactory(name="Lea"), UserFactory(name="Sam")
    WorkflowFactory(name="Triage", owner=leaving, deputy=staying)
    WorkflowFactory(name="Letters", owner=leaving)

    people = taken(client, reverse("drills:hand_overs"), "hand-overs")
    things = taken(
        client, reverse("drills:hand_over", args=[leaving.pk]), "hand-over", to=staying.pk
    )

    assert columns(people, "Person", "Owns", "Deputy of", "Actions") == [
        ("Lea", "2", "0", "0"),
        ("Sam", "0", "1", "0"),
    ]
    assert columns(things, "What", "As", "Goes to") == [
        ("Letters", "Owner of the workflow", "Sam"),
        ("Triage", "Owner of the workflow", "Sam"),
    ]


@time_machine.travel(NOON, tick=False)
def test_tools_and_what_they_ride_on(client, reader):
    cloud = ToolFactory(name="Cloud", provider=None, kind="infrastructure")
    tool = ToolFactory(name="ChatGPT", provider=ProviderFactory(name="OpenAI"))
    UpstreamFactory(tool=tool, upstream=cloud, source="=1+1", verified_on=date(2020, 1, 1))
    dependency = DependencyFactory(tool=tool, workflow__name="Triage")
    alternative = AlternativeFactory(dependency=dependency)
    able = member(dependency.workflow.team, TeamRole.MEMBER)
    AccessFactory(alternative=alternative, user=able)
    of_tool = reverse("inventory:tool", args=[cloud.pk])

    tools = taken(client, reverse("inventory:tools"), "tools", q="ChatGPT")
    providers = taken(client, reverse("inventory:providers"), "providers", q="OpenAI")
    of_openai = taken(
        client, reverse("inventory:provider", args=[tool.provider_id]), "tools"
    )
    riding = taken(client, of_tool, "workflows")
    upstreams = taken(client, reverse("inventory:tool", args=[tool.pk]), "upstreams")
    stale = taken(client, reverse("inventory:stale_sources"), "stale-sources")
    people = taken(client, reverse("inventory:access", args=[alternative.pk]), "access")
    cards = [
        taken(client, reverse("inventory:tool_readiness", args=[tool.pk]), "not-ready"),
        taken(
            client,
            reverse("inventory:team_readiness", args=[dependency.workflow.team_id]),
            "not-ready",
        ),
    ]

    assert columns(tools, "Tool", "Provider", "Workflows", "Rides on") == [
        ("ChatGPT", "OpenAI", "1", "1")
    ]
    assert of_openai == tools
    assert columns(providers, "Provider", "Tools", "Workflows") == [("OpenAI", "1", "1")]
    assert columns(riding, "Workflow", "Through", "The tool") == [
        ("Triage", "ChatGPT", "Stops")
    ]
    assert columns(upstreams, "Needs", "Source", "Verified", "Stale") == [
        ("Cloud", "'=1+1", "2020-01-01", "yes")
    ]
    assert columns(stale, "Tool", "Needs", "Workflows") == [("ChatGPT", "Cloud", "1")]
    assert columns(people, "Name", "Ready") == [(str(able), "Ready")]
    assert [columns(card, "Workflow") for card in cards] == [[("Triage",)]] * 2


def test_known_outages_of_a_workflow_and_of_its_tool(client, reader):
    tool = ToolFactory(name="ChatGPT")
    workflow = DependencyFactory(tool=tool).workflow
    pages = [
        reverse("inventory:workflow_outages", args=[workflow.pk]),
        reverse("inventory:tool_outages", args=[tool.pk]),
    ]

    for page in pages:
        rows = client.get(page).context["found"].rows
        lines = taken(client, page, "known-outages")
        assert columns(lines, "Outage") == [(row.outage.title,) for row in rows]
        assert len(lines) > 1


def test_people_teams_and_messages_are_for_administrators(client):
    team = TeamFactory(name="Claims")
    lead = member(team, TeamRole.LEAD)
    pages = [
        (reverse("accounts:people"), "people"),
        (reverse("accounts:teams"), "teams"),
        (reverse("accounts:team", args=[team.pk]), "team"),
        (reverse("notifications:outbox"), "messages"),
    ]
    client.force_login(lead)
    refused = [
        client.get(page, {"table": table, "export": "csv"}).status_code
        for page, table in pages
    ]
    client.force_login(administrator())
    people, teams, members, messages = (taken(client, *one) for one in pages)

    assert set(refused) <= {403, 404}
    assert (lead.name, lead.email, "Claims", "no") in columns(
        people, "Name", "E-mail address", "Teams", "Account closed"
    )
    assert columns(teams, "Team", "People", "Teams in it") == [("Claims", "1", "0")]
    assert columns(members, "Name", "Role in the team") == [(lead.name, "Lead")]
    assert len(messages) == 1


def test_the_history_is_a_workbook_too_and_a_deletion_has_its_line(client, reader):
    team = TeamFactory(name="=Team")
    record("team.changed", team, actor=reader, now=NOON, before={}, after={"name": "=Team"})
    Deletion.objects.create(
        at=NOON, by=reader, kind="schedule", action="run_drill", team=team, label="Weekly",
        rows={"rows": [{"model": "drills.schedule"}]},
    )  # fmt: skip
    page = reverse("history:list")

    book = client.get(page, {"table": "history", "export": "xlsx"})
    streamed = client.get(reverse("history:export")).getvalue().decode("utf-8-sig")

    rows = list(load_workbook(io.BytesIO(b"".join(book.streaming_content))).active.values)
    same = [tuple(one or None for one in row) for row in csv.reader(io.StringIO(streamed))]
    assert rows == same
    assert rows[1][3] == "'=Team"
    with time_machine.travel(NOON, tick=False):
        deleted = taken(client, reverse("history:deleted"), "deleted")
    assert columns(deleted, "What", "About", "Team") == [("Weekly", "Schedules", "'=Team")]


def test_the_history_is_bounded_by_what_its_page_says_the_newest_first(client, reader):
    team = TeamFactory(name="Claims")
    for number in (1, 2, 3):
        at = NOON + timedelta(minutes=number)
        record("team.changed", team, actor=reader, now=at, after={"name": f"No. {number}"})

    two = list(exported(reader, Wanted(), most=2))
    page = client.get(reverse("history:list")).content.decode()

    assert [line.at - NOON for line in two] == [timedelta(minutes=3), timedelta(minutes=2)]
    assert f"newest {MOST_EXPORTED} changes as CSV, of {MOST_IN_WORKBOOK} as XLSX" in page


def test_lists_of_reports_and_of_forecasts(client, reader):
    OrganisationFactory()
    ReportFactory(done=True, language="fr", asked_by=reader)
    client.get(reverse("reports:list"))

    reports = taken(client, reverse("reports:list"), "reports")

    assert columns(reports, "Report", "About", "Language", "Version") == [
        ("Continuity report", "The whole organisation", "French", "1")
    ]
    for page, table in (
        ("reports:regular_list", "regular-reports"),
        ("insight:list", "forecasts"),
    ):
        assert len(taken(client, reverse(page), table)) == 1


def test_a_file_of_many_takes_the_queries_of_a_file_of_one(client, reader):
    pages = [
        (reverse("dashboard:workflows"), "readiness"),
        (reverse("drills:list"), "drills"),
        (reverse("drills:hand_overs"), "hand-overs"),
        (reverse("inventory:tools"), "tools"),
        (reverse("inventory:due"), "due-for-review"),
    ]
    counts = []
    for number in (1, 12):
        for _ in range(number):
            drill_result(
                WorkflowFactory(owner=UserFactory(), review_on=date(2025, 1, 1)), 20
            )
        seen = []
        for page, table in pages:
            with CaptureQueriesContext(connection) as found:
                taken(client, page, table)
            seen.append(len(found))
        counts.append(seen)

    assert counts[0] == counts[1]
