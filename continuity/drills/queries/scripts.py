"""Scenarios as scripts: frozen into a drill, and read back for the rules to play."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language

from continuity.domain import scenario as rules
from continuity.domain.clocks import Pause
from continuity.domain.injects import Cue, Trigger
from continuity.domain.pace import Pace
from continuity.domain.scenario import ComponentState
from continuity.drills.models import Component, Drill, Phase, Quality, Scenario, Words
from continuity.inventory.models import Tool


def freeze(scenario: Scenario, tools: Iterable[Tool]) -> dict[str, Any]:
    """Return the scenario as a drill keeps it: plain JSON, with the names as they are.

    A component that is chosen stands for those of `tools` that no other one names. Three
    queries.
    """
    components = list(scenario.components.select_related("tool"))
    named = {component.tool_id for component in components}
    others = [{"pk": tool.pk, "name": tool.name} for tool in tools if tool.pk not in named]
    phases = Phase.objects.filter(component__scenario=scenario).select_related("component")
    return {
        "key": scenario.key,
        "version": scenario.version,
        "title_en": scenario.title_en,
        "title_fr": scenario.title_fr,
        "source": scenario.source,
        "quality": scenario.quality,
        "seconds": scenario.length.total_seconds(),
        "components": {
            component.name: _tools_of(component, others) for component in components
        },
        "chosen": [component.name for component in components if component.chosen],
        "phases": [
            {
                "component": phase.component.name,
                "at_seconds": phase.offset.total_seconds(),
                "state": phase.state,
                "error_percent": phase.error_percent,
                "delay_seconds": None
                if phase.delay is None
                else phase.delay.total_seconds(),
                "note_en": phase.note_en,
                "note_fr": phase.note_fr,
                "quality": phase.quality or scenario.quality,
            }
            for phase in phases
        ],
        "injects": [
            {
                "number": inject.number,
                "trigger": inject.trigger,
                "value": inject.value,
                "workflow": inject.workflow_id,
                "wait_seconds": inject.wait.total_seconds(),
                "sender_en": inject.sender_en,
                "sender_fr": inject.sender_fr,
                "to_role": inject.to_role,
                "to_team": inject.to_team_id,
                "channel": inject.channel,
                "text_en": inject.text_en,
                "text_fr": inject.text_fr,
                "expected_en": inject.expected_en,
                "expected_fr": inject.expected_fr,
            }
            for inject in scenario.injects.all()
        ],
    }


def _tools_of(component: Component, others: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if component.chosen:
        return others
    if component.tool is None:
        return []
    return [{"pk": component.tool.pk, "name": component.tool.name}]


def script_of(drill: Drill) -> rules.Script:
    """Return what `drill` plays. Raises InvalidScript if it contradicts itself."""
    return rules.Script(
        tuple(_phase(phase) for phase in drill.script["phases"]),
        timedelta(seconds=drill.script["seconds"]),
    )


def cue_of(inject: Words) -> Cue:
    """Return when an inject is due, for the rules."""
    return Cue(
        inject.number,
        Trigger(inject.trigger),
        inject.wait,
        inject.value,
        inject.workflow_id,
    )


def on_the_wall(onset: datetime, elapsed: timedelta, pauses: tuple[Pause, ...]) -> datetime:
    """Return when a moment of the people's time came: the onset, that time, the pauses
    before it."""
    at = onset + elapsed
    for pause in sorted(pauses, key=lambda pause: pause.began):
        if pause.ended is not None and pause.began <= at:
            at += pause.ended - pause.began
    return at


def _phase(phase: Mapping[str, Any]) -> rules.Phase:
    delay = phase["delay_seconds"]
    return rules.Phase(
        component=phase["component"],
        at=timedelta(seconds=phase["at_seconds"]),
        state=ComponentState(phase["state"]),
        error_percent=phase["error_percent"],
        delay=None if delay is None else timedelta(seconds=delay),
    )


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """A phase as a page shows it. `at` is in the real outage, `played_at` in a drill at
    its speed. `is_chosen`: it stands for the tools that a drill names."""

    at: timedelta
    played_at: timedelta
    component: str
    tools: str
    is_chosen: bool
    state: str
    error_percent: int | None
    delay: timedelta | None
    note: str
    known: str | Promise


def phases_of(script: Mapping[str, Any], speed: int | Pace = 1) -> tuple[PhaseLine, ...]:
    """Return the phases of a frozen script in the order of their moments. No query."""
    pace = speed if isinstance(speed, Pace) else Pace.steady(speed)
    french = get_language() == "fr"
    lines = []
    for phase in script.get("phases", ()):
        at = timedelta(seconds=phase["at_seconds"])
        tools = ", ".join(tool["name"] for tool in script["components"][phase["component"]])
        seconds = phase["delay_seconds"]
        quality = phase.get("quality", "")
        lines.append(
            PhaseLine(
                at=at,
                played_at=pace.lived(at),
                component=phase["component"],
                tools=tools,
                is_chosen=phase["component"] in script.get("chosen", ()),
                state=phase["state"],
                error_percent=phase["error_percent"],
                delay=None if seconds is None else timedelta(seconds=seconds),
                note=phase["note_fr" if french else "note_en"],
                known=Quality(quality).label if quality else "",
            )
        )
    return tuple(lines)
