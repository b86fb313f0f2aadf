"""What only a browser shows: keys that open, choose and lead on."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from continuity.accounts.models import User
from tests.factories import TeamFactory, ToolFactory, WorkflowFactory, manager

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def user() -> User:
    return manager()


@pytest.fixture
def signed_in(page: Page, base_url: str, user: User) -> Page:
    client = Client()
    client.force_login(user)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": base_url}])
    return page


@pytest.fixture
def claims():
    team = TeamFactory()
    ToolFactory(name="Claims helper")
    return [
        WorkflowFactory(name=name, team=team) for name in ("Claims triage", "Claims letter")
    ]


@pytest.mark.parametrize("key", ["Control+k", "/"])
def test_a_key_opens_the_palette_and_enter_opens_the_first_that_is_found(
    signed_in: Page, claims, key
):
    page = signed_in
    page.goto("/tools/")
    page.keyboard.press(key)
    palette = page.get_by_role("dialog", name="Search everything")
    expect(palette.get_by_role("searchbox")).to_be_focused()

    palette.get_by_role("searchbox").fill("claims")
    expect(palette.get_by_role("link", name="Claims letter")).to_be_visible()
    expect(palette.get_by_role("link")).to_have_count(4)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Claims letter")


def test_arrows_choose_and_a_letter_goes_on_typing(signed_in: Page, claims):
    page = signed_in
    page.goto("/tools/")
    page.keyboard.press("/")
    palette = page.get_by_role("dialog", name="Search everything")
    field = palette.get_by_role("searchbox")
    field.fill("claim")
    expect(palette.get_by_role("link")).to_have_count(4)

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(palette.get_by_role("link", name="Claims triage")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("s")
    expect(field).to_be_focused()
    expect(field).to_have_value("claims")

    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()


def test_the_keys_are_listed_lead_to_places_and_move_through_rows(signed_in: Page, claims):
    page = signed_in
    page.goto("/tools/")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys.get_by_text("Search everything")).to_be_visible()
    page.keyboard.press("Escape")

    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url("**/workflows/")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Claims letter")).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Claims triage")).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Claims letter")).to_be_focused()


def test_single_keys_that_are_turned_off_do_nothing_and_ctrl_k_still_opens(
    signed_in: Page, user, claims
):
    user.single_keys = False
    user.save(update_fields=["single_keys"])
    page = signed_in
    page.goto("/tools/")

    for key in ("/", "?", "g", "w"):
        page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert page.url.endswith("/tools/")

    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Search everything")).to_be_visible()


def test_a_key_in_a_field_is_a_letter(signed_in: Page, claims):
    page = signed_in
    page.goto("/workflows/")
    page.get_by_label("Search", exact=True).press_sequentially("/?gw")

    expect(page.get_by_label("Search", exact=True)).to_have_value("/?gw")
    expect(page.locator("dialog[open]")).to_have_count(0)
