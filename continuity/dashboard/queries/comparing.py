"""Then and now: what the figures were when the period began, and what changed them.

What was is read from the snapshots of that day and never counted again; what is, from the
rows of now. Days without a snapshot are gaps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from continuity.dashboard.queries.asking import ask, ask_all
from continuity.dashboard.queries.scope import Scope, parameters
from continuity.domain.readiness import Reason
from continuity.domain.shifts import Condition, Turn, causes, turn
from continuity.inventory.models import TIER_WEIGHTS, Tier
from continuity.inventory.queries.standing import LEVEL_LABELS, LEVELS, STANDING, reasons
from continuity.web.charts import sparkline
from continuity.web.reasons import SHORT

POINTS: Final = 24
"""How many days at most a small line is drawn through."""
SHOWN_SHIFTS: Final = 4

BASE: Final = """
base AS (
    (SELECT id, day FROM insight_snapshot WHERE day <= %(since_day)s
        ORDER BY day DESC LIMIT 1)
    UNION ALL
    (SELECT id, day FROM insight_snapshot
        WHERE day < %(today)s
            AND NOT EXISTS (SELECT FROM insight_snapshot WHERE day <= %(since_day)s)
        ORDER BY day LIMIT 1)
)
"""
"""The snapshot to compare with: the one the period began with, otherwise the first."""
TREND: Final = f"""
WITH {BASE},
picked AS (
    SELECT DISTINCT ON (part) part, shot.id, shot.day, shot.drills_overdue
    FROM (
        SELECT snapshot.*, CASE WHEN snapshot.day = base.day THEN 0 ELSE 1
            + (snapshot.day - base.day - 1) * {POINTS} / (%(today)s::date - base.day) END
            AS part
        FROM insight_snapshot AS snapshot, base
        WHERE snapshot.day >= base.day AND snapshot.day < %(today)s
    ) AS shot
    ORDER BY part, shot.day DESC
),
weight AS (SELECT * FROM unnest(%(tiers)s::int[], %(weights)s::int[]) AS of (tier, weight))
SELECT json_agg(line ORDER BY part) FROM (
    SELECT picked.part, picked.day, picked.drills_overdue AS overdue,
        coalesce(sum(counted.total), 0) AS total,
        coalesce(sum(counted.ready), 0) AS ready,
        coalesce(sum(counted.proven), 0) AS proven,
        coalesce(sum(counted.total * weight.weight), 0) AS weighing,
        coalesce(sum(counted.ready * weight.weight), 0) AS weighted
    FROM picked
    LEFT JOIN insight_counted AS counted ON counted.snapshot_id = picked.id
        AND (%(whole)s AND counted.team_id IS NULL
            OR NOT %(whole)s AND counted.team_id = ANY(%(teams)s::bigint[]))
        AND (%(tier)s::int IS NULL OR counted.tier = %(tier)s::int)
    LEFT JOIN weight ON weight.tier = counted.tier
    GROUP BY picked.part, picked.day, picked.drills_overdue
) AS line
"""  # noqa: S608 - our own words; values are parameters
MOVED: Final = f"""
{BASE},
first AS (
    SELECT DISTINCT ON (shift.workflow_id) shift.workflow_id AS workflow,
        shift.tier_before AS tier, shift.level_before AS level,
        shift.reasons_before AS reasons
    FROM insight_shift AS shift
    JOIN insight_snapshot AS taken ON taken.id = shift.snapshot_id
    JOIN base ON taken.day > base.day
    ORDER BY shift.workflow_id, taken.day
),
latest AS (
    SELECT shift.workflow_id AS workflow, max(taken.day) AS day
    FROM insight_shift AS shift
    JOIN insight_snapshot AS taken ON taken.id = shift.snapshot_id
    JOIN base ON taken.day > base.day GROUP BY shift.workflow_id
),
here AS (
    SELECT work.id, work.name, work.team, work.tier, judged.level, judged.reasons
    FROM work JOIN judged ON judged.id = work.id
    UNION ALL
    SELECT away.id, away.name, away.team_id, away.tier, NULL, NULL
    FROM inventory_workflow AS away JOIN scope ON scope.team = away.team_id
    WHERE away.archived_at IS NOT NULL
        AND (%(tier)s::int IS NULL OR away.tier = %(tier)s::int)
),
moved AS MATERIALIZED (
    SELECT here.id, here.name, here.team, here.tier, here.level, here.reasons,
        CASE WHEN first.workflow IS NOT NULL THEN first.level ELSE old.level END AS was,
        CASE WHEN first.workflow IS NOT NULL THEN first.reasons ELSE old.reasons END
            AS was_reasons,
        CASE WHEN first.workflow IS NOT NULL THEN first.tier ELSE old.tier END AS was_tier,
        latest.day
    FROM base CROSS JOIN here
    LEFT JOIN first ON first.workflow = here.id
    LEFT JOIN latest ON latest.workflow = here.id
    LEFT JOIN insight_standing AS old ON old.workflow_id = here.id
),
turned AS MATERIALIZED (
    SELECT *, CASE
        WHEN was IS NULL AND level IS NULL THEN NULL
        WHEN was IS NULL THEN 4 WHEN level IS NULL THEN 5
        WHEN was = 0 AND level > 0 THEN 0
        WHEN was = 1 AND level > 1 THEN 1
        WHEN level = 0 AND was > 0 THEN 2
        WHEN level = 1 AND was > 1 THEN 3
        WHEN tier <> was_tier THEN 6
        END AS turn
    FROM moved
)
"""  # noqa: S608 - our own words; values are parameters
"""Follows STANDING. `turn` is a place in Turn; a line without one is as it was."""
TURNS: Final = tuple(Turn)
TURNED: Final = """
    (SELECT json_agg(json_build_array(turn, number)) FROM (
        SELECT turn, count(*) AS number FROM turned WHERE turn IS NOT NULL GROUP BY turn
    ) AS counted),
    (SELECT json_agg(page) FROM (
        SELECT * FROM turned WHERE turn IS NOT NULL
            AND (%(turn)s::int IS NULL OR turn = %(turn)s::int)
        ORDER BY turn, tier, name, id LIMIT %(most)s OFFSET %(first)s
    ) AS page)
