"""The tables of pages as files: the columns once, for CSV and for a workbook.

A sheet holds all rows of its table, not those of one page, with the filters of the page.
Heads are in the reader's language. A length is written as people read it and once more
in seconds, and where it may be a lower bound a column of its own says so.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from continuity.web import formats
from continuity.web.tables.cells import Row, Value

type Words = str | Promise


class Printed(Protocol):
    """What the writers of files need of a table."""

    @property
    def title(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def rows(self) -> Callable[[], Iterator[Row]]: ...


@dataclass(frozen=True, slots=True)
class Column[Line]:
    """One column: its head, and what a line says in it."""

    head: Words
    value: Callable[[Line], Value | Words]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as the writers of CSV and XLSX take it. `name` is that of the file, in
    letters and hyphens; `title` that of the sheet, at most 31 characters."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]


def sheet[Line](
    name: str,
    columns: Sequence[Column[Line]],
    lines: Callable[[], Iterable[Line]],
) -> Sheet:
    """Return the table of these lines, which are asked for when it is written."""

    def rows() -> Iterator[Row]:
        for line in lines():
            yield tuple(_plain(column.value(line)) for column in columns)

    title = name.replace("-", " ").capitalize()[:31]
    return Sheet(name, title, tuple(str(column.head) for column in columns), rows)


def length(head: Words, of: Callable[[Any], timedelta | None]) -> tuple[Column[Any], ...]:
    """Return the columns of a length: in words, and in whole seconds."""
    return (
        Column(head, lambda line: _words(of(line))),
        Column(_in_seconds(head), lambda line: _seconds(of(line))),
    )


def bounded(
    head: Words, of: Callable[[Any], formats.Reading | None]
) -> tuple[Column[Any], ...]:
    """Return the columns of a length that may be a lower bound: in words ("> 42 min"), in
    whole seconds, and whether it is one."""

    def words(line: Any) -> str:
        found = of(line)
        return "" if found is None else formats.reading(found)

    def seconds(line: Any) -> int | None:
        found = of(line)
        return None if found is None else _seconds(found.length)

    def is_bound(line: Any) -> str:
        found = of(line)
        return "" if found is None else yes_no(found.is_lower_bound)

    return (
        Column(head, words),
        Column(_in_seconds(head), seconds),
        Column(_("%(what)s: lower bound") % {"what": head}, is_bound),
    )


def moment(value: datetime | None) -> str:
    """Return an instant in the active zone with its offset, empty for None."""
    if value is None:
        return ""
    return timezone.localtime(value).isoformat(timespec="seconds")


def yes_no(value: bool) -> str:  # noqa: FBT001 - it is what it says
    return _("yes") if value else _("no")


def _in_seconds(head: Words) -> str:
    return _("%(what)s, seconds") % {"what": head}


def _words(value: timedelta | None) -> str:
    return "" if value is None else formats.duration(value)


def _seconds(value: timedelta | None) -> int | None:
    return None if value is None else int(value.total_seconds())


def _plain(value: "Value | Words") -> Value:
    return str(value) if isinstance(value, Promise) else value
