"""The tables of an export: what stands in each, whoever may see it, in a fixed order.

Rows come in chunks, so that a large inventory is never in memory as a whole. The order is
by names and not by keys: the same inventory gives the same file wherever it is kept.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from django.db.models import F, QuerySet
from django.utils import translation

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.inventory.models import (
    TABLES,
    Alternative,
    Dependency,
    Impact,
    ImpactCategory,
    ImpactLevel,
    ImportKind,
    Provider,
    RecoveryPoint,
    RunbookStep,
    Tier,
    Tool,
    ToolName,
    Upstream,
    Workflow,
)
from continuity.web.tables import cells
from continuity.web.tables.cells import Row

CHUNK: Final = 2_000

WHOSE: Final = ("Department", "Team")
OF_WORKFLOW: Final = (*WHOSE, "Workflow")
COLUMNS: Final[Mapping[ImportKind, tuple[str, ...]]] = {
    ImportKind.TEAMS: WHOSE,
    ImportKind.PROVIDERS: ("Provider", "Web address"),
    ImportKind.TOOLS: (
        "Tool", "Provider", "Kind", "Part of", "Web address", "Source", "Seats",
        "People at once", "Withdrawn on", "Other spellings",
    ),
    ImportKind.UPSTREAMS: (
        "Tool", "Upstream", "Relation", "Without it", "Source", "Verified on", "Confidence",
    ),
    ImportKind.WORKFLOWS: (
        *OF_WORKFLOW, "Reference", "Description", "AI tools", "Used for", "Without them",
        "Criticality", "RTO", "WRT", "MTPD", "Reason for the targets", "MBCO percent",
        "MBCO in words", "People", "Data class", "Owner e-mail", "Deputy e-mail",
        "Operating hours", "Peak hours", "Time zone", "Cost per hour",
    ),
    ImportKind.ALTERNATIVES: (
        *OF_WORKFLOW, "Tool", "Rank", "Alternative", "Kind", "Expected capacity percent",
        "Expected quality percent", "Expected switching time", "Approved for data",
        "People at once", "Cost", "Preconditions", "Trigger", "Return criteria", "Note",
    ),
    ImportKind.STEPS: (
        *OF_WORKFLOW, "Tool", "Rank", "Alternative", "Step", "What to do", "Who",
        "Expected time", "How to tell it worked", "Way back", "Details",
    ),
    ImportKind.IMPACTS: (*OF_WORKFLOW, "Category", "After", "Level", "Amount", "Unit"),
    ImportKind.POINTS: (*OF_WORKFLOW, "Material", "RPO", "Copy kept at"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `rows` can be asked for again; `count` is a query of its own."""

    kind: ImportKind
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    count: Callable[[], int]

    @property
    def title(self) -> str:
        return TABLES[self.kind]


def table(kind: ImportKind, user: User) -> Table:
    """Return the table of `kind` with what `user` may see."""
    found, order, rows = _SOURCES[kind]
    allowed = found(user)
    return _table(kind, allowed.order_by(*order), rows)


def everything(user: User) -> list[Table]:
    """Return all tables, in the order in which an import can take them back."""
    return [table(kind, user) for kind in TABLES]


def workflows(listed: "QuerySet[Workflow]") -> Table:
    """Return the table of the workflows in `listed`, in its order."""
    return _table(ImportKind.WORKFLOWS, listed, _workflows)


def _table(
    kind: ImportKind,
    found: "QuerySet[Any]",
    rows: "Callable[[QuerySet[Any]], Iterator[Row]]",
) -> Table:
    return Table(
        kind=kind,
        columns=COLUMNS[kind],
        rows=lambda: rows(found),
        count=lambda: found.order_by().count(),
    )


# --- rows -----------------------------------------------------------------------------
def _teams(found: "QuerySet[Team]") -> Iterator[Row]:
    yield from found.values_list("parent__name", "name").iterator(CHUNK)


def _providers(found: "QuerySet[Provider]") -> Iterator[Row]:
    yield from found.values_list("name", "url").iterator(CHUNK)


