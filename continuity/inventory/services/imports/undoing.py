"""Taking an import back as a whole, or saying what stands in the way."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.db import IntegrityError, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, User
from continuity.domain.errors import Conflict, NotAllowedNow, Refused
from continuity.history.services import Line, record, record_all
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Impact,
    Import,
    ImportState,
    Proof,
    Provider,
    RecoveryPoint,
    RunbookStep,
    RunbookVersion,
    Tool,
    ToolName,
    Upstream,
    Workflow,
)
from continuity.inventory.services import reviews
from continuity.inventory.services.imports.wizard import locked
from continuity.inventory.services.imports.writer import BATCH, snapshot
from continuity.inventory.services.imports.writing import one_at_a_time


class CannotUndo(Refused):
    """Something an import made is in use or was changed. Fields: `count`, `names`."""

    code: ClassVar[str] = "import_in_use"


class Reason:
    """Why something an import made cannot be taken back, in words."""

    CHANGED: Final = _("was changed since")
    ELSEWHERE: Final = _("is in use elsewhere")
    OF: Final[Mapping[str, Promise]] = {
        "outages.recovery": _("takes part in a drill or an outage"),
        "outages.outage_tools": _("takes part in a drill or an outage"),
        "outages.outage_teams": _("takes part in a drill or an outage"),
        "inventory.alternative": _("has or serves as an alternative"),
        "inventory.dependency": _("is used by a workflow that stays"),
        "inventory.workflow": _("has workflows that stay"),
        "inventory.tool": _("has components that stay"),
        "inventory.upstream": _("has recorded upstreams"),
        "inventory.toolname": _("has other spellings by now"),
        "inventory.impact": _("has impact ratings by now"),
        "inventory.recoverypoint": _("has recovery points by now"),
        "inventory.runbookstep": _("has a runbook by now"),
        "inventory.runbookversion": _("has a runbook by now"),
        "inventory.proof": _("has proofs by now"),
        "inventory.access": _("has answers about access by now"),
        "accounts.membership": _("has members by now"),
        "accounts.team": _("has teams that stay"),
    }


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that keeps an import from being undone."""

    label: str
    reason: Promise


MODELS: Final[Mapping[str, type[models.Model]]] = {
    model._meta.label_lower: model
    for model in (
        Proof,
        RunbookVersion,
        RunbookStep,
        Alternative,
        Impact,
        RecoveryPoint,
        Upstream,
        ToolName,
        Dependency,
        Workflow,
        Tool,
        Provider,
        Team,
    )
}
"""What an import makes, in the order in which it is taken back."""


def obstacles(row: Import) -> list[Obstacle]:
    """Return what keeps `row` from being undone; empty if nothing does.

    A row somebody deleted is no obstacle: there is nothing left to take back.
    """
    made = _made_by(row)
    found: dict[tuple[str, str], Obstacle] = {}

    def hinder(thing: models.Model, reason: Promise) -> None:
        label = _called(thing)
        found.setdefault((label, str(reason)), Obstacle(label, reason))

    for change in row.changes.all():
        thing = made.things.get((change.model, change.object_id))
        if thing is None:
            continue
        now = snapshot(thing)
        if any(now[name] != value for name, value in change.after.items()):
            hinder(thing, Reason.CHANGED)
    for label, model in MODELS.items():
        mine = made.created[label]
        for relation in _holding(model) if mine else ():
            other = relation.related_model
            held = (
                other._base_manager.filter(**{f"{relation.field.name}__in": mine})
                .exclude(pk__in=made.created.get(other._meta.label_lower, []))
                .values_list(f"{relation.field.name}_id", flat=True)
                .distinct()
            )
            reason = Reason.OF.get(other._meta.label_lower, Reason.ELSEWHERE)
            for pk in held:
                hinder(made.things[label, pk], reason)
    return list(found.values())


EFFECTS: Final[Sequence[tuple[str, bool, Promise]]] = (
    ("inventory.workflow", True, _("Workflows removed")),
    ("inventory.workflow", False, _("Workflows as they were before")),
    ("inventory.dependency", True, _("Uses of tools removed")),
    ("inventory.alternative", True, _("Alternatives removed")),
    ("inventory.alternative", False, _("Alternatives as they were before")),
    ("inventory.runbookstep", True, _("Runbook steps removed")),
    ("inventory.runbookstep", False, _("Runbook steps as they were before")),
    ("inventory.impact", True, _("Impact ratings removed")),
    ("inventory.impact", False, _("Impact ratings as they were before")),
    ("inventory.recoverypoint", True, _("Recovery points removed")),
    ("inventory.recoverypoint", False, _("Recovery points as they were before")),
    ("inventory.upstream", True, _("Upstreams removed")),
    ("inventory.upstream", False, _("Upstreams as they were before")),
    ("inventory.tool", True, _("Tools removed")),
    ("inventory.tool", False, _("Tools as they were before")),
    ("inventory.toolname", True, _("Spellings removed")),
    ("inventory.provider", True, _("Providers removed")),
    ("inventory.provider", False, _("Providers as they were before")),
    ("accounts.team", True, _("Teams removed")),
)


def effects(row: Import) -> list[tuple[Promise, int]]:
    """Count what undoing `row` would remove and restore, in one query; what it would
    leave alone is left out."""
    counted = Counter(row.changes.values_list("model", "created"))
    return [
        (label, counted[model, created])
        for model, created, label in EFFECTS
        if counted[model, created]
    ]


