"""By which way a message comes, when, marked how; and what a digest holds."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from continuity.domain.attention import next_digest, quiet_until
from continuity.notifications.models import (
    ABOUT,
    MARK,
    Choice,
    Kind,
    Notification,
    Preferences,
    Way,
)
from continuity.notifications.services import Message, deliver, owe
from continuity.notifications.services.choices import choose, write_digests
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")
NIGHT = (time(22), time(7))


def prefer(person, *, ways=None, quiet=None, every="day", at=time(8), now=NOON):
    choose(
        person, ways=ways or {}, quiet=quiet, digest_every=every, digest_time=at, now=now
    )


def tell(person, kind=Kind.PLANNED, key="k", *, now=NOON, **message):
    text = Message("Subject", "The body.", **message)
    owe([person], write=lambda _user: text, key=key, now=now, kind=kind)
    return Notification.objects.get(dedupe_key=key)


def test_every_kind_says_how_it_comes():
    assert set(ABOUT) == set(Kind)


def test_without_a_choice_a_message_comes_by_mail_and_under_the_bell():
    told = tell(UserFactory())

    assert (told.mail, told.in_app, told.digest) == (True, True, False)
    assert deliver(now=NOON) == 1


def test_a_chosen_way_is_the_only_one():
    person = UserFactory()
    only_bell = Way(mail=False, in_app=True, digest=False)
    prefer(person, ways={Kind.PLANNED: only_bell, Kind.STARTED: ABOUT[Kind.STARTED].way})

    told = tell(person)

    assert (told.mail, told.in_app, told.digest) == (False, True, False)
    assert deliver(now=NOON) == 0
    assert mail.outbox == []
    assert Choice.objects.count() == 1  # what is as by default is not kept


def test_what_lets_somebody_sign_in_cannot_be_turned_off_nor_held_back():
    person = UserFactory()
    prefer(person, quiet=(time(11), time(13)))
    Choice.objects.create(
        user=person, kind=Kind.ACCOUNT, mail=False, in_app=True, digest=True
    )

    told = tell(person, Kind.ACCOUNT)

    assert (told.mail, told.in_app, told.digest) == (True, False, False)
    assert told.due_at == NOON


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        (Kind.PLANNED, NOON + HOUR),
        (Kind.HOUR_BEFORE, NOON + HOUR),
        (Kind.REPORT_READY, NOON + HOUR),
        (Kind.STARTED, NOON),
        (Kind.INJECT, NOON),
        (Kind.STUCK, NOON),
        (Kind.HANDED, NOON),
        (Kind.OVER, NOON),
    ],
)
def test_quiet_hours_hold_back_all_but_what_is_under_way(kind, due):
    person = UserFactory(zone="Europe/Paris")  # 13:00 there
    prefer(person, quiet=(time(12, 30), time(14)))

    told = tell(person, kind)

    assert told.due_at == due
    assert deliver(now=NOON) == (due == NOON)
    assert deliver(now=NOON + HOUR) == (due != NOON)


@pytest.mark.parametrize(
    ("clock", "over"),
    [
        ("2026-03-02T21:59", None),
        ("2026-03-02T22:00", "2026-03-03T07:00"),
        ("2026-03-03T06:59", "2026-03-03T07:00"),
        ("2026-03-03T07:00", None),
        # In the night of 29 March clocks go from 02:00 to 03:00: an hour less.
        ("2026-03-28T23:00", "2026-03-29T07:00"),
    ],
)
def test_quiet_hours_go_over_midnight_on_the_clock_of_the_reader(clock, over):
    now = datetime.fromisoformat(clock).replace(tzinfo=PARIS)
    end = None if over is None else datetime.fromisoformat(over).replace(tzinfo=PARIS)

    assert quiet_until(now, *NIGHT, PARIS) == end


def test_quiet_hours_that_end_in_the_hour_that_is_there_twice_end_once():
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Paris, summer time
    second = first + HOUR  # 02:30 again

    assert quiet_until(first, time(1), time(2, 45), PARIS) == first + timedelta(minutes=15)
    assert quiet_until(second, time(1), time(2, 45), PARIS) is None
    assert quiet_until(first, None, None, PARIS) is None
    assert quiet_until(first, time(2), time(2), PARIS) is None


@pytest.mark.parametrize(
    ("weekly", "after", "due"),
    [
        (False, "2026-03-02T07:59", "2026-03-02T08:00"),
        (False, "2026-03-02T08:00", "2026-03-03T08:00"),
        (True, "2026-03-02T07:59", "2026-03-02T08:00"),
        (True, "2026-03-02T08:00", "2026-03-09T08:00"),
        (True, "2026-03-08T23:00", "2026-03-09T08:00"),
        (False, "2026-03-28T12:00", "2026-03-29T08:00"),
    ],
)
def test_a_digest_comes_at_its_hour_every_day_or_every_monday(weekly, after, due):
    now = datetime.fromisoformat(after).replace(tzinfo=PARIS)

    found = next_digest(now, time(8), PARIS, weekly=weekly)

    assert found == datetime.fromisoformat(due).replace(tzinfo=PARIS)


def test_a_digest_lists_what_waits_once_and_is_one_mail():
    person = UserFactory(language="en")
    tell(person, Kind.REVIEW_DUE, "review-1", path="/workflows/7/")
    tell(person, Kind.PROOF_EXPIRING, "proof-1", exercise=True)
    morning = NOON + 20 * HOUR

    assert Preferences.objects.get().digest_due_at == morning
    assert write_digests(now=morning - timedelta(seconds=1)) == 0
    assert write_digests(now=morning) == 1
    assert write_digests(now=morning) == 0

    assert deliver(now=morning) == 1
    [sent] = mail.outbox
    assert sent.subject == "2 messages for you since the last digest"
    assert "2 Mar 2026, 12:00\nSubject\nhttp://127.0.0.1:8000/workflows/7/" in sent.body
    assert f"{MARK} · Subject" in sent.body
    assert Preferences.objects.get().digest_due_at is None
    assert write_digests(now=morning + 24 * HOUR) == 0


def test_there_is_no_digest_of_what_was_read_already():
    person = UserFactory()
    tell(person, Kind.REVIEW_DUE, "review-1")
    Notification.objects.update(read_at=NOON)

    assert write_digests(now=NOON + 24 * HOUR) == 0

    assert deliver(now=NOON + 24 * HOUR) == 0
    assert Notification.objects.get().digested_at == NOON + 24 * HOUR


def test_another_hour_moves_the_digest_that_waits():
    person = UserFactory()
    tell(person, Kind.REVIEW_DUE, "review-1")

    prefer(person, every="week", at=time(9))

    assert Preferences.objects.get().digest_due_at == NOON + timedelta(days=6, hours=21)


def test_a_message_of_a_drill_begins_with_the_mark_and_ends_with_its_address():
    told = tell(UserFactory(), exercise=True, path="/drills/3/")

    assert told.subject == "EXERCISE - EXERCICE · Subject"
    assert told.body == (
        "EXERCISE - EXERCICE\n\nThe body.\n\nhttp://127.0.0.1:8000/drills/3/\n"
    )
    assert (told.exercise, told.path) == (True, "/drills/3/")


def test_a_message_that_is_marked_already_is_marked_once():
    text = Message(f"{MARK} · Subject", f"{MARK}\n\nThe body.")
    owe([UserFactory()], write=lambda _user: text, key="k", now=NOON)

    told = Notification.objects.get()
    assert told.exercise is True
    assert told.subject.count(MARK) == told.body.count(MARK) == 1


@pytest.mark.parametrize("number", [1, 100])
def test_telling_100_people_asks_as_often_as_telling_one(number, django_assert_num_queries):
    people = [UserFactory() for _each in range(number)]
    text = Message("Subject", "Body")

    with django_assert_num_queries(6):
        owe(people, write=lambda _u: text, key="k", now=NOON, kind=Kind.REVIEW_DUE)

    assert Notification.objects.filter(digest=True).count() == number
