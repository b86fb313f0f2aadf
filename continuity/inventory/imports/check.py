"""What importing a table would do: a plan, row by row, and nothing written.

Pure: table, mapping, answers and a picture of the inventory go in, a plan comes out. The
same four give the same plan, so what was checked is what is imported.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from rapidfuzz import fuzz, process

from continuity.domain.names import normalise
from continuity.inventory.imports import cells as reading_of
from continuity.inventory.imports.cells import PUZZLES, Puzzling
from continuity.inventory.imports.columns import Field, folded
from continuity.inventory.imports.columns import Mapping as Columns
from continuity.inventory.imports.names import (
    MOST_NAMES,
    Catalogue,
    Found,
    KnownTool,
    Match,
    alike,
    names_nothing,
)
from continuity.inventory.imports.reading import Row, Table
from continuity.web import formats


# --- what goes in -----------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class KnownTeam:
    pk: int
    name: str
    department: int | None = None


@dataclass(frozen=True, slots=True)
class KnownWorkflow:
    """A workflow of the inventory. `values` are its fields by their names on the model,
    `tools` what it uses each of its tools for."""

    pk: int
    team: int
    name: str
    values: Mapping[str, Any]
    tools: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class KnownPerson:
    pk: int
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """A picture of what the inventory holds, at one moment."""

    teams: Sequence[KnownTeam] = ()
    workflows: Sequence[KnownWorkflow] = ()
    tools: Sequence[KnownTool] = ()
    people: Sequence[KnownPerson] = ()


NO_TOOL: Final = "none"
NEW_TOOL: Final = "new"
LEAVE_OUT: Final = "out"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person decided.

    `tools`: a normalised name to "new", "none" or the key of a tool. `cells`: a row's
    number to its corrected texts by field. `left_out`: rows not to be imported.
    """

    tools: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[int, Mapping[Field, str]] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Answers":
        return cls(
            tools=dict(kept.get("tools", {})),
            cells={
                int(number): {Field(name): text for name, text in texts.items()}
                for number, texts in kept.get("cells", {}).items()
            },
            left_out=frozenset(kept.get("left_out", ())),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "tools": dict(self.tools),
            "cells": {
                str(number): {str(name): text for name, text in texts.items()}
                for number, texts in self.cells.items()
            },
            "left_out": sorted(self.left_out),
        }


# --- what comes out ---------------------------------------------------------------------
class Outcome(StrEnum):
    """What happens to a row."""

    FIX = "fix"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    LEFT_OUT = "left_out"
    NOT_IN_USE = "not_in_use"


OUTCOME_LABELS: Final[Mapping[Outcome, Promise]] = {
    Outcome.FIX: pgettext_lazy("row of an import", "To fix"),
    Outcome.NEW: pgettext_lazy("row of an import", "New"),
    Outcome.CHANGED: pgettext_lazy("row of an import", "Changed"),
    Outcome.UNCHANGED: pgettext_lazy("row of an import", "Unchanged"),
    Outcome.LEFT_OUT: pgettext_lazy("row of an import", "Left out"),
    Outcome.NOT_IN_USE: pgettext_lazy("row of an import", "Not in use"),
}

