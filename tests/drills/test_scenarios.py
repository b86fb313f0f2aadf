from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from continuity.drills.models import Component, Phase, Scenario
from continuity.drills.queries.scripts import freeze, phases_of
from continuity.drills.services import scenarios
from continuity.history.models import Entry
from continuity.inventory.models import Tool
from continuity.inventory.services import catalogue
from tests.factories import NOON, ToolFactory

pytestmark = pytest.mark.django_db


def test_four_scenarios_are_shipped_and_load_once(capsys):
    catalogue.load(NOON)

    first, again = scenarios.load(NOON), scenarios.load(NOON)

    assert (first.added, again.added, again.unchanged) == (4, 0, 4)
    assert set(Scenario.objects.values_list("key", flat=True)) == {
        "openai-2025-06-10",
        "openai-2024-12-26",
        "cloudflare-2025-11-18",
        "plain-down",
    }
    assert (Component.objects.count(), Phase.objects.count()) == (12, 23)
    assert Entry.objects.filter(verb="scenario.added").count() == 4


def test_the_outage_of_10_june_2025_is_told_as_its_source_tells_it():
    catalogue.load(NOON)
    scenarios.load(NOON)
    scenario = Scenario.objects.get(key="openai-2025-06-10")

    lines = phases_of(freeze(scenario, []), speed=60)

    assert (scenario.length, scenario.quality) == (timedelta(minutes=924), "official")
    chatgpt = [line for line in lines if line.tools == "ChatGPT"]
    assert [(line.at, line.error_percent) for line in chatgpt] == [
        (timedelta(minutes=144), 35),
        (timedelta(minutes=924), None),
    ]
    assert chatgpt[0].played_at == timedelta(seconds=144)


def test_every_scenario_reads_in_both_languages():
    catalogue.load(NOON)
    scenarios.load(NOON)

    for scenario in Scenario.objects.all():
        assert scenario.title_en != scenario.title_fr
        assert scenario.story_en
        assert scenario.story_fr
    for phase in Phase.objects.all():
        assert bool(phase.note_en) == bool(phase.note_fr)


def test_a_component_without_a_tool_stands_for_those_that_no_other_names():
    catalogue.load(NOON)
    scenarios.load(NOON)
    tools = [ToolFactory(name="A"), ToolFactory(name="B")]

    script = freeze(Scenario.objects.get(key="plain-down"), tools)

    assert [tool["name"] for tool in script["components"]["tool"]] == ["A", "B"]


def test_without_the_catalogue_nothing_is_loaded_and_it_says_why():
    assert not Tool.objects.exists()

    with pytest.raises(CommandError, match="Run load_catalogue first"):
        call_command("load_scenarios")

    assert not Scenario.objects.exists()
