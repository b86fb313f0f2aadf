"""The readiness of very many workflows, judged where they are kept.

The formula is that of `domain/readiness.py`, which stays the one that is read and
printed: this says the same to the database, for pages that count ten thousand workflows
and show five. A test compares the two over every combination that the formula knows.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from continuity.domain.readiness import Level, Reason

LEVELS: Final = (Level.READY, Level.PARTLY, Level.NOT_READY, Level.UNKNOWN)
"""A level is its place in this tuple."""
LEVEL_LABELS: Final[Mapping[Level, Promise]] = {
    Level.READY: pgettext_lazy("readiness of a workflow", "Ready"),
    Level.PARTLY: pgettext_lazy("readiness of a workflow", "Partly ready"),
    Level.NOT_READY: pgettext_lazy("readiness of a workflow", "Not ready"),
    Level.UNKNOWN: pgettext_lazy("readiness of a workflow", "Not known"),
}
REASONS: Final = tuple(Reason)
BITS: Final = {reason: 1 << place for place, reason in enumerate(REASONS)}
"""Reasons are the bits of a number."""

STANDING: Final = f"""
need (tool, upstream) AS (
    SELECT tool_id, upstream_id FROM inventory_upstream WHERE hard
    UNION SELECT id, parent_id FROM inventory_tool WHERE parent_id IS NOT NULL
),
reach (tool, upstream) AS (
    SELECT id, id FROM inventory_tool
    UNION SELECT reach.tool, need.upstream
    FROM reach JOIN need ON need.tool = reach.upstream
),
rides (tool, upstreams) AS (SELECT tool, array_agg(upstream) FROM reach GROUP BY tool),
scope (team, heading) AS (
    SELECT * FROM unnest(%(teams)s::bigint[], %(headings)s::bigint[])
),
work AS MATERIALIZED (
    SELECT work.id, work.name, work.team_id AS team, scope.heading, work.tier, work.rto,
        work.mbco_percent AS mbco, work.data_class, work.owner_id AS owner
    FROM inventory_workflow AS work JOIN scope ON scope.team = work.team_id
    WHERE work.archived_at IS NULL
        AND (%(tier)s::int IS NULL OR work.tier = %(tier)s::int)
),
usage AS MATERIALIZED (
    SELECT used.id, used.workflow_id AS workflow, used.tool_id AS tool,
        used.without = 'stops' AS stops, used.position,
        work.rto, work.mbco, work.data_class
    FROM inventory_dependency AS used JOIN work ON work.id = used.workflow_id
),
offer AS MATERIALIZED (
    SELECT other.id, other.dependency_id AS usage, other.rank, other.tool_id AS tool,
        other.kind, other.approved_data, usage.tool AS replaces, usage.rto, usage.mbco,
        usage.data_class
    FROM inventory_alternative AS other JOIN usage ON usage.id = other.dependency_id
),
evidence AS (
    SELECT offer.id AS offer, proof.shown_at,
        proof.ended_at IS NOT NULL AS ended,
        proof.ended_at IS NULL AND proof.expires_at > %(now)s AS live,
        proof.works AND proof.minimum_after IS NULL AS untimed,
        NOT proof.works OR coalesce(proof.capacity < offer.mbco, FALSE) AS weak,
        coalesce(proof.minimum_after > offer.rto, FALSE) AS slow
    FROM inventory_proof AS proof JOIN offer ON offer.id = proof.alternative_id
),
shown AS (
    SELECT offer,
        coalesce(bool_or(live AND NOT (untimed OR weak OR slow)), FALSE) AS full,
        min(ARRAY[
            weak::int + slow::int, -extract(epoch FROM shown_at)::bigint,
            weak::int * {BITS[Reason.BELOW_MBCO]} + slow::int * {BITS[Reason.OVER_RTO]}
        ]) FILTER (WHERE live AND NOT untimed) AS least,
        bool_or(NOT ended AND NOT live) AS expired,
        bool_or(ended) AS ended
    FROM evidence GROUP BY offer
),
has_runbook AS (SELECT DISTINCT alternative_id AS offer FROM inventory_runbookstep),
sound AS (
    SELECT offer.id, offer.usage, offer.rank,
        CASE WHEN offer.kind = 'manual' THEN TRUE
            WHEN offer.data_class = ''
            THEN offer.approved_data @> %(data_classes)s::varchar[]
            ELSE offer.data_class = ANY(offer.approved_data) END AS approved,
        has_runbook.offer IS NOT NULL AS has_runbook,
        coalesce(mine.upstreams && theirs.upstreams, FALSE) AS shares,
        (CASE WHEN shown.full THEN 0
            WHEN shown.least IS NOT NULL THEN shown.least[3]
            WHEN shown.expired THEN {BITS[Reason.PROOF_EXPIRED]}
            WHEN shown.ended THEN {BITS[Reason.PROOF_ENDED]}
            ELSE {BITS[Reason.NO_PROOF]} END
        + CASE WHEN offer.rto IS NULL THEN {BITS[Reason.NO_RTO]} ELSE 0 END) AS unproven
    FROM offer
    LEFT JOIN shown ON shown.offer = offer.id
    LEFT JOIN has_runbook ON has_runbook.offer = offer.id
    LEFT JOIN rides AS mine ON mine.tool = offer.replaces
    LEFT JOIN rides AS theirs ON theirs.tool = offer.tool
),
choice AS (
    SELECT usage,
        min(ARRAY[
            (NOT approved)::int + (NOT has_runbook)::int + shares::int
                + (unproven > 0)::int,
            rank,
            (NOT approved)::int * {BITS[Reason.NOT_APPROVED]}
                + (NOT has_runbook)::int * {BITS[Reason.NO_RUNBOOK]}
                + shares::int * {BITS[Reason.SHARES_UPSTREAM]} + unproven
        ]) AS best,
        (min(ARRAY[rank, shares::int]))[2] = 1 AS first_shares,
        bool_or(unproven = 0) AS proven
    FROM sound GROUP BY usage
),
judged AS MATERIALIZED (
    SELECT work.id,
        CASE WHEN count(usage.id) = 0 THEN 3
            ELSE coalesce(max(least(coalesce(choice.best[1], 2), 2))
                FILTER (WHERE usage.stops), 0) END AS level,
        CASE WHEN count(usage.id) = 0 THEN {BITS[Reason.NO_TOOL]}
            ELSE coalesce(bit_or(coalesce(
                choice.best[3]::int, {BITS[Reason.NO_ALTERNATIVE]}
            )) FILTER (WHERE usage.stops), 0) END AS reasons,
        coalesce(bool_and(coalesce(choice.proven, FALSE)) FILTER (WHERE usage.stops), FALSE)
            AS proven,
        coalesce(bool_or(choice.first_shares) FILTER (WHERE usage.stops), FALSE)
            AS first_shares
    FROM work
    LEFT JOIN usage ON usage.workflow = work.id
    LEFT JOIN choice ON choice.usage = usage.id
    GROUP BY work.id
)
"""  # noqa: S608 - our own words; values are parameters
"""Follows WITH RECURSIVE. `judged` has one line for each of `work`: the level, the reasons,
whether each tool that would stop it has a proven alternative, and whether the first
alternative of one of these shares an upstream with it. `usage` are its tools, `reach` is
what each tool stops with, itself included. Asks for the parameters of `asked`."""


def asked(
    teams: dict[int, int], *, now: datetime, data_classes: Collection[str], tier: int | None
) -> dict[str, Any]:
    """Return the parameters of STANDING. `teams` gives each team in scope the heading
    under which it is counted; `tier` None: any criticality."""
    return {
        "teams": list(teams),
        "headings": list(teams.values()),
        "data_classes": list(data_classes),
        "tier": tier,
        "now": now,
    }


def reasons(bits: int) -> tuple[Reason, ...]:
    """Return the reasons that a number stands for, in the order of Reason."""
    return tuple(reason for reason, bit in BITS.items() if bits & bit)
