"""What only a browser shows: typing that searches, moving by key, finger and mouse."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from continuity.inventory.models import Tool
from continuity.inventory.services import catalogue
from tests.factories import NOON, AlternativeFactory, DependencyFactory, manager

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ["Claude", "Google Gemini", "Grok"]


@pytest.fixture
def dependency():
    catalogue.load(NOON)
    dependency = DependencyFactory(
        tool=Tool.objects.get(name="ChatGPT"), workflow__name="Réclamations"
    )
    for rank, name in enumerate(NAMES, start=1):
        AlternativeFactory(
            dependency=dependency, rank=rank, tool=Tool.objects.get(name=name)
        )
    return dependency


@pytest.fixture
def signed_in(page: Page, base_url: str) -> Page:
    client = Client()
    client.force_login(manager())
    page.context.add_cookies(
        [
            {
                "name": "sessionid",
                "value": client.cookies["sessionid"].value,
                "url": base_url,
            }
        ]
    )
    return page


def stored(dependency) -> list[str]:
    return [str(one) for one in dependency.alternatives.select_related("tool")]


def shown(page: Page) -> list[str]:
    return page.locator(".rank > li[data-id] .title > a").all_inner_texts()


def test_moving_by_keyboard_keeps_the_focus_and_renews_what_hangs_on_the_order(
    signed_in: Page, dependency
):
    page = signed_in
    page.goto(dependency.workflow.get_absolute_url())
    expect(page.get_by_text("Your first alternative can fail together")).to_be_visible()

    down = page.get_by_role("button", name="Move Claude down")
    down.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Your first alternative can fail together")).to_have_count(0)
    expect(down).to_be_focused()
    expect(page.locator("[data-announce]")).to_have_text("Claude is now number 2 of 3")
    assert shown(page) == stored(dependency) == ["Google Gemini", "Claude", "Grok"]
    heads = page.locator(".fate thead th small").all_inner_texts()
    assert heads == ["ChatGPT", "Google Gemini", "Claude", "Grok"]

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Your first alternative can fail together")).to_be_visible()
    assert stored(dependency) == NAMES


def test_the_grip_is_dragged_to_another_place(signed_in: Page, dependency):
    page = signed_in
    page.goto(dependency.workflow.get_absolute_url())
    items = page.locator(".rank > li[data-id]")
    items.nth(2).scroll_into_view_if_needed()
    grip = items.nth(2).locator(".grip").bounding_box()
    goal = items.nth(0).bounding_box()
    assert grip is not None
    assert goal is not None

    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(grip["x"] + 5, goal["y"] + 4, steps=8)
    page.mouse.up()

    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert shown(page) == stored(dependency) == ["Grok", "Claude", "Google Gemini"]


def test_typing_searches_without_accents_and_keeps_the_address(signed_in: Page, dependency):
    page = signed_in
    DependencyFactory(workflow__name="Elsewhere")
    page.goto("/workflows/")
    expect(page.get_by_role("rowheader")).to_have_count(2)

    page.get_by_label("Search", exact=True).fill("reclam")

    expect(page.get_by_role("rowheader")).to_have_count(1)
    expect(page.get_by_role("rowheader")).to_have_text("Réclamations")
    assert page.url.endswith("/workflows/?q=reclam")
    expect(page.get_by_label("Search", exact=True)).to_be_focused()

    page.get_by_role("link", name="Clear filters").click()
    expect(page.get_by_role("rowheader")).to_have_count(2)


def test_a_filter_is_taken_at_once_and_the_way_back_restores_the_list(
    signed_in: Page, dependency
):
    page = signed_in
    DependencyFactory(workflow__name="Elsewhere", tool__name="Quill")
    page.goto("/workflows/")

    page.get_by_label("Tool", exact=True).select_option(label="Quill")
    expect(page.get_by_role("rowheader")).to_have_count(1)
    expect(page.get_by_role("rowheader")).to_have_text("Elsewhere")

    page.go_back()
    expect(page.get_by_role("rowheader")).to_have_count(2)


def test_the_picture_of_a_tool_is_walked_by_keyboard_and_gives_way_to_trees_on_a_phone(
    signed_in: Page, dependency
):
    page = signed_in
    page.goto(Tool.objects.get(name="Claude").get_absolute_url())
    picture = page.get_by_role("group", name="What Claude rides on, and what rides on it")
    expect(picture).to_be_visible()

    page.locator(".graph-wrap").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".graph a").first).to_be_focused()
    name = page.locator(".graph a").first.get_attribute("aria-label")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name or "")

    page.goto(Tool.objects.get(name="Claude").get_absolute_url())
    page.set_viewport_size({"width": 390, "height": 844})
    expect(picture).to_be_hidden()
    tree = page.get_by_role("group", name="All that it needs, near and far")
    clouds = tree.get_by_role("link", name="Google Cloud")
    expect(clouds).to_be_visible()
    tree.get_by_text("What Anthropic models needs (2)").focus()
    page.keyboard.press("Enter")
    expect(clouds).to_be_hidden()
