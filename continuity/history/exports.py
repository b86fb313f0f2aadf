"""The history as a file: one row for each field that changed; and what was deleted."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import override

from continuity.history.models import Deletion
from continuity.web.tables.cells import Row
from continuity.web.tables.sheets import Column, Sheet, moment, sheet


class Change(Protocol):
    """A changed field as it is read (history.queries.Change)."""

    @property
    def field(self) -> str: ...
    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...


class Line(Protocol):
    """An entry in words (history.queries.Line)."""

    @property
    def at(self) -> datetime: ...
    @property
    def by(self) -> str: ...
    @property
    def did(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def team(self) -> str: ...
    @property
    def changes(self) -> Sequence[Change]: ...


def table(lines: Callable[[], Iterable[Line]]) -> Sheet:
    """Return the history as a table, in the active language; instants in UTC. A line
    without changed fields has one row, with these empty."""
    heads = (
        _("When (UTC)"), _("Who"), _("What was done"), _("About"), _("Team"),
        _("Field"), _("Before"), _("After"),
    )  # fmt: skip
    return Sheet("history", "History", heads, lambda: _rows(lines()))


def _rows(lines: Iterable[Line]) -> Iterator[Row]:
    for line in lines:
        told = (f"{line.at:%Y-%m-%dT%H:%M:%SZ}", line.by, line.did, line.subject, line.team)
        changes = [(one.field, one.before, one.after) for one in line.changes]
        for change in changes or [("", "", "")]:
            yield (*told, *change)


def in_language(pieces: Iterable[str], language: str) -> Iterator[str]:
    """Yield `pieces` made in `language`: they are made after the request is over, when
    its language is no longer the active one."""
    source = iter(pieces)
    while True:
        with override(language):
            piece = next(source, None)
        if piece is None:
            return
        yield piece


class Gone(Protocol):
    """Something deleted (history.queries.deletions.Deleted)."""

    @property
    def deletion(self) -> Deletion: ...
    @property
    def kind(self) -> str: ...
    @property
    def until(self) -> datetime: ...


def deleted(lines: Callable[[], Iterable[Gone]]) -> Sheet:
    """Return what was deleted and can still be brought back."""
    columns: list[Column[Gone]] = [
        Column(_("What"), lambda line: line.deletion.label),
        Column(_("About"), lambda line: line.kind),
        Column(_("Team"), lambda line: str(line.deletion.team or "")),
        Column(_("Deleted"), lambda line: moment(line.deletion.at)),
        Column(_("By"), lambda line: str(line.deletion.by or "")),
        Column(_("Can be brought back until"), lambda line: moment(line.until)),
    ]
    return sheet("deleted", columns, lines)
