from datetime import date, timedelta

import pytest
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.domain.errors import Conflict, IllegalTransition
from continuity.history.models import Entry
from continuity.inventory.models import Workflow, WorkflowApproval, WorkflowStatus
from continuity.inventory.queries import reviews as queries
from continuity.inventory.services import alternatives, dependencies, reviews, workflows
from continuity.notifications.models import Notification
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    OrganisationFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    WorkflowFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def approve(workflow, *, by=None, now=NOON):
    read = queries.digest(queries.facts([workflow.pk])[workflow.pk])
    reviews.approve(workflow.pk, read=read, actor=by or manager(), now=now)
    workflow.refresh_from_db()
    return workflow


def change(workflow, **fields):
    workflows.change(workflow.pk, fields=fields, actor=manager(), now=NOON + DAY)
    workflow.refresh_from_db()
    return workflow


def test_an_approval_keeps_who_when_which_version_and_the_day_of_the_next():
    OrganisationFactory(review_months=6)
    lead = UserFactory()
    workflow = approve(WorkflowFactory(version=3), by=lead)

    assert (workflow.status, workflow.approved_version) == ("approved", 3)
    assert (workflow.approved_at, workflow.approved_by) == (NOON, lead)
    assert workflow.review_on == date(2026, 9, 2)
    kept = WorkflowApproval.objects.get()
    assert (kept.version, kept.approved_at, kept.approved_by) == (3, NOON, lead)
    assert Entry.objects.get().verb == "workflow.approved"


def test_what_was_not_read_is_not_approved():
    workflow = WorkflowFactory()
    read = queries.digest(queries.facts([workflow.pk])[workflow.pk])
    change(workflow, hours="24/7")

    with pytest.raises(Conflict):
        reviews.approve(workflow.pk, read=read, actor=manager(), now=NOON)

    workflow.refresh_from_db()
    assert (workflow.status, WorkflowApproval.objects.count()) == ("draft", 0)


def test_the_archived_is_not_approved():
    with pytest.raises(IllegalTransition):
        approve(WorkflowFactory(archived_at=NOON))

    assert WorkflowApproval.objects.count() == 0


def test_an_edit_after_approval_makes_one_new_version_and_says_what_differs():
    workflow = approve(WorkflowFactory(hours="", rto=timedelta(hours=1)))

    change(workflow, hours="24/7")
    change(workflow, rto=timedelta(hours=2))

    assert (workflow.status, workflow.version, workflow.approved_version) == ("draft", 2, 1)
    ((about, changes),) = queries.review_page(workflow).differences
    assert about == ""
    assert [(one.field, one.before, one.after) for one in changes] == [
        ("RTO", "1\xa0h", "2\xa0h"),
        ("Operating hours", "–", "24/7"),
    ]


def test_a_draft_that_was_never_approved_keeps_its_number():
    workflow = change(WorkflowFactory(), hours="24/7")

    assert (workflow.status, workflow.version) == ("draft", 1)


def test_what_is_due_stays_due_when_it_is_edited():
    workflow = approve(WorkflowFactory())
    Workflow.objects.update(status=WorkflowStatus.DUE)

    change(workflow, hours="24/7")

    assert (workflow.status, workflow.version) == ("due", 2)


def test_tools_and_alternatives_are_part_of_what_was_approved():
    tool, other = ToolFactory(name="Quill"), ToolFactory(name="Pen")
    workflow = approve(WorkflowFactory())
    dependency = dependencies.add(
        workflow.pk, fields={"tool": tool}, actor=manager(), now=NOON
    )
    assert Workflow.objects.get().version == 2
    workflow.refresh_from_db()
    approve(workflow)

    fields = {"tool": other, "kind": "other_provider"}
    alternatives.add(dependency.pk, fields=fields, actor=manager(), now=NOON)

    workflow.refresh_from_db()
    assert (workflow.version, workflow.status) == (3, "draft")
    ((about, changes),) = queries.review_page(workflow).differences
    assert about == "Quill → Pen"
    assert ("Rank", "–", "1") in [(one.field, one.before, one.after) for one in changes]


def test_a_restored_workflow_is_a_draft():
    workflow = approve(WorkflowFactory())
    workflows.archive(workflow.pk, actor=manager(), now=NOON)
    workflow.refresh_from_db()
    assert workflow.review_state == "archived"

    workflows.bring_back(workflow.pk, actor=manager(), now=NOON)

    workflow.refresh_from_db()
    assert (workflow.review_state, workflow.approved_version) == ("draft", 1)


