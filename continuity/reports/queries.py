"""What the report pages show, read without the files themselves."""

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from continuity.accounts.models import Organisation, Team, User
from continuity.accounts.roles import Action
from continuity.outages.models import Outage
from continuity.reports.models import Logo, Report, ReportState

PER_PAGE = 50


def visible(user: User) -> QuerySet[Report]:
    """Return the reports that `user` may see, newest first, without facts and file."""
    return (
        Report.objects.allowing(user, Action.VIEW)
        .defer("facts", "pdf")
        .select_related("team", "workflow", "outage", "asked_by")
        .order_by("-asked_at", "-pk")
    )


def page(user: User, number: str | None) -> Page[Report]:
    return Paginator(visible(user), PER_PAGE).get_page(number)


def of_outage(outage: Outage) -> list[Report]:
    """Return the latest ten reports of an outage, newest first."""
    rows = (
        Report.objects.filter(outage=outage)
        .defer("facts", "pdf")
        .select_related("asked_by")
        .order_by("-asked_at", "-pk")
    )
    return list(rows[:10])


def superseding(report: Report) -> Report | None:
    """Return the newest version made after `report`, None if it is the newest."""
    return (
        Report.objects.of_the_same(report)
        .filter(state=ReportState.DONE, version__gt=report.version)
        .defer("facts", "pdf")
        .order_by("-version")
        .first()
    )


def organisation_name() -> str:
    known = Organisation.objects.first()
    return known.name if known else ""


def logo() -> Logo | None:
    return Logo.objects.first()


def teams(user: User) -> QuerySet[Team]:
    """Return the teams on which `user` may have a report."""
    return Team.objects.allowing(user, Action.VIEW).order_by("name")
