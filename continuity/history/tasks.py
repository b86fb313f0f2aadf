"""What the clock calls: forgetting what was deleted long ago."""

from celery import shared_task
from django.utils import timezone

from continuity.history.services import deletions


@shared_task(name="history.forget", expires=300)
def forget() -> int:
    return deletions.forget(now=timezone.now())
