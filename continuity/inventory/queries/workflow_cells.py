"""The cells of the list of workflows as HTML.

Fifty lines of a dozen cells are most of the page: written here they cost a fifth of what
they cost a template. Everything that people wrote is escaped by `format_html`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from continuity.inventory.queries.workflows import Row
from continuity.web.templatetags.ui import status_pill

type Cell = Callable[[Row], object]
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
    rows: Sequence[Row], columns: Sequence[str], labels: Mapping[str, Any]
) -> list[tuple[Row, SafeString]]:
    """Return each row with its cells beside the name, one for each of `columns`.
    `labels` are what the columns are called; a phone shows them before each value."""
    words = {
        "not set": gettext("not set"),
        "nobody": gettext("nobody yet"),
        "no tool": gettext("None named"),
        "none proven": gettext("none proven"),
        "none": pgettext("no alternatives", "none"),
        "not stated": gettext("not stated"),
        "changed": gettext("changed since approval"),
    }
    heads = [
        format_html('<td role="cell" class="{}" data-label="{}">', name, labels[column])
        if (name := CLASSES.get(column))
        else format_html('<td role="cell" data-label="{}">', labels[column])
        for column in columns
    ]
    made = _cells(words)
    chosen = [made[column] for column in columns]
    return [
        (
            row,
            format_html_join(
                "",
                "{}{}</td>",
                ((head, cell(row)) for head, cell in zip(heads, chosen, strict=True)),
            ),
        )
        for row in rows
    ]


def _cells(words: Words) -> Mapping[str, Cell]:
    def text(value: object, otherwise: str, cls: str = "muted") -> SafeString:
        if value:
            return format_html("<span>{}</span>", value)
        return format_html('<span class="{}">{}</span>', cls, otherwise)

    def tools(row: Row) -> SafeString:
        if not row.more_tools:
            return text(row.named_tools, words["no tool"])
        return format_html(
            '<span>{} <span class="muted">{}</span></span>', row.named_tools, row.more_tools
        )

    def alternatives(row: Row) -> SafeString:
        if not row.said_alternatives:
            return text("", words["none"])
        return format_html(
            '<span>{}, <span class="{}">{}</span></span>',
            row.said_alternatives,
            "ok-text" if row.said_proven else "muted",
            row.said_proven or words["none proven"],
        )

    def status(row: Row) -> SafeString:
        state = status_pill("review", row.workflow.review_state)
        if not row.workflow.changed_since_approval:
            return format_html("<span>{}</span>", state)
        return format_html(
            '<span>{} <span class="soft">{}</span></span>', state, words["changed"]
        )

    return {
        "team": lambda row: text(row.team, ""),
        "tools": tools,
        "tier": lambda row: status_pill("criticality", row.tier),
        "rto": lambda row: text(row.rto, words["not set"], "muted nowrap"),
        "mtpd": lambda row: text(row.mtpd, words["not set"], "muted nowrap"),
        "alternatives": alternatives,
        "readiness": lambda row: status_pill("readiness", row.level),
        "data_class": lambda row: text(
            row.workflow.data_class and row.workflow.get_data_class_display(),
            words["not stated"],
        ),
        "owner": lambda row: text(row.owner, words["nobody"]),
        "deputy": lambda row: text(row.workflow.deputy, words["nobody"]),
        "status": status,
        "reference": lambda row: text(row.workflow.reference or "–", ""),
    }
