"""Deleting so that it can be undone: what went is kept whole for a month.

A service that deletes calls `remove` inside its own transaction; one that brings back
works inside `bringing_back`. What a row means is the business of the app it belongs to:
here are only rows, keys and the order in which they fit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, models, transaction
from django.db.models.deletion import Collector

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.errors import Conflict, Refused
from continuity.history.models import Deletion
from continuity.history.queries.deletions import KEPT

AT_ONCE: Final = 500
TAKEN: Final = "23505"
"""What PostgreSQL calls the violation of a unique constraint."""


class CannotBringBack(Refused):
    """What was deleted does not fit any more.

    Fields: `name`; `reason`: parent_gone (then `parent`), taken, gone_for_good (older
    than KEPT) or changed (what it needs is no longer as it was).
    """

    code = "cannot_bring_back"


@dataclass(frozen=True, slots=True)
class Back:
    """Rows that stand again: `things` are those that were deleted themselves, in their
    order; what had gone with them is there too."""

    deletion: Deletion
    things: Sequence[Any]

    def refuse(self, reason: str, **fields: object) -> CannotBringBack:
        return CannotBringBack(reason, name=self.deletion.label, reason=reason, **fields)


def remove(
    things: Sequence[models.Model],
    *,
    kind: str,
    action: Action,
    actor: User,
    now: datetime,
    team: Team | None = None,
    label: str = "",
    private: bool = False,
) -> Deletion:
    """Delete `things`, all of one model, with all that goes with them, and return what
    brings them back: for whoever may do `action` in `team`, or only for `actor` where
    it is `private`.

    `kind` is the first word of its verbs in the history. The caller has locked the rows
    and writes the history. Raises ProtectedError as `delete()` does.
    """
    collector = Collector(using=connection.alias)
    collector.collect(list(things))
    first = things[0]
    deletion = Deletion.objects.create(
        at=now,
        by=actor,
        kind=kind,
        action=action,
        private=private,
        label=(label or str(first))[:300],
        team=team,
        rows={
            "parents": _parents(first),
            "rows": [
                {
                    "model": model._meta.label_lower,
                    "fields": [_written(row) for row in rows],
                }
                for model, rows in _in_order(_collected(collector), type(first))
            ],
            "links": _links(collector),
        },
    )
    collector.delete()
    return deletion


@contextmanager
def bringing_back(
    deletion_pk: int,
    *,
    actor: User,
    now: datetime,
    adjust: Mapping[str, Callable[[Any], None]] | None = None,
) -> Iterator[Back]:
    """Put the rows of a deletion back, let the caller make them fit, and hold the
    database's rules to all of it: either everything stands again or nothing does.

    `adjust` may change a thing of a kind before it is written, where its old place is
    taken and the database would not have two in one even for a moment.

    Raises CannotBringBack with the reason, Conflict if somebody has brought it back
    already, PermissionDenied if it lies where `actor` may not change it any more.
    """
    with transaction.atomic():
        deletion = (
            Deletion.objects.select_for_update(of=("self",)).filter(pk=deletion_pk).first()
        )
        if deletion is None or deletion.at + KEPT < now:
            name = "" if deletion is None else deletion.label
            raise CannotBringBack("Too old.", name=name, reason="gone_for_good")
        if deletion.restored_at is not None:
            raise Conflict("It was brought back already.")
        try:
            with transaction.atomic():
                things = _stand_again(deletion, (adjust or {}).get(deletion.kind))
                yield Back(deletion, things)
                connection.check_constraints()
        except IntegrityError as error:
            state = getattr(error.__cause__, "sqlstate", "")
            reason = "taken" if state == TAKEN else "changed"
            raise CannotBringBack(str(error), name=deletion.label, reason=reason) from None
        _refuse_strangers(things, Action(deletion.action), actor)
        deletion.restored_at, deletion.restored_by = now, actor
        deletion.save(update_fields=["restored_at", "restored_by"])


def make_room(thing: models.Model, siblings: "models.QuerySet[Any]", field: str) -> None:
    """Move the siblings of a row that stands again, so that it has its old place in
    `field` (1, 2, 3 …), or the last one where there are fewer now. `siblings` are all
    of them, with the row itself or without."""
    others = siblings.exclude(pk=thing.pk)
    wanted = min(getattr(thing, field), others.count() + 1)
    # The constraint on places is checked at the end of the transaction.
    others.filter(**{f"{field}__gte": wanted}).update(**{field: models.F(field) + 1})
    setattr(thing, field, wanted)
    thing.save(update_fields=[field])


def forget(*, now: datetime) -> int:
    """Delete for good what was deleted longer than KEPT ago. Return how many that were."""
    old = Deletion.objects.filter(at__lt=now - KEPT)
    return old.delete()[0]


# What is written


def _collected(collector: Collector) -> dict[type[models.Model], list[models.Model]]:
    found: dict[type[models.Model], dict[Any, models.Model]] = {}
    for model, rows in collector.data.items():
        found.setdefault(model, {}).update({row.pk: row for row in rows})
    for queryset in collector.fast_deletes:
        for row in queryset.all():
            found.setdefault(type(row), {}).setdefault(row.pk, row)
    return {
        model: sorted(rows.values(), key=lambda row: row.pk)
        for model, rows in found.items()
    }


def _in_order(
    found: dict[type[models.Model], list[models.Model]], first: type[models.Model]
) -> list[tuple[type[models.Model], list[models.Model]]]:
    """Return parents before their children, beginning with the rows that were meant."""
    ordered = [first]
    rest = [model for model in found if model is not first]
    while rest:
        free = [one for one in rest if not (_needs(one) - {one}) & set(rest)] or rest[:1]
        ordered += free
        rest = [one for one in rest if one not in free]
    return [(model, found[model]) for model in ordered]


def _needs(model: type[models.Model]) -> set[Any]:
    return {field.related_model for field in _references(model)}


def _references(model: type[models.Model]) -> list["models.ForeignKey[Any, Any]"]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
    ]


def _written(row: models.Model) -> dict[str, Any]:
    return {
        field.attname: (
            None if getattr(row, field.attname) is None else field.value_to_string(row)
        )
        for field in row._meta.concrete_fields
    }


def _parents(row: models.Model) -> dict[str, str]:
    """Return what the row refers to, in words: said when it is gone."""
    return {
        field.attname: str(getattr(row, field.name))
        for field in _references(type(row))
        if getattr(row, field.attname) is not None
    }


def _links(collector: Collector) -> list[dict[str, Any]]:
    """Return which rows that stay point no longer at what goes, and pointed at what."""
    links = []
    for (field, value), groups in collector.field_updates.items():
        if value is not None:
            continue
        for group in groups:
            by_target: dict[Any, list[Any]] = {}
            for pk, target in _pointing(group, field.attname):
                by_target.setdefault(target, []).append(pk)
            links += [
                {
                    "model": field.model._meta.label_lower,
                    "field": field.attname,
                    "value": target,
                    "pks": pks,
                }
                for target, pks in by_target.items()
            ]
    return links


def _pointing(group: Any, name: str) -> Iterable[tuple[Any, Any]]:
    if isinstance(group, models.QuerySet):
        return group.values_list("pk", name)
    return [(row.pk, getattr(row, name)) for row in group]


# What is read back


def _stand_again(
    deletion: Deletion, adjust: Callable[[Any], None] | None
) -> list[models.Model]:
    kept = deletion.rows
    groups = [
        (model, [_read(model, fields) for fields in group["fields"]])
        for group in kept["rows"]
        for model in (apps.get_model(group["model"]),)
    ]
    if adjust is not None:
        for thing in groups[0][1]:
            adjust(thing)
    back = {(model, row.pk) for model, rows in groups for row in rows}
    for model, rows in groups:
        _check_references(model, rows, back, deletion)
        model._default_manager.bulk_create(rows, batch_size=AT_ONCE)
    for link in kept["links"]:
        model = apps.get_model(link["model"])
        for pks in batched(link["pks"], AT_ONCE):
            # Whoever found another place in the meantime keeps it.
            empty = model._default_manager.filter(pk__in=pks, **{link["field"]: None})
            empty.update(**{link["field"]: link["value"]})
    return groups[0][1]


def _read(model: type[models.Model], fields: dict[str, Any]) -> models.Model:
    """Return the row as it was. A column that is new since has its default; one that is
    gone is left out."""
    known = {field.attname: field for field in model._meta.concrete_fields}
    values = {
        name: None if text is None else known[name].to_python(text)
        for name, text in fields.items()
        if name in known
    }
    return model(**values)


def _check_references(
    model: type[models.Model],
    rows: Iterable[models.Model],
    back: set[tuple[Any, Any]],
    deletion: Deletion,
) -> None:
    """Empty what refers to somebody who is gone, where that may be empty by itself.
    Raises CannotBringBack for anything else that is gone."""
    for field in _references(model):
        target = field.related_model
        asked = {
            key
            for row in rows
            if (key := getattr(row, field.attname)) is not None
            and (target, key) not in back
        }
        there = (
            set(target._default_manager.filter(pk__in=asked).values_list("pk", flat=True))
            if asked
            else set()
        )
        for row in rows:
            key = getattr(row, field.attname)
            if key not in asked - there:
                continue
            if field.remote_field.on_delete is models.SET_NULL:
                setattr(row, field.attname, None)
                continue
            parent = deletion.rows["parents"].get(field.attname, "")
            raise CannotBringBack(
                f"{field.attname} {key} is gone.",
                name=deletion.label,
                reason="parent_gone" if parent else "changed",
                parent=parent,
            )


def _refuse_strangers(things: Sequence[models.Model], action: Action, actor: User) -> None:
    for thing in things:
        manager: Any = type(thing)._default_manager
        if hasattr(manager, "allowing") and not (
            manager.allowing(actor, action).filter(pk=thing.pk).exists()
        ):
            raise PermissionDenied
