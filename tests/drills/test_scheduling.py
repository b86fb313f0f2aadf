from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection

from continuity.accounts.roles import TeamRole
from continuity.domain.errors import InvalidRule, NotAllowedNow
from continuity.drills.models import Drill, Schedule
from continuity.drills.services import scheduling
from continuity.history.models import Entry
from continuity.notifications.models import Notification
from continuity.outages.models import Outage
from tests.factories import (
    NOON,
    ComponentFactory,
    DependencyFactory,
    PhaseFactory,
    ScenarioFactory,
    ScheduleFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    member,
)

DAY = timedelta(days=1)


@pytest.fixture
def tool(db):
    return ToolFactory(name="ChatGPT")


@pytest.fixture
def team(db):
    return TeamFactory()


@pytest.fixture
def weekly(team, tool):
    schedule = ScheduleFactory(team=team, rrule="FREQ=WEEKLY")
    schedule.tools.add(tool)
    return schedule


def plan(team, tool, actor, **fields):
    return scheduling.plan(
        **{
            "title": "ChatGPT down",
            "scenario": ScenarioFactory(),
            "tools": [tool],
            "team": team,
            "facilitator": actor,
            "starts_on": date(2026, 3, 5),
            "starts_time": time(9, 30),
            "zone": "Europe/Paris",
            "limit": timedelta(hours=2),
            "actor": actor,
            "now": NOON,
        }
        | fields
    )


def test_a_due_schedule_opens_one_drill_and_tells_its_people(weekly, team, tool):
    owner, deputy = UserFactory(), UserFactory()
    DependencyFactory(
        tool=tool, workflow__team=team, workflow__owner=owner, workflow__deputy=deputy
    )

    assert scheduling.open_due(now=NOON) == 1
    assert scheduling.open_due(now=NOON) == 0

    drill = Drill.objects.get()
    assert (drill.occurrence_at, drill.outage.state) == (NOON, "planned")
    assert list(drill.outage.teams.all()) == [team]
    assert list(drill.outage.tools.all()) == [tool]
    roles = dict(drill.participants.values_list("user", "role"))
    assert roles == {
        owner.pk: "lead",
        deputy.pk: "deputy",
        weekly.facilitator_id: "facilitator",
    }
    told = Notification.objects.values_list("recipient", flat=True)
    assert set(told) == set(roles)
    subject = Notification.objects.get(recipient=owner).subject
    assert subject.startswith("EXERCISE - EXERCICE")
    assert Entry.objects.filter(verb="drill.planned").count() == 1
    weekly.refresh_from_db()
    assert weekly.next_due_at == NOON + 7 * DAY


def test_where_a_workflow_has_neither_owner_nor_deputy_the_leads_take_part(
    weekly, team, tool
):
    team.parent = TeamFactory()
    team.save()
    lead = member(team, TeamRole.LEAD)
    head = member(team.parent, TeamRole.LEAD)
    member(team, TeamRole.MEMBER)
    DependencyFactory(tool=tool, workflow__team=team)

    scheduling.open_due(now=NOON)

    people = set(Drill.objects.get().participants.values_list("user", flat=True))
    assert people == {lead.pk, head.pk, weekly.facilitator_id}


def test_without_a_team_all_teams_whose_work_falls_take_part(tool):
    schedule = ScheduleFactory(team=None)
    schedule.tools.add(tool)
    hit = [DependencyFactory(tool=tool).workflow.team for _ in range(2)]
    DependencyFactory()

    scheduling.open_due(now=NOON)

    assert set(Outage.objects.get().teams.all()) == set(hit)


def test_a_department_brings_those_of_its_teams_whose_work_falls(tool):
    department = TeamFactory()
    hit, idle = TeamFactory(parent=department), TeamFactory(parent=department)
    DependencyFactory(tool=tool, workflow__team=hit)
    DependencyFactory(workflow__team=idle)
    schedule = ScheduleFactory(team=department)
    schedule.tools.add(tool)

    scheduling.open_due(now=NOON)

    assert set(Outage.objects.get().teams.all()) == {department, hit}


def test_the_script_is_frozen_with_the_tools_of_the_drill(weekly, tool):
    component = ComponentFactory(scenario=weekly.scenario, name="tool")
    phase = PhaseFactory(component=component, error_percent=100)

    scheduling.open_due(now=NOON)
    phase.delete()

    script = Drill.objects.get().script
    assert script["components"] == {"tool": [{"pk": tool.pk, "name": "ChatGPT"}]}
    assert [entry["state"] for entry in script["phases"]] == ["down"]