FAULTS: Final[Mapping[str, Promise]] = {
    "no_name": _("The workflow has no name"),
    "no_team": _("No team is given"),
    "too_long": _("Too long: %(length)s characters, %(most)s at most"),
    "repeats": _("Repeats row %(row)s: same team, same name"),
    "same_workflow": _("Row %(row)s changes the same workflow, found by its reference"),
    "team_unclear": _(
        "Several departments have a team with this name; name the department"
    ),
    "no_person": _("No person has this address"),
    "rto_over_mtpd": _("The RTO is longer than the MTPD (%(mtpd)s)"),
    "which_tool": _("“%(name)s” may be several tools; choose one above"),
    "long_tool": _("A tool’s name is too long (%(length)s characters); is the cell split?"),
    **{str(puzzle): sentence for puzzle, sentence in PUZZLES.items()},
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps a row from being imported. `where` is the cell to correct."""

    code: str
    where: Field
    value: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    suggestion: str = ""

    @property
    def sentence(self) -> str:
        return str(FAULTS[self.code]) % self.fields


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `name` is the field on the model, or "tools" or "purpose"."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class TeamKey:
    """A team by its name and its department's, as the file writes them. An empty
    department is none."""

    name: str
    department: str = ""

    @property
    def folded(self) -> tuple[str, str]:
        return folded(self.department), folded(self.name)


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row and what happens to it.

    `values` are fields of the model, only those that the row says something about.
    `tools` are keys: a known tool as "tool:7", one to be created as "name:copilot".
    """

    number: int
    outcome: Outcome
    name: str
    team: TeamKey
    team_pk: int | None = None
    workflow: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    tool_names: tuple[str, ...] = ()
    purpose: str = ""
    faults: tuple[Fault, ...] = ()
    changes: tuple[Change, ...] = ()
    names_no_tool: bool = False


@dataclass(frozen=True, slots=True)
class NameLine:
    """A tool's name in the file, decided once for all its rows.

    `choice` is "tool:7", "new", "none", "name:other" (a slip of another new name) or
    empty: still to be answered. `answered` says that a person chose.
    """

    key: str
    name: str
    spellings: tuple[str, ...]
    rows: int
    match: Match
    choice: str
    candidates: tuple[int, ...] = ()
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    rows: tuple[PlannedRow, ...]
    names: tuple[NameLine, ...]
    teams: tuple[TeamKey, ...]
    """Teams to be created, departments first."""
    departments: tuple[str, ...]
    """Departments to be created."""
    counts: Mapping[str, int]

    def of(self, outcome: Outcome) -> list[PlannedRow]:
        return [row for row in self.rows if row.outcome is outcome]

    @property
    def to_write(self) -> list[PlannedRow]:
        return [r for r in self.rows if r.outcome in {Outcome.NEW, Outcome.CHANGED}]

    @property
    def questions(self) -> list[NameLine]:
        return [line for line in self.names if not line.choice]

    def tool_of(self, line: NameLine) -> str:
        """Follow a line to its tool: "tool:7", "name:…" for one to be created, "none", or
        empty while nobody has answered."""
        return follow(line, {other.key: other for other in self.names})

    def digest(self) -> str:
        """Return a short mark of what would be written, to see that it is still that."""
        said = repr([(r.number, r.outcome, r.changes, r.tools) for r in self.to_write])
        return hashlib.sha256(said.encode()).hexdigest()[:16]


LENGTHS: Final[Mapping[Field, int]] = {
    Field.NAME: 300,
    Field.TEAM: 240,
    Field.DEPARTMENT: 240,
    Field.REFERENCE: 80,
    Field.MBCO_WORDS: 240,
    Field.HOURS: 120,
    Field.PURPOSE: 240,
}
LONGEST_TOOL: Final = 160
TEXTS: Final[Mapping[Field, str]] = {
    Field.DESCRIPTION: "description",
    Field.REFERENCE: "reference",
    Field.MBCO_WORDS: "mbco_words",
    Field.HOURS: "hours",
}
PEOPLE: Final[Mapping[Field, str]] = {Field.OWNER: "owner_id", Field.DEPUTY: "deputy_id"}


def plan(table: Table, mapping: Columns, answers: Answers, known: Known) -> Plan:
    """Return what importing `table` would do.

    Every row is in the plan once. A cell that is empty, or says that it is not known,
    leaves what the inventory holds. Tools are added to a workflow and never taken away.
    Of rows with the same team and name the first counts, the others are to be fixed.
    """
    drafts = [_draft(row, mapping, answers) for row in table.rows]
    names = _names(drafts, answers, Catalogue(known.tools))
    return _Planner(known, mapping, names).plan(drafts)


# --- a row as it is written -------------------------------------------------------------
@dataclass(slots=True)
class _Draft:
    number: int
    texts: Mapping[Field, str]
    outcome: Outcome | None
    names: list[str]
    names_nothing: bool


def _draft(row: Row, mapping: Columns, answers: Answers) -> _Draft:
    texts = {wanted: mapping.cell(row.cells, wanted) for wanted in mapping.columns}
    texts.setdefault(Field.TEAM, mapping.team)
    corrected = answers.cells.get(row.number, {})
    texts.update({at: text for at, text in corrected.items() if at in texts})
    outcome = None
    if mapping.has(Field.IN_USE) and folded(texts[Field.IN_USE]) not in mapping.in_use:
        outcome = Outcome.NOT_IN_USE
    elif row.number in answers.left_out:
        outcome = Outcome.LEFT_OUT
    cell = texts.get(Field.TOOLS, "")
    names = [] if names_nothing(cell) else mapping.split(cell)
    names = [name for name in names if not names_nothing(name)]
    return _Draft(row.number, texts, outcome, names, names_nothing=not names)


def _names(
    drafts: Sequence[_Draft], answers: Answers, catalogue: Catalogue
) -> dict[str, NameLine]:
    """Return a line for each different name of a tool, by its normal form."""
    rows: Counter[str] = Counter()
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for draft in drafts:
        if draft.outcome is None:
            for key, name in {normalise(name): name for name in draft.names}.items():
                rows[key] += 1
                spellings[key][name] += 1
    shown = {key: _shown(found) for key, found in spellings.items()}
    if len(rows) <= MOST_NAMES:
        found = {key: catalogue.find(name) for key, name in shown.items()}
        new = Counter({key: rows[key] for key in rows if found[key].match is Match.NEW})
        for key, like in alike(new, shown).items():
            found[key] = Found(Match.LIKELY, found[key].tools, like)
    else:
        exact = {key: catalogue.exact(name) for key, name in shown.items()}
        found = {
            key: Found(Match.NEW) if tool is None else Found(Match.EXACT, (tool,))
            for key, tool in exact.items()
        }
    lines = {
        key: _line(key, shown[key], spellings[key], rows[key], found[key]) for key in shown
    }
    for key, answer in answers.tools.items():
        line = lines.get(key)
        if line is None or not _stands(answer, key, lines, catalogue):
            continue
        # By now there may be a tool of this very name: it is not made twice.
        if answer != NEW_TOOL or line.match is not Match.EXACT:
            lines[key] = replace(line, choice=answer, answered=True)
    return lines


def _shown(spellings: Counter[str]) -> str:
    """Return the spelling to show: the most frequent, of several the one that comes
    first when capitals come first."""
    return min(spellings, key=lambda name: (-spellings[name], name))


def _line(
    key: str, name: str, spellings: Counter[str], rows: int, found: Found
) -> NameLine:
    match found.match:
        case Match.ASK:
            choice = ""
        case Match.NEW:
            choice = NEW_TOOL
        case Match.LIKELY if found.like:
            choice = f"name:{found.like}"
        case _:
            choice = f"tool:{found.tools[0]}"
    return NameLine(
        key=key,
        name=name,
        spellings=tuple(sorted(spellings)),
        rows=rows,
        match=found.match,
        choice=choice,
        candidates=found.tools,
    )


def _stands(
    answer: str, key: str, lines: Mapping[str, NameLine], catalogue: Catalogue
) -> bool:
    """Say whether an answer still means something: its tool may be gone by now."""
    kind, _colon, what = answer.partition(":")
    if kind == "tool":
        return what.isdecimal() and int(what) in catalogue.tools
    if kind == "name":
        return what in lines and what != key
    return answer in {NEW_TOOL, NO_TOOL}


def follow(line: NameLine, lines: Mapping[str, NameLine]) -> str:
    """Return the tool that `line` leads to, over names that are slips of others."""
    seen: set[str] = set()
    while line.choice.startswith("name:") and line.key not in seen:
        seen.add(line.key)
        line = lines[line.choice.removeprefix("name:")]
    return (
        line.choice
        if line.choice in {"", NO_TOOL} or _is_tool(line)
        else f"name:{line.key}"
    )


def _is_tool(line: NameLine) -> bool:
    return line.choice.startswith("tool:")


# --- from drafts to a plan --------------------------------------------------------------
class _Planner:
    def __init__(self, known: Known, mapping: Columns, names: dict[str, NameLine]) -> None:
        self.mapping = mapping
        self.names = names
        self.tools = {tool.pk: tool.name for tool in known.tools}
        self.teams = {team.pk: team for team in known.teams}
        self.by_team_name: defaultdict[str, list[KnownTeam]] = defaultdict(list)
        for team in known.teams:
            self.by_team_name[folded(team.name)].append(team)
        self.by_name = {(w.team, folded(w.name)): w for w in known.workflows}
        self.by_reference: defaultdict[tuple[int, str], list[KnownWorkflow]] = defaultdict(
            list
        )
        for workflow in known.workflows:
            if reference := folded(workflow.values["reference"]):
                self.by_reference[workflow.team, reference].append(workflow)
        self.people = {person.email.casefold(): person for person in known.people}
        self.first: dict[tuple[Any, str], int] = {}
        self.changed_by: dict[int, int] = {}
        self.new_teams: dict[tuple[str, str], TeamKey] = {}
        self.new_departments: dict[str, str] = {}
        self.named: set[tuple[str, str]] = set()

    def plan(self, drafts: Sequence[_Draft]) -> Plan:
        # A workflow that a row calls by its name is not found by another's reference.
        self.named = {
            (
                folded(self._team_key(draft.texts).name),
                folded(draft.texts.get(Field.NAME, "")),
            )
            for draft in drafts
            if draft.outcome is None
        }
        rows = tuple(self._row(draft) for draft in drafts)
        used = {
            key
            for row in rows
            if row.outcome in {Outcome.NEW, Outcome.CHANGED}
            for key in row.tools
        }
        counts: Counter[str] = Counter(str(row.outcome) for row in rows)
        counts["all"] = len(rows)
        counts["without_tool"] = sum(
            1
            for row in rows
            if row.names_no_tool
            and row.outcome not in {Outcome.NOT_IN_USE, Outcome.LEFT_OUT, Outcome.FIX}
        )
        counts["tools"] = sum(1 for key in used if key.startswith("name:"))
        written = {
            r.team.folded for r in rows if r.outcome in {Outcome.NEW, Outcome.CHANGED}
        }
        teams = tuple(key for at, key in self.new_teams.items() if at in written)
        needed = {folded(key.department) for key in teams}
        departments = tuple(
            name for at, name in self.new_departments.items() if at in needed
        )
        counts["teams"] = len(teams) + len(departments)
        order = {Match.ASK: 0, Match.LIKELY: 1, Match.NEW: 2, Match.EXACT: 3}
        names = sorted(
            self.names.values(), key=lambda line: (order[line.match], -line.rows, line.key)
        )
        return Plan(rows, tuple(names), teams, departments, dict(counts))

    def _row(self, draft: _Draft) -> PlannedRow:
        texts = draft.texts
        team = self._team_key(texts)
        name = " ".join(texts.get(Field.NAME, "").split())
        planned = PlannedRow(
            number=draft.number,
            outcome=draft.outcome or Outcome.NEW,
            name=name,
            team=team,
            tool_names=tuple(draft.names),
            names_no_tool=draft.names_nothing,
        )
        if draft.outcome is not None:
            return planned
        faults: list[Fault] = []
        if not name:
            faults.append(Fault("no_name", Field.NAME))
        for wanted, most in LENGTHS.items():
            text = texts.get(wanted, "")
            if len(text) > most:
                fields = {"length": len(text), "most": most}
                faults.append(Fault("too_long", wanted, text, fields))
        team_pk = self._team(team, faults)
        values = self._values(texts, faults)
        tools = self._tools(draft, faults)
        if name and team.name:
            at = (team.folded if team_pk is None else team_pk, folded(name))
            if at in self.first:
                fields = {"row": self.first[at]}
                faults.append(Fault("repeats", Field.NAME, name, fields))
            else:
                self.first[at] = draft.number
        purpose = " ".join(texts.get(Field.PURPOSE, "").split())
        existing = self._existing(team_pk, name, values, draft.number, faults)
        self._check_targets(values, existing, texts, faults)
        planned = replace(
            planned,
            team_pk=team_pk,
            workflow=existing.pk if existing else None,
            values=values,
            tools=tools,
            names_no_tool=not tools,
            purpose=purpose,
        )
        if faults:
            return replace(planned, outcome=Outcome.FIX, faults=tuple(faults))
        if existing is None:
            return planned
        changes = self._changes(planned, existing)
        outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
        return replace(planned, outcome=outcome, changes=changes)

    # --- whose it is
    def _team_key(self, texts: Mapping[Field, str]) -> TeamKey:
        team = " ".join(texts.get(Field.TEAM, "").split())
        department = " ".join(texts.get(Field.DEPARTMENT, "").split())
        # A row without a team of its own belongs to its department, and so does one whose
        # team is called like it.
        if not team or folded(team) == folded(department):
            return TeamKey(team or department)
        return TeamKey(team, department)

    def _team(self, key: TeamKey, faults: list[Fault]) -> int | None:
        """Return the team that is there already; None for one to be created."""
        if not key.name:
            faults.append(Fault("no_team", Field.TEAM))
            return None
        named = self.by_team_name[folded(key.name)]
        if not key.department:
            top = [team for team in named if team.department is None]
            if top or len(named) == 1:
                return (top or named)[0].pk
            if len(named) > 1:
                faults.append(Fault("team_unclear", Field.TEAM, key.name))
                return None
            self.new_teams.setdefault(key.folded, key)
            return None
        departments = self.by_team_name[folded(key.department)]
        top = [team for team in departments if team.department is None]
        if top:
            for team in named:
                if team.department == top[0].pk:
                    return team.pk
        else:
            self.new_departments.setdefault(folded(key.department), key.department)
        self.new_teams.setdefault(key.folded, key)
        return None

    def _existing(
        self,
        team: int | None,
        name: str,
        values: Mapping[str, Any],
        number: int,
        faults: list[Fault],
    ) -> KnownWorkflow | None:
        if team is None or not name:
            return None
        workflow = self.by_name.get((team, folded(name)))
        if workflow is None and (reference := folded(values.get("reference", ""))):
            called = folded(self.teams[team].name)
            found = [
                candidate
                for candidate in self.by_reference[team, reference]
                if (called, folded(candidate.name)) not in self.named
            ]
            workflow = found[0] if len(found) == 1 else None
        if workflow is None:
            return None
        before = self.changed_by.setdefault(workflow.pk, number)
        if before != number and not any(fault.code == "repeats" for fault in faults):
            faults.append(Fault("same_workflow", Field.REFERENCE, "", {"row": before}))
        return workflow

    # --- what it says
    def _values(self, texts: Mapping[Field, str], faults: list[Fault]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for wanted, name in TEXTS.items():
            text = texts.get(wanted, "")
            if text and (wanted is Field.DESCRIPTION or not reading_of.is_blank(text)):
                values[name] = (
                    text if wanted is Field.DESCRIPTION else " ".join(text.split())
                )
        for wanted, reader in self._readers().items():
            text = texts.get(wanted, "")
            if reading_of.is_blank(text):
                continue
            try:
                values.update(reader(text))
            except Puzzling as puzzling:
                faults.append(Fault(str(puzzling.puzzle), wanted, text))
        for wanted, name in PEOPLE.items():
            text = texts.get(wanted, "").strip()
            if reading_of.is_blank(text):
                continue
            person = self.people.get(text.casefold())
            if person is None:
                near = self._near_person(text)
                faults.append(Fault("no_person", wanted, text, suggestion=near))
            else:
                values[name] = person.pk
        return values

    def _readers(self) -> Mapping[Field, Callable[[str], Mapping[str, Any]]]:
        unit = self.mapping.unit
        return {
            Field.TIER: lambda text: {"tier": int(reading_of.tier(text))},
            Field.RTO: lambda text: {"rto": reading_of.length(text, unit=unit)},
            Field.MTPD: lambda text: {"mtpd": reading_of.length(text, unit=unit)},
            Field.MBCO: lambda text: {"mbco_percent": reading_of.percent(text)},
            Field.DATA_CLASS: lambda text: {"data_class": str(reading_of.data_class(text))},
            Field.PEOPLE: lambda text: dict(
                zip(("people_least", "people_most"), reading_of.people(text), strict=True)
            ),
        }

    def _near_person(self, text: str) -> str:
        found = process.extractOne(
            text.casefold(), list(self.people), scorer=fuzz.ratio, score_cutoff=85
        )
        return self.people[found[0]].email if found else ""

    def _check_targets(
        self,
        values: Mapping[str, Any],
        existing: KnownWorkflow | None,
        texts: Mapping[Field, str],
        faults: list[Fault],
    ) -> None:
        old = existing.values if existing else {}
        rto: timedelta | None = values.get("rto", old.get("rto"))
        mtpd: timedelta | None = values.get("mtpd", old.get("mtpd"))
        if rto is not None and mtpd is not None and rto > mtpd:
            wanted = Field.RTO if "rto" in values else Field.MTPD
            fields = {"mtpd": formats.duration(mtpd)}
            faults.append(Fault("rto_over_mtpd", wanted, texts.get(wanted, ""), fields))

    def _tools(self, draft: _Draft, faults: list[Fault]) -> tuple[str, ...]:
        """Return the keys of the tools of a row, each once, in the order of the cell."""
        found: dict[str, None] = {}
        for name in draft.names:
            line = self.names[normalise(name)]
            if not line.choice:
                faults.append(Fault("which_tool", Field.TOOLS, name, {"name": line.name}))
                continue
            key = follow(line, self.names)
            if key.startswith("name:") and len(name) > LONGEST_TOOL:
                text = draft.texts.get(Field.TOOLS, "")
                faults.append(Fault("long_tool", Field.TOOLS, text, {"length": len(name)}))
            elif key != NO_TOOL:
                found[key] = None
        return tuple(found)

    def _changes(self, row: PlannedRow, existing: KnownWorkflow) -> tuple[Change, ...]:
        changes = [
            Change(name, existing.values[name], value)
            for name, value in row.values.items()
            if existing.values[name] != value
        ]
        if folded(row.name) != folded(existing.name):
            changes.insert(0, Change("name", existing.name, row.name))
        added = [
            key
            for key in row.tools
            if key.startswith("name:")
            or int(key.removeprefix("tool:")) not in existing.tools
        ]
        if added:
            names = [self._tool_name(key) for key in added]
            changes.append(Change("tools", "", ", ".join(names)))
        if row.purpose:
            kept = {
                existing.tools[int(key.removeprefix("tool:"))]
                for key in row.tools
                if key not in added
            }
            if kept - {row.purpose}:
                changes.append(Change("purpose", ", ".join(sorted(kept)), row.purpose))
        return tuple(changes)

    def _tool_name(self, key: str) -> str:
        kind, _colon, what = key.partition(":")
        return self.tools[int(what)] if kind == "tool" else self.names[what].name
