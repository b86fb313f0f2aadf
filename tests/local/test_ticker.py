"""The clock that opens drills: one at a time, and another takes over."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.db import connection

from continuity.config.places import PROJECT
from continuity.local.children import dies_with_us
from continuity.local.management.commands.ticker import LOCK
from tests.conftest import database_url_of_tests

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    """A part of the run's broker where no worker takes the messages."""
    client = redis.Redis.from_url(settings.REDIS_URL.replace("db=0", "db=9"))
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def tickers() -> Iterator[list[subprocess.Popen[bytes]]]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url_of_tests(),
        "REDIS_URL": settings.REDIS_URL.replace("db=0", "db=9"),
    }
    started = [
        subprocess.Popen(
            [sys.executable, "manage.py", "ticker"],
            cwd=PROJECT,
            env=environment,
            preexec_fn=dies_with_us(signal.SIGKILL),
        )
        for _ in range(2)
    ]
    yield started
    for process in started:
        process.kill()
        process.wait()


def holders() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE objid = %s AND granted", [LOCK])
        return int(cursor.fetchone()[0])


def sent(broker: redis.Redis, *, more_than: int, within_seconds: float) -> int:
    end = time.monotonic() + within_seconds
    while (count := int(broker.llen("celery"))) <= more_than and time.monotonic() < end:
        time.sleep(0.05)
    return count


def test_of_two_clocks_one_ticks_and_the_other_takes_over(broker, tickers):
    tasks = len(settings.CELERY_BEAT_SCHEDULE)
    first = sent(broker, more_than=tasks - 1, within_seconds=60)
    time.sleep(1)  # long enough for a second clock to have sent its own round
    assert (first, int(broker.llen("celery"))) == (tasks, tasks)
    assert holders() == 1

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE objid = %s", [LOCK]
        )

    assert sent(broker, more_than=tasks, within_seconds=20) > tasks
    assert holders() == 1
    assert [process.poll() for process in tickers] == [None, None]
