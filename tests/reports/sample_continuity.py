"""The parts of a continuity report beside readiness and drills, as long as asked for."""

from __future__ import annotations

from typing import Any, Final

from continuity.reports.pdf.facts import Language

POINTS: Final = [900, 1800, 3600, 14_400, 28_800, 86_400, 259_200, 604_800]


def _say(language: Language, english: str, french: str) -> str:
    return french if language == "fr" else english


def parts(
    language: Language, work: list[str], teams: list[str], *, workflows: int, drills: int
) -> dict[str, Any]:
    """Return what a year's report says beside readiness and drills."""

    def work_of(number: int) -> str:
        turn = number // len(work)
        return work[number % len(work)] + (f" {turn + 1}" if turn else "")

    def team_of(number: int) -> str:
        return teams[number % len(teams)]

    def who(number: int) -> dict[str, str]:
        return {"workflow": work_of(number), "team": team_of(number)}

    spread = {
        "mean_seconds": 51_300,
        "low_seconds": 10_800,
        "high_seconds": 147_600,
        "mean_cost": 14_250,
        "low_cost": 3_000,
        "high_cost": 41_000,
    }
    outages = max(1, drills // 12) if drills else 0
    shared = [number for number in range(workflows) if number % 4 == 1]
    return {
        "scale": {
            "levels": [
                {"name": _say(language, *names), "tolerable": place < 3}
                for place, names in enumerate(
                    [
                        ("None", "Aucun"),
                        ("Minor", "Mineur"),
                        ("Moderate", "Modéré"),
                        ("Major", "Majeur"),
                        ("Severe", "Grave"),
                    ]
                )
            ],
            "points_seconds": POINTS,
            "categories": [_say(language, "Customers", "Clients"), "Legal"],
            "rated": workflows - workflows // 9,
            "workflows": workflows,
        },
        "impact": [
            {
                **who(number),
                "criticality": _say(language, "Critical", "Critique"),
                "levels": [None] * 8
                if number % 9 == 8
                else [None if place == 0 else min(4, place // 2) for place in range(8)],
                "intolerable_in": [] if number % 9 == 8 else ["Legal"],
                "mtpd_seconds": 86_400,
                "given_mtpd_seconds": 259_200 if number % 5 == 2 else 86_400,
                "rto_seconds": 3600 * (1 + number % 3),
                "wrt_seconds": 7200 if number % 2 else None,
                "points": [
                    {
                        "material": "Conversations",
                        "rpo_seconds": 3600,
                        "copy": _say(language, "Exported nightly", "Export chaque nuit"),
                    }
                ]
                if number % 3 == 0
                else [],
                "reason": _say(language, "A client waits for it.", "Un client attend.")
                if number % 4 == 0
                else "",
            }
            for number in range(workflows)
        ],
        "shared_fate": {
            "alternatives": workflows,
            "shares": len(shared),
            "none_known": workflows - len(shared),
            "unknown": 0,
            "manual": 0,
            "rows": [
                {
                    **who(number),
                    "tool": "ChatGPT",
                    "alternative": "Perplexity",
                    "through": ["Perplexity", "Cloudflare"],
                    "example": "Cloudflare, 18 November 2025",
                }
                for number in shared
            ],
        },
        "knock_out": {
            "workflows": workflows,
            "nameless": 1,
            "rows": [
                {
                    "tool": tool,
                    "kind": _say(language, "Product", "Produit"),
                    "falls_with": place,
                    "stops": 9 - place,
                    "critical": 3,
                    "falls_back": 4 + place,
                    "degraded": place,
                    "lands_on": ["Gemini (4)", "Mistral Le Chat (2)"],
                }
                for place, tool in enumerate(["ChatGPT", "Cloudflare", "Copilot"])
            ],
        },
        "outage_figures": {
            "outages": outages,
            "recoveries": outages,
            "median": {"seconds": 4_980, "lower_bound": False} if outages else None,
            "met": outages,
            "missed": 0,
            "not_shown": 0,
            "excused": 0,
        },
        "outages": [
            {
                "title": f"ChatGPT, {_say(language, 'case', 'cas')} {number + 1}",
                "began": "2025-06-10T08:36:00+02:00",
                "ended": "2025-06-10T23:40:00+02:00",
                "lasted_seconds": 54_240,
                "tools": ["ChatGPT", "OpenAI API"],
                "links": ["https://status.openai.com/"],
                "recoveries": 1,
                "recovered": 1,
                "met": 1,
                "missed": 0,
                "not_shown": 0,
                "excused": 0,
            }
            for number in range(outages)
        ],
        "outage_lines": [
            {
                "day": "2025-06-10",
                "drill": "ChatGPT",
                **who(number),
                "rto_seconds": 7200,
                "rta": {"seconds": 4_980, "lower_bound": False},
                "verdict": "met",
            }
            for number in range(outages)
        ],
        "findings": [
            {
                "day": "2026-03-12",
                "drill": _say(language, "Loss of ChatGPT", "Perte de ChatGPT"),
                "kind": _say(language, "Target missed", "Objectif manqué"),
                "text": _say(
                    language,
                    "It took 1 h 12 to work again without ChatGPT; its target is 1 h.",
                    "Il a fallu 1 h 12 pour reprendre sans ChatGPT ; l’objectif est 1 h.",
                ),
                "workflow": work_of(number),
                "alternative": "Gemini",
                "actions": number % 2,
                "open_actions": number % 2,
            }
            for number in range(drills // 4)
        ],
        "actions": [
            {
                "text": _say(language, "Shorten the runbook", "Raccourcir le mode"),
                "finding": _say(language, "Target missed.", "Objectif manqué."),
                "drill": _say(language, "Loss of ChatGPT", "Perte de ChatGPT"),
                "team": team_of(number),
                "owner": "Amélie Fournier",
                "due_on": "2026-03-20",
                "status": _say(language, "Under way", "En cours"),
                "tone": "bad" if number % 2 else "neutral",
                "age_days": 12 + number,
                "days_late": 11 if number % 2 else 0,
                "closed": "",
            }
            for number in range(drills // 5)
        ],
        "action_figures": {
            "findings": drills // 4,
            "open": drills // 5,
            "overdue": drills // 10,
            "closed": 0,
            "oldest_days": 12,
        },
        "forecast": {
            "number": 4,
            "as_of": "2026-03-30T09:00:00+02:00",
            "seed": 20_260_330,
            "years": 10_000,
            "sha256": "b7" * 32,
            "observed_days": 1_021,
            "record": 38,
            "own": 2,
            "currency": "EUR",
            "whole": spread,
            "teams": [{"team": team, **spread} for team in teams],
            "worth": [
                {
                    **who(number),
                    "tool": "ChatGPT",
                    "alternative": "Gemini" if number % 2 else "",
                    "missing": [_say(language, "Never proven", "Jamais prouvée")]
                    if number % 2
                    else [],
                    **spread,
                }
                for number in range(min(workflows, 6))
            ],
            "unsaid": [
                {
                    "reason": _say(language, "It names no tool.", "Aucun outil nommé."),
                    "workflows": 1,
                }
            ],
        },
        "excused": [
            {
                "day": "2026-03-12",
                "outage": _say(language, "Loss of ChatGPT", "Perte de ChatGPT"),
                "is_drill": number % 2 == 0,
                **who(number),
                "reason": _say(language, "A public holiday", "Un jour férié"),
                "by": "Amélie Fournier",
                "at": "2026-03-13T10:00:00+01:00",
            }
            for number in range(drills // 8)
        ],
        "left_out": {
            "called_off": 1,
            "missed": 0,
            "false_alarms": 1,
            "without_rto": 2,
            "archived": 3,
        },
    }
