"""How often each workflow is rehearsed, and what never was."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.drills.models import Programme, Schedule
from continuity.drills.queries import coverage
from continuity.history.models import Entry
from tests.factories import (
    NOON,
    DependencyFactory,
    DrillFactory,
    OutageFactory,
    RecoveryFactory,
    ScenarioFactory,
    ScheduleFactory,
    TeamFactory,
    ToolFactory,
    UpstreamFactory,
    UserFactory,
    WorkflowFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
QUERIES = 12


def drilled(dependency, ago, *, scenario=None, **fields):
    at = NOON - ago
    outage = OutageFactory(
        **{"state": "ended", "occurred_at": at, "ended_at": at + DAY / 24} | fields
    )
    RecoveryFactory(outage=outage, dependency=dependency)
    return DrillFactory(outage=outage, scenario=scenario or ScenarioFactory())


def lines(user=None, **options):
    user = user or manager()
    limit = coverage.overdue_before(6, NOON)
    rows = list(coverage.workflows(user, **options))
    return coverage.lines(rows, user=user, overdue=limit, now=NOON)


def test_the_last_drill_is_the_last_that_was_held_and_each_scenario_counts_once():
    dependency = DependencyFactory()
    scenario = ScenarioFactory()
    drilled(dependency, 40 * DAY, scenario=scenario)
    drilled(dependency, 70 * DAY, scenario=scenario)
    drilled(dependency, 90 * DAY)
    drilled(dependency, 2 * DAY, state="aborted")
    RecoveryFactory(
        dependency=dependency,
        outage=OutageFactory(
            kind="real", state="ended", occurred_at=NOON - DAY, ended_at=NOON
        ),
    )

    [line] = lines()

    assert line.last == NOON - 40 * DAY
    assert line.since == 40 * DAY
    assert (line.tried, line.overdue, line.next) == (2, False, None)


def test_six_months_to_the_day_are_not_overdue_and_a_second_more_is():
    exact, more, young = DependencyFactory(), DependencyFactory(), WorkflowFactory()
    old = WorkflowFactory(created_at=NOON - 400 * DAY)
    half_a_year = NOON - coverage.overdue_before(6, NOON)
    assert half_a_year == timedelta(days=181)
    drilled(exact, half_a_year)
    drilled(more, half_a_year + timedelta(seconds=1))

    found = {line.workflow.pk: line.overdue for line in lines()}

    assert found == {
        old.pk: True,
        more.workflow.pk: True,
        exact.workflow.pk: False,
        young.pk: False,
    }
    overdue = coverage.workflows(manager(), overdue=coverage.overdue_before(6, NOON))
    assert [row.pk for row in overdue] == [old.pk, more.workflow.pk]


def test_the_next_drill_is_the_first_that_takes_away_what_the_work_rides_on():
    edge = UpstreamFactory()
    dependency = DependencyFactory(tool=edge.tool)
    other = DependencyFactory(workflow__team=dependency.workflow.team)
    for days, tool in ((20, edge.upstream), (10, ToolFactory())):
        schedule = ScheduleFactory(
            team=dependency.workflow.team,
            rrule="FREQ=MONTHLY",
            next_due_at=NOON + days * DAY,
            opens_at=NOON + days * DAY,
        )
        schedule.tools.add(tool)
    drill = DrillFactory(outage__due_at=NOON + 15 * DAY, occurrence_at=NOON + 15 * DAY)
    drill.outage.tools.add(edge.tool)

    brings = Schedule.objects.get(next_due_at=NOON + 20 * DAY)
    found = {line.workflow.pk: line.next for line in lines()}

    coming = coverage.Next(NOON + 20 * DAY, brings.get_absolute_url(), brings.pk)
    assert found == {dependency.workflow.pk: coming, other.workflow.pk: None}


def test_who_may_not_know_of_a_surprise_does_not_see_it_as_the_next_drill():
    dependency = DependencyFactory()
    team = dependency.workflow.team
    schedule = ScheduleFactory(
        team=team, next_due_at=NOON + DAY, opens_at=NOON + DAY, rrule="FREQ=WEEKLY"
    )
    schedule.tools.add(dependency.tool)

    assert lines(member(team, TeamRole.MEMBER))[0].next is None
    assert lines(member(team, TeamRole.LEAD))[0].next.at == NOON + DAY


def test_a_department_stands_for_its_teams_and_a_stranger_sees_nothing():
    department = TeamFactory()
    inside = WorkflowFactory(team=TeamFactory(parent=department))
    WorkflowFactory()

    assert [line.workflow.pk for line in lines(team=department)] == [inside.pk]
    assert lines(UserFactory()) == ()


def test_a_scenario_is_untried_until_a_drill_of_it_was_held():
    held, aborted, never = ScenarioFactory(), ScenarioFactory(), ScenarioFactory()
    drilled(DependencyFactory(), DAY, scenario=held)
    drilled(DependencyFactory(), DAY, scenario=aborted, state="aborted")

    found = coverage.untried(manager())

    assert {scenario.pk for scenario in found.scenarios} == {aborted.pk, never.pk}
    assert (found.count, found.of) == (2, 3)


@pytest.mark.parametrize("number", [1, 100])
@time_machine.travel(NOON, tick=False)
def test_the_queries_do_not_grow(number, django_assert_num_queries):
    user = manager()
    for _ in range(number):
        dependency = DependencyFactory()
        drilled(dependency, DAY)
        planned = DrillFactory(occurrence_at=NOON + DAY).outage
        planned.tools.add(dependency.tool)
        planned.teams.add(dependency.workflow.team)
        schedule = ScheduleFactory(team=dependency.workflow.team, notice=DAY)
        schedule.tools.add(dependency.tool)

    with django_assert_num_queries(QUERIES):
        rows = list(coverage.workflows(user)[:50])
        coverage.lines(rows, user=user, overdue=NOON, now=NOON)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("who", "status"),
    [
        (UserFactory, 403),
        (auditor, 403),
        (lambda: member(TeamFactory(), TeamRole.LEAD), 403),
        (manager, 302),
        (administrator, 302),
    ],
)
def test_who_may_say_when_work_is_overdue(client, who, status):
    client.force_login(who())

    answer = client.post(reverse("drills:coverage_setting"), {"overdue_months": "3"})

    assert answer.status_code == status
    assert client.get(reverse("drills:coverage")).status_code == 200
    if status == 302:
        assert Programme.objects.get().overdue_months == 3
        assert Entry.objects.get().before == {"overdue_months": 6}
    else:
        assert not Programme.objects.exists()


@pytest.mark.parametrize("months", ["0", "121", "", "x"])
def test_a_number_of_months_that_makes_no_sense_is_refused(client, months):
    client.force_login(manager())

    answer = client.post(reverse("drills:coverage_setting"), {"overdue_months": months})

    assert answer.status_code == 422
    assert not Programme.objects.exists()
