"""A picture of what the inventory holds, for a plan to be compared with."""

from collections import defaultdict

from continuity.accounts.models import Team, User
from continuity.inventory.imports.check import Known, KnownPerson, KnownTeam, KnownWorkflow
from continuity.inventory.imports.names import KnownTool
from continuity.inventory.models import Dependency, Tool, ToolName, Workflow

FIELDS = (
    "description",
    "reference",
    "tier",
    "rto",
    "mtpd",
    "mbco_percent",
    "mbco_words",
    "people_least",
    "people_most",
    "data_class",
    "hours",
    "owner_id",
    "deputy_id",
)
"""What an import can set on a workflow, besides its name."""


def known() -> Known:
    """Return the picture, in six queries."""
    return Known(
        teams=[KnownTeam(*row) for row in Team.objects.values_list("pk", "name", "parent")],
        workflows=_workflows(),
        tools=tools(),
        people=[
            KnownPerson(*row)
            for row in User.objects.filter(is_active=True).values_list(
                "pk", "email", "name"
            )
        ],
    )


def tools() -> list[KnownTool]:
    """Return all tools with all their spellings, in two queries."""
    spellings: defaultdict[int, list[str]] = defaultdict(list)
    for tool, name in ToolName.objects.values_list("tool", "name").order_by("pk"):
        spellings[tool].append(name)
    return [
        KnownTool(pk, name, provider or "", tuple(spellings[pk]))
        for pk, name, provider in Tool.objects.values_list("pk", "name", "provider__name")
    ]


def _workflows() -> list[KnownWorkflow]:
    used: defaultdict[int, dict[int, str]] = defaultdict(dict)
    dependencies = Dependency.objects.filter(workflow__archived_at=None)
    for workflow, tool, purpose in dependencies.values_list("workflow", "tool", "purpose"):
        used[workflow][tool] = purpose
    rows = Workflow.objects.current().values("pk", "team_id", "name", *FIELDS)
    return [
        KnownWorkflow(
            pk=row["pk"],
            team=row["team_id"],
            name=row["name"],
            values={name: row[name] for name in FIELDS},
            tools=used[row["pk"]],
        )
        for row in rows
    ]
