from datetime import timedelta

import pytest

from continuity.accounts.roles import TeamRole
from continuity.domain.errors import IllegalTransition, NotRunning
from continuity.domain.injects import InvalidInjects
from continuity.drills.models import DrillInject, Participant
from continuity.drills.queries.scripts import freeze
from continuity.drills.services import conducting, console, injects
from continuity.notifications.models import Notification
from continuity.outages import queries
from continuity.outages.models import EntryKind, JournalEntry, Recovery
from continuity.outages.queries.told import told
from continuity.outages.services import course
from tests.drills.test_conducting import MINUTE, SECOND, make_drill
from tests.factories import (
    NOON,
    DrillInjectFactory,
    InjectFactory,
    ParticipantFactory,
    ScenarioFactory,
    TeamFactory,
    UserFactory,
    member,
)

WORDS = {
    "trigger": "time",
    "value": "",
    "workflow": None,
    "wait": 90 * MINUTE,
    "sender_en": "A customer",
    "sender_fr": "Un client",
    "to_role": "",
    "to_team": None,
    "channel": "phone",
    "text_en": "Where is it?",
    "text_fr": "Où est-ce ?",
    "expected_en": "",
    "expected_fr": "",
}


@pytest.fixture
def drill(db):
    """At 60 times: an inject of T+20 comes after 20 seconds."""
    return make_drill()


def entries(drill, kind=EntryKind.INJECT):
    return list(JournalEntry.objects.filter(outage=drill.outage_id, kind=kind))


def of_inject(drill):
    return Notification.objects.filter(dedupe_key__startswith="drill-inject-")


def state(inject):
    return DrillInject.objects.values_list("state", flat=True).get(pk=inject.pk)


def test_a_drill_keeps_the_injects_that_its_scenario_had(drill):
    scenario = ScenarioFactory()
    InjectFactory(scenario=scenario, number=3, to_role="lead")
    drill.script = drill.script | {"injects": freeze(scenario, [])["injects"]}

    injects.freeze(drill)
    scenario.injects.all().delete()

    (inject,) = drill.injects.all()
    assert (inject.number, inject.wait, inject.to_role) == (3, 20 * MINUTE, "lead")
    assert (inject.state, inject.added) == ("waiting", False)


def test_the_tick_delivers_it_at_its_time_and_once(drill):
    inject = DrillInjectFactory(drill=drill)
    conducting.conduct(now=NOON)
    conducting.conduct(now=NOON + 19 * SECOND)
    assert entries(drill) == []

    for _ in range(3):
        conducting.conduct(now=NOON + 21 * SECOND)

    (entry,) = entries(drill)
    assert entry.at == NOON + 20 * SECOND
    assert entry.actor is None
    (message,) = of_inject(drill)
    assert message.subject == "EXERCISE - EXERCICE · Service desk (E-mail)"
    assert "Is this known?" in message.body
    inject.refresh_from_db()
    assert (inject.state, inject.reached) == ("delivered", 1)


def test_a_pause_holds_it_as_long_as_it_lasts(drill):
    DrillInjectFactory(drill=drill)
    actor = drill.outage.facilitator
    conducting.conduct(now=NOON)
    course.pause(drill.outage_id, actor=actor, now=NOON + 10 * SECOND)
    conducting.conduct(now=NOON + 5 * MINUTE)
    course.resume(drill.outage_id, actor=actor, now=NOON + 5 * MINUTE)

    conducting.conduct(now=NOON + 5 * MINUTE + 9 * SECOND)
    assert entries(drill) == []

    conducting.conduct(now=NOON + 5 * MINUTE + 10 * SECOND)
    assert [entry.at for entry in entries(drill)] == [NOON + 5 * MINUTE + 10 * SECOND]