def test_the_clock_turns_it_due_on_the_day_and_owes_the_owner_one_message():
    OrganisationFactory(zone="UTC")
    owner = UserFactory()
    rows = WorkflowFactory.create_batch(
        3, owner=owner, status="approved", review_on=date(2026, 3, 2)
    )
    WorkflowFactory(owner=owner, status="approved", review_on=date(2026, 3, 3))
    WorkflowFactory(
        owner=owner, status="approved", review_on=date(2026, 3, 1), archived_at=NOON
    )

    assert reviews.come_due(now=NOON - DAY) == 0
    assert reviews.come_due(now=NOON) == 3
    assert reviews.come_due(now=NOON) == 0

    due = Workflow.objects.filter(status="due")
    assert {one.pk for one in due} == {one.pk for one in rows}
    told = Notification.objects.get()
    assert (told.recipient, told.subject) == (owner, "3 workflows are due for review")
    assert told.dedupe_key.startswith("review-")
    assert Entry.objects.filter(verb="workflow.came_due", actor=None).count() == 3


def test_without_an_owner_who_can_sign_in_deputy_or_leads_are_told():
    OrganisationFactory()
    gone, deputy = UserFactory(is_active=False), UserFactory()
    team = TeamFactory()
    lead = member(team, TeamRole.LEAD)
    member(team, TeamRole.MEMBER)
    facts = {"status": "approved", "review_on": date(2026, 3, 2)}
    WorkflowFactory(owner=gone, deputy=deputy, **facts)
    WorkflowFactory(owner=gone, team=team, **facts)

    reviews.come_due(now=NOON)

    told = Notification.objects.values_list("recipient", flat=True)
    assert set(told) == {deputy.pk, lead.pk}


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        ("auditor", 403),
        (TeamRole.MEMBER, 403),
        (TeamRole.LEAD, 302),
        ("manager", 302),
    ],
)
def test_who_may_approve(client, who, status):
    workflow = WorkflowFactory()
    people = {"stranger": UserFactory, "auditor": auditor, "manager": manager}
    user = people[who]() if who in people else member(workflow.team, who)
    client.force_login(user)
    read = queries.digest(queries.facts([workflow.pk])[workflow.pk])

    response = client.post(
        reverse("inventory:workflow_approve", args=[workflow.pk]), {"read": read}
    )

    assert response.status_code == status
    workflow.refresh_from_db()
    assert (workflow.status == "approved") is (status == 302)


def test_the_due_page_shows_ones_own_and_on_request_everyones(client):
    owner = UserFactory()
    team = TeamFactory()
    member(team, TeamRole.MEMBER).memberships.update(user=owner)
    WorkflowFactory(name="Mine", owner=owner, team=team, status="due")
    WorkflowFactory(name="My draft", owner=owner, team=team)
    WorkflowFactory(name="Theirs", team=team, status="due")
    WorkflowFactory(name="Unseen", status="due")
    client.force_login(owner)

    own = client.get("/workflows/due/")
    everyone = client.get("/workflows/due/?whose=all")
    drafts = client.get("/workflows/due/?show=draft")

    assert [one.name for one in own.context["page"]] == ["Mine"]
    assert {one.name for one in everyone.context["page"]} == {"Mine", "Theirs"}
    assert [one.name for one in drafts.context["page"]] == ["My draft"]
    assert own.context["shell"].due_reviews == 1


def test_the_due_page_asks_the_same_for_one_and_for_forty(
    client, django_assert_num_queries
):
    client.force_login(manager())
    address = "/workflows/due/?whose=all"
    WorkflowFactory(status="due", owner=UserFactory())
    client.get(address)
    with django_assert_num_queries(6):
        client.get(address)
    for _each in range(39):
        WorkflowFactory(status="due", owner=UserFactory(), approved_by=UserFactory())

    with django_assert_num_queries(6):
        assert len(client.get(address).context["page"]) == 40


def test_facts_of_many_take_as_many_queries_as_of_one(django_assert_num_queries):
    def make(count):
        rows = [WorkflowFactory(owner=UserFactory()) for _each in range(count)]
        for row in rows:
            dependency = DependencyFactory(workflow=row)
            AlternativeFactory(dependency=dependency, rank=1)
            AlternativeFactory(dependency=dependency, rank=2, manual=True)
        return [row.pk for row in rows]

    for pks in (make(1), make(20)):
        with django_assert_num_queries(5):
            assert len(queries.facts(pks)) == len(pks)


def test_the_list_filters_by_status_and_by_changed_since_approval(client):
    client.force_login(manager())
    approve(WorkflowFactory(name="Approved"))
    change(approve(WorkflowFactory(name="Changed")), hours="24/7")
    WorkflowFactory(name="Draft")

    def found(status):
        page = client.get("/workflows/", {"status": status}).context["page"]
        return sorted(one.name for one in page)

    assert found("approved") == ["Approved"]
    assert found("draft") == ["Changed", "Draft"]
    assert found("changed") == ["Changed"]
    assert found("nonsense") == ["Approved", "Changed", "Draft"]


def test_the_review_tab_says_what_changed_and_who_approved(client):
    lead = UserFactory(name="Ada Lead")
    workflow = approve(WorkflowFactory(hours=""), by=lead)
    change(workflow, hours="24/7")
    client.force_login(manager())

    page = client.get(reverse("inventory:review", args=[workflow.pk])).text

    assert "Changed since approval" in page
    assert "Ada Lead" in page
    assert "24/7" in page
    assert "Approve version 2" in page
