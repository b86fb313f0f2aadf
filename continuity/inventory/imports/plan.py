"""A plan: what importing a table would do, row by row, and nothing written."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.inventory.imports.cells import PUZZLES
from continuity.inventory.imports.columns import folded
from continuity.inventory.imports.fields import Field
from continuity.inventory.imports.names import Match
from continuity.inventory.imports.picture import NO_TOOL
from continuity.inventory.imports.words import PUZZLES as WORDS


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
    "missing": _("This cell must not be empty"),
    "no_workflow": _("No workflow of this team has this name or reference"),
    "workflow_unclear": _("Several teams have a workflow with this name; name the team"),
    "not_used": _("This workflow does not depend on “%(name)s”; import workflows first"),
    "name_tool": _("This workflow depends on several tools; name the one it replaces"),
    "no_alternative": _("There is no such alternative; import alternatives first"),
    "itself": _("A tool cannot stand in for itself, or need itself"),
    "repeats_row": _("Repeats row %(row)s"),
    "rank_taken": _(
        "Two alternatives would have rank %(number)s; leave it empty for the last"
    ),
    "rank_gap": _("Rank %(number)s would leave a gap; leave it empty for the last"),
    "step_gap": _("Step %(number)s would leave a gap; leave it empty for the last"),
    "no_category": _("There is no such category; the scales have: %(names)s"),
    "no_level": _("There is no such level; the scales have: %(names)s"),
    "no_unit": _("An amount needs a unit, like EUR"),
    "spelling_taken": _("“%(name)s” is a spelling of %(tool)s already"),
    "rto_and_wrt_over_mtpd": _("RTO and WRT together are longer than the MTPD (%(mtpd)s)"),
    **{str(puzzle): sentence for puzzle, sentence in PUZZLES.items()},
    **{str(puzzle): sentence for puzzle, sentence in WORDS.items()},
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
class Later:
    """A row that does not exist yet, by the key it has in the plan: "name:copilot"."""

    key: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row and what happens to it.

    `values` are fields of the model, only those that the row says something about;
    `fixed` those that tell it apart, which a change leaves alone. `existing` is the key
    of the row that is there. `tools` are keys: a known tool as "tool:7", one to be
    created as "name:copilot".
    """

    number: int
    outcome: Outcome
    name: str
    team: TeamKey
    team_pk: int | None = None
    existing: int | None = None
    workflow: int | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    tool_names: tuple[str, ...] = ()
    purposes: Mapping[str, str] = field(default_factory=dict)
    withouts: Mapping[str, str] = field(default_factory=dict)
    spellings: tuple[str, ...] = ()
    what: str = ""
    """What is said of `name`, in a few words."""
    faults: tuple[Fault, ...] = ()
    changes: tuple[Change, ...] = ()
    names_no_tool: bool = False

    @property
    def is_written(self) -> bool:
        return self.outcome in {Outcome.NEW, Outcome.CHANGED}


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
    providers: tuple[str, ...] = ()
    """Providers to be created."""

    def of(self, outcome: Outcome) -> list[PlannedRow]:
        return [row for row in self.rows if row.outcome is outcome]

    @property
    def to_write(self) -> list[PlannedRow]:
        return [row for row in self.rows if row.is_written]

    @property
    def questions(self) -> list[NameLine]:
        return [line for line in self.names if not line.choice]

    def digest(self) -> str:
        """Return a short mark of what would be written, to see that it is still that."""
        said = repr([(r.number, r.outcome, r.changes, r.tools) for r in self.to_write])
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def follow(line: NameLine, lines: Mapping[str, NameLine]) -> str:
    """Return the tool that `line` leads to, over names that are slips of others:
    "tool:7", "name:…" for one to be created, "none", or empty while nobody has
    answered."""
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
