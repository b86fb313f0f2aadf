"""Facts of both reports as the product would give them, in English and in French.

Made without chance: the same call gives the same facts. Sizes are parameters, so that
the same generator feeds the pictures, the hostile strings and the measurements.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from continuity.reports.pdf.facts import (
    AfterActionFacts,
    Bounded,
    Chart,
    JournalFacts,
    Language,
    PhaseFacts,
    Readiness,
    RecoveryFacts,
    Tone,
    Verdict,
)
from continuity.reports.pdf.facts_continuity import (
    AlternativeFacts,
    ContinuityFacts,
    DrillLineFacts,
    SourceFacts,
    TeamReadiness,
    WorkflowFacts,
)
from continuity.reports.pdf.words import words
from tests.reports import sample_continuity

ZONE: Final = ZoneInfo("Europe/Paris")
ONSET: Final = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
CUT_OFF: Final = datetime(2026, 3, 31, 16, 30, tzinfo=UTC)

TEAMS: Final = {
    "en": ["Client Services", "Legal", "Market Data", "Software Engineering", "Compliance"],
    "fr": [
        "Relation clients",
        "Juridique",
        "Données de marché",
        "Développement",
        "Conformité",
    ],
}
WORK: Final = {
    "en": [
        "Support ticket triage", "Contract first review", "Weekly market brief",
        "Code review assistant", "Complaint letter drafts", "Meeting minutes",
        "Sanctions list screening notes", "Onboarding questions of corporate clients",
        "Translation of client notices", "Fund fact sheets", "Tender answers", "Test data",
    ],
    "fr": [
        "Tri des tickets du support", "Première lecture des contrats",
        "Note de marché hebdomadaire", "Assistant de revue de code",
        "Projets de réponse aux réclamations", "Comptes rendus de réunion",
        "Notes de filtrage des listes de sanctions",
        "Questions d’entrée en relation des entreprises clientes",
        "Traduction des avis aux clients", "Fiches de fonds", "Réponses aux appels "
        "d’offres",
        "Jeux d’essai",
    ],
}  # fmt: skip
TOOLS: Final = [
    "ChatGPT",
    "ChatGPT with o4-mini",
    "OpenAI API",
    "Microsoft 365 Copilot",
    "Claude",
]
OTHERS: Final = [
    "Google Gemini",
    "Perplexity",
    "Mistral Le Chat",
    "Claude",
    "GPT-4o on Azure",
]
PEOPLE: Final = [
    "Amélie Fournier", "Jonas Weber", "Priya Raghunathan", "Tomasz Zieliński", "Noa "
    "Ben-David",
    "Yuki Tanaka", "Omar Haddad", "Léa Delacroix",
]  # fmt: skip
VERDICTS: Final[list[Verdict]] = [
    "met",
    "met",
    "missed",
    "met",
    "not_shown",
    "met",
    "excused",
]
STATES: Final[list[Readiness]] = ["ready", "partly", "not_ready", "ready", "ready"]


def pick[T](items: Sequence[T], number: int) -> T:
    """Return an item, the same for the same number."""
    return items[number % len(items)]


def at(moment: datetime) -> str:
    """Return an instant as facts hold it: in the reader's zone, with seconds."""
    return moment.astimezone(ZONE).isoformat(timespec="seconds")


def say(language: Language, english: str, french: str) -> str:
    """Return the text in the language."""
    return english if language == "en" else french


