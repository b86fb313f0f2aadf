"""The recoveries of very many outages, measured where they are kept.

The clock is that of `domain/clocks.py` (`rta`, `verdict`, `median`), which stays the one
that is read and printed: this says the same to the database, for figures over a year of
drills. A test compares the two.
"""

from typing import Final

MEASURES: Final = """
pause AS (
    SELECT outage_id AS outage, began_at, ended_at FROM outages_stop
),
stretch AS (
    SELECT recovery.id, recovery.workflow_id AS workflow, recovery.outage_id AS outage,
        outage.kind = 'drill' AS is_drill, outage.title, outage.occurred_at,
        recovery.rto, recovery.minimum_at IS NULL AS bound,
        recovery.excused_reason <> '' AS excused,
        greatest(coalesce(recovery.minimum_at, outage.ended_at), outage.occurred_at)
            AS until
    FROM outages_recovery AS recovery
    JOIN outages_outage AS outage ON outage.id = recovery.outage_id
    JOIN inventory_workflow AS work ON work.id = recovery.workflow_id
    JOIN scope ON scope.team = work.team_id
    WHERE outage.state IN ('ended', 'reviewed')
        AND outage.occurred_at >= %(year)s AND outage.occurred_at < %(now)s
        AND (%(tier)s::int IS NULL OR work.tier = %(tier)s::int)
),
paused AS (
    SELECT stretch.id, sum(
        least(coalesce(pause.ended_at, stretch.until), stretch.until)
        - greatest(pause.began_at, stretch.occurred_at)
    ) AS length
    FROM stretch JOIN pause ON pause.outage = stretch.outage
    WHERE pause.began_at < stretch.until
        AND coalesce(pause.ended_at, stretch.until) > stretch.occurred_at
    GROUP BY stretch.id
),
timed AS (
    SELECT stretch.*,
        extract(epoch FROM until - occurred_at - coalesce(paused.length, interval '0'))
            ::float8 AS seconds
    FROM stretch LEFT JOIN paused ON paused.id = stretch.id
),
line AS MATERIALIZED (
    SELECT timed.*,
        CASE WHEN excused THEN 'excused'
            WHEN rto IS NULL THEN NULL
            WHEN seconds > extract(epoch FROM rto) THEN 'missed'
            WHEN bound THEN 'not_shown'
            ELSE 'met' END AS verdict
    FROM timed
)
"""
"""Follows a WITH that has `scope (team)`. `line` has one row for each recovery of outages
that began in [year, now) and are over."""

SUMMARY: Final = """
    count(*) AS total,
    count(*) FILTER (WHERE NOT bound) AS recovered,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds)
        FILTER (WHERE NOT excused) AS least,
    percentile_disc(0.5) WITHIN GROUP (
        ORDER BY CASE WHEN bound THEN 'infinity'::float8 ELSE seconds END
    ) FILTER (WHERE NOT excused) IS DISTINCT FROM
    percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds)
        FILTER (WHERE NOT excused) AS open,
    count(*) FILTER (WHERE verdict = 'met') AS met,
    count(*) FILTER (WHERE verdict = 'missed') AS missed,
    count(*) FILTER (WHERE verdict = 'not_shown') AS not_shown,
    count(*) FILTER (WHERE verdict = 'excused') AS excused,
    count(*) FILTER (WHERE rto IS NULL) AS without_rto,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM rto)::float8)
        FILTER (WHERE NOT excused AND rto IS NOT NULL) AS target
"""
"""What `summary` and the target are made of, over some `line`s."""
