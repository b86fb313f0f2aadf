"""The clock's own way: Valkey, a real worker, PostgreSQL."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from continuity.config import celery_app
from continuity.drills.models import Drill
from tests.factories import (
    ComponentFactory,
    DependencyFactory,
    PhaseFactory,
    ScenarioFactory,
    ScheduleFactory,
    TeamFactory,
)

TICK = 2.0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_due_schedule_is_a_running_drill_within_three_seconds(real_worker):
    team = TeamFactory()
    dependency = DependencyFactory(workflow__team=team)
    scenario = ScenarioFactory()
    PhaseFactory(component=ComponentFactory(scenario=scenario))
    due = timezone.now().replace(microsecond=0) + timedelta(seconds=1)
    schedule = ScheduleFactory(
        team=team,
        scenario=scenario,
        rrule="FREQ=DAILY",
        next_due_at=due,
        opens_at=due,
        limit=timedelta(seconds=4),
    )
    schedule.tools.add(dependency.tool)

    started, ended = _seconds_until("running", due), _seconds_until("ended", due)

    assert started < 3
    assert ended - 4 < 5
    drill = Drill.objects.get()
    assert drill.outage.recoveries.count() == 1
    assert drill.outage.ended_at - drill.outage.occurred_at == timedelta(seconds=4)
    assert drill.outage.journal.filter(kind="phase").count() == 1


def _seconds_until(state, due):
    """Tick as beat does until the drill is in `state`; return how late that was."""
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        for task in ("drills.open_due", "drills.conduct"):
            celery_app.send_task(task, expires=10)
        until = time.monotonic() + TICK
        while time.monotonic() < until:
            drill = Drill.objects.filter(outage__state=state).first()
            if drill is not None:
                return (timezone.now() - due).total_seconds()
            time.sleep(0.05)
    raise AssertionError(f"No drill was {state} within 30 s.")
