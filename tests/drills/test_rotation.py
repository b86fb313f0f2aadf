"""Schedules that go round teams and scenarios."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from continuity.domain.states import DrillState
from continuity.drills.models import Drill
from continuity.drills.queries import coverage
from continuity.drills.queries.rotation import stock
from continuity.drills.services import conducting, scheduling
from continuity.outages.models import Outage
from tests.factories import (
    NOON,
    ComponentFactory,
    DependencyFactory,
    PhaseFactory,
    ScenarioFactory,
    ScheduleFactory,
    TeamFactory,
    ToolFactory,
    auditor,
    manager,
)

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def falling(tool, title):
    """Make a scenario in which `tool` is down."""
    scenario = ScenarioFactory(title_en=title)
    PhaseFactory(component=ComponentFactory(scenario=scenario, tool=tool))
    return scenario


@pytest.fixture
def office():
    """Claims use both tools, Legal only one: three pairs of a team and a scenario."""
    chat, code = ToolFactory(name="ChatGPT"), ToolFactory(name="Copilot")
    claims, legal = TeamFactory(name="Claims"), TeamFactory(name="Legal")
    for team, tool in ((claims, chat), (claims, code), (legal, chat)):
        DependencyFactory(workflow__team=team, tool=tool)
    falling(chat, "OpenAI down")
    falling(code, "Copilot down")


@pytest.fixture
def turning(office):
    return ScheduleFactory(title="Round", rrule="FREQ=WEEKLY", rotates=True)


def hold(at):
    """Open what is due at `at`, and let it run to its end."""
    conducting.open_due(now=at)
    conducting.conduct(now=at + timedelta(hours=2))
    drill = Drill.objects.latest("occurrence_at")
    assert drill.outage.state == DrillState.ENDED
    return str(drill.outage.team), drill.scenario.title_en


def test_each_occurrence_takes_what_was_neglected_longest_and_nothing_twice(turning):
    held = [hold(NOON + n * WEEK) for n in range(6)]

    assert held[:3] == [
        ("Claims", "OpenAI down"),
        ("Legal", "OpenAI down"),
        ("Claims", "Copilot down"),
    ]
    assert held[3:] == held[:3]


def test_the_drill_is_named_after_its_team_and_only_the_scenarios_tool_fails(turning):
    conducting.open_due(now=NOON)

    outage = Outage.objects.get()
    assert outage.title == "Round · Claims"
    assert [tool.name for tool in outage.tools.all()] == ["ChatGPT"]
    assert [team.name for team in outage.teams.all()] == ["Claims"]


def test_what_is_shown_ahead_is_what_comes(client, turning):
    times = [NOON + n * WEEK for n in range(3)]
    shown = [
        (str(cast.team), cast.scenario.title_en) for cast in stock().turns(turning, times)
    ]
    client.force_login(auditor())
    with time_machine.travel(NOON - WEEK / 7, tick=False):
        page = client.get(reverse("drills:schedule", args=[turning.pk])).content.decode()

    assert "Next: Claims, with OpenAI down" in page
    assert [hold(at) for at in times] == shown


def test_a_drill_that_was_missed_does_not_use_up_a_turn(turning):
    scheduling.open_due(now=NOON)
    outage = Outage.objects.get()
    outage.state = "missed"
    outage.save()

    scheduling.open_due(now=NOON + WEEK)

    latest = Drill.objects.latest("occurrence_at")
    assert (str(latest.outage.team), latest.scenario.title_en) == (
        "Claims",
        "OpenAI down",
    )


def test_only_the_teams_within_the_schedules_team_take_turns(office):
    legal = TeamFactory._meta.model.objects.get(name="Legal")
    schedule = ScheduleFactory(team=legal, rrule="FREQ=WEEKLY", rotates=True)

    casts = stock().turns(schedule, [NOON, NOON + WEEK])

    assert [str(cast.team) for cast in casts] == ["Legal", "Legal"]


def test_where_no_scenario_reaches_any_work_it_takes_its_own():
    tool = ToolFactory(name="Gemini")
    schedule = ScheduleFactory(title="Round", rrule="FREQ=WEEKLY", rotates=True)
    schedule.tools.add(tool)

    conducting.open_due(now=NOON)

    drill = Drill.objects.get()
    assert drill.scenario == schedule.scenario
    assert list(drill.outage.tools.all()) == [tool]


def test_coverage_knows_when_the_turn_of_each_workflow_comes(turning):
    user = manager()
    rows = list(coverage.workflows(user))
    found = coverage.lines(rows, user=user, overdue=NOON, now=NOON)

    assert {(line.workflow.team.name, (line.next.at - NOON) // WEEK) for line in found} == {
        ("Claims", 0),
        ("Claims", 2),
        ("Legal", 1),
    }


def test_coverage_reads_as_much_for_one_schedule_that_turns_as_for_thirty(turning):
    user = manager()
    rows = list(coverage.workflows(user))

    def queries():
        with CaptureQueriesContext(connection) as made:
            coverage.lines(rows, user=user, overdue=NOON, now=NOON)
        return len(made)

    one = queries()
    for _number in range(29):
        ScheduleFactory(rrule="FREQ=WEEKLY", rotates=True)

    assert queries() == one
