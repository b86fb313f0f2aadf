"""A drill over 10,000 dependencies opens in three seconds of CPU."""

import time
from datetime import timedelta

import pytest

from continuity.drills.services import conducting, scheduling
from continuity.inventory.models import Dependency, Workflow
from continuity.outages.models import Recovery
from tests.factories import NOON, ScheduleFactory, TeamFactory, ToolFactory, UserFactory

WORKFLOWS = 2000
TOOLS = 5


@pytest.mark.bench
@pytest.mark.django_db
def test_a_drill_over_ten_thousand_dependencies_opens_within_three_seconds():
    teams = [TeamFactory() for _number in range(50)]
    people = [UserFactory() for _number in range(100)]
    tools = [ToolFactory() for _number in range(TOOLS)]
    workflows = Workflow.objects.bulk_create(
        Workflow(
            team=teams[number % 50],
            owner=people[number % 100],
            name=f"Workflow {number}",
            rto=timedelta(hours=1),
            mbco_percent=50,
            data_class="internal",
            created_at=NOON,
        )
        for number in range(WORKFLOWS)
    )
    Dependency.objects.bulk_create(
        Dependency(workflow=workflow, tool=tool) for workflow in workflows for tool in tools
    )
    schedule = ScheduleFactory(rrule="FREQ=WEEKLY")
    schedule.tools.set(tools)

    begun = time.process_time()
    assert scheduling.open_due(now=NOON) == 1
    opened = time.process_time()
    conducting.conduct(now=NOON)
    started = time.process_time()

    assert Recovery.objects.count() == 10_000
    print(
        f"\nDrill over 10,000 dependencies: opened in {opened - begun:.2f} s of CPU, "
        f"started in {started - opened:.2f} s"
    )
    assert opened - begun <= 3
    assert started - begun <= 6
