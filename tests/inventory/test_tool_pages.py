from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from continuity.accounts.roles import TeamRole
from continuity.inventory.models import Provider, Tool, Upstream
from continuity.inventory.queries import tools
from continuity.inventory.services import catalogue
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    OrganisationFactory,
    ProviderFactory,
    ToolFactory,
    UpstreamFactory,
    WorkflowFactory,
    manager,
    member,
)

pytestmark = pytest.mark.django_db


def found(wanted, *, sort="") -> list[str]:
    return [one.name for one in tools.listed(manager(), wanted, sort=sort)]


def test_a_tool_is_found_by_name_spelling_and_provider():
    catalogue.load(NOON)

    assert found({"q": "m365 gcc"}) == ["Microsoft 365 Copilot"]
    assert found({"q": "perplexity pro"}) == ["Perplexity"]
    assert found({"q": "anysphere"}) == ["Cursor"]
    assert "Okta" in found({"kind": "infrastructure"})


def test_tools_are_sorted_by_what_uses_them():
    used = DependencyFactory(tool__name="Used")
    DependencyFactory(tool=used.tool)
    ToolFactory(name="Unused")

    assert found({}, sort="-workflows") == ["Used", "Unused"]
    assert found({"used": "1"}) == ["Used"]


def test_only_workflows_that_one_may_see_are_counted(client):
    mine = DependencyFactory(tool__name="Quill")
    DependencyFactory(tool=mine.tool)
    DependencyFactory(tool=mine.tool, workflow__archived_at=NOON)
    person = member(mine.workflow.team, TeamRole.VIEWER)

    assert tools.listed(person, {}).get().workflow_count == 1
    assert tools.listed(manager(), {}).get().workflow_count == 2


@pytest.mark.parametrize("number", [1, 60])
@pytest.mark.parametrize(("route", "queries"), [("tools", 7), ("providers", 5)])
def test_the_lists_take_the_same_queries_for_1_and_60_rows(
    client, django_assert_num_queries, route, queries, number
):
    for _ in range(number):
        tool = ToolFactory(parent=ToolFactory())
        DependencyFactory(tool=tool)
    client.force_login(manager())
    client.get(reverse(f"inventory:{route}"))

    with django_assert_num_queries(queries):
        client.get(reverse(f"inventory:{route}"))


@pytest.mark.parametrize("number", [1, 60])
def test_the_page_of_a_tool_takes_the_same_queries_for_1_and_60_rows(
    client, django_assert_num_queries, number
):
    tool = ToolFactory()
    for _ in range(number):
        UpstreamFactory(tool=tool)
        UpstreamFactory(upstream=tool)
        DependencyFactory(tool=tool)
        ToolFactory(parent=tool)
    client.force_login(manager())
    client.get(tool.get_absolute_url())

    with django_assert_num_queries(11):
        client.get(tool.get_absolute_url())


def test_an_infrastructure_shows_the_workflows_that_ride_on_it_through_others(client):
    edge = UpstreamFactory(tool__name="Chat", upstream__name="Edge")
    soft = UpstreamFactory(tool__name="Pen", upstream=edge.upstream, hard=False)
    DependencyFactory(tool=edge.tool, workflow=WorkflowFactory(name="A", tier=1))
    DependencyFactory(tool=soft.tool, workflow=WorkflowFactory(name="B", tier=2))
    client.force_login(manager())

    context = client.get(edge.upstream.get_absolute_url()).context

    shown = [
        (one.workflow.name, one.through, one.direct, str(one.effect))
        for one in context["rows"]
    ]
    assert shown == [
        ("A", "Chat", False, "stops"),
        ("B", "Pen", False, "degraded"),
    ]


def test_workflows_of_other_teams_are_not_shown(client):
    mine = DependencyFactory(workflow__name="Mine")
    DependencyFactory(tool=mine.tool, workflow__name="Theirs")
    client.force_login(member(mine.workflow.team, TeamRole.MEMBER))

    page = client.get(mine.tool.get_absolute_url()).content.decode()

    assert "Mine" in page
    assert "Theirs" not in page


@pytest.mark.parametrize(("days", "age"), [(None, "never"), (365, "fresh"), (366, "stale")])
def test_an_upstream_is_stale_after_the_days_of_the_organisation(days, age):
    OrganisationFactory(upstream_stale_days=365)
    today = date(2026, 3, 2)
    verified = days and today - timedelta(days=days)
    edge = UpstreamFactory(verified_on=verified)

    (row,) = tools.page(edge.tool, user=manager(), today=today).upstreams

    assert row.age == age


@pytest.mark.parametrize(
    ("text", "url", "rest"),
    [
        ("status.openai.com 2025-06-10", "https://status.openai.com", " 2025-06-10"),
        ("https://trust.test/list", "https://trust.test/list", ""),
        ("openai.com/policies/x (read)", "https://openai.com/policies/x", " (read)"),
        ("Slack marketplace entry", "", ""),
        ("javascript:alert(1)", "", ""),
        ("inferred: Vertex AI had errors on 2025-06-12", "", ""),
    ],
)
def test_a_source_that_begins_with_an_address_becomes_a_link(text, url, rest):
    found = tools.source(text)

    assert (found.url, found.rest) == (url, rest)


