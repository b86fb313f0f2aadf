"""Knock-out: what stops when a tool is lost, what goes on and on what, and for whom
there is no seat.

Everything here is about the workflows that the reader may see. Where those are not all
of the organisation's, nobody is promised a seat: others may arrive as well.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from django.db.models import Q

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.fate import (
    Effect,
    Fallback,
    Graph,
    KnockOut,
    Landing,
    Outcome,
    Reliance,
    Reliances,
)
from continuity.domain.herd import Arrival, Capacity, Herd, Load, Race, herd
from continuity.domain.readiness import (
    DependencyFacts,
    ProofFacts,
    ProofSource,
    proven_until,
)
from continuity.inventory.models import (
    Alternative,
    Proof,
    Tier,
    Tool,
    Without,
    Workflow,
)
from continuity.inventory.queries import fate
from continuity.inventory.queries.order import alphabetical
from continuity.inventory.queries.tools import matching

MOST_HERDS: Final = 20
"""How many alternatives are shown with the people that land on them; the fullest."""
RACES: Final = (Race.LOSES, Race.UNKNOWN, Race.SEATED)


@dataclass(frozen=True, slots=True)
class Work:
    """What a knock-out needs to know of a workflow. `people` is the most it states."""

    name: str
    tier: int
    rto: timedelta | None
    mbco_percent: int | None
    people: int | None
    least: int

    @property
    def load(self) -> Load:
        return Load(self.tier, self.people, self.rto, self.least)


class Inventory:
    """All that one reader may see of who depends on what, read in two queries; of `only`
    one workflow where its key is given, archived or not."""

    def __init__(self, user: User, *, only: int | None = None) -> None:
        self.works: dict[int, Work] = {}
        self.own_limits: dict[int, int] = {}
        self.procedures: dict[int, str] = {}
        self.whole: Final = user.may(Action.VIEW)
        found: list[tuple[int, int, int, bool]] = []
        scope = Q(archived_at=None) if only is None else Q(pk=only)
        rows = (
            Workflow.objects.allowing(user, Action.VIEW)
            .filter(scope)
            .order_by("pk", "dependencies__position", "dependencies__pk")
            .values_list(
                "pk",
                "name",
                "tier",
                "rto",
                "mbco_percent",
                "people_most",
                "people_least",
                "dependencies__pk",
                "dependencies__tool_id",
                "dependencies__without",
            )
        )
        for pk, name, tier, rto, mbco, most, least, dependency, tool, without in rows:
            if pk not in self.works:
                self.works[pk] = Work(name, tier, rto, mbco, most, least or 1)
            if dependency is not None:
                found.append((dependency, pk, tool, without == Without.STOPS))
        fallbacks = self._fallbacks(user, only)
        self.reliances: Final = tuple(
            Reliance(dependency, pk, tool, stops, tuple(fallbacks[dependency]))
            for dependency, pk, tool, stops in found
        )

    def _fallbacks(self, user: User, only: int | None) -> Mapping[int, list[Fallback]]:
        found: dict[int, list[Fallback]] = defaultdict(list)
        scope = (
            Q(dependency__workflow__archived_at=None)
            if only is None
            else Q(dependency__workflow=only)
        )
        rows = (
            Alternative.objects.allowing(user, Action.VIEW)
            .filter(scope)
            .order_by("dependency_id", "rank")
            .values_list("dependency_id", "pk", "tool_id", "limit", "procedure")
        )
        for dependency, pk, tool, limit, procedure in rows:
            found[dependency].append(Fallback(pk, tool))
            if procedure:
                self.procedures[pk] = procedure
            if limit is not None:
                self.own_limits[pk] = limit
        return found

    @cached_property
    def indexed(self) -> Reliances:
        return Reliances(self.reliances)

    @cached_property
    def nameless(self) -> int:
        """How many workflows name no tool, so that nobody knows what stops them."""
        return len(self.works) - len(self.indexed.workflows)

    def users_of(self, tools: Collection[int]) -> Mapping[int, frozenset[int]]:
        """Return the workflows that use each of `tools` today."""
        found: dict[int, set[int]] = {tool: set() for tool in tools}
        for one in self.reliances:
            if one.tool in found:
                found[one.tool].add(one.workflow)
        return {tool: frozenset(pks) for tool, pks in found.items()}


@dataclass(frozen=True, slots=True)
class Rank:
    """A line of the list: how much stops with one tool. `tools` fall with it, itself
    left out; `critical` of `stops` are of the first tier."""

    tool: Tool
    tools: int
    stops: int
    critical: int
    falls_back: int
    degraded: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """`total` workflows were looked at; `nameless` of them name no tool."""

    ranks: Sequence[Rank]
    total: int
    nameless: int
    whole: bool


def ranking(user: User, wanted: Mapping[str, Any]) -> Ranking:
    """Return the tools that match `wanted` (q, kind), the worst loss first: four queries.

    First by the workflows that stop, then the critical among them, those that fall back,
    and those that are degraded. Tools that hit no work are left out, unless `wanted` has
    `every`.
    """
    known = Inventory(user)
    graph = fate.graph()
    tools = list(
        matching(Tool.objects.select_related("provider"), wanted).order_by(
            alphabetical("name"), "pk"
        )
    )
    critical = frozenset(pk for pk, one in known.works.items() if one.tier == Tier.CRITICAL)
    lost = graph.knock_outs([tool.pk for tool in tools], known.indexed)
    ranks = [_rank(tool, one, critical) for tool, one in zip(tools, lost, strict=True)]
    if not wanted.get("every"):
        ranks = [one for one in ranks if one.stops or one.falls_back or one.degraded]
    # Stable: what weighs the same stays in the order of the names.
    ranks.sort(key=lambda one: (-one.stops, -one.critical, -one.falls_back, -one.degraded))
    return Ranking(ranks, len(known.works), known.nameless, known.whole)


def _rank(tool: Tool, lost: KnockOut, critical: frozenset[int]) -> Rank:
    stopped = sum(effect is Effect.STOPS for effect in lost.effects.values())
    return Rank(
        tool=tool,
        tools=stopped - 1,
        stops=len(lost.stops),
        critical=len(lost.stops & critical),
        falls_back=len(lost.falls_back),
        degraded=len(lost.degraded),
    )


@dataclass(frozen=True, slots=True)
class Crowd:
    """What lands on one alternative. `in_use` people work with it already, at least so
    many where `in_use_is_lower_bound`; `free` is what is left of seats and limit."""

    tool: int
    name: str
    herd: Herd
    in_use: int
    in_use_is_lower_bound: bool
    seats: int | None
    limit: int | None

    @property
    def free(self) -> int | None:
        return self.herd.most

    @property
    def workflows(self) -> int:
        return len(self.herd.arrivals)


@dataclass(frozen=True, slots=True)
class KnockOutPage:
    """What the loss of the `chosen` tools does to the workflows the reader may see.

    `tools` stop with them, themselves left out. `proven` of those that fall
    back land on proven alternatives only. `crowds` are the fullest first, those where
    someone loses before all others.
    """

    chosen: tuple[Tool, ...]
    graph: Graph
    inventory: Inventory
    lost: KnockOut
    tools: int
    critical: int
    proven: int
    until: Mapping[int, datetime]
    crowds: tuple[Crowd, ...]

    @property
    def tool(self) -> Tool:
        return self.chosen[0]

    @property
    def shown(self) -> tuple[Crowd, ...]:
        return self.crowds[:MOST_HERDS]

    @property
    def more(self) -> int:
        return max(0, len(self.crowds) - MOST_HERDS)

    @property
    def total(self) -> int:
        return len(self.inventory.works)

    def crowd(self, tool: int) -> Crowd | None:
        return next((one for one in self.crowds if one.tool == tool), None)

    def outcome(self, workflow: int) -> Outcome:
        if workflow in self.lost.stops:
            return Outcome.STOPS
        if workflow in self.lost.falls_back:
            return Outcome.FALLS_BACK
        if workflow in self.lost.degraded:
            return Outcome.DEGRADED
        return Outcome.UNTOUCHED


def page(user: User, tool: Tool, *, now: datetime) -> KnockOutPage:
    """Return the knock-out of one tool, in five queries."""
    return of(user, [tool.pk], now=now)


def of(
    user: User,
    failed: Collection[int],
    *,
    degraded: Collection[int] = (),
    now: datetime,
    graph: Graph | None = None,
) -> KnockOutPage:
    """Return what happens when all of `failed` are lost at once while `degraded` work
    badly: five queries, one less with the graph that the caller has read already."""
    known = Inventory(user)
    graph = graph or fate.graph()
    lost = graph.knock_out(failed, known.indexed, degraded=degraded)
    until = _until(lost.landings, known, now)
    landed: dict[int, list[Landing]] = defaultdict(list)
    for one in lost.landings:
        landed[one.workflow].append(one)
    tools = Tool.objects.select_related("provider", "parent").in_bulk(
        {*failed, *degraded, *(one.tool for one in lost.landings if one.tool is not None)}
    )
    stopped = {tool for tool, one in lost.effects.items() if one is Effect.STOPS}
    return KnockOutPage(
        chosen=tuple(tools[pk] for pk in (*failed, *degraded)),
        graph=graph,
        inventory=known,
        lost=lost,
        tools=len(stopped.difference(failed)),
        critical=sum(known.works[pk].tier == Tier.CRITICAL for pk in lost.stops),
        proven=sum(
            all(one.alternative in until for one in landed[pk]) for pk in lost.falls_back
        ),
        until=until,
        crowds=_crowds(lost, known, graph, tools),
    )


def _until(
    landings: Iterable[Landing], known: Inventory, now: datetime
) -> Mapping[int, datetime]:
    """Return until when each alternative that is landed on is proven; the others, which
    are only assumed to work, are left out."""
    workflows = {one.alternative: one.workflow for one in landings}
    proofs: dict[int, list[ProofFacts]] = defaultdict(list)
    rows = (
        Proof.objects.valid(now)
        .filter(alternative__in=workflows)
        .order_by()
        .values_list(
            "alternative_id",
            "shown_at",
            "expires_at",
            "works",
            "source",
            "capacity",
            "minimum_after",
        )
    )
    for alternative, shown, expires, works, source, capacity, after in rows:
        proofs[alternative].append(
            ProofFacts(shown, expires, works, ProofSource(source), capacity, after)
        )
    found: dict[int, datetime] = {}
    for alternative, facts in proofs.items():
        work = known.works[workflows[alternative]]
        held_to = DependencyFacts(
            pk=0, tool=0, stops=True, rto=work.rto, mbco_percent=work.mbco_percent
        )
        if (until := proven_until(facts, held_to, now=now)) is not None:
            found[alternative] = until
    return found


def _crowds(
    lost: KnockOut, known: Inventory, graph: Graph, tools: Mapping[int, Tool]
) -> tuple[Crowd, ...]:
    landed: dict[int, set[int]] = defaultdict(set)
    for one in lost.landings:
        if one.tool is not None:
            landed[one.tool].add(one.workflow)
    in_use: dict[int, tuple[int, bool]] = {}
    room: dict[int, Capacity] = {}
    for tool, users in known.users_of(landed.keys()).items():
        # Who arrives and uses it already has a seat, which the arrival then takes.
        staying = [known.works[pk] for pk in users - landed[tool]]
        used = sum(one.least if one.people is None else one.people for one in staying)
        in_use[tool] = used, any(one.people is None for one in staying)
        stated = tools[tool]
        room[tool] = Capacity(_left(stated.seats, used), _left(stated.limit, used))
    loads = {pk: known.works[pk].load for pks in landed.values() for pk in pks}
    crowds = []
    for found in herd(lost, room, loads):
        used, at_least = in_use[found.tool]
        sure = known.whole and not at_least
        crowds.append(
            Crowd(
                tool=found.tool,
                name=graph.name(found.tool),
                herd=found if sure else _doubted(found),
                in_use=used,
                in_use_is_lower_bound=at_least or not known.whole,
                seats=tools[found.tool].seats,
                limit=tools[found.tool].limit,
            )
        )
    crowds.sort(key=lambda one: (RACES.index(one.herd.race), -one.herd.people, one.name))
    return tuple(crowds)


def _left(stated: int | None, used: int) -> int | None:
    return None if stated is None else max(0, stated - used)


def _doubted(found: Herd) -> Herd:
    """Return the herd with nobody seated for sure: more people use the tool, or will,
    than are known of. Who loses does so in any case."""
    return replace(
        found,
        arrivals=tuple(
            replace(one, race=Race.UNKNOWN, without_seat=None)
            if one.race is Race.SEATED
            else one
            for one in found.arrivals
        ),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One tool that a workflow loses, and what it uses instead; `instead` None where
    there is nothing. `until` is when its proof runs out, None for what is assumed.

    `own_limit` is the most people of this workflow whom the alternative takes, where
    they are more than that.
    """

    tool: int
    name: str
    direct: bool
    stopped: bool
    needed: bool
    instead: Alternative | None = None
    until: datetime | None = None
    arrival: Arrival | None = None
    own_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    workflow: Workflow
    outcome: Outcome
    people: int | None
    lines: tuple[Line, ...]


