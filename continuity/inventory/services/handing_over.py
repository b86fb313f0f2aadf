"""Giving one person's workflows and views to another, in the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime

from continuity.accounts.models import User
from continuity.history.services import Line, record_all
from continuity.inventory.models import SavedView, Workflow
from continuity.inventory.services import reviews


def workflows(
    keys: Iterable[int], person: User, to: User, *, actor: User, now: datetime
) -> None:
    """Put `to` in the place of `person` as owner and as deputy of these workflows.

    Where `to` is the other of the two already, the deputy's place is left empty: nobody
    stands in for themselves.
    """
    rows = list(
        Workflow.objects.select_for_update(of=("self",))
        .select_related("team", "owner", "deputy")
        .filter(pk__in=list(keys))
        .order_by("pk")
    )
    lines = []
    for row in rows:
        before = {"owner": row.owner, "deputy": row.deputy}
        if row.owner == person:
            row.owner = to
        if row.deputy == person:
            row.deputy = to
        if row.owner is not None and row.deputy == row.owner:
            row.deputy = None
        after = {"owner": row.owner, "deputy": row.deputy}
        changed = [name for name in after if before[name] != after[name]]
        lines.append(
            Line(
                "workflow.handed_over",
                row,
                row.team,
                {name: before[name] for name in changed},
                {name: after[name] for name in changed},
            )
        )
    Workflow.objects.bulk_update(rows, ["owner", "deputy"], batch_size=500)
    record_all(lines, actor=actor, now=now)
    reviews.changed(row.pk for row in rows)


def views(
    keys: Iterable[int], person: User, to: User, *, actor: User, now: datetime
) -> None:
    """Make `to` the owner of these shared views of `person`."""
    rows = list(SavedView.objects.select_for_update().filter(pk__in=list(keys)))
    SavedView.objects.filter(pk__in=[row.pk for row in rows]).update(owner=to)
    before, after = {"owner": person}, {"owner": to}
    record_all(
        (Line("view.handed_over", row, before=before, after=after) for row in rows),
        actor=actor,
        now=now,
    )
