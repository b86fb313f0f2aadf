"""Injects of a drill: frozen from its script, delivered by the clock or by hand, rated."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from continuity.accounts.models import Membership, User
from continuity.domain.clocks import Pause, working_time
from continuity.domain.errors import NotRunning
from continuity.domain.injects import (
    Cue,
    Facts,
    InjectEvent,
    InjectState,
    Trigger,
    check,
    due_injects,
    next_inject_state,
)
from continuity.domain.states import OVER, DrillEvent, next_state
from continuity.drills.models import Drill, DrillInject, Participant, ParticipantRole
from continuity.drills.queries.scripts import cue_of, on_the_wall
from continuity.drills.services import messages
from continuity.history.services import record
from continuity.inventory.models import Workflow
from continuity.outages.models import EntryKind, Outage
from continuity.outages.services import course
from continuity.outages.services.journal import append
from continuity.outages.services.marks import running

WORDS: Final = (
    "trigger",
    "value",
    "workflow",
    "wait",
    "sender_en",
    "sender_fr",
    "to_role",
    "to_team",
    "channel",
    "text_en",
    "text_fr",
    "expected_en",
    "expected_fr",
)


def freeze(drill: Drill) -> None:
    """Give a drill the injects of its script, in the transaction that makes it."""
    known = set(
        Workflow.objects.filter(
            pk__in=[row["workflow"] for row in drill.script.get("injects", ())]
        ).values_list("pk", flat=True)
    )
    DrillInject.objects.bulk_create(
        _frozen(drill, row, known) for row in drill.script.get("injects", ())
    )


def _frozen(drill: Drill, row: Mapping[str, Any], known: set[int]) -> DrillInject:
    plain = {name: row[name] for name in WORDS if name not in {"workflow", "wait"}}
    team = plain.pop("to_team")
    return DrillInject(
        drill=drill,
        number=row["number"],
        wait=timedelta(seconds=row["wait_seconds"]),
        workflow_id=row["workflow"] if row["workflow"] in known else None,
        to_team_id=team,
        **plain,
    )


def deliver_due(
    drill: Drill, elapsed: timedelta, pauses: tuple[Pause, ...], *, now: datetime
) -> int:
    """Deliver what is due `elapsed` after the onset; return how many that were.

    In the transaction of a tick that holds the outage's lock, so again does nothing.
    """
    waiting = {inject.number: inject for inject in drill.injects.waiting()}
    if not waiting:
        return 0
    cues = [cue_of(inject) for inject in waiting.values()]
    due = due_injects(cues, _facts(drill, cues, pauses), elapsed, drill.pace)
    for each in due:
        at = on_the_wall(drill.outage.onset, each.at, pauses)
        _deliver(drill, waiting[each.number], at=min(at, now), actor=None, now=now)
    return len(due)


def _facts(drill: Drill, cues: Iterable[Cue], pauses: tuple[Pause, ...]) -> Facts:
    """Read no more than what the cues ask for."""
    asked = {(cue.trigger, cue.value) for cue in cues}
    outage = drill.outage

    def after(at: datetime) -> timedelta:
        return working_time(outage.onset, max(at, outage.onset), pauses)

    decided: dict[tuple[str, int], timedelta] = {}
    marked: dict[tuple[str, int], timedelta] = {}
    delivered: dict[int, timedelta] = {}
    for trigger, value in asked:
        if trigger == Trigger.DECISION:
            rows = outage.recoveries.filter(decision=value, decided_at__isnull=False)
            _earliest(decided, value, rows.values_list("workflow", "decided_at"), after)
        elif trigger == Trigger.MARK:
            column = f"{value}_at"
            rows = outage.recoveries.filter(**{f"{column}__isnull": False})
            _earliest(marked, value, rows.values_list("workflow", column), after)
    if any(trigger == Trigger.INJECT for trigger, _value in asked):
        done = drill.injects.filter(state=InjectState.DELIVERED)
        delivered = {
            number: after(at)
            for number, at in done.values_list("number", "delivered_at")
            if at is not None
        }
    return Facts(decided, marked, delivered)


def _earliest(
    found: dict[tuple[str, int], timedelta],
    value: str,
    rows: "QuerySet[Any, tuple[Any, ...]]",
    after: Any,
) -> None:
    for workflow, at in rows:
        length = after(at)
        found[value, workflow] = min(found.get((value, workflow), length), length)


def recipients(drill: Drill, inject: DrillInject) -> QuerySet[User]:
    """Return who an inject is meant for, of those who take part. Not yet read."""
    people = Participant.objects.filter(drill=drill)
    if inject.to_role:
        people = people.filter(role=inject.to_role)
    else:
        people = people.exclude(role=ParticipantRole.AWAY)
    if inject.to_team_id is not None:
        within = Q(team=inject.to_team_id) | Q(team__parent=inject.to_team_id)
        work = Workflow.objects.filter(within)
        people = people.filter(
            Q(user__in=Membership.objects.filter(within).values("user"))
            | Q(user__in=work.exclude(owner=None).values("owner"))
            | Q(user__in=work.exclude(deputy=None).values("deputy"))
        )
    return User.objects.filter(pk__in=people.values("user"), is_active=True)


def _deliver(
    drill: Drill, inject: DrillInject, *, at: datetime, actor: User | None, now: datetime
) -> None:
    inject.state = next_inject_state(inject.state, InjectEvent.DELIVER)
    people = list(recipients(drill, inject))
    inject.delivered_at, inject.reached = at, len(people)
    inject.save(update_fields=["state", "delivered_at", "reached"])
    to_all = not inject.to_role and inject.to_team_id is None
    append(
        drill.outage,
        EntryKind.INJECT,
        at=at,
        now=now,
        actor=actor,
        data={
            "number": inject.number,
            "sender_en": inject.sender_en,
            "sender_fr": inject.sender_fr,
            "channel": inject.channel,
            "text_en": inject.text_en,
            "text_fr": inject.text_fr,
            "to_all": to_all,
            "to": [] if to_all else [person.pk for person in people],
        },
    )
    messages.tell_inject(drill, inject, people, now=now)


@transaction.atomic
def deliver(inject_pk: int, *, actor: User, now: datetime) -> DrillInject:
    """Deliver one now, whatever it waits for, also one that was skipped.

    Raises NotRunning when the drill is not under way, IllegalTransition if it has been
    delivered.
    """
    drill, inject = _opened(inject_pk)
    running(drill.outage)
    _deliver(drill, inject, at=now, actor=actor, now=now)
    _record(drill, "inject_delivered", inject, actor=actor, now=now)
    return inject


@transaction.atomic
def skip(inject_pk: int, *, actor: User, now: datetime) -> DrillInject:
    """Leave one out; the clock passes it by. Again does nothing.

    Raises IllegalTransition if it has been delivered, NotRunning once the drill is over.
    """
    drill, inject = _opened(inject_pk)
    if inject.state == InjectState.SKIPPED:
        return inject
    _still_open(drill.outage)
    inject.state = next_inject_state(inject.state, InjectEvent.SKIP)
    inject.save(update_fields=["state"])
    _journal(drill, "skipped", inject, actor=actor, now=now)
    _record(drill, "inject_skipped", inject, actor=actor, now=now)
    return inject


@transaction.atomic
def add(drill_pk: int, *, actor: User, now: datetime, **words: Any) -> DrillInject:
    """Add one to a drill, under the next number. `words` are those of WORDS.

    Raises InvalidInjects if it waits for what there is not, NotRunning once it is over.
    """
    drill = _locked(drill_pk)
    _still_open(drill.outage)
    last: int = drill.injects.aggregate(last=Max("number"))["last"] or 0
    inject = DrillInject(drill=drill, number=last + 1, added=True, **words)
    _check(drill, inject)
    inject.save(force_insert=True)
    _journal(drill, "added", inject, actor=actor, now=now, after=_said(inject))
    _record(drill, "inject_added", inject, actor=actor, now=now)
    return inject


@transaction.atomic
def change(inject_pk: int, *, actor: User, now: datetime, **words: Any) -> DrillInject:
    """Change one that has not been delivered. Raises as `add` does, and
    IllegalTransition if it has."""
    drill, inject = _opened(inject_pk)
    _still_open(drill.outage)
    inject.state = next_inject_state(inject.state, InjectEvent.EDIT)
    before = _said(inject)
    for name in WORDS:
        setattr(inject, name, words[name])
    after = _said(inject)
    if after == before:
        return inject
    _check(drill, inject)
    inject.save(update_fields=list(WORDS))
    _journal(drill, "changed", inject, actor=actor, now=now, before=before, after=after)
    _record(drill, "inject_changed", inject, actor=actor, now=now)
    return inject


@transaction.atomic
def record_done(
    inject_pk: int, done: str, performance: str, *, actor: User, now: datetime
) -> DrillInject:
    """Note what was really done on an inject, and how well; a second note replaces it,
    and the journal keeps both.

    Raises IllegalTransition unless it has been delivered, and after an abort.
    """
    drill, inject = _opened(inject_pk)
    next_state(drill.outage.state, DrillEvent.NOTE)
    inject.state = next_inject_state(inject.state, InjectEvent.RECORD)
    if (inject.done, inject.performance) == (done, performance):
        return inject
    inject.done, inject.performance, inject.recorded_by = done, performance, actor
    inject.save(update_fields=["done", "performance", "recorded_by"])
    after = {"done": done, "performance": performance}
    _journal(drill, "recorded", inject, actor=actor, now=now, after=after)
    _record(drill, "inject_recorded", inject, actor=actor, now=now)
    return inject


def _locked(drill_pk: int) -> Drill:
    """Return a drill locked before its outage, in the order of the tick."""
    drill = Drill.objects.select_for_update(of=("self",)).get(pk=drill_pk)
    drill.outage = course.locked(drill.outage_id)
    return drill


def _opened(inject_pk: int) -> tuple[Drill, DrillInject]:
    drill_pk = DrillInject.objects.values_list("drill_id", flat=True).get(pk=inject_pk)
    drill = _locked(drill_pk)
    return drill, drill.injects.get(pk=inject_pk)


def _still_open(outage: Outage) -> None:
    if outage.state in OVER:
        raise NotRunning(f"It is {outage.state}.", state=outage.state)


def _check(drill: Drill, inject: DrillInject) -> None:
    others = [cue_of(each) for each in drill.injects.exclude(pk=inject.pk)]
    check([*others, cue_of(inject)], timedelta(seconds=drill.script["seconds"]))


def _said(inject: DrillInject) -> dict[str, Any]:
    return {
        name: inject.wait.total_seconds()
        if name == "wait"
        else str(getattr(inject, name) or "")
        for name in WORDS
    }


def _journal(
    drill: Drill,
    what: str,
    inject: DrillInject,
    *,
    actor: User,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    append(
        drill.outage,
        EntryKind.INJECT_PLAN,
        at=now,
        now=now,
        actor=actor,
        data={
            "what": what,
            "number": inject.number,
            "before": before or {},
            "after": after or {},
        },
    )


def _record(
    drill: Drill, what: str, inject: DrillInject, *, actor: User, now: datetime
) -> None:
    """The number alone: who reads a team's history may take part in the drill."""
    record(
        f"drill.{what}",
        drill.outage,
        actor=actor,
        now=now,
        team=drill.outage.team if not drill.surprise else None,
        after={"number": inject.number},
    )
