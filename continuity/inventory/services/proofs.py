"""Proofs: dated evidence that an alternative works for one workflow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet

from continuity.accounts.models import Organisation, User
from continuity.domain.errors import Refused
from continuity.domain.readiness import expires, lasts
from continuity.history.services import Line, record, record_all
from continuity.inventory.models import (
    Alternative,
    EndReason,
    Proof,
    ProofFile,
    ProofPolicy,
    ProofSource,
    RunbookVersion,
    Tier,
    Workflow,
)
from continuity.inventory.queries import proofs as queries

ATTEST_AGAIN = timedelta(hours=12)
"""A second tap within this time is the same word."""


class ProofOver(Refused):
    """It counts no more already, so nobody can end it."""

    code = "proof_over"


class WordStands(Refused):
    """It is not the reader's own word of today, so it is not theirs to take back."""

    code = "word_stands"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that shows what was seen."""

    name: str
    content: bytes


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
    attachment: Attachment | None = None,
    now: datetime,
) -> Proof:
    """Write a proof on `alternative`; how long it counts depends on where it is from and
    on how critical the work is.

    `switch_after` and `minimum_after` are working time from the onset: until the
    alternative was open, and until the minimum level was reached (RTA). `capacity` and
    `quality` are percent of normal. One that did not work ends the proofs before it.
    """
    workflow = alternative.dependency.workflow
    if not works:
        before = alternative.proofs.filter(shown_at__lt=shown_at)
        end(before, EndReason.FAILED_LATER, actor=by, now=now)
    proof = Proof.objects.create(
        alternative=alternative,
        source=source,
        shown_at=shown_at,
        expires_at=expires(source, shown_at, tier=workflow.tier, policy=queries.policy()),
        works=works,
        by=by,
        switch_after=switch_after,
        minimum_after=minimum_after,
        capacity=capacity,
        quality=quality,
        note=note,
        file_name="" if attachment is None else attachment.name,
        runbook_version=RunbookVersion.objects.filter(alternative=alternative).aggregate(
            last=Max("number")
        )["last"],
    )
    if attachment is not None:
        ProofFile.objects.create(proof=proof, content=attachment.content)
    record(
        "alternative.proven" if works else "alternative.failed",
        workflow,
        actor=by,
        now=now,
        team=workflow.team,
        after={"alternative": alternative, "source": source, "rta": minimum_after},
    )
    return proof


def check(
    alternative_pk: int,
    *,
    fields: Mapping[str, Any],
    attachment: Attachment | None = None,
    actor: User,
    now: datetime,
) -> Proof:
    """Write down a trial outside any drill. `fields` are those of `prove`."""
    return prove(
        _alternative(alternative_pk),
        source=ProofSource.CHECK,
        by=actor,
        attachment=attachment,
        now=now,
        **fields,
    )


@transaction.atomic
def attest(alternative_pk: int, *, actor: User, now: datetime) -> Proof:
    """Write down somebody's word that they could work with the alternative just now.

    Nothing is timed, so it is weaker than a drill. A second word of the same person
    within half a day is the first.
    """
    alternative = _alternative(alternative_pk)
    # Two taps at once would both find no word of today.
    Alternative.objects.select_for_update(of=("self",)).get(pk=alternative_pk)
    said = queries.attested_today(alternative, actor, since=now - ATTEST_AGAIN)
    if said is not None:
        return said
    return prove(
        alternative,
        source=ProofSource.ATTESTATION,
        shown_at=now,
        works=True,
        by=actor,
        now=now,
    )


@transaction.atomic
def take_back(proof_pk: int, *, actor: User, now: datetime) -> None:
    """Take back one's own word as if it had not been given; the history keeps both.

    Raises WordStands unless `actor` attested it within ATTEST_AGAIN and it still counts.
    """
    proof = (
        Proof.objects.select_for_update(of=("self",))
        .select_related("alternative__tool", "alternative__dependency__workflow__team")
        .get(pk=proof_pk)
    )
    of_today = proof.shown_at >= now - ATTEST_AGAIN and proof.ended_at is None
    is_own = proof.source == ProofSource.ATTESTATION and proof.by_id == actor.pk
    if not (is_own and of_today):
        raise WordStands("It is not their own word of today.")
    workflow = proof.alternative.dependency.workflow
    record(
        "proof.taken_back",
        workflow,
        actor=actor,
        now=now,
        team=workflow.team,
        before={"alternative": proof.alternative, "source": proof.source},
    )
    proof.delete()


@transaction.atomic
def end_by_hand(proof_pk: int, *, reason: str, actor: User, now: datetime) -> Proof:
    """End a proof before its time because somebody knows better.

    Raises ProofOver if it has ended or expired already.
    """
    rows = Proof.objects.filter(pk=proof_pk)
    if not end(rows, EndReason.BY_HAND, note=reason, actor=actor, now=now):
        raise ProofOver("It counts no more already.")
    return rows.get()


@transaction.atomic
def end(
    proofs: "QuerySet[Proof]",
    reason: EndReason,
    *,
    note: str = "",
    actor: User | None,
    now: datetime,
) -> int:
    """End those of `proofs`, a queryset, that still count; return how many those were.

    One line of history for each workflow and alternative. `actor` None is the clock.
    """
    rows = list(
        Proof.objects.valid(now)
        .filter(pk__in=proofs.order_by().values("pk"))
        .select_for_update(of=("self",))
        .select_related("alternative__tool", "alternative__dependency__workflow__team")
    )
    Proof.objects.filter(pk__in=[row.pk for row in rows]).update(
        ended_at=now, ended_reason=reason, ended_note=note[:300], ended_by=actor
    )
    ended: dict[int, list[Proof]] = {}
    for row in rows:
        ended.setdefault(row.alternative_id, []).append(row)
    record_all(
        (
            Line(
                "proof.ended",
                group[0].alternative.dependency.workflow,
                team=group[0].alternative.dependency.workflow.team,
                before={"proofs": [str(row) for row in group]},
                after={
                    "alternative": group[0].alternative,
                    "ended_reason": reason,
                    **({"note": note} if note else {}),
                },
            )
            for group in ended.values()
        ),
        actor=actor,
        now=now,
    )
    return len(rows)


def end_for_retired_tools(*, now: datetime) -> int:
    """End the proofs of alternatives whose tool, or the product it is part of, its
    provider has withdrawn by today (UTC). Return how many."""
    today = now.date()
    withdrawn = Q(alternative__tool__retired_on__lte=today) | Q(
        alternative__tool__parent__retired_on__lte=today
    )
    proofs = Proof.objects.valid(now).filter(withdrawn)
    # Asked every minute: the look is one query, and nothing is locked for nothing.
    if not proofs.exists():
        return 0
    return end(proofs, EndReason.TOOL_RETIRED, actor=None, now=now)


@transaction.atomic
def set_policy(
    days: Mapping[tuple[ProofSource, int | None], int | None], *, actor: User, now: datetime
) -> None:
    """Say how long proofs count, by source and tier (None: as a rule), in days.

    None in place of days means that the more general rule holds. Proofs that are there
    get the end that they would have had.
    """
    before = {_key(row.source, row.tier): row.days for row in ProofPolicy.objects.all()}
    after = {_key(source, tier): n for (source, tier), n in days.items() if n}
    if before == after:
        return
    ProofPolicy.objects.all().delete()
    ProofPolicy.objects.bulk_create(
        ProofPolicy(source=source, tier=tier, days=n)
        for (source, tier), n in days.items()
        if n
    )
    apply_policy()
    organisation = Organisation.objects.filter(pk=1).first()
    if organisation is not None:
        record(
            "organisation.proofs_changed",
            organisation,
            actor=actor,
            now=now,
            before={"days": before},
            after={"days": after},
        )


def apply_policy(workflow: Workflow | None = None) -> None:
    """Give each proof, or those of one workflow, the end that the policy says. Those
    that have ended keep theirs."""
    rules = queries.policy()
    standing = Proof.objects.standing()
    if workflow is not None:
        standing = standing.filter(alternative__dependency__workflow=workflow)
    tiers = Tier.values if workflow is None else [workflow.tier]
    for source in ProofSource:
        for tier in tiers:
            standing.filter(
                source=source, alternative__dependency__workflow__tier=tier
            ).update(expires_at=F("shown_at") + lasts(source.value, tier, rules))


def _key(source: str, tier: int | None) -> str:
    return str(source) if tier is None else f"{source} {tier}"


def _alternative(pk: int) -> Alternative:
    return Alternative.objects.select_related("tool", "dependency__workflow__team").get(
        pk=pk
    )
