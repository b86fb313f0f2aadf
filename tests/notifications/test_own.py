"""The bell: what a person was told, read in the product itself."""

import pytest
import time_machine
from django.urls import reverse

from continuity.notifications.models import Notification
from continuity.notifications.services import Message, owe
from tests.factories import NOON, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def told(person, key, subject):
    owe([person], write=lambda _user: Message(subject, "The body."), key=key, now=NOON)


@time_machine.travel(NOON, tick=False)
def test_the_bell_counts_what_is_new_and_one_press_reads_it_all(client):
    OrganisationFactory()
    person, other = UserFactory(), UserFactory()
    told(person, "drill-planned-1", "First")
    told(person, "drill-started-1", "Second")
    told(person, "password-1", "Sign in with this link")
    told(other, "drill-planned-1", "Not yours")
    client.force_login(person)

    page = client.get(reverse("notifications:own")).content.decode()

    assert "2 new" in page
    assert page.index("Second") < page.index("First")
    assert "Sign in with this link" not in page
    assert "Not yours" not in page
    assert client.post(reverse("notifications:read_all")).status_code == 302
    assert Notification.objects.filter(read_at=NOON).count() == 2
    assert "2 new" not in client.get(reverse("notifications:own")).content.decode()


@pytest.mark.parametrize("number", [1, 100])
def test_the_list_asks_the_same_for_1_and_for_100(
    client, number, django_assert_num_queries
):
    person = UserFactory()
    for each in range(number):
        told(person, f"drill-planned-{each}", "News")
    client.force_login(person)

    with django_assert_num_queries(5):
        client.get(reverse("notifications:own"))
