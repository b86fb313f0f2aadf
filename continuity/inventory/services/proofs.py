"""Proofs: dated evidence that an alternative works for one workflow."""

from datetime import datetime, timedelta

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.readiness import expires
from continuity.history.services import record
from continuity.inventory.models import Alternative, Proof, ProofSource


@transaction.atomic
def prove(
    alternative: Alternative,
    *,
    source: ProofSource,
    shown_at: datetime,
    works: bool,
    by: User | None,
    switch_after: timedelta | None = None,
    minimum_after: timedelta | None = None,
    capacity: int | None = None,
    quality: int | None = None,
    note: str = "",
    now: datetime,
) -> Proof:
    """Write a proof on `alternative`; how long it counts depends on where it is from.

    `switch_after` and `minimum_after` are working time from the onset: until the
    alternative was open, and until the minimum level was reached (RTA). `capacity` and
    `quality` are percent of normal.
    """
    proof = Proof.objects.create(
        alternative=alternative,
        source=source,
        shown_at=shown_at,
        expires_at=expires(source, shown_at),
        works=works,
        by=by,
        switch_after=switch_after,
        minimum_after=minimum_after,
        capacity=capacity,
        quality=quality,
        note=note,
    )
    workflow = alternative.dependency.workflow
    record(
        "alternative.proven" if works else "alternative.failed",
        workflow,
        actor=by,
        now=now,
        team=workflow.team,
        after={"alternative": alternative, "source": source, "rta": minimum_after},
    )
    return proof
