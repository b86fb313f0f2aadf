"""Doors from Celery: fetch the time, call a service, say what happened."""

from celery import shared_task
from django.utils import timezone

from continuity.reports import services
from continuity.reports.services import regular, sending


# Longer than other tasks may live, shorter than the lease of a report.
@shared_task(name="reports.render", expires=10, soft_time_limit=270, time_limit=280)
def render() -> int:
    """Ask for the reports of drills that ended, then make one that is waiting."""
    services.ask_for_missing(now=timezone.now())
    return int(services.render_due(now=timezone.now()))


@shared_task(name="reports.keep_regular", expires=60)
def keep_regular() -> int:
    """Ask for the regular reports that came due, then tell of those that are made."""
    opened = regular.open_due(now=timezone.now())
    return opened + sending.tell(now=timezone.now())
