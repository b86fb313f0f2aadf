"""Rows as they are written, and what the names of tools in them mean."""

from collections import Counter, defaultdict
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from continuity.domain.names import normalise
from continuity.inventory.imports.columns import Mapping as Columns
from continuity.inventory.imports.columns import folded
from continuity.inventory.imports.fields import FIELDS, Field
from continuity.inventory.imports.names import (
    MOST_NAMES,
    Catalogue,
    Found,
    Match,
    alike,
    names_nothing,
)
from continuity.inventory.imports.picture import NEW_TOOL, NO_TOOL, Answers
from continuity.inventory.imports.plan import NameLine, Outcome
from continuity.inventory.imports.reading import Row
from continuity.inventory.imports.words import is_by_hand
from continuity.inventory.models import ImportKind


@dataclass(slots=True)
class Draft:
    number: int
    texts: Map[Field, str]
    outcome: Outcome | None
    names: list[str]
    names_nothing: bool


def draft(row: Row, kind: ImportKind, mapping: Columns, answers: Answers) -> Draft:
    """Return a row with its corrections, and the tools that it names."""
    texts = {wanted: mapping.cell(row.cells, wanted) for wanted in mapping.columns}
    texts.setdefault(Field.TEAM, mapping.team)
    corrected = answers.cells.get(row.number, {})
    texts.update({at: text for at, text in corrected.items() if at in FIELDS[kind]})
    outcome = None
    if mapping.has(Field.IN_USE) and folded(texts[Field.IN_USE]) not in mapping.in_use:
        outcome = Outcome.NOT_IN_USE
    elif row.number in answers.left_out:
        outcome = Outcome.LEFT_OUT
    names = _tools(kind, texts, mapping)
    return Draft(row.number, texts, outcome, names, names_nothing=not names)


NAMING: Final[Map[ImportKind, Sequence[Field]]] = {
    ImportKind.TOOLS: (Field.PARENT,),
    ImportKind.UPSTREAMS: (Field.NAME, Field.UPSTREAM),
    ImportKind.ALTERNATIVES: (Field.TOOL, Field.ALTERNATIVE),
    ImportKind.STEPS: (Field.TOOL,),
}
"""The cells that name one tool each, by kind."""


def _tools(kind: ImportKind, texts: Map[Field, str], mapping: Columns) -> list[str]:
    if kind is ImportKind.WORKFLOWS:
        cell = texts.get(Field.TOOLS, "")
        names = [] if names_nothing(cell) else mapping.split(cell)
        return [name for name in names if not names_nothing(name)]
    by_hand = is_by_hand(texts.get(Field.KIND, ""))
    cells = [
        " ".join(texts.get(at, "").split())
        for at in NAMING.get(kind, ())
        if not (by_hand and at is Field.ALTERNATIVE)
    ]
    return [cell for cell in cells if not names_nothing(cell)]


def name_lines(
    drafts: Sequence[Draft],
    answers: Answers,
    catalogue: Catalogue,
    own: frozenset[str] = frozenset(),
) -> dict[str, NameLine]:
    """Return a line for each different name of a tool, by its normal form.

    `own` are the normal forms of tools that the file itself brings: no likeness to
    another one is looked for.
    """
    rows: Counter[str] = Counter()
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for draft in drafts:
        if draft.outcome is None:
            for key, name in {normalise(name): name for name in draft.names}.items():
                rows[key] += 1
                spellings[key][name] += 1
    shown = {key: _shown(found) for key, found in spellings.items()}
    if len(rows) <= MOST_NAMES:
        found = {
            key: Found(Match.NEW)
            if key in own and catalogue.exact(name) is None
            else catalogue.find(name)
            for key, name in shown.items()
        }
        new = Counter(
            {
                key: rows[key]
                for key in rows
                if found[key].match is Match.NEW and key not in own
            }
        )
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


def _stands(answer: str, key: str, lines: Map[str, NameLine], catalogue: Catalogue) -> bool:
    """Say whether an answer still means something: its tool may be gone by now."""
    kind, _colon, what = answer.partition(":")
    if kind == "tool":
        return what.isdecimal() and int(what) in catalogue.tools
    if kind == "name":
        return what in lines and what != key
    return answer in {NEW_TOOL, NO_TOOL}
