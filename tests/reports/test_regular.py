"""Reports that are made regularly: when, once, for whom, and who may plan them."""

import threading
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse

from continuity.accounts.models import Membership
from continuity.accounts.roles import TeamRole
from continuity.history.models import Entry
from continuity.notifications.models import Attachment, Notification
from continuity.notifications.services import deliver, forget_files
from continuity.reports import services
from continuity.reports.models import Occurrence, Regular, Report, ReportState
from continuity.reports.services import Wish, regular, sending
from tests.factories import (
    NOON,
    OrganisationFactory,
    TeamFactory,
    UserFactory,
    auditor,
    manager,
    member,
)

DUE = datetime(2026, 4, 3, 6, tzinfo=UTC)  # 08:00 in Paris, where it is summer by then


def planned(**changes: Any) -> Regular:
    """A monthly continuity report of a team, due on the third at 08:00 in Paris."""
    team = changes.pop("team", None) or TeamFactory(name="Claims")
    people = changes.pop("people", None) or [member(team, TeamRole.VIEWER)]
    wish: dict[str, Any] = {
        "title": "Monthly",
        "kind": "continuity",
        "team": team,
        "period": "month",
        "language": "en",
        "paper": "a4",
        "attach_facts": False,
        "attach_pdf": True,
        "starts_on": date(2026, 3, 3),
        "starts_time": time(8),
        "zone": "Europe/Paris",
        "rrule": "FREQ=MONTHLY",
        **changes,
    }
    by = member(team, TeamRole.LEAD)
    return regular.plan(Wish(**wish), people, actor=by, now=NOON + timedelta(days=2))


@pytest.mark.django_db(transaction=True)
def test_the_report_of_the_month_before_is_made_once_and_mailed_with_its_file():
    OrganisationFactory()
    one = planned()
    assert one.next_due_at == DUE
    assert regular.open_due(now=DUE - timedelta(seconds=1)) == 0

    assert regular.open_due(now=DUE + timedelta(minutes=7)) == 1
    assert regular.open_due(now=DUE + timedelta(minutes=7)) == 0
    assert sending.tell(now=DUE) == 0  # it is not made yet
    assert services.render_due(now=DUE + timedelta(minutes=8)) is True
    assert Report.objects.get().last_error == ""
    assert sending.tell(now=DUE + timedelta(minutes=8)) == 1
    assert sending.tell(now=DUE + timedelta(minutes=9)) == 0
    assert deliver(now=DUE + timedelta(minutes=9)) == 1

    report = Report.objects.get()
    assert report.since == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert report.until == datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert report.facts["period"] == {"first": "2026-03-01", "last": "2026-03-31"}
    assert report.facts["time_zone"] == "Europe/Paris"
    [sent] = mail.outbox
    assert sent.subject == "Monthly: the report is ready"
    assert report.get_absolute_url() in sent.body
    [file] = sent.attachments
    assert file[1] == bytes(report.pdf)
    assert file[2] == "application/pdf"
    done = Occurrence.objects.get()
    assert (done.due_at, done.passed_over, done.told, done.left_out) == (DUE, 0, 1, 0)
    one.refresh_from_db()
    assert one.next_due_at == datetime(2026, 5, 3, 6, tzinfo=UTC)
    # The copy that went out is not kept; the report is.
    assert forget_files(now=DUE + timedelta(hours=2)) == 1
    assert Notification.objects.get().attachment is None


