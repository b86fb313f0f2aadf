"""Whose turn it is, where a schedule goes round the teams and the scenarios."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Max, QuerySet

from continuity.accounts.models import Team
from continuity.domain.fate import Graph
from continuity.domain.rotation import Pair, pick
from continuity.domain.scenario import ComponentState
from continuity.domain.states import BEFORE, LIVE, DrillState
from continuity.drills.models import Component, Drill, Scenario, Schedule
from continuity.drills.queries.rules import days_without_drills
from continuity.inventory.models import Dependency, Tool, ToolKind, Without, Workflow
from continuity.inventory.queries.fate import graph
from continuity.web.together import moment, together

HELD: Final = (DrillState.ENDED, DrillState.REVIEWED)
"""Drills that count: an aborted or a missed one has rehearsed nobody."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is in one drill of a schedule, and what fails in it."""

    team: Team | None
    scenario: Scenario
    tools: tuple[Tool, ...]


def cast_of(schedule: Schedule) -> Cast:
    """Return who is in the next drill of `schedule`: whose turn it is, else what it says
    itself, as where nothing that rotates reaches any work."""
    if not schedule.rotates:
        return own_cast(schedule)
    known = stock()
    picked = set(schedule.workflows.values_list("pk", flat=True))
    for turn in known.turns(schedule, [schedule.next_due_at], picked):
        tools = Tool.objects.in_bulk(known.failing[turn.scenario])
        return Cast(
            Team.objects.get(pk=turn.team),
            Scenario.objects.get(pk=turn.scenario),
            tuple(tools[pk] for pk in known.failing[turn.scenario]),
        )
    return own_cast(schedule)


def own_cast(schedule: Schedule) -> Cast:
    return Cast(schedule.team, schedule.scenario, tuple(schedule.tools.all()))


@dataclass(frozen=True, slots=True)
class Use:
    """A tool that a current workflow uses, by their keys."""

    workflow: int
    team: int
    parent: int | None
    tier: int | None
    tool: int


@dataclass(frozen=True, slots=True)
class Stock:
    """What turns are taken from, read once for any number of schedules: `failing` and
    `falls` are the tools that each scenario takes away, and what falls with them; `names`
    those of the teams, `titles` those of the scenarios, English and French; `blackout`
    the days without drills."""

    uses: tuple[Use, ...]
    failing: Mapping[int, tuple[int, ...]]
    falls: Mapping[int, Collection[int]]
    tried: Mapping[Pair, datetime]
    names: Mapping[int, str]
    titles: Mapping[int, tuple[str, str]]
    blackout: frozenset[date]

    def turns(
        self,
        schedule: Schedule,
        times: Sequence[datetime | None],
        picked: Collection[int],
    ) -> tuple[Pair, ...]:
        """Return whose turn it is at each of `times` to come, as it stands today; nothing
        where no scenario reaches any work. `picked` are the only workflows of `schedule`,
        none: all. No query.

        A drill that is held in the meantime, or a workflow that changes, may change it;
        the next is what the schedule will take if nothing does.
        """
        pairs = _pairs(self._used(schedule, picked), self.falls)
        tried = dict(self.tried)
        latest = max(tried.values(), default=None)
        chosen: list[Pair] = []
        for at in times:
            pair = pick(pairs, tried)
            if pair is None:
                return ()
            chosen.append(pair)
            latest = max(filter(None, [at, latest]), default=None)
            if latest is not None:
                # Later than all before it, also where a drill is planned far ahead.
                latest += timedelta(microseconds=1)
                tried[pair] = latest
        return tuple(chosen)

    def title(self, scenario: int) -> str:
        english, french = self.titles[scenario]
        return Scenario(title_en=english, title_fr=french).title

    def _used(self, schedule: Schedule, picked: Collection[int]) -> Mapping[int, set[int]]:
        """Return the tools that each team within `schedule` uses."""
        used: dict[int, set[int]] = defaultdict(set)
        for use in self.uses:
            if (
                (schedule.team_id is None or schedule.team_id in {use.team, use.parent})
                and (not schedule.tiers or use.tier in schedule.tiers)
                and (not picked or use.workflow in picked)
            ):
                used[use.team].add(use.tool)
        return used


def stock(known: Graph | None = None) -> Stock:
    """Read what turns are taken from, teams by name: one query, and one for the graph of
    what needs what where it is not `known`."""
    uses = Dependency.objects.filter(workflow__archived_at=None)
    found = together(
        uses=uses.order_by("workflow__team__name", "workflow__team", "pk").values_list(
            "workflow",
            "workflow__team",
            "workflow__team__parent",
            "workflow__tier",
            "tool",
        ),
        names=Team.objects.order_by().values_list("pk", "name"),
        failing=_failing_rows(),
        titles=Scenario.objects.order_by().values_list("pk", "title_en", "title_fr"),
        blackout=days_without_drills(),
        **_tried_rows(uses.values("workflow__team")),
    )
    failing = _failing_of(found["failing"])
    return Stock(
        uses=tuple(Use(*row) for row in found["uses"]),
        failing=failing,
        falls=_falls(failing, known or graph()),
        tried=_tried_of(found),
        names=dict(found["names"]),
        titles={pk: (english, french) for pk, english, french in found["titles"]},
        blackout=frozenset(date.fromisoformat(day) for (day,) in found["blackout"]),
    )


