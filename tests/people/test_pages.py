import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from continuity.accounts.models import Membership, Organisation, Team, User
from continuity.accounts.roles import TeamRole
from continuity.notifications.models import Notification
from continuity.notifications.services import deliver
from tests.factories import (
    OrganisationFactory,
    TeamFactory,
    UserFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
PASSWORD = "three unrelated words"
SET_UP = {
    "organisation": "Meridian Mutual",
    "zone": "Europe/Paris",
    "name": "Camille Renaud",
    "email": "camille@example.test",
    "password": PASSWORD,
}
OTHERS = ["anonymous", "stranger", "lead", "auditor", "manager"]


def cast(who: str, team: Team) -> User | None:
    makers = {
        "anonymous": lambda: None,
        "stranger": UserFactory,
        "lead": lambda: member(team, TeamRole.LEAD),
        "auditor": auditor,
        "manager": manager,
        "administrator": administrator,
    }
    user: User | None = makers[who]()
    return user


def signed_in(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def test_the_sign_in_leads_to_the_first_start_while_nobody_can_sign_in(client: Client):
    response = client.get(reverse("account_login"))

    assert response.status_code == 302
    assert response.url == reverse("accounts:setup")


def test_the_first_start_makes_an_administrator_and_signs_in(client: Client):
    response = client.post(reverse("accounts:setup"), SET_UP)

    assert response.status_code == 302
    assert response.url == reverse("dashboard:overview")
    assert client.get(reverse("accounts:people")).status_code == 200
    assert Organisation.objects.get().zone == "Europe/Paris"


@pytest.mark.parametrize("method", ["get", "post"])
def test_there_is_no_first_start_once_there_is_a_user(client: Client, method):
    UserFactory()

    response = getattr(client, method)(reverse("accounts:setup"), SET_UP)

    assert response.status_code == 404
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "field", [{"password": "short"}, {"email": "nothing"}, {"zone": "Mars/Base"}]
)
def test_a_bad_answer_makes_no_administrator_and_keeps_the_others(client: Client, field):
    response = client.post(reverse("accounts:setup"), SET_UP | field)

    assert response.status_code == 200
    assert list(response.context["form"].errors) == list(field)
    assert b"Meridian Mutual" in response.content
    assert User.objects.count() == 0


def test_sign_in_by_password_and_out_again(client: Client):
    client.post(reverse("accounts:setup"), SET_UP)
    client.post(reverse("account_logout"))

    answer = {"login": "Camille@example.test", "password": PASSWORD}
    response = client.post(reverse("account_login"), answer)

    assert response.status_code == 302
    assert client.get(reverse("accounts:profile")).status_code == 200


def test_a_wrong_password_says_so_and_signs_nobody_in(client: Client):
    client.post(reverse("accounts:setup"), SET_UP)
    client.post(reverse("account_logout"))

    answer = {"login": "camille@example.test", "password": "wrong"}
    response = client.post(reverse("account_login"), answer)

    assert response.status_code == 200
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_signing_in_needs_no_broker(client: Client, settings):
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    UserFactory(email="ann@example.test")
    user = User.objects.get()
    user.set_password(PASSWORD)
    user.save()

    answer = {"login": "ann@example.test", "password": PASSWORD}
    response = client.post(reverse("account_login"), answer)

    assert response.status_code == 302


def test_nobody_signs_up_alone(client: Client):
    UserFactory()
    answer = {"email": "new@example.test", "password1": PASSWORD, "password2": PASSWORD}

    response = client.post(reverse("account_signup"), answer)

    assert response.status_code == 200
    assert User.objects.count() == 1


def test_a_forgotten_password_is_a_row_in_the_outbox_and_not_a_call_of_the_mail_server(
    client: Client,
):
    UserFactory(email="ann@example.test")

    response = client.post(reverse("account_reset_password"), {"email": "ann@example.test"})

    assert response.status_code == 302
    assert mail.outbox == []
    assert Notification.objects.get().recipient.email == "ann@example.test"


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client: Client):
    UserFactory()

    response = client.post(
        reverse("account_reset_password"), {"email": "nobody@example.test"}
    )

    assert response.status_code == 302
    assert response.url == reverse("account_reset_password_done")
    assert Notification.objects.count() == 0


