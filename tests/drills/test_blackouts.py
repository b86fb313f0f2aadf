"""Days without drills: read from other people's calendars, and kept free."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.drills.imports import Holiday, UnreadableHolidays, read_holidays
from continuity.drills.models import Blackout, BlackoutFile, Drill
from continuity.drills.queries import calendar as calendars
from continuity.drills.services import blackouts, scheduling
from continuity.history.models import Entry
from tests.factories import (
    NOON,
    ScheduleFactory,
    TeamFactory,
    UserFactory,
    administrator,
    auditor,
    manager,
    member,
)

TODAY = NOON.date()
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def ics(*events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}", *event.split("|"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(*events):
    return [
        (row.day.isoformat(), row.name) for row in read_holidays(ics(*events), today=TODAY)
    ]


def test_an_event_of_two_days_is_two_days_and_its_end_is_left_out():
    found = read(
        "SUMMARY:Pâques\\, lundi|DTSTART;VALUE=DATE:20260406|DTEND;VALUE=DATE:20260407",
        "SUMMARY:Bridge|DTSTART;VALUE=DATE:20260514|DTEND;VALUE=DATE:20260516",
        "SUMMARY:Past|DTSTART;VALUE=DATE:20260101",
        "SUMMARY:Off|STATUS:CANCELLED|DTSTART;VALUE=DATE:20260601",
        "SUMMARY:Evening|DTSTART:20260701T180000Z|DTEND:20260701T220000Z",
    )

    assert found == [
        ("2026-04-06", "Pâques, lundi"),
        ("2026-05-14", "Bridge"),
        ("2026-05-15", "Bridge"),
        ("2026-07-01", "Evening"),
    ]


def test_a_yearly_holiday_since_1970_gives_five_days_in_five_years():
    found = read(
        "SUMMARY:Bastille|DTSTART;VALUE=DATE:19700714|RRULE:FREQ=YEARLY"
        "|EXDATE;VALUE=DATE:20280714"
    )

    assert [day for day, _name in found] == [
        "2026-07-14",
        "2027-07-14",
        "2029-07-14",
        "2030-07-14",
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00\xff nothing of a calendar", "unreadable"),
        (b"", "unreadable"),
        (ics("SUMMARY:No start"), "unreadable"),
        (ics("SUMMARY:Past|DTSTART;VALUE=DATE:20200101"), "empty"),
        (ics("DTSTART;VALUE=DATE:20260601|DTEND;VALUE=DATE:20270601"), "too_long"),
        (ics("DTSTART;VALUE=DATE:20260601|RRULE:FREQ=SECONDLY"), "rule"),
        (ics("DTSTART;VALUE=DATE:20260601|RRULE:FREQ=DAILY"), "too_many"),
    ],
)
def test_a_file_that_is_no_calendar_of_holidays_is_refused(data, reason):
    with pytest.raises(UnreadableHolidays) as refused:
        read_holidays(data, today=TODAY)

    assert refused.value.fields["reason"] == reason


@pytest.fixture
def weekly():
    return ScheduleFactory(
        rrule="FREQ=WEEKLY",
        team=TeamFactory(),
        notice=DAY,
        next_due_at=NOON + WEEK,
        opens_at=NOON + WEEK - DAY,
    )


def brought(*days):
    return blackouts.bring(
        "fr.ics", [Holiday(day, "Holiday") for day in days], actor=manager(), now=NOON
    )


@pytest.mark.django_db(transaction=True)
def test_used_the_days_move_what_recurs_and_deleted_they_move_it_back(weekly):
    monday = (NOON + WEEK).date()
    file = brought(monday, monday + WEEK)

    assert blackouts.use(file.pk, actor=manager(), now=NOON) == 1
    assert blackouts.use(file.pk, actor=manager(), now=NOON) == 0

    weekly.refresh_from_db()
    assert weekly.next_due_at == NOON + 3 * WEEK
    assert weekly.opens_at == NOON + 3 * WEEK - DAY

    assert blackouts.remove(file.pk, actor=manager(), now=NOON)[0] == 1

    weekly.refresh_from_db()
    assert weekly.next_due_at == NOON + WEEK
    verbs = list(Entry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["blackout.used", "blackout.removed"]
    assert Blackout.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_days_that_nobody_has_put_to_use_move_nothing(weekly):
    file = brought((NOON + WEEK).date())

    assert blackouts.remove(file.pk, actor=manager(), now=NOON)[0] == 0

    weekly.refresh_from_db()
    assert weekly.next_due_at == NOON + WEEK
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_drill_that_is_open_already_stays_and_the_one_after_passes_over(weekly):
    scheduling.open_due(now=NOON + WEEK - DAY)
    file = brought((NOON + WEEK).date(), (NOON + 2 * WEEK).date())

    blackouts.use(file.pk, actor=manager(), now=NOON + WEEK - DAY)

    weekly.refresh_from_db()
    assert Drill.objects.get().occurrence_at == NOON + WEEK
    assert weekly.next_due_at == NOON + 3 * WEEK


@pytest.mark.django_db(transaction=True)
def test_the_day_that_counts_is_that_of_the_schedules_zone():
    late = ScheduleFactory(
        rrule="FREQ=DAILY",
        zone="America/New_York",
        starts_time=time(22),
        next_due_at=datetime(2026, 3, 3, 3, tzinfo=UTC),
        opens_at=datetime(2026, 3, 3, 3, tzinfo=UTC),
    )
    file = brought(date(2026, 3, 2))

    blackouts.use(file.pk, actor=manager(), now=NOON)

    late.refresh_from_db()
    assert late.next_due_at == datetime(2026, 3, 4, 3, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_the_calendar_names_the_day_and_shows_no_drill_on_it(weekly):
    monday = (NOON + WEEK).date()
    file = brought(monday)
    blackouts.use(file.pk, actor=manager(), now=NOON)

    found = calendars.month(manager(), "2026-03", now=NOON)

    day = next(day for day in found.agenda if day.date == monday)
    assert (day.blackouts, day.entries) == (("Holiday",), ())
    assert [day.date.day for day in found.agenda] == [9, 16, 23, 30]


PEOPLE = [
    ("member", 403),
    ("lead", 403),
    ("auditor", 403),
    ("manager", 302),
    ("administrator", 302),
]


def person(who):
    made = {"auditor": auditor, "manager": manager, "administrator": administrator}
    if who in made:
        return made[who]()
    return member(TeamFactory(), TeamRole[who.upper()])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("who", "status"), PEOPLE)
@time_machine.travel(NOON, tick=False)
def test_who_may_bring_use_and_delete_a_calendar(client, who, status):
    used = brought(TODAY)
    client.force_login(person(who))
    upload = SimpleUploadedFile("fr.ics", ics("SUMMARY:X|DTSTART;VALUE=DATE:20260714"))

    answers = [
        client.post(reverse("drills:blackout_upload"), {"file": upload}),
        client.post(reverse("drills:blackout_use", args=[used.pk])),
        client.post(reverse("drills:blackout_remove", args=[used.pk])),
    ]

    assert [answer.status_code for answer in answers] == [status] * 3
    names = list(BlackoutFile.objects.values_list("used_since", flat=True))
    assert names == [None]
    assert BlackoutFile.objects.filter(pk=used.pk).exists() is (status == 403)
    assert client.get(reverse("drills:blackouts")).status_code == 200


@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOON, tick=False)
def test_a_file_that_cannot_be_read_says_why(client):
    client.force_login(manager())

    answer = client.post(
        reverse("drills:blackout_upload"), {"file": SimpleUploadedFile("a.ics", b"PDF")}
    )

    assert answer.status_code == 422
    assert "This is not a calendar file." in answer.content.decode()
    assert not BlackoutFile.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 100])
def test_the_list_of_calendars_asks_the_same_for_1_and_for_100(
    client, number, django_assert_num_queries
):
    for each in range(number):
        file = BlackoutFile.objects.create(name=f"{each}.ics", uploaded_at=NOON)
        Blackout.objects.create(file=file, day=TODAY, name="X")
    client.force_login(UserFactory())

    with django_assert_num_queries(5):
        client.get(reverse("drills:blackouts"))
