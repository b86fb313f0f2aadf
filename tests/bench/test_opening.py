"""A drill over 10,000 dependencies opens and starts in three seconds of CPU."""

import time
from datetime import timedelta

import pytest

from continuity.drills.services import conducting
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

    cpu, wall = time.process_time(), time.perf_counter()
    assert conducting.open_due(now=NOON) == 1
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall

    assert Recovery.objects.count() == 10_000
    print(f"opened and started over 10,000 dependencies: {cpu:.2f} s CPU, {wall:.2f} s")
    assert cpu < 3