def test_who_was_added_chooses_a_password_by_the_mailed_link_and_is_in(client: Client):
    OrganisationFactory()
    admin = signed_in(administrator())
    admin.post(
        reverse("accounts:person_new"),
        {
            "name": "Amina Moreau",
            "email": "Amina@example.test",
            "organisation_role": "",
            "language": "fr",
        },
    )
    assert deliver(now=Notification.objects.get().due_at) == 1
    assert mail.outbox[0].to == ["amina@example.test"]
    [path] = re.findall(r"https?://[^/]+(/account/\S+)", mail.outbox[0].body)

    form_page = client.get(path, follow=True)
    answer = {"password1": PASSWORD, "password2": PASSWORD}
    response = client.post(form_page.request["PATH_INFO"], answer)

    assert response.status_code == 302
    assert client.get(reverse("accounts:profile")).status_code == 200
    again = Client().get(path, follow=True)
    assert again.context["token_fail"] is True


def test_the_link_is_shown_once_to_who_added_the_person():
    client = signed_in(administrator())
    answer = {
        "name": "Amina",
        "email": "amina@example.test",
        "organisation_role": "",
        "language": "en",
    }

    first = client.post(reverse("accounts:person_new"), answer, follow=True)
    second = client.get(first.request["PATH_INFO"])

    assert b"/account/password/reset/key/" in first.content
    assert first["Cache-Control"] == "no-store"
    assert b"/account/password/reset/key/" not in second.content


def test_a_taken_address_is_refused_whatever_its_capitals():
    UserFactory(email="amina@example.test")
    client = signed_in(administrator())
    answer = {"name": "A", "email": "AMINA@example.test", "language": "en"}

    response = client.post(reverse("accounts:person_new"), answer)

    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["email"]
    assert User.objects.count() == 2


PAGES = [
    "accounts:settings",
    "accounts:people",
    "accounts:person_new",
    "accounts:teams",
    "accounts:team_new",
    "notifications:outbox",
]


@pytest.mark.parametrize("who", [*OTHERS, "administrator"])
@pytest.mark.parametrize("route", PAGES)
def test_who_may_open_the_pages_of_the_organisation(who, route):
    client = signed_in(cast(who, TeamFactory()))

    response = client.get(reverse(route))

    assert response.status_code == {"anonymous": 302, "administrator": 200}.get(who, 403)


@pytest.mark.parametrize("who", [*OTHERS, "administrator"])
def test_who_may_change_a_person(who):
    person = UserFactory(name="Before")
    client = signed_in(cast(who, TeamFactory()))
    address = reverse("accounts:person", args=[person.pk])

    response = client.post(address, {"name": "After", "organisation_role": "manager"})

    allowed = who == "administrator"
    assert response.status_code == (302 if allowed or who == "anonymous" else 403)
    person.refresh_from_db()
    assert (person.name, person.organisation_role) == (
        ("After", "manager") if allowed else ("Before", "")
    )


@pytest.mark.parametrize("who", [*OTHERS, "administrator"])
@pytest.mark.parametrize("step", ["close", "link"])
def test_who_may_close_an_account_or_send_a_link(who, step):
    person = UserFactory()
    client = signed_in(cast(who, TeamFactory()))

    response = client.post(reverse(f"accounts:person_{step}", args=[person.pk]))

    allowed = who == "administrator"
    assert response.status_code == (302 if allowed or who == "anonymous" else 403)
    person.refresh_from_db()
    assert person.is_active is not (allowed and step == "close")
    assert Notification.objects.exists() is (allowed and step == "link")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("anonymous", 302),
        ("stranger", 404),
        ("lead", 403),
        ("auditor", 403),
        ("manager", 403),
        ("administrator", 302),
    ],
)
@pytest.mark.parametrize("step", ["team", "team_member", "team_remove"])
def test_who_may_change_a_team(who, status, step):
    team = TeamFactory(name="Before")
    person = UserFactory()
    client = signed_in(cast(who, team))
    members = Membership.objects.filter(team=team).count()
    answers = {
        "team": {"name": "After", "parent": ""},
        "team_member": {"person": person.pk, "role": 20},
        "team_remove": {},
    }

    response = client.post(reverse(f"accounts:{step}", args=[team.pk]), answers[step])

    assert response.status_code == status
    if who != "administrator":
        team.refresh_from_db()
        assert team.name == "Before"
        assert Membership.objects.filter(team=team).count() == members
    elif step == "team":
        assert Team.objects.get().name == "After"
    elif step == "team_member":
        assert Membership.objects.get().role == TeamRole.MEMBER
    else:
        assert not Team.objects.exists()


