"""A table is taken away by the keyboard alone, with and without JavaScript; so is a
regular report planned."""

import pytest
from django.test import Client
from django.urls import reverse

from continuity.reports.models import Regular
from tests.factories import OrganisationFactory, WorkflowFactory, manager

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(base_url):
    OrganisationFactory()
    for name in ("Letters", "Triage"):
        WorkflowFactory(name=name)
    return base_url


def signed_in(context, base_url):
    client = Client()
    client.force_login(manager())
    cookie = client.cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": base_url}])
    return context.new_page()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_menu_of_a_table_is_walked_by_keyboard(browser, address, scripts):
    context = browser.new_context(java_script_enabled=scripts, accept_downloads=True)
    page = signed_in(context, address)
    page.goto(address + reverse("dashboard:workflows"))
    menu = page.locator("details.download > summary")

    menu.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_download() as taken:
        page.keyboard.press("Enter")

    assert taken.value.suggested_filename.startswith("continuity-readiness-")
    assert taken.value.suggested_filename.endswith(".xlsx")
    if scripts:
        csv = page.get_by_role("link", name="CSV")
        assert not csv.is_visible()
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        page.keyboard.press("Enter")
        assert csv.is_visible()
        page.keyboard.press("Escape")
        assert not csv.is_visible()
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    context.close()


def test_a_regular_report_is_planned_by_keyboard(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = signed_in(context, address)
    page.goto(address + reverse("reports:regular_list"))

    page.get_by_role("link", name="Plan a regular report").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/regular/new/")
    page.get_by_label("Name").focus()
    page.keyboard.type("Every quarter")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/new/" not in url)

    assert page.get_by_role("heading", name="Every quarter").is_visible()
    assert Regular.objects.get().title == "Every quarter"
    context.close()
