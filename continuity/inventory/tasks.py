"""What the clock asks of the inventory."""

from celery import shared_task
from django.utils import timezone

from continuity.inventory.services import imports, proofs, reminding, reviews


@shared_task(name="inventory.end_proofs", expires=50, acks_late=True)
def end_proofs() -> int:
    return proofs.end_for_retired_tools(now=timezone.now())


@shared_task(name="inventory.check_imports", expires=10)
def check_imports() -> int:
    return int(imports.check_due(now=timezone.now()))


@shared_task(name="inventory.write_imports", expires=10)
def write_imports() -> int:
    return int(imports.write_due(now=timezone.now()))


@shared_task(name="inventory.come_due", expires=50, acks_late=True)
def come_due() -> int:
    return reviews.come_due(now=timezone.now())


@shared_task(name="inventory.remind", expires=600, acks_late=True)
def remind() -> int:
    return reminding.remind(now=timezone.now())