def test_the_last_administrator_reads_why_nothing_happened():
    admin = administrator()
    address = reverse("accounts:person", args=[admin.pk])
    answer = {"name": admin.name, "organisation_role": "", "sure": "on"}

    response = signed_in(admin).post(address, answer)

    assert response.status_code == 409
    assert b"This is the last administrator." in response.content
    admin.refresh_from_db()
    assert admin.organisation_role == "administrator"


def test_ones_own_role_goes_only_after_a_second_yes():
    admin = administrator()
    administrator()
    client = signed_in(admin)
    address = reverse("accounts:person", args=[admin.pk])
    answer = {"name": admin.name, "organisation_role": "manager"}

    unsure = client.post(address, answer)
    admin.refresh_from_db()
    assert unsure.status_code == 200
    assert admin.organisation_role == "administrator"

    sure = client.post(address, answer | {"sure": "on"})
    admin.refresh_from_db()
    assert sure.status_code == 302
    assert sure.url == reverse("dashboard:overview")
    assert admin.organisation_role == "manager"


def test_a_closed_account_is_out_at_its_next_click():
    person = UserFactory()
    client = signed_in(person)
    assert client.get(reverse("accounts:profile")).status_code == 200

    signed_in(administrator()).post(reverse("accounts:person_close", args=[person.pk]))

    assert client.get(reverse("accounts:profile")).status_code == 302


def test_a_team_that_is_in_use_reads_why_it_stays():
    child = TeamFactory(parent=TeamFactory())
    client = signed_in(administrator())

    response = client.post(reverse("accounts:team_remove", args=[child.parent_id]))

    assert response.status_code == 409
    assert b"Move or archive them first." in response.content
    assert Team.objects.count() == 2


def test_the_frame_changes_one_preference_and_goes_back():
    user = UserFactory(language="en", zone="Europe/Paris")
    client = signed_in(user)

    response = client.post(
        reverse("accounts:preferences"), {"language": "fr", "next": "/profile/"}
    )

    assert response.status_code == 302
    assert response.url == "/profile/"
    user.refresh_from_db()
    assert (user.language, user.zone, user.theme) == ("fr", "Europe/Paris", "")
    assert 'lang="fr"' in client.get("/profile/").text


@pytest.mark.parametrize(
    "back", ["https://elsewhere.test/", "//elsewhere.test", "", "javascript:1"]
)
def test_preferences_lead_nowhere_else(back):
    response = signed_in(UserFactory()).post(
        reverse("accounts:preferences"), {"theme": "dark", "next": back}
    )

    assert response.url == "/"


def test_a_language_nobody_speaks_changes_nothing():
    user = UserFactory(language="en")

    response = signed_in(user).post(reverse("accounts:preferences"), {"language": "xx"})

    assert response.status_code == 302
    user.refresh_from_db()
    assert user.language == "en"


def test_a_script_gets_no_page_for_a_theme():
    user = UserFactory()

    response = signed_in(user).post(
        reverse("accounts:preferences"),
        {"theme": "dark"},
        headers={"accept": "application/json"},
    )

    assert response.status_code == 204
    user.refresh_from_db()
    assert user.theme == "dark"


def test_who_is_not_signed_in_chooses_the_language_of_the_browser(client: Client):
    UserFactory()

    response = client.post(
        reverse("accounts:preferences"), {"language": "fr", "next": "/account/login/"}
    )

    assert response.url == "/account/login/"
    assert 'lang="fr"' in client.get("/account/login/").text


