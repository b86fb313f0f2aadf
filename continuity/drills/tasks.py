"""What the clock calls every two seconds."""

from celery import shared_task
from django.utils import timezone

from continuity.drills.services import conducting, reminding


@shared_task(name="drills.open_due", expires=10, acks_late=True)
def open_due() -> int:
    return conducting.open_due(now=timezone.now())


@shared_task(name="drills.conduct", expires=10, acks_late=True)
def conduct() -> int:
    return conducting.conduct(now=timezone.now())


@shared_task(name="drills.remind", expires=50, acks_late=True)
def remind() -> int:
    return reminding.remind(now=timezone.now())