def _called(thing: models.Model) -> str:
    match thing:
        case Dependency() | Impact() | RecoveryPoint():
            return str(thing.workflow)
        case ToolName():
            return str(thing.tool)
        case _:
            return str(thing)


def _holding(model: type[models.Model]) -> list[Any]:
    """Return the relations through which other rows would go, or refuse, with a row of
    `model`. Those that only forget it (SET_NULL) do not count."""
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created
        and not relation.concrete
        and (relation.one_to_many or relation.one_to_one)
        and getattr(relation, "on_delete", None) is not models.SET_NULL
    ]


RELATED: Final[Mapping[type[models.Model], Sequence[str]]] = {
    Workflow: ("team",),
    Dependency: ("workflow__team", "tool"),
    Alternative: ("dependency__workflow__team", "tool"),
    RunbookStep: ("alternative__dependency__workflow__team",),
    RunbookVersion: ("alternative__tool",),
    Impact: ("workflow__team", "category", "level"),
    RecoveryPoint: ("workflow__team",),
    Upstream: ("tool", "upstream"),
    ToolName: ("tool",),
}


@dataclass(frozen=True, slots=True)
class _Made:
    things: Mapping[tuple[str, int], models.Model]
    created: Mapping[str, Sequence[int]]


def _made_by(row: Import) -> _Made:
    touched: defaultdict[str, list[int]] = defaultdict(list)
    created: defaultdict[str, list[int]] = defaultdict(list)
    for change in row.changes.all():
        touched[change.model].append(change.object_id)
        if change.created:
            created[change.model].append(change.object_id)
    things: dict[tuple[str, int], models.Model] = {}
    for label, model in MODELS.items():
        queryset = model._default_manager.all()
        if related := RELATED.get(model):
            queryset = queryset.select_related(*related)
        for pk, thing in queryset.in_bulk(touched[label]).items():
            things[label, pk] = thing
    there = {
        label: [pk for pk in created[label] if (label, pk) in things] for label in MODELS
    }
    return _Made(things, there)


@transaction.atomic(durable=True)
def undo(import_pk: int, *, actor: User, now: datetime) -> Import:
    """Take back all that an import made and changed, or nothing.

    A second call changes nothing. Raises CannotUndo if any of it was changed since or
    is in use, NotAllowedNow if it was never imported.
    """
    one_at_a_time()
    row = locked(import_pk)
    if row.state == ImportState.UNDONE:
        return row
    if row.state != ImportState.DONE:
        raise NotAllowedNow(f"An import that is {row.state} cannot be undone.")
    hindering = obstacles(row)
    if hindering:
        names = [f"{o.label} ({o.reason})" for o in hindering[:10]]
        raise CannotUndo(
            f"{len(hindering)} things are in use.",
            count=len(hindering),
            names="; ".join(names) + ("; …" if len(hindering) > 10 else ""),
        )
    try:
        with transaction.atomic():
            _take_back(row, actor=actor, now=now)
    except (models.ProtectedError, models.RestrictedError, IntegrityError) as error:
        raise Conflict("Something began to use it in this moment.") from error
    row.state = ImportState.UNDONE
    row.undone_at = now
    row.save(update_fields=["state", "undone_at"])
    record("import.undone", row, actor=actor, now=now, before=row.counts)
    return row


def _take_back(row: Import, *, actor: User, now: datetime) -> None:
    made = _made_by(row)
    lines: list[Line] = []
    told: set[int] = set()
    own = {change.object_id for change in row.changes.filter(model="inventory.workflow")}
    restored: defaultdict[type[models.Model], list[models.Model]] = defaultdict(list)
    fields: defaultdict[type[models.Model], set[str]] = defaultdict(set)
    for change in row.changes.all():
        thing = made.things.get((change.model, change.object_id))
        if thing is None:
            continue
        workflow = _workflow(thing)
        if isinstance(thing, Workflow):
            told.add(thing.pk)
            lines.append(
                Line(
                    "workflow.import_undone",
                    thing,
                    team=thing.team,
                    before={} if change.created else change.after,
                    after={} if change.created else change.before,
                )
            )
        elif workflow is not None and workflow.pk not in told | own:
            told.add(workflow.pk)
            lines.append(Line("workflow.import_undone", workflow, team=workflow.team))
        if not change.created:
            for name, value in change.before.items():
                setattr(thing, name, _restored(thing, name, value))
                fields[type(thing)].add(name.removesuffix("_id"))
            restored[type(thing)].append(thing)
    record_all(lines, actor=actor, now=now)
    for model, things in restored.items():
        model._default_manager.bulk_update(things, list(fields[model]), BATCH)
    for label, model in MODELS.items():
        mine = model._default_manager.filter(pk__in=made.created[label])
        if model is Tool:
            Tool.objects.filter(pk__in=made.created[label]).update(parent=None)
        if model is Team:
            mine.exclude(parent=None).delete()
        mine.delete()
    reviews.reverted(told)


def _restored(thing: models.Model, name: str, value: Any) -> Any:
    kind = next(f for f in thing._meta.concrete_fields if f.attname == name)
    if isinstance(kind, models.DurationField) and value is not None:
        return timedelta(seconds=value)
    return kind.to_python(value)


def _workflow(thing: models.Model) -> Workflow | None:
    """Return the workflow that a row belongs to; None for the catalogue and teams."""
    match thing:
        case Impact() | RecoveryPoint():
            return thing.workflow
        case Alternative():
            return thing.dependency.workflow
        case RunbookStep():
            return thing.alternative.dependency.workflow
        case _:
            return None
