"""What the report pages show, read without the files themselves."""

from collections.abc import Iterable

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from continuity.accounts.models import Membership, Organisation, Team, User
from continuity.accounts.roles import POLICY, Action
from continuity.outages.models import Outage
from continuity.reports.models import (
    Logo,
    Occurrence,
    Regular,
    Report,
    ReportState,
    Volume,
)

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


def teams_to_plan_for(user: User) -> QuerySet[Team]:
    """Return the teams for which `user` may have reports made regularly."""
    return Team.objects.allowing(user, Action.APPROVE).order_by("name")


def readers(team: Team | None) -> QuerySet[User]:
    """Return who may see the reports of a team, or of the organisation (None), and may
    sign in."""
    rule = POLICY[Action.VIEW]
    may = Q(organisation_role__in=rule.organisation_roles)
    if team is not None:
        own = Membership.objects.filter(
            team__in=[pk for pk in (team.pk, team.parent_id) if pk is not None],
            role__gte=rule.team_role,
        )
        may |= Q(pk__in=own.values("user"))
    return User.objects.filter(may, is_active=True).order_by("name", "email", "pk")


def people_by_email(addresses: Iterable[str]) -> list[User]:
    """Return those who may sign in with one of these addresses, which are casefolded."""
    found = User.objects.annotate(folded=Lower("email")).filter(
        folded__in=list(addresses), is_active=True
    )
    return list(found.order_by("name", "pk"))


def regulars(user: User) -> QuerySet[Regular]:
    """Return the reports made regularly that `user` may see, with `people` counted."""
    return (
        Regular.objects.allowing(user, Action.VIEW)
        .select_related("team")
        .annotate(people=Count("recipients", distinct=True))
        .order_by("title", "pk")
    )


def regular_page(user: User, number: str | None) -> Page[Regular]:
    return Paginator(regulars(user), PER_PAGE).get_page(number)


def occurrences(regular: Regular, number: str | None) -> Page[Occurrence]:
    """Return the times it came due, the latest first, with their reports."""
    rows = (
        regular.occurrences.select_related("report")
        .defer("report__facts", "report__pdf")
        .order_by("-due_at", "-pk")
    )
    return Paginator(rows, PER_PAGE).get_page(number)


def may_change(user: User, regular: Regular) -> bool:
    return Regular.objects.allowing(user, Action.APPROVE).filter(pk=regular.pk).exists()


def may_plan(user: User) -> bool:
    """Say whether there is anything for which `user` could have reports made regularly."""
    return user.may(Action.APPROVE) or teams_to_plan_for(user).exists()


def volumes(report: Report) -> list[Volume]:
    """Return the volumes of its annex, without the files themselves."""
    return list(report.volumes.defer("pdf").order_by("number"))


def volume(report: Report, number: int) -> Volume | None:
    return report.volumes.filter(number=number).first()


def file_name(report: Report) -> str:
    """Return what its files are called, without an ending."""
    day = report.cut_off.date().isoformat()
    return f"continuity-{report.kind}-{report.pk}-v{report.version}-{day}".replace("_", "-")
