"""Facts of a grab pack and of a team plan, as large as asked for."""

from __future__ import annotations

from typing import Any

from continuity.reports.pdf import Language
from continuity.reports.pdf.facts_packs import PackFacts, PlanFacts
from continuity.reports.pdf.words import spoken
from tests.reports.sample_facts import PEOPLE, WORK, pick

CUT_OFF = "2026-03-31T18:00:00+02:00"
STEPS = [
    "Open the other assistant with the team's account",
    "Paste the prompt “Triage, version 4” from the shared folder",
    "Try it with the last ticket that was sorted by hand, and compare",
    "Tell the shift that answers now come from another assistant",
    "Mark each ticket as sorted by the alternative",
]


def step(number: int) -> dict[str, Any]:
    return {
        "text": pick(STEPS, number),
        "role": pick(["Team lead", "", "Whoever is on shift"], number),
        "expected_seconds": 120 + 60 * number,
        "verification": "An answer came" if number % 2 == 0 else "",
        "way_back": "Take the mark off" if number == 4 else "",
        "details": [
            {"kind": "text", "text": "The account is in the safe of the team."},
            {"kind": "item", "text": "Not for personal data"},
            {"kind": "code", "text": "ticket.tag = 'alternative'"},
        ]
        if number == 0
        else [],
    }


def fallback(number: int, steps: int) -> dict[str, Any]:
    return {
        "name": pick(["Google Gemini", "Mistral Le Chat", "Sorting by hand"], number),
        "status": pick(["proven", "attested", "expired"], number),
        "until": "2026-06-30" if number % 3 == 0 else None,
        "not_approved": number == 2,
        "shares": number == 1,
        "capacity_percent": 80 - 20 * number,
        "limit": 12 if number == 1 else None,
        "cost": "",
        "preconditions": "Accounts for the shift" if number == 0 else "",
        "trigger": "No answer for 10 minutes" if number == 0 else "",
        "return_criteria": "One hour without an error" if number == 0 else "",
        "note": "",
        "steps": [step(at) for at in range(steps)],
        "expected_seconds": 1200 if steps else None,
    }


def part(number: int, language: Language, *, alternatives: int, steps: int) -> Any:
    names = WORK[language[:2]]  # type: ignore[index]
    return {
        "name": pick(names, number),
        "description": "Sorted tickets, for the three desks of support.",
        "team": "Support",
        "tier": number % 4 + 1,
        "rto_seconds": 1800 if number % 4 else 7200,
        "mtpd_seconds": 14_400,
        "mbco_percent": 60,
        "mbco": "urgent tickets only",
        "data_class": "personal",
        "hours": "Mon-Fri 08:00-18:00",
        "contacts": [
            {
                "name": person,
                "email": f"person{at}@meridian.example",
                "roles": [pick(["owner", "deputy", "lead", "member"], at)],
            }
            for at, person in enumerate(PEOPLE)
        ],
        "dependencies": [
            {
                "tool": "ChatGPT",
                "without": "stops",
                "purpose": "sorts and answers",
                "alternatives": [fallback(at, steps) for at in range(alternatives)],
            }
        ],
    }


def grab_pack(
    language: Language = "en", *, workflows: int = 1, alternatives: int = 2, steps: int = 4
) -> PackFacts:
    of_team = workflows != 1
    parts = [
        part(number, language, alternatives=alternatives, steps=steps)
        for number in range(workflows)
    ]
    facts: Any = {
        "organisation": "Banque Meridian",
        "title": "Support" if of_team else parts[0]["name"],
        "version": 1,
        "supersedes": None,
        "cut_off": CUT_OFF,
        "time_zone": "Europe/Paris",
        "prepared_by": "Amélie Fournier",
        "distribution": "Internal",
        "summary": [],
        "charts": [],
        **spoken(language),
        "of_team": of_team,
        "team": "Support",
        "made_at": CUT_OFF,
        "left_out": 3 if workflows > 5 else 0,
        "parts": parts,
    }
    return facts  # type: ignore[no-any-return]


def team_plan(
    language: Language = "en", *, workflows: int = 4, alternatives: int = 2, steps: int = 4
) -> PlanFacts:
    pack: Any = grab_pack(
        language, workflows=workflows, alternatives=alternatives, steps=steps
    )
    names = [each["name"] for each in pack["parts"]]
    return {
        **pack,
        "of_team": True,
        "title": "Support",
        "leads": PEOPLE[:2],
        "people": [
            {
                "name": person,
                "email": f"person{at}@meridian.example",
                "roles": [pick(["lead", "member"], at), *(["owner"] if at < 2 else [])],
                "owns": names[:2] if at == 0 else [],
                "stands_in": names[2:] if at == 1 else [],
            }
            for at, person in enumerate(PEOPLE)
        ],
    }