def _bars(rows: list[tuple[str, int, bool, int]], *, title: str, alt: str) -> str:
    """Draw recovery times against targets; a lower bound has an open end."""
    width, left, step = 620, 190, 22
    most = max(max(minutes, target) for _, minutes, _, target in rows) * 1.12
    scale = (width - left - 70) / most
    out = []
    height = step * len(rows) + 26
    for tick in range(0, int(most) + 1, 30):
        x = left + tick * scale
        out.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{height - 22}" stroke="#e3e7ec"/>'
            f'<text x="{x:.1f}" y="{height - 8}" font-size="10" text-anchor="middle"'
            f' fill="#4a5665">{tick} min</text>'
        )
    for number, (name, minutes, is_bound, target) in enumerate(rows):
        y = 6 + number * step
        end = left + minutes * scale
        colour = "#b3261e" if minutes > target else "#b06f00" if is_bound else "#0f7a4f"
        out.append(
            f'<text x="{left - 8}" y="{y + 12}" font-size="11" text-anchor="end"'
            f' fill="#17202b">{escape(name[:34])}</text>'
            f'<rect x="{left}" y="{y + 2}" width="{end - left:.1f}" height="13"'
            f' fill="{colour}" fill-opacity="{0.35 if is_bound else 1}"/>'
        )
        if is_bound:
            out.append(
                f'<path d="M{end:.1f} {y + 2} l7 6.5 l-7 6.5" fill="none" stroke="{colour}"'
                ' stroke-width="1.5"/>'
            )
        mark = left + target * scale
        out.append(
            f'<line x1="{mark:.1f}" x2="{mark:.1f}" y1="{y}" y2="{y + 17}" stroke="#17202b"'
            ' stroke-width="1.8"/>'
            f'<text x="{max(end, mark) + 11:.1f}" y="{y + 12}" font-size="10.5"'
            f' fill="#17202b">{"&gt; " if is_bound else ""}{minutes} min</text>'
        )
    return (
        '<svg class="chart" xmlns="http://www.w3.org/2000/svg"'
        f' viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" role="img" aria-labelledby="t d"'
        ' font-family="Inter, Arial, sans-serif">'
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(alt)}</desc>'
        f"{''.join(out)}</svg>"
    )


def _stacked(rows: list[TeamReadiness], *, title: str, alt: str) -> str:
    width, left, step = 620, 150, 30
    most = max(row["workflows"] for row in rows)
    out = []
    for number, row in enumerate(rows):
        y, x = number * step, float(left)
        out.append(
            f'<text x="0" y="{y + 18}" font-size="12" fill="#17202b">'
            f"{escape(row['team'][:24])}</text>"
        )
        parts = (
            (row["ready"], "#0f7a4f", "#ffffff"),
            (row["partly"], "#fbe8c0", "#17202b"),
            (row["not_ready"], "#b3261e", "#ffffff"),
        )
        for count, fill, ink in parts:
            if count:
                length = count * (width - left - 10) / most
                out.append(
                    f'<rect x="{x:.1f}" y="{y + 4}" width="{length - 2:.1f}" height="20"'
                    f' rx="3" fill="{fill}"/>'
                    f'<text x="{x + length / 2 - 1:.1f}" y="{y + 18}"'
                    f' font-size="11" font-weight="600" text-anchor="middle" fill="{ink}">'
                    f"{count}</text>"
                )
                x += length
    height = step * len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" font-family="Inter, Arial, sans-serif">'
        f"<title>{escape(title)}</title><desc>{escape(alt)}</desc>{''.join(out)}</svg>"
    )


def _reading(number: int) -> Bounded:
    verdict = pick(VERDICTS, number)
    seconds = 14 * 60 + (number * 397) % 4800
    if verdict == "missed":
        seconds += 5400
    return {"seconds": seconds, "lower_bound": verdict == "not_shown"}


