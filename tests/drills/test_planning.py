"""The parts of a plan: type, surprise, scope, who watches, by what it succeeds."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from continuity.drills.models import Drill, Schedule
from tests.drills.test_views import plan_of
from tests.factories import (
    NOON,
    ComponentFactory,
    DependencyFactory,
    PhaseFactory,
    ScenarioFactory,
    ToolFactory,
    UserFactory,
    manager,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    person = manager()
    client.force_login(person)
    with time_machine.travel(NOON, tick=False):
        yield person


@pytest.fixture
def tool():
    return ToolFactory(name="ChatGPT")


@pytest.fixture
def scenario(tool):
    scenario = ScenarioFactory()
    PhaseFactory(component=ComponentFactory(scenario=scenario, tool=tool))
    return scenario


def post(client, scenario, boss, **fields):
    return client.post(reverse("drills:plan"), plan_of(scenario, None, boss, **fields))


def test_a_plan_with_everything_is_kept(client, scenario, boss, tool):
    work = DependencyFactory(tool=tool, workflow__tier=2).workflow
    judge, watcher = manager(), UserFactory(email="watch@example.test")

    answer = post(
        client,
        scenario,
        boss,
        type="tabletop",
        tiers=["2"],
        workflows=[work.pk],
        evaluator=judge.pk,
        observers=" Watch@Example.test, ",
        within_rto="80",
        acknowledged="90",
        acknowledged_minutes="10",
        statements="Calm\n\nClear roles\n",
    )

    assert answer.status_code == 302
    drill = Drill.objects.get()
    assert (drill.type, drill.outage.proves, drill.outage.narrowed) == (
        "tabletop",
        False,
        True,
    )
    assert list(drill.outage.workflows.all()) == [work]
    roles = dict(drill.participants.values_list("user", "role"))
    assert (roles[judge.pk], roles[watcher.pk]) == ("evaluator", "observer")
    assert [
        (each.measure, each.percent, each.within, each.text)
        for each in drill.criteria.all()
    ] == [
        ("within_rto", 80, None, ""),
        ("acknowledged", 90, timedelta(minutes=10), ""),
        ("rated", None, None, "Calm"),
        ("rated", None, None, "Clear roles"),
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"type": "live", "when": "now"}, "A live drill has to be approved first"),
        (
            {"type": "live", "repeats": "weekly", "notice": "0"},
            "A live drill has to be approved first",
        ),
        ({"surprise": "silent", "window": ""}, "Choose the window in which it begins."),
        (
            {"surprise": "silent", "window": "14400", "when": "now"},
            "A surprise begins in a window",
        ),
        (
            {"observers": "nobody@example.test"},
            "Nobody here has the address nobody@example.test.",
        ),
        ({"within_rto": "101"}, "less than or equal to 100"),
        ({"statements": "x" * 301}, "A sentence has at most 300 characters"),
        ({"tiers": ["9"]}, "9 is not one of the available choices"),
        ({"workflows": ["999999"]}, "999999 is not one of the available choices"),
    ],
)
def test_a_plan_that_cannot_be_gets_a_sentence(client, scenario, boss, fields, words):
    answer = post(client, scenario, boss, **fields)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Schedule.objects.exists()


def test_a_surprise_starts_by_itself_whatever_was_ticked(client, scenario, boss):
    post(client, scenario, boss, surprise="window", window="14400", starts_by_itself="")

    drill = Drill.objects.get()
    assert drill.outage.starts_by_itself is True
    assert drill.window_ends_at - drill.occurrence_at == timedelta(hours=4)


def test_who_plans_a_surprise_for_another_is_led_to_the_list(client, scenario, boss):
    answer = post(client, scenario, boss, surprise="silent", window="3600")

    assert answer.headers["Location"] == Drill.objects.get().get_absolute_url()


def test_the_preview_counts_the_part_that_is_picked_and_says_what_is_asked(
    client, scenario, boss, tool
):
    for tier in (1, 2, 2):
        DependencyFactory(tool=tool, workflow__tier=tier)
    address = reverse("drills:preview")

    every = client.get(address, {"tools": tool.pk, "type": "live"}).content.decode()
    second = client.get(address, {"tools": tool.pk, "tiers": "2"}).content.decode()

    assert "3 workflows" in every
    assert "a draft until a manager approves it" in every
    assert "2 workflows" in second


def test_the_workflows_to_pick_are_those_that_fall(client, scenario, boss, tool):
    falls = DependencyFactory(tool=tool, workflow__name="Claims triage").workflow
    DependencyFactory(workflow__name="Elsewhere")

    page = client.get(reverse("drills:plan_workflows"), {"tools": tool.pk}).content.decode()

    assert f'value="{falls.pk}"' in page
    assert "Elsewhere" not in page


def test_changing_a_schedule_begins_with_what_was_planned(client, scenario, boss):
    post(
        client,
        scenario,
        boss,
        repeats="weekly",
        surprise="window",
        window="7200",
        recovered="75",
        statements="Calm",
    )
    schedule = Schedule.objects.get()
    address = reverse("drills:schedule_edit", args=[schedule.pk])

    page = client.get(address).content.decode()
    answer = client.post(
        address,
        plan_of(
            scenario, None, boss, repeats="weekly", surprise="", window="", recovered="60"
        ),
    )

    assert 'value="75"' in page
    assert "Calm" in page
    assert answer.status_code == 302
    schedule.refresh_from_db()
    assert (schedule.surprise, schedule.window) == ("", None)
    assert [each.percent for each in schedule.criteria.all()] == [60]