def test_a_slower_drill_delivers_it_later(drill):
    DrillInjectFactory(drill=drill)
    conducting.conduct(now=NOON)
    console.set_speed(drill.pk, 10, actor=drill.outage.facilitator, now=NOON + 10 * SECOND)

    conducting.conduct(now=NOON + 69 * SECOND)
    assert entries(drill) == []

    conducting.conduct(now=NOON + 70 * SECOND)
    assert len(entries(drill)) == 1
    (speed,) = entries(drill, EntryKind.SPEED)
    assert speed.data == {"from": 60, "speed": 10}


def test_only_those_it_is_meant_for_are_told(drill):
    deputy = ParticipantFactory(drill=drill, role="deputy").user
    DrillInjectFactory(drill=drill, to_role="deputy")
    conducting.conduct(now=NOON)
    lead = Participant.objects.get(drill=drill, role="lead").user

    conducting.conduct(now=NOON + MINUTE)

    assert [message.recipient for message in of_inject(drill)] == [deputy]
    assert [each.text for each in told(drill.outage, deputy)] == ["Is this known?"]
    assert told(drill.outage, lead) == ()
    assert len(told(drill.outage, drill.outage.facilitator)) == 1


def test_a_team_is_its_members_and_who_answers_for_its_work(drill):
    recovery_team = drill.outage.team
    mate = member(recovery_team, TeamRole.MEMBER)
    stranger = UserFactory()
    for user in (mate, stranger):
        ParticipantFactory(drill=drill, user=user, role="deputy")
    inject = DrillInjectFactory(drill=drill, to_team=recovery_team)

    assert list(injects.recipients(drill, inject)) == [mate]
    inject.to_team = TeamFactory()
    assert list(injects.recipients(drill, inject)) == []


def test_it_branches_on_what_a_workflow_decides(drill):
    DrillInjectFactory(drill=drill, number=1, trigger="decision", value="stay")
    switched = DrillInjectFactory(
        drill=drill, number=2, trigger="decision", value="switch", wait=10 * MINUTE
    )
    DrillInjectFactory(drill=drill, number=3, trigger="inject", value="2", wait=MINUTE)
    conducting.conduct(now=NOON)
    recovery = Recovery.objects.get()
    recovery.decision, recovery.decided_at = "switch", NOON + 30 * SECOND
    recovery.save()

    conducting.conduct(now=NOON + 39 * SECOND)
    assert entries(drill) == []

    conducting.conduct(now=NOON + 10 * MINUTE)
    assert [entry.data["number"] for entry in entries(drill)] == [2, 3]
    assert state(switched) == "delivered"
    first, second = entries(drill)
    assert (first.at - NOON, second.at - NOON) == (40 * SECOND, 41 * SECOND)


def test_a_mark_that_is_taken_back_delivers_nothing(drill):
    inject = DrillInjectFactory(
        drill=drill, trigger="mark", value="minimum", wait=0 * MINUTE
    )
    conducting.conduct(now=NOON)

    conducting.conduct(now=NOON + MINUTE)

    assert state(inject) == "waiting"


def test_the_facilitator_delivers_one_at_once_and_the_clock_passes_it_by(drill):
    inject = DrillInjectFactory(drill=drill)
    actor = drill.outage.facilitator
    conducting.conduct(now=NOON)

    injects.deliver(inject.pk, actor=actor, now=NOON + SECOND)
    conducting.conduct(now=NOON + MINUTE)

    (entry,) = entries(drill)
    assert (entry.at, entry.actor) == (NOON + SECOND, actor)
    with pytest.raises(IllegalTransition):
        injects.deliver(inject.pk, actor=actor, now=NOON + MINUTE)
    assert of_inject(drill).count() == 1


def test_before_the_start_and_in_a_pause_nothing_can_be_delivered(drill):
    inject = DrillInjectFactory(drill=drill)
    actor = drill.outage.facilitator
    with pytest.raises(NotRunning):
        injects.deliver(inject.pk, actor=actor, now=NOON)
    conducting.conduct(now=NOON)
    course.pause(drill.outage_id, actor=actor, now=NOON + SECOND)

    with pytest.raises(NotRunning):
        injects.deliver(inject.pk, actor=actor, now=NOON + 2 * SECOND)

    assert state(inject) == "waiting"


