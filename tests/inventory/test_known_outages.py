from datetime import timedelta

import pytest
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.inventory.catalogue import read
from continuity.inventory.models import Tool
from continuity.inventory.queries import known_outages
from continuity.inventory.services import catalogue
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    OrganisationFactory,
    TeamFactory,
    UserFactory,
    WorkflowFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def work_on(name: str, *names: str, **workflow):
    dependency = DependencyFactory(
        tool=Tool.objects.get(name=name), workflow=WorkflowFactory(**workflow)
    )
    for rank, other in enumerate(names, start=1):
        AlternativeFactory(
            dependency=dependency, rank=rank, tool=Tool.objects.get(name=other)
        )
    return dependency.workflow


def told(workflow, key: str):
    found = known_outages.of_workflow(manager(), workflow)
    (row,) = [row for row in found.rows if row.outage.key == key]
    return row


def lastings(row):
    return [(str(one.outcome), one.length, one.at_least) for one in row.lastings]


@pytest.fixture
def shipped():
    catalogue.load(NOON)


def test_all_ten_outages_are_facts_with_a_source_in_both_languages():
    found = known_outages.facts()

    assert len(found) == 10
    tools = {entry.name for entry in read()}
    for outage in found:
        assert outage.source.startswith("https://")
        assert outage.quality in {"official", "measured", "secondary", "press"}
        assert set(outage.titles) == {"en", "fr"}
        assert not outage.notes or set(outage.notes) == {"en", "fr"}
        assert {spell.tool for spell in outage.spells} <= tools
        for spell in outage.spells:
            since = spell.since or timedelta()
            until = outage.length if spell.until is None else spell.until
            assert timedelta() <= since < until <= outage.length


def test_ten_june_degrades_work_on_chatgpt_for_thirteen_hours(shipped):
    row = told(work_on("ChatGPT", "Google Gemini"), "openai-2025-06-10")

    # Its own 780 minutes are published; when the models behind it were well is not.
    assert lastings(row) == [("degraded", minutes(780), True)]
    assert [hit.names for hit in row.hits] == [("ChatGPT",)]
    assert row.instead == ()


def test_cloudflare_stops_who_has_claude_and_perplexity_as_alternatives(shipped):
    row = told(work_on("ChatGPT", "Claude", "Perplexity"), "cloudflare-2025-11-18")

    assert lastings(row) == [("stops", minutes(346), False)]


def test_cloudflare_lets_who_has_gemini_fall_back_on_it(shipped):
    row = told(work_on("ChatGPT", "Claude", "Google Gemini"), "cloudflare-2025-11-18")

    assert lastings(row) == [("falls_back", minutes(346), False)]
    assert row.instead == ("Google Gemini",)


def test_twice_in_a_day_is_counted_without_the_time_between(shipped):
    row = told(work_on("ChatGPT"), "openai-2024-06-04")

    assert lastings(row) == [("stops", minutes(261 + 173), False)]


def test_what_was_not_published_is_possible_and_adds_no_time(shipped):
    row = told(work_on("Perplexity"), "aws-2025-10-20")

    assert lastings(row) == [
        ("stops", timedelta(), True),
        ("degraded", minutes(872), False),
    ]


def test_vertex_ai_stops_with_google_cloud_and_is_then_degraded(shipped):
    row = told(work_on("Vertex AI"), "google-2025-06-12")

    assert lastings(row) == [
        ("stops", minutes(240), False),
        ("degraded", timedelta(), True),
    ]


def test_a_tool_that_rides_on_what_fell_names_the_way(shipped):
    row = told(work_on("Cursor"), "cloudflare-2025-11-18")

    assert [hit.names for hit in row.hits] == [("Cursor", "Cloudflare")]


def test_an_outage_that_hit_none_of_its_tools_says_not_hit(shipped):
    row = told(work_on("Le Chat"), "openai-2024-12-26")

    assert (row.worst, row.lastings, row.hits) == ("untouched", (), ())


@pytest.mark.parametrize(
    ("hours", "zone", "worked"),
    [
        ("24/7", "", minutes(346)),
        # From 11:20 to 17:06 UTC on a Tuesday: 12:20 to 18:06 in Paris.
        ("Mon-Fri 09:00-18:00", "Europe/Paris", minutes(340)),
        ("Mon-Fri 09:00-18:00", "", minutes(346)),
        ("Mon-Fri 00:00-06:00", "", timedelta()),
        ("", "", None),
        ("when needed", "", None),
    ],
)
def test_the_time_in_operating_hours_is_said_where_they_can_be_read(
    shipped, hours, zone, worked
):
    OrganisationFactory(zone="UTC")
    row = told(work_on("ChatGPT", hours=hours, zone=zone), "cloudflare-2025-11-18")

    assert row.lastings[0].worked == worked


