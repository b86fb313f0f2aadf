"""Declaring a real outage, and what changes on the way. Its end is `outages`' own."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.errors import Refused
from continuity.history.services import record
from continuity.incidents.models import Incident
from continuity.incidents.queries import hits_theirs
from continuity.incidents.services.telling import tell_declared, tell_taken_up
from continuity.inventory.models import Tool
from continuity.outages.models import Outage
from continuity.outages.services import course, real

REMIND_EVERY: Final = timedelta(hours=4)


class NoneOfYours(Refused):
    """No work of the person's teams falls with the tools."""

    code = "none_of_yours"


@transaction.atomic
def declare(
    *,
    title: str,
    seen: str,
    tools: Iterable[Tool],
    occurred_at: datetime,
    links: Sequence[str],
    actor: User,
    now: datetime,
) -> Outage:
    """Declare that tools really fail, and owe all whom it concerns the word.

    Raises NoneOfYours if `actor` belongs to none of the teams that it hits and is no
    manager, and as `outages.services.real.declare`.
    """
    chosen = list(tools)
    _theirs(actor, chosen)
    outage = real.declare(
        title=title, seen=seen, tools=chosen, occurred_at=occurred_at, actor=actor, now=now
    )
    Incident.objects.create(outage=outage, links=list(links), remind_at=now + REMIND_EVERY)
    tell_declared(outage, now=now)
    return outage


def _theirs(actor: User, tools: Sequence[Tool]) -> None:
    if not hits_theirs(actor, [tool.pk for tool in tools]):
        raise NoneOfYours("They belong to no team that it hits.")


@transaction.atomic
def join(
    outage_pk: int, *, seen: str, tools: Iterable[Tool], actor: User, now: datetime
) -> Outage:
    """Add what `actor` meets to a live outage; who comes in by it is told.

    Raises NoneOfYours, and as `outages.services.real.join`.
    """
    chosen = list(tools)
    _theirs(actor, chosen)
    outage = real.join(outage_pk, seen=seen, tools=chosen, actor=actor, now=now)
    tell_declared(outage, now=now)
    return outage


@transaction.atomic
def change(
    outage_pk: int,
    *,
    title: str,
    seen: str,
    tools: Iterable[Tool] | None,
    occurred_at: datetime,
    reason: str,
    links: Sequence[str],
    actor: User,
    now: datetime,
) -> Outage:
    """Correct a real outage: all of it or nothing. `tools` None leaves them as they are,
    as they have to be once it is over. Who comes in by it is told.

    Raises as `set_tools` and `move_onset` of `outages.services.real`.
    """
    real.retitle(outage_pk, title, seen, actor=actor, now=now)
    real.move_onset(outage_pk, occurred_at, reason=reason, actor=actor, now=now)
    _link(outage_pk, list(links), actor=actor, now=now)
    if tools is not None:
        real.set_tools(outage_pk, tools, actor=actor, now=now)
        tell_declared(course.locked(outage_pk), now=now)
    return course.locked(outage_pk)


def _link(outage_pk: int, links: list[str], *, actor: User, now: datetime) -> None:
    """Name other status pages, in the caller's transaction; the same ones do nothing."""
    incident = Incident.objects.select_related("outage__team").get(outage=outage_pk)
    before = incident.links
    if before == links:
        return
    incident.links = links
    incident.save(update_fields=["links"])
    record(
        "outage.changed",
        incident.outage,
        actor=actor,
        now=now,
        team=incident.outage.team,
        before={"links": before},
        after={"links": links},
    )


@transaction.atomic
def take_up(outage_pk: int, *, actor: User, now: datetime) -> Outage:
    """Let an outage go on that was said to be over, and say so to all whom it concerns.

    Raises as `outages.services.real.take_up`.
    """
    outage = real.take_up(outage_pk, actor=actor, now=now)
    Incident.objects.filter(outage=outage).update(
        told_over_at=None, remind_at=now + REMIND_EVERY
    )
    tell_taken_up(outage, now=now)
    return outage
