"""What belongs to a workflow: alternatives, runbook steps, impact, recovery points."""

from collections import Counter
from typing import Any

from continuity.domain.names import normalise
from continuity.inventory.imports import words
from continuity.inventory.imports.columns import folded
from continuity.inventory.imports.drafts import Draft
from continuity.inventory.imports.fields import Field
from continuity.inventory.imports.picture import (
    NO_TOOL,
    KnownAlternative,
    KnownRow,
    KnownWorkflow,
)
from continuity.inventory.imports.plan import Fault, PlannedRow, TeamKey
from continuity.inventory.imports.rows.base import Parsed, in_order, later
from continuity.inventory.imports.rows.places import WorkflowRowPlanner
from continuity.inventory.models import AlternativeKind
from continuity.web.tables import cells

HIGHEST = 1_000
"""The highest rank or number of a step that is taken for one."""


def _place(number: str) -> int:
    return words.number(number, most=HIGHEST)


class _OfWorkflow(WorkflowRowPlanner):
    def begin(
        self, draft: Draft, faults: list[Fault]
    ) -> tuple[Parsed, KnownWorkflow | None]:
        """Return the row with its workflow, which is named as the inventory does."""
        name, team = self.title(draft)
        workflow = self.workflow(draft, team, faults)
        said = Parsed(name=name, team=team)
        if workflow is not None:
            own = self.teams[workflow.team]
            parent = self.teams.get(own.department or 0)
            said.name = workflow.name
            said.team = TeamKey(own.name, parent.name if parent else "")
            said.team_pk = own.pk
            said.workflow = workflow.pk
        return said, workflow


class _OfDependency(_OfWorkflow):
    def dependency(
        self, draft: Draft, workflow: KnownWorkflow | None, faults: list[Fault]
    ) -> tuple[int, int] | None:
        """Return a workflow's use of a tool, and the tool; None for a fault."""
        key = self.tool(draft, Field.TOOL, faults)
        if workflow is None:
            return None
        name = self.line(draft, Field.TOOL)
        if not name:
            if len(workflow.uses) == 1:
                ((tool, use),) = workflow.uses.items()
                return use, tool
            faults.append(Fault("name_tool", Field.TOOL))
            return None
        if not key:
            return None
        tool = int(key.removeprefix("tool:")) if key.startswith("tool:") else 0
        if tool not in workflow.uses:
            faults.append(Fault("not_used", Field.TOOL, name, {"name": name}))
            return None
        return workflow.uses[tool], tool


class AlternativePlanner(_OfDependency):
    texts = {
        Field.COST: ("cost", 120),
        Field.PRECONDITIONS: ("preconditions", None),
        Field.TRIGGER: ("trigger", None),
        Field.RETURN: ("return_criteria", None),
        Field.NOTE: ("note", None),
    }

    def prepare(self) -> None:
        super().prepare()
        self.providers = {tool.pk: tool.provider for tool in self.known.tools}

    def parse(self, draft: Draft, faults: list[Fault]) -> Parsed:
        said, workflow = self.begin(draft, faults)
        said.where = Field.ALTERNATIVE
        use = self.dependency(draft, workflow, faults)
        name = self.needed(draft, Field.ALTERNATIVE, faults)
        kind = self.read(draft, Field.KIND, words.alternative_kind, faults)
        by_hand = kind == AlternativeKind.MANUAL
        key = "" if by_hand else self.tool(draft, Field.ALTERNATIVE, faults)
        by_hand = by_hand or key == NO_TOOL
        self.set(
            said.values,
            draft,
            {
                Field.RANK: _place,
                Field.CAPACITY: words.percent,
                Field.QUALITY: words.percent,
                Field.SWITCH: self.length_or_zero,
                Field.APPROVED: words.data_classes,
                Field.LIMIT: words.number,
            },
            faults,
        )
        if by_hand and len(name) > 160:
            fields = {"length": len(name), "most": 160}
            faults.append(Fault("too_long", Field.ALTERNATIVE, name, fields))
        if use is None or not name or not (by_hand or key):
            return said
        dependency, tool = use
        called = name if by_hand else self.tool_name(key)
        said.what = f"{self.tool_names[tool]} → {called}"
        said.fixed = {"dependency_id": dependency}
        if by_hand:
            said.fixed |= {"procedure": name}
            said.values["kind"] = str(AlternativeKind.MANUAL)
            said.key = (dependency, "by hand", folded(name))
        else:
            said.fixed |= {"tool_id": later(key, called)}
            said.key = (dependency, key)
            said.tools = (key,)
            if kind:
                said.values["kind"] = kind
        if key == f"tool:{tool}":
            faults.append(Fault("itself", Field.ALTERNATIVE, name))
        said.existing = self._existing(dependency, said)
        if said.existing is None and not by_hand:
            said.values.setdefault("kind", self._kind(tool, key))
        return said

    def _existing(self, dependency: int, said: Parsed) -> KnownRow | None:
        wanted = said.fixed.get("tool_id")
        procedure = folded(said.fixed.get("procedure", ""))
        found = [
            one
            for one in self.known.alternatives.get(dependency, ())
            if (one.tool == wanted if wanted else one.procedure and
                folded(one.procedure) == procedure)
        ]  # fmt: skip
        if len(found) > 1:
            found = [one for one in found if one.rank == said.values.get("rank")]
        return self.known.rows.get(found[0].pk) if found else None

    def _kind(self, tool: int, key: str) -> str:
        other = int(key.removeprefix("tool:")) if key.startswith("tool:") else 0
        provider = self.providers.get(other)
        same = provider and provider == self.providers.get(tool)
        return str(
            AlternativeKind.OTHER_PRODUCT if same else AlternativeKind.OTHER_PROVIDER
        )

    def finish(self, rows: list[PlannedRow]) -> list[PlannedRow]:
        there = {
            dependency: {one.pk: one.rank for one in ranked}
            for dependency, ranked in self.known.alternatives.items()
        }
        return in_order(
            rows,
            name="rank",
            group="dependency_id",
            there=there,
            taken="rank_taken",
            gap="rank_gap",
            where=Field.RANK,
        )


