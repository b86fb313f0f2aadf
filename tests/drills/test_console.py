from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.domain.clocks import Clock
from continuity.domain.criteria import Measure
from continuity.domain.errors import IllegalTransition, NotAllowedNow, NotRunning
from continuity.domain.states import DrillState
from continuity.drills.models import Criterion, Drill, DrillType
from continuity.drills.queries.criteria import criteria
from continuity.drills.services import conducting, console, scheduling
from continuity.drills.services.scheduling import Wish
from continuity.inventory.models import Proof
from continuity.notifications.models import Notification
from continuity.outages.models import EntryKind, JournalEntry, Outage, Recovery
from continuity.outages.queries.results import results
from continuity.outages.services import course, marks
from continuity.outages.services.marks import PlaysAway
from tests.drills.test_conducting import MINUTE, SECOND, make_drill
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    DrillInjectFactory,
    ParticipantFactory,
    PhaseFactory,
    RecoveryFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    auditor,
    manager,
    member,
)
from tests.outages.keys import key

HOUR = timedelta(hours=1)


@pytest.fixture
def drill(db):
    return make_drill()


@pytest.fixture
def planned(db):
    """Plan a drill of one workflow with an owner and a deputy."""
    team = TeamFactory()
    owner, deputy = member(team, TeamRole.MEMBER), member(team, TeamRole.MEMBER)
    tool = ToolFactory()
    dependency = DependencyFactory(
        workflow__team=team,
        workflow__owner=owner,
        workflow__deputy=deputy,
        workflow__tier=1,
        tool=tool,
    )
    scenario = PhaseFactory().component.scenario

    def plan(**fields):
        facilitator = fields.pop("facilitator", None) or member(team, TeamRole.LEAD)
        scheduling.plan(
            title="Drill",
            scenario=scenario,
            tools=[tool],
            team=team,
            facilitator=facilitator,
            starts_on=date(2026, 3, 2),
            starts_time=time(12),
            zone="UTC",
            limit=HOUR,
            actor=facilitator,
            now=NOON - 2 * HOUR,
            **fields,
        )
        return Drill.objects.latest("pk")

    plan.team, plan.owner, plan.deputy = team, owner, deputy
    plan.dependency, plan.tool = dependency, tool
    return plan


def state(drill):
    return Outage.objects.values_list("state", flat=True).get(pk=drill.outage_id)


def kinds(drill):
    return list(
        JournalEntry.objects.filter(outage=drill.outage_id).values_list("kind", flat=True)
    )


def told():
    return set(Notification.objects.values_list("recipient", flat=True))


# A live drill waits for a manager


def test_a_live_drill_is_a_draft_of_which_managers_and_the_facilitator_hear(planned):
    boss = manager()

    drill = planned(type=DrillType.LIVE)

    assert state(drill) == "draft"
    assert kinds(drill) == ["drafted"]
    assert told() == {boss.pk, drill.outage.facilitator_id}


def test_unapproved_it_cannot_be_started_and_is_missed_at_its_time(planned):
    drill = planned(type=DrillType.LIVE)
    with pytest.raises(IllegalTransition):
        course.start(drill.outage_id, actor=drill.outage.facilitator, now=NOON)

    conducting.conduct(now=NOON - SECOND)
    assert state(drill) == "draft"

    conducting.conduct(now=NOON)
    assert state(drill) == "missed"
    assert not Recovery.objects.exists()
    assert planned.owner.pk not in told()


def test_approved_it_is_planned_people_are_told_and_it_begins(planned):
    drill = planned(type=DrillType.LIVE)
    boss = manager()

    console.approve(drill.pk, actor=boss, now=NOON - HOUR)

    drill.refresh_from_db()
    assert (drill.approved_by, drill.approved_at) == (boss, NOON - HOUR)
    assert state(drill) == "planned"
    assert kinds(drill) == ["drafted", "approved", "planned"]
    assert {planned.owner.pk, planned.deputy.pk} <= told()
    conducting.conduct(now=NOON)
    assert state(drill) == "running"
    with pytest.raises(IllegalTransition):
        console.approve(drill.pk, actor=boss, now=NOON)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        ("member", 403),
        ("facilitator", 403),
        ("auditor", 403),
        ("manager", 302),
    ],
)
def test_who_may_approve_a_live_drill(client, planned, who, status):
    drill = planned(type=DrillType.LIVE)
    people = {
        "stranger": UserFactory,
        "member": lambda: planned.owner,
        "facilitator": lambda: drill.outage.facilitator,
        "auditor": auditor,
        "manager": manager,
    }
    client.force_login(people[who]())

    answer = client.post(reverse("drills:approve", args=[drill.pk]))

    assert answer.status_code == status
    assert state(drill) == ("planned" if status == 302 else "draft")


