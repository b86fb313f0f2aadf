import pytest

from continuity.domain.fate import Effect, FateAnswer
from continuity.inventory.models import Tool
from continuity.inventory.queries.fate import graph
from continuity.inventory.services import catalogue
from tests.factories import NOON, ToolFactory, UpstreamFactory

pytestmark = pytest.mark.django_db


def key(name: str) -> int:
    return Tool.objects.get(name=name).pk


@pytest.mark.parametrize("number", [1, 100])
def test_the_graph_is_one_query_for_any_number_of_edges(number, django_assert_num_queries):
    for _ in range(number):
        UpstreamFactory()

    with django_assert_num_queries(1):
        known = graph()

    assert len(known.edges) == number


def test_a_tool_without_edges_has_a_name_and_an_unknown_fate():
    tool, other = ToolFactory(name="Quill"), ToolFactory()

    known = graph()

    assert known.name(tool.pk) == "Quill"
    assert known.shared(tool.pk, other.pk).answer == FateAnswer.UNKNOWN


def test_a_model_stops_with_its_product_and_with_what_that_needs():
    product = ToolFactory(name="Chat")
    model = ToolFactory(name="Chat with small", kind="model", parent=product)
    edge = UpstreamFactory(tool=product)

    effects = graph().blast_radius({edge.upstream_id})

    assert effects[model.pk] == Effect.STOPS
    assert graph().shared(product.pk, model.pk).answer == FateAnswer.SHARES


@pytest.mark.parametrize(
    ("alternative", "answer"),
    [
        ("Claude", FateAnswer.SHARES),
        ("Perplexity", FateAnswer.SHARES),
        ("ChatGPT with o4-mini", FateAnswer.SHARES),
        ("Google Gemini", FateAnswer.NONE_KNOWN),
        ("Grok", FateAnswer.UNKNOWN),
    ],
)
def test_what_the_catalogue_says_of_the_alternatives_of_chatgpt(alternative, answer):
    catalogue.load(NOON)

    assert graph().shared(key("ChatGPT"), key(alternative)).answer == answer


def test_the_loss_of_cloudflare_stops_what_it_stopped_on_18_november_2025():
    catalogue.load(NOON)

    effects = graph().blast_radius({key("Cloudflare")})

    stopped = {
        name
        for name in ("ChatGPT", "Claude", "Perplexity", "Sora")
        if effects.get(key(name)) == Effect.STOPS
    }
    assert stopped == {"ChatGPT", "Claude", "Perplexity", "Sora"}
    assert key("Google Gemini") not in effects


def test_the_loss_of_one_of_several_clouds_only_degrades():
    catalogue.load(NOON)

    effects = graph().blast_radius({key("CoreWeave")})

    assert effects[key("OpenAI API")] == Effect.DEGRADED
