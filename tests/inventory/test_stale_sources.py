from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from continuity.accounts.roles import TeamRole
from continuity.history.models import Entry
from continuity.inventory.models import Tool, Upstream
from continuity.inventory.services import catalogue
from tests.factories import (
    NOON,
    DependencyFactory,
    OrganisationFactory,
    TeamFactory,
    UpstreamFactory,
    UserFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
LIST = "/tools/stale-sources/"


def days_ago(days: int):
    return timezone.now().date() - timedelta(days=days)


def listed(client, **query):
    return [(str(row.edge), row.age) for row in client.get(LIST, query).context["rows"]]


def test_only_what_is_stale_or_was_never_verified_is_listed_the_most_used_first(client):
    OrganisationFactory(upstream_stale_days=100)
    names = {"tool__name": "Fresh", "upstream__name": "A"}
    UpstreamFactory(**names, verified_on=days_ago(100))
    UpstreamFactory(tool__name="Old", upstream__name="B", verified_on=days_ago(101))
    UpstreamFactory(tool__name="Never", upstream__name="C", verified_on=None)
    used = UpstreamFactory(tool__name="Used", upstream__name="D", verified_on=None)
    DependencyFactory(tool=used.tool)
    client.force_login(manager())

    assert listed(client) == [
        ("Used needs D", "never"),
        ("Old needs B", "stale"),
        ("Never needs C", "never"),
    ]
    assert listed(client, age="stale") == [("Old needs B", "stale")]
    assert listed(client, q="never c") == [("Never needs C", "never")]


def test_verified_today_keeps_the_source_and_writes_history(client):
    edge = UpstreamFactory(verified_on=None, source="status.example.test")
    user = manager()
    client.force_login(user)
    url = reverse("inventory:upstream_verify", args=[edge.pk])

    response = client.post(url, {"source": " ", "next": f"{LIST}?q=tool"})

    edge.refresh_from_db()
    today = timezone.now().date()
    assert response["Location"] == f"{LIST}?q=tool"
    assert (edge.verified_on, edge.source) == (today, "status.example.test")
    entry = Entry.objects.latest("pk")
    assert (entry.verb, entry.actor, entry.subject_id) == (
        "upstream.verified",
        user,
        edge.tool_id,
    )
    assert entry.after == {
        "upstream": str(edge.upstream),
        "verified_on": today.isoformat(),
    }
    assert listed(client) == []


def test_another_source_takes_the_place_of_the_old_one(client):
    edge = UpstreamFactory(verified_on=None)
    client.force_login(manager())
    url = reverse("inventory:upstream_verify", args=[edge.pk])

    client.post(url, {"source": "trust.example.test", "next": "https://evil.test/"})

    edge.refresh_from_db()
    assert edge.source == "trust.example.test"


def test_a_source_that_is_too_long_is_refused_and_nothing_is_saved(client):
    edge = UpstreamFactory(verified_on=None)
    client.force_login(manager())
    url = reverse("inventory:upstream_verify", args=[edge.pk])

    response = client.post(url, {"source": "x" * 241})

    assert response.status_code == 422
    assert Upstream.objects.get().verified_on is None


def test_no_way_leads_to_another_site(client):
    edge = UpstreamFactory(verified_on=None)
    client.force_login(manager())
    url = reverse("inventory:upstream_verify", args=[edge.pk])

    assert client.post(url, {"next": "https://evil.test/"})["Location"] == LIST


def test_verifying_an_edge_leaves_the_tool_to_the_catalogue_and_keeps_the_day(client):
    catalogue.load(NOON)
    edge = Upstream.objects.get(tool__name="ChatGPT", upstream__name="Okta")
    client.force_login(manager())

    client.post(reverse("inventory:upstream_verify", args=[edge.pk]))
    catalogue.load(NOON)

    edge.refresh_from_db()
    assert edge.verified_on == timezone.now().date()
    assert Tool.objects.get(name="ChatGPT").from_catalogue is True


@pytest.mark.parametrize(
    ("who", "listing", "verifying"),
    [
        ("stranger", 403, 403),
        (TeamRole.LEAD, 403, 403),
        ("auditor", 403, 403),
        ("manager", 200, 302),
        ("administrator", 200, 302),
    ],
)
def test_who_may_verify(client, who, listing, verifying):
    edge = UpstreamFactory(verified_on=None)
    others = {"stranger": UserFactory, "auditor": auditor, "manager": manager,
              "administrator": administrator}  # fmt: skip
    client.force_login(others[who]() if who in others else member(TeamFactory(), who))

    assert client.get(LIST).status_code == listing
    url = reverse("inventory:upstream_verify", args=[edge.pk])
    assert client.post(url).status_code == verifying
    assert (Upstream.objects.get().verified_on is not None) is (verifying == 302)


@pytest.mark.parametrize("number", [1, 100])
def test_the_list_takes_the_same_queries_for_1_and_100_rows(
    client, django_assert_num_queries, number
):
    for _ in range(number):
        UpstreamFactory(verified_on=None)
    client.force_login(manager())
    client.get(LIST)

    with django_assert_num_queries(6):
        client.get(LIST)
