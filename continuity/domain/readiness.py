"""Readiness: would this work go on, and what would have to change.

The formula, which is printed beside every figure made with it:

- An alternative is *sound* when it is approved for the workflow's data, has a
  runbook, and shares no known hard upstream with the tool it replaces.
- It is *proven* when an unexpired proof shows it at MBCO or above within the RTO. A
  proof ends before its time when what it proved has changed.
- A dependency is *ready* with one sound and proven alternative, *partly ready* with
  one that misses just one of these four, *not ready* otherwise.
- A workflow is as ready as its least ready dependency that would stop it.
- A team is as ready as the share of its workflows that are ready.

Two cases that the formula leaves open are settled here. A workflow that names no
tool is *unknown*, since nobody has said what it needs. One whose dependencies all
merely degrade it is *ready*: nothing known would stop it.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from continuity.domain.fate import FateAnswer


class Reason(StrEnum):
    """Why something is not ready; each names what would lift it."""

    NO_TOOL = "no_tool"
    NO_ALTERNATIVE = "no_alternative"
    NOT_APPROVED = "not_approved"
    NO_RUNBOOK = "no_runbook"
    SHARES_UPSTREAM = "shares_upstream"
    NO_PROOF = "no_proof"
    PROOF_EXPIRED = "proof_expired"
    PROOF_ENDED = "proof_ended"
    BELOW_MBCO = "below_mbco"
    OVER_RTO = "over_rto"
    NO_RTO = "no_rto"


class Level(StrEnum):
    """From best to worst, and the one that is none of them."""

    READY = "ready"
    PARTLY = "partly"
    NOT_READY = "not_ready"
    UNKNOWN = "unknown"


WORST_FIRST: Final = (Level.NOT_READY, Level.PARTLY, Level.READY)


class ProofSource(StrEnum):
    DRILL = "drill"
    OUTAGE = "outage"
    CHECK = "check"
    ATTESTATION = "attestation"


PROOF_LASTS: Final[Mapping[ProofSource, timedelta]] = {
    ProofSource.DRILL: timedelta(days=180),
    ProofSource.OUTAGE: timedelta(days=180),
    ProofSource.CHECK: timedelta(days=90),
    ProofSource.ATTESTATION: timedelta(days=30),
}


type Policy = Mapping[tuple[ProofSource, int | None], timedelta]
"""How long proofs count: by source and criticality tier; tier None is for all others."""

NO_POLICY: Final[Policy] = {}
ANSWER_LASTS: Final = timedelta(days=180)
"""How long a person's answers about their own access count."""


def lasts(
    source: ProofSource | str, tier: int | None = None, policy: Policy = NO_POLICY
) -> timedelta:
    """Return how long a proof from `source` counts on work of criticality `tier`.

    What `policy` says of the tier comes first, then what it says of the source, then
    PROOF_LASTS.
    """
    kind = ProofSource(source)
    return policy.get((kind, tier)) or policy.get((kind, None)) or PROOF_LASTS[kind]


def expires(
    source: ProofSource | str,
    shown_at: datetime,
    *,
    tier: int | None = None,
    policy: Policy = NO_POLICY,
) -> datetime:
    """Return when a proof from `source` stops counting, unless something ends it sooner."""
    return shown_at + lasts(source, tier, policy)


@dataclass(frozen=True, slots=True)
class ProofFacts:
    """One dated piece of evidence about an alternative.

    `capacity_percent` is the share of normal volume that it carried, None where
    nobody measured it: then `works` stands for MBCO, since "working again" means
    just that. `minimum_after` is the time from the onset to MBCO, None where
    nothing was timed, as in a person's word that they could sign in.
    """

    shown_at: datetime
    expires_at: datetime
    works: bool
    source: ProofSource
    capacity_percent: int | None = None
    minimum_after: timedelta | None = None
    ended: bool = False
    """Whether what it proved has changed since: it counts no more, whatever its age."""