"""
"""How many workflows turned which way, and some of them."""
SUMMARY: Final = f"WITH RECURSIVE {STANDING}, {MOVED} SELECT {TURNED}"
LABELS: Final[Mapping[Turn, Promise]] = {
    Turn.LOST: _("No longer ready"),
    Turn.FELL: _("Less ready"),
    Turn.GAINED: _("Became ready"),
    Turn.ROSE: _("Readier"),
    Turn.ADDED: _("Added"),
    Turn.GONE: _("Archived"),
    Turn.TIER: _("Criticality changed"),
}
LOOKS: Final[Mapping[Turn, tuple[str, str]]] = {
    Turn.LOST: ("bad", "down"),
    Turn.FELL: ("warn", "down"),
    Turn.GAINED: ("ok", "up"),
    Turn.ROSE: ("info", "up"),
    Turn.ADDED: ("info", "plus"),
    Turn.GONE: ("none", "x"),
    Turn.TIER: ("info", "flag"),
}
CAME: Final[Mapping[Reason, Promise]] = {
    Reason.NO_TOOL: _("its tools were removed"),
    Reason.NO_ALTERNATIVE: _("an alternative was removed, or a tool came without one"),
    Reason.NOT_APPROVED: _("the alternative is not approved for the data any more"),
    Reason.NO_RUNBOOK: _("the runbook was removed"),
    Reason.SHARES_UPSTREAM: _("the alternative was found to share an upstream"),
    Reason.NO_PROOF: _("there is no proof"),
    Reason.PROOF_EXPIRED: _("the proof expired"),
    Reason.PROOF_ENDED: _("what was proven has changed"),
    Reason.BELOW_MBCO: _("a proof showed less than the minimum level"),
    Reason.OVER_RTO: _("a proof was slower than the RTO"),
    Reason.NO_RTO: _("the RTO was removed"),
}
WENT: Final[Mapping[Reason, Promise]] = {
    Reason.NO_TOOL: _("its tools were named"),
    Reason.NO_ALTERNATIVE: _("an alternative was added"),
    Reason.NOT_APPROVED: _("the alternative was approved for the data"),
    Reason.NO_RUNBOOK: _("a runbook was written"),
    Reason.SHARES_UPSTREAM: _("the alternative shares no known upstream any more"),
    Reason.NO_PROOF: _("a proof was gained"),
    Reason.PROOF_EXPIRED: _("the proof was renewed"),
    Reason.PROOF_ENDED: _("it was proven again"),
    Reason.BELOW_MBCO: _("a proof showed the minimum level"),
    Reason.OVER_RTO: _("a proof was within the RTO"),
    Reason.NO_RTO: _("an RTO was set"),
}


@dataclass(frozen=True, slots=True)
class Then:
    """The figures of the day that is compared with. `overdue` is of all teams."""

    day: date
    total: int
    ready: int
    proven: int
    percent: int | None
    weighted: int | None
    overdue: int


@dataclass(frozen=True, slots=True)
class Shifted:
    """One workflow that stands otherwise than it did, and by what."""

    turn: Turn
    name: str
    url: str
    team: str
    tier: int
    before: str
    after: str
    why: str
    seen_on: date | None
    """The day whose snapshot saw it last; None: today, since the last one."""

    @property
    def label(self) -> Promise:
        return LABELS[self.turn]

    @property
    def tone(self) -> str:
        return LOOKS[self.turn][0]

    @property
    def icon(self) -> str:
        return LOOKS[self.turn][1]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`then` None: there is no earlier snapshot yet, and nothing to compare with."""

    then: Then | None
    spark_ready: str
    spark_proven: str
    spark_overdue: str
    points: Sequence[tuple[date, int | None, int]]
    """The days that the small lines go through, with the share and the proven ones."""


