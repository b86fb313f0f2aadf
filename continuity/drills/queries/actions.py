"""Corrective actions: the list by age, one of them, those of a workflow, what is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet, Window
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.drills.models import ActionStatus, CorrectiveAction, Finding
from continuity.drills.queries.wording import wording
from continuity.inventory.models import Workflow
from continuity.outages.models import Outage
from continuity.outages.queries.results import Line, lines_of
from continuity.outages.queries.scope import in_scope
from continuity.web.together import together

SOON: Final = timedelta(days=14)
"""How long before its day an action stands among what is due."""

MOST_OF_WORKFLOW: Final = 10
MOST_DUE: Final = 6

ORDERS: Final = {
    "age": ("made_at", "pk"),
    "-age": ("-made_at", "-pk"),
    "due": ("due_on", "pk"),
    "-due": ("-due_on", "-pk"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader is looking for; empty fields ask for nothing.

    `status` is one of the four, or "standing" for what is not closed.
    """

    text: str = ""
    team: Team | None = None
    owner: int | None = None
    status: str = ""
    overdue: bool = False
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action in a list. `age` is in days, to its closing where it is closed."""

    pk: int
    text: str
    url: str
    finding: str
    shown_by: str
    outage_pk: int
    is_drill: bool
    workflow: str
    workflow_url: str
    alternative: str
    team: str
    owner: str
    due_on: date
    days_late: int
    status: str
    label: str | Promise
    age: int
    made_on: datetime
    proposed: bool
    closed_at: datetime | None
    closed_by: str
    closed_reason: str
    retest: str

    @property
    def is_closed(self) -> bool:
        return self.status == ActionStatus.CLOSED


def listed(
    user: User, wanted: Wanted, *, sort: str = "", today: date
) -> QuerySet[CorrectiveAction]:
    """Return the actions that `user` may see and looks for, the oldest first."""
    rows = CorrectiveAction.objects.allowing(user, Action.VIEW)
    if wanted.text:
        rows = rows.filter(
            Q(text__icontains=wanted.text) | Q(workflow__name__icontains=wanted.text)
        )
    if wanted.team is not None:
        rows = rows.filter(Q(team=wanted.team) | Q(team__parent=wanted.team))
    if wanted.owner is not None:
        rows = rows.filter(owner=wanted.owner)
    if wanted.status == "standing":
        rows = rows.standing()
    elif wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.overdue:
        rows = rows.overdue(today)
    if wanted.proposed:
        rows = rows.standing().filter(proposed__isnull=False)
    return _joined(rows).order_by(*ORDERS.get(sort, ORDERS["age"]))


ALONG: Final = (
    "finding__outage",
    "workflow",
    "alternative__tool",
    "team",
    "owner",
    "closed_by",
    "retest__outage",
)
"""What a row names of an action, to be read along with it."""


def _joined(rows: QuerySet[CorrectiveAction]) -> QuerySet[CorrectiveAction]:
    return rows.select_related(*ALONG)


def row_of(row: CorrectiveAction, *, today: date) -> ActionRow:
    """Return a row of `listed` as it is read. No query."""
    closed = row.status == ActionStatus.CLOSED
    until = row.closed_at.date() if row.closed_at is not None else today
    showed = row.finding.outage
    return ActionRow(
        pk=row.pk,
        text=row.text,
        url=row.get_absolute_url(),
        finding=wording(row.finding),
        shown_by=showed.title,
        outage_pk=showed.pk,
        is_drill=showed.is_drill,
        workflow=row.workflow.name if row.workflow else "",
        workflow_url=row.workflow.get_absolute_url() if row.workflow else "",
        alternative=str(row.alternative or ""),
        team=str(row.team or _("The whole organisation")),
        owner=str(row.owner),
        due_on=row.due_on,
        days_late=0 if closed else max((today - row.due_on).days, 0),
        status=row.status,
        label=ActionStatus(row.status).label,
        age=max((until - row.made_at.date()).days, 0),
        made_on=row.made_at,
        proposed=not closed and row.proposed_id is not None,
        closed_at=row.closed_at,
        closed_by=str(row.closed_by or ""),
        closed_reason=row.closed_reason,
        retest=row.retest.outage.title if row.retest else "",
    )


@dataclass(frozen=True, slots=True)
class ActionPage:
    """One action. `retest` is the recovery it waits to be closed on, or was closed on.

    `may_edit`: change and close it; `may_move`: say how far it is.
    """

    action: CorrectiveAction
    row: ActionRow
    finding: str
    retest: Line | None
    may_edit: bool
    may_move: bool


def action_page(action: CorrectiveAction, *, user: User, now: datetime) -> ActionPage:
    own = CorrectiveAction.objects.filter(pk=action.pk)
    full = _joined(own).get()
    tested = full.retest_id or full.proposed_id
    found = lines_of([tested], now=now) if tested is not None else ()
    row = row_of(full, today=now.date())
    return ActionPage(
        action=full,
        row=row,
        finding=row.finding,
        retest=found[0] if found else None,
        may_edit=own.allowing(user, Action.RUN_DRILL).exists(),
        may_move=own.allowing(user, Action.EDIT).exists(),
    )


@dataclass(frozen=True, slots=True)
class OfWorkflow:
    """What stands open for one workflow. `findings` are those without any action."""

    actions: tuple[ActionRow, ...]
    closed: int
    findings: int
    drills: int


def of_workflow(workflow: Workflow, *, user: User, today: date) -> OfWorkflow:
    """Return the open actions on one workflow that `user` may see, the oldest first."""
    rows = CorrectiveAction.objects.allowing(user, Action.VIEW).filter(workflow=workflow)
    standing = _joined(rows.standing()).order_by(*ORDERS["age"])[:MOST_OF_WORKFLOW]
    drills = workflow.recoveries.filter(
        outage__drill__isnull=False, outage__state__in=["ended", "reviewed"]
    )
    return OfWorkflow(
        actions=tuple(row_of(row, today=today) for row in standing),
        closed=rows.filter(status=ActionStatus.CLOSED).count(),
        findings=Finding.objects.allowing(user, Action.VIEW)
        .standing()
        .filter(workflow=workflow, kind="finding", actions=None)
        .count(),
        drills=drills.values("outage").distinct().count(),
    )


@dataclass(frozen=True, slots=True)
class DueRow:
    """An action as a short list of what presses shows it."""

    text: str
    url: str
    due_on: date
    days_late: int
    status: str
    proposed: bool
    owner: str
    team: str
    workflow: str


@dataclass(frozen=True, slots=True)
class ToTest:
    """The actions that a drill puts to the test: `rows` are the first of `total`."""

    rows: tuple[ActionRow, ...]
    total: int


def to_test(outage: Outage, *, user: User, today: date) -> ToTest:
    """Return the open actions on work in `outage` that `user` may see, the oldest first,
    and those that it closed. What is given after the onset waits for the next one.

    Before it begins, its work is what its tools would take down by then.
    """
    rows = CorrectiveAction.objects.allowing(user, Action.VIEW)
    if outage.occurred_at is None:
        found = together(
            tools=outage.tools.values_list("pk"),
            teams=outage.teams.values_list("pk"),
            workflows=outage.workflows.values_list("pk"),
        )
        hit = in_scope(
            [pk for (pk,) in found["tools"]],
            [pk for (pk,) in found["teams"]],
            workflow_pks=[pk for (pk,) in found["workflows"]],
        )
        rows = rows.standing().filter(workflow__in=hit.values("workflow"))
    else:
        work = outage.recoveries.values("workflow")
        open_since = ~Q(status=ActionStatus.CLOSED) & Q(made_at__lt=outage.occurred_at)
        rows = rows.filter(open_since & Q(workflow__in=work) | Q(retest__outage=outage.pk))
    first = list(
        _joined(rows)
        .annotate(total=Window(Count("pk")))
        .order_by(*ORDERS["age"])[:MOST_OF_WORKFLOW]
    )
    return ToTest(
        rows=tuple(row_of(row, today=today) for row in first),
        total=getattr(first[0], "total", 0) if first else 0,
    )


@dataclass(frozen=True, slots=True)
class Due:
    """What is due within two weeks or overdue; `rows` are the first of `total`."""

    rows: tuple[DueRow, ...]
    total: int
    overdue: int


def due(
    user: User,
    teams: "QuerySet[Team] | None",
    *,
    today: date,
    owner: User | None = None,
) -> Due:
    """Return the actions that `user` may see and that are due, the most overdue first.

    `teams` None means all, those of the organisation too; `owner` None anybody's. One
    query.
    """
    rows = CorrectiveAction.objects.allowing(user, Action.VIEW).due_by(today + SOON)
    if teams is not None:
        rows = rows.filter(team__in=teams.values("pk"))
    if owner is not None:
        rows = rows.filter(owner=owner)
    late = Count("pk", filter=Q(due_on__lt=today))
    found = list(
        rows.annotate(total=Window(Count("pk")), late=Window(late))
        .order_by("due_on", "pk")
        .values_list(
            "pk", "text", "due_on", "status", "proposed_id", "owner__name", "owner__email",
            "team__name", "workflow__name", "total", "late",
        )[:MOST_DUE]
    )  # fmt: skip
    return Due(
        rows=tuple(_due_row(*row[:-2], today=today) for row in found),
        total=found[0][-2] if found else 0,
        overdue=found[0][-1] if found else 0,
    )


def _due_row(
    pk: int,
    text: str,
    due_on: date,
    status: str,
    proposed: int | None,
    name: str,
    email: str,
    team: str | None,
    workflow: str | None,
    *,
    today: date,
) -> DueRow:
    return DueRow(
        text=text,
        url=reverse("drills:action", args=[pk]),
        due_on=due_on,
        days_late=max((today - due_on).days, 0),
        status=status,
        proposed=proposed is not None,
        owner=name or email,
        team=team or str(_("The whole organisation")),
        workflow=workflow or "",
    )


def owners(user: User) -> QuerySet[User]:
    """Return who owns an action that `user` may see."""
    seen = CorrectiveAction.objects.allowing(user, Action.VIEW).values("owner")
    return User.objects.filter(pk__in=seen).order_by("name", "pk")


def assignable() -> QuerySet[User]:
    """Return who can be given an action: all who may sign in."""
    return User.objects.filter(is_active=True).order_by("name", "pk")


HEADS: Final = (
    "action",
    "status",
    "owner",
    "due_on",
    "days_overdue",
    "age_days",
    "team",
    "workflow",
    "alternative",
    "finding",
    "drill_or_outage",
    "made_at",
    "closed_at",
    "closed_by",
    "closed_on_retest_in",
    "closed_for_reason",
)


def cells(rows: QuerySet[CorrectiveAction], *, today: date) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a file: programs read it, so the words of states are stable."""
    for row in rows.iterator(chunk_size=500):
        one = row_of(row, today=today)
        yield (
            one.text,
            one.status,
            one.owner,
            one.due_on.isoformat(),
            str(one.days_late),
            str(one.age),
            one.team,
            one.workflow,
            one.alternative,
            one.finding,
            one.shown_by,
            one.made_on.isoformat(timespec="seconds"),
            one.closed_at.isoformat(timespec="seconds") if one.closed_at else "",
            one.closed_by,
            one.retest,
            one.closed_reason,
        )
