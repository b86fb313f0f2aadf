"""From a schedule that has come due to a planned drill."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from continuity.accounts.models import Membership, Team, User
from continuity.accounts.roles import Action, TeamRole
from continuity.domain.errors import InvalidRule, NotAllowedNow
from continuity.domain.recurrence import Fault, next_after
from continuity.domain.states import DrillState
from continuity.drills.models import (
    Drill,
    DrillType,
    Participant,
    ParticipantRole,
    Scenario,
    Schedule,
)
from continuity.drills.queries.rules import blackout_days, rule_of
from continuity.drills.queries.scripts import freeze
from continuity.drills.services import messages
from continuity.drills.services.reminding import reminded_at_once
from continuity.history.models import Deletion
from continuity.history.services import changes, deletions, record
from continuity.inventory.models import Tool, Workflow
from continuity.outages.models import OutageKind
from continuity.outages.queries.scope import in_scope
from continuity.outages.services import course

JUST_NOW: Final = timedelta(minutes=1)
"""Wall-clock times have no seconds: "now" lies up to this far in the past."""

FIELDS: Final = (
    "title",
    "scenario",
    "type",
    "aim",
    "team",
    "facilitator",
    "starts_on",
    "starts_time",
    "zone",
    "rrule",
    "notice",
    "speed",
    "limit",
    "starts_by_itself",
)


@transaction.atomic
def plan(
    *,
    title: str,
    scenario: Scenario,
    type: DrillType = DrillType.FUNCTIONAL,
    aim: str = "",
    tools: Iterable[Tool],
    team: Team | None,
    facilitator: User,
    starts_on: date,
    starts_time: time,
    zone: str,
    rrule: str = "",
    notice: timedelta = timedelta(days=1),
    speed: int = 1,
    limit: timedelta,
    starts_by_itself: bool = True,
    actor: User,
    now: datetime,
) -> Schedule:
    """Plan a drill, once or again and again. `team` None means all teams.

    One that happens once is opened at once, so its people know from now on; a recurring
    one when `notice` before it begins. Raises InvalidRule if the rule cannot be read,
    or nothing of it lies ahead.
    """
    schedule = Schedule(
        title=title,
        scenario=scenario,
        type=type,
        aim=aim,
        team=team,
        facilitator=facilitator,
        starts_on=starts_on,
        starts_time=starts_time,
        zone=zone,
        rrule=rrule,
        notice=notice,
        speed=speed,
        limit=limit,
        starts_by_itself=starts_by_itself,
    )
    _set_next(schedule, after=now - JUST_NOW)
    if schedule.next_due_at is None:
        raise InvalidRule("Nothing of it lies ahead.", reason=Fault.NEVER)
    schedule.save()
    schedule.tools.set(tools)
    record(
        "schedule.created",
        schedule,
        actor=actor,
        now=now,
        team=team,
        after=_told(schedule),
    )
    if not schedule.rrule:
        _open(schedule, now=now)
    return schedule


@transaction.atomic
def change(
    schedule_pk: int, *, tools: Iterable[Tool], actor: User, now: datetime, **fields: object
) -> Schedule:
    """Change what has not been opened yet; drills that are planned stay as they are.

    `fields` are those that `plan` takes. Raises InvalidRule as `plan` does.
    """
    schedule = _locked(schedule_pk)
    before = {name: getattr(schedule, name) for name in FIELDS}
    tools_before = sorted(tool.name for tool in schedule.tools.all())
    for name in FIELDS:
        setattr(schedule, name, fields[name])
    _set_next(schedule, after=now - JUST_NOW)
    if schedule.next_due_at is None:
        raise InvalidRule("Nothing of it lies ahead.", reason=Fault.NEVER)
    schedule.save()
    schedule.tools.set(tools)
    old, new = changes(
        before | {"tools": tools_before},
        {name: getattr(schedule, name) for name in FIELDS}
        | {"tools": sorted(tool.name for tool in schedule.tools.all())},
    )
    if new:
        record(
            "schedule.changed",
            schedule,
            actor=actor,
            now=now,
            team=schedule.team,
            before=old,
            after=new,
        )
    return schedule


@transaction.atomic
def pause(schedule_pk: int, *, actor: User, now: datetime) -> Schedule:
    """Open nothing more until it goes on. Again does nothing."""
    schedule = _locked(schedule_pk)
    if not schedule.paused:
        schedule.paused = True
        schedule.save(update_fields=["paused"])
        record(
            "schedule.paused",
            schedule,
            actor=actor,
            now=now,
            team=schedule.team,
            before={"paused": False},
            after={"paused": True},
        )
    return schedule


@transaction.atomic
def resume(schedule_pk: int, *, actor: User, now: datetime) -> Schedule:
    """Go on with the next occurrence from `now`; those of the pause are not made up."""
    schedule = _locked(schedule_pk)
    if schedule.paused:
        schedule.paused = False
        _set_next(schedule, after=now)
        schedule.save(update_fields=["paused", "next_due_at", "opens_at"])
        record(
            "schedule.resumed",
            schedule,
            actor=actor,
            now=now,
            team=schedule.team,
            before={"paused": True},
            after={"paused": False},
        )
    return schedule


@transaction.atomic
def delete(schedule_pk: int, *, actor: User, now: datetime) -> Deletion:
    """Delete a schedule that no drill has come from, and return what brings it back;
    the others can be paused.

    Raises NotAllowedNow if there are drills of it.
    """
    schedule = _locked(schedule_pk)
    if schedule.drills.exists():
        raise NotAllowedNow("Drills have come from it.")
    record(
        "schedule.deleted",
        schedule,
        actor=actor,
        now=now,
        team=schedule.team,
        before=_told(schedule),
    )
    return deletions.remove(
        [schedule],
        kind="schedule",
        action=Action.RUN_DRILL,
        team=schedule.team,
        actor=actor,
        now=now,
    )


def fit_again(schedule: Schedule, *, actor: User, now: datetime) -> None:
    """Let a schedule that stands again go on from `now`: what it would have opened in
    the meantime is not made up."""
    _set_next(schedule, after=now)
    schedule.save(update_fields=["next_due_at", "opens_at"])
    record(
        "schedule.brought_back",
        schedule,
        actor=actor,
        now=now,
        team=schedule.team,
        after=_told(schedule),
    )


def _told(schedule: Schedule) -> dict[str, object]:
    """Return what the history says of a schedule that begins or ends."""
    names = ("title", "type", "starts_on", "starts_time", "zone", "rrule", "limit")
    tools = sorted(tool.name for tool in schedule.tools.all())
    return {**{name: getattr(schedule, name) for name in names}, "tools": tools}


def reckon_again(*, now: datetime) -> int:
    """Find the next occurrence of all that recurs anew, after the days without drills have
    changed; return how many moved. In the caller's transaction.

    What is due by now, or has been opened, stays.
    """
    moved = 0
    recurring = Schedule.objects.recurring().filter(paused=False, next_due_at__gt=now)
    for schedule in recurring.select_for_update(of=("self",)).order_by("pk"):
        before = schedule.next_due_at
        _set_next(schedule, after=now)
        if schedule.next_due_at != before:
            schedule.save(update_fields=["next_due_at", "opens_at"])
            moved += 1
    return moved


def open_due(*, now: datetime, limit: int = 100) -> int:
    """Open a drill for every schedule that is due; return how many were opened.

    Safe to run twice at once and to run again after a crash: each schedule is handled
    in its own transaction, under its row's lock. After a long silence each schedule
    gives one late drill, never all that were missed.
    """
    due = Schedule.objects.due(now).order_by("opens_at").values_list("pk", flat=True)
    return sum(_open_one(pk, now=now) for pk in list(due[:limit]))


@transaction.atomic(durable=True)
def _open_one(schedule_pk: int, *, now: datetime) -> bool:
    schedule = (
        Schedule.objects.due(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("team", "scenario", "facilitator")
        .filter(pk=schedule_pk)
        .first()
    )
    if schedule is None:
        return False  # another worker has it, or had it
    return _open(schedule, now=now)


def _locked(schedule_pk: int) -> Schedule:
    return Schedule.objects.select_for_update(of=("self",)).get(pk=schedule_pk)


def _set_next(schedule: Schedule, *, after: datetime) -> None:
    """Set the next occurrence that has no drill yet, and when to open it."""
    rule = rule_of(schedule, blackout_days() if schedule.rrule else frozenset())
    due = next_after(rule, after)
    while due is not None and schedule.pk and _opened(schedule, due):
        due = next_after(rule, due)
    schedule.next_due_at = due
    schedule.opens_at = None if due is None else due - schedule.notice


def _opened(schedule: Schedule, due: datetime) -> bool:
    return schedule.drills.filter(occurrence_at=due).exists()


def _open(schedule: Schedule, *, now: datetime) -> bool:
    """Make the drill of the schedule's next occurrence and move on to the one after."""
    occurrence = schedule.next_due_at
    if occurrence is None:
        return False
    opened = not _opened(schedule, occurrence)
    if opened:
        for earlier in schedule.drills.filter(outage__state=DrillState.PLANNED):
            # Its successor is here: what has not begun by now will not.
            course.miss(earlier.outage_id, actor=None, now=now)
        drill = _make(schedule, occurrence, now)
        if drill.outage.missed_by(now):
            drill.outage = course.miss(drill.outage_id, actor=None, now=now)
        else:
            messages.tell_planned(drill, now=now)
    _set_next(schedule, after=max(occurrence, now))
    schedule.save(update_fields=["next_due_at", "opens_at"])
    return opened


