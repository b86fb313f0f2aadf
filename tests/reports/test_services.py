"""From a report that is asked for to its file, and what happens when that fails."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from continuity.domain.errors import NotAllowedNow
from continuity.drills.models import Drill
from continuity.notifications.models import Notification
from continuity.reports import content, services
from continuity.reports.models import Report, ReportState
from continuity.reports.pdf import digest
from continuity.reports.services.asking import Form
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    DrillFactory,
    OrganisationFactory,
    ProofFactory,
    RecoveryFactory,
    RunbookStepFactory,
    TeamFactory,
    UpstreamFactory,
    UserFactory,
    WorkflowFactory,
    manager,
)

END = NOON + timedelta(hours=2)
SCRIPT = {
    "components": {"tool": []},
    "phases": [
        {
            "component": "tool",
            "at_seconds": 0,
            "state": "down",
            "error_percent": 100,
            "delay_seconds": None,
            "note_en": "It does not answer.",
            "note_fr": "Il ne répond plus.",
        }
    ],
}


@pytest.fixture
def drill() -> Drill:
    """A drill of two hours: one workflow recovered after 26 minutes, one did not."""
    OrganisationFactory(name="Meridian Mutual")
    drill = DrillFactory(outage__ended=True, outage__title="Spring test", script=SCRIPT)
    RecoveryFactory(
        outage=drill.outage,
        dependency__workflow__name="Claims triage",
        rto=timedelta(minutes=30),
        acknowledged_at=NOON + timedelta(minutes=1),
        minimum_at=NOON + timedelta(minutes=26),
    )
    RecoveryFactory(outage=drill.outage, dependency__workflow__name="Fraud first look")
    return drill


@pytest.mark.django_db
def test_the_facts_of_a_drill_say_what_was_measured_and_what_is_only_a_bound(drill):
    report = services.ask_about_outage(drill.outage, language="en", actor=None, now=END)

    facts, files = services.made(report)
    pdf = files.pdf

    assert facts["figures"]["in_scope"] == 2
    assert facts["figures"]["recovered"] == 1
    assert (facts["figures"]["met"], facts["figures"]["missed"]) == (1, 1)
    times = {row["workflow"]: row["rta"] for row in facts["recoveries"]}
    assert times["Claims triage"] == {"seconds": 1560, "lower_bound": False}
    assert times["Fraud first look"] == {"seconds": 7200, "lower_bound": True}
    assert [row["workflow"] for row in facts["not_recovered"]] == ["Fraud first look"]
    assert pdf.startswith(b"%PDF-")


@pytest.mark.django_db
def test_a_report_speaks_the_language_it_was_asked_for_in(drill):
    report = services.ask_about_outage(drill.outage, language="fr", actor=None, now=END)

    facts, _files = services.made(report)

    assert facts["phases"][0]["note"] == "Il ne répond plus."


@pytest.mark.django_db(transaction=True)
def test_a_drill_that_ended_gets_its_report_by_itself_once(drill):
    assert services.ask_for_missing(now=END) == 1
    assert services.ask_for_missing(now=END) == 0

    assert services.render_due(now=END) is True
    assert services.render_due(now=END) is False
    ready = Notification.objects.get(kind="report.ready")
    assert ready.subject.startswith("EXERCISE - EXERCICE · The report is ready: ")
    assert ready.recipient == drill.outage.facilitator
    assert ready.path == Report.objects.get().get_absolute_url()

    report = Report.objects.get()
    assert (report.state, report.version) == (ReportState.DONE, 1)
    assert report.finished_at == END
    assert report.facts_sha256 == digest(report.facts)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["planned", "running", "aborted"])
def test_a_drill_that_has_not_ended_has_no_report(state):
    drill = DrillFactory(
        outage__state=state,
        outage__occurred_at=NOON if state == "running" else None,
        outage__ended_at=NOON if state == "aborted" else None,
    )

    with pytest.raises(NotAllowedNow):
        services.ask_about_outage(drill.outage, language="en", actor=None, now=END)

    assert Report.objects.count() == 0


@pytest.mark.django_db
def test_asking_twice_gives_the_report_that_is_waiting_and_later_the_next_version(drill):
    first = services.ask_about_outage(drill.outage, language="en", actor=None, now=END)
    same = services.ask_about_outage(drill.outage, language="en", actor=None, now=END)
    Report.objects.update(state=ReportState.FAILED)
    second = services.ask_about_outage(drill.outage, language="en", actor=None, now=END)

    assert same == first
    assert (first.version, second.version) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_a_report_of_a_worker_that_died_is_taken_up_when_its_lease_ends(drill):
    report = services.ask_about_outage(drill.outage, language="en", actor=None, now=END)
    Report.objects.update(
        state=ReportState.RENDERING, attempts=1, leased_until=END + services.LEASE
    )

    assert services.render_due(now=END + services.LEASE - timedelta(seconds=1)) is False
    assert services.render_due(now=END + services.LEASE) is True

    report.refresh_from_db()
    assert (report.state, report.attempts) == (ReportState.DONE, 2)


@pytest.mark.django_db(transaction=True)
def test_four_workers_make_one_report_once(drill):
    services.ask_about_outage(drill.outage, language="en", actor=None, now=END)
    made: list[bool] = []

    def work() -> None:
        made.append(services.render_due(now=END))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(made) == [False, False, False, True]
    assert Report.objects.get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_facts_that_cannot_be_typeset_fail_at_once_and_can_be_tried_again(drill):
    Drill.objects.update(script={"components": {}, "phases": [dict(SCRIPT["phases"][0])]})
    report = services.ask_about_outage(drill.outage, language="en", actor=None, now=END)
    Report.objects.update(paper="parchment")

    services.render_due(now=END)

    report.refresh_from_db()
    assert report.state == ReportState.FAILED
    assert report.last_error != ""
    services.try_again(report.pk, actor=manager(), now=END)
    report.refresh_from_db()
    assert (report.state, report.attempts) == (ReportState.WAITING, 0)


@pytest.mark.django_db
def test_the_continuity_report_tells_ready_from_partly_from_not_ready_from_unknown():
    OrganisationFactory()
    team = TeamFactory(name="Claims")
    ready = WorkflowFactory(team=team, name="Ready", tier=1)
    dependency = DependencyFactory(workflow=ready)
    alternative = AlternativeFactory(dependency=dependency, rank=1)
    RunbookStepFactory(alternative=alternative)
    ProofFactory(alternative=alternative)
    UpstreamFactory(tool=dependency.tool)
    UpstreamFactory(tool=alternative.tool)
    DependencyFactory(workflow__team=team, workflow__name="Bare")
    WorkflowFactory(team=team, name="Names no tool")

    report = services.ask_about_team(
        team, since=NOON - timedelta(days=90), language="en", actor=None, now=NOON
    )
    facts, files = services.made(report)
    pdf = files.pdf

    figures = facts["readiness"]
    assert (figures["ready"], figures["partly"]) == (1, 0)
    assert (figures["not_ready"], figures["unknown"]) == (1, 1)
    assert facts["alternatives"][0]["fate"]["answer"] == "none_known"
    assert facts["alternatives"][0]["proof"]["time"] == {
        "seconds": 1200,
        "lower_bound": False,
    }
    assert [gap["workflow"] for gap in facts["gaps"]["not_ready"]] == ["Bare"]
    assert [gap["workflow"] for gap in facts["gaps"]["no_tool"]] == ["Names no tool"]
    assert len(facts["sources"]) == 2
    assert pdf.startswith(b"%PDF-")


@pytest.mark.django_db
@pytest.mark.parametrize("workflows", [1, 40])
def test_the_facts_cost_the_same_whatever_the_number_of_workflows(
    workflows, django_assert_num_queries
):
    OrganisationFactory()
    team = TeamFactory()
    for _ in range(workflows):
        AlternativeFactory(dependency__workflow__team=team, rank=1)
    report = services.ask_about_team(
        team, since=NOON - timedelta(days=90), language="en", actor=None, now=NOON
    )

    with django_assert_num_queries(24):
        services.CONTENT[report.kind](Report.objects.select_related("team").get())


@pytest.mark.django_db(transaction=True)
def test_a_new_version_supersedes_the_one_that_was_made_and_names_what_changed(drill):
    services.ask_about_outage(drill.outage, language="en", actor=None, now=END)
    services.render_due(now=END)
    first = Report.objects.get()
    kept = bytes(first.pdf)
    RecoveryFactory(outage=drill.outage, dependency__workflow__name="Late comer")
    services.ask_about_outage(drill.outage, language="en", actor=None, now=END)
    services.render_due(now=END)

    second = Report.objects.get(version=2)
    assert second.supersedes == first
    assert second.facts["changes"] == [
        {"figure": "Workflows in scope", "before": "2", "after": "3"},
        {"figure": "Median RTA", "before": "26\u00a0min", "after": "> 2\u00a0h"},
        {"figure": "Missed", "before": "1", "after": "2"},
    ]
    first.refresh_from_db()
    assert bytes(first.pdf) == kept
    assert "changes" not in first.facts


@pytest.mark.django_db(transaction=True)
def test_the_word_that_a_report_is_ready_is_in_the_language_of_who_asked():
    team = TeamFactory(name="Claims")
    reader = UserFactory(language="fr")
    services.ask_for_plan(team, Form("en"), actor=reader, now=NOON)

    services.render_due(now=NOON)

    told = Notification.objects.get(recipient=reader)
    assert told.subject == "Le rapport est prêt\u00a0: Plan d’équipe, Claims"


def test_a_lost_proof_and_work_that_is_less_ready_are_named_in_what_changed():
    proven = {"proof": {"expired": False}}
    before = {"readiness": {"ready": 2}, "alternatives": [proven, {"proof": None}]}
    after = {"readiness": {"ready": 1}, "alternatives": [{"proof": {"expired": True}}]}

    with translation.override("fr"):
        changed = content.changes("continuity", before, after)

    assert changed == [
        {"figure": "Activités prêtes", "before": "2", "after": "1"},
        {
            "figure": "Solutions de repli dont la preuve n’a pas expiré",
            "before": "1",
            "after": "0",
        },
    ]


@pytest.mark.django_db
def test_a_version_that_failed_is_not_superseded(drill):
    services.ask_about_outage(drill.outage, language="en", actor=None, now=END)
    Report.objects.update(state=ReportState.FAILED)

    report = services.ask_about_outage(drill.outage, language="en", actor=None, now=END)
    facts, _files = services.made(report)

    assert (report.version, facts["supersedes"]) == (2, None)
