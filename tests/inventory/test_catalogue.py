from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from continuity.domain.names import normalise
from continuity.history.models import Entry
from continuity.inventory.catalogue import read
from continuity.inventory.models import Provider, Tool, ToolKind, ToolName, Upstream
from continuity.inventory.services import catalogue
from tests.factories import NOON, ProviderFactory, ToolFactory

COPILOTS = [
    "M365 Copilot",
    "Copilot for MS 365",
    "Microsoft365 Copilot",
    "MS 365 Copilot",
    "Microsoft Copilot 365",
    "Microsoft M365 Copilot AI",
    "Microsoft 365 Copilot GCC",
    "Microsoft 365 Copilot",
]
OTHERS = {
    "Github CoPilot": "GitHub Copilot",
    "Microsoft Copilot Studio": "Microsoft Copilot Studio",
    "Microsoft Security Copilot": "Microsoft Security Copilot",
    "Microsoft Dynamics D365 CoPilot": "Dynamics 365 Copilot",
    "Dynamics 365 CoPilot": "Dynamics 365 Copilot",
    "Magnet Copilot": "Magnet Copilot",
    "Microsoft CoPilot": "Microsoft Copilot",
    "OpenAI ChatGPT": "ChatGPT",
    "ChatGPT Enterprise": "ChatGPT",
    "Gemini": "Google Gemini",
    "Azure Open AI": "Azure OpenAI",
}


def spelled(name: str) -> str | None:
    row = ToolName.objects.select_related("tool").filter(normal=normalise(name)).first()
    return row and row.tool.name


def test_every_upstream_of_the_catalogue_names_a_source():
    assert all(edge.source for tool in read() for edge in tool.upstreams)


def test_a_day_of_verification_is_one_that_the_source_names():
    for tool in read():
        for edge in tool.upstreams:
            assert edge.verified_on is None or str(edge.verified_on) in edge.source


@pytest.mark.django_db
def test_loading_brings_the_43_published_edges_with_their_sources():
    done = catalogue.load(NOON)

    assert done.upstreams == Upstream.objects.count() == 43
    edge = Upstream.objects.get(tool__name="ChatGPT", upstream__name="Cloudflare")
    assert (edge.relation, edge.hard, edge.confidence) == ("edge", True, "medium")
    assert edge.source == "reports of the outage of 2025-11-18"
    assert edge.verified_on == date(2025, 11, 18)


@pytest.mark.django_db
def test_the_tools_everyone_asks_about_are_there():
    catalogue.load(NOON)

    named = ["ChatGPT", "OpenAI API", "Sora", "Google Gemini", "Perplexity"]
    assert Tool.objects.usable().filter(name__in=named).count() == 5
    model = Tool.objects.get(name="ChatGPT with o4-mini")
    assert (model.kind, str(model.parent)) == (ToolKind.MODEL, "ChatGPT")


@pytest.mark.django_db
def test_loading_twice_doubles_and_changes_nothing():
    first = catalogue.load(NOON)

    second = catalogue.load(NOON)

    assert (second.tools, second.spellings, second.upstreams, second.changed) == (0,) * 4
    assert Tool.objects.count() == first.tools
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_a_product_that_chooses_among_models_needs_each_of_them_softly():
    catalogue.load(NOON)

    edges = Upstream.objects.filter(tool__name="Perplexity", relation="model")
    assert [edge.hard for edge in edges] == [False, False]


@pytest.mark.django_db
@pytest.mark.parametrize("name", COPILOTS)
def test_spellings_of_microsoft_365_copilot_are_one_tool(name):
    catalogue.load(NOON)

    assert spelled(name) == "Microsoft 365 Copilot"


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "tool"), OTHERS.items())
def test_other_copilots_and_other_spellings_stay_what_they_are(name, tool):
    catalogue.load(NOON)

    assert spelled(name) == tool


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["Copilot", "CoPilot", "Copilot Chat", "OpenAI", "Various"]
)
def test_a_name_that_may_mean_several_tools_has_no_spelling(name):
    catalogue.load(NOON)

    assert spelled(name) is None


@pytest.mark.django_db
def test_what_people_edited_is_left_alone():
    catalogue.load(NOON)
    tool = Tool.objects.get(name="Perplexity")
    Tool.objects.filter(pk=tool.pk).update(name="Our Perplexity", from_catalogue=False)
    Upstream.objects.filter(tool=tool).delete()

    done = catalogue.load(NOON)

    assert (done.left, done.tools, done.upstreams) == (1, 0, 0)
    tool.refresh_from_db()
    assert tool.name == "Our Perplexity"
    assert not Tool.objects.filter(name="Perplexity").exists()


@pytest.mark.django_db
def test_a_tool_that_people_made_first_is_theirs():
    ToolFactory(name="perplexity")

    done = catalogue.load(NOON)

    assert done.left == 1
    assert Tool.objects.filter(name__iexact="perplexity").count() == 1


@pytest.mark.django_db
def test_a_catalogue_row_that_differs_is_corrected_with_a_history_line():
    catalogue.load(NOON)
    Tool.objects.filter(name="Sora").update(url="https://old.example/")
    Provider.objects.filter(name="OpenAI").update(url="")
    Upstream.objects.filter(tool__name="Sora", relation="edge").update(hard=False)

    done = catalogue.load(NOON)

    assert done.changed == 3
    assert Tool.objects.get(name="Sora").url == "https://sora.com/"
    lines = Entry.objects.order_by("pk").values_list("verb", "subject_label", "actor")
    assert list(lines) == [
        ("tool.changed", "Sora", None),
        ("upstream.changed", "Sora", None),
    ]


@pytest.mark.django_db
def test_an_edge_that_left_the_catalogue_leaves_the_database():
    catalogue.load(NOON)
    sora = Tool.objects.get(name="Sora")
    Upstream.objects.create(
        tool=sora,
        upstream=Tool.objects.get(name="Okta"),
        relation="identity",
        source="withdrawn",
        confidence="low",
        from_catalogue=True,
    )

    assert catalogue.load(NOON).removed == 1
    assert Entry.objects.get().verb == "upstream.removed"


@pytest.mark.django_db
def test_the_command_says_what_it_did():
    ProviderFactory(name="OpenAI")
    out = StringIO()

    call_command("load_catalogue", stdout=out)

    assert out.getvalue().startswith("Added ")
    assert "43 upstreams" in out.getvalue()