@pytest.mark.django_db(transaction=True)
def test_four_workers_ask_for_one_report():
    planned()
    asked: list[int] = []

    def work() -> None:
        asked.append(regular.open_due(now=DUE))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(asked) == 1
    assert (Report.objects.count(), Occurrence.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_after_a_silence_the_last_time_is_made_and_the_others_are_counted():
    planned()

    assert regular.open_due(now=DUE + timedelta(days=70)) == 1

    made = Occurrence.objects.get()
    assert made.due_at == datetime(2026, 6, 3, 6, tzinfo=UTC)
    assert made.passed_over == 2
    assert made.report.since == datetime(2026, 4, 30, 22, tzinfo=UTC)  # May


def finished(one: Regular, state: str = ReportState.DONE, pdf: bytes = b"%PDF-") -> None:
    regular.open_due(now=DUE)
    Report.objects.update(
        state=state,
        facts={},
        facts_sha256="a" * 64,
        pdf=pdf,
        pdf_sha256="b" * 64,
        finished_at=DUE,
    )


@pytest.mark.django_db(transaction=True)
def test_who_may_not_see_it_any_more_gets_nothing_and_is_counted():
    team = TeamFactory()
    stays, gone = member(team, TeamRole.VIEWER), member(team, TeamRole.VIEWER)
    one = planned(team=team, people=[stays, gone])
    Membership.objects.filter(user=gone).delete()
    finished(one)

    sending.tell(now=DUE)

    assert [row.recipient for row in Notification.objects.all()] == [stays]
    told = Occurrence.objects.get()
    assert (told.told, told.left_out) == (1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("wanted", "size", "attached"),
    [(True, 5 << 20, 1), (True, (5 << 20) + 1, 0), (False, 10, 0)],
)
def test_only_a_small_file_that_is_wanted_goes_with_the_mail(wanted, size, attached):
    finished(planned(attach_pdf=wanted), pdf=b"x" * size)

    sending.tell(now=DUE)

    assert Attachment.objects.count() == attached
    assert ("too large" in Notification.objects.get().body) is (size > 5 << 20)


@pytest.mark.django_db(transaction=True)
def test_of_a_report_that_failed_only_who_planned_it_hears_and_the_rest_once_it_is_made():
    one = planned()
    finished(one, state=ReportState.FAILED)

    assert sending.tell(now=DUE) == 1
    assert sending.tell(now=DUE) == 0
    assert Notification.objects.get().recipient == one.made_by
    Report.objects.update(state=ReportState.DONE)
    assert sending.tell(now=DUE) == 1
    assert Notification.objects.count() == 2
    assert Occurrence.objects.get().told == 1


@pytest.mark.django_db(transaction=True)
def test_a_paused_one_makes_nothing_and_goes_on_from_now():
    one = planned()
    regular.pause(one.pk, actor=one.made_by, now=NOON)
    assert regular.open_due(now=DUE + timedelta(days=1)) == 0

    regular.resume(one.pk, actor=one.made_by, now=DUE + timedelta(days=1))

    one.refresh_from_db()
    assert one.next_due_at == datetime(2026, 5, 3, 6, tzinfo=UTC)
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "regular.created",
        "regular.paused",
        "regular.resumed",
    ]


@pytest.mark.django_db(transaction=True)
def test_what_was_deleted_is_brought_back_with_its_people_and_its_record(client):
    one = planned()
    finished(one)
    client.force_login(one.made_by)

    answer = client.post(reverse("reports:regular_delete", args=[one.pk]), follow=True)

    assert Regular.objects.count() == 0
    assert Report.objects.count() == 1
    assert "The reports it made stay." in answer.text
    undo = answer.context["messages"]
    [message] = list(undo)
    client.post(message.extra_tags)
    back = Regular.objects.get()
    assert (back.pk, back.recipients.count(), back.occurrences.count()) == (one.pk, 1, 1)


ASKED = {
    "title": "Board",
    "kind": "continuity",
    "period": "quarter",
    "repeats": "quarterly",
    "starts_on": "2099-01-05",
    "starts_time": "07:30",
    "zone": "Europe/Paris",
    "language": "fr",
    "paper": "a4",
    "attach_pdf": "on",
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "made"), [("stranger", 0), ("viewer", 0), ("lead", 1), ("auditor", 0)]
)
def test_who_may_plan_one_for_a_team(client, who, made):
    team = TeamFactory()
    user = {
        "stranger": UserFactory,
        "viewer": lambda: member(team, TeamRole.VIEWER),
        "lead": lambda: member(team, TeamRole.LEAD),
        "auditor": auditor,
    }[who]()
    client.force_login(user)
    reader = member(team, TeamRole.VIEWER)

    answer = client.post(
        reverse("reports:regular_new"),
        {**ASKED, "team": team.pk, "recipients": reader.email},
    )

    assert answer.status_code == (302 if made else 422)
    assert Regular.objects.count() == made