# What a type means


@pytest.mark.parametrize(
    ("kind", "proofs"),
    [("walkthrough", 0), ("tabletop", 0), ("functional", 1)],
)
def test_what_was_only_talked_through_proves_nothing(planned, kind, proofs):
    alternative = AlternativeFactory(dependency=planned.dependency)
    drill = planned(type=DrillType(kind))
    conducting.conduct(now=NOON)
    recovery = Recovery.objects.get()
    assert recovery.alternative == alternative
    for number, clock in enumerate((Clock.ACKNOWLEDGED, Clock.SWITCHED, Clock.MINIMUM)):
        marks.mark(
            recovery.pk, clock, key=key(number), actor=planned.owner, now=NOON + 5 * MINUTE
        )

    course.end(drill.outage_id, actor=drill.outage.facilitator, now=NOON + 6 * MINUTE)

    assert Proof.objects.count() == proofs


# Who takes part


def test_who_plays_being_away_leads_nothing_and_presses_nothing(planned):
    drill = planned(away=planned.owner)

    conducting.conduct(now=NOON)

    recovery = Recovery.objects.get()
    assert recovery.lead == planned.deputy
    roles = dict(drill.participants.values_list("user", "role"))
    assert (roles[planned.owner.pk], roles[planned.deputy.pk]) == ("away", "lead")
    with pytest.raises(PlaysAway):
        marks.mark(
            recovery.pk, Clock.ACKNOWLEDGED, key=key(2), actor=planned.owner, now=NOON
        )
    marks.mark(recovery.pk, Clock.ACKNOWLEDGED, key=key(3), actor=planned.deputy, now=NOON)
    assert recovery.marks.get().by == planned.deputy


def test_evaluator_and_observers_take_part_under_their_roles(planned):
    judge, watcher = UserFactory(), UserFactory()

    drill = planned(evaluator=judge, observers=[watcher, planned.owner])

    roles = dict(drill.participants.values_list("user", "role"))
    assert (roles[judge.pk], roles[watcher.pk]) == ("evaluator", "observer")
    assert roles[planned.owner.pk] == "lead"


@pytest.mark.parametrize(
    ("fields", "recoveries"),
    [({"tiers": [1]}, 1), ({"tiers": [4]}, 0), ({}, 2)],
    ids=["critical", "low", "all"],
)
def test_a_criticality_cuts_the_work_down(planned, fields, recoveries):
    DependencyFactory(workflow__team=planned.team, workflow__tier=3, tool=planned.tool)

    planned(**fields)
    conducting.conduct(now=NOON)

    assert Recovery.objects.count() == recoveries


def test_picked_workflows_are_the_only_ones_in_it(planned):
    other = DependencyFactory(workflow__team=planned.team, tool=planned.tool)

    drill = planned(workflows=[other.workflow])
    conducting.conduct(now=NOON)

    assert Recovery.objects.get().workflow == other.workflow
    assert planned.owner.pk not in drill.participants.values_list("user", flat=True)


# By what it succeeds


def test_criteria_are_copied_into_the_drill_and_answered_from_its_clocks(planned):
    drill = planned(
        criteria=[
            Wish(Measure.WITHIN_RTO, 80),
            Wish(Measure.ACKNOWLEDGED, 100, 5 * MINUTE),
            Wish(Measure.RATED, text="People know whom to call"),
        ]
    )
    conducting.conduct(now=NOON)
    recovery = Recovery.objects.get()
    Recovery.objects.update(rto=HOUR)
    marks.mark(
        recovery.pk,
        Clock.ACKNOWLEDGED,
        key=key(4),
        actor=planned.owner,
        now=NOON + 6 * MINUTE,
    )
    marks.mark(
        recovery.pk, Clock.MINIMUM, key=key(5), actor=planned.owner, now=NOON + 9 * MINUTE
    )
    course.end(drill.outage_id, actor=drill.outage.facilitator, now=NOON + HOUR)

    drill = Drill.objects.get(pk=drill.pk)
    first, second, third = criteria(drill, results(drill.outage, now=NOON + HOUR))

    assert (first.met, first.share, second.met, second.share) == ("met", 100, "not_met", 0)
    assert (third.met, third.measured) == ("open", False)
    assert first.statement == "At least 80\u00a0% of the recoveries within their RTO"


