"""What both reports say in the same way."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Choices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from continuity.accounts.models import Organisation, User
from continuity.domain.clocks import Reading
from continuity.outages.queries import Line
from continuity.reports.models import Report
from continuity.web import formats
from continuity.web.charts import Bar, Bars

INSTANT: Final = timedelta(microseconds=1)
"""Before the end of a period lies its last day."""
BARS_PER_CHART: Final = 20
MOST_CHARTS: Final = 3
"""A chart of more bars than three charts hold says nothing that the table does not."""


def organisation() -> Organisation | None:
    return Organisation.objects.first()


def zone_of(user: User | None) -> ZoneInfo:
    """Return the reader's zone; without one that of the organisation, then UTC."""
    if user is not None and user.zone:
        return ZoneInfo(user.zone)
    known = organisation()
    return ZoneInfo(known.zone if known else "UTC")


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
    """Return the recovery of each line beside its RTO, slowest first.

    Of more than three charts' worth the slowest are drawn and the title says so.
    """
    ordered = sorted(lines, key=lambda line: line.reading.length, reverse=True)
    shown = ordered[: BARS_PER_CHART * MOST_CHARTS]
    if len(shown) < len(ordered):
        title = _("%(title)s: the slowest %(shown)d of %(all)d") % {
            "title": title,
            "shown": len(shown),
            "all": len(ordered),
        }
    names = Counter(line.workflow for line in lines)
    bars = [
        Bar(
            # Teams often call their work the same.
            label=line.workflow
            if names[line.workflow] == 1
            else f"{line.team}: {line.workflow}",
            value=round(line.reading.length.total_seconds() / 60, 1),
            is_lower_bound=line.reading.is_lower_bound,
            target=None if line.rto is None else line.rto.total_seconds() / 60,
        )
        for line in shown
    ]
    most = max((max(bar.value, bar.target or 0) for bar in bars), default=0)
    return [
        _bars(section, title, chunk, number, most)
        for number, chunk in enumerate(_chunks(bars), start=1)
    ]


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
    )
    return {
        "section": section,
        "title": title,
        "alt": f"{title}. {description}",
        "svg": str(chart.svg(620)),
        "columns": [],
        "rows": [],
    }


def _chunks(bars: Sequence[Bar]) -> Iterable[Sequence[Bar]]:
    for start in range(0, len(bars), BARS_PER_CHART):
        yield bars[start : start + BARS_PER_CHART]
