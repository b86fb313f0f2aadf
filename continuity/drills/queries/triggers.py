"""Which workflows ask for a drill out of turn, and the proposals that came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.states import DrillState
from continuity.drills.models import (
    Cause,
    Drill,
    Occurrence,
    OccurrenceState,
    Proposal,
    ProposalState,
    Trigger,
)
from continuity.drills.queries.coverage import Next, next_drills
from continuity.drills.queries.rotation import HELD
from continuity.inventory.models import Proof, Without, Workflow, WorkflowApproval
from continuity.outages.models import Outage, OutageKind, Recovery

MOST_AT_ONCE: Final = 100
"""Proposals that one look of a trigger makes; the next look makes the rest."""


SOON: Final = timedelta(days=14)
"""How long after its notice a new drill is as good as one that is planned already."""


@dataclass(frozen=True, slots=True)
class Asks:
    """One workflow that asks for a drill: `key` names the very cause, `at` its instant."""

    workflow: Workflow
    key: str
    at: datetime


def asking(trigger: Trigger, *, now: datetime) -> list[Asks]:
    """Return what `trigger` finds at `now` and has not been proposed yet, the most urgent
    first, at most one for each workflow. One for which a drill comes in time anyway asks
    for none; should that be called off, it asks again."""
    find = {
        Cause.EXPIRING: _expiring,
        Cause.CHANGED: _changed,
        Cause.OUTAGE: _after_outages,
    }[Cause(trigger.cause)]
    found = list(find(trigger, now))
    pks = {one.workflow.pk for one in found}
    among = Proposal.objects.filter(cause=trigger.cause, workflow__in=pks)
    known = set(among.values_list("workflow", "key"))
    taken = set(among.open().values_list("workflow", flat=True))
    chosen: dict[int, Asks] = {}
    for one in sorted(found, key=lambda each: (each.at, each.workflow.pk)):
        pk = one.workflow.pk
        if pk not in taken and (pk, one.key) not in known:
            chosen.setdefault(pk, one)
    return _unplanned(trigger, list(chosen.values()), now)[:MOST_AT_ONCE]


def _unplanned(trigger: Trigger, found: list[Asks], now: datetime) -> list[Asks]:
    """Leave out what a drill that is planned already will see to: one before the cause
    itself comes, or soon after the day on which a new one could be held."""
    if not found:
        return []
    coming = next_drills([one.workflow for one in found], user=None, now=now)
    soon = now + trigger.notice + SOON
    return [
        one
        for one in found
        if (drill := coming.get(one.workflow.pk)) is None or drill.at > max(one.at, soon)
    ]


def _within(trigger: Trigger) -> QuerySet[Workflow]:
    """Return the current workflows it looks at, each with its `last_drill`."""
    held = Recovery.objects.filter(
        workflow=OuterRef("pk"), outage__drill__isnull=False, outage__state__in=HELD
    ).order_by()
    last = held.values("workflow").annotate(at=Max("outage__occurred_at")).values("at")
    found = Workflow.objects.current().annotate(last_drill=Subquery(last))
    if trigger.team_id is not None:
        found = found.filter(Q(team=trigger.team_id) | Q(team__parent=trigger.team_id))
    if trigger.tiers:
        found = found.filter(tier__in=trigger.tiers)
    return found.select_related("team")


def _expiring(trigger: Trigger, now: datetime) -> Iterable[Asks]:
    """Of each dependency that would stop its workflow: the proof that lasts longest of the
    first alternative that has one, where it ends within the margin."""
    within = _within(trigger).in_bulk()
    best = (
        Proof.objects.valid(now)
        .filter(
            alternative__dependency__workflow__in=within,
            alternative__dependency__without=Without.STOPS,
        )
        .order_by("alternative__dependency_id", "alternative__rank", "-expires_at", "pk")
        .distinct("alternative__dependency_id")
        .values_list("alternative__dependency__workflow", "pk", "expires_at")
    )
    for workflow, proof, expires_at in best:
        if expires_at <= now + trigger.margin:
            yield Asks(within[workflow], f"proof-{proof}", expires_at)


def _changed(trigger: Trigger, _now: datetime) -> Iterable[Asks]:
    """Those approved, in another version than at their last drill, since that drill."""
    same = WorkflowApproval.objects.filter(
        workflow=OuterRef("pk"),
        version=OuterRef("approved_version"),
        approved_at__lte=OuterRef("last_drill"),
    )
    changed = _within(trigger).filter(~Exists(same), approved_at__gt=F("last_drill"))
    for workflow in changed:
        if workflow.approved_at is not None:
            key = f"version-{workflow.approved_version}"
            yield Asks(workflow, key, workflow.approved_at)


def _after_outages(trigger: Trigger, now: datetime) -> Iterable[Asks]:
    """Those whose last real outage ended at least the margin ago and who had no drill
    since."""
    within = _within(trigger).in_bulk()
    over = (DrillState.ENDED, DrillState.REVIEWED)
    latest = (
        Recovery.objects.filter(
            workflow__in=within,
            outage__in=Outage.objects.filter(kind=OutageKind.REAL, state__in=over),
        )
        .order_by("workflow_id", "-outage__ended_at", "-outage_id")
        .distinct("workflow_id")
        .values_list("workflow", "outage", "outage__ended_at")
    )
    for pk, outage, ended_at in latest:
        if ended_at is None or ended_at + trigger.margin > now:
            continue
        last: datetime | None = getattr(within[pk], "last_drill", None)
        if last is None or last < ended_at:
            yield Asks(within[pk], f"outage-{outage}", ended_at)


def proposals(user: User, *, answered: bool = False) -> QuerySet[Proposal]:
    """Return the proposals that `user` may see: the open ones by their urgency, or those
    that were answered, the latest first."""
    found = Proposal.objects.allowing(user, Action.VIEW).select_related(
        "workflow__team", "scenario", "facilitator", "answered_by", "schedule"
    )
    if answered:
        return found.exclude(state=ProposalState.OPEN).order_by("-answered_at", "-pk")
    return found.open().order_by("cause_at", "pk")


@dataclass(frozen=True, slots=True)
class Line:
    """One proposal. `next`: the next drill of its workflow, where it is open still and
    one is planned that the reader may know of."""

    proposal: Proposal
    next: Next | None

    @property
    def comes_too_late(self) -> bool:
        """Say whether the proof of which this warns expires before that drill."""
        if self.next is None or self.proposal.cause != Cause.EXPIRING:
            return False
        return self.next.at > self.proposal.cause_at


def lines(rows: Sequence[Proposal], *, user: User, now: datetime) -> tuple[Line, ...]:
    """Return a page of `proposals()` as lines, in a fixed number of queries."""
    asking = [row.workflow for row in rows if row.state == ProposalState.OPEN]
    coming = next_drills(asking, user=user, now=now) if asking else {}
    return tuple(
        Line(row, coming.get(row.workflow_id) if row.state == ProposalState.OPEN else None)
        for row in rows
    )


def held_meanwhile() -> QuerySet[Proposal]:
    """Return the open proposals whose workflow was in a drill that began after they were
    made and was held to its end; `held` is the key of its outage, the first of them."""
    held = (
        Recovery.objects.filter(
            workflow=OuterRef("workflow"),
            outage__drill__isnull=False,
            outage__state__in=HELD,
            outage__occurred_at__gte=OuterRef("made_at"),
        )
        .order_by("outage__occurred_at", "outage_id")
        .values("outage")
    )
    found = Proposal.objects.open().annotate(held=Subquery(held[:1]))
    return found.filter(held__isnull=False).order_by("pk")


def fell_through() -> QuerySet[Proposal]:
    """Return the proposals of current work whose drill was called off, was missed, or
    will not come: its time was passed over, or its schedule is gone. Where the same cause
    asks for the work already, there is one that is open."""
    of_it = Q(schedule=OuterRef("schedule"), schedule__isnull=False)
    # Those of before kept no time where the drill was their own: then any of it counts.
    at = Coalesce(OuterRef("drill_at"), F("occurrence_at"))
    drills = Drill.objects.filter(of_it, occurrence_at=at)
    off = drills.filter(outage__state__in=[DrillState.ABORTED, DrillState.MISSED])
    never = [OccurrenceState.MISSED, OccurrenceState.SKIPPED]
    times = Occurrence.objects.filter(of_it, at=OuterRef("drill_at"), drill=None)
    open_ones = Proposal.objects.open().filter(
        workflow=OuterRef("workflow"), cause=OuterRef("cause")
    )
    found = Proposal.objects.filter(
        Q(Exists(off)) | Q(Exists(times.filter(state__in=never))) | Q(schedule=None),
        state=ProposalState.PLANNED,
        workflow__archived_at=None,
    )
    # One that was held before its schedule went has answered.
    gone = Q(schedule=None) & (Q(drill_at=None) | Q(drill_at__lte=F("answered_at")))
    return found.exclude(gone).exclude(Exists(open_ones)).order_by("pk")


def answerable(user: User) -> frozenset[int]:
    """Return the open proposals that `user` may plan or decline."""
    found = Proposal.objects.allowing(user, Action.RUN_DRILL).open()
    return frozenset(found.values_list("pk", flat=True)[:1000])


def triggers(user: User) -> QuerySet[Trigger]:
    """Return the triggers that `user` may change."""
    found = Trigger.objects.allowing(user, Action.RUN_DRILL)
    return found.select_related("team", "scenario", "facilitator").order_by("cause", "pk")
