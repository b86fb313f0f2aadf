"""The catalogue that ships with the product, as it stands in data/."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from continuity.domain.names import normalise
from continuity.inventory.models import Confidence, Relation, ToolKind

DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class UpstreamEntry:
    """`hard` is whether the tool stops without it; `verified_on` None: no day is named."""

    upstream: str
    relation: Relation
    hard: bool
    source: str
    confidence: Confidence
    verified_on: date | None = None


@dataclass(frozen=True, slots=True)
class ToolEntry:
    name: str
    provider: ProviderEntry
    kind: ToolKind = ToolKind.PRODUCT
    part_of: str = ""
    url: str = ""
    spellings: tuple[str, ...] = ()
    upstreams: tuple[UpstreamEntry, ...] = field(default=())

    def normals(self) -> dict[str, str]:
        """Return every spelling by what is compared, the tool's own name among them."""
        return {normalise(name): name for name in (*reversed(self.spellings), self.name)}


def read() -> Sequence[ToolEntry]:
    """Return the catalogue, products before what is part of them.

    Raises ValueError if it contradicts itself: the same spelling for two tools, or an
    edge to a tool that is not there.
    """
    edges: dict[str, list[dict[str, Any]]] = _yaml("upstreams.yaml")
    tools = [
        _tool(row, ProviderEntry(entry["provider"], entry.get("url", "")), edges)
        for entry in _yaml("tools.yaml")
        for row in entry["tools"]
    ]
    _check(tools, edges)
    return sorted(tools, key=lambda tool: bool(tool.part_of))


def _yaml(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def _tool(
    row: dict[str, Any], provider: ProviderEntry, edges: dict[str, list[dict[str, Any]]]
) -> ToolEntry:
    return ToolEntry(
        name=row["name"],
        provider=provider,
        kind=ToolKind(row.get("kind", "product")),
        part_of=row.get("part_of", ""),
        url=row.get("url", ""),
        spellings=tuple(row.get("also", ())),
        upstreams=tuple(
            UpstreamEntry(
                upstream=edge["upstream"],
                relation=Relation(edge["relation"]),
                hard={"stops": True, "degrades": False}[edge["needs"]],
                source=edge["source"],
                confidence=Confidence(edge["confidence"]),
                verified_on=edge.get("verified"),
            )
            for edge in edges.get(row["name"], ())
        ),
    )


def _check(tools: Sequence[ToolEntry], edges: dict[str, list[dict[str, Any]]]) -> None:
    owners: dict[str, str] = {}
    for tool in tools:
        for normal, name in tool.normals().items():
            if owners.setdefault(normal, tool.name) != tool.name:
                raise ValueError(f"{name!r} is both {owners[normal]!r} and {tool.name!r}.")
    known = {tool.name for tool in tools}
    named = {edge["upstream"] for rows in edges.values() for edge in rows}
    named |= set(edges) | {tool.part_of for tool in tools if tool.part_of}
    if missing := named - known:
        raise ValueError(f"No such tool: {', '.join(sorted(missing))}.")
