from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.incidents.services import declaring
from continuity.outages.models import Outage
from continuity.outages.services import course
from tests.factories import (
    NOON,
    DependencyFactory,
    OutageFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def team():
    return TeamFactory(name="Claims")


@pytest.fixture
def tool(team):
    tool = ToolFactory(name="ChatGPT")
    DependencyFactory(tool=tool, workflow__team=team, workflow__name="Answer claims")
    return tool


@pytest.fixture
def person(team):
    return member(team, TeamRole.MEMBER)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def declared(person, tool):
    return declaring.declare(
        title="ChatGPT does not work",
        seen="",
        tools=[tool],
        occurred_at=NOON - 20 * MINUTE,
        links=["https://status.example.test/"],
        actor=person,
        now=NOON,
    )


def asked(tool, **fields):
    return {"tools": [tool.pk], "since": "2026-03-02T11:50"} | fields


def test_a_member_declares_in_one_form_and_lands_on_the_live_page(client, person, tool):
    client.force_login(person)
    page = client.get(reverse("incidents:declare"), {"tool": tool.pk}).content.decode()
    assert "Answer claims" in page
    assert 'value="2026-03-02T12:00"' in page

    answer = client.post(reverse("incidents:declare"), asked(tool))

    outage = Outage.objects.get()
    assert answer["Location"] == outage.get_absolute_url()
    assert (outage.title, outage.occurred_at) == (
        "ChatGPT does not work",
        NOON - 10 * MINUTE,
    )
    live = client.get(answer["Location"]).content.decode()
    assert "is-outage" in live or "outage-head" in live
    assert "It is over" in live
    assert "Pause" not in live
    assert "EXERCISE" not in live


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"since": "2026-03-02T12:01"}, "The onset lies in the future"),
        ({"since": "2025-03-02T12:01"}, "more than 90 days ago"),
        ({"since": "yesterday"}, "This is not a day and a time"),
        ({"since": ""}, "Say when it began"),
        ({"tools": []}, "Tick at least one tool"),
        ({"tools": ["999999999"]}, "not one of the available choices"),
        ({"tools": ["\x00", "x"]}, ""),
        ({"links": "ftp://x"}, "is not a web address"),
        ({"links": "\n".join(f"https://{n}.test" for n in range(6))}, "at most"),
        ({"title": "x" * 161}, "160"),
    ],
)
def test_what_cannot_be_meant_gets_a_sentence_and_declares_nothing(
    client, person, tool, fields, sentence
):
    client.force_login(person)

    answer = client.post(reverse("incidents:declare"), asked(tool, **fields))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Outage.objects.exists()


def test_who_may_declare_and_who_may_not(client, team, tool):
    address = reverse("incidents:declare")
    for refused in (auditor(), UserFactory(), member(team, TeamRole.VIEWER)):
        client.force_login(refused)
        assert client.get(address).status_code == 403
        assert client.post(address, asked(tool)).status_code == 403
    other = member(TeamFactory(), TeamRole.LEAD)
    client.force_login(other)
    answer = client.post(address, asked(tool))
    assert answer.status_code == 422
    assert "No work of your teams falls" in answer.content.decode()
    assert not Outage.objects.exists()
    client.force_login(manager())
    assert client.post(address, asked(tool)).status_code == 302


def test_a_duplicate_is_offered_to_join_and_joining_brings_what_is_seen(
    client, team, person, tool
):
    outage = declared(person, tool)
    second = member(team, TeamRole.MEMBER)
    client.force_login(second)

    answer = client.post(reverse("incidents:declare"), asked(tool, seen="Error 503"))

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Declared already: ChatGPT does not work" in page
    join = reverse("incidents:join", args=[outage.pk])
    assert f'formaction="{join}"' in page
    assert Outage.objects.count() == 1
    answer = client.post(join, asked(tool, seen="Error 503", since=""))
    assert answer["Location"] == outage.get_absolute_url()
    assert outage.journal.get(kind="joined").data["seen"] == "Error 503"


def test_who_is_not_hit_joins_nothing(client, person, tool):
    outage = declared(person, tool)
    client.force_login(member(TeamFactory(), TeamRole.LEAD))

    answer = client.post(reverse("incidents:join", args=[outage.pk]), asked(tool))

    assert answer.status_code == 422
    assert not outage.journal.filter(kind="joined").exists()


