"""What would have happened: the known outages, replayed on the work that is here.

The outages are facts that ship with the product. What was not published stays unknown:
it makes an outcome possible and adds nothing to how long it lasted.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import yaml
from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from continuity.accounts.models import Organisation, User
from continuity.domain.fate import Effect, Graph, KnockOut, Outcome, Reliance, Reliances
from continuity.domain.hours import Hours, InvalidHours, parse_hours, worked
from continuity.domain.names import normalise
from continuity.inventory.models import Tool, Workflow
from continuity.inventory.queries import fate
from continuity.inventory.queries.relying import Inventory

DATA: Final = Path(__file__).parent.parent / "data" / "outages.yaml"
WORST: Final = (Outcome.STOPS, Outcome.FALLS_BACK, Outcome.DEGRADED)


@dataclass(frozen=True, slots=True)
class Spell:
    """When a tool, by its name in the catalogue, was down (or only degraded), counted
    from the start of the outage; None is what was not published. `rate` is the percent
    of its requests that failed."""

    tool: str
    down: bool
    since: timedelta | None
    until: timedelta | None
    rate: int | None = None

    @property
    def published(self) -> bool:
        return self.since is not None and self.until is not None


@dataclass(frozen=True, slots=True)
class Outage:
    """One known outage. `source` is an address that a page may link to."""

    key: str
    titles: Mapping[str, str]
    notes: Mapping[str, str]
    start: datetime
    end: datetime
    quality: str
    source: str
    spells: tuple[Spell, ...]

    @property
    def title(self) -> str:
        return _in_language(self.titles)

    @property
    def note(self) -> str:
        return _in_language(self.notes)

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def _in_language(texts: Mapping[str, str]) -> str:
    return texts.get((get_language() or "en")[:2], texts.get("en", ""))


@cache
def facts() -> tuple[Outage, ...]:
    """Return the outages that ship with the product, the latest first."""
    rows = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    found = [
        Outage(
            key=row["key"],
            titles=row["title"],
            notes=row.get("note", {}),
            start=row["start"],
            end=row["end"],
            quality=row["quality"],
            source=row["source"],
            spells=tuple(
                _spell(tool, spell)
                for tool, spells in row["tools"].items()
                for spell in spells
            ),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: one.start, reverse=True))


def _spell(tool: str, row: Mapping[str, Any]) -> Spell:
    down = {"down": True, "degraded": False}[row["state"]]
    since, until = (
        None if row[name] is None else timedelta(minutes=row[name])
        for name in ("from", "to")
    )
    return Spell(tool, down, since, until, row.get("rate"))


def tools_named() -> Mapping[str, int]:
    """Return the key of each tool that the facts name, in one query. A tool that was
    renamed is found by its old name, which stays one of its spellings."""
    return named_of(asked_of_names())


def asked_of_names() -> "QuerySet[Tool, Any]":
    """Ask for what `named_of` finds the tools in."""
    names = {spell.tool for outage in facts() for spell in outage.spells}
    normals = [normalise(name) for name in names]
    found = Tool.objects.filter(Q(name__in=names) | Q(names__normal__in=normals))
    return found.order_by("pk").values_list("pk", "name", "names__normal")


def named_of(rows: Iterable[tuple[Any, ...]]) -> Mapping[str, int]:
    names = {spell.tool for outage in facts() for spell in outage.spells}
    normals = {normalise(name): name for name in names}
    found: dict[str, int] = {}
    for pk, name, normal in rows:
        if name in names:
            found[name] = pk
        if normal in normals:
            found.setdefault(normals[normal], pk)
    return found


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of an outage during which nothing changed. `sure` is what is published;
    `possible` also counts what began or ended at a time that nobody published."""

    start: datetime
    end: datetime
    sure: KnockOut
    possible: KnockOut


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long an outcome lasted, for sure: at least so long where `at_least`. `worked`
    is the part of it in operating hours, None where those are not known."""

    outcome: Outcome
    length: timedelta
    at_least: bool
    worked: timedelta | None = None


def _slices(
    outage: Outage, keys: Mapping[str, int], graph: Graph, reliances: Reliances
) -> list[Slice]:
    spells = [spell for spell in outage.spells if spell.tool in keys]
    ends = {timedelta(), outage.length}
    ends.update(spell.since for spell in spells if spell.since is not None)
    ends.update(spell.until for spell in spells if spell.until is not None)
    found = []
    for since, until in pairwise(sorted(ends)):
        # What was not published may have been all the time.
        there = [
            spell
            for spell in spells
            if (spell.since or timedelta()) <= since
            and until <= (outage.length if spell.until is None else spell.until)
        ]
        both = (
            _lost([spell for spell in there if spell.published], keys, graph, reliances),
            _lost(there, keys, graph, reliances),
        )
        found.append(Slice(outage.start + since, outage.start + until, *both))
    return found


def _lost(
    spells: Iterable[Spell], keys: Mapping[str, int], graph: Graph, reliances: Reliances
) -> KnockOut:
    by_state: dict[bool, set[int]] = {True: set(), False: set()}
    for spell in spells:
        by_state[spell.down].add(keys[spell.tool])
    return graph.knock_out(by_state[True], reliances, degraded=by_state[False])


def _outcome(lost: KnockOut, workflow: int) -> Outcome:
    if workflow in lost.stops:
        return Outcome.STOPS
    if workflow in lost.falls_back:
        return Outcome.FALLS_BACK
    return Outcome.DEGRADED if workflow in lost.degraded else Outcome.UNTOUCHED


def _lastings(
    slices: Sequence[Slice], workflow: int, hours: Hours | None
) -> tuple[Lasting, ...]:
    found = []
    for outcome in WORST:
        length = at_work = timedelta()
        open_ = False
        for one in slices:
            sure = _outcome(one.sure, workflow) is outcome
            possible = _outcome(one.possible, workflow) is outcome
            open_ |= possible and not sure
            if sure:
                length += one.end - one.start
                if hours is not None:
                    at_work += worked(hours, one.start, one.end)
        if length or open_:
            found.append(Lasting(outcome, length, open_, at_work if hours else None))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Hit:
    """A tool, and the way from it to what was out; itself alone where the facts name it
    and nothing that it needs was down."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkflowOutage:
    """What one outage would have meant for one workflow; nothing known if `lastings` is
    empty. `instead` are the alternatives that it would have gone on with."""

    outage: Outage
    lastings: tuple[Lasting, ...]
    hits: tuple[Hit, ...]
    instead: tuple[str, ...]

    @property
    def worst(self) -> Outcome:
        return self.lastings[0].outcome if self.lastings else Outcome.UNTOUCHED


