"""Marks: the moments that people press, and the runbook steps they tick off."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.arrivals import Arrival, arrival
from continuity.domain.clocks import Clock, Press
from continuity.domain.errors import (
    Conflict,
    IllegalTransition,
    NotAllowedNow,
    NotRunning,
    OutsideWindow,
    Refused,
)
from continuity.domain.states import DrillEvent, next_state
from continuity.inventory.models import Alternative, RunbookStep
from continuity.outages.models import (
    UNDO_WITHIN,
    Decision,
    EntryKind,
    Mark,
    Outage,
    Recovery,
    StepDone,
)
from continuity.outages.queries.results import moments_of
from continuity.outages.services.course import locked
from continuity.outages.services.journal import append, placed, presence
from continuity.outages.services.proving import write_proofs


class AlreadyRecorded(Conflict):
    """This clock has its mark. Fields: `at`, the instant that stands."""

    code = "already_recorded"


class PlaysAway(Refused):
    """Who plays being away in this drill presses nothing: their deputies do."""

    code = "plays_away"


@transaction.atomic
def mark(
    recovery_pk: int,
    clock: Clock,
    *,
    key: UUID,
    pressed_at: datetime | None = None,
    age: timedelta | None = None,
    wall_age: timedelta | None = None,
    heard_at: datetime | None = None,
    alternative_pk: int | None = None,
    other: str = "",
    capacity: int | None = None,
    quality: int | None = None,
    decision: Decision | None = None,
    by_link: bool = False,
    actor: User,
    now: datetime,
) -> Mark:
    """Record one moment of a recovery and return its mark.

    The same `key` again returns the first mark, whatever has happened since: a phone
    that did not hear our answer asks again. `pressed_at`, `age`, `wall_age` and
    `heard_at` are what the phone says of the press (domain.clocks.Press);
    domain.clocks.place makes of them when it happened on our clock.
    `alternative_pk` says which alternative they switched to, if not the planned one, and
    `other` names one that nobody had planned; `capacity` and `quality` in percent what
    was reached with it; `decision` goes with the clock "decided" and with no other. Work
    that goes on is not stuck any more.

    What was pressed before the end and comes after it counts, and says so; what comes
    after the review is kept and changes nothing (domain.arrivals).

    Raises NotRunning when it was not under way, AlreadyRecorded if the clock has a mark,
    OutOfOrder if clocks would run backwards, NotAllowedNow for an alternative that is
    none of this dependency, and for "decided" without a decision, PlaysAway.
    """
    outage, recovery = opened(recovery_pk)
    earlier = recovery.marks.filter(key=key).first()
    if earlier is not None:
        return earlier
    present(outage, actor)
    clock = Clock(clock)
    if (clock == Clock.DECIDED) != (decision is not None):
        raise NotAllowedNow("A decision and its clock go together.")
    press = Press(pressed_at, age, wall_age, heard_at)
    at, exact, taken = _taken(outage, press, now)
    if taken != Arrival.TOO_LATE:
        standing = recovery.marks.valid().filter(clock=clock).first()
        if standing is not None:
            raise AlreadyRecorded(f"{clock} has its mark.", at=standing.at)
        moments_of(recovery, outage.onset).with_mark(clock, at)
    made = Mark.objects.create(
        recovery=recovery,
        clock=clock,
        key=key,
        at=at,
        pressed_at=pressed_at,
        received_at=now,
        exact=exact,
        decision=decision or "",
        by=actor,
        arrival=taken,
        by_link=by_link,
    )
    if taken != Arrival.TOO_LATE:
        _apply(recovery, made, alternative_pk, other, capacity, quality)
    append(
        outage,
        EntryKind.MARK,
        at=at,
        now=now,
        actor=actor,
        recovery=recovery,
        data=_said(recovery, made) | presence(actor, recovery, by_link=by_link),
    )
    if taken == Arrival.LATE and clock in {Clock.SWITCHED, Clock.MINIMUM}:
        _prove_again(outage, recovery, now)
    return made


def _taken(outage: Outage, press: Press, now: datetime) -> tuple[datetime, bool, Arrival]:
    """Return when a press happened, whether that is exact, and how it is taken."""
    at, exact = placed(outage, press, now)
    stop = outage.stops.filter(ended_at=None).first()
    taken = arrival(
        outage.state,
        at,
        ends_by=outage.ends_by,
        paused_since=None if stop is None else stop.began_at,
        ended_at=outage.ended_at,
    )
    return at, exact, taken


def _apply(
    recovery: Recovery,
    made: Mark,
    alternative_pk: int | None,
    other: str,
    capacity: int | None,
    quality: int | None,
) -> None:
    """Let a mark that counts set its clock, and what was said along with it."""
    column = f"{Clock(made.clock).value}_at"
    setattr(recovery, column, made.at)
    changed = [column]
    if alternative_pk is not None:
        _choose(recovery, alternative_pk)
        changed += ["alternative", "alternative_name"]
    elif other:
        recovery.alternative, recovery.alternative_name = None, other[:160]
        changed += ["alternative", "alternative_name"]
    if capacity is not None or quality is not None:
        recovery.capacity, recovery.quality = capacity, quality
        changed += ["capacity", "quality"]
    if made.decision:
        recovery.decision = made.decision
        changed += ["decision"]
    if made.clock == Clock.MINIMUM and recovery.stuck_reason:
        recovery.stuck_reason, recovery.stuck_at, recovery.stuck_by = "", None, None
        changed += ["stuck_reason", "stuck_at", "stuck_by"]
    recovery.save(update_fields=changed)


def _prove_again(outage: Outage, recovery: Recovery, now: datetime) -> None:
    """Write the proof that the late press shows, in place of one of this outage that
    says the alternative failed: it did not, its word was only on the way."""
    if recovery.proof is not None and not recovery.proof.works:
        recovery.proof.delete()
    write_proofs(outage, now)


def _said(recovery: Recovery, made: Mark) -> dict[str, object]:
    said: dict[str, object] = {
        "clock": made.clock,
        "mark": made.pk,
        "pressed_at": made.pressed_at,
        "exact": made.exact,
    }
    if made.arrival != Arrival.IN_TIME:
        said["arrival"] = made.arrival
    if made.clock == Clock.SWITCHED and recovery.alternative_name:
        said["alternative"] = recovery.alternative_name
    if made.decision:
        said["decision"] = made.decision
    if made.clock == Clock.MINIMUM:
        said |= {"capacity": recovery.capacity, "quality": recovery.quality}
    return said


def _choose(recovery: Recovery, alternative_pk: int) -> None:
    alternative = (
        Alternative.objects.filter(pk=alternative_pk, dependency=recovery.dependency_id)
        .select_related("tool")
        .first()
    )
    if alternative is None:
        raise NotAllowedNow("This alternative is not one of this dependency's.")
    recovery.alternative = alternative
    recovery.alternative_name = str(alternative)[:160]


@transaction.atomic
def undo(mark_pk: int, *, by_link: bool = False, actor: User, now: datetime) -> Mark:
    """Take a mark back. It stays, and the journal keeps both.

    Again does nothing. Raises OutsideWindow later than a minute after it arrived,
    NotRunning when it is not under way.
    """
    recovery_pk = Mark.objects.values_list("recovery_id", flat=True).get(pk=mark_pk)
    outage, recovery = opened(recovery_pk)
    undone = recovery.marks.get(pk=mark_pk)
    if undone.undone_at is not None:
        return undone
    running(outage)
    if now - undone.received_at > UNDO_WITHIN:
        raise OutsideWindow("Marks can be taken back for a minute.")
    undone.undone_at = now
    undone.save(update_fields=["undone_at"])
    column = f"{undone.clock}_at"
    setattr(recovery, column, None)
    changed = [column]
    if undone.clock == Clock.MINIMUM:
        recovery.capacity = recovery.quality = None
        changed += ["capacity", "quality"]
    if undone.clock == Clock.DECIDED:
        recovery.decision = ""
        changed += ["decision"]
    recovery.save(update_fields=changed)
    append(
        outage,
        EntryKind.UNDO,
        at=now,
        now=now,
        actor=actor,
        recovery=recovery,
        data={"clock": undone.clock, "mark": undone.pk, "at": undone.at}
        | presence(actor, recovery, by_link=by_link),
    )
    return undone


@transaction.atomic
def tick(recovery_pk: int, step_pk: int, *, actor: User, now: datetime) -> StepDone:
    """Tick off a runbook step; one that is ticked stays as it is.

    Raises NotRunning when it is not under way, NotAllowedNow for a step of another
    dependency's runbook, PlaysAway.
    """
    outage, recovery = opened(recovery_pk)
    present(outage, actor)
    running(outage)
    step = RunbookStep.objects.filter(
        pk=step_pk, alternative__dependency=recovery.dependency_id
    ).first()
    if step is None:
        raise NotAllowedNow("This step is not in this dependency's runbooks.")
    done, ticked = StepDone.objects.get_or_create(
        recovery=recovery, step=step, defaults={"at": now, "by": actor}
    )
    if ticked:
        _journal_step(outage, EntryKind.STEP, recovery, step, actor, now)
    return done


@transaction.atomic
def untick(recovery_pk: int, step_pk: int, *, actor: User, now: datetime) -> None:
    """Open a ticked step again; one that is open stays so. Raises as `tick`."""
    outage, recovery = opened(recovery_pk)
    running(outage)
    done = recovery.steps_done.filter(step=step_pk).select_related("step").first()
    if done is None:
        return
    done.delete()
    _journal_step(outage, EntryKind.STEP_UNDO, recovery, done.step, actor, now)


def _journal_step(
    outage: Outage,
    kind: EntryKind,
    recovery: Recovery,
    step: RunbookStep,
    actor: User,
    now: datetime,
) -> None:
    data = {"step": step.text, "position": step.position}
    append(outage, kind, at=now, now=now, actor=actor, recovery=recovery, data=data)


def opened(recovery_pk: int) -> tuple[Outage, Recovery]:
    """Return a recovery with its outage, which is locked first, as everywhere."""
    outage_pk = Recovery.objects.values_list("outage_id", flat=True).get(pk=recovery_pk)
    outage = locked(outage_pk)
    joined = outage.recoveries.select_related("workflow", "lead", "proof")
    return outage, joined.get(pk=recovery_pk)


def present(outage: Outage, actor: User) -> None:
    """Raise PlaysAway if `actor` cannot be reached in this drill."""
    if outage.away_id == actor.pk:
        raise PlaysAway(f"{actor} plays being away.")


def running(outage: Outage) -> datetime:
    """Return the onset. Raises NotRunning, which says where it stands instead."""
    try:
        next_state(outage.state, DrillEvent.MARK)
    except IllegalTransition as error:
        raise NotRunning(f"It is {outage.state}.", state=outage.state) from error
    return outage.onset
