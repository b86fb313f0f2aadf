"""What the clock calls every two seconds."""

from celery import shared_task
from django.utils import timezone

from continuity.drills.services import (
    conducting,
    drafting,
    following_up,
    proposing,
    reminding,
)


@shared_task(name="drills.open_due", expires=10, acks_late=True)
def open_due() -> int:
    return conducting.open_due(now=timezone.now())


@shared_task(name="drills.propose", expires=50, acks_late=True)
def propose() -> int:
    return proposing.look(now=timezone.now())


@shared_task(name="drills.conduct", expires=10, acks_late=True)
def conduct() -> int:
    return conducting.conduct(now=timezone.now())


@shared_task(name="drills.remind", expires=50, acks_late=True)
def remind() -> int:
    return reminding.remind(now=timezone.now())


@shared_task(name="drills.draft_reports", expires=10, acks_late=True)
def draft_reports() -> int:
    return drafting.draft_due(now=timezone.now())


@shared_task(name="drills.remind_of_actions", expires=50, acks_late=True)
def remind_of_actions() -> int:
    return following_up.remind(now=timezone.now())