def comparison(
    chosen: Scope, *, percent: int | None, proven: int, overdue: int | None
) -> Comparison:
    """Return the figures of the day the period began with, and the lines from there to
    those of now, which the caller has counted. One query."""
    found = ask(
        TREND,
        {
            **_asked(chosen),
            "tiers": list(TIER_WEIGHTS),
            "weights": list(TIER_WEIGHTS.values()),
        },
    )
    if not found:
        return Comparison(None, "", "", "", ())
    first = found[0]
    then = Then(
        day=date.fromisoformat(first["day"]),
        total=first["total"],
        ready=first["ready"],
        proven=first["proven"],
        percent=_percent(first["ready"], first["total"]),
        weighted=_percent(first["weighted"], first["weighing"]),
        overdue=first["overdue"],
    )
    at = {one["part"]: one for one in found}
    parts = [at.get(part) for part in range(max(at) + 1)]
    shares = [one and _percent(one["ready"], one["total"]) for one in parts]
    return Comparison(
        then=then,
        spark_ready=sparkline([*shares, percent]),
        spark_proven=sparkline([*(one and one["proven"] for one in parts), proven]),
        spark_overdue=sparkline([*(one and one["overdue"] for one in parts), overdue or 0])
        if chosen.is_whole
        else "",
        points=[
            (
                date.fromisoformat(one["day"]),
                _percent(one["ready"], one["total"]),
                one["proven"],
            )
            for one in found
        ],
    )


def _percent(part: int, whole: int) -> int | None:
    return part * 100 // whole if whole else None


@dataclass(frozen=True, slots=True)
class Shifts:
    """What changed since the period began; read a page at a time."""

    chosen: Scope
    turn: Turn | None
    counts: Mapping[Turn, int]
    first: Sequence[Shifted]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def counted(self) -> Sequence[tuple[Turn, Promise, int]]:
        return [
            (each, LABELS[each], self.counts[each]) for each in TURNS if each in self.counts
        ]

    def count(self) -> int:
        return self.total if self.turn is None else self.counts.get(self.turn, 0)

    def __getitem__(self, place: slice) -> Sequence[Shifted]:
        return _read(self.chosen, self.turn, place.start, place.stop - place.start)[1]


