"""A message storm: workers are killed while many people are told."""

import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

import pytest

from continuity.accounts.models import User
from continuity.config.places import PROJECT
from continuity.notifications.models import Kind, Notification
from continuity.notifications.services import LEASE, Message, owe
from tests.conftest import database_url_of_tests
from tests.factories import NOON, UserFactory
from tests.faults.mailbox import Mailbox
from tests.faults.size import FULL

PEOPLE, KILLS = (2000, 20) if FULL else (200, 5)
MESSAGES = 2
"""What each is told: that a drill is planned, and that it has started."""

ROUND = LEASE + timedelta(seconds=1)
"""How far the clock of each new worker is ahead of the one before: what the dead one
held is free again."""


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def environment(mailbox: Mailbox) -> dict[str, str]:
    """Return what a worker needs to work in the database of this test."""
    return {
        **os.environ,
        "DATABASE_URL": database_url_of_tests(),
        "CONTINUITY_SMTP_HOST": "127.0.0.1",
        "CONTINUITY_SMTP_PORT": str(mailbox.port),
        "CONTINUITY_SMTP_STARTTLS": "false",
    }


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_each_is_told_once_though_workers_are_killed_while_they_tell(mailbox):
    people = [UserFactory(language=("en", "fr")[number % 2]) for number in range(PEOPLE)]
    for kind in (Kind.PLANNED, Kind.STARTED):
        owe(people, write=told_of(kind), key=f"drill-{kind}-1", now=NOON, kind=kind)
    total = PEOPLE * MESSAGES
    # Spread over the whole storm; by turns just before the yes and just after it.
    moments = {total * number // (KILLS + 1): number % 2 for number in range(1, KILLS + 1)}
    worker: list[subprocess.Popen[bytes]] = []

    def kill_at(number: int, which: int) -> None:
        if moments.get(number) == which:
            del moments[number]
            worker[-1].kill()
            worker[-1].wait()

    mailbox.before_yes = lambda number: kill_at(number, 0)
    mailbox.after_yes = lambda number: kill_at(number, 1)
    killed, now = 0, NOON
    for _each in range(KILLS + 3):
        command = [sys.executable, "-m", "tests.faults.teller", now.isoformat()]
        worker.append(subprocess.Popen(command, cwd=PROJECT, env=environment(mailbox)))
        code = worker[-1].wait(timeout=600)
        killed += code == -9
        if code == 0 and not Notification.objects.filter(sent_at=None).exists():
            break
        now += ROUND

    assert killed == KILLS
    assert Notification.objects.filter(sent_at=None).count() == 0
    assert Notification.objects.filter(gave_up_at__isnull=False).count() == 0
    ids = defaultdict(set)
    for recipient, message_id in mailbox.taken:
        ids[recipient].add(message_id)
    # Each was told each message; whoever got one twice got it under the same id, and
    # that only where a worker was killed between the yes and its own commit.
    assert {person.email for person in people} == set(ids)
    assert {len(found) for found in ids.values()} == {MESSAGES}
    twice = sum(number - 1 for number in Counter(mailbox.taken).values())
    print(
        f"{PEOPLE} people, {MESSAGES} messages each, {killed} kills: "
        f"{len(mailbox.taken)} mails, {twice} sent twice under the same id"
    )
    assert twice <= KILLS
    assert len(mailbox.taken) == total + twice


def told_of(kind: Kind):
    def write(person: User) -> Message:
        return Message(str(kind.label), f"To {person.name}", "/drills/1/", exercise=True)

    return write
