"""The counts in the frame of every page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from continuity.accounts.models import Membership, Organisation, User
from continuity.accounts.roles import Action, TeamRole
from continuity.domain.states import DrillState
from continuity.drills.models import CorrectiveAction
from continuity.inventory.models import Workflow
from continuity.inventory.queries.reviews import own_due
from continuity.notifications.models import Notification
from continuity.outages.models import Outage, OutageKind


@dataclass(frozen=True, slots=True)
class Shell:
    """Counts of what the reader may see, what they may do, and the server's clock."""

    workflows: int
    due_reviews: int
    overdue: int
    actions_overdue: int
    live_drills: int
    live_outages: int
    unread: int
    organisation: str
    server_now: datetime
    can_manage: bool
    can_hand_over: bool
    can_administer: bool


def overdue(rows: "QuerySet[Outage]", now: datetime) -> "QuerySet[Outage]":
    """Keep the drills that should have begun and have not."""
    return rows.filter(kind=OutageKind.DRILL, state=DrillState.PLANNED, due_at__lt=now)


def shell(user: User | None, *, now: datetime) -> Shell:
    """Return what the frame shows to `user`; nothing counted for nobody. One query."""
    if user is None:
        return Shell(
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            "",
            now,
            can_manage=False,
            can_hand_over=False,
            can_administer=False,
        )
    outages = Outage.objects.allowing(user, Action.VIEW)
    live = outages.live()
    leads = Membership.objects.filter(user=user, role__gte=TeamRole.LEAD)
    today = timezone.localdate(now)
    row = _at_once(
        workflows=Workflow.objects.current().allowing(user, Action.VIEW),
        due_reviews=own_due(user),
        overdue=overdue(outages, now),
        actions_overdue=CorrectiveAction.objects.allowing(user, Action.VIEW).overdue(today),
        live_drills=live.filter(kind=OutageKind.DRILL),
        live_outages=live.filter(kind=OutageKind.REAL),
        leads=leads,
        unread=Notification.objects.shown_to(user).unread(),
    )
    return Shell(
        workflows=row["workflows"],
        due_reviews=row["due_reviews"],
        overdue=row["overdue"],
        actions_overdue=row["actions_overdue"],
        live_drills=row["live_drills"],
        live_outages=row["live_outages"],
        unread=row["unread"],
        organisation=row["organisation"] or "",
        server_now=now,
        can_manage=user.may(Action.IMPORT),
        can_hand_over=user.may(Action.APPROVE) or bool(row["leads"]),
        can_administer=user.may(Action.ADMINISTER),
    )


def _at_once(**rows: "QuerySet[Any]") -> dict[str, Any]:
    """Return how many each of `rows` are, and the name of the organisation: one query.

    Every page asks this. The ORM takes longer to put subqueries together than the
    database to answer them, so each is written by itself and only then joined.
    """
    names, parts, parameters = [], [], list[Any]()
    for name, found in rows.items():
        try:
            sql, own = found.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            sql, own = "SELECT 1 WHERE FALSE", ()
        names.append(name)
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS {name})")  # noqa: S608
        parameters += own
    table = connection.ops.quote_name(Organisation._meta.db_table)
    parts.append(f"(SELECT name FROM {table} WHERE id = 1)")  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), parameters)
        return dict(zip([*names, "organisation"], cursor.fetchone(), strict=True))
