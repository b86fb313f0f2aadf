"""What declaring a real outage asks, and what one has shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.clocks import Verdict
from continuity.domain.states import DrillState
from continuity.incidents.models import Incident
from continuity.inventory.models import Tool
from continuity.inventory.queries import fate
from continuity.outages.models import Outage
from continuity.outages.queries import Line, Results, results
from continuity.outages.queries.real import TAKE_UP_WITHIN, live_real, live_with, touching
from continuity.outages.queries.scope import Reach, in_scope, reach

MOST_NAMES: Final = 12
"""Workflows that the preview names; more are counted."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A workflow that falls with the tools, as the preview names it."""

    name: str
    team: str
    tier: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What an outage of some tools would hit, and the live ones it may be a part of:
    `same` have one of these very tools, `near` fall together with one."""

    reach: Reach
    first: Sequence[Hit]
    more: int
    same: Sequence[Outage]
    near: Sequence[Outage]


def may_declare(user: User) -> bool:
    """Say whether there is any team for which `user` could declare an outage."""
    if user.may(Action.DECLARE):
        return True
    return Team.objects.allowing(user, Action.DECLARE).exists()


def hits_theirs(user: User, tool_pks: Iterable[int]) -> bool:
    """Say whether work of a team of theirs falls with these tools; always for managers."""
    if user.may(Action.DECLARE):
        return True
    teams = Team.objects.allowing(user, Action.DECLARE).values_list("pk", flat=True)
    return in_scope(tool_pks, teams).exists()


def tools(besides: Sequence[int] = ()) -> QuerySet[Tool]:
    """Return the tools that can fail: those in use, those that others ride on, and those
    `besides`, the most used first. `used_by` counts the current workflows that depend on
    each."""
    wanted = Q(used_by__gt=0) | Q(downstreams__isnull=False)
    if besides:
        wanted |= Q(pk__in=besides)
    return (
        Tool.objects.annotate(
            used_by=Count(
                "dependencies__workflow",
                filter=Q(dependencies__workflow__archived_at=None),
                distinct=True,
            )
        )
        .filter(wanted)
        .distinct()
        .order_by("-used_by", "name")
    )


def joinable() -> QuerySet[Outage]:
    """Return the live real outages; whoever is hit may join, seen before or not."""
    return live_real()


def preview(tool_pks: Sequence[int]) -> Preview:
    """Return what these tools would take down, the most critical work first."""
    graph = fate.graph()
    hit = in_scope(tool_pks, None, known=graph)
    named = (
        hit.order_by("workflow__tier", "workflow__name", "workflow")
        .values_list("workflow", "workflow__name", "workflow__team__name", "workflow__tier")
        .distinct()[:MOST_NAMES]
    )
    first = [Hit(name, team, tier) for _pk, name, team, tier in named]
    counted = reach(tool_pks, None, known=graph)
    same = list(live_with(tool_pks))
    known = {outage.pk for outage in same}
    near = [one for one in touching(tool_pks, graph) if one.pk not in known]
    return Preview(counted, first, counted.workflows - len(first), same, near)


@dataclass(frozen=True, slots=True)
class Result:
    """What a real outage has shown; `lines` the worst first, `proofs` how many it left."""

    results: Results
    lines: Sequence[Line]
    lasted: timedelta
    links: Sequence[str]
    tools: Sequence[str]
    proofs: int
    may_run: bool
    may_take_up: bool


def result(outage: Outage, user: User, *, now: datetime) -> Result:
    """Return what a real outage has shown so far, in eight queries whatever its size."""
    found = results(outage, now=now)
    may_run = Outage.objects.allowing(user, Action.RUN_DRILL).filter(pk=outage.pk).exists()
    over = outage.ended_at
    return Result(
        results=found,
        lines=sorted(found.lines, key=_badness),
        lasted=max((over or now) - outage.onset, timedelta()),
        links=incident_of(outage).links,
        tools=list(outage.tools.order_by("name").values_list("name", flat=True)),
        proofs=outage.recoveries.filter(proof__isnull=False).count(),
        may_run=may_run,
        may_take_up=(
            may_run
            and outage.state == DrillState.ENDED
            and over is not None
            and now - over <= TAKE_UP_WITHIN
        ),
    )


BADNESS: Final = (Verdict.MISSED, Verdict.NOT_SHOWN, None, Verdict.MET, Verdict.EXCUSED)


def _badness(line: Line) -> tuple[int, timedelta]:
    return BADNESS.index(line.verdict), -line.reading.length


def incident_of(outage: Outage) -> Incident:
    """Return the declaration of a real outage. Raises DoesNotExist for a drill."""
    return Incident.objects.get(outage=outage)
