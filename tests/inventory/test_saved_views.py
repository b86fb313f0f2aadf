import pytest
from django.urls import reverse

from continuity.history.models import Entry
from continuity.inventory.models import SavedView
from continuity.inventory.queries import saved
from continuity.inventory.services import saved as services
from tests.factories import (
    NOON,
    ToolFactory,
    UserFactory,
    WorkflowFactory,
    auditor,
    manager,
)

pytestmark = pytest.mark.django_db
LIST = "/workflows/"


def view(owner, name="Mine", *, query="tier=1", page="workflows", shared=False):
    return SavedView.objects.create(
        owner=owner, name=name, query=query, page=page, shared=shared
    )


def test_what_the_list_shows_is_saved_under_a_name_and_opened_again(client):
    someone = manager()
    client.force_login(someone)
    WorkflowFactory(tier=1, name="Critical one")
    WorkflowFactory(tier=3, name="Normal one")
    shown = client.get(f"{LIST}?sort=-rto&tier=1&q=&cols=rto&cols=tier&page=1")
    address = "cols=tier,rto&sort=-rto&tier=1"
    assert (
        f"query={address}".replace("=", "%3D")
        .replace("&", "%26")
        .replace(",", "%2C")
        .removeprefix("query%3D")
        in shown.text
    )

    answer = client.post(
        "/views/new/",
        {"page": "workflows", "query": address, "name": "Most critical", "shared": ""},
    )

    assert (answer.status_code, answer.url) == (302, f"{LIST}?{address}")
    saved = SavedView.objects.get()
    assert (saved.owner, saved.name, saved.shared) == (someone, "Most critical", False)
    page = client.get(answer.url).text
    assert 'aria-current="page">Most critical</a>' in page
    assert "Save this view" not in page
    assert "Critical one" in page
    assert "Normal one" not in page
    assert Entry.objects.count() == 0


def test_one_who_has_the_name_already_reads_so_and_keeps_what_was_typed(client):
    someone = manager()
    view(someone, "Mine")
    view(UserFactory(), "Theirs")
    client.force_login(someone)

    answer = client.post(
        "/views/new/", {"page": "workflows", "query": "q=x", "name": "mine"}
    )
    assert answer.status_code == 422
    assert "You have a view with this name." in answer.text
    for page, name in (("workflows", "Theirs"), ("tools", "Mine")):
        saved = {"page": page, "query": "q=x", "name": name}
        assert client.post("/views/new/", saved).status_code == 302

    assert SavedView.objects.filter(owner=someone).count() == 3


def test_two_at_the_same_moment_make_one_view():
    someone = manager()
    view(someone, "Mine")

    with pytest.raises(services.ViewExists):
        services.save(
            page="workflows", name="MINE", query="", shared=False, actor=someone, now=NOON
        )

    assert SavedView.objects.count() == 1


@pytest.mark.parametrize(("shared", "seen"), [(True, 1), (False, 0)])
def test_others_open_what_is_shared_and_nothing_else(client, shared, seen):
    WorkflowFactory()
    view(manager(), "Of a manager", shared=shared)
    client.force_login(auditor())

    page = client.get(LIST)

    assert len(page.context["views"]) == seen
    assert page.text.count("Of a manager") == seen


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 302), ("reader", 403), ("stranger", 404)]
)
@pytest.mark.parametrize("step", ["edit", "remove"])
def test_only_who_saved_a_view_changes_it(client, who, status, step):
    owner = manager()
    saved = view(owner, shared=who != "stranger")
    client.force_login(owner if who == "owner" else manager())

    answer = client.post(f"/views/{saved.pk}/{step}/", {"name": "Other", "shared": "on"})

    assert answer.status_code == status
    left = SavedView.objects.filter(pk=saved.pk, name="Mine").exists()
    assert left is (status != 302)


def test_a_view_is_renamed_shared_and_deleted_and_only_what_is_shared_leaves_lines(client):
    someone = manager()
    saved = view(someone)
    client.force_login(someone)

    client.post(f"/views/{saved.pk}/edit/", {"name": "Own"})
    client.post(f"/views/{saved.pk}/edit/", {"name": "Ours", "shared": "on"})
    saved.refresh_from_db()
    assert (saved.name, saved.shared) == ("Ours", True)
    client.post(f"/views/{saved.pk}/remove/")

    assert SavedView.objects.count() == 0
    assert [entry.verb for entry in Entry.objects.order_by("pk")] == [
        "view.changed",
        "view.removed",
    ]


def test_own_views_come_first_and_the_one_that_is_shown_is_marked():
    someone = manager()
    view(UserFactory(), "A shared one", shared=True, query="q=a")
    view(someone, "Mine", query="cols=team,tier&tier=1")

    found = saved.choices(someone, "workflows", "?tier=1&cols=team%2Ctier&page=3&q=")

    assert [(one.view.name, one.own, one.current) for one in found] == [
        ("Mine", True, True),
        ("A shared one", False, False),
    ]


def test_the_list_shows_the_columns_that_are_asked_for(client):
    WorkflowFactory(reference="BIA-7", deputy=UserFactory(name="Dora"))
    client.force_login(manager())

    usual = client.get(LIST).text
    chosen = client.get(f"{LIST}?cols=reference,deputy,nonsense").text

    assert ">Readiness</th>" in usual
    assert usual.count(" checked") == 7
    assert chosen.count(" checked") == 2
    assert "BIA-7" not in usual
    assert ">Readiness</th>" not in chosen
    assert "BIA-7" in chosen
    assert "Dora" in chosen


def test_the_usual_columns_leave_the_address_short(client):
    client.force_login(manager())
    WorkflowFactory()
    usual = "team,tools,tier,rto,alternatives,readiness,owner"

    part = client.get(f"{LIST}?cols={usual}", headers={"HX-Request": "true"})
    other = client.get(f"{LIST}?cols=owner&cols=team", headers={"HX-Request": "true"})

    assert part["HX-Push-Url"] == LIST
    assert other["HX-Push-Url"] == f"{LIST}?cols=team,owner"
    assert 'id="views" aria-label="Saved views" hx-swap-oob="true"' in other.text


@pytest.mark.parametrize("number", [1, 30])
def test_deputies_and_views_cost_the_same_queries_for_any_number(
    client, django_assert_num_queries, number
):
    someone = manager()
    for each in range(number):
        WorkflowFactory(deputy=UserFactory())
        view(UserFactory(), f"View {each}", shared=True)
    client.force_login(someone)
    client.get(LIST)

    with django_assert_num_queries(9):
        client.get(f"{LIST}?cols=deputy")


def test_tools_have_views_of_their_own(client):
    someone = manager()
    ToolFactory()
    view(someone, "Used tools", page="tools", query="used=1")
    client.force_login(someone)

    page = client.get(reverse("inventory:tools")).text

    assert 'href="/tools/?used=1"' in page
    assert "Used tools" not in client.get(LIST).text
