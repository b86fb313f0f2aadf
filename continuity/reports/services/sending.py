"""Telling people that a regular report is there, with the file where it is small."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from continuity.accounts.models import User
from continuity.notifications.models import Attachment
from continuity.notifications.models import Kind as News
from continuity.notifications.services import Message, owe
from continuity.reports.models import Occurrence, Regular, Report, ReportState
from continuity.reports.queries import file_name, readers

MOST_ATTACHED: Final = 5 << 20
"""The largest file that goes out with a mail, in bytes: more is refused by many servers."""


def tell(*, now: datetime, limit: int = 20) -> int:
    """Owe the people of regular reports the word that one is made; return how many
    reports were told of. Who may not see it any more gets nothing, and is counted.
    """
    rows = Occurrence.objects.to_tell().order_by("due_at", "pk")
    return sum(_tell(pk, now=now) for pk in list(rows.values_list("pk", flat=True)[:limit]))


@transaction.atomic(durable=True)
def _tell(occurrence_pk: int, *, now: datetime) -> bool:
    occurrence = (
        Occurrence.objects.to_tell()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("regular__team", "regular__made_by", "report")
        .defer("report__facts")
        .filter(pk=occurrence_pk)
        .first()
    )
    if occurrence is None:
        return False  # another worker has it, or had it
    if occurrence.report.state == ReportState.FAILED:
        _tell_failure(occurrence, now=now)
    else:
        _tell_made(occurrence, now=now)
    return True


def _tell_made(occurrence: Occurrence, *, now: datetime) -> None:
    regular, report = occurrence.regular, occurrence.report
    named = regular.recipients.all()
    people = list(named.filter(pk__in=readers(regular.team).values("pk")))
    file = _attached(regular, report, now=now)
    too_large = regular.attach_pdf and file is None

    def write(_user: User) -> Message:
        told = _("It is made regularly. You find it here:")
        if file is not None:
            told = _("It is made regularly. The PDF is attached; you find it here as well:")
        elif too_large:
            told = _(
                "It is made regularly. The PDF is too large for a mail; you find it here:"
            )
        return Message(
            _("%(title)s: the report is ready") % {"title": regular.title},
            told,
            report.get_absolute_url(),
            shared=_("It stands there as a page and as a PDF."),
            attachment=file,
        )

    owe(
        people,
        write=write,
        key=f"report-ready-{report.pk}",
        now=now,
        kind=News.REPORT_READY,
        teams=[regular.team] if regular.team is not None else [],
    )
    occurrence.told_at = now
    occurrence.told = len(people)
    occurrence.left_out = named.count() - len(people)
    occurrence.save(update_fields=["told_at", "told", "left_out"])


def _tell_failure(occurrence: Occurrence, *, now: datetime) -> None:
    """Tell who set it up: the others miss nothing once it is made after all."""
    regular, report = occurrence.regular, occurrence.report

    def write(_user: User) -> Message:
        return Message(
            _("%(title)s: the report could not be made") % {"title": regular.title},
            _(
                "Nobody has got it. Open it and try again; the people it goes to are told"
                " once it is made."
            ),
            report.get_absolute_url(),
        )

    owe(
        [regular.made_by],
        write=write,
        key=f"regular-failed-{occurrence.pk}",
        now=now,
        kind=News.OTHER,
        teams=[regular.team] if regular.team is not None else [],
    )
    occurrence.failure_told_at = now
    occurrence.save(update_fields=["failure_told_at"])


def _attached(regular: Regular, report: Report, *, now: datetime) -> Attachment | None:
    if not regular.attach_pdf or report.pdf is None or len(report.pdf) > MOST_ATTACHED:
        return None
    return Attachment.objects.create(
        name=f"{file_name(report)}.pdf",
        content_type="application/pdf",
        content=report.pdf,
        made_at=now,
    )
