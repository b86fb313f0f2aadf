"""How ready a team or the organisation is, and how we know."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from continuity.accounts.models import Team
from continuity.domain.readiness import (
    Level,
    Reason,
    WorkflowReadiness,
    share_ready,
    weighted,
)
from continuity.inventory.models import TIER_WEIGHTS, Dependency, Tier, Workflow
from continuity.inventory.queries import fate
from continuity.inventory.queries.readiness import readiness
from continuity.inventory.queries.standing import LEVEL_LABELS
from continuity.outages.queries import Line, recoveries_between
from continuity.outages.queries.results import summary as summary_of
from continuity.reports.content import (
    analysis,
    fallbacks,
    forecasting,
    improving,
    knocked_out,
    measured,
)
from continuity.reports.content.common import (
    INSTANT,
    bar_charts,
    common,
    day,
    labels,
    median_sentence,
    scope,
    seconds,
)
from continuity.reports.models import Report
from continuity.web.charts import TONES, Stacked
from continuity.web.formats import duration
from continuity.web.prepared import listed
from continuity.web.reasons import sentence

TEAMS_PER_CHART: Final = 20
MOST_TEAM_CHARTS: Final = 3


def continuity(report: Report) -> dict[str, Any]:
    """Return the facts of a continuity report: the inventory as of its cut-off, drills and
    outages of its period.

    Raises ValueError if the report has no period.
    """
    if report.since is None:
        raise ValueError("a continuity report needs a period")
    now = report.cut_off
    since, until = report.since, report.until or now
    teams = _teams(report.team)
    own = None if report.team is None else teams
    workflows = list(_workflows(teams))
    graph = fate.graph()
    levels = readiness(workflows, now=now, graph=graph)
    lines = recoveries_between(since, until, teams, now=now)
    drills = [line for line in lines if line.is_drill]
    real = [line for line in lines if not line.is_drill]
    scale, impact = analysis.analysis(workflows)
    others = fallbacks.fallbacks(workflows, graph, now)
    knocked = knocked_out.knock_out(workflows, graph)
    found = improving.findings(own, since, until)
    actions = improving.actions(own, since, until, now=now)
    ahead = forecasting.forecast(
        None if report.team is None else {team.pk for team in teams}, now
    )
    about = scope(report)
    tools = _tools(workflows)
    tiers, reasons = labels(Tier), _reasons(levels)
    facts = {
        **common(report, title=_("Continuity report: %(name)s") % about),
        "scope": about,
        "period": {"first": day(since), "last": day(until - INSTANT)},
        "charts": [
            *_readiness_charts(workflows, levels),
            *knocked_out.chart(knocked["rows"]),
            *measured.trend(drills, real),
            *bar_charts("drills", _("Recovery time against the target"), drills),
            *measured.by_team(drills),
            *bar_charts("outages", _("Recovery in real outages"), real),
            *forecasting.chart(ahead),
        ],
        "readiness": _figures(workflows, levels),
        "drill_figures": measured.figures(drills, counted_as="drills"),
        "scale": scale,
        "impact": impact,
        "teams": _by_team(workflows, levels),
        "workflows": [
            {
                **_named(one),
                "criticality": tiers[one.tier],
                "tools": tools[one.pk],
                "readiness": levels[one.pk].level.value,
                "reasons": reasons[one.pk],
            }
            for one in workflows
        ],
        "alternatives": others.lines,
        "shared_fate": others.shared,
        "knock_out": knocked,
        "drills": [measured.line_facts(line) for line in drills],
        "outage_figures": measured.figures(real, counted_as="outages"),
        "outages": measured.outages(real),
        "outage_lines": [measured.line_facts(line) for line in real],
        "findings": found,
        "actions": actions,
        "action_figures": improving.figures(found, actions),
        "forecast": ahead,
        "excused": measured.excused(lines),
        "left_out": measured.left_out(lines, own, since, until),
        "gaps": _gaps(workflows, levels, reasons),
        "sources": fallbacks.sources(workflows),
    }
    return {**facts, "summary": _summary(workflows, levels, drills, real, facts, others)}


def _teams(team: Team | None) -> QuerySet[Team]:
    """Return the team and, if it is a department, its teams; all for None."""
    if team is None:
        return Team.objects.all()
    return Team.objects.filter(Q(pk=team.pk) | Q(parent=team))


def _workflows(teams: QuerySet[Team]) -> QuerySet[Workflow]:
    return (
        Workflow.objects.current()
        .filter(team__in=teams.values("pk"))
        .select_related("team", "owner", "deputy")
        .order_by("tier", "team__name", "name", "pk")
    )


def _tools(workflows: Iterable[Workflow]) -> Mapping[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    rows = (
        Dependency.objects.filter(workflow__in=listed(one.pk for one in workflows))
        .order_by("position", "pk")
        .values_list("workflow_id", "tool__name")
    )
    for workflow, tool in rows:
        names[workflow].append(tool)
    return names


def _summary(
    workflows: Sequence[Workflow],
    levels: Mapping[int, WorkflowReadiness],
    drills: Sequence[Line],
    real: Sequence[Line],
    facts: Mapping[str, Any],
    others: fallbacks.Fallbacks,
) -> list[str]:
    """Return the report in a few paragraphs, each from the figures printed below."""
    if not workflows:
        return [_("There are no workflows in this report’s scope.")]
    share = share_ready(levels[one.pk].level for one in workflows)
    first = _(
        "Of %(total)d workflows that depend on AI tools %(ready)d are ready, %(partly)d "
        "partly ready and %(not_ready)d not ready; %(unknown)d name no tool, so that "
        "nothing can be said of them."
    ) % {
        "total": share.total,
        "ready": share.ready,
        "partly": share.partly,
        "not_ready": share.not_ready,
        "unknown": share.unknown,
    }
    shared = facts["shared_fate"]
    second = _(
        "They have %(all)d alternatives. %(proven)d of them have a proof that has not "
        "expired; %(shares)d fall together with the tool that they replace, and of "
        "%(unknown)d too little is known to tell."
    ) % {
        "all": shared["alternatives"],
        "proven": others.proven,
        "shares": shared["shares"],
        "unknown": shared["unknown"],
    }
    worst = next((row for row in facts["knock_out"]["rows"] if row["stops"]), None)
    if worst is not None:
        second += " " + _(
            "The loss of %(tool)s would stop most: %(stops)d workflows, %(critical)d of "
            "them critical, while %(falls_back)d would go on with an alternative."
        ) % {name: worst[name] for name in ("tool", "stops", "critical", "falls_back")}
    return [
        first,
        second,
        _drilled(drills),
        _suffered(facts),
        *_owed(facts),
    ]


def _drilled(drills: Sequence[Line]) -> str:
    if not drills:
        return _("No drill was run in the period, so no recovery was measured.")
    shown = summary_of(drills)
    counted = _(
        "In the period’s drills %(recovered)d of %(total)d recoveries reached their "
        "minimum level: %(met)d met their target, %(missed)d missed it."
    ) % {
        "recovered": shown.recovered,
        "total": shown.total,
        "met": shown.met,
        "missed": shown.missed,
    }
    return f"{counted} {median_sentence(shown.median)}"


def _suffered(facts: Mapping[str, Any]) -> str:
    shown = facts["outage_figures"]
    if not shown["outages"]:
        return _("No real outage that hit this work is recorded in the period.")
    return ngettext(
        "%(outages)d real outage hit the work: of %(recoveries)d recoveries %(met)d met "
        "their target and %(missed)d missed it.",
        "%(outages)d real outages hit the work: of %(recoveries)d recoveries %(met)d met "
        "their target and %(missed)d missed it.",
        shown["outages"],
    ) % {name: shown[name] for name in ("outages", "recoveries", "met", "missed")}


def _owed(facts: Mapping[str, Any]) -> list[str]:
    """Return what is open, and what a year may cost where a forecast says so."""
    shown, ahead = facts["action_figures"], facts["forecast"]
    told = []
    if shown["open"]:
        told.append(
            ngettext(
                "%(open)d corrective action is open, %(overdue)d overdue; the oldest is "
                "%(oldest_days)d days old.",
                "%(open)d corrective actions are open, %(overdue)d overdue; the oldest is "
                "%(oldest_days)d days old.",
                shown["open"],
            )
            % {name: shown[name] for name in ("open", "overdue", "oldest_days")}
        )
    if ahead is not None and ahead["whole"] is not None:
        told.append(
            _(
                "By the record of outages a year costs %(mean)s of work on average, and "
                "between %(low)s and %(high)s in nine years of ten (forecast "
                "%(number)d)."
            )
            % {
                "number": ahead["number"],
                **{
                    name: duration(timedelta(seconds=ahead["whole"][f"{name}_seconds"]))
                    for name in ("mean", "low", "high")
                },
            }
        )
    return told


def _figures(
    workflows: Iterable[Workflow], levels: Mapping[int, WorkflowReadiness]
) -> dict[str, Any]:
    rows = [(levels[one.pk].level, one.tier) for one in workflows]
    share = share_ready(level for level, _tier in rows)
    return {
        "workflows": share.total,
        "ready": share.ready,
        "partly": share.partly,
        "not_ready": share.not_ready,
        "unknown": share.unknown,
        "share_percent": share.percent,
        "weighted_percent": weighted(rows, TIER_WEIGHTS).percent,
    }


def _grouped(workflows: Iterable[Workflow]) -> Mapping[str, list[Workflow]]:
    grouped: dict[str, list[Workflow]] = defaultdict(list)
    for one in workflows:
        grouped[one.team.name].append(one)
    return dict(sorted(grouped.items()))


def _by_team(
    workflows: Iterable[Workflow], levels: Mapping[int, WorkflowReadiness]
) -> list[dict[str, Any]]:
    return [
        {"team": team, **_figures(rows, levels)}
        for team, rows in _grouped(workflows).items()
    ]


def _readiness_charts(
    workflows: Iterable[Workflow], levels: Mapping[int, WorkflowReadiness]
) -> list[dict[str, Any]]:
    """Return the charts of the teams with most workflows; none for a single team."""
    grouped = _grouped(workflows)
    if len(grouped) < 2:
        return []
    largest = sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))
    shown = largest[: TEAMS_PER_CHART * MOST_TEAM_CHARTS]
    title = _("Readiness by team")
    if len(shown) < len(largest):
        title = _("Readiness by team: the %(shown)d teams with most workflows") % {
            "shown": len(shown)
        }
    return [
        _readiness_chart(number, title, shown[start : start + TEAMS_PER_CHART], levels)
        for number, start in enumerate(range(0, len(shown), TEAMS_PER_CHART), start=1)
    ]


def _readiness_chart(
    number: int,
    title: str,
    teams: Sequence[tuple[str, list[Workflow]]],
    levels: Mapping[int, WorkflowReadiness],
) -> dict[str, Any]:
    rows = []
    for team, members in teams:
        share = share_ready(levels[one.pk].level for one in members)
        counts = [share.ready, share.partly, share.not_ready, share.unknown]
        rows.append((team, counts))
    description = _(
        "From the left: workflows that are ready (green), partly ready (amber), not ready "
        "(red) and those that name no tool (grey). The share at the end is that of the "
        "ready ones of them all."
    )
    chart = Stacked(
        uid=f"readiness-{number}",
        title=title,
        description=description,
        keys=[*zip(TONES, map(str, LEVEL_LABELS.values()), strict=True)],
        rows=rows,
        head=_("Team"),
    )
    return {
        "section": "readiness",
        "title": title,
        "alt": description,
        "note": description,
        "svg": str(chart.svg(620)),
        "columns": [],
        "rows": [],
    }


def _reasons(levels: Mapping[int, WorkflowReadiness]) -> Mapping[int, list[str]]:
    """Return why each workflow is not ready, in sentences."""
    said = {reason: sentence(reason) for reason in Reason}
    return {pk: [said[one] for one in found.reasons] for pk, found in levels.items()}


def _named(workflow: Workflow) -> dict[str, Any]:
    return {
        "name": workflow.name,
        "team": workflow.team.name,
        "rto_seconds": seconds(workflow.rto),
        "mtpd_seconds": seconds(workflow.mtpd),
        "mbco_percent": workflow.mbco_percent,
        "mbco": workflow.mbco_words,
        "owner": str(workflow.owner or ""),
        "deputy": str(workflow.deputy or ""),
    }


def _gaps(
    workflows: Iterable[Workflow],
    levels: Mapping[int, WorkflowReadiness],
    reasons: Mapping[int, list[str]],
) -> dict[str, Any]:
    not_ready, no_tool = [], []
    for one in workflows:
        found = levels[one.pk]
        if found.level is Level.UNKNOWN:
            no_tool.append({"workflow": one.name, "team": one.team.name, "note": ""})
        elif found.level is not Level.READY:
            not_ready.append(
                {
                    "workflow": one.name,
                    "team": one.team.name,
                    "readiness": found.level.value,
                    "reasons": reasons[one.pk],
                }
            )
    return {"not_ready": not_ready, "no_tool": no_tool}
