"""Proofs: how long they count, which of them count, and why the others do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.paginator import Page
from django.db.models import QuerySet
from django.db.models.fetch_modes import FETCH_RAISE
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.domain.readiness import PROOF_LASTS, Policy, Reason, lasts, shortfalls
from continuity.domain.readiness import ProofSource as Source
from continuity.inventory.models import (
    Alternative,
    Proof,
    ProofFile,
    ProofPolicy,
    ProofSource,
    Tier,
    Workflow,
)
from continuity.inventory.queries.readiness import facts_of
from continuity.web import formats

SHORT: Final[Mapping[Reason, Promise]] = {
    Reason.BELOW_MBCO: _("below the minimum level"),
    Reason.OVER_RTO: _("slower than the RTO"),
}


def policy() -> Policy:
    """Return how long this organisation lets proofs count. One query."""
    return {(Source(row.source), row.tier): row.lasts for row in ProofPolicy.objects.all()}


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """How long proofs from one source count, in days: as a rule, and on each tier."""

    source: ProofSource
    default: int
    days: Mapping[int | None, int | None]
    """What the organisation has set; None where it has set nothing."""


def policy_lines() -> list[PolicyLine]:
    """Return the policy by source, with what holds where nothing is set. One query."""
    there = {(row.source, row.tier): row.days for row in ProofPolicy.objects.all()}
    tiers: Sequence[int | None] = (None, *Tier.values)
    return [
        PolicyLine(
            source=ProofSource(source),
            default=PROOF_LASTS[source].days,
            days={tier: there.get((source, tier)) for tier in tiers},
        )
        for source in PROOF_LASTS
    ]


def sentence(rules: Policy, tier: int | None) -> str:
    """Say how long proofs count on work of criticality `tier`."""
    days = {source: lasts(source, tier, rules).days for source in PROOF_LASTS}
    return str(
        _(
            "They expire: drills after %(drill)d days, outages after %(outage)d, checks "
            "after %(check)d, a person’s word after %(attestation)d"
        )
        % days
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """A proof, and whether it shows the alternative within the target.

    `verdict`: counts, ended, expired, failed, untimed, short or no_target. `why` says
    it in words where there is more to say than the verdict.
    """

    proof: Proof
    verdict: str
    why: str = ""

    @property
    def may_end(self) -> bool:
        return self.verdict not in {"ended", "expired", "failed"}


def evidence(workflow: Workflow) -> QuerySet[Proof]:
    """Return every proof of the workflow's alternatives, the latest first."""
    return (
        Proof.objects.filter(alternative__dependency__workflow=workflow)
        .select_related("alternative__tool", "alternative__dependency__tool", "by")
        .select_related("ended_by")
        .order_by("-shown_at", "-pk")
        .fetch_mode(FETCH_RAISE)
    )


def lines(
    page: "Page[Proof] | Sequence[Proof]", workflow: Workflow, *, now: datetime
) -> list[Evidence]:
    """Return what each proof of `workflow` is worth. No query."""
    return [judged(proof, workflow, now=now) for proof in page]


def judged(proof: Proof, workflow: Workflow, *, now: datetime) -> Evidence:
    """Return what one proof is worth for its workflow."""
    if proof.ended_at is not None:
        why = str(proof.get_ended_reason_display())
        return Evidence(proof, "ended", f"{why}: {proof.ended_note}".removesuffix(": "))
    if proof.expires_at <= now:
        return Evidence(proof, "expired")
    if not proof.works:
        return Evidence(proof, "failed")
    missing = shortfalls(
        facts_of(proof), rto=workflow.rto, mbco_percent=workflow.mbco_percent
    )
    if Reason.NO_PROOF in missing:
        return Evidence(proof, "untimed", str(_("nothing was timed")))
    if missing:
        return Evidence(proof, "short", ", ".join(_short(one, proof) for one in missing))
    if workflow.rto is None:
        return Evidence(proof, "no_target", str(_("the workflow has no RTO")))
    return Evidence(proof, "counts")


def _short(reason: Reason, proof: Proof) -> str:
    figure = (
        formats.percent(proof.capacity)
        if reason is Reason.BELOW_MBCO
        else formats.duration(proof.minimum_after)
    )
    return f"{SHORT[reason]} ({figure})"


def attested_today(
    alternative: Alternative, user: User, *, since: datetime
) -> Proof | None:
    """Return what `user` attested of `alternative` since then and still stands."""
    return (
        alternative.proofs.standing()
        .filter(source=ProofSource.ATTESTATION, by=user, shown_at__gte=since, works=True)
        .first()
    )


def file_of(proof: Proof) -> bytes | None:
    """Return the file that was added to a proof, if one was."""
    found = ProofFile.objects.filter(proof=proof).first()
    return None if found is None else bytes(found.content)


def ends_with_the_runbook(alternative: Alternative, *, now: datetime) -> int:
    """Return how many proofs that still count a change of the runbook would end."""
    return alternative.proofs.valid(now).count()


@dataclass(frozen=True, slots=True)
class ProofState:
    """`status`: proven, short (it worked, but too slowly or too little), checked or
    attested (it worked, and nothing was timed), failed, expired, ended (what it proved
    has changed) or none. `latest` is the proof that says so."""

    status: str
    latest: Proof | None = None


def proof_state(
    proofs: Sequence[Proof], workflow: Workflow, *, now: datetime
) -> ProofState:
    """Return what the proofs of an alternative, the latest first, come to. The one that
    shows most is named, the latest among equals."""
    live = [proof for proof in proofs if proof.works and is_counted(proof, now)]
    missing = {
        proof.pk: shortfalls(
            facts_of(proof), rto=workflow.rto, mbco_percent=workflow.mbco_percent
        )
        for proof in live
    }
    for proof in live:
        if not missing[proof.pk]:
            return ProofState("proven", proof)
    for proof in live:
        if Reason.NO_PROOF not in missing[proof.pk]:
            return ProofState("short", proof)
    failed = [proof for proof in proofs if not proof.works and is_counted(proof, now)]
    if failed and (not live or failed[0].shown_at > live[0].shown_at):
        return ProofState("failed", failed[0])
    if live:
        said = live[0].source == ProofSource.ATTESTATION
        return ProofState("attested" if said else "checked", live[0])
    expired = [proof for proof in proofs if proof.ended_at is None]
    if expired:
        return ProofState("expired", expired[0])
    return ProofState("ended", proofs[0]) if proofs else ProofState("none")


def is_counted(proof: Proof, now: datetime) -> bool:
    """Say whether a proof has neither ended nor expired."""
    return proof.ended_at is None and proof.expires_at > now
