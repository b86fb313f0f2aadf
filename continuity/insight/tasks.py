"""The door from Celery: fetch the time, call a service, say what happened."""

from celery import shared_task
from django.utils import timezone

from continuity.insight.services import forecasts


@shared_task(name="insight.compute", expires=10)
def compute() -> int:
    """Compute one forecast that was asked for."""
    return int(forecasts.compute_due(now=timezone.now()))
