"""What an outage showed, rehearsed or real."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from continuity.domain.clocks import ORDER, Reading, working_time
from continuity.drills.models import PHASE_STATE_LABELS, Drill
from continuity.drills.queries.after import Beside, Rated, beside, drill_of, ratings
from continuity.outages.models import CLOCK_LABELS, JournalEntry, Outage
from continuity.outages.queries import Line, Results, results
from continuity.outages.queries.journal import line_of
from continuity.reports.content.common import (
    bar_charts,
    bounded,
    common,
    instant,
    median_sentence,
    recovered_sentence,
    seconds,
)
from continuity.reports.content.learnt import learnt
from continuity.reports.models import Report

TONES: Final[Mapping[str, str]] = {
    "operational": "ok",
    "recovered": "ok",
    "degraded": "warn",
    "recovering": "warn",
    "down": "bad",
}


def after_action(report: Report) -> dict[str, Any]:
    """Return the facts of an after-action report, as of its cut-off.

    Of what was real they hold no scenario, and are `real`. Raises ValueError if the
    report is not about something that has ended.
    """
    outage = (
        Outage.objects.select_related(
            "facilitator", "drill__scenario", "review__approved_by"
        )
        .prefetch_related("teams", "tools")
        .filter(reports=report.pk)
        .first()
    )
    if outage is None:
        raise ValueError("an after-action report is about an outage")
    onset, ended = outage.occurred_at, outage.ended_at
    if onset is None or ended is None:
        raise ValueError("an after-action report needs an outage that has ended")
    drill = drill_of(outage)
    shown = results(outage, now=report.cut_off)
    summary = shown.summary
    rated = ratings(shown.lines)
    return {
        **common(report, title=outage.title),
        "summary": _summary(outage, drill, shown),
        "charts": bar_charts(
            "recoveries", _("Recovery time against the target"), shown.lines
        ),
        "drill": {
            "real": drill is None,
            "kind": _("Real outage")
            if drill is None
            else _("%(type)s drill") % {"type": drill.get_type_display()},
            "tools": sorted(tool.name for tool in outage.tools.all()),
            "started_at": instant(onset),
            "ended_at": instant(ended),
            "onset": instant(onset),
            "paused_seconds": seconds(
                ended - onset - working_time(onset, ended, shown.pauses)
            ),
            "facilitator": str(outage.facilitator or ""),
            "teams": sorted(team.name for team in outage.teams.all()),
        },
        "scenario": None if drill is None else _scenario(drill),
        "figures": {
            "in_scope": summary.total,
            "recovered": summary.recovered,
            "median": None if summary.median is None else bounded(summary.median),
            "met": summary.met,
            "missed": summary.missed,
            "not_shown": summary.not_shown,
            "excused": summary.excused,
        },
        "phases": [] if drill is None else _phases(drill),
        "recoveries": [
            _recovery(row, rated[row.line.pk])
            for row in beside(outage, shown.lines, now=report.cut_off)
        ],
        "not_recovered": [
            _open(line)
            for line in shown.lines
            if not line.recovered and not line.excused_reason
        ],
        "excused": _excused(outage),
        **learnt(outage, drill, shown, now=report.cut_off),
        "journal": _journal(outage),
    }


def _scenario(drill: Drill) -> dict[str, Any]:
    return {
        "name": drill.scenario.title,
        "description": drill.scenario.story,
        "source_title": drill.scenario.source,
        "source_url": drill.scenario.source,
        "quality": drill.scenario.get_quality_display(),
        "speed": drill.speed,
    }


def _summary(outage: Outage, drill: Drill | None, shown: Results) -> list[str]:
    summary = shown.summary
    judged = (
        _(
            "Against their targets %(met)d met it, %(missed)d missed it, for "
            "%(not_shown)d the outage was too short to tell, %(excused)d are excused."
        )
        if drill is None
        else _(
            "Against their targets %(met)d met it, %(missed)d missed it, for "
            "%(not_shown)d the drill was too short to tell, %(excused)d are excused."
        )
    )
    sentences = [
        recovered_sentence(summary.recovered, summary.total),
        median_sentence(summary.median),
        judged
        % {
            "met": summary.met,
            "missed": summary.missed,
            "not_shown": summary.not_shown,
            "excused": summary.excused,
        },
    ]
    if untold := _without_target(shown.lines):
        sentences.append(
            _("%(count)d have no target (RTO) and could not be judged.") % {"count": untold}
        )
    paragraphs = [" ".join(sentences)]
    if drill is None and outage.briefing:
        paragraphs.insert(0, _("What was seen: %(seen)s") % {"seen": outage.briefing})
    if drill is not None and drill.aim:
        paragraphs.insert(0, _("What it was to show: %(aim)s") % {"aim": drill.aim})
    return paragraphs


def _without_target(lines: tuple[Line, ...]) -> int:
    """Count what has no verdict: no RTO was set, and nobody excused it."""
    return sum(line.verdict is None for line in lines)


def _phases(drill: Drill) -> list[dict[str, Any]]:
    """Return the script as it was frozen, on the drill's own clock."""
    french = get_language() == "fr"
    rows = []
    for phase in drill.script["phases"]:
        real = timedelta(seconds=phase["at_seconds"])
        tools = drill.script["components"].get(phase["component"], [])
        rows.append(
            {
                "offset_seconds": int(drill.pace.lived(real).total_seconds()),
                "component": ", ".join(tool["name"] for tool in tools)
                or phase["component"],
                "state": str(PHASE_STATE_LABELS[phase["state"]]),
                "tone": TONES[phase["state"]],
                "error_rate_percent": phase["error_percent"],
                "note": phase["note_fr" if french else "note_en"],
                "source_url": "",
            }
        )
    return rows


