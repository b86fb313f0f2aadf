"""What a person fills in on the way from a file to a plan."""

from collections.abc import Callable
from collections.abc import Mapping as Map
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.inventory.imports import reading
from continuity.inventory.imports.columns import (
    MANY,
    MOST_VALUES,
    SEPARATORS,
    UNITS,
    Mapping,
    values,
)
from continuity.inventory.imports.fields import (
    FIELDS,
    LENGTHS_OF_TIME,
    REQUIRED,
    Field,
    label,
)
from continuity.inventory.imports.reading import Reading, Table, Unreadable
from continuity.inventory.models import TABLES, ImportKind

LEAVE: Final = ""


KINDS: Final = [(str(kind), kind.label) for kind in TABLES]


class FileForm(forms.Form):
    """The file and what its rows are. After it is valid, `content` and `table` hold what
    was in it, and `kind` what was chosen; None is left to the file."""

    file = forms.FileField(
        label=_("CSV, XLSX or exported JSON file"),
        help_text=_("Up to 10 MB, 50,000 rows and 200 columns, with a row of headings."),
        allow_empty_file=True,
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,.json"}),
        error_messages={
            "required": _("Choose a file first."),
            "max_length": _("The name of this file is too long. Shorten it."),
        },
    )
    rows = forms.ChoiceField(
        label=_("Each row is"),
        help_text=_("A file of an export says it itself."),
        required=False,
        choices=[("", _("as the headings say")), *KINDS],
    )
    field_order = ("rows", "file")
    content = b""
    kind: ImportKind | None = None
    table: Table

    def clean_rows(self) -> str:
        chosen: str = self.cleaned_data["rows"]
        self.kind = ImportKind(chosen) if chosen else None
        return chosen

    def clean_file(self) -> "UploadedFile[bytes]":
        upload: UploadedFile[bytes] = self.cleaned_data["file"]
        # What is too large is refused before a byte of it is read.
        if (upload.size or 0) > reading.MAX_BYTES:
            unreadable = reading.too_large(upload.size or 0)
            raise ValidationError(unreadable.sentence, code=str(unreadable.fault))
        self.content = upload.read(reading.MAX_BYTES + 1)
        self.table = _read(self.content, None, self.kind)
        return upload


class ReadingForm(forms.Form):
    """How the file is to be read. After it is valid, `table` is what was read."""

    rows = forms.ChoiceField(label=_("Each row is"), required=False, choices=KINDS)
    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    encoding = forms.ChoiceField(
        label=_("Encoding"), required=False, choices=list(reading.ENCODING_LABELS.items())
    )
    separator = forms.ChoiceField(
        label=_("Cells are separated by"),
        required=False,
        choices=list(reading.SEPARATOR_LABELS.items()),
    )
    header = forms.IntegerField(
        label=_("Row with the headings"),
        help_text=_("0 if there is none."),
        min_value=0,
        max_value=reading.LAST_ROW,
    )
    table: Table

    def __init__(
        self,
        data: Map[str, Any] | None = None,
        *,
        content: Callable[[], bytes],
        now: Reading,
        kind: str,
    ) -> None:
        """`content` is called for the bytes only when they are needed."""
        initial = {
            "rows": kind,
            "sheet": now.sheet,
            "encoding": now.encoding,
            "separator": now.separator,
            "header": now.header,
        }
        super().__init__(data, initial=initial)
        self.content = content
        if now.format != "csv":
            del self.fields["encoding"], self.fields["separator"]
            if now.format == "json":
                del self.fields["header"]
            self._choices("sheet", [(name, name) for name in now.sheets])
        else:
            del self.fields["sheet"]
            if now.encoding not in reading.ENCODING_LABELS:
                extra = (now.encoding, now.encoding_label)
                self._choices("encoding", [extra, *reading.ENCODING_LABELS.items()])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            wanted = Reading(
                sheet=cleaned.get("sheet", ""),
                encoding=cleaned.get("encoding", ""),
                separator=cleaned.get("separator", ""),
                header=cleaned.get("header"),
            )
            self.table = _read(self.content(), wanted)
        return cleaned


def _read(content: bytes, wanted: Reading | None, kind: ImportKind | None = None) -> Table:
    try:
        return reading.read(content, wanted, prefer=TABLES[kind] if kind else "")
    except Unreadable as unreadable:
        raise ValidationError(unreadable.sentence, code=str(unreadable.fault)) from None


