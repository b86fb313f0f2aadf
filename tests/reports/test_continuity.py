"""The sections of a continuity report, each with exact numbers."""

from datetime import timedelta
from typing import Any

import pytest

from continuity.drills.models import ActionStatus, CorrectiveAction, Finding
from continuity.incidents.models import Incident
from continuity.insight.models import Forecast
from continuity.inventory.models import Material, RecoveryPoint
from continuity.reports import services
from continuity.reports.models import Report
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    DrillFactory,
    ImpactCategoryFactory,
    ImpactFactory,
    ImpactLevelFactory,
    OrganisationFactory,
    OutageFactory,
    RecoveryFactory,
    TeamFactory,
    ToolFactory,
    UpstreamFactory,
    UserFactory,
    WorkflowFactory,
)

pytestmark = pytest.mark.django_db
CUT_OFF = NOON + timedelta(days=10)
HOUR = timedelta(hours=1)


def facts_of(team: Any = None, *, until: Any = None) -> Any:
    OrganisationFactory()
    report = Report(
        kind="continuity",
        team=team,
        language="en",
        since=NOON - timedelta(days=1),
        until=until,
        cut_off=CUT_OFF,
        asked_at=CUT_OFF,
    )
    return services.CONTENT["continuity"](report)


def test_a_report_is_about_everybody_a_department_or_a_team():
    department = TeamFactory(name="Operations")
    team = TeamFactory(name="Claims", parent=department)

    assert [facts_of(about)["scope"] for about in (None, department, team)] == [
        {"kind": "organisation", "name": "The whole organisation"},
        {"kind": "department", "name": "Operations"},
        {"kind": "team", "name": "Claims"},
    ]


def test_the_impact_analysis_gives_the_worst_level_by_time_and_what_may_be_lost():
    work = WorkflowFactory(name="Claims", mtpd=8 * HOUR, rto=2 * HOUR, wrt=HOUR)
    minor = ImpactLevelFactory(name="Minor", order=1, tolerable=True)
    severe = ImpactLevelFactory(name="Severe", order=2, tolerable=False)
    legal = ImpactCategoryFactory(name="Legal")
    ImpactFactory(workflow=work, category=legal, level=minor, after=HOUR)
    ImpactFactory(workflow=work, category=legal, level=severe, after=24 * HOUR)
    RecoveryPoint.objects.create(workflow=work, material=Material.FILES, rpo=HOUR)
    WorkflowFactory(name="Not rated")

    found = facts_of()

    assert (found["scale"]["rated"], found["scale"]["workflows"]) == (1, 2)
    claims = next(row for row in found["impact"] if row["workflow"] == "Claims")
    # 15 min, 30 min, 1 h, 4 h, 8 h, 24 h, 72 h, a week
    assert claims["levels"] == [None, None, 0, 0, 0, 1, 1, 1]
    assert claims["intolerable_in"] == ["Legal"]
    assert (claims["mtpd_seconds"], claims["given_mtpd_seconds"]) == (28_800, 86_400)
    assert [point["rpo_seconds"] for point in claims["points"]] == [3_600]


def test_a_shared_upstream_is_named_with_its_path_and_counted_once():
    dependency = DependencyFactory(tool__name="ChatGPT")
    edge = ToolFactory(name="Edge network")
    other = AlternativeFactory(dependency=dependency, rank=1, tool__name="Perplexity")
    AlternativeFactory(
        dependency=dependency, rank=2, tool=None, procedure="By hand", kind="manual"
    )
    for tool in (dependency.tool, other.tool):
        UpstreamFactory(tool=tool, upstream=edge, relation="edge", hard=True)

    found = facts_of()

    shared = found["shared_fate"]
    assert [shared[key] for key in ("alternatives", "shares", "unknown", "manual")] == [
        2,
        1,
        0,
        1,
    ]
    assert shared["rows"][0]["through"] == ["Perplexity", "Edge network"]
    rows = {row["tool"]: row for row in found["knock_out"]["rows"]}
    # Lost with the edge the work goes on by hand; so it does without ChatGPT.
    assert (rows["Edge network"]["falls_with"], rows["Edge network"]["stops"]) == (2, 0)
    assert rows["Edge network"]["lands_on"] == ["By hand (1)"]
    assert rows["ChatGPT"]["lands_on"] == ["Perplexity (1)"] or (
        rows["ChatGPT"]["falls_back"] == 1
    )


