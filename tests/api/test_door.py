"""Who gets in with which token, and what is answered to whatever is wrong."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.api import http
from continuity.api.models import AccessToken
from tests.api.asking import ask, token_of
from tests.factories import (
    NOON,
    CorrectiveActionFactory,
    DrillFactory,
    OrganisationFactory,
    OutageFactory,
    ReportFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    WorkflowFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def at_noon():
    cache.clear()
    with time_machine.travel(NOON, tick=False):
        yield


def said(answer):
    """The problem of an answer, which has to be one."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == answer.status_code
    assert found["detail"]
    return found["code"]


def opened(user, **fields):
    return ask(token_of(user, **fields), "workflows")


def test_a_token_opens_what_its_owner_may_read_until_it_ends():
    """One set-up: the same token with one thing changed."""
    owner = auditor()
    closed = UserFactory(organisation_role="auditor", is_active=False)

    assert opened(owner).status_code == 200
    for problem, answer in {
        "token_expired": opened(owner, expires_at=NOON),
        "token_unknown": opened(owner, revoked_at=NOON - HOUR),
        "token_missing": Client().get("/api/v1/workflows"),
    }.items():
        assert (answer.status_code, said(answer)) == (401, problem)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert said(opened(closed)) == "token_unknown"


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("", "token_missing"),
        ("   ", "token_missing"),
        ("Bearer", "token_malformed"),
        ("Bearer   ", "token_malformed"),
        ("Basic dXNlcjpwYXNz", "token_malformed"),
        ("Bearer cty_nobody-knows-this", "token_unknown"),
        ("Bearer " + "x" * 5_000, "token_unknown"),
        ("Bearer é\x00'; DROP TABLE api_accesstoken; --", "token_unknown"),
    ],
)
def test_what_is_no_token_opens_nothing(header, problem):
    answer = Client().get("/api/v1/workflows", headers={"Authorization": header})

    assert (answer.status_code, said(answer)) == (401, problem)


def test_a_session_opens_nothing_but_the_description():
    client = Client()
    client.force_login(administrator())

    assert client.get("/api/v1/workflows").status_code == 401
    assert client.get("/api/v1/openapi.json").status_code == 200
    assert said(Client().get("/api/v1/openapi.json")) == "token_missing"
    assert ask(token_of(auditor()), "openapi.json").status_code == 200


def test_use_is_written_down_once_an_hour():
    secret = token_of(auditor(), used_at=None)

    def written():
        ask(secret, "tools")
        return AccessToken.objects.get().used_at

    assert written() == NOON
    with time_machine.travel(NOON + HOUR - timedelta(seconds=1), tick=False):
        assert written() == NOON
    with time_machine.travel(NOON + HOUR, tick=False):
        assert written() == NOON + HOUR


def test_a_token_waits_after_as_many_requests_as_a_minute_has(monkeypatch):
    monkeypatch.setattr(http, "MOST_REQUESTS", 3)
    eager, other = token_of(auditor()), token_of(auditor())

    answers = [ask(eager, "tools") for _number in range(4)]

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert said(answers[-1]) == "too_many_requests"
    assert answers[-1].headers["Retry-After"] == "60"
    assert ask(other, "tools").status_code == 200
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        assert ask(eager, "tools").status_code == 200


def rows_of_a_team(team):
    """One thing of each kind that belongs to the team, by its address."""
    facilitator = UserFactory()
    outage = OutageFactory(team=team, facilitator=facilitator, ended=True)
    outage.teams.add(team)
    drill = DrillFactory(outage=outage)
    return {
        "workflows": WorkflowFactory(team=team).pk,
        "drills": drill.pk,
        "outages": outage.pk,
        "actions": CorrectiveActionFactory(team=team, finding__outage=outage).pk,
        "reports": ReportFactory(team=team, done=True).pk,
    }


