from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.history.models import Entry
from continuity.outages.models import JournalEntry, Mark, Pass, Picture
from continuity.outages.queries import lines
from continuity.outages.services import course, passes
from tests.factories import NOON, RecoveryFactory, UserFactory, member
from tests.outages.keys import key
from tests.outages.telling import send, tell
from tests.outages.test_pictures import photo

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
JSON = {"Accept": "application/json"}
AT = time_machine.travel(NOON + 3 * MINUTE, tick=False)


@pytest.fixture
def lead():
    return UserFactory(name="Priya Natarajan")


@pytest.fixture
def recovery(lead):
    return RecoveryFactory(lead=lead, dependency__workflow__name="Claims triage")


@pytest.fixture
def one(recovery, lead):
    return passes.issue(recovery.outage, [lead], now=NOON)[lead.pk]


def press(client, one, recovery, **fields):
    return client.post(
        reverse("outages:pass_press", args=[one.token, recovery.pk]),
        {"clock": "acknowledged", "key": key(1), **fields},
        headers=JSON,
    )


@AT
def test_a_link_opens_ones_own_part_without_a_sign_in(client, one, recovery):
    RecoveryFactory(outage=recovery.outage, dependency__workflow__name="Payroll")

    page = client.get(one.get_absolute_url())

    html = page.content.decode()
    assert page.status_code == 200
    assert "Claims triage" in html
    assert "Payroll" not in html
    assert "Journal" not in html
    assert page["X-Robots-Tag"] == "noindex"
    assert page["Cache-Control"] == "no-store"


@AT
def test_a_press_by_link_names_its_person_and_the_link(client, one, recovery):
    answer = press(client, one, recovery)

    assert answer.json() == {
        "recorded": True,
        "at": (NOON + 3 * MINUTE).isoformat(),
        "exact": True,
    }
    mark = Mark.objects.get()
    assert (mark.by, mark.by_link) == (one.user, True)
    assert lines(recovery.outage)[0].by == "Priya Natarajan, by link"


@AT
def test_a_link_tells_what_users_see_and_what_its_person_was_told(client, one, recovery):
    tell(recovery, "degraded", error_percent=35)
    send(recovery.outage, "When will you answer me?", one.user)
    send(recovery.outage, "For the board alone", UserFactory())

    page = client.get(one.get_absolute_url()).content.decode()
    part = client.get(one.get_absolute_url(), headers={"HX-Request": "true"})

    for html in (page, part.content.decode()):
        assert "About one answer in three fails; waiting sometimes helps" in html
        assert "When will you answer me?" in html
        assert "For the board alone" not in html


@AT
def test_a_lead_decides_by_link_whether_to_stay_and_takes_it_back(client, one, recovery):
    tell(recovery, "degraded", error_percent=35)
    page = client.get(one.get_absolute_url()).content.decode()
    press(client, one, recovery, clock="decided", decision="stay")

    decided = client.get(one.get_absolute_url()).content.decode()
    undo = reverse(
        "outages:pass_undo", args=[one.token, recovery.pk, Mark.objects.get().pk]
    )
    client.post(undo)

    assert f'action="{one.get_absolute_url()}{recovery.pk}/press/"' in page
    assert "We stay" in page
    assert "Decided: Stay" in decided
    assert f'action="{undo}"' in decided
    recovery.refresh_from_db()
    assert (recovery.decision, recovery.decided_at) == ("", None)


@AT
def test_by_link_one_says_what_one_has_really_switched_to_and_how_much_gets_done(
    client, one, recovery
):
    press(client, one, recovery)
    page = client.get(one.get_absolute_url()).content.decode()
    press(client, one, recovery, clock="switched", key=key(2), alternative="0", other="Fax")
    later = client.get(one.get_absolute_url()).content.decode()
    press(client, one, recovery, clock="minimum", key=key(3), capacity="60", quality="90")

    assert "Other alternative" in page
    assert "How much work gets done?" in later
    assert "Other alternative" not in later
    recovery.refresh_from_db()
    reached = (recovery.alternative_name, recovery.capacity, recovery.quality)
    assert reached == ("Fax", 60, 90)


@pytest.mark.parametrize(("content", "status"), [(photo(), 200), (b"<svg/>", 422)])
@AT
def test_a_picture_is_sent_by_link(client, one, recovery, content, status):
    answer = client.post(
        reverse("outages:pass_picture", args=[one.token, recovery.pk]),
        {"key": key(1), "picture": SimpleUploadedFile("vault.jpg", content)},
        headers=JSON,
    )

    assert answer.status_code == status
    assert Picture.objects.count() == (status == 200)
    page = client.get(one.get_absolute_url()).content.decode()
    assert ("1 picture of it was sent." in page) is (status == 200)
    if status == 200:
        assert lines(recovery.outage)[0].by == "Priya Natarajan, by link"


