"""The course of what really fails: declared, joined, corrected, taken up again.

It ends, and is withdrawn, as a drill does: `services.course`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from continuity.accounts.models import Team, User
from continuity.domain.errors import (
    Conflict,
    NotAllowedNow,
    NotRunning,
    OutOfOrder,
    Refused,
)
from continuity.domain.states import LIVE, DrillEvent, DrillState, next_state, taken_up
from continuity.history.services import record
from continuity.inventory.models import Tool
from continuity.outages.models import EntryKind, Mark, Outage, OutageKind, Recovery
from continuity.outages.queries.real import TAKE_UP_WITHIN, live_with
from continuity.outages.queries.scope import in_scope
from continuity.outages.services.course import excuse, locked
from continuity.outages.services.freezing import freeze
from continuity.outages.services.journal import append
from continuity.outages.services.proving import take_back_proofs, write_proofs


class AlreadyLive(Conflict):
    """One of the tools is in a live real outage. Fields: `title`, `pk`, of that one."""

    code = "already_live"


class OnsetAhead(Refused):
    """Nothing has failed that only will."""

    code = "onset_ahead"


class NoToolLeft(Refused):
    """An outage is one of at least one tool."""

    code = "no_tool_left"


class TooLateToTakeUp(Refused):
    """It was over longer ago than a day."""

    code = "too_late_to_take_up"


@transaction.atomic
def declare(
    *,
    title: str,
    seen: str,
    tools: Iterable[Tool],
    occurred_at: datetime,
    actor: User,
    now: datetime,
) -> Outage:
    """Say that tools really fail since `occurred_at`: the clocks of all work that falls
    with them run from then. Who declares it runs it. `seen` is what people notice.

    Raises OnsetAhead, NoToolLeft, AlreadyLive if one of the tools is in a live one.
    """
    chosen = list(tools)
    if not chosen:
        raise NoToolLeft("No tool is named.")
    if occurred_at > now:
        raise OnsetAhead("It has not begun.")
    _only_once(chosen)
    outage = Outage.objects.create(
        kind=OutageKind.REAL,
        state=next_state(DrillState.PLANNED, DrillEvent.START),
        title=title,
        briefing=seen,
        facilitator=actor,
        starts_by_itself=False,
        occurred_at=occurred_at,
    )
    outage.tools.set(chosen)
    made = _take_in(outage)
    said = {"recoveries": made, "onset": occurred_at}
    append(outage, EntryKind.STARTED, at=now, now=now, actor=actor, data=said)
    after = {"title": title, "onset": occurred_at, "tools": _names(chosen)}
    record("outage.started", outage, actor=actor, now=now, team=outage.team, after=after)
    return outage


def _only_once(tools: Sequence[Tool], besides: Outage | None = None) -> None:
    """Hold the tools until the caller commits, so that two who declare the same at once
    do not both succeed. Raises AlreadyLive."""
    keys = [tool.pk for tool in tools]
    list(Tool.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
    found = live_with(keys)
    if besides is not None:
        found = found.exclude(pk=besides.pk)
    if (there := found.first()) is not None:
        raise AlreadyLive("It is declared.", title=there.title, pk=there.pk)


def _take_in(outage: Outage) -> int:
    """Bring in the teams and the work that fall with its tools and are not in it yet;
    return how many recoveries that makes. It is one team's if only one is in it."""
    hit = in_scope(outage.tools.values_list("pk", flat=True), None)
    outage.teams.add(*Team.objects.filter(pk__in=hit.values("workflow__team")))
    teams = list(outage.teams.all()[:2])
    outage.team = teams[0] if len(teams) == 1 else None
    outage.save(update_fields=["team"])
    return freeze(outage)


def _names(tools: Iterable[Tool]) -> list[str]:
    return sorted(tool.name for tool in tools)


@transaction.atomic
def join(
    outage_pk: int, *, seen: str, tools: Iterable[Tool], actor: User, now: datetime
) -> Outage:
    """Add what one more person meets to a live real outage: the tools that it does not
    have yet, and the work that has come to depend on them since.

    Raises NotRunning once it is over, AlreadyLive if a tool is in another one.
    """
    outage = _live(outage_pk)
    missing = [tool for tool in tools if not outage.tools.filter(pk=tool.pk).exists()]
    _only_once(missing)
    outage.tools.add(*missing)
    made = _take_in(outage)
    said = {"seen": seen, "recoveries": made}
    append(outage, EntryKind.JOINED, at=now, now=now, actor=actor, data=said)
    if missing:
        _journal_tools(outage, missing, [], actor, now)
    record("outage.joined", outage, actor=actor, now=now, team=outage.team)
    return outage


def _live(outage_pk: int) -> Outage:
    outage = locked(outage_pk)
    if outage.is_drill:
        raise NotAllowedNow("A drill is none of this.")
    if outage.state not in LIVE:
        raise NotRunning(f"It is {outage.state}.", state=outage.state)
    return outage


def _journal_tools(
    outage: Outage,
    added: Iterable[Tool],
    removed: Iterable[Tool],
    actor: User,
    now: datetime,
) -> None:
    data = {"added": _names(added), "removed": _names(removed)}
    append(outage, EntryKind.TOOLS, at=now, now=now, actor=actor, data=data)