def test_links_out_give_nothing_away_and_lead_to_web_addresses_only(client):
    client.force_login(manager())
    good = ToolFactory(url="https://quill.test/")
    bad = ToolFactory(url="ftp://quill.test/")

    page = client.get(good.get_absolute_url()).content.decode()

    assert '<a href="https://quill.test/" rel="noopener nofollow">' in page
    assert "ftp://" not in client.get(bad.get_absolute_url()).content.decode()


def test_a_tool_is_added_with_its_facts(client):
    client.force_login(manager())
    provider = ProviderFactory()
    data = {"name": "Quill", "kind": "product", "provider": provider.pk}

    response = client.post(reverse("inventory:tool_new"), data)

    tool = Tool.objects.get(name="Quill")
    assert (tool.provider, tool.from_catalogue) == (provider, False)
    assert response["Location"] == tool.get_absolute_url()


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("name", {"name": "quill"}),
        ("url", {"url": "javascript:alert(1)"}),
        ("parent", {"parent": "999999"}),
    ],
)
def test_wrong_facts_are_refused_beside_their_field(client, field, data):
    ToolFactory(name="Quill")
    client.force_login(manager())

    response = client.post(
        reverse("inventory:tool_new"), {"name": "Pen", "kind": "product", **data}
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert Tool.objects.count() == 1


def test_an_upstream_needs_a_source_and_no_day_to_come(client):
    client.force_login(manager())
    tool, cloud = ToolFactory(), ToolFactory()
    tomorrow = timezone.now().date() + timedelta(days=2)
    data = {
        "upstream": cloud.pk,
        "relation": "hosting",
        "source": "",
        "verified_on": tomorrow.isoformat(),
        "confidence": "low",
    }

    response = client.post(reverse("inventory:upstream_new", args=[tool.pk]), data)

    assert sorted(response.context["form"].errors) == ["source", "verified_on"]
    assert not Upstream.objects.exists()


def test_an_upstream_is_changed_in_its_row_of_the_table(client):
    client.force_login(manager())
    edge = UpstreamFactory(source="A rumour", confidence="low")
    address = reverse("inventory:upstream_edit", args=[edge.pk])
    asking = {"HX-Request": "true"}
    data = {"source": "", "confidence": "high", "hard": "on"}

    row = client.get(address, headers=asking)
    refused = client.post(address, data, headers=asking)
    edge.refresh_from_db()
    assert (edge.source, edge.confidence) == ("A rumour", "low")
    saved = client.post(address, {**data, "source": "A paper"}, headers=asking)

    edge.refresh_from_db()
    assert (row.status_code, refused.status_code, saved.status_code) == (200, 422, 200)
    for part in (row, refused):
        assert part.text.strip().startswith('<tr class="edge-row">')
        assert part.text.strip().endswith("</tr>")
    assert "This field is required." in refused.text
    assert saved["HX-Refresh"] == "true"
    assert (edge.source, edge.confidence) == ("A paper", "high")


def test_the_same_upstream_is_recorded_once(client):
    client.force_login(manager())
    edge = UpstreamFactory()
    data = {
        "upstream": edge.upstream_id,
        "relation": edge.relation,
        "source": "again",
        "confidence": "low",
    }

    response = client.post(reverse("inventory:upstream_new", args=[edge.tool_id]), data)

    assert (response.status_code, Upstream.objects.count()) == (422, 1)


def test_a_spelling_of_another_tool_is_refused_in_words(client):
    catalogue.load(NOON)
    client.force_login(manager())
    tool = Tool.objects.get(name="Claude")

    response = client.post(
        reverse("inventory:spellings", args=[tool.pk]), {"name": "OpenAI ChatGPT"}
    )

    assert response.status_code == 409
    assert "“OpenAI ChatGPT” already means ChatGPT." in response.content.decode()


def test_a_spelling_without_a_letter_is_refused_beside_its_field(client):
    client.force_login(manager())
    tool = ToolFactory()

    response = client.post(reverse("inventory:spellings", args=[tool.pk]), {"name": "?!"})

    assert response.status_code == 422
    assert "A spelling needs a letter or a digit." in response.content.decode()


def test_an_empty_catalogue_says_how_it_is_filled(client):
    client.force_login(manager())

    page = client.get(reverse("inventory:tools")).content.decode()

    assert "manage.py load_catalogue" in page


def test_a_provider_shows_its_tools_and_can_be_renamed(client):
    client.force_login(manager())
    tool = ToolFactory(name="Quill")
    ProviderFactory(name="Acme")
    url = reverse("inventory:provider_edit", args=[tool.provider_id])

    assert "Quill" in client.get(tool.provider.get_absolute_url()).content.decode()
    assert client.post(url, {"name": "acme"}).status_code == 422
    assert client.post(url, {"name": "Renamed"}).status_code == 302
    assert Provider.objects.filter(name="Renamed").exists()


def test_a_tool_used_as_an_alternative_is_not_counted_as_used():
    alternative = AlternativeFactory(rank=1)

    counted = tools.listed(manager(), {}).get(pk=alternative.tool_id)

    assert counted.workflow_count == 0