def _recovery(row: Beside, rated: Rated) -> dict[str, Any]:
    line = row.line
    return {
        "team": line.team,
        "workflow": line.workflow,
        "tool": line.tool,
        "alternative": line.alternative,
        "rto_seconds": seconds(line.rto),
        "acknowledged_seconds": _after(line, "acknowledged"),
        "switched_seconds": _after(line, "switched"),
        "rta": bounded(line.reading),
        "verdict": line.verdict.value if line.verdict else None,
        "gap_seconds": seconds(line.gap),
        "before": None if row.before is None else bounded(row.before.reading),
        "rating": str(rated.label) if rated.rating else "",
        "rating_note": rated.note,
    }


def _after(line: Line, clock: str) -> int | None:
    at = getattr(line.moments, clock)
    return None if at is None else seconds(at - line.moments.occurred)


def _open(line: Line) -> dict[str, Any]:
    reached = [clock for clock in ORDER if line.moments.at(clock) is not None]
    return {
        "team": line.team,
        "workflow": line.workflow,
        "tool": line.tool,
        "rto_seconds": seconds(line.rto),
        "bound": bounded(Reading(line.reading.length, is_lower_bound=True)),
        "last_step": str(CLOCK_LABELS[reached[-1]]) if reached else _("No step recorded"),
    }


def _excused(outage: Outage) -> list[dict[str, Any]]:
    rows = (
        outage.recoveries.exclude(excused_reason="")
        .select_related("workflow__team", "tool", "excused_by")
        .order_by("workflow__name", "pk")
    )
    return [
        {
            "team": row.workflow.team.name,
            "workflow": row.workflow.name,
            "tool": row.tool.name,
            "reason": row.excused_reason,
            "by": str(row.excused_by),
            "at": instant(row.excused_at),
        }
        for row in rows
        if row.excused_at is not None
    ]


def _journal(outage: Outage) -> list[dict[str, Any]]:
    entries = (
        JournalEntry.objects.filter(outage=outage)
        .select_related("recovery__workflow", "recovery__tool")
        .order_by("number")
    )
    rows = []
    for entry in entries.iterator(chunk_size=500):
        line = line_of(entry, is_drill=outage.is_drill)
        what = str(line.text)
        rows.append(
            {
                "at": instant(line.at),
                "received_at": instant(line.late) if line.late else None,
                "what": f"{what} ({line.detail})" if line.detail else what,
                "who": line.by,
            }
        )
    return rows
