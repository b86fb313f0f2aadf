"""The counts in the frame of every page."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from continuity.accounts.models import Membership, Organisation, Team, User
from continuity.accounts.roles import Action, TeamRole
from continuity.domain.states import DrillState
from continuity.drills.models import CorrectiveAction
from continuity.inventory.models import Workflow
from continuity.inventory.queries.reviews import own_due
from continuity.notifications.models import Notification
from continuity.outages.models import Outage, OutageKind
from continuity.web.together import moment

MOST_BANNERS: Final = 3
"""Real outages that stand above every page; with more, the list has them all."""


@dataclass(frozen=True, slots=True)
class Banner:
    """A real outage that goes on."""

    title: str
    url: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Shell:
    """Counts of what the reader may see, what they may do, and the server's clock."""

    workflows: int
    due_reviews: int
    overdue: int
    actions_overdue: int
    live_drills: int
    live_outages: int
    now: tuple[Banner, ...]
    """The latest real outages that go on, for the banner of every page."""
    unread: int
    organisation: str
    is_sample: bool
    """Whether what is in it is invented, to try."""
    server_now: datetime
    can_manage: bool
    can_hand_over: bool
    can_administer: bool
    may_plan: bool
    """Whether the reader may plan a drill: of some team, or of all there will ever be."""
    may_declare: bool
    """Whether there is any team for which they could declare an outage."""


def overdue(rows: "QuerySet[Outage]", now: datetime) -> "QuerySet[Outage]":
    """Keep the drills that should have begun and have not; a surprise in its window is
    none of them."""
    planned = rows.filter(kind=OutageKind.DRILL, state=DrillState.PLANNED)
    return planned.filter(due_at__lt=now, sealed_at=None)


def _now(live: "QuerySet[Outage]") -> "QuerySet[Outage, Any]":
    """Ask for what the banners tell of the latest real outages among those `live`."""
    real = live.filter(kind=OutageKind.REAL).order_by("-occurred_at", "-pk")
    return real.values_list("pk", "title", "occurred_at")[:MOST_BANNERS]


def _banners(rows: list[dict[str, Any]] | None) -> tuple[Banner, ...]:
    # Each row has its columns in the order in which they were asked for.
    return tuple(
        Banner(title, reverse("outages:live", args=[pk]), moment(since))
        for pk, title, since in (row.values() for row in rows or ())
    )


def shell(user: User | None, *, now: datetime) -> Shell:
    """Return what the frame shows to `user`; nothing counted for nobody: one query."""
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
            is_sample=False,
            server_now=now,
            can_manage=False,
            can_hand_over=False,
            can_administer=False,
            may_plan=False,
            may_declare=False,
        )
    row = _counted(user, now)
    return Shell(
        workflows=row["workflows"],
        due_reviews=row["due_reviews"],
        overdue=row["overdue"],
        actions_overdue=row["actions_overdue"],
        live_drills=row["live_drills"],
        live_outages=row["live_outages"],
        now=_banners(row["now"]),
        unread=row["unread"],
        organisation=row["organisation"] or "",
        is_sample=bool(row["is_sample"]),
        server_now=now,
        can_manage=user.may(Action.IMPORT),
        can_hand_over=user.may(Action.APPROVE) or bool(row["leads"]),
        can_administer=user.may(Action.ADMINISTER),
        may_plan=user.may(Action.RUN_DRILL) or bool(row["plans_for"]),
        may_declare=user.may(Action.DECLARE) or bool(row["declares_for"]),
    )


NOBODY: Final = -(2**61)
LONG_AGO: Final = datetime(1, 1, 2, tzinfo=UTC)
"""What stands in the statement for the reader, for now and (its date) for today."""


def _counted(user: User, now: datetime) -> dict[str, Any]:
    """Return the counts of the frame, and the name of the organisation: one query."""
    names, sql, parameters = _statement(user.organisation_role)
    today = timezone.localdate(now)
    known: dict[Any, Any] = {NOBODY: user.pk, LONG_AGO: now, LONG_AGO.date(): today}
    with connection.cursor() as cursor:
        cursor.execute(sql, [known.get(one, one) for one in parameters])
        return dict(zip(names, cursor.fetchone(), strict=True))


@lru_cache(maxsize=16)
def _statement(role: str) -> tuple[tuple[str, ...], str, tuple[Any, ...]]:
    """Return what is counted, the statement and its parameters, for readers with `role`
    in the organisation.

    Every page asks this, and between two readers of a role only the parameters differ.
    The ORM takes longer to put subqueries together than the database to answer them, so
    each is written by itself, only then joined, and all of it once.
    """
    reader = User(pk=NOBODY, organisation_role=role)
    names, parts, parameters = [], [], list[Any]()
    for name, found in _rows(reader, LONG_AGO, LONG_AGO.date()).items():
        try:
            sql, own = found.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            sql, own = "SELECT 1 WHERE FALSE", ()
        names.append(name)
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS {name})")  # noqa: S608 - ours
        parameters += own
    live = Outage.objects.allowing(reader, Action.VIEW).live()
    sql, own = _now(live).query.sql_with_params()
    parts.append(f"(SELECT json_agg(one) FROM ({sql}) AS one)")  # noqa: S608 - ours
    parameters += own
    table = connection.ops.quote_name(Organisation._meta.db_table)
    own_row = f"FROM {table} WHERE id = 1"
    parts += [f"(SELECT {field} {own_row})" for field in ("name", "is_sample")]
    called = (*names, "now", "organisation", "is_sample")
    return called, "SELECT " + ", ".join(parts), tuple(parameters)


def _rows(user: User, now: datetime, today: date) -> dict[str, "QuerySet[Any]"]:
    """Return what is counted, by its name in the frame."""
    outages = Outage.objects.allowing(user, Action.VIEW)
    live = outages.live()
    return {
        "workflows": Workflow.objects.current().allowing(user, Action.VIEW),
        "due_reviews": own_due(user),
        "overdue": overdue(outages, now),
        "actions_overdue": CorrectiveAction.objects.allowing(user, Action.VIEW).overdue(
            today
        ),
        "live_drills": live.filter(kind=OutageKind.DRILL),
        "live_outages": live.filter(kind=OutageKind.REAL),
        "leads": Membership.objects.filter(user=user, role__gte=TeamRole.LEAD),
        "plans_for": Team.objects.allowing(user, Action.RUN_DRILL),
        "declares_for": Team.objects.allowing(user, Action.DECLARE),
        "unread": Notification.objects.shown_to(user).unread(),
    }
