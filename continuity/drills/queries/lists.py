"""The list of drills: what runs, what comes, what has been."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.paginator import Page
from django.db.models import F, Q, QuerySet

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.states import BEFORE, LIVE, OVER, DrillState
from continuity.drills.models import Drill, Schedule
from continuity.inventory.models import Tool
from continuity.outages.models import Outage
from continuity.outages.queries.results import Summary, summaries
from continuity.web.counted import page_of_counted
from continuity.web.together import number_of, together, value_of

PER_PAGE: Final = 50
LATEST: Final = (
    F("outage__ended_at").desc(nulls_last=True),
    "-occurrence_at",
    "-pk",
)
"""The order of drills that are over."""

MOST: Final = 50
"""Drills under way or planned, and schedules, that are listed; there are never many."""


@dataclass(frozen=True, slots=True)
class DrillLine:
    """One drill in a list. `at` is the onset, or when it is due. `summary` is None before
    it has begun. Overdue: its time has come and it has not begun."""

    pk: int
    outage_pk: int
    title: str
    team: str
    tools: tuple[str, ...]
    scenario: str
    state: str
    at: datetime
    overdue: bool
    starts_by_itself: bool
    facilitator: str
    summary: Summary | None
    until: datetime | None
    """Where a surprise begins some time between `at` and this; None for the others."""


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    pk: int
    title: str
    team: str
    tools: tuple[str, ...]
    scenario: str
    next_due_at: datetime | None
    rrule: str
    paused: bool


@dataclass(frozen=True, slots=True)
class DrillList:
    """`running`, `planned` and `schedules` are empty where a filter leaves them out."""

    running: tuple[DrillLine, ...]
    planned: tuple[DrillLine, ...]
    schedules: tuple[ScheduleLine, ...]
    past: tuple[DrillLine, ...]
    page: Page[Drill]
    is_empty: bool


def drill_list(
    user: User,
    *,
    state: str = "",
    team: Team | None = None,
    text: str = "",
    page: str | int | None = 1,
    now: datetime,
) -> DrillList:
    """Return the drills that `user` may see, in a fixed number of queries.

    `state` is "coming", "overdue", "running", or one of the states of a drill that is
    over; empty is all. `team` keeps those that it or a team of it takes part in, `text`
    those with it in their title.
    """
    live, planned, over = _groups(user, state, team, text, now)
    keys = together(
        live=live.values_list("pk")[:MOST],
        planned=planned.values_list("pk")[:MOST],
        over=number_of(over),
    )
    asked = page_of_counted(over, value_of(keys["over"]), page, per_page=PER_PAGE)
    first = [pk for name in ("live", "planned") for (pk,) in keys[name]]
    on_page: Any = asked.object_list
    drills = _read(first, on_page)
    found = summaries([drill.outage_id for drill in drills], now=now)
    known = {drill.pk: _line(drill, found.get(drill.outage_id), now) for drill in drills}
    schedules = _schedules(user, team, text) if state in {"", "coming"} else ()
    nothing = not drills and not schedules
    # What neither runs nor is planned stays, in the order of what is over.
    running = tuple(known.pop(pk) for (pk,) in keys["live"])
    coming = tuple(known.pop(pk) for (pk,) in keys["planned"])
    return DrillList(
        running=running,
        planned=coming,
        schedules=schedules,
        past=tuple(known.values()),
        page=asked,
        is_empty=nothing and not (state or team or text),
    )


def every(
    user: User, *, state: str = "", team: Team | None = None, text: str = "", now: datetime
) -> tuple[DrillLine, ...]:
    """Return all drills that the list shows, under way first, then to come, then past: in
    a fixed number of queries, and none cut off."""
    groups = _groups(user, state, team, text, now)
    return lines([drill for group in groups for drill in _joined(group)], now=now)


def in_one(
    user: User, *, state: str = "", team: Team | None = None, text: str = "", now: datetime
) -> QuerySet[Drill]:
    """Return the drills of the list in one order, those to come first and then the latest:
    to be read a page at a time, and told by `lines`."""
    seen = _wanted(Drill.objects.allowing(user, Action.VIEW), team, text)
    states = {"coming": BEFORE, "running": LIVE}.get(state, [state])
    if state == "overdue":
        found = _overdue(seen, now)
    else:
        found = seen.filter(outage__state__in=states) if state else seen
    return _joined(found).order_by("-occurrence_at", "-pk")


def lines(drills: Iterable[Drill], *, now: datetime) -> tuple[DrillLine, ...]:
    """Return these drills as a list shows them, in their order. Two queries besides those
    of the drills themselves."""
    rows = list(drills)
    found = summaries([drill.outage_id for drill in rows], now=now)
    return tuple(_line(drill, found.get(drill.outage_id), now) for drill in rows)


def every_schedule(
    user: User, *, state: str = "", team: Team | None = None, text: str = ""
) -> tuple[ScheduleLine, ...]:
    """Return all recurring schedules of the list, none cut off."""
    return _schedules(user, team, text, most=None) if state in {"", "coming"} else ()


def _groups(
    user: User, state: str, team: Team | None, text: str, now: datetime
) -> tuple[QuerySet[Drill], QuerySet[Drill], QuerySet[Drill]]:
    """Return the drills under way, those to come and those that are over, as asked for."""
    seen = _wanted(Drill.objects.allowing(user, Action.VIEW), team, text)
    live = planned = seen.none()
    if state in {"", "running"}:
        live = seen.filter(outage__state__in=LIVE).order_by("outage__occurred_at", "pk")
    if state in {"", "coming"}:
        planned = seen.filter(outage__state__in=BEFORE)
    elif state == "overdue":
        planned = _overdue(seen, now)
    planned = planned.order_by("occurrence_at", "pk")
    over = seen.filter(outage__state__in=[state] if state in OVER else OVER)
    if state in {"coming", "overdue", "running"}:
        over = over.none()
    return live, planned, over.order_by(*LATEST)


def _overdue(drills: QuerySet[Drill], now: datetime) -> QuerySet[Drill]:
    """One that begins somewhere within its window is not late there."""
    return drills.filter(
        outage__state=DrillState.PLANNED, outage__due_at__lt=now, outage__sealed_at=None
    )


def _wanted(drills: QuerySet[Drill], team: Team | None, text: str) -> QuerySet[Drill]:
    if team is not None:
        own = Team.objects.filter(Q(pk=team.pk) | Q(parent=team)).values("pk")
        among = Outage.teams.through.objects.filter(team__in=own)
        drills = drills.filter(
            Q(outage__team__in=own) | Q(outage__in=among.values("outage"))
        )
    if text:
        drills = drills.filter(outage__title__icontains=text)
    return drills


def _read(pks: Iterable[int], over: QuerySet[Drill]) -> list[Drill]:
    """Return the drills with these keys and those of `over`, in its order. Two queries."""
    rows = Drill.objects.filter(Q(pk__in=list(pks)) | Q(pk__in=over.values("pk")))
    return list(_joined(rows).order_by(*LATEST))


def _joined(drills: QuerySet[Drill]) -> QuerySet[Drill]:
    return drills.select_related(
        "outage__team", "outage__facilitator", "scenario"
    ).prefetch_related("outage__tools")


def _line(drill: Drill, summary: Summary | None, now: datetime) -> DrillLine:
    outage = drill.outage
    late = (
        outage.state == DrillState.PLANNED
        and outage.due_at is not None
        and outage.due_at < now
        and outage.sealed_at is None
    )
    return DrillLine(
        pk=drill.pk,
        outage_pk=outage.pk,
        title=outage.title,
        team=str(outage.team or ""),
        tools=names(outage.tools.all()),
        scenario=drill.scenario.title,
        state=outage.state,
        at=outage.occurred_at or drill.occurrence_at,
        overdue=late,
        starts_by_itself=outage.starts_by_itself,
        facilitator=str(outage.facilitator or ""),
        summary=summary if outage.occurred_at else None,
        until=None if outage.occurred_at else drill.window_ends_at,
    )


def _schedules(
    user: User, team: Team | None, text: str, *, most: int | None = MOST
) -> tuple[ScheduleLine, ...]:
    """The recurring ones; what happens once stands among the drills."""
    found = Schedule.objects.allowing(user, Action.VIEW).recurring()
    if team is not None:
        found = found.filter(Q(team=team) | Q(team=None))
    if text:
        found = found.filter(title__icontains=text)
    rows = (
        found.select_related("team", "scenario")
        .prefetch_related("tools")
        .order_by(F("next_due_at").asc(nulls_last=True), "pk")
    )
    return tuple(
        ScheduleLine(
            pk=row.pk,
            title=row.title,
            team=str(row.team or ""),
            tools=names(row.tools.all()),
            scenario=row.scenario.title,
            next_due_at=row.next_due_at,
            rrule=row.rrule,
            paused=row.paused,
        )
        for row in rows[:most]
    )


def names(tools: Iterable[Tool]) -> tuple[str, ...]:
    return tuple(sorted(tool.name for tool in tools))
