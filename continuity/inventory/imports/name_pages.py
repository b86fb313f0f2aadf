"""What the pages of the wizard show of names of tools and of columns, as plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.domain.names import normalise
from continuity.inventory.imports import columns
from continuity.inventory.imports.columns import Mapping as Columns
from continuity.inventory.imports.fields import Field
from continuity.inventory.imports.names import Catalogue, Match, names_nothing
from continuity.inventory.imports.outline import Outline
from continuity.inventory.imports.picture import NEW_TOOL, NO_TOOL, Known
from continuity.inventory.imports.plan import NameLine
from continuity.inventory.imports.reading import Table

NAMES_PER_PAGE: Final = 20
NO_NAME: Final = _("No tool")
MATCH_PILLS: Final[Mapping[Match, tuple[str, str, Promise]]] = {
    Match.ASK: ("bad", "help", _("Which one?")),
    Match.LIKELY: ("warn", "help", pgettext_lazy("name of a tool", "Likely")),
    Match.NEW: ("info", "plus", pgettext_lazy("name of a tool", "New")),
    Match.EXACT: ("ok", "check", pgettext_lazy("name of a tool", "Known")),
}
MATCH_TABS: Final[Mapping[str, Promise]] = {
    "ask": _("Which one?"),
    "likely": pgettext_lazy("name of a tool", "Likely"),
    "new": pgettext_lazy("name of a tool", "New"),
    "exact": pgettext_lazy("name of a tool", "Known"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    label: str | Promise
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str | Promise
    selected: bool


@dataclass(frozen=True, slots=True)
class ShownName:
    """A tool's name in the file with what can be chosen for it."""

    key: str
    uid: str
    name: str
    others: tuple[str, ...]
    rows: int
    pill: tuple[str, str, str | Promise]
    near: tuple[Option, ...]
    actions: tuple[Option, ...]
    tools: tuple[Option, ...]
    means: str | Promise


def name_tabs(plan: Outline, chosen: str) -> list[Tab]:
    found = [
        Tab(key, label, count, key == chosen)
        for key, label in MATCH_TABS.items()
        if (count := sum(1 for line in plan.names if line.match == key))
    ]
    return [
        *found,
        Tab(
            "all", pgettext_lazy("name of a tool", "All"), len(plan.names), chosen == "all"
        ),
    ]


def names_of(plan: Outline, tab: str) -> list[NameLine]:
    return [line for line in plan.names if tab == "all" or line.match == tab]


def shown_names(
    lines: Iterable[NameLine],
    plan: Outline,
    known: Known,
    catalogue: Catalogue,
    *,
    none: str | Promise = NO_NAME,
) -> list[ShownName]:
    """Return a page of names, each with what it may mean: what is near first, then to
    create it or to name no tool, then every tool there is. `none` is what choosing no
    tool means."""
    every = sorted(known.tools, key=lambda tool: tool.name.casefold())
    tools = {tool.pk: tool.name for tool in known.tools}
    names = {line.key: line for line in plan.names}
    meant = plan.tools()
    result = []
    for line in lines:
        read_alike = (*line.candidates, *catalogue.near(line.name))
        near = dict.fromkeys(pk for pk in read_alike if pk in tools)
        slips = [line.choice] if line.choice.startswith("name:") else []
        kind, icon, label = MATCH_PILLS[line.match]
        if line.answered:
            kind, icon, label = "ok", "check", pgettext_lazy("name of a tool", "Chosen")
        actions = [Option(NO_TOOL, none, line.choice == NO_TOOL)]
        if line.match is not Match.EXACT:
            text = _("Create “%(name)s”") % {"name": short(line.name, 60)}
            actions.insert(0, Option(NEW_TOOL, text, line.choice == NEW_TOOL))
        result.append(
            ShownName(
                key=line.key,
                uid=name_uid(line.key),
                name=line.name,
                others=tuple(name for name in line.spellings if name != line.name),
                rows=line.rows,
                pill=(kind, icon, label),
                near=tuple(
                    [Option(key, tool_name(key, names, tools), True) for key in slips]  # noqa: FBT003
                    + [_option(pk, tools[pk], line) for pk in near]
                ),
                actions=tuple(actions),
                tools=tuple(
                    _option(tool.pk, tool.name, line)
                    for tool in every
                    if tool.pk not in near
                ),
                means=_means(meant[line.key], names, tools, none),
            )
        )
    return result


def _option(pk: int, name: str, line: NameLine) -> Option:
    return Option(f"tool:{pk}", name, line.choice == f"tool:{pk}")


def _means(
    key: str,
    names: Mapping[str, NameLine],
    tools: Mapping[int, str],
    none: str | Promise,
) -> str | Promise:
    if not key:
        return ""
    return none if key == NO_TOOL else tool_name(key, names, tools)


def name_uid(key: str) -> str:
    return f"tool-{key}"


@dataclass(frozen=True, slots=True)
class Split:
    """A cell of tools and the names it is cut into."""

    cell: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SplitPreview:
    """What splitting does: some cells, and how many names or nothings there are in all."""

    splits: tuple[Split, ...]
    cells: int
    names: int
    nothing: int


def preview(table: Table, mapping: Columns, most: int = 6) -> SplitPreview | None:
    """Return what the chosen separators do; None where no column holds tools.

    Only rows that count are looked at. Cells that become the most names come first.
    """
    if not mapping.has(Field.TOOLS):
        return None
    counted: set[str] = set()
    nothing = 0
    cells: dict[str, tuple[str, ...]] = {}
    for row in table.rows:
        if mapping.has(Field.IN_USE):
            value = columns.folded(mapping.cell(row.cells, Field.IN_USE))
            if value not in mapping.in_use:
                continue
        cell = mapping.cell(row.cells, Field.TOOLS)
        names = () if names_nothing(cell) else tuple(mapping.split(cell))
        if not names:
            nothing += 1
            continue
        cells[short(cell, 140)] = names
        counted.update(map(normalise, names))
    longest = sorted(cells.items(), key=lambda item: (-min(len(item[1]), 5), len(item[0])))
    return SplitPreview(
        splits=tuple(Split(cell, names) for cell, names in longest[:most]),
        cells=len(cells),
        names=len(counted),
        nothing=nothing,
    )


def tool_name(key: str, names: Mapping[str, NameLine], tools: Mapping[int, str]) -> str:
    """Return what a tool is called; a dash if it has gone since the check."""
    kind, _colon, what = key.partition(":")
    return tools.get(int(what), "–") if kind == "tool" else names[what].name


def short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
