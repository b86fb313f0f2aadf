"""The links of participants: the one that an address opens, and all of an outage."""

from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db.models import Prefetch, Q, QuerySet

from continuity.accounts.models import User
from continuity.domain.clocks import Clock
from continuity.outages.models import Outage, Pass, Recovery, answered_by
from continuity.outages.models.passes import SIGNER
from continuity.outages.queries.board import Board, board
from continuity.outages.queries.live import Part, Reader, Row
from continuity.outages.queries.told import Told, told


def opened_by(token: str, *, now: datetime) -> Pass | None:
    """Return the link with this address if it opens anything at `now`. One query."""
    try:
        pk = int(SIGNER.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    joined = Pass.objects.select_related("outage", "user")
    found = joined.filter(pk=pk).first()
    return found if found is not None and found.is_open(now) else None


def recoveries_of(one: Pass) -> QuerySet[Recovery]:
    """Return what the person of a link answers for in its outage. Not yet read."""
    return one.outage.recoveries.filter(answered_by(one.user))


@dataclass(frozen=True, slots=True)
class Own:
    """What a link shows: the clocks, one's own recoveries, one of them whole, and what
    the scenario has told the person."""

    board: Board
    mine: tuple[Row, ...]
    part: Part | None
    told: tuple[Told, ...] = ()
    may_note: bool = True

    @property
    def next(self) -> Clock | None:
        return None if self.part is None else self.part.next


def own(one: Pass, *, part: int | None, now: datetime) -> Own:
    """Return the page of a link; `part` is one of the person's own recoveries, else the
    first of them that is not back yet."""
    state = board(one.outage, now=now)
    if one.outage.occurred_at is None:
        return Own(state, (), None)
    reader = Reader(one.outage, one.user, state, now)
    if part is not None and not recoveries_of(one).filter(pk=part).exists():
        part = None
    heard = told(one.outage, one.user) if one.outage.is_drill else ()
    return Own(state, reader.mine(), reader.part(part), heard)


def people(outage: Outage) -> QuerySet[User]:
    """Return who has, had or could use a link into `outage`: `standing` holds the one
    that works, if any. By name; not yet read."""
    answering = Recovery.objects.filter(outage=outage)
    return (
        User.objects.filter(
            Q(passes__outage=outage)
            | Q(pk__in=answering.values("lead"))
            | Q(pk__in=answering.values("workflow__owner"))
            | Q(pk__in=answering.values("workflow__deputy")),
            is_active=True,
        )
        .distinct()
        .order_by("name", "pk")
        .prefetch_related(
            Prefetch(
                "passes",
                Pass.objects.standing().filter(outage=outage),
                to_attr="standing",
            )
        )
    )
