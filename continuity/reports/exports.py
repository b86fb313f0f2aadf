"""The tables of a finished report: from the facts it was made from, not from today's;
and the lists of reports.

Names of tables and columns of a report are those of its facts, English in every language:
scripts know them by these names. Lengths are whole seconds, and one that may be a lower
bound has a column that says whether it is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from continuity.reports.models import Regular, Report, ReportKind
from continuity.web.pills import pill_for
from continuity.web.tables.cells import Row
from continuity.web.tables.sheets import Column, moment, sheet, yes_no
from continuity.web.tables.sheets import Sheet as ListSheet

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
TABLED: Final = frozenset(
    {ReportKind.EVIDENCE, ReportKind.CONTINUITY, ReportKind.AFTER_ACTION}
)
"""Kinds of reports that are made of tables; packs and plans are to be read."""
NO_TABLE: Final = frozenset({"charts", "words", "words_too", "changes"})
BOUNDED: Final = {"seconds", "lower_bound"}
LONGEST_TITLE: Final = 31
"""Characters in the name of a sheet of a workbook."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table, as the writers of CSV and XLSX take it."""

    title: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]


def tables(kind: str, facts: Mapping[str, Any]) -> list[Sheet]:
    """Return the tables of a report: its figures first, then every list of lines in the
    order of its facts. A list without a line is left out."""
    if kind == ReportKind.EVIDENCE:
        return register(facts)
    figures: list[dict[str, Any]] = []
    found: list[Sheet] = []
    for key, value in facts.items():
        if key not in NO_TABLE:
            _gather(key, value, figures, found)
    return [_lines("figures", figures), *found] if figures else found


def register(facts: Mapping[str, Any]) -> list[Sheet]:
    """Return the tables of an evidence register."""
    return [
        Sheet("Proofs", PROOFS, lambda: _rows(facts["proofs"], PROOFS)),
        Sheet("Drills and outages", DRILLS, lambda: _rows(facts["drills"], DRILLS)),
    ]


def _gather(
    path: str, value: Any, figures: list[dict[str, Any]], found: list[Sheet]
) -> None:
    """Put what stands at `path` where it belongs: a figure by itself, or a table."""
    if isinstance(value, dict) and set(value) == BOUNDED:
        figures.append({"figure": f"{path}_seconds", **_bound(value)})
    elif isinstance(value, dict):
        for key, inner in value.items():
            _gather(f"{path}_{key}", inner, figures, found)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        found.append(_lines(path, value))
    elif isinstance(value, int) and not isinstance(value, bool):
        figures.append({"figure": path, "value": value, "lower_bound": None})


def _bound(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"value": value["seconds"], "lower_bound": value["lower_bound"]}


def _lines(key: str, lines: Sequence[Mapping[str, Any]]) -> Sheet:
    flat = [_flat(line) for line in lines]
    columns = tuple(dict.fromkeys(name for line in flat for name in line))
    title = key.replace("_", " ").capitalize()[:LONGEST_TITLE]
    return Sheet(title, columns, lambda: _rows(flat, columns))


def _flat(line: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return a line without facts inside facts: `proof.time` becomes `proof_time_seconds`
    and `proof_time_lower_bound`."""
    flat: dict[str, Any] = {}
    for key, value in line.items():
        name = f"{before}{key}"
        if isinstance(value, dict):
            flat |= _flat(value, f"{name}_")
        elif isinstance(value, list):
            flat[name] = [
                "; ".join(f"{k}: {v}" for k, v in one.items())
                if isinstance(one, dict)
                else ""
                if one is None
                else str(one)
                for one in value
            ]
        else:
            flat[name] = value
    return flat


def _rows(lines: Sequence[Mapping[str, Any]], columns: tuple[str, ...]) -> Iterator[Row]:
    for line in lines:
        yield tuple(_cell(line.get(name)) for name in columns)


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


def listed(lines: Callable[[], Iterable[Report]]) -> ListSheet:
    """Return reports as their list shows them, in the reader's language."""
    columns: list[Column[Report]] = [
        Column(_("Report"), lambda one: one.get_kind_display()),
        Column(
            _("About"),
            lambda one: str(one.subject) if one.subject else _("The whole organisation"),
        ),
        Column(_("State"), lambda one: pill_for("report", one.state).text),
        Column(_("Asked for"), lambda one: moment(one.asked_at)),
        Column(_("Asked for by"), lambda one: str(one.asked_by or "")),
        Column(_("Language"), lambda one: one.get_language_display()),
        Column(_("Version"), lambda one: one.version),
        Column(_("SHA-256 of the file"), lambda one: one.pdf_sha256),
    ]
    return sheet("reports", columns, lines)


def regular(lines: Callable[[], Iterable[Regular]]) -> ListSheet:
    """Return the reports that are made regularly, in the reader's language."""
    columns: list[Column[Any]] = [
        Column(_("Name"), str),
        Column(_("Report"), lambda one: one.get_kind_display()),
        Column(_("Period"), lambda one: one.get_period_display() if one.period else ""),
        Column(_("About"), lambda one: str(one.team or _("The whole organisation"))),
        Column(_("Paused"), lambda one: yes_no(one.paused)),
        Column(_("Next report"), lambda one: moment(one.next_due_at)),
        Column(_("Recipients"), lambda one: one.people),
    ]
    return sheet("regular-reports", columns, lines)


def changed(changes: Sequence[Mapping[str, Any]]) -> ListSheet:
    """Return the figures that a version changed, as its page shows them."""
    columns: list[Column[Mapping[str, Any]]] = [
        Column(_("Figure"), lambda one: str(one["figure"])),
        Column(_("Before"), lambda one: one["before"]),
        Column(_("Now"), lambda one: one["after"]),
    ]
    return sheet("changed-figures", columns, lambda: changes)
