"""Days without drills: brought as a file, looked at, put to use, taken away again."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.drills.imports import Holiday
from continuity.drills.models import Blackout, BlackoutFile
from continuity.drills.services import scheduling
from continuity.history.models import Deletion
from continuity.history.services import deletions, record


@transaction.atomic(durable=True)
def bring(
    name: str, holidays: Iterable[Holiday], *, actor: User, now: datetime
) -> BlackoutFile:
    """Keep the days of a file to be looked at. Nothing moves before they are used."""
    file = BlackoutFile.objects.create(name=name[:160], uploaded_at=now, uploaded_by=actor)
    Blackout.objects.bulk_create(
        Blackout(file=file, day=holiday.day, name=holiday.name) for holiday in holidays
    )
    return file


@transaction.atomic(durable=True)
def use(file_pk: int, *, actor: User, now: datetime) -> int:
    """Let no recurring drill run on the days of the file; return how many schedules moved.

    Drills that are planned already stay. Again does nothing.
    """
    file = BlackoutFile.objects.select_for_update(of=("self",)).get(pk=file_pk)
    if file.used_since is not None:
        return 0
    file.used_since = now
    file.save(update_fields=["used_since"])
    record("blackout.used", file, actor=actor, now=now, after={"days": file.days.count()})
    return scheduling.reckon_again(now=now)


@transaction.atomic(durable=True)
def remove(file_pk: int, *, actor: User, now: datetime) -> tuple[int, Deletion | None]:
    """Take the days of the file away again; return how many schedules moved, and what
    brings the file back (None where somebody took it away before)."""
    file = BlackoutFile.objects.select_for_update(of=("self",)).filter(pk=file_pk).first()
    if file is None:
        return 0, None
    used = file.used_since is not None
    if used:
        record(
            "blackout.removed",
            file,
            actor=actor,
            now=now,
            before={"days": file.days.count()},
        )
    gone = deletions.remove(
        [file], kind="blackout", action=Action.IMPORT, actor=actor, now=now
    )
    return (scheduling.reckon_again(now=now) if used else 0), gone


def fit_again(file: BlackoutFile, *, actor: User, now: datetime) -> None:
    """Let the days of a file that stands again count, if they did before."""
    days = {"days": file.days.count()}
    record("blackout.brought_back", file, actor=actor, now=now, after=days)
    if file.used_since is not None:
        scheduling.reckon_again(now=now)
