from datetime import timedelta

import pytest
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.history.models import Entry
from continuity.inventory.models import QUESTIONS, Access
from continuity.inventory.queries import access as queries
from continuity.inventory.services import access
from tests.factories import (
    NOON,
    AccessFactory,
    AlternativeFactory,
    DependencyFactory,
    UserFactory,
    WorkflowFactory,
    manager,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def alternative():
    """Owner, deputy (both from elsewhere), three members and a lead; a viewer beside."""
    workflow = WorkflowFactory(owner=UserFactory(), deputy=UserFactory())
    for role in (TeamRole.MEMBER, TeamRole.MEMBER, TeamRole.MEMBER, TeamRole.LEAD):
        member(workflow.team, role)
    member(workflow.team, TeamRole.VIEWER)
    return AlternativeFactory(rank=1, dependency__workflow=workflow)


def able(alternative):
    found = queries.able(alternative.dependency.workflow, now=NOON).of(alternative)
    return found.ready, found.total


def test_four_of_six_are_ready(alternative):
    people = list(queries.people(alternative.dependency.workflow))
    for user in people[:4]:
        AccessFactory(alternative=alternative, user=user)
    AccessFactory(alternative=alternative, user=people[4], mfa="no")

    assert able(alternative) == (4, 6)


@pytest.mark.parametrize(
    ("fields", "state", "ready"),
    [
        ({}, "ready", 1),
        ({"seat": "no"}, "missing", 0),
        ({"seat": ""}, "open", 0),
        ({"answered_at": NOON - timedelta(days=179)}, "ready", 1),
        ({"answered_at": NOON - timedelta(days=180)}, "stale", 0),
        ({"seat": "no", "answered_at": NOON - timedelta(days=200)}, "stale", 0),
    ],
)
def test_what_one_person_says_counts_for_180_days(alternative, fields, state, ready):
    row = AccessFactory(
        alternative=alternative, user=alternative.dependency.workflow.owner, **fields
    )

    assert queries.answers(row, now=NOON).state == state
    assert able(alternative) == (ready, 6)


def test_whoever_left_the_team_is_counted_no_more(alternative):
    user = alternative.dependency.workflow.team.memberships.filter(role=20)[0].user
    AccessFactory(alternative=alternative, user=user)
    assert able(alternative) == (1, 6)

    user.memberships.all().delete()

    assert able(alternative) == (0, 5)


def test_the_owner_answers_for_themself_whatever_their_team(client, alternative):
    owner = alternative.dependency.workflow.owner
    client.force_login(owner)
    url = reverse("inventory:access_answer", args=[alternative.pk])

    client.post(url, {"account": "yes", "mfa": "no", "seat": "perhaps"})
    assert not Access.objects.exists()
    response = client.post(url, {"account": "yes", "mfa": "no"})

    row = Access.objects.get()
    assert response["Location"] == f"/access/#a{alternative.pk}"
    assert (row.user, row.account, row.mfa, row.seat) == (owner, "yes", "no", "")


def test_yes_to_all_is_one_press(client, alternative):
    client.force_login(alternative.dependency.workflow.owner)

    client.post(
        reverse("inventory:access_answer", args=[alternative.pk]),
        {"all": "yes", "mfa": "no"},
    )

    row = Access.objects.get()
    assert {getattr(row, name) for name in QUESTIONS} == {"yes"}


def test_first_answers_are_taken_back_where_they_were_given(client, alternative):
    client.force_login(alternative.dependency.workflow.owner)
    url = reverse("inventory:access_answer", args=[alternative.pk])

    given = client.post(url, {"all": "yes", "next": "/mine/"}, follow=True)
    undo = str(next(iter(given.context["messages"])).extra_tags)
    taken = [client.post(undo)["Location"] for _tap in range(2)]

    assert given.redirect_chain == [("/mine/", 302)]
    assert taken == ["/mine/", "/mine/"]
    assert not Access.objects.exists()
    assert Entry.objects.filter(verb="access.withdrawn").count() == 1


def test_answers_that_counted_are_changed_on_the_page_and_not_taken_back(
    client, alternative
):
    client.force_login(alternative.dependency.workflow.owner)
    url = reverse("inventory:access_answer", args=[alternative.pk])
    client.post(url, {"all": "yes"}, follow=True)

    again = client.post(url, {"mfa": "no"}, follow=True)

    assert [message.extra_tags for message in again.context["messages"]] == [""]


def test_nobody_takes_back_the_answers_of_others(client, alternative):
    owner = alternative.dependency.workflow.owner
    access.answer(alternative.pk, answers={"mfa": "yes"}, actor=owner, now=NOON)
    url = reverse("inventory:access_withdraw", args=[alternative.pk])

    client.force_login(member(alternative.dependency.workflow.team, TeamRole.MEMBER))
    assert client.post(url).status_code == 302
    client.force_login(manager())
    assert client.post(url).status_code == 404

    assert Access.objects.count() == 1


def test_the_same_answers_again_are_new_from_now_on(alternative):
    owner = alternative.dependency.workflow.owner
    said = dict.fromkeys(QUESTIONS, "yes")
    access.answer(alternative.pk, answers=said, actor=owner, now=NOON - timedelta(days=300))
    assert able(alternative) == (0, 6)

    access.answer(alternative.pk, answers=said, actor=owner, now=NOON)

    assert able(alternative) == (1, 6)
    assert Access.objects.count() == 1


def test_the_page_asks_about_tools_of_ones_own_workflows_in_use(client, alternative):
    owner = alternative.dependency.workflow.owner
    AlternativeFactory(dependency=alternative.dependency, rank=2, manual=True)
    AlternativeFactory()
    AlternativeFactory(
        dependency__workflow__owner=owner, dependency__workflow__archived_at=NOON
    )

    assert list(queries.of(owner)) == [alternative]
    client.force_login(owner)
    html = client.get(reverse("inventory:my_access")).content.decode()
    assert html.count('type="radio"') == 12


@pytest.mark.parametrize("number", [1, 20])
def test_my_access_takes_the_same_queries_for_1_and_20_tools(
    client, django_assert_num_queries, number
):
    owner = UserFactory()
    dependency = DependencyFactory(workflow__owner=owner)
    for rank in range(1, number + 1):
        AlternativeFactory(dependency=dependency, rank=rank)
    client.force_login(owner)
    url = reverse("inventory:my_access")
    client.get(url)

    with django_assert_num_queries(6):
        client.get(url)


def test_everybody_on_one_tool_is_listed_with_what_is_missing(client, alternative):
    workflow = alternative.dependency.workflow
    AccessFactory(alternative=alternative, user=workflow.owner, mfa="no")
    AccessFactory(alternative=alternative, user=workflow.deputy, answered_at=NOON)
    client.force_login(workflow.team.memberships.filter(role=30).get().user)

    html = client.get(reverse("inventory:access", args=[alternative.pk])).content.decode()

    assert "no: My second factor works" in html
    assert html.count("Not answered") == 4