class StepPlanner(_OfDependency):
    texts = {
        Field.TEXT: ("text", 400),
        Field.ROLE: ("role", 120),
        Field.VERIFICATION: ("verification", 240),
        Field.WAY_BACK: ("way_back", 240),
        Field.DETAILS: ("details", None),
    }

    def prepare(self) -> None:
        super().prepare()
        self.counted: Counter[int] = Counter()

    def parse(self, draft: Draft, faults: list[Fault]) -> Parsed:
        said, workflow = self.begin(draft, faults)
        said.where = Field.STEP
        use = self.dependency(draft, workflow, faults)
        name = self.needed(draft, Field.ALTERNATIVE, faults)
        self.needed(draft, Field.TEXT, faults)
        rank = self.read(draft, Field.RANK, _place, faults)
        number = self.read(draft, Field.STEP, _place, faults)
        self.set(said.values, draft, {Field.EXPECTED: self.length_or_zero}, faults)
        if use is None or not name:
            return said
        alternative = self._alternative(use[0], name, rank)
        if alternative is None:
            faults.append(Fault("no_alternative", Field.ALTERNATIVE, name))
            return said
        self.counted[alternative.pk] += 1
        position = number or self.counted[alternative.pk]
        said.what = f"{name}, {position}"
        said.key = (alternative.pk, position)
        said.fixed = {"alternative_id": alternative.pk, "position": position}
        said.existing = self.known.rows.get(said.key)
        return said

    def _alternative(
        self, dependency: int, name: str, rank: int | None
    ) -> KnownAlternative | None:
        found = [
            one
            for one in self.known.alternatives.get(dependency, ())
            if normalise(name)
            in {normalise(self.tool_names.get(one.tool or 0, "")), normalise(one.procedure)}
        ]
        if len(found) > 1:
            found = [one for one in found if one.rank == rank]
        return found[0] if found else None

    def finish(self, rows: list[PlannedRow]) -> list[PlannedRow]:
        there: dict[int, dict[int, int]] = {}
        for key, row in self.known.rows.items():
            if isinstance(key, tuple):
                there.setdefault(key[0], {})[row.pk] = key[1]
        return in_order(
            rows,
            name="position",
            group="alternative_id",
            there=there,
            taken="step_gap",
            gap="step_gap",
            where=Field.STEP,
        )


class ImpactPlanner(_OfWorkflow):
    texts = {Field.UNIT: ("unit", 40)}

    def parse(self, draft: Draft, faults: list[Fault]) -> Parsed:
        said, workflow = self.begin(draft, faults)
        said.where = Field.AFTER
        category = self._of(draft, Field.CATEGORY, self.known.categories, faults)
        level = self._of(draft, Field.LEVEL, self.known.levels, faults)
        if not self.line(draft, Field.AFTER):
            faults.append(Fault("missing", Field.AFTER))
        after = self.read(draft, Field.AFTER, self.length, faults)
        self.set(said.values, draft, {Field.AMOUNT: words.amount}, faults)
        if level is not None:
            said.values["level_id"] = level
        if workflow is None or category is None or after is None:
            return said
        said.key = (workflow.pk, category, after)
        said.what = f"{self.line(draft, Field.CATEGORY)}, {cells.length(after)}"
        said.fixed = {
            "workflow_id": workflow.pk,
            "category_id": category,
            "after": after,
        }
        said.existing = self.known.rows.get(said.key)
        old: Any = said.existing.values if said.existing else {}
        if {**old, **said.values}.get("amount") is not None and not {
            **old,
            **said.values,
        }.get("unit"):
            faults.append(Fault("no_unit", Field.UNIT))
        return said

    def _of(
        self, draft: Draft, wanted: Field, names: Any, faults: list[Fault]
    ) -> int | None:
        # "None" is a level: it does not say that there is nothing to say.
        text = " ".join(draft.texts.get(wanted, "").split())
        if not text:
            faults.append(Fault("missing", wanted))
            return None
        found: int | None = names.get(folded(text))
        if found is None:
            every = self.known.names[f"{wanted}_id"].values()
            code = "no_category" if wanted is Field.CATEGORY else "no_level"
            faults.append(Fault(code, wanted, text, {"names": ", ".join(every)}))
        return found


class PointPlanner(_OfWorkflow):
    texts = {Field.COPY: ("copy", 240)}

    def parse(self, draft: Draft, faults: list[Fault]) -> Parsed:
        said, workflow = self.begin(draft, faults)
        said.where = Field.MATERIAL
        self.needed(draft, Field.MATERIAL, faults)
        material = self.read(draft, Field.MATERIAL, words.material, faults)
        self.set(said.values, draft, {Field.RPO: self.length_or_zero}, faults)
        if workflow is None or material is None:
            return said
        said.key = (workflow.pk, material)
        said.what = self.line(draft, Field.MATERIAL)
        said.fixed = {"workflow_id": workflow.pk, "material": material}
        said.existing = self.known.rows.get(said.key)
        if said.existing is None and not said.values:
            faults.append(Fault("missing", Field.RPO))
        return said
