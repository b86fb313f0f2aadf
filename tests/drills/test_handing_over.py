from datetime import timedelta

import pytest
from django.urls import reverse

from continuity.accounts.models import Membership
from continuity.accounts.roles import TeamRole
from continuity.domain.errors import Conflict
from continuity.domain.states import DrillState
from continuity.drills.models import (
    CalendarLink,
    CorrectiveAction,
    Finding,
    Participant,
    Schedule,
)
from continuity.drills.queries import handing_over as queries
from continuity.drills.services import handing_over
from continuity.history.models import Entry
from continuity.inventory.models import SavedView, Workflow
from continuity.notifications.models import Notification
from continuity.outages.models import Outage
from tests.factories import (
    NOON,
    DependencyFactory,
    DrillFactory,
    OutageFactory,
    ProposalFactory,
    RecoveryFactory,
    RunbookStepFactory,
    ScheduleFactory,
    TeamFactory,
    TriggerFactory,
    UserFactory,
    WorkflowFactory,
    administrator,
    manager,
    member,
)

pytestmark = pytest.mark.django_db


def do(actor, person, to):
    seen = queries.hand_over(actor, person, to).digest
    return handing_over.hand_over(person.pk, to.pk, seen=seen, actor=actor, now=NOON)


def kinds(user, person):
    return [item.kind.value for item in queries.hand_over(user, person, None).items]


def given(person, **fields):
    """Make an action that `person` owns."""
    closed = fields.get("status") == "closed"
    how = {"closed_at": NOON, "closed_by": person, "closed_reason": "Done"}
    return CorrectiveAction.objects.create(
        finding=Finding.objects.create(
            outage=OutageFactory(ended=True),
            kind="finding",
            text="Slow",
            made_at=NOON,
            made_by=person,
        ),
        text="Buy seats",
        owner=person,
        due_on=NOON.date(),
        made_at=NOON,
        made_by=person,
        **fields,
        **(how if closed else {}),
    )


def proposed(person):
    return ProposalFactory(facilitator=person, trigger=None)


def test_everything_in_a_persons_name_is_found_and_goes_over_at_once():
    person, to = UserFactory(name="Lea Leaving"), UserFactory(name="Nora New")
    owned = WorkflowFactory(owner=person)
    deputised = WorkflowFactory(deputy=person)
    ScheduleFactory(facilitator=person)
    drill = DrillFactory(outage__facilitator=person)
    Participant.objects.create(drill=drill, user=person, role="facilitator")
    trigger, proposal = TriggerFactory(facilitator=person), proposed(person)
    action, closed = given(person), given(person, status="closed")
    SavedView.objects.create(owner=person, page="workflows", name="Open", shared=True)
    SavedView.objects.create(owner=person, page="workflows", name="Private")
    CalendarLink.objects.create(user=person, token_sha256="a", made_at=NOON)
    user = manager()
    assert kinds(user, person) == [
        "owner",
        "deputy",
        "schedule",
        "trigger",
        "proposal",
        "facilitator",
        "participant",
        "action",
        "view",
        "calendar",
    ]

    done = do(user, person, to)

    assert len(done.going) == 10
    owned.refresh_from_db()
    deputised.refresh_from_db()
    assert (owned.owner, deputised.deputy) == (to, to)
    assert Schedule.objects.get().facilitator == to
    assert Outage.objects.get(pk=drill.outage_id).facilitator == to
    assert Participant.objects.get().user == to
    for row in (trigger, proposal, action, closed):
        row.refresh_from_db()
    assert (trigger.facilitator, proposal.facilitator) == (to, to)
    assert (action.owner, closed.owner) == (to, person)
    assert SavedView.objects.get(name="Open").owner == to
    assert SavedView.objects.get(name="Private").owner == person
    assert CalendarLink.objects.count() == 0
    assert kinds(user, person) == []
    verbs = Entry.objects.order_by("verb").values_list("verb", flat=True)
    assert list(verbs) == [
        "action.handed_over",
        "calendar.link_revoked",
        "drill.handed_over",
        "drill.handed_over",
        "proposal.handed_over",
        "schedule.handed_over",
        "trigger.handed_over",
        "view.handed_over",
        "workflow.handed_over",
        "workflow.handed_over",
    ]
    told = Notification.objects.get()
    assert told.recipient == to
    assert told.subject == "9 things of Lea Leaving are yours now"


