"""A picture of the inventory for a plan to be compared with, and what a person decided."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from continuity.inventory.imports.fields import Field
from continuity.inventory.imports.names import KnownTool


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
    without: Mapping[int, str] = field(default_factory=dict)
    uses: Mapping[int, int] = field(default_factory=dict)
    """The dependency on each of its tools."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    pk: int
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class KnownAlternative:
    """What a dependency has instead of its tool: a tool's key or a procedure."""

    pk: int
    rank: int
    tool: int | None
    procedure: str


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A row of the kind that is imported. `values` are fields by their names."""

    pk: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """A picture of what the inventory holds, at one moment.

    `rows` are those of the kind that is imported, by what tells them apart. `providers`,
    `categories` and `levels` are keys by name, small, in every language.
    """

    teams: Sequence[KnownTeam] = ()
    workflows: Sequence[KnownWorkflow] = ()
    tools: Sequence[KnownTool] = ()
    people: Sequence[KnownPerson] = ()
    rows: Mapping[Hashable, KnownRow] = field(default_factory=dict)
    alternatives: Mapping[int, Sequence[KnownAlternative]] = field(default_factory=dict)
    providers: Mapping[str, int] = field(default_factory=dict)
    categories: Mapping[str, int] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """What keys in `values` are called, by field."""
    spellings: frozenset[str] = frozenset()
    """Normal forms that the catalogue holds as spellings."""


NO_TOOL: Final = "none"
NEW_TOOL: Final = "new"


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
