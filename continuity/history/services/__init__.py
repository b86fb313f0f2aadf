"""Writing history: one line per change, inside the change's own transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models

from continuity.accounts.models import Team, User
from continuity.history.models import Entry


def record(
    verb: str,
    subject: models.Model,
    *,
    actor: User | None,
    now: datetime,
    team: Team | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write one history entry inside the caller's transaction.

    `actor` is None for what the clock did on its own. Values are kept as plain
    JSON: instants as ISO 8601, lengths in seconds, rows as their text.
    """
    Entry.objects.create(
        at=now,
        actor=actor,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_label=str(subject)[:300],
        team=team,
        before=plain(before or {}),
        after=plain(after or {}),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One of many entries written at once, with the arguments of `record`."""

    verb: str
    subject: models.Model
    team: Team | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def record_all(lines: Iterable[Line], *, actor: User | None, now: datetime) -> None:
    """Write many entries as `record` would one by one, in a few statements."""
    Entry.objects.bulk_create(
        (
            Entry(
                at=now,
                actor=actor,
                verb=line.verb,
                subject_type=line.subject._meta.label_lower,
                subject_id=line.subject.pk,
                subject_label=str(line.subject)[:300],
                team=line.team,
                before=plain(line.before),
                after=plain(line.after),
            )
            for line in lines
        ),
        batch_size=1000,
    )


def changes(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields that differ, as they were and as they are."""
    differing = [name for name in new if old.get(name) != new[name]]
    return {name: old.get(name) for name in differing}, {n: new[n] for n in differing}


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case timedelta():
            return value.total_seconds()
        case datetime() | date():
            return value.isoformat()
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case dict():
            return plain(value)
        case _:
            return str(value)
