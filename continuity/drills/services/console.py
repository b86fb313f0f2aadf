"""What a facilitator does to a drill besides its injects: its speed, its approval."""

from datetime import datetime

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.clocks import working_time
from continuity.domain.errors import NotAllowedNow, NotRunning
from continuity.domain.states import LIVE, DrillState
from continuity.drills.models import SPEEDS, Criterion, Drill
from continuity.drills.services import messages
from continuity.drills.services.reviewing import ReportClosed
from continuity.history.services import record
from continuity.outages.models import EntryKind
from continuity.outages.queries.results import pauses_of
from continuity.outages.services import course
from continuity.outages.services.journal import append


@transaction.atomic
def set_speed(drill_pk: int, speed: int, *, actor: User, now: datetime) -> Drill:
    """Play the rest of the scenario at another speed; what was played stays as it was.

    The same again does nothing. Raises NotRunning when it is not under way,
    NotAllowedNow for a speed that is not offered.
    """
    # The drill before its outage, in the order of the tick.
    drill = Drill.objects.select_for_update(of=("self",)).get(pk=drill_pk)
    outage = drill.outage = course.locked(drill.outage_id)
    if outage.state not in LIVE:
        raise NotRunning(f"It is {outage.state}.", state=outage.state)
    if speed not in SPEEDS:
        raise NotAllowedNow(f"{speed} is no speed.")
    if drill.speed == speed:
        return drill
    pauses = pauses_of([outage.pk]).get(outage.pk, ())
    elapsed = working_time(outage.onset, max(now, outage.onset), pauses)
    before = drill.speed
    pace = drill.pace.turned(elapsed, speed)
    drill.turns = [[turn.after.total_seconds(), turn.speed] for turn in pace.turns]
    drill.speed = speed
    drill.save(update_fields=["speed", "turns"])
    append(
        outage,
        EntryKind.SPEED,
        at=now,
        now=now,
        actor=actor,
        data={"from": before, "speed": speed},
    )
    record(
        "drill.speed_changed",
        outage,
        actor=actor,
        now=now,
        team=outage.team,
        before={"speed": before},
        after={"speed": speed},
    )
    return drill


@transaction.atomic
def approve(drill_pk: int, *, actor: User, now: datetime) -> Drill:
    """Approve a draft: it is planned, and those who take part are told.

    Raises IllegalTransition unless it is a draft.
    """
    drill = Drill.objects.select_for_update(of=("self",)).get(pk=drill_pk)
    drill.outage = course.approve(drill.outage_id, actor=actor, now=now)
    drill.approved_by, drill.approved_at = actor, now
    drill.save(update_fields=["approved_by", "approved_at"])
    messages.tell_planned(drill, now=now)
    return drill


@transaction.atomic
def rate(
    criterion_pk: int, rating: str, comment: str, *, actor: User, now: datetime
) -> Criterion:
    """Put down the evaluator's word on a criterion; a second one replaces the first.

    Raises NotAllowedNow for one that is measured, NotRunning before the drill begins,
    ReportClosed once its report is approved.
    """
    criterion = (
        Criterion.objects.select_for_update(of=("self",))
        .exclude(drill=None)
        .get(pk=criterion_pk)
    )
    if criterion.percent is not None or criterion.drill is None:
        raise NotAllowedNow("This one is measured.")
    outage = course.locked(criterion.drill.outage_id)
    if outage.occurred_at is None:
        raise NotRunning(f"It is {outage.state}.", state=outage.state)
    if outage.state == DrillState.REVIEWED:
        raise ReportClosed("The report is approved.")
    before = criterion.rating
    criterion.rating, criterion.comment = rating, comment
    criterion.rated_by, criterion.rated_at = actor, now
    criterion.save(update_fields=["rating", "comment", "rated_by", "rated_at"])
    record(
        "drill.criterion_rated",
        outage,
        actor=actor,
        now=now,
        team=outage.team,
        before={"rating": before},
        after={"criterion": criterion.text, "rating": rating, "note": comment},
    )
    return criterion