@transaction.atomic
def set_tools(
    outage_pk: int, tools: Iterable[Tool], *, actor: User, now: datetime
) -> Outage:
    """Say which tools fail, all of them, while it goes on; the same ones do nothing.

    Work that falls with an added one comes in. Work that no tool of it reaches any more
    leaves, if nobody has pressed for it; otherwise it stays listed, excused.
    Raises NotRunning once it is over, NoToolLeft, AlreadyLive.
    """
    outage = _live(outage_pk)
    wanted = {tool.pk: tool for tool in tools}
    had = {tool.pk: tool for tool in outage.tools.all()}
    if not wanted:
        raise NoToolLeft("No tool is left.")
    added = [tool for pk, tool in wanted.items() if pk not in had]
    removed = [tool for pk, tool in had.items() if pk not in wanted]
    if not added and not removed:
        return outage
    _only_once(added, besides=outage)
    outage.tools.set(wanted)
    _take_in(outage)
    _journal_tools(outage, added, removed, actor, now)
    if removed:
        _let_go(outage, actor, now)
    outage.refresh_from_db(fields=["entries"])
    record(
        "outage.changed",
        outage,
        actor=actor,
        now=now,
        team=outage.team,
        before={"tools": _names(had.values())},
        after={"tools": _names(wanted.values())},
    )
    return outage


def _let_go(outage: Outage, actor: User, now: datetime) -> None:
    """Take out the work that none of the tools reaches any more."""
    hit = in_scope(outage.tools.values_list("pk", flat=True), None).values("pk")
    gone = outage.recoveries.exclude(dependency__in=hit)
    untouched = gone.filter(marks=None, journal=None, pictures=None, steps_done=None)
    Recovery.objects.filter(pk__in=list(untouched.values_list("pk", flat=True))).delete()
    reason = _("The tool was taken out of the outage.")
    for recovery in gone.filter(excused_at=None).order_by("pk"):
        excuse(recovery.pk, reason, actor=actor, now=now)


@transaction.atomic
def move_onset(
    outage_pk: int, occurred_at: datetime, *, reason: str, actor: User, now: datetime
) -> Outage:
    """Correct when it began, while it goes on or once it is over; every clock is read
    anew, and proofs of it are written anew. The same instant does nothing.

    Raises OnsetAhead, OutOfOrder after its end or after something that was pressed,
    NotRunning once its book is closed or it was withdrawn.
    """
    outage = locked(outage_pk)
    if outage.is_drill:
        raise NotAllowedNow("A drill begins when it is started.")
    if outage.state not in LIVE | {DrillState.ENDED}:
        raise NotRunning(f"It is {outage.state}.", state=outage.state)
    before = outage.onset
    if occurred_at == before:
        return outage
    if occurred_at > now:
        raise OnsetAhead("It has not begun.")
    if outage.ended_at is not None and occurred_at > outage.ended_at:
        raise OutOfOrder("It ended before.", earlier="occurred", later="end")
    first = Mark.objects.valid().filter(recovery__outage=outage).order_by("at").first()
    if first is not None and first.at < occurred_at:
        raise OutOfOrder("Somebody pressed before.", earlier="occurred", later=first.clock)
    outage.occurred_at = occurred_at
    outage.save(update_fields=["occurred_at"])
    said = {"before": before, "after": occurred_at, "reason": reason}
    append(outage, EntryKind.ONSET, at=now, now=now, actor=actor, data=said)
    if outage.state == DrillState.ENDED:
        take_back_proofs(outage)
        write_proofs(outage, now)
    record(
        "outage.changed",
        outage,
        actor=actor,
        now=now,
        team=outage.team,
        before={"onset": before},
        after={"onset": occurred_at, "reason": reason},
    )
    return outage


@transaction.atomic
def retitle(outage_pk: int, title: str, seen: str, *, actor: User, now: datetime) -> Outage:
    """Say in other words what it is; the same ones do nothing."""
    outage = locked(outage_pk)
    before = {"title": outage.title, "description": outage.briefing}
    after = {"title": title, "description": seen}
    if before == after:
        return outage
    outage.title, outage.briefing = title, seen
    outage.save(update_fields=["title", "briefing"])
    record(
        "outage.changed",
        outage,
        actor=actor,
        now=now,
        team=outage.team,
        before={name: said for name, said in before.items() if said != after[name]},
        after={name: said for name, said in after.items() if said != before[name]},
    )
    return outage


@transaction.atomic
def take_up(outage_pk: int, *, actor: User, now: datetime) -> Outage:
    """Let it go on: it was not over after all. Its clocks have run all the time, and its
    proofs are written when it really is over.

    Raises IllegalTransition unless it has ended, TooLateToTakeUp more than a day after,
    AlreadyLive if its tools are in another one by now.
    """
    outage = locked(outage_pk)
    if outage.is_drill:
        raise NotAllowedNow("A drill is over when it has ended.")
    outage.state = taken_up(outage.state)
    if outage.ended_at is not None and now - outage.ended_at > TAKE_UP_WITHIN:
        raise TooLateToTakeUp("It was over too long ago.")
    _only_once(list(outage.tools.all()))
    outage.ended_at = None
    outage.save(update_fields=["state", "ended_at"])
    take_back_proofs(outage)
    append(outage, EntryKind.TAKEN_UP, at=now, now=now, actor=actor)
    record("outage.taken_up", outage, actor=actor, now=now, team=outage.team)
    return outage