def shifts(chosen: Scope, turn: Turn | None = None) -> Shifts:
    """Return what changed, read a page at a time. One query, another for each page."""
    counts, first = _read(chosen, turn, 0, 0)
    return Shifts(chosen, turn, counts, first)


def shifts_among(chosen: Scope, counts: Any, page: Any) -> Shifts:
    """Return what changed from what TURNED found with the parameters of `turning`."""
    return Shifts(chosen, None, *_found(chosen, counts, page))


def turning(
    chosen: Scope, turn: Turn | None = None, *, first: int = 0, most: int = SHOWN_SHIFTS
) -> dict[str, Any]:
    """Return what MOVED and TURNED ask for, beside what STANDING does."""
    return {
        "since_day": timezone.localdate(chosen.since),
        "turn": None if turn is None else TURNS.index(turn),
        "first": first,
        "most": most,
    }


def _read(
    chosen: Scope, turn: Turn | None, first: int, most: int
) -> tuple[Mapping[Turn, int], Sequence[Shifted]]:
    asked = parameters(chosen) | turning(chosen, turn, first=first, most=most)
    return _found(chosen, *ask_all(SUMMARY, asked))


def _found(
    chosen: Scope, counts: Any, page: Any
) -> tuple[Mapping[Turn, int], Sequence[Shifted]]:
    return (
        {TURNS[place]: number for place, number in counts or ()},
        [_shifted(chosen, one) for one in page or ()],
    )


def _asked(chosen: Scope) -> dict[str, Any]:
    return {**parameters(chosen), "since_day": timezone.localdate(chosen.since)}


def _condition(level: int | None, bits: int | None, tier: int | None) -> Condition | None:
    if level is None:
        return None
    return Condition(LEVELS[level], frozenset(reasons(bits or 0)), tier or 0)


def _shifted(chosen: Scope, row: Mapping[str, Any]) -> Shifted:
    before = _condition(row["was"], row["was_reasons"], row["was_tier"])
    after = _condition(row["level"], row["reasons"], row["tier"])
    return Shifted(
        turn=turn(before, after),
        name=row["name"],
        url=reverse("inventory:workflow", args=[row["id"]]),
        team=chosen.teams[row["team"]].name,
        tier=row["tier"],
        before="" if row["was"] is None else str(LEVEL_LABELS[LEVELS[row["was"]]]),
        after="" if row["level"] is None else str(LEVEL_LABELS[LEVELS[row["level"]]]),
        why=_why(before, after),
        seen_on=date.fromisoformat(row["day"]) if row["day"] else None,
    )


def _why(before: Condition | None, after: Condition | None) -> str:
    """Return what came or went, as words; what came where it stands worse, and the rest."""
    came, went = causes(before, after)
    found = turn(before, after)
    match found:
        case Turn.ADDED:
            had = sorted(after.reasons) if after else []
            return ", ".join(str(SHORT[each]) for each in had)
        case Turn.GONE:
            return ""
        case Turn.TIER if before is not None and after is not None:
            return gettext("From %(before)s to %(after)s.") % {
                "before": Tier(before.tier).label,
                "after": Tier(after.tier).label,
            }
        case Turn.LOST | Turn.FELL:
            said = [
                *(CAME[each] for each in came),
                *(() if came else (WENT[x] for x in went)),
            ]
        case _:
            said = [
                *(WENT[each] for each in went),
                *(() if went else (CAME[x] for x in came)),
            ]
    words = "; ".join(str(each) for each in said)
    return words[:1].upper() + words[1:]


BASE_DAY: Final = f"WITH {BASE} SELECT to_json((SELECT day FROM base))"  # noqa: S608 - ours


def base_day(chosen: Scope) -> date | None:
    """Return the day that is compared with, None where there is none. One query."""
    found: str | None = ask(BASE_DAY, _asked(chosen))
    return date.fromisoformat(found) if found else None
