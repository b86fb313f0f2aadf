"""A plan without its rows, and rows as they are kept: what the pages of the wizard show.

A small file is planned for each page. Of a large one the outline and the rows are kept as
JSON by whoever checked it, and a page reads its own rows only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise

from continuity.inventory.imports.fields import Field
from continuity.inventory.imports.names import Match
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

MOST_PROBLEMS: Final = 50
"""Lines of the summary of what is to be fixed; the rows themselves are all in the table."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of a row; `place` counts the rows that are to be fixed, from 0."""

    place: int
    number: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class Outline:
    counts: Mapping[str, int] = field(default_factory=dict)
    names: tuple[NameLine, ...] = ()
    problems: tuple[Problem, ...] = ()
    """The first faults of cells; questions about tools stand in `names`."""
    to_write: int = 0
    digest: str = ""

    @property
    def questions(self) -> list[NameLine]:
        return [line for line in self.names if not line.choice]

    def tools(self) -> dict[str, str]:
        """Return what each name leads to: "tool:7", "name:…" for one to be created,
        "none", or empty while nobody has answered."""
        lines = {line.key: line for line in self.names}
        return {line.key: follow(line, lines) for line in self.names}

    @classmethod
    def of(cls, plan: Plan) -> "Outline":
        problems: list[Problem] = []
        for place, row in enumerate(plan.of(Outcome.FIX)):
            problems += [
                Problem(place, row.number, fault)
                for fault in row.faults
                if fault.code != "which_tool"
            ]
            if len(problems) >= MOST_PROBLEMS:
                break
        return cls(
            counts=plan.counts,
            names=plan.names,
            problems=tuple(problems[:MOST_PROBLEMS]),
            to_write=len(plan.to_write),
            digest=plan.digest(),
        )

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Outline":
        return cls(
            counts=kept.get("counts", {}),
            names=tuple(_name(line) for line in kept.get("names", ())),
            problems=tuple(
                Problem(place, number, _fault(fault))
                for place, number, fault in kept.get("problems", ())
            ),
            to_write=kept.get("to_write", 0),
            digest=kept.get("digest", ""),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "counts": dict(self.counts),
            "names": [
                [
                    line.key,
                    line.name,
                    line.spellings,
                    line.rows,
                    str(line.match),
                    line.choice,
                    line.candidates,
                    line.answered,
                ]
                for line in self.names
            ],
            "problems": [
                [one.place, one.number, _kept_fault(one.fault)] for one in self.problems
            ],
            "to_write": self.to_write,
            "digest": self.digest,
        }


def kept_row(row: PlannedRow) -> dict[str, Any]:
    """Return what is shown of a row as JSON, without what is empty. What it would write
    is left aside: it is planned again under the lock of the import."""
    said = {
        "name": row.name,
        "team": row.team.name,
        "department": row.team.department,
        "tools": row.tools,
        "tool_names": row.tool_names if not row.is_written else (),
        "what": row.what,
        "faults": [_kept_fault(fault) for fault in row.faults],
        "changes": [
            [change.name, _kept(change.old), _kept(change.new)] for change in row.changes
        ],
    }
    return {name: value for name, value in said.items() if value}


def row_of(number: int, outcome: str, said: Mapping[str, Any]) -> PlannedRow:
    """Return a row that `kept_row` has kept, as far as it is shown."""
    return PlannedRow(
        number=number,
        outcome=Outcome(outcome),
        name=said.get("name", ""),
        team=TeamKey(said.get("team", ""), said.get("department", "")),
        tools=tuple(said.get("tools", ())),
        tool_names=tuple(said.get("tool_names", ())),
        what=said.get("what", ""),
        faults=tuple(_fault(fault) for fault in said.get("faults", ())),
        changes=tuple(
            Change(name, _real(old), _real(new))
            for name, old, new in said.get("changes", ())
        ),
    )


def _name(kept: Sequence[Any]) -> NameLine:
    key, name, spellings, rows, match, choice, candidates, answered = kept
    return NameLine(
        key=key,
        name=name,
        spellings=tuple(spellings),
        rows=rows,
        match=Match(match),
        choice=choice,
        candidates=tuple(candidates),
        answered=answered,
    )


def _kept_fault(fault: Fault) -> list[Any]:
    fields = {
        name: value if isinstance(value, int) else str(value)
        for name, value in fault.fields.items()
    }
    return [fault.code, str(fault.where), fault.value, fields, fault.suggestion]


def _fault(kept: Sequence[Any]) -> Fault:
    code, where, value, fields, suggestion = kept
    return Fault(code, Field(where), value, fields, suggestion)


def _kept(value: Any) -> Any:
    """Return a value of a field as JSON; what JSON has no word for says what it is."""
    match value:
        case timedelta():
            return {"seconds": value.total_seconds()}
        case date():
            return {"day": value.isoformat()}
        case Decimal():
            return {"number": str(value)}
        case Later():
            return {"later": [value.key, value.name]}
        case list() | tuple():
            return [_kept(one) for one in value]
        case Promise():
            return str(value)
        case _:
            return value


def _real(kept: Any) -> Any:
    match kept:
        case {"seconds": seconds}:
            return timedelta(seconds=seconds)
        case {"day": day}:
            return date.fromisoformat(day)
        case {"number": number}:
            return Decimal(number)
        case {"later": [key, name]}:
            return Later(key, name)
        case list():
            return [_real(one) for one in kept]
        case _:
            return kept