def test_what_is_over_or_archived_stays_in_the_persons_name():
    person, to = UserFactory(), UserFactory()
    WorkflowFactory(owner=person, archived_at=NOON)
    OutageFactory(
        facilitator=person,
        state=DrillState.ENDED,
        occurred_at=NOON,
        ended_at=NOON + timedelta(hours=1),
    )

    assert kinds(manager(), person) == []
    with pytest.raises(Conflict):
        do(manager(), person, to)


def test_nobody_becomes_their_own_deputy():
    person, to = UserFactory(), UserFactory()
    workflow = WorkflowFactory(owner=person, deputy=to)

    do(manager(), person, to)

    workflow.refresh_from_db()
    assert (workflow.owner, workflow.deputy) == (to, None)


def test_who_takes_part_already_does_so_once_in_the_role_that_counts_more():
    person, to = UserFactory(), UserFactory()
    drill = DrillFactory(outage__facilitator=person)
    Participant.objects.create(drill=drill, user=person, role="facilitator")
    Participant.objects.create(drill=drill, user=to, role="deputy")

    do(manager(), person, to)

    assert list(Participant.objects.values_list("user", "role")) == [(to.pk, "facilitator")]


@pytest.mark.parametrize(
    ("role", "own", "kept"),
    [
        ("evaluator", "lead", "evaluator"),
        ("observer", "deputy", "deputy"),
        ("lead", "evaluator", "evaluator"),
    ],
)
def test_every_role_of_a_drill_can_be_taken_over(role, own, kept):
    person, to = UserFactory(), UserFactory()
    drill = DrillFactory()
    Participant.objects.create(drill=drill, user=person, role=role)
    Participant.objects.create(drill=drill, user=to, role=own)

    do(manager(), person, to)

    assert list(Participant.objects.values_list("user", "role")) == [(to.pk, kept)]


def test_a_lead_gives_away_actions_and_triggers_of_their_team_alone():
    person, to, team = UserFactory(), UserFactory(), TeamFactory()
    lead = member(team, TeamRole.LEAD)
    mine, theirs = given(person, team=team), given(person, team=TeamFactory())
    own = TriggerFactory(facilitator=person, team=team)
    all_teams = TriggerFactory(facilitator=person, team=None)

    do(lead, person, to)

    for row in (mine, theirs, own, all_teams):
        row.refresh_from_db()
    assert (mine.owner, theirs.owner) == (to, person)
    assert (own.facilitator, all_teams.facilitator) == (to, person)


def test_who_holds_nothing_but_an_action_or_a_proposal_is_found():
    actor, asker = UserFactory(), UserFactory()
    given(actor)
    proposed(asker)

    found = {one.pk: (one.acting, one.asking) for one in queries.people(manager())}

    assert found == {actor.pk: (1, 0), asker.pk: (0, 1)}


def test_a_running_recovery_goes_to_who_may_take_part_in_it():
    person, stranger = UserFactory(), UserFactory()
    dependency = DependencyFactory()
    to = member(dependency.workflow.team, TeamRole.MEMBER)
    recovery = RecoveryFactory(
        outage=OutageFactory(running=True), dependency=dependency, lead=person
    )
    user = manager()
    (item,) = queries.hand_over(user, person, stranger).items
    assert item.refused == f"{stranger.name} may not take part in it."

    do(user, person, to)

    recovery.refresh_from_db()
    assert recovery.lead == to
    assert recovery.outage.journal.filter(kind="handed").count() == 1


def test_who_gets_the_workflow_gets_its_running_recovery_too():
    person, to = UserFactory(), UserFactory()
    dependency = DependencyFactory(workflow__owner=person)
    recovery = RecoveryFactory(
        outage=OutageFactory(running=True), dependency=dependency, lead=person
    )

    do(manager(), person, to)

    recovery.refresh_from_db()
    assert (recovery.lead, Workflow.objects.get().owner) == (to, to)


