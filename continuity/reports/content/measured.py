"""What drills and real outages of the period showed: side by side, never mixed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from continuity.accounts.models import Team
from continuity.domain.clocks import Verdict, median
from continuity.domain.states import DrillState
from continuity.incidents.models import Incident
from continuity.inventory.models import Workflow
from continuity.outages.models import Outage, OutageKind, Recovery
from continuity.outages.queries import Line
from continuity.outages.queries.results import summary as summary_of
from continuity.reports.content.common import bounded, day, instant, seconds
from continuity.web.charts import Point, Trend

MOST_MONTHS: Final = 24
MOST_TEAMS: Final = 32
"""Teams with a chart of their own: those with most recoveries."""
HALF_WIDTH: Final = 305


def line_facts(line: Line) -> dict[str, Any]:
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


def figures(lines: Sequence[Line], *, counted_as: str) -> dict[str, Any]:
    """Return the figures of these recoveries; `counted_as` names the count of outages."""
    shown = summary_of(lines)
    return {
        counted_as: len({line.outage for line in lines}),
        "recoveries": shown.total,
        "median": None if shown.median is None else bounded(shown.median),
        "met": shown.met,
        "missed": shown.missed,
        "not_shown": shown.not_shown,
        "excused": shown.excused,
    }


def outages(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return each real outage in `lines` with what it did: three queries.

    One that hit nothing in scope is not in it.
    """
    grouped: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        grouped[line.outage].append(line)
    rows = (
        Outage.objects.filter(pk__in=list(grouped))
        .prefetch_related("tools")
        .order_by("occurred_at", "pk")
    )
    links = dict(
        Incident.objects.filter(outage__in=list(grouped)).values_list("outage", "links")
    )
    return [_outage(row, grouped[row.pk], links.get(row.pk, [])) for row in rows]


def _outage(row: Outage, lines: Sequence[Line], links: list[str]) -> dict[str, Any]:
    shown = summary_of(lines)
    ended = row.ended_at or row.onset
    return {
        "title": row.title,
        "began": instant(row.onset),
        "ended": instant(ended),
        "lasted_seconds": seconds(ended - row.onset),
        "tools": sorted(tool.name for tool in row.tools.all()),
        "links": list(links),
        "recoveries": shown.total,
        "recovered": shown.recovered,
        "met": shown.met,
        "missed": shown.missed,
        "not_shown": shown.not_shown,
        "excused": shown.excused,
    }


def excused(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return the recoveries that count for nothing, and who said so: one query."""
    found = [line for line in lines if line.verdict is Verdict.EXCUSED]
    when = dict(
        Recovery.objects.filter(pk__in=[line.pk for line in found]).values_list(
            "pk", "excused_at"
        )
    )
    return [
        {
            "day": day(line.occurred_at),
            "outage": line.outage_title,
            "is_drill": line.is_drill,
            "workflow": line.workflow,
            "team": line.team,
            "reason": line.excused_reason,
            "by": line.excused_by,
            "at": instant(at) if (at := when.get(line.pk)) is not None else None,
        }
        for line in found
    ]


def left_out(
    lines: Iterable[Line], teams: QuerySet[Team] | None, since: datetime, until: datetime
) -> dict[str, int]:
    """Return how much no figure counts, by why: two queries.

    What never began has the day on which it was due, the rest that of its end.
    """
    rows = Outage.objects.filter(
        Q(state=DrillState.ABORTED, ended_at__gte=since, ended_at__lt=until)
        | Q(state=DrillState.MISSED, due_at__gte=since, due_at__lt=until)
    )
    archived = Workflow.objects.exclude(archived_at=None)
    if teams is not None:
        own = teams.values("pk")
        rows = rows.filter(Q(team__in=own) | Q(teams__in=own))
        archived = archived.filter(team__in=own)
    counted = Counter(rows.values_list("pk", "kind", "state").distinct())
    by_fate = Counter((kind, state) for _pk, kind, state in counted)
    return {
        "called_off": by_fate[OutageKind.DRILL, DrillState.ABORTED],
        "missed": by_fate[OutageKind.DRILL, DrillState.MISSED],
        "false_alarms": by_fate[OutageKind.REAL, DrillState.ABORTED],
        "without_rto": sum(line.rto is None for line in lines),
        "archived": archived.count(),
    }


# Charts


def trend(drills: Sequence[Line], real: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the median recovery by month, drills and real outages apart; none where
    there is only one month to show."""
    months = _months([*drills, *real])
    if len(months) < 2:
        return []
    title = _("Median recovery time by month")
    description = _(
        "Drills as a line, real outages as squares. A hollow mark is a lower bound; "
        "excused recoveries are left out."
    )
    chart = Trend(
        uid="trend",
        title=title,
        description=description,
        points=_points(drills, months),
        others=_points(real, months) if real else (),
        heads=(
            (_("Month"), _("Drills, min"), _("Real outages, min"))
            if real
            else (_("Month"), _("Drills, min"))
        ),
    )
    table = chart.figure()
    return [
        {
            "section": "trend",
            "title": title,
            "alt": description,
            "note": description,
            "svg": str(chart.svg(620)),
            "columns": list(table.heads),
            "rows": [list(row) for row in table.rows],
        }
    ]


def by_team(drills: Sequence[Line]) -> list[dict[str, Any]]:
    """Return a chart for each of the teams with most recoveries in drills, if there are
    several teams; a team of one month has none."""
    grouped: dict[str, list[Line]] = defaultdict(list)
    for line in drills:
        grouped[line.team].append(line)
    if len(grouped) < 2:
        return []
    months = _months(drills)
    most = sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))[:MOST_TEAMS]
    return [
        _of_team(number, team, lines, months)
        for number, (team, lines) in enumerate(sorted(most), start=1)
        if len(_months(lines)) > 1
    ]


def _of_team(
    number: int, team: str, lines: Sequence[Line], months: Sequence[date]
) -> dict[str, Any]:
    shown = summary_of(lines)
    description = _(
        "%(team)s: %(recoveries)d recoveries in drills, %(met)d met their target, "
        "%(missed)d missed it."
    ) % {
        "team": team,
        "recoveries": shown.total,
        "met": shown.met,
        "missed": shown.missed,
    }
    chart = Trend(
        uid=f"team-{number}",
        title=team,
        description=description,
        points=_points(lines, months),
        heads=(_("Month"), _("Drills, min")),
        height=150,
    )
    return {
        "section": "teams",
        "title": team,
        "alt": description,
        "svg": str(chart.svg(HALF_WIDTH, slim=True)),
        "columns": [],
        "rows": [],
    }


def _months(lines: Iterable[Line]) -> list[date]:
    """Return the months in which anything began, the last MOST_MONTHS of them."""
    return sorted({_month(line) for line in lines})[-MOST_MONTHS:]


def _month(line: Line) -> date:
    return timezone.localtime(line.occurred_at).date().replace(day=1)


def _points(lines: Iterable[Line], months: Sequence[date]) -> list[Point]:
    by_month: dict[date, list[Line]] = defaultdict(list)
    for line in lines:
        if line.verdict is not Verdict.EXCUSED:
            by_month[_month(line)].append(line)
    return [_point(one, by_month.get(one, [])) for one in months]


def _point(of: date, lines: Sequence[Line]) -> Point:
    # Translators: a short month as in Sep 26, in Django's format letters.
    label = dateformat.format(of, pgettext("date format", "M y"))
    found = median(line.reading for line in lines)
    if found is None:
        return Point(label, None)
    return Point(label, round(found.length.total_seconds() / 60, 1), found.is_lower_bound)
