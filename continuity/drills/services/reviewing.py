"""Finishing the report of a drill: conclusion, ratings, approval."""

from datetime import datetime

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.after_action import Rating
from continuity.domain.errors import Refused
from continuity.domain.states import DrillState
from continuity.drills.models import AimRating, Drill, Review
from continuity.drills.services import drafting
from continuity.history.services import changes, record
from continuity.outages.services import course


class ReportClosed(Refused):
    """The report of this drill is approved, and nothing in it changes any more."""

    code = "report_approved"


class NoReport(Refused):
    """The drill has not ended, or was aborted or missed: there is nothing to report."""

    code = "no_report"


def opened(drill_pk: int, *, now: datetime) -> tuple[Drill, Review]:
    """Return a drill and its report, under the lock that keeps it from being approved.

    A report that no tick has begun yet is begun. Raises ReportClosed once it is approved,
    NoReport if the drill has not ended.
    """
    outage_pk = Drill.objects.values_list("outage_id", flat=True).get(pk=drill_pk)
    outage = course.locked(outage_pk)
    if outage.state == DrillState.REVIEWED:
        raise ReportClosed("The report is approved.")
    if outage.state != DrillState.ENDED:
        raise NoReport(f"A {outage.state} drill has no report.")
    drill = Drill.objects.get(pk=drill_pk)
    drill.outage = outage
    return drill, drafting.draft(drill, now=now)


@transaction.atomic(durable=True)
def conclude(drill_pk: int, text: str, *, actor: User, now: datetime) -> None:
    """Write the conclusion. The same again leaves no trace."""
    drill, review = opened(drill_pk, now=now)
    if review.conclusion == text:
        return
    before, review.conclusion = review.conclusion, text
    review.save(update_fields=["conclusion"])
    record(
        "review.concluded",
        drill,
        actor=actor,
        now=now,
        team=drill.outage.team,
        before={"conclusion": before},
        after={"conclusion": text},
    )


@transaction.atomic(durable=True)
def rate(
    drill_pk: int, number: int, rating: str, note: str, *, actor: User, now: datetime
) -> None:
    """Judge how well an aim was reached; `rating` is one of the four, "" takes it back."""
    drill, _review = opened(drill_pk, now=now)
    known = AimRating.objects.filter(drill=drill, number=number).first()
    old = {"rating": known.rating, "note": known.note} if known else {}
    new = {"rating": Rating(rating).value, "note": note} if rating else {}
    if old == new:
        return
    if not new:
        AimRating.objects.filter(drill=drill, number=number).delete()
    else:
        AimRating.objects.update_or_create(
            drill=drill,
            number=number,
            defaults={**new, "rated_at": now, "rated_by": actor},
        )
    before, after = changes(old or dict.fromkeys(new), new or dict.fromkeys(old))
    record(
        "review.rated",
        drill,
        actor=actor,
        now=now,
        team=drill.outage.team,
        before=before,
        after=after,
    )


@transaction.atomic(durable=True)
def approve(drill_pk: int, *, actor: User, now: datetime) -> None:
    """Approve the report under one's name: from now on nothing of it changes.

    Raises ReportClosed if it is approved already, NoReport if the drill has not ended.
    """
    drill, review = opened(drill_pk, now=now)
    review.approved_at, review.approved_by = now, actor
    review.save(update_fields=["approved_at", "approved_by"])
    course.review(drill.outage_id, actor=actor, now=now)


@transaction.atomic(durable=True)
def reopen(drill_pk: int, reason: str, *, actor: User, now: datetime) -> None:
    """Open an approved report again, for a reason; its approval is gone.

    Raises IllegalTransition unless it is approved.
    """
    outage_pk = Drill.objects.values_list("outage_id", flat=True).get(pk=drill_pk)
    course.reopen(outage_pk, reason, actor=actor, now=now)
    review = Review.objects.select_for_update().get(drill=drill_pk)
    review.approved_at, review.approved_by = None, None
    review.reopened_at, review.reopened_by, review.reopened_reason = now, actor, reason
    review.save(
        update_fields=[
            "approved_at",
            "approved_by",
            "reopened_at",
            "reopened_by",
            "reopened_reason",
        ]
    )
