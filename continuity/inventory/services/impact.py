"""The business impact analysis of a workflow: its ratings, targets and recovery points."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.errors import Conflict, Refused
from continuity.domain.impact import check_targets
from continuity.history.services import changes, record
from continuity.inventory.models import (
    Impact,
    ImpactCategory,
    ImpactLevel,
    Material,
    RecoveryPoint,
    Workflow,
)
from continuity.inventory.queries.harm import Computed, computed, unexplained
from continuity.inventory.services import reviews
from continuity.inventory.services.scales import load_scales as load_scales
from continuity.web.fields import write_length

type Moment = tuple[int, timedelta]
"""A category's key, and how long the work has stood still."""


class ReasonNeeded(Refused):
    """A target differs from what the ratings give, and nobody said why."""

    code = "reason_needed"


@dataclass(frozen=True, slots=True)
class Rated:
    """A level's key and, where somebody knows it, an amount in `unit`."""

    level: int
    amount: Decimal | None = None
    unit: str = ""


@transaction.atomic
def rate(
    workflow_pk: int, *, ratings: Mapping[Moment, Rated], actor: User, now: datetime
) -> Workflow:
    """Make `ratings` all that is said of the categories in use, and write down what each
    of those that changed was. Nothing is written if none differs.

    Raises Conflict if a category or level has gone in the meantime.
    """
    workflow = _locked(workflow_pk)
    categories = {row.pk: row for row in ImpactCategory.objects.filter(archived_at=None)}
    # Held until the end, so that nobody removes a level that is being used.
    levels = {row.pk: row for row in ImpactLevel.objects.select_for_update(no_key=True)}
    if {category for category, _after in ratings} - set(categories) or {
        rated.level for rated in ratings.values()
    } - set(levels):
        raise Conflict("The scales have changed.")
    kept = {
        (row.category_id, row.after): row
        for row in workflow.impacts.filter(category__in=categories)
    }
    old = {at: Rated(row.level_id, row.amount, row.unit) for at, row in kept.items()}
    if old == dict(ratings):
        return workflow
    gone = [row.pk for at, row in kept.items() if at not in ratings]
    workflow.impacts.filter(pk__in=gone).delete()
    fresh, changed = [], []
    for (category, after), rated in ratings.items():
        row = kept.get((category, after))
        if row is None:
            row = Impact(workflow=workflow, category_id=category, after=after)
            fresh.append(row)
        elif old[category, after] != rated:
            changed.append(row)
        row.level_id, row.amount, row.unit = rated.level, rated.amount, rated.unit
    Impact.objects.bulk_create(fresh)
    Impact.objects.bulk_update(changed, ["level", "amount", "unit"])
    touched = {at[0] for at in {*old, *ratings} if old.get(at) != ratings.get(at)}
    record(
        "workflow.rated",
        workflow,
        actor=actor,
        now=now,
        team=workflow.team,
        before={"impact": _told(old, touched, categories, levels)},
        after={"impact": _told(ratings, touched, categories, levels)},
    )
    reviews.changed([workflow.pk])
    return workflow


@transaction.atomic
def set_targets(
    workflow_pk: int,
    *,
    rto: timedelta | None,
    wrt: timedelta | None,
    mtpd: timedelta | None,
    reason: str,
    actor: User,
    now: datetime,
) -> Workflow:
    """Set the targets; who, when and why stay beside them. Nothing is written if they
    are what they were, with the same reason.

    Raises TargetsContradict, and ReasonNeeded where a target that changes is not the
    one that the ratings give.
    """
    workflow = _locked(workflow_pk)
    wanted = {"rto": rto, "wrt": wrt, "mtpd": mtpd}
    check_targets(rto=rto, wrt=wrt, mtpd=mtpd)
    found = computed(workflow, wrt=wrt)
    if unexplained(workflow, rto=rto, mtpd=mtpd, found=found) and not reason.strip():
        raise ReasonNeeded("The targets differ from the computed ones.")
    return _set(workflow, {**wanted, "targets_reason": reason.strip()}, actor, now)


