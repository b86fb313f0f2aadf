"""The times that schedules name, and what becomes of each."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from continuity.drills.models import Blackout, BlackoutFile, Drill, Occurrence
from continuity.drills.queries.calendar import entries
from continuity.drills.services import conducting, scheduling
from continuity.history.models import Entry
from continuity.notifications.models import Notification
from tests.factories import (
    NOON,
    DependencyFactory,
    ScheduleFactory,
    UserFactory,
    auditor,
    manager,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def weekly():
    schedule = ScheduleFactory(rrule="FREQ=WEEKLY", late_by=HOUR)
    schedule.tools.add(DependencyFactory().tool)
    return schedule


def became(schedule):
    rows = schedule.occurrences.order_by("at")
    return [((row.at - NOON).days, row.state) for row in rows]


def test_on_time_it_is_opened_and_the_next_one_waits(weekly):
    scheduling.open_due(now=NOON)

    assert became(weekly) == [(0, "opened"), (7, "waiting")]
    assert weekly.occurrences.get(state="opened").drill == Drill.objects.get()
    assert weekly.occurrences.get(state="waiting").wall == "2026-03-09T12:00"


@pytest.mark.parametrize(
    ("late", "opened", "state"),
    [(HOUR, 1, "late"), (HOUR + timedelta(seconds=1), 0, "missed")],
)
def test_after_a_silence_it_begins_late_or_was_missed_as_the_schedule_says(
    weekly, late, opened, state
):
    assert scheduling.open_due(now=NOON + late) == opened
    assert scheduling.open_due(now=NOON + late) == 0

    assert became(weekly) == [(0, state), (7, "waiting")]
    assert Drill.objects.count() == opened


def test_of_several_that_went_by_only_the_last_begins_late(weekly):
    assert scheduling.open_due(now=NOON + 14 * DAY + HOUR) == 1

    assert became(weekly) == [
        (0, "missed"),
        (7, "missed"),
        (14, "late"),
        (21, "waiting"),
    ]
    assert Drill.objects.get().occurrence_at == NOON + 14 * DAY


def test_the_facilitator_is_told_once_of_all_that_were_missed(weekly):
    scheduling.open_due(now=NOON + 8 * DAY)

    told = Notification.objects.get()
    assert told.recipient == weekly.facilitator
    assert "2 drills were missed" in told.subject
    assert told.subject.startswith("EXERCISE - EXERCICE")
    entry = Entry.objects.get(verb="schedule.missed")
    assert entry.after["number"] == 2


def test_a_drill_that_was_opened_before_a_silence_follows_the_same_policy(weekly):
    weekly.notice = weekly.notice + DAY
    weekly.opens_at = NOON - DAY
    weekly.save()
    scheduling.open_due(now=NOON - DAY)

    conducting.conduct(now=NOON + HOUR + timedelta(seconds=1))

    assert became(weekly)[0] == (0, "missed")
    assert Drill.objects.get().outage.state == "missed"


def test_one_that_is_started_late_says_so(weekly):
    weekly.notice = weekly.notice + DAY
    weekly.opens_at = NOON - DAY
    weekly.save()
    scheduling.open_due(now=NOON - DAY)

    conducting.conduct(now=NOON + HOUR)

    assert became(weekly)[0] == (0, "late")
    assert Drill.objects.get().outage.state == "running"


def test_a_day_without_drills_and_a_pause_leave_their_reasons(weekly):
    file = BlackoutFile.objects.create(name="x", uploaded_at=NOON, used_since=NOON)
    Blackout.objects.create(file=file, day=date(2026, 3, 9), name="Holiday")
    actor = UserFactory()

    scheduling.open_due(now=NOON)
    scheduling.pause(weekly.pk, actor=actor, now=NOON + DAY)
    scheduling.resume(weekly.pk, actor=actor, now=NOON + 15 * DAY)

    assert became(weekly) == [
        (0, "opened"),
        (7, "skipped"),
        (14, "skipped"),
        (21, "waiting"),
    ]
    why = weekly.occurrences.filter(state="skipped").order_by("at")
    assert [row.passed_over for row in why] == ["blackout", "paused"]


def test_a_changed_rule_leaves_only_the_new_next_one_waiting(weekly):
    scheduling.change(
        weekly.pk,
        tools=weekly.tools.all(),
        starts_time=time(15),
        actor=UserFactory(),
        now=NOON,
    )

    assert became(weekly) == [(0, "waiting")]
    assert weekly.occurrences.get().at == NOON + 3 * HOUR


def test_a_time_that_the_spring_change_leaves_out_keeps_its_name():
    schedule = ScheduleFactory(
        rrule="FREQ=DAILY",
        starts_on=date(2026, 3, 28),
        starts_time=time(2, 30),
        zone="Europe/Paris",
        next_due_at=NOON.replace(day=28, hour=1, minute=30),
        opens_at=NOON.replace(day=28, hour=1, minute=30),
    )

    scheduling.open_due(now=schedule.next_due_at)

    waiting = schedule.occurrences.get(state="waiting")
    assert waiting.wall == "2026-03-29T02:30"
    assert f"{waiting.at:%d %H:%M}" == "29 01:30"


def test_a_missed_one_stands_in_the_calendar_also_of_a_month_that_is_over(weekly):
    scheduling.open_due(now=NOON + 40 * DAY)

    found = entries(
        manager(), since=NOON - DAY, until=NOON + 10 * DAY, now=NOON + 40 * DAY
    ).entries

    assert [(entry.at, entry.state) for entry in found] == [
        (NOON, "missed"),
        (NOON + 7 * DAY, "missed"),
    ]


def test_the_page_says_what_became_of_each_in_as_many_queries_for_one_as_for_many(
    client, weekly, django_assert_num_queries
):
    client.force_login(auditor())
    scheduling.open_due(now=NOON)
    address = reverse("drills:schedule", args=[weekly.pk])

    with time_machine.travel(NOON, tick=False):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as one:
            client.get(address)
        Occurrence.objects.bulk_create(
            Occurrence(
                schedule=weekly,
                at=NOON - number * DAY,
                wall="2026-01-01T12:00",
                state="missed",
            )
            for number in range(1, 31)
        )
        with django_assert_num_queries(len(one)):
            page = client.get(address).content.decode()

    assert page.count("too late afterwards") == 30