def _tools(found: "QuerySet[Tool]") -> Iterator[Row]:
    names: defaultdict[int, list[str]] = defaultdict(list)
    own = dict(found.values_list("pk", "name"))
    for tool, name in ToolName.objects.order_by("name", "pk").values_list("tool", "name"):
        if name != own.get(tool):
            names[tool].append(name)
    wanted = (
        "pk", "name", "provider__name", "kind", "parent__name", "url", "source", "seats",
        "limit", "retired_on",
    )  # fmt: skip
    for pk, *facts in found.values_list(*wanted).iterator(CHUNK):
        yield (*facts, names[pk])


def _upstreams(found: "QuerySet[Upstream]") -> Iterator[Row]:
    wanted = (
        "tool__name", "upstream__name", "relation", "hard", "source", "verified_on",
        "confidence",
    )  # fmt: skip
    for tool, upstream, relation, hard, *facts in found.values_list(*wanted).iterator(
        CHUNK
    ):
        yield (tool, upstream, relation, "stops" if hard else "degrades", *facts)


def _workflows(found: "QuerySet[Workflow]") -> Iterator[Row]:
    wanted = (
        "pk", "team__parent__name", "team__name", "name", "reference", "description",
        "tier", "rto", "wrt", "mtpd", "targets_reason", "mbco_percent", "mbco_words",
        "people_least", "people_most", "data_class", "owner__email", "deputy__email",
        "hours", "peak_hours", "zone", "cost_per_hour",
    )  # fmt: skip
    for chunk in _chunks(found.values(*wanted).iterator(CHUNK)):
        used: defaultdict[int, list[tuple[str, str, str]]] = defaultdict(list)
        for pk, tool, purpose, without in (
            Dependency.objects.filter(workflow__in=[one["pk"] for one in chunk])
            .order_by("position", "pk")
            .values_list("workflow", "tool__name", "purpose", "without")
        ):
            used[pk].append((tool, purpose, without))
        for one in chunk:
            tools = used[one["pk"]]
            yield (
                one["team__parent__name"],
                one["team__name"],
                one["name"],
                one["reference"],
                one["description"],
                [use[0] for use in tools],
                _aligned([use[1] for use in tools]),
                [use[2] for use in tools],
                Tier(one["tier"]).name.lower(),
                _length(one["rto"]),
                _length(one["wrt"]),
                _length(one["mtpd"]),
                one["targets_reason"],
                one["mbco_percent"],
                one["mbco_words"],
                _people(one["people_least"], one["people_most"]),
                one["data_class"],
                one["owner__email"],
                one["deputy__email"],
                one["hours"],
                one["peak_hours"],
                one["zone"],
                one["cost_per_hour"],
            )


_PLACE: Final = (
    "dependency__workflow__team__parent__name",
    "dependency__workflow__team__name",
    "dependency__workflow__name",
    "dependency__tool__name",
)


def _alternatives(found: "QuerySet[Alternative]") -> Iterator[Row]:
    wanted = (
        *_PLACE, "rank", "tool__name", "procedure", "kind", "expected_capacity",
        "expected_quality", "expected_switch", "approved_data", "limit", "cost",
        "preconditions", "trigger", "return_criteria", "note",
    )  # fmt: skip
    for row in found.values_list(*wanted).iterator(CHUNK):
        place, (rank, tool, procedure, kind) = row[:4], row[4:8]
        capacity, quality, switch, approved, *rest = row[8:]
        yield (
            *place,
            rank,
            tool or procedure,
            kind.replace("_", " "),
            capacity,
            quality,
            _length(switch),
            list(approved),
            *rest,
        )


def _steps(found: "QuerySet[RunbookStep]") -> Iterator[Row]:
    wanted = (
        *(f"alternative__{name}" for name in _PLACE), "alternative__rank",
        "alternative__tool__name", "alternative__procedure", "position", "text", "role",
        "expected", "verification", "way_back", "details",
    )  # fmt: skip
    for row in found.values_list(*wanted).iterator(CHUNK):
        place, (tool, procedure) = row[:5], row[5:7]
        position, text, role, expected, *rest = row[7:]
        yield (*place, tool or procedure, position, text, role, _length(expected), *rest)


