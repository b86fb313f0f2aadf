"""Making access tokens and taking them back, as pages do it."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.api import services
from continuity.api.models import AccessToken, digest_of
from continuity.history.models import Entry
from tests.api.asking import ask, token_of
from tests.factories import (
    NOON,
    OrganisationFactory,
    TeamFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at_noon():
    cache.clear()
    OrganisationFactory()
    with time_machine.travel(NOON, tick=False):
        yield


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def made(client, name="Register", days=30):
    return client.post(reverse("api:tokens"), {"name": name, "days": days})


def test_a_token_is_shown_once_and_kept_as_its_hash():
    owner = member(TeamFactory(), TeamRole.VIEWER)
    client = browser(owner)

    answer = made(client)

    secret = answer.context["secret"]
    token = AccessToken.objects.get()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content.decode().count(secret) == 2
    assert len(secret) == 47
    assert (token.digest, token.prefix) == (digest_of(secret), secret[:12])
    assert (token.owner, token.expires_at) == (owner, NOON + 30 * DAY)
    assert secret not in client.get(reverse("api:tokens")).content.decode()
    assert ask(secret, "tools").status_code == 200
    entry = Entry.objects.get(verb="token.made")
    assert (entry.actor, entry.subject_label) == (owner, "Register")
    assert secret not in str(entry.after)


def test_a_form_that_is_sent_twice_makes_one_token_and_says_so():
    client = browser(auditor())
    made(client)

    again = made(client, name="register")

    assert again.status_code == 422
    assert "You have a token called “register” already." in again.content.decode()
    assert AccessToken.objects.count() == 1


@pytest.mark.parametrize("days", [0, -1, 366, "soon", ""])
def test_a_token_counts_a_year_at_most(days):
    assert made(browser(auditor()), days=days).status_code == 422
    assert AccessToken.objects.count() == 0


def test_nobody_has_more_tokens_than_one_may_have(monkeypatch):
    monkeypatch.setattr(services, "MOST_TOKENS", 2)
    client = browser(auditor())

    answers = [made(client, name=name).status_code for name in ("One", "Two", "Three")]

    assert answers == [200, 200, 422]
    assert AccessToken.objects.count() == 2


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 302), ("administrator", 302), ("manager", 404)]
)
def test_its_owner_and_an_administrator_may_take_a_token_back(who, status):
    owner = auditor()
    secret = token_of(owner)
    token = AccessToken.objects.get()
    user = {"owner": owner, "administrator": administrator(), "manager": manager()}[who]

    answer = browser(user).post(reverse("api:revoke", args=[token.pk]))

    assert answer.status_code == status
    gone = status == 302
    assert ask(secret, "tools").status_code == (401 if gone else 200)
    assert Entry.objects.filter(verb="token.revoked").exists() is gone
    # Another one may have its name now.
    assert made(browser(owner), name=token.name).status_code == (200 if gone else 422)


def test_taking_back_twice_leaves_one_line_of_history():
    owner = auditor()
    token_of(owner)
    address = reverse("api:revoke", args=[AccessToken.objects.get().pk])
    client = browser(owner)

    assert [client.post(address).status_code for _time in range(2)] == [302, 302]
    assert Entry.objects.filter(verb="token.revoked").count() == 1


@pytest.mark.parametrize(("who", "status"), [(administrator, 200), (manager, 403)])
def test_administrators_see_the_tokens_of_everybody_without_their_secrets(who, status):
    secret = token_of(auditor(), name="Register", expires_at=NOON - DAY / 2)

    page = browser(who()).get(reverse("api:everybody"), {"q": "regis"})

    assert page.status_code == status
    if status == 200:
        text = page.content.decode()
        assert "Register" in text
        assert "Expired" in text
        assert secret not in text
        assert digest_of(secret) not in text


def test_the_lists_ask_as_much_for_many_tokens_as_for_one(django_assert_num_queries):
    reader = administrator()
    client = browser(reader)
    token_of(auditor())
    client.get(reverse("api:everybody"))
    for _number in range(30):
        token_of(auditor())

    with django_assert_num_queries(5):
        client.get(reverse("api:everybody"))