def fitting(workflow: Workflow) -> Cast | None:
    """Return the scenario that hits `workflow` and that its team has gone without for
    longest, None if none does."""
    needed = workflow.dependencies.values_list("tool", flat=True)
    pairs = _pairs({workflow.team_id: set(needed)}, _falls(_failing(), graph()))
    chosen = pick(pairs, _tried_of(together(**_tried_rows([workflow.team_id]))))
    if chosen is None:
        # One in which whatever tool is named fails will do for any work.
        generic = Scenario.objects.filter(components__chosen=True).order_by("pk")
        scenario = generic.first()
    else:
        scenario = Scenario.objects.get(pk=chosen.scenario)
    if scenario is None:
        return None
    return Cast(workflow.team, scenario, failing_tools(scenario, workflow))


def failing_tools(scenario: Scenario, workflow: Workflow) -> tuple[Tool, ...]:
    """Return the tools that fail in a drill of `scenario` for `workflow`: those of the
    scenario, else those without which the workflow stops, else all that it uses."""
    own = _failing().get(scenario.pk, ())
    if own:
        return tuple(Tool.objects.filter(pk__in=own).order_by("name"))
    used = workflow.dependencies.all()
    stopping = used.filter(without=Without.STOPS)
    found = stopping if stopping.exists() else used
    return tuple(Tool.objects.filter(pk__in=found.values("tool")).order_by("name"))


def _failing() -> Mapping[int, tuple[int, ...]]:
    """Return the tools that each scenario takes away unless told otherwise, as
    pages.default_tools has them, in the order of the scenarios' keys. One query."""
    return _failing_of(_failing_rows())


def _failing_rows() -> "QuerySet[Component, Any]":
    """Ask which tools fail in each scenario, and of which kind they are."""
    bad = [ComponentState.DEGRADED, ComponentState.DOWN]
    return (
        Component.objects.filter(phases__state__in=bad)
        .exclude(tool=None)
        .order_by("scenario", "tool__name", "tool")
        .values_list("scenario", "tool", "tool__kind", "tool__name")
        .distinct()
    )


def _failing_of(rows: Iterable[tuple[Any, ...]]) -> Mapping[int, tuple[int, ...]]:
    found: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for scenario, tool, kind, _name in rows:
        found[scenario].append((tool, kind != ToolKind.INFRASTRUCTURE))
    return {
        scenario: tuple(tool for tool, usable in tools if usable)
        or tuple(tool for tool, _usable in tools)
        for scenario, tools in found.items()
    }


def _falls(
    failing: Mapping[int, tuple[int, ...]], known: Graph
) -> Mapping[int, Collection[int]]:
    """Return what falls with the tools of each scenario."""
    return {
        scenario: known.blast_radius(list(tools), hard_only=True)
        for scenario, tools in failing.items()
    }


def _pairs(
    used: Mapping[int, set[int]], falls: Mapping[int, Collection[int]]
) -> list[Pair]:
    """Return the pairs of a team and a scenario that would hit its work."""
    return [
        Pair(team, scenario)
        for team, own in used.items()
        for scenario, hit in falls.items()
        if not own.isdisjoint(hit)
    ]


def _tried_rows(teams: "Iterable[int] | QuerySet[Any, Any]") -> "dict[str, Any]":
    """Ask when each team and scenario were last in a drill that was held, or will be in
    one that is planned or runs."""
    held = Drill.objects.filter(
        outage__state__in=HELD, outage__recoveries__workflow__team__in=teams
    ).values_list("outage__recoveries__workflow__team", "scenario")
    coming = Drill.objects.filter(
        outage__state__in=BEFORE | LIVE, outage__teams__in=teams
    ).values_list("outage__teams", "scenario")
    return {
        "held": held.order_by().annotate(at=Max("outage__occurred_at")),
        "coming": coming.order_by().annotate(at=Max("occurrence_at")),
    }


def _tried_of(found: Mapping[str, list[tuple[Any, ...]]]) -> Mapping[Pair, datetime]:
    """Return when each pair was last tried, or will be."""
    tried: dict[Pair, datetime] = {}
    for team, scenario, told in (*found["held"], *found["coming"]):
        pair, at = Pair(team, scenario), moment(told)
        tried[pair] = max(at, tried.get(pair, at))
    return tried
