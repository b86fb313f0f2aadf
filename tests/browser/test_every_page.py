"""Every page there is, in Chromium: accessible, within its width, silent in the console."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from continuity.accounts.models import User
from continuity.inventory.models import Import
from tests.every_page import addresses, opened, organisation, pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL_RULES = {"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]}
CONTRAST = {
    "runOnly": {"type": "rule", "values": ["color-contrast"]},
    "resultTypes": ["violations"],
}
"""All that can change on a page that is already loaded when only its colours do."""
NARROW = ALL_RULES | {"rules": {"color-contrast": {"enabled": False}}}
"""All but the colours, which are those of the wide window."""

PARTS = 3
"""Into how many tests the long walk is cut, so that they can go side by side."""


@pytest.fixture
def administrator() -> User:
    return organisation()


def first() -> User:
    """Make the administrator of an organisation that has nothing yet."""
    return User.objects.create_user(
        "first@example.test",
        "a long password",
        name="First",
        organisation_role="administrator",
    )


def faults(page: Page, address: str, look: str, rules: dict[str, Any]) -> list[str]:
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    wide = [f"{address} {look}: {over} px wider than the window"] if over > 0 else []
    # Not by Axe.run, which sends the checker and all that passed to and fro each time.
    found = page.evaluate(
        "rules => axe.run(rules).then(results => results.violations)", rules
    )
    return wide + [
        f"{address} {look}: {violation['id']} {violation['nodes'][0]['target']}"
        for violation in found
    ]


def sign_in(context: BrowserContext, client: Client, base_url: str) -> None:
    cookie = client.cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": base_url}])


def look_at(page: Page, some: list[str], base_url: str) -> list[str]:
    said: list[str] = []
    page.on(
        "console", lambda line: said.append(line.text) if line.type == "error" else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    found = []
    for address in some:
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size(WIDE)
        page.goto(base_url + address, wait_until="load")
        page.evaluate(Axe().axe_script)
        found += faults(page, address, "light", ALL_RULES)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found += faults(page, address, "dark", CONTRAST)
        page.set_viewport_size(PHONE)
        found += faults(page, address, "phone", NARROW)
        found += [f"{address}: {line}" for line in said]
        said.clear()
    return found


def look_in_french(page: Page, some: list[str], base_url: str) -> list[str]:
    page.set_viewport_size(PHONE)
    found = []
    for address in some:
        page.goto(base_url + address, wait_until="load")
        assert page.locator("html").get_attribute("lang") == "fr"
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        found += [f"{address} in French: {over} px"] if over > 0 else []
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_for_people_who_are_signed_in(page, base_url, administrator, part):
    client = Client()
    client.force_login(administrator)
    own = pages(client, addresses()[part::PARTS])
    sign_in(page.context, client, base_url)

    found = look_at(page, own, base_url)
    administrator.language = "fr"
    administrator.save(update_fields=["language"])
    found += look_in_french(page, own, base_url)

    assert len(own) > 40 / PARTS
    assert found == []


def test_every_page_for_people_who_are_not(page, base_url):
    first()
    public = ["/account/login/", "/account/password/reset/", "/nowhere/"]

    found = look_at(page, public, base_url)

    # The browser itself reports the 404 that was asked for.
    assert [line for line in found if "404" not in line] == []


def test_every_page_that_says_there_is_nothing_yet(page, base_url):
    client = Client()
    client.force_login(first())
    # The others are the same as where there is something: forms, settings.
    empty = [address for address, content in opened(client) if b'class="empty"' in content]
    sign_in(page.context, client, base_url)

    found = look_at(page, empty, base_url)

    assert len(empty) > 15
    assert Import.objects.count() == 0
    assert found == []
