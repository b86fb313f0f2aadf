"""Beginning the report of a drill that has ended: what its figures say by themselves."""

from datetime import datetime

from django.db import transaction

from continuity.domain.after_action import STRENGTHS, Draft, all_met, drafts
from continuity.drills.models import Drill, Finding, FindingKind, Review
from continuity.drills.queries.shown import Seen, seen
from continuity.drills.services import retesting
from continuity.history.services import record


def draft_due(*, now: datetime, limit: int = 20) -> int:
    """Begin the report of every drill that ended and has none; return of how many.

    Each in its own transaction under its row's lock, so a second worker passes it by.
    """
    due = Drill.objects.to_draft().order_by("pk")
    return sum(
        _draft_one(pk, now=now) for pk in list(due.values_list("pk", flat=True)[:limit])
    )


@transaction.atomic(durable=True)
def _draft_one(drill_pk: int, *, now: datetime) -> bool:
    drill = (
        Drill.objects.to_draft()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("outage__team")
        .filter(pk=drill_pk)
        .first()
    )
    if drill is None:
        return False  # another worker has it, or had it
    draft(drill, now=now)
    return True


def draft(drill: Drill, *, now: datetime) -> Review:
    """Write the first draft, in the caller's transaction; once begun it stays as it is.

    Whoever holds a lock on the drill or on its outage calls this. The actions that this
    drill has put to the test are proposed for closing.
    """
    review, begun = Review.objects.get_or_create(drill=drill, defaults={"drafted_at": now})
    if not begun:
        return review
    found, rows = seen(drill, now=now)
    made = [_finding(drill, row, one, now) for row in rows for one in drafts(row.shown)]
    if all_met(tuple(line.verdict for line in found.lines)):
        made.append(
            Finding(
                drill=drill,
                kind=FindingKind.STRENGTH,
                draft=Draft.ALL_MET,
                facts={"met": found.summary.met},
                made_at=now,
            )
        )
    made.sort(key=lambda one: list(Draft).index(Draft(one.draft)))
    Finding.objects.bulk_create(made, batch_size=500)
    record(
        "review.drafted",
        drill,
        actor=None,
        now=now,
        team=drill.outage.team,
        after={"findings": len(made)},
    )
    retesting.propose(drill, found.lines, now=now)
    return review


def _finding(drill: Drill, row: Seen, draft: Draft, now: datetime) -> Finding:
    kind = FindingKind.STRENGTH if draft in STRENGTHS else FindingKind.FINDING
    return Finding(
        drill=drill,
        kind=kind,
        draft=draft,
        facts=row.facts,
        recovery_id=row.line.pk,
        workflow_id=row.line.workflow_pk,
        alternative_id=row.alternative_pk,
        made_at=now,
    )
