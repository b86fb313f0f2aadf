"""The doors of reports: who may ask, see and take away."""

from datetime import timedelta

import pytest
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.reports.models import Report
from tests.factories import (
    NOON,
    DrillFactory,
    ReportFactory,
    TeamFactory,
    UserFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db


def cast(team):
    return {
        "stranger": UserFactory(),
        "viewer": member(team, TeamRole.VIEWER),
        "lead": member(team, TeamRole.LEAD),
        "auditor": auditor(),
        "manager": manager(),
    }


@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 404), ("viewer", 200), ("lead", 200), ("auditor", 200), ("manager", 200)],
)
def test_who_may_take_away_the_report_of_a_team(client, who, status):
    report = ReportFactory(team=TeamFactory(), done=True)
    client.force_login(cast(report.team)[who])

    answer = client.get(reverse("reports:download", args=[report.pk]))

    assert answer.status_code == status
    assert (answer.get("Content-Type") == "application/pdf") is (status == 200)


@pytest.mark.parametrize(("who", "status"), [("lead", 404), ("auditor", 200)])
def test_the_report_on_all_teams_is_for_those_who_see_all_teams(client, who, status):
    report = ReportFactory(team=None, done=True)
    client.force_login(cast(TeamFactory())[who])

    answer = client.get(reverse("reports:facts", args=[report.pk]))

    assert answer.status_code == status


@pytest.mark.parametrize(("who", "made"), [("stranger", 0), ("viewer", 1), ("lead", 1)])
def test_a_team_asks_for_its_own_report(client, who, made):
    team = TeamFactory()
    client.force_login(cast(team)[who])

    answer = client.post(
        reverse("reports:new"),
        {"team": team.pk, "period": 90, "language": "en", "paper": "a4"},
    )

    assert answer.status_code == (302 if made else 422)
    assert Report.objects.count() == made


def test_without_a_team_only_who_sees_all_may_ask(client):
    fields = {"team": "", "period": 90, "language": "fr", "paper": "us-letter"}
    client.force_login(cast(TeamFactory())["lead"])
    refused = client.post(reverse("reports:new"), fields)
    client.force_login(manager())
    allowed = client.post(reverse("reports:new"), fields)

    assert (refused.status_code, allowed.status_code) == (422, 302)
    report = Report.objects.get()
    assert (report.team, report.language, report.paper) == (None, "fr", "us-letter")
    assert report.cut_off - report.since == timedelta(days=90)


def test_a_page_on_its_way_polls_and_a_finished_one_does_not(client):
    client.force_login(manager())
    waiting, done = ReportFactory(), ReportFactory(done=True)

    first = client.get(waiting.get_absolute_url()).content.decode()
    second = client.get(done.get_absolute_url()).content.decode()

    assert 'hx-trigger="every 1s"' in first
    assert 'hx-trigger="every 1s"' not in second
    assert "a" * 64 in second


def test_a_report_that_is_not_ready_leads_back_to_its_page(client):
    client.force_login(manager())
    report = ReportFactory()

    answer = client.get(reverse("reports:download", args=[report.pk]))

    assert answer.status_code == 302
    assert answer["Location"] == report.get_absolute_url()


def test_the_card_of_a_running_drill_has_no_button(client):
    client.force_login(manager())
    running = DrillFactory(outage__running=True, occurrence_at=NOON)
    ended = DrillFactory(outage__ended=True, occurrence_at=NOON)

    first = client.get(
        reverse("reports:outage_card", args=[running.outage_id])
    ).content.decode()
    second = client.get(
        reverse("reports:outage_card", args=[ended.outage_id])
    ).content.decode()

    assert "<form" not in first
    assert reverse("reports:ask_about_outage", args=[ended.outage_id]) in second


@pytest.mark.parametrize("reports", [1, 40])
def test_the_list_costs_the_same_whatever_its_length(
    client, reports, django_assert_num_queries
):
    client.force_login(manager())
    ReportFactory.create_batch(reports, done=True, team=TeamFactory())

    with django_assert_num_queries(5):
        client.get(reverse("reports:list"))


def test_who_is_in_no_team_is_told_so_instead_of_an_empty_form(client):
    client.force_login(UserFactory())

    form = client.get(reverse("reports:new")).content.decode()
    page = client.get(reverse("reports:list")).content.decode()

    assert "You are in no team to report on" in form
    assert "Make the report" not in form
    assert reverse("reports:new") not in page


@pytest.mark.parametrize("route", ["reports:new_plan", "reports:new_pack"])
def test_before_the_first_team_who_may_add_one_is_led_to_it(client, route):
    client.force_login(administrator())

    before = client.get(reverse(route)).content.decode()
    TeamFactory()
    after = client.get(reverse(route)).content.decode()

    assert "No team yet" in before
    assert before.count(reverse("accounts:team_new")) == 1
    assert "No team yet" not in after
    assert "Make the report" in after
