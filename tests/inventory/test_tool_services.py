import pytest

from continuity.domain.names import normalise
from continuity.history.models import Entry
from continuity.inventory.models import ToolName, Upstream
from continuity.inventory.services import tools
from tests.factories import (
    NOON,
    ProviderFactory,
    ToolFactory,
    UpstreamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return UserFactory()


def entry() -> Entry:
    return Entry.objects.latest("pk")


def test_a_new_tool_is_found_by_its_own_name(actor):
    added = tools.add(fields={"name": "Quill AI"}, actor=actor, now=NOON)

    assert ToolName.objects.get(normal="quillai").tool == added
    assert (entry().verb, entry().after) == ("tool.created", {"name": "Quill AI"})


def test_a_new_tool_does_not_take_a_spelling_from_another(actor):
    other = ToolFactory(name="Pen")
    ToolName.objects.create(tool=other, name="Quill", normal="quill")

    tools.add(fields={"name": "Quill"}, actor=actor, now=NOON)

    assert ToolName.objects.get(normal="quill").tool == other


def test_a_renamed_tool_is_found_by_both_names_and_is_ours(actor):
    tool = ToolFactory(name="Quill", from_catalogue=True)

    tools.change(tool.pk, fields={"name": "Quill Pro"}, actor=actor, now=NOON)

    tool.refresh_from_db()
    assert (tool.name, tool.from_catalogue) == ("Quill Pro", False)
    assert sorted(tool.names.values_list("normal", flat=True)) == ["quill", "quillpro"]


def test_changing_nothing_leaves_the_tool_to_the_catalogue(actor):
    tool = ToolFactory(name="Quill", from_catalogue=True)

    tools.change(tool.pk, fields={"name": "Quill"}, actor=actor, now=NOON)

    tool.refresh_from_db()
    assert tool.from_catalogue
    assert not Entry.objects.exists()


def test_a_spelling_of_another_tool_is_refused(actor):
    other = ToolFactory(name="Pen")
    ToolName.objects.create(tool=other, name="The Pen", normal=normalise("The Pen"))
    tool = ToolFactory()

    with pytest.raises(tools.SpellingTaken) as refused:
        tools.add_spelling(tool.pk, name="THE-PEN", actor=actor, now=NOON)

    assert refused.value.fields == {"name": "THE-PEN", "tool": "Pen"}
    assert not tool.names.exists()


def test_a_spelling_is_added_once_and_removed_once(actor):
    tool = ToolFactory()

    spelling = tools.add_spelling(tool.pk, name="Quil", actor=actor, now=NOON)
    assert tools.add_spelling(tool.pk, name="quil", actor=actor, now=NOON) == spelling
    for _ in range(2):
        tools.remove_spelling(tool.pk, spelling_pk=spelling.pk, actor=actor, now=NOON)

    verbs = Entry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["tool.spelling_added", "tool.spelling_removed"]


def test_an_upstream_is_recorded_with_its_source_and_once(actor):
    tool, cloud = ToolFactory(), ToolFactory(name="Cloud")
    fields = {
        "upstream": cloud,
        "relation": "hosting",
        "hard": False,
        "source": "their page",
        "verified_on": None,
        "confidence": "high",
    }

    edge = tools.add_upstream(tool.pk, fields=fields, actor=actor, now=NOON)

    assert tools.add_upstream(tool.pk, fields=fields, actor=actor, now=NOON) == edge
    assert (edge.hard, edge.from_catalogue) == (False, False)
    assert entry().verb == "upstream.created"
    assert entry().after["upstream"] == "Cloud"


def test_an_edited_upstream_makes_the_tool_ours(actor):
    edge = UpstreamFactory(tool__from_catalogue=True, from_catalogue=True, hard=True)

    tools.change_upstream(edge.pk, fields={"hard": False}, actor=actor, now=NOON)

    edge.refresh_from_db()
    assert (edge.hard, edge.from_catalogue, edge.tool.from_catalogue) == (False,) * 3
    assert entry().before == {"upstream": str(edge.upstream), "hard": True}


def test_a_removed_upstream_stays_in_the_history(actor):
    edge = UpstreamFactory(source="their page", relation="edge")

    tools.remove_upstream(edge.pk, actor=actor, now=NOON)

    assert not Upstream.objects.exists()
    assert entry().before["source"] == "their page"


def test_an_edited_provider_is_ours(actor):
    provider = ProviderFactory(from_catalogue=True)

    tools.change_provider(provider.pk, fields={"name": "Acme"}, actor=actor, now=NOON)

    provider.refresh_from_db()
    assert (provider.name, provider.from_catalogue) == ("Acme", False)
    assert entry().verb == "provider.changed"
