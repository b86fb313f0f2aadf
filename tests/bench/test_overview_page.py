"""What the overview costs beside a bare Django list, and that figures of the database are
those of the domain, at full size: 10,000 workflows, 12,000 recoveries of 240 drills, and a
million lines of journal.
"""

from datetime import timedelta
from time import perf_counter, process_time
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from continuity.dashboard.queries import scope
from continuity.dashboard.queries.figures import figures
from continuity.domain.readiness import share_ready
from continuity.inventory.models import Dependency, Workflow
from continuity.inventory.queries.readiness import readiness
from continuity.outages.models import Outage, Recovery
from tests.bench.test_pages import Counter, Direct, asking, bare_list, ratio
from tests.bench.test_pages import organisation as organisation
from tests.factories import DrillFactory, ScenarioFactory, UserFactory, manager

pytestmark = [pytest.mark.bench, pytest.mark.django_db]

DRILLS, REACHED, LINES = 240, 50, 1_000_000
MOST_TIMES, MOST_QUERIES = 8, 12
FILL = """
INSERT INTO outages_journalentry
  (outage_id, number, kind, at, received_at, actor_name, data, previous_hash, hash)
SELECT outage.id, n, 'note', outage.occurred_at, outage.occurred_at, 'Priya Natarajan',
  jsonb_build_object('text', 'Line ' || n), repeat('a', 64), repeat('b', 64)
FROM outages_outage AS outage, generate_series(1, %s) AS n
"""


@pytest.fixture
def year_of_drills(organisation: None) -> None:
    now, host, scenario = timezone.now(), UserFactory(), ScenarioFactory()
    drills = Outage.objects.bulk_create(
        Outage(
            kind="drill",
            state="ended",
            title=f"Drill {number}",
            facilitator=host,
            limit=timedelta(hours=2),
            occurred_at=now - timedelta(days=1 + number * 1.5),
            ended_at=now - timedelta(days=1 + number * 1.5) + timedelta(hours=2),
        )
        for number in range(DRILLS)
    )
    for drill in drills[:10]:
        DrillFactory(outage=drill, scenario=scenario)
    uses = Dependency.objects.select_related("workflow").order_by("pk")
    Recovery.objects.bulk_create(
        Recovery(
            outage=drills[number // REACHED],
            dependency=use,
            workflow=use.workflow,
            tool_id=use.tool_id,
            rto=use.workflow.rto,
            minimum_at=None
            if number % 11 == 0
            else drills[number // REACHED].occurred_at + timedelta(minutes=number % 100),
        )
        for number, use in enumerate(uses[: DRILLS * REACHED])
    )
    with connection.cursor() as cursor:
        cursor.execute(FILL, [LINES // DRILLS + 1])
        cursor.execute("ANALYZE")


def test_the_overview_costs_at_most_eight_bare_lists_and_twelve_queries(
    year_of_drills: None,
) -> None:
    client = Direct()
    client.force_login(manager())
    beside, over = bare_list(), []
    print()
    for address in ("/", "/?by=upstream", "/?tier=1&months=3"):
        ask = asking(client, address)
        counted = Counter()
        with connection.execute_wrapper(counted):
            size = len(ask().content)
        begun = perf_counter()
        ask()
        waited = (perf_counter() - begun) * 1000
        times = ratio(ask, beside)
        print(
            f"{address:20} {times:5.1f}x, {counted.queries} queries, {size / 1000:.0f} kB, "
            f"{waited:.0f} ms waited"
        )
        if times > MOST_TIMES or counted.queries > MOST_QUERIES:
            over.append(address)

    assert over == []


def test_the_figures_of_10000_workflows_are_those_of_the_domain(
    organisation: Any,
) -> None:
    now = timezone.now()
    begun = process_time()
    judged = readiness(Workflow.objects.current(), now=now)
    took = process_time() - begun
    begun = process_time()
    found = figures(scope(manager(), department=None, months=12, now=now))

    print(
        f"\nJudged one by one: {took:.2f} s of CPU; by the database: "
        f"{(process_time() - begun) * 1000:.1f} ms"
    )
    assert found.share == share_ready(one.level for one in judged.values())
