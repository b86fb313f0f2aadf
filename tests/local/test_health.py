"""What an orchestrator is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from continuity.notifications.models import Heartbeat
from continuity.notifications.services import TICK


def test_alive_asks_nobody(client):
    assert client.get("/healthz").json() == {"alive": "ok"}


@pytest.mark.django_db
def test_ready_when_the_clock_has_just_ticked(client):
    Heartbeat.objects.create(name=TICK, at=timezone.now())

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "ok", "ticks": "ok"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age_seconds", "status", "sentence"),
    [
        (None, 503, "The clock has never ticked."),
        (10, 200, "ok"),
        (20, 503, "The clock last ticked 20 seconds ago."),
    ],
)
def test_the_age_of_the_last_tick_decides(client, age_seconds, status, sentence):
    if age_seconds is not None:
        at = timezone.now() - timedelta(seconds=age_seconds)
        Heartbeat.objects.create(name=TICK, at=at)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["ticks"]) == (status, sentence)


@pytest.mark.django_db
def test_a_broker_that_is_gone_is_named(client, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nothing.sock?db=0"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["broker"] == "The broker does not answer."
    assert answer.json()["database"] == "ok"
