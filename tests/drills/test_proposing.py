"""Drills out of turn: what asks for them, and what people answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.domain.errors import NotAllowedNow
from continuity.drills.models import Drill, Occurrence, Proposal, Schedule, Trigger
from continuity.drills.queries.triggers import asking
from continuity.drills.services import proposing, scheduling, triggers
from continuity.history.models import Deletion, Entry
from continuity.inventory.models import Workflow, WorkflowApproval
from continuity.notifications.models import Notification
from continuity.outages.services import course
from continuity.web.problems import sentence
from tests.factories import (
    NOON,
    AlternativeFactory,
    ComponentFactory,
    DependencyFactory,
    DrillFactory,
    OutageFactory,
    PhaseFactory,
    ProofFactory,
    ProposalFactory,
    RecoveryFactory,
    ScenarioFactory,
    ScheduleFactory,
    TriggerFactory,
    UserFactory,
    WorkflowFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def dependency():
    """A workflow of criticality 1 whose tool a scenario takes away."""
    made = DependencyFactory(workflow__tier=1, workflow__name="Claims triage")
    scenario = ScenarioFactory(title_en="OpenAI down")
    PhaseFactory(component=ComponentFactory(scenario=scenario, tool=made.tool))
    return made


def prove(dependency, left, **fields):
    alternative = AlternativeFactory(dependency=dependency, **fields)
    return ProofFactory(alternative=alternative, expires_at=NOON + left)


def held(dependency, ago):
    at = NOON - ago
    outage = OutageFactory(state="ended", occurred_at=at, ended_at=at + DAY / 24)
    RecoveryFactory(outage=outage, dependency=dependency)
    return DrillFactory(outage=outage)


@pytest.mark.parametrize(
    ("left", "tier", "asks"),
    [(30 * DAY, 1, 1), (31 * DAY, 1, 0), (30 * DAY, 3, 0)],
)
def test_a_proof_that_is_about_to_expire_asks_for_a_drill(dependency, left, tier, asks):
    proof = prove(dependency, left)
    dependency.workflow.tier = tier
    dependency.workflow.save()
    trigger = TriggerFactory(tiers=[1, 2])

    found = asking(trigger, now=NOON)

    assert [one.key for one in found] == [f"proof-{proof.pk}"] * asks


@pytest.mark.parametrize(
    ("state", "days", "narrowed", "asks"),
    [
        ("planned", 30, False, 0),  # on the day on which the proof expires
        ("draft", 30, False, 0),
        ("planned", 31, False, 1),
        ("aborted", 10, False, 1),
        ("planned", 10, True, 1),  # of other work than this
    ],
)
def test_a_drill_that_is_planned_in_time_makes_a_second_one_needless(
    dependency, state, days, narrowed, asks
):
    prove(dependency, 30 * DAY)
    over = {"ended_at": NOON} if state == "aborted" else {}
    outage = OutageFactory(state=state, narrowed=narrowed, **over)
    outage.tools.add(dependency.tool)
    outage.teams.add(dependency.workflow.team)
    DrillFactory(outage=outage, occurrence_at=NOON + days * DAY)

    assert len(asking(TriggerFactory(), now=NOON)) == asks


@pytest.mark.parametrize(("days", "asks"), [(21, 0), (22, 1)])
def test_a_schedule_that_comes_round_soon_after_the_notice_will_do(dependency, days, asks):
    held(dependency, 10 * DAY)
    approved(dependency.workflow, 1, 30 * DAY)
    approved(dependency.workflow, 2, 3 * DAY)
    schedule = ScheduleFactory(team=dependency.workflow.team, next_due_at=NOON + days * DAY)
    schedule.tools.add(dependency.tool)

    # Told a week before, and two more weeks are as good as at once.
    assert len(asking(TriggerFactory(cause="changed"), now=NOON)) == asks


def test_only_the_best_alternatives_proof_counts_and_of_it_the_one_that_lasts_longest(
    dependency,
):
    best = AlternativeFactory(dependency=dependency, rank=1)
    ProofFactory(alternative=best, expires_at=NOON + 5 * DAY)
    ProofFactory(alternative=best, expires_at=NOON + 90 * DAY)
    prove(dependency, 5 * DAY, rank=2)

    assert asking(TriggerFactory(), now=NOON) == []


def approved(workflow, version, ago):
    WorkflowApproval.objects.create(
        workflow=workflow, version=version, approved_at=NOON - ago
    )
    workflow.version = workflow.approved_version = version
    workflow.approved_at = NOON - ago
    workflow.save()


@pytest.mark.parametrize(
    ("version", "ago", "asks"), [(2, 3 * DAY, 1), (2, 20 * DAY, 0), (1, 3 * DAY, 0)]
)
def test_another_version_than_at_the_last_drill_asks_for_one(
    dependency, version, ago, asks
):
    held(dependency, 10 * DAY)
    approved(dependency.workflow, 1, 30 * DAY)
    approved(dependency.workflow, version, ago)

    found = asking(TriggerFactory(cause="changed"), now=NOON)

    assert [one.key for one in found] == ["version-2"] * asks


@pytest.mark.parametrize(
    ("kind", "ago", "drill_ago", "asks"),
    [
        ("real", 30 * DAY, None, 1),
        ("real", 29 * DAY, None, 0),
        ("real", 30 * DAY, 2 * DAY, 0),
        ("drill", 30 * DAY, None, 0),
    ],
)
def test_weeks_after_a_real_outage_without_a_drill_since_one_is_asked_for(
    dependency, kind, ago, drill_ago, asks
):
    ended = NOON - ago
    outage = OutageFactory(
        kind=kind, state="ended", occurred_at=ended - DAY, ended_at=ended
    )
    RecoveryFactory(outage=outage, dependency=dependency)
    if drill_ago is not None:
        held(dependency, drill_ago)

    found = asking(TriggerFactory(cause="outage"), now=NOON)

    assert [one.key for one in found] == [f"outage-{outage.pk}"] * asks


def test_what_asks_is_proposed_once_with_the_scenario_that_fits(dependency):
    prove(dependency, 20 * DAY)
    trigger = TriggerFactory()

    assert proposing.look(now=NOON) == 1
    assert proposing.look(now=NOON) == 0
    assert proposing.look(now=NOON + DAY) == 0

    proposal = Proposal.objects.get()
    assert proposal.scenario.title_en == "OpenAI down"
    assert (proposal.state, proposal.cause_at) == ("open", NOON + 20 * DAY)
    told = Notification.objects.get()
    assert told.recipient == trigger.facilitator
    assert Entry.objects.filter(verb="proposal.made").count() == 1
    assert not Schedule.objects.exists()


def test_no_second_proposal_of_a_cause_while_one_is_open(dependency):
    ProposalFactory(workflow=dependency.workflow)
    prove(dependency, 20 * DAY)

    with_open = asking(TriggerFactory(), now=NOON)
    with pytest.raises(IntegrityError, match="one_open_proposal_per_workflow_and_cause"):
        ProposalFactory(workflow=dependency.workflow)

    assert with_open == []


def planned(dependency, at, **fields):
    outage = OutageFactory(state="planned", due_at=at)
    outage.tools.add(dependency.tool)
    outage.teams.add(dependency.workflow.team)
    return DrillFactory(outage=outage, occurrence_at=at, **fields)


@pytest.mark.parametrize("who", [TeamRole.MEMBER, TeamRole.LEAD])
def test_a_drill_that_is_planned_since_answers_what_was_proposed(client, dependency, who):
    proposal = ProposalFactory(workflow=dependency.workflow, cause_at=NOON + 5 * DAY)
    schedule = ScheduleFactory(rrule="FREQ=YEARLY", next_due_at=None, opens_at=None)
    drill = planned(dependency, NOON + 6 * DAY, schedule=schedule)
    client.force_login(member(dependency.workflow.team, who))
    address = reverse("drills:proposal_settle", args=[proposal.pk])

    with time_machine.travel(NOON, tick=False):
        page = client.get(reverse("drills:proposals")).content.decode()
        response = client.post(address)
        again = client.post(address)

    assert drill.get_absolute_url() in page
    assert "after the proof has expired" in page
    may = who == TeamRole.LEAD
    assert ("That drill will do" in page) is may
    assert response.status_code == (302 if may else 403)
    assert again.status_code == (409 if may else 403)
    proposal.refresh_from_db()
    answer = (proposal.state, proposal.schedule, proposal.drill_at)
    assert answer == (
        ("planned", schedule, NOON + 6 * DAY) if may else ("open", None, None)
    )
    assert Entry.objects.filter(verb="proposal.settled").count() == may
    if may:
        client.get(reverse("drills:proposals"))  # what was said is said once
        page = client.get(reverse("drills:proposals"), {"answered": 1}).content.decode()
        assert "The drill of 8 Mar 2026" in page


def test_a_drill_nobody_may_know_of_answers_nothing(dependency):
    proposal = ProposalFactory(workflow=dependency.workflow)
    planned(
        dependency,
        NOON + DAY,
        surprise="silent",
        seed="ab",
        window_ends_at=NOON + 2 * DAY,
    )
    lead = member(dependency.workflow.team, TeamRole.LEAD)

    with pytest.raises(NotAllowedNow) as refusal:
        proposing.settle(proposal.pk, actor=lead, now=NOON)

    assert sentence(refusal.value).startswith("No drill of this workflow is planned")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.drill_at) == ("open", None)
    assert proposing.settle(proposal.pk, actor=manager(), now=NOON) == NOON + DAY


@pytest.mark.parametrize(
    ("state", "began", "settled"),
    [
        ("ended", 1, True),
        ("reviewed", 1, True),
        ("aborted", 1, False),
        ("ended", -1, False),  # before it was proposed
    ],
)
def test_work_that_was_in_a_drill_since_asks_for_none_any_more(
    dependency, state, began, settled
):
    proposal = ProposalFactory(workflow=dependency.workflow, made_at=NOON)
    drill = held(dependency, -began * DAY)
    drill.outage.state = state
    drill.outage.save()

    proposing.look(now=NOON + 2 * DAY)
    proposing.look(now=NOON + 2 * DAY)

    proposal.refresh_from_db()
    assert (proposal.state == "planned") is settled
    assert proposal.drill_at == (NOON + DAY if settled else None)
    assert proposal.answered_by is None
    assert Entry.objects.filter(verb="proposal.settled").count() == settled


def test_a_declined_cause_does_not_ask_again_and_another_one_does(dependency):
    prove(dependency, 20 * DAY, rank=2)
    TriggerFactory()
    proposing.look(now=NOON)
    actor = UserFactory()

    proposing.decline(Proposal.objects.get().pk, "Year-end", actor=actor, now=NOON)
    assert proposing.look(now=NOON + DAY) == 0
    prove(dependency, 19 * DAY, rank=1)
    assert proposing.look(now=NOON + 2 * DAY) == 1

    states = Proposal.objects.order_by("pk").values_list("state", "reason")
    assert list(states) == [("declined", "Year-end"), ("open", "")]


def test_one_that_plans_by_itself_leaves_a_planned_drill_on_a_working_day(dependency):
    prove(dependency, 20 * DAY)
    TriggerFactory(plans=True, notice=4 * DAY)

    assert proposing.look(now=NOON) == 1

    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.answered_by) == ("planned", None)
    drill = Drill.objects.get(schedule=proposal.schedule)
    # Four days after a Monday is a Friday, and the day after it no working day.
    assert f"{drill.occurrence_at:%a %d %b}" == "Mon 09 Mar"
    assert list(drill.outage.workflows.all()) == [dependency.workflow]
    assert list(drill.outage.tools.all()) == [dependency.tool]


def test_whoever_plans_it_runs_it_where_the_facilitator_has_left(dependency):
    gone, actor = UserFactory(is_active=False), manager()
    prove(dependency, 20 * DAY)
    TriggerFactory(plans=True, facilitator=gone)
    proposing.look(now=NOON)

    schedule = proposing.plan(Proposal.objects.get().pk, actor=actor, now=NOON)

    assert schedule.facilitator == actor


def test_a_paused_trigger_looks_at_nothing(dependency):
    prove(dependency, 20 * DAY)
    trigger = TriggerFactory()
    triggers.pause(trigger.pk, actor=trigger.facilitator, now=NOON)

    assert proposing.look(now=NOON) == 0

    triggers.resume(trigger.pk, actor=trigger.facilitator, now=NOON)
    assert proposing.look(now=NOON) == 1


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_propose_once():
    dependency = DependencyFactory()
    scenario = ScenarioFactory()
    PhaseFactory(component=ComponentFactory(scenario=scenario, tool=dependency.tool))
    prove(dependency, 20 * DAY)
    TriggerFactory()
    TriggerFactory()

    def worker(_):
        try:
            return proposing.look(now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(worker, range(4))) == 1
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        (TeamRole.VIEWER, 403),
        (TeamRole.MEMBER, 403),
        (TeamRole.LEAD, 302),
        ("manager", 302),
    ],
)
@pytest.mark.parametrize("answer", ["plan", "decline"])
def test_who_may_answer_a_proposal(client, dependency, who, status, answer):
    proposal = ProposalFactory(
        workflow=dependency.workflow, scenario=ScenarioFactory(title_en="Any")
    )
    people = {"stranger": UserFactory, "manager": manager}
    user = people[who]() if who in people else member(dependency.workflow.team, who)
    client.force_login(user)

    with time_machine.travel(NOON, tick=False):
        response = client.post(
            reverse(f"drills:proposal_{answer}", args=[proposal.pk]), {"reason": "Busy"}
        )

    assert response.status_code == status
    proposal.refresh_from_db()
    after = {"plan": "planned", "decline": "declined"}[answer]
    assert proposal.state == (after if status == 302 else "open")
    assert Schedule.objects.count() == (status == 302 and answer == "plan")


def test_what_was_answered_is_not_answered_again(dependency):
    proposal = ProposalFactory(workflow=dependency.workflow)
    actor = UserFactory()
    proposing.decline(proposal.pk, "Busy", actor=actor, now=NOON)

    with pytest.raises(NotAllowedNow):
        proposing.plan(proposal.pk, actor=actor, now=NOON)

    assert not Schedule.objects.exists()


def test_declining_without_a_reason_says_so_and_leaves_it_open(client, dependency):
    proposal = ProposalFactory(workflow=dependency.workflow)
    client.force_login(manager())

    response = client.post(reverse("drills:proposal_decline", args=[proposal.pk]))

    assert response.status_code == 422
    assert "Say why not now." in response.content.decode()
    proposal.refresh_from_db()
    assert proposal.state == "open"


def test_the_list_reads_as_much_for_one_as_for_thirty_and_says_why(client):
    client.force_login(auditor())

    def propose(number):
        dependency = DependencyFactory(workflow=WorkflowFactory())
        ProposalFactory(workflow=dependency.workflow, cause="expiring")
        planned(dependency, NOON + (1 + number) * DAY)

    def queries():
        made = CaptureQueriesContext(connection)
        with time_machine.travel(NOON, tick=False), made:
            page = client.get(reverse("drills:proposals"))
        return len(made), page.content.decode()

    propose(0)
    queries()
    one, page = queries()
    for number in range(29):
        propose(1 + number)
    many, page = queries()

    assert many == one
    assert page.count("The proof of its best alternative expires on") == 30
    assert page.count("A drill of it is planned") == 30
    assert "Plan it" not in page


def form(**fields):
    return {
        "cause": "outage",
        "margin": "3628800",
        "type": "tabletop",
        "notice": "604800",
        "limit": "7200",
        "tiers": ["1"],
        "plans": "no",
    } | fields


@pytest.mark.parametrize(("who", "status"), [("auditor", 403), ("manager", 302)])
def test_who_may_add_a_trigger(client, who, status):
    user = {"auditor": auditor, "manager": manager}[who]()
    client.force_login(user)

    response = client.post(reverse("drills:trigger_new"), form(facilitator=user.pk))

    assert response.status_code == status
    assert Trigger.objects.count() == (status == 302)
    if status == 302:
        trigger = Trigger.objects.get()
        assert (trigger.cause, trigger.margin) == ("outage", 42 * DAY)
        assert (trigger.tiers, trigger.plans) == ([1], False)


def test_a_trigger_is_changed_paused_deleted_and_brought_back_with_a_line_for_each(client):
    user = manager()
    client.force_login(user)
    trigger = TriggerFactory(facilitator=user)

    client.post(
        reverse("drills:trigger_edit", args=[trigger.pk]),
        form(facilitator=user.pk, plans="yes"),
    )
    for verb in ("pause", "resume", "delete"):
        client.post(reverse(f"drills:trigger_{verb}", args=[trigger.pk]))

    assert not Trigger.objects.exists()
    deletion = Deletion.objects.get()
    client.post(reverse("drills:undo_deletion", args=[deletion.pk]))
    assert Trigger.objects.get().plans is True
    verbs = Entry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [
        "trigger.changed",
        "trigger.paused",
        "trigger.resumed",
        "trigger.deleted",
        "trigger.brought_back",
    ]


@pytest.mark.parametrize("how", ["abort", "miss"])
def test_a_proposal_asks_again_when_its_drill_is_called_off_or_missed(client, how):
    proposal = ProposalFactory()
    actor = manager()
    proposing.plan(proposal.pk, actor=actor, now=NOON)
    drill = Drill.objects.get()
    assert proposing.look(now=NOON) == 0
    proposal.refresh_from_db()
    assert proposal.state == "planned"

    getattr(course, how)(drill.outage_id, actor=actor, now=NOON + DAY)
    proposing.look(now=NOON + DAY)
    proposing.look(now=NOON + DAY)

    proposal.refresh_from_db()
    assert (proposal.state, proposal.answered_by, proposal.answered_at) == (
        "open",
        None,
        None,
    )
    (line,) = Entry.objects.filter(verb="proposal.reopened")
    assert (line.actor, line.team) == (None, proposal.workflow.team)
    told = Notification.objects.filter(subject__contains="proposed again")
    assert [each.recipient for each in told] == [proposal.facilitator]
    client.force_login(actor)
    page = client.get(reverse("drills:proposals")).content.decode()
    assert "did not take place, so it asks again" in page
    proposing.plan(proposal.pk, actor=actor, now=NOON + DAY)
    assert Drill.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "asks"),
    [
        ({}, True),
        ({"schedule": None}, False),  # one that was held, of which the schedule is gone
        ({"archived": True}, False),
        ({"another": True}, False),
        ({"state": "opened"}, False),
        ({"state": "skipped", "passed_over": "paused"}, True),
    ],
)
def test_a_time_that_never_had_a_drill_lets_the_proposal_ask_again(fields, asks):
    schedule = ScheduleFactory(next_due_at=None, opens_at=None)
    drill = DrillFactory(schedule=schedule) if fields.get("state") == "opened" else None
    Occurrence.objects.create(
        schedule=schedule,
        at=NOON,
        wall="2026-03-02T12:00",
        state=fields.get("state", "missed"),
        passed_over=fields.get("passed_over", ""),
        drill=drill,
    )
    proposal = ProposalFactory(
        state="planned",
        schedule=fields.get("schedule", schedule),
        drill_at=NOON,
        answered_at=NOON,
    )
    if "archived" in fields:
        Workflow.objects.update(archived_at=NOON)
    if "another" in fields:
        ProposalFactory(workflow=proposal.workflow, cause=proposal.cause, key="other")

    proposing.look(now=NOON + DAY)

    proposal.refresh_from_db()
    assert (proposal.state == "open") == asks


def test_a_proposal_whose_schedule_was_deleted_asks_again():
    proposal = ProposalFactory()
    schedule = ScheduleFactory(rrule="FREQ=YEARLY", next_due_at=NOON + 9 * DAY)
    Proposal.objects.update(
        state="planned", schedule=schedule, drill_at=NOON + 9 * DAY, answered_at=NOON
    )
    proposing.look(now=NOON)
    assert not Proposal.objects.open().exists()

    scheduling.delete(schedule.pk, actor=schedule.facilitator, now=NOON)
    proposing.look(now=NOON)

    assert Proposal.objects.open().get() == proposal