@transaction.atomic
def use_computed(
    workflow_pk: int, *, expected: Computed, actor: User, now: datetime
) -> Workflow:
    """Set the MTPD to the one that the ratings give, and the RTO to the longest that it
    allows. `expected` is what the person saw.

    Raises Conflict if the ratings give something else by now, or give no RTO.
    """
    workflow = _locked(workflow_pk)
    found = computed(workflow, wrt=workflow.wrt)
    if found != expected or found.mtpd is None or found.rto is None:
        raise Conflict("The ratings have changed.")
    fields = {"rto": found.rto, "mtpd": found.mtpd, "targets_reason": ""}
    return _set(workflow, fields, actor, now)


@transaction.atomic
def set_recovery_points(
    workflow_pk: int,
    *,
    points: Mapping[Material, tuple[timedelta | None, str]],
    actor: User,
    now: datetime,
) -> Workflow:
    """Say for each material how much may be lost, and where a copy is kept. A material
    with neither is nothing said, and leaves no row."""
    workflow = _locked(workflow_pk)
    kept = {Material(row.material): row for row in workflow.recovery_points.all()}
    old = {
        name: value
        for material in Material
        for name, value in _point(material, kept.get(material)).items()
    }
    new = {
        name: value
        for material in Material
        for name, value in _point(
            material, RecoveryPoint(rpo=points[material][0], copy=points[material][1])
        ).items()
    }
    before, after = changes(old, new)
    if not after:
        return workflow
    for material, (rpo, copy) in points.items():
        if rpo is None and not copy:
            workflow.recovery_points.filter(material=material).delete()
        else:
            workflow.recovery_points.update_or_create(
                material=material, defaults={"rpo": rpo, "copy": copy}
            )
    record(
        "workflow.recovery_points_set",
        workflow,
        actor=actor,
        now=now,
        team=workflow.team,
        before=before,
        after=after,
    )
    reviews.changed([workflow.pk])
    return workflow


def _set(
    workflow: Workflow, fields: Mapping[str, Any], actor: User, now: datetime
) -> Workflow:
    before, after = changes({name: getattr(workflow, name) for name in fields}, fields)
    if after:
        for name, value in after.items():
            setattr(workflow, name, value)
        workflow.targets_by, workflow.targets_at = actor, now
        workflow.save(update_fields=[*after, "targets_by", "targets_at"])
        record(
            "workflow.targets_set",
            workflow,
            actor=actor,
            now=now,
            team=workflow.team,
            before=before,
            after=after,
        )
        reviews.changed([workflow.pk])
    return workflow


def _point(material: Material, row: RecoveryPoint | None) -> dict[str, Any]:
    return {
        f"{material}_rpo": row.rpo if row else None,
        f"{material}_copy": row.copy if row else "",
    }


def _told(
    ratings: Mapping[Moment, Rated],
    touched: Iterable[int],
    categories: Mapping[int, ImpactCategory],
    levels: Mapping[int, ImpactLevel],
) -> dict[str, list[dict[str, str] | str]]:
    """Return the ratings of the categories that were touched, for the history: what is
    shipped by its key, so that each reader reads it in their own language; in lists,
    since what is kept as JSON forgets the order of anything else."""
    found: dict[int, list[dict[str, str] | str]] = defaultdict(list)
    for (category, after), rated in sorted(ratings.items()):
        if category in touched:
            level = levels[rated.level]
            found[category].append({write_length(after): level.name or level.key})
            if rated.amount is not None:
                found[category].append(f"{rated.amount} {rated.unit}")
    return {categories[pk].name or categories[pk].key: said for pk, said in found.items()}


def _locked(workflow_pk: int) -> Workflow:
    return (
        Workflow.objects.select_for_update(of=("self",))
        .select_related("team")
        .get(pk=workflow_pk)
    )
