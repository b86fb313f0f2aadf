"""Bringing a spreadsheet in: upload, columns, answers, import, and taking it all back."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from django.db import IntegrityError, connection, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team, User
from continuity.domain.errors import Conflict, NotAllowedNow, Refused
from continuity.history.services import Line, plain, record, record_all
from continuity.inventory.imports import check, columns, reading
from continuity.inventory.imports.check import (
    Answers,
    Known,
    Outcome,
    Plan,
    PlannedRow,
    TeamKey,
)
from continuity.inventory.imports.columns import Field, folded
from continuity.inventory.imports.columns import Mapping as Columns
from continuity.inventory.imports.known import known
from continuity.inventory.imports.names import Match
from continuity.inventory.imports.reading import Reading, Table
from continuity.inventory.models import (
    Dependency,
    Import,
    ImportChange,
    ImportState,
    Tool,
    Workflow,
)
from continuity.inventory.services import reviews

ONE_AT_A_TIME: Final = 7_310_461
"""The advisory lock that every import takes: two at once could both make a team."""
BATCH: Final = 1000


class CannotUndo(Refused):
    """Something an import made is in use or was changed. Fields: `count`, `names`."""

    code: ClassVar[str] = "import_in_use"


@transaction.atomic
def start(
    content: bytes,
    file_name: str,
    *,
    actor: User,
    now: datetime,
    table: Table | None = None,
) -> Import:
    """Keep an uploaded file and guess its columns; the inventory is not touched.

    A file with the columns of an earlier import is understood as that one was, and its
    answers about tools stand. `table` spares a second reading to who has read already.
    Raises reading.Unreadable, and then nothing is kept.
    """
    table = table or reading.read(content)
    mapping, answers = _guess(table)
    return Import.objects.create(
        file_name=_file_name(file_name),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        reading=table.reading.to_json(),
        table=table.packed(),
        mapping=_kept(mapping, table),
        answers=answers.to_json(),
        created_at=now,
        created_by=actor,
    )


@transaction.atomic
def reread(
    import_pk: int,
    wanted: Reading,
    *,
    actor: User,
    now: datetime,
    table: Table | None = None,
) -> Import:
    """Read the file again with another encoding, separator, sheet or header.

    Columns are guessed anew and answers start over. `table` spares a second reading.
    Raises reading.Unreadable, and then the earlier reading stands.
    """
    row = _open(import_pk)
    table = table or reading.read(bytes(row.content), wanted)
    mapping, answers = _guess(table)
    row.reading = table.reading.to_json()
    row.table = table.packed()
    row.mapping = _kept(mapping, table)
    row.answers = answers.to_json()
    row.state = ImportState.UPLOADED
    row.save(update_fields=["reading", "table", "mapping", "answers", "state"])
    return row


@transaction.atomic
def set_columns(import_pk: int, mapping: Columns, *, actor: User, now: datetime) -> Import:
    """Say what the columns are. Answers about tools are kept, corrected cells too."""
    if not mapping.has(Field.NAME):
        raise ValueError("A mapping names the column of the workflow's name.")
    row = _open(import_pk)
    row.mapping = _kept(mapping, table_of(row))
    row.state = ImportState.MAPPED
    row.save(update_fields=["mapping", "state"])
    return row


@transaction.atomic
def answer(
    import_pk: int,
    *,
    actor: User,
    now: datetime,
    tools: Mapping[str, str] | None = None,
    cells: Mapping[int, Mapping[Field, str]] | None = None,
    left_out: Mapping[int, bool] | None = None,
) -> Import:
    """Add a person's decisions to those there are.

    `tools`: what a name means, "" to take an answer back. `cells`: corrected texts of
    rows. `left_out`: rows to leave out (True) or to take in again (False).
    """
    row = _open(import_pk)
    if row.state != ImportState.MAPPED:
        raise NotAllowedNow("The columns come first.")
    before = Answers.from_json(row.answers)
    chosen = {**before.tools, **(tools or {})}
    texts = {number: dict(fields) for number, fields in before.cells.items()}
    if cells:
        _correct(texts, cells, row)
    out = set(before.left_out)
    for number, leave in (left_out or {}).items():
        (out.add if leave else out.discard)(number)
    after = Answers(
        tools={key: what for key, what in chosen.items() if what},
        cells=texts,
        left_out=frozenset(out),
    )
    row.answers = after.to_json()
    row.save(update_fields=["answers"])
    return row


def _correct(
    texts: dict[int, dict[Field, str]],
    cells: Mapping[int, Mapping[Field, str]],
    row: Import,
) -> None:
    """Put corrected cells into `texts`. One that says what the file says is none."""
    mapping = Columns.from_json(row.mapping)
    written = {line.number: line.cells for line in table_of(row).rows}
    for number, fields in cells.items():
        if number not in written:
            continue
        kept = texts.setdefault(number, {})
        for at, raw in fields.items():
            text = reading.clean(raw)[: reading.MAX_CELL]
            if text == mapping.cell(written[number], at):
                kept.pop(at, None)
            else:
                kept[at] = text
        if not kept:
            del texts[number]


@transaction.atomic
def discard(import_pk: int, *, actor: User, now: datetime) -> None:
    """Throw an upload away. Raises NotAllowedNow once it has been imported."""
    _open(import_pk).delete()


@dataclass(frozen=True, slots=True)
class Checked:
    """An import with what it would do."""

    of: Import
    table: Table
    mapping: Columns
    answers: Answers
    known: Known
    plan: Plan


def checked(row: Import) -> Checked:
    """Return what importing `row` would do now. Reads only."""
    table = table_of(row)
    mapping = Columns.from_json(row.mapping)
    answers = Answers.from_json(row.answers)
    picture = known()
    plan = check.plan(table, mapping, answers, picture)
    return Checked(row, table, mapping, answers, picture, plan)


def mapping_of(row: Import) -> Columns:
    return Columns.from_json(row.mapping)


def table_of(row: Import) -> Table:
    return reading.unpack(bytes(row.table), Reading.from_json(row.reading))


# --- import ---------------------------------------------------------------------------
@transaction.atomic(durable=True)
def apply(
    import_pk: int, *, actor: User, now: datetime, digest: str | None = None
) -> Import:
    """Write what the plan says: teams, tools, workflows, dependencies, all or nothing.

    Rows that are to be fixed stay out. A second call changes nothing and returns the
    finished import, so a double click imports once. Raises NotAllowedNow before the
    columns are set and after an undo, Conflict if the inventory has changed since the
    plan with `digest` was shown.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    row = _locked(import_pk)
    if row.state == ImportState.DONE:
        return row
    if row.state != ImportState.MAPPED:
        raise NotAllowedNow(f"An import that is {row.state} cannot be imported.")
    plan = checked(row).plan
    if digest is not None and digest != plan.digest():
        raise Conflict("The inventory has changed since this plan was shown.")
    try:
        with transaction.atomic():
            tools = _Writer(row, plan, actor=actor, now=now.astimezone(UTC)).write()
    except IntegrityError as error:
        # Someone made the same team, tool or workflow by hand in this very moment.
        raise Conflict("Someone else added the same.") from error
    row.state = ImportState.DONE
    row.imported_at = now
    row.counts = dict(plan.counts)
    row.answers = _settled(row, plan, tools)
    row.save(update_fields=["state", "imported_at", "counts", "answers"])
    record("import.applied", row, actor=actor, now=now, after=dict(plan.counts))
    return row