def _make(schedule: Schedule, occurrence: datetime, now: datetime) -> Drill:
    tools = list(schedule.tools.all())
    tool_pks = [tool.pk for tool in tools]
    teams = _teams(schedule.team, tool_pks)
    outage = course.plan(
        kind=OutageKind.DRILL,
        title=schedule.title,
        briefing=schedule.aim,
        team=schedule.team,
        teams=teams,
        tools=tools,
        facilitator=schedule.facilitator,
        due_at=occurrence,
        limit=schedule.limit,
        starts_by_itself=schedule.starts_by_itself,
        actor=None,
        now=now,
    )
    drill = Drill.objects.create(
        outage=outage,
        schedule=schedule,
        occurrence_at=occurrence,
        scenario=schedule.scenario,
        script=freeze(schedule.scenario, tools),
        type=schedule.type,
        aim=schedule.aim,
        speed=schedule.speed,
        reminded_before=reminded_at_once(occurrence, now),
    )
    _invite(drill, tool_pks, [team.pk for team in teams])
    return drill


def _teams(team: Team | None, tool_pks: list[int]) -> list[Team]:
    """Return the teams whose work falls with the tools, within `team` if one is named.

    A named team takes part even if none of its work does: then the drill shows that.
    """
    hit = in_scope(tool_pks, None).values("workflow__team")
    if team is None:
        return list(Team.objects.filter(pk__in=hit))
    return list(Team.objects.filter(Q(pk=team.pk) | Q(parent=team, pk__in=hit)))


