"""Looking around before anything is set up: once, and only while nobody is there."""

import pytest
from django.test import Client
from django.urls import reverse

from continuity.accounts.models import Organisation, Team, User
from continuity.history.models import Entry
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_the_first_start_offers_a_sample_and_signs_in_to_it(client: Client):
    address = reverse("sample:load")
    assert f'action="{address}"' in client.get(reverse("accounts:setup")).content.decode()

    response = client.post(address)

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    administrator = User.objects.get(email="camille.renaud@meridian.example")
    assert administrator.check_password(response.context["password"])
    assert response.context["password"] in response.content.decode()
    assert Organisation.objects.get().is_sample
    assert Entry.objects.get(verb="organisation.set_up").actor == administrator
    overview = client.get(reverse("dashboard:overview")).content.decode()
    assert "Sample data, all of it invented." in overview


def test_where_somebody_is_no_sample_is_offered_or_loaded(client: Client):
    person = UserFactory()

    assert client.post(reverse("sample:load")).status_code == 404

    assert (User.objects.get(), Team.objects.count()) == (person, 0)
    assert not Entry.objects.exists()
    client.force_login(person)
    assert "invented" not in client.get(reverse("dashboard:overview")).content.decode()


def test_the_button_has_no_page_of_its_own(client: Client):
    assert client.get(reverse("sample:load")).status_code == 405
    assert not User.objects.exists()
