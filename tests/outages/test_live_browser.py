"""The live page in Chromium: presses, polling, and what must stay as it is."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from continuity.accounts.roles import TeamRole
from continuity.outages.models import Mark, Outage, Recovery
from continuity.outages.services import course, marks
from tests.factories import (
    AlternativeFactory,
    DependencyFactory,
    OutageFactory,
    RunbookStepFactory,
    TeamFactory,
    member,
)
from tests.outages.keys import key

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def lead():
    return member(TeamFactory(), TeamRole.LEAD)


@pytest.fixture
def outage(lead):
    """A drill that has run for two minutes over one workflow of the lead's."""
    now = timezone.now()
    team = lead.memberships.get().team
    outage = OutageFactory(team=team, due_at=now, title="ChatGPT down")
    outage.teams.add(team)
    dependency = DependencyFactory(
        workflow__team=team, workflow__owner=lead, workflow__name="Claims triage"
    )
    outage.tools.add(dependency.tool)
    first = AlternativeFactory(dependency=dependency, rank=1, tool__name="Gemini")
    AlternativeFactory(dependency=dependency, rank=2, manual=True)
    RunbookStepFactory(alternative=first, text="Open the vault")
    course.start(outage.pk, actor=None, now=now - timedelta(minutes=2))
    return outage


@pytest.fixture
def live(page: Page, lead, outage, live_server) -> Page:
    """The live page as the lead has it open on a phone."""
    client = Client()
    client.force_login(lead)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.set_viewport_size(PHONE)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(live_server.url + outage.get_absolute_url())
    page.errors = errors  # type: ignore[attr-defined]
    return page


def test_three_presses_bring_a_workflow_back(live: Page, outage):
    for pressed, next_words in [
        ("We have seen it", "We have switched"),
        ("We have switched", "We are working again"),
    ]:
        live.get_by_role("button", name=pressed).click()
        expect(live.get_by_role("button", name=next_words)).to_be_visible()
        live.wait_for_timeout(1600)
    live.get_by_role("button", name="We are working again").click()

    expect(live.locator("#live-head")).to_contain_text("Recovered in")
    expect(live.locator(".action-bar")).to_have_count(0)
    recovery = Recovery.objects.get()
    assert recovery.acknowledged_at < recovery.switched_at < recovery.minimum_at
    assert Mark.objects.filter(exact=True).count() == 3
    assert live.errors == []


def test_a_double_tap_is_one_press(live: Page):
    live.get_by_role("button", name="We have seen it").dblclick()

    expect(live.get_by_role("button", name="We have switched")).to_be_visible()
    live.wait_for_timeout(800)
    assert Mark.objects.count() == 1


def test_a_press_is_taken_back_by_keyboard_alone(live: Page):
    live.get_by_role("button", name="We have seen it").focus()
    live.keyboard.press("Enter")
    undo = live.get_by_role("button", name="Undo Acknowledged")
    expect(undo).to_be_visible()
    undo.focus()
    live.keyboard.press("Enter")

    expect(live.get_by_role("button", name="We have seen it")).to_be_focused()
    assert Mark.objects.valid().count() == 0
    assert Mark.objects.count() == 1


def test_another_alternative_is_chosen(live: Page):
    live.get_by_role("button", name="Other alternative").click()
    live.get_by_label("2. By hand").check()
    live.locator("#other").get_by_role("button", name="We have switched").click()

    expect(live.locator("#live-part")).to_contain_text("Switched: By hand")
    assert Recovery.objects.get().alternative_name == "By hand"


def test_what_others_do_appears_and_what_is_typed_stays(live: Page, outage, lead):
    live.get_by_role("button", name="Add a note").click()
    live.get_by_label("Note", exact=True).fill("Half a sent")

    recovery = Recovery.objects.get()
    marks.mark(recovery.pk, "acknowledged", key=key(1), actor=lead, now=timezone.now())

    expect(live.locator("#live-log")).to_contain_text("acknowledged", timeout=8000)
    note = live.get_by_label("Note", exact=True)
    expect(note).to_have_value("Half a sent")
    expect(note).to_be_focused()
    live.locator("#note").get_by_role("button", name="Add").click()
    expect(live.locator("#live-log")).to_contain_text("Half a sent")


def test_an_open_choice_is_not_closed_by_news(live: Page, outage, lead):
    live.get_by_role("button", name="Other alternative").click()
    live.get_by_label("2. By hand").check()

    course.note(outage.pk, "News", actor=lead, now=timezone.now())
    recovery = Recovery.objects.get()
    marks.mark(recovery.pk, "acknowledged", key=key(1), actor=lead, now=timezone.now())

    expect(live.locator("#live-log")).to_contain_text("News", timeout=8000)
    expect(live.get_by_label("2. By hand")).to_be_checked()
    live.keyboard.press("Escape")
    expect(live.locator("#live-part .is-done")).to_have_count(1, timeout=8000)


def test_the_focus_stays_where_it_was(live: Page, outage, lead):
    button = live.get_by_role("checkbox", name="Open the vault")
    button.focus()
    live.keyboard.press("Space")

    expect(live.get_by_role("checkbox", name="Open the vault")).to_be_checked()
    expect(live.get_by_role("checkbox", name="Open the vault")).to_be_focused()


def test_the_page_sees_the_end_by_itself(live: Page, outage, lead):
    course.end(outage.pk, actor=lead, now=timezone.now())

    expect(live.get_by_role("link", name="See the result")).to_be_visible(timeout=8000)
    expect(live.locator(".action-bar")).to_have_count(0)


def test_presses_made_offline_are_kept_and_sent_later(live: Page, outage):
    live.context.set_offline(True)
    live.get_by_role("button", name="We have seen it").click()
    expect(live.locator(".step.is-saved")).to_contain_text("saved on this device")
    live.wait_for_timeout(1600)
    live.get_by_role("button", name="We have switched").click()
    expect(live.locator(".step.is-saved")).to_have_count(2)
    expect(live.locator("[data-outbox-banner]")).to_contain_text(
        "2 presses wait for the network"
    )
    assert Mark.objects.count() == 0
    live.wait_for_timeout(1000)

    live.context.set_offline(False)

    expect(live.locator("#live-part .is-done")).to_have_count(2, timeout=15000)
    recovery = Recovery.objects.get()
    first, second = Mark.objects.order_by("at")
    assert recovery.switched_at - recovery.acknowledged_at > timedelta(seconds=1.5)
    assert (first.exact, second.exact) == (True, True)
    assert second.received_at - second.at > timedelta(seconds=0.9)


def test_without_javascript_every_button_works(browser, live_server, lead, outage):
    client = Client()
    client.force_login(lead)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(live_server.url + outage.get_absolute_url())

    page.get_by_role("button", name="We have seen it").click()
    page.get_by_role("button", name="We have switched").click()
    page.get_by_role("button", name="Pause").click()

    expect(page.locator("#live-head")).to_contain_text("Paused since")
    assert Outage.objects.get().state == "paused"
    assert Mark.objects.count() == 2
    context.close()
