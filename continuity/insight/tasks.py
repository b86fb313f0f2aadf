"""The door from Celery: fetch the time, call a service, say what happened."""

from celery import shared_task
from django.utils import timezone

from continuity.insight.services import forecasts, snapshots


@shared_task(name="insight.compute", expires=10)
def compute() -> int:
    """Compute one forecast that was asked for."""
    return int(forecasts.compute_due(now=timezone.now()))


@shared_task(name="insight.snapshot", expires=50)
def snapshot() -> int:
    """Keep the figures of today, once."""
    return int(snapshots.take(now=timezone.now()))
