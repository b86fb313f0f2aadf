"""Asking for a report, and making it: a row first, then a file."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, cast

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils import timezone, translation

from continuity.accounts.models import Team, User
from continuity.domain.errors import NotAllowedNow
from continuity.domain.states import DrillState
from continuity.drills.models import Drill
from continuity.history.services import record
from continuity.reports import content
from continuity.reports.models import Paper, Report, ReportKind, ReportState
from continuity.reports.pdf import Kind, Language, PdfFailed, digest, render
from continuity.reports.pdf import Paper as Sheet
from continuity.reports.pdf.words import words

logger = logging.getLogger(__name__)

TIMEOUT: Final = timedelta(seconds=80)
"""The longest that one export may take; less than a task may live."""
MEMORY_MB: Final = 4096
LEASE: Final = timedelta(minutes=3)
"""How long a report belongs to who renders it. After that its worker is taken for dead."""
WAITS: Final = (timedelta(seconds=10), timedelta(minutes=1))
"""How long to wait after the first and second failure; then the report has failed."""

CONTENT: Final[Mapping[str, Callable[[Report], dict[str, Any]]]] = {
    ReportKind.AFTER_ACTION: content.after_action,
    ReportKind.CONTINUITY: content.continuity,
}


@transaction.atomic
def ask_about_drill(
    drill: Drill, *, language: str, paper: str = Paper.A4, actor: User | None, now: datetime
) -> Report:
    """Ask for the after-action report of a drill that is over; return its row.

    A press twice gives one report: one that is still waiting for the same drill,
    language and paper is returned instead. Raises NotAllowedNow if the drill has
    not ended: its figures would change.
    """
    if drill.outage.state not in {DrillState.ENDED, DrillState.REVIEWED}:
        raise NotAllowedNow("A report needs a drill that has ended.")
    same = Report.objects.filter(
        kind=ReportKind.AFTER_ACTION, drill=drill, language=language, paper=paper
    )
    return _asked(
        same,
        Report(
            kind=ReportKind.AFTER_ACTION,
            drill=drill,
            language=language,
            paper=paper,
            cut_off=now,
            asked_at=now,
            asked_by=actor,
            due_at=now,
        ),
    )


@transaction.atomic
def ask_about_team(
    team: Team | None,
    *,
    since: datetime,
    language: str,
    paper: str = Paper.A4,
    actor: User | None,
    now: datetime,
) -> Report:
    """Ask for the continuity report of a team, or of the organisation (`team` None)."""
    same = Report.objects.filter(
        kind=ReportKind.CONTINUITY, team=team, language=language, paper=paper
    )
    return _asked(
        same,
        Report(
            kind=ReportKind.CONTINUITY,
            team=team,
            since=since,
            language=language,
            paper=paper,
            cut_off=now,
            asked_at=now,
            asked_by=actor,
            due_at=now,
        ),
    )


def ask_for_missing(*, now: datetime, limit: int = 20) -> int:
    """Ask for the report of every ended drill that has none, and for that of every
    approved one that has none as it was approved; return how many.

    The higher app looks for work, so a crash between a drill's end and its report
    heals itself. In the language of the facilitator.
    """
    latest = Report.objects.filter(
        drill=OuterRef("pk"), cut_off__gte=OuterRef("review__approved_at")
    )
    waiting = (
        Drill.objects.filter(
            Q(outage__state=DrillState.ENDED, reports=None)
            | Q(outage__state=DrillState.REVIEWED) & ~Exists(latest)
        )
        .select_related("outage__facilitator")
        .order_by("pk")[:limit]
    )
    for drill in waiting:
        facilitator = drill.outage.facilitator
        language = (facilitator.language if facilitator else "") or "en"
        ask_about_drill(drill, language=language, actor=facilitator, now=now)
    return len(waiting)


def render_due(*, now: datetime) -> bool:
    """Make one report that is waiting; False if there is none to take.

    The claim is a lease and is committed before the slow work begins: a worker that
    dies in mid-export leaves a row that the next one takes up when the lease ends.
    """
    report = _claimed(now)
    if report is None:
        return False
    try:
        facts, pdf = made(report)
    except PdfFailed as failure:
        _failed(report, failure, now=now)
        return True
    _done(report, facts, pdf, now=now)
    return True


def made(report: Report) -> tuple[dict[str, Any], bytes]:
    """Return the facts of `report`, without the fixed words, and its PDF.

    Raises PdfFailed.
    """
    asked_by = report.asked_by
    zone = content.zone_of(asked_by)
    with translation.override(report.language), timezone.override(zone):
        facts = CONTENT[report.kind](report)
    language = cast(Language, report.language)
    pdf = render(
        {**facts, "words": words(language)},
        kind=cast(Kind, report.kind),
        language=language,
        paper=cast(Sheet, report.paper),
        timeout=TIMEOUT,
        memory_mb=MEMORY_MB,
    )
    return facts, pdf


def _asked(same: Any, report: Report) -> Report:
    waiting = same.filter(state__in=[ReportState.WAITING, ReportState.RENDERING]).first()
    if waiting is not None:
        return cast(Report, waiting)
    latest = same.aggregate(latest=Max("version"))["latest"] or 0
    report.version = latest + 1
    report.save()
    record(
        "report.asked",
        report,
        actor=report.asked_by,
        now=report.asked_at,
        team=report.team,
        after={"version": report.version, "language": report.language},
    )
    return report


@transaction.atomic(durable=True)
def _claimed(now: datetime) -> Report | None:
    report = (
        Report.objects.to_render(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("asked_by", "team", "drill")
        .defer("pdf", "facts")
        .order_by("due_at", "pk")
        .first()
    )
    if report is None:
        return None
    report.state = ReportState.RENDERING
    report.leased_until = now + LEASE
    report.attempts += 1
    report.save(update_fields=["state", "leased_until", "attempts"])
    return report


@transaction.atomic(durable=True)
def _done(report: Report, facts: dict[str, Any], pdf: bytes, *, now: datetime) -> None:
    # Only who still holds the lease writes: a slow worker that was taken for dead
    # must not overwrite what another one made.
    written = Report.objects.filter(
        pk=report.pk, state=ReportState.RENDERING, attempts=report.attempts
    ).update(
        state=ReportState.DONE,
        leased_until=None,
        finished_at=now,
        facts=facts,
        facts_sha256=digest(facts),
        pdf=pdf,
        pdf_sha256=sha256(pdf).hexdigest(),
        last_error="",
    )
    if written:
        record("report.made", report, actor=None, now=now, team=report.team)


@transaction.atomic(durable=True)
def _failed(report: Report, failure: PdfFailed, *, now: datetime) -> None:
    logger.warning("report %s not made: %s", report.pk, failure)
    mine = Report.objects.filter(
        pk=report.pk, state=ReportState.RENDERING, attempts=report.attempts
    )
    if failure.retry and report.attempts <= len(WAITS):
        mine.update(
            state=ReportState.WAITING,
            leased_until=None,
            due_at=now + WAITS[report.attempts - 1],
            last_error=str(failure)[:300],
        )
    else:
        mine.update(
            state=ReportState.FAILED, leased_until=None, last_error=str(failure)[:300]
        )


@transaction.atomic(durable=True)
def try_again(report_pk: int, *, actor: User, now: datetime) -> None:
    """Put a failed report back in the queue. Raises NotAllowedNow unless it failed."""
    tried = Report.objects.filter(pk=report_pk, state=ReportState.FAILED).update(
        state=ReportState.WAITING,
        due_at=now,
        attempts=F("attempts") * 0,
        asked_by=actor,
    )
    if not tried:
        raise NotAllowedNow("Only a failed report can be tried again.")
