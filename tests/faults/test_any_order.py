"""A drill in any order that people, clocks and phones can bring about.

A machine drives the real services and keeps a plain model beside them: which state it
must be in, which presses were taken and when they truly happened. After every step the
two must agree and what may never happen must not have happened.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from continuity.accounts.models import Team, User
from continuity.accounts.roles import TeamRole
from continuity.domain.clocks import ORDER, Clock, Press
from continuity.domain.errors import ContinuityError
from continuity.domain.states import LIVE, TRANSITIONS, DrillEvent, DrillState
from continuity.drills.models import LATE_BY, Scenario
from continuity.drills.services import conducting
from continuity.inventory.models import Dependency, Tool
from continuity.outages.models import Mark, Outage, OutageKind, Recovery
from continuity.outages.queries import breaks, results
from continuity.outages.queries.results import moments_of
from continuity.outages.services import course, marks, recoveries
from tests.factories import (
    AlternativeFactory,
    DependencyFactory,
    DrillFactory,
    RunbookStepFactory,
    ScenarioFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    member,
)
from tests.faults.size import FULL
from tests.outages.keys import key

PARTS, EXAMPLES, STEPS = 4, 75, 40
"""300 examples in all, in parts that can run side by side."""

SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
LIMIT: Final = 2 * HOUR
NIGHTS: Final = (
    datetime(2026, 3, 29, 0, 20, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 20, tzinfo=UTC),
)
"""Forty minutes before the clocks of Paris go an hour forward, or back."""
ZONES: Final = (UTC, ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York"))
SCRIPT: Final = {"seconds": 7200, "components": {}, "phases": []}

one_of_two = st.integers(0, 1)
few_keys = st.integers(1, 12)
zones = st.sampled_from(ZONES)
lengths = st.sampled_from((timedelta(), SECOND, 20 * SECOND, 61 * SECOND, 9 * MINUTE, HOUR))
steps = st.sampled_from((-HOUR, -10 * MINUTE, 10 * MINUTE, HOUR))
devices = st.sampled_from(("form", "page", "stepped", "slept", "reloaded"))


class World:
    """What is there before: two workflows of one team on one tool, and its people."""

    team: Team
    tool: Tool
    scenario: Scenario
    facilitator: User
    leads: tuple[User, User]
    stranger: User

    def __init__(self) -> None:
        self.team, self.tool = TeamFactory(), ToolFactory()
        self.facilitator = member(self.team, TeamRole.LEAD)
        self.leads = (
            member(self.team, TeamRole.MEMBER),
            member(self.team, TeamRole.MEMBER),
        )
        self.stranger, self.scenario = UserFactory(), ScenarioFactory()
        self.step_of: dict[int, int] = {}
        for lead in self.leads:
            dependency: Dependency = DependencyFactory(
                workflow__team=self.team, workflow__owner=lead, tool=self.tool
            )
            alternative = AlternativeFactory(dependency=dependency, rank=1)
            self.step_of[dependency.pk] = RunbookStepFactory(alternative=alternative).pk


class AnyOrder(RuleBasedStateMachine):
    """`truth` is the time that really passed, `offset` how far the server's clock is
    from it, and `heard` how far it was when the page last heard from the server."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.before = transaction.savepoint_create()
        self.offset = self.heard = timedelta()
        self.zone = UTC
        self.entries, self.unbroken = 1, 0
        self.onset: datetime | None = None
        self.true_onset: datetime | None = None
        self.was_stepped = False
        self.paused_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.taken: dict[tuple[int, int], int] = {}
        self.clocks: tuple[dict[Clock, datetime], ...] = ({}, {})
        self.said: set[int] = set()
        self.stuck: list[str] = ["", ""]
        self.ticked = [False, False]
        self.lead: list[User] = list(world.leads)

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.before)

    @property
    def now(self) -> datetime:
        """What the server's clock says, in the zone that was drawn last."""
        return (self.truth + self.offset).astimezone(self.zone)

    @property
    def recoveries(self) -> list[Recovery]:
        return list(self.outage.recoveries.order_by("pk"))

    @initialize(night=st.sampled_from(NIGHTS), draft=st.booleans())
    def plan(self, night: datetime, *, draft: bool) -> None:
        self.truth, self.due_at = night, night + 10 * MINUTE
        self.outage = course.plan(
            kind=OutageKind.DRILL,
            title="Any order",
            team=self.world.team,
            teams=[self.world.team],
            tools=[self.world.tool],
            facilitator=self.world.facilitator,
            due_at=self.due_at,
            limit=LIMIT,
            starts_by_itself=True,
            draft=draft,
            actor=None,
            now=self.now,
        )
        DrillFactory(outage=self.outage, scenario=self.world.scenario, script=SCRIPT)
        self.state = DrillState.DRAFT if draft else DrillState.PLANNED

    # What time does

    @rule(length=lengths, zone=zones)
    def time_passes(self, length: timedelta, zone: ZoneInfo) -> None:
        self.truth += length
        self.zone = zone

    @rule(by=steps)
    def the_servers_clock_is_stepped(self, by: timedelta) -> None:
        self.offset += by
        self.was_stepped = self.onset is not None

    @rule()
    def the_page_hears_from_the_server(self) -> None:
        self.heard = self.offset

    @rule()
    def the_worker_ticks(self) -> None:
        with no_errors():
            conducting.conduct(now=self.now)
        late = self.now - self.due_at > LATE_BY
        if self.state == DrillState.DRAFT and self.due_at <= self.now:
            self.moved(DrillEvent.MISS)
        elif self.state == DrillState.PLANNED and self.due_at <= self.now:
            self.moved(DrillEvent.MISS if late else DrillEvent.START)
        if self.state == DrillState.RUNNING and self.ends_by() <= self.now:
            self.moved(DrillEvent.END, at=self.ends_by())

    # What the facilitator does

    @rule()
    def approve(self) -> None:
        if self.does(DrillEvent.APPROVE, course.approve):
            self.moved(DrillEvent.PLAN)

    @rule()
    def start(self) -> None:
        self.does(DrillEvent.START, course.start)

    @rule()
    def pause(self) -> None:
        self.does(DrillEvent.PAUSE, course.pause)

    @rule()
    def resume(self) -> None:
        self.does(DrillEvent.RESUME, course.resume)

    @rule()
    def end(self) -> None:
        self.does(DrillEvent.END, course.end)

    @rule(sure=st.integers(0, 3))
    def abort(self, sure: int) -> None:
        if sure == 3:  # less often, since nothing comes after it
            self.does(DrillEvent.ABORT, course.abort)

    @rule(sure=st.integers(0, 3))
    def miss(self, sure: int) -> None:
        if sure == 3:
            self.does(DrillEvent.MISS, course.miss)

    @rule()
    def review(self) -> None:
        self.does(DrillEvent.REVIEW, course.review, entries=0)

    @rule()
    def reopen(self) -> None:
        def again(pk: int, *, actor: User, now: datetime) -> Outage:
            return course.reopen(pk, "A figure was wrong.", actor=actor, now=now)

        self.does(DrillEvent.REOPEN, again, entries=0)

    def does(
        self, event: DrillEvent, verb: Callable[..., Outage], entries: int = 1
    ) -> bool:
        """Try `verb`; it must succeed just where the table has an arrow."""
        allowed = (self.state, event) in TRANSITIONS

        def work() -> None:
            verb(self.outage.pk, actor=self.world.facilitator, now=self.now)

        code = self.outcome(work)
        assert code == ("" if allowed else "illegal_transition")
        if allowed:
            self.moved(event, entries=entries)
        return allowed

    def moved(
        self, event: DrillEvent, *, at: datetime | None = None, entries: int = 1
    ) -> None:
        """Take what `event` changes into the model."""
        # In a zone whose clocks go back, one hour of a night equals no instant of another.
        at = (at or self.now).astimezone(UTC)
        self.state = TRANSITIONS[self.state, event]
        self.entries += entries
        match event:
            case DrillEvent.START:
                self.onset, self.true_onset = at, self.truth
                self.heard = self.offset
            case DrillEvent.PAUSE:
                self.paused_at = at
            case DrillEvent.RESUME:
                self.paused_at = None
            case DrillEvent.END | DrillEvent.ABORT:
                self.paused_at = None
                self.ended_at = at if self.onset is None else max(at, self.onset)

    def ends_by(self) -> datetime:
        """The onset, the limit, and what was stood still: all real time."""
        assert self.onset is not None
        stood = sum(
            (stop.ended_at - stop.began_at for stop in self.outage.stops.all()
             if stop.ended_at is not None),
            timedelta(),
        )  # fmt: skip
        return self.onset + LIMIT + stood

    # What participants do

    @rule(
        which=one_of_two,
        clock=st.sampled_from(ORDER),
        number=few_keys,
        device=devices,
        waited=lengths,
    )
    def press(
        self, which: int, clock: Clock, number: int, device: str, waited: timedelta
    ) -> None:
        if not (there := self.recoveries):
            return
        recovery, made = there[which], []
        if device == "form":
            waited = timedelta()
        if self.true_onset is not None:  # nobody presses what they cannot see yet
            waited = min(waited, self.truth - self.true_onset)
        facts = self.claimed(device, waited)

        def work() -> None:
            made.append(
                marks.mark(
                    recovery.pk,
                    clock,
                    key=key(number),
                    pressed_at=facts.pressed_at,
                    age=facts.age,
                    wall_age=facts.wall_age,
                    heard_at=facts.heard_at,
                    decision="switch" if clock == Clock.DECIDED else None,
                    actor=self.lead[which],
                    now=self.now,
                )
            )

        known = self.taken.get((which, number))
        code = self.outcome(work)
        if known is not None:
            assert (code, made[0].pk) == ("", known)
            return
        if self.onset is None or self.state in {DrillState.ABORTED, DrillState.MISSED}:
            assert code == "not_running"
            return
        if code:
            self.must_be_refused(code, which, clock, device)
            return
        self.must_be_right(made[0], waited)
        self.entries += 1
        self.taken[which, number] = made[0].pk
        if self.state == DrillState.REVIEWED:
            assert made[0].arrival == "too_late"
            return
        self.clocks[which][clock] = made[0].at
        if clock == Clock.MINIMUM:
            self.stuck[which] = ""

    def claimed(self, device: str, waited: timedelta) -> Press:
        """Return what a device says of a press that waited so long with it."""
        told = (self.truth - waited + self.heard).astimezone(self.zone)
        match device:
            case "page":
                return Press(told, waited, waited, None)
            case "stepped":  # the phone's own clock went an hour forward meanwhile
                return Press(told, waited, waited + HOUR, None)
            case "slept":  # and its counting clock stood still
                return Press(told, waited / 2, waited, None)
            case "reloaded":  # by a phone that is ten minutes fast
                return Press(told + 10 * MINUTE, None, None, None)
        return Press()

    def must_be_refused(self, code: str, which: int, clock: Clock, device: str) -> None:
        """A refusal has a reason in the model."""
        there = self.clocks[which]
        match code:
            case "already_recorded":
                assert clock in there
            case "out_of_order":
                # Of a clock that has no other on its side there is nothing to be out of.
                assert set(there) - {clock}
            case "not_running":
                closed = self.state != DrillState.RUNNING
                assert closed or self.ends_by() < self.now or device == "reloaded"
            case _:
                raise AssertionError(code)

    def must_be_right(self, mark: Mark, waited: timedelta) -> None:
        """What is called exact is right to a second: by the server's clock of now, and
        as a length since the onset if that clock was not stepped on the way."""
        assert self.onset is not None
        assert self.true_onset is not None
        assert self.onset <= mark.at <= mark.received_at
        if mark.exact and not self.was_stepped:
            length = self.truth - waited - self.true_onset
            assert abs((mark.at - self.onset) - length) <= SECOND
        if mark.exact:
            by_now = self.now.astimezone(UTC) - waited
            assert abs(mark.at - by_now) <= SECOND

    @rule(which=one_of_two, clock=st.sampled_from(ORDER))
    def undo(self, which: int, clock: Clock) -> None:
        standing = Mark.objects.valid().filter(
            recovery__outage=self.outage, clock=clock, recovery__in=self.recoveries[which:]
        )
        mark = standing.order_by("recovery").first()
        if mark is None:
            return
        which = [recovery.pk for recovery in self.recoveries].index(mark.recovery_id)

        def work() -> None:
            marks.undo(mark.pk, actor=self.lead[which], now=self.now)

        code = self.outcome(work)
        if self.state != DrillState.RUNNING:
            assert code == "not_running"
        elif self.now - mark.received_at > MINUTE:
            assert code == "outside_window"
        else:
            assert code == ""
            assert self.outcome(work) == ""  # again does nothing
            del self.clocks[which][clock]
            self.entries += 1

    @rule(which=one_of_two, to=st.integers(0, 2))
    def hand_over(self, which: int, to: int) -> None:
        if not (there := self.recoveries):
            return
        person = (*self.world.leads, self.world.stranger)[to]
        actor = self.lead[which]

        def work() -> None:
            recoveries.hand_over(there[which].pk, person, actor=actor, now=self.now)

        code = self.outcome(work)
        if self.state != DrillState.RUNNING:
            assert code == "not_running"
        elif person == self.world.stranger:
            assert code == "not_allowed_now"
        else:
            assert code == ""
            self.entries += person != actor
            self.lead[which] = person

    @rule(which=one_of_two, number=few_keys, reason=st.sampled_from(("No seat", "No key")))
    def get_stuck(self, which: int, number: int, reason: str) -> None:
        if not (there := self.recoveries):
            return

        def work() -> None:
            recoveries.stuck(
                there[which].pk,
                reason,
                key=key(number),
                actor=self.lead[which],
                now=self.now,
            )

        code = self.outcome(work)
        if number in self.said:
            assert code == ""
        elif self.state != DrillState.RUNNING:
            assert code == "not_running"
        elif Clock.MINIMUM in self.clocks[which]:
            assert code == "not_allowed_now"
        else:
            assert code == ""
            if self.stuck[which] != reason:
                self.stuck[which] = reason
                self.said.add(number)
                self.entries += 1

    @rule(which=one_of_two)
    def go_on(self, which: int) -> None:
        if not (there := self.recoveries):
            return

        def work() -> None:
            recoveries.unstuck(there[which].pk, actor=self.lead[which], now=self.now)

        code = self.outcome(work)
        if (self.state, DrillEvent.NOTE) not in TRANSITIONS:
            assert code == "illegal_transition"
        else:
            assert code == ""
            self.entries += self.stuck[which] != ""
            self.stuck[which] = ""

    @rule(which=one_of_two)
    def tick_or_open_a_step(self, which: int) -> None:
        if not (there := self.recoveries):
            return
        recovery = there[which]
        step = self.world.step_of[recovery.dependency_id or 0]
        verb = marks.untick if self.ticked[which] else marks.tick

        def work() -> None:
            verb(recovery.pk, step, actor=self.lead[which], now=self.now)

        code = self.outcome(work)
        assert code == ("" if self.state == DrillState.RUNNING else "not_running")
        if not code:
            self.ticked[which] = not self.ticked[which]
            self.entries += 1

    @rule(number=few_keys)
    def note(self, number: int) -> None:
        def work() -> None:
            course.note(
                self.outage.pk,
                "Seen",
                key=key(number),
                actor=self.lead[0],
                now=self.now,
            )

        code = self.outcome(work)
        if number in self.said:
            assert code == ""
        elif (self.state, DrillEvent.NOTE) not in TRANSITIONS:
            assert code == "illegal_transition"
        else:
            assert code == ""
            self.said.add(number)
            self.entries += 1

    @rule(which=one_of_two)
    def excuse(self, which: int) -> None:
        if not (there := self.recoveries):
            return

        def work() -> None:
            course.excuse(
                there[which].pk, "On leave", actor=self.world.facilitator, now=self.now
            )

        code = self.outcome(work)
        allowed = self.state in LIVE | {DrillState.ENDED}
        assert code == ("" if allowed else "not_running")
        self.entries += allowed

    def outcome(self, work: Callable[[], None]) -> str:
        """Return "" if `work` went through, else the code of our refusal; any other
        error goes up, for it would be a page that says 500."""
        try:
            work()
        except ContinuityError as refusal:
            return refusal.code
        return ""

    # What may never happen

    @invariant()
    def nothing_has_happened_that_may_not(self) -> None:
        self.outage = Outage.objects.get(pk=self.outage.pk)
        self.the_course_is_that_of_the_table()
        self.the_journal_is_whole()
        self.each_press_counts_once()
        if self.onset is not None:
            self.the_clocks_run_forwards_and_no_length_is_negative()

    def the_course_is_that_of_the_table(self) -> None:
        outage = self.outage
        assert outage.state == self.state
        assert outage.occurred_at == self.onset
        assert outage.ended_at == self.ended_at
        assert outage.stops.filter(ended_at=None).exists() == (self.paused_at is not None)
        if self.state in LIVE:
            assert outage.ends_by == self.ends_by()

    def the_journal_is_whole(self) -> None:
        numbers = list(self.outage.journal.values_list("number", flat=True))
        assert numbers == list(range(1, self.entries + 1))
        assert self.outage.entries == self.entries
        if self.entries != self.unbroken:  # its trigger lets nothing in but new lines
            assert list(breaks()) == []
            self.unbroken = self.entries

    def each_press_counts_once(self) -> None:
        kept = Mark.objects.filter(recovery__outage=self.outage)
        assert sorted(kept.values_list("pk", flat=True)) == sorted(self.taken.values())

    def the_clocks_run_forwards_and_no_length_is_negative(self) -> None:
        assert self.onset is not None
        found = results(self.outage, now=self.now)
        assert len(found.lines) == 2
        for recovery, clocks in zip(self.recoveries, self.clocks, strict=True):
            moments = moments_of(recovery, self.onset)
            moments.check()
            assert {c: moments.at(c) for c in ORDER if moments.at(c)} == clocks
        for line in found.lines:
            assert line.reading.length >= timedelta()
            assert line.reading.is_lower_bound == (line.moments.minimum is None)


class no_errors:  # noqa: N801
    """Fail if a tick has written down an error and gone on."""

    def __enter__(self) -> None:
        self.found: list[logging.LogRecord] = []
        self.handler = logging.Handler(logging.ERROR)
        self.handler.emit = self.found.append  # type: ignore[method-assign]
        conducting.logger.addHandler(self.handler)

    def __exit__(self, *_error: object) -> None:
        conducting.logger.removeHandler(self.handler)
        assert [record.exc_text or record.getMessage() for record in self.found] == []


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_no_order_of_steps_brings_about_what_may_never_happen(part):
    world = World()

    def machine() -> AnyOrder:
        return AnyOrder(world)

    run_state_machine_as_test(
        # The same examples each time, so that a failure comes again; others in full size.
        machine if FULL else seed(part)(machine),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            database=None,
            deadline=None,
            # The steps are few; to make them fewer takes minutes.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"{EXAMPLES} examples of up to {STEPS} steps")
