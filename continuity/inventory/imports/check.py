"""What importing a table would do: a plan, row by row, and nothing written.

Pure: table, mapping, answers and a picture of the inventory go in, a plan comes out. The
same four give the same plan, so what was checked is what is imported.
"""

from collections.abc import Mapping
from typing import Final

from continuity.domain.names import normalise
from continuity.inventory.imports.columns import Mapping as Columns
from continuity.inventory.imports.drafts import draft, name_lines
from continuity.inventory.imports.fields import Field
from continuity.inventory.imports.names import Catalogue
from continuity.inventory.imports.picture import Answers, Known
from continuity.inventory.imports.plan import Plan
from continuity.inventory.imports.reading import Table
from continuity.inventory.imports.rows.base import Planner, Progress, silently
from continuity.inventory.imports.rows.below import (
    AlternativePlanner,
    ImpactPlanner,
    PointPlanner,
    StepPlanner,
)
from continuity.inventory.imports.rows.catalogue import (
    ProviderPlanner,
    TeamsPlanner,
    ToolPlanner,
    UpstreamPlanner,
)
from continuity.inventory.imports.rows.workflows import WorkflowPlanner
from continuity.inventory.models import ImportKind

PLANNERS: Final[Mapping[ImportKind, type[Planner]]] = {
    ImportKind.TEAMS: TeamsPlanner,
    ImportKind.PROVIDERS: ProviderPlanner,
    ImportKind.TOOLS: ToolPlanner,
    ImportKind.UPSTREAMS: UpstreamPlanner,
    ImportKind.WORKFLOWS: WorkflowPlanner,
    ImportKind.ALTERNATIVES: AlternativePlanner,
    ImportKind.STEPS: StepPlanner,
    ImportKind.IMPACTS: ImpactPlanner,
    ImportKind.POINTS: PointPlanner,
}


def plan(
    table: Table,
    mapping: Columns,
    answers: Answers,
    known: Known,
    kind: ImportKind = ImportKind.WORKFLOWS,
    progress: Progress = silently,
) -> Plan:
    """Return what importing `table` would do.

    Every row is in the plan once. A cell that is empty, or says that it is not known,
    leaves what the inventory holds; nothing is taken away. Of rows that say the same the
    first counts, the others are to be fixed. `progress` is told how many are planned.
    """
    drafts = [draft(row, kind, mapping, answers) for row in table.rows]
    own = (
        frozenset(normalise(one.texts.get(Field.NAME, "")) for one in drafts)
        if kind is ImportKind.TOOLS
        else frozenset()
    )
    names = name_lines(drafts, answers, Catalogue(known.tools), own)
    return PLANNERS[kind](known, mapping, names).plan(drafts, progress)
