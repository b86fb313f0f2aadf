"""What only a browser shows of the impact analysis: what is drawn and read while typing."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from continuity.inventory.models import Impact, ImpactCategory, Workflow
from continuity.inventory.services.impact import load_scales
from tests.factories import NOON, OrganisationFactory, WorkflowFactory, manager

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def workflow() -> Workflow:
    OrganisationFactory(zone="Europe/Paris")
    load_scales(NOON)
    return WorkflowFactory(name="Triage", tier=1, hours="Mon-Fri 09:00-18:00")


@pytest.fixture
def signed_in(page: Page, base_url: str) -> Page:
    client = Client()
    client.force_login(manager())
    cookie = client.cookies["sessionid"]
    page.context.add_cookies(
        [{"name": "sessionid", "value": cookie.value, "url": base_url}]
    )
    return page


def test_the_curve_follows_the_choices_and_the_keyboard_stays_where_it_is(
    signed_in: Page, workflow
):
    page = signed_in
    page.goto(f"/workflows/{workflow.pk}/impact/ratings/")
    curve = page.locator("#curve")
    expect(curve).to_contain_text("Nothing is chosen yet.")
    expect(page.get_by_role("button", name="Show the curve")).to_be_hidden()

    choice = page.get_by_label("Customers, 4 h", exact=True)
    choice.focus()
    choice.select_option(label="Major")

    expect(curve).to_contain_text(re.compile(r"\(MTPD\): 4\sh\."))
    expect(choice).to_be_focused()
    page.get_by_label("Legal, 1 h", exact=True).select_option(label="Severe")
    expect(curve).to_contain_text(re.compile(r"\(MTPD\): 1\sh\."))
    expect(page.get_by_role("button", name="Show the curve")).to_be_hidden()
    assert not Impact.objects.exists()

    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("heading", name="Ratings")).to_be_visible()
    assert Impact.objects.count() == 2


def test_a_team_lead_takes_the_defaults_and_saves_without_javascript(
    browser, base_url, workflow
):
    client = Client()
    client.force_login(manager())
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    cookie = client.cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": base_url}])
    page = context.new_page()
    page.goto(f"/workflows/{workflow.pk}/impact/ratings/")

    page.get_by_role("button", name="Begin with the defaults").click()
    expect(page.locator("#curve")).to_contain_text(re.compile(r"\(MTPD\): 4\sh\."))
    page.get_by_label("Customers, 1 h", exact=True).select_option(label="Major")
    page.get_by_role("button", name="Show the curve").click()
    expect(page.locator("#curve")).to_contain_text(re.compile(r"\(MTPD\): 1\sh\."))
    page.get_by_label("Customers, 1 h", exact=True).press("Enter")
    page.get_by_role("button", name="Save").last.click()

    expect(page.get_by_role("button", name=re.compile(r"Use these"))).to_be_visible()
    customers = ImpactCategory.objects.get(key="customers")
    assert Impact.objects.filter(category=customers).count() == 4
    context.close()


def test_hours_are_read_back_while_typing(signed_in: Page, workflow):
    page = signed_in
    page.goto(f"/workflows/{workflow.pk}/impact/hours/")
    hours = page.get_by_label("Operating hours")

    hours.fill("weekdays 8 to 16:30")
    hours.press("Tab")
    expect(page.locator("#echo")).to_contain_text("Mon-Fri 08:00-16:30")
    expect(page.locator("#echo")).to_contain_text(re.compile(r"42\sh\s30 a week"))

    hours.fill("weekdays")
    hours.press("Tab")
    expect(page.locator("#echo")).to_contain_text("“weekdays” has no hours.")


def test_an_outage_is_worked_out_in_place(signed_in: Page, workflow):
    page = signed_in
    page.goto(f"/workflows/{workflow.pk}/impact/")

    page.get_by_label("From", exact=True).fill("2026-03-02T08:00")
    page.get_by_label("To", exact=True).fill("2026-03-02T11:00")
    page.get_by_role("button", name="Work it out").click()

    expect(page.locator("#outage")).to_contain_text("Of that, worked")
    assert page.url.endswith("/impact/")
