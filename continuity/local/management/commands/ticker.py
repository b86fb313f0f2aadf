"""The clock: sends the tasks of settings.CELERY_BEAT_SCHEDULE, each at its own pace.

Instead of Celery's beat, which falls silent when the machine's clock steps back and
sends everything twice when started twice: see decisions/0002.
"""

import logging
import time
import zlib
from collections.abc import Mapping
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error, connection
from kombu.exceptions import OperationalError as BrokerError

from continuity.config import celery_app

logger = logging.getLogger(__name__)
LOCK = zlib.crc32(b"continuity ticker")
STANDBY_SECONDS = 1.0


class Command(BaseCommand):
    help = "Send due tasks to the workers. A second one waits until the first is gone."

    def handle(self, *args: Any, **options: Any) -> None:
        schedule: Mapping[str, Mapping[str, Any]] = settings.CELERY_BEAT_SCHEDULE
        pace_seconds = {
            entry["task"]: float(entry["schedule"]) for entry in schedule.values()
        }
        while True:
            try:
                if has_lock():
                    tick(pace_seconds)
            except Error:
                # The lock went with the connection, so start again from the beginning.
                logger.warning("The database does not answer; the clock waits for it.")
                connection.close()
            time.sleep(STANDBY_SECONDS)


def has_lock() -> bool:
    """Say whether we are the one that ticks. PostgreSQL frees the lock when we die."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def tick(pace_seconds: Mapping[str, float]) -> None:
    """Send each task at its pace, for ever, on a clock that cannot step back.

    Raises django.db.Error when the connection that holds the lock is lost.
    """
    due_at = dict.fromkeys(pace_seconds, time.monotonic())
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        for task, pace in pace_seconds.items():
            if due_at[task] <= time.monotonic():
                send(task, pace)
                due_at[task] = max(due_at[task] + pace, time.monotonic())
        time.sleep(max(0.0, min(due_at.values()) - time.monotonic()))


def send(task: str, pace: float) -> None:
    """Hand a task to the broker. One that cannot be sent is missed, not kept: the next
    one does its work. One that waits longer than its pace expires for the same reason.
    """
    try:
        celery_app.send_task(task, expires=pace, retry=False)
    except (BrokerError, redis.RedisError, OSError):
        logger.warning("The broker does not answer; %s was not sent.", task)
