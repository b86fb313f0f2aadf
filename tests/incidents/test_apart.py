"""What is real and what is practice, kept apart in lists, figures and banners."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.outages import queries
from continuity.outages.models import OutageKind
from tests.factories import (
    NOON,
    DependencyFactory,
    DrillFactory,
    OutageFactory,
    RecoveryFactory,
    TeamFactory,
    UserFactory,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON + timedelta(hours=3), tick=False):
        yield


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def dependency(team):
    return DependencyFactory(workflow__team=team, tool__name="ChatGPT")


def over(dependency, kind, minutes, **fields):
    outage = OutageFactory(ended=True, kind=kind, **fields)
    outage.teams.add(dependency.workflow.team)
    outage.tools.add(dependency.tool)
    RecoveryFactory(
        outage=outage, dependency=dependency, minimum_at=NOON + minutes * MINUTE
    )
    return outage


def test_lists_show_one_kind_each(client, dependency):
    over(dependency, OutageKind.DRILL, 20, title="Practice")
    over(dependency, OutageKind.REAL, 90, title="The real thing")
    client.force_login(manager())

    real = client.get(reverse("outages:list")).content.decode()
    drills = client.get(reverse("outages:list"), {"kind": "drill"}).content.decode()

    assert "The real thing" in real
    assert "Practice" not in real
    assert "1\u00a0h\u00a030" in real
    assert "Practice" in drills
    assert "The real thing" not in drills


@pytest.mark.parametrize("kind", [OutageKind.REAL, OutageKind.DRILL])
def test_a_list_asks_the_same_number_of_queries_for_1_and_40(client, dependency, kind):
    counted = []
    client.force_login(manager())
    for number in (1, 39):
        for _place in range(number):
            outage = OutageFactory(ended=True, kind=kind)
            RecoveryFactory(outage=outage, dependency=dependency)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("outages:list"), {"kind": kind})
        counted.append(len(asked))

    assert counted[0] == counted[1]


def test_recoveries_behind_the_figures_are_of_one_kind(client, dependency):
    over(dependency, OutageKind.DRILL, 20, title="Practice")
    over(dependency, OutageKind.REAL, 90, title="The real thing")
    client.force_login(manager())
    address = reverse("dashboard:recoveries")

    drills = client.get(address).content.decode()
    real = client.get(address, {"kind": "real"}).content.decode()

    assert ("Practice" in drills, "The real thing" in drills) == (True, False)
    assert ("Practice" in real, "The real thing" in real) == (False, True)


def test_the_chart_of_the_overview_has_a_series_for_each(client, dependency):
    over(dependency, OutageKind.DRILL, 20)
    over(dependency, OutageKind.REAL, 90)
    client.force_login(manager())

    page = client.get(reverse("dashboard:overview"))

    chart = page.context["view"].trend
    assert chart.heads == ["Month", "Drills, minutes", "Real outages, minutes"]
    assert tuple(chart.rows[-1]) == ("Mar", "20", "90")
    assert page.context["view"].recovery.median.length == 20 * MINUTE
    assert page.context["view"].real.median.length == 90 * MINUTE
    assert 'class="other"' in chart.wide


def test_a_workflow_keeps_its_drills_and_its_own_record_apart(client, dependency):
    over(dependency, OutageKind.DRILL, 20, title="Practice")
    over(dependency, OutageKind.REAL, 90, title="The real thing")
    client.force_login(manager())
    workflow = dependency.workflow_id

    record = client.get(reverse("outages:workflow_record", args=[workflow]))
    of_tool = client.get(reverse("outages:tool_record", args=[dependency.tool_id]))
    history = client.get(reverse("outages:workflow_history", args=[workflow]))
    known = client.get(reverse("inventory:workflow_outages", args=[workflow]))

    for answer in (record, of_tool):
        page = answer.content.decode()
        assert "The real thing" in page
        assert "Practice" not in page
    assert [line.outage_title for line in history.context["lines"]] == ["Practice"]
    assert [line.outage_title for line in history.context["real"]] == ["The real thing"]
    assert record.wsgi_request.path in known.content.decode()


@pytest.mark.parametrize(
    ("route", "heading"),
    [
        ("outages:workflow_record", "What really happened here"),
        ("outages:tool_record", "What really happened here"),
        ("outages:workflow_history", "Drills and outages"),
        ("drills:workflow_actions", "Findings and actions"),
    ],
)
def test_what_loads_by_itself_is_a_page_of_its_own_without_javascript(
    client, dependency, route, heading
):
    of_tool = route == "outages:tool_record"
    pk = dependency.tool_id if of_tool else dependency.workflow_id
    client.force_login(manager())

    page = client.get(reverse(route, args=[pk])).content.decode()
    card = client.get(reverse(route, args=[pk]), headers={"HX-Request": "true"})

    assert page.count(f"<h1>{heading}</h1>") == 1
    assert card.content.decode().startswith("<section")
    assert card.content.decode() in page


def test_nobody_reads_the_record_of_work_they_may_not_see(client, dependency):
    over(dependency, OutageKind.REAL, 90, title="The real thing")
    client.force_login(UserFactory())

    record = reverse("outages:workflow_record", args=[dependency.workflow_id])
    of_tool = client.get(reverse("outages:tool_record", args=[dependency.tool_id]))

    assert client.get(record).status_code == 404
    assert "The real thing" not in of_tool.content.decode()


def test_what_ended_since_an_instant_leaves_out_drills_and_false_alarms(dependency):
    over(dependency, OutageKind.DRILL, 20)
    real = over(dependency, OutageKind.REAL, 90)
    OutageFactory(
        kind=OutageKind.REAL, state="aborted", occurred_at=NOON, ended_at=real.ended_at
    )

    assert list(queries.ended_since(real.ended_at - MINUTE)) == [real]
    assert list(queries.ended_since(real.ended_at)) == []


def test_a_live_outage_stands_above_every_page_of_those_it_concerns(
    client, team, dependency
):
    outage = OutageFactory(running=True, kind=OutageKind.REAL, title="The real thing")
    outage.teams.add(team)
    practice = OutageFactory(running=True, title="Practice")
    practice.teams.add(team)
    DrillFactory(outage=practice)
    pages = [reverse("inventory:workflows"), reverse("drills:list")]
    client.force_login(member(team, TeamRole.MEMBER))

    for address in pages:
        page = client.get(address).content.decode()
        assert page.count("banner is-outage") == 1
        assert "The real thing" in page
    overview = client.get(reverse("dashboard:overview")).content.decode()
    assert overview.count("banner is-outage") == 1
    assert overview.index("banner is-outage") < overview.index("banner is-drill")
    live = client.get(outage.get_absolute_url()).content.decode()
    assert "banner is-outage" not in live
    client.force_login(UserFactory())
    assert "banner is-outage" not in client.get(pages[0]).content.decode()


def test_what_really_fails_is_in_no_calendar(client, team, dependency):
    outage = OutageFactory(running=True, kind=OutageKind.REAL, title="The real thing")
    outage.teams.add(team)
    client.force_login(manager())

    assert (
        "The real thing" not in client.get(reverse("drills:list")).context["found"].running
    )
    page = client.get(reverse("drills:calendar")).content.decode()
    assert page.count("The real thing") == 2  # the banner and its button
