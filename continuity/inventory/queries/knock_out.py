"""Knock-out: what stops when a tool is lost, what goes on and on what, and for whom
there is no seat.

Everything here is about the workflows that the reader may see. Where those are not all
of the organisation's, nobody is promised a seat: others may arrive as well.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from continuity.accounts.models import User
from continuity.domain.fate import (
    Effect,
    Graph,
    KnockOut,
    Landing,
    Outcome,
)
from continuity.domain.herd import Arrival
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
    Workflow,
)
from continuity.inventory.queries import fate
from continuity.inventory.queries.crowds import Crowd, crowds_on
from continuity.inventory.queries.order import alphabetical
from continuity.inventory.queries.relying import Inventory
from continuity.inventory.queries.tools import matching

MOST_HERDS: Final = 20
"""How many alternatives are shown with the people that land on them; the fullest."""


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
        crowds=crowds_on(lost, known, graph, tools),
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
