"""Moving drills along: starts what is due, tells the scenario, ends what has run out."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from continuity.domain.clocks import Pause, working_time
from continuity.domain.punctuality import Punctuality, punctuality
from continuity.domain.scenario import due_phases, seen
from continuity.domain.states import LIVE, OVER, DrillState
from continuity.drills.models import Drill, OccurrenceState
from continuity.drills.queries.scripts import on_the_wall, script_of
from continuity.drills.services import drafting, injects, messages, occurrences, scheduling
from continuity.outages.models import EntryKind, Outage
from continuity.outages.queries.real import live_real, touching
from continuity.outages.queries.results import pauses_of
from continuity.outages.services import course
from continuity.outages.services.journal import append

logger = logging.getLogger(__name__)


def open_due(*, now: datetime) -> int:
    """Open what is due and start it in the same breath; return how many were opened.

    Left to the next tick, a drill that is told of when it begins would begin two seconds
    after it was opened.
    """
    opened = scheduling.open_due(now=now)
    if opened:
        conduct(now=now)
    return opened


def conduct(*, now: datetime) -> int:
    """Move every drill to where it should be at `now`; return how many were looked after.

    Each in its own transaction under its row's lock, so a second worker passes it by,
    and one that cannot be moved keeps no other from moving. Doing it again does nothing.
    """
    looked_after = stop_for_real(now=now)
    for pk in list(
        Drill.objects.to_conduct(now).order_by("pk").values_list("pk", flat=True)
    ):
        try:
            looked_after += _conduct_one(pk, now=now)
        except Exception:
            logger.exception("Drill %s could not be conducted.", pk)
    return looked_after


def stop_for_real(*, now: datetime) -> int:
    """Call off every drill under way whose tools fail for real; return how many were.

    People must not rehearse losing what they have lost, nor read of it as an exercise.
    Nothing is asked per drill while nothing really fails.
    """
    if not live_real().exists():
        return 0
    stopped = 0
    for drill in Drill.objects.filter(outage__state__in=LIVE).order_by("pk"):
        try:
            stopped += _stop_one(drill.pk, now=now)
        except Exception:
            logger.exception("Drill %s could not be stopped.", drill.pk)
    return stopped


@transaction.atomic(durable=True)
def _stop_one(drill_pk: int, *, now: datetime) -> bool:
    drill = (
        Drill.objects.filter(outage__state__in=LIVE)
        .select_for_update(skip_locked=True, of=("self",))
        .filter(pk=drill_pk)
        .first()
    )
    if drill is None:
        return False  # another worker has it, or it is over
    outage = course.locked(drill.outage_id)
    if outage.state not in LIVE or not _is_real(outage):
        return False
    course.abort(outage.pk, reason="real_outage", actor=None, now=now)
    return True


def _is_real(outage: Outage) -> bool:
    return bool(touching(outage.tools.values_list("pk", flat=True)))


@transaction.atomic(durable=True)
def _conduct_one(drill_pk: int, *, now: datetime) -> bool:
    drill = (
        Drill.objects.to_conduct(now)
        .select_for_update(skip_locked=True, of=("self",))
        .filter(pk=drill_pk)
        .first()
    )
    if drill is None:
        return False  # another worker has it, or there is nothing left to do
    drill.outage = course.locked(drill.outage_id)
    if _is_due(drill.outage, now):
        _begin(drill, now)
    elif _is_unapproved(drill.outage, now):
        drill.outage = course.miss(drill.outage_id, actor=None, now=now)
    if drill.outage.state == DrillState.RUNNING:
        _run(drill, now)
    if drill.outage.state in OVER and drill.wound_up_at is None:
        begun = drill.outage.occurred_at is not None
        if begun and drill.outage.aborted_reason == "real_outage":
            messages.tell_real(drill, now=now)
        else:
            messages.tell_over(drill, now=now)
        if drill.outage.state == DrillState.MISSED:
            occurrences.settle(drill, OccurrenceState.MISSED)
        if drill.outage.state == DrillState.ENDED:
            drafting.draft(drill.outage, now=now)
        drill.wound_up_at = now
        drill.save(update_fields=["wound_up_at"])
    return True


def _is_due(outage: Outage, now: datetime) -> bool:
    return (
        outage.state == DrillState.PLANNED
        and outage.starts_by_itself
        and outage.begins_at is not None
        and outage.begins_at <= now
    )


def _is_unapproved(outage: Outage, now: datetime) -> bool:
    """Its time has come and nobody has approved it: it cannot begin any more."""
    draft = outage.state == DrillState.DRAFT
    return draft and outage.due_at is not None and outage.due_at <= now


def _begin(drill: Drill, now: datetime) -> None:
    """Start it; if its time is gone by more than it may be late, it was missed.

    While a tool of it fails for real it does not begin, not even afterwards: nobody who
    has just worked through the real loss is to rehearse it.
    """
    outage = drill.outage
    if outage.begins_at is None:
        return
    if _is_real(outage):
        drill.outage = course.abort(outage.pk, reason="real_outage", actor=None, now=now)
        return
    how = punctuality(outage.begins_at, now, drill.late_by)
    event = course.miss if how == Punctuality.MISSED else course.start
    drill.outage = event(outage.pk, actor=None, now=now)
    if how == Punctuality.LATE:
        occurrences.settle(drill, OccurrenceState.LATE)


def _run(drill: Drill, now: datetime) -> None:
    outage = drill.outage
    pauses = pauses_of([outage.pk]).get(outage.pk, ())
    over = outage.ends_by is not None and outage.ends_by <= now
    until = outage.ends_by if outage.ends_by is not None and over else now
    elapsed = working_time(outage.onset, max(until, outage.onset), pauses)
    told = _tell(drill, elapsed, pauses, now)
    if drill.told_until is None:
        messages.tell_started(drill, now=now)
    if told or drill.told_until is None:
        drill.told_until = elapsed
        drill.save(update_fields=["told_until"])
    injects.deliver_due(drill, elapsed, pauses, now=now)
    if over:
        drill.outage = course.end(outage.pk, actor=None, now=now)


def _tell(
    drill: Drill, elapsed: timedelta, pauses: tuple[Pause, ...], now: datetime
) -> int:
    """Write the phases that have begun since the last time into the journal."""
    outage = drill.outage
    phases = {
        (phase["component"], phase["at_seconds"]): phase for phase in drill.script["phases"]
    }
    due = due_phases(script_of(drill), drill.told_until, elapsed, drill.pace)
    for played in due:
        phase = phases[played.component, played.at.total_seconds()]
        at = on_the_wall(outage.onset, drill.pace.lived(played.at), pauses)
        tell_phase(drill, phase, at=min(at, now), now=now)
    return len(due)


def tell_phase(
    drill: Drill, phase: Mapping[str, Any], *, at: datetime, now: datetime
) -> None:
    """Write one phase of the drill's script into the journal, under the outage's lock."""
    tools = drill.script["components"][phase["component"]]
    meets = seen(
        script_of(drill), phase["component"], timedelta(seconds=phase["at_seconds"])
    )
    append(
        drill.outage,
        EntryKind.PHASE,
        at=at,
        now=now,
        actor=None,
        data={
            "component": phase["component"],
            "tools": [tool["name"] for tool in tools],
            "tool_pks": [tool["pk"] for tool in tools],
            "state": phase["state"],
            "error_percent": phase["error_percent"],
            "delay_seconds": phase["delay_seconds"],
            "flapping": meets.flapping,
            "note_en": phase["note_en"],
            "note_fr": phase["note_fr"],
        },
    )
