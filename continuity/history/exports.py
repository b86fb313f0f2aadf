"""The history as CSV: one row for each field that changed."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import override

from continuity.web.cells import neutral

BYTE_ORDER_MARK: Final = "\ufeff"
"""Makes Excel read UTF-8."""
AT_ONCE: Final = 200


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


def pieces(lines: Iterable[Line]) -> Iterator[str]:
    """Yield the file piece by piece, in the active language; instants in UTC. A line
    without changed fields has one row, with these empty."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out)
    heads = (
        _("When (UTC)"), _("Who"), _("What was done"), _("About"), _("Team"),
        _("Field"), _("Before"), _("After"),
    )  # fmt: skip
    writer.writerow(heads)
    for number, line in enumerate(lines, start=1):
        told = (f"{line.at:%Y-%m-%dT%H:%M:%SZ}", line.by, line.did, line.subject, line.team)
        changes = [(one.field, one.before, one.after) for one in line.changes]
        for change in changes or [("", "", "")]:
            writer.writerow([neutral(text) for text in (*told, *change)])
        if number % AT_ONCE == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


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
