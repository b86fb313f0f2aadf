"""The organisation's scales of impact: shipped once, then its own."""

import pytest
from django.urls import reverse

from continuity.history.models import Entry
from continuity.inventory.models import ImpactCategory, ImpactLevel
from continuity.inventory.services import catalogue, scales
from continuity.inventory.services.impact import load_scales
from tests.factories import (
    NOON,
    ImpactCategoryFactory,
    ImpactFactory,
    ImpactLevelFactory,
    UserFactory,
    auditor,
    manager,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    load_scales(NOON)


@pytest.fixture
def someone(client):
    person = manager()
    client.force_login(person)
    return person


def categories() -> list[str]:
    return [str(row) for row in ImpactCategory.objects.filter(archived_at=None)]


def levels() -> list[tuple[str, bool]]:
    return [(str(row), row.tolerable) for row in ImpactLevel.objects.all()]


def of(model, key):
    return model.objects.get(key=key)


def press(client, route, row=None, **data):
    args = [] if row is None else [row.pk]
    return client.post(reverse(f"inventory:{route}", args=args), data)


def test_six_categories_and_five_levels_are_made_once():
    assert (load_scales(NOON), load_scales(NOON)) == (11, 0)

    assert categories() == [
        "Legal",
        "Regulatory",
        "Reputation",
        "Revenue",
        "Workforce",
        "Customers",
    ]
    assert levels() == [
        ("None", True),
        ("Minor", True),
        ("Moderate", True),
        ("Major", False),
        ("Severe", False),
    ]
    assert not Entry.objects.exists()


def test_the_catalogue_brings_the_scales_with_it():
    assert (catalogue.load(NOON).scales, catalogue.load(NOON).scales) == (11, 0)


def test_what_was_removed_does_not_come_back_with_the_next_load(loaded):
    scales.remove_level(of(ImpactLevel, "none").pk, actor=manager(), now=NOON)

    assert load_scales(NOON) == 0
    assert len(levels()) == 4


def test_a_shipped_name_is_kept_as_its_key_so_that_it_stays_translated(
    client, someone, loaded
):
    press(client, "category", of(ImpactCategory, "legal"), name="Courts")
    assert of(ImpactCategory, "legal").name == "Courts"

    press(client, "category", of(ImpactCategory, "legal"), name="Legal")
    assert of(ImpactCategory, "legal").name == ""


def test_a_category_is_added_last_renamed_moved_archived_and_brought_back(
    client, someone, loaded
):
    assert press(client, "category_new", **{"category-name": "Safety"}).status_code == 302
    safety = ImpactCategory.objects.get(name="Safety")
    press(client, "category", safety, name="Health and safety")
    for _ in range(7):
        press(client, "category_move", safety, way="up")
    assert categories()[:2] == ["Health and safety", "Legal"]

    press(client, "category_archive", safety)
    assert categories()[0] == "Legal"
    press(client, "category_restore", safety)
    assert categories()[0] == "Health and safety"
    verbs = list(Entry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == [
        "impact.category_added",
        "impact.category_renamed",
        *["impact.categories_moved"] * 6,
        "impact.category_archived",
        "impact.category_restored",
    ]


def test_two_categories_never_have_one_name(client, someone, loaded):
    added = press(client, "category_new", **{"category-name": "legal"})
    renamed = press(client, "category", of(ImpactCategory, "revenue"), name="LEGAL")

    assert (added.status_code, renamed.status_code) == (422, 422)
    assert "There is another one with this name." in added.content.decode()
    assert "There is another one with this name." in renamed.content.decode()
    assert len(categories()) == 6


def test_a_category_that_comes_back_may_not_take_a_name_that_is_used_by_now(
    client, someone
):
    gone = ImpactCategoryFactory(name="Safety", archived_at=NOON)
    ImpactCategoryFactory(name="safety")

    response = press(client, "category_restore", gone)

    assert response.status_code == 409
    assert "There is another one called “Safety”." in response.content.decode()
    gone.refresh_from_db()
    assert gone.archived_at == NOON


def test_twenty_categories_are_enough(client, someone):
    for number in range(20):
        ImpactCategoryFactory(name=f"Category {number}")

    response = press(client, "category_new", **{"category-name": "One more"})

    assert response.status_code == 409
    assert "There are 20 already" in response.content.decode()
    assert ImpactCategory.objects.count() == 20


def test_a_level_is_added_as_the_worst_and_changes_places(client, someone, loaded):
    press(client, "level_new", **{"level-name": "Catastrophic"})
    severe = of(ImpactLevel, "severe")
    press(client, "level_move", severe, way="down")

    assert [name for name, _ in levels()] == [
        "None",
        "Minor",
        "Moderate",
        "Major",
        "Catastrophic",
        "Severe",
    ]
    entry = Entry.objects.latest("pk")
    assert entry.verb == "impact.levels_moved"
    assert entry.before["order"][4:] == ["Severe", "Catastrophic"]


@pytest.mark.parametrize(
    ("route", "key", "data"),
    [
        ("level", "severe", {"name": "Severe", "tolerable": "on"}),
        ("level", "minor", {"name": "Minor"}),
        ("level_move", "major", {"way": "up"}),
        ("level_new", None, {"level-name": "Worse", "level-tolerable": "on"}),
    ],
)
def test_a_level_worse_than_an_intolerable_one_is_never_tolerable(
    client, someone, loaded, route, key, data
):
    before = levels()
    response = press(client, route, of(ImpactLevel, key) if key else None, **data)

    assert response.status_code == 409
    assert "which is not tolerable: it cannot be tolerable." in response.content.decode()
    assert levels() == before


def test_what_is_tolerable_is_the_organisation_s_to_say(client, someone, loaded):
    press(client, "level", of(ImpactLevel, "moderate"), name="Bad")

    assert levels()[2:4] == [("Bad", False), ("Major", False)]
    assert Entry.objects.get().before == {"name": "Moderate", "tolerable": True}


def test_a_level_in_use_cannot_be_removed(client, someone):
    rating = ImpactFactory(level=ImpactLevelFactory(name="Bad"))
    spare = ImpactLevelFactory(name="Spare")

    kept = press(client, "level_remove", rating.level)
    gone = press(client, "level_remove", spare)

    assert (kept.status_code, gone.status_code) == (409, 302)
    assert "“Bad” cannot be removed: workflows are rated with it (1)." in (
        kept.content.decode()
    )
    assert levels() == [("Bad", True)]


def test_an_empty_page_begins_with_the_shipped_scales(client, someone):
    page = client.get(reverse("inventory:scales")).content.decode()
    assert "Begin with these" in page

    press(client, "scales_begin")

    assert len(categories()) == 6
    assert Entry.objects.count() == 11
    assert (
        "Begin with these" not in client.get(reverse("inventory:scales")).content.decode()
    )


@pytest.mark.parametrize("number", [1, 20])
def test_the_page_takes_six_queries_for_any_number(
    client, someone, django_assert_num_queries, number
):
    for place in range(number):
        ImpactCategoryFactory(name=f"Category {place}")
        ImpactFactory(level=ImpactLevelFactory(name=f"Level {place}"))

    with django_assert_num_queries(6):
        assert client.get(reverse("inventory:scales")).status_code == 200


POSTS = {
    "scales_begin": None,
    "category_new": None,
    "category": ImpactCategory,
    "category_move": ImpactCategory,
    "category_archive": ImpactCategory,
    "category_restore": ImpactCategory,
    "level_new": None,
    "level": ImpactLevel,
    "level_move": ImpactLevel,
    "level_remove": ImpactLevel,
}


@pytest.mark.parametrize("who", [UserFactory, auditor])
def test_only_managers_open_the_scales(client, loaded, who):
    client.force_login(who())
    before = (categories(), levels())

    assert client.get(reverse("inventory:scales")).status_code == 403
    for route, model in POSTS.items():
        row = None if model is None else model.objects.first()
        assert press(client, route, row, name="X", way="down").status_code == 403
    assert (categories(), levels()) == before


@pytest.mark.parametrize("route", POSTS)
def test_a_link_alone_changes_no_scale(client, someone, loaded, route):
    model = POSTS[route]
    args = [] if model is None else [model.objects.first().pk]

    assert client.get(reverse(f"inventory:{route}", args=args)).status_code == 405
