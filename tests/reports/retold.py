"""The figures of a continuity report once more, in plain SQL from the journal.

A second way to the same figures that shares no line of code with the first: no service,
no query function, no rule of the domain, and none of the columns that a recovery keeps of
its clocks. What was rehearsed is read from the lines of the journal; what is owned, from
the tables of the inventory. Only the targets that a recovery was held to are read from it,
since no line tells them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

RECOVERIES: Final = """
line AS MATERIALIZED (
  SELECT outage_id, number, kind, at, recovery_id, data FROM outages_journalentry
),
-- A drill begins when it is started. What is real says when, and may be corrected.
onset AS MATERIALIZED (
  SELECT DISTINCT ON (outage_id) outage_id,
    CASE kind WHEN 'onset' THEN (data ->> 'after')::timestamptz
      ELSE coalesce((data ->> 'onset')::timestamptz, at) END AS at
  FROM line WHERE kind IN ('started', 'onset') ORDER BY outage_id, number DESC
),
-- The last word on whether it is over.
word AS MATERIALIZED (
  SELECT DISTINCT ON (outage_id) outage_id, kind, at FROM line
  WHERE kind IN ('started', 'ended', 'aborted', 'missed', 'taken_up')
  ORDER BY outage_id, number DESC
),
pause AS MATERIALIZED (
  SELECT * FROM (
    SELECT outage_id, kind, at AS began,
      lead(at) OVER (PARTITION BY outage_id ORDER BY number) AS ended
    FROM line WHERE kind IN ('paused', 'resumed', 'ended', 'aborted')
  ) AS turns WHERE kind = 'paused'
),
taken_back AS MATERIALIZED (
  SELECT (data ->> 'mark')::bigint AS mark FROM line WHERE kind = 'undo'
),
reached AS MATERIALIZED (
  SELECT recovery_id, at, (data ->> 'capacity')::int AS capacity FROM line
  WHERE kind = 'mark' AND data ->> 'clock' = 'minimum'
    AND data ->> 'arrival' IS DISTINCT FROM 'too_late'
    AND (data ->> 'mark')::bigint NOT IN (SELECT mark FROM taken_back)
),
excused AS MATERIALIZED (SELECT DISTINCT recovery_id FROM line WHERE kind = 'excused'),
timed AS MATERIALIZED (
  SELECT recovery.id, recovery.outage_id, recovery.workflow_id, recovery.proof_id,
    recovery.rto, outage.kind, outage.title, onset.at AS onset, word.at AS ended,
    reached.at AS reached, reached.capacity, reached.at IS NULL AS bound,
    excused.recovery_id IS NOT NULL AS excused,
    coalesce(reached.at, word.at) AS until
  FROM outages_recovery AS recovery
  JOIN outages_outage AS outage ON outage.id = recovery.outage_id
  JOIN onset ON onset.outage_id = recovery.outage_id
  JOIN word ON word.outage_id = recovery.outage_id AND word.kind = 'ended'
  LEFT JOIN reached ON reached.recovery_id = recovery.id
  LEFT JOIN excused ON excused.recovery_id = recovery.id
),
measured AS MATERIALIZED (
  SELECT *, until - onset - coalesce((
    SELECT sum(greatest(least(pause.ended, until) - greatest(pause.began, onset), '0'))
    FROM pause WHERE pause.outage_id = timed.outage_id
  ), '0') AS length FROM timed
),
judged AS MATERIALIZED (
  SELECT *, CASE
    WHEN excused THEN 'excused' WHEN rto IS NULL THEN NULL
    WHEN length > rto THEN 'missed' WHEN bound THEN 'not_shown' ELSE 'met'
  END AS verdict FROM measured
)"""

READINESS: Final = """
edge AS MATERIALIZED (
  SELECT tool_id AS tool, upstream_id AS needs, relation, hard FROM inventory_upstream
  WHERE tool_id <> upstream_id
  UNION ALL
  SELECT id, parent_id, 'part', true FROM inventory_tool WHERE parent_id IS NOT NULL
),
falls_with (tool, needs) AS (
  SELECT id, id FROM inventory_tool
  UNION
  SELECT falls_with.tool, edge.needs
  FROM falls_with JOIN edge ON edge.tool = falls_with.needs AND edge.hard
),
rides_on (tool, needs) AS (
  SELECT id, id FROM inventory_tool
  UNION
  SELECT rides_on.tool, edge.needs
  FROM rides_on JOIN edge ON edge.tool = rides_on.needs
),
layer AS MATERIALIZED (
  SELECT DISTINCT rides_on.tool, edge.relation
  FROM rides_on JOIN edge ON edge.tool = rides_on.needs
  WHERE edge.relation <> 'part' AND edge.needs <> rides_on.tool
),
work AS MATERIALIZED (
  SELECT workflow.*, team.name AS team FROM inventory_workflow AS workflow
  JOIN accounts_team AS team ON team.id = workflow.team_id
  WHERE workflow.archived_at IS NULL
),
-- What a drill or an outage proved, the journal knows; the rest is what was written down.
shown AS MATERIALIZED (
  SELECT proof.id, proof.alternative_id, proof.ended_at IS NULL AS stands,
    CASE WHEN judged.id IS NULL THEN proof.shown_at
      ELSE coalesce(judged.reached, judged.ended) END AS shown_at,
    CASE WHEN judged.id IS NULL THEN proof.expires_at
      ELSE coalesce(judged.reached, judged.ended) + interval '180 days' END AS expires_at,
    CASE WHEN judged.id IS NULL THEN proof.works ELSE NOT judged.bound END AS works,
    CASE WHEN judged.id IS NULL THEN proof.minimum_after
      WHEN NOT judged.bound THEN judged.length END AS minimum,
    CASE WHEN judged.id IS NULL THEN proof.capacity ELSE judged.capacity END AS capacity
  FROM inventory_proof AS proof LEFT JOIN judged ON judged.proof_id = proof.id
),
choice AS MATERIALIZED (
  SELECT other.id, other.rank, other.dependency_id, dependency.workflow_id,
    dependency.position, work.name AS workflow, work.team,
    other.tool_id IS NULL AS by_hand,
    CASE
      WHEN other.tool_id IS NULL THEN 'none_known'
      WHEN EXISTS (
        SELECT FROM falls_with AS mine JOIN falls_with AS theirs USING (needs)
        WHERE mine.tool = dependency.tool_id AND theirs.tool = other.tool_id
      ) THEN 'shares'
      WHEN EXISTS (SELECT FROM layer WHERE tool = dependency.tool_id)
        AND EXISTS (SELECT FROM layer WHERE tool = other.tool_id) THEN 'none_known'
      ELSE 'unknown'
    END AS fate,
    CASE WHEN other.tool_id IS NOT NULL THEN 25 * (
      SELECT count(*) FROM layer AS mine JOIN layer AS theirs USING (relation)
      WHERE mine.tool = dependency.tool_id AND theirs.tool = other.tool_id
        AND relation IN ('model', 'hosting', 'edge', 'identity')
    ) END AS known_percent,
    (other.kind = 'manual' OR other.approved_data @> CASE work.data_class
      WHEN '' THEN ARRAY['public', 'internal', 'confidential', 'personal', 'special']
      ELSE ARRAY[work.data_class] END::varchar[]) AS approved,
    EXISTS (SELECT FROM inventory_runbookstep WHERE alternative_id = other.id) AS runbook,
    EXISTS (
      SELECT FROM shown WHERE alternative_id = other.id AND stands AND works
        AND expires_at > %(now)s AND minimum <= work.rto
        AND coalesce(capacity >= work.mbco_percent, true)
    ) AS proven
  FROM inventory_alternative AS other
  JOIN inventory_dependency AS dependency ON dependency.id = other.dependency_id
  JOIN work ON work.id = dependency.workflow_id
),
best AS MATERIALIZED (
  SELECT dependency_id, min(
    (NOT approved)::int + (NOT runbook)::int + (fate = 'shares')::int + (NOT proven)::int
  ) AS missed FROM choice GROUP BY dependency_id
),
-- 0 ready, 1 partly, 2 not ready.
ready AS MATERIALIZED (
  SELECT work.id, work.team, work.name, work.tier, CASE
    WHEN count(dependency.id) = 0 THEN 'unknown'
    ELSE (ARRAY['ready', 'partly', 'not_ready'])[1 + coalesce(max(
      CASE WHEN dependency.without = 'stops' THEN least(coalesce(best.missed, 2), 2) END
    ), 0)]
  END AS level
  FROM work LEFT JOIN inventory_dependency AS dependency ON dependency.workflow_id = work.id
  LEFT JOIN best ON best.dependency_id = dependency.id
  GROUP BY work.id, work.team, work.name, work.tier
)"""

WITH: Final = f"WITH RECURSIVE {RECOVERIES},{READINESS}"
SHARES: Final = """
  count(*) AS workflows,
  count(*) FILTER (WHERE level = 'ready') AS ready,
  count(*) FILTER (WHERE level = 'partly') AS partly,
  count(*) FILTER (WHERE level = 'not_ready') AS not_ready,
  count(*) FILTER (WHERE level = 'unknown') AS unknown,
  count(*) FILTER (WHERE level = 'ready') * 100 / nullif(count(*), 0) AS share_percent,
  (coalesce(sum(5 - tier) FILTER (WHERE level = 'ready'), 0) * 100
    / nullif(sum(5 - tier), 0))::int AS weighted_percent
