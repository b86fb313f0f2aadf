"""Drills out of turn: looked for on a tick, proposed or planned, answered by people.

What asks for them is kept in `triggers`.
"""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from continuity.accounts.models import User
from continuity.domain.errors import NotAllowedNow
from continuity.drills.models import (
    Drill,
    DrillType,
    Proposal,
    ProposalState,
    Schedule,
    Trigger,
)
from continuity.drills.queries.coverage import next_drills
from continuity.drills.queries.rotation import failing_tools, fitting
from continuity.drills.queries.rules import blackout_days
from continuity.drills.queries.triggers import (
    Asks,
    asking,
    fell_through,
    held_meanwhile,
)
from continuity.drills.services import scheduling
from continuity.history.services import record
from continuity.notifications.models import Kind
from continuity.notifications.services import Message, owe
from continuity.web import formats

AGAIN: Final = timedelta(hours=1)
"""How long after a look at a trigger the next one is."""

TEN: Final = time(10)
SATURDAY: Final = 5


def look(*, now: datetime, limit: int = 100) -> int:
    """Look at every trigger that is due; return how many drills were proposed or planned.

    Before that, what was to be answered by a drill that fell through asks again, and what
    has been rehearsed anyway asks no more. Each in its own transaction under its row's
    lock: twice at once, or again after a crash, proposes nothing twice.
    """
    for pk in list(fell_through().values_list("pk", flat=True)[:limit]):
        _ask_again(pk, now=now)
    for pk in list(held_meanwhile().values_list("pk", flat=True)[:limit]):
        _settle_held(pk, now=now)
    due = Trigger.objects.due(now).order_by("due_at", "pk").values_list("pk", flat=True)
    return sum(_look_at(pk, now=now) for pk in list(due[:limit]))


