"""One recovery of an outage as one person sees it, in a row or with all they need."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Extract
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
from continuity.domain.states import LIVE, DrillState
from continuity.inventory.models import Alternative, RunbookStep
from continuity.outages.models import (
    CLOCK_LABELS,
    UNDO_WITHIN,
    Decision,
    Mark,
    Outage,
    Picture,
    Recovery,
    answered_by,
)
from continuity.outages.queries.board import Board, is_partial
from continuity.outages.queries.pictures import of_recovery
from continuity.outages.queries.results import moments_of
from continuity.web.together import moment, together

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


def presses_for_all(outage: Outage, user: User) -> bool:
    """Say whether `user` may press for every recovery of `outage`."""
    return user.may(Action.TAKE_PART) or outage.facilitator_id == user.pk


def own_teams(outage: Outage, user: User) -> QuerySet[Team]:
    """Return the teams for whose recoveries `user` may press; none for who may for all."""
    if presses_for_all(outage, user):
        return Team.objects.none()
    return Team.objects.allowing(user, Action.TAKE_PART)


def around_of(outage: Outage, user: User) -> Q:
    """Match what `user` leads, or belongs to a team of theirs."""
    return answered_by(user) | Q(workflow__team__in=own_teams(outage, user).values("pk"))


def joined(outage: Outage) -> QuerySet[Recovery]:
    return outage.recoveries.select_related("workflow__team", "tool", "lead", "stuck_by")


def by_name(outage: Outage) -> QuerySet[Recovery]:
    return outage.recoveries.order_by("workflow__name", "pk")


def own(outage: Outage, user: User) -> QuerySet[Recovery]:
    return by_name(outage).filter(answered_by(user))


def chosen_of(
    outage: Outage, user: User, around: Q, asked: int | None
) -> QuerySet[Recovery]:
    """Return the recovery that was asked for, if `user` may see it so closely; without
    one their own, those first that are not back yet, and of them those that they lead
    before those they could stand in for."""
    if asked is None:
        leads = Case(When(lead=user, then=0), default=1)
        waits = F("minimum_at").desc(nulls_first=True)
        return own(outage, user).order_by(waits, leads, "workflow__name", "pk")
    found = outage.recoveries.filter(pk=asked)
    return found if presses_for_all(outage, user) else found.filter(around)


def _by(mark: Mark | None, recovery: Recovery) -> str:
    if mark is None or mark.by is None or mark.by_id == recovery.lead_id:
        return ""
    if mark.by_id == recovery.workflow.deputy_id:
        return _("%(name)s, deputy") % {"name": mark.by}
    return str(mark.by)


def _takers(recovery: Recovery) -> "QuerySet[User, Any]":
    """Ask who else could lead it: its team, its owner, its deputy."""
    workflow = recovery.workflow
    teams = [workflow.team_id, workflow.team.parent_id]
    members = Membership.objects.filter(team__in=teams, role__gte=TeamRole.MEMBER)
    found = User.objects.filter(
        Q(pk__in=members.values("user"))
        | Q(pk__in=[pk for pk in (workflow.owner_id, workflow.deputy_id) if pk]),
        is_active=True,
    )
    return found.order_by("name", "pk").values_list("pk", "name", "email")[:MOST_PARTS]


def _options(recovery: Recovery) -> "QuerySet[Alternative, Any]":
    """Ask for what can be switched to, in the order of rank, with the seconds that it
    should take; nothing where the dependency is gone."""
    return (
        Alternative.objects.filter(dependency=recovery.dependency_id)
        .annotate(seconds=Extract("expected_switch", "epoch"))
        .order_by("rank")
        .values_list("pk", "rank", "procedure", "tool__name", "seconds")
    )


class Reader:
    """Reads the recoveries of one outage for one person. `teams` are the keys of those
    for whose recoveries they may press, read here where they are not known."""

    def __init__(
        self,
        outage: Outage,
        user: User,
        state: Board,
        now: datetime,
        teams: Collection[int] | None = None,
    ) -> None:
        self.outage = outage
        self.user = user
        self.board = state
        self.pauses = state.pauses
        self.now = now
        self.may_all = presses_for_all(outage, user)
        self.teams = (
            set(own_teams(outage, user).values_list("pk", flat=True))
            if teams is None
            else teams
        )

    def mine(self) -> tuple[Row, ...]:
        own = joined(self.outage).filter(answered_by(self.user))
        return self.rows_of(own.order_by("workflow__name", "pk")[:MOST_PARTS])

    def rows_of(self, recoveries: Iterable[Recovery]) -> tuple[Row, ...]:
        return tuple(self._row(recovery) for recovery in recoveries)

    def part(self, asked: int | None) -> Part | None:
        """Return the recovery that was asked for, else the first of one's own that is
        not back yet."""
        around = around_of(self.outage, self.user)
        keys = chosen_of(self.outage, self.user, around, asked).values("pk")[:1]
        recovery = joined(self.outage).filter(pk__in=keys).first()
        return None if recovery is None else self.part_of(recovery)

    def part_of(self, recovery: Recovery) -> Part:
        """Return all of one recovery. Four queries."""
        moments = moments_of(recovery, self.outage.onset)
        reading = rta(moments, ended=self.outage.ended_at, now=self.now, pauses=self.pauses)
        coming = next_step(moments) if self._running else None
        found = together(
            options=_options(recovery),
            takers=_takers(recovery) if coming else User.objects.none().values_list("pk"),
            done=recovery.steps_done.values_list("step", "at", "by__name", "by__email"),
        )
        due_at = left = None
        if recovery.rto is not None and moments.minimum is None:
            left = recovery.rto - reading.length
            due_at = self.now + left
        workflow = recovery.workflow
        marks = {mark.clock: mark for mark in recovery.marks.valid().select_related("by")}
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
            options=tuple(
                Option(
                    pk=pk,
                    rank=rank,
                    name=procedure or tool,
                    expected_switch=None if seconds is None else timedelta(seconds=seconds),
                    is_chosen=pk == recovery.alternative_id,
                )
                for pk, rank, procedure, tool, seconds in found["options"]
            ),
            runbook=self._runbook(recovery, found["done"]),
            excused_reason=recovery.excused_reason,
            stuck_reason=recovery.stuck_reason,
            stuck_by=str(recovery.stuck_by or ""),
            stuck_at=recovery.stuck_at,
            takers=tuple(
                Taker(pk, name or email)
                for pk, name, email in found["takers"]
                if pk != recovery.lead_id
            ),
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

    @property
    def _running(self) -> bool:
        return self.outage.state == DrillState.RUNNING

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

    def _runbook(
        self, recovery: Recovery, ticks: Iterable[tuple[Any, ...]]
    ) -> tuple[RunbookLine, ...]:
        """The steps of the alternative that is used, or planned; `ticks` are those that
        were done, each with when and by whom."""
        if recovery.alternative_id is None:
            return ()
        done = {step: (moment(at), name or email) for step, at, name, email in ticks}
        steps = list(RunbookStep.objects.filter(alternative=recovery.alternative_id))
        coming = next((step.pk for step in steps if step.pk not in done), None)
        return tuple(
            RunbookLine(
                pk=step.pk,
                text=step.text,
                role=step.role,
                expected=step.expected,
                verification=step.verification,
                done_by=done[step.pk][1] if step.pk in done else "",
                done_at=done[step.pk][0] if step.pk in done else None,
                is_now=step.pk == coming and self._running,
            )
            for step in steps
        )
