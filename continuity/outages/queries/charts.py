"""Recoveries as charts."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from continuity.outages.queries.results import Line
from continuity.web import formats
from continuity.web.charts import Figure, Point, Trend

MINUTE = timedelta(minutes=1)


def trend(lines: Sequence[Line], rto: timedelta | None, *, uid: str = "trend") -> Figure:
    """Return the recovery times of one workflow over time, against its RTO of today."""
    return Trend(
        uid=uid,
        title=_("Recovery in each drill"),
        description=_("Minutes from the onset to the minimum level, drill by drill."),
        points=[
            Point(
                formats.day(line.occurred_at),
                round(line.reading.length / MINUTE, 1),
                line.reading.is_lower_bound,
            )
            for line in lines
        ],
        heads=(_("Drill"), _("Minutes to the minimum level")),
        target=None if rto is None else round(rto / MINUTE, 1),
        target_label=_("RTO"),
    ).figure()
