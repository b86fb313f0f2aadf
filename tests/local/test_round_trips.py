"""How often each page of the sample organisation asks the database.

Where 10 ms lie between the two, a page that asks at most twelve times grows by 130 ms at
most, with one round trip for a connection that has to be checked first.
"""

from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from continuity.accounts.models import User
from continuity.drills.models import Drill
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
        self.asked[path] = len(seen)
        return answer


def test_no_page_asks_more_than_twelve_times():
    """Both who may do all, and who is asked by team for each thing they do."""
    administrator = organisation()
    lead = User.objects.get(email="amina.moreau@meridian.example")
    coming = Drill.objects.latest("pk")
    browsers = {person: Counting() for person in (administrator, lead)}
    for person, browser in browsers.items():
        browser.force_login(person)
    addresses = [
        *pages(browsers[administrator]),
        reverse("drills:drill", args=[coming.pk]),
        reverse("outages:live", args=[coming.outage_id]),
    ]
    for address in addresses[-2:]:
        assert browsers[administrator].get(address).status_code == 200
    opened = [browsers[lead].get(address).status_code for address in addresses]

    over = {
        (person.name, address): browser.asked[address]
        for person, browser in browsers.items()
        for address in addresses
        if browser.asked[address] > MOST
    }
    assert over == {}
    assert len(addresses) > 120
    assert opened.count(200) > 80