def _settled(row: Import, plan: Plan, tools: Mapping[str, int]) -> dict[str, Any]:
    """Return the answers as they were carried out, for the next file of this kind: what
    was likely or new is certain now."""
    chosen = {}
    for line in plan.names:
        if line.match is Match.EXACT and not line.answered:
            continue
        key = plan.tool_of(line)
        if key in tools:
            key = f"tool:{tools[key]}"
        if key.startswith("tool:") or key == check.NO_TOOL:
            chosen[line.key] = key
    return replace(Answers.from_json(row.answers), tools=chosen).to_json()


class _Writer:
    def __init__(self, row: Import, plan: Plan, *, actor: User, now: datetime) -> None:
        self.row = row
        self.plan = plan
        self.actor = actor
        self.now = now
        self.changes: list[ImportChange] = []
        self.lines: list[Line] = []

    def write(self) -> Mapping[str, int]:
        """Write everything; return the tools by their keys in the plan."""
        rows = self.plan.to_write
        teams = self._teams(rows)
        tools = self._tools(rows)
        workflows = self._workflows(rows, teams)
        self._dependencies(rows, workflows, tools)
        ImportChange.objects.bulk_create(self.changes, batch_size=BATCH)
        record_all(self.lines, actor=self.actor, now=self.now)
        reviews.changed(workflow.pk for workflow in workflows.values())
        return tools

    def _made(self, objects: Iterable[models.Model]) -> None:
        self.changes += [
            ImportChange(
                of=self.row,
                model=made._meta.label_lower,
                object_id=made.pk,
                created=True,
                after=snapshot(made),
            )
            for made in objects
        ]

    def _teams(self, rows: Sequence[PlannedRow]) -> dict[TeamKey, Team]:
        """Return the team of every row that is written."""
        new = {folded(name): Team(name=name) for name in self.plan.departments}
        # A new team without a department may be the department of others.
        tops = {
            key.folded: Team(name=key.name) for key in self.plan.teams if not key.department
        }
        for at, team in tops.items():
            new.setdefault(at[1], team)
        self._made(Team.objects.bulk_create(new.values(), batch_size=BATCH))
        known_tops = {folded(team.name): team for team in Team.objects.filter(parent=None)}
        subs = {
            key.folded: Team(name=key.name, parent=known_tops[folded(key.department)])
            for key in self.plan.teams
            if key.department
        }
        self._made(Team.objects.bulk_create(subs.values(), batch_size=BATCH))
        there = Team.objects.in_bulk({row.team_pk for row in rows if row.team_pk})
        return {
            row.team: there[row.team_pk]
            if row.team_pk
            else subs[row.team.folded]
            if row.team.department
            else known_tops[folded(row.team.name)]
            for row in rows
        }

    def _tools(self, rows: Sequence[PlannedRow]) -> dict[str, int]:
        """Return the primary key of every tool that is written, by its key in the plan."""
        names = {line.key: line.name for line in self.plan.names}
        keys = list(dict.fromkeys(key for row in rows for key in row.tools))
        new = [key for key in keys if key.startswith("name:")]
        made = Tool.objects.bulk_create(
            [Tool(name=names[key.removeprefix("name:")]) for key in new], batch_size=BATCH
        )
        self._made(made)
        found = {key: int(key.removeprefix("tool:")) for key in keys if key not in new}
        return found | {key: tool.pk for key, tool in zip(new, made, strict=True)}

    def _workflows(
        self, rows: Sequence[PlannedRow], teams: Mapping[TeamKey, Team]
    ) -> dict[int, Workflow]:
        """Return the workflow of every row that is written, by the row's number."""
        new = [row for row in rows if row.outcome is Outcome.NEW]
        made = Workflow.objects.bulk_create(
            [
                Workflow(team=teams[r.team], name=r.name, created_at=self.now, **r.values)
                for r in new
            ],
            batch_size=BATCH,
        )
        self._made(made)
        found = {row.number: workflow for row, workflow in zip(new, made, strict=True)}
        self.lines += [
            Line(
                "workflow.imported",
                found[row.number],
                team=teams[row.team],
                after={"name": row.name, **row.values},
            )
            for row in new
        ]
        changed = [row for row in rows if row.outcome is Outcome.CHANGED]
        there = (
            Workflow.objects.select_for_update(of=("self",))
            .select_related("team")
            .in_bulk([row.workflow for row in changed])
        )
        touched: set[str] = set()
        for row in changed:
            workflow = there[row.workflow or 0]
            found[row.number] = workflow
            own = [c for c in row.changes if c.name not in {"tools", "purpose"}]
            for change in own:
                setattr(workflow, change.name, change.new)
                touched.add(change.name)
            before = {change.name: change.old for change in own}
            after = {change.name: change.new for change in own}
            if own:
                self._changed(workflow, before, after)
            self.lines.append(
                Line(
                    "workflow.changed",
                    workflow,
                    team=workflow.team,
                    before={change.name: change.old for change in row.changes},
                    after={change.name: change.new for change in row.changes},
                )
            )
        if touched:
            Workflow.objects.bulk_update(
                there.values(), [name.removesuffix("_id") for name in touched], BATCH
            )
        return found

    def _changed(
        self, thing: models.Model, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> None:
        self.changes.append(
            ImportChange(
                of=self.row,
                model=thing._meta.label_lower,
                object_id=thing.pk,
                created=False,
                before=plain(before),
                after=plain(after),
            )
        )

    def _dependencies(
        self,
        rows: Sequence[PlannedRow],
        workflows: Mapping[int, Workflow],
        tools: Mapping[str, int],
    ) -> None:
        there: defaultdict[int, dict[int, Dependency]] = defaultdict(dict)
        changed = [row.workflow for row in rows if row.workflow]
        for used in Dependency.objects.filter(workflow__in=changed):
            there[used.workflow_id][used.tool_id] = used
        new: list[Dependency] = []
        reworded: list[Dependency] = []
        for row in rows:
            workflow = workflows[row.number]
            mine = there[workflow.pk]
            position = max((d.position for d in mine.values()), default=-1)
            for key in row.tools:
                dependency = mine.get(tools[key])
                if dependency is None:
                    position += 1
                    new.append(
                        Dependency(
                            workflow=workflow,
                            tool_id=tools[key],
                            purpose=row.purpose,
                            position=position,
                        )
                    )
                elif row.purpose and dependency.purpose != row.purpose:
                    before = {"purpose": dependency.purpose}
                    dependency.purpose = row.purpose
                    self._changed(dependency, before, {"purpose": row.purpose})
                    reworded.append(dependency)
        self._made(Dependency.objects.bulk_create(new, batch_size=BATCH))
        Dependency.objects.bulk_update(reworded, ["purpose"], BATCH)


def snapshot(thing: models.Model) -> dict[str, Any]:
    """Return all fields of a row as plain JSON, its key aside."""
    return plain(
        {
            field.attname: getattr(thing, field.attname)
            for field in thing._meta.concrete_fields
            if not field.primary_key
        }
    )


# --- undo -----------------------------------------------------------------------------
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
        "accounts.membership": _("has members by now"),
        "accounts.team": _("has teams that stay"),
    }


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that keeps an import from being undone."""

    label: str
    reason: Promise


MODELS: Final[Mapping[str, type[models.Model]]] = {
    model._meta.label_lower: model for model in (Dependency, Workflow, Tool, Team)
}
"""What an import makes, in the order in which it is taken back."""


def obstacles(row: Import) -> list[Obstacle]:
    """Return what keeps `row` from being undone; empty if nothing does.

    A row somebody deleted is no obstacle: there is nothing left to take back.
    """
    made = _made_by(row)
    found: dict[tuple[str, str], Obstacle] = {}

    def hinder(thing: models.Model, reason: Promise) -> None:
        label = str(thing.workflow if isinstance(thing, Dependency) else thing)
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


@dataclass(frozen=True, slots=True)
class Effects:
    """What an import made and changed, in rows."""

    workflows: int
    changed: int
    dependencies: int
    tools: int
    teams: int


def effects(row: Import) -> Effects:
    """Count what undoing `row` would remove and restore, in one query."""
    counted = Counter(row.changes.values_list("model", "created"))
    return Effects(
        workflows=counted["inventory.workflow", True],
        changed=counted["inventory.workflow", False],
        dependencies=counted["inventory.dependency", True],
        tools=counted["inventory.tool", True],
        teams=counted["accounts.team", True],
    )


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
        if model is Dependency:
            queryset = queryset.select_related("workflow")
        if model is Workflow:
            queryset = queryset.select_related("team")
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
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    row = _locked(import_pk)
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
    restored: defaultdict[type[models.Model], list[models.Model]] = defaultdict(list)
    fields: defaultdict[type[models.Model], set[str]] = defaultdict(set)
    for change in row.changes.all():
        thing = made.things.get((change.model, change.object_id))
        if thing is None:
            continue
        if isinstance(thing, Workflow):
            lines.append(
                Line(
                    "workflow.import_undone",
                    thing,
                    team=thing.team,
                    before={} if change.created else change.after,
                    after={} if change.created else change.before,
                )
            )
        if not change.created:
            for name, value in change.before.items():
                setattr(thing, name, _restored(thing, name, value))
                fields[type(thing)].add(name.removesuffix("_id"))
            restored[type(thing)].append(thing)
    record_all(lines, actor=actor, now=now)
    for model, things in restored.items():
        model._default_manager.bulk_update(things, list(fields[model]), BATCH)
    reviews.reverted(thing.pk for thing in restored[Workflow])
    for label, model in MODELS.items():
        mine = model._default_manager.filter(pk__in=made.created[label])
        if model is Team:
            mine.exclude(parent=None).delete()
        mine.delete()


def _restored(thing: models.Model, name: str, value: Any) -> Any:
    kind = next(f for f in thing._meta.concrete_fields if f.attname == name)
    if isinstance(kind, models.DurationField) and value is not None:
        return timedelta(seconds=value)
    return value


# --- shared ---------------------------------------------------------------------------
def _locked(import_pk: int) -> Import:
    return Import.objects.select_for_update(of=("self",)).get(pk=import_pk)


def _open(import_pk: int) -> Import:
    row = _locked(import_pk)
    if row.state not in {ImportState.UPLOADED, ImportState.MAPPED}:
        raise NotAllowedNow(f"An import that is {row.state} cannot be changed.")
    return row


def _guess(table: Table) -> tuple[Columns, Answers]:
    last = (
        Import.objects.filter(state=ImportState.DONE, mapping__names=list(table.columns))
        .only("mapping", "answers")
        .order_by("-imported_at")
        .first()
    )
    if last is None:
        return columns.guess(table), Answers()
    return Columns.from_json(last.mapping), replace(
        Answers(), tools=Answers.from_json(last.answers).tools
    )


def _kept(mapping: Columns, table: Table) -> dict[str, Any]:
    """Return a mapping as it is stored: with the names of the columns it is for, by
    which the next file of this kind is recognised."""
    return {**mapping.to_json(), "names": list(table.columns)}


def _file_name(name: str) -> str:
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return reading.clean(last).replace("\n", " ")[-200:] or "file"
