"""The lines of the list of workflows as HTML.

Fifty lines of a dozen cells are most of the page: written here they cost a twentieth of
what they cost a template. Everything that people wrote is escaped by `text`.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from continuity.inventory.queries.workflows import Row
from continuity.web.markup import text
from continuity.web.templatetags.ui import pill, status_pill

type Cell = Callable[[Row], str]
type Words = Mapping[str, str]

CLASSES: Final[Mapping[str, str]] = {
    "team": "soft col-3",
    "rto": "num",
    "mtpd": "num",
    "data_class": "soft",
    "owner": "soft col-3",
    "deputy": "soft",
    "reference": "soft",
}


def lines(
    rows: Sequence[Row],
    columns: Sequence[str],
    labels: Mapping[str, Any],
    *,
    pick: bool = False,
) -> SafeString:
    """Return the rows of the table: the name, and a cell for each of `columns`; with
    `pick` a box before them, for the form with the id "many".

    `labels` are what the columns are called; a phone shows them before each value.
    """
    words = {
        "not set": gettext("not set"),
        "nobody": gettext("nobody yet"),
        "no tool": gettext("None named"),
        "none proven": gettext("none proven"),
        "none": pgettext("no alternatives", "none"),
        "not stated": gettext("not stated"),
        "changed": gettext("changed since approval"),
    }
    made = _cells({name: text(said) for name, said in words.items()})
    cells = [(_head(column, labels[column]), made[column]) for column in columns]
    archived = f" {pill('', 'minus', gettext('Archived'))}"
    return SafeString("\n".join(_line(row, cells, archived, pick=pick) for row in rows))


def _head(column: str, label: Any) -> str:
    name = CLASSES.get(column)
    look = f' class="{name}"' if name else ""
    return f'<td role="cell"{look} data-label="{text(str(label))}">'


def _line(row: Row, cells: Sequence[tuple[str, Cell]], archived: str, *, pick: bool) -> str:
    name = text(row.name)
    box = (
        '<td role="cell" class="pick"><input type="checkbox" form="many" name="pick" '
        f'value="{row.workflow.pk}" aria-label="{name}"></td>'
    )
    return (
        f'<tr role="row">{box if pick else ""}<th scope="row" role="rowheader">'
        f'<a href="{text(row.url)}">{name}</a>{archived if row.archived else ""}</th>'
        + "".join([f"{head}{cell(row)}</td>" for head, cell in cells])
        + "</tr>"
    )


def _cells(words: Words) -> Mapping[str, Cell]:
    """Return what each column says of a row; `words` are escaped."""
    known = cache(status_pill)

    def said(value: str, otherwise: str, cls: str = "muted") -> str:
        if value:
            return f"<span>{text(value)}</span>"
        return f'<span class="{cls}">{otherwise}</span>'

    def tools(row: Row) -> str:
        if not row.more_tools:
            return said(row.named_tools, words["no tool"])
        more = f'<span class="muted">{text(row.more_tools)}</span>'
        return f"<span>{text(row.named_tools)} {more}</span>"

    def alternatives(row: Row) -> str:
        if not row.said_alternatives:
            return said("", words["none"])
        look = "ok-text" if row.said_proven else "muted"
        proven = text(row.said_proven) or words["none proven"]
        return (
            f"<span>{text(row.said_alternatives)}, "
            f'<span class="{look}">{proven}</span></span>'
        )

    def data_class(row: Row) -> str:
        label = row.workflow.data_class and row.workflow.get_data_class_display()
        return said(str(label), words["not stated"])

    def status(row: Row) -> str:
        state = known("review", row.workflow.review_state)
        if not row.workflow.changed_since_approval:
            return f"<span>{state}</span>"
        return f'<span>{state} <span class="soft">{words["changed"]}</span></span>'

    return {
        "team": lambda row: said(row.team, ""),
        "tools": tools,
        "tier": lambda row: known("criticality", row.tier),
        "rto": lambda row: said(row.rto, words["not set"], "muted nowrap"),
        "mtpd": lambda row: said(row.mtpd, words["not set"], "muted nowrap"),
        "alternatives": alternatives,
        "readiness": lambda row: known("readiness", row.level),
        "data_class": data_class,
        "owner": lambda row: said(row.owner, words["nobody"]),
        "deputy": lambda row: said(str(row.workflow.deputy or ""), words["nobody"]),
        "status": status,
        "reference": lambda row: said(row.workflow.reference or "–", ""),
    }
