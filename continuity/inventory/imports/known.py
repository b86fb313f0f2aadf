"""A picture of what the inventory holds, for a plan to be compared with."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final

from django.utils import translation

from continuity.accounts.models import Team, User
from continuity.inventory.imports.columns import folded
from continuity.inventory.imports.names import KnownTool
from continuity.inventory.imports.picture import (
    Known,
    KnownAlternative,
    KnownPerson,
    KnownRow,
    KnownTeam,
    KnownWorkflow,
)
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Impact,
    ImpactCategory,
    ImpactLevel,
    ImportKind,
    Provider,
    RecoveryPoint,
    RunbookStep,
    Tool,
    ToolName,
    Upstream,
    Workflow,
)
from continuity.web.together import together

FIELDS: Final = (
    "description", "reference", "tier", "rto", "wrt", "mtpd", "targets_reason",
    "mbco_percent", "mbco_words", "people_least", "people_most", "data_class", "hours",
    "peak_hours", "zone", "cost_per_hour", "owner_id", "deputy_id",
)  # fmt: skip
"""What an import can set on a workflow, besides its name."""
LANGUAGES: Final = ("en", "fr")


def known(kind: ImportKind = ImportKind.WORKFLOWS) -> Known:
    """Return what rows of `kind` are compared with, in nine queries at most."""
    return PICTURES[kind]()


def names_known(kind: ImportKind) -> Known:
    """Return only what keys are called, for a page that shows a check made before."""
    if kind is ImportKind.IMPACTS:
        return Known(
            names=_scale_names(ImpactCategory.objects.all(), ImpactLevel.objects.all())
        )
    if kind in {ImportKind.TEAMS, ImportKind.PROVIDERS, ImportKind.POINTS}:
        return Known()
    found = tools()
    if kind is ImportKind.TOOLS:
        return Known(tools=found, names=_tool_names(found))
    people = _people() if kind is ImportKind.WORKFLOWS else []
    return Known(tools=found, people=people)


def tools() -> list[KnownTool]:
    """Return all tools with all their spellings, in one query."""
    found = together(
        names=ToolName.objects.values_list("tool", "name").order_by("pk"),
        tools=Tool.objects.values_list("pk", "name", "provider__name"),
    )
    spellings: defaultdict[int, list[str]] = defaultdict(list)
    for tool, name in found["names"]:
        spellings[tool].append(name)
    return [
        KnownTool(pk, name, provider or "", tuple(spellings[pk]))
        for pk, name, provider in found["tools"]
    ]


def _teams() -> list[KnownTeam]:
    return [KnownTeam(*row) for row in Team.objects.values_list("pk", "name", "parent")]


def _rows(
    found: Any, *names: str, key: Callable[[Any], Hashable]
) -> Mapping[Any, KnownRow]:
    return {
        key(row): KnownRow(row["pk"], {name: row[name] for name in names})
        for row in found.order_by().values("pk", *names)
    }


def _of_workflows() -> Known:
    return Known(
        teams=_teams(),
        workflows=_workflows(),
        tools=tools(),
        people=_people(),
    )


def _people() -> list[KnownPerson]:
    rows = User.objects.filter(is_active=True).values_list("pk", "email", "name")
    return [KnownPerson(*row) for row in rows]


def _workflows() -> list[KnownWorkflow]:
    used: defaultdict[int, dict[int, str]] = defaultdict(dict)
    without: defaultdict[int, dict[int, str]] = defaultdict(dict)
    uses: defaultdict[int, dict[int, int]] = defaultdict(dict)
    dependencies = Dependency.objects.filter(workflow__archived_at=None).order_by()
    for pk, workflow, tool, purpose, then in dependencies.values_list(
        "pk", "workflow", "tool", "purpose", "without"
    ):
        used[workflow][tool] = purpose
        without[workflow][tool] = then
        uses[workflow][tool] = pk
    rows = Workflow.objects.current().values("pk", "team_id", "name", *FIELDS)
    return [
        KnownWorkflow(
            pk=row["pk"],
            team=row["team_id"],
            name=row["name"],
            values={name: row[name] for name in FIELDS},
            tools=used[row["pk"]],
            without=without[row["pk"]],
            uses=uses[row["pk"]],
        )
        for row in rows
    ]


def _of_teams() -> Known:
    return Known(teams=_teams())


def _of_providers() -> Known:
    rows = _rows(Provider.objects.all(), "name", "url", key=lambda row: folded(row["name"]))
    return Known(rows=rows)


def _of_tools() -> Known:
    wanted = (
        "name", "provider_id", "kind", "parent_id", "url", "source", "seats", "limit",
        "retired_on",
    )  # fmt: skip
    found = tools()
    names = _tool_names(found)
    return Known(
        tools=found,
        rows=_rows(Tool.objects.all(), *wanted, key=lambda row: row["pk"]),
        providers={folded(name): pk for pk, name in names["provider_id"].items()},
        names=names,
        spellings=frozenset(ToolName.objects.values_list("normal", flat=True)),
    )


def _tool_names(found: Iterable[KnownTool]) -> Mapping[str, Mapping[int, str]]:
    return {
        "provider_id": dict(Provider.objects.values_list("pk", "name")),
        "parent_id": {one.pk: one.name for one in found},
    }


def _of_upstreams() -> Known:
    wanted = (
        "tool_id", "upstream_id", "relation", "hard", "source", "verified_on", "confidence",
    )  # fmt: skip
    rows = _rows(
        Upstream.objects.all(),
        *wanted,
        key=lambda row: (row["tool_id"], row["upstream_id"], row["relation"]),
    )
    return Known(tools=tools(), rows=rows)


def _alternatives() -> Mapping[int, list[KnownAlternative]]:
    found: defaultdict[int, list[KnownAlternative]] = defaultdict(list)
    rows = Alternative.objects.filter(dependency__workflow__archived_at=None)
    for dependency, pk, rank, tool, procedure in rows.order_by("rank").values_list(
        "dependency", "pk", "rank", "tool", "procedure"
    ):
        found[dependency].append(KnownAlternative(pk, rank, tool, procedure))
    return found


def _of_alternatives() -> Known:
    wanted = (
        "rank", "kind", "expected_capacity", "expected_quality", "expected_switch",
        "approved_data", "limit", "preconditions", "trigger", "return_criteria", "cost",
        "note",
    )  # fmt: skip
    found = Alternative.objects.filter(dependency__workflow__archived_at=None)
    return Known(
        teams=_teams(),
        workflows=_workflows(),
        tools=tools(),
        alternatives=_alternatives(),
        rows=_rows(found, *wanted, key=lambda row: row["pk"]),
    )


def _of_steps() -> Known:
    wanted = ("text", "role", "expected", "verification", "way_back", "details")
    found = RunbookStep.objects.filter(alternative__dependency__workflow__archived_at=None)
    return Known(
        teams=_teams(),
        workflows=_workflows(),
        tools=tools(),
        alternatives=_alternatives(),
        rows=_rows(
            found,
            "alternative_id",
            "position",
            *wanted,
            key=lambda row: (row["alternative_id"], row["position"]),
        ),
    )


def _of_impacts() -> Known:
    categories = list(ImpactCategory.objects.filter(archived_at=None))
    levels = list(ImpactLevel.objects.all())
    wanted = ("workflow_id", "category_id", "after", "level_id", "amount", "unit")
    found = Impact.objects.filter(workflow__archived_at=None)
    return Known(
        teams=_teams(),
        workflows=_workflows(),
        rows=_rows(
            found,
            *wanted,
            key=lambda row: (row["workflow_id"], row["category_id"], row["after"]),
        ),
        categories=_called(categories),
        levels=_called(levels),
        names=_scale_names(categories, levels),
    )


def _scale_names(
    categories: Iterable[ImpactCategory], levels: Iterable[ImpactLevel]
) -> Mapping[str, Mapping[int, str]]:
    return {
        "category_id": {row.pk: str(row) for row in categories},
        "level_id": {row.pk: str(row) for row in levels},
    }


def _called(rows: Any) -> dict[str, int]:
    """Return keys by every name of a scale's rows; a name given by hand wins."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        with translation.override(language):
            for row in rows:
                if not row.name:
                    found.setdefault(folded(str(row)), row.pk)
    return found | {folded(row.name): row.pk for row in rows if row.name}


def _of_points() -> Known:
    found = RecoveryPoint.objects.filter(workflow__archived_at=None)
    rows = _rows(
        found,
        "workflow_id",
        "material",
        "rpo",
        "copy",
        key=lambda row: (row["workflow_id"], row["material"]),
    )
    return Known(teams=_teams(), workflows=_workflows(), rows=rows)


PICTURES: Final[Mapping[ImportKind, Callable[[], Known]]] = {
    ImportKind.TEAMS: _of_teams,
    ImportKind.PROVIDERS: _of_providers,
    ImportKind.TOOLS: _of_tools,
    ImportKind.UPSTREAMS: _of_upstreams,
    ImportKind.WORKFLOWS: _of_workflows,
    ImportKind.ALTERNATIVES: _of_alternatives,
    ImportKind.STEPS: _of_steps,
    ImportKind.IMPACTS: _of_impacts,
    ImportKind.POINTS: _of_points,
}
