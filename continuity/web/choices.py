"""Choosing among rows of a table, be they ten or ten thousand."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.choices import BaseChoiceIterator
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from continuity.web.markup import text
from continuity.web.together import together

MOST: Final = 100
"""Rows that one select offers. Nobody finds a name among thousands, and they weigh more
than the rest of the page; what is beyond is found by searching for it."""


class QuickSelect(forms.Select):
    """A select without a template for each of its options: the same HTML, 100 times as
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
        said = "".join(
            f' {key}="{text(one)}"' for key, one in own.items() if one not in (False, None)
        )
        options = _options(self.choices, chosen)
        return SafeString(f"<select{said}>\n{options}\n</select>")


class QuickChecks(forms.CheckboxSelectMultiple):
    """Boxes to tick, each in a line with its label, without a template for each."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,
    ) -> SafeString:
        ticked = {str(one) for one in self.format_value(value)}
        key = (attrs or {}).get("id", f"id_{name}")
        lines = (
            f'<label class="check-line"><input type="checkbox" name="{name}" '
            f'value="{text(one)}" id="{key}_{place}"{" checked" * (str(one) in ticked)}>'
            f"<span>{text(label)}</span></label>"
            for place, (one, label) in enumerate(self.choices)
        )
        return SafeString("".join(lines))


def _options(choices: Iterable[tuple[Any, Any]], chosen: set[str]) -> str:
    return "\n".join(_option(value, label, chosen) for value, label in choices)


def _option(value: Any, label: Any, chosen: set[str]) -> str:
    if isinstance(label, list | tuple):
        inner = _options(label, chosen)
        return f'<optgroup label="{text(value)}">{inner}</optgroup>'
    if value is None:
        return f"<option disabled>{text(label)}</option>"
    picked = " selected" if str(value) in chosen else ""
    return f'<option value="{text(value)}"{picked}>{text(label)}</option>'


type Rows = list[tuple[Any, ...]]


class RowFilter(forms.ChoiceField):
    """One of many rows, to filter by: gives its key, or one of `others`.

    Nothing is read before the field is shown, and then MOST rows and the one that is
    chosen; a row beyond them is as valid. `offer_rows` says which there are; `label_of`
    a row's values (`fields`, the key first) as an option reads.
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
        super().__init__(required=False, choices=_Offered(self), **options)
        self.first, self.others = first, list(others)
        self.columns, self.label_of = list(fields), label_of
        self.rows: Callable[[], QuerySet[Any]] | None = None
        self.read: Callable[[], tuple[Rows, Rows]] = _nothing

    def __deepcopy__(self, memo: Any) -> "RowFilter":
        result: RowFilter = super().__deepcopy__(memo)
        # Not the field's of the class: this one knows the rows of its own form.
        result.choices = _Offered(result)
        return result

    def options(self) -> Iterator[tuple[Any, Any]]:
        """Yield what the select offers: MOST rows, and the one that is chosen."""
        yield "", self.first
        yield from self.others
        found, chosen = self.read()
        shown = found[:MOST]
        shown += [row for row in chosen if row not in shown]
        for pk, *values in shown:
            yield pk, self.label_of(*values)
        if len(found) > MOST:
            yield None, _("There are more: search by name")

    def to_python(self, value: Any) -> Any:
        key = str(value or "")
        known = {one for one, _label in self.others}
        return int(key) if key.isdecimal() and key not in known else key

    def validate(self, value: Any) -> None:
        if value == "" or value in {key for key, _label in self.others}:
            return
        if (
            isinstance(value, int)
            and value < 2**63
            and self.rows is not None
            and self.rows().filter(pk=value).exists()
        ):
            return
        raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")


class _Offered(BaseChoiceIterator):
    """The options of a filter, read when the field is shown."""

    def __init__(self, field: RowFilter) -> None:
        self.field = field

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return self.field.options()


def _nothing() -> tuple[Rows, Rows]:
    return [], []


def offer_rows(form: forms.BaseForm, **rows: Callable[[], "QuerySet[Any]"]) -> None:
    """Give the filters of `form`, by their names, the rows that they choose among.

    Nothing is put together before it is needed. What they show is read in one query for
    all of them, when the first is shown.
    """
    fields: dict[str, RowFilter] = {}

    @cache
    def read() -> dict[str, Rows]:
        asked = {}
        for name, field in fields.items():
            found = rows[name]().values_list(*field.columns)
            asked[name] = found[: MOST + 1]
            key = str(form.data.get(name) or "")
            if key.isdecimal() and int(key) < 2**63:
                asked[f"{name} chosen"] = found.filter(pk=key)
        return together(**asked)

    for name in rows:
        field = form.fields[name]
        if not isinstance(field, RowFilter):
            raise TypeError(f"{name} offers no rows to filter by")
        fields[name] = field
        field.rows = rows[name]
        field.read = partial(_of, name, read)


def _of(name: str, read: Callable[[], dict[str, Rows]]) -> tuple[Rows, Rows]:
    return read()[name], read().get(f"{name} chosen", [])


@dataclass(frozen=True, slots=True)
class Shown:
    """What an option of a field shows: these `columns` of its rows, the key first, and
    the words that they make."""

    columns: Sequence[str] = ("pk", "name")
    label_of: Callable[..., str] = str


class _Read(BaseChoiceIterator):
    """The options of a field that chooses among rows, the first for none of them."""

    def __init__(self, field: Any, read: Callable[[], Rows], shown: Shown) -> None:
        self.field, self.read, self.shown = field, read, shown

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for pk, *values in self.read():
            yield pk, self.shown.label_of(*values)


def show_together(form: forms.BaseForm, **fields: Shown) -> None:
    """Let these fields of `form`, which choose among rows, read what they show in one
    query for all of them, when the first is shown. What is valid stays theirs to say."""
    chosen: dict[str, Any] = {name: form.fields[name] for name in fields}

    @cache
    def read() -> dict[str, Rows]:
        return together(
            **{
                name: field.queryset.values_list(*fields[name].columns)
                for name, field in chosen.items()
            }
        )

    def rows_of(name: str) -> Rows:
        return read()[name]

    for name, field in chosen.items():
        field.widget.choices = _Read(field, partial(rows_of, name), fields[name])
