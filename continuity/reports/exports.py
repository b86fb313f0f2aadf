"""A finished register as tables: from the facts it was made from, not from today's."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from continuity.web.cells import Row

PROOFS: Final = (
    "number", "shown_at", "source", "team", "workflow", "tool", "alternative", "by",
    "worked", "switch_seconds", "minimum_seconds", "capacity_percent", "expires_on",
    "standing", "ended_on", "ended_why", "note", "file", "file_sha256", "sha256",
)  # fmt: skip
DRILLS: Final = (
    "number", "title", "is_drill", "kind", "facilitator", "teams", "started_at", "ended_at",
    "recoveries", "recovered", "met", "missed", "not_shown", "excused", "entries",
    "journal_head", "reports",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table, as the writers of CSV and XLSX take it."""

    title: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]


def register(facts: Mapping[str, Any]) -> list[Sheet]:
    """Return the tables of an evidence register. Names of columns are those of the facts,
    English in every language: scripts know them by these names."""
    return [
        Sheet("Proofs", PROOFS, lambda: _rows(facts["proofs"], PROOFS)),
        Sheet("Drills and outages", DRILLS, lambda: _rows(facts["drills"], DRILLS)),
    ]


def _rows(lines: list[dict[str, Any]], columns: tuple[str, ...]) -> Iterator[Row]:
    for line in lines:
        yield tuple(_cell(line[name]) for name in columns)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return [
            one
            if isinstance(one, str)
            else f"version {one['version']}, {one['language']}: {one['facts_sha256']}"
            for one in value
        ]
    return value
