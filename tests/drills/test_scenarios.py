from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from continuity.drills.models import Phase, Scenario
from continuity.drills.queries import pages
from continuity.drills.queries.scripts import freeze, phases_of
from continuity.drills.services import scenarios
from continuity.history.models import Entry
from continuity.inventory.models import Tool
from continuity.inventory.services import catalogue
from tests.factories import NOON, ToolFactory

pytestmark = pytest.mark.django_db


REPLAYS = {
    "openai-2025-06-10": ("official", 924, 3, 8),
    "openai-2024-12-26": ("official", 460, 6, 11),
    "openai-2024-12-11": ("official", 262, 3, 8),
    "openai-2024-12-04": ("official", 109, 2, 8),
    "openai-2024-06-04": ("official", 618, 1, 4),
    "openai-2023-11-08": ("measured", 115, 2, 4),
    "anthropic-2026-06-05": ("press", 199, 6, 7),
    "cloudflare-2025-11-18": ("secondary", 346, 5, 7),
    "aws-2025-10-20": ("secondary", 872, 2, 4),
    "google-2025-06-12": ("secondary", 449, 3, 5),
}


def test_ten_outages_and_fourteen_plain_scenarios_are_shipped_and_load_once():
    catalogue.load(NOON)

    first, again = scenarios.load(NOON), scenarios.load(NOON)

    assert (first.added, again.added, again.unchanged) == (24, 0, 24)
    assert {
        scenario.key: (
            scenario.quality,
            scenario.length // timedelta(minutes=1),
            scenario.components.count(),
            Phase.objects.filter(component__scenario=scenario).count(),
        )
        for scenario in Scenario.objects.exclude(happened_at=None)
    } == REPLAYS
    assert Scenario.objects.filter(happened_at=None, source="", quality="").count() == 14
    assert Entry.objects.filter(verb="scenario.added").count() == 24


def test_what_no_tool_stands_for_is_shown_and_hits_nothing():
    catalogue.load(NOON)
    scenarios.load(NOON)
    scenario = Scenario.objects.get(key="openai-2023-11-08")

    script = freeze(scenario, [ToolFactory(name="Other")])

    assert script["components"]["api_models_list"] == []
    assert [tool["name"] for tool in script["components"]["api"]] == ["OpenAI API"]
    assert [line.component for line in phases_of(script)].count("api_models_list") == 1
    assert [tool.name for tool in pages.default_tools(scenario)] == ["OpenAI API"]


def test_a_recovery_that_was_not_published_stays_open():
    catalogue.load(NOON)
    scenarios.load(NOON)

    for key, component in [
        ("aws-2025-10-20", "perplexity"),
        ("cloudflare-2025-11-18", "claude"),
    ]:
        last = Phase.objects.filter(
            component__scenario__key=key, component__name=component
        ).last()
        assert last.state in {"down", "degraded"}


def test_an_inference_of_ours_is_not_called_official():
    catalogue.load(NOON)
    scenarios.load(NOON)

    lines = phases_of(freeze(Scenario.objects.get(key="openai-2025-06-10"), []))

    assert [str(line.known) for line in lines].count(
        "The provider’s own page or post-mortem"
    ) == 7
    assert str(lines[-1].known) == "Inferred from what was published"


def test_where_only_what_tools_ride_on_failed_that_is_proposed():
    catalogue.load(NOON)
    scenarios.load(NOON)

    assert {
        key: [tool.name for tool in pages.default_tools(Scenario.objects.get(key=key))]
        for key in ("google-2025-06-12", "aws-2025-10-20", "flapping")
    } == {
        "google-2025-06-12": ["Google Cloud"],
        "aws-2025-10-20": ["Perplexity"],
        "flapping": [],
    }


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


def test_a_chosen_component_stands_for_those_that_no_other_names():
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
