"""Marks: the moments that people press, and the runbook steps they tick off."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.clocks import Clock, place
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
from continuity.outages.services.journal import append


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
    alternative_pk: int | None = None,
    capacity: int | None = None,
    quality: int | None = None,
    decision: Decision | None = None,
    actor: User,
    now: datetime,
) -> Mark:
    """Record one moment of a recovery and return its mark.

    The same `key` again returns the first mark, whatever has happened since: a phone
    that did not hear our answer asks again. `pressed_at` and `age` are what the phone
    says of the press; domain.clocks.place makes of them when it happened on our clock.
    `alternative_pk` says which alternative they switched to, if not the planned one;
    `capacity` and `quality` in percent what was reached with it; `decision` goes with
    the clock "decided" and with no other. Work that goes on is not stuck any more.

    Raises NotRunning when it is not under way, AlreadyRecorded if the clock has a mark,
    OutOfOrder if clocks would run backwards, NotAllowedNow for an alternative that is
    none of this dependency, and for "decided" without a decision, PlaysAway.
    """
    outage, recovery = opened(recovery_pk)
    earlier = recovery.marks.filter(key=key).first()
    if earlier is not None:
        return earlier
    present(outage, actor)
    onset = running(outage)
    placed = place(pressed_at, now, age=age, opened=onset)
    if outage.ends_by is not None and placed.at > outage.ends_by:
        raise NotRunning("Its limit has passed.", state=outage.state)
    clock = Clock(clock)
    standing = recovery.marks.valid().filter(clock=clock).first()
    if standing is not None:
        raise AlreadyRecorded(f"{clock} has its mark.", at=standing.at)
    moments_of(recovery, onset).with_mark(clock, placed.at)
    if (clock == Clock.DECIDED) != (decision is not None):
        raise NotAllowedNow("A decision and its clock go together.")

    made = Mark.objects.create(
        recovery=recovery,
        clock=clock,
        key=key,
        at=placed.at,
        pressed_at=pressed_at,
        received_at=now,
        exact=placed.exact,
        decision=decision or "",
        by=actor,
    )
    column = f"{clock.value}_at"
    setattr(recovery, column, placed.at)
    changed = [column]
    if alternative_pk is not None:
        _choose(recovery, alternative_pk)
        changed += ["alternative", "alternative_name"]
    if capacity is not None or quality is not None:
        recovery.capacity, recovery.quality = capacity, quality
        changed += ["capacity", "quality"]
    if decision is not None:
        recovery.decision = decision
        changed += ["decision"]
    if clock == Clock.MINIMUM and recovery.stuck_reason:
        recovery.stuck_reason, recovery.stuck_at, recovery.stuck_by = "", None, None
        changed += ["stuck_reason", "stuck_at", "stuck_by"]
    recovery.save(update_fields=changed)
    append(
        outage,
        EntryKind.MARK,
        at=placed.at,
        now=now,
        actor=actor,
        recovery=recovery,
        data=_said(recovery, made),
    )
    return made


def _said(recovery: Recovery, made: Mark) -> dict[str, object]:
    said: dict[str, object] = {
        "clock": made.clock,
        "mark": made.pk,
        "pressed_at": made.pressed_at,
        "exact": made.exact,
    }
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
def undo(mark_pk: int, *, actor: User, now: datetime) -> Mark:
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
        data={"clock": undone.clock, "mark": undone.pk, "at": undone.at},
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
    return outage, outage.recoveries.select_related("workflow").get(pk=recovery_pk)


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
