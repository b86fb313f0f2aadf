"""Choosing among rows of a table, be they ten or ten thousand."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

MOST: Final = 100
"""Rows that one select offers. Nobody finds a name among thousands, and they weigh more
than the rest of the page; what is beyond is found by searching for it."""


class QuickSelect(forms.Select):
    """A select without a template for each of its options: the same HTML, 30 times as
    fast. An option whose value is None cannot be chosen: it says something."""

    def use_required_attribute(self, initial: Any) -> bool:
        """Say no without reading the rows where nobody has to choose."""
        return self.is_required and super().use_required_attribute(initial)

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,
    ) -> SafeString:
        chosen = {str(one) for one in self.format_value(value)}
        own = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        said = format_html_join(
            "",
            ' {}="{}"',
            ((key, one) for key, one in own.items() if one not in (False, None)),
        )
        return format_html(
            "<select{}>\n{}\n</select>", said, _options(self.choices, chosen)
        )


def _options(choices: Iterable[tuple[Any, Any]], chosen: set[str]) -> SafeString:
    return format_html_join(
        "\n", "<{}{}>{}</{}>", (_option(*one, chosen) for one in choices)
    )


def _option(value: Any, label: Any, chosen: set[str]) -> tuple[Any, ...]:
    if isinstance(label, list | tuple):
        inner = _options(label, chosen)
        return "optgroup", format_html(' label="{}"', value), inner, "optgroup"
    if value is None:
        return "option", " disabled", label, "option"
    text = str(value)
    shape = ' value="{}" selected' if text in chosen else ' value="{}"'
    return "option", format_html(shape, text), label, "option"


class RowFilter(forms.ChoiceField):
    """One of many rows, to filter by: gives its key, or one of `others`.

    Nothing is read before the field is shown, and then MOST rows and the one that is
    chosen; a row beyond them is as valid. `rows` and `chosen` are given by the form,
    `label_of` a row's values (`fields`, the key first) as an option reads.
    """

    widget = QuickSelect
    default_error_messages = {"invalid_choice": _("Choose one of the list.")}

    def __init__(
        self,
        *,
        first: Any,
        others: Sequence[tuple[str, Any]] = (),
        fields: Sequence[str] = ("pk", "name"),
        label_of: Callable[..., str] = str,
        **options: Any,
    ) -> None:
        super().__init__(required=False, choices=self._offered, **options)
        self.first, self.others = first, list(others)
        self.columns, self.label_of = list(fields), label_of
        self.rows: QuerySet[Any] | None = None
        self.chosen = ""

    def __deepcopy__(self, memo: Any) -> "RowFilter":
        result: RowFilter = super().__deepcopy__(memo)
        # Not the field's of the class: this one knows the rows of its own form.
        result.choices = result._offered
        return result

    def offer(self, rows: "QuerySet[Any]", chosen: Any) -> None:
        self.rows, self.chosen = rows, str(chosen or "")

    def _offered(self) -> Iterator[tuple[Any, Any]]:
        yield "", self.first
        yield from self.others
        if self.rows is None:
            return
        found = list(self.rows.values_list(*self.columns)[: MOST + 1])
        for pk, *values in found[:MOST]:
            yield pk, self.label_of(*values)
        if self.chosen.isdecimal() and int(self.chosen) not in {
            row[0] for row in found[:MOST]
        }:
            for pk, *values in self.rows.filter(pk=self.chosen).values_list(*self.columns):
                yield pk, self.label_of(*values)
        if len(found) > MOST:
            yield None, _("There are more: search by name")

    def to_python(self, value: Any) -> Any:
        text = str(value or "")
        known = {key for key, _label in self.others}
        return int(text) if text.isdecimal() and text not in known else text

    def validate(self, value: Any) -> None:
        if value == "" or value in {key for key, _label in self.others}:
            return
        if (
            isinstance(value, int)
            and value < 2**63
            and self.rows is not None
            and self.rows.filter(pk=value).exists()
        ):
            return
        raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
