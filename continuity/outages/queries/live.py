"""The live page of one outage as one person sees it, in a fixed number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Membership, Team, User
from continuity.accounts.roles import Action, TeamRole
from continuity.domain.clocks import (
    BUTTON,
    Clock,
    Moments,
    Reading,
    Verdict,
    next_step,
    rta,
    verdict,
    working_time,
)
from continuity.domain.states import LIVE, DrillEvent, DrillState, events_from
from continuity.inventory.models import Alternative, RunbookStep
from continuity.outages.models import (
    CLOCK_LABELS,
    UNDO_WITHIN,
    Decision,
    Mark,
    Outage,
    Picture,
    Recovery,
    StepDone,
    answered_by,
)
from continuity.outages.queries.board import Board, board, is_partial
from continuity.outages.queries.journal import PER_PAGE, JournalLine, lines
from continuity.outages.queries.pictures import of_recovery
from continuity.outages.queries.results import moments_of
from continuity.outages.queries.told import Told, told

ROWS: Final = 50
MOST_PARTS: Final = 50
"""Parts of one's own that are listed one by one; who has more filters the table."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """One of the three steps. `after` is the working time from the onset; `mark` is set
    while it may still be taken back, until `undo_until`. `by` names who pressed, if that
    was somebody else than who leads it."""

    clock: Clock
    number: int
    label: str | Promise
    is_done: bool
    is_now: bool
    at: datetime | None
    after: timedelta | None
    exact: bool
    by: str
    mark: int | None
    undo_until: datetime | None


@dataclass(frozen=True, slots=True)
class RunbookLine:
    pk: int
    text: str
    role: str
    expected: timedelta | None
    verification: str
    done_by: str
    done_at: datetime | None
    is_now: bool


@dataclass(frozen=True, slots=True)
class Option:
    """An alternative of the dependency, in the order of rank."""

    pk: int
    rank: int
    name: str
    expected_switch: timedelta | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody to whom a recovery can be handed over."""

    pk: int
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What was decided, stay or switch; `mark` is set while it may be taken back."""

    decision: str
    label: str | Promise
    at: datetime
    after: timedelta | None
    mark: int | None
    undo_until: datetime | None


@dataclass(frozen=True, slots=True)
class Part:
    """One recovery with everything a person needs to move it along."""

    pk: int
    workflow_pk: int
    workflow: str
    team: str
    tool: str
    lead: str
    is_mine: bool
    on_behalf: bool
    rto: timedelta | None
    minimum: str
    mbco_percent: int | None
    reading: Reading
    verdict: Verdict | None
    due_at: datetime | None
    left: timedelta | None
    next: Clock | None
    steps: tuple[StepLine, ...]
    alternative: str
    options: tuple[Option, ...]
    runbook: tuple[RunbookLine, ...]
    excused_reason: str
    stuck_reason: str
    stuck_by: str
    stuck_at: datetime | None
    takers: tuple[Taker, ...]
    decision: Choice | None
    may_decide: bool
    pictures: tuple[Picture, ...]

    @property
    def choices(self) -> tuple[tuple[str, str | Promise], ...]:
        """What can be decided where a tool works badly, in the words of the button."""
        return (Decision.STAY, _("We stay")), (Decision.SWITCH, _("We switch"))

    @property
    def recovered(self) -> bool:
        return not self.reading.is_lower_bound

    @property
    def steps_done(self) -> int:
        return sum(bool(line.done_at) for line in self.runbook)

    @property
    def used(self) -> timedelta | None:
        """How much of the RTO is gone; never more than all of it."""
        return None if self.rto is None else min(self.reading.length, self.rto)


@dataclass(frozen=True, slots=True)
class Row:
    """One recovery in the table of everyone; lengths are working time from the onset."""

    pk: int
    workflow: str
    tool: str
    who: str
    is_mine: bool
    may_press: bool
    seen: timedelta | None
    switched: timedelta | None
    restored: timedelta | None
    waits_for: Clock | None
    excused_reason: str
    stuck_reason: str
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Live:
    board: Board
    events: tuple[DrillEvent, ...]
    may_run: bool
    may_note: bool
    mine: tuple[Row, ...]
    part: Part | None
    rows: tuple[Row, ...]
    page: Page[Recovery]
    shown: str
    mine_total: int
    stuck: tuple[Row, ...]
    told: tuple[Told, ...]
    journal: tuple[JournalLine, ...]
    older_than: int | None

    @property
    def not_back(self) -> int:
        return self.board.counts.total - self.board.counts.recovered


def live(
    outage: Outage,
    *,
    user: User,
    part: int | None = None,
    shown: str = "",
    page: str | int | None = 1,
    now: datetime,
) -> Live:
    """Return the live page of `outage` for `user`.

    `part` is the recovery they asked for; otherwise the first of their own that is not
    back yet. `shown` cuts the table to "mine" or to what is still "open"; empty shows
    all. Someone without a part of their own and who asked for none has none.
    """
    state = board(outage, now=now)
    reader = Reader(outage, user, state, now)
    may_run = Outage.objects.allowing(user, Action.RUN_DRILL).filter(pk=outage.pk).exists()
    journal = lines(outage)
    asked = reader.page(shown, page)
    return Live(
        board=state,
        events=events_from(outage.state),
        may_run=may_run,
        may_note=DrillEvent.NOTE in events_from(outage.state),
        mine=reader.mine(),
        part=reader.part(part),
        rows=reader.rows_of(asked),
        page=asked,
        shown=shown,
        mine_total=reader.around().count(),
        stuck=reader.stuck() if may_run else (),
        told=told(outage, user) if outage.is_drill else (),
        journal=journal,
        older_than=journal[-1].number if len(journal) == PER_PAGE else None,
    )


def people() -> QuerySet[User]:
    """Return everyone who may sign in. Not yet read."""
    return User.objects.filter(is_active=True)


def _by(mark: Mark | None, recovery: Recovery) -> str:
    if mark is None or mark.by is None or mark.by_id == recovery.lead_id:
        return ""
    if mark.by_id == recovery.workflow.deputy_id:
        return _("%(name)s, deputy") % {"name": mark.by}
    return str(mark.by)


class Reader:
    """Reads the recoveries of one outage for one person."""

    def __init__(self, outage: Outage, user: User, state: Board, now: datetime) -> None:
        self.outage = outage
        self.user = user
        self.board = state
        self.pauses = state.pauses
        self.now = now
        self.may_all = user.may(Action.TAKE_PART) or outage.facilitator_id == user.pk
        self.teams = (
            frozenset[int]()
            if self.may_all
            else frozenset(
                Team.objects.allowing(user, Action.TAKE_PART).values_list("pk", flat=True)
            )
        )

    def mine(self) -> tuple[Row, ...]:
        found = self._joined().filter(answered_by(self.user))[:MOST_PARTS]
        return tuple(self._row(recovery) for recovery in found)

    def around(self) -> QuerySet[Recovery]:
        """What the person leads, or belongs to a team of theirs."""
        return self.outage.recoveries.filter(
            answered_by(self.user) | Q(workflow__team__in=self.teams)
        )

    def stuck(self) -> tuple[Row, ...]:
        """Those that said so and are not back, the longest waiting first."""
        found = self._joined().exclude(stuck_reason="").order_by("stuck_at", "pk")
        return tuple(self._row(recovery) for recovery in found[:MOST_PARTS])

    def page(self, shown: str, number: str | int | None) -> Page[Recovery]:
        found = self._joined()
        if shown == "mine":
            found = found.filter(answered_by(self.user) | Q(workflow__team__in=self.teams))
        elif shown == "open":
            found = found.filter(minimum_at=None)
        return Paginator(found, ROWS).get_page(number)

    def rows_of(self, page: Page[Recovery]) -> tuple[Row, ...]:
        return tuple(self._row(recovery) for recovery in page.object_list)

    def part(self, asked: int | None) -> Part | None:
        recovery = self._chosen(asked)
        if recovery is None:
            return None
        moments = moments_of(recovery, self.outage.onset)
        reading = rta(moments, ended=self.outage.ended_at, now=self.now, pauses=self.pauses)
        options = self._options(recovery)
        due_at = left = None
        if recovery.rto is not None and moments.minimum is None:
            left = recovery.rto - reading.length
            due_at = self.now + left
        workflow = recovery.workflow
        marks = {mark.clock: mark for mark in recovery.marks.valid().select_related("by")}
        coming = next_step(moments) if self._running else None
        return Part(
            pk=recovery.pk,
            workflow_pk=workflow.pk,
            workflow=workflow.name,
            team=workflow.team.name,
            tool=recovery.tool.name,
            lead=str(recovery.lead or ""),
            is_mine=self._is_mine(recovery),
            on_behalf=not self._is_mine(recovery),
            rto=recovery.rto,
            minimum=workflow.mbco_words,
            mbco_percent=recovery.mbco_percent,
            reading=reading,
            verdict=self._verdict(recovery, reading),
            due_at=due_at,
            left=left,
            next=coming,
            steps=self._steps(marks, moments, recovery),
            alternative=recovery.alternative_name,
            options=options,
            runbook=self._runbook(recovery),
            excused_reason=recovery.excused_reason,
            stuck_reason=recovery.stuck_reason,
            stuck_by=str(recovery.stuck_by or ""),
            stuck_at=recovery.stuck_at,
            takers=self._takers(recovery) if coming else (),
            decision=self._choice(recovery, marks.get(Clock.DECIDED)),
            may_decide=coming in {Clock.ACKNOWLEDGED, Clock.SWITCHED}
            and moments.decided is None
            and is_partial(recovery.tool_id, self.board),
            pictures=tuple(of_recovery(recovery.pk)),
        )

    def _choice(self, recovery: Recovery, mark: Mark | None) -> Choice | None:
        if recovery.decided_at is None or not recovery.decision:
            return None
        until = None if mark is None else mark.received_at + UNDO_WITHIN
        undoable = self._running and until is not None and until >= self.now
        return Choice(
            decision=recovery.decision,
            label=Decision(recovery.decision).label,
            at=recovery.decided_at,
            after=self._after(recovery.decided_at),
            mark=mark.pk if mark is not None and undoable else None,
            undo_until=until if undoable else None,
        )

    def _takers(self, recovery: Recovery) -> tuple[Taker, ...]:
        """Return who else could lead it: its team, its owner, its deputy."""
        workflow = recovery.workflow
        teams = [workflow.team_id, workflow.team.parent_id]
        members = Membership.objects.filter(team__in=teams, role__gte=TeamRole.MEMBER)
        found = User.objects.filter(
            Q(pk__in=members.values("user"))
            | Q(pk__in=[pk for pk in (workflow.owner_id, workflow.deputy_id) if pk]),
            is_active=True,
        ).order_by("name", "pk")[:MOST_PARTS]
        return tuple(
            Taker(person.pk, str(person))
            for person in found
            if person.pk != recovery.lead_id
        )

    @property
    def _running(self) -> bool:
        return self.outage.state == DrillState.RUNNING

    def _joined(self) -> QuerySet[Recovery]:
        return self.outage.recoveries.select_related(
            "workflow__team", "tool", "lead", "stuck_by"
        ).order_by("workflow__name", "pk")

    def _chosen(self, asked: int | None) -> Recovery | None:
        allowed = self._joined()
        if asked is not None:
            if not self.may_all:
                allowed = allowed.filter(
                    answered_by(self.user) | Q(workflow__team__in=self.teams)
                )
            return allowed.filter(pk=asked).first()
        own = allowed.filter(answered_by(self.user))
        # Those that are not back yet come first.
        return own.order_by(
            F("minimum_at").desc(nulls_first=True), "workflow__name", "pk"
        ).first()

    def _is_mine(self, recovery: Recovery) -> bool:
        workflow = recovery.workflow
        return self.user.pk in {recovery.lead_id, workflow.owner_id, workflow.deputy_id}

    def _after(self, at: datetime | None) -> timedelta | None:
        if at is None:
            return None
        return working_time(self.outage.onset, at, self.pauses)

    def _verdict(self, recovery: Recovery, reading: Reading) -> Verdict | None:
        return verdict(
            reading,
            recovery.rto,
            excused=bool(recovery.excused_reason),
            over=self.outage.ended_at is not None,
        )

    def _row(self, recovery: Recovery) -> Row:
        moments = moments_of(recovery, self.outage.onset)
        reading = rta(moments, ended=self.outage.ended_at, now=self.now, pauses=self.pauses)
        mine = self._is_mine(recovery)
        return Row(
            pk=recovery.pk,
            workflow=recovery.workflow.name,
            tool=recovery.tool.name,
            who=str(recovery.lead or recovery.workflow.team),
            is_mine=mine,
            may_press=mine or self.may_all or recovery.workflow.team_id in self.teams,
            seen=self._after(moments.acknowledged),
            switched=self._after(moments.switched),
            restored=self._after(moments.minimum),
            waits_for=next_step(moments) if self.outage.state in LIVE else None,
            excused_reason=recovery.excused_reason,
            stuck_reason=recovery.stuck_reason,
            verdict=self._verdict(recovery, reading),
        )

    def _steps(
        self, marks: Mapping[str, Mark], moments: Moments, recovery: Recovery
    ) -> tuple[StepLine, ...]:
        coming = next_step(moments)
        found = []
        for number, clock in enumerate(BUTTON, start=1):
            mark = marks.get(clock)
            until = None if mark is None else mark.received_at + UNDO_WITHIN
            undoable = self._running and until is not None and until >= self.now
            at = moments.at(clock)
            found.append(
                StepLine(
                    clock=clock,
                    number=number,
                    label=CLOCK_LABELS[clock],
                    is_done=at is not None,
                    is_now=clock == coming and self._running,
                    at=at,
                    after=self._after(at),
                    exact=mark is None or mark.exact,
                    by=_by(mark, recovery),
                    mark=mark.pk if mark is not None and undoable else None,
                    undo_until=until if undoable else None,
                )
            )
        return tuple(found)

    def _options(self, recovery: Recovery) -> tuple[Option, ...]:
        if recovery.dependency_id is None:
            return ()
        found = Alternative.objects.filter(dependency=recovery.dependency_id)
        return tuple(
            Option(
                pk=alternative.pk,
                rank=alternative.rank,
                name=str(alternative),
                expected_switch=alternative.expected_switch,
                is_chosen=alternative.pk == recovery.alternative_id,
            )
            for alternative in found.select_related("tool").order_by("rank")
        )

    def _runbook(self, recovery: Recovery) -> tuple[RunbookLine, ...]:
        """The steps of the alternative that is used, or planned."""
        if recovery.alternative_id is None:
            return ()
        done: dict[int, StepDone] = {
            tick.step_id: tick for tick in recovery.steps_done.select_related("by")
        }
        steps = list(RunbookStep.objects.filter(alternative=recovery.alternative_id))
        coming = next((step.pk for step in steps if step.pk not in done), None)
        return tuple(
            RunbookLine(
                pk=step.pk,
                text=step.text,
                role=step.role,
                expected=step.expected,
                verification=step.verification,
                done_by=str(done[step.pk].by) if step.pk in done else "",
                done_at=done[step.pk].at if step.pk in done else None,
                is_now=step.pk == coming and self._running,
            )
            for step in steps
        )
