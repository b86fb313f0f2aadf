"""The course of an outage: planned, started, paused, ended. One verb, one transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from continuity.accounts.models import Team, User
from continuity.domain.clocks import Press, utc
from continuity.domain.errors import NotAllowedNow, NotRunning, Refused
from continuity.domain.states import BEFORE, LIVE, DrillEvent, DrillState, next_state
from continuity.history.services import record
from continuity.inventory.models import Tool
from continuity.outages.models import (
    EntryKind,
    Outage,
    OutageKind,
    Recovery,
    Stop,
)
from continuity.outages.queries.real import touching
from continuity.outages.services.freezing import freeze
from continuity.outages.services.journal import JUST_NOW, append, placed, presence, written
from continuity.outages.services.proving import write_proofs


class RealOutage(Refused):
    """A tool in the scope of the drill fails for real. Fields: `title`, of that outage."""

    code = "real_outage"


class WithoutReason(Refused):
    """A real outage is withdrawn only for a reason."""

    code = "withdrawn_without_reason"


def locked(outage_pk: int) -> Outage:
    """Return the outage under its row lock, which everything that writes to it takes."""
    return Outage.objects.select_for_update(of=("self",)).get(pk=outage_pk)


@transaction.atomic
def plan(
    *,
    kind: OutageKind,
    title: str,
    briefing: str = "",
    team: Team | None,
    teams: Iterable[Team],
    tools: Iterable[Tool],
    facilitator: User | None,
    due_at: datetime,
    limit: timedelta | None,
    starts_by_itself: bool,
    workflow_pks: Iterable[int] | None = None,
    draft: bool = False,
    secret: bool = False,
    sealed_at: datetime | None = None,
    proves: bool = True,
    away: User | None = None,
    actor: User | None,
    now: datetime,
) -> Outage:
    """Plan an outage; its journal opens. `teams` are those whose workflows are in it,
    `workflow_pks` the only ones of them if not None. A `draft` has to be approved before
    it can begin; of a `secret` one nobody else may know, and of one that begins at
    `sealed_at` nobody but its facilitator knows when; one that is only talked through
    `proves` nothing; who is `away` presses nothing in it.
    """
    outage = Outage.objects.create(
        kind=kind,
        state=DrillState.DRAFT if draft else DrillState.PLANNED,
        narrowed=workflow_pks is not None,
        secret=secret,
        proves=proves,
        away=away,
        title=title,
        briefing=briefing,
        team=team,
        facilitator=facilitator,
        due_at=due_at,
        sealed_at=sealed_at,
        limit=limit,
        starts_by_itself=starts_by_itself,
    )
    outage.teams.set(teams)
    outage.tools.set(tools)
    if workflow_pks is not None:
        outage.workflows.set(workflow_pks)
    kind_of_entry = EntryKind.DRAFTED if draft else EntryKind.PLANNED
    append(outage, kind_of_entry, at=now, now=now, actor=actor)
    _record(outage, "drafted" if draft else "planned", actor=actor, now=now)
    return outage


@transaction.atomic
def approve(outage_pk: int, *, actor: User, now: datetime) -> Outage:
    """Approve a draft, which is planned from then on.

    Raises IllegalTransition unless it is a draft.
    """
    outage = locked(outage_pk)
    outage.state = next_state(outage.state, DrillEvent.APPROVE)
    append(outage, EntryKind.APPROVED, at=now, now=now, actor=actor)
    outage.state = next_state(outage.state, DrillEvent.PLAN)
    outage.save(update_fields=["state"])
    append(outage, EntryKind.PLANNED, at=now, now=now, actor=actor)
    _record(outage, "approved", actor=actor, now=now)
    return outage


@transaction.atomic
def start(outage_pk: int, *, actor: User | None, now: datetime) -> Outage:
    """Begin: the onset is `now`, and what each recovery is held to is frozen.

    Raises IllegalTransition unless it is planned, RealOutage if a tool in its scope
    fails for real: nobody rehearses then.
    """
    outage = locked(outage_pk)
    outage.state = next_state(outage.state, DrillEvent.START)
    if outage.is_drill and (real := touching(outage.tools.values_list("pk", flat=True))):
        raise RealOutage("A tool in it fails for real.", title=real[0].title)
    outage.occurred_at = now
    # In UTC: a limit added to a local time is an hour off across a change of clocks.
    outage.ends_by = None if outage.limit is None else utc(now) + outage.limit
    outage.save(update_fields=["state", "occurred_at", "ends_by"])
    frozen = freeze(outage)
    append(
        outage, EntryKind.STARTED, at=now, now=now, actor=actor, data={"recoveries": frozen}
    )
    _record(outage, "started", actor=actor, now=now)
    return outage


@transaction.atomic
def pause(outage_pk: int, *, actor: User, now: datetime) -> Outage:
    """Let all clocks stand still. Raises IllegalTransition unless it is running,
    NotAllowedNow for a real outage: its clocks do not stop."""
    outage = locked(outage_pk)
    if not outage.is_drill:
        raise NotAllowedNow("What really fails cannot be paused.")
    outage.state = next_state(outage.state, DrillEvent.PAUSE)
    outage.save(update_fields=["state"])
    Stop.objects.create(outage=outage, began_at=now)
    append(outage, EntryKind.PAUSED, at=now, now=now, actor=actor)
    _record(outage, "paused", actor=actor, now=now)
    return outage


@transaction.atomic
def resume(outage_pk: int, *, actor: User, now: datetime) -> Outage:
    """Let the clocks go on; the limit moves by as long as they stood.

    Raises IllegalTransition unless it is paused.
    """
    outage = locked(outage_pk)
    outage.state = next_state(outage.state, DrillEvent.RESUME)
    stood = _close_stop(outage, now)
    if outage.ends_by is not None:
        outage.ends_by += stood
    outage.save(update_fields=["state", "ends_by"])
    append(outage, EntryKind.RESUMED, at=now, now=now, actor=actor)
    _record(outage, "resumed", actor=actor, now=now)
    return outage


def _close_stop(outage: Outage, now: datetime) -> timedelta:
    stop = outage.stops.filter(ended_at=None).first()
    if stop is None:
        return timedelta()
    # A server's clock may step back; a pause never ends before it began.
    stop.ended_at = max(now, stop.began_at)
    stop.save(update_fields=["ended_at"])
    return stop.ended_at - stop.began_at


@transaction.atomic
def end(outage_pk: int, *, actor: User | None, now: datetime) -> Outage:
    """End it and write proofs on the alternatives that carried the work, unless it was
    only talked through.

    Without an `actor` it is the time limit that ends it, and it ended then, not when
    somebody came by to see it. Raises IllegalTransition unless it is running or paused,
    NotAllowedNow if the limit has not come.
    """
    outage = locked(outage_pk)
    by_itself = actor is None
    at = now
    if by_itself:
        if outage.ends_by is None or outage.ends_by > now:
            raise NotAllowedNow("Its limit has not come.")
        at = outage.ends_by
    _finish(outage, DrillEvent.END, at)
    if outage.proves:
        write_proofs(outage, now)
    append(
        outage, EntryKind.ENDED, at=at, now=now, actor=actor, data={"by_itself": by_itself}
    )
    _record(outage, "ended", actor=actor, now=now)
    return outage


@transaction.atomic
def abort(outage_pk: int, *, reason: str = "", actor: User | None, now: datetime) -> Outage:
    """Stop it without a result: an aborted drill proves nothing, and work is as usual.
    A real outage is withdrawn by this, as a false alarm: it counts nowhere.

    `reason` is a person's words, or a key of ABORT_REASONS where no person does it
    (`actor` None); the live page shows it at once, and those who take part are told on
    the next tick. Raises IllegalTransition if it is over, WithoutReason for a real one
    without a reason.
    """
    outage = locked(outage_pk)
    if not (outage.is_drill or reason):
        raise WithoutReason("It is real.")
    outage.aborted_reason = reason[:300]
    outage.save(update_fields=["aborted_reason"])
    _finish(outage, DrillEvent.ABORT, now)
    append(
        outage,
        EntryKind.ABORTED,
        at=now,
        now=now,
        actor=actor,
        data={"reason": outage.aborted_reason} if reason else None,
    )
    _record(
        outage,
        "aborted",
        actor=actor,
        now=now,
        after={"reason": outage.why_aborted} if reason else None,
    )
    return outage


@transaction.atomic
def miss(outage_pk: int, *, actor: User | None, now: datetime) -> Outage:
    """Note that its time has gone by and it never ran. Raises IllegalTransition once it
    has begun."""
    outage = locked(outage_pk)
    outage.state = next_state(outage.state, DrillEvent.MISS)
    outage.save(update_fields=["state"])
    append(outage, EntryKind.MISSED, at=now, now=now, actor=actor)
    _record(outage, "missed", actor=actor, now=now)
    return outage


@transaction.atomic
def review(outage_pk: int, *, actor: User, now: datetime) -> Outage:
    """Close the book on it: nothing of it changes any more.

    Raises IllegalTransition unless it has ended.
    """
    outage = locked(outage_pk)
    outage.state = next_state(outage.state, DrillEvent.REVIEW)
    outage.save(update_fields=["state"])
    _record(outage, "reviewed", actor=actor, now=now)
    return outage


@transaction.atomic
def reopen(outage_pk: int, reason: str, *, actor: User, now: datetime) -> Outage:
    """Open the book again, for a reason. Raises IllegalTransition unless it is closed."""
    outage = locked(outage_pk)
    outage.state = next_state(outage.state, DrillEvent.REOPEN)
    outage.save(update_fields=["state"])
    _record(outage, "reopened", actor=actor, now=now, after={"reason": reason})
    return outage


def _finish(outage: Outage, event: DrillEvent, at: datetime) -> None:
    outage.state = next_state(outage.state, event)
    _close_stop(outage, at)
    outage.ended_at = at if outage.occurred_at is None else max(at, outage.occurred_at)
    outage.save(update_fields=["state", "ended_at"])


@transaction.atomic
def note(
    outage_pk: int,
    text: str,
    *,
    recovery_pk: int | None = None,
    key: UUID | None = None,
    press: Press = JUST_NOW,
    by_link: bool = False,
    actor: User,
    now: datetime,
) -> Outage:
    """Write a sentence of a person's into the journal, on one recovery or on all.

    The same `key` again does nothing. Raises IllegalTransition before the start and
    after an abort.
    """
    outage = locked(outage_pk)
    if written(outage, key) is not None:
        return outage
    outage.state = next_state(outage.state, DrillEvent.NOTE)
    recovery = None
    if recovery_pk is not None:
        joined = outage.recoveries.select_related("workflow", "lead")
        recovery = joined.get(pk=recovery_pk)
    at, exact = placed(outage, press, now)
    append(
        outage,
        EntryKind.NOTE,
        at=at,
        now=now,
        actor=actor,
        recovery=recovery,
        data={"text": text, "exact": exact} | presence(actor, recovery, by_link=by_link),
        key=key,
    )
    return outage


@transaction.atomic
def excuse(recovery_pk: int, reason: str, *, actor: User, now: datetime) -> Recovery:
    """Take a recovery out of judgement, for a reason and under a name. It stays listed.

    A second excuse replaces the reason; both stay in the journal. Raises NotRunning
    before the start, after an abort, and once the report is approved.
    """
    outage_pk = Recovery.objects.values_list("outage_id", flat=True).get(pk=recovery_pk)
    outage = locked(outage_pk)
    if outage.state not in LIVE | {DrillState.ENDED}:
        raise NotRunning(f"A {outage.state} outage excuses nobody.", state=outage.state)
    recovery = outage.recoveries.select_related("workflow").get(pk=recovery_pk)
    recovery.excused_reason = reason
    recovery.excused_by = actor
    recovery.excused_at = now
    recovery.save(update_fields=["excused_reason", "excused_by", "excused_at"])
    append(
        outage,
        EntryKind.EXCUSED,
        at=now,
        now=now,
        actor=actor,
        recovery=recovery,
        data={"reason": reason},
    )
    _record(
        outage,
        "excused",
        actor=actor,
        now=now,
        after={"workflow": recovery.workflow, "reason": reason},
    )
    return recovery


def _record(
    outage: Outage,
    what: str,
    *,
    actor: User | None,
    now: datetime,
    after: dict[str, object] | None = None,
) -> None:
    """Write to the history under a verb that tells practice from the real thing."""
    kind = "drill" if outage.is_drill else "outage"
    # A team's history is read by its members: a surprise is written to the organisation's.
    hidden = outage.secret and outage.state in BEFORE
    team = None if hidden else outage.team
    record(f"{kind}.{what}", outage, actor=actor, now=now, team=team, after=after)
