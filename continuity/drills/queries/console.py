"""The facilitator's console of one drill, in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.injects import TRANSITIONS as INJECT_TRANSITIONS
from continuity.domain.injects import InjectEvent, InjectState, Trigger
from continuity.domain.states import BEFORE, LIVE, OVER, DrillEvent, DrillState, events_from
from continuity.drills.models import (
    INJECT_STATE_LABELS,
    Criterion,
    Drill,
    DrillInject,
    Performance,
)
from continuity.drills.queries.scripts import on_the_wall
from continuity.drills.queries.words import to_words, when_words
from continuity.inventory.models import Workflow
from continuity.inventory.queries.allowed import permissions
from continuity.outages.models import Outage, Recovery
from continuity.outages.queries.board import Board, board
from continuity.web.together import number_of, together, value_of

MOST: Final = 50
NEVER: Final = "never"
"""The state of an inject that still waited when its drill was over."""
BUTTONS: Final = frozenset(
    {
        DrillEvent.START,
        DrillEvent.PAUSE,
        DrillEvent.RESUME,
        DrillEvent.END,
        DrillEvent.ABORT,
    }
)


@dataclass(frozen=True, slots=True)
class InjectLine:
    """One inject as the facilitator sees it. `at` is when it came or will come, None where
    that depends on people or the drill has not begun."""

    pk: int
    number: int
    state: str
    state_label: str | Promise
    when: str
    at: datetime | None
    sender: str
    channel: str
    to: str
    text: str
    expected: str
    added: bool
    reached: int | None
    done: str
    performance: str
    events: frozenset[InjectEvent]

    @property
    def may_deliver(self) -> bool:
        return InjectEvent.DELIVER in self.events

    @property
    def may_skip(self) -> bool:
        return InjectEvent.SKIP in self.events

    @property
    def may_edit(self) -> bool:
        return InjectEvent.EDIT in self.events

    @property
    def may_record(self) -> bool:
        return InjectEvent.RECORD in self.events


@dataclass(frozen=True, slots=True)
class Person:
    """A recovery that waits for somebody. `part` is its place on the live page."""

    part: int
    workflow: str
    who: str
    since: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Console:
    """`silent` have not acknowledged, `stuck` said that they are: the first fifty each."""

    drill: Drill
    outage: Outage
    board: Board
    events: tuple[DrillEvent, ...]
    may_run: bool
    may_evaluate: bool
    injects: tuple[InjectLine, ...]
    waiting: int
    silent: tuple[Person, ...]
    silent_total: int
    stuck: tuple[Person, ...]
    criteria_to_rate: int


def console(
    drill: Drill, injects: Iterable[DrillInject], *, user: User, now: datetime
) -> Console:
    """Return the console of `drill` for `user`, with these `injects` of its list."""
    outage = drill.outage
    own = Drill.objects.filter(pk=drill.pk)
    state = board(outage, now=now)
    silent = outage.recoveries.none()
    if outage.state in LIVE:
        silent = outage.recoveries.filter(acknowledged_at=None, excused_at=None)
    stuck = outage.recoveries.exclude(stuck_reason="")
    found = together(
        **permissions(own, user, (Action.RUN_DRILL, Action.EVALUATE)),
        waiting=number_of(drill.injects.waiting()),
        to_rate=number_of(drill.criteria.filter(percent=None, rating="")),
        silent_total=number_of(silent),
        silent=silent.order_by("workflow__name", "pk").values_list("pk")[:MOST],
        stuck=stuck.order_by("stuck_at", "pk").values_list("pk")[:MOST],
    )
    people = _people(pk for (pk,) in [*found["silent"], *found["stuck"]])
    return Console(
        drill=drill,
        outage=outage,
        board=state,
        events=tuple(event for event in events_from(outage.state) if event in BUTTONS),
        may_run=bool(found[Action.RUN_DRILL]),
        may_evaluate=bool(found[Action.EVALUATE]),
        injects=tuple(_line(drill, inject, state) for inject in injects),
        waiting=value_of(found["waiting"]),
        silent=tuple(people[pk] for (pk,) in found["silent"]),
        silent_total=value_of(found["silent_total"]),
        stuck=tuple(people[pk] for (pk,) in found["stuck"]),
        criteria_to_rate=value_of(found["to_rate"]),
    )


def _people(recovery_pks: Iterable[int]) -> dict[int, Person]:
    """Return who these recoveries wait for. One query."""
    rows = Recovery.objects.select_related("workflow__team", "lead")
    return {pk: _person(row) for pk, row in rows.in_bulk(set(recovery_pks)).items()}


def inject_lines(
    drill: Drill, injects: Iterable[DrillInject], *, now: datetime
) -> tuple[InjectLine, ...]:
    """Return these injects of a drill as its report shows them: one that still waited at
    the end was never delivered."""
    state = board(drill.outage, now=now)
    rows = (_line(drill, inject, state) for inject in injects)
    if not state.is_over:
        return tuple(rows)
    return tuple(
        replace(row, state=NEVER, state_label=_("Not delivered"))
        if row.state == InjectState.WAITING
        else row
        for row in rows
    )


def injects_of(drill: Drill) -> QuerySet[DrillInject]:
    """Return the list of a drill in the order of its numbers. Not yet read."""
    return drill.injects.select_related("workflow", "to_team").order_by("number")


def criteria_of(drill: Drill) -> QuerySet[Criterion]:
    """Return the criteria of a drill that the evaluator rates. Not yet read."""
    return drill.criteria.filter(percent=None)


def teams_of(drill: Drill) -> QuerySet[Team]:
    """Return the teams that take part, or that an inject is meant for. Not yet read."""
    taking_part = drill.outage.teams.values("pk")
    meant = drill.injects.exclude(to_team=None).values("to_team")
    found = Team.objects.filter(Q(pk__in=taking_part) | Q(pk__in=meant))
    return found.order_by("name", "pk")


def workflows_of(drill: Drill) -> QuerySet[Workflow]:
    """Return the workflows in it, once it has begun; before, those of its teams that can
    be; and those that an inject waits for. Not yet read."""
    outage = drill.outage
    inside = Q(pk__in=outage.recoveries.values("workflow"))
    if outage.state in BEFORE:
        inside = Q(archived_at=None, team__in=outage.teams.values("pk"))
    waited_for = drill.injects.exclude(workflow=None).values("workflow")
    found = Workflow.objects.filter(inside | Q(pk__in=waited_for))
    return found.order_by("name", "pk")


def _person(recovery: Recovery) -> Person:
    return Person(
        part=recovery.pk,
        workflow=recovery.workflow.name,
        who=str(recovery.lead or recovery.workflow.team),
        since=recovery.stuck_at,
        reason=recovery.stuck_reason,
    )


def _line(drill: Drill, inject: DrillInject, state: Board) -> InjectLine:
    return InjectLine(
        pk=inject.pk,
        number=inject.number,
        state=inject.state,
        state_label=INJECT_STATE_LABELS[InjectState(inject.state)],
        when=when_words(inject),
        at=inject.delivered_at or _comes_at(drill, inject, state),
        sender=inject.sender,
        channel=inject.get_channel_display(),
        to=to_words(inject),
        text=inject.text,
        expected=inject.expected,
        added=inject.added,
        reached=inject.reached,
        done=inject.done,
        performance=str(Performance(inject.performance).label)
        if inject.performance
        else "",
        events=_events(drill.outage, inject),
    )


def _events(outage: Outage, inject: DrillInject) -> frozenset[InjectEvent]:
    """Return what can be done to it, the drill being where it is."""
    possible = {
        event for state, event in INJECT_TRANSITIONS if state == InjectState(inject.state)
    }
    if outage.state != DrillState.RUNNING:
        possible.discard(InjectEvent.DELIVER)
    if outage.state in OVER:
        possible -= {InjectEvent.SKIP, InjectEvent.EDIT}
    if DrillEvent.NOTE not in events_from(outage.state):
        possible.discard(InjectEvent.RECORD)
    return frozenset(possible)


def _comes_at(drill: Drill, inject: DrillInject, state: Board) -> datetime | None:
    waits = inject.state == InjectState.WAITING and inject.trigger == Trigger.TIME
    if not waits or drill.outage.occurred_at is None or state.is_over:
        return None
    return on_the_wall(drill.outage.onset, drill.pace.lived(inject.wait), state.pauses)
