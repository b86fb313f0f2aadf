"""Real outages: which go on now, what they touch, which are over."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from continuity.domain.fate import Graph
from continuity.inventory.queries.fate import graph
from continuity.outages.models import Outage
from continuity.outages.queries.results import SHOWN

TAKE_UP_WITHIN: Final = timedelta(hours=24)
"""How long after its end a real outage can turn out not to be over."""


def live_real() -> QuerySet[Outage]:
    """Return the real outages that go on now, the oldest first. Not yet read."""
    return Outage.objects.real().live().order_by("occurred_at", "pk")


def touching(tool_pks: Iterable[int], known: Graph | None = None) -> list[Outage]:
    """Return the live real outages that take down a tool which falls with these too, the
    oldest first. One query while nothing really fails, three otherwise, or two where the
    graph is `known`.

    A drill of these tools stops for any of them: who rehearses losing one would meet
    the real loss in the middle of it.
    """
    live = list(live_real().prefetch_related("tools"))
    if not live:
        return []
    known = known or graph()
    scope = set(known.blast_radius(list(tool_pks), hard_only=True))
    return [
        outage
        for outage in live
        if scope.intersection(
            known.blast_radius([tool.pk for tool in outage.tools.all()], hard_only=True)
        )
    ]


def live_with(tool_pks: Iterable[int]) -> QuerySet[Outage]:
    """Return the live real outages declared of one of these very tools, the oldest
    first. Not yet read."""
    return live_real().filter(tools__in=list(tool_pks)).distinct()


def ended_since(since: datetime) -> QuerySet[Outage]:
    """Return the real outages that were over after `since`, in the order of their end,
    false alarms left out. Not yet read."""
    found = Outage.objects.real().filter(state__in=SHOWN, ended_at__gt=since)
    return found.order_by("ended_at", "pk")
