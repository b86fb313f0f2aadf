"""How often each page of the sample organisation asks the database.

Where 10 ms lie between the two, a page that asks at most twelve times grows by 130 ms at
most, with one round trip for a connection that has to be checked first.
"""

from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from continuity.accounts.models import User
from continuity.drills.models import Drill, Schedule
from continuity.incidents.services import declaring
from continuity.inventory.models import Tool
from continuity.outages.models import Outage
from tests.every_page import organisation, pages

pytestmark = pytest.mark.django_db

MOST = 12


class Counting(Client):
    """A browser that counts what the database is asked for each address.

    The tests' own transaction makes savepoints of what are transactions, which are sent
    as well: they count.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, int] = {}

    def get(self, path: str, *args: Any, **kwargs: Any) -> HttpResponse:
        with CaptureQueriesContext(connection) as seen:
            answer = super().get(path, *args, **kwargs)
        if answer.streaming:
            answer.getvalue()  # closes the file, too
        self.asked[path] = len(seen)
        return answer


class Offers(HTMLParser):
    """The addresses with a question mark that a page offers: by a link, or by the first
    option that can be chosen in each filter of a form."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.of_a_filter = False
        self.select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "?" in given.get("href", ""):
            self.found.append(given["href"])
        elif tag == "form":
            self.of_a_filter = given.get("method") == "get" and "action" not in given
        elif tag == "select" and self.of_a_filter:
            self.select = given["name"]
        elif tag == "option" and self.select and given.get("value"):
            self.found.append("?" + urlencode({self.select: given["value"]}))
            self.select = ""


def offered(address: str, html: str) -> dict[tuple[object, ...], str]:
    """Return what the page at `address` offers, one of each shape: the page it leads to
    and what it asks for, where keys and pages are all alike."""
    found: dict[tuple[object, ...], str] = {}
    for link in Offers(html).found:
        url = urlsplit(urljoin(address, link))
        if url.netloc:
            continue
        asked = parse_qsl(url.query)
        if any(name == "export" for name, _value in asked):
            continue
        shape = sorted((name, "" if value.isdecimal() else value) for name, value in asked)
        found[resolve(url.path).view_name, *shape] = f"{url.path}?{url.query}"
    return found


def real_outage(administrator: User) -> Outage:
    now = timezone.now()
    return declaring.declare(
        title="ChatGPT does not answer",
        seen="No answer at all",
        tools=[Tool.objects.get(name="ChatGPT")],
        occurred_at=now - timedelta(minutes=20),
        links=[],
        actor=administrator,
        now=now,
    )


def test_no_page_asks_more_than_twelve_times():
    """Both who may do all, and who is asked by team for each thing they do, on a day on
    which something really fails: each page, and what its links and filters offer."""
    administrator = organisation()
    outage = real_outage(administrator)
    lead = User.objects.get(email="amina.moreau@meridian.example")
    coming = Drill.objects.latest("pk")
    browsers = {person: Counting() for person in (administrator, lead)}
    for person, browser in browsers.items():
        browser.force_login(person)
    special = [
        reverse("drills:drill", args=[coming.pk]),
        reverse("outages:live", args=[coming.outage_id]),
        reverse("outages:live", args=[outage.pk]),
        reverse("incidents:result", args=[outage.pk]),
        reverse("drills:schedule", args=[Schedule.objects.latest("pk").pk]),
        reverse("drills:hand_over", args=[lead.pk]),
    ]
    for address in special:
        assert browsers[administrator].get(address).status_code == 200
    addresses = [*pages(browsers[administrator]), *special]
    opened = []
    questions: dict[tuple[object, ...], str] = {}
    for address in addresses:
        answer = browsers[lead].get(address)
        opened.append(answer.status_code)
        if answer.status_code == 200 and not answer.streaming:
            questions |= offered(address, answer.text)
    asked = [browsers[lead].get(address).status_code for address in questions.values()]

    over = {
        (person.name, address): number
        for person, browser in browsers.items()
        for address, number in browser.asked.items()
        if number > MOST and address in {*addresses, *questions.values()}
    }
    assert over == {}
    assert len(addresses) > 120
    assert opened.count(200) > 80
    assert asked.count(200) > 100
