"""Drills as a calendar, on a page and as a file that programs subscribe to."""

from datetime import UTC, datetime, time, timedelta

import icalendar
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from continuity.accounts.roles import TeamRole
from continuity.drills.models import CalendarLink
from continuity.drills.queries import calendar as calendars
from continuity.drills.queries.feed import feed
from continuity.drills.services import calendar as links
from continuity.drills.services import scheduling
from continuity.history.models import Entry
from tests.factories import (
    NOON,
    DrillFactory,
    MembershipFactory,
    ParticipantFactory,
    ScheduleFactory,
    TeamFactory,
    UserFactory,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
QUERIES = 6


@pytest.fixture
def team():
    return TeamFactory(name="Claims")


def weekly(team, **fields):
    return ScheduleFactory(
        **{"team": team, "rrule": "FREQ=WEEKLY", "notice": DAY, "zone": "Europe/Paris"}
        | fields
    )


def shown(user, month="2026-03", **options):
    found = calendars.month(user, month, now=NOON, **options)
    return [(day.date.isoformat(), len(day.entries)) for day in found.agenda]


def test_march_2026_has_six_weeks_and_the_drills_a_weekly_schedule_will_bring(team):
    weekly(team)

    found = calendars.month(member(team, TeamRole.VIEWER), "2026-03", now=NOON)

    assert len(found.weeks) == 6
    assert found.weeks[0][0].date.isoformat() == "2026-02-23"
    assert (found.earlier, found.later) == ("2026-02", "2026-04")
    days = [day.date.day for day in found.agenda]
    assert days == [9, 16, 23, 30]


def test_across_the_clock_change_a_drill_stays_at_its_time_on_the_wall(team):
    weekly(team, starts_time=time(12))

    with timezone.override("Europe/Paris"):
        found = calendars.month(member(team, TeamRole.VIEWER), "2026-03", now=NOON)

    at = [day.entries[0].at.astimezone(UTC).hour for day in found.agenda]
    assert at == [11, 11, 11, 10]


def test_an_occurrence_in_the_gap_of_spring_is_shown_at_03_30(team):
    weekly(team, rrule="FREQ=DAILY", starts_time=time(2, 30))

    with timezone.override("Europe/Paris"):
        found = calendars.month(member(team, TeamRole.VIEWER), "2026-03", now=NOON)
        written = {
            day.date.day: timezone.localtime(day.entries[0].at).strftime("%H:%M")
            for day in found.agenda
        }

    assert (written[28], written[29], written[30]) == ("02:30", "03:30", "02:30")


def test_the_day_is_that_of_the_reader(team):
    at = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)
    drill = DrillFactory(outage__due_at=at, occurrence_at=at)
    drill.outage.teams.add(team)
    user = member(team, TeamRole.LEAD)

    with timezone.override("Europe/Paris"):
        assert shown(user) == [("2026-03-06", 1)]
    with timezone.override("America/New_York"):
        assert shown(user) == [("2026-03-05", 1)]


def test_an_occurrence_whose_drill_is_open_is_shown_once(team):
    weekly(team, zone="UTC", notice=8 * DAY, opens_at=NOON, next_due_at=NOON + 7 * DAY)

    scheduling.open_due(now=NOON)

    lead = member(team, TeamRole.LEAD)
    assert shown(lead) == [(f"2026-03-{day:02d}", 1) for day in (9, 16, 23, 30)]


@pytest.mark.parametrize(
    ("role", "count"), [(TeamRole.VIEWER, 0), (TeamRole.MEMBER, 0), (TeamRole.LEAD, 4)]
)
def test_what_people_learn_when_it_begins_only_those_who_may_run_it_see(team, role, count):
    weekly(team, notice=timedelta())

    assert len(shown(member(team, role))) == count


def test_a_stranger_and_a_paused_schedule_show_nothing(team):
    weekly(team)
    weekly(team, paused=True, starts_time=time(15))

    assert shown(UserFactory()) == []
    assert [count for _day, count in shown(manager())] == [1, 1, 1, 1]


@pytest.mark.parametrize("asked", ["", "nonsense", "2026-13", "9999-01", "2026-0x"])
def test_a_month_that_is_nonsense_is_this_one(asked):
    found = calendars.month(UserFactory(), asked, now=NOON)

    assert found.first.isoformat() == "2026-03-01"


@pytest.mark.parametrize("number", [1, 100])
def test_the_queries_do_not_grow(team, number, django_assert_num_queries):
    user = manager()
    for _ in range(number):
        weekly(team)
        DrillFactory(outage__team=team)

    with django_assert_num_queries(QUERIES):
        calendars.month(user, "2026-03", now=NOON)


