"""Which work stops with whom: by provider, and by what the tools ride on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from continuity.dashboard.queries.scope import Scope, address

MOST_ROWS: Final = 7
MOST_COLUMNS: Final = 6
HEAT_CUTS: Final = (1, 3, 6, 12)
"""From how many workflows on a cell gets the next darker colour."""

COUNTED: Final = """
pressed AS (SELECT coalesce(bool_or(tier <= %(important)s), FALSE) AS alone FROM work),
counted AS (
    SELECT work.id, work.heading FROM work, pressed
    WHERE NOT pressed.alone OR work.tier <= %(important)s
)
"""
BY_PROVIDER: Final = """
carried AS MATERIALIZED (
    SELECT DISTINCT counted.id, counted.heading,
        coalesce(provider.name, tool.name) AS carrier,
        coalesce(provider.name, tool.name) AS name
    FROM counted JOIN usage ON usage.workflow = counted.id AND usage.stops
    JOIN inventory_tool AS tool ON tool.id = usage.tool
    LEFT JOIN inventory_provider AS provider ON provider.id = tool.provider_id
)
"""
BY_UPSTREAM: Final = """
carried AS MATERIALIZED (
    SELECT DISTINCT counted.id, counted.heading, tool.id::text AS carrier, tool.name
    FROM counted JOIN usage ON usage.workflow = counted.id AND usage.stops
    JOIN reach ON reach.tool = usage.tool AND reach.upstream <> usage.tool
    JOIN inventory_tool AS tool ON tool.id = reach.upstream
    WHERE tool.id IN (SELECT upstream_id FROM inventory_upstream WHERE hard)
)
"""
RANKED: Final = f"""
ranked AS (
    SELECT carrier, name, count(*) AS total,
        row_number() OVER (ORDER BY count(*) DESC, name, carrier) AS place
    FROM carried GROUP BY carrier, name
),
headed AS (
    SELECT heading, row_number() OVER (ORDER BY count(DISTINCT id) DESC, heading) AS place
    FROM carried GROUP BY heading
),
cell AS (
    SELECT least(ranked.place, {MOST_ROWS + 1}) AS place,
        least(headed.place, {MOST_COLUMNS + 1}) AS across,
        count(DISTINCT carried.id) AS number
    FROM carried JOIN ranked ON ranked.carrier = carried.carrier
    JOIN headed ON headed.heading = carried.heading
    GROUP BY GROUPING SETS ((1, 2), (1))
)
"""  # noqa: S608 - our own words; values are parameters
TABLE: Final = f"""
    json_build_object(
        'pressing', (SELECT alone FROM pressed),
        'workflows', (SELECT count(*) FROM counted),
        'carriers', (SELECT count(*) FROM ranked),
        'columns', (SELECT json_agg(heading ORDER BY place) FROM headed
            WHERE place <= {MOST_COLUMNS}),
        'headings', (SELECT count(*) FROM headed),
        'rows', (SELECT json_agg(json_build_array(carrier, name) ORDER BY place)
            FROM ranked WHERE place <= {MOST_ROWS}),
        'cells', (SELECT json_agg(json_build_array(place, across, number)) FROM cell),
        'limit', (SELECT concentration_limit FROM accounts_organisation WHERE id = 1)
    )
"""  # noqa: S608 - our own words; values are parameters


def heat_tables(*, by_upstream: bool) -> str:
    """Return the parts of a WITH, after STANDING, that TABLE is read from."""
    carried = BY_UPSTREAM if by_upstream else BY_PROVIDER
    return ", ".join((COUNTED, carried, RANKED))


@dataclass(frozen=True, slots=True)
class HeatCell:
    """`link` leads to the workflows that are counted; empty for "others" and for none.
    `said` and `look` are ready to be written: there are many cells on a page."""

    value: int
    said: str
    look: str
    link: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """`link` leads to the workflows that are counted; empty for "others"."""

    name: str
    link: str
    cells: Sequence[HeatCell]
    total: int
    over: bool
    """Whether it carries more than the organisation's limit."""


@dataclass(frozen=True, slots=True)
class Concentration:
    """`pressing` says that only critical and important workflows are counted; without any
    of these, all are. `limit` is in percent of `workflows`, None where none was set."""

    by_upstream: bool
    columns: Sequence[str]
    rows: Sequence[HeatRow]
    pressing: bool
    workflows: int
    limit: int | None

    @property
    def top(self) -> HeatRow | None:
        return self.rows[0] if self.rows else None

    @property
    def top_percent(self) -> int | None:
        if self.top is None or not self.workflows:
            return None
        return self.top.total * 100 // self.workflows


def concentration(
    chosen: Scope, found: Mapping[str, Any], *, by_upstream: bool
) -> Concentration:
    """Return the table from what the database counted."""
    groups: Sequence[int] = found["columns"] or ()
    names = [chosen.teams[pk].name for pk in groups]
    across = len(names)
    if found["headings"] > across:
        names.append(gettext("Others"))
    values = {(place, at): number for place, at, number in found["cells"] or ()}
    total, limit = found["workflows"], found["limit"]
    asked = f"{reverse('dashboard:workflows')}?{address(chosen)}"
    more = {"pressing": 1} if found["pressing"] else {}

    def link_of(carrier: str) -> str:
        by = "upstream" if by_upstream else "carrier"
        return f"{asked}&{urlencode({by: carrier, **more})}"

    def row_of(place: int, name: str, carrier: str) -> HeatRow:
        own = [values.get((place, at + 1), 0) for at in range(len(names))]
        pks = [*groups, 0]
        link = link_of(carrier) if carrier else ""
        cells = [
            HeatCell(
                value,
                str(value) if value else "–",
                f"h{bucket(value)}",
                f"{link}&group={pk}" if link and value and pk else "",
            )
            for value, pk in zip(own, pks, strict=False)
        ]
        whole = values.get((place, None), 0)
        over = limit is not None and bool(carrier) and whole * 100 > limit * total
        return HeatRow(name, link, cells, whole, over)

    rows = [
        row_of(place, name, carrier)
        for place, (carrier, name) in enumerate(found["rows"] or (), start=1)
    ]
    if rest := found["carriers"] - len(rows):
        label = ngettext("%(number)d other", "%(number)d others", rest) % {"number": rest}
        rows.append(row_of(MOST_ROWS + 1, label, ""))
    return Concentration(by_upstream, names, rows, found["pressing"], total, limit)


def bucket(value: int) -> int:
    return sum(value >= cut for cut in HEAT_CUTS)