def test_a_token_reads_what_its_owner_may_read_and_nothing_more():
    team = TeamFactory()
    there = rows_of_a_team(team)
    readers = [member(team, TeamRole.VIEWER), auditor(), manager()]
    stranger = token_of(member(TeamFactory(), TeamRole.LEAD))

    for reader in map(token_of, readers):
        for kind, pk in there.items():
            assert ask(reader, f"{kind}/{pk}").status_code == 200, kind
    for kind, pk in there.items():
        for address in (f"{kind}/{pk}", f"{kind}/{pk}/recoveries", f"{kind}/{pk}/facts"):
            answer = ask(stranger, address)
            assert (answer.status_code, said(answer)) == (404, "not_found")
        found = ask(stranger, kind, **({"kind": "drill"} if kind == "outages" else {}))
        assert (found.json()["count"], found.json()["results"]) == (0, [])
    assert ask(stranger, f"tools/{ToolFactory().pk}").status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "problem"),
    [
        ("", 404, "not_found"),
        ("nonsense", 404, "not_found"),
        ("workflows/", 404, "not_found"),
        ("workflows/x", 404, "not_found"),
        ("workflows/-1", 404, "not_found"),
        ("workflows/999999999999999999999999999", 404, "not_found"),
        ("workflows/1%00", 404, "not_found"),
        ("workflows/../../healthz", 404, "not_found"),
        ("workflows?page=0", 422, "not_understood"),
        ("workflows?page=a", 422, "not_understood"),
        ("workflows?page=99999999999999999999", 422, "not_understood"),
        ("workflows?page_size=201", 422, "not_understood"),
        ("workflows?q=a%00b", 422, "not_understood"),
        (f"workflows?q={'x' * 201}", 422, "not_understood"),
        ("workflows?team=99999999999999999999", 422, "not_understood"),
        ("workflows?team=4711", 422, "not_understood"),
        ("workflows?owner=somebody", 422, "not_understood"),
        ("workflows?tier=5", 422, "not_understood"),
        ("workflows?sort=password", 422, "not_understood"),
        ("workflows?tema=1", 422, "not_understood"),
        ("tools?kind=robot", 422, "not_understood"),
        ("drills?state=secret", 422, "not_understood"),
        ("outages?kind=both", 422, "not_understood"),
        ("actions?which=mine", 422, "not_understood"),
        ("reports?kind=novel", 422, "not_understood"),
        ("figures?months=7", 422, "not_understood"),
        ("figures?department=4711", 422, "not_understood"),
    ],
)
def test_bad_input_is_a_problem_and_never_a_page(address, status, problem):
    secret = token_of(auditor())

    answer = Client().get(
        f"/api/v1/{address}", headers={"Authorization": f"Bearer {secret}"}
    )

    assert (answer.status_code, said(answer)) == (status, problem)
    assert all(one["detail"] for one in answer.json().get("errors", ()))


def test_a_parameter_that_is_wrong_is_named_with_what_to_do():
    secret = token_of(auditor())

    def named(**asked):
        answer = ask(secret, "workflows", **asked).json()
        return {one["parameter"]: one["detail"] for one in answer["errors"]}

    assert named(page_size=500, page="one", sort="size", tier=0) == {
        "page_size": "It is 200 at most.",
        "page": "Write a whole number.",
        "sort": "It is one of 'name', '-name', 'team', '-team', 'tier', '-tier', 'rto', "
        "'-rto', 'mtpd', '-mtpd', 'owner', '-owner'.",
        "tier": "It is 1 at least.",
    }
    assert named(tema=1, q="") == {
        "tema": "There is no such parameter. Leave it out.",
    }
    assert named(team=4711) == {
        "team": "There is no such team, or the owner of this token may not see it.",
    }


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "head", "options"])
def test_nothing_can_be_sent(method):
    secret = token_of(auditor())
    headers = {"Authorization": f"Bearer {secret}"}

    answer = getattr(Client(enforce_csrf_checks=True), method)(
        "/api/v1/workflows", headers=headers
    )

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_who_wants_no_json_is_told_that_there_is_nothing_else():
    secret = token_of(auditor())
    headers = {"Authorization": f"Bearer {secret}", "Accept": "text/html"}

    answer = Client().get("/api/v1/tools", headers=headers)

    assert (answer.status_code, said(answer)) == (406, "not_acceptable")


def test_a_problem_speaks_the_language_of_the_owner_or_of_the_header():
    french = UserFactory(organisation_role="auditor", language="fr")
    secret = token_of(french)

    own = ask(secret, "workflows/1")
    unknown = Client().get("/api/v1/tools", headers={"Accept-Language": "fr"})

    assert own.json()["title"] == "Rien ici"
    assert own.headers["Content-Language"] == "fr"
    assert unknown.json()["title"] == "Aucun jeton d’accès"
    assert own.headers["Cache-Control"] == "private, no-store"
    assert {"Authorization", "Accept-Language"} <= set(own.headers["Vary"].split(", "))


def test_a_list_is_leafed_through_page_by_page():
    for number in range(5):
        ToolFactory(name=f"Assistant {number}")
    secret = token_of(auditor())

    first = ask(secret, "tools", page_size=2, q="assistant").json()
    last = ask(secret, "tools", page_size=2, q="assistant", page=3).json()
    behind = ask(secret, "tools", page_size=2, q="assistant", page=9).json()

    assert (first["count"], first["pages"], first["previous"]) == (5, 3, None)
    assert first["next"].endswith("/api/v1/tools?page_size=2&q=assistant&page=2")
    assert [one["name"] for one in last["results"]] == ["Assistant 4"]
    assert (last["next"], behind["results"]) == (None, [])
    assert behind["previous"].endswith("page=3")


def test_pages_tell_how_to_begin_and_list_every_address():
    OrganisationFactory()
    client = Client()
    client.force_login(member(TeamFactory(), TeamRole.VIEWER))

    page = client.get(reverse("api:guide"))

    described = client.get("/api/v1/openapi.json").json()
    assert page.status_code == 200
    text = page.content.decode()
    assert [path for path in described["paths"] if f"<code>{path}</code>" not in text] == []
    assert "curl -H" in text
    assert all(f'id="{code}"' in text for code in http.PROBLEMS)
    assert Client().get(reverse("api:guide")).status_code == 302