@pytest.mark.django_db
def test_one_on_the_whole_organisation_is_for_managers_and_its_readers(client):
    client.force_login(manager())
    address = reverse("reports:regular_new")
    reader, stranger = auditor(), UserFactory(email="no@example.test")

    refused = client.post(
        address, {**ASKED, "recipients": f"{reader.email}, no@example.test"}
    )
    assert refused.status_code == 422
    assert "no@example.test may not see this report" in refused.text
    unknown = client.post(address, {**ASKED, "recipients": "who@example.test"})
    assert "Nobody here has the address who@example.test." in unknown.text
    assert Regular.objects.count() == 0

    client.post(address, {**ASKED, "recipients": reader.email})
    one = Regular.objects.get()
    assert (one.team, one.rrule) == (None, "FREQ=MONTHLY;INTERVAL=3")
    assert client.get(one.get_absolute_url()).status_code == 200
    client.force_login(stranger)
    assert client.get(one.get_absolute_url()).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "team_plan", "team": ""}, "Choose the team: there is one of these"),
        ({"paper": "a5"}, "Only a grab pack comes in pocket size."),
        ({"language": "en-fr"}, "Only a grab pack speaks both languages."),
        ({"repeats": "custom", "rrule": "FREQ=EVER"}, "This rule cannot be read."),
        ({"repeats": "custom", "rrule": ""}, "This rule cannot be read."),
        ({"starts_on": "2099-02-30"}, "Enter a valid date."),
        ({"period": "decade"}, "Select a valid choice."),
        ({"title": "\x00"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_planned_gets_a_sentence(client, changes, sentence):
    user = manager()
    client.force_login(user)

    answer = client.post(
        reverse("reports:regular_new"), {**ASKED, "recipients": user.email, **changes}
    )

    assert answer.status_code == 422
    assert sentence in answer.text
    assert Regular.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("viewer", 403), ("lead", 302)]
)
@pytest.mark.parametrize("verb", ["pause", "delete", "edit"])
def test_who_may_change_one(client, who, status, verb):
    one = planned()
    user = {
        "stranger": UserFactory,
        "viewer": lambda: member(one.team, TeamRole.VIEWER),
        "lead": lambda: member(one.team, TeamRole.LEAD),
    }[who]()
    client.force_login(user)
    data = {**ASKED, "team": one.team_id, "recipients": one.made_by.email}

    answer = client.post(reverse(f"reports:regular_{verb}", args=[one.pk]), data)

    assert answer.status_code == status
    now = Regular.objects.filter(pk=one.pk).first()
    untouched = now is not None and not now.paused and now.title == "Monthly"
    assert untouched is (status != 302)


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_costs_the_same_whatever_its_length(
    client, rows, django_assert_num_queries
):
    client.force_login(manager())
    team = TeamFactory()
    for number in range(rows):
        planned(team=team, title=f"Report {number}")
    client.get(reverse("reports:regular_list"))

    with django_assert_num_queries(5):
        answer = client.get(reverse("reports:regular_list"))

    assert len(answer.context["page"]) == rows


@pytest.mark.django_db
def test_an_empty_list_says_what_to_do(client):
    client.force_login(UserFactory())
    assert "No regular report yet" in client.get(reverse("reports:regular_list")).text
    assert "You lead no team" in client.get(reverse("reports:regular_new")).text


@pytest.mark.django_db
def test_one_that_waits_is_not_taken_for_one_of_another_period():
    team = TeamFactory()
    asked = [
        services.ask_about_team(
            team, since=NOON - timedelta(days=days), language="en", actor=None, now=NOON
        )
        for days in (90, 365, 90)
    ]

    assert [report.pk for report in asked] == [asked[0].pk, asked[1].pk, asked[0].pk]