def test_the_profile_keeps_name_language_and_zone():
    user = UserFactory()
    answer = {"name": "Amina M.", "language": "en", "theme": "", "zone": "Asia/Tokyo"}

    response = signed_in(user).post(reverse("accounts:profile"), answer)

    assert response.status_code == 302
    user.refresh_from_db()
    assert (user.name, user.language, user.zone) == ("Amina M.", "en", "Asia/Tokyo")


def test_the_settings_keep_the_organisation():
    OrganisationFactory()
    answer = {
        "name": "Meridian",
        "zone": "Europe/Paris",
        "upstream_stale_days": 90,
        "review_months": 6,
        "currency": "CHF",
        "concentration_limit": 30,
    }

    response = signed_in(administrator()).post(reverse("accounts:settings"), answer)

    assert response.status_code == 302
    own = Organisation.objects.get()
    assert (own.name, own.zone, own.upstream_stale_days) == ("Meridian", "Europe/Paris", 90)
    assert own.currency == "CHF"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=moreau", ["Amina Moreau"]),
        ("q=amina+moreau", ["Amina Moreau"]),
        ("q=example.test&role=auditor", ["Yuki Tanaka"]),
        ("q=closed", []),
        ("q=closed&closed=1", ["Closed One"]),
    ],
)
def test_people_are_found_by_words_role_and_account(query, names):
    UserFactory(name="Amina Moreau", email="a@example.test")
    UserFactory(name="Yuki Tanaka", email="y@example.test", organisation_role="auditor")
    UserFactory(name="Closed One", is_active=False)

    response = signed_in(administrator()).get(reverse("accounts:people") + f"?{query}")

    assert [person.name for person in response.context["page"]] == names


@pytest.mark.parametrize("count", [1, 100])
@pytest.mark.parametrize(
    ("route", "queries"),
    [("accounts:people", 6), ("accounts:teams", 5), ("notifications:outbox", 5)],
)
def test_lists_take_the_same_queries_for_any_number(
    route, queries, count, django_assert_num_queries
):
    for _ in range(count):
        member(TeamFactory(parent=TeamFactory()), TeamRole.MEMBER)
    for person in User.objects.all():
        Notification.objects.create(
            recipient=person,
            subject="S",
            body="B",
            dedupe_key="k",
            made_at="2026-01-01T00:00Z",
            due_at="2026-01-01T00:00Z",
        )
    client = signed_in(administrator())

    with django_assert_num_queries(queries):
        response = client.get(reverse(route))

    assert response.status_code == 200


def test_the_outbox_shows_no_message_that_may_hold_a_link():
    client = signed_in(administrator())
    Notification.objects.create(
        recipient=UserFactory(),
        subject="Your account",
        body="secret link",
        dedupe_key="k",
        made_at="2026-01-01T00:00Z",
        due_at="2026-01-01T00:00Z",
    )

    response = client.get(reverse("notifications:outbox"))

    assert b"Your account" in response.content
    assert b"secret link" not in response.content


@pytest.mark.parametrize(("who", "status"), [("manager", 404), ("administrator", 302)])
def test_who_may_send_a_message_again(who, status):
    notification = Notification.objects.create(
        recipient=UserFactory(),
        subject="S",
        body="B",
        dedupe_key="k",
        made_at="2026-01-01T00:00Z",
        due_at="2026-01-01T00:00Z",
        gave_up_at="2026-01-01T02:00Z",
    )

    client = signed_in(cast(who, TeamFactory()))
    response = client.post(reverse("notifications:try_again", args=[notification.pk]))

    assert response.status_code == status
    notification.refresh_from_db()
    assert (notification.gave_up_at is None) is (status == 302)


def test_only_an_administrator_sees_the_places_of_the_organisation_in_the_navigation():
    assert b'href="/people/"' in signed_in(administrator()).get("/profile/").content
    assert b'href="/people/"' not in signed_in(manager()).get("/profile/").content