def _invite(drill: Drill, tool_pks: list[int], team_pks: list[int]) -> None:
    """Write down who takes part: owners and deputies of the work that falls; where a
    workflow has neither, the leads of its team; and the facilitator."""
    roles: dict[int, ParticipantRole] = {}
    orphaned: set[int] = set()
    hit = Workflow.objects.filter(pk__in=in_scope(tool_pks, team_pks).values("workflow"))
    for owner, deputy, team in hit.values_list("owner", "deputy", "team"):
        if owner is not None:
            roles[owner] = ParticipantRole.LEAD
        if deputy is not None:
            alone = ParticipantRole.DEPUTY if owner is not None else ParticipantRole.LEAD
            roles.setdefault(deputy, alone)
        if owner is None and deputy is None:
            orphaned.add(team)
    if orphaned:
        around = Q(team__in=orphaned) | Q(team__children__in=orphaned)
        leads = Membership.objects.filter(around, role=TeamRole.LEAD)
        for user in leads.values_list("user", flat=True):
            roles.setdefault(user, ParticipantRole.LEAD)
    facilitator = drill.outage.facilitator_id
    if facilitator is not None:
        roles[facilitator] = ParticipantRole.FACILITATOR
    active = User.objects.filter(pk__in=roles, is_active=True).values_list("pk", flat=True)
    Participant.objects.bulk_create(
        Participant(drill=drill, user_id=pk, role=roles[pk]) for pk in active
    )
