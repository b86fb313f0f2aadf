"""Ten guards, each taken away once: what it guards against must then happen.

A guard whose loss no scenario notices may be lost without anybody seeing it. This is the
one place where our own code is changed under test: each guard alone, by SQL or by putting
something that never objects in its place.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Final
from unittest import mock

import pytest
import time_machine
from django.db import Error, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from continuity.domain import states
from continuity.domain.clocks import Moments, Placed
from continuity.domain.errors import ContinuityError
from continuity.domain.states import DrillState
from continuity.inventory.models import Proof
from continuity.outages.models import JournalEntry, Mark, Outage, Pass, Recovery
from continuity.outages.models.outages import RecoveryQuerySet
from continuity.outages.services import course, journal, marks, passes
from tests.factories import (
    NOON,
    AlternativeFactory,
    OutageFactory,
    RecoveryFactory,
    UserFactory,
    manager,
)
from tests.outages.keys import key

MINUTE = timedelta(minutes=1)

type Removal = Callable[[], AbstractContextManager[Any]]
type Scenario = Callable[[], None]


class Happened(AssertionError):
    """What the guard is there to prevent."""


def must(kept: bool, what: str) -> None:
    if not kept:
        raise Happened(what)


def refused(work: Callable[[], object]) -> bool:
    """Say whether `work` is refused, by our word or by the database's."""
    try:
        with transaction.atomic():
            work()
    except (ContinuityError, Error):
        return True
    return False


def running() -> Recovery:
    return RecoveryFactory(lead=UserFactory())


def press(recovery: Recovery, clock: str, number: int, minutes: int, **said: Any) -> Mark:
    return marks.mark(
        recovery.pk,
        clock,
        key=key(number),
        actor=recovery.lead,
        now=NOON + minutes * MINUTE,
        **said,
    )


# How each guard is taken away


