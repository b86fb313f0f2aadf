"""What asks for drills out of turn: added, changed, paused, deleted by people."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.drills.models import Cause, DrillType, Scenario, Trigger
from continuity.history.models import Deletion
from continuity.history.services import changes, deletions, record

FIELDS: Final = (
    "cause",
    "margin",
    "tiers",
    "team",
    "scenario",
    "type",
    "facilitator",
    "notice",
    "limit",
    "plans",
)


@transaction.atomic
def add(
    *,
    cause: Cause,
    margin: timedelta,
    tiers: list[int],
    team: Team | None,
    scenario: Scenario | None,
    type: DrillType,
    facilitator: User,
    notice: timedelta,
    limit: timedelta,
    plans: bool,
    actor: User,
    now: datetime,
) -> Trigger:
    """Add a trigger, which is looked at from the next tick on."""
    trigger = Trigger.objects.create(
        cause=cause,
        margin=margin,
        tiers=sorted(tiers),
        team=team,
        scenario=scenario,
        type=type,
        facilitator=facilitator,
        notice=notice,
        limit=limit,
        plans=plans,
        due_at=now,
    )
    record("trigger.created", trigger, actor=actor, now=now, team=team)
    return trigger


@transaction.atomic
def change(trigger_pk: int, *, actor: User, now: datetime, **fields: object) -> Trigger:
    """Change a trigger; proposals that it made stay. `fields` are those of `add`; what is
    not named stays."""
    trigger = _locked(trigger_pk)
    before = {name: getattr(trigger, name) for name in FIELDS}
    for name in fields.keys() & set(FIELDS):
        setattr(trigger, name, fields[name])
    trigger.due_at = now
    trigger.save()
    old, new = changes(before, {name: getattr(trigger, name) for name in FIELDS})
    if new:
        record(
            "trigger.changed",
            trigger,
            actor=actor,
            now=now,
            team=trigger.team,
            before=old,
            after=new,
        )
    return trigger


@transaction.atomic
def pause(trigger_pk: int, *, actor: User, now: datetime) -> None:
    """Look for nothing until it goes on. Again does nothing."""
    _pause(trigger_pk, "trigger.paused", paused=True, actor=actor, now=now)


@transaction.atomic
def resume(trigger_pk: int, *, actor: User, now: datetime) -> None:
    """Look again, from the next tick on. Again does nothing."""
    _pause(trigger_pk, "trigger.resumed", paused=False, actor=actor, now=now)


def _pause(trigger_pk: int, verb: str, *, paused: bool, actor: User, now: datetime) -> None:
    trigger = _locked(trigger_pk)
    if trigger.paused == paused:
        return
    trigger.paused, trigger.due_at = paused, now
    trigger.save(update_fields=["paused", "due_at"])
    record(verb, trigger, actor=actor, now=now, team=trigger.team)


@transaction.atomic
def delete(trigger_pk: int, *, actor: User, now: datetime) -> Deletion:
    """Delete a trigger and return what brings it back; its proposals stay to be
    answered."""
    trigger = _locked(trigger_pk)
    record("trigger.deleted", trigger, actor=actor, now=now, team=trigger.team)
    return deletions.remove(
        [trigger],
        kind="trigger",
        action=Action.RUN_DRILL,
        team=trigger.team,
        actor=actor,
        now=now,
    )


def fit_again(trigger: Trigger, *, actor: User, now: datetime) -> None:
    """Let a trigger that stands again be looked at from the next tick on."""
    trigger.due_at = now
    trigger.save(update_fields=["due_at"])
    record("trigger.brought_back", trigger, actor=actor, now=now, team=trigger.team)


def _locked(trigger_pk: int) -> Trigger:
    return Trigger.objects.select_for_update(of=("self",)).get(pk=trigger_pk)
