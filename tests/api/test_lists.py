"""What the lists and their things say, in how many queries."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from continuity.accounts.roles import TeamRole
from continuity.domain.states import DrillState
from continuity.outages.models import OutageKind
from tests.api.asking import ask, token_of
from tests.factories import (
    NOON,
    AlternativeFactory,
    CorrectiveActionFactory,
    DependencyFactory,
    DrillFactory,
    OutageFactory,
    ProofFactory,
    ProviderFactory,
    RecoveryFactory,
    ReportFactory,
    RunbookStepFactory,
    TeamFactory,
    ToolFactory,
    UpstreamFactory,
    UserFactory,
    WorkflowFactory,
    auditor,
    member,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
QUERIES = {
    "workflows": 5,
    "tools": 3,
    "drills": 6,
    "outages": 5,
    "actions": 3,
    "reports": 3,
}
"""The token with its owner, the number of rows, then the rows and what stands beside."""


@pytest.fixture(autouse=True)
def at_noon():
    cache.clear()
    with time_machine.travel(NOON, tick=False):
        yield


def one_of_each():
    team = TeamFactory(parent=TeamFactory())
    workflow = WorkflowFactory(team=team, owner=UserFactory())
    dependency = DependencyFactory(workflow=workflow)
    alternative = AlternativeFactory(dependency=dependency)
    RunbookStepFactory(alternative=alternative)
    ProofFactory(alternative=alternative)
    UpstreamFactory(tool=dependency.tool)
    outage = OutageFactory(ended=True)
    DrillFactory(outage=outage)
    RecoveryFactory(outage=outage, dependency=dependency, minimum_at=NOON + HOUR / 2)
    real = OutageFactory(kind=OutageKind.REAL, ended=True, facilitator=None, limit=None)
    RecoveryFactory(outage=real, dependency=dependency)
    CorrectiveActionFactory(workflow=workflow, team=team, finding__outage=outage)
    ReportFactory(team=team, done=True)
    return workflow


def counted(secret, address):
    with CaptureQueriesContext(connection) as captured:
        answer = ask(secret, address, page_size=200)
    assert answer.status_code == 200
    return len(captured), len(answer.json()["results"])


def test_a_list_asks_as_much_for_a_hundred_rows_as_for_one():
    secret = token_of(auditor())
    one_of_each()
    few = {address: counted(secret, address) for address in QUERIES}
    for _number in range(12):
        one_of_each()
    many = {address: counted(secret, address) for address in QUERIES}

    assert {address: number for address, (number, _rows) in few.items()} == QUERIES
    assert {address: number for address, (number, _rows) in many.items()} == QUERIES
    assert all(rows >= 13 for _number, rows in many.values())


def test_a_workflow_tells_its_targets_its_alternatives_and_what_proves_them():
    workflow = one_of_each()

    told = ask(token_of(auditor()), f"workflows/{workflow.pk}").json()

    assert told["rto_seconds"] == 3600
    assert told["readiness"] == "ready"
    assert told["reasons"] == []
    assert (told["wrt_seconds"], told["unknown"]["wrt_seconds"]) == (
        None,
        "Nobody has set it.",
    )
    (dependency,) = told["dependencies"]
    (alternative,) = dependency["alternatives"]
    assert (alternative["sound"], alternative["proven"]) == (True, True)
    assert alternative["switch"] == {"value": 600, "unit": "seconds", "proven": True}
    assert alternative["shared_fate"]["answer"] == "unknown"
    (proof,) = alternative["proofs"]
    assert (proof["worth"], proof["minimum_seconds"]) == ("counts", 1200)
    assert proof["shown_at"] == "2026-02-20T12:00:00Z"


def test_a_workflow_that_is_not_ready_says_what_would_lift_it():
    dependency = DependencyFactory(workflow__rto=None)

    told = ask(token_of(auditor()), "workflows").json()["results"][0]

    assert (told["id"], told["readiness"]) == (dependency.workflow_id, "not_ready")
    assert told["reasons"] == [
        {"code": "no_alternative", "sentence": "It has no alternative. Add one."}
    ]
    assert told["unknown"]["rto_seconds"] == "Nobody has set it."
    assert told["unknown"]["owner"] == "Nobody is named."


def test_filters_are_those_of_the_page():
    team, other = TeamFactory(), TeamFactory()
    WorkflowFactory(team=team, name="Relevés", tier=1)
    WorkflowFactory(team=team, name="Archived", archived_at=NOON)
    WorkflowFactory(team=other, name="Letters")
    secret = token_of(auditor())

    def names(**asked):
        found = ask(secret, "workflows", **asked).json()["results"]
        return [one["name"] for one in found]

    assert names() == ["Relevés", "Letters"]
    assert names(q="releves") == ["Relevés"]
    assert names(team=other.pk) == ["Letters"]
    assert names(archived=1) == ["Archived"]
    assert names(sort="-name") == ["Relevés", "Letters"]
    assert names(tier=1, gap="no_owner") == ["Relevés"]


def test_a_tool_tells_what_it_rides_on_and_who_says_so():
    tool = ToolFactory(provider=ProviderFactory(name="House"), seats=5)
    UpstreamFactory(tool=tool, verified_on=None, source="status.example.test/a since May")

    told = ask(token_of(member(TeamFactory(), TeamRole.VIEWER)), f"tools/{tool.pk}").json()

    assert (told["provider"]["name"], told["seats"]) == ("House", 5)
    (edge,) = told["upstreams"]
    assert (edge["hard"], edge["relation"], edge["confidence"]) == (True, "hosting", "high")
    assert edge["source_url"] == "https://status.example.test/a"
    assert (edge["verified_on"], edge["age"]) == (None, "never")
    assert edge["unknown"] == {"verified_on": "Never verified."}


def test_a_drill_tells_its_recoveries_with_clocks_and_verdicts():
    outage = OutageFactory(ended=True)
    drill = DrillFactory(outage=outage)
    RecoveryFactory(
        outage=outage, detected_at=NOON + HOUR / 4, minimum_at=NOON + HOUR / 2, capacity=70
    )
    RecoveryFactory(outage=outage)
    secret = token_of(auditor())

    told = ask(secret, f"drills/{drill.pk}").json()
    lines = ask(secret, f"drills/{drill.pk}/recoveries").json()["results"]

    assert told["figures"]["median"] == {"value_seconds": 1800, "bound": "exact"}
    assert (told["figures"]["met"], told["figures"]["missed"]) == (1, 1)
    assert told["recoveries_url"].endswith(f"/api/v1/drills/{drill.pk}/recoveries")
    missed, met = lines
    assert (missed["verdict"], met["verdict"]) == ("missed", "met")
    assert missed["recovery_time"] == {"value_seconds": 7200, "bound": "at least"}
    assert met["recovery_time"] == {"value_seconds": 1800, "bound": "exact"}
    assert met["clocks"]["detected_at"] == "2026-03-02T12:15:00Z"
    assert met["clocks"]["full_at"] is None
    assert (met["gap_seconds"], met["capacity_percent"]) == (-1800, 70)
    assert missed["unknown"]["capacity_percent"] == "Nobody stated it."


def test_the_instant_of_a_surprise_is_no_more_told_than_on_its_page():
    """Its window alone, to who may know of it; where nobody may, it is not there."""
    team = TeamFactory()
    facts = {
        "occurrence_at": NOON + HOUR,
        "window_ends_at": NOON + 5 * HOUR,
        "seed": "drawn from this",
    }
    window, silent = (
        DrillFactory(
            surprise=kind,
            outage=OutageFactory(team=team, secret=True, due_at=NOON + 2 * HOUR),
            **facts,
        )
        for kind in ("window", "silent")
    )
    for drill in (window, silent):
        drill.outage.teams.add(team)
    secret = token_of(member(team, TeamRole.MEMBER))

    answer = ask(secret, f"drills/{window.pk}")

    assert answer.json()["at"] == "2026-03-02T13:00:00Z"
    assert answer.json()["until"] == "2026-03-02T17:00:00Z"
    assert "14:00" not in answer.content.decode()
    assert ask(secret, f"drills/{silent.pk}").status_code == 404
    assert ask(secret, f"outages/{window.outage_id}").status_code == 404
    assert ask(secret, "drills", state="coming").json()["count"] == 1
    assert ask(secret, "drills", state="overdue").json()["count"] == 0


def test_outages_are_real_or_drills_and_an_open_one_has_a_lower_bound():
    going_on = OutageFactory(
        kind=OutageKind.REAL, state=DrillState.RUNNING, occurred_at=NOON - HOUR, limit=None
    )
    RecoveryFactory(outage=going_on, rto=None)
    DrillFactory(outage=OutageFactory(ended=True))
    secret = token_of(auditor())

    real = ask(secret, "outages").json()["results"]
    drills = ask(secret, "outages", kind="drill").json()["results"]

    assert [(one["kind"], one["lasted_seconds"]) for one in real] == [("real", 3600)]
    assert real[0]["figures"]["median"] == {"value_seconds": 3600, "bound": "at least"}
    assert real[0]["unknown"] == {"ended_at": "It goes on."}
    assert [one["kind"] for one in drills] == ["drill"]
    (line,) = ask(secret, f"outages/{going_on.pk}/recoveries").json()["results"]
    assert (line["verdict"], line["unknown"]["verdict"]) == (None, "It had no RTO.")


def test_an_action_tells_how_late_it_is_and_a_report_its_facts():
    action = CorrectiveActionFactory(
        made_at=NOON - 10 * 24 * HOUR, due_on=(NOON - 3 * 24 * HOUR).date()
    )
    report = ReportFactory(team=TeamFactory(name="Claims"), done=True)
    waiting = ReportFactory(team=TeamFactory())
    secret = token_of(auditor())

    told = ask(secret, f"actions/{action.pk}").json()
    facts = ask(secret, f"reports/{report.pk}/facts").json()

    assert (told["days_late"], told["age_days"], told["status"]) == (3, 10, "open")
    assert ask(secret, "actions", which="overdue").json()["count"] == 1
    assert facts["facts"] == {"title": "Continuity report"}
    assert facts["facts_sha256"] == "a" * 64
    assert ask(secret, f"reports/{report.pk}").json()["about"] == "Claims"
    assert ask(secret, f"reports/{waiting.pk}/facts").status_code == 404
    unknown = ask(secret, f"reports/{waiting.pk}").json()["unknown"]
    assert unknown["pdf_sha256"] == "It is not made yet."
