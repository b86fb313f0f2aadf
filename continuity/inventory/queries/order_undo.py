"""How to put the order of alternatives back after it was changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from continuity.history.models import Entry
from continuity.inventory.models import Alternative, Dependency, Workflow

MOVED: Final = "alternative.moved"
CHANGES_OF_ALTERNATIVES: Final = (
    MOVED,
    "alternative.created",
    "alternative.changed",
    "alternative.removed",
)
UNDO_WITHIN: Final = timedelta(hours=24)
"""How long the page offers to put an order back. The history keeps it for ever."""


@dataclass(frozen=True, slots=True)
class OrderUndo:
    """The last change of order that can still be put back: POST `keys` as the order."""

    at: datetime
    by: str
    keys: tuple[int, ...]


def moves(workflow: Workflow, now: datetime) -> Mapping[str, Entry]:
    """Return the last change of order by the name of the tool, while nothing came after
    that the older order would not fit."""
    found: dict[str, Entry] = {}
    for entry in (
        Entry.objects.filter(
            subject_type=Workflow._meta.label_lower,
            subject_id=workflow.pk,
            verb__in=CHANGES_OF_ALTERNATIVES,
            at__gte=now - UNDO_WITHIN,
        )
        .select_related("actor")
        .order_by("-at", "-pk")[:50]
    ):
        if entry.verb != MOVED:
            break
        found.setdefault(entry.before["tool"], entry)
    return found


def undo(entry: Entry | None, alternatives: Sequence[Alternative]) -> OrderUndo | None:
    """Return how to put back what `entry` says; None if that order does not fit."""
    if entry is None:
        return None
    by_name = {str(one): one.pk for one in alternatives}
    names = entry.before["order"]
    if sorted(names) != sorted(by_name) or [str(o) for o in alternatives] == names:
        return None
    return OrderUndo(
        at=entry.at,
        by=str(entry.actor) if entry.actor else "",
        keys=tuple(by_name[name] for name in names),
    )


def moved(dependency: Dependency, pk: int, *, up: bool) -> list[int]:
    """Return the order after one alternative has changed places with its neighbour; the
    order there is if it has none on that side, or is not there."""
    order = list(dependency.alternatives.values_list("pk", flat=True))
    if pk in order:
        place = order.index(pk)
        other = place - 1 if up else place + 1
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
    return order
