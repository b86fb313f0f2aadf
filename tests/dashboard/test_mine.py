"""One's own page, and the screens on a wall."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from continuity.accounts.roles import OrganisationRole, TeamRole
from continuity.dashboard.queries import home
from continuity.history.models import Entry
from continuity.insight.models import Screen
from continuity.inventory.models import Proof, WorkflowStatus
from continuity.outages.models import OutageKind
from tests.dashboard.test_overview import ready_workflow
from tests.factories import (
    NOON,
    DependencyFactory,
    DrillFactory,
    OrganisationFactory,
    OutageFactory,
    ParticipantFactory,
    RecoveryFactory,
    TeamFactory,
    WorkflowFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_ones_own_page_shows_what_one_keeps_takes_part_in_and_must_confirm():
    team = TeamFactory()
    user = member(team, TeamRole.LEAD)
    own = ready_workflow(team=team, name="Own", status=WorkflowStatus.DUE)
    own.owner = user
    own.save()
    WorkflowFactory(team=team, name="Stands in", deputy=user, status=WorkflowStatus.DRAFT)
    WorkflowFactory(team=team, name="Another's")
    Proof.objects.update(expires_at=NOON + 3 * DAY)
    ParticipantFactory(
        drill=DrillFactory(outage=OutageFactory(title="Planned", team=team)), user=user
    )
    live = OutageFactory(running=True, title="Real", kind=OutageKind.REAL)
    RecoveryFactory(outage=live, dependency=own.dependencies.get())
    DrillFactory(outage=OutageFactory(title="Not mine", team=team))

    found = home(user, now=NOON)

    assert [(one.name, one.level, one.is_deputy) for one in found.workflows] == [
        ("Own", "ready", False),
        ("Stands in", "unknown", True),
    ]
    assert [(one.title, one.live) for one in found.outages] == [
        ("Real", True),
        ("Planned", False),
    ]
    assert [one.text for one in found.waiting] == [
        "Say whether you could work with 1 alternative",
        "1 workflow of yours is due for review",
        "2 workflows of your teams wait for approval, with their runbooks",
    ]
    assert [(one.alternative, one.workflow) for one in found.unanswered] == [
        (str(own.dependencies.get().alternatives.get()), "Own")
    ]
    assert [(one.workflow, one.ended) for one in found.ending] == [("Own", False)]


def test_what_waits_for_ones_word_is_said_there_and_then(client: Client):
    team = TeamFactory()
    user = member(team, TeamRole.MEMBER)
    own = ready_workflow(team=team)
    own.owner = user
    own.save()
    Proof.objects.update(expires_at=NOON + 3 * DAY)
    client.force_login(user)
    alternative = own.dependencies.get().alternatives.get()

    with time_machine.travel(NOON, tick=False):
        page = client.get(reverse("dashboard:mine")).text
        for route in ("proof_attest", "access_answer"):
            url = reverse(f"inventory:{route}", args=[alternative.pk])
            assert f'method="post" action="{url}"' in page
            client.post(url, {"all": "yes", "next": reverse("dashboard:mine")})
        found = home(user, now=NOON)

    assert (list(found.unanswered), list(found.waiting), list(found.ending)) == ([], [], [])


def test_nobody_is_asked_for_a_word_that_would_not_be_taken():
    own = ready_workflow(team=TeamFactory())
    own.owner = member(TeamFactory(), TeamRole.MEMBER)
    own.save()
    Proof.objects.update(expires_at=NOON + 3 * DAY)

    assert list(home(own.owner, now=NOON).ending) == []


@pytest.mark.parametrize("count", [1, 40])
def test_ones_own_page_takes_the_same_queries_for_any_number(
    client: Client, count, django_assert_num_queries
):
    team = TeamFactory()
    user = member(team, TeamRole.LEAD)
    for number in range(count):
        workflow = ready_workflow(team=team, name=f"W{number}")
        workflow.owner = user
        workflow.save()
        ParticipantFactory(drill=DrillFactory(outage=OutageFactory(team=team)), user=user)
    client.force_login(user)

    with time_machine.travel(NOON, tick=False), django_assert_num_queries(11):
        response = client.get(reverse("dashboard:mine"))

    assert response.status_code == 200


def test_who_keeps_nothing_is_told_so(client: Client):
    client.force_login(member(TeamFactory(), TeamRole.VIEWER))

    page = client.get(reverse("dashboard:mine")).text

    assert "You keep no workflow" in page
    assert "Nothing: you have confirmed all that you were asked." in page


def made(client, **fields):
    asked = {"name": "Lobby", "team": "", "language": "fr", **fields}
    return client.post(reverse("dashboard:screens"), asked)


@pytest.mark.parametrize(
    ("who", "status", "links"),
    [
        (manager, 302, 1),
        (auditor, 403, 0),
        (lambda: member(TeamFactory(), TeamRole.LEAD), 403, 0),
    ],
)
def test_who_may_make_a_link_for_a_screen(client: Client, who, status, links):
    client.force_login(who())

    response = made(client)

    assert response.status_code == status
    assert Screen.objects.count() == links
    assert Entry.objects.filter(verb="screen.made").count() == links


def test_a_link_shows_the_figures_in_its_language_until_it_is_taken_back(client: Client):
    OrganisationFactory(zone="Europe/Paris")
    DependencyFactory()
    client.force_login(manager())
    made(client)
    screen = Screen.objects.get()
    wall = Client()

    shown = wall.get(screen.get_absolute_url())
    refused = wall.post(reverse("dashboard:screen_revoke", args=[screen.pk]))

    assert shown.status_code == 200
    assert shown.context["view"].share.total == 1
    assert 'lang="fr"' in shown.text
    assert "<nav" not in shown.text
    assert refused.status_code == 302
    screen.refresh_from_db()
    assert screen.revoked_at is None
    assert screen.seen_at is not None

    client.post(reverse("dashboard:screen_revoke", args=[screen.pk]))

    assert wall.get(screen.get_absolute_url()).status_code == 410
    assert Entry.objects.filter(verb="screen.revoked").count() == 1


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"organisation_role": OrganisationRole.NONE}]
)
def test_a_link_ends_with_the_account_or_the_role_of_its_maker(client: Client, change):
    user = manager()
    client.force_login(user)
    made(client)
    screen = Screen.objects.get()
    for name, value in change.items():
        setattr(user, name, value)
    user.save()

    assert Client().get(screen.get_absolute_url()).status_code == 410


def test_an_address_that_was_made_up_opens_nothing(client: Client):
    for token in ("1", "1.forged", "x.y"):
        assert client.get(reverse("dashboard:wall", args=[token])).status_code == 410


def test_a_screen_has_room_for_three_things_and_says_how_many_more_go_on(client: Client):
    client.force_login(manager())
    made(client, language="en")
    for number in range(5):
        OutageFactory(running=True, title=f"Outage no. {number}", kind=OutageKind.REAL)

    page = Client().get(Screen.objects.get().get_absolute_url()).text

    assert page.count('class="wall-live') == 3
    assert "2 more go on" in page
    assert "has-many" in page


def test_an_empty_screen_claims_no_figure(client: Client):
    client.force_login(manager())
    made(client, language="en")

    page = Client().get(Screen.objects.get().get_absolute_url()).text

    assert page.count("Not known: there is no workflow yet") == 2
    assert "None was ever planned" in page
    assert "With a proof that has not expired" not in page


def test_what_goes_on_takes_the_screen_over_and_a_fragment_is_asked_for(client: Client):
    client.force_login(manager())
    made(client, language="en")
    address = Screen.objects.get().get_absolute_url()
    OutageFactory(running=True, title="All is down", kind=OutageKind.REAL)

    part = Client().get(address, headers={"HX-Request": "true"}).text

    assert "All is down" in part
    assert "Ready for an outage" not in part
    assert 'hx-trigger="every 5s"' in part
    assert "<html" not in part
