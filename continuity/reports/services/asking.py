"""Asking for a report: it is a row first, then a file."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q

from continuity.accounts.models import Team, User
from continuity.domain.errors import NotAllowedNow
from continuity.domain.states import DrillState
from continuity.drills.models import Reviewed
from continuity.history.services import record
from continuity.inventory.models import Workflow
from continuity.outages.models import Outage
from continuity.reports.models import Paper, Report, ReportKind, ReportState


@dataclass(frozen=True, slots=True)
class Form:
    """How a report is to look, whatever it is about."""

    language: str = "en"
    paper: str = Paper.A4
    attach_facts: bool = False


@transaction.atomic
def ask_about_outage(
    outage: Outage,
    *,
    language: str,
    paper: str = Paper.A4,
    attach_facts: bool = False,
    actor: User | None,
    now: datetime,
) -> Report:
    """Ask for the after-action report of what is over, rehearsed or real; return its row.

    A press twice gives one report: one that is still waiting for the same outage,
    language and paper is returned instead. Raises NotAllowedNow if it has not ended:
    its figures would change.
    """
    if outage.state not in {DrillState.ENDED, DrillState.REVIEWED}:
        raise NotAllowedNow("A report needs what has ended.")
    report = Report(kind=ReportKind.AFTER_ACTION, outage_id=outage.pk)
    return _asked(report, Form(language, paper, attach_facts), actor=actor, now=now)


@transaction.atomic
def ask_about_team(
    team: Team | None,
    *,
    since: datetime,
    language: str,
    paper: str = Paper.A4,
    attach_facts: bool = False,
    actor: User | None,
    now: datetime,
) -> Report:
    """Ask for the continuity report of a team, or of the organisation (`team` None)."""
    report = Report(kind=ReportKind.CONTINUITY, team=team, since=since)
    return _asked(report, Form(language, paper, attach_facts), actor=actor, now=now)


@transaction.atomic
def ask_for_workflow_pack(
    workflow: Workflow, form: Form, *, actor: User | None, now: datetime
) -> Report:
    """Ask for the grab pack of one workflow. Raises NotAllowedNow if it is archived."""
    if workflow.archived_at is not None:
        raise NotAllowedNow("An archived workflow is in no pack.")
    report = Report(kind=ReportKind.GRAB_PACK, workflow=workflow, team=workflow.team)
    return _asked(report, form, actor=actor, now=now)


@transaction.atomic
def ask_for_team_pack(
    team: Team, form: Form, *, actor: User | None, now: datetime
) -> Report:
    """Ask for the grab pack of all workflows of a team."""
    report = Report(kind=ReportKind.GRAB_PACK, team=team)
    return _asked(report, form, actor=actor, now=now)


@transaction.atomic
def ask_for_plan(team: Team, form: Form, *, actor: User | None, now: datetime) -> Report:
    """Ask for the plan of a team."""
    report = Report(kind=ReportKind.TEAM_PLAN, team=team)
    return _asked(report, form, actor=actor, now=now)


@transaction.atomic
def ask_for_evidence(
    team: Team | None, form: Form, *, since: datetime, actor: User | None, now: datetime
) -> Report:
    """Ask for the evidence register of a team, or of the organisation (`team` None)."""
    report = Report(kind=ReportKind.EVIDENCE, team=team, since=since)
    return _asked(report, form, actor=actor, now=now)


def ask_for_missing(*, now: datetime, limit: int = 20) -> int:
    """Ask for the report of everything that ended and has none, rehearsed or real, and
    for that of every approved one that has none as it was approved; return how many.

    The higher app looks for work, so a crash between an end and its report
    heals itself. In the language of the facilitator.
    """
    latest = Report.objects.filter(
        outage=OuterRef("pk"), cut_off__gte=OuterRef("review__approved_at")
    )
    waiting = (
        Reviewed.objects.filter(
            Q(state=DrillState.ENDED, reports=None)
            | Q(state=DrillState.REVIEWED) & ~Exists(latest)
        )
        .select_related("facilitator")
        .order_by("pk")[:limit]
    )
    for outage in waiting:
        facilitator = outage.facilitator
        language = (facilitator.language if facilitator else "") or "en"
        ask_about_outage(outage, language=language, actor=facilitator, now=now)
    return len(waiting)


def _asked(report: Report, form: Form, *, actor: User | None, now: datetime) -> Report:
    """Return the row of what is asked for: one that waits already, or `report`."""
    report.language, report.paper = form.language, form.paper
    same = Report.objects.of_the_same(report)
    open_ones = same.filter(
        state__in=[ReportState.WAITING, ReportState.RENDERING],
        attach_facts=form.attach_facts,
    )
    if report.since is not None and report.until is None:
        # It looks back as long from when it was asked for.
        open_ones = open_ones.filter(cut_off=F("since") + (now - report.since))
    waiting = open_ones.first()
    if waiting is not None:
        return waiting
    return _written(report, form, actor=actor, now=now)


def ask_anew(report: Report, form: Form, *, now: datetime) -> Report:
    """Ask for a report that the clock wants, in the caller's transaction; return its row.
    It is a new one, whatever else waits."""
    report.language, report.paper = form.language, form.paper
    return _written(report, form, actor=None, now=now)


def _written(report: Report, form: Form, *, actor: User | None, now: datetime) -> Report:
    same = Report.objects.of_the_same(report)
    latest = same.aggregate(latest=Max("version"))["latest"] or 0
    report.version = latest + 1
    report.attach_facts = form.attach_facts
    report.cut_off = report.asked_at = report.due_at = now
    report.asked_by = actor
    report.save()
    record(
        "report.asked",
        report,
        actor=actor,
        now=now,
        team=report.team,
        after={"version": report.version, "language": report.language},
    )
    return report
