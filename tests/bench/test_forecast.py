"""How long the year of a large organisation takes: 5,000 workflows, 10,000 years."""

import resource
from time import process_time

import pytest

from continuity.insight.models import Forecast
from continuity.insight.services import forecasts
from continuity.inventory.models import Alternative, Dependency, Tool, Workflow
from continuity.inventory.queries import known_outages
from continuity.inventory.services import catalogue
from tests.factories import NOON, TeamFactory, manager

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

HOURS = ("24/7", "Mon-Fri 08:00-18:00", "Mon-Sat 06:00-22:00", "Mon-Fri 09:00-17:30")
ZONES = ("UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata")


def large_organisation() -> None:
    """5,000 workflows of 50 teams on the tools that the record names, 16 kinds of hours."""
    catalogue.load(NOON)
    named = known_outages.tools_named().values()
    tools = list(Tool.objects.filter(pk__in=named).order_by("pk"))
    teams = [TeamFactory() for _ in range(50)]
    works = Workflow.objects.bulk_create(
        Workflow(
            team=teams[number % 50], name=f"Work {number}", created_at=NOON,
            hours=HOURS[number % 4], zone=ZONES[number // 4 % 4], cost_per_hour=100,
            rto=(number % 7 + 1) * forecasts.LEASE * 10,
        )
        for number in range(5000)
    )  # fmt: skip
    uses = Dependency.objects.bulk_create(
        Dependency(workflow=work, tool=tools[(number * 7 + step * 3) % len(tools)])
        for number, work in enumerate(works)
        for step in range(2)
    )
    Alternative.objects.bulk_create(
        Alternative(dependency=use, rank=rank, kind="other_provider",
                    tool=tools[(number * 13 + rank * 31) % len(tools)])
        for number, use in enumerate(uses)
        for rank in (1, 2)
    )  # fmt: skip


def test_5000_workflows_and_10000_years_take_20_seconds_on_two_cores():
    large_organisation()
    forecasts.ask(seed=1, years=10_000, actor=manager(), now=NOON)

    begun = process_time()
    forecasts.compute_due(now=NOON)
    took = process_time() - begun

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = Forecast.objects.get()
    known = sum(row["hours"] is not None for row in found.result["workflows"])
    print(
        f"\nForecast of 5,000 workflows ({known} known), 10,000 years, "
        f"{len(found.result['worth'])} ranked: {took:.1f} s of CPU, {most:.0f} MB at most"
    )
    assert found.state == "done"
    assert took <= 20
    assert known == 5000
    # Workflows times years would be 400 MB more for the hours alone.
    assert most <= 600
