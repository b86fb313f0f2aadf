from contextlib import suppress
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection

from continuity.accounts.models import Membership, Organisation, Team, User
from continuity.accounts.roles import OrganisationRole, TeamRole
from continuity.domain.errors import Conflict
from continuity.history.models import Entry
from continuity.notifications.models import Notification
from continuity.notifications.services import deliver
from continuity.people import services
from tests.factories import NOON, TeamFactory, UserFactory, WorkflowFactory, administrator

pytestmark = pytest.mark.django_db
FIRST = {
    "organisation": "Meridian Mutual",
    "zone": "Europe/Paris",
    "name": "Camille Renaud",
    "email": "Camille@Example.test",
    "password": "three unrelated words",
}


def test_the_first_person_is_an_administrator_with_an_argon2_password():
    person = services.set_up(**FIRST, now=NOON)

    assert person.email == "camille@example.test"
    assert person.organisation_role == OrganisationRole.ADMINISTRATOR
    assert person.password.startswith("argon2$argon2id$")
    assert person.joined_at == NOON
    assert Organisation.objects.get().name == "Meridian Mutual"
    assert Entry.objects.get().verb == "organisation.set_up"


def test_nobody_sets_up_twice():
    services.set_up(**FIRST, now=NOON)

    with pytest.raises(Conflict):
        services.set_up(**FIRST | {"email": "other@example.test"}, now=NOON)

    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_set_up_at_once_one_becomes_administrator():
    gate = Barrier(2)
    outcomes = []

    def work(email: str) -> None:
        gate.wait()
        try:
            services.set_up(**FIRST | {"email": email}, now=NOON)
            outcomes.append("made")
        except Conflict:
            outcomes.append("refused")
        connection.close()

    both = [Thread(target=work, args=[f"p{number}@example.test"]) for number in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(outcomes) == ["made", "refused"]
    assert User.objects.count() == 1


def test_a_new_person_is_owed_a_link_and_cannot_sign_in_without_it():
    admin = administrator()

    person = services.add_person(
        name="Amina Moreau",
        email="Amina@example.test",
        organisation_role="",
        language="fr",
        zone="Europe/Paris",
        actor=admin,
        now=NOON,
    )

    assert not person.has_usable_password()
    assert deliver(now=NOON) == 1
    assert mail.outbox[0].to == ["amina@example.test"]
    assert "/account/password/reset/key/" in mail.outbox[0].body
    assert Entry.objects.get().after == {
        "email": "amina@example.test",
        "organisation_role": "",
    }


def test_a_new_link_may_be_sent_each_time_it_is_asked_for():
    admin, person = administrator(), UserFactory()

    services.send_link(person.pk, actor=admin, now=NOON)
    services.send_link(person.pk, actor=admin, now=NOON + timedelta(seconds=1))

    assert Notification.objects.filter(recipient=person).count() == 2


def test_the_last_administrator_keeps_the_role():
    admin = administrator()
    UserFactory(organisation_role=OrganisationRole.ADMINISTRATOR, is_active=False)

    with pytest.raises(services.LastAdministrator):
        services.change_person(
            admin.pk, name=admin.name, organisation_role="", actor=admin, now=NOON
        )

    admin.refresh_from_db()
    assert admin.organisation_role == OrganisationRole.ADMINISTRATOR
    assert Entry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_demote_each_other_at_once_leave_one():
    pair = [administrator(), administrator()]
    gate = Barrier(2)

    def work(actor: User, other: User) -> None:
        gate.wait()
        with suppress(services.LastAdministrator):
            services.change_person(
                other.pk, name=other.name, organisation_role="", actor=actor, now=NOON
            )
        connection.close()

    both = [Thread(target=work, args=pair), Thread(target=work, args=pair[::-1])]
    for one in both:
        one.start()
    for one in both:
        one.join()

    left = User.objects.filter(organisation_role=OrganisationRole.ADMINISTRATOR)
    assert left.count() == 1


def test_nobody_closes_their_own_account():
    admin = administrator()
    administrator()

    with pytest.raises(services.OwnAccount):
        services.close_account(admin.pk, actor=admin, now=NOON)

    admin.refresh_from_db()
    assert admin.is_active


def test_an_account_is_closed_and_opened_again_with_a_line_of_history_each():
    admin, person = administrator(), UserFactory()

    services.close_account(person.pk, actor=admin, now=NOON)
    services.close_account(person.pk, actor=admin, now=NOON)
    services.open_account(person.pk, actor=admin, now=NOON)

    person.refresh_from_db()
    assert person.is_active
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "person.closed",
        "person.opened",
    ]


def test_what_did_not_change_leaves_no_history():
    admin = administrator()

    services.change_person(
        admin.pk,
        name=admin.name,
        organisation_role=admin.organisation_role,
        actor=admin,
        now=NOON,
    )

    assert Entry.objects.count() == 0


def test_a_theme_is_nobody_elses_business_and_a_name_is():
    person = UserFactory(name="Amina")

    services.set_preferences(person.pk, theme="dark", language="fr", now=NOON)
    services.set_preferences(person.pk, name="Amina Moreau", now=NOON)

    person.refresh_from_db()
    assert (person.theme, person.language, person.name) == ("dark", "fr", "Amina Moreau")
    assert Entry.objects.get().before == {"name": "Amina"}


def test_two_teams_of_one_department_cannot_share_a_name():
    admin, claims = administrator(), TeamFactory(name="Claims")
    services.make_team(name="Motor", parent=claims, actor=admin, now=NOON)

    with pytest.raises(ValidationError, match="exists already"):
        services.make_team(name="motor", parent=claims, actor=admin, now=NOON)

    assert Team.objects.count() == 2


def test_departments_stay_one_level_deep():
    admin = administrator()
    claims = TeamFactory()
    motor = TeamFactory(parent=claims)

    with pytest.raises(ValidationError, match="cannot itself belong"):
        services.make_team(name="Trucks", parent=motor, actor=admin, now=NOON)


def test_a_team_with_workflows_stays():
    admin, team = administrator(), TeamFactory()
    WorkflowFactory(team=team)

    with pytest.raises(services.TeamInUse):
        services.remove_team(team.pk, actor=admin, now=NOON)

    assert Team.objects.filter(pk=team.pk).exists()
    assert Entry.objects.count() == 0


def test_an_empty_team_goes_and_its_history_stays():
    admin, team = administrator(), TeamFactory(name="Motor")

    services.remove_team(team.pk, actor=admin, now=NOON)

    assert Team.objects.count() == 0
    assert Entry.objects.get().subject_label == "Motor"


def test_a_role_in_a_team_is_given_changed_and_taken():
    admin, team, person = administrator(), TeamFactory(), UserFactory(name="Amina")

    for role in (TeamRole.MEMBER, TeamRole.LEAD, TeamRole.LEAD, None, None):
        services.set_membership(team, person, role, actor=admin, now=NOON)

    assert Membership.objects.count() == 0
    roles = [
        (entry.before["role"], entry.after["role"])
        for entry in Entry.objects.order_by("pk")
    ]
    assert roles == [(None, "member"), ("member", "lead"), ("lead", None)]