"""
WHOLE: Final = f"SELECT {SHARES} FROM ready"  # noqa: S608 - no value in it
TEAMS: Final = f"SELECT team, {SHARES} FROM ready GROUP BY team ORDER BY team"  # noqa: S608
SECONDS: Final = "floor(extract(epoch FROM {}))::int"


def continuity(*, since: datetime, now: datetime, zone: str) -> dict[str, Any]:
    """Return the figures of the organisation's report, in the shape of its facts."""
    named = {"since": since, "now": now, "zone": zone}

    def rows(select: str, **more: Any) -> list[dict[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(f"{WITH} {select}", {**named, **more})
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return {
        "readiness": rows(WHOLE)[0],
        "teams": rows(TEAMS),
        "workflows": rows(
            "SELECT name, team, level AS readiness FROM ready ORDER BY tier, team, name"
        ),
        "alternatives": [_alternative(row) for row in rows(ALTERNATIVES)],
        "drill_figures": _figures(rows(FIGURES, kind="drill")),
        "drills": [_line(row) for row in rows(LINES, kind="drill")],
        "outage_figures": _figures(rows(FIGURES, kind="real"), counted_as="outages"),
        "outage_lines": [_line(row) for row in rows(LINES, kind="real")],
        "outages": rows(OUTAGES, kind="real"),
        "left_out": rows(LEFT_OUT)[0],
        "shared_fate": rows(SHARED)[0],
        "knock_out": {**rows(NAMELESS)[0], "rows": rows(KNOCK_OUT)},
        "scale": rows(SCALE)[0],
        "findings": (found := rows(FINDINGS)),
        "actions": rows(ACTIONS),
        "action_figures": {"findings": len(found), **rows(ACTION_FIGURES)[0]},
    }


PERIOD: Final = "kind = %(kind)s AND onset >= %(since)s AND onset < %(now)s"
FIGURES: Final = f"""
SELECT count(DISTINCT outage_id) AS outages, count(*) AS recoveries,
  count(*) FILTER (WHERE verdict = 'met') AS met,
  count(*) FILTER (WHERE verdict = 'missed') AS missed,
  count(*) FILTER (WHERE verdict = 'not_shown') AS not_shown,
  count(*) FILTER (WHERE verdict = 'excused') AS excused,
  percentile_disc(0.5) WITHIN GROUP (ORDER BY length) FILTER (WHERE NOT excused) AS least,
  percentile_disc(0.5) WITHIN GROUP (ORDER BY CASE WHEN bound THEN interval '99 years'
    ELSE length END) FILTER (WHERE NOT excused) AS most
FROM judged WHERE {PERIOD}
"""  # noqa: S608 - our own words; values are parameters
LINES: Final = f"""
SELECT to_char(onset AT TIME ZONE %(zone)s, 'YYYY-MM-DD') AS day, title,
  workflow.name AS workflow, team.name AS team, {SECONDS.format("judged.rto")} AS rto,
  {SECONDS.format("length")} AS length, bound, verdict
FROM judged JOIN inventory_workflow AS workflow ON workflow.id = judged.workflow_id
JOIN accounts_team AS team ON team.id = workflow.team_id
WHERE {PERIOD} ORDER BY onset, judged.id
"""  # noqa: S608 - our own words; values are parameters
ALTERNATIVES: Final = f"""
SELECT choice.workflow, choice.team, choice.rank, choice.fate, choice.known_percent,
  latest.id IS NOT NULL AS has_proof, latest.expires_at <= %(now)s AS expired,
  {SECONDS.format("latest.minimum")} AS minimum, latest.capacity,
  to_char(latest.shown_at AT TIME ZONE %(zone)s, 'YYYY-MM-DD') AS day,
  to_char(latest.expires_at AT TIME ZONE %(zone)s, 'YYYY-MM-DD') AS expires_on
FROM choice LEFT JOIN LATERAL (
  SELECT * FROM shown WHERE alternative_id = choice.id AND stands AND works
  ORDER BY shown_at DESC, id DESC LIMIT 1
) AS latest ON true
ORDER BY choice.team, choice.workflow, choice.position, choice.dependency_id, choice.rank
"""  # noqa: S608 - our own words; values are parameters

OUTAGES: Final = f"""
SELECT title, {SECONDS.format("max(ended) - max(onset)")} AS lasted_seconds,
  count(*) AS recoveries, count(reached) AS recovered,
  count(*) FILTER (WHERE verdict = 'met') AS met,
  count(*) FILTER (WHERE verdict = 'missed') AS missed,
  count(*) FILTER (WHERE verdict = 'not_shown') AS not_shown,
  count(*) FILTER (WHERE verdict = 'excused') AS excused
FROM judged WHERE {PERIOD} GROUP BY outage_id, title ORDER BY max(onset), outage_id
"""  # noqa: S608 - our own words; values are parameters
# What never began has the day on which it was due, the rest that of its end.
LEFT_OUT: Final = """
SELECT
  count(*) FILTER (WHERE outage.kind = 'drill' AND word.kind = 'aborted') AS called_off,
  count(*) FILTER (WHERE word.kind = 'missed') AS missed,
  count(*) FILTER (WHERE outage.kind = 'real' AND word.kind = 'aborted') AS false_alarms,
  (SELECT count(*) FROM judged WHERE rto IS NULL
    AND onset >= %(since)s AND onset < %(now)s) AS without_rto,
  (SELECT count(*) FROM inventory_workflow WHERE archived_at IS NOT NULL) AS archived
FROM word JOIN outages_outage AS outage ON outage.id = word.outage_id
WHERE CASE word.kind WHEN 'missed' THEN outage.due_at ELSE word.at END
  BETWEEN %(since)s AND %(now)s - interval '1 microsecond'
"""
SHARED: Final = """
SELECT count(*) AS alternatives,
  count(*) FILTER (WHERE fate = 'shares') AS shares,
  count(*) FILTER (WHERE fate = 'none_known' AND NOT by_hand) AS none_known,
  count(*) FILTER (WHERE fate = 'unknown') AS unknown,
  count(*) FILTER (WHERE by_hand) AS manual
FROM choice
"""
NAMELESS: Final = """
SELECT count(*) AS workflows, count(*) FILTER (WHERE NOT EXISTS (
  SELECT FROM inventory_dependency WHERE workflow_id = work.id)) AS nameless FROM work
"""
# Of each tool: what stops with it, over hard edges, and what is worse off, over any.
KNOCK_OUT: Final = """,
hit AS MATERIALIZED (
  SELECT tool.id AS lost, dependency.workflow_id, work.tier,
    dependency.without = 'stops' AS needed,
    stopped.tool IS NOT NULL AS stopped,
    stopped.tool IS NOT NULL AND EXISTS (
      SELECT FROM inventory_alternative AS other
      WHERE other.dependency_id = dependency.id AND (other.tool_id IS NULL OR NOT EXISTS (
        SELECT FROM falls_with WHERE tool = other.tool_id AND needs = tool.id))
    ) AS lands
  FROM inventory_tool AS tool
  JOIN rides_on AS hurt ON hurt.needs = tool.id
  JOIN inventory_dependency AS dependency ON dependency.tool_id = hurt.tool
  JOIN work ON work.id = dependency.workflow_id
  LEFT JOIN falls_with AS stopped
    ON stopped.tool = dependency.tool_id AND stopped.needs = tool.id
),
fared AS MATERIALIZED (
  SELECT lost, workflow_id, tier, CASE
    WHEN bool_or(stopped AND needed AND NOT lands) THEN 'stops'
    WHEN bool_or(lands) THEN 'falls_back' ELSE 'degraded' END AS outcome
  FROM hit GROUP BY lost, workflow_id, tier
)
SELECT tool.name AS tool,
  (SELECT count(*) FROM falls_with WHERE needs = tool.id) - 1 AS falls_with,
  count(*) FILTER (WHERE outcome = 'stops') AS stops,
  count(*) FILTER (WHERE outcome = 'stops' AND tier = 1) AS critical,
  count(*) FILTER (WHERE outcome = 'falls_back') AS falls_back,
  count(*) FILTER (WHERE outcome = 'degraded') AS degraded
FROM fared JOIN inventory_tool AS tool ON tool.id = fared.lost
GROUP BY tool.id, tool.name ORDER BY stops DESC, critical DESC, falls_back DESC,
  degraded DESC, tool.name
"""
SCALE: Final = """
SELECT count(*) AS workflows, count(*) FILTER (WHERE EXISTS (
  SELECT FROM inventory_impact AS impact
  JOIN inventory_impactcategory AS category ON category.id = impact.category_id
  WHERE impact.workflow_id = work.id AND category.archived_at IS NULL)) AS rated FROM work
"""
FINDINGS: Final = """
SELECT count(action.id) AS actions,
  count(action.id) FILTER (WHERE action.status <> 'closed') AS open_actions
FROM drills_finding AS finding
JOIN word ON word.outage_id = finding.outage_id AND word.kind = 'ended'
JOIN onset ON onset.outage_id = finding.outage_id
LEFT JOIN drills_correctiveaction AS action ON action.finding_id = finding.id
WHERE finding.kind = 'finding' AND finding.dismissed_at IS NULL
  AND onset.at >= %(since)s AND onset.at < %(now)s
GROUP BY finding.id, onset.at ORDER BY onset.at, finding.id
"""
DUE: Final = """,
owed AS MATERIALIZED (
  SELECT id, status = 'closed' AS closed, made_at,
    (CASE WHEN status = 'closed' THEN (closed_at AT TIME ZONE 'UTC')::date
      ELSE (%(now)s AT TIME ZONE %(zone)s)::date END)
      - (made_at AT TIME ZONE 'UTC')::date AS age_days,
    CASE WHEN status = 'closed' THEN 0
      ELSE greatest(0, (%(now)s AT TIME ZONE %(zone)s)::date - due_on) END AS days_late
  FROM drills_correctiveaction WHERE made_at <= %(now)s
    AND (status <> 'closed' OR closed_at >= %(since)s AND closed_at < %(now)s)
)
"""
ACTIONS: Final = f"{DUE} SELECT age_days, days_late FROM owed ORDER BY made_at, id"  # noqa: S608
ACTION_FIGURES: Final = f"""{DUE}
SELECT count(*) FILTER (WHERE NOT closed) AS open,
  count(*) FILTER (WHERE NOT closed AND days_late > 0) AS overdue,
  count(*) FILTER (WHERE closed) AS closed,
  max(age_days) FILTER (WHERE NOT closed) AS oldest_days
FROM owed
"""  # noqa: S608 - our own words; values are parameters


def _figures(
    rows: Sequence[Mapping[str, Any]], *, counted_as: str = "drills"
) -> dict[str, Any]:
    row = dict(rows[0])
    least, most = row.pop("least"), row.pop("most")
    median = None
    if least is not None:
        median = {"seconds": int(least.total_seconds()), "lower_bound": least != most}
    return {counted_as: row.pop("outages"), **row, "median": median}


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "day": row["day"],
        "drill": row["title"],
        "workflow": row["workflow"],
        "team": row["team"],
        "rto_seconds": row["rto"],
        "rta": {"seconds": row["length"], "lower_bound": row["bound"]},
        "verdict": row["verdict"],
    }


def _alternative(row: Mapping[str, Any]) -> dict[str, Any]:
    proof = None
    if row["has_proof"]:
        time = row["minimum"]
        proof = {
            "day": row["day"],
            "expires_on": row["expires_on"],
            "expired": row["expired"],
            "time": None if time is None else {"seconds": time, "lower_bound": False},
            "capacity_percent": row["capacity"],
        }
    return {
        "workflow": row["workflow"],
        "team": row["team"],
        "rank": row["rank"],
        "proof": proof,
        "fate": {"answer": row["fate"], "known_percent": row["known_percent"]},
    }
