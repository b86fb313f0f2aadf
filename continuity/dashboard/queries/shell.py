"""The counts in the frame of every page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Exists, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from continuity.accounts.models import Membership, Organisation, User
from continuity.accounts.roles import Action, TeamRole
from continuity.domain.states import DrillState
from continuity.drills.models import CorrectiveAction
from continuity.inventory.models import Workflow
from continuity.inventory.queries.reviews import own_due
from continuity.notifications.models import Notification
from continuity.outages.models import Outage, OutageKind

MOST_BANNERS: Final = 3
"""Real outages that stand above every page; with more, the list has them all."""


@dataclass(frozen=True, slots=True)
class Shell:
    """Counts of what the reader may see, what they may do, and the server's clock."""

    workflows: int
    due_reviews: int
    overdue: int
    actions_overdue: int
    live_drills: int
    live_outages: int
    now: tuple[Outage, ...]
    """The latest real outages that go on, for the banner of every page."""
    unread: int
    organisation: str
    server_now: datetime
    can_manage: bool
    can_hand_over: bool
    can_administer: bool


def overdue(rows: "QuerySet[Outage]", now: datetime) -> "QuerySet[Outage]":
    """Keep the drills that should have begun and have not."""
    return rows.filter(kind=OutageKind.DRILL, state=DrillState.PLANNED, due_at__lt=now)


def _now(live: "QuerySet[Outage]") -> tuple[Outage, ...]:
    return tuple(
        live.filter(kind=OutageKind.REAL).order_by("-occurred_at", "-pk")[:MOST_BANNERS]
    )


def counted(rows: "QuerySet[Any]") -> Coalesce:
    """Return the number of `rows` as a part of another query."""
    alone = rows.order_by().annotate(all=Value(1)).values("all")
    return Coalesce(Subquery(alone.annotate(n=Count("pk")).values("n")), 0)


def shell(user: User | None, *, now: datetime) -> Shell:
    """Return what the frame shows to `user`; nothing counted for nobody. One query, and
    one more while something really fails."""
    if user is None:
        return Shell(
            0,
            0,
            0,
            0,
            0,
            0,
            (),
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
    row = (
        User.objects.filter(pk=user.pk)
        .annotate(
            workflows=counted(Workflow.objects.current().allowing(user, Action.VIEW)),
            due_reviews=counted(own_due(user)),
            overdue=counted(overdue(outages, now)),
            actions_overdue=counted(
                CorrectiveAction.objects.allowing(user, Action.VIEW).overdue(today)
            ),
            live_drills=counted(live.filter(kind=OutageKind.DRILL)),
            live_outages=counted(live.filter(kind=OutageKind.REAL)),
            leads=Exists(leads),
            unread=counted(Notification.objects.shown_to(user).unread()),
            organisation=Subquery(Organisation.objects.filter(pk=1).values("name")),
        )
        .values(
            "workflows",
            "due_reviews",
            "overdue",
            "actions_overdue",
            "live_drills",
            "live_outages",
            "leads",
            "unread",
            "organisation",
        )
        .get()
    )
    return Shell(
        workflows=row["workflows"],
        due_reviews=row["due_reviews"],
        overdue=row["overdue"],
        actions_overdue=row["actions_overdue"],
        live_drills=row["live_drills"],
        live_outages=row["live_outages"],
        now=_now(live) if row["live_outages"] else (),
        unread=row["unread"],
        organisation=row["organisation"] or "",
        server_now=now,
        can_manage=user.may(Action.IMPORT),
        can_hand_over=user.may(Action.APPROVE) or row["leads"],
        can_administer=user.may(Action.ADMINISTER),
    )
