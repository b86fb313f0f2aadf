"""Beginning the report of what has ended: what its figures say by themselves."""

from datetime import datetime

from django.db import transaction

from continuity.domain.after_action import STRENGTHS, Draft, all_met, drafts
from continuity.drills.models import Finding, FindingKind, Review, Reviewed
from continuity.drills.queries.shown import Seen, seen
from continuity.drills.services import retesting
from continuity.history.services import record
from continuity.outages.models import Outage


def draft_due(*, now: datetime, limit: int = 20) -> int:
    """Begin the report of everything that ended and has none, rehearsed or real, and go
    over that of what turned out to be otherwise; return of how many.

    Each in its own transaction under its row's lock, so a second worker passes it by.
    """
    due = Reviewed.objects.to_draft().order_by("pk")
    return sum(
        _draft_one(pk, now=now) for pk in list(due.values_list("pk", flat=True)[:limit])
    )


@transaction.atomic(durable=True)
def _draft_one(outage_pk: int, *, now: datetime) -> bool:
    outage = (
        Outage.objects.filter(pk__in=Reviewed.objects.to_draft().values("pk"))
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("team")
        .filter(pk=outage_pk)
        .first()
    )
    if outage is None:
        return False  # another worker has it, or had it
    review = Review.objects.filter(outage=outage).first()
    if review is None:
        draft(outage, now=now)
    else:
        _draft_again(outage, review, now)
    return True


def draft(outage: Outage, *, now: datetime) -> Review:
    """Write the first draft, in the caller's transaction; once begun it stays as it is.

    Whoever holds a lock on the outage calls this. The actions that it has put to the
    test are proposed for closing.
    """
    review, begun = Review.objects.get_or_create(
        outage=outage, defaults={"drafted_at": now}
    )
    if begun:
        _write(outage, now)
    return review


def _draft_again(outage: Outage, review: Review, now: datetime) -> None:
    """Draft anew what nobody has touched: it went on, or began at another time."""
    Finding.objects.filter(
        outage=outage, edited_at=None, dismissed_at=None, actions=None
    ).exclude(draft="").delete()
    review.drafted_at = now
    review.save(update_fields=["drafted_at"])
    _write(outage, now)


def _write(outage: Outage, now: datetime) -> None:
    found, rows = seen(outage, now=now)
    made = [_finding(outage, row, one, now) for row in rows for one in drafts(row.shown)]
    if all_met(tuple(line.verdict for line in found.lines)):
        made.append(
            Finding(
                outage=outage,
                kind=FindingKind.STRENGTH,
                draft=Draft.ALL_MET,
                facts={"met": found.summary.met},
                made_at=now,
            )
        )
    kept = set(outage.findings.values_list("draft", "recovery"))
    made = [one for one in made if (one.draft, one.recovery_id) not in kept]
    made.sort(key=lambda one: list(Draft).index(Draft(one.draft)))
    Finding.objects.bulk_create(made, batch_size=500)
    record(
        "review.drafted",
        outage,
        actor=None,
        now=now,
        team=outage.team,
        after={"findings": len(made)},
    )
    retesting.propose(outage, found.lines, now=now)


def _finding(outage: Outage, row: Seen, draft: Draft, now: datetime) -> Finding:
    kind = FindingKind.STRENGTH if draft in STRENGTHS else FindingKind.FINDING
    return Finding(
        outage=outage,
        kind=kind,
        draft=draft,
        facts=row.facts,
        recovery_id=row.line.pk,
        workflow_id=row.line.workflow_pk,
        alternative_id=row.alternative_pk,
        made_at=now,
    )