@dataclass(frozen=True, slots=True)
class WorkflowOutages:
    """`hours_known` is whether the operating hours could be read; `names_tools` whether
    the workflow names a tool at all."""

    rows: tuple[WorkflowOutage, ...]
    hours_known: bool
    names_tools: bool


def of_workflow(
    user: User, workflow: Workflow, *, graph: Graph | None = None
) -> WorkflowOutages:
    """Return what each known outage would have meant for the workflow: five queries, one
    less with the graph that the caller has read already."""
    known = Inventory(user, only=workflow.pk)
    graph = graph or fate.graph()
    keys = tools_named()
    hours = _hours(workflow)
    rows = []
    for outage in facts():
        slices = _slices(outage, keys, graph, known.indexed)
        landed = dict.fromkeys(
            graph.name(landing.tool)
            if landing.tool is not None
            else known.procedures[landing.alternative]
            for one in slices
            for landing in one.possible.landings
        )
        rows.append(
            WorkflowOutage(
                outage=outage,
                lastings=_lastings(slices, workflow.pk, hours),
                hits=_hits(
                    sorted({one.tool for one in known.reliances}),
                    slices,
                    outage,
                    keys,
                    graph,
                ),
                instead=tuple(landed),
            )
        )
    return WorkflowOutages(tuple(rows), hours is not None, bool(known.reliances))


