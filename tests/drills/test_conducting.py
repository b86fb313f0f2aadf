from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from continuity.drills.models import Drill
from continuity.drills.services import conducting
from continuity.notifications.models import Notification
from continuity.outages import queries
from continuity.outages.models import EntryKind, JournalEntry, Outage, Recovery
from continuity.outages.services import course
from tests.factories import (
    NOON,
    DependencyFactory,
    DrillFactory,
    OutageFactory,
    ParticipantFactory,
    TeamFactory,
    ToolFactory,
)

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

SCRIPT = {
    "seconds": 7200,
    "components": {"chatgpt": [{"pk": 1, "name": "ChatGPT"}]},
    "phases": [
        {
            "component": "chatgpt",
            "at_seconds": at,
            "state": state,
            "error_percent": percent,
            "delay_seconds": None,
            "note_en": "",
            "note_fr": "",
        }
        for at, state, percent in [
            (0, "degraded", 5),
            (3600, "degraded", 35),
            (7200, "recovered", None),
        ]
    ],
}


def make_drill(**fields):
    team, tool = TeamFactory(), ToolFactory()
    DependencyFactory(workflow__team=team, tool=tool)
    outage = OutageFactory(team=team, **fields)
    outage.teams.add(team)
    outage.tools.add(tool)
    drill = DrillFactory(outage=outage, script=SCRIPT, speed=60)
    ParticipantFactory(drill=drill)
    return drill


@pytest.fixture
def drill(db):
    return make_drill()


def state(drill):
    return Outage.objects.values_list("state", flat=True).get(pk=drill.outage_id)


def told(drill):
    phases = JournalEntry.objects.filter(outage=drill.outage_id, kind=EntryKind.PHASE)
    return [(entry.at - NOON, entry.data["error_percent"]) for entry in phases]


def test_a_due_drill_starts_by_itself_and_tells_its_people(drill):
    assert conducting.conduct(now=NOON - SECOND) == 0

    assert conducting.conduct(now=NOON) == 1

    outage = Outage.objects.get()
    assert (outage.state, outage.occurred_at) == ("running", NOON)
    assert Recovery.objects.count() == 1
    message = Notification.objects.get()
    assert message.subject.startswith("EXERCISE - EXERCICE")
    assert outage.get_absolute_url() in message.body


def test_doing_it_again_does_nothing(drill):
    for _ in range(3):
        conducting.conduct(now=NOON)

    outage = Outage.objects.get()
    assert outage.entries == outage.journal.count() == 2  # started, first phase
    assert Notification.objects.count() == 1


def test_one_that_does_not_start_by_itself_waits_for_its_facilitator(db):
    drill = make_drill(starts_by_itself=False)

    assert conducting.conduct(now=NOON + 90 * MINUTE) == 0

    assert state(drill) == "planned"


def test_started_by_hand_it_is_announced_all_the_same(drill):
    course.start(drill.outage_id, actor=drill.outage.facilitator, now=NOON - MINUTE)

    conducting.conduct(now=NOON - MINUTE)

    assert Notification.objects.get().dedupe_key == f"drill-started-{drill.pk}"


def test_the_scenario_is_told_at_the_speed_of_the_drill(drill):
    conducting.conduct(now=NOON)
    assert told(drill) == [(timedelta(), 5)]

    conducting.conduct(now=NOON + 59 * SECOND)
    assert len(told(drill)) == 1

    conducting.conduct(now=NOON + 61 * SECOND)
    assert told(drill)[1:] == [(60 * SECOND, 35)]
    (seen,) = queries.seen_by_users(Outage.objects.get())
    assert str(seen.words) == ("About one answer in three fails; waiting sometimes helps")


def test_after_a_silence_all_that_was_due_is_told_with_its_own_time(drill):
    conducting.conduct(now=NOON)

    conducting.conduct(now=NOON + 10 * MINUTE)

    assert told(drill) == [(timedelta(), 5), (60 * SECOND, 35), (120 * SECOND, None)]


def test_a_pause_holds_the_scenario_too(drill):
    actor = drill.outage.facilitator
    conducting.conduct(now=NOON)
    course.pause(drill.outage_id, actor=actor, now=NOON + 30 * SECOND)
    assert conducting.conduct(now=NOON + 5 * MINUTE) == 0
    course.resume(drill.outage_id, actor=actor, now=NOON + 5 * MINUTE)

    conducting.conduct(now=NOON + 5 * MINUTE + 29 * SECOND)
    assert len(told(drill)) == 1

    conducting.conduct(now=NOON + 5 * MINUTE + 31 * SECOND)
    assert told(drill)[1:] == [(5 * MINUTE + 30 * SECOND, 35)]


def test_a_drill_that_nobody_ends_ends_at_its_limit(drill):
    conducting.conduct(now=NOON)

    conducting.conduct(now=NOON + 120 * MINUTE + 2 * SECOND)

    outage = Outage.objects.get()
    assert (outage.state, outage.ended_at) == ("ended", NOON + 120 * MINUTE)
    line = queries.results(outage, now=NOON).lines[0]
    assert (line.reading.length, line.reading.is_lower_bound) == (120 * MINUTE, True)
    keys = set(Notification.objects.values_list("dedupe_key", flat=True))
    assert keys == {f"drill-started-{drill.pk}", f"drill-over-{drill.pk}"}
    assert conducting.conduct(now=NOON + 121 * MINUTE) == 0


def test_one_whose_time_went_by_unseen_was_missed(drill):
    conducting.conduct(now=NOON + 120 * MINUTE + SECOND)

    assert state(drill) == "missed"
    told_to = Notification.objects.get()
    assert told_to.recipient == drill.outage.facilitator


def test_a_drill_called_off_is_announced_once(drill):
    course.abort(drill.outage_id, actor=drill.outage.facilitator, now=NOON - MINUTE)

    assert conducting.conduct(now=NOON) == 1
    assert conducting.conduct(now=NOON) == 0

    assert "called off" in Notification.objects.get().subject


def test_a_broken_script_stops_its_own_drill_and_no_other(drill, caplog):
    broken = make_drill()
    broken.script = {"phases": [{}], "seconds": 1, "components": {}}
    broken.save()

    assert conducting.conduct(now=NOON) == 1

    assert (state(drill), state(broken)) == ("running", "planned")
    assert f"Drill {broken.pk} could not be conducted" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_start_it_once_and_tell_each_phase_once():
    drill = make_drill()

    def worker(_):
        try:
            conducting.conduct(now=NOON + 2 * MINUTE)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(worker, range(4)))

    assert Drill.objects.get().told_until is not None
    assert JournalEntry.objects.filter(kind="started").count() == 1
    assert len(told(drill)) == 1  # it began when it was seen: one phase so far
    assert Notification.objects.count() == 1
