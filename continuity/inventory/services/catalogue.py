"""Bringing the catalogue that ships with the product into the database, and up to date."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction

from continuity.history.services import changes, record
from continuity.inventory.catalogue import ProviderEntry, ToolEntry, read
from continuity.inventory.models import Provider, Tool, ToolName, Upstream
from continuity.inventory.services.impact import load_scales


@dataclass(slots=True)
class Loaded:
    """What a load did, in rows."""

    providers: int = 0
    tools: int = 0
    spellings: int = 0
    upstreams: int = 0
    changed: int = 0
    removed: int = 0
    left: int = 0
    """Tools that people have made or edited: theirs, so nothing was done to them."""
    scales: int = 0
    """Categories and levels of impact, made where there was none."""


@transaction.atomic
def load(now: datetime) -> Loaded:
    """Bring every entry of the catalogue in, once, and correct those it brought before.

    A tool that a person made or edited, or whose upstreams a person edited, is left as
    it is. Loading twice changes nothing the second time. What changes on a row that was
    there gets a history line without an actor.
    """
    entries = read()
    done = Loaded()
    providers = _providers((entry.provider for entry in entries), done)
    tools = _tools(entries, providers, done, now)
    _spellings(entries, tools, done)
    _upstreams(entries, tools, done, now)
    done.scales = load_scales(now)
    return done


def _providers(entries: Iterable[ProviderEntry], done: Loaded) -> dict[str, Provider]:
    known = {provider.name.lower(): provider for provider in Provider.objects.all()}
    for entry in dict.fromkeys(entries):
        provider = known.get(entry.name.lower())
        if provider is None:
            known[entry.name.lower()] = Provider.objects.create(
                name=entry.name, url=entry.url, from_catalogue=True
            )
            done.providers += 1
        elif provider.from_catalogue and provider.url != entry.url:
            provider.url = entry.url
            provider.save(update_fields=["url"])
            done.changed += 1
    return known


def _tools(
    entries: Iterable[ToolEntry],
    providers: dict[str, Provider],
    done: Loaded,
    now: datetime,
) -> dict[str, Tool]:
    """Return the tool of each entry by its name in the catalogue."""
    every = list(Tool.objects.all())
    named = {tool.name.lower(): tool for tool in every}
    by_pk = {tool.pk: tool for tool in every}
    # Someone may have renamed a tool: its old name is still one of its spellings.
    spelled = {row.normal: by_pk[row.tool_id] for row in ToolName.objects.all()}
    found: dict[str, Tool] = {}
    for entry in entries:
        facts: dict[str, Any] = {
            "name": entry.name,
            "provider": providers[entry.provider.name.lower()],
            "kind": entry.kind,
            "parent": found.get(entry.part_of),
            "url": entry.url,
        }
        tool = named.get(entry.name.lower()) or next(
            (spelled[normal] for normal in entry.normals() if normal in spelled), None
        )
        if tool is None:
            tool = Tool.objects.create(**facts, from_catalogue=True)
            done.tools += 1
        elif not tool.from_catalogue:
            done.left += 1
        else:
            _change(tool, "tool.changed", facts, done, now)
        found[entry.name] = tool
    return found


def _spellings(entries: Iterable[ToolEntry], tools: dict[str, Tool], done: Loaded) -> None:
    taken = set(ToolName.objects.values_list("normal", flat=True))
    rows = [
        ToolName(tool=tools[entry.name], name=name, normal=normal, from_catalogue=True)
        for entry in entries
        if tools[entry.name].from_catalogue
        for normal, name in entry.normals().items()
        if normal not in taken
    ]
    done.spellings = len(ToolName.objects.bulk_create(rows))


def _upstreams(
    entries: Iterable[ToolEntry], tools: dict[str, Tool], done: Loaded, now: datetime
) -> None:
    known = {
        (edge.tool_id, edge.upstream_id, edge.relation): edge
        for edge in Upstream.objects.select_related("tool", "upstream")
    }
    wanted: set[tuple[int, int, str]] = set()
    for entry in entries:
        tool = tools[entry.name]
        if not tool.from_catalogue:
            continue
        for line in entry.upstreams:
            key = (tool.pk, tools[line.upstream].pk, str(line.relation))
            wanted.add(key)
            facts = {**asdict(line), "upstream": tools[line.upstream]}
            edge = known.get(key)
            if edge is None:
                Upstream.objects.create(tool=tool, **facts, from_catalogue=True)
                done.upstreams += 1
            elif edge.from_catalogue:
                _change(edge, "upstream.changed", facts, done, now)
    for key, edge in known.items():
        if edge.from_catalogue and edge.tool.from_catalogue and key not in wanted:
            record(
                "upstream.removed",
                edge.tool,
                actor=None,
                now=now,
                before={"upstream": edge.upstream, "relation": edge.relation},
            )
            edge.delete()
            done.removed += 1


def _change(
    row: models.Model, verb: str, facts: dict[str, Any], done: Loaded, now: datetime
) -> None:
    before, after = changes({name: getattr(row, name) for name in facts}, facts)
    if not after:
        return
    for name, value in after.items():
        setattr(row, name, value)
    row.save(update_fields=list(after))
    subject = row.tool if isinstance(row, Upstream) else row
    record(verb, subject, actor=None, now=now, before=before, after=after)
    done.changed += 1
