"""What the pages of the wizard show, as plain values: nothing here queries."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from continuity.domain.names import normalise
from continuity.inventory.imports import columns
from continuity.inventory.imports.check import (
    NEW_TOOL,
    NO_TOOL,
    OUTCOME_LABELS,
    Change,
    Known,
    NameLine,
    Outcome,
    Plan,
    PlannedRow,
)
from continuity.inventory.imports.columns import FIELD_LABELS, Field
from continuity.inventory.imports.columns import Mapping as Columns
from continuity.inventory.imports.names import Catalogue, Match, names_nothing
from continuity.inventory.imports.reading import Table
from continuity.inventory.models import DataClass, Tier
from continuity.web import formats

NAMES_PER_PAGE: Final = 20
MOST_LINKS: Final = 50
"""Lines of the summary of what is to be fixed; the rows themselves are all in the table."""

PILLS: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.FIX: ("bad", "x"),
    Outcome.NEW: ("ok", "plus"),
    Outcome.CHANGED: ("info", "switch"),
    Outcome.UNCHANGED: ("", "check"),
    Outcome.LEFT_OUT: ("", "minus"),
    Outcome.NOT_IN_USE: ("", "minus"),
}
TAB_LABELS: Final[Mapping[Outcome, Promise]] = {
    Outcome.FIX: pgettext_lazy("rows of an import", "To fix"),
    Outcome.NEW: pgettext_lazy("rows of an import", "New"),
    Outcome.CHANGED: pgettext_lazy("rows of an import", "Changed"),
    Outcome.UNCHANGED: pgettext_lazy("rows of an import", "Unchanged"),
    Outcome.LEFT_OUT: pgettext_lazy("rows of an import", "Left out"),
    Outcome.NOT_IN_USE: pgettext_lazy("rows of an import", "Not in use"),
}
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
CHANGE_LABELS: Final[Mapping[str, Promise]] = {
    "name": FIELD_LABELS[Field.NAME],
    "description": FIELD_LABELS[Field.DESCRIPTION],
    "reference": FIELD_LABELS[Field.REFERENCE],
    "tier": FIELD_LABELS[Field.TIER],
    "rto": FIELD_LABELS[Field.RTO],
    "mtpd": FIELD_LABELS[Field.MTPD],
    "mbco_percent": FIELD_LABELS[Field.MBCO],
    "mbco_words": FIELD_LABELS[Field.MBCO_WORDS],
    "people_least": _("People, at least"),
    "people_most": _("People, at most"),
    "data_class": FIELD_LABELS[Field.DATA_CLASS],
    "hours": FIELD_LABELS[Field.HOURS],
    "owner_id": _("Owner"),
    "deputy_id": _("Deputy"),
    "tools": _("AI tools added"),
    "purpose": FIELD_LABELS[Field.PURPOSE],
}


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    label: str | Promise
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class ShownChange:
    label: str | Promise
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that can be corrected: `name` of its control, `error` in words or empty."""

    name: str
    uid: str
    label: str | Promise
    value: str
    error: str
    suggestion: str = ""
    use: str = ""
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class ShownRow:
    number: int
    pill: tuple[str, str, str | Promise]
    name: str
    team: str
    department: str
    tools: tuple[str, ...]
    changes: tuple[ShownChange, ...]
    cells: tuple[Cell, ...]
    questions: tuple[tuple[str, str], ...]
    is_bad: bool
    is_left_out: bool
    can_edit: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A line of the summary: where it leads and what it says."""

    url: str
    text: str


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


def tabs(plan: Plan, chosen: str) -> list[Tab]:
    """Return the filters of the rows: those that hold something, and always all."""
    found = [
        Tab(str(outcome), label, count, str(outcome) == chosen)
        for outcome, label in TAB_LABELS.items()
        if (count := plan.counts.get(str(outcome), 0))
    ]
    return [
        *found,
        Tab(
            "all",
            pgettext_lazy("rows of an import", "All"),
            plan.counts["all"],
            chosen == "all",
        ),
    ]


def tab_of(plan: Plan, asked: str) -> str:
    """Return the filter to show: the one asked for, or the first that holds something."""
    if asked == "all" or asked in set(Outcome):
        return asked
    order = (Outcome.FIX, Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED)
    return next((str(o) for o in order if plan.counts.get(str(o))), "all")


def rows_of(plan: Plan, tab: str) -> Sequence[PlannedRow]:
    return plan.rows if tab == "all" else plan.of(Outcome(tab))


def summary(plan: Plan, url: str, per_page: int) -> list[Link]:
    """Return what is to be fixed, each with a link to where: questions about names once,
    then rows. At most MOST_LINKS; the table shows every row."""
    lines = [
        Link(
            f"{url}#{_uid(line.key)}",
            ngettext(
                "“%(name)s” may be several tools: say which (%(rows)d row)",
                "“%(name)s” may be several tools: say which (%(rows)d rows)",
                line.rows,
            )
            % {"name": line.name, "rows": line.rows},
        )
        for line in plan.questions
    ]
    for place, row in enumerate(plan.of(Outcome.FIX)):
        page = place // per_page + 1
        for fault in row.faults:
            if fault.code == "which_tool":
                continue
            if len(lines) >= MOST_LINKS:
                return lines
            uid = f"row-{row.number}-{fault.where}"
            text = _("Row %(row)s: %(what)s") % {"row": row.number, "what": fault.sentence}
            if fault.value and fault.code != "repeats":
                text = f"{text} (“{_short(fault.value, 60)}”)"
            lines.append(Link(f"{url}?show=fix&page={page}#{uid}", text))
    return lines


def shown_rows(
    rows: Iterable[PlannedRow],
    plan: Plan,
    table: Table,
    mapping: Columns,
    known: Known,
    texts: Mapping[int, Mapping[Field, str]],
    edited: int | None,
) -> list[ShownRow]:
    """Return a page of rows as they are shown. `texts` are corrected cells, `edited` the
    row that a person wants to change though nothing is wrong with it."""
    by_number = {row.number: row for row in table.rows}
    names = {line.key: line for line in plan.names}
    tools = {tool.pk: tool.name for tool in known.tools}
    people = {person.pk: person.name or person.email for person in known.people}
    result = []
    for row in rows:
        kind, icon = PILLS[row.outcome]
        bad = row.outcome is Outcome.FIX
        can_edit = row.outcome in {Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED}
        written = by_number[row.number].cells
        corrected = texts.get(row.number, {})
        cells = _cells(row, mapping, written, corrected, everything=row.number == edited)
        result.append(
            ShownRow(
                number=row.number,
                pill=(kind, icon, OUTCOME_LABELS[row.outcome]),
                name=row.name,
                team=row.team.name,
                department=row.team.department,
                tools=_tools(row, plan, names, tools),
                changes=tuple(_change(change, people) for change in row.changes),
                cells=cells,
                questions=tuple(
                    (f"#{_uid(normalise(fault.value))}", fault.sentence)
                    for fault in row.faults
                    if fault.code == "which_tool"
                ),
                is_bad=bad,
                is_left_out=row.outcome is Outcome.LEFT_OUT,
                can_edit=can_edit and row.number != edited,
            )
        )
    return result


def _cells(
    row: PlannedRow,
    mapping: Columns,
    written: tuple[str, ...],
    corrected: Mapping[Field, str],
    *,
    everything: bool,
) -> tuple[Cell, ...]:
    faults = {f.where: f for f in reversed(row.faults) if f.code != "which_tool"}
    wanted = [at for at in Field if at in mapping.columns] if everything else list(faults)
    if Field.TEAM in faults and Field.TEAM not in wanted:
        wanted.append(Field.TEAM)
    cells = []
    for at in wanted:
        fault = faults.get(at)
        value = corrected.get(at, mapping.cell(written, at))
        suggestion = fault.suggestion if fault else ""
        cells.append(
            Cell(
                name=f"cell:{row.number}:{at}",
                uid=f"row-{row.number}-{at}",
                label=FIELD_LABELS[at],
                value=value,
                error=fault.sentence if fault else "",
                suggestion=suggestion,
                use=f"{row.number}:{at}:{suggestion}" if suggestion else "",
                is_long=at is Field.DESCRIPTION or "\n" in value,
            )
        )
    return tuple(cells)


def _tools(
    row: PlannedRow, plan: Plan, names: Mapping[str, NameLine], tools: Mapping[int, str]
) -> tuple[str, ...]:
    if row.outcome in {Outcome.LEFT_OUT, Outcome.NOT_IN_USE}:
        return row.tool_names
    return tuple(_tool_name(key, names, tools) for key in row.tools)


def _tool_name(key: str, names: Mapping[str, NameLine], tools: Mapping[int, str]) -> str:
    kind, _colon, what = key.partition(":")
    return tools[int(what)] if kind == "tool" else names[what].name


def _change(change: Change, people: Mapping[int, str]) -> ShownChange:
    return ShownChange(
        CHANGE_LABELS[change.name],
        _value(change.name, change.old, people),
        _value(change.name, change.new, people),
    )


def _value(name: str, value: Any, people: Mapping[int, str]) -> str:
    if value in (None, ""):
        return ""
    match name:
        case "tier":
            return str(Tier(value).label)
        case "data_class":
            return str(DataClass(value).label)
        case "owner_id" | "deputy_id":
            return people.get(value, "–")
        case "mbco_percent":
            return formats.percent(value / 100)
    if isinstance(value, timedelta):
        return formats.duration(value)
    return _short(str(value), 160)


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


# --- tools ----------------------------------------------------------------------------
def name_tabs(plan: Plan, chosen: str) -> list[Tab]:
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


def names_of(plan: Plan, tab: str) -> list[NameLine]:
    return [line for line in plan.names if tab == "all" or line.match == tab]


def shown_names(
    lines: Iterable[NameLine], plan: Plan, known: Known, catalogue: Catalogue
) -> list[ShownName]:
    """Return a page of names, each with what it may mean: what is near first, then to
    create it or to name no tool, then every tool there is."""
    every = sorted(known.tools, key=lambda tool: tool.name.casefold())
    tools = {tool.pk: tool.name for tool in known.tools}
    names = {line.key: line for line in plan.names}
    result = []
    for line in lines:
        near = dict.fromkeys((*line.candidates, *catalogue.near(line.name)))
        slips = [line.choice] if line.choice.startswith("name:") else []
        kind, icon, label = MATCH_PILLS[line.match]
        if line.answered:
            kind, icon, label = "ok", "check", pgettext_lazy("name of a tool", "Chosen")
        actions = [Option(NO_TOOL, _("No tool"), line.choice == NO_TOOL)]
        if line.match is not Match.EXACT:
            text = _("Create “%(name)s”") % {"name": _short(line.name, 60)}
            actions.insert(0, Option(NEW_TOOL, text, line.choice == NEW_TOOL))
        result.append(
            ShownName(
                key=line.key,
                uid=_uid(line.key),
                name=line.name,
                others=tuple(name for name in line.spellings if name != line.name),
                rows=line.rows,
                pill=(kind, icon, label),
                near=tuple(
                    [Option(key, _tool_name(key, names, tools), True) for key in slips]  # noqa: FBT003
                    + [_option(pk, tools[pk], line) for pk in near]
                ),
                actions=tuple(actions),
                tools=tuple(
                    _option(tool.pk, tool.name, line)
                    for tool in every
                    if tool.pk not in near
                ),
                means=_means(line, plan, names, tools),
            )
        )
    return result


def _option(pk: int, name: str, line: NameLine) -> Option:
    return Option(f"tool:{pk}", name, line.choice == f"tool:{pk}")


def _means(
    line: NameLine, plan: Plan, names: Mapping[str, NameLine], tools: Mapping[int, str]
) -> str | Promise:
    key = plan.tool_of(line)
    if not key:
        return ""
    return _("No tool") if key == NO_TOOL else _tool_name(key, names, tools)


def _uid(key: str) -> str:
    return f"tool-{key}"


# --- columns --------------------------------------------------------------------------
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
        cells[_short(cell, 140)] = names
        counted.update(map(normalise, names))
    longest = sorted(cells.items(), key=lambda item: (-min(len(item[1]), 5), len(item[0])))
    return SplitPreview(
        splits=tuple(Split(cell, names) for cell, names in longest[:most]),
        cells=len(cells),
        names=len(counted),
        nothing=nothing,
    )


# --- download -------------------------------------------------------------------------
def bad_rows(plan: Plan, table: Table) -> str:
    """Return the rows to be fixed as CSV: number, reasons, and the cells as they came.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [str(_("Row")), str(_("Reason")), *(_harmless(name) for name in table.columns)]
    )
    by_number = {row.number: row for row in table.rows}
    for row in plan.of(Outcome.FIX):
        reasons = "; ".join(dict.fromkeys(fault.sentence for fault in row.faults))
        cells = by_number[row.number].cells
        writer.writerow([row.number, _harmless(reasons), *map(_harmless, cells)])
    return out.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