@dataclass(frozen=True, slots=True)
class AlternativeFacts:
    pk: int
    name: str
    approved_for_data: bool
    has_runbook: bool
    fate: FateAnswer
    proofs: tuple[ProofFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class DependencyFacts:
    """A workflow's use of one tool, with the alternatives in the order of their rank.

    `rto` and `mbco_percent` are those of the workflow. Without an MBCO in percent
    a proof that works is enough.
    """

    pk: int
    tool: int
    stops: bool
    rto: timedelta | None
    mbco_percent: int | None
    alternatives: tuple[AlternativeFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class AlternativeReadiness:
    """`missed` counts which of the four conditions fail; a reason may outnumber them,
    since a proof can be both too slow and too weak."""

    pk: int
    name: str
    sound: bool
    proven: bool
    missed: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class DependencyReadiness:
    """`best` is the alternative that misses least, the higher rank among equals.

    `reasons` are those of `best`: the shortest way to being ready.
    """

    pk: int
    tool: int
    stops: bool
    level: Level
    best: AlternativeReadiness | None
    alternatives: tuple[AlternativeReadiness, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class WorkflowReadiness:
    """`weakest` is the dependency that decides, None if none would stop the work."""

    level: Level
    reasons: tuple[Reason, ...]
    weakest: DependencyReadiness | None
    dependencies: tuple[DependencyReadiness, ...]


def shortfalls(
    proof: ProofFacts, *, rto: timedelta | None, mbco_percent: int | None
) -> tuple[Reason, ...]:
    """Return what this proof fails to show, its age aside; nothing if it shows all."""
    weak = not proof.works or (
        proof.capacity_percent is not None
        and mbco_percent is not None
        and proof.capacity_percent < mbco_percent
    )
    slow = proof.minimum_after is not None and rto is not None and proof.minimum_after > rto
    if proof.works and proof.minimum_after is None:
        # Nothing was timed, so it says nothing about the RTO, good or bad.
        return (Reason.NO_PROOF,)
    return (Reason.BELOW_MBCO,) * weak + (Reason.OVER_RTO,) * slow


def _unproven(
    alternative: AlternativeFacts, dependency: DependencyFacts, now: datetime
) -> tuple[Reason, ...]:
    """Return why the alternative is not proven; nothing if it is.

    Of several proofs the one that falls short least is named, the latest among
    equals: what is missing from it is the least that is left to do.
    """
    no_rto = (Reason.NO_RTO,) if dependency.rto is None else ()
    standing = [proof for proof in alternative.proofs if not proof.ended]
    live = [proof for proof in standing if proof.expires_at > now]
    missing = [
        shortfalls(proof, rto=dependency.rto, mbco_percent=dependency.mbco_percent)
        for proof in sorted(live, key=lambda proof: proof.shown_at, reverse=True)
    ]
    if () in missing:
        return no_rto
    telling = [reasons for reasons in missing if Reason.NO_PROOF not in reasons]
    if telling:
        return min(telling, key=len) + no_rto
    if len(live) < len(standing):
        return (Reason.PROOF_EXPIRED, *no_rto)
    if len(standing) < len(alternative.proofs):
        return (Reason.PROOF_ENDED, *no_rto)
    return (Reason.NO_PROOF, *no_rto)


def proven_until(
    proofs: Iterable[ProofFacts], dependency: DependencyFacts, *, now: datetime
) -> datetime | None:
    """Return when the last proof that shows all it must runs out; None if none does.

    The same rule as in `alternative_readiness`: without an RTO nothing is proven.
    """
    if dependency.rto is None:
        return None
    return max(
        (
            proof.expires_at
            for proof in proofs
            if proof.expires_at > now
            and not proof.ended
            and not shortfalls(
                proof, rto=dependency.rto, mbco_percent=dependency.mbco_percent
            )
        ),
        default=None,
    )


def proven_after(
    proofs: Iterable[ProofFacts], dependency: DependencyFacts, *, now: datetime
) -> timedelta | None:
    """Return how long after the onset the work went on, as the latest proof that shows
    all it must has it; None where none does, by the rule of `proven_until`."""
    counting = [
        proof for proof in proofs if proven_until([proof], dependency, now=now) is not None
    ]
    latest = max(counting, key=lambda proof: proof.shown_at, default=None)
    return None if latest is None else latest.minimum_after


def alternative_readiness(
    alternative: AlternativeFacts, dependency: DependencyFacts, *, now: datetime
) -> AlternativeReadiness:
    """Say whether one alternative is sound and proven for one dependency.

    An unknown fate does not make it unsound, since the formula speaks of known
    upstreams; the screen shows the doubt beside the figure.
    """
    unsound: list[Reason] = []
    if not alternative.approved_for_data:
        unsound.append(Reason.NOT_APPROVED)
    if not alternative.has_runbook:
        unsound.append(Reason.NO_RUNBOOK)
    if alternative.fate == FateAnswer.SHARES:
        unsound.append(Reason.SHARES_UPSTREAM)
    unproven = _unproven(alternative, dependency, now)
    return AlternativeReadiness(
        pk=alternative.pk,
        name=alternative.name,
        sound=not unsound,
        proven=not unproven,
        missed=len(unsound) + bool(unproven),
        reasons=(*unsound, *unproven),
    )


def dependency_readiness(
    dependency: DependencyFacts, *, now: datetime
) -> DependencyReadiness:
    """Say whether the work could go on without this tool."""
    alternatives = tuple(
        alternative_readiness(alternative, dependency, now=now)
        for alternative in dependency.alternatives
    )
    best = min(alternatives, key=lambda alternative: alternative.missed, default=None)
    reasons: tuple[Reason, ...]
    if best is None:
        level, reasons = Level.NOT_READY, (Reason.NO_ALTERNATIVE,)
    else:
        level = {0: Level.READY, 1: Level.PARTLY}.get(best.missed, Level.NOT_READY)
        reasons = best.reasons
    return DependencyReadiness(
        pk=dependency.pk,
        tool=dependency.tool,
        stops=dependency.stops,
        level=level,
        best=best,
        alternatives=alternatives,
        reasons=reasons,
    )


def workflow_readiness(
    dependencies: Iterable[DependencyFacts], *, now: datetime
) -> WorkflowReadiness:
    """Say whether the work would go on, whatever tool stopped.

    `reasons` are those of every dependency that would stop it and is not ready,
    the least ready first, each reason once.
    """
    judged = tuple(dependency_readiness(facts, now=now) for facts in dependencies)
    if not judged:
        return WorkflowReadiness(Level.UNKNOWN, (Reason.NO_TOOL,), None, ())
    stopping = sorted(
        (dependency for dependency in judged if dependency.stops),
        key=lambda dependency: WORST_FIRST.index(dependency.level),
    )
    weakest = stopping[0] if stopping else None
    return WorkflowReadiness(
        level=Level.READY if weakest is None else weakest.level,
        reasons=tuple(
            dict.fromkeys(
                reason for dependency in stopping for reason in dependency.reasons
            )
        ),
        weakest=weakest,
        dependencies=judged,
    )


def has_proven_alternative(judged: WorkflowReadiness) -> bool:
    """Say whether each tool that would stop the work has an alternative that is proven.

    Not asked here: whether that alternative is sound. False where no tool is named or
    none would stop the work: there is nothing that was proven.
    """
    stopping = [dependency for dependency in judged.dependencies if dependency.stops]
    return bool(stopping) and all(
        any(alternative.proven for alternative in dependency.alternatives)
        for dependency in stopping
    )


def _percent(part: int, whole: int) -> int | None:
    # Rounded down: 199 of 200 is not 100 %, and of nothing there is no share.
    return part * 100 // whole if whole else None


@dataclass(frozen=True, slots=True)
class Share:
    """How many workflows are how ready; the four numbers add up to `total`."""

    ready: int
    partly: int
    not_ready: int
    unknown: int
    total: int

    @property
    def percent(self) -> int | None:
        """The share that is ready, in percent rounded down; None if there are none.

        Unknown ones count among the whole: not knowing is not being ready.
        """
        return _percent(self.ready, self.total)


@dataclass(frozen=True, slots=True)
class WeightedShare:
    """The same with each workflow counting as much as its tier weighs."""

    ready: int
    total: int

    @property
    def percent(self) -> int | None:
        """The ready weight in percent of all, rounded down; None if all of it is 0."""
        return _percent(self.ready, self.total)


def share_ready(levels: Iterable[Level | str]) -> Share:
    """Count workflows by level, each of them once and weighing the same."""
    counted = Counter(Level(level) for level in levels)
    return Share(
        ready=counted[Level.READY],
        partly=counted[Level.PARTLY],
        not_ready=counted[Level.NOT_READY],
        unknown=counted[Level.UNKNOWN],
        total=counted.total(),
    )


def weighted[Tier: Hashable](
    rows: Iterable[tuple[Level | str, Tier]], weights: Mapping[Tier, int]
) -> WeightedShare:
    """Weigh workflows, given as (level, criticality tier), by the weight of their tier.

    Raises KeyError for a tier that has no weight.
    """
    ready = total = 0
    for level, tier in rows:
        total += weights[tier]
        ready += weights[tier] * (Level(level) is Level.READY)
    return WeightedShare(ready, total)