OUTCOMES: Final = tuple(Outcome)


def affected(
    found: KnockOutPage, *, outcome: str = "", on: int | None = None
) -> Sequence[int]:
    """Return the keys of the workflows to list, for `rows`.

    By default all that are not untouched, the worst first, then by criticality and RTO;
    those with one `outcome`; or those that land `on` a tool, as they are let in.
    """
    if on is not None:
        crowd = found.crowd(on)
        return [one.workflow for one in crowd.herd.arrivals] if crowd else []
    lost = found.lost
    sets = {
        Outcome.STOPS: lost.stops,
        Outcome.FALLS_BACK: lost.falls_back,
        Outcome.DEGRADED: lost.degraded,
        Outcome.UNTOUCHED: lost.untouched,
    }
    chosen = (
        [Outcome(outcome)]
        if outcome in OUTCOMES
        else [one for one in OUTCOMES if one is not Outcome.UNTOUCHED]
    )
    works = found.inventory.works

    def turn(pk: int) -> tuple[int, timedelta, str, int]:
        one = works[pk]
        return one.tier, one.rto or timedelta.max, one.name.casefold(), pk

    return [pk for each in chosen for pk in sorted(sets[each], key=turn)]


def rows(
    found: KnockOutPage,
    keys: Collection[int],
    known: tuple[Mapping[int, Workflow], Mapping[int, Alternative]] | None = None,
) -> list[Row]:
    """Return the workflows with these keys as the page shows them: in two queries, or in
    none where the workflows, with their teams, and their alternatives are `known`."""
    landings = {one.dependency: one for one in found.lost.landings}
    wanted = frozenset(keys)
    relying = [one for one in found.inventory.reliances if one.workflow in wanted]
    shown = {landings[one.pk].alternative for one in relying if one.pk in landings}
    workflows, alternatives = known or (
        Workflow.objects.select_related("team").in_bulk(keys),
        Alternative.objects.select_related("tool").in_bulk(shown),
    )
    arrivals: dict[tuple[int | None, int], Arrival] = {
        (crowd.tool, one.workflow): one
        for crowd in found.crowds
        for one in crowd.herd.arrivals
        if one.workflow in wanted
    }
    lines: dict[int, list[Line]] = defaultdict(list)
    chosen = {tool.pk for tool in found.chosen}
    for one in relying:
        effect = found.lost.effects.get(one.tool)
        if effect is None:
            continue
        landing = landings.get(one.pk)
        line = Line(
            tool=one.tool,
            name=found.graph.name(one.tool),
            direct=one.tool in chosen,
            stopped=effect is Effect.STOPS,
            needed=one.stops,
        )
        if landing is not None:
            limit = found.inventory.own_limits.get(landing.alternative)
            people = found.inventory.works[one.workflow].people
            line = replace(
                line,
                instead=alternatives[landing.alternative],
                until=found.until.get(landing.alternative),
                arrival=arrivals.get((landing.tool, one.workflow)),
                own_limit=limit if limit and people and people > limit else None,
            )
        lines[one.workflow].append(line)
    return [
        Row(
            workflow=workflows[pk],
            outcome=found.outcome(pk),
            people=found.inventory.works[pk].people,
            lines=tuple(lines[pk]),
        )
        for pk in keys
        if pk in workflows
    ]
