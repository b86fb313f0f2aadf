"""The live page without a network, in Chromium: kept, pressed on, opened again, sent."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, BrowserType, Page, expect

from continuity.accounts.roles import TeamRole
from continuity.outages.models import Mark, Recovery
from continuity.outages.services import course, passes
from tests.conftest import CHROMIUM
from tests.factories import (
    AlternativeFactory,
    DependencyFactory,
    OutageFactory,
    TeamFactory,
    member,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
SECOND = timedelta(seconds=1)


@pytest.fixture
def lead():
    return member(TeamFactory(), TeamRole.LEAD)


@pytest.fixture
def outage(lead):
    now = timezone.now()
    team = lead.memberships.get().team
    outage = OutageFactory(team=team, due_at=now, title="ChatGPT down")
    outage.teams.add(team)
    dependency = DependencyFactory(
        workflow__team=team, workflow__owner=lead, workflow__name="Claims triage"
    )
    outage.tools.add(dependency.tool)
    AlternativeFactory(dependency=dependency, rank=1, tool__name="Gemini")
    course.start(outage.pk, actor=None, now=now - timedelta(minutes=2))
    return outage


def sign_in(context: BrowserContext, lead, address: str) -> None:
    client = Client()
    client.force_login(lead)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}]
    )


def keep(page: Page, address: str) -> None:
    """Open the live page and wait until it would open without a network."""
    page.goto(address)
    kept = """async () => {
        const names = (await (await caches.open("continuity-live-1")).keys())
            .map((one) => one.url);
        return navigator.serviceWorker.controller !== null
            && names.includes(location.href)
            && names.some((name) => name.endsWith("/icon.svg"))
            && names.some((name) => name.endsWith("/kept-page.js"));
    }"""
    for _attempt in range(60):
        if page.evaluate(kept):
            return
        page.wait_for_timeout(250)
    raise AssertionError("The page was not kept within 15 s.")


@pytest.fixture
def live(page: Page, lead, outage, live_server) -> Page:
    sign_in(page.context, lead, live_server.url)
    page.set_viewport_size(PHONE)
    keep(page, live_server.url + outage.get_absolute_url())
    return page


def button(page: Page, name: str):
    return page.get_by_role("button", name=name)


def test_a_press_made_offline_survives_a_reload_and_is_one_mark_with_its_time(live: Page):
    live.context.set_offline(True)
    before = timezone.now()
    button(live, "We have seen it").click()
    expect(live.locator("[data-outbox-banner]")).to_contain_text(
        "1 press waits for the network"
    )
    after = timezone.now()
    live.reload()

    expect(live.locator(".step.is-saved")).to_contain_text(
        re.compile(r"\d\d:\d\d:\d\d · saved on this device")  # 24 hours, as everywhere
    )
    running = live.locator("#live-head live-timer").first
    expect(running).to_contain_text("2:")
    assert not Mark.objects.exists()
    live.wait_for_timeout(1500)
    live.context.set_offline(False)

    expect(live.locator("#live-part .is-done")).to_have_count(1, timeout=15000)
    mark = Mark.objects.get()
    assert before - SECOND <= mark.at <= after + SECOND
    assert mark.exact is False  # another page sent it: a good guess, and it says so
    assert mark.received_at - mark.at > SECOND


def test_two_tabs_send_what_waits_once(live: Page, outage):
    other = live.context.new_page()
    other.goto(live.url)
    live.context.set_offline(True)
    button(live, "We have seen it").click()
    expect(live.locator(".step.is-saved")).to_have_count(1)

    live.context.set_offline(False)
    other.evaluate("dispatchEvent(new Event('online'))")

    expect(live.locator("#live-part .is-done")).to_have_count(1, timeout=15000)
    other.wait_for_timeout(1000)
    outage.refresh_from_db()
    assert (Mark.objects.count(), outage.entries) == (1, 2)


def test_an_answer_that_is_lost_doubles_nothing(live: Page, outage):
    lost: list[str] = []

    def lose(route):
        if lost:
            return route.continue_()
        lost.append(route.request.url)
        route.fetch()  # it arrives, and its answer does not
        return route.abort()

    live.route("**/press/", lose)
    button(live, "We have seen it").click()

    expect(live.locator("#live-part .is-done")).to_have_count(1, timeout=15000)
    expect(live.locator("[data-outbox-banner]")).to_be_hidden()
    outage.refresh_from_db()
    assert (len(lost), Mark.objects.count(), outage.entries) == (1, 1, 2)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_by_an_hour_is_never_believed(live: Page, hours):
    live.context.set_offline(True)
    before = timezone.now()
    button(live, "We have seen it").click()
    expect(live.locator(".step.is-saved")).to_have_count(1)
    after = timezone.now()
    live.evaluate(
        """(ms) => { const real = Date.now.bind(Date); Date.now = () => real() + ms; }""",
        hours * 3600 * 1000,
    )
    live.wait_for_timeout(2500)
    live.context.set_offline(False)

    expect(live.locator("#live-part .is-done")).to_have_count(1, timeout=15000)
    mark = Mark.objects.get()
    assert before - SECOND <= mark.at <= after + SECOND
    assert mark.exact is True


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_phone_that_is_ten_minutes_off_shows_and_records_the_right_time(
    page: Page, lead, outage, live_server, minutes
):
    sign_in(page.context, lead, live_server.url)
    page.set_viewport_size(PHONE)
    page.add_init_script(
        f"const real = Date.now.bind(Date); Date.now = () => real() + {minutes} * 60000;"
    )
    page.goto(live_server.url + outage.get_absolute_url())
    expect(page.locator("#live-head live-timer").first).to_contain_text("2:")
    page.context.set_offline(True)
    before = timezone.now()
    button(page, "We have seen it").click()
    expect(page.locator(".step.is-saved")).to_have_count(1)
    after = timezone.now()
    page.wait_for_timeout(1500)
    page.context.set_offline(False)

    expect(page.locator("#live-part .is-done")).to_have_count(1, timeout=15000)
    mark = Mark.objects.get()
    assert before - SECOND <= mark.at <= after + SECOND
    assert mark.exact is True


def test_presses_survive_the_browser(
    browser_type: BrowserType, lead, outage, live_server, tmp_path
):
    """A profile on disk, closed with two presses in it, and opened again."""

    def opened() -> BrowserContext:
        return browser_type.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu"],
            viewport=PHONE,
        )

    address = live_server.url + outage.get_absolute_url()
    context = opened()
    sign_in(context, lead, live_server.url)
    page = context.new_page()
    keep(page, address)
    context.set_offline(True)
    button(page, "We have seen it").click()
    expect(page.locator(".step.is-saved")).to_have_count(1)
    page.wait_for_timeout(1600)
    button(page, "We have switched").click()
    expect(page.locator(".step.is-saved")).to_have_count(2)
    context.close()

    context = opened()
    context.set_offline(True)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("[data-outbox-banner]")).to_contain_text("2 presses wait")
    expect(page.locator(".step.is-saved")).to_have_count(2)
    sign_in(context, lead, live_server.url)  # a session cookie ends with the browser
    context.set_offline(False)

    expect(page.locator("[data-outbox-banner]")).to_be_hidden(timeout=15000)
    recovery = Recovery.objects.get()
    assert recovery.switched_at - recovery.acknowledged_at > SECOND
    assert Mark.objects.count() == 2
    context.close()


def test_a_picture_taken_offline_is_sent_later(live: Page):
    live.context.set_offline(True)
    button(live, "Add a picture").click()
    live.locator("#picture-file").set_input_files("static/img/icon-192.png")
    live.get_by_label("What it shows").fill("The vault")
    live.locator("#picture").get_by_role("button", name="Send").click()
    expect(live.locator("[data-outbox-banner]")).to_be_visible()
    live.context.set_offline(False)

    shown = live.locator(".pictures img")
    expect(shown).to_have_attribute("alt", "The vault", timeout=15000)


def test_where_polling_fails_the_page_says_so(live: Page):
    live.route("**/pulse/**", lambda route: route.fulfill(status=502))

    expect(live.locator("[data-conn-text]")).to_contain_text(
        "Live updates paused since", timeout=8000
    )


def test_a_link_is_pressed_without_a_sign_in_and_without_a_network(
    page: Page, lead, outage, live_server
):
    one = passes.issue(outage, [lead], now=timezone.now())[lead.pk]
    page.set_viewport_size(PHONE)
    keep(page, live_server.url + one.get_absolute_url())
    page.context.set_offline(True)
    page.reload()
    button(page, "We have seen it").click()
    expect(page.locator(".step.is-saved")).to_have_count(1)
    page.context.set_offline(False)

    expect(page.locator("#live-part .is-done")).to_have_count(1, timeout=15000)
    mark = Mark.objects.get()
    assert (mark.by, mark.by_link) == (lead, True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_live_page_and_the_page_of_a_link_are_accessible(
    page: Page, lead, outage, live_server, scheme
):
    one = passes.issue(outage, [lead], now=timezone.now())[lead.pk]
    sign_in(page.context, lead, live_server.url)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme)
    for address in [outage.get_absolute_url(), one.get_absolute_url()]:
        page.goto(live_server.url + address)
        page.context.set_offline(True)
        page.locator("#press-big").click()
        expect(page.locator(".step.is-saved")).to_have_count(1)
        expect(page.locator("[data-outbox-banner]")).to_be_visible()
        found = Axe().run(page)
        page.context.set_offline(False)
        assert found.violations_count == 0, found.generate_report()
        expect(page.locator("#live-part .is-saved")).to_have_count(0, timeout=15000)
