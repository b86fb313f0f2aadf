"""The bell: what a person was told, read in the product itself."""

from datetime import time

import pytest
import time_machine
from django.urls import reverse

from continuity.notifications.models import (
    CHOSEN,
    Choice,
    Kind,
    Notification,
    Preferences,
)
from continuity.notifications.services import Message, owe
from tests.factories import NOON, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def told(person, key, subject, kind=Kind.PLANNED, path=""):
    text = Message(subject, "The body.", path)
    owe([person], write=lambda _user: text, key=key, now=NOON, kind=kind)
    return Notification.objects.get(recipient=person, dedupe_key=key)


@time_machine.travel(NOON, tick=False)
def test_the_bell_counts_what_is_new_and_one_press_reads_it_all(client):
    OrganisationFactory()
    person, other = UserFactory(), UserFactory()
    told(person, "drill-planned-1", "First")
    told(person, "drill-started-1", "Second")
    told(person, "password-1", "Sign in with this link", Kind.ACCOUNT)
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


@time_machine.travel(NOON, tick=False)
def test_a_message_is_read_by_opening_what_it_is_about_or_by_a_press(client):
    person = UserFactory()
    about = told(person, "a", "About a workflow", path="/workflows/7/")
    plain = told(person, "b", "Plain")
    client.force_login(person)

    opened = client.post(reverse("notifications:read", args=[about.pk]), {"open": "1"})
    back = client.post(
        reverse("notifications:read", args=[plain.pk]), {"next": "/messages/?unread=1"}
    )
    away = client.post(
        reverse("notifications:read", args=[plain.pk]), {"next": "https://evil.example/"}
    )

    assert (opened.status_code, opened["location"]) == (302, "/workflows/7/")
    assert back["location"] == "/messages/?unread=1"
    assert away["location"] == reverse("notifications:own")
    assert Notification.objects.filter(read_at=NOON).count() == 2


def test_nobody_reads_the_message_of_somebody_else(client):
    theirs = told(UserFactory(), "a", "Theirs")
    hidden = told(UserFactory(), "b", "Sign in with this link", Kind.ACCOUNT)
    client.force_login(hidden.recipient)

    for message in (theirs, hidden):
        answer = client.post(reverse("notifications:read", args=[message.pk]))
        assert answer.status_code == 404
    assert Notification.objects.filter(read_at=None).count() == 2


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Old", "Fresh", "Report"}),
        ("unread=1", {"Fresh", "Report"}),
        ("kind=report.ready", {"Report"}),
        ("kind=drill.planned&unread=1", {"Fresh"}),
        ("kind=drill.over", set()),
        ("kind=nonsense", {"Old", "Fresh", "Report"}),
    ],
)
def test_messages_are_found_by_kind_and_by_whether_they_are_new(client, query, shown):
    person = UserFactory()
    old = told(person, "a", "Old")
    Notification.objects.filter(pk=old.pk).update(read_at=NOON)
    told(person, "b", "Fresh")
    told(person, "c", "Report", Kind.REPORT_READY)
    client.force_login(person)

    page = client.get(reverse("notifications:own") + f"?{query}").content.decode()

    found = {name for name in ("Old", "Fresh", "Report") if f"<summary>{name}<" in page}
    assert found == shown
    assert ("No message is like that" in page) is (not shown)


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


def chosen(**changes):
    fields = {f"{kind.value}-mail": "on" for kind in CHOSEN}
    return {**fields, "digest_every": "day", "digest_time": "08:00", **changes}


def test_a_person_chooses_ways_quiet_hours_and_the_hour_of_the_digest(client):
    person = UserFactory()
    client.force_login(person)
    fields = chosen(
        quiet_from="22:00", quiet_until="07:00", digest_every="week", digest_time="09:30"
    )
    fields["drill.planned-digest"] = "on"
    fields["drill.planned-in_app"] = "on"

    answer = client.post(reverse("notifications:choices"), fields)

    assert answer.status_code == 302
    row = Preferences.objects.get(user=person)
    assert (row.quiet_from, row.quiet_until) == (time(22), time(7))
    assert (row.digest_every, row.digest_time) == ("week", time(9, 30))
    kept = Choice.objects.get(kind="drill.planned")
    assert (kept.mail, kept.in_app, kept.digest) == (True, True, True)
    assert Choice.objects.filter(user=person, in_app=False).count() == len(CHOSEN) - 1
    page = client.get(reverse("notifications:choices")).content.decode()
    assert 'value="22:00"' in page


@pytest.mark.parametrize(
    ("begin", "end", "says"),
    [
        ("22:00", "", "need both ends"),
        ("", "07:00", "need both ends"),
        ("07:00", "07:00", "begin and end at the same time"),
        ("25:00", "07:00", "Enter a valid time"),
    ],
)
def test_quiet_hours_that_make_no_sense_change_nothing(client, begin, end, says):
    client.force_login(UserFactory())
    fields = chosen(quiet_from=begin, quiet_until=end)

    page = client.post(reverse("notifications:choices"), fields)

    assert page.status_code == 200
    assert says in page.content.decode()
    assert not Preferences.objects.exists()
    assert not Choice.objects.exists()
