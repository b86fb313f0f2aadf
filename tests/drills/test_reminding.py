"""Reminders a week and an hour before a drill."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from continuity.accounts.models import User
from continuity.drills.models import Drill
from continuity.drills.services import reminding, scheduling
from continuity.notifications.models import Notification
from tests.factories import (
    NOON,
    DrillFactory,
    ParticipantFactory,
    ScheduleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


@pytest.fixture
def drill():
    drill = DrillFactory(outage__due_at=NOON, occurrence_at=NOON)
    for language in ("en", "fr"):
        ParticipantFactory(drill=drill, user=UserFactory(language=language))
    return drill


def subjects():
    return list(Notification.objects.order_by("pk").values_list("subject", flat=True))


def test_people_are_reminded_a_week_and_an_hour_before_and_once_each(drill):
    assert reminding.remind(now=NOON - WEEK - SECOND) == 0
    assert reminding.remind(now=NOON - WEEK) == 1
    assert reminding.remind(now=NOON - WEEK) == 0
    assert reminding.remind(now=NOON - HOUR - SECOND) == 0
    assert reminding.remind(now=NOON - HOUR) == 1
    assert reminding.remind(now=NOON - SECOND) == 0
    assert reminding.remind(now=NOON) == 0

    assert len(subjects()) == 4
    assert all(subject.startswith("EXERCISE - EXERCICE · ") for subject in subjects())
    keys = set(Notification.objects.values_list("dedupe_key", flat=True))
    assert keys == {f"drill-soon-week-{drill.pk}", f"drill-soon-hour-{drill.pk}"}


def test_after_a_silence_past_both_moments_only_the_later_reminder_goes_out(drill):
    assert reminding.remind(now=NOON - HOUR / 2) == 1

    assert Drill.objects.get().reminded_before == HOUR
    assert len(subjects()) == 2


@pytest.mark.parametrize("state", ["aborted", "missed"])
def test_nobody_is_reminded_of_a_drill_that_will_not_be(drill, state):
    drill.outage.state = state
    drill.outage.ended_at = NOON - WEEK if state == "aborted" else None
    drill.outage.save()

    assert reminding.remind(now=NOON - HOUR) == 0
    assert subjects() == []


@pytest.mark.parametrize(
    ("notice", "needless"),
    [
        (timedelta(minutes=30), HOUR),
        (timedelta(days=1), WEEK),
        (WEEK, WEEK),
        (timedelta(days=14), None),
    ],
)
def test_the_news_of_a_drill_is_its_own_reminder(notice, needless):
    ScheduleFactory(
        rrule="FREQ=MONTHLY", notice=notice, next_due_at=NOON, opens_at=NOON - notice
    )

    scheduling.open_due(now=NOON - notice)

    assert Drill.objects.get().reminded_before == needless


def test_four_workers_at_once_remind_each_person_once(drill):
    def work(_number):
        try:
            return reminding.remind(now=NOON - HOUR)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        done = sum(workers.map(work, range(4)))

    assert done == 1
    assert len(subjects()) == User.objects.filter(participations__drill=drill).count() == 2
