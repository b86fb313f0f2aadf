"""What a load balancer or an orchestrator asks."""

from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from continuity.notifications.models import Heartbeat
from continuity.notifications.services import TICK

OK = "ok"


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Alive: this process answers. Asks nobody else, so a restart is the cure for no."""
    return JsonResponse({"alive": OK})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: database, broker and the clock that opens drills. 200, or 503 with reasons."""
    database = _database()
    checks = {
        "database": database,
        "broker": _broker(),
        "ticks": _ticks() if database == OK else "Unknown without the database.",
    }
    ready = all(answer == OK for answer in checks.values())
    return JsonResponse(checks, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "The database does not answer."
    return OK


def _broker() -> str:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2
    )
    try:
        client.ping()
    except redis.RedisError:
        return "The broker does not answer."
    finally:
        client.close()
    return OK


def _ticks() -> str:
    """Look for the row that a tick writes after its way through broker and worker."""
    beat = Heartbeat.objects.filter(name=TICK).first()
    if beat is None:
        return "The clock has never ticked."
    age = timezone.now() - beat.at  # noqa: TID251 - a door
    if age > timedelta(seconds=settings.HEARTBEAT_MAX_AGE_SECONDS):
        return f"The clock last ticked {age.total_seconds():.0f} seconds ago."
    return OK
