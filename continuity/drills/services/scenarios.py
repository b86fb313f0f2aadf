"""Scenarios: those that are shipped, and the copies an organisation makes its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import yaml
from django.db import transaction

from continuity.accounts.models import User
from continuity.domain import scenario as rules
from continuity.domain.errors import Conflict, NotAllowedNow
from continuity.domain.injects import check as check_injects
from continuity.drills.models import Component, Inject, Phase, Scenario
from continuity.drills.queries.scripts import cue_of
from continuity.history.services import changes, record
from continuity.inventory.models import Tool

SHIPPED: Final = Path(__file__).resolve().parents[1] / "data"

CHOSEN: Final = "*"
"""In a file: the component stands for the tools that the drill names."""


class MissingTool(Exception):
    """A scenario names a tool that is not in the inventory: load the catalogue first."""


@dataclass(frozen=True, slots=True)
class Loaded:
    added: int
    updated: int
    unchanged: int


@transaction.atomic
def load(now: datetime) -> Loaded:
    """Bring the shipped scenarios in; one whose version is in already is left alone.

    Drills keep the script they were planned with, so a new version reaches only those
    planned after it. Raises MissingTool, and changes nothing, if the catalogue of tools
    has not been loaded; InvalidScript if a file contradicts itself.
    """
    added = updated = unchanged = 0
    for path in sorted(SHIPPED.glob("*.yaml")):
        entry = yaml.safe_load(path.read_text(encoding="utf-8"))
        known = Scenario.objects.filter(key=entry["key"]).first()
        if known is not None and known.version >= entry["version"]:
            unchanged += 1
            continue
        scenario = _write(entry, known or Scenario(key=entry["key"]))
        verb = "scenario.added" if known is None else "scenario.updated"
        record(verb, scenario, actor=None, now=now, after={"version": scenario.version})
        added += known is None
        updated += known is not None
    return Loaded(added, updated, unchanged)


def _write(entry: Mapping[str, Any], scenario: Scenario) -> Scenario:
    length = timedelta(minutes=entry["minutes"])
    _check(entry, length)
    scenario.version = entry["version"]
    scenario.title_en, scenario.title_fr = entry["title"]["en"], entry["title"]["fr"]
    scenario.story_en, scenario.story_fr = entry["story"]["en"], entry["story"]["fr"]
    scenario.happened_at = entry.get("happened_at")
    scenario.length = length
    scenario.quality = entry.get("quality", "")
    scenario.source = entry.get("source", "")
    scenario.save()
    scenario.components.all().delete()
    components = {
        name: Component.objects.create(
            scenario=scenario,
            name=name,
            tool=None if tool in {None, CHOSEN} else _tool(tool),
            chosen=tool == CHOSEN,
        )
        for name, tool in entry["components"].items()
    }
    Phase.objects.bulk_create(
        Phase(
            component=components[phase["component"]],
            offset=timedelta(minutes=phase["t"]),
            state=phase["state"],
            error_percent=phase.get("error_percent"),
            delay=_delay(phase),
            note_en=phase.get("en", ""),
            note_fr=phase.get("fr", ""),
            quality=phase.get("quality", ""),
        )
        for phase in entry["phases"]
    )
    scenario.injects.all().delete()
    Inject.objects.bulk_create(_inject(scenario, told) for told in entry.get("injects", ()))
    return scenario


def _inject(scenario: Scenario, told: Mapping[str, Any]) -> Inject:
    """Return an inject as a file has it: "t" is minutes, from the onset or from what
    "after" names as "decision:switch", "mark:minimum" or "inject:3"."""
    trigger, _colon, value = told.get("after", "time:").partition(":")
    return Inject(
        scenario=scenario,
        number=told["number"],
        trigger=trigger,
        value=value,
        wait=timedelta(minutes=told["t"]),
        to_role=told.get("to", ""),
        channel=told["channel"],
        sender_en=told["from"]["en"],
        sender_fr=told["from"]["fr"],
        text_en=told["text"]["en"],
        text_fr=told["text"]["fr"],
        expected_en=told["expected"]["en"],
        expected_fr=told["expected"]["fr"],
    )


def _check(entry: Mapping[str, Any], length: timedelta) -> None:
    """Let the rules of scenarios read it, so that no file can be loaded and not played."""
    rules.Script(
        tuple(
            rules.Phase(
                phase["component"],
                timedelta(minutes=phase["t"]),
                rules.ComponentState(phase["state"]),
                phase.get("error_percent"),
                _delay(phase),
            )
            for phase in entry["phases"]
        ),
        length,
    )
    cues = [cue_of(_inject(Scenario(), told)) for told in entry.get("injects", ())]
    check_injects(cues, length)


def _delay(phase: Mapping[str, Any]) -> timedelta | None:
    seconds = phase.get("delay_seconds")
    return None if seconds is None else timedelta(seconds=seconds)


def _tool(name: str) -> Tool:
    tool = Tool.objects.filter(name__iexact=name).first()
    if tool is None:
        raise MissingTool(f"No tool is called {name!r}. Run load_catalogue first.")
    return tool


@dataclass(frozen=True, slots=True)
class Part:
    """A component as it is to be: a tool, the tools a drill names, or neither."""

    name: str
    tool: Tool | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A phase as it is to be. `component` is the name of a part."""

    component: str
    at: timedelta
    state: rules.ComponentState
    error_percent: int | None = None
    delay: timedelta | None = None
    note_en: str = ""
    note_fr: str = ""


class UnknownComponent(Conflict):
    """A phase names a component that the scenario does not have. Fields: `component`."""

    code = "unknown_component"


