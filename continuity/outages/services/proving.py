"""Proofs that an outage leaves behind on the alternatives that carried the work."""

from datetime import datetime

from continuity.domain.clocks import rta, working_time
from continuity.inventory.models import Proof, ProofSource
from continuity.inventory.services.proofs import Attachment, prove
from continuity.outages.models import Mark, Outage, PictureFile, Recovery
from continuity.outages.queries.results import moments_of, pauses_of


def write_proofs(outage: Outage, now: datetime) -> None:
    """Write a proof for each recovery whose alternative reached the minimum level, and
    one that it failed where it was opened and did not reach it within the RTO. A
    recovery that has its proof keeps it. The last picture of a recovery goes along."""
    pauses = pauses_of([outage.pk]).get(outage.pk, ())
    pressed_by = {
        mark.recovery_id: mark.by
        for mark in Mark.objects.valid()
        .filter(recovery__outage=outage, clock="minimum")
        .select_related("by")
    }
    shown = (
        outage.recoveries.recovered()
        .filter(alternative__isnull=False, proof=None)
        .select_related("alternative__dependency__workflow__team", "alternative__tool")
    )
    for recovery in shown:
        if recovery.alternative is None or recovery.minimum_at is None:
            continue
        moments = moments_of(recovery, outage.onset)
        recovery.proof = prove(
            recovery.alternative,
            source=ProofSource.DRILL if outage.is_drill else ProofSource.OUTAGE,
            shown_at=recovery.minimum_at,
            works=True,
            by=pressed_by.get(recovery.pk),
            switch_after=(
                None
                if recovery.switched_at is None
                else working_time(outage.onset, recovery.switched_at, pauses)
            ),
            minimum_after=rta(
                moments, ended=outage.ended_at, now=now, pauses=pauses
            ).length,
            capacity=recovery.capacity,
            quality=recovery.quality,
            attachment=last_picture(recovery),
            now=now,
        )
        recovery.save(update_fields=["proof"])
    opened = (
        outage.recoveries.filter(
            alternative__isnull=False,
            proof=None,
            switched_at__isnull=False,
            minimum_at=None,
            excused_at=None,
        )
        .select_related("alternative__dependency__workflow__team", "alternative__tool")
        .order_by("pk")
    )
    for recovery in opened:
        if recovery.alternative is None or recovery.switched_at is None:
            continue
        moments = moments_of(recovery, outage.onset)
        reached = rta(moments, ended=outage.ended_at, now=now, pauses=pauses)
        if recovery.rto is None or reached.within(recovery.rto) is not False:
            continue  # it ended too soon to tell
        recovery.proof = prove(
            recovery.alternative,
            source=ProofSource.DRILL if outage.is_drill else ProofSource.OUTAGE,
            shown_at=outage.ended_at or now,
            works=False,
            by=None,
            switch_after=working_time(outage.onset, recovery.switched_at, pauses),
            now=now,
        )
        recovery.save(update_fields=["proof"])


def last_picture(recovery: Recovery) -> Attachment | None:
    """Return the latest picture taken during a recovery, for its proof."""
    found = PictureFile.objects.filter(picture__recovery=recovery)
    last = found.select_related("picture").order_by("picture__at", "picture").last()
    return None if last is None else Attachment(last.picture.name, bytes(last.content))


def take_back_proofs(outage: Outage) -> None:
    """Delete the proofs that an outage has left: it is not over, or began otherwise.

    Earlier proofs that one of them has ended stay ended: the failure was seen.
    """
    Proof.objects.filter(recovery__outage=outage).delete()
