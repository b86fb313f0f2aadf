"""Corrective actions: who may do what, reminders, closing on a retest or a reason."""

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.drills.models import CorrectiveAction, Finding
from continuity.drills.queries import actions as queries
from continuity.drills.services import actions, drafting, following_up
from continuity.history.models import Entry
from continuity.notifications.models import Notification
from continuity.outages.services import course
from tests.drills.test_reports import ended, person_of, recovered
from tests.factories import (
    NOON,
    DependencyFactory,
    DrillFactory,
    TeamFactory,
    UserFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOON + timedelta(hours=3)
DUE = date(2026, 3, 20)
LIST_QUERIES = 7


@pytest.fixture
def team():
    return TeamFactory(name="Claims")


@pytest.fixture
def dependency(team):
    return DependencyFactory(workflow__team=team)


@pytest.fixture
def action(team, dependency):
    """Something to do because the workflow missed its target at NOON."""
    drill = ended(team)
    recovered(drill, team, dependency=dependency, after=90)
    drafting.draft_due(now=LATER)
    return given(Finding.objects.get(outage=drill.outage), drill.outage.facilitator)


def given(finding, by, *, owner=None, text="Buy seats", due_on=DUE, now=LATER):
    return actions.add(
        finding.pk,
        text=text,
        owner=owner or UserFactory(),
        due_on=due_on,
        actor=by,
        now=now,
    )


def retest(team, dependency, minutes, *, days=30):
    at = NOON + days * DAY
    drill = ended(team, at=at, title="Retest")
    recovery = recovered(drill, team, dependency=dependency, after=minutes)
    drafting.draft_due(now=at + timedelta(hours=3))
    return recovery


def test_an_action_belongs_to_the_team_of_its_workflow_and_its_owner_is_told(action, team):
    assert (action.team, action.workflow.team, action.status) == (team, team, "open")
    [told] = Notification.objects.filter(recipient=action.owner)
    assert told.subject == "An action is yours: Buy seats"
    assert f"/drills/actions/{action.pk}/" in told.body
    assert Entry.objects.get(verb="action.added").after == {
        "owner": str(action.owner),
        "due_on": "2026-03-20",
    }


def test_a_later_drill_that_meets_the_target_proposes_closing_and_a_person_confirms(
    action, team, dependency
):
    recovery = retest(team, dependency, 40)
    action.refresh_from_db()
    assert (action.status, action.proposed) == ("open", recovery)
    assert Notification.objects.filter(
        recipient=action.owner, subject="An action can be closed: Buy seats"
    ).exists()

    boss = manager()
    actions.close(action.pk, actor=boss, now=NOON + 31 * DAY)

    action.refresh_from_db()
    assert (action.status, action.retest, action.closed_by) == ("closed", recovery, boss)
    assert (action.closed_reason, action.remind_on) == ("", None)


@pytest.mark.parametrize("minutes", [None, 61])
def test_a_later_drill_that_fails_proposes_nothing_and_withdraws_what_was(
    action, team, dependency, minutes
):
    retest(team, dependency, 40, days=10)
    retest(team, dependency, minutes, days=20)

    action.refresh_from_db()
    assert action.proposed is None
    with pytest.raises(actions.NoRetest):
        actions.close(action.pk, actor=manager(), now=NOON + 31 * DAY)
    action.refresh_from_db()
    assert action.status == "open"


def test_a_workflow_that_lost_two_tools_must_recover_from_both(action, team, dependency):
    other = DependencyFactory(workflow=dependency.workflow)
    drill = ended(team, at=NOON + 30 * DAY)
    recovered(drill, team, dependency=dependency, after=20)
    recovered(drill, team, dependency=other, after=70)

    drafting.draft_due(now=NOON + 31 * DAY)

    action.refresh_from_db()
    assert action.proposed is None


def test_a_drill_of_before_the_action_or_of_other_work_proposes_nothing(action, team):
    retest(team, DependencyFactory(workflow__team=team), 10)
    CorrectiveAction.objects.update(made_at=NOON + 60 * DAY)
    retest(team, action.finding.recovery.dependency, 10, days=40)

    action.refresh_from_db()
    assert action.proposed is None


def test_a_retest_that_was_excused_since_does_not_count(action, team, dependency):
    recovery = retest(team, dependency, 40)
    course.excuse(recovery.pk, "Wrong clock", actor=manager(), now=NOON + 31 * DAY)

    with pytest.raises(actions.NoRetest):
        actions.close(action.pk, actor=manager(), now=NOON + 31 * DAY)

    action.refresh_from_db()
    assert action.status == "open"


def test_without_a_retest_it_closes_on_a_signed_reason_alone(client, action):
    boss = manager()
    client.force_login(boss)
    close = reverse("drills:action_close", args=[action.pk])
    without = reverse("drills:action_close_without", args=[action.pk])

    assert client.post(close).status_code == 409
    assert client.post(without, {"reason": " "}).status_code == 422
    action.refresh_from_db()
    assert action.status == "open"
    assert client.post(without, {"reason": "The tool is gone"}).status_code == 302

    action.refresh_from_db()
    assert (action.status, action.closed_by) == ("closed", boss)
    assert action.closed_reason == "The tool is gone"
    page = client.get(action.get_absolute_url()).content.decode()
    assert "The tool is gone" in page
    assert Entry.objects.get(verb="action.closed").after == {"reason": "The tool is gone"}


def test_the_database_refuses_an_action_that_is_closed_on_nothing(action):
    with (
        pytest.raises(IntegrityError, match="action_closes_on_a_retest_or_a_signed_reason"),
        transaction.atomic(),
    ):
        CorrectiveAction.objects.update(
            status="closed", closed_at=LATER, closed_by=action.owner
        )


def test_a_closed_action_can_be_taken_up_again_and_is_not_changed_before(action):
    boss = manager()
    actions.close_without(action.pk, "Done elsewhere", actor=boss, now=LATER)
    with pytest.raises(actions.ActionClosed):
        actions.move(action.pk, "done", actor=boss, now=LATER)

    actions.reopen(action.pk, actor=boss, now=LATER)

    action.refresh_from_db()
    assert (action.status, action.closed_reason, action.closed_at) == ("open", "", None)
    assert action.remind_on == DUE


@pytest.mark.parametrize(
    ("who", "sees", "moves", "changes"),
    [
        ("stranger", 404, 404, 404),
        (TeamRole.VIEWER, 200, 403, 403),
        ("auditor", 200, 403, 403),
        ("owner", 200, 302, 403),
        (TeamRole.MEMBER, 200, 302, 403),
        (TeamRole.LEAD, 200, 302, 302),
        ("facilitator", 200, 302, 302),
        ("manager", 200, 302, 302),
    ],
)
@time_machine.travel(LATER, tick=False)
def test_who_may_see_move_and_change_an_action(
    client, action, team, who, sees, moves, changes
):
    drill = action.finding.outage.drill
    client.force_login(action.owner if who == "owner" else person_of(who, drill, team))

    assert client.get(action.get_absolute_url()).status_code == sees
    moved = client.post(
        reverse("drills:action_move", args=[action.pk]), {"status": "under_way"}
    )
    changed = client.post(
        reverse("drills:action_edit", args=[action.pk]),
        {"text": "Buy 12 seats", "owner": action.owner.pk, "due_on": "2026-04-01"},
    )
    closed = client.post(
        reverse("drills:action_close_without", args=[action.pk]), {"reason": "x"}
    )

    assert (moved.status_code, changed.status_code) == (moves, changes)
    assert closed.status_code == changes
    action.refresh_from_db()
    assert (action.text == "Buy 12 seats") is (changes == 302)
    if changes != 302:
        assert action.status == ("under_way" if moves == 302 else "open")
    assert (action.status == "closed") is (changes == 302)


def test_the_owner_is_reminded_on_the_day_the_day_after_and_then_every_week(action):
    def told():
        return Notification.objects.filter(dedupe_key__startswith="action-due-").count()

    counted = []
    for days in range(25):
        at = NOON + (18 + days - 1) * DAY
        following_up.remind(now=at)
        following_up.remind(now=at)
        counted.append((at.date().day, told()))

    days = [
        day
        for (day, now), (_day, before) in zip(counted[1:], counted, strict=False)
        if now > before
    ]
    assert days == [20, 21, 28, 4, 11]
    subjects = list(
        Notification.objects.filter(dedupe_key__startswith="action-due-")
        .order_by("pk")
        .values_list("subject", flat=True)
    )
    assert subjects[:3] == [
        "Due today: Buy seats",
        "Overdue for 1 day: Buy seats",
        "Overdue for 8 days: Buy seats",
    ]


def test_a_new_date_is_reminded_of_anew_and_a_closed_action_never(action):
    boss = manager()
    actions.change(
        action.pk,
        text=action.text,
        owner=action.owner,
        due_on=DUE + 10 * DAY,
        actor=boss,
        now=LATER,
    )

    assert following_up.remind(now=NOON + 20 * DAY) == 0
    assert following_up.remind(now=NOON + 28 * DAY) == 1
    actions.close_without(action.pk, "Gone", actor=boss, now=NOON + 28 * DAY)
    assert following_up.remind(now=NOON + 60 * DAY) == 0


@time_machine.travel(NOON + 25 * DAY, tick=False)
def test_the_list_is_by_age_and_is_filtered_by_what_stands_in_the_address(
    client, action, team
):
    by, finding = manager(), action.finding
    younger = given(
        finding, by, text="Write it down", due_on=DUE + 90 * DAY, now=LATER + 5 * DAY
    )
    closed = given(finding, by, text="Old thing", now=LATER + 2 * DAY)
    actions.close_without(closed.pk, "Gone", actor=by, now=LATER + 12 * DAY)
    other = TeamFactory(name="Legal")
    client.force_login(by)
    path = reverse("drills:actions")

    def shown(query=""):
        rows = client.get(path + query).context["rows"]
        return [(row.text, row.age, row.days_late) for row in rows]

    old, young = ("Buy seats", 25, 7), ("Write it down", 20, 0)
    assert shown() == [old, young]
    assert shown("?sort=-age") == [young, old]
    assert shown("?which=overdue") == [old]
    assert shown("?status=closed") == [("Old thing", 10, 0)]
    assert len(shown("?status=all")) == 3
    assert shown(f"?owner={younger.owner.pk}") == [young]
    assert shown(f"?team={team.pk}&q=write") == [young]
    assert shown(f"?team={other.pk}") == []
    assert "Nothing matches" in client.get(f"{path}?team={other.pk}").content.decode()
    assert shown("?status=nonsense&owner=x&page=99") == [old, young]


@time_machine.travel(NOON + 25 * DAY, tick=False)
def test_the_file_holds_what_the_list_shows_and_runs_in_no_spreadsheet(client, action):
    given(action.finding, manager(), text="=1+1", due_on=DUE + 90 * DAY)
    client.force_login(auditor())

    file = reverse("drills:actions") + "?table=actions&export=csv"
    response = client.get(f"{file}&which=overdue")
    everything = client.get(file)

    def rows(response):
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    [row] = rows(response)
    assert (row["action"], row["status"], row["due_on"]) == (
        "Buy seats",
        "open",
        "2026-03-20",
    )
    assert (row["days_overdue"], row["age_days"]) == ("7", "25")
    assert [row["action"] for row in rows(everything)] == ["Buy seats", "'=1+1"]


def test_nobody_sees_the_actions_of_another_team(client, action):
    client.force_login(member(TeamFactory(), TeamRole.LEAD))

    page = client.get(reverse("drills:actions"))

    assert page.context["rows"] == []
    assert "No action is open" in page.content.decode()


@pytest.mark.parametrize("number", [1, 100])
def test_the_list_asks_the_same_for_one_and_for_a_hundred(
    client, action, number, django_assert_max_num_queries
):
    for each in range(number - 1):
        given(action.finding, action.made_by, text=f"Action {each}")
    client.force_login(manager())
    path = reverse("drills:actions")
    client.get(path)

    with django_assert_max_num_queries(LIST_QUERIES):
        assert client.get(path).context["page"].paginator.count == number


@time_machine.travel(NOON + 25 * DAY, tick=False)
def test_what_is_due_stands_on_the_overview_on_the_workflow_and_in_the_navigation(
    client, action
):
    client.force_login(manager())

    overview = client.get("/").content.decode()
    card = client.get(
        reverse("drills:workflow_actions", args=[action.workflow.pk])
    ).content.decode()

    assert "Actions due" in overview
    assert "7 days overdue" in overview
    assert "1 overdue" in overview
    assert "Buy seats" in card
    assert "Overdue" in card


def test_what_is_due_later_than_in_two_weeks_is_not_on_the_overview(action):
    boss = manager()

    assert queries.due(boss, None, today=DUE - 15 * DAY).total == 0
    assert queries.due(boss, None, today=DUE - 14 * DAY).total == 1
    assert queries.due(boss, None, today=DUE).overdue == 0
    assert queries.due(boss, None, today=DUE + DAY).overdue == 1


@time_machine.travel(LATER, tick=False)
@pytest.mark.parametrize("due_on", ["2026-03-01", "2099-01-01", "soon", ""])
def test_a_date_that_cannot_be_meant_gets_a_sentence_and_saves_nothing(
    client, action, due_on
):
    client.force_login(manager())

    response = client.post(
        reverse("drills:action_new", args=[action.finding.pk]),
        {"text": "x", "owner": action.owner.pk, "due_on": due_on},
    )

    assert response.status_code == 422
    assert CorrectiveAction.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "shown"), [("planned", True), ("planned elsewhere", False), ("ended", True)]
)
def test_the_next_drill_of_the_workflow_names_the_retest_on_its_page(
    client, action, team, dependency, state, shown
):
    at = LATER + 30 * DAY
    if state == "ended":
        drill = ended(team, at=at, title="Retest")
        recovered(drill, team, dependency=dependency, after=20)
    else:
        other = state == "planned elsewhere"
        drill = DrillFactory(outage__title="Retest", occurrence_at=at)
        drill.outage.teams.add(TeamFactory() if other else team)
        drill.outage.tools.add(dependency.tool)
    client.force_login(manager())

    page = client.get(drill.get_absolute_url()).text

    assert ("Retests" in page) is shown
    assert (action.get_absolute_url() in page) is shown


def test_an_action_given_after_a_drill_is_not_among_what_it_tested(
    client, action, team, dependency
):
    drill = ended(team, at=NOON - 30 * DAY, title="Earlier")
    recovered(drill, team, dependency=dependency, after=20)
    client.force_login(manager())

    assert "Retests" not in client.get(drill.get_absolute_url()).text
