"""What if: tools of one's choice, or a known outage, at an hour of the week.

What stops and on what it goes on is the knock-out of all that is hit at once; the hours
follow the times that are published, with and without today's alternatives.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from continuity.accounts.models import Organisation, User
from continuity.accounts.roles import Action
from continuity.domain.fate import Graph, Outcome
from continuity.domain.forecast import Stretch, replay
from continuity.domain.herd import Race
from continuity.domain.hours import Hours
from continuity.domain.losses import Hit, lost, reach
from continuity.inventory.models import Tool, Workflow
from continuity.inventory.queries import carrying, fate, knock_out, known_outages
from continuity.inventory.queries.carrying import Carried
from continuity.inventory.queries.order import alphabetical
from continuity.web.together import together

CENT: Final = Decimal("0.01")
HOUR: Final = timedelta(hours=1)
NOTHING: Final = timedelta()


@dataclass(frozen=True, slots=True)
class Asked:
    """What fails, and when: `tools` for `length`, a known `outage` with its own spells, or
    both. `weekday` (0 is Monday) and `clock` (since midnight) are in the organisation's
    zone; None of an outage is when it was."""

    tools: tuple[int, ...] = ()
    outage: str = ""
    weekday: int | None = None
    clock: timedelta = timedelta(hours=9)
    length: timedelta = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Taken:
    """What it takes from one workflow, in hours of work. None is what cannot be said:
    its hours of work are not stated. `assumed` of `spared` hang on an alternative that is
    not sound and proven.

    `bare` is without any alternative, `proven` with those that are sound and proven and
    have a seat, `hoped` with all of them at the time that people expect.
    """

    bare: timedelta | None
    proven: timedelta | None
    hoped: timedelta | None
    cost_per_hour: Decimal | None

    @property
    def bare_cost(self) -> Decimal | None:
        return _cost(self.bare, self.cost_per_hour)

    @property
    def proven_cost(self) -> Decimal | None:
        return _cost(self.proven, self.cost_per_hour)


def _cost(length: timedelta | None, per_hour: Decimal | None) -> Decimal | None:
    if length is None or per_hour is None:
        return None
    share = Decimal(length // timedelta.resolution) / (HOUR // timedelta.resolution)
    return (per_hour * share).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Sum:
    """What several workflows lose together, of those of which it is known. `hours_unknown`
    of them state no hours of work, `cost_unknown` no cost of an hour."""

    workflows: int
    stops: int
    falls_back: int
    degraded: int
    queues: int
    bare: timedelta
    proven: timedelta
    hoped: timedelta
    bare_cost: Decimal
    proven_cost: Decimal
    hours_unknown: int
    cost_unknown: int

    @property
    def knows_hours(self) -> bool:
        """Whether any of them states its hours of work; without one nothing is known."""
        return self.workflows > self.hours_unknown

    @property
    def knows_cost(self) -> bool:
        """Whether any of them states its hours of work and the cost of one."""
        return self.workflows > self.hours_unknown + self.cost_unknown

    @property
    def is_least_cost(self) -> bool:
        """Whether some of them may cost more than is known."""
        return bool(self.hours_unknown or self.cost_unknown)


@dataclass(frozen=True, slots=True)
class TeamSum:
    team: int
    name: str
    sum: Sum


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer. `start` is the next such hour of the week, or when the outage was;
    `unnamed` are tools of the outage that the catalogue does not have, and
    `unpublished` says that some of its losses or times were not published."""

    start: datetime
    zone: str
    outage: known_outages.Outage | None
    unnamed: tuple[str, ...]
    unpublished: bool
    page: knock_out.KnockOutPage
    taken: Mapping[int, Taken]
    queueing: frozenset[int]
    teams: tuple[TeamSum, ...]
    whole: Sum
    read: carrying.Read


@dataclass(frozen=True, slots=True)
class Setting:
    """What a question is asked in: the tools that may be chosen, by name; those that the
    known outages name; the zone that an hour of the week is meant in, and the currency."""

    tools: Mapping[int, str]
    named: Mapping[str, int]
    zone: str
    currency: str


def setting() -> Setting:
    """Return the setting, in one query."""
    found = together(
        tools=Tool.objects.order_by(alphabetical("name"), "pk").values_list("pk", "name"),
        named=known_outages.asked_of_names(),
        own=Organisation.objects.filter(pk=1).values_list("zone", "currency"),
    )
    without = Organisation()
    zone, currency = next(iter(found["own"]), (without.zone, without.currency))
    return Setting(
        tools=dict(found["tools"]),
        named=known_outages.named_of(found["named"]),
        zone=zone,
        currency=currency,
    )