@transaction.atomic(durable=True)
def _look_at(trigger_pk: int, *, now: datetime) -> int:
    trigger = (
        Trigger.objects.due(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("team", "scenario", "facilitator")
        .filter(pk=trigger_pk)
        .first()
    )
    if trigger is None:
        return 0  # another worker has it, or had it
    made = 0
    for one in asking(trigger, now=now):
        made += _propose(trigger, one, now=now)
    trigger.due_at = now + AGAIN
    trigger.save(update_fields=["due_at"])
    return made


def _propose(trigger: Trigger, one: Asks, *, now: datetime) -> bool:
    scenario = trigger.scenario
    if scenario is None:
        cast = fitting(one.workflow)
        if cast is None:
            return False  # no scenario would hit it: there is nothing to rehearse with
        scenario = cast.scenario
    rows = Proposal.objects.bulk_create(
        [
            Proposal(
                trigger=trigger,
                workflow=one.workflow,
                cause=trigger.cause,
                key=one.key,
                cause_at=one.at,
                scenario=scenario,
                type=trigger.type,
                facilitator=trigger.facilitator,
                notice=trigger.notice,
                limit=trigger.limit,
                made_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    # Where two triggers find the same cause, the constraint lets the first have it.
    proposal = Proposal.objects.filter(
        trigger=trigger, workflow=one.workflow, cause=trigger.cause, key=one.key
    ).first()
    if not rows or proposal is None or proposal.made_at != now:
        return False
    record("proposal.made", proposal, actor=None, now=now, team=one.workflow.team)
    # Nobody would run what a person who has left is down for: then it is proposed.
    if trigger.plans and trigger.facilitator.is_active:
        _plan(proposal, actor=trigger.facilitator, by=None, now=now)
    else:
        _tell(proposal, now=now)
    return True


@transaction.atomic
def plan(proposal_pk: int, *, actor: User, now: datetime) -> Schedule:
    """Plan the proposed drill, on the first working day after its notice, at ten where
    the facilitator is; who plans it runs it where the facilitator has left.

    Raises NotAllowedNow if the proposal was answered already.
    """
    return _plan(_open(proposal_pk), actor=actor, by=actor, now=now)


@transaction.atomic
def settle(proposal_pk: int, *, actor: User, now: datetime) -> datetime:
    """Let the next drill of the workflow, which is planned anyway, answer the proposal;
    return when that is.

    Raises NotAllowedNow if the proposal was answered already, or if no drill of the
    workflow is planned that `actor` may know of.
    """
    proposal = _open(proposal_pk)
    workflow = proposal.workflow
    coming = next_drills([workflow], user=actor, now=now).get(workflow.pk)
    if coming is None:
        raise NotAllowedNow("No drill of it is planned.", reason="no_drill")
    proposal.schedule_id, proposal.drill_at = coming.schedule, coming.at
    _settle(proposal, by=actor, now=now)
    return coming.at


@transaction.atomic(durable=True)
def _settle_held(proposal_pk: int, *, now: datetime) -> None:
    """Close a proposal of work that was in a drill since, if nobody has by now."""
    proposal = (
        held_meanwhile()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("workflow__team")
        .filter(pk=proposal_pk)
        .first()
    )
    if proposal is None:
        return
    drill = Drill.objects.select_related("outage").get(
        outage=getattr(proposal, "held", None)
    )
    proposal.schedule_id, proposal.drill_at = drill.schedule_id, drill.outage.occurred_at
    _settle(proposal, by=None, now=now)


@transaction.atomic(durable=True)
def _ask_again(proposal_pk: int, *, now: datetime) -> None:
    """Open a proposal again whose drill was called off or missed. It keeps which drill
    that was, and plans none by itself: somebody did not want this one."""
    proposal = (
        fell_through()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("workflow__team", "facilitator")
        .filter(pk=proposal_pk)
        .first()
    )
    if proposal is None:
        return
    proposal.state = ProposalState.OPEN
    proposal.answered_by = proposal.answered_at = None
    proposal.save(update_fields=["state", "answered_by", "answered_at"])
    record(
        "proposal.reopened",
        proposal,
        actor=None,
        now=now,
        team=proposal.workflow.team,
        before={"drill_at": proposal.drill_at},
    )
    _tell(proposal, again=True, now=now)


def _settle(proposal: Proposal, *, by: User | None, now: datetime) -> None:
    _answer(proposal, ProposalState.PLANNED, by=by, now=now)
    record(
        "proposal.settled",
        proposal,
        actor=by,
        now=now,
        team=proposal.workflow.team,
        after={"drill_at": proposal.drill_at},
    )


@transaction.atomic
def decline(proposal_pk: int, reason: str, *, actor: User, now: datetime) -> None:
    """Do not hold the proposed drill, for a reason. The same cause does not ask again.

    Raises NotAllowedNow if the proposal was answered already.
    """
    proposal = _open(proposal_pk)
    proposal.reason = reason
    _answer(proposal, ProposalState.DECLINED, by=actor, now=now)
    record(
        "proposal.declined",
        proposal,
        actor=actor,
        now=now,
        team=proposal.workflow.team,
        after={"reason": reason},
    )


def _plan(proposal: Proposal, *, actor: User, by: User | None, now: datetime) -> Schedule:
    workflow = proposal.workflow
    facilitator = proposal.facilitator if proposal.facilitator.is_active else actor
    zone = facilitator.zone or settings.TIME_ZONE
    first = (now + proposal.notice).astimezone(ZoneInfo(zone)).date()
    day = first + timedelta(days=1)
    off = blackout_days()
    while day.weekday() >= SATURDAY or day in off:
        day += timedelta(days=1)
    schedule = scheduling.plan(
        title=f"{workflow.name[:100]} · {proposal.scenario.title}"[:160],
        scenario=proposal.scenario,
        type=DrillType(proposal.type),
        tools=failing_tools(proposal.scenario, workflow),
        team=workflow.team,
        facilitator=facilitator,
        starts_on=day,
        starts_time=TEN,
        zone=zone,
        notice=proposal.notice,
        limit=proposal.limit,
        workflows=[workflow],
        actor=actor,
        now=now,
    )
    drill = schedule.drills.get()  # one that happens once is opened at once
    proposal.schedule, proposal.drill_at = schedule, drill.occurrence_at
    _answer(proposal, ProposalState.PLANNED, by=by, now=now)
    record("proposal.planned", proposal, actor=by, now=now, team=workflow.team)
    return schedule


def _answer(
    proposal: Proposal, state: ProposalState, *, by: User | None, now: datetime
) -> None:
    proposal.state, proposal.answered_by, proposal.answered_at = state, by, now
    proposal.save(
        update_fields=[
            "state",
            "answered_by",
            "answered_at",
            "reason",
            "schedule",
            "drill_at",
        ]
    )


def _open(proposal_pk: int) -> Proposal:
    proposal = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("workflow__team", "scenario", "facilitator")
        .get(pk=proposal_pk)
    )
    if proposal.state != ProposalState.OPEN:
        raise NotAllowedNow("The proposal was answered already.")
    return proposal


def _tell(proposal: Proposal, *, again: bool = False, now: datetime) -> None:
    """Owe the facilitator the word that a drill is proposed, or is `again`."""

    def write(user: User) -> Message:
        if again:
            return Message(
                _("A drill is proposed again: %(workflow)s")
                % {"workflow": proposal.workflow},
                _(
                    "The drill that was to see to it did not take place: %(cause)s "
                    "(%(day)s). Plan another with one button, or say why not now."
                )
                % {
                    "cause": proposal.get_cause_display(),
                    "day": formats.day(proposal.cause_at),
                },
                proposal.get_absolute_url(),
            )
        return Message(
            _("A drill is proposed: %(workflow)s") % {"workflow": proposal.workflow},
            _(
                "%(workflow)s asks for a drill: %(cause)s (%(day)s). Plan it with one "
                "button, or say why not now."
            )
            % {
                "workflow": proposal.workflow,
                "cause": proposal.get_cause_display(),
                "day": formats.day(proposal.cause_at),
            },
            proposal.get_absolute_url(),
        )

    owe(
        [proposal.facilitator],
        write=write,
        key=f"drill-proposed-{proposal.pk}"
        + (f"-again-{now.timestamp():.0f}" if again else ""),
        now=now,
        kind=Kind.OTHER,
    )
