"""The organisation's scales of impact: what can be harmed, and how bad harm can be."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from django.db import models, transaction
from django.db.models import Max
from django.utils.functional import Promise

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.errors import Conflict, Refused
from continuity.history.models import Deletion
from continuity.history.services import Line, changes, deletions, record, record_all
from continuity.inventory.models import ImpactCategory, ImpactLevel
from continuity.inventory.models.impact import CATEGORY_NAMES, LEVEL_NAMES

MOST_CATEGORIES: Final = 20
MOST_LEVELS: Final = 10
NOT_TOLERABLE: Final = frozenset({"major", "severe"})
"""The shipped levels that are not tolerable; the organisation may decide otherwise."""
SPARE: Final = 32_767
"""An order that no level has, for the moment in which two change places."""


class ScaleNameTaken(Refused):
    """Another category or level has this name. Field: `name`."""

    code = "scale_name_taken"


class ScaleFull(Refused):
    """There are as many categories or levels as a form can show. Field: `most`."""

    code = "scale_full"


class LevelInUse(Refused):
    """Workflows are rated with the level. Fields: `name`, `count`."""

    code = "level_in_use"


class ToleranceTurnsBack(Refused):
    """A worse level would be tolerable and a milder one not. Fields: `worse`, `milder`."""

    code = "tolerance_turns_back"


@transaction.atomic
def load_scales(now: datetime, *, actor: User | None = None) -> int:
    """Make the six shipped categories and five shipped levels, each where there is none
    of its kind yet; return how many rows that were.

    What the organisation has renamed, archived or removed stays so: a scale that has
    any row is left alone. History is written if somebody asked for it, not on a load.
    """
    made: list[models.Model] = []
    verbs: list[str] = []
    if not ImpactCategory.objects.exists():
        made += ImpactCategory.objects.bulk_create(
            ImpactCategory(key=key, position=place)
            for place, key in enumerate(CATEGORY_NAMES)
        )
        verbs += ["impact.category_added"] * len(made)
    if not ImpactLevel.objects.exists():
        levels = ImpactLevel.objects.bulk_create(
            ImpactLevel(key=key, order=order, tolerable=key not in NOT_TOLERABLE)
            for order, key in enumerate(LEVEL_NAMES)
        )
        made += levels
        verbs += ["impact.level_added"] * len(levels)
    if actor is not None:
        lines = [Line(verb, row) for verb, row in zip(verbs, made, strict=True)]
        record_all(lines, actor=actor, now=now)
    return len(made)


# Categories


@transaction.atomic
def add_category(*, name: str, actor: User, now: datetime) -> ImpactCategory:
    """Return a new category, the last of the list.

    Raises ScaleNameTaken and ScaleFull.
    """
    rows = _categories()
    in_use = [row for row in rows if row.archived_at is None]
    _refuse_taken(name, in_use)
    if len(in_use) >= MOST_CATEGORIES:
        raise ScaleFull(f"There are {len(in_use)}.", most=MOST_CATEGORIES)
    last = max((row.position for row in rows), default=-1)
    added = ImpactCategory.objects.create(name=name, position=last + 1)
    record("impact.category_added", added, actor=actor, now=now, after={"name": name})
    return added


@transaction.atomic
def rename_category(pk: int, *, name: str, actor: User, now: datetime) -> ImpactCategory:
    """Give a category a name; the one it is shipped with leaves it translated.

    Raises ScaleNameTaken.
    """
    rows = _categories()
    row = _of(rows, pk)
    in_use = [one for one in rows if one.archived_at is None]
    _refuse_taken(name, [one for one in in_use if one.pk != pk])
    before = str(row)
    if name != before:
        row.name = _own_name(name, CATEGORY_NAMES.get(row.key))
        row.save(update_fields=["name"])
        record(
            "impact.category_renamed",
            row,
            actor=actor,
            now=now,
            before={"name": before},
            after={"name": name},
        )
    return row


@transaction.atomic
def move_category(pk: int, *, up: bool, actor: User, now: datetime) -> ImpactCategory:
    """Change places with the neighbour in use; nothing happens at the end of the list."""
    rows = [row for row in _categories() if row.archived_at is None or row.pk == pk]
    row = _of(rows, pk)
    other = _neighbour(rows, row, up=up)
    if other is not None:
        before = [str(one) for one in rows]
        row.position, other.position = other.position, row.position
        ImpactCategory.objects.bulk_update([row, other], ["position"])
        _record_order("impact.categories_moved", row, rows, before, actor, now)
    return row


@transaction.atomic
def archive_category(pk: int, *, actor: User, now: datetime) -> ImpactCategory:
    """Take a category out of every form, curve and figure; its ratings are kept."""
    row = _of(_categories(), pk)
    if row.archived_at is None:
        row.archived_at = now
        row.save(update_fields=["archived_at"])
        record(
            "impact.category_archived",
            row,
            actor=actor,
            now=now,
            before={"archived_at": None},
            after={"archived_at": now},
        )
    return row


@transaction.atomic
def restore_category(pk: int, *, actor: User, now: datetime) -> ImpactCategory:
    """Put an archived category back, and its ratings with it.

    Raises ScaleNameTaken and ScaleFull.
    """
    rows = _categories()
    row = _of(rows, pk)
    if row.archived_at is None:
        return row
    in_use = [one for one in rows if one.archived_at is None]
    _refuse_taken(str(row), in_use)
    if len(in_use) >= MOST_CATEGORIES:
        raise ScaleFull(f"There are {len(in_use)}.", most=MOST_CATEGORIES)
    before = {"archived_at": row.archived_at}
    row.archived_at = None
    row.save(update_fields=["archived_at"])
    record(
        "impact.category_restored",
        row,
        actor=actor,
        now=now,
        before=before,
        after={"archived_at": None},
    )
    return row


# Levels


@transaction.atomic
def add_level(*, name: str, tolerable: bool, actor: User, now: datetime) -> ImpactLevel:
    """Return a new level, worse than all others.

    Raises ScaleNameTaken, ScaleFull and ToleranceTurnsBack.
    """
    rows = _levels()
    _refuse_taken(name, rows)
    if len(rows) >= MOST_LEVELS:
        raise ScaleFull(f"There are {len(rows)}.", most=MOST_LEVELS)
    order = (ImpactLevel.objects.aggregate(worst=Max("order"))["worst"] or 0) + 1
    added = ImpactLevel(name=name, tolerable=tolerable, order=order if rows else 0)
    _check_tolerance([*rows, added])
    added.save(force_insert=True)
    record(
        "impact.level_added",
        added,
        actor=actor,
        now=now,
        after={"name": name, "tolerable": tolerable},
    )
    return added


@transaction.atomic
def change_level(
    pk: int, *, name: str, tolerable: bool, actor: User, now: datetime
) -> ImpactLevel:
    """Rename a level or change whether it is tolerable, which may move every MTPD that
    is computed.

    Raises ScaleNameTaken and ToleranceTurnsBack.
    """
    rows = _levels()
    row = _of(rows, pk)
    _refuse_taken(name, [one for one in rows if one.pk != pk])
    old = {"name": str(row), "tolerable": row.tolerable}
    before, after = changes(old, {"name": name, "tolerable": tolerable})
    if after:
        row.tolerable = tolerable
        if "name" in after:
            row.name = _own_name(name, LEVEL_NAMES.get(row.key))
        _check_tolerance(rows)
        row.save(update_fields=["name", "tolerable"])
        record(
            "impact.level_changed", row, actor=actor, now=now, before=before, after=after
        )
    return row


@transaction.atomic
def move_level(pk: int, *, up: bool, actor: User, now: datetime) -> ImpactLevel:
    """Change places with the milder neighbour (`up`) or the worse one.

    Raises ToleranceTurnsBack.
    """
    rows = _levels()
    row = _of(rows, pk)
    other = _neighbour(rows, row, up=up)
    if other is not None:
        before = [str(one) for one in rows]
        row.order, other.order = other.order, row.order
        _check_tolerance(sorted(rows, key=lambda one: one.order))
        # Each order is there once, at every moment.
        ImpactLevel.objects.filter(pk=row.pk).update(order=SPARE)
        other.save(update_fields=["order"])
        row.save(update_fields=["order"])
        _record_order("impact.levels_moved", row, rows, before, actor, now)
    return row


@transaction.atomic
def remove_level(pk: int, *, actor: User, now: datetime) -> Deletion:
    """Delete a level that no workflow is rated with, and return what brings it back.

    Raises LevelInUse.
    """
    row = _of(_levels(), pk)
    count = row.impacts.values("workflow").distinct().count()
    if count:
        raise LevelInUse(f"{row} is in use.", name=str(row), count=count)
    record(
        "impact.level_removed",
        row,
        actor=actor,
        now=now,
        before={"name": str(row), "tolerable": row.tolerable},
    )
    return deletions.remove(
        [row], kind="impact", action=Action.EDIT_CATALOGUE, actor=actor, now=now
    )


def find_place(level: ImpactLevel) -> None:
    """Give a level that is about to stand again the worst place, if its own is taken."""
    if ImpactLevel.objects.filter(order=level.order).exists():
        worst = ImpactLevel.objects.aggregate(worst=Max("order"))["worst"]
        level.order = worst + 1


def fit_level(level: ImpactLevel) -> None:
    """Make room for a level that stands again, at its old place among the others.

    Raises ScaleNameTaken, ScaleFull and ToleranceTurnsBack.
    """
    others = list(
        ImpactLevel.objects.select_for_update().exclude(pk=level.pk).order_by("order")
    )
    _refuse_taken(str(level), others)
    if len(others) >= MOST_LEVELS:
        raise ScaleFull(f"There are {len(others)}.", most=MOST_LEVELS)
    _check_tolerance(sorted([*others, level], key=lambda one: one.order))


def _categories() -> list[ImpactCategory]:
    return list(ImpactCategory.objects.select_for_update().order_by("position", "pk"))


def _levels() -> list[ImpactLevel]:
    return list(ImpactLevel.objects.select_for_update().order_by("order"))


def _of[M: models.Model](rows: Sequence[M], pk: int) -> M:
    found = next((row for row in rows if row.pk == pk), None)
    if found is None:
        raise Conflict("It is gone.")
    return found


def _neighbour[M: models.Model](rows: Sequence[M], row: M, *, up: bool) -> M | None:
    place = rows.index(row) + (-1 if up else 1)
    return rows[place] if 0 <= place < len(rows) else None


def _own_name(name: str, shipped: Promise | None) -> str:
    """Return what to keep: nothing for the shipped name, so that it stays translated."""
    return "" if shipped is not None and name == str(shipped) else name


def _refuse_taken(name: str, others: Sequence[models.Model]) -> None:
    if name.casefold() in {str(other).casefold() for other in others}:
        raise ScaleNameTaken(f"{name} exists.", name=name)


def _check_tolerance(levels: Sequence[ImpactLevel]) -> None:
    """Raise ToleranceTurnsBack unless all tolerable levels are milder than the rest."""
    for milder, worse in pairwise(levels):
        if worse.tolerable and not milder.tolerable:
            raise ToleranceTurnsBack(
                f"{worse} after {milder}.", worse=str(worse), milder=str(milder)
            )


def _record_order(
    verb: str,
    row: ImpactCategory | ImpactLevel,
    rows: Sequence[ImpactCategory | ImpactLevel],
    before: Sequence[str],
    actor: User,
    now: datetime,
) -> None:
    place = "position" if isinstance(row, ImpactCategory) else "order"
    after = [str(one) for one in sorted(rows, key=lambda one: getattr(one, place))]
    record(
        verb,
        row,
        actor=actor,
        now=now,
        before={"order": list(before)},
        after={"order": after},
    )
