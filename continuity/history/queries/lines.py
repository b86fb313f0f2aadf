"""An entry of the history in words: who did what, from what to what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.history.models import Entry
from continuity.history.queries.words import (
    ADMINISTERED,
    FIELDS,
    GONE,
    LENGTHS,
    LINKS,
    MOMENTS,
    VALUES,
    VERBS,
    WHOLE,
)
from continuity.web import formats


@dataclass(frozen=True, slots=True)
class Change:
    """One field; `before` and `after` as they are read, "–" for nothing."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words. `by` is empty for what the clock did; `url` where there is a
    page to open."""

    pk: int
    at: datetime
    by: str
    did: str
    subject: str
    url: str
    team: str
    changes: tuple[Change, ...]


def lines_of(rows: Iterable[Entry], user: User) -> tuple[Line, ...]:
    administers = user.may(Action.ADMINISTER)
    return tuple(_line(row, administers=administers) for row in rows)


def _line(row: Entry, *, administers: bool) -> Line:
    route = LINKS.get(row.subject_type, "")
    if administers:
        route = route or ADMINISTERED.get(row.subject_type, "")
    gone = row.verb.endswith(GONE)
    return Line(
        pk=row.pk,
        at=row.at,
        by=str(row.actor) if row.actor is not None else "",
        did=str(VERBS.get(row.verb, row.verb)),
        subject=row.subject_label,
        url=reverse(route, args=[row.subject_id]) if route and not gone else "",
        team=row.team.name if row.team is not None else "",
        changes=told(row.before, row.after),
    )


def told(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return plain values, as an entry keeps them, in words: one change for each field."""
    return tuple(
        Change(
            str(FIELDS.get(field, field)),
            _read(field, before.get(field)),
            _read(field, after.get(field)),
        )
        for field in dict.fromkeys((*before, *after))
    )


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return in words the fields that differ; empty and missing are the same."""
    differing = [
        field
        for field in dict.fromkeys((*before, *after))
        if (before.get(field) or None) != (after.get(field) or None)
    ]
    return told(
        {field: before.get(field) for field in differing},
        {field: after.get(field) for field in differing},
    )


def _read(field: str, value: Any) -> str:
    """Return a value as kept in JSON, as a person would write it."""
    match value:
        case None | "" | []:
            named = VALUES.get(field, {}).get("") if value == "" else None
            return str(named or formats.NOTHING)
        case True:
            return gettext("Yes")
        case False:
            return gettext("No")
        case int() | float() if field in LENGTHS:
            return formats.duration(timedelta(seconds=value))
        case list():
            return ", ".join(_read(field, item) for item in value)
        case dict() if field in WHOLE:
            words = VALUES[field]
            said = (
                f"{words.get(key, key)}{': ' if isinstance(item, list) else ' '}"
                f"{_read(field, item)}"
                for key, item in value.items()
            )
            return "; ".join(said)
        case dict():
            return ", ".join(f"{key}: {_read(key, item)}" for key, item in value.items())
        case str() if field == "starts_time":
            return value[:5]
        case str() if field.endswith(MOMENTS):
            return _moment(value)
        case _:
            return str(VALUES.get(field, {}).get(str(value), value))


def _moment(value: str) -> str:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return value
    if instant.tzinfo is None:
        return formats.day(date(instant.year, instant.month, instant.day))
    return formats.day_time(instant)
