"""Two drills side by side, clock by clock."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.domain.clocks import Change, Reading, Sureness
from continuity.drills.queries import comparing
from continuity.outages.models import Outage
from tests.drills.test_reports import MINUTE, ended, recovered
from tests.factories import (
    NOON,
    DependencyFactory,
    TeamFactory,
    WorkflowFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOON + DAY
QUERIES = 10


@pytest.fixture
def team():
    return TeamFactory(name="Claims")


def exact(minutes):
    return Reading(minutes * MINUTE)


def two(team, before=90, after=40, *, dependency=None):
    """Make two drills of one workflow, a month apart; return both and the workflow."""
    dependency = dependency or DependencyFactory(workflow__team=team)
    first = ended(team, at=NOON - 30 * DAY, title="First")
    second = ended(team, title="Second")
    for drill, minutes in ((first, before), (second, after)):
        onset = drill.outage.occurred_at
        recovered(
            drill,
            team,
            after=minutes,
            dependency=dependency,
            acknowledged_at=onset + 5 * MINUTE,
        )
    return first, second, dependency.workflow


def clocks(found):
    return {
        str(line.label): (line.before, line.after, line.change) for line in found.clocks
    }


def test_clocks_are_compared_and_the_earlier_drill_comes_first_however_asked(team):
    first, second, workflow = two(team)

    found = comparing.compare(second, first, workflow=workflow, now=LATER)

    assert (found.before, found.after, found.is_median) == (first, second, False)
    assert clocks(found) == {
        "Acknowledged": (exact(5), exact(5), Change(timedelta())),
        "Minimum level (RTA)": (exact(90), exact(40), Change(-50 * MINUTE)),
    }
    assert found.chart.rows == [
        ("Acknowledged", "5", "5"),
        ("Minimum level (RTA)", "90", "40"),
    ]


def test_a_bound_stays_a_bound_in_the_table_and_in_the_chart(team):
    first, second, workflow = two(team, after=None)

    found = comparing.compare(first, second, workflow=workflow, now=LATER)

    bound = Reading(120 * MINUTE, is_lower_bound=True)
    assert clocks(found)["Minimum level (RTA)"] == (
        exact(90),
        bound,
        Change(30 * MINUTE, Sureness.AT_LEAST),
    )
    assert clocks(found)["Switched"][1] == bound
    assert found.chart.rows[-1] == ("Minimum level (RTA)", "90", "> 120")
    assert "bar-open-now" in found.chart.wide


def test_of_a_team_the_clocks_are_medians_over_what_was_in_both_drills(team):
    first, second, _workflow = two(team, 90, 40)
    for before, after in ((30, 20), (60, 50)):
        dependency = DependencyFactory(workflow__team=team)
        recovered(first, team, dependency=dependency, after=before)
        recovered(second, team, dependency=dependency, after=after)
    recovered(second, team, after=119)
    other = TeamFactory()
    recovered(second, other, after=3)

    found = comparing.compare(first, second, team=team, now=LATER)

    assert found.is_median is True
    assert clocks(found)["Minimum level (RTA)"] == (
        exact(60),
        exact(40),
        Change(-20 * MINUTE),
    )
    assert [(line.before is None, line.after is None) for line in found.lines].count(
        (True, False)
    ) == 1
    assert len(found.lines) == 4


def test_a_recovery_from_another_tool_is_compared_with_the_slowest_of_the_same_work(team):
    workflow = WorkflowFactory(team=team)
    first, second = ended(team, at=NOON - DAY), ended(team)
    for minutes in (10, 70):
        dependency = DependencyFactory(workflow=workflow)
        recovered(first, team, dependency=dependency, after=minutes)
    recovered(second, team, dependency=DependencyFactory(workflow=workflow), after=30)

    found = comparing.compare(first, second, workflow=workflow, now=LATER)

    paired = [line for line in found.lines if line.before and line.after]
    assert [line.before.reading for line in paired] == [exact(70)]
    assert len(found.lines) == 2


def test_without_a_choice_the_last_two_drills_are_compared(client, team):
    first, second, workflow = two(team)
    oldest = ended(team, at=NOON - 90 * DAY, title="Oldest")
    recovered(oldest, team, dependency=workflow.dependencies.get(), after=100)
    client.force_login(auditor())
    path = reverse("drills:compare")

    def compared(query):
        found = client.get(f"{path}?{query}").context["found"]
        return found and (found.before.pk, found.after.pk)

    assert compared(f"workflow={workflow.pk}") == (first.pk, second.pk)
    assert compared(f"team={team.pk}") == (first.pk, second.pk)
    assert compared(f"workflow={workflow.pk}&a={oldest.pk}") == (oldest.pk, second.pk)
    both = f"workflow={workflow.pk}&a={second.pk}&b={second.pk}"
    assert compared(both) == (first.pk, second.pk)
    assert compared("") is None
    assert compared("workflow=x&team=y&a=z") is None


def test_the_page_of_a_drill_of_all_teams_leads_to_the_one_before(client, team):
    first, second, workflow = two(team)
    Outage.objects.update(team=None)
    client.force_login(manager())
    page = client.get(second.get_absolute_url()).content.decode()
    (link,) = re.findall(r'href="([^"]*/compare/[^"]*)"', page)

    answer = client.get(unescape(link))

    found = answer.context["found"]
    assert (found.before, found.after) == (first, second)
    assert [line.workflow for line in found.lines] == [workflow.name]
    assert "All teams" in answer.content.decode()


def test_nobody_compares_drills_of_all_teams_that_they_may_not_see(client, team):
    first, second, _workflow = two(team)
    client.force_login(member(TeamFactory(), TeamRole.LEAD))
    asked = f"{reverse('drills:compare')}?a={first.pk}&b={second.pk}"

    assert client.get(asked).context["found"] is None


def test_before_any_drill_the_page_says_so_and_asks_for_no_choice(client):
    client.force_login(manager())

    page = client.get(reverse("drills:compare")).content.decode()

    assert "There are no two drills yet" in page
    assert "Which drills" not in page


def test_one_drill_alone_gives_an_empty_page_that_says_so(client, team):
    drill = ended(team)
    recovery = recovered(drill, team, after=10)
    client.force_login(manager())

    page = client.get(f"{reverse('drills:compare')}?workflow={recovery.workflow_id}")

    assert page.context["found"] is None
    assert "There are no two drills yet" in page.content.decode()


def test_nobody_compares_the_drills_of_another_team(client, team):
    _first, _second, workflow = two(team)
    client.force_login(member(TeamFactory(), TeamRole.LEAD))

    page = client.get(f"{reverse('drills:compare')}?workflow={workflow.pk}")

    assert page.context["found"] is None
    assert workflow.name not in page.content.decode()


@pytest.mark.parametrize("number", [1, 60])
def test_a_comparison_asks_the_same_for_one_workflow_and_for_many(
    client, team, number, django_assert_max_num_queries
):
    first, second, _workflow = two(team)
    for _ in range(number - 1):
        dependency = DependencyFactory(workflow__team=team)
        recovered(first, team, dependency=dependency, after=30)
        recovered(second, team, dependency=dependency, after=20)
    client.force_login(manager())
    path = f"{reverse('drills:compare')}?team={team.pk}"
    client.get(path)

    with django_assert_max_num_queries(QUERIES):
        assert client.get(path).context["page"].paginator.count == number
