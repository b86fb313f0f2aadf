"""Writing what belongs to a workflow: alternatives, steps, impact, recovery points."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from continuity.history.services import Line
from continuity.inventory.imports.plan import PlannedRow
from continuity.inventory.models import (
    Alternative,
    EndReason,
    Impact,
    Proof,
    RecoveryPoint,
    RunbookStep,
    RunbookVersion,
)
from continuity.inventory.services import proofs, runbooks
from continuity.inventory.services.imports.writer import BATCH, Writer
from continuity.web.tables import cells

type Written = Sequence[tuple[PlannedRow, Any]]


class AlternativeWriter(Writer):
    model = Alternative
    created = "alternative.created"
    changed = "alternative.changed"

    def tell(self, made: Written, changed: Written) -> None:
        self.theirs = self.workflows()
        super().tell(made, changed)

    def line(self, verb: str, row: PlannedRow, thing: Any, **said: Any) -> Line:
        tool, _arrow, alternative = row.what.partition(" → ")
        named = {"alternative": alternative, "tool": tool}
        left_out = {"dependency", "procedure", "tool"}
        workflow = self.theirs[row.workflow or 0]
        return Line(
            verb,
            workflow,
            team=workflow.team,
            **{
                at: named | {n: value for n, value in values.items() if n not in left_out}
                for at, values in said.items()
            },
        )


class StepWriter(Writer):
    model = RunbookStep
    reviewed = False  # a runbook is approved by itself

    def write_rows(self) -> None:
        keys = {row.fixed["alternative_id"] for row in self.rows}
        self.workflow_of = {row.fixed["alternative_id"]: row.workflow for row in self.rows}
        before = self._steps(keys)
        self._keep_versions(pk for pk, steps in before.items() if steps)
        super().write_rows()
        after = self._steps(keys)
        numbers = self._keep_versions(after, by=self.actor.pk)
        self._tell(before, after, numbers)
        # A change ends the proofs that were shown with the runbook before.
        self._end_proofs([pk for pk, steps in before.items() if steps])

    def tell(self, made: Written, changed: Written) -> None:
        """One line for each runbook, not for each step."""

    def _steps(self, keys: Iterable[int]) -> dict[int, list[RunbookStep]]:
        found: dict[int, list[RunbookStep]] = {key: [] for key in keys}
        rows = RunbookStep.objects.filter(alternative__in=found).order_by("position")
        for step in rows:
            found[step.alternative_id].append(step)
        return found

    def _keep_versions(self, keys: Iterable[int], by: int | None = None) -> dict[int, int]:
        """Keep the runbooks as they are; return the numbers of their versions."""
        steps = self._steps(keys)
        latest: dict[int, RunbookVersion] = {}
        rows = RunbookVersion.objects.filter(alternative__in=steps).order_by("number")
        for version in rows:
            latest[version.alternative_id] = version
        new = []
        for pk, mine in steps.items():
            facts = [runbooks.plain(step) for step in mine]
            last = latest.get(pk)
            if last is None or last.steps != facts:
                latest[pk] = RunbookVersion(
                    alternative_id=pk,
                    number=last.number + 1 if last else 1,
                    steps=facts,
                    written_at=self.now,
                    written_by_id=by,
                )
                new.append(latest[pk])
        self.trace_made(RunbookVersion.objects.bulk_create(new, batch_size=BATCH))
        return {pk: version.number for pk, version in latest.items()}

    def _tell(
        self,
        before: dict[int, list[RunbookStep]],
        after: dict[int, list[RunbookStep]],
        numbers: dict[int, int],
    ) -> None:
        workflows = self.workflows()
        alternatives = Alternative.objects.select_related("tool").in_bulk(after)
        for pk, steps in after.items():
            workflow = workflows[self.workflow_of[pk] or 0]
            named = {"alternative": str(alternatives[pk])}
            self.lines.append(
                Line(
                    "runbook.changed",
                    workflow,
                    team=workflow.team,
                    before={**named, "steps": [step.text for step in before[pk]]},
                    after={
                        **named,
                        "version": numbers[pk],
                        "steps": [step.text for step in steps],
                    },
                )
            )

    def _end_proofs(self, keys: Sequence[int]) -> None:
        standing = Proof.objects.valid(self.now).filter(alternative__in=keys)
        fields = ("ended_at", "ended_reason", "ended_note", "ended_by_id")
        there = {
            proof.pk: {name: getattr(proof, name) for name in fields} for proof in standing
        }
        if not there:
            return
        rows = Proof.objects.filter(pk__in=there)
        proofs.end(rows, EndReason.RUNBOOK_CHANGED, actor=self.actor, now=self.now)
        for proof in rows:
            after = {name: getattr(proof, name) for name in fields}
            self.trace_changed(proof, there[proof.pk], after)


class ImpactWriter(Writer):
    model = Impact

    def tell(self, made: Written, changed: Written) -> None:
        workflows = self.workflows()
        before: defaultdict[int, dict[str, list[Any]]] = defaultdict(dict)
        after: defaultdict[int, dict[str, list[Any]]] = defaultdict(dict)
        for row, _thing in (*made, *changed):
            old = {change.name: change.old for change in row.changes}
            category = str(self.called("category_id", row.fixed["category_id"]))
            moment = cells.length(row.fixed["after"])
            if "level_id" in old:
                level = self.called("level_id", old["level_id"])
                before[row.workflow or 0].setdefault(category, []).append({moment: level})
            mine = after[row.workflow or 0].setdefault(category, [])
            if "level_id" in row.values:
                mine.append({moment: self.called("level_id", row.values["level_id"])})
            if row.values.get("amount") is not None:
                mine.append(f"{row.values['amount']} {row.values.get('unit', '')}".strip())
        for pk, said in after.items():
            self.lines.append(
                Line(
                    "workflow.rated",
                    workflows[pk],
                    team=workflows[pk].team,
                    before={"impact": before[pk]},
                    after={"impact": said},
                )
            )


class PointWriter(Writer):
    model = RecoveryPoint

    def tell(self, made: Written, changed: Written) -> None:
        workflows = self.workflows()
        before: defaultdict[int, dict[str, Any]] = defaultdict(dict)
        after: defaultdict[int, dict[str, Any]] = defaultdict(dict)
        for row, _thing in made:
            for name, value in row.values.items():
                after[row.workflow or 0][f"{row.fixed['material']}_{name}"] = value
        for row, _thing in changed:
            for change in row.changes:
                name = f"{row.fixed['material']}_{change.name}"
                before[row.workflow or 0][name] = change.old
                after[row.workflow or 0][name] = change.new
        for pk, said in after.items():
            self.lines.append(
                Line(
                    "workflow.recovery_points_set",
                    workflows[pk],
                    team=workflows[pk].team,
                    before=before[pk],
                    after=said,
                )
            )
