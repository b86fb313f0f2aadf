"""What the clock calls every two seconds."""

from celery import shared_task
from django.utils import timezone

from continuity.incidents.services import tending


@shared_task(name="incidents.tend", expires=10, acks_late=True)
def tend() -> int:
    return tending.tend(now=timezone.now())