def after_action(language: Language = "en", *, recoveries: int = 14) -> AfterActionFacts:
    """Return a drill over ChatGPT with as many recoveries."""
    teams, work = TEAMS[language], WORK[language]
    rows: list[RecoveryFacts] = []
    for number in range(recoveries):
        rta, verdict = _reading(number), pick(VERDICTS, number)
        rto = 3600 * (1 + number % 3)
        if verdict == "met":
            rta["seconds"] = min(rta["seconds"], rto - 240)
        if verdict == "missed":
            rta["seconds"] = rto + 420 + number * 13
        if verdict == "not_shown":
            rta["seconds"] = min(rta["seconds"], rto - 60)
        rows.append(
            {
                "team": pick(teams, number),
                "workflow": _name(work, number),
                "tool": pick(TOOLS, number // 3),
                "alternative": "" if verdict == "not_shown" else pick(OTHERS, number),
                "rto_seconds": rto,
                "acknowledged_seconds": 95 + number * 11,
                "switched_seconds": None if rta["lower_bound"] else rta["seconds"] // 2,
                "rta": rta,
                "verdict": verdict,
                "gap_seconds": rta["seconds"] - rto,
                "before": None
                if number % 3
                else {"seconds": rta["seconds"] + 300, "lower_bound": number % 2 == 1},
                "rating": say(
                    language, "With major challenges", "Avec de grandes difficultés"
                )
                if number == 1
                else "",
                "rating_note": say(language, "Nobody knew.", "Personne ne savait.")
                if number == 1
                else "",
            }
        )
    counts = {
        verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS
    }
    chart_title = say(
        language,
        "Recovery time against target",
        "Délai constaté et objectif de délai de reprise",
    )
    alt = say(
        language,
        f"{counts['met']} of {recoveries} workflows recovered within their target; "
        f"{counts['missed']} took longer; the bars with an open end are lower bounds.",
        f"{counts['met']} activités sur {recoveries} ont repris dans leur objectif ; "
        f"{counts['missed']} ont pris plus de temps ; les barres ouvertes sont des "
        "minorants.",
    )
    chart: Chart = {
        "section": "recoveries",
        "title": chart_title,
        "alt": alt,
        "svg": _bars(
            [
                (
                    row["workflow"],
                    row["rta"]["seconds"] // 60,
                    row["rta"]["lower_bound"],
                    (row["rto_seconds"] or 0) // 60,
                )
                for row in rows[:20]
            ],
            title=chart_title,
            alt=alt,
        ),
        "columns": [],
        "rows": [],
    }
    source = "https://status.openai.com/incidents/01JXCAW3K3JAE0EP56AEZ7CBG3/write-up"
    end = ONSET + timedelta(hours=3, minutes=20)
    return {
        "organisation": say(language, "Banque Meridian", "Banque Meridian"),
        "title": say(
            language, "Loss of ChatGPT, spring 2026", "Perte de ChatGPT, printemps 2026"
        ),
        "version": 2,
        "supersedes": 1,
        "cut_off": at(CUT_OFF),
        "time_zone": "Europe/Paris",
        "prepared_by": "Amélie Fournier",
        "distribution": say(language, "Internal", "Diffusion interne"),
        "summary": [
            say(
                language,
                f"On 12 March 2026, {len(teams)} teams rehearsed the loss of ChatGPT on "
                f"the record of 10 June 2025. Of {recoveries} workflows in scope, "
                f"{recoveries - counts['not_shown']} went on working at their minimum "
                f"level before the drill ended, {counts['met']} of them within their "
                "target.",
                f"Le 12 mars 2026, {len(teams)} équipes ont répété la perte de ChatGPT "
                f"d’après la panne du 10 juin 2025. Sur {recoveries} activités concernées, "
                f"{recoveries - counts['not_shown']} ont repris à leur niveau minimal "
                f"avant la fin de l’exercice, dont {counts['met']} dans leur objectif.",
            ),
            say(
                language,
                f"{counts['missed']} missed their target, most of them because access to "
                "the alternative had to be requested first. One recovery is excused, with "
                "a reason and a name.",
                f"{counts['missed']} ont dépassé leur objectif, le plus souvent parce que "
                "l’accès à la solution de repli restait à demander. Une reprise est "
                "excusée, avec un motif et un nom.",
            ),
        ],
        "charts": [chart],
        "words": words(language),
        "drill": {
            "kind": say(language, "Functional drill", "Exercice fonctionnel"),
            "started_at": at(ONSET - timedelta(minutes=5)),
            "ended_at": at(end),
            "onset": at(ONSET),
            "paused_seconds": 780,
            "facilitator": "Jonas Weber",
            "teams": teams,
        },
        "scenario": {
            "name": say(
                language,
                "OpenAI, 10 June 2025: ChatGPT, the API and Sora",
                "OpenAI, 10 juin 2025 : ChatGPT, l’API et Sora",
            ),
            "description": say(
                language,
                "Partial, slow and uneven: one request in three fails, some users are back "
                "while others still see an error, smaller models of the same product "
                "answer.",
                "Panne partielle, lente et inégale : une requête sur trois échoue, "
                "certains utilisateurs sont revenus quand d’autres voient encore une "
                "erreur, de plus petits modèles du même produit répondent.",
            ),
            "source_title": say(
                language, "OpenAI’s own write-up of the incident", "Compte rendu d’OpenAI"
            ),
            "source_url": source,
            "quality": say(
                language,
                "Official: the provider’s page, times to the minute",
                "Officielle : page du fournisseur, heures à la minute près",
            ),
            "speed": 6,
        },
        "figures": {
            "in_scope": recoveries,
            "recovered": recoveries - counts["not_shown"],
            "median": {"seconds": 3372, "lower_bound": True},
            "met": counts["met"],
            "missed": counts["missed"],
            "not_shown": counts["not_shown"],
            "excused": counts["excused"],
        },
        "phases": _phases(language, source),
        "recoveries": rows,
        "not_recovered": [
            {
                "team": row["team"],
                "workflow": row["workflow"],
                "tool": row["tool"],
                "rto_seconds": row["rto_seconds"],
                "bound": row["rta"],
                "last_step": say(language, "Acknowledged", "Prise en compte"),
            }
            for row in rows
            if row["rta"]["lower_bound"]
        ],
        "excused": [
            {
                "team": row["team"],
                "workflow": row["workflow"],
                "tool": row["tool"],
                "reason": say(
                    language,
                    "Closing of the books on the same day; agreed with the head of "
                    "department.",
                    "Arrêté des comptes le même jour ; accord du responsable du "
                    "département.",
                ),
                "by": "Jonas Weber",
                "at": at(end),
            }
            for row in rows
            if row["verdict"] == "excused"
        ],
        "approval": {"approved": True, "by": PEOPLE[0], "at": at(CUT_OFF)},
        "conclusion": say(
            language,
            "Two teams of three can do without it for a day.",
            "Deux équipes sur trois peuvent s’en passer une journée.",
        ),
        "aims": [
            {
                "aim": say(language, "Claims switches in 30 min", "Reprise en 30 min"),
                "rating": say(language, "With some challenges", "Avec des difficultés"),
                "tone": "warn",
                "note": "",
                "by": PEOPLE[1],
            }
        ],
        "criteria": [
            {
                "statement": say(language, "Customers were told", "Clients prévenus"),
                "tone": "ok",
                "answer": say(language, "Met", "Atteint"),
                "note": "",
                "by": PEOPLE[1],
            }
        ],
        "injects": [
            {
                "number": 1,
                "at": at(ONSET),
                "sender": say(language, "A customer", "Un client"),
                "text": say(language, "Is my claim lost?", "Mon dossier est-il perdu ?"),
                "expected": say(language, "An answer", "Une réponse"),
                "state": say(language, "Delivered", "Transmis"),
                "done": say(language, "Called back", "Rappelé"),
                "rating": say(language, "Done", "Fait"),
            }
        ],
        "findings": [
            {
                "text": say(language, "It took too long.", "C’était trop long."),
                "kind": say(language, "Target missed", "Objectif manqué"),
                "workflow": row["workflow"],
                "alternative": row["alternative"],
            }
            for row in rows
            if row["verdict"] == "missed"
        ],
        "strengths": [],
        "actions": [
            {
                "finding": say(language, "It took too long.", "C’était trop long."),
                "text": say(language, "Write the runbook", "Écrire le mode opératoire"),
                "owner": PEOPLE[2],
                "due_on": "2026-04-30",
                "status": say(language, "To do", "À faire"),
                "overdue": False,
            }
        ],
        "said": [
            {"slowed": say(language, "No seat", "Pas de licence"), "helps": ""},
        ],
        "journal": _journal(language, rows),
    }


def real_outage(language: Language = "en") -> AfterActionFacts:
    """Return the same as of what really failed: no scenario, no aims, no injects."""
    facts = after_action(language)
    facts["drill"]["real"] = True
    facts["drill"]["kind"] = say(language, "Real outage", "Panne réelle")
    facts["drill"]["tools"] = ["ChatGPT"]
    facts["title"] = say(language, "ChatGPT does not work", "ChatGPT ne marche plus")
    facts["summary"] = [say(language, "Twelve came back.", "Douze ont repris.")]
    facts["scenario"] = None
    facts["phases"], facts["aims"] = [], []
    facts["criteria"], facts["injects"] = [], []
    return facts


def _phases(language: Language, source: str) -> list[PhaseFacts]:
    degraded = say(language, "Degraded", "Dégradé")
    recovered = say(language, "Recovered", "Rétabli")
    fleet = say(language, "GPU fleet", "Parc de GPU")
    cut = say(
        language,
        "An update begins to cut GPU hosts off the network",
        "Une mise à jour commence à couper des machines du réseau",
    )
    back = say(language, "All major models operational", "Principaux modèles rétablis")
    recovering = say(language, "Recovering", "Reprise en cours")
    rows: list[tuple[int, str, str, Tone, int | None, str]] = [
        (0, fleet, degraded, "warn", None, cut),
        (144, "ChatGPT", degraded, "bad", 35, ""),
        (144, "OpenAI API", degraded, "bad", 25, ""),
        (604, "OpenAI API", recovering, "warn", None, back),
        (774, "OpenAI API", recovered, "ok", None, ""),
        (924, "ChatGPT", recovered, "ok", None, ""),
    ]
    return [
        {
            "offset_seconds": minutes * 10,  # six times the real speed
            "component": component,
            "state": state,
            "tone": tone,
            "error_rate_percent": rate,
            "note": note,
            "source_url": "" if minutes else source,
        }
        for minutes, component, state, tone, rate, note in rows
    ]


def _journal(language: Language, rows: list[RecoveryFacts]) -> list[JournalFacts]:
    journal: list[JournalFacts] = [
        {
            "at": at(ONSET - timedelta(minutes=5)),
            "received_at": None,
            "what": say(language, "Drill started.", "Début de l’exercice."),
            "who": "Jonas Weber",
        }
    ]
    for number, row in enumerate(rows):
        moment = ONSET + timedelta(seconds=row["acknowledged_seconds"] or 0)
        journal.append(
            {
                "at": at(moment),
                "received_at": at(moment + timedelta(minutes=4))
                if number % 5 == 3
                else None,
                "what": say(
                    language,
                    f"{row['workflow']}: acknowledged.",
                    f"{row['workflow']} : pris en compte.",
                ),
                "who": pick(PEOPLE, number),
            }
        )
    return journal


def _name(work: list[str], number: int) -> str:
    turn = number // len(work)
    return pick(work, number) + (f" {turn + 1}" if turn else "")


def continuity(
    language: Language = "en", *, workflows: int = 24, drills: int = 16, charts: int = 1
) -> ContinuityFacts:
    """Return a year's report of the organisation, with as many rows."""
    teams, work = TEAMS[language], WORK[language]
    rows = [_workflow(language, number) for number in range(workflows)]
    by_team: list[TeamReadiness] = []
    for team in teams:
        counts = {
            state: sum(row["team"] == team and row["readiness"] == state for row in rows)
            for state in ("ready", "partly", "not_ready")
        }
        total = sum(counts.values())
        by_team.append(
            {
                "team": team,
                "workflows": total,
                "ready": counts["ready"],
                "partly": counts["partly"],
                "not_ready": counts["not_ready"],
                "unknown": 0,
                "share_percent": 100 * counts["ready"] // total if total else None,
                "weighted_percent": 95 * counts["ready"] // total if total else None,
            }
        )
    ready = sum(row["ready"] for row in by_team)
    partly = sum(row["partly"] for row in by_team)
    title = say(language, "Readiness by team", "Préparation par équipe")
    alt = say(
        language,
        f"{ready} of {workflows} workflows are ready; the table gives the counts by team.",
        f"{ready} activités sur {workflows} sont prêtes ; le tableau donne le détail.",
    )
    lines: list[DrillLineFacts] = [
        {
            "day": (
                date(2025, 4, 3) + timedelta(days=number * 353 // max(drills, 1))
            ).isoformat(),
            "drill": say(
                language,
                f"Loss of ChatGPT, no. {number // 4 + 1}",
                f"Perte de ChatGPT n° {number // 4 + 1}",
            ),
            "workflow": _name(work, number),
            "team": pick(teams, number),
            "rto_seconds": 3600 * (1 + number % 3),
            "rta": _reading(number),
            "verdict": pick(VERDICTS, number),
        }
        for number in range(drills)
    ]
    return {
        "organisation": "Banque Meridian",
        "title": say(
            language,
            "Continuity of AI-assisted work",
            "Continuité du travail assisté par l’IA",
        ),
        "version": 3,
        "supersedes": None,
        "cut_off": at(CUT_OFF),
        "time_zone": "Europe/Paris",
        "prepared_by": "Amélie Fournier",
        "distribution": say(language, "Internal", "Diffusion interne"),
        "summary": [
            say(
                language,
                f"Of {workflows} workflows that rely on an AI tool, {ready} could go on "
                "working within their target if the tool failed today, on an alternative "
                f"that somebody has used for this work; {partly} lack one thing, which is "
                "named below.",
                f"Sur {workflows} activités qui reposent sur un outil d’IA, {ready} "
                "pourraient se poursuivre dans leur objectif si l’outil tombait "
                "aujourd’hui, sur une solution de repli déjà utilisée pour ce travail ; "
                f"il manque une seule chose à {partly} d’entre elles, nommée plus bas.",
            ),
            say(
                language,
                "The largest single dependency is ChatGPT. Two of its alternatives ride on "
                "the same edge network and do not count as such.",
                "La première dépendance est ChatGPT. Deux de ses solutions de repli "
                "passent par le même réseau de diffusion et ne comptent pas comme telles.",
            ),
        ],
        "charts": [
            {
                "section": "readiness",
                "title": title if charts == 1 else f"{title} {number + 1}",
                "alt": alt,
                "svg": _stacked(by_team, title=title, alt=alt),
                "columns": [],
                "rows": [],
            }
            for number in range(charts)
        ],
        "words": words(language),
        "scope": {"kind": "organisation", "name": "Banque Meridian"},
        "period": {"first": "2025-04-01", "last": "2026-03-31"},
        "readiness": {
            "workflows": workflows,
            "ready": ready,
            "partly": partly,
            "not_ready": workflows - ready - partly,
            "unknown": 0,
            "share_percent": 100 * ready // workflows if workflows else None,
            "weighted_percent": 94 * ready // workflows if workflows else None,
        },
        "drill_figures": {
            "drills": (drills + 3) // 4,
            "recoveries": drills,
            "median": {"seconds": 2842, "lower_bound": False} if drills else None,
            "met": sum(row["verdict"] == "met" for row in lines),
            "missed": sum(row["verdict"] == "missed" for row in lines),
            "not_shown": sum(row["verdict"] == "not_shown" for row in lines),
            "excused": sum(row["verdict"] == "excused" for row in lines),
        },
        "teams": by_team,
        "workflows": rows,
        "alternatives": [_alternative(language, number) for number in range(workflows)],
        "drills": lines,
        "gaps": {
            "not_ready": [
                {
                    "workflow": row["name"],
                    "team": row["team"],
                    "readiness": row["readiness"],
                    "reasons": row["reasons"],
                }
                for row in rows
                if row["readiness"] != "ready"
            ],
            "no_tool": [
                {
                    "workflow": say(
                        language, "Internal knowledge search", "Recherche interne"
                    ),
                    "team": teams[0],
                    "note": "Various",
                }
            ],
        },
        "sources": _sources(language),
        **sample_continuity.parts(  # type: ignore[typeddict-item]
            language, work, teams, workflows=workflows, drills=drills
        ),
    }


def _workflow(language: Language, number: int) -> WorkflowFacts:
    state = pick(STATES, number)
    reasons = {
        "ready": [],
        "partly": [
            say(
                language,
                "The proof of Google Gemini expired on 2 March 2026: a drill or a check "
                "lifts it.",
                "La preuve de Google Gemini a expiré le 2 mars 2026 : un exercice ou un "
                "contrôle la renouvelle.",
            )
        ],
        "not_ready": [
            say(
                language,
                "Perplexity shares Cloudflare with ChatGPT: choose one on another edge "
                "network.",
                "Perplexity partage Cloudflare avec ChatGPT : choisissez un autre réseau.",
            ),
            say(
                language,
                "There is no runbook: write one.",
                "Aucun mode opératoire : écrivez-le.",
            ),
        ],
    }
    return {
        "name": _name(WORK[language], number),
        "team": pick(TEAMS[language], number),
        "criticality": pick(
            ["Critical", "Important", "Useful"]
            if language == "en"
            else ["Critique", "Important", "Utile"],
            number,
        ),
        "rto_seconds": 3600 * (1 + number % 3),
        "mtpd_seconds": 3600 * (4 + number % 5),
        "mbco_percent": 60 + 10 * (number % 4),
        "mbco": say(language, "urgent tickets only", "tickets urgents seulement")
        if number % 3 == 0
        else "",
        "owner": "" if number % 11 == 10 else pick(PEOPLE, number),
        "deputy": "" if number % 7 == 6 else pick(PEOPLE, number + 3),
        "tools": [pick(TOOLS, number)] + (["GitHub Copilot"] if number % 4 == 3 else []),
        "readiness": state,
        "reasons": reasons[state],
    }


def _alternative(language: Language, number: int) -> AlternativeFacts:
    return {
        "workflow": _name(WORK[language], number),
        "team": pick(TEAMS[language], number),
        "tool": pick(TOOLS, number),
        "rank": 1 + number % 2,
        "alternative": pick(OTHERS, number),
        "kind": say(language, "Other provider", "Autre fournisseur"),
        "proof": None
        if number % 3 == 2
        else {
            "source": say(
                language,
                "Drill: Loss of ChatGPT, spring 2026",
                "Exercice : Perte de ChatGPT, printemps 2026",
            ),
            "day": "2026-03-12",
            "expires_on": "2026-03-02" if number % 5 == 1 else "2026-09-12",
            "expired": number % 5 == 1,
            "time": {"seconds": 1380 + number * 7, "lower_bound": False},
            "capacity_percent": 80,
        },
        "fate": {
            "answer": "shares",
            "through": [pick(OTHERS, number), "Cloudflare"],
            "example": say(
                language,
                "18 November 2025: Cloudflare took both down",
                "18 novembre 2025 : Cloudflare a emporté les deux",
            ),
            "known_percent": None,
        }
        if number % 5 == 1
        else {"answer": "unknown", "through": [], "example": "", "known_percent": 20}
        if number % 5 == 4
        else {"answer": "none_known", "through": [], "example": "", "known_percent": 75},
    }


def _sources(language: Language) -> list[SourceFacts]:
    edge = say(language, "Edge network", "Réseau de diffusion")
    return [
        {
            "tool": tool,
            "upstream": upstream,
            "relation": relation,
            "hard": hard,
            "source_title": title,
            "source_url": url,
            "verified_on": "2026-02-18",
            "confidence": say(language, "High", "Élevée"),
        }
        for tool, upstream, relation, hard, title, url in (
            (
                "ChatGPT", "Cloudflare", edge, True,
                "Cloudflare, post-mortem, 18 November 2025",
                "https://blog.cloudflare.com/18-november-2025-outage/",
            ),
            (
                "ChatGPT", "Microsoft Azure", say(language, "Hosting", "Hébergement"), True,
                "",
                "https://status.openai.com/incidents/01JMYB483C404VMPCW726E8MET/write-up",
            ),
            (
                "Perplexity", "Cloudflare", edge, True,
                "Status page", "https://status.perplexity.com",
            ),
        )
    ]  # fmt: skip
