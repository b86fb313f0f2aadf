"""Naming a person among thousands: what is meant, what is suggested, and to whom."""

import pytest
from django.urls import reverse

from continuity.accounts.models import User
from continuity.accounts.roles import TeamRole
from continuity.people.forms import PersonField
from tests.factories import TeamFactory, UserFactory, WorkflowFactory, manager, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def three():
    return [
        UserFactory(name="Zoé Martin", email="zoe@example.org"),
        UserFactory(name="Max Martin", email="max@example.org"),
        UserFactory(name="Max Martin", email="m.martin@example.org"),
    ]


@pytest.mark.parametrize(
    "asked",
    ["zoe@example.org", "ZOE@example.org", "Zoé Martin <zoe@example.org>", "zoé martin",
     "zoe mar", "Zoé"],
)  # fmt: skip
def test_a_name_an_address_or_enough_of_them_mean_a_person(three, asked):
    assert PersonField().clean(asked) == three[0]
    assert not PersonField().has_changed(three[0].pk, asked)


def test_what_means_several_names_them_and_what_means_nobody_says_so(three):
    field = PersonField()

    form_errors = []
    for asked in ("Max Martin", "martin", "Nobody", "' OR 1=1 --", "\x00"):
        with pytest.raises(Exception, match=r".") as caught:
            field.clean(asked)
        form_errors.append(caught.value.messages[0])

    assert form_errors[0] == (
        "Several people may be meant: Max Martin <max@example.org>, "
        "Max Martin <m.martin@example.org>. Write the e-mail address."
    )
    assert form_errors[1].count("@example.org") == 3
    assert form_errors[2] == (
        "Nobody here is called “Nobody”. Write a name or an e-mail address."
    )


def test_an_empty_field_is_nobody():
    assert PersonField(required=False).clean("  ") is None


def test_who_may_not_sign_in_is_found_only_where_they_stand_already(three):
    User.objects.filter(pk=three[0].pk).update(is_active=False)
    field = PersonField()

    with pytest.raises(Exception, match="Nobody here"):
        field.clean("zoe@example.org")
    field.keep = three[0].pk
    assert field.clean("zoe@example.org") == three[0]


@pytest.mark.parametrize(
    ("role", "found"), [(None, 0), (TeamRole.VIEWER, 0), (TeamRole.MEMBER, 2)]
)
def test_people_are_suggested_to_who_may_name_them(client, three, role, found):
    team = TeamFactory()
    client.force_login(UserFactory() if role is None else member(team, role))

    page = client.get(reverse("accounts:choices"), {"owner": "max"})

    assert page.text.count("<option") == found


def test_no_more_than_twenty_are_suggested_and_the_form_holds_none(client):
    TeamFactory()
    for number in range(60):
        UserFactory(name=f"Somebody {number:02}")
    client.force_login(manager())

    found = client.get(reverse("accounts:choices"), {"deputy": "somebody"}).text
    form = client.get(reverse("inventory:workflow_new")).text

    assert found.count("<option") == 20
    assert 'value="Somebody 00 &lt;' in found
    assert "Somebody" not in form
    assert 'list="id_owner-found"' in form


def test_the_form_shows_who_it_is_and_takes_what_was_typed(client, three):
    workflow = WorkflowFactory(owner=three[0])
    client.force_login(manager())
    url = reverse("inventory:workflow_edit", args=[workflow.pk])
    data = {"name": workflow.name, "team": workflow.team_id, "tier": 1}

    shown = client.get(url).text
    refused = client.post(url, {**data, "owner": "Max Martin"})
    taken = client.post(url, {**data, "owner": "max@example.org", "deputy": "Zoé"})

    assert 'value="Zoé Martin &lt;zoe@example.org&gt;"' in shown
    assert (refused.status_code, taken.status_code) == (422, 302)
    workflow.refresh_from_db()
    assert (workflow.owner, workflow.deputy) == (three[1], three[0])
