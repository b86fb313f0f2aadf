"""Drills: planned, under way and over, with how each recovery went."""

from collections.abc import Sequence
from typing import Annotated, Literal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Router

from continuity.accounts.roles import Action
from continuity.api.v1.door import Asked, Key, Page, Request, Text, page_of, reads, team_of
from continuity.api.v1.recoveries import recoveries_of
from continuity.api.v1.shapes import (
    Figures,
    Instant,
    Recovery,
    Shape,
    Unknown,
    figures,
    one_of,
    page_at,
    seconds,
    why,
)
from continuity.domain.states import BEFORE, DrillState
from continuity.drills.models import Drill, DrillType
from continuity.drills.queries import lists, pages

router = Router(tags=["drills"])

State = Annotated[str, one_of(DrillState)]


class DrillsAsked(Asked):
    """The filters of the list's page, under the same names."""

    q: Text = ""
    state: (
        Literal["coming", "overdue", "running", "ended", "reviewed", "aborted", "missed"]
        | None
    ) = None
    team: Key | None = None


class DrillLine(Shape):
    """A drill in the list. `at` is the onset, or when it is due; of a surprise that has
    not begun, the earliest moment, with the latest in `until`."""

    id: int
    outage_id: int
    title: str
    url: str
    team: str | None
    tools: list[str]
    scenario: str
    state: State
    at: Instant
    until: Instant | None
    overdue: bool
    facilitator: str | None
    figures: Figures | None
    unknown: Unknown


class DrillTold(Shape):
    """One drill. Its recoveries are a list of their own."""

    id: int
    outage_id: int
    title: str
    url: str
    type: Annotated[str, one_of(DrillType.values)]
    aim: str | None
    scenario: str
    state: State
    team: str | None
    facilitator: str | None
    tools: list[str]
    at: Instant
    until: Instant | None
    occurred_at: Instant | None
    ended_at: Instant | None
    limit_seconds: int | None
    called_off_because: str | None
    figures: Figures | None
    recoveries_url: str
    unknown: Unknown


@reads(
    router,
    "",
    Action.VIEW,
    answers=Page[DrillLine],
    summary=gettext_lazy("Drills, the latest first, with the filters of their list"),
)
def listing(request: Request, asked: DrillsAsked) -> Page[DrillLine]:
    team = team_of(request, asked.team)
    found = lists.in_one(
        request.user, state=asked.state or "", team=team, text=asked.q, now=request.now
    )

    def told(page: Sequence[Drill]) -> list[DrillLine]:
        return [_line(row) for row in lists.lines(page, now=request.now)]

    return page_of(request, found, asked, told)


@reads(
    router,
    "/{int:id}",
    Action.VIEW,
    Drill,
    along=pages.DRILL_READ,
    answers=DrillTold,
    summary=gettext_lazy("One drill and its figures"),
)
def detail(request: Request, drill: Drill) -> DrillTold:
    page = pages.drill_page(drill, user=request.user, now=request.now)
    outage = drill.outage
    begun = outage.occurred_at is not None
    return DrillTold(
        id=drill.pk,
        outage_id=outage.pk,
        title=outage.title,
        url=page_at(drill.get_absolute_url()),
        type=drill.type,
        aim=drill.aim or None,
        scenario=drill.scenario.title,
        state=outage.state,
        team=None if outage.team is None else outage.team.name,
        facilitator=None if outage.facilitator is None else str(outage.facilitator),
        tools=list(page.tools),
        at=outage.occurred_at or drill.occurrence_at,
        until=None if begun else drill.window_ends_at,
        occurred_at=outage.occurred_at,
        ended_at=outage.ended_at,
        limit_seconds=seconds(outage.limit),
        called_off_because=outage.why_aborted or None,
        figures=figures(page.results.summary) if begun else None,
        recoveries_url=page_at(reverse("api:v1", args=[f"drills/{drill.pk}/recoveries"])),
        unknown=_unknown(
            before=outage.state in BEFORE,
            begun=begun,
            ended=outage.ended_at is not None,
        ),
    )


@reads(
    router,
    "/{int:id}/recoveries",
    Action.VIEW,
    Drill,
    along=pages.DRILL_READ,
    answers=Page[Recovery],
    summary=gettext_lazy("The recoveries of a drill: clocks, RTA, verdicts; worst first"),
)
def recoveries(request: Request, drill: Drill, asked: Asked) -> Page[Recovery]:
    page = pages.drill_page(drill, user=request.user, now=request.now)
    return page_of(request, page.lines, asked, recoveries_of)


def _line(row: lists.DrillLine) -> DrillLine:
    return DrillLine(
        id=row.pk,
        outage_id=row.outage_pk,
        title=row.title,
        url=page_at(reverse("drills:drill", args=[row.pk])),
        team=row.team or None,
        tools=list(row.tools),
        scenario=row.scenario,
        state=row.state,
        at=row.at,
        until=row.until,
        overdue=row.overdue,
        facilitator=row.facilitator or None,
        figures=figures(row.summary),
        unknown=why(figures=(row.summary is None, _("It shows nothing so far."))),
    )


def _unknown(*, before: bool, begun: bool, ended: bool) -> dict[str, str]:
    nothing = _("It has not begun.") if before else _("It never began.")
    return why(
        figures=(not begun, nothing),
        occurred_at=(not begun, nothing),
        ended_at=(not ended, _("It is not over.")),
    )
