"""What migrations do to rows that are there: written under the old tables, read after."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from continuity.drills.models import Drill, Finding, Occurrence, Review, Schedule
from continuity.reports.models import Report
from tests.factories import NOON, UserFactory

HOUR = timedelta(hours=1)
BEFORE = [
    ("drills", "0011_injects_criteria_and_approval"),
    ("reports", "0002_packs_plans_and_registers"),
]


@pytest.fixture
def old():
    """The tables as they were before times and reports stood apart from drills, and back
    to today's at the end, whatever came of it."""
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    moved = {app for app, _name in BEFORE}
    others = [one for one in executor.loader.graph.leaf_nodes() if one[0] not in moved]
    yield executor.loader.project_state(BEFORE + others).apps
    _forward()


def _forward():
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.django_db(transaction=True)
def test_rows_of_before_keep_their_times_their_findings_and_their_reports(old):
    person = UserFactory()
    outages = old.get_model("outages", "Outage").objects
    drills = old.get_model("drills", "Drill").objects
    scenario = old.get_model("drills", "Scenario").objects.create(
        key="x", title_en="X", title_fr="X", length=HOUR
    )
    common = {
        "scenario": scenario,
        "facilitator_id": person.pk,
        "starts_on": NOON.date(),
        "starts_time": NOON.time(),
        "notice": HOUR,
        "limit": 3 * HOUR,
    }
    schedule = old.get_model("drills", "Schedule").objects.create(
        title="Weekly",
        zone="Europe/Paris",
        next_due_at=NOON + 7 * 24 * HOUR,
        opens_at=NOON,
        **common,
    )

    def drill(state, at, **fields):
        outage = outages.create(
            kind="drill",
            state=state,
            title=state,
            facilitator_id=person.pk,
            due_at=at,
            limit=3 * HOUR,
            **fields,
        )
        return drills.create(
            outage=outage,
            schedule=schedule,
            occurrence_at=at,
            scenario=scenario,
            type="functional",
        )

    # One that is thrown away, so that keys of drills and of outages differ.
    outages.create(kind="real", state="running", title="x", occurred_at=NOON).delete()
    held = drill("ended", NOON, occurred_at=NOON, ended_at=NOON + HOUR)
    drill("missed", NOON - 24 * HOUR)
    old.get_model("drills", "Review").objects.create(
        drill=held, drafted_at=NOON + HOUR, conclusion="It works."
    )
    old.get_model("drills", "Finding").objects.create(
        drill=held, kind="finding", text="Slow", made_at=NOON, made_by_id=person.pk
    )
    old.get_model("reports", "Report").objects.create(
        kind="after_action",
        drill=held,
        language="en",
        cut_off=NOON,
        asked_at=NOON,
        due_at=NOON,
    )

    _forward()

    found = Occurrence.objects.order_by("at").values_list("at", "wall", "state", "drill")
    missed = Drill.objects.get(outage__state="missed")
    assert list(found) == [
        (NOON - 24 * HOUR, "2026-03-01T13:00", "missed", missed.pk),
        (NOON, "2026-03-02T13:00", "opened", held.pk),
        (NOON + 7 * 24 * HOUR, "2026-03-09T13:00", "waiting", None),
    ]
    assert Schedule.objects.get().late_by == 3 * HOUR
    assert set(Drill.objects.values_list("late_by", flat=True)) == {3 * HOUR}
    assert held.outage_id != held.pk
    assert Review.objects.get().outage_id == held.outage_id
    assert Review.objects.get().conclusion == "It works."
    assert Finding.objects.get().outage_id == held.outage_id
    assert Report.objects.get().outage_id == held.outage_id
