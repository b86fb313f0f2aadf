"""The facts of the evidence register: what an auditor can check, line by line."""

from __future__ import annotations

from typing import Literal, TypedDict

from continuity.reports.pdf.facts import CommonFacts, Day, Instant
from continuity.reports.pdf.facts_continuity import PeriodFacts, ScopeFacts

type Standing = Literal["counts", "failed", "expired", "ended"]


class EvidenceFigures(TypedDict):
    """counts + failed + expired + ended == proofs."""

    proofs: int
    counts: int
    failed: int
    expired: int
    ended: int
    rehearsals: int
    real: int


class ProofLine(TypedDict):
    """One proof, whatever became of it since."""

    number: int
    shown_at: Instant
    source: str  # translated label
    team: str
    workflow: str
    tool: str
    alternative: str
    by: str  # empty: nobody is named
    worked: bool
    switch_seconds: int | None
    minimum_seconds: int | None
    capacity_percent: int | None
    expires_on: Day
    standing: Standing
    ended_on: Day | None
    ended_why: str  # translated label and what was written; may be empty
    note: str
    file: str  # name; may be empty
    file_sha256: str
    sha256: str  # of the proof's own record, as `record_digest` takes it


class ReportLine(TypedDict):
    """A report that was made about a drill."""

    version: int
    language: str
    facts_sha256: str


class DrillEvidence(TypedDict):
    """One drill or real outage that is over, with the head of its journal."""

    number: int
    title: str
    is_drill: bool
    kind: str  # translated label: "Functional", "Real outage"
    facilitator: str
    teams: list[str]
    started_at: Instant
    ended_at: Instant
    recoveries: int
    recovered: int
    met: int
    missed: int
    not_shown: int
    excused: int
    entries: int
    journal_head: str  # SHA-256 of the last entry, which covers all before it
    reports: list[ReportLine]


class EvidenceFacts(CommonFacts):
    """kind="evidence": every proof and every drill of the period, expired ones too."""

    scope: ScopeFacts
    period: PeriodFacts
    figures: EvidenceFigures
    proofs: list[ProofLine]
    drills: list[DrillEvidence]
