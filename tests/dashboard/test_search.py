import pytest
from django.test import Client
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.dashboard import queries
from continuity.inventory.models import SavedView
from tests.factories import (
    NOON,
    DrillFactory,
    OutageFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    WorkflowFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/search/"


def found(user, q: str, *, most: int = 5) -> dict[str, list[str]]:
    groups = queries.search(user, q, most=most).groups
    return {str(group.title): [hit.name for hit in group.hits] for group in groups}


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_word_finds_workflows_tools_drills_people_and_views_without_accents():
    emilie = UserFactory(name="Émilie Été")
    WorkflowFactory(name="Rapport d’été", owner=emilie)
    ToolFactory(name="Été GPT")
    DrillFactory(outage=OutageFactory(title="Panne d’été"), occurrence_at=NOON)
    someone = manager()
    SavedView.objects.create(owner=someone, page="workflows", name="Cet été", query="q=x")

    assert found(someone, "ETE") == {
        "Workflows": ["Rapport d’été"],
        "AI tools": ["Été GPT"],
        "Drills": ["Panne d’été"],
        "People": ["Émilie Été"],
        "Saved views": ["Cet été"],
    }
    assert found(someone, "été zebra") == {}


def test_what_begins_with_the_words_comes_first():
    team = TeamFactory()
    for name in ("Big claims", "Claims triage", "A claim of claims"):
        WorkflowFactory(name=name, team=team)

    hits = found(manager(), "claims")

    assert hits == {"Workflows": ["Claims triage", "A claim of claims", "Big claims"]}


def test_more_than_are_shown_leads_to_the_list():
    for number in range(6):
        WorkflowFactory(name=f"Claims & co {number}")

    [group] = queries.search(manager(), "Claims & co", most=5).groups

    assert len(group.hits) == 5
    assert group.all_url == "/workflows/?q=Claims+%26+co"


def test_nothing_asked_for_gives_the_saved_views_alone():
    someone = manager()
    WorkflowFactory()
    SavedView.objects.create(owner=someone, page="tools", name="Mine", query="used=1")

    [group] = queries.search(someone, "  ", most=5).groups

    assert [(hit.name, hit.url) for hit in group.hits] == [("Mine", "/tools/?used=1")]


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("stranger", {"AI tools": ["Alpha tool"], "Saved views": ["Alpha shared"]}),
        (
            TeamRole.VIEWER,
            {
                "Workflows": ["Alpha work"],
                "AI tools": ["Alpha tool"],
                "People": ["Alpha owner"],
                "Saved views": ["Alpha shared"],
            },
        ),
        (
            "auditor",
            {
                "Workflows": ["Alpha work"],
                "AI tools": ["Alpha tool"],
                "Drills": ["Alpha drill"],
                "People": ["Alpha owner"],
                "Saved views": ["Alpha shared"],
            },
        ),
        (
            "administrator",
            {
                "Workflows": ["Alpha work"],
                "AI tools": ["Alpha tool"],
                "Drills": ["Alpha drill"],
                "People": ["Alpha other", "Alpha owner"],
                "Saved views": ["Alpha shared"],
            },
        ),
    ],
)
def test_who_finds_what(who, names):
    team = TeamFactory()
    WorkflowFactory(name="Alpha work", team=team, owner=UserFactory(name="Alpha owner"))
    ToolFactory(name="Alpha tool")
    DrillFactory(outage=OutageFactory(title="Alpha drill"))
    other = UserFactory(name="Alpha other")
    for name, shared in (("Alpha shared", True), ("Alpha private", False)):
        SavedView.objects.create(
            owner=other, page="workflows", name=name, query="q=a", shared=shared
        )
    user = {
        "stranger": UserFactory,
        "auditor": auditor,
        "administrator": administrator,
        TeamRole.VIEWER: lambda: member(team, TeamRole.VIEWER),
    }[who]()

    assert found(user, "alpha") == names


def test_the_palette_gets_a_part_and_the_page_is_whole():
    WorkflowFactory(name="Claims")
    client = signed_in(manager())

    part = client.get(
        ADDRESS,
        {"q": "claims"},
        headers={"HX-Request": "true", "HX-Target": "palette-found"},
    )
    page = client.get(ADDRESS, {"q": "claims"})

    assert part.status_code == page.status_code == 200
    assert "<html" not in part.text
    assert "All results on a page" in part.text
    assert "<html" in page.text
    assert "Claims" in page.text
    assert "All results on a page" not in page.text


def test_what_is_typed_is_text_and_never_a_fault():
    client = signed_in(manager())

    for q in ("%", "_", "\\", "'", "\x00", "<b>", "a" * 5000, " ".join("abcdefghijkl")):
        assert client.get(ADDRESS, {"q": q}).status_code == 200, q
    assert "<b>" not in client.get(ADDRESS, {"q": "<b>"}).text


@pytest.mark.parametrize("number", [1, 100])
def test_the_search_takes_five_queries_for_any_number(number, django_assert_num_queries):
    team = TeamFactory()
    for each in range(number):
        WorkflowFactory(name=f"Alpha {each}", team=team, owner=UserFactory(name="Alpha"))
        ToolFactory(name=f"Alpha {each}")
        DrillFactory(outage=OutageFactory(title=f"Alpha {each}"))
    someone = manager()

    with django_assert_num_queries(5):
        queries.search(someone, "alpha", most=25)


def test_who_is_not_signed_in_is_sent_to_sign_in():
    assert Client().get(ADDRESS).status_code == 302


def test_single_keys_are_told_to_the_page_and_can_be_turned_off():
    user = UserFactory(zone="UTC")
    client = signed_in(user)
    assert "data-single-keys" not in client.get(reverse("dashboard:shortcuts")).text

    client.post("/profile/", {"name": user.name, "zone": "UTC"})

    user.refresh_from_db()
    assert user.single_keys is False
    text = client.get(reverse("dashboard:shortcuts")).text
    assert '<html lang="en" data-single-keys="off">' in text
    assert "You have turned off the shortcuts of a single key" in text
