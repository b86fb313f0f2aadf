"""What the planners of all kinds share."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from continuity.domain.names import normalise
from continuity.inventory.imports import cells as reading_of
from continuity.inventory.imports.cells import Puzzling
from continuity.inventory.imports.columns import Mapping as Columns
from continuity.inventory.imports.columns import folded
from continuity.inventory.imports.drafts import Draft
from continuity.inventory.imports.fields import Field
from continuity.inventory.imports.names import Match, names_nothing
from continuity.inventory.imports.picture import NO_TOOL, Known, KnownRow
from continuity.inventory.imports.plan import (
    Change,
    Fault,
    Later,
    NameLine,
    Outcome,
    Plan,
    PlannedRow,
    TeamKey,
    follow,
)

LONGEST_TOOL: Final = 160

NO_TEAM: Final = TeamKey("")

STEP: Final = 500
"""Rows after which it is told how far a plan or its writing has come."""

type Progress = Callable[[int], None]
"""Told how many rows are done."""


def silently(done: int) -> None:
    """Tell nobody how far it has come."""


type Text = tuple[str, int | None]
"""The field on the model, and the most characters that it holds; None is without end."""


@dataclass(slots=True)
class Parsed:
    """What a row says, once it has been understood.

    `key` tells it apart from others in the file; None if that is not known. `where` is
    the cell to blame for a repeat.
    """

    name: str
    key: Hashable | None = None
    where: Field = Field.NAME
    team: TeamKey = NO_TEAM
    team_pk: int | None = None
    workflow: int | None = None
    existing: KnownRow | None = None
    fixed: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    purposes: Mapping[str, str] = field(default_factory=dict)
    withouts: Mapping[str, str] = field(default_factory=dict)
    spellings: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    what: str = ""


class Planner:
    """Plans the rows of one kind. A subclass says how a row is understood."""

    lengths: ClassVar[Mapping[Field, int]] = {}
    texts: ClassVar[Mapping[Field, Text]] = {}
    repeats: ClassVar[str] = "repeats_row"
    names_tools: ClassVar[bool] = False
    """Whether a row that names no tool is worth counting."""

    def __init__(
        self, known: Known, mapping: Columns, names: Mapping[str, NameLine]
    ) -> None:
        self.known = known
        self.mapping = mapping
        self.names = names
        self.tool_names = {tool.pk: tool.name for tool in known.tools}
        self.first: dict[Hashable, int] = {}
        self.new_teams: dict[tuple[str, str], TeamKey] = {}
        self.new_departments: dict[str, str] = {}
        self.prepare()

    def prepare(self) -> None:
        """Build what the planner looks things up in."""

    def parse(self, draft: Draft, faults: list[Fault]) -> Parsed:
        """Return what a row says, and add to `faults` what cannot be understood."""
        raise NotImplementedError

    def finish(self, rows: list[PlannedRow]) -> list[PlannedRow]:
        """Return the rows once all of them are known."""
        return rows

    def title(self, draft: Draft) -> tuple[str, TeamKey]:
        """Return name and team of a row that is left out."""
        return " ".join(draft.texts.get(Field.NAME, "").split()), TeamKey("")

    # --- from rows to a plan
    def plan(self, drafts: Sequence[Draft], progress: Progress = silently) -> Plan:
        planned = []
        for at, draft in enumerate(drafts):
            if at and at % STEP == 0:
                progress(at)
            planned.append(self.row(draft))
        rows = tuple(self.finish(planned))
        written = [row for row in rows if row.is_written]
        counts: Counter[str] = Counter(str(row.outcome) for row in rows)
        counts["all"] = len(rows)
        counts["without_tool"] = sum(
            1
            for row in rows
            if row.names_no_tool
            and row.outcome not in {Outcome.NOT_IN_USE, Outcome.LEFT_OUT, Outcome.FIX}
        )
        own = {str(row.fixed.get("key", "")) for row in written}
        used = {key for row in written for key in row.tools if key.startswith("name:")}
        counts["tools"] = len(used - own)
        at_work = {row.team.folded for row in written}
        teams = tuple(key for at, key in self.new_teams.items() if at in at_work)
        needed = {folded(key.department) for key in teams}
        tops = {key.folded[1] for key in teams if not key.department}
        departments = tuple(
            name for at, name in self.new_departments.items() if at in needed - tops
        )
        counts["teams"] = len(teams) + len(departments)
        providers = tuple(
            dict.fromkeys(
                value.name
                for row in written
                for value in row.values.values()
                if isinstance(value, Later) and value.key.startswith("provider:")
            )
        )
        counts["providers"] = len(providers)
        order = {Match.ASK: 0, Match.LIKELY: 1, Match.NEW: 2, Match.EXACT: 3}
        names = sorted(
            self.names.values(), key=lambda line: (order[line.match], -line.rows, line.key)
        )
        return Plan(rows, tuple(names), teams, departments, dict(counts), providers)

    def row(self, draft: Draft) -> PlannedRow:
        if draft.outcome is not None:
            name, team = self.title(draft)
            return PlannedRow(
                number=draft.number,
                outcome=draft.outcome,
                name=name,
                team=team,
                tool_names=tuple(draft.names),
                names_no_tool=self.names_tools and draft.names_nothing,
            )
        faults: list[Fault] = []
        for wanted, most in self.lengths.items():
            text = draft.texts.get(wanted, "")
            if len(text) > most:
                fields = {"length": len(text), "most": most}
                faults.append(Fault("too_long", wanted, text, fields))
        said = self.parse(draft, faults)
        if said.key is not None:
            before = self.first.setdefault(said.key, draft.number)
            if before != draft.number:
                faults.append(Fault(self.repeats, said.where, said.name, {"row": before}))
        self.last_look(draft, said, faults)
        planned = PlannedRow(
            number=draft.number,
            outcome=Outcome.NEW,
            name=said.name,
            team=said.team,
            team_pk=said.team_pk,
            existing=said.existing.pk if said.existing else None,
            workflow=said.workflow,
            fixed=said.fixed,
            values=said.values,
            tools=said.tools,
            tool_names=tuple(draft.names),
            purposes=said.purposes,
            withouts=said.withouts,
            spellings=said.spellings,
            names_no_tool=self.names_tools and not said.tools,
            what=said.what,
        )
        if faults:
            return replace(planned, outcome=Outcome.FIX, faults=tuple(faults))
        if said.existing is None:
            return planned
        old = said.existing.values
        differing = [
            Change(name, old[name], value)
            for name, value in said.values.items()
            if old[name] != value
        ]
        renamed = [change for change in said.changes if change.name == "name"]
        others = [change for change in said.changes if change.name != "name"]
        changes = (*renamed, *differing, *others)
        outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
        return replace(planned, outcome=outcome, changes=changes)

    def last_look(self, draft: Draft, said: Parsed, faults: list[Fault]) -> None:
        """Add faults that only show once it is known which row is meant."""

    # --- cells
    def line(self, draft: Draft, wanted: Field) -> str:
        """Return a cell as one line; empty where it says that there is nothing to say."""
        text = " ".join(draft.texts.get(wanted, "").split())
        return "" if reading_of.is_blank(text) else text

    def needed(self, draft: Draft, wanted: Field, faults: list[Fault]) -> str:
        text = self.line(draft, wanted)
        if not text:
            faults.append(Fault("missing", wanted))
        return text

    def read[T](
        self,
        draft: Draft,
        wanted: Field,
        reader: Callable[[str], T],
        faults: list[Fault],
    ) -> T | None:
        """Return what a cell says; None for nothing, and for what is a fault."""
        text = draft.texts.get(wanted, "")
        if reading_of.is_blank(text):
            return None
        try:
            return reader(text)
        except Puzzling as puzzling:
            faults.append(Fault(str(puzzling.puzzle), wanted, text))
            return None

    def set(
        self,
        values: dict[str, Any],
        draft: Draft,
        readers: Mapping[Field, Callable[[str], Any]],
        faults: list[Fault],
    ) -> None:
        """Put what cells say into `values`, by the names of their fields."""
        for wanted, reader in readers.items():
            value = self.read(draft, wanted, reader, faults)
            if value is not None:
                values[str(wanted)] = value
        for wanted, (name, most) in self.texts.items():
            raw = draft.texts.get(wanted, "")
            text = raw if most is None else " ".join(raw.split())
            if not text or (most is not None and reading_of.is_blank(text)):
                continue
            if most is not None and len(text) > most:
                fields = {"length": len(text), "most": most}
                faults.append(Fault("too_long", wanted, text, fields))
            values[name] = text

    def length(self, text: str) -> Any:
        return reading_of.length(text, unit=self.mapping.unit)

    def length_or_zero(self, text: str) -> Any:
        return reading_of.length_or_zero(text, unit=self.mapping.unit)

    # --- tools
    def tool(
        self, draft: Draft, wanted: Field, faults: list[Fault], *, name: str = ""
    ) -> str:
        """Return the key of the tool in a cell: "tool:7", "name:…" for one to be created,
        "none", or empty if the cell names none or nobody has answered."""
        name = name or " ".join(draft.texts.get(wanted, "").split())
        line = self.names.get(normalise(name))
        if line is None or names_nothing(name):
            return ""
        if not line.choice:
            faults.append(Fault("which_tool", wanted, name, {"name": line.name}))
            return ""
        key = follow(line, self.names)
        if key.startswith("name:") and len(name) > LONGEST_TOOL:
            text = draft.texts.get(wanted, "")
            faults.append(Fault("long_tool", wanted, text, {"length": len(name)}))
            return ""
        return key

    def tool_name(self, key: str) -> str:
        kind, _colon, what = key.partition(":")
        if key in {"", NO_TOOL}:
            return ""
        return self.tool_names[int(what)] if kind == "tool" else self.names[what].name


def later(key: str, name: str) -> int | Later:
    """Return the key of a tool that is there, or a promise of one to be created."""
    kind, _colon, what = key.partition(":")
    return int(what) if kind == "tool" else Later(key, name)


def in_order(
    rows: list[PlannedRow],
    *,
    name: str,
    group: str,
    there: Mapping[int, Mapping[int, int]],
    taken: str,
    gap: str,
    where: Field,
) -> list[PlannedRow]:
    """Return the rows with the numbers of a list: 1, 2, 3 without a gap in each group.

    `name` is the field with the number and `group` the one with the group, in a row's
    values or in what tells it apart. `there` are the numbers of what exists, by group. A
    row without one comes last; one whose number is taken or would leave a gap is to be
    fixed.
    """
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        if row.is_written:
            groups[row.fixed[group]].append(at)
    for key, places in groups.items():
        while True:
            fault = _number(rows, places, dict(there.get(key, {})), name=name)
            if fault is None:
                break
            at, number, is_gap = fault
            wrong = Fault(gap if is_gap else taken, where, str(number), {"number": number})
            rows[at] = replace(rows[at], outcome=Outcome.FIX, changes=(), faults=(wrong,))
            places.remove(at)
    return rows


def _number(
    rows: list[PlannedRow], places: Sequence[int], numbers: dict[int, int], *, name: str
) -> tuple[int, int, bool] | None:
    """Number the rows of one group; or return the first that cannot have its number."""
    said: dict[int, int] = {}
    for at in places:
        row = rows[at]
        number = {**row.fixed, **row.values}.get(name)
        if number is not None:
            said[at] = number
            if row.existing is not None:
                numbers[row.existing] = number
    moved = {rows[at].existing for at in places}
    taken = {number for pk, number in numbers.items() if pk not in moved}
    for at, number in said.items():
        if number in taken:
            return at, number, False
        taken.add(number)
    taken |= {number for pk, number in numbers.items()}
    last = 0
    while last + 1 in taken:
        last += 1
    for at, number in sorted(said.items(), key=lambda item: item[1]):
        if number > last:
            return at, number, True
    last = max(taken, default=0)
    for at in places:
        if at not in said and rows[at].existing is None:
            last += 1
            rows[at] = replace(rows[at], values={**rows[at].values, name: last})
    return None
