"""Success criteria of a drill with their answers: measured, or the evaluator's word."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from continuity.domain.clocks import Verdict, working_time
from continuity.domain.criteria import Measure, Ran, Rating, answer
from continuity.drills.models import CRITERION_LABELS, Criterion, Drill
from continuity.outages.queries.results import Results
from continuity.web import formats


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion. `met` is "met", "partly", "not_met" or, as long as nobody can say,
    "open"; `share` in percent of `counted` recoveries, None where nothing was counted."""

    pk: int
    statement: str
    measured: bool
    share: float | None
    counted: int
    met: str
    label: str
    comment: str
    by: str
    at: datetime | None


def criteria(drill: Drill, found: Results) -> tuple[CriterionLine, ...]:
    """Return the criteria of a drill and how they were met. One query.

    Excused recoveries are left out, as from all figures; an aborted drill answers none.
    """
    rows = [
        Ran(
            reading=line.reading,
            rto=line.rto,
            acknowledged=None
            if line.moments.acknowledged is None
            else working_time(line.occurred_at, line.moments.acknowledged, found.pauses),
        )
        for line in found.lines
        if line.verdict != Verdict.EXCUSED
    ]
    over = drill.outage.ended_at is not None
    aborted = drill.outage.state == "aborted"
    return tuple(
        _line(each, [] if aborted else rows, over=over)
        for each in drill.criteria.select_related("rated_by")
    )


def _line(criterion: Criterion, rows: list[Ran], *, over: bool) -> CriterionLine:
    measure = Measure(criterion.measure)
    share: float | None = None
    counted = 0
    met = criterion.rating or "open"
    if measure is not Measure.RATED:
        told = answer(
            measure, criterion.percent or 0, rows, over=over, within=criterion.within
        )
        share, counted = told.share, told.counted
        met = {True: "met", False: "not_met", None: "open"}[told.met]
    return CriterionLine(
        pk=criterion.pk,
        statement=statement(criterion),
        measured=measure is not Measure.RATED,
        share=share,
        counted=counted,
        met=met,
        label=str(CRITERION_LABELS[Rating(met)]) if met != "open" else _("Still open"),
        comment=criterion.comment,
        by=str(criterion.rated_by or ""),
        at=criterion.rated_at,
    )


def statement(criterion: Criterion) -> str:
    """Return the sentence of a criterion in the reader's language."""
    match criterion.measure:
        case Measure.WITHIN_RTO:
            words = _("At least %(percent)s of the recoveries within their RTO")
        case Measure.RECOVERED:
            words = _("At least %(percent)s of the recoveries at the minimum level")
        case Measure.ACKNOWLEDGED:
            words = _("At least %(percent)s of the recoveries acknowledged in %(within)s")
        case _:
            return criterion.text
    return words % {
        "percent": formats.percent(criterion.percent),
        "within": formats.duration(criterion.within or timedelta()),
    }
