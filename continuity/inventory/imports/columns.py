"""Which column of a table is which field: the guess, and its correction."""

import re
from collections import Counter
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from continuity.inventory.imports.fields import (
    FIELDS,
    LENGTHS_OF_TIME,
    REQUIRED,
    Field,
)
from continuity.inventory.imports.headings import ALONE, HEADINGS, YES
from continuity.inventory.imports.reading import Table
from continuity.inventory.models import TABLES, ImportKind

MANY: Final = frozenset({Field.DESCRIPTION, Field.TOOLS, Field.PURPOSE})
"""Fields that several columns may feed; every other takes one."""

UNITS: Final[Map[str, Promise]] = {
    "minutes": _("minutes"),
    "hours": _("hours"),
    "days": _("days"),
}
SEPARATORS: Final[Map[str, Promise]] = {
    "comma": _("comma ,"),
    "semicolon": _("semicolon ;"),
    "newline": _("line break"),
    "slash": _("slash /"),
    "plus": _("plus +"),
    "and": _("“and”, “et”, &"),
}
PATTERNS: Final[Map[str, str]] = {
    "comma": ",",
    "semicolon": ";",
    "newline": r"\n",
    "slash": "/",
    "plus": r"\s\+\s",
    "and": r"\s(?:and|et)\s|&",
}
MOST_VALUES: Final = 30
"""A column with more different values says something else than "in use"."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the columns mean.

    `in_use` are the values, trimmed and in small letters, that mean a row counts.
    `unit` is what a bare number is in RTO and MTPD. `team` is the name of the team of
    all rows where no column says it.
    """

    columns: Map[Field, tuple[int, ...]] = field(default_factory=dict)
    in_use: tuple[str, ...] = ()
    separators: tuple[str, ...] = ("comma", "semicolon")
    unit: str = "minutes"
    team: str = ""

    @classmethod
    def from_json(cls, kept: Map[str, Any]) -> "Mapping":
        if not kept:
            return cls()
        columns = {Field(name): tuple(at) for name, at in kept["columns"].items()}
        return cls(
            columns=columns,
            in_use=tuple(kept["in_use"]),
            separators=tuple(kept["separators"]),
            unit=kept["unit"],
            team=kept["team"],
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": {str(name): list(at) for name, at in self.columns.items()},
            "in_use": list(self.in_use),
            "separators": list(self.separators),
            "unit": self.unit,
            "team": self.team,
        }

    def has(self, wanted: Field) -> bool:
        return bool(self.columns.get(wanted))

    def cell(self, cells: Sequence[str], wanted: Field) -> str:
        """Return the text of a field in one row: several columns are joined."""
        found = [cells[at] for at in self.columns.get(wanted, ()) if cells[at]]
        return ("; " if wanted is Field.TOOLS else "\n\n").join(found)

    def split(self, cell: str) -> list[str]:
        """Return the names in a cell of tools, in order, each once.

        What stands in brackets is not cut: "Office (Word, Excel)" is one name. With
        several columns of tools each begins a name of its own.
        """
        cuts = set(self.separators)
        if len(self.columns.get(Field.TOOLS, ())) > 1:
            cuts.add("semicolon")
        return split(cell, cuts)


def split(cell: str, separators: "set[str] | Sequence[str]") -> list[str]:
    wanted = [PATTERNS[name] for name in PATTERNS if name in separators]
    parts = [cell]
    if wanted:
        # A whole bracket is taken as a piece of the name, whatever is in it.
        pattern = "|".join(wanted)
        parts = []
        current = ""
        for piece in re.split(r"(\([^()]*\))", cell):
            if piece.startswith("(") and piece.endswith(")"):
                current += piece
                continue
            first, *rest = re.split(pattern, piece, flags=re.IGNORECASE)
            current += first
            for part in rest:
                parts.append(current)
                current = part
        parts.append(current)
    names = (" ".join(part.split()).strip(" .,;") for part in parts)
    return list(dict.fromkeys(name for name in names if name))


def values(table: Table, column: int) -> Counter[str]:
    """Count the different values of a column, trimmed and in small letters."""
    return Counter(folded(row.cells[column]) for row in table.rows)


def folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def samples(table: Table, column: int, most: int = 3) -> tuple[str, ...]:
    """Return the first different values of a column, shortened."""
    found: dict[str, None] = {}
    for row in table.rows:
        if text := " ".join(row.cells[column].split()):
            found[text if len(text) <= 80 else f"{text[:79]}…"] = None
        if len(found) == most:
            break
    return tuple(found)


# --- the guess ------------------------------------------------------------------------
LEAST: Final = 70
"""The score, of 100, from which a name of a column is taken for a field."""


def guess(table: Table, kind: ImportKind = ImportKind.WORKFLOWS) -> Mapping:
    """Return what the columns seem to be, by their names, and for "in use" by values."""
    order = list(FIELDS[kind])
    scored = sorted(
        (
            (-score, at, wanted)
            for at, name in enumerate(table.columns)
            for wanted, known in HEADINGS[kind].items()
            if (score := _score(name, known)) >= LEAST
        ),
        key=lambda entry: (entry[0], entry[1], order.index(entry[2])),
    )
    columns: dict[Field, tuple[int, ...]] = {}
    taken: set[int] = set()
    in_use: tuple[str, ...] = ()
    for _minus, at, wanted in scored:
        if wanted in columns or at in taken:
            continue
        if wanted is Field.IN_USE:
            found = values(table, at)
            in_use = tuple(value for value in found if value in YES)
            if not in_use or len(found) > MOST_VALUES:
                in_use = ()
                continue
        columns[wanted] = (at,)
        taken.add(at)
    if (
        kind is ImportKind.WORKFLOWS
        and Field.TEAM not in columns
        and Field.DEPARTMENT in columns
    ):
        columns[Field.TEAM] = columns.pop(Field.DEPARTMENT)
    mapping = Mapping(columns=columns, in_use=in_use, unit=_unit(table, columns))
    return replace(mapping, separators=_separators(table, columns))


def kind_of(table: Table) -> ImportKind:
    """Return what the rows seem to be: by the table's name in an export, or the first
    kind that knows every column and misses none. Workflows if none does."""
    named = {title: kind for kind, title in TABLES.items()}
    if table.reading.sheet in named:
        return named[table.reading.sheet]
    for kind in (ImportKind.WORKFLOWS, *TABLES):
        found = guess(table, kind).columns
        known = {at for places in found.values() for at in places}
        if len(known) == len(table.columns) and set(REQUIRED[kind]) <= set(found):
            return kind
    return ImportKind.WORKFLOWS


def _words(name: str) -> list[str]:
    apart = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return re.findall(r"[^\W_]+", apart.casefold())


def _score(name: str, headings: Sequence[str]) -> float:
    words = _words(name)
    if not words:
        return 0
    whole = " ".join(words)
    best = 0.0
    for known in headings:
        parts = known.split()
        if whole == known:
            # Of two columns that both fit, the one that says more: "agency name".
            return 100 + len(parts) / 10
        if known not in ALONE and _contains(words, parts):
            best = max(best, 68 + 22 * len(parts) / len(words))
        if len(whole) > 4:
            likeness = fuzz.ratio(whole, known)
            best = max(best, likeness if likeness >= 86 else 0)
    return best


def _contains(words: Sequence[str], parts: Sequence[str]) -> bool:
    size = len(parts)
    return any(list(words[at : at + size]) == list(parts) for at in range(len(words)))


def _unit(table: Table, columns: Map[Field, tuple[int, ...]]) -> str:
    for wanted in LENGTHS_OF_TIME:
        for at in columns.get(wanted, ()):
            words = set(_words(table.columns[at]))
            if words & {"h", "hour", "hours", "heure", "heures"}:
                return "hours"
            if words & {"d", "j", "day", "days", "jour", "jours"}:
                return "days"
    return "minutes"


def _separators(table: Table, columns: Map[Field, tuple[int, ...]]) -> tuple[str, ...]:
    if Field.TOOLS in columns and Field.WITHOUT in columns:
        return ("newline",)  # as an export writes them: a line for each tool
    cells = [row.cells[at] for at in columns.get(Field.TOOLS, ()) for row in table.rows]
    found = tuple(
        name for name in ("comma", "semicolon") if any(PATTERNS[name] in c for c in cells)
    )
    if not found and any("\n" in cell for cell in cells):
        return ("newline",)
    return found or ("comma", "semicolon")
