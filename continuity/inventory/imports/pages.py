"""What the pages of the wizard show, as plain values: nothing here queries."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from continuity.domain.names import normalise
from continuity.inventory.imports.columns import Mapping as Columns
from continuity.inventory.imports.fields import FIELDS, LABELS, Field, label
from continuity.inventory.imports.name_pages import Tab, name_uid, short, tool_name
from continuity.inventory.imports.outline import MOST_PROBLEMS, Outline
from continuity.inventory.imports.picture import Known
from continuity.inventory.imports.plan import (
    OUTCOME_LABELS,
    Change,
    Later,
    NameLine,
    Outcome,
    PlannedRow,
)
from continuity.inventory.models import (
    AlternativeKind,
    Confidence,
    DataClass,
    ImportKind,
    Tier,
    ToolKind,
    Without,
)
from continuity.web import formats
from continuity.web.tables.cells import neutral

LONG: Final = frozenset(
    {Field.DESCRIPTION, Field.REASON, Field.DETAILS, Field.NOTE, Field.PRECONDITIONS}
)

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
CHANGE_LABELS: Final[Mapping[str, Promise]] = {
    "people_least": _("People, at least"),
    "people_most": _("People, at most"),
    "owner_id": _("Owner"),
    "deputy_id": _("Deputy"),
    "tools": _("AI tools added"),
    "hard": LABELS[Field.WITHOUT],
    "spellings": _("Spellings added"),
}
"""Changes that are not called like a column."""
CHOICES: Final[Mapping[str, Mapping[Any, Any]]] = {
    "tier": {one.value: one.label for one in Tier},
    "data_class": {one.value: one.label for one in DataClass},
    "without": {one.value: one.label for one in Without},
    "kind": {one.value: one.label for one in (*AlternativeKind, *ToolKind)},
    "confidence": {one.value: one.label for one in Confidence},
    "hard": {True: Without.STOPS.label, False: Without.DEGRADED.label},
}


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
    what: str
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


def tabs(plan: Outline, chosen: str) -> list[Tab]:
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


def tab_of(plan: Outline, asked: str) -> str:
    """Return the filter to show: the one asked for, or the first that holds something."""
    if asked == "all" or asked in set(Outcome):
        return asked
    order = (Outcome.FIX, Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED)
    return next((str(o) for o in order if plan.counts.get(str(o))), "all")


def summary(plan: Outline, url: str, per_page: int) -> list[Link]:
    """Return what is to be fixed, each with a link to where: questions about names once,
    then rows. At most MOST_PROBLEMS of them; the table shows every row."""
    lines = [
        Link(
            f"{url}#{name_uid(line.key)}",
            ngettext(
                "“%(name)s” may be several tools: say which (%(rows)d row)",
                "“%(name)s” may be several tools: say which (%(rows)d rows)",
                line.rows,
            )
            % {"name": line.name, "rows": line.rows},
        )
        for line in plan.questions
    ]
    for problem in plan.problems[: max(0, MOST_PROBLEMS - len(lines))]:
        page, fault = problem.place // per_page + 1, problem.fault
        uid = f"row-{problem.number}-{fault.where}"
        text = _("Row %(row)s: %(what)s") % {
            "row": problem.number,
            "what": fault.sentence,
        }
        if fault.value and fault.code != "repeats":
            text = f"{text} (“{short(fault.value, 60)}”)"
        lines.append(Link(f"{url}?show=fix&page={page}#{uid}", text))
    return lines


def shown_rows(
    rows: Iterable[PlannedRow],
    plan: Outline,
    written: Mapping[int, Sequence[str]],
    mapping: Columns,
    known: Known,
    texts: Mapping[int, Mapping[Field, str]],
    edited: int | None,
    kind: ImportKind = ImportKind.WORKFLOWS,
) -> list[ShownRow]:
    """Return a page of rows as they are shown. `written` are the cells of each as they
    came, by number, `texts` those that were corrected, `edited` the row that a person
    wants to change though nothing is wrong with it."""
    names = {line.key: line for line in plan.names}
    tools = {tool.pk: tool.name for tool in known.tools}
    people = {person.pk: person.name or person.email for person in known.people}
    result = []
    for row in rows:
        tone, icon = PILLS[row.outcome]
        bad = row.outcome is Outcome.FIX
        can_edit = row.outcome in {Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED}
        cells = _cells(
            row,
            mapping,
            written[row.number],
            texts.get(row.number, {}),
            kind,
            everything=row.number == edited,
        )
        result.append(
            ShownRow(
                number=row.number,
                pill=(tone, icon, OUTCOME_LABELS[row.outcome]),
                name=row.name,
                team=row.team.name,
                department=row.team.department,
                what=row.what,
                tools=_tools(row, names, tools),
                changes=tuple(
                    _change(change, known, people, kind) for change in row.changes
                ),
                cells=cells,
                questions=tuple(
                    (f"#{name_uid(normalise(fault.value))}", fault.sentence)
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
    written: Sequence[str],
    corrected: Mapping[Field, str],
    kind: ImportKind,
    *,
    everything: bool,
) -> tuple[Cell, ...]:
    faults = {f.where: f for f in reversed(row.faults) if f.code != "which_tool"}
    wanted = list(faults)
    if everything:
        mapped = [at for at in FIELDS[kind] if at in mapping.columns]
        wanted = list(dict.fromkeys((*mapped, *faults)))
    cells = []
    for at in wanted:
        fault = faults.get(at)
        value = corrected.get(at, mapping.cell(written, at))
        suggestion = fault.suggestion if fault else ""
        cells.append(
            Cell(
                name=f"cell:{row.number}:{at}",
                uid=f"row-{row.number}-{at}",
                label=label(kind, at),
                value=value,
                error=fault.sentence if fault else "",
                suggestion=suggestion,
                use=f"{row.number}:{at}:{suggestion}" if suggestion else "",
                is_long=at in LONG or "\n" in value,
            )
        )
    return tuple(cells)


def _tools(
    row: PlannedRow, names: Mapping[str, NameLine], tools: Mapping[int, str]
) -> tuple[str, ...]:
    if row.outcome in {Outcome.LEFT_OUT, Outcome.NOT_IN_USE}:
        return row.tool_names
    return tuple(tool_name(key, names, tools) for key in row.tools)


def _change(
    change: Change, known: Known, people: Mapping[int, str], kind: ImportKind
) -> ShownChange:
    called = CHANGE_LABELS.get(change.name)
    return ShownChange(
        called or label(kind, Field(change.name.removesuffix("_id"))),
        _value(change.name, change.old, known, people),
        _value(change.name, change.new, known, people),
    )


def _value(name: str, value: Any, known: Known, people: Mapping[int, str]) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, Later):
        return value.name
    if name in CHOICES:
        return str(CHOICES[name].get(value, value))
    if name in {"owner_id", "deputy_id"}:
        return people.get(value, "–")
    if name in known.names:
        return known.names[name].get(value, "–")
    if name in {"mbco_percent", "expected_capacity", "expected_quality"}:
        return formats.percent(value / 100)
    match value:
        case timedelta():
            return formats.duration(value)
        case date():
            return formats.day(value)
        case list():
            return ", ".join(str(CHOICES["data_class"].get(one, one)) for one in value)
        case _:
            return short(str(value), 160)


def bad_rows(
    rows: Iterable[tuple[PlannedRow, Sequence[str]]], columns: Sequence[str]
) -> str:
    """Return the rows to be fixed as CSV: number, reasons, and the cells as they came.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([str(_("Row")), str(_("Reason")), *map(neutral, columns)])
    for row, cells in rows:
        reasons = "; ".join(dict.fromkeys(fault.sentence for fault in row.faults))
        writer.writerow([row.number, neutral(reasons), *map(neutral, cells)])
    return out.getvalue()
