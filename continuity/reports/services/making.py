"""Making the file of a report that was asked for."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from continuity.accounts.models import User
from continuity.domain.errors import NotAllowedNow
from continuity.history.services import record
from continuity.notifications.models import Kind as News
from continuity.notifications.services import Message, owe
from continuity.reports import content
from continuity.reports.models import Logo, Report, ReportKind, ReportState, Volume
from continuity.reports.pdf import (
    Kind,
    Language,
    PdfFailed,
    Published,
    publish,
)
from continuity.reports.pdf import Paper as Sheet
from continuity.reports.pdf.words import spoken

logger = logging.getLogger(__name__)

TIMEOUT: Final = timedelta(minutes=4)
"""The longest that one export may take; less than its task may live. Five thousand
workflows take a quarter of it on a machine that does nothing else."""
MEMORY_MB: Final = 2048
"""Of each file: its process may not take more address space. See pdf/volumes for why the
size of the organisation does not matter."""
LEASE: Final = timedelta(minutes=5)
"""How long a report belongs to who renders it. After that its worker is taken for dead."""
WAITS: Final = (timedelta(seconds=10), timedelta(minutes=1))
"""How long to wait after the first and second failure; then the report has failed."""

CONTENT: Final[Mapping[str, Callable[[Report], dict[str, Any]]]] = {
    ReportKind.AFTER_ACTION: content.after_action,
    ReportKind.CONTINUITY: content.continuity,
    ReportKind.GRAB_PACK: content.grab_pack,
    ReportKind.TEAM_PLAN: content.team_plan,
    ReportKind.EVIDENCE: content.evidence,
}


def render_due(*, now: datetime) -> bool:
    """Make one report that is waiting; False if there is none to take.

    The claim is a lease and is committed before the slow work begins: a worker that
    dies in mid-export leaves a row that the next one takes up when the lease ends.
    """
    report = _claimed(now)
    if report is None:
        return False
    try:
        facts, files = made(report)
    except PdfFailed as failure:
        _failed(report, failure, now=now)
        return True
    _done(report, facts, files, now=now)
    return True


def made(report: Report) -> tuple[dict[str, Any], Published]:
    """Return the facts of `report`, without the fixed words, and its files.

    Raises PdfFailed.
    """
    zone = ZoneInfo(report.zone) if report.zone else content.zone_of(report.asked_by)
    logo = Logo.objects.first()
    with translation.override(report.language[:2]), timezone.override(zone):
        facts = CONTENT[report.kind](report)
        before = report.supersedes
        if before is not None:
            facts["changes"] = content.changes(report.kind, before.facts or {}, facts)
    if logo is not None:
        facts["logo"] = {"type": "png", "alt": logo.alt, "sha256": logo.sha256}
    language = cast(Language, report.language)
    files = publish(
        {**facts, **spoken(language)},
        kind=cast(Kind, report.kind),
        language=language,
        paper=cast(Sheet, report.paper),
        timeout=TIMEOUT,
        memory_mb=MEMORY_MB,
        attach_facts=report.attach_facts,
        logo=None if logo is None else bytes(logo.content),
    )
    return facts, files


@transaction.atomic(durable=True)
def _claimed(now: datetime) -> Report | None:
    report = (
        Report.objects.to_render(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("asked_by", "team", "outage", "workflow")
        .defer("pdf", "facts")
        .order_by("due_at", "pk")
        .first()
    )
    if report is None:
        return None
    report.state = ReportState.RENDERING
    report.leased_until = now + LEASE
    report.attempts += 1
    report.supersedes = (
        Report.objects.of_the_same(report)
        .filter(state=ReportState.DONE, version__lt=report.version)
        .defer("pdf")
        .order_by("-version")
        .first()
    )
    report.save(update_fields=["state", "leased_until", "attempts", "supersedes"])
    return report


@transaction.atomic(durable=True)
def _done(
    report: Report, facts: dict[str, Any], files: Published, *, now: datetime
) -> None:
    # Only who still holds the lease writes: a slow worker that was taken for dead
    # must not overwrite what another one made.
    written = Report.objects.filter(
        pk=report.pk, state=ReportState.RENDERING, attempts=report.attempts
    ).update(
        state=ReportState.DONE,
        leased_until=None,
        finished_at=now,
        facts=facts,
        facts_sha256=files.digest,
        pdf=files.pdf,
        pdf_sha256=sha256(files.pdf).hexdigest(),
        last_error="",
    )
    if written:
        Volume.objects.bulk_create(
            Volume(
                report=report,
                number=volume.number,
                table=volume.table,
                first_row=volume.first,
                last_row=volume.last,
                pages=volume.pages,
                pdf=volume.pdf,
                pdf_sha256=volume.sha256,
            )
            for volume in files.volumes
        )
        record("report.made", report, actor=None, now=now, team=report.team)
        _tell_ready(report, now=now)


def _tell_ready(report: Report, *, now: datetime) -> None:
    """Owe whoever asked for a report the word that it is there."""

    outage = report.outage

    def write(_user: User) -> Message:
        # In the reader's language, as all of it.
        said = (report.get_kind_display(), report.subject)
        title = str(outage or ", ".join(str(one) for one in said if one is not None))
        return Message(
            _("The report is ready: %(title)s") % {"title": title},
            _("You find it here, as a page and as a PDF:"),
            report.get_absolute_url(),
            exercise=outage is not None and outage.is_drill,
            shared=_("It stands there as a page and as a PDF."),
        )

    owe(
        [report.asked_by] if report.asked_by is not None else [],
        write=write,
        key=f"report-ready-{report.pk}",
        now=now,
        kind=News.REPORT_READY,
        teams=[report.team] if report.team is not None else [],
    )


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
