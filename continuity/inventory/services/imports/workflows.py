"""Writing workflows with the tools that they use."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from continuity.accounts.models import Team
from continuity.history.services import Line
from continuity.inventory.imports.plan import Outcome, PlannedRow, TeamKey
from continuity.inventory.models import Dependency, Without, Workflow
from continuity.inventory.services import proofs
from continuity.inventory.services.imports.writer import BATCH, TRACED, Writer

TARGETS: Final = frozenset({"rto", "wrt", "mtpd"})
WRITTEN: Final = 30
"""Percent of the work that is done when the workflows are written, without their tools."""
NOT_OWN: Final = frozenset({"tools", "purpose", "without"})
"""Changes that are no field of the workflow."""


class WorkflowWriter(Writer):
    model = Workflow

    def write_rows(self) -> None:
        teams = self.teams()
        self.promise_tools()
        workflows = self._new(teams) | self._changed()
        self._dependencies(workflows)

    def _new(self, teams: Mapping[TeamKey, Team]) -> dict[int, Workflow]:
        """Return the new workflows by the number of their rows."""
        rows = [row for row in self.rows if row.outcome is Outcome.NEW]
        made = self.make(
            [
                Workflow(
                    team=teams[row.team],
                    name=row.name,
                    created_at=self.now,
                    **row.values,
                    **self._authorship(row.values),
                )
                for row in rows
            ],
            0,
            WRITTEN,
        )
        found = {row.number: workflow for row, workflow in zip(rows, made, strict=True)}
        self.lines += [
            Line(
                "workflow.imported",
                found[row.number],
                team=teams[row.team],
                after={"name": row.name, **row.values},
            )
            for row in rows
        ]
        return found

    def _authorship(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return who set the targets, where any is set."""
        if not TARGETS & values.keys():
            return {}
        return {"targets_by_id": self.actor.pk, "targets_at": self.now}

    def _changed(self) -> dict[int, Workflow]:
        """Return the changed workflows by the number of their rows."""
        rows = [row for row in self.rows if row.outcome is Outcome.CHANGED]
        there = (
            Workflow.objects.select_for_update(of=("self",))
            .select_related("team")
            .in_bulk([row.workflow for row in rows])
        )
        touched: set[str] = set()
        retiered: list[Workflow] = []
        for row in rows:
            workflow = there[row.workflow or 0]
            own = {c.name: c.new for c in row.changes if c.name not in NOT_OWN}
            if authorship := self._authorship(own):
                # Whoever changes a target is its author; their reason is not the old one.
                own |= {"targets_reason": row.values.get("targets_reason", "")} | authorship
            if own:
                before = {name: getattr(workflow, name) for name in own}
                for name, value in own.items():
                    setattr(workflow, name, value)
                touched |= own.keys()
                self.trace_changed(workflow, before, own)
            if "tier" in own:
                retiered.append(workflow)
            self.lines.append(
                Line(
                    "workflow.changed",
                    workflow,
                    team=workflow.team,
                    before={change.name: change.old for change in row.changes},
                    after={change.name: change.new for change in row.changes},
                )
            )
        if touched:
            Workflow.objects.bulk_update(
                there.values(), [name.removesuffix("_id") for name in touched], BATCH
            )
        for workflow in retiered:
            proofs.apply_policy(workflow)
        return {row.number: there[row.workflow or 0] for row in rows}

    def _dependencies(self, workflows: Mapping[int, Workflow]) -> None:
        there: defaultdict[int, dict[int, Dependency]] = defaultdict(dict)
        changed = [row.workflow for row in self.rows if row.workflow]
        for used in Dependency.objects.filter(workflow__in=changed):
            there[used.workflow_id][used.tool_id] = used
        new: list[Dependency] = []
        differing: list[Dependency] = []
        for row in self.rows:
            workflow = workflows[row.number]
            mine = there[workflow.pk]
            position = max((d.position for d in mine.values()), default=-1)
            for key in row.tools:
                dependency = mine.get(self.promised[key])
                if dependency is None:
                    position += 1
                    new.append(
                        Dependency(
                            workflow=workflow,
                            tool_id=self.promised[key],
                            purpose=row.purposes.get(key, ""),
                            without=row.withouts.get(key, Without.STOPS),
                            position=position,
                        )
                    )
                elif after := _differing(dependency, row, key):
                    before = {name: getattr(dependency, name) for name in after}
                    for name, value in after.items():
                        setattr(dependency, name, value)
                    self.trace_changed(dependency, before, after)
                    differing.append(dependency)
        self.make(new, WRITTEN, TRACED)
        Dependency.objects.bulk_update(differing, ["purpose", "without"], BATCH)


def _differing(dependency: Dependency, row: PlannedRow, key: str) -> dict[str, str]:
    said = {"purpose": row.purposes.get(key), "without": row.withouts.get(key)}
    return {
        name: value
        for name, value in said.items()
        if value is not None and getattr(dependency, name) != value
    }
