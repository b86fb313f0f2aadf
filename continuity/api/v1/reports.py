"""Reports: which there are, and the facts that one was made from."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Router

from continuity.accounts.roles import Action
from continuity.api.v1.door import Asked, Page, Request, page_of, reads
from continuity.api.v1.shapes import Instant, Shape, Unknown, one_of, page_at, why
from continuity.reports import queries
from continuity.reports.models import Report, ReportKind, ReportState

router = Router(tags=["reports"])


class ReportTold(Shape):
    """A report. Once done it never changes: `facts_sha256` is taken over its facts."""

    id: int
    kind: Annotated[str, one_of(ReportKind.values)]
    about: str
    url: str
    language: str
    version: int
    state: Annotated[str, one_of(ReportState.values)]
    since: Instant | None
    cut_off: Instant
    asked_at: Instant
    finished_at: Instant | None
    facts_sha256: str | None
    pdf_sha256: str | None
    facts_url: str
    unknown: Unknown


class FactsTold(Shape):
    """The facts of a report, as its file of facts has them; their shape is that of their
    kind of report and is not held by this version."""

    id: int
    kind: Annotated[str, one_of(ReportKind.values)]
    facts_sha256: str
    facts: dict[str, Any]


class ReportsAsked(Asked):
    kind: (
        Literal["after_action", "continuity", "grab_pack", "team_plan", "evidence"] | None
    ) = None


@reads(
    router,
    "",
    Action.VIEW,
    answers=Page[ReportTold],
    summary=gettext_lazy("Reports, the latest first"),
)
def listing(request: Request, asked: ReportsAsked) -> Page[ReportTold]:
    found = queries.visible(request.user)
    if asked.kind is not None:
        found = found.filter(kind=asked.kind)

    def told(page: Sequence[Report]) -> list[ReportTold]:
        return [_told(row) for row in page]

    return page_of(request, found, asked, told)


@reads(
    router,
    "/{int:id}",
    Action.VIEW,
    Report,
    along=("team", "workflow", "outage"),
    answers=ReportTold,
    summary=gettext_lazy("One report"),
)
def detail(request: Request, report: Report) -> ReportTold:
    return _told(report)


@reads(
    router,
    "/{int:id}/facts",
    Action.VIEW,
    Report,
    answers=FactsTold,
    summary=gettext_lazy("The facts that a report was made from"),
)
def facts(request: Request, report: Report) -> FactsTold:
    if report.state != ReportState.DONE or report.facts is None:
        raise Http404("It is not made yet.")
    return FactsTold(
        id=report.pk,
        kind=report.kind,
        facts_sha256=report.facts_sha256,
        facts=report.facts,
    )


def _told(row: Report) -> ReportTold:
    waits = row.state != ReportState.DONE
    return ReportTold(
        id=row.pk,
        kind=row.kind,
        about=str(row.subject or _("The whole organisation")),
        url=page_at(row.get_absolute_url()),
        language=row.language,
        version=row.version,
        state=row.state,
        since=row.since,
        cut_off=row.cut_off,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        facts_sha256=row.facts_sha256 or None,
        pdf_sha256=row.pdf_sha256 or None,
        facts_url=page_at(reverse("api:v1", args=[f"reports/{row.pk}/facts"])),
        unknown=why(
            since=(row.since is None, _("It does not look back on a period.")),
            finished_at=(row.finished_at is None, _("It is not made yet.")),
            facts_sha256=(waits, _("It is not made yet.")),
            pdf_sha256=(waits, _("It is not made yet.")),
        ),
    )