def test_who_runs_it_corrects_ends_and_takes_it_up_and_others_do_not(
    client, team, person, tool
):
    outage = declared(person, tool)
    change = reverse("incidents:change", args=[outage.pk])
    withdraw = reverse("incidents:withdraw", args=[outage.pk])
    up = reverse("incidents:take_up", args=[outage.pk])
    end = reverse("outages:end", args=[outage.pk])
    onlooker = member(team, TeamRole.MEMBER)
    client.force_login(onlooker)
    for address in (change, withdraw, up, end):
        assert client.post(address, {"reason": "x"}).status_code == 403
    client.force_login(UserFactory())
    for address in (change, withdraw, up, end):
        assert client.post(address, {"reason": "x"}).status_code == 404
    outage.refresh_from_db()
    assert outage.state == "running"

    client.force_login(member(team, TeamRole.LEAD))
    assert client.get(change).status_code == 200
    answer = client.post(
        change, asked(tool, since="2026-03-02T11:00", title="Down", reason="Logs")
    )
    assert answer.status_code == 302
    assert client.post(end).status_code == 302
    assert client.post(up).status_code == 302
    assert client.post(withdraw, {"reason": ""}).status_code == 422
    assert client.post(withdraw, {"reason": "Our proxy"}).status_code == 302
    outage.refresh_from_db()
    assert (outage.title, outage.state) == ("Down", "aborted")
    assert outage.occurred_at == NOON - 60 * MINUTE


def test_an_untouched_onset_keeps_its_seconds_and_a_moved_one_needs_a_reason(
    client, person, tool
):
    outage = declared(person, tool)
    Outage.objects.update(occurred_at=NOON - 20 * MINUTE - timedelta(seconds=30))
    client.force_login(person)
    change = reverse("incidents:change", args=[outage.pk])

    client.post(change, asked(tool, since="2026-03-02T11:39", title="Down"))
    answer = client.post(change, asked(tool, since="2026-03-02T11:00", title="Down"))

    assert answer.status_code == 422
    assert "Say why" in answer.content.decode()
    outage.refresh_from_db()
    assert outage.occurred_at == NOON - 20 * MINUTE - timedelta(seconds=30)
    assert not outage.journal.filter(kind="onset").exists()


def test_the_pages_of_a_real_outage_are_none_of_a_drill(client):
    drill = OutageFactory(running=True)
    client.force_login(manager())

    for name in ("change", "withdraw", "result"):
        assert client.get(reverse(f"incidents:{name}", args=[drill.pk])).status_code == 404
    assert client.post(reverse("incidents:take_up", args=[drill.pk])).status_code == 404
    assert client.post(reverse("incidents:join", args=[drill.pk])).status_code == 404


def test_the_result_shows_the_clocks_against_the_targets(client, person, tool):
    outage = declared(person, tool)
    course.end(outage.pk, actor=person, now=NOON)
    client.force_login(person)

    page = client.get(reverse("incidents:result", args=[outage.pk])).content.decode()

    assert "Answer claims" in page
    assert "20\u00a0min" in page
    assert "It is not over" in page
    assert "https://status.example.test/" in page


def test_the_result_asks_the_same_number_of_queries_for_1_and_100(client, team, person):
    counted = []
    for number in (1, 100):
        tool = ToolFactory()
        for _place in range(number):
            DependencyFactory(tool=tool, workflow__team=team)
        outage = declared(person, tool)
        client.force_login(person)
        with CaptureQueriesContext(connection) as asked_for:
            client.get(reverse("incidents:result", args=[outage.pk]))
        counted.append(len(asked_for))

    assert counted[0] == counted[1]


def test_the_preview_asks_the_same_number_of_queries_for_1_and_100(client, team, person):
    counted = []
    client.force_login(person)
    for number in (1, 100):
        tool = ToolFactory()
        for _place in range(number):
            DependencyFactory(tool=tool, workflow__team=team)
        with CaptureQueriesContext(connection) as asked_for:
            client.get(reverse("incidents:preview"), {"tools": tool.pk})
        counted.append(len(asked_for))

    assert counted[0] == counted[1]
