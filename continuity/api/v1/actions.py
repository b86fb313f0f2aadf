"""Corrective actions: by age, the oldest first."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from django.utils import timezone
from django.utils.translation import gettext_lazy
from ninja import Router

from continuity.accounts.roles import Action
from continuity.api.v1.door import Asked, Key, Page, Request, Text, page_of, reads, team_of
from continuity.api.v1.shapes import Instant, Shape, one_of, page_at
from continuity.drills.models import ActionStatus, CorrectiveAction
from continuity.drills.queries import actions as queries

router = Router(tags=["actions"])


class ActionsAsked(Asked):
    """The filters of the list's page, under the same names; without a status, those that
    are not closed."""

    q: Text = ""
    team: Key | None = None
    owner: Key | None = None
    status: Literal["open", "under_way", "done", "closed", "all"] | None = None
    which: Literal["overdue", "proposed"] | None = None
    sort: Literal["age", "-age", "due", "-due"] = "age"


class ActionTold(Shape):
    """A corrective action. `age_days` runs to its closing where it is closed."""

    id: int
    text: str
    url: str
    finding: str
    shown_by: str
    outage_id: int
    is_drill: bool
    workflow: str | None
    workflow_url: str | None
    alternative: str | None
    team: str
    owner: str
    due_on: date
    days_late: int
    status: Annotated[str, one_of(ActionStatus.values)]
    age_days: int
    made_at: Instant
    retest_passed: bool
    closed_at: Instant | None
    closed_by: str | None
    closed_because: str | None
    closed_on_retest: str | None


@reads(
    router,
    "",
    Action.VIEW,
    answers=Page[ActionTold],
    summary=gettext_lazy("Corrective actions, with the filters of their list"),
)
def listing(request: Request, asked: ActionsAsked) -> Page[ActionTold]:
    today = timezone.localdate(request.now)
    wanted = queries.Wanted(
        text=asked.q,
        team=team_of(request, asked.team),
        owner=asked.owner,
        status="" if asked.status == "all" else asked.status or "standing",
        overdue=asked.which == "overdue",
        proposed=asked.which == "proposed",
    )
    rows = queries.listed(request.user, wanted, sort=asked.sort, today=today)

    def told(page: Sequence[CorrectiveAction]) -> list[ActionTold]:
        return [_told(queries.row_of(row, today=today)) for row in page]

    return page_of(request, rows, asked, told)


@reads(
    router,
    "/{int:id}",
    Action.VIEW,
    CorrectiveAction,
    along=queries.ALONG,
    answers=ActionTold,
    summary=gettext_lazy("One corrective action"),
)
def detail(request: Request, action: CorrectiveAction) -> ActionTold:
    return _told(queries.row_of(action, today=timezone.localdate(request.now)))


def _told(row: queries.ActionRow) -> ActionTold:
    return ActionTold(
        id=row.pk,
        text=row.text,
        url=page_at(row.url),
        finding=row.finding,
        shown_by=row.shown_by,
        outage_id=row.outage_pk,
        is_drill=row.is_drill,
        workflow=row.workflow or None,
        workflow_url=page_at(row.workflow_url) if row.workflow_url else None,
        alternative=row.alternative or None,
        team=row.team,
        owner=row.owner,
        due_on=row.due_on,
        days_late=row.days_late,
        status=row.status,
        age_days=row.age,
        made_at=row.made_on,
        retest_passed=row.proposed,
        closed_at=row.closed_at,
        closed_by=row.closed_by or None,
        closed_because=row.closed_reason or None,
        closed_on_retest=row.retest or None,
    )
