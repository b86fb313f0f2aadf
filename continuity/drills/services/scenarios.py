"""Bringing the shipped scenarios into the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from django.db import transaction

from continuity.domain import scenario as rules
from continuity.drills.models import Component, Phase, Scenario
from continuity.history.services import record
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
    return scenario


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


def _delay(phase: Mapping[str, Any]) -> timedelta | None:
    seconds = phase.get("delay_seconds")
    return None if seconds is None else timedelta(seconds=seconds)


def _tool(name: str) -> Tool:
    tool = Tool.objects.filter(name__iexact=name).first()
    if tool is None:
        raise MissingTool(f"No tool is called {name!r}. Run load_catalogue first.")
    return tool