def test_the_evaluator_s_word_answers_what_nothing_measures(planned):
    judge = UserFactory()
    drill = planned(
        evaluator=judge,
        criteria=[Wish(Measure.RECOVERED, 80), Wish(Measure.RATED, text="Calm")],
    )
    measured, rated = drill.criteria.all()
    with pytest.raises(NotRunning):
        console.rate(rated.pk, "met", "All calm", actor=judge, now=NOON)
    conducting.conduct(now=NOON)

    console.rate(rated.pk, "partly", "Two shouted", actor=judge, now=NOON + MINUTE)

    rated.refresh_from_db()
    assert (rated.rating, rated.rated_by, rated.rated_at) == (
        "partly",
        judge,
        NOON + MINUTE,
    )
    with pytest.raises(NotAllowedNow):
        console.rate(measured.pk, "met", "", actor=judge, now=NOON + MINUTE)


# The console


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        ("participant", 403),
        ("evaluator", 200),
        ("facilitator", 200),
        ("manager", 200),
    ],
)
def test_who_may_open_the_console(client, drill, who, status):
    people = {
        "stranger": UserFactory,
        "participant": lambda: drill.participants.get(role="lead").user,
        "evaluator": lambda: ParticipantFactory(drill=drill, role="evaluator").user,
        "facilitator": lambda: drill.outage.facilitator,
        "manager": manager,
    }
    client.force_login(people[who]())

    assert client.get(reverse("drills:console", args=[drill.pk])).status_code == status


ACTS = [
    ("inject_deliver", {}),
    ("inject_skip", {}),
    ("inject_add", {}),
    ("console_course", {"do": "pause"}),
    ("console_abort", {"reason": "Enough"}),
    ("console_speed", {"speed": "1"}),
]


@pytest.mark.parametrize(("name", "data"), ACTS, ids=[name for name, _data in ACTS])
@pytest.mark.parametrize(
    ("who", "allowed"),
    [("participant", False), ("evaluator", False), ("facilitator", True)],
)
def test_who_may_do_what_the_console_offers(client, drill, name, data, who, allowed):
    DrillInjectFactory(drill=drill)
    conducting.conduct(now=NOON)
    people = {
        "participant": lambda: drill.participants.get(role="lead").user,
        "evaluator": lambda: ParticipantFactory(drill=drill, role="evaluator").user,
        "facilitator": lambda: drill.outage.facilitator,
    }
    client.force_login(people[who]())
    before = JournalEntry.objects.count()
    if name == "inject_add":
        data = FORM
    args = [drill.pk, 1] if name in {"inject_deliver", "inject_skip"} else [drill.pk]

    answer = client.post(reverse(f"drills:{name}", args=args), data)

    assert answer.status_code == (302 if allowed else 403)
    assert JournalEntry.objects.count() == before + allowed


FORM = {
    "when": "time:",
    "minutes": "90",
    "channel": "phone",
    "to_role": "",
    "sender_en": "A customer",
    "sender_fr": "Un client",
    "text_en": "Where is it?",
    "text_fr": "Où est-ce ?",
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"when": "inject:", "after_inject": ""}, "Say which inject this one waits for."),
        ({"when": "inject:", "after_inject": "9"}, "no inject with the number"),
        ({"minutes": "999"}, "after the end of the scenario"),
        ({"text_fr": ""}, "This field is required"),
        ({"minutes": "-1"}, "greater than or equal to 0"),
    ],
)
def test_a_bad_inject_gets_a_sentence_and_nothing_is_saved(client, drill, change, words):
    client.force_login(drill.outage.facilitator)

    answer = client.post(reverse("drills:inject_add", args=[drill.pk]), FORM | change)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not drill.injects.exists()


