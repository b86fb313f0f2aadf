"""An organisation that rehearses: its inventory in a few statements, its drills by the
services, press by press, with all that can happen to one. The same every time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Final
from uuid import UUID

from continuity.accounts.models import Organisation, Team, User
from continuity.domain.clocks import Clock
from continuity.domain.states import DrillState
from continuity.drills.models import FindingKind
from continuity.drills.services import actions, findings
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Proof,
    Provider,
    RunbookStep,
    Tool,
    Upstream,
    Workflow,
)
from continuity.outages.models import Mark, Outage, OutageKind, Recovery
from continuity.outages.services import course, marks, real
from tests.factories import NOON, DrillFactory, manager

TOOLS: Final = 24
PER_DRILL: Final = 4
MINUTE: Final = timedelta(minutes=1)
DATA: Final = ("internal", "confidential", "", "public")
EVERY_CLASS: Final = ["public", "internal", "confidential", "personal", "special"]


def rehearsed(workflows: int, drills: int) -> datetime:
    """Make so many workflows in teams of 20, then so many drills, one a day up to NOON,
    and a real outage for every 25 drills, at least three. Return the first day."""
    lead = manager()
    works = _inventory(workflows, lead)
    first = NOON - timedelta(days=drills + 3)
    keys = _keys()
    for number in range(drills):
        _drill(number, first + timedelta(days=number + 1), works, lead, keys)
    for number in range(max(3, drills // 25)):
        _really(number, first + timedelta(days=number + 1, hours=8), lead, keys)
    _learnt(lead)
    # Targets that move after a drill must not change what it showed.
    Workflow.objects.filter(pk__in=[one.pk for one in works[::7]]).update(
        rto=timedelta(minutes=25)
    )
    return first


def _learnt(lead: User) -> None:
    """Find something in some of the drills, and do something about some of it."""
    over = Outage.objects.filter(kind=OutageKind.DRILL, state=DrillState.ENDED)
    for number, outage in enumerate(over.order_by("pk")[:24:2]):
        DrillFactory(outage=outage)
        at = (outage.ended_at or NOON) + timedelta(hours=5)
        found = [
            findings.add(
                outage.pk, kind=kind, text="Seen.", workflow=None, alternative=None,
                actor=lead, now=at,
            )
            for kind in (FindingKind.FINDING, FindingKind.FINDING, FindingKind.STRENGTH)
        ]  # fmt: skip
        if number % 3 == 0:
            findings.dismiss(found[1].pk, actor=lead, now=at)
        action = actions.add(
            found[0].pk,
            text="Do it.",
            owner=lead,
            due_on=(at + timedelta(days=number)).date(),
            actor=lead,
            now=at,
        )
        if number % 3 == 1:
            actions.close_without(
                action.pk, "No need any more", actor=lead, now=at + timedelta(days=1)
            )


def _keys() -> Iterator[UUID]:
    return (UUID(int=number) for number in count(1))


def _inventory(number: int, lead: User) -> list[Workflow]:
    Organisation.objects.get_or_create(pk=1, defaults={"name": "Meridian Mutual"})
    above = Team.objects.bulk_create(Team(name=f"Department {at}") for at in range(2))
    teams = Team.objects.bulk_create(
        Team(name=f"Team {at:02}", parent=above[at % 2]) for at in range(-(-number // 20))
    )
    houses = Provider.objects.bulk_create(Provider(name=f"House {at}") for at in range(6))
    tools = Tool.objects.bulk_create(
        Tool(name=f"Tool {at:02}", provider=houses[at % 6]) for at in range(TOOLS)
    )
    for part, whole in ((tools[8], tools[9]), (tools[10], tools[11])):
        part.parent = whole
        part.save(update_fields=["parent"])
    Upstream.objects.bulk_create(
        Upstream(
            tool=tools[6 + at % (TOOLS - 10)],
            upstream=tools[(at * 5 + at // 7) % 6],
            relation=("hosting", "edge", "model", "identity")[at // 9 % 4],
            hard=at % 3 > 0,
            source="status.example.test",
            confidence="medium",
        )
        for at in range(30)
    )
    works = Workflow.objects.bulk_create(
        Workflow(
            team=teams[at % len(teams)],
            name=f"Workflow {at:03}",
            owner=lead,
            tier=at % 4 + 1,
            rto=None if at % 11 == 5 else timedelta(minutes=10 + at % 5 * 15),
            mbco_percent=None if at % 6 == 4 else 50,
            data_class=DATA[at % 4],
            archived_at=NOON if at % 17 == 16 else None,
            created_at=NOON,
        )
        for at in range(number)
    )
    uses = Dependency.objects.bulk_create(
        Dependency(
            workflow=work,
            tool=tools[6 + (at + step * 5) % (TOOLS - 6)],
            without="degraded" if (at + step) % 9 == 8 else "stops",
            position=step,
        )
        for at, work in enumerate(works)
        for step in range(0 if at % 13 == 12 else 2 if at % 3 == 0 else 1)
    )
    others = Alternative.objects.bulk_create(
        Alternative(
            dependency=use,
            rank=rank,
            tool=None if manual else tools[6 + (at * 7 + rank * 3 + 1) % (TOOLS - 6)],
            procedure="By hand" if manual else "",
            kind="manual" if manual else "other_provider",
            approved_data=[["internal", "public"], EVERY_CLASS, []][(at + rank) % 3],
        )
        for at, use in enumerate(uses)
        for rank in range(1, 1 + (0 if at % 10 == 9 else 2 if at % 4 == 0 else 1))
        for manual in [at % 5 == 3 and rank == 1]
        if manual or use.tool != tools[6 + (at * 7 + rank * 3 + 1) % (TOOLS - 6)]
    )
    RunbookStep.objects.bulk_create(
        RunbookStep(alternative=one, position=1, text="Open it.")
        for at, one in enumerate(others)
        if at % 5
    )
    # Trials outside any drill: good, too slow, too weak, not timed, expired, ended.
    Proof.objects.bulk_create(
        Proof(
            alternative=one,
            source="check",
            shown_at=NOON - timedelta(days=400 if at % 7 == 4 else 20),
            expires_at=NOON - timedelta(days=310)
            if at % 7 == 4
            else NOON + 70 * 24 * 60 * MINUTE,
            works=at % 7 != 5,
            minimum_after=None
            if at % 7 == 3
            else timedelta(minutes=90 if at % 7 == 1 else 9),
            capacity=20 if at % 7 == 2 else None,
            ended_at=NOON - timedelta(days=1) if at % 7 == 6 else None,
            ended_reason="runbook" if at % 7 == 6 else "",
        )
        for at, one in enumerate(others[::2])
    )
    return works


def _drill(
    number: int, at: datetime, works: list[Workflow], lead: User, keys: Iterator[UUID]
) -> None:
    """Hold one drill of an hour, or of what its limit allows."""
    tool = Tool.objects.get(name=f"Tool {6 + number % (TOOLS - 6):02}")
    using = list(
        Dependency.objects.filter(tool=tool, workflow__archived_at=None)
        .order_by("pk")
        .values_list("workflow", flat=True)
    )
    turn = number // (TOOLS - 6) * PER_DRILL % max(1, len(using))
    outage = course.plan(
        kind=OutageKind.DRILL,
        title=f"Drill {number:03}",
        team=None,
        teams=Team.objects.all(),
        tools=[tool],
        facilitator=lead,
        due_at=at,
        limit=timedelta(hours=1),
        starts_by_itself=False,
        workflow_pks=(using[turn:] + using[:turn])[:PER_DRILL],
        proves=number % 8 != 7,
        actor=lead,
        now=at,
    )
    if number % 19 == 18:
        course.miss(outage.pk, actor=None, now=at + timedelta(hours=2))
        return
    course.start(outage.pk, actor=lead, now=at)
    recoveries = list(outage.recoveries.order_by("pk"))
    for place, recovery in enumerate(recoveries):
        _early(number + place, recovery, at, lead, keys)
    if number % 3 == 1:
        course.pause(outage.pk, actor=lead, now=at + 12 * MINUTE)
        course.resume(outage.pk, actor=lead, now=at + 17 * MINUTE + timedelta(seconds=8))
    for place, recovery in enumerate(recoveries):
        _late(number + place, recovery, at, lead, keys)
    if number % 9 == 8:
        course.abort(outage.pk, reason="Too much to do", actor=lead, now=at + 50 * MINUTE)
        return
    if number % 4 == 0:
        course.end(outage.pk, actor=None, now=at + timedelta(hours=3))
    else:
        if number % 6 == 1:  # it ends while it is paused
            course.pause(outage.pk, actor=lead, now=at + 48 * MINUTE)
        course.end(outage.pk, actor=lead, now=at + 55 * MINUTE)
    for place, recovery in enumerate(recoveries):
        _after(number + place, recovery, at, lead, keys)
    if number % 5 == 0:
        course.review(outage.pk, actor=lead, now=at + timedelta(hours=5))
        if recoveries and (number % 8 != 6):
            _press(recoveries[-1], Clock.FULL, at + 47 * MINUTE, lead, keys, hours=6)


def _early(
    turn: int, recovery: Recovery, at: datetime, lead: User, keys: Iterator[UUID]
) -> None:
    if turn % 9 != 3:
        _press(recovery, Clock.ACKNOWLEDGED, at + timedelta(seconds=40 + turn), lead, keys)
    if turn % 9 in {0, 2, 5, 6, 7}:
        _press(recovery, Clock.SWITCHED, at + 4 * MINUTE, lead, keys)
    if turn % 9 == 0:
        _press(
            recovery,
            Clock.MINIMUM,
            at + timedelta(seconds=500 + turn),
            lead,
            keys,
            capacity=80,
        )
    if turn % 9 == 4:  # pressed by mistake, and taken back
        mark = _press(recovery, Clock.MINIMUM, at + 5 * MINUTE, lead, keys, capacity=99)
        marks.undo(mark.pk, actor=lead, now=at + 5 * MINUTE + timedelta(seconds=30))


def _late(
    turn: int, recovery: Recovery, at: datetime, lead: User, keys: Iterator[UUID]
) -> None:
    if turn % 9 in {4, 5, 7}:
        _press(
            recovery, Clock.MINIMUM, at + 20 * MINUTE + timedelta(seconds=turn), lead, keys,
            capacity=30 if turn % 9 == 7 else 70,
        )  # fmt: skip


def _after(
    turn: int, recovery: Recovery, at: datetime, lead: User, keys: Iterator[UUID]
) -> None:
    if turn % 9 == 6:  # pressed in time, on a phone without a network
        _press(recovery, Clock.MINIMUM, at + 31 * MINUTE, lead, keys, hours=4)
    if turn % 9 in {5, 8} and turn % 2:
        course.excuse(recovery.pk, "Fire alarm", actor=lead, now=at + timedelta(hours=4))


def _press(
    recovery: Recovery,
    clock: Clock,
    at: datetime,
    lead: User,
    keys: Iterator[UUID],
    *,
    hours: int = 0,
    capacity: int | None = None,
) -> Mark:
    """Press at an instant, and let the press arrive so many hours later."""
    waited = timedelta(hours=hours)
    return marks.mark(
        recovery.pk,
        clock,
        key=next(keys),
        pressed_at=at,
        age=waited,
        wall_age=waited,
        capacity=capacity,
        actor=lead,
        now=at + waited,
    )


def _really(number: int, at: datetime, lead: User, keys: Iterator[UUID]) -> None:
    """Suffer one: its onset is corrected, or it was not over, or it was a false alarm."""
    tool = Tool.objects.get(name=f"Tool {7 + number % (TOOLS - 8):02}")
    outage: Outage = real.declare(
        title=f"Outage {number}", seen="It times out.", tools=[tool],
        occurred_at=at, actor=lead, now=at + 3 * MINUTE,
    )  # fmt: skip
    for place, recovery in enumerate(outage.recoveries.order_by("pk")[:PER_DRILL]):
        if place % 3:
            _press(recovery, Clock.MINIMUM, at + (10 + place) * MINUTE, lead, keys)
    match number % 3:
        case 0:
            real.move_onset(
                outage.pk, at - 6 * MINUTE, reason="The status page says so.", actor=lead,
                now=at + 30 * MINUTE,
            )  # fmt: skip
        case 1:
            course.end(outage.pk, actor=lead, now=at + 40 * MINUTE)
            real.take_up(outage.pk, actor=lead, now=at + 50 * MINUTE)
        case _:
            course.abort(
                outage.pk, reason="Our own proxy", actor=lead, now=at + 20 * MINUTE
            )
            return
    course.end(outage.pk, actor=lead, now=at + 70 * MINUTE)
