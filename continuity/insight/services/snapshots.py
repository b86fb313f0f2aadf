"""The figures of a day, kept as they were: a trend is what was seen, not a guess."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from continuity.accounts.models import Organisation, Team
from continuity.domain.states import DrillState
from continuity.insight.models import Snapshot
from continuity.inventory.models import DataClass
from continuity.inventory.queries.standing import STANDING, asked
from continuity.outages.models import Outage, OutageKind

KEPT: Final = timedelta(days=5 * 366)

KEEP: Final = f"""
WITH RECURSIVE {STANDING},
counted AS (
    INSERT INTO insight_counted (snapshot_id, team_id, tier, total, ready, partly,
        not_ready, unknown, proven)
    SELECT %(snapshot)s, work.team, work.tier, count(*),
        count(*) FILTER (WHERE judged.level = 0), count(*) FILTER (WHERE judged.level = 1),
        count(*) FILTER (WHERE judged.level = 2), count(*) FILTER (WHERE judged.level = 3),
        count(*) FILTER (WHERE judged.proven)
    FROM work JOIN judged ON judged.id = work.id
    GROUP BY GROUPING SETS ((work.team, work.tier), (work.tier))
),
found AS (
    SELECT work.id, work.tier, judged.level, judged.reasons
    FROM work JOIN judged ON judged.id = work.id
),
shifted AS (
    INSERT INTO insight_shift (snapshot_id, workflow_id, tier_before, level_before,
        reasons_before, tier, level, reasons)
    SELECT %(snapshot)s, coalesce(found.id, old.workflow_id), old.tier, old.level,
        coalesce(old.reasons, 0), found.tier, found.level, coalesce(found.reasons, 0)
    FROM found FULL JOIN insight_standing AS old ON old.workflow_id = found.id
    WHERE %(compared)s AND (old.tier, old.level, old.reasons)
        IS DISTINCT FROM (found.tier, found.level, found.reasons)
),
gone AS (
    DELETE FROM insight_standing WHERE workflow_id NOT IN (SELECT id FROM found)
)
INSERT INTO insight_standing (workflow_id, tier, level, reasons)
SELECT id, tier, level, reasons FROM found
ON CONFLICT (workflow_id) DO UPDATE SET tier = excluded.tier, level = excluded.level,
    reasons = excluded.reasons
WHERE (insight_standing.tier, insight_standing.level, insight_standing.reasons)
    IS DISTINCT FROM (excluded.tier, excluded.level, excluded.reasons)
"""  # noqa: S608 - our own words; values are parameters
"""One statement, so that what is counted and what is compared are the same moment. The
first snapshot of all is compared with nothing: what stood then is no change."""


@transaction.atomic(durable=True)
def take(*, now: datetime) -> bool:
    """Keep the figures of today in the organisation's zone, unless they are kept already.

    False where they are, or while another worker is at it. Harmless twice. What is older
    than KEPT is forgotten in the same breath.
    """
    own = Organisation.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if own is None:
        return False
    today = day_of(own, now)
    last = Snapshot.objects.order_by("-day").first()
    if last is not None and last.day >= today:
        return False
    taken = Snapshot.objects.create(day=today, taken_at=now, drills_overdue=_overdue(now))
    everybody = {pk: pk for pk in Team.objects.values_list("pk", flat=True)}
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP,
            {
                **asked(everybody, now=now, data_classes=DataClass.values, tier=None),
                "snapshot": taken.pk,
                "compared": last is not None,
            },
        )
    Snapshot.objects.filter(day__lt=today - KEPT).delete()
    return True


def day_of(organisation: Organisation, now: datetime) -> date:
    return now.astimezone(ZoneInfo(organisation.zone)).date()


def _overdue(now: datetime) -> int:
    """Count the drills that should have begun; surprises are nobody's to see before."""
    return Outage.objects.filter(
        kind=OutageKind.DRILL, state=DrillState.PLANNED, due_at__lt=now, secret=False
    ).count()