@transaction.atomic
def copy(scenario_pk: int, *, actor: User, now: datetime) -> Scenario:
    """Return a new scenario of the organisation's own that begins as this one is.

    It is no replay any more: what is changed in it did not happen, so it has no date
    and no source, and says where it comes from instead.
    """
    origin = Scenario.objects.get(pk=scenario_pk)
    made = Scenario.objects.create(
        key=f"{origin.key[:36].rstrip('-')}-{uuid4().hex[:8]}",
        title_en=f"{origin.title_en[:150]} (copy)",
        title_fr=f"{origin.title_fr[:150]} (copie)",
        story_en=origin.story_en,
        story_fr=origin.story_fr,
        length=origin.length,
        made_by=actor,
        copied_from=origin,
    )
    _replace(made, *_drawn(origin))
    _replace_injects(made, origin.injects.all())
    record(
        "scenario.copied",
        made,
        actor=actor,
        now=now,
        after={"scenario": origin, "version": origin.version},
    )
    return made


@transaction.atomic
def change(
    scenario_pk: int,
    *,
    version: int,
    title_en: str,
    title_fr: str,
    story_en: str,
    story_fr: str,
    length: timedelta,
    parts: Iterable[Part],
    steps: Iterable[Step],
    injects: Iterable[Inject] = (),
    actor: User,
    now: datetime,
) -> Scenario:
    """Make the next version of a scenario of the organisation's own.

    Drills that are planned keep the version they were planned with. `version` is the
    one that the person saw. Raises Conflict if there has been another since,
    NotAllowedNow for a shipped one, InvalidScript or InvalidInjects if it contradicts
    itself, and UnknownComponent.
    """
    scenario = Scenario.objects.select_for_update(of=("self",)).get(pk=scenario_pk)
    if not scenario.is_own:
        raise NotAllowedNow("What is shipped is copied, not changed.")
    if scenario.version != version:
        raise Conflict("There is a newer version.")
    drawn, ordered = list(parts), in_order(steps)
    check(drawn, ordered, length)
    told = list(injects)
    check_injects([cue_of(inject) for inject in told], length)
    before = _told(scenario, *_drawn(scenario), scenario.injects.all())
    scenario.title_en, scenario.title_fr = title_en, title_fr
    scenario.story_en, scenario.story_fr = story_en, story_fr
    scenario.length = length
    scenario.version += 1
    scenario.save()
    _replace(scenario, drawn, ordered)
    _replace_injects(scenario, told)
    old, new = changes(before, _told(scenario, drawn, ordered, told))
    record("scenario.changed", scenario, actor=actor, now=now, before=old, after=new)
    return scenario


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Return the steps in the order of their moments; those of one moment as they came."""
    return sorted(steps, key=lambda step: step.at)


def check(parts: Iterable[Part], steps: Iterable[Step], length: timedelta) -> rules.Script:
    """Return the script that these make. Raises InvalidScript and UnknownComponent."""
    known = {part.name for part in parts}
    for step in steps:
        if step.component not in known:
            raise UnknownComponent(
                f"No component is called {step.component!r}.", component=step.component
            )
    return rules.Script(
        tuple(
            rules.Phase(step.component, step.at, step.state, step.error_percent, step.delay)
            for step in steps
        ),
        length,
    )


def _drawn(scenario: Scenario) -> tuple[list[Part], list[Step]]:
    """Return what a scenario is made of. Two queries."""
    parts = [
        Part(component.name, component.tool, component.chosen)
        for component in scenario.components.select_related("tool")
    ]
    phases = Phase.objects.filter(component__scenario=scenario).select_related("component")
    steps = [
        Step(
            phase.component.name,
            phase.offset,
            rules.ComponentState(phase.state),
            phase.error_percent,
            phase.delay,
            phase.note_en,
            phase.note_fr,
        )
        for phase in phases
    ]
    return parts, steps


def _replace(scenario: Scenario, parts: Iterable[Part], steps: Iterable[Step]) -> None:
    scenario.components.all().delete()
    made = Component.objects.bulk_create(
        Component(scenario=scenario, name=part.name, tool=part.tool, chosen=part.chosen)
        for part in parts
    )
    named = {component.name: component for component in made}
    Phase.objects.bulk_create(
        Phase(
            component=named[step.component],
            offset=step.at,
            state=step.state,
            error_percent=step.error_percent,
            delay=step.delay,
            note_en=step.note_en,
            note_fr=step.note_fr,
        )
        for step in steps
    )


def _replace_injects(scenario: Scenario, injects: Iterable[Inject]) -> None:
    made = list(injects)
    scenario.injects.all().delete()
    for inject in made:
        inject.pk, inject.scenario = None, scenario
    Inject.objects.bulk_create(made)


def _told(
    scenario: Scenario,
    parts: Iterable[Part],
    steps: Iterable[Step],
    injects: Iterable[Inject],
) -> dict[str, object]:
    """Return what the history says of a version."""
    return {
        "version": scenario.version,
        "title_en": scenario.title_en,
        "title_fr": scenario.title_fr,
        "story_en": scenario.story_en,
        "story_fr": scenario.story_fr,
        "length": scenario.length,
        "components": [
            f"{part.name}: {part.tool or ('*' if part.chosen else '-')}" for part in parts
        ],
        "phases": [
            f"T+{step.at // timedelta(minutes=1)} {step.component}: {step.state}"
            + ("" if step.error_percent is None else f" {step.error_percent} %")
            + ("" if step.delay is None else f" +{step.delay.total_seconds():.0f} s")
            for step in steps
        ],
        "injects": [
            f"{inject.number}. {inject.trigger} {inject.value}"
            f"+{inject.wait // timedelta(minutes=1)} {inject.sender_en}: {inject.text_en}"
            for inject in injects
        ],
    }
