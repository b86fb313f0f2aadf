"""What both reports say in the same way."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Choices
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from continuity.accounts.models import Organisation, User
from continuity.domain.clocks import Reading, Verdict
from continuity.outages.queries import Line
from continuity.reports.models import Report
from continuity.web import formats
from continuity.web.charts import Bar, Bars

INSTANT: Final = timedelta(microseconds=1)
"""Before the end of a period lies its last day."""
BARS_PER_CHART: Final = 16
"""Two such charts fill a page."""
MOST_CHARTS: Final = 4
"""A chart of more bars than four charts hold says nothing that the table does not."""


def organisation() -> Organisation | None:
    return Organisation.objects.first()


def zone_of(user: User | None) -> ZoneInfo:
    """Return the reader's zone; without one that of the organisation, then UTC."""
    if user is not None and user.zone:
        return ZoneInfo(user.zone)
    known = organisation()
    return ZoneInfo(known.zone if known else "UTC")


def scope(report: Report) -> dict[str, str]:
    """Return whom a report is about: a team, a team of teams, or everybody. At most one
    query."""
    team = report.team
    if team is None:
        return {"kind": "organisation", "name": _("The whole organisation")}
    return {"kind": "department" if team.children.exists() else "team", "name": team.name}


def common(report: Report, *, title: str) -> dict[str, Any]:
    known = organisation()
    return {
        "organisation": known.name if known else "",
        "title": title,
        "version": report.version,
        "supersedes": report.supersedes.version if report.supersedes else None,
        "cut_off": instant(report.cut_off),
        "time_zone": str(timezone.get_current_timezone()),
        "prepared_by": str(report.asked_by) if report.asked_by else "Continuity",
        "distribution": _("Internal"),
    }


def instant(value: datetime) -> str:
    """Return the moment in the reader's zone, to the second, with its offset."""
    return timezone.localtime(value).isoformat(timespec="seconds")


def day(value: datetime | date) -> str:
    """Return the day in the reader's zone."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return value.isoformat()


def labels(choices: type[Choices]) -> Mapping[Any, str]:
    """Return the label of each choice, said once in the reader's language: asking row by
    row costs more than reading the rows."""
    return {one.value: str(one.label) for one in choices}


def seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())


def bounded(reading: Reading) -> dict[str, Any]:
    return {
        "seconds": int(reading.length.total_seconds()),
        "lower_bound": reading.is_lower_bound,
    }


def median_sentence(median: Reading | None) -> str:
    if median is None:
        return _("There is no recovery time to take a median of.")
    if median.is_lower_bound:
        return _(
            "The median recovery time is not known exactly, since some workflows had not "
            "recovered when their drill ended; it is more than %(length)s."
        ) % {"length": formats.duration(median.length)}
    return _("The median recovery time is %(length)s.") % {
        "length": formats.duration(median.length)
    }


def recovered_sentence(recovered: int, total: int) -> str:
    return ngettext(
        "%(recovered)d of %(total)d recovery reached its minimum level.",
        "%(recovered)d of %(total)d recoveries reached their minimum level.",
        total,
    ) % {"recovered": recovered, "total": total}


def bar_charts(section: str, title: str, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the recovery of each line beside its RTO, slowest first, without those that
    are excused.

    Of more than four charts' worth the slowest are drawn and the title says so.
    """
    counted = [line for line in lines if line.verdict is not Verdict.EXCUSED]
    ordered = sorted(counted, key=lambda line: line.reading.length, reverse=True)
    shown = ordered[: BARS_PER_CHART * MOST_CHARTS]
    if len(shown) < len(ordered):
        title = _("%(title)s: the slowest %(shown)d of %(all)d") % {
            "title": title,
            "shown": len(shown),
            "all": len(ordered),
        }
    named = _labels(shown)
    bars = [
        Bar(
            label=named[line.pk],
            value=round(line.reading.length.total_seconds() / 60, 1),
            is_lower_bound=line.reading.is_lower_bound,
            target=None if line.rto is None else line.rto.total_seconds() / 60,
        )
        for line in shown
    ]
    most = max((max(bar.value, bar.target or 0) for bar in bars), default=0)
    parts = _chunks(bars)
    return [
        _bars(
            section,
            title
            if len(parts) == 1
            else _("%(title)s, part %(part)d of %(parts)d")
            % {"title": title, "part": number, "parts": len(parts)},
            chunk,
            number,
            most,
        )
        for number, chunk in enumerate(parts, start=1)
    ]


def _labels(lines: Sequence[Line]) -> Mapping[int, str]:
    """Return a name for each line: with the team where several call their work the same,
    with the day where the work is in several outages, with the tool where it lost two."""
    works = {(line.team, line.workflow) for line in lines}
    outages = Counter({(one.outage, one.team, one.workflow) for one in lines})
    teams = Counter(workflow for _team, workflow in works)
    days = Counter((team, workflow) for _outage, team, workflow in outages)
    tools = Counter((one.outage, one.team, one.workflow) for one in lines)
    found = {}
    for line in lines:
        name = line.workflow
        if teams[name] > 1:
            name = f"{line.team}: {name}"
        if tools[line.outage, line.team, line.workflow] > 1:
            name = f"{name}, {line.tool}"
        if days[line.team, line.workflow] > 1:
            name = f"{_short_day(line.occurred_at)} {name}"
        found[line.pk] = name
    return found


def _short_day(value: datetime) -> str:
    # Translators: a short date as in 17 Sep 26, in Django's format letters.
    return dateformat.format(timezone.localtime(value), pgettext("date format", "j M y"))


def _bars(
    section: str, title: str, bars: Sequence[Bar], number: int, most: float
) -> dict[str, Any]:
    over = sum(bar.target is not None and bar.value > bar.target for bar in bars)
    description = ngettext(
        "%(count)d recovery, %(over)d over its target.",
        "%(count)d recoveries, %(over)d over their target.",
        len(bars),
    ) % {"count": len(bars), "over": over}
    chart = Bars(
        uid=f"{section}-{number}",
        title=title,
        description=description,
        rows=bars,
        heads=(_("Workflow"), _("Minutes"), _("Target")),
        most=most,
        row_height=20,
    )
    return {
        "section": section,
        "title": title,
        "alt": f"{title}. {description}",
        "note": _(
            "The mark is the target; a bar that passes it is red. A hollow bar had not "
            "recovered when it ended: its true end is later. What is excused is left out."
        ),
        "svg": str(chart.svg(620)),
        "columns": [],
        "rows": [],
    }


def _chunks(bars: Sequence[Bar]) -> Sequence[Sequence[Bar]]:
    """Return the bars in as few parts as hold them, as equal as can be."""
    parts = -(-len(bars) // BARS_PER_CHART)
    ends = [len(bars) * number // parts for number in range(parts + 1)] if parts else [0]
    return [bars[start:end] for start, end in pairwise(ends)]
