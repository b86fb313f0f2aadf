"""The workflows and recoveries behind the figures, a page at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise

from continuity.dashboard.queries.asking import ask
from continuity.dashboard.queries.scope import Scope, parameters
from continuity.domain.readiness import Level
from continuity.inventory.models import Tier, Tool
from continuity.inventory.queries.standing import LEVELS, STANDING, reasons
from continuity.outages.queries import Line, recoveries_between
from continuity.web.reasons import SHORT as REASONS

MATCHING: Final = """
matching AS MATERIALIZED (
    SELECT work.id, work.name, work.team, work.tier, judged.level, judged.reasons
    FROM work JOIN judged ON judged.id = work.id
    WHERE (%(level)s::int IS NULL OR judged.level = %(level)s::int)
        AND (%(proven)s::bool IS NULL OR judged.proven = %(proven)s::bool)
        AND (%(group)s::int IS NULL OR work.heading = %(group)s::int)
        AND (NOT %(pressing)s OR work.tier <= %(important)s)
        AND (%(carrier)s = '' OR work.id IN (
            SELECT usage.workflow FROM usage
            JOIN inventory_tool AS tool ON tool.id = usage.tool
            LEFT JOIN inventory_provider AS provider ON provider.id = tool.provider_id
            WHERE usage.stops AND coalesce(provider.name, tool.name) = %(carrier)s
        ))
        AND (%(upstream)s::int IS NULL OR work.id IN (
            SELECT usage.workflow FROM usage JOIN reach ON reach.tool = usage.tool
            WHERE usage.stops AND reach.upstream = %(upstream)s::int
                AND reach.upstream <> reach.tool
        ))
)
"""


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A workflow as the lists behind the figures show it."""

    pk: int
    name: str
    team: str
    tier: int
    level: Level
    reasons: tuple[str, ...]

    @property
    def tier_label(self) -> Promise | str:
        return Tier(self.tier).label


@dataclass(frozen=True, slots=True)
class WorkflowRows:
    """The workflows that were asked for, the most critical first."""

    chosen: Scope
    asked: Mapping[str, Any]

    def count(self) -> int:
        number: int = self._ask("SELECT json_build_array(count(*)) FROM matching")[0]
        return number

    def __getitem__(self, place: slice) -> Sequence[WorkflowRow]:
        found = self._ask(
            "SELECT json_agg(page) FROM (SELECT * FROM matching "
            "ORDER BY tier, name, id LIMIT %(most)s OFFSET %(first)s) AS page",
            first=place.start,
            most=place.stop - place.start,
        )
        return [
            WorkflowRow(
                pk=one["id"],
                name=one["name"],
                team=self.chosen.teams[one["team"]].name,
                tier=one["tier"],
                level=LEVELS[one["level"]],
                reasons=tuple(str(REASONS[each]) for each in reasons(one["reasons"])),
            )
            for one in found or ()
        ]

    def _ask(self, sql: str, **more: int) -> Any:
        level, proven = self.asked.get("level"), self.asked.get("proven")
        return ask(
            f"WITH RECURSIVE {STANDING}, {MATCHING} {sql}",
            {
                **parameters(self.chosen),
                "level": LEVELS.index(Level(level)) if level else None,
                "proven": proven == "yes" if proven else None,
                "group": self.asked.get("group"),
                "carrier": self.asked.get("carrier") or "",
                "upstream": self.asked.get("upstream"),
                "pressing": bool(self.asked.get("pressing")),
                **more,
            },
        )


def workflows(chosen: Scope, asked: Mapping[str, Any]) -> WorkflowRows:
    """Return the workflows in scope that `asked` asks for: level, proven, group, carrier,
    upstream and pressing, any of them empty or missing. One query to count and one for
    each page of them."""
    return WorkflowRows(chosen, asked)


def tool_name(pk: int | None) -> str:
    """Return the name of a tool, "" for none. One query, none for none."""
    if pk is None:
        return ""
    return Tool.objects.filter(pk=pk).values_list("name", flat=True).first() or ""


def recoveries(chosen: Scope) -> tuple[Line, ...]:
    """Return the recoveries of outages that began in the period. Two queries."""
    return recoveries_between(
        chosen.since, chosen.now, chosen.team_rows, now=chosen.now, tier=chosen.tier
    )


def of_kind(
    lines: Iterable[Line], *, real: bool, verdict: str | None = None
) -> Sequence[Line]:
    """Return those of drills, or those of real outages, the latest first; with a verdict
    those that have it."""
    return [
        line
        for line in reversed(tuple(lines))
        if line.is_drill is not real and (not verdict or line.verdict == verdict)
    ]