def next_time(weekday: int, clock: timedelta, *, zone: str, now: datetime) -> datetime:
    """Return the first such hour of the week that is not before `now`."""
    local = now.astimezone(ZoneInfo(zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    # Counted on the wall clock: a change of the clocks moves no hour of the week.
    found = midnight + timedelta(days=(weekday - local.weekday()) % 7) + clock
    return found if found >= local else found + timedelta(days=7)


def answer(
    user: User, asked: Asked, *, now: datetime, known: Setting | None = None
) -> WhatIf:
    """Return what would happen, over the workflows that `user` may see: eight queries for
    any number of workflows, and one more where the setting is not `known`."""
    known = known or setting()
    graph = fate.graph()
    here = known.zone
    outage = next((one for one in known_outages.facts() if one.key == asked.outage), None)
    start = outage.start if outage else now
    if asked.weekday is not None:
        start = next_time(asked.weekday, asked.clock, zone=here, now=now)
    named = known.named
    spells = outage.spells if outage else ()
    hits = hits_of(spells, named)
    hits += [Hit(tool, NOTHING, asked.length, 1.0) for tool in asked.tools]
    down = {named[one.tool] for one in spells if one.down and one.tool in named}
    down.update(asked.tools)
    badly = {named[one.tool] for one in spells if one.tool in named} - down
    page = knock_out.of(user, sorted(down), degraded=sorted(badly), now=now, graph=graph)
    hit = page.lost.stops | page.lost.falls_back | page.lost.degraded
    read = carrying.read(
        Workflow.objects.allowing(user, Action.VIEW).filter(pk__in=hit),
        page.inventory.reliances,
    )
    works = carrying.carried_of(read, zone=here, now=now, graph=graph)
    full = _full(page)
    taken = dict(_taken(works, hits, full, graph=graph, start=start))
    queueing = frozenset(workflow for workflow, _ in full)
    by_team: dict[tuple[str, int], list[int]] = defaultdict(list)
    for work in works:
        by_team[work.team_name, work.team].append(work.pk)
    return WhatIf(
        start=start.astimezone(ZoneInfo(here)),
        zone=here,
        outage=outage,
        unnamed=tuple(dict.fromkeys(s.tool for s in spells if s.tool not in named)),
        unpublished=any(not one.published or _share(one) is None for one in spells),
        page=page,
        taken=taken,
        queueing=queueing,
        teams=tuple(
            TeamSum(team, name, _sum(pks, page, taken, queueing))
            for (name, team), pks in sorted(by_team.items())
        ),
        whole=_sum([work.pk for work in works], page, taken, queueing),
        read=read,
    )


def hits_of(spells: Iterable[known_outages.Spell], named: Mapping[str, int]) -> list[Hit]:
    """Return the spells that have published times, for tools that the catalogue has."""
    return [
        Hit(named[one.tool], one.since, one.until, _share(one))
        for one in spells
        if one.tool in named and one.since is not None and one.until is not None
    ]


def _share(spell: known_outages.Spell) -> float | None:
    if spell.rate is not None:
        return spell.rate / 100
    return 1.0 if spell.down else None


def _full(page: knock_out.KnockOutPage) -> frozenset[tuple[int, int]]:
    """Return each workflow, with the tool on which it lands, that finds no seat there for
    all of its people."""
    return frozenset(
        (arrival.workflow, crowd.tool)
        for crowd in page.crowds
        for arrival in crowd.herd.arrivals
        if arrival.race is Race.LOSES
    )


def _taken(
    works: Iterable[Carried],
    hits: Iterable[Hit],
    full: frozenset[tuple[int, int]],
    *,
    graph: Graph,
    start: datetime,
) -> Iterator[tuple[int, Taken]]:
    reached = reach(graph, hits)
    known: dict[tuple[Hours, tuple[Stretch, ...]], timedelta] = {}

    def worked(hours: Hours | None, parts: tuple[Stretch, ...]) -> timedelta | None:
        if hours is None:
            return None
        if (hours, parts) not in known:
            known[hours, parts] = replay(start, parts, hours)
        return known[hours, parts]

    for work in works:
        no_seat = {
            one.pk
            for use in work.uses
            for one in use.options
            if one.tool is not None and (work.pk, one.tool) in full
        }
        yield (
            work.pk,
            Taken(
                bare=worked(work.hours, lost(work.bare(), reached)),
                proven=worked(work.hours, lost(work.needs(), reached, full=no_seat)),
                hoped=worked(work.hours, lost(work.needs(trusted=None), reached)),
                cost_per_hour=work.cost_per_hour,
            ),
        )


def _sum(
    pks: Sequence[int],
    page: knock_out.KnockOutPage,
    taken: Mapping[int, Taken],
    queueing: frozenset[int],
) -> Sum:
    outcomes = Counter(page.outcome(pk) for pk in pks)
    known = [taken[pk] for pk in pks if taken[pk].bare is not None]
    zero = Decimal()
    return Sum(
        workflows=len(pks),
        stops=outcomes[Outcome.STOPS],
        falls_back=outcomes[Outcome.FALLS_BACK],
        degraded=outcomes[Outcome.DEGRADED],
        queues=len(queueing.intersection(pks)),
        bare=sum((one.bare or NOTHING for one in known), NOTHING),
        proven=sum((one.proven or NOTHING for one in known), NOTHING),
        hoped=sum((one.hoped or NOTHING for one in known), NOTHING),
        bare_cost=sum((one.bare_cost or zero for one in known), zero),
        proven_cost=sum((one.proven_cost or zero for one in known), zero),
        hours_unknown=len(pks) - len(known),
        cost_unknown=sum(one.bare_cost is None for one in known),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what the knock-out says, and what it takes."""

    found: knock_out.Row
    taken: Taken
    queues: bool


def affected(found: WhatIf, *, outcome: str = "", team: int | None = None) -> list[int]:
    """Return the keys of the workflows to list, the worst first; of one `outcome` or one
    `team` where that is given. "queues" are those without a seat for all."""
    if outcome == "queues":
        keys = [pk for pk in knock_out.affected(found.page) if pk in found.queueing]
    else:
        known = outcome in knock_out.OUTCOMES and outcome != Outcome.UNTOUCHED
        keys = list(knock_out.affected(found.page, outcome=outcome if known else ""))
    if team is None:
        return keys
    return [pk for pk in keys if found.read.workflows[pk].team_id == team]


def rows(found: WhatIf, keys: Sequence[int]) -> list[Row]:
    """Return the lines of these workflows, in their order."""
    alternatives = {
        one.pk: one for each in found.read.alternatives.values() for one in each
    }
    known = found.read.workflows, alternatives
    return [
        Row(row, found.taken[row.workflow.pk], row.workflow.pk in found.queueing)
        for row in knock_out.rows(found.page, keys, known)
    ]
