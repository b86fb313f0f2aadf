"""What the clock calls: sending, digests, and the heartbeat."""

from celery import shared_task
from django.utils import timezone

from continuity.notifications import services
from continuity.notifications.services import choices, deliveries

# A tick that nobody took in time is dropped: the next one does its work. The time is a
# few ticks long, so that a clock that differs a little between two machines stops nothing.
EXPIRES = 10


@shared_task(name="notifications.deliver", expires=EXPIRES)
def deliver() -> int:
    return services.deliver(now=timezone.now())


@shared_task(name="notifications.tell_endpoints", expires=EXPIRES)
def tell_endpoints() -> int:
    return deliveries.tell_endpoints(now=timezone.now())


@shared_task(name="notifications.digest", expires=EXPIRES)
def digest() -> int:
    return choices.write_digests(now=timezone.now())


@shared_task(name="notifications.beat", expires=EXPIRES)
def beat() -> None:
    services.beat(now=timezone.now())


@shared_task(name="notifications.forget_files", expires=3600)
def forget_files() -> int:
    return services.forget_files(now=timezone.now())
