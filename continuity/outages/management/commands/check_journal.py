"""Walk all journals and say whether anyone rewrote them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from continuity.outages import queries
from continuity.outages.models import Outage


class Command(BaseCommand):
    help = "Walk the hash chain of every outage's journal; fail on the first broken entry."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(queries.breaks())
        for broken in found:
            self.stderr.write(
                f"The journal of outage {broken.outage} breaks at entry {broken.number}: "
                f"{broken.reason}."
            )
        if found:
            raise CommandError(f"{len(found)} of {_journals()} journals are broken.")
        self.stdout.write(f"{_journals()} journals, all whole.")


def _journals() -> int:
    return Outage.objects.count()
