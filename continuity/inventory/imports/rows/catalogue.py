"""Teams, providers, tools and what tools ride on."""

from typing import Any

from continuity.domain.names import normalise
from continuity.inventory.imports import words
from continuity.inventory.imports.columns import folded
from continuity.inventory.imports.drafts import Draft
from continuity.inventory.imports.fields import Field
from continuity.inventory.imports.names import Catalogue
from continuity.inventory.imports.picture import NO_TOOL, KnownRow
from continuity.inventory.imports.plan import Change, Fault, Later, Plan, TeamKey
from continuity.inventory.imports.rows.base import (
    Parsed,
    Planner,
    Progress,
    later,
    silently,
)
from continuity.inventory.imports.rows.places import TeamPlanner
from continuity.inventory.models import Confidence, Without


class TeamsPlanner(TeamPlanner):
    lengths = {Field.TEAM: 240, Field.DEPARTMENT: 240}

    def title(self, draft: Draft) -> tuple[str, TeamKey]:
        key = self.team_key(draft.texts)
        return key.name, key

    def parse(self, draft: Draft, faults: list[Fault]) -> Parsed:
        name, key = self.title(draft)
        there = self.team(key, faults)
        return Parsed(
            name=name,
            key=key.folded if name else None,
            where=Field.TEAM,
            team=key,
            team_pk=there,
            existing=None if there is None else KnownRow(there, {}),
        )


class ProviderPlanner(Planner):
    lengths = {Field.NAME: 120}

    def parse(self, draft: Draft, faults: list[Fault]) -> Parsed:
        name = self.needed(draft, Field.NAME, faults)
        said = Parsed(name=name, key=folded(name) or None, fixed={"name": name})
        self.set(said.values, draft, {Field.URL: words.url}, faults)
        said.existing = self.known.rows.get(folded(name))
        return said


class ToolPlanner(Planner):
    lengths = {Field.NAME: 160, Field.PROVIDER: 120}
    texts = {Field.SOURCE: ("source", 240)}

    def prepare(self) -> None:
        self.catalogue = Catalogue(self.known.tools)
        self.own_names = {folded(tool.name): tool.pk for tool in self.known.tools}
        self.in_file: set[str] = set()
        self.spelt: dict[str, str] = {}

    def plan(self, drafts: Any, progress: Progress = silently) -> Plan:
        self.in_file = {
            folded(draft.texts.get(Field.NAME, ""))
            for draft in drafts
            if draft.outcome is None
        }
        return super().plan(drafts)

    def parse(self, draft: Draft, faults: list[Fault]) -> Parsed:
        name = self.needed(draft, Field.NAME, faults)
        pk = self._existing(name)
        own = f"tool:{pk}" if pk else f"name:{normalise(name) or folded(name)}"
        said = Parsed(name=name, key=own if name else None)
        said.fixed = {"name": name, "key": own}
        said.existing = self.known.rows.get(pk) if pk else None
        self.set(
            said.values,
            draft,
            {
                Field.KIND: words.tool_kind,
                Field.URL: words.url,
                Field.SEATS: words.number,
                Field.LIMIT: words.number,
                Field.RETIRED_ON: words.day,
            },
            faults,
        )
        if provider := self.line(draft, Field.PROVIDER):
            there = self.known.providers.get(folded(provider))
            promise = Later(f"provider:{folded(provider)}", provider)
            said.values["provider_id"] = promise if there is None else there
            said.what = provider
        parent = self.tool(draft, Field.PARENT, faults)
        if parent == own:
            faults.append(Fault("itself", Field.PARENT, self.line(draft, Field.PARENT)))
        elif parent and parent != NO_TOOL:
            said.values["parent_id"] = later(parent, self.tool_name(parent))
            said.tools = (parent,)
        said.spellings = self._spellings(draft, own, faults)
        if said.existing is not None and said.spellings:
            said.changes = (Change("spellings", "", ", ".join(said.spellings)),)
        return said

    def _existing(self, name: str) -> int | None:
        """Return the tool that a row means: by its name, or by a spelling of it unless
        the file lists that tool as well."""
        if not name:
            return None
        pk = self.own_names.get(folded(name))
        if pk is None and (found := self.catalogue.exact(name)):
            called = folded(self.tool_names[found])
            pk = None if called in self.in_file else found
        return pk

    def _spellings(self, draft: Draft, own: str, faults: list[Fault]) -> tuple[str, ...]:
        """Return the spellings that are new; a fault for those that mean another tool."""
        new = []
        for line in draft.texts.get(Field.SPELLINGS, "").split("\n"):
            name = " ".join(line.split())
            normal = normalise(name)
            if not normal:
                continue
            if len(name) > 160:
                fields = {"length": len(name), "most": 160}
                faults.append(Fault("too_long", Field.SPELLINGS, name, fields))
                continue
            there = self.catalogue.exact(name)
            taken = f"tool:{there}" if there else self.spelt.setdefault(normal, own)
            if taken != own:
                means = {"name": name, "tool": self.tool_names.get(there or 0, name)}
                faults.append(Fault("spelling_taken", Field.SPELLINGS, name, means))
            elif there is None or normal not in self.known.spellings:
                new.append(name)
        return tuple(new)


class UpstreamPlanner(Planner):
    texts = {Field.SOURCE: ("source", 240)}

    def parse(self, draft: Draft, faults: list[Fault]) -> Parsed:
        name = self.needed(draft, Field.NAME, faults)
        needs = self.needed(draft, Field.UPSTREAM, faults)
        tool = self.tool(draft, Field.NAME, faults)
        upstream = self.tool(draft, Field.UPSTREAM, faults)
        if not self.line(draft, Field.RELATION):
            faults.append(Fault("missing", Field.RELATION))
        relation = self.read(draft, Field.RELATION, words.relation, faults)
        said = Parsed(name=self.tool_name(tool) or name, where=Field.UPSTREAM)
        said.what = self.tool_name(upstream) or needs
        self.set(
            said.values,
            draft,
            {Field.VERIFIED_ON: words.day, Field.CONFIDENCE: words.confidence},
            faults,
        )
        without = self.read(draft, Field.WITHOUT, words.without, faults)
        if without:
            said.values["hard"] = without == Without.STOPS
        if NO_TOOL in {tool, upstream}:
            faults.append(
                Fault("missing", Field.UPSTREAM if tool != NO_TOOL else Field.NAME)
            )
        if not (tool and upstream and relation):
            return said
        if tool == upstream:
            faults.append(Fault("itself", Field.UPSTREAM, needs))
            return said
        said.key = (tool, upstream, relation)
        said.tools = (tool, upstream)
        said.fixed = {
            "tool_id": later(tool, self.tool_name(tool)),
            "upstream_id": later(upstream, self.tool_name(upstream)),
            "relation": relation,
        }
        said.existing = self.known.rows.get(
            (said.fixed["tool_id"], said.fixed["upstream_id"], relation)
        )
        if said.existing is None:
            said.values.setdefault("confidence", str(Confidence.LOW))
            if not said.values.get("source"):
                faults.append(Fault("missing", Field.SOURCE))
        return said
