"""The live page of one outage as one person sees it, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.paginator import Page
from django.db.models import Q, QuerySet

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.states import DrillEvent, events_from
from continuity.inventory.queries.allowed import permissions
from continuity.outages.models import Outage, Recovery
from continuity.outages.queries.board import Board, asked_of, board_of
from continuity.outages.queries.journal import PER_PAGE, JournalLine, lines
from continuity.outages.queries.parts import (
    MOST_PARTS,
    Part,
    Reader,
    Row,
    around_of,
    by_name,
    chosen_of,
    joined,
    own,
    own_teams,
)
from continuity.outages.queries.told import Told, told_of, told_to
from continuity.web.counted import page_of_counted
from continuity.web.together import number_of, together, value_of

ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class Live:
    board: Board
    events: tuple[DrillEvent, ...]
    may_run: bool
    may_note: bool
    mine: tuple[Row, ...]
    part: Part | None
    rows: tuple[Row, ...]
    page: Page[Recovery]
    shown: str
    mine_total: int
    stuck: tuple[Row, ...]
    told: tuple[Told, ...]
    journal: tuple[JournalLine, ...]
    older_than: int | None

    @property
    def not_back(self) -> int:
        return self.board.counts.total - self.board.counts.recovered


def live(
    outage: Outage,
    *,
    user: User,
    part: int | None = None,
    shown: str = "",
    page: str | int | None = 1,
    now: datetime,
) -> Live:
    """Return the live page of `outage` for `user`.

    `part` is the recovery they asked for; otherwise the first of their own that is not
    back yet. `shown` cuts the table to "mine" or to what is still "open"; empty shows
    all. Someone without a part of their own and who asked for none has none.
    """
    around = around_of(outage, user)
    total = number_of(outage.recoveries.filter(around))
    first = together(**asked_of(outage), around=total)
    state, mine_total = board_of(outage, first, now=now), value_of(first["around"])
    asked = _page(outage, around, mine_total, state, shown, page)
    on_page: Any = asked.object_list
    stuck = outage.recoveries.exclude(stuck_reason="").order_by("stuck_at", "pk")
    found = together(
        **permissions(Outage.objects.filter(pk=outage.pk), user, [Action.RUN_DRILL]),
        teams=own_teams(outage, user).values_list("pk"),
        mine=own(outage, user).values_list("pk")[:MOST_PARTS],
        part=chosen_of(outage, user, around, part).values_list("pk")[:1],
        page=on_page.values_list("pk"),
        stuck=stuck.values_list("pk")[:MOST_PARTS],
        told=told_to(outage, user),
    )
    may_run = bool(found[Action.RUN_DRILL])
    reader = Reader(outage, user, state, now, teams={pk for (pk,) in found["teams"]})
    known = joined(outage).in_bulk(
        {pk for name in ("mine", "part", "page", "stuck") for (pk,) in found[name]}
    )
    mine, rows, waiting = (
        [known[pk] for (pk,) in found[name]] for name in ("mine", "page", "stuck")
    )
    chosen = known.get(value_of(found["part"], None))
    journal = lines(outage)
    return Live(
        board=state,
        events=events_from(outage.state),
        may_run=may_run,
        may_note=DrillEvent.NOTE in events_from(outage.state),
        mine=reader.rows_of(mine),
        part=None if chosen is None else reader.part_of(chosen),
        rows=reader.rows_of(rows),
        page=asked,
        shown=shown,
        mine_total=mine_total,
        stuck=reader.rows_of(waiting) if may_run else (),
        told=told_of(found["told"]),
        journal=journal,
        older_than=journal[-1].number if len(journal) == PER_PAGE else None,
    )


def _page(
    outage: Outage,
    around: Q,
    mine_total: int,
    state: Board,
    shown: str,
    number: str | int | None,
) -> Page[Recovery]:
    """Return a page of everyone's recoveries, cut to what is `shown`; not yet read."""
    rows, total = by_name(outage), state.counts.total
    if shown == "mine":
        rows, total = rows.filter(around), mine_total
    elif shown == "open":
        rows = rows.filter(minimum_at=None)
        total -= state.counts.recovered
    return page_of_counted(rows, total, number, per_page=ROWS)


def people() -> QuerySet[User]:
    """Return everyone who may sign in. Not yet read."""
    return User.objects.filter(is_active=True)