class ColumnsForm(forms.Form):
    """What each column is. After it is valid, `mapping` says it."""

    in_use = forms.MultipleChoiceField(
        label=_("Which values mean “in use”?"),
        help_text=_("Rows with another value are left out and counted."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    separators = forms.MultipleChoiceField(
        label=_("Split a cell into several tools at"),
        required=False,
        choices=list(SEPARATORS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    unit = forms.ChoiceField(
        label=_("A number alone in a length of time is in"), choices=list(UNITS.items())
    )
    team = forms.CharField(
        label=_("Team of all rows"),
        help_text=_("Only where no column says the team."),
        required=False,
        max_length=240,
    )
    mapping: Mapping

    def __init__(
        self, *args: Any, kind: ImportKind, table: Table, guess: Mapping, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.table = table
        chosen = {at: name for name, places in guess.columns.items() for at in places}
        choices: list[tuple[str, str | Promise]] = [(LEAVE, _("– not imported –"))]
        choices += [(str(name), label(kind, name)) for name in FIELDS[kind]]
        for at, column in enumerate(table.columns):
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=column,
                choices=choices,
                required=False,
                initial=str(chosen.get(at, LEAVE)),
            )
        self.initial.update(
            in_use=list(guess.in_use),
            separators=list(guess.separators),
            unit=guess.unit,
            team=guess.team,
        )
        self.now = self._now()
        self._offer_values()

    def columns(self) -> list[forms.BoundField]:
        return [self[f"column_{at}"] for at in range(len(self.table.columns))]

    def _now(self) -> dict[Field, tuple[int, ...]]:
        """Return the columns of each field as they are chosen at this moment."""
        found: dict[Field, tuple[int, ...]] = {}
        for at in range(len(self.table.columns)):
            name = self[f"column_{at}"].value()
            if name in FIELDS[self.kind]:
                found[Field(name)] = (*found.get(Field(name), ()), at)
        return found

    def _offer_values(self) -> None:
        places = self.now.get(Field.IN_USE, ())
        chosen = cast(forms.MultipleChoiceField, self.fields["in_use"])
        self.too_many_values = False
        if not places:
            chosen.choices = []
            return
        counted = values(self.table, places[0])
        self.too_many_values = len(counted) > MOST_VALUES
        chosen.choices = [
            (value, f"{self._written(value, places[0]) or _('(empty)')} ({count})")
            for value, count in counted.most_common(MOST_VALUES)
        ]

    def _written(self, value: str, at: int) -> str:
        cells = (" ".join(row.cells[at].split()) for row in self.table.rows)
        return next((cell for cell in cells if cell.casefold() == value), value)[:80]

    @property
    def has_lengths(self) -> bool:
        """Say whether a column holds lengths of time, whose bare numbers need a unit."""
        return bool(LENGTHS_OF_TIME & set(self.now))

    @property
    def asks_for_team(self) -> bool:
        """Say whether the team of all rows is asked for: the workflows need one."""
        of_workflows = self.kind is ImportKind.WORKFLOWS
        return of_workflows and not {Field.TEAM, Field.DEPARTMENT} & set(self.now)

    def shown(self) -> Mapping:
        """Return the mapping as the form stands, valid or not, for the preview."""
        separators = self["separators"].value() or []
        return Mapping(
            columns=self.now,
            in_use=tuple(self["in_use"].value() or ()),
            separators=tuple(name for name in separators if name in SEPARATORS),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, places in self.now.items():
            for at in places[1:] if name not in MANY else ():
                first = self.table.columns[places[0]]
                self.add_error(
                    f"column_{at}",
                    _("“%(column)s” is “%(field)s” already; choose one of the two.")
                    % {"column": first, "field": label(self.kind, name)},
                )
        for wanted in REQUIRED[self.kind]:
            if wanted not in self.now:
                sentence = _("Say which column is “%(field)s”.")
                self.add_error(None, sentence % {"field": label(self.kind, wanted)})
        if self.asks_for_team and not cleaned.get("team"):
            self.add_error(
                "team", _("Say which column is the team, or write the team of all rows.")
            )
        if Field.IN_USE in self.now:
            if self.too_many_values:
                self.add_error(
                    "in_use",
                    _("This column has too many different values to say what is in use."),
                )
            elif not cleaned.get("in_use"):
                self.add_error("in_use", _("Choose at least one value that means in use."))
        if not self.errors:
            self.mapping = Mapping(
                columns=self.now,
                in_use=tuple(cleaned["in_use"]) if Field.IN_USE in self.now else (),
                separators=tuple(cleaned["separators"]),
                unit=cleaned["unit"],
                team=" ".join(cleaned["team"].split()),
            )
        return cleaned


def answers(sent: Map[str, str], now: Map[str, str]) -> dict[str, Any]:
    """Return the decisions in a form of the check page, as `services.imports.answer`
    takes them. `now` is what each name means so far: a form sends all its lines, and only
    those that differ were decided. What is malformed is left aside."""
    tools: dict[str, str] = {}
    cells: dict[int, dict[Field, str]] = {}
    left_out: dict[int, bool] = {}
    # A suggestion comes last: it wins over what still stands in its cell.
    for name, text in sorted(sent.items(), key=lambda item: item[0] == "use"):
        kind, _colon, rest = name.partition(":")
        if kind == "tool" and text != now.get(rest, text):
            tools[rest] = text
        elif kind == "cell":
            number, _colon, at = rest.partition(":")
            if number.isdecimal() and len(number) < 9 and at in set(Field):
                cells.setdefault(int(number), {})[Field(at)] = text
        elif kind in {"out", "in"} and text.isdecimal() and len(text) < 9:
            left_out[int(text)] = kind == "out"
        elif kind == "use":
            number, _colon, more = text.partition(":")
            at, _colon, value = more.partition(":")
            if number.isdecimal() and len(number) < 9 and at in set(Field):
                cells.setdefault(int(number), {})[Field(at)] = value
    return {"tools": tools, "cells": cells, "left_out": left_out}