def test_a_lead_hands_over_what_is_their_teams_and_sees_the_rest_stay():
    person, to = UserFactory(), UserFactory()
    team, seen = TeamFactory(), TeamFactory()
    lead = member(team, TeamRole.LEAD)
    Membership.objects.create(user=lead, team=seen, role=TeamRole.VIEWER)
    mine = WorkflowFactory(owner=person, team=team)
    theirs = WorkflowFactory(owner=person, team=seen)
    unseen = WorkflowFactory(owner=person)
    SavedView.objects.create(owner=person, page="workflows", name="Open", shared=True)

    view = queries.hand_over(lead, person, to)
    do(lead, person, to)

    assert {item.name: item.refused for item in view.items} == {
        mine.name: "",
        theirs.name: "Only a lead of its team, or a manager, can hand it over.",
    }
    assert list(Workflow.objects.filter(owner=to)) == [mine]
    assert set(Workflow.objects.filter(owner=person)) == {theirs, unseen}


def test_nothing_goes_over_when_it_is_not_what_was_previewed():
    person, to, user = UserFactory(), UserFactory(), manager()
    WorkflowFactory(owner=person)
    seen = queries.hand_over(user, person, to).digest
    WorkflowFactory(owner=person)

    with pytest.raises(Conflict):
        handing_over.hand_over(person.pk, to.pk, seen=seen, actor=user, now=NOON)

    assert Workflow.objects.filter(owner=to).count() == 0
    assert (Entry.objects.count(), Notification.objects.count()) == (0, 0)


def test_nobody_gets_things_who_cannot_sign_in():
    person, to, user = UserFactory(), UserFactory(is_active=False), manager()
    WorkflowFactory(owner=person)

    with pytest.raises(Conflict):
        do(user, person, to)

    assert Workflow.objects.filter(owner=person).count() == 1


@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 404), (TeamRole.MEMBER, 404), (TeamRole.LEAD, 200), ("manager", 200)],
)
def test_who_may_look_at_what_somebody_holds(client, who, status):
    person = UserFactory()
    team = WorkflowFactory(owner=person).team
    people = {"stranger": UserFactory, "manager": manager}
    client.force_login(people[who]() if who in people else member(team, who))

    response = client.get(reverse("drills:hand_over", args=[person.pk]))

    assert response.status_code == status


def test_the_pages_lead_from_a_closed_account_to_the_hand_over(client):
    person = UserFactory(name="Lea Leaving", is_active=False)
    to = UserFactory(name="Nora New")
    workflow = WorkflowFactory(owner=person)
    client.force_login(administrator())
    address = reverse("drills:hand_over", args=[person.pk])
    assert address in client.get(f"/people/{person.pk}/").text
    listing = client.get("/drills/hand-over/?closed=1")
    assert [(one.name, one.owned) for one in listing.context["page"]] == [
        ("Lea Leaving", 1)
    ]

    preview = client.get(address, {"to": to.pk})
    assert Workflow.objects.get().owner == person
    response = client.post(
        f"{address}?to={to.pk}", {"seen": preview.context["view"].digest}, follow=True
    )

    workflow.refresh_from_db()
    assert workflow.owner == to
    assert "1 thing was handed over." in response.text
    assert "Nothing is in their name" in response.text


def test_an_unknown_successor_gets_a_sentence(client):
    person = UserFactory()
    WorkflowFactory(owner=person)
    client.force_login(manager())

    response = client.get(reverse("drills:hand_over", args=[person.pk]), {"to": "999"})

    assert response.status_code == 422
    assert "Choose a person of the list." in response.text


def test_runbooks_that_name_somebody_are_listed_and_not_rewritten():
    person = UserFactory(name="Lea Leaving")
    step = RunbookStepFactory(role="Call lea leaving")
    RunbookStepFactory(role="The duty desk")

    view = queries.hand_over(manager(), person, None)

    assert view.named_in == (step,)


def test_one_thing_and_thirty_take_the_same_number_of_queries(
    client, django_assert_num_queries
):
    person, to = UserFactory(), UserFactory()
    client.force_login(manager())
    address = f"{reverse('drills:hand_over', args=[person.pk])}?to={to.pk}"

    def add():
        WorkflowFactory(owner=person)
        ScheduleFactory(facilitator=person)
        TriggerFactory(facilitator=person)
        proposed(person)
        given(person)
        drill = DrillFactory(outage__facilitator=person)
        Participant.objects.create(drill=drill, user=person, role="facilitator")

    add()
    client.get(address)
    with django_assert_num_queries(8) as asked:
        client.get(address)
    for _each in range(9):
        add()

    with django_assert_num_queries(len(asked)):
        assert len(client.get(address).context["page"].object_list) == 50
