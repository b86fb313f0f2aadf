"""A drill closes at its limit though workers are killed."""

import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from continuity.config.places import PROJECT
from continuity.drills.queries.scripts import freeze
from continuity.outages.models import Outage
from tests.conftest import database_url_of_tests
from tests.factories import (
    DependencyFactory,
    DrillFactory,
    OutageFactory,
    RecoveryFactory,
    ScenarioFactory,
)
from tests.faults.size import FULL

SECOND = timedelta(seconds=1)
ALIVE, RESTARTED = (5, 10) if FULL else (15, 30)
"""Seconds. CI's machines are shared with others: there these are mere bounds."""


def worker():
    """Begin a worker that conducts drills, and return it once it is ready."""
    command = [sys.executable, "-m", "tests.faults.conductor"]
    environment = {**os.environ, "DATABASE_URL": database_url_of_tests()}
    started = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def running(left):
    """Make a drill that runs, whose limit comes in `left`."""
    now = timezone.now()
    outage = OutageFactory(
        state="running", occurred_at=now, ends_by=now + left, limit=left, due_at=now
    )
    RecoveryFactory(outage=outage, dependency=DependencyFactory())
    scenario = ScenarioFactory()
    return DrillFactory(outage=outage, script=freeze(scenario, [])).outage


def closed_after(outage, since):
    """Return how many seconds after `since` it was seen closed."""
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        if Outage.objects.filter(pk=outage.pk, state="ended").exists():
            return (timezone.now() - since).total_seconds()
        time.sleep(0.05)
    raise AssertionError("It was not closed within 60 s.")


def kill(*workers):
    for each in workers:
        each.kill()
        each.wait()
        each.stdout.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_drill_closes_while_one_worker_lives_and_soon_after_all_are_started_again():
    workers = [worker() for _number in range(3)]
    try:
        first = running(4 * SECOND)
        kill(*workers[:2])
        alive = closed_after(first, first.ends_by)
        second = running(2 * SECOND)
        kill(workers[2])
        time.sleep(3)
        nobody = Outage.objects.get(pk=second.pk).state
        began = timezone.now()
        workers.append(worker())
        restarted = closed_after(second, began)
    finally:
        kill(*workers)

    print(f"closed {alive:.1f} s after the limit, {restarted:.1f} s after a restart")
    assert nobody == "running"
    assert alive <= ALIVE
    assert restarted <= RESTARTED
    for outage in (first, second):
        assert Outage.objects.get(pk=outage.pk).ended_at == outage.ends_by