def _hits(
    tools: Iterable[int],
    slices: Sequence[Slice],
    outage: Outage,
    keys: Mapping[str, int],
    graph: Graph,
) -> tuple[Hit, ...]:
    state: dict[int, bool] = {}
    for spell in outage.spells:
        if spell.tool in keys:
            key = keys[spell.tool]
            state[key] = state.get(key, False) or spell.down
    hit = {tool for one in slices for tool in one.possible.effects}
    found = []
    for tool in tools:
        if tool not in hit:
            continue
        # What carries a stop goes first: a hard way to something that was down.
        ways = [
            (not (down and hard), len(path), path)
            for target, down in state.items()
            for hard in (True, False)
            if (path := graph.path(tool, target, hard_only=hard))
        ]
        found.append(Hit(tuple(graph.name(key) for key in min(ways)[2])))
    return tuple(found)


def _hours(workflow: Workflow) -> Hours | None:
    """Return the operating hours, None where they are not stated or cannot be read."""
    if not workflow.hours:
        return None
    zones = Organisation.objects.filter(pk=1).values_list("zone", flat=True)
    zone = workflow.zone or zones.first() or "UTC"
    try:
        return Hours(parse_hours(workflow.hours), zone)
    except InvalidHours:
        return None


@dataclass(frozen=True, slots=True)
class ToolLasting:
    """How long the tool was down, or only worked badly, as in `Lasting`."""

    down: bool
    length: timedelta
    at_least: bool


@dataclass(frozen=True, slots=True)
class ToolOutage:
    """What one outage was to a tool, and would have been to the work that rides on it."""

    outage: Outage
    lastings: tuple[ToolLasting, ...]
    hit: Hit
    stops: int
    falls_back: int
    degraded: int


@dataclass(frozen=True, slots=True)
class ToolOutages:
    """Those that hit the tool; `others` did not, as far as is known."""

    rows: tuple[ToolOutage, ...]
    others: int
    whole: bool


def of_tool(user: User, tool: Tool) -> ToolOutages:
    """Return the known outages that hit the tool, or something it rides on: four queries.

    Workflows are those that use it, or a tool that rides on it, and that `user` may see;
    each is counted once, by the worst it would have met.
    """
    known = Inventory(user)
    graph = fate.graph()
    keys = tools_named()
    riding = graph.blast_radius({tool.pk})
    reliances = _riding(known.reliances, riding.keys())
    rows = []
    for outage in facts():
        slices = _slices(outage, keys, graph, reliances)
        lastings = _tool_lastings(slices, tool.pk)
        if not lastings:
            continue
        counted = Counter(
            min(
                (_outcome(one.possible, workflow) for one in slices),
                key=list(Outcome).index,
            )
            for workflow in reliances.workflows
        )
        (hit,) = _hits([tool.pk], slices, outage, keys, graph)
        rows.append(
            ToolOutage(
                outage=outage,
                lastings=lastings,
                hit=hit,
                stops=counted[Outcome.STOPS],
                falls_back=counted[Outcome.FALLS_BACK],
                degraded=counted[Outcome.DEGRADED],
            )
        )
    return ToolOutages(tuple(rows), len(facts()) - len(rows), known.whole)


def _riding(reliances: Iterable[Reliance], tools: Collection[int]) -> Reliances:
    by_workflow: dict[int, list[Reliance]] = defaultdict(list)
    for one in reliances:
        by_workflow[one.workflow].append(one)
    return Reliances(
        one
        for all_ in by_workflow.values()
        if any(each.tool in tools for each in all_)
        for one in all_
    )


def _tool_lastings(slices: Sequence[Slice], tool: int) -> tuple[ToolLasting, ...]:
    found = []
    for effect in Effect:
        length, open_ = timedelta(), False
        for one in slices:
            sure = one.sure.effects.get(tool) is effect
            if sure:
                length += one.end - one.start
            open_ |= not sure and one.possible.effects.get(tool) is effect
        if length or open_:
            found.append(ToolLasting(effect is Effect.STOPS, length, open_))
    return tuple(found)