def test_a_skipped_one_is_passed_by_and_stands_in_the_journal_without_its_words(drill):
    inject = DrillInjectFactory(drill=drill)
    actor = drill.outage.facilitator
    conducting.conduct(now=NOON)

    for _ in range(2):
        injects.skip(inject.pk, actor=actor, now=NOON + SECOND)
    conducting.conduct(now=NOON + MINUTE)

    assert (state(inject), entries(drill)) == ("skipped", [])
    (entry,) = entries(drill, EntryKind.INJECT_PLAN)
    line = queries.lines(drill.outage, limit=50)
    assert [str(each.text) for each in line if each.number == entry.number] == [
        "Inject 1 skipped"
    ]


def test_one_added_in_a_drill_has_the_next_number_and_is_delivered(drill):
    DrillInjectFactory(drill=drill, number=4, wait=100 * MINUTE)
    actor = drill.outage.facilitator
    conducting.conduct(now=NOON)

    made = injects.add(drill.pk, actor=actor, now=NOON + SECOND, **WORDS)
    conducting.conduct(now=NOON + 91 * SECOND)

    assert (made.number, made.added) == (5, True)
    assert [entry.data["number"] for entry in entries(drill)] == [5]


def test_one_that_waits_for_what_there_is_not_is_refused(drill):
    with pytest.raises(InvalidInjects):
        injects.add(
            drill.pk,
            actor=drill.outage.facilitator,
            now=NOON,
            **WORDS | {"trigger": "inject", "value": "9"},
        )

    assert drill.injects.count() == 0


def test_one_that_was_delivered_cannot_be_changed_any_more(drill):
    inject = DrillInjectFactory(drill=drill)
    actor = drill.outage.facilitator
    injects.change(inject.pk, actor=actor, now=NOON, **WORDS)
    conducting.conduct(now=NOON)
    conducting.conduct(now=NOON + 90 * SECOND)

    with pytest.raises(IllegalTransition):
        injects.change(inject.pk, actor=actor, now=NOON + 91 * SECOND, **WORDS)

    (entry,) = entries(drill)
    assert entry.data["text_en"] == "Where is it?"


def test_what_was_done_is_noted_once_it_was_delivered(drill):
    inject = DrillInjectFactory(drill=drill)
    actor = UserFactory()
    with pytest.raises(IllegalTransition):
        injects.record_done(inject.pk, "Nothing", "not", actor=actor, now=NOON)
    conducting.conduct(now=NOON)
    conducting.conduct(now=NOON + MINUTE)

    injects.record_done(
        inject.pk, "The desk was told", "some", actor=actor, now=NOON + 2 * MINUTE
    )

    inject.refresh_from_db()
    assert (inject.done, inject.performance) == ("The desk was told", "some")
    assert inject.recorded_by == actor


def test_what_is_over_takes_no_injects(drill):
    inject = DrillInjectFactory(drill=drill)
    actor = drill.outage.facilitator
    conducting.conduct(now=NOON)
    course.abort(drill.outage_id, reason="", actor=actor, now=NOON + SECOND)

    conducting.conduct(now=NOON + MINUTE)
    with pytest.raises(NotRunning):
        injects.add(drill.pk, actor=actor, now=NOON + MINUTE, **WORDS)

    assert (state(inject), drill.injects.count()) == ("waiting", 1)


def test_after_a_silence_each_has_its_own_time(drill):
    for number, minutes in ((1, 20), (2, 40)):
        DrillInjectFactory(drill=drill, number=number, wait=timedelta(minutes=minutes))
    conducting.conduct(now=NOON)

    conducting.conduct(now=NOON + 30 * MINUTE)

    assert [entry.at - NOON for entry in entries(drill)] == [20 * SECOND, 40 * SECOND]
