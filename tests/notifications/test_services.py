import smtplib
import socket
from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import connection
from django.utils.translation import gettext

from continuity.accounts.models import User
from continuity.notifications import tasks
from continuity.notifications.models import Heartbeat, Notification
from continuity.notifications.services import (
    LEASE,
    WAITS,
    Message,
    beat,
    deliver,
    owe,
    try_again,
)
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def hello(person: User) -> Message:
    return Message(f"Hello {person.name}", "The body.")


@pytest.fixture
def mail_server_down(settings) -> Iterator[None]:
    """A port on which nobody listens: the real SMTP backend is refused at the door."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.MAILERS = {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {
                    "host": "127.0.0.1",
                    "port": unused.getsockname()[1],
                    "timeout": 2,
                },
            }
        }
        yield


def test_the_same_key_is_owed_to_a_person_once():
    ann, ben = UserFactory(), UserFactory()

    owe([ann], write=hello, key="drill-1-opened", now=NOON)
    owe([ann, ben], write=hello, key="drill-1-opened", now=NOON)

    assert Notification.objects.filter(recipient=ann).count() == 1
    assert Notification.objects.filter(recipient=ben).count() == 1


def test_each_person_is_written_to_in_their_own_language_and_zone():
    ann = UserFactory(language="fr", zone="Europe/Paris")
    ben = UserFactory(language="", zone="")
    from django.utils import timezone

    def write(person: User) -> Message:
        return Message(gettext("Monday"), f"{timezone.localtime(NOON):%H:%M}")

    owe([ann, ben], write=write, key="k", now=NOON)

    french = Notification.objects.get(recipient=ann)
    english = Notification.objects.get(recipient=ben)
    assert (french.subject, french.body) == ("lundi", "13:00\n")
    assert (english.subject, english.body) == ("Monday", "12:00\n")


def test_a_line_break_in_a_subject_does_not_start_a_header():
    owe(
        [UserFactory()],
        write=lambda person: Message("One\r\nBcc: all@example.test", "Body"),
        key="k",
        now=NOON,
    )

    assert deliver(now=NOON) == 1
    assert mail.outbox[0].subject == "One Bcc: all@example.test"


def test_a_closed_account_is_owed_nothing():
    owe([UserFactory(is_active=False)], write=hello, key="k", now=NOON)

    assert Notification.objects.count() == 0


def test_what_is_due_is_sent_once_and_remembered():
    person = UserFactory(email="ann@example.test")
    owe([person], write=hello, key="k", now=NOON)

    assert deliver(now=NOON) == 1
    assert deliver(now=NOON + LEASE * 2) == 0

    [sent] = mail.outbox
    assert sent.to == ["ann@example.test"]
    notification = Notification.objects.get()
    assert notification.sent_at == NOON
    assert notification.leased_until is None
    assert sent.message()["Message-ID"].startswith(f"<notification-{notification.pk}@")
    assert sent.message()["Auto-Submitted"] == "auto-generated"


def test_one_round_sends_at_most_its_limit_the_longest_waiting_first():
    late, early = UserFactory(), UserFactory()
    owe([late], write=hello, key="k", now=NOON)
    owe([early], write=hello, key="k", now=NOON - SECOND)

    assert deliver(now=NOON, limit=1) == 1
    assert mail.outbox[0].to == [early.email]


def test_who_left_after_it_was_written_is_not_mailed():
    person = UserFactory()
    owe([person], write=hello, key="k", now=NOON)
    User.objects.filter(pk=person.pk).update(is_active=False)

    assert deliver(now=NOON) == 0

    assert mail.outbox == []
    notification = Notification.objects.get()
    assert notification.gave_up_at == NOON
    assert notification.last_error == "The account is closed."


def test_a_refused_connection_is_tried_again_after_each_wait_and_then_given_up(
    mail_server_down,
):
    owe([UserFactory()], write=hello, key="k", now=NOON)
    now = NOON

    for wait in WAITS:
        assert deliver(now=now) == 0
        notification = Notification.objects.get()
        assert notification.due_at == now + wait
        assert notification.gave_up_at is None
        assert deliver(now=now + wait - SECOND) == 0
        assert Notification.objects.get().attempts == notification.attempts
        now += wait
    assert deliver(now=now) == 0

    notification = Notification.objects.get()
    assert notification.attempts == 4
    assert notification.gave_up_at == now == NOON + timedelta(hours=1, minutes=11)
    assert notification.last_error.startswith("ConnectionRefusedError: ")


def test_a_mail_server_that_is_down_costs_one_attempt_a_round(mail_server_down):
    owe([UserFactory(), UserFactory()], write=hello, key="k", now=NOON)

    assert deliver(now=NOON) == 0

    assert sorted(Notification.objects.values_list("attempts", flat=True)) == [0, 1]


def test_what_was_given_up_can_be_sent_again_once_the_server_is_back():
    owe([UserFactory()], write=hello, key="k", now=NOON)
    Notification.objects.update(gave_up_at=NOON, attempts=4)
    pk = Notification.objects.get().pk

    assert try_again(pk, now=NOON) is True
    assert try_again(pk, now=NOON) is False
    assert deliver(now=NOON) == 1


def test_a_lease_keeps_others_away_until_it_is_over():
    owe([UserFactory()], write=hello, key="k", now=NOON)
    Notification.objects.update(leased_until=NOON + LEASE, attempts=1)

    assert deliver(now=NOON + LEASE - SECOND) == 0
    assert deliver(now=NOON + LEASE) == 1


def test_a_message_that_kills_its_worker_each_time_is_given_up():
    owe([UserFactory()], write=hello, key="k", now=NOON)
    Notification.objects.update(leased_until=NOON, attempts=len(WAITS) + 1)

    assert deliver(now=NOON) == 0

    assert mail.outbox == []
    assert Notification.objects.get().last_error == "The worker died while sending."


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail_once():
    owe([UserFactory()], write=hello, key="k", now=NOON)
    gate = Barrier(2)
    counts = []

    def work() -> None:
        gate.wait()
        counts.append(deliver(now=NOON))
        connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(counts) == [0, 1]
    assert len(mail.outbox) == 1


def test_an_answer_of_the_mail_server_is_kept_as_the_reason(settings):
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.FullMailbox"}}
    owe([UserFactory()], write=hello, key="k", now=NOON)

    assert deliver(now=NOON) == 0
    assert "mailbox full" in Notification.objects.get().last_error


class FullMailbox:
    """What stands at the network's edge in one test: a server that says no."""

    def __init__(self, *, alias: str) -> None:
        self.alias = alias

    def send_messages(self, messages: list[object]) -> int:
        raise smtplib.SMTPResponseException(552, b"mailbox full")


def test_the_heartbeat_is_one_row_that_never_goes_back():
    beat(now=NOON)
    beat(now=NOON + SECOND)
    beat(now=NOON)

    assert Heartbeat.objects.get().at == NOON + SECOND


def test_the_tasks_have_names_that_survive_a_move():
    assert tasks.deliver.name == "notifications.deliver"
    assert tasks.beat.name == "notifications.beat"
    assert tasks.deliver.expires == tasks.beat.expires == 10


@pytest.mark.django_db(transaction=True)
def test_one_person_gets_five_messages_a_minute_and_the_rest_a_minute_later():
    flooded, other = UserFactory(), UserFactory()
    for number in range(8):
        owe(
            [flooded],
            write=lambda _user: Message("Hello", "You"),
            key=f"{number}",
            now=NOON,
        )
    owe([other], write=lambda _user: Message("Hello", "You"), key="x", now=NOON)

    assert deliver(now=NOON) == 6
    assert deliver(now=NOON + timedelta(seconds=59)) == 0
    assert deliver(now=NOON + timedelta(seconds=60)) == 3

    assert len(mail.outbox) == 9
    assert sum(sent.to == [flooded.email] for sent in mail.outbox) == 8
