"""The report of a drill is finished and approved without a mouse."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from continuity.drills.models import AimRating, Criterion, Review
from continuity.drills.services import drafting
from tests.factories import NOON, DrillFactory, OutageFactory, RecoveryFactory, manager

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUR = timedelta(hours=1)
MOST_TABS = 80
FOCUSED = "document.activeElement.name || document.activeElement.innerText"


def walk(page: Page, to: str) -> None:
    """Press Tab until what has the focus says `to`, or is a field of that name."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).strip().startswith(to):
            return
    raise AssertionError(f"{to} is not reached by the Tab key")


def test_a_report_is_finished_and_approved_by_keyboard_alone(page: Page, base_url):
    boss = manager()
    outage = OutageFactory(
        state="ended", occurred_at=NOON, ended_at=NOON + HOUR, facilitator=boss
    )
    RecoveryFactory(outage=outage)
    drill = DrillFactory(outage=outage, aim="Claims goes on", wound_up_at=NOON)
    Criterion.objects.create(drill=drill, position=0, measure="rated", text="Calm")
    drafting.draft_due(now=NOON + HOUR)
    client = Client()
    client.force_login(boss)
    name = settings.SESSION_COOKIE_NAME
    cookie = client.cookies[name].value
    page.context.add_cookies([{"name": name, "value": cookie, "url": base_url}])
    keys = page.keyboard

    page.goto(f"{base_url}/reviews/{outage.pk}/")
    walk(page, "conclusion")
    keys.type("One team of one was slow.")
    walk(page, "Save")
    keys.press("Enter")
    expect(page.locator("#id_conclusion")).to_have_value("One team of one was slow.")
    walk(page, "Rate this aim")
    keys.press("Enter")
    walk(page, "rating")
    keys.press("ArrowDown")
    walk(page, "Save the rating")
    keys.press("Enter")
    expect(page.get_by_text("Rate again")).to_be_visible()
    walk(page, "Rate it")
    keys.press("Enter")
    page.wait_for_url("**/criteria/**")
    walk(page, "rating")
    keys.press("ArrowDown")
    walk(page, "comment")
    keys.type("Nobody shouted")
    walk(page, "Save")
    keys.press("Enter")
    page.wait_for_url("**/reviews/**")
    walk(page, "Approve")
    keys.press("Enter")
    walk(page, "Approve the report")
    keys.press("Enter")

    expect(page.get_by_text("Nothing of it changes any more.")).to_be_visible()
    review = Review.objects.get()
    assert (review.conclusion, review.approved_by) == ("One team of one was slow.", boss)
    assert AimRating.objects.get().rated_by == boss
    assert Criterion.objects.get().comment == "Nobody shouted"