def test_an_evaluator_notes_what_was_done(client, drill):
    inject = DrillInjectFactory(drill=drill)
    conducting.conduct(now=NOON)
    conducting.conduct(now=NOON + MINUTE)
    client.force_login(ParticipantFactory(drill=drill, role="evaluator").user)
    url = reverse("drills:inject_record", args=[drill.pk, 1])

    assert client.post(url, {"done": "", "performance": "some"}).status_code == 422
    assert client.post(url, {"done": "Told", "performance": "some"}).status_code == 302

    inject.refresh_from_db()
    assert (inject.done, inject.performance) == ("Told", "some")


@pytest.mark.parametrize("count", [1, 40])
def test_the_console_asks_the_same_number_of_questions(
    client, drill, count, django_assert_num_queries
):
    for number in range(count):
        DrillInjectFactory(drill=drill, number=number + 1)
        RecoveryFactory(outage=drill.outage)
    Outage.objects.update(state=DrillState.RUNNING, occurred_at=NOON, ends_by=NOON + HOUR)
    client.force_login(drill.outage.facilitator)
    url = reverse("drills:console", args=[drill.pk])
    client.get(url)

    with django_assert_num_queries(QUERIES):
        page = client.get(url).content.decode()

    assert page.count('class="inject-head"') == count


QUERIES = 18


def test_a_poll_is_answered_only_where_something_has_changed(client, drill):
    conducting.conduct(now=NOON)
    client.force_login(drill.outage.facilitator)
    outage = Outage.objects.get()
    url = reverse("drills:console", args=[drill.pk])

    def ask(part, version):
        return client.get(url, {"part": part, "v": version}, headers={"HX-Request": "true"})

    assert ask("bar", "running").status_code == 204
    assert ask("lists", f"{outage.entries}-running").status_code == 204
    changed = ask("lists", "0-running").content.decode()
    assert 'id="console-lists"' in changed
    assert 'id="console-bar"' not in changed
    assert 'id="console-bar"' in ask("bar", "paused").content.decode()


def test_calling_off_tells_everybody_that_work_is_as_usual(client, drill):
    conducting.conduct(now=NOON)
    lead = drill.participants.get(role="lead").user
    client.force_login(drill.outage.facilitator)

    client.post(
        reverse("drills:console_abort", args=[drill.pk]), {"reason": "A fire alarm."}
    )
    conducting.conduct(now=NOON + MINUTE)

    outage = Outage.objects.get()
    assert (outage.state, outage.aborted_reason) == ("aborted", "A fire alarm.")
    message = Notification.objects.get(recipient=lead, dedupe_key=f"drill-over-{drill.pk}")
    assert "work is as usual" in message.body
    assert "A fire alarm." in message.body
    client.force_login(lead)
    page = client.get(reverse("drills:drill", args=[drill.pk])).content.decode()
    assert "A fire alarm." in page


def test_the_program_calls_a_drill_off_in_the_reader_s_language(drill):
    conducting.conduct(now=NOON)

    outage = course.abort(drill.outage_id, reason="real_outage", actor=None, now=NOON)

    assert outage.why_aborted == "A tool in it fails for real: work on the real outage."
    entry = JournalEntry.objects.get(kind=EntryKind.ABORTED)
    assert (entry.actor, entry.data) == (None, {"reason": "real_outage"})


@pytest.mark.parametrize("speed", [0, 7, 121])
def test_a_speed_that_is_not_offered_is_refused(drill, speed):
    conducting.conduct(now=NOON)

    with pytest.raises(NotAllowedNow):
        console.set_speed(drill.pk, speed, actor=drill.outage.facilitator, now=NOON)

    assert Drill.objects.get().speed == 60


def test_before_the_start_no_speed_is_changed(drill):
    with pytest.raises(NotRunning):
        console.set_speed(drill.pk, 1, actor=drill.outage.facilitator, now=NOON)


def test_a_criterion_belongs_to_a_schedule_or_to_a_drill(planned):
    drill = planned(criteria=[Wish(Measure.RECOVERED, 90)])

    assert Criterion.objects.filter(drill=drill).count() == 1
    assert Criterion.objects.filter(schedule=drill.schedule).count() == 1