def test_real_outages_stand_apart_from_drills_and_what_is_excused_is_named():
    who = UserFactory(name="Ada")
    real = OutageFactory(kind="real", ended=True, title="No answer", limit=None)
    Incident.objects.create(
        outage=real, links=["https://status.example.test/1"], remind_at=NOON
    )
    RecoveryFactory(outage=real, minimum_at=NOON + timedelta(minutes=30))
    drill = OutageFactory(ended=True, title="Rehearsal")
    RecoveryFactory(outage=drill, minimum_at=NOON + timedelta(minutes=90))
    RecoveryFactory(
        outage=drill, excused_reason="Public holiday", excused_by=who, excused_at=NOON
    )
    OutageFactory(state="aborted", ended_at=NOON, title="Called off")

    found = facts_of()

    assert [found["drill_figures"][key] for key in ("drills", "met", "missed")] == [1, 0, 1]
    assert [found["outage_figures"][key] for key in ("outages", "met", "missed")] == [
        1,
        1,
        0,
    ]
    assert found["outage_figures"]["median"] == {"seconds": 1_800, "lower_bound": False}
    assert found["drill_figures"]["median"] == {"seconds": 5_400, "lower_bound": False}
    assert found["outages"][0]["links"] == ["https://status.example.test/1"]
    assert [(row["reason"], row["by"]) for row in found["excused"]] == [
        ("Public holiday", "Ada")
    ]
    assert found["left_out"]["called_off"] == 1


def test_drills_after_the_end_of_the_period_are_not_in_it():
    RecoveryFactory(outage=OutageFactory(ended=True))

    assert facts_of(until=NOON)["drill_figures"]["drills"] == 0
    assert facts_of(until=NOON + timedelta(seconds=1))["drill_figures"]["drills"] == 1
    found = facts_of(until=NOON.replace(hour=0))
    assert found["period"] == {"first": "2026-03-01", "last": "2026-03-01"}


def test_findings_and_actions_have_their_age_and_a_closed_one_says_on_what():
    team = TeamFactory()
    drill = DrillFactory(outage__ended=True, outage__team=team)
    owner = UserFactory(name="Ada")
    seen = Finding.objects.create(
        outage=drill.outage,
        kind="finding",
        text="Nobody knew the way.",
        made_at=NOON,
        made_by=owner,
    )
    told = {"finding": seen, "team": team, "owner": owner, "made_by": owner}
    CorrectiveAction.objects.create(
        **told, text="Write it down", due_on=NOON.date(), made_at=NOON
    )
    CorrectiveAction.objects.create(
        **told,
        text="Print it",
        due_on=NOON.date(),
        made_at=NOON,
        status=ActionStatus.CLOSED,
        closed_at=NOON + timedelta(days=2),
        closed_by=owner,
        closed_reason="Hangs on the wall.",
    )

    found = facts_of(team)

    [row] = found["findings"]
    assert (row["text"], row["actions"], row["open_actions"]) == (
        "Nobody knew the way.",
        2,
        1,
    )
    assert found["action_figures"] == {
        "findings": 1,
        "open": 1,
        "overdue": 1,
        "closed": 1,
        "oldest_days": 10,
    }
    assert found["actions"][1]["closed"] == "Hangs on the wall. Closed by Ada."
    assert facts_of(TeamFactory())["findings"] == []


SPREAD = {"hours": [10.0, 2.0, 8.0, 30.0], "cost": None}


def test_the_forecast_is_the_latest_that_was_finished_cut_to_the_scope():
    team, other = TeamFactory(name="Claims"), TeamFactory(name="Legal")
    result = {
        "record": [{"own": None}, {"own": 3}],
        "observed_days": 900,
        "whole": SPREAD,
        "teams": [
            {"pk": team.pk, "name": "Claims", **SPREAD},
            {"pk": other.pk, "name": "Legal", **SPREAD},
        ],
        "workflows": [{"team": team.pk, "state": "no_hours", "hours": None}],
        "worth": [],
    }
    for seed, at in ((1, CUT_OFF - HOUR), (2, CUT_OFF), (3, CUT_OFF + HOUR)):
        Forecast.objects.create(
            seed=seed,
            years=1_000,
            asked_at=at,
            as_of=at,
            finished_at=at,
            state="done",
            result=result,
            result_sha256="f" * 64,
        )

    whole, part = facts_of()["forecast"], facts_of(team)["forecast"]

    assert (whole["seed"], whole["years"], whole["record"], whole["own"]) == (
        2,
        1_000,
        2,
        1,
    )
    assert whole["whole"]["mean_seconds"] == 36_000
    assert [row["team"] for row in whole["teams"]] == ["Claims", "Legal"]
    # What nine years of ten lie between cannot be added up.
    assert part["whole"] is None
    assert [row["team"] for row in part["teams"]] == ["Claims"]
    assert part["unsaid"] == [
        {"reason": "Its hours of work are not stated.", "workflows": 1}
    ]


def test_without_a_forecast_the_report_says_none_and_not_zero():
    assert facts_of()["forecast"] is None