@time_machine.travel(NOON, tick=False)
def test_the_page_keeps_its_team_through_the_months(client, team):
    weekly(team)
    client.force_login(manager())

    page = client.get(reverse("drills:calendar"), {"team": team.pk}).content.decode()

    assert "March 2026" in page
    assert f"?team={team.pk}&amp;month=2026-04" in page
    assert 'aria-current="date"' in page


def events(link):
    return icalendar.Calendar.from_ical(feed(link, now=NOON)).walk("VEVENT")


def make(user, team=None):
    token = links.make_link(team, actor=user, now=NOON)
    return token, calendars.link_of(links.hashed(token))


@pytest.mark.django_db(transaction=True)
def test_every_entry_of_a_subscription_is_titled_as_an_exercise():
    team = TeamFactory()
    weekly(team, title="Café; down, again")
    _token, link = make(member(team, TeamRole.MEMBER), team)

    found = events(link)

    assert len(found) == 52
    assert {str(event["SUMMARY"]) for event in found} == {
        "EXERCISE - EXERCICE: Café; down, again"
    }
    text = feed(link, now=NOON)
    assert b"Caf\xc3\xa9\\; down\\, again" in text
    assert max(len(line) for line in text.split(b"\r\n")) <= 75
    assert b"DTSTART:20260309T110000Z" in text


@pytest.mark.django_db(transaction=True)
def test_a_personal_subscription_holds_what_one_takes_part_in():
    person = UserFactory()
    mine = ParticipantFactory(user=person).drill
    DrillFactory()
    _token, link = make(person)

    assert [str(event["UID"]) for event in events(link)] == [f"drill-{mine.pk}@localhost"]


@pytest.mark.django_db(transaction=True)
def test_the_identity_of_an_occurrence_survives_its_opening():
    team = TeamFactory()
    weekly(team, zone="UTC", notice=8 * DAY, opens_at=NOON, next_due_at=NOON + 7 * DAY)
    _token, link = make(member(team, TeamRole.LEAD), team)
    before = {str(event["UID"]) for event in events(link)}

    scheduling.open_due(now=NOON)

    assert {str(event["UID"]) for event in events(link)} == before


@pytest.mark.django_db(transaction=True)
def test_only_the_hash_of_a_link_is_kept_and_a_new_one_kills_the_old(client):
    person = UserFactory()
    old, _link = make(person)
    new, link = make(person)

    assert link.token_sha256 == links.hashed(new)
    assert len(new) == 43
    assert CalendarLink.objects.count() == 1
    assert client.get(reverse("drills:calendar_feed", args=[old])).status_code == 404
    answer = client.get(reverse("drills:calendar_feed", args=[new]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert not answer.cookies


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["revoked", "closed", "left"])
def test_a_link_that_is_taken_back_or_whose_maker_may_not_answers_nobody(client, what):
    team = TeamFactory()
    person = member(team, TeamRole.VIEWER)
    token, link = make(person, team)
    address = reverse("drills:calendar_feed", args=[token])
    assert client.get(address).status_code == 200

    if what == "revoked":
        links.revoke(link.pk, actor=person, now=NOON)
        assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == [
            "calendar.link_made",
            "calendar.link_revoked",
        ]
    elif what == "closed":
        person.is_active = False
        person.save()
    else:
        person.memberships.all().delete()

    assert client.get(address).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_link_is_shown_once_and_is_its_makers_alone(client):
    team = TeamFactory()
    person, other = member(team, TeamRole.VIEWER), member(team, TeamRole.LEAD)
    page = reverse("drills:calendar_links")
    client.force_login(person)

    made = client.post(page, {"team": team.pk}, follow=True).content.decode()

    link = CalendarLink.objects.get()
    assert (link.user, link.team) == (person, team)
    assert "/drills/calendar/feed/" in made
    assert "/drills/calendar/feed/" not in client.get(page).content.decode()
    client.force_login(other)
    revoke = reverse("drills:calendar_link_revoke", args=[link.pk])
    assert client.post(revoke).status_code == 404
    assert CalendarLink.objects.count() == 1
    client.force_login(person)
    assert client.post(revoke).status_code == 302
    assert CalendarLink.objects.count() == 0


def test_a_team_one_may_not_see_cannot_be_subscribed_to(client, team):
    client.force_login(MembershipFactory().user)

    answer = client.post(reverse("drills:calendar_links"), {"team": team.pk})

    assert answer.status_code == 422
    assert not CalendarLink.objects.exists()
