"""Workflows with the tools that they use."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from rapidfuzz import fuzz, process

from continuity.inventory.imports import cells as reading_of
from continuity.inventory.imports import words
from continuity.inventory.imports.cells import Puzzling
from continuity.inventory.imports.columns import folded
from continuity.inventory.imports.drafts import Draft
from continuity.inventory.imports.fields import Field
from continuity.inventory.imports.names import names_nothing
from continuity.inventory.imports.picture import NO_TOOL, KnownRow, KnownWorkflow
from continuity.inventory.imports.plan import Change, Fault, Plan
from continuity.inventory.imports.rows.base import Parsed, Progress, silently
from continuity.inventory.imports.rows.places import TeamPlanner
from continuity.web import formats

PEOPLE: Final[Mapping[Field, str]] = {Field.OWNER: "owner_id", Field.DEPUTY: "deputy_id"}


class WorkflowPlanner(TeamPlanner):
    lengths = {
        Field.NAME: 300,
        Field.TEAM: 240,
        Field.DEPARTMENT: 240,
    }
    texts = {
        Field.DESCRIPTION: ("description", None),
        Field.REASON: ("targets_reason", None),
        Field.REFERENCE: ("reference", 80),
        Field.MBCO_WORDS: ("mbco_words", 240),
        Field.HOURS: ("hours", 120),
        Field.PEAK_HOURS: ("peak_hours", 120),
    }
    repeats = "repeats"
    names_tools = True

    def prepare(self) -> None:
        super().prepare()
        self.by_name = {(w.team, folded(w.name)): w for w in self.known.workflows}
        self.by_reference: defaultdict[tuple[int, str], list[KnownWorkflow]] = defaultdict(
            list
        )
        for workflow in self.known.workflows:
            if reference := folded(workflow.values["reference"]):
                self.by_reference[workflow.team, reference].append(workflow)
        self.people = {person.email.casefold(): person for person in self.known.people}
        self.changed_by: dict[int, int] = {}
        self.named: set[tuple[str, str]] = set()

    def plan(self, drafts: Sequence[Draft], progress: Progress = silently) -> Plan:
        # A workflow that a row calls by its name is not found by another's reference.
        self.named = {
            (
                folded(self.team_key(draft.texts).name),
                folded(draft.texts.get(Field.NAME, "")),
            )
            for draft in drafts
            if draft.outcome is None
        }
        return super().plan(drafts, progress)

    def parse(self, draft: Draft, faults: list[Fault]) -> Parsed:
        name, team = self.title(draft)
        if not name:
            faults.insert(0, Fault("no_name", Field.NAME))
        team_pk = self.team(team, faults)
        said = Parsed(name=name, team=team, team_pk=team_pk)
        if name and team.name:
            said.key = (team.folded if team_pk is None else team_pk, folded(name))
        said.values = self._values(draft, faults)
        said.tools = self._tools(draft, faults)
        purposes = self._aligned(
            draft, Field.PURPOSE, said.tools, lambda text: text, faults
        )
        said.purposes = {key: text for key, text in purposes.items() if text}
        for text in said.purposes.values():
            if len(text) > 240:
                fields = {"length": len(text), "most": 240}
                faults.append(Fault("too_long", Field.PURPOSE, text, fields))
        said.withouts = self._aligned(
            draft, Field.WITHOUT, said.tools, words.without, faults
        )
        return said

    def last_look(self, draft: Draft, said: Parsed, faults: list[Fault]) -> None:
        workflow = self._existing(said, draft.number, faults)
        self._check_targets(said.values, workflow, draft.texts, faults)
        if workflow is None:
            return
        said.workflow = workflow.pk
        said.existing = KnownRow(workflow.pk, workflow.values)
        if folded(said.name) != folded(workflow.name):
            said.changes = (Change("name", workflow.name, said.name),)
        said.changes += self._tool_changes(said, workflow)

    def _existing(
        self, said: Parsed, number: int, faults: list[Fault]
    ) -> KnownWorkflow | None:
        team, name = said.team_pk, said.name
        if team is None or not name:
            return None
        workflow = self.by_name.get((team, folded(name)))
        if workflow is None and (reference := folded(said.values.get("reference", ""))):
            called = folded(self.teams[team].name)
            found = [
                candidate
                for candidate in self.by_reference[team, reference]
                if (called, folded(candidate.name)) not in self.named
            ]
            workflow = found[0] if len(found) == 1 else None
        if workflow is None:
            return None
        before = self.changed_by.setdefault(workflow.pk, number)
        if before != number and not any(fault.code == "repeats" for fault in faults):
            faults.append(Fault("same_workflow", Field.REFERENCE, "", {"row": before}))
        return workflow

    # --- what it says
    def _values(self, draft: Draft, faults: list[Fault]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        self.set(values, draft, self._readers(), faults)
        texts = draft.texts
        if people := self.read(draft, Field.PEOPLE, reading_of.people, faults):
            values["people_least"], values["people_most"] = people
        values.pop("people", None)
        for wanted, name in PEOPLE.items():
            text = texts.get(wanted, "").strip()
            if reading_of.is_blank(text):
                continue
            person = self.people.get(text.casefold())
            if person is None:
                near = self._near_person(text)
                faults.append(Fault("no_person", wanted, text, suggestion=near))
            else:
                values[name] = person.pk
        return values

    def _readers(self) -> Mapping[Field, Callable[[str], Any]]:
        return {
            Field.TIER: lambda text: int(reading_of.tier(text)),
            Field.RTO: self.length,
            Field.WRT: self.length,
            Field.MTPD: self.length,
            Field.MBCO: reading_of.percent,
            Field.DATA_CLASS: lambda text: str(reading_of.data_class(text)),
            Field.ZONE: words.zone,
            Field.COST_PER_HOUR: words.cost,
        }

    def _near_person(self, text: str) -> str:
        found = process.extractOne(
            text.casefold(), list(self.people), scorer=fuzz.ratio, score_cutoff=85
        )
        return self.people[found[0]].email if found else ""

    def _check_targets(
        self,
        values: Mapping[str, Any],
        existing: KnownWorkflow | None,
        texts: Mapping[Field, str],
        faults: list[Fault],
    ) -> None:
        old = existing.values if existing else {}
        rto: timedelta | None = values.get("rto", old.get("rto"))
        mtpd: timedelta | None = values.get("mtpd", old.get("mtpd"))
        wrt: timedelta | None = values.get("wrt", old.get("wrt"))
        if rto is None or mtpd is None:
            return
        fields = {"mtpd": formats.duration(mtpd)}
        if rto > mtpd:
            wanted = Field.RTO if "rto" in values else Field.MTPD
            text = texts.get(wanted, "")
            faults.append(Fault("rto_over_mtpd", wanted, text, fields))
        elif wrt is not None and rto + wrt > mtpd:
            given = (at for at in (Field.WRT, Field.RTO, Field.MTPD) if str(at) in values)
            wanted = next(given, Field.WRT)
            text = texts.get(wanted, "")
            faults.append(Fault("rto_and_wrt_over_mtpd", wanted, text, fields))

    # --- its tools
    def _tools(self, draft: Draft, faults: list[Fault]) -> tuple[str, ...]:
        """Return the keys of the tools of a row, each once, in the order of the cell."""
        keys = (self.tool(draft, Field.TOOLS, faults, name=name) for name in draft.names)
        return tuple(dict.fromkeys(key for key in keys if key not in {"", NO_TOOL}))

    def _aligned(
        self,
        draft: Draft,
        wanted: Field,
        tools: Sequence[str],
        reader: Callable[[str], str],
        faults: list[Fault],
    ) -> dict[str, str]:
        """Return what a cell says of each tool: a line for each, or one text for all."""
        cell = draft.texts.get(wanted, "")
        lines = [" ".join(line.split()) for line in cell.split("\n")]
        if len(lines) != len(tools):
            lines = [" ".join(cell.split())] * len(tools)
        found = {}
        for key, line in zip(tools, lines, strict=True):
            if names_nothing(line):
                continue
            try:
                found[key] = reader(line)
            except Puzzling as puzzling:
                faults.append(Fault(str(puzzling.puzzle), wanted, cell))
                break
        return found

    def _tool_changes(self, said: Parsed, existing: KnownWorkflow) -> tuple[Change, ...]:
        there = {f"tool:{pk}": pk for pk in existing.tools}
        changes = []
        if added := [key for key in said.tools if key not in there]:
            names = [self.tool_name(key) for key in added]
            changes.append(Change("tools", "", ", ".join(names)))
        for name, wanted, kept in (
            ("purpose", said.purposes, existing.tools),
            ("without", said.withouts, existing.without),
        ):
            differing = {
                key: text
                for key, text in wanted.items()
                if key in there and kept.get(there[key], text) != text
            }
            if differing:
                old = dict.fromkeys(kept[there[key]] for key in differing)
                new = dict.fromkeys(differing.values())
                changes.append(Change(name, ", ".join(filter(None, old)), ", ".join(new)))
        return tuple(changes)
