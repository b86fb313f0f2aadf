"""Which column of a table is which field of a workflow: the guess, and its correction."""

import re
from collections import Counter
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from continuity.inventory.imports.reading import Table


class Field(StrEnum):
    """What a column can be."""

    NAME = "name"
    TEAM = "team"
    DEPARTMENT = "department"
    DESCRIPTION = "description"
    TOOLS = "tools"
    PURPOSE = "purpose"
    IN_USE = "in_use"
    REFERENCE = "reference"
    TIER = "tier"
    RTO = "rto"
    MTPD = "mtpd"
    MBCO = "mbco_percent"
    MBCO_WORDS = "mbco_words"
    PEOPLE = "people"
    DATA_CLASS = "data_class"
    OWNER = "owner"
    DEPUTY = "deputy"
    HOURS = "hours"


FIELD_LABELS: Final[Map[Field, Promise]] = {
    Field.NAME: _("Workflow name"),
    Field.TEAM: _("Team"),
    Field.DEPARTMENT: _("Department"),
    Field.DESCRIPTION: _("Description"),
    Field.TOOLS: _("AI tools"),
    Field.PURPOSE: _("What the tools are used for"),
    Field.IN_USE: _("In use, yes or no"),
    Field.REFERENCE: _("Reference"),
    Field.TIER: _("Criticality"),
    Field.RTO: _("RTO"),
    Field.MTPD: _("MTPD"),
    Field.MBCO: _("MBCO, percent"),
    Field.MBCO_WORDS: _("MBCO, in words"),
    Field.PEOPLE: _("People, number or range"),
    Field.DATA_CLASS: _("Data class"),
    Field.OWNER: _("Owner, e-mail address"),
    Field.DEPUTY: _("Deputy, e-mail address"),
    Field.HOURS: _("Operating hours"),
}
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
NAMES: Final[Map[Field, tuple[str, ...]]] = {
    Field.NAME: (
        "workflow", "workflow name", "activity", "process", "process name", "use case",
        "ai use case", "use case name", "task", "name", "activité", "processus",
        "nom de l activité", "cas d usage", "nom", "intitulé", "libellé",
    ),
    Field.TEAM: (
        "team", "team name", "agency bureau", "bureau", "unit", "business unit", "squad",
        "office", "owning team", "équipe", "service", "unité", "pôle",
    ),
    Field.DEPARTMENT: (
        "department", "division", "agency", "agency name", "directorate", "organisation",
        "organization", "département", "direction", "ministère", "agence",
    ),
    Field.DESCRIPTION: (
        "description", "what it delivers", "problem solved", "summary", "details",
        "purpose", "objective", "objectif", "descriptif", "résumé",
    ),
    Field.TOOLS: (
        "tool", "tools", "ai tool", "ai tools", "main ai tool", "product", "products",
        "commercial product", "name of commercial product", "software", "application",
        "system", "outil", "outils", "outil ia", "outils ia", "produit", "logiciel",
    ),
    Field.PURPOSE: ("used for", "use of the tool", "utilisé pour", "usage"),
    Field.IN_USE: (
        "in use", "used", "use y n", "active", "is active", "status", "utilisé",
        "en service", "actif", "statut", "en cours d utilisation",
    ),
    Field.REFERENCE: (
        "reference", "ref", "id", "identifier", "use case id", "code", "référence",
        "identifiant",
    ),
    Field.TIER: (
        "criticality", "criticality tier", "tier", "priority", "importance", "criticité",
        "priorité", "niveau de criticité",
    ),
    Field.RTO: (
        "rto", "recovery time objective", "recovery target", "target min", "target",
        "objectif de délai de reprise", "délai de reprise", "dima",
    ),
    Field.MTPD: (
        "mtpd", "mtd", "maximum tolerable period of disruption", "longest tolerable stop",
        "dmia", "durée maximale d interruption admissible",
    ),
    Field.MBCO: (
        "mbco", "mbco percent", "minimum level", "minimum level percent",
        "niveau minimal", "niveau minimal de service",
    ),
    Field.MBCO_WORDS: (
        "mbco words", "mbco description", "minimum level in words",
        "niveau minimal en toutes lettres",
    ),
    Field.PEOPLE: (
        "people", "users", "number of users", "licenses", "licences", "headcount",
        "licenses users", "staff", "utilisateurs", "nombre d utilisateurs", "effectif",
        "personnes",
    ),
    Field.DATA_CLASS: (
        "data class", "data classification", "classification of data", "sensitivity",
        "confidentiality", "classe de données", "sensibilité", "confidentialité",
    ),
    Field.OWNER: (
        "owner", "owner email", "owner e mail", "workflow owner", "process owner",
        "responsible", "responsable", "propriétaire",
    ),
    Field.DEPUTY: (
        "deputy", "deputy email", "deputy e mail", "backup", "suppléant", "adjoint",
    ),
    Field.HOURS: (
        "hours", "operating hours", "service hours", "opening hours", "horaires",
        "heures d ouverture", "plage horaire",
    ),
}  # fmt: skip
YES: Final = frozenset(
    {
        "y", "yes", "true", "1", "x", "in use", "used", "active", "live", "production",
        "in production", "deployed", "o", "oui", "vrai", "actif", "utilisé",
        "en service", "en production", "déployé", "✓", "✔",
    }
)  # fmt: skip
ALONE: Final = frozenset(
    {
        "name", "nom", "code", "id", "ref", "status", "statut", "system", "usage", "used",
        "service", "unit", "unité", "office", "target", "task", "process", "details",
        "application", "importance", "staff", "summary", "active", "actif", "direction",
        "backup", "responsible", "hours", "purpose", "priority", "description",
    }
)  # fmt: skip
"""Words that name a field only when nothing else stands with them."""
LEAST: Final = 70
"""The score, of 100, from which a name of a column is taken for a field."""


def guess(table: Table) -> Mapping:
    """Return what the columns seem to be, by their names, and for "in use" by values."""
    scored = sorted(
        (
            (-score, at, wanted)
            for at, name in enumerate(table.columns)
            for wanted in Field
            if (score := _score(name, wanted)) >= LEAST
        ),
        key=lambda entry: (entry[0], entry[1], list(Field).index(entry[2])),
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
    if Field.TEAM not in columns and Field.DEPARTMENT in columns:
        columns[Field.TEAM] = columns.pop(Field.DEPARTMENT)
    mapping = Mapping(columns=columns, in_use=in_use, unit=_unit(table, columns))
    return replace(mapping, separators=_separators(table, columns))


def _words(name: str) -> list[str]:
    apart = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return re.findall(r"[^\W_]+", apart.casefold())


def _score(name: str, wanted: Field) -> float:
    words = _words(name)
    if not words:
        return 0
    whole = " ".join(words)
    best = 0.0
    for known in NAMES[wanted]:
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
    for wanted in (Field.RTO, Field.MTPD):
        for at in columns.get(wanted, ()):
            words = set(_words(table.columns[at]))
            if words & {"h", "hour", "hours", "heure", "heures"}:
                return "hours"
            if words & {"d", "j", "day", "days", "jour", "jours"}:
                return "days"
    return "minutes"


def _separators(table: Table, columns: Map[Field, tuple[int, ...]]) -> tuple[str, ...]:
    cells = [row.cells[at] for at in columns.get(Field.TOOLS, ()) for row in table.rows]
    found = tuple(
        name for name in ("comma", "semicolon") if any(PATTERNS[name] in c for c in cells)
    )
    if not found and any("\n" in cell for cell in cells):
        return ("newline",)
    return found or ("comma", "semicolon")