@contextmanager
def changed(sql: str) -> Iterator[None]:
    """Change the database until the transaction of the scenario is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
    yield


def anything_goes(self: Any, *_asked: object) -> Any:
    return self.all()


def unlocked(outage_pk: int) -> Outage:
    outage = Outage.objects.get(pk=outage_pk)
    both_have_read.wait(timeout=10)
    return outage


both_have_read = threading.Barrier(2)


def as_claimed(claim: Any, received: Any, **_others: object) -> Placed:
    return Placed(claim or received, exact=True)


def wherever(_state: str, event: states.DrillEvent) -> DrillState:
    """Where an event leads if nobody asks whence."""
    return next(
        there for (_here, each), there in states.TRANSITIONS.items() if each == event
    )


# What must then happen


def one_key_is_one_mark() -> None:
    """The same press once more, put past the service, is refused by the database."""
    recovery = running()
    first = press(recovery, "acknowledged", 1, 3)
    again = Mark(
        recovery=recovery,
        clock="switched",
        key=first.key,
        at=first.at,
        received_at=first.received_at,
    )
    must(refused(again.save), "one key made two marks")


def what_is_written_stays() -> None:
    recovery = running()
    press(recovery, "acknowledged", 1, 3)
    entry = JournalEntry.objects.filter(outage=recovery.outage)
    must(refused(lambda: entry.update(actor_name="Nobody")), "a line was rewritten")


def two_at_once_are_two_lines() -> None:
    """Two people write at the same moment; both lines are there, one after the other."""
    recovery, there = running(), Recovery.objects.count()
    assert there
    both_have_read.reset()

    def write(number: int) -> bool:
        try:
            return refused(
                lambda: course.note(
                    recovery.outage_id,
                    f"Line {number}",
                    actor=recovery.lead,
                    now=NOON + MINUTE,
                )
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        lost = list(pool.map(write, (1, 2)))
    must(lost == [False, False], "one of two lines was lost")


def nothing_begins_twice() -> None:
    outage, actor = OutageFactory(), manager()
    course.start(outage.pk, actor=actor, now=NOON)
    again = partial(course.start, outage.pk, actor=actor, now=NOON + 9 * MINUTE)
    must(refused(again), "it began a second time")


def clocks_run_forwards() -> None:
    recovery = running()
    press(recovery, "decided", 1, 8, decision="stay")
    early = partial(press, recovery, "detected", 2, 9)
    must(refused(early), "it was detected after it was decided")


def a_mark_stands_after_a_minute() -> None:
    recovery = running()
    made = press(recovery, "acknowledged", 1, 3)
    late = partial(marks.undo, made.pk, actor=recovery.lead, now=NOON + 30 * MINUTE)
    must(refused(late), "a mark was taken back half an hour later")


def nobody_presses_in_the_future() -> None:
    recovery = running()
    ahead = NOON + 40 * MINUTE
    made: list[Mark] = []
    work = partial(press, recovery, "acknowledged", 1, 3, pressed_at=ahead)
    lost = refused(lambda: made.append(work()))
    must(not lost and made[0].at <= NOON + 3 * MINUTE, "a press lost or in the future")


def strangers_press_nothing() -> None:
    recovery = running()
    client = Client()
    client.force_login(UserFactory())
    asked = {"clock": "acknowledged", "key": str(key(1))}
    with time_machine.travel(NOON + 3 * MINUTE, tick=False):
        client.post(reverse("outages:press", args=[recovery.pk]), asked)
    must(not recovery.marks.exists(), "a stranger pressed")


def a_link_ends_with_its_outage() -> None:
    recovery = running()
    made = passes.issue(recovery.outage, [recovery.lead], now=NOON)[recovery.lead_id]
    course.end(recovery.outage_id, actor=recovery.lead, now=NOON + 9 * MINUTE)
    client = Client()

    def opened(at: timedelta) -> HttpResponse:
        with time_machine.travel(NOON + at, tick=False):
            return client.get(made.get_absolute_url())

    assert opened(10 * MINUTE).status_code == 200
    must(opened(timedelta(days=30)).status_code == 410, "an old link still opens")


def a_rehearsal_says_that_it_is_one() -> None:
    recovery = running()
    alternative = AlternativeFactory(dependency=recovery.dependency, rank=1)
    press(recovery, "switched", 1, 3, alternative_pk=alternative.pk)
    press(recovery, "minimum", 2, 8, capacity=80)
    course.end(recovery.outage_id, actor=recovery.lead, now=NOON + 9 * MINUTE)
    must(Proof.objects.get().source == "drill", "a rehearsal passes for the real thing")


def patched(target: Any, name: str, other: Any) -> Removal:
    return lambda: mock.patch.object(target, name, other)


UNIQUE = "one_mark_per_recovery_and_key"
TRIGGER = "journal_is_append_only"
LOCK: Final = "the lock of the outage"
GUARDS: Final[dict[str, tuple[Removal, Scenario]]] = {
    "one mark per recovery and key": (
        lambda: changed(f"ALTER TABLE outages_mark DROP CONSTRAINT {UNIQUE}"),
        one_key_is_one_mark,
    ),
    "the trigger of the journal": (
        lambda: changed(f"ALTER TABLE outages_journalentry DISABLE TRIGGER {TRIGGER}"),
        what_is_written_stays,
    ),
    LOCK: (
        patched(course, "locked", unlocked),
        two_at_once_are_two_lines,
    ),
    "the table of states": (patched(course, "next_state", wherever), nothing_begins_twice),
    "the order of the clocks": (
        patched(Moments, "check", lambda _self: None),
        clocks_run_forwards,
    ),
    "the minute for taking back": (
        patched(marks, "UNDO_WITHIN", timedelta(days=999)),
        a_mark_stands_after_a_minute,
    ),
    "the place of a press in time": (
        patched(journal, "place", as_claimed),
        nobody_presses_in_the_future,
    ),
    "who may take part": (
        patched(RecoveryQuerySet, "allowing", anything_goes),
        strangers_press_nothing,
    ),
    "the end of a link": (
        patched(Pass, "is_open", lambda _self, _now: True),
        a_link_ends_with_its_outage,
    ),
    "the difference between rehearsed and real": (
        patched(Outage, "is_drill", property(lambda _self: False)),
        a_rehearsal_says_that_it_is_one,
    ),
}


@contextmanager
def alone() -> Iterator[None]:
    """Undo all that a scenario did, and what was changed in the database for it."""
    if not connection.in_atomic_block:  # with threads: pytest-django empties the tables
        yield
        return
    before = transaction.savepoint_create()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield
    finally:
        transaction.savepoint_rollback(before)


@pytest.mark.parametrize(
    "guard",
    [
        pytest.param(name, marks=pytest.mark.django_db(transaction=name == LOCK))
        for name in GUARDS
    ],
)
def test_without_its_guard_it_happens_and_with_it_it_does_not(guard):
    removal, scenario = GUARDS[guard]

    with alone(), removal(), pytest.raises(Happened):
        scenario()
    with alone():
        scenario()


def test_there_are_ten_guards_and_each_has_a_scenario_of_its_own():
    assert len(GUARDS) == 10
    assert len({scenario for _removal, scenario in GUARDS.values()}) == 10
