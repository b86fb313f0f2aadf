"""Facts of an evidence register, as long as asked for."""

from __future__ import annotations

from typing import Any

from continuity.reports.pdf import Language
from continuity.reports.pdf.facts_evidence import EvidenceFacts
from continuity.reports.pdf.words import spoken
from tests.reports.sample_facts import OTHERS, PEOPLE, TEAMS, WORK, pick
from tests.reports.sample_packs import CUT_OFF


def evidence(
    language: Language = "en", *, proofs: int = 12, drills: int = 6
) -> EvidenceFacts:
    key = language[:2]
    standing = ["counts", "failed", "expired", "ended"]
    facts: Any = {
        "organisation": "Banque Meridian",
        "title": "Evidence register: Banque Meridian",
        "version": 2,
        "supersedes": 1,
        "cut_off": CUT_OFF,
        "time_zone": "Europe/Paris",
        "prepared_by": "Amélie Fournier",
        "distribution": "Internal",
        "summary": [f"{proofs} proofs were given in the period."],
        "charts": [],
        **spoken(language),
        "scope": {"kind": "organisation", "name": "Banque Meridian"},
        "period": {"first": "2025-04-01", "last": "2026-03-31"},
        "figures": {
            "proofs": proofs,
            **dict.fromkeys(standing, proofs // 4),
            "rehearsals": drills,
            "real": 0,
        },
        "proofs": [
            {
                "number": 100 + at,
                "shown_at": "2026-02-11T10:04:30+01:00",
                "source": pick(["Drill", "Check", "Attestation"], at),
                "team": pick(TEAMS[key], at),
                "workflow": pick(WORK[key], at),
                "tool": "ChatGPT",
                "alternative": pick(OTHERS, at),
                "by": pick([*PEOPLE, ""], at),
                "worked": at % 4 != 1,
                "switch_seconds": 240 + at if at % 2 else None,
                "minimum_seconds": 1260 + at,
                "capacity_percent": 70,
                "expires_on": "2026-08-11",
                "standing": pick(standing, at),
                "ended_on": "2026-03-01" if at % 4 == 3 else None,
                "ended_why": "The runbook was changed" if at % 4 == 3 else "",
                "note": "",
                "file": "answer.png" if at % 5 == 0 else "",
                "file_sha256": "c" * 64 if at % 5 == 0 else "",
                "sha256": f"{at:064x}",
            }
            for at in range(proofs)
        ],
        "drills": [
            {
                "number": 7 + at,
                "title": pick(["Loss of ChatGPT, spring", "Cloudflare again"], at),
                "is_drill": at % 3 != 2,
                "kind": "Functional" if at % 3 != 2 else "Real outage",
                "facilitator": pick(PEOPLE, at),
                "teams": TEAMS[key],
                "started_at": "2026-03-12T10:00:00+01:00",
                "ended_at": "2026-03-12T12:00:00+01:00",
                "recoveries": 10,
                "recovered": 8,
                "met": 6,
                "missed": 2,
                "not_shown": 1,
                "excused": 1,
                "entries": 48,
                "journal_head": "9f" * 32,
                "reports": [{"version": 1, "language": "en", "facts_sha256": "a1" * 32}]
                if at % 2
                else [],
            }
            for at in range(drills)
        ],
    }
    return facts  # type: ignore[no-any-return]
