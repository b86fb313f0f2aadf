"""What the report pages show, read without the files themselves."""

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.drills.models import Drill
from continuity.reports.models import Report

PER_PAGE = 50


def visible(user: User) -> QuerySet[Report]:
    """Return the reports that `user` may see, newest first, without facts and file."""
    return (
        Report.objects.allowing(user, Action.VIEW)
        .defer("facts", "pdf")
        .select_related("team", "workflow", "drill__outage", "asked_by")
        .order_by("-asked_at", "-pk")
    )


def page(user: User, number: str | None) -> Page[Report]:
    return Paginator(visible(user), PER_PAGE).get_page(number)


def of_drill(drill: Drill) -> list[Report]:
    """Return the latest ten reports of a drill, newest first."""
    rows = (
        Report.objects.filter(drill=drill)
        .defer("facts", "pdf")
        .select_related("asked_by")
        .order_by("-asked_at", "-pk")
    )
    return list(rows[:10])


def teams(user: User) -> QuerySet[Team]:
    """Return the teams on which `user` may have a report."""
    return Team.objects.allowing(user, Action.VIEW).order_by("name")
