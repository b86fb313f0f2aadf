"""Schedulers that are killed while they open drills: none comes twice, none gets lost."""

import multiprocessing
import time
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from django.db import connections

from continuity.drills.models import Drill, Occurrence, Schedule
from continuity.drills.services import scheduling
from continuity.outages.models import Outage
from tests.factories import (
    NOON,
    DependencyFactory,
    ScenarioFactory,
    ScheduleFactory,
    UserFactory,
)
from tests.faults.size import FULL

SCHEDULES, KILLS = (250, 24) if FULL else (8, 3)
SCHEDULERS = 8
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ROUNDS = (NOON, NOON + 2 * DAY + HOUR, NOON + 3 * DAY + 2 * HOUR)
"""When the clock ticks: on time, then after a silence over one day and an hour late for
the next, then too late. So each schedule has four times to answer for."""

DONE = (0, 1, 3, 4)
"""How many times of each schedule are settled before the first round and after each."""


def scheduler(now):
    """Open what is due until nothing is; where others have the rest, wait for them."""
    # A browser's event loop hides connections from `close_all` in the parent, and does not
    # live on in a fork: two processes on one socket would wait for each other. What is
    # the parent's is put aside, not closed.
    inherited = connections.all(initialized_only=True)
    for one in inherited:
        del connections[one.alias]
    while Schedule.objects.due(now).exists():
        if not scheduling.open_due(now=now):
            time.sleep(0.05)


def settled():
    return Occurrence.objects.exclude(state="waiting").count()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_schedulers_killed_at_random_leave_each_time_opened_once_or_missed():
    dependency = DependencyFactory()
    shared = {"scenario": ScenarioFactory(), "facilitator": UserFactory()}
    for _number in range(SCHEDULES):
        schedule = ScheduleFactory(
            rrule="FREQ=DAILY;COUNT=4", late_by=HOUR, limit=HOUR / 2, **shared
        )
        schedule.tools.add(dependency.tool)
    total = SCHEDULES * 4
    random = Random(20250610)  # noqa: S311 - the same each time
    killed = 0

    for number, now in enumerate(ROUNDS, 1):
        between = range(SCHEDULES * DONE[number - 1] + 1, SCHEDULES * DONE[number])
        moments = sorted(random.sample(between, KILLS // len(ROUNDS)))
        running = [start(now) for _each in range(SCHEDULERS)]
        while any(one.is_alive() for one in running):
            if moments and settled() >= moments[0]:
                moments.pop(0)
                place = random.randrange(SCHEDULERS)
                running[place].kill()
                running[place].join()
                killed += running[place].exitcode == -9
                running[place] = start(now)
            time.sleep(0.02)
        for one in running:
            one.join()
        assert {one.exitcode for one in running} == {0}

    print(f"{total} times, {SCHEDULERS} schedulers, {killed} of them killed")
    assert killed >= KILLS // 2
    assert Occurrence.objects.exclude(state="waiting").count() == total
    assert Counter(Occurrence.objects.values_list("state", flat=True)) == {
        "opened": SCHEDULES,
        "late": SCHEDULES,
        "missed": 2 * SCHEDULES,
    }
    drills = Drill.objects.values_list("schedule", "occurrence_at")
    assert len(set(drills)) == len(drills) == 2 * SCHEDULES
    assert Outage.objects.count() == 2 * SCHEDULES
    assert not Schedule.objects.exclude(next_due_at=None).exists()


def start(now):
    """Begin a scheduler in a process of its own, with a connection of its own."""
    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=scheduler, args=(now,))
    process.start()
    return process
