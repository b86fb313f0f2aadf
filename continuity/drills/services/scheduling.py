"""From a schedule that has come due to a planned drill."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.criteria import Measure
from continuity.domain.errors import InvalidRule, NotAllowedNow
from continuity.domain.recurrence import Fault
from continuity.drills.models import (
    LATE_BY,
    Criterion,
    DrillType,
    Scenario,
    Schedule,
    Surprise,
)
from continuity.drills.services import occurrences
from continuity.history.models import Deletion
from continuity.history.services import changes, deletions, record
from continuity.inventory.models import Tool, Workflow

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
    "late_by",
    "rotates",
    "speed",
    "limit",
    "starts_by_itself",
    "evaluator",
    "away",
    "tiers",
    "surprise",
    "window",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A success criterion as it is to be; the fields are those of Criterion."""

    measure: Measure
    percent: int | None = None
    within: timedelta | None = None
    text: str = ""


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
    late_by: timedelta = LATE_BY,
    rotates: bool = False,
    speed: int = 1,
    limit: timedelta,
    starts_by_itself: bool = True,
    evaluator: User | None = None,
    observers: Iterable[User] = (),
    away: User | None = None,
    tiers: Iterable[int] = (),
    workflows: Iterable[Workflow] = (),
    surprise: Surprise = Surprise.NONE,
    window: timedelta | None = None,
    criteria: Iterable[Wish] = (),
    actor: User,
    now: datetime,
) -> Schedule:
    """Plan a drill, once or again and again. `team` None means all teams; `tiers` and
    `workflows` cut its work down, unless they are empty. A surprise begins at an instant
    that is drawn inside `window` from the first time on.

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
        late_by=late_by,
        rotates=rotates,
        speed=speed,
        limit=limit,
        starts_by_itself=starts_by_itself,
        evaluator=evaluator,
        away=away,
        tiers=sorted(tiers),
        surprise=surprise,
        window=window,
    )
    ahead = _found_next(schedule, now=now)
    _give_seed(schedule)
    schedule.save()
    occurrences.write_ahead(schedule, ahead, after=now - JUST_NOW)
    schedule.tools.set(tools)
    schedule.observers.set(observers)
    schedule.workflows.set(workflows)
    _set_criteria(schedule, criteria)
    record(
        "schedule.created",
        schedule,
        actor=actor,
        now=now,
        team=_told_to(schedule),
        after=_told(schedule),
    )
    if not schedule.rrule:
        occurrences.open_next(schedule, now=now)
    return schedule


@transaction.atomic
def change(
    schedule_pk: int,
    *,
    tools: Iterable[Tool],
    observers: Iterable[User] | None = None,
    workflows: Iterable[Workflow] | None = None,
    criteria: Iterable[Wish] | None = None,
    actor: User,
    now: datetime,
    **fields: object,
) -> Schedule:
    """Change what has not been opened yet; drills that are planned stay as they are.

    `fields` are those that `plan` takes; what is not named stays. Raises InvalidRule as
    `plan` does.
    """
    schedule = _locked(schedule_pk)
    before = _said(schedule)
    for name in fields.keys() & set(FIELDS):
        setattr(schedule, name, fields[name])
    ahead = _found_next(schedule, now=now)
    _give_seed(schedule)
    schedule.save()
    occurrences.write_ahead(schedule, ahead, after=now - JUST_NOW)
    schedule.tools.set(tools)
    if observers is not None:
        schedule.observers.set(observers)
    if workflows is not None:
        schedule.workflows.set(workflows)
    if criteria is not None:
        _set_criteria(schedule, criteria)
    old, new = changes(before, _said(schedule))
    if new:
        record(
            "schedule.changed",
            schedule,
            actor=actor,
            now=now,
            team=_told_to(schedule),
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
            team=_told_to(schedule),
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
        schedule.save(update_fields=["paused"])
        occurrences.pass_over_pause(schedule, now=now)
        occurrences.advance(schedule, after=now)
        record(
            "schedule.resumed",
            schedule,
            actor=actor,
            now=now,
            team=_told_to(schedule),
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
        team=_told_to(schedule),
        before=_told(schedule),
    )
    return deletions.remove(
        [schedule],
        kind="schedule",
        action=Action.RUN_DRILL,
        team=_told_to(schedule),
        actor=actor,
        now=now,
    )


def fit_again(schedule: Schedule, *, actor: User, now: datetime) -> None:
    """Let a schedule that stands again go on from `now`: what it would have opened in
    the meantime is not made up."""
    occurrences.advance(schedule, after=now)
    record(
        "schedule.brought_back",
        schedule,
        actor=actor,
        now=now,
        team=_told_to(schedule),
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
        occurrences.advance(schedule, after=now)
        moved += schedule.next_due_at != before
    return moved


def open_due(*, now: datetime, limit: int = 100) -> int:
    """Open a drill for every schedule that is due; return how many were opened.

    Safe to run twice at once and to run again after a crash: each schedule is handled
    in its own transaction, under its row's lock. After a long silence each schedule
    begins late at most once, as its `late_by` allows; the other times were missed.
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
    return occurrences.open_next(schedule, now=now)


def _found_next(schedule: Schedule, *, now: datetime) -> occurrences.Ahead:
    ahead = occurrences.find_next(schedule, after=now - JUST_NOW)
    if ahead.next is None:
        raise InvalidRule("Nothing of it lies ahead.", reason=Fault.NEVER)
    return ahead


def _locked(schedule_pk: int) -> Schedule:
    return Schedule.objects.select_for_update(of=("self",)).get(pk=schedule_pk)


def _said(schedule: Schedule) -> dict[str, object]:
    """Return what the history says of a schedule. Four queries."""
    return {name: getattr(schedule, name) for name in FIELDS} | {
        "tools": sorted(tool.name for tool in schedule.tools.all()),
        "observers": sorted(str(person) for person in schedule.observers.all()),
        "workflows": sorted(work.name for work in schedule.workflows.all()),
        "criteria": [_words(criterion) for criterion in schedule.criteria.all()],
    }


def _words(criterion: Criterion) -> str:
    percent = "" if criterion.percent is None else f" >= {criterion.percent} %"
    within = "" if criterion.within is None else f", {criterion.within}"
    return f"{criterion.text or criterion.measure}{percent}{within}"


def _told_to(schedule: Schedule) -> Team | None:
    """Return whose history shows it: of what people must not know, the organisation's."""
    return None if schedule.surprise == Surprise.SILENT else schedule.team


def _give_seed(schedule: Schedule) -> None:
    if schedule.surprise and not schedule.seed:
        schedule.seed = secrets.token_hex(16)


def _set_criteria(schedule: Schedule, criteria: Iterable[Wish]) -> None:
    schedule.criteria.all().delete()
    Criterion.objects.bulk_create(
        Criterion(
            schedule=schedule,
            position=position,
            measure=wish.measure,
            percent=wish.percent,
            within=wish.within,
            text=wish.text,
        )
        for position, wish in enumerate(criteria)
    )
