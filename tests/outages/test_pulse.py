from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from continuity.outages.models import Outage
from continuity.outages.queries.pulse import ticket
from continuity.outages.services import course
from tests.factories import NOON, OutageFactory, UserFactory

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def outage():
    return OutageFactory(running=True)


def ask(client, outage, version, given):
    return client.get(
        reverse("outages:pulse", args=[outage.pk]), {"v": version, "ticket": given}
    )


def test_four_hundred_who_look_at_one_outage_cost_one_query_in_a_second(
    client, outage, django_assert_num_queries
):
    with time_machine.travel(NOON + 600 * SECOND, tick=False):
        tickets = [ticket(outage) for _ in range(400)]

        with django_assert_num_queries(1):
            answers = {ask(client, outage, "0-running", one).status_code for one in tickets}

    assert answers == {204}


def test_five_seconds_cost_five_queries(client, outage, django_assert_num_queries):
    with django_assert_num_queries(5):
        for second in range(5):
            with time_machine.travel(NOON + (900 + second) * SECOND, tick=False):
                for _ in range(20):
                    ask(client, outage, "0-running", ticket(outage))


def test_a_change_is_told_a_second_later_at_the_latest(client, outage):
    with time_machine.travel(NOON + 1200 * SECOND, tick=False):
        assert ask(client, outage, "0-running", ticket(outage)).status_code == 204
        course.note(outage.pk, "News", actor=UserFactory(), now=NOON + 1200 * SECOND)

    with time_machine.travel(NOON + 1201 * SECOND, tick=False):
        answer = ask(client, outage, "0-running", ticket(outage))

    assert answer.json() == {"version": "1-running"}
    assert answer["Server-Now"] == str(int((NOON + 1201 * SECOND).timestamp() * 1000))


@pytest.mark.parametrize("given", ["", "1.2.3", "of another", "too old"])
def test_without_a_ticket_nothing_is_told(client, outage, given):
    with time_machine.travel(NOON, tick=False):
        made = {
            "of another": ticket(OutageFactory(running=True)),
            "too old": ticket(outage),
        }

    with time_machine.travel(NOON + timedelta(minutes=11), tick=False):
        answer = ask(client, outage, "0-running", made.get(given, given))

    assert (answer.status_code, answer.json()) == (403, {"code": "ticket"})


def test_an_outage_that_is_gone_has_no_version(client, outage):
    with time_machine.travel(NOON + 1800 * SECOND, tick=False):
        given = ticket(outage)
        Outage.objects.all().delete()

        assert ask(client, outage, "0-running", given).json() == {"version": None}
