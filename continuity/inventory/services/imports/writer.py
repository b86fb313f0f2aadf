"""What the writers of all kinds share: traces for the undo, lines for the history."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from django.db import connection, models

from continuity.accounts.models import Team, User
from continuity.history.services import Line, plain, record_all
from continuity.inventory.imports.columns import folded
from continuity.inventory.imports.picture import Known
from continuity.inventory.imports.plan import Later, Outcome, Plan, PlannedRow, TeamKey
from continuity.inventory.imports.rows.base import Progress
from continuity.inventory.models import Import, ImportChange, Provider, Tool, Workflow
from continuity.inventory.services import reviews

BATCH: Final = 1000

type Trace = tuple[int, str, int, bool, str, str]
"""A row of ImportChange: its import, model, key, whether made, fields before and after."""
COPY: Final = (
    f'COPY "{ImportChange._meta.db_table}" '
    "(of_id, model, object_id, created, before, after) FROM STDIN"
)
TRACED: Final = 60
KEPT: Final = 85
"""Percent of the work that is done when the rows are written, and when their traces are
kept; the rest are the lines of the history."""


class Writer:
    """Writes the plan of one kind. A subclass says what a row becomes."""

    model: ClassVar[type[models.Model]]
    reviewed: ClassVar[bool] = True
    """Whether what is written is part of what was approved of a workflow."""
    created: ClassVar[str] = ""
    changed: ClassVar[str] = ""

    def __init__(
        self,
        row: Import,
        plan: Plan,
        known: Known,
        *,
        actor: User,
        now: datetime,
        progress: Progress,
    ) -> None:
        self.row = row
        self.plan = plan
        self.known = known
        self.actor = actor
        self.now = now
        self.progress = progress
        self.rows: Sequence[PlannedRow] = plan.to_write
        self.tool_names = {tool.pk: tool.name for tool in known.tools}
        self.promised: dict[str, int] = {}
        self.changes: list[Trace] = []
        self.lines: list[Line] = []

    def write(self) -> Mapping[str, int]:
        """Write everything; return the tools by their keys in the plan."""
        self.write_rows()
        for traces in self.batches(self.changes, TRACED, KEPT):
            with connection.cursor() as cursor, cursor.copy(COPY) as copy:
                for trace in traces:
                    copy.write_row(trace)
        for lines in self.batches(self.lines, KEPT, 99):
            record_all(lines, actor=self.actor, now=self.now)
        if self.reviewed:
            reviews.changed({row.workflow for row in self.rows if row.workflow})
        self.progress(len(self.rows))
        return self.promised

    def batches[T](
        self, things: Sequence[T], begun: int, ended: int
    ) -> Iterator[Sequence[T]]:
        """Give `things` a batch at a time, and tell after each how far the work is, from
        `begun` to `ended` percent."""
        for at in range(0, len(things), BATCH):
            yield things[at : at + BATCH]
            part = min(1.0, (at + BATCH) / len(things))
            self.progress(int(len(self.rows) * (begun + (ended - begun) * part) / 100))

    def make[M: models.Model](
        self, objects: Sequence[M], begun: int, ended: int
    ) -> list[M]:
        """Write new objects of one model and their traces; return them with keys."""
        made: list[M] = []
        for batch in self.batches(objects, begun, ended):
            made += type(batch[0])._default_manager.bulk_create(batch)
        self.trace_made(made)
        return made

    def write_rows(self) -> None:
        self.promise_tools()
        made, changed = self.write_new(), self.write_changed()
        self.tell(made, changed)

    # --- rows of the kind
    def write_new(self) -> list[tuple[PlannedRow, Any]]:
        """Make the new rows; return each with what it became."""
        rows = [row for row in self.rows if row.outcome is Outcome.NEW]
        objects = [self.model(**self.fields(row)) for row in rows]
        made = self.make(objects, 0, TRACED)
        return list(zip(rows, made, strict=True))

    def fields(self, row: PlannedRow) -> dict[str, Any]:
        """Return the fields of a new row."""
        said = {**row.fixed, **row.values}
        said.pop("key", None)
        return {name: self.real(value) for name, value in said.items()}

    def write_changed(self) -> list[tuple[PlannedRow, Any]]:
        """Change the rows that differ; return each with what it is now."""
        rows = [row for row in self.rows if row.outcome is Outcome.CHANGED]
        if not rows:
            return []
        there = self.model._default_manager.select_for_update(of=("self",)).in_bulk(
            [row.existing for row in rows]
        )
        touched: set[str] = set()
        found = []
        for row in rows:
            thing: Any = there[row.existing]
            found.append((row, thing))
            after = {
                change.name: self.real(change.new)
                for change in row.changes
                if change.name in row.values
            }
            after |= self.besides(row, thing, after)
            if after:
                before = {name: getattr(thing, name) for name in after}
                for name, value in after.items():
                    setattr(thing, name, value)
                touched |= after.keys()
                self.trace_changed(thing, before, after)
        if touched:
            self.model._default_manager.bulk_update(
                there.values(), [name.removesuffix("_id") for name in touched], BATCH
            )
        return found

    def besides(
        self, row: PlannedRow, thing: Any, after: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what changes with it: what a person changed is the organisation's own
        from then on, and the shipped catalogue no longer corrects it."""
        own = set(after) - {"seats", "limit"}
        return {"from_catalogue": False} if own and thing_is_shipped(thing) else {}

    def tell(
        self,
        made: Sequence[tuple[PlannedRow, Any]],
        changed: Sequence[tuple[PlannedRow, Any]],
    ) -> None:
        """Write the lines of the history."""
        for row, thing in made:
            after = self.told(row, {**row.fixed, **row.values})
            self.lines.append(self.line(self.created, row, thing, after=after))
        for row, thing in changed:
            before = {change.name: change.old for change in row.changes}
            after = {change.name: change.new for change in row.changes}
            self.lines.append(
                self.line(
                    self.changed,
                    row,
                    thing,
                    before=self.told(row, before),
                    after=self.told(row, after),
                )
            )

    def line(self, verb: str, row: PlannedRow, thing: Any, **said: Any) -> Line:
        return Line(verb, thing, **said)

    def told(self, row: PlannedRow, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values as the history keeps them: names in place of keys, and nothing
        of what is empty."""
        # "limit" is a length of time elsewhere in the history; here it is people.
        return {
            "people_at_once" if name == "limit" else name.removesuffix("_id"): self.called(
                name, value
            )
            for name, value in values.items()
            if name != "key" and value not in (None, "", [])
        }

    def called(self, name: str, value: Any) -> Any:
        if isinstance(value, Later):
            return value.name
        if name in {"tool_id", "upstream_id", "parent_id"}:
            return self.tool_names.get(value, "")
        names = self.known.names.get(name)
        return value if names is None else names.get(value, value)

    # --- traces
    def trace_made(self, objects: Iterable[models.Model]) -> None:
        self.changes += [
            (
                self.row.pk,
                made._meta.label_lower,
                made.pk,
                True,
                "{}",
                json.dumps(snapshot(made)),
            )
            for made in objects
        ]

    def trace_changed(
        self, thing: models.Model, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> None:
        self.changes.append(
            (
                self.row.pk,
                thing._meta.label_lower,
                thing.pk,
                False,
                json.dumps(plain(before)),
                json.dumps(plain(after)),
            )
        )

    # --- what rows refer to
    def real(self, value: Any) -> Any:
        return self.promised[value.key] if isinstance(value, Later) else value

    def promise_tools(self, besides: Iterable[str] = ()) -> None:
        """Make the tools that the rows name and that are not there yet, but for those
        whose keys are in `besides`."""
        names = {line.key: line.name for line in self.plan.names}
        own = set(besides)
        keys = dict.fromkeys(key for row in self.rows for key in row.tools)
        new = [key for key in keys if key.startswith("name:") and key not in own]
        made = Tool.objects.bulk_create(
            [Tool(name=names[key.removeprefix("name:")]) for key in new], batch_size=BATCH
        )
        self.trace_made(made)
        self.promised |= {
            key: int(key.removeprefix("tool:")) for key in keys if key.startswith("tool:")
        }
        self.promised |= {key: tool.pk for key, tool in zip(new, made, strict=True)}

    def promise_providers(self) -> None:
        made = Provider.objects.bulk_create(
            [Provider(name=name) for name in self.plan.providers], batch_size=BATCH
        )
        self.trace_made(made)
        self.promised |= {f"provider:{folded(one.name)}": one.pk for one in made}

    def teams(self) -> dict[TeamKey, Team]:
        """Return the team of every row that is written; those that are new are made."""
        new = {folded(name): Team(name=name) for name in self.plan.departments}
        # A new team without a department may be the department of others.
        tops = {
            key.folded: Team(name=key.name) for key in self.plan.teams if not key.department
        }
        for at, team in tops.items():
            new.setdefault(at[1], team)
        self.trace_made(Team.objects.bulk_create(new.values(), batch_size=BATCH))
        known_tops = {folded(team.name): team for team in Team.objects.filter(parent=None)}
        subs = {
            key.folded: Team(name=key.name, parent=known_tops[folded(key.department)])
            for key in self.plan.teams
            if key.department
        }
        self.trace_made(Team.objects.bulk_create(subs.values(), batch_size=BATCH))
        there = Team.objects.in_bulk({row.team_pk for row in self.rows if row.team_pk})
        return {
            row.team: there[row.team_pk]
            if row.team_pk
            else subs[row.team.folded]
            if row.team.department
            else known_tops[folded(row.team.name)]
            for row in self.rows
        }

    def workflows(self) -> dict[int, Workflow]:
        """Return the workflows that the rows belong to, with their teams."""
        return (
            Workflow.objects.select_related("team")
            .in_bulk({row.workflow for row in self.rows if row.workflow})
        )  # fmt: skip


def snapshot(thing: models.Model) -> dict[str, Any]:
    """Return all fields of a row as plain JSON, its key aside."""
    return plain(
        {
            field.attname: getattr(thing, field.attname)
            for field in thing._meta.concrete_fields
            if not field.primary_key
        }
    )


def thing_is_shipped(thing: Any) -> bool:
    return bool(getattr(thing, "from_catalogue", False))
