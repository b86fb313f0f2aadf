"""How ready a team or the organisation is, and how we know."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from continuity.accounts.models import Team
from continuity.domain.clocks import Reading, Verdict
from continuity.domain.fate import FateAnswer, Graph, SharedFate
from continuity.domain.readiness import (
    Level,
    WorkflowReadiness,
    share_ready,
    weighted,
)
from continuity.inventory.models import (
    TIER_WEIGHTS,
    Alternative,
    Dependency,
    Proof,
    Relation,
    Upstream,
    Workflow,
)
from continuity.inventory.queries import fate
from continuity.inventory.queries.readiness import readiness
from continuity.outages.queries import Line, recoveries_between
from continuity.outages.queries.results import summary as summary_of
from continuity.reports.content.common import (
    bar_charts,
    bounded,
    common,
    median_sentence,
    seconds,
)
from continuity.reports.models import Report
from continuity.web.charts import Stacked
from continuity.web.reasons import sentence

TEAMS_PER_CHART: Final = 20
LAYERS: Final = (Relation.MODEL, Relation.HOSTING, Relation.EDGE, Relation.IDENTITY)
"""What of a chain is asked about; "25 % known" means one of these four."""


def continuity(report: Report) -> dict[str, Any]:
    """Return the facts of a continuity report, as of its cut-off.

    Raises ValueError if the report has no period.
    """
    if report.since is None:
        raise ValueError("a continuity report needs a period")
    now = report.cut_off
    teams = _teams(report.team)
    workflows = list(_workflows(teams))
    graph = fate.graph()
    levels = readiness(workflows, now=now, graph=graph)
    lines = recoveries_between(report.since, now, teams, now=now)
    drills = [line for line in lines if line.is_drill]
    name = report.team.name if report.team else _("The whole organisation")
    tools = _tools(workflows)
    return {
        **common(report, title=_("Continuity report: %(name)s") % {"name": name}),
        "scope": {"kind": "team" if report.team else "organisation", "name": name},
        "period": {"first": day(report.since), "last": day(now)},
        "summary": _summary(workflows, levels, drills),
        "charts": [
            *_readiness_chart(workflows, levels),
            *bar_charts("drills", _("Recovery time against the target"), drills),
        ],
        "readiness": _figures(workflows, levels),
        "drill_figures": _drill_figures(drills),
        "teams": _by_team(workflows, levels),
        "workflows": [_workflow(one, levels[one.pk], tools[one.pk]) for one in workflows],
        "alternatives": _alternatives(workflows, graph, now),
        "drills": [_drill_line(line) for line in drills],
        "gaps": _gaps(workflows, levels),
        "sources": _sources(workflows),
    }


def day(value: datetime | date) -> str:
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return value.isoformat()


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
        Dependency.objects.filter(workflow__in=[one.pk for one in workflows])
        .select_related("tool")
        .order_by("position", "pk")
    )
    for row in rows:
        names[row.workflow_id].append(row.tool.name)
    return names


def _summary(
    workflows: list[Workflow],
    levels: Mapping[int, WorkflowReadiness],
    drills: list[Line],
) -> list[str]:
    share = share_ready(levels[one.pk].level for one in workflows)
    if not workflows:
        return [_("There are no workflows in this report’s scope.")]
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
    shown = summary_of(drills)
    if not drills:
        return [first, _("No drill was run in the period, so no recovery was measured.")]
    second = _(
        "In the period’s drills %(recovered)d of %(total)d recoveries reached their "
        "minimum level: %(met)d met their target, %(missed)d missed it."
    ) % {
        "recovered": shown.recovered,
        "total": shown.total,
        "met": shown.met,
        "missed": shown.missed,
    }
    return [first, f"{second} {median_sentence(shown.median)}"]


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


def _drill_figures(drills: list[Line]) -> dict[str, Any]:
    shown = summary_of(drills)
    return {
        "drills": len({line.outage for line in drills}),
        "recoveries": shown.total,
        "median": None if shown.median is None else bounded(shown.median),
        "met": shown.met,
        "missed": shown.missed,
        "not_shown": shown.not_shown,
        "excused": shown.excused,
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


def _readiness_chart(
    workflows: Iterable[Workflow], levels: Mapping[int, WorkflowReadiness]
) -> list[dict[str, Any]]:
    """Return the chart of the teams with most workflows; none for a single team."""
    grouped = _grouped(workflows)
    if len(grouped) < 2:
        return []
    largest = sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = []
    for team, members in largest[:TEAMS_PER_CHART]:
        share = share_ready(levels[one.pk].level for one in members)
        rows.append((team, [share.ready, share.partly, share.not_ready]))
    title = _("Readiness by team")
    if len(largest) > TEAMS_PER_CHART:
        title = _("Readiness by team: the %(shown)d teams with most workflows") % {
            "shown": TEAMS_PER_CHART
        }
    chart = Stacked(
        uid="readiness",
        title=title,
        description=title,
        keys=[
            ("ok", _("Ready")),
            ("warn", _("Partly ready")),
            ("bad", _("Not ready")),
        ],
        rows=rows,
        head=_("Team"),
    )
    return [
        {
            "section": "readiness",
            "title": title,
            "alt": title,
            "svg": str(chart.svg(620)),
            "columns": [],
            "rows": [],
        }
    ]


def _workflow(
    workflow: Workflow, found: WorkflowReadiness, tools: list[str]
) -> dict[str, Any]:
    return {
        "name": workflow.name,
        "team": workflow.team.name,
        "criticality": workflow.get_tier_display(),
        "rto_seconds": seconds(workflow.rto),
        "mtpd_seconds": seconds(workflow.mtpd),
        "mbco_percent": workflow.mbco_percent,
        "mbco": workflow.mbco_words,
        "owner": str(workflow.owner or ""),
        "deputy": str(workflow.deputy or ""),
        "tools": tools,
        "readiness": found.level.value,
        "reasons": [sentence(reason) for reason in found.reasons],
    }


def _alternatives(
    workflows: Iterable[Workflow], graph: Graph, now: datetime
) -> list[dict[str, Any]]:
    rows = list(
        Alternative.objects.filter(dependency__workflow__in=[one.pk for one in workflows])
        .select_related("tool", "dependency__tool", "dependency__workflow__team")
        .order_by(
            "dependency__workflow__team__name",
            "dependency__workflow__name",
            "dependency__position",
            "dependency_id",
            "rank",
        )
    )
    latest: dict[int, Proof] = {}
    proofs = Proof.objects.standing().filter(
        alternative__in=[row.pk for row in rows], works=True
    )
    for proof in proofs.order_by("shown_at", "pk"):
        latest[proof.alternative_id] = proof
    return [_alternative(row, latest.get(row.pk), graph, now) for row in rows]


def _alternative(
    row: Alternative, proof: Proof | None, graph: Graph, now: datetime
) -> dict[str, Any]:
    dependency = row.dependency
    return {
        "workflow": dependency.workflow.name,
        "team": dependency.workflow.team.name,
        "tool": dependency.tool.name,
        "rank": row.rank,
        "alternative": str(row),
        "kind": row.get_kind_display(),
        "proof": None if proof is None else _proof(proof, now),
        "fate": _fate(row, graph),
    }


def _proof(proof: Proof, now: datetime) -> dict[str, Any]:
    time = proof.minimum_after
    return {
        "source": proof.get_source_display(),
        "day": day(proof.shown_at),
        "expires_on": day(proof.expires_at),
        "expired": proof.expires_at <= now,
        "time": None if time is None else bounded(Reading(time)),
        "capacity_percent": proof.capacity,
    }


def _fate(row: Alternative, graph: Graph) -> dict[str, Any]:
    if row.tool_id is None:
        return {
            "answer": "none_known",
            "through": [],
            "example": "",
            "known_percent": None,
        }
    found = graph.shared(row.dependency.tool_id, row.tool_id)
    through: list[str] = []
    if found.answer is FateAnswer.SHARES and found.shared:
        through = [graph.name(pk) for pk in found.shared[0].path_from_alternative]
    return {
        "answer": found.answer.value,
        "through": through,
        "example": "",
        "known_percent": _known_percent(found),
    }


def _known_percent(found: SharedFate) -> int:
    """Return how many of the asked layers are known on both sides, in percent."""
    known = set(found.known_of_tool) & set(found.known_of_alternative)
    return 100 * sum(layer.value in known for layer in LAYERS) // len(LAYERS)


def _drill_line(line: Line) -> dict[str, Any]:
    verdict: Verdict | None = line.verdict
    return {
        "day": day(line.occurred_at),
        "drill": line.outage_title,
        "workflow": line.workflow,
        "team": line.team,
        "rto_seconds": seconds(line.rto),
        "rta": bounded(line.reading),
        "verdict": verdict.value if verdict else None,
    }


def _gaps(
    workflows: Iterable[Workflow], levels: Mapping[int, WorkflowReadiness]
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
                    "reasons": [sentence(reason) for reason in found.reasons],
                }
            )
    return {"not_ready": not_ready, "no_tool": no_tool}


def _sources(workflows: Iterable[Workflow]) -> list[dict[str, Any]]:
    """Return the recorded upstreams of every tool and alternative in the report."""
    pks = [one.pk for one in workflows]
    used = Q(tool__dependencies__workflow__in=pks) | Q(
        tool__alternative_uses__dependency__workflow__in=pks
    )
    edges = (
        Upstream.objects.filter(used)
        .select_related("tool", "upstream")
        .order_by("tool__name", "relation", "upstream__name")
        .distinct()
    )
    return [
        {
            "tool": edge.tool.name,
            "upstream": edge.upstream.name,
            "relation": edge.get_relation_display(),
            "hard": edge.hard,
            "source_title": edge.source,
            "source_url": "",
            "verified_on": None if edge.verified_on is None else day(edge.verified_on),
            "confidence": edge.get_confidence_display(),
        }
        for edge in edges
    ]
