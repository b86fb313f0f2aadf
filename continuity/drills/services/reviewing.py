"""Finishing the report of an outage, rehearsed or real: conclusion, ratings, approval."""

from datetime import datetime

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.after_action import Rating
from continuity.domain.errors import Refused
from continuity.domain.states import DrillState
from continuity.drills.models import AimRating, Drill, RecoveryRating, Review
from continuity.drills.services import drafting
from continuity.history.services import changes, record
from continuity.outages.models import Outage, Recovery
from continuity.outages.services import course


class ReportClosed(Refused):
    """The report is approved, and nothing in it changes any more."""

    code = "report_approved"


class NoReport(Refused):
    """It has not ended, or was aborted or missed: there is nothing to report."""

    code = "no_report"


def opened(outage_pk: int, *, now: datetime) -> tuple[Outage, Review]:
    """Return an outage and its report, under the lock that keeps it from being approved.

    A report that no tick has begun yet is begun. Raises ReportClosed once it is approved,
    NoReport if it has not ended.
    """
    outage = course.locked(outage_pk)
    if outage.state == DrillState.REVIEWED:
        raise ReportClosed("The report is approved.")
    if outage.state != DrillState.ENDED:
        raise NoReport(f"A {outage.state} outage has no report.")
    return outage, drafting.draft(outage, now=now)


@transaction.atomic(durable=True)
def conclude(outage_pk: int, text: str, *, actor: User, now: datetime) -> None:
    """Write the conclusion. The same again leaves no trace."""
    outage, review = opened(outage_pk, now=now)
    if review.conclusion == text:
        return
    before, review.conclusion = review.conclusion, text
    review.save(update_fields=["conclusion"])
    record(
        "review.concluded",
        outage,
        actor=actor,
        now=now,
        team=outage.team,
        before={"conclusion": before},
        after={"conclusion": text},
    )


@transaction.atomic(durable=True)
def rate(
    outage_pk: int, number: int, rating: str, note: str, *, actor: User, now: datetime
) -> None:
    """Judge how well an aim was reached; `rating` is one of the four, "" takes it back.

    Only a drill has aims: for what was real this raises Drill.DoesNotExist.
    """
    outage, _review = opened(outage_pk, now=now)
    drill = Drill.objects.get(outage=outage)
    known = AimRating.objects.filter(drill=drill, number=number).first()
    old, new = _told(known), _asked(rating, note)
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
    _record_rating(outage, {}, old, new, actor, now)


@transaction.atomic(durable=True)
def rate_recovery(
    recovery_pk: int, rating: str, note: str, *, actor: User, now: datetime
) -> None:
    """Judge how one recovery went, beside what was measured; "" takes it back."""
    outage_pk = Recovery.objects.values_list("outage_id", flat=True).get(pk=recovery_pk)
    outage, _review = opened(outage_pk, now=now)
    recovery = Recovery.objects.select_related("workflow").get(pk=recovery_pk)
    known = RecoveryRating.objects.filter(recovery=recovery).first()
    old, new = _told(known), _asked(rating, note)
    if old == new:
        return
    if not new:
        RecoveryRating.objects.filter(recovery=recovery).delete()
    else:
        RecoveryRating.objects.update_or_create(
            recovery=recovery, defaults={**new, "rated_at": now, "rated_by": actor}
        )
    _record_rating(outage, {"workflow": recovery.workflow}, old, new, actor, now)


def _told(known: AimRating | RecoveryRating | None) -> dict[str, str]:
    return {} if known is None else {"rating": known.rating, "note": known.note}


def _asked(rating: str, note: str) -> dict[str, str]:
    return {"rating": Rating(rating).value, "note": note} if rating else {}


def _record_rating(
    outage: Outage,
    of: dict[str, object],
    old: dict[str, str],
    new: dict[str, str],
    actor: User,
    now: datetime,
) -> None:
    before, after = changes(old or dict.fromkeys(new), new or dict.fromkeys(old))
    record(
        "review.rated",
        outage,
        actor=actor,
        now=now,
        team=outage.team,
        before=before,
        after=of | after,
    )


@transaction.atomic(durable=True)
def approve(outage_pk: int, *, actor: User, now: datetime) -> None:
    """Approve the report under one's name: from now on nothing of it changes.

    Raises ReportClosed if it is approved already, NoReport if it has not ended.
    """
    outage, review = opened(outage_pk, now=now)
    review.approved_at, review.approved_by = now, actor
    review.save(update_fields=["approved_at", "approved_by"])
    course.review(outage.pk, actor=actor, now=now)


@transaction.atomic(durable=True)
def reopen(outage_pk: int, reason: str, *, actor: User, now: datetime) -> None:
    """Open an approved report again, for a reason; its approval is gone.

    Raises IllegalTransition unless it is approved.
    """
    course.reopen(outage_pk, reason, actor=actor, now=now)
    review = Review.objects.select_for_update().get(outage=outage_pk)
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