def _impacts(found: "QuerySet[Impact]") -> Iterator[Row]:
    with translation.override("en"):
        categories = {one.pk: str(one) for one in ImpactCategory.objects.all()}
        levels = {one.pk: str(one) for one in ImpactLevel.objects.all()}
    wanted = (
        "workflow__team__parent__name", "workflow__team__name", "workflow__name",
        "category", "after", "level", "amount", "unit",
    )  # fmt: skip
    for *place, category, after, level, amount, unit in found.values_list(*wanted).iterator(
        CHUNK
    ):
        yield (*place, categories[category], _length(after), levels[level], amount, unit)


def _points(found: "QuerySet[RecoveryPoint]") -> Iterator[Row]:
    wanted = (
        "workflow__team__parent__name", "workflow__team__name", "workflow__name",
        "material", "rpo", "copy",
    )  # fmt: skip
    for *place, material, rpo, copy in found.values_list(*wanted).iterator(CHUNK):
        yield (*place, material, _length(rpo), copy)


# --- values ---------------------------------------------------------------------------
def _chunks[T](rows: Iterable[T]) -> Iterator[list[T]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _length(value: timedelta | None) -> str | None:
    return None if value is None else cells.length(value)


def _people(least: int | None, most: int | None) -> str:
    """Return a range as the import reads it, and as no spreadsheet takes for a date."""
    if least is None:
        return "" if most is None else f"up to {most}"
    if most is None:
        return f"{least} or more"
    return str(least) if least == most else f"{least} to {most}"


def _aligned(entries: Sequence[str]) -> list[str]:
    """Return the entries with a dash where there is none: they stand beside a list."""
    return [entry or "–" for entry in entries] if any(entries) else []


_TEAM: Final = (F("team__parent__name").asc(nulls_first=True), "team__name")
_SOURCES: Final[Mapping[ImportKind, tuple[Any, Sequence[Any], Any]]] = {
    ImportKind.TEAMS: (
        lambda user: Team.objects.allowing(user, Action.VIEW),
        (F("parent__name").asc(nulls_first=True), "name"),
        _teams,
    ),
    ImportKind.PROVIDERS: (
        lambda user: Provider.objects.allowing(user, Action.VIEW),
        ("name",),
        _providers,
    ),
    ImportKind.TOOLS: (
        lambda user: Tool.objects.allowing(user, Action.VIEW),
        ("name",),
        _tools,
    ),
    ImportKind.UPSTREAMS: (
        lambda user: Upstream.objects.allowing(user, Action.VIEW),
        ("tool__name", "upstream__name", "relation"),
        _upstreams,
    ),
    ImportKind.WORKFLOWS: (
        lambda user: Workflow.objects.current().allowing(user, Action.VIEW),
        (*_TEAM, "name"),
        _workflows,
    ),
    ImportKind.ALTERNATIVES: (
        lambda user: Alternative.objects.allowing(user, Action.VIEW).filter(
            dependency__workflow__archived_at=None
        ),
        (
            F("dependency__workflow__team__parent__name").asc(nulls_first=True),
            "dependency__workflow__team__name",
            "dependency__workflow__name",
            "dependency__position",
            "dependency__pk",
            "rank",
        ),
        _alternatives,
    ),
    ImportKind.STEPS: (
        lambda user: RunbookStep.objects.allowing(user, Action.VIEW).filter(
            alternative__dependency__workflow__archived_at=None
        ),
        (
            F("alternative__dependency__workflow__team__parent__name").asc(
                nulls_first=True
            ),
            "alternative__dependency__workflow__team__name",
            "alternative__dependency__workflow__name",
            "alternative__dependency__position",
            "alternative__dependency__pk",
            "alternative__rank",
            "position",
        ),
        _steps,
    ),
    ImportKind.IMPACTS: (
        lambda user: Impact.objects.allowing(user, Action.VIEW).filter(
            workflow__archived_at=None
        ),
        (
            F("workflow__team__parent__name").asc(nulls_first=True),
            "workflow__team__name",
            "workflow__name",
            "category__position",
            "category__pk",
            "after",
        ),
        _impacts,
    ),
    ImportKind.POINTS: (
        lambda user: RecoveryPoint.objects.allowing(user, Action.VIEW).filter(
            workflow__archived_at=None
        ),
        (
            F("workflow__team__parent__name").asc(nulls_first=True),
            "workflow__team__name",
            "workflow__name",
            "material",
        ),
        _points,
    ),
}