def test_a_month_of_downtime_gives_no_drill_and_five_that_were_missed(weekly):
    assert scheduling.open_due(now=NOON + 30 * DAY) == 0
    assert scheduling.open_due(now=NOON + 30 * DAY) == 0

    assert not Outage.objects.exists()
    missed = weekly.occurrences.filter(state="missed").order_by("at")
    assert [row.at for row in missed] == [NOON + 7 * n * DAY for n in range(5)]
    weekly.refresh_from_db()
    assert weekly.next_due_at == NOON + 35 * DAY


def test_an_hour_of_downtime_gives_a_late_drill_that_still_runs(weekly):
    assert scheduling.open_due(now=NOON + timedelta(hours=1)) == 1

    assert Outage.objects.get().state == "planned"


def test_what_never_began_is_missed_when_its_successor_opens(weekly):
    scheduling.open_due(now=NOON)

    scheduling.open_due(now=NOON + 7 * DAY)

    states = list(Drill.objects.order_by("occurrence_at").values_list("outage__state"))
    assert states == [("missed",), ("planned",)]


def test_a_paused_schedule_opens_nothing_and_makes_up_nothing(weekly):
    actor = UserFactory()
    scheduling.pause(weekly.pk, actor=actor, now=NOON)

    assert scheduling.open_due(now=NOON + DAY) == 0
    scheduling.resume(weekly.pk, actor=actor, now=NOON + 10 * DAY)

    weekly.refresh_from_db()
    assert weekly.next_due_at == NOON + 14 * DAY
    assert not Drill.objects.exists()


def test_what_happens_once_is_opened_when_it_is_planned(team, tool):
    actor = UserFactory()

    schedule = plan(team, tool, actor)

    drill = schedule.drills.get()
    assert drill.occurrence_at == datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
    assert (schedule.next_due_at, schedule.opens_at) == (None, None)
    assert scheduling.open_due(now=NOON + 90 * DAY) == 0


def test_what_recurs_is_opened_when_its_notice_begins(team, tool):
    schedule = plan(team, tool, UserFactory(), rrule="freq=monthly; count=2")

    assert schedule.opens_at == datetime(2026, 3, 4, 8, 30, tzinfo=UTC)
    assert scheduling.open_due(now=schedule.opens_at - timedelta(seconds=1)) == 0
    assert scheduling.open_due(now=schedule.opens_at) == 1


def test_now_means_this_minute(team, tool):
    schedule = plan(
        team,
        tool,
        UserFactory(),
        starts_on=NOON.date(),
        starts_time=NOON.time(),
        zone="UTC",
        now=NOON + timedelta(seconds=59),
    )

    assert schedule.drills.get().occurrence_at == NOON


@pytest.mark.parametrize(
    ("rrule", "starts_on", "reason"),
    [
        ("", date(2026, 2, 1), "never"),
        ("FREQ=MINUTELY", date(2026, 3, 5), "too_often"),
        ("every Monday", date(2026, 3, 5), "unreadable"),
    ],
)
def test_what_cannot_be_kept_is_not_planned(team, tool, rrule, starts_on, reason):
    with pytest.raises(InvalidRule) as refusal:
        plan(team, tool, UserFactory(), rrule=rrule, starts_on=starts_on)

    assert refusal.value.fields["reason"] == reason
    assert not Schedule.objects.exists()
    assert not Drill.objects.exists()


def test_changing_a_schedule_moves_what_is_to_come_and_not_what_is_planned(weekly, tool):
    scheduling.open_due(now=NOON)
    fields = {name: getattr(weekly, name) for name in scheduling.FIELDS}
    actor = UserFactory()

    scheduling.change(
        weekly.pk,
        **fields | {"starts_time": time(15), "title": "Afternoon"},
        tools=[tool],
        actor=actor,
        now=NOON,
    )

    weekly.refresh_from_db()
    assert weekly.next_due_at == NOON + timedelta(hours=3)
    assert Drill.objects.get().occurrence_at == NOON
    entry = Entry.objects.get(verb="schedule.changed")
    assert entry.after == {"starts_time": "15:00:00", "title": "Afternoon"}


def test_a_schedule_is_deleted_only_while_nothing_has_come_of_it(weekly):
    actor = UserFactory()
    unused = ScheduleFactory(next_due_at=NOON + DAY, opens_at=NOON + DAY)
    scheduling.open_due(now=NOON)

    scheduling.delete(unused.pk, actor=actor, now=NOON)
    with pytest.raises(NotAllowedNow):
        scheduling.delete(weekly.pk, actor=actor, now=NOON)

    assert Schedule.objects.get() == weekly


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_open_one_drill():
    schedule = ScheduleFactory(rrule="FREQ=WEEKLY")

    def worker(_):
        try:
            return scheduling.open_due(now=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(worker, range(4))) == 1
    assert Drill.objects.count() == 1
    assert Notification.objects.count() == 1
    schedule.refresh_from_db()
    assert schedule.next_due_at == NOON + 7 * DAY