def test_the_zone_of_the_organisation_holds_where_the_work_names_none(shipped):
    OrganisationFactory(zone="Europe/Paris")
    workflow = work_on("ChatGPT", hours="Mon-Fri 09:00-18:00")

    assert told(workflow, "cloudflare-2025-11-18").lastings[0].worked == minutes(340)


def test_work_without_a_tool_is_unknown_and_not_spared(client):
    workflow = WorkflowFactory()
    client.force_login(manager())

    text = client.get(f"/workflows/{workflow.pk}/outages/").content.decode()

    assert "nobody can say what these outages would have meant for it" in text
    assert "Not hit" not in text


def test_a_tool_lists_the_outages_that_hit_it_and_the_work_they_would_have_hit(shipped):
    work_on("ChatGPT", "Claude", "Perplexity")
    work_on("ChatGPT", "Google Gemini")
    work_on("Claude")
    work_on("Le Chat")

    found = known_outages.of_tool(manager(), Tool.objects.get(name="Claude"))

    counted = {
        row.outage.key: (row.stops, row.falls_back, row.degraded, row.hit.names)
        for row in found.rows
    }
    assert counted == {
        "anthropic-2026-06-05": (0, 0, 1, ("Claude", "Anthropic models")),
        "cloudflare-2025-11-18": (1, 0, 0, ("Claude", "Cloudflare")),
        "aws-2025-10-20": (0, 0, 1, ("Claude", "Anthropic models", "AWS")),
        "google-2025-06-12": (0, 0, 1, ("Claude", "Anthropic models", "Google Cloud")),
    }
    assert found.others == 6


def test_how_long_the_tool_was_out_is_published_or_a_lower_bound(shipped):
    found = known_outages.of_tool(manager(), Tool.objects.get(name="ChatGPT"))

    told_ = {
        row.outage.key: [(one.down, one.length, one.at_least) for one in row.lastings]
        for row in found.rows
    }
    assert told_["openai-2024-12-26"] == [(True, minutes(460), False)]
    assert told_["openai-2024-12-04"] == [
        (True, minutes(4), False),
        (False, minutes(90), False),
    ]
    assert "openai-2023-11-08" not in told_


def test_a_renamed_tool_is_still_found(shipped):
    Tool.objects.filter(name="ChatGPT").update(name="Our assistant")

    row = told(work_on("Our assistant"), "openai-2024-12-26")

    assert lastings(row) == [("stops", minutes(460), False)]


def test_titles_are_in_the_language_of_the_reader(shipped, client):
    workflow = work_on("ChatGPT")
    user = manager()
    user.language = "fr"
    user.save()
    client.force_login(user)

    text = client.get(f"/workflows/{workflow.pk}/outages/").content.decode()

    assert "Cloudflare, 18 novembre 2025\xa0: ChatGPT, Claude et Perplexity tombent" in text


@pytest.mark.parametrize(
    ("who", "status", "seen"),
    [("stranger", 404, 0), (TeamRole.VIEWER, 200, 1), ("auditor", 200, 2),
     ("manager", 200, 2)],
)  # fmt: skip
def test_who_sees_what(client, shipped, who, status, seen):
    mine = work_on("ChatGPT", team=TeamFactory())
    work_on("ChatGPT")
    others = {"stranger": UserFactory, "auditor": auditor, "manager": manager}
    client.force_login(others[who]() if who in others else member(mine.team, who))
    tool = Tool.objects.get(name="ChatGPT")

    assert client.get(f"/workflows/{mine.pk}/outages/").status_code == status
    found = client.get(f"/tools/{tool.pk}/outages/").context["found"]
    assert {row.stops + row.falls_back + row.degraded for row in found.rows} == {seen}
    assert found.whole is (seen == 2)


@pytest.mark.parametrize("number", [1, 100])
@pytest.mark.parametrize(("what", "queries"), [("workflow", 10), ("tool", 9)])
def test_the_pages_take_the_same_queries_for_1_and_100_rows(
    client, shipped, django_assert_num_queries, what, queries, number
):
    dependency = DependencyFactory(workflow__hours="24/7")
    for rank in range(1, number + 1):
        AlternativeFactory(dependency=dependency, rank=rank)
        DependencyFactory(tool=dependency.tool)
    subject = dependency.workflow if what == "workflow" else dependency.tool
    client.force_login(manager())
    url = reverse(f"inventory:{what}_outages", args=[subject.pk])
    client.get(url)

    with django_assert_num_queries(queries):
        client.get(url)