@AT
def test_a_link_undoes_says_stuck_and_notes(client, one, recovery):
    press(client, one, recovery)
    undo = [one.token, recovery.pk, Mark.objects.get().pk]

    client.post(reverse("outages:pass_undo", args=undo))
    client.post(
        reverse("outages:pass_stuck", args=[one.token, recovery.pk]), {"reason": "No key"}
    )
    client.post(
        reverse("outages:pass_note", args=[one.token, recovery.pk]), {"text": "Called Ana"}
    )

    kinds = list(JournalEntry.objects.values_list("kind", flat=True))
    assert kinds == ["mark", "undo", "stuck", "note"]
    assert {line.by for line in lines(recovery.outage)} == {"Priya Natarajan, by link"}


@AT
def test_a_link_is_good_for_nobody_elses_work(client, one, recovery):
    other = RecoveryFactory(outage=recovery.outage)
    elsewhere = RecoveryFactory(lead=one.user)

    assert press(client, one, other).status_code == 404
    assert press(client, one, elsewhere).status_code == 404
    assert not Mark.objects.exists()


@AT
def test_a_link_opens_nothing_else_of_the_product(client, one, recovery):
    client.get(one.get_absolute_url())

    for name, args in [
        ("outages:live", [recovery.outage_id]),
        ("outages:journal", [recovery.outage_id]),
        ("outages:passes", [recovery.outage_id]),
    ]:
        assert client.get(reverse(name, args=args)).status_code == 302
    assert client.post(reverse("outages:press", args=[recovery.pk])).status_code == 302


@pytest.mark.parametrize(
    "why", ["forged", "revoked", "renewed", "closed", "over", "aborted"]
)
def test_a_link_that_is_closed_says_so_and_marks_nothing(client, one, recovery, why):
    boss, when = recovery.outage.facilitator, NOON + 3 * MINUTE
    address = one.get_absolute_url()
    if why == "forged":
        address = address.replace(f"{one.pk}.", f"{one.pk + 1}.")
    elif why == "revoked":
        passes.revoke(one.outage_id, one.user, actor=boss, now=NOON)
    elif why == "renewed":
        passes.renew(one.outage_id, one.user, actor=boss, now=NOON)
    elif why == "closed":
        one.user.is_active = False
        one.user.save()
    else:
        verb = course.end if why == "over" else course.abort
        verb(one.outage_id, actor=boss, now=NOON + MINUTE)
        when = NOON + timedelta(days=1, minutes=2)

    with time_machine.travel(when, tick=False):
        page = client.get(address)
        answer = client.post(
            f"{address}{recovery.pk}/press/",
            {"clock": "acknowledged", "key": key(1)},
            headers=JSON,
        )

    assert (page.status_code, answer.status_code) == (410, 410)
    assert "Sign in" in answer.json()["message"]
    assert not Mark.objects.exists()


def test_what_was_pressed_by_link_before_the_end_arrives_for_a_day(client, one, recovery):
    course.end(one.outage_id, actor=recovery.outage.facilitator, now=NOON + 5 * MINUTE)

    with time_machine.travel(NOON + 60 * MINUTE, tick=False):
        assert "It is over" in client.get(one.get_absolute_url()).content.decode()
        late = press(client, one, recovery, age_ms=58 * 60 * 1000)
        after = press(client, one, recovery, clock="switched", key=key(2))

    assert (late.status_code, after.status_code) == (200, 409)
    assert Mark.objects.get().at == NOON + 2 * MINUTE
    assert "after the end" in after.json()["message"]


@pytest.mark.parametrize(
    ("who", "status"),
    [(TeamRole.MEMBER, 403), (TeamRole.LEAD, 200), ("facilitator", 200)],
)
def test_who_sees_and_takes_back_links(client, one, recovery, who, status):
    outage = recovery.outage
    outage.team = recovery.workflow.team
    outage.save()
    outage.teams.add(outage.team)
    person = outage.facilitator if who == "facilitator" else member(outage.team, who)
    client.force_login(person)

    page = client.get(reverse("outages:passes", args=[outage.pk]))
    client.post(reverse("outages:pass_revoke", args=[outage.pk, one.user_id]))

    assert page.status_code == status
    assert (one.token in page.content.decode()) is (status == 200)
    assert Pass.objects.standing().exists() is (status != 200)
    assert Entry.objects.filter(verb="pass.revoked").exists() is (status == 200)


def test_links_are_issued_once_and_one_that_was_taken_back_stays_so(one, recovery, lead):
    assert passes.issue(recovery.outage, [lead], now=NOON) == {lead.pk: one}
    passes.revoke(recovery.outage_id, lead, actor=lead, now=NOON)

    assert passes.issue(recovery.outage, [lead], now=NOON) == {}
    made = passes.renew(recovery.outage_id, lead, actor=lead, now=NOON)
    assert passes.issue(recovery.outage, [lead], now=NOON) == {lead.pk: made}


def test_the_page_of_links_costs_the_same_for_1_and_for_40(
    client, one, recovery, django_assert_max_num_queries
):
    client.force_login(recovery.outage.facilitator)
    address = reverse("outages:passes", args=[recovery.outage_id])
    people = [UserFactory() for _ in range(40)]

    with django_assert_max_num_queries(9):
        client.get(address)
    passes.issue(recovery.outage, people, now=NOON)
    with django_assert_max_num_queries(9):
        assert client.get(address).content.decode().count("/by-link/") == 41
