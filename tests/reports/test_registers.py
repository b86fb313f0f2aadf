"""What an auditor takes away: the evidence register, and the DORA extract."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.inventory.models import RecoveryPoint
from continuity.outages.models import EntryKind, JournalEntry
from continuity.outages.services.journal import append
from continuity.reports import services
from continuity.reports.content import dora, evidence
from continuity.reports.content.continuity import continuity
from continuity.reports.models import Report
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    DrillFactory,
    OrganisationFactory,
    ProofFactory,
    ProviderFactory,
    RecoveryFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    WorkflowFactory,
    auditor,
    member,
)

END = NOON + timedelta(hours=2)
SINCE = NOON - timedelta(days=365)

pytestmark = pytest.mark.django_db


def asked(team=None):
    return services.ask_for_evidence(
        team, services.Form(), since=SINCE, actor=None, now=NOON + timedelta(days=1)
    )


def test_the_register_holds_every_proof_those_that_expired_or_ended_too():
    OrganisationFactory()
    alternative = AlternativeFactory(rank=1)
    ProofFactory(alternative=alternative, note="counts")
    ProofFactory(
        alternative=alternative,
        note="expired",
        shown_at=NOON - timedelta(days=300),
        expires_at=NOON - timedelta(days=100),
    )
    ProofFactory(
        alternative=alternative,
        note="ended",
        ended_at=NOON,
        ended_reason="runbook_changed",
    )
    ProofFactory(alternative=alternative, note="failed", works=False)
    ProofFactory(
        alternative=alternative,
        note="long ago",
        shown_at=SINCE - timedelta(days=1),
        expires_at=NOON,
    )

    facts, files = services.made(asked())
    pdf = files.pdf

    assert {row["note"]: row["standing"] for row in facts["proofs"]} == {
        "counts": "counts",
        "expired": "expired",
        "ended": "ended",
        "failed": "failed",
    }
    assert facts["figures"]["proofs"] == 4
    assert pdf.startswith(b"%PDF-")


def test_the_hash_of_a_proof_outlives_a_rename_and_shows_a_changed_figure():
    OrganisationFactory()
    proof = ProofFactory(alternative=AlternativeFactory(rank=1))
    report = asked()
    before = evidence(report)["proofs"][0]["sha256"]
    workflow = proof.alternative.dependency.workflow
    workflow.name = "Renamed"
    workflow.save()
    renamed = evidence(report)["proofs"][0]
    proof.capacity = 99
    proof.save()
    changed = evidence(report)["proofs"][0]["sha256"]

    assert (renamed["workflow"], renamed["sha256"]) == ("Renamed", before)
    assert changed != before


def test_a_drill_stands_with_the_head_of_its_journal_and_its_report():
    OrganisationFactory()
    drill = DrillFactory(outage__ended=True, outage__title="Spring test")
    recovery = RecoveryFactory(outage=drill.outage)
    drill.outage.teams.add(recovery.workflow.team)
    for _ in range(2):
        append(drill.outage, EntryKind.NOTE, at=NOON, now=NOON, actor=None)
    Report.objects.create(
        kind="after_action", outage=drill.outage, language="en", cut_off=END, asked_at=END,
        due_at=END, state="done", finished_at=END, facts={}, facts_sha256="a" * 64,
        pdf=b"%PDF", pdf_sha256="b" * 64,
    )  # fmt: skip

    (row,) = evidence(asked())["drills"]

    assert row["entries"] == 2
    assert row["journal_head"] == JournalEntry.objects.get(number=2).hash
    assert row["reports"] == [{"version": 1, "language": "en", "facts_sha256": "a" * 64}]
    assert (row["recoveries"], row["is_drill"]) == (1, True)


def test_the_register_of_a_team_holds_nothing_of_another():
    OrganisationFactory()
    ours = ProofFactory(alternative=AlternativeFactory(rank=1))
    ProofFactory(alternative=AlternativeFactory(rank=1))
    team = ours.alternative.dependency.workflow.team

    facts = evidence(asked(team))

    assert [row["number"] for row in facts["proofs"]] == [ours.pk]


@pytest.mark.parametrize("proofs", [1, 40])
def test_the_register_costs_the_same_whatever_its_length(proofs, django_assert_num_queries):
    OrganisationFactory()
    alternative = AlternativeFactory(rank=1)
    for _ in range(proofs):
        ProofFactory(alternative=alternative)
    asked()

    with django_assert_num_queries(4):
        evidence(Report.objects.select_related("team", "supersedes", "asked_by").get())


def done(client, report=None, **facts):
    report = report or asked()
    empty = {"proofs": [], "drills": []}
    Report.objects.filter(pk=report.pk).update(
        state="done", finished_at=NOON, facts={**empty, **facts}, facts_sha256="a" * 64,
        pdf=b"%PDF", pdf_sha256="b" * 64,
    )  # fmt: skip
    client.force_login(auditor())
    return report


def test_a_register_is_taken_as_csv_and_as_a_workbook_and_nothing_in_it_runs(client):
    OrganisationFactory()
    ProofFactory(alternative=AlternativeFactory(rank=1), note="=cmd()")
    report = done(client, **evidence(asked()))

    archive = client.get(reverse("reports:csv", args=[report.pk]))
    book = client.get(reverse("reports:xlsx", args=[report.pk]))

    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        assert files.namelist() == ["1-proofs.csv", "2-drills-and-outages.csv"]
        text = files.read("1-proofs.csv").decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["note"], row["standing"]) == ("'=cmd()", "counts")
    assert len(row["sha256"]) == 64
    sheets = openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    assert sheets == ["Proofs", "Drills and outages"]


def test_the_tables_of_a_continuity_report_are_taken_with_bounds_in_their_own_column(
    client,
):
    OrganisationFactory()
    drill = DrillFactory(outage__ended=True, outage__title="=1+1")
    RecoveryFactory(outage=drill.outage, dependency__workflow__name="Triage")
    asked_for = services.ask_about_team(
        None, since=SINCE, language="fr", actor=None, now=NOON + timedelta(days=1)
    )
    report = done(client, asked_for, **continuity(asked_for))

    archive = client.get(reverse("reports:csv", args=[report.pk]))
    book = client.get(reverse("reports:xlsx", args=[report.pk]))

    sheets = openpyxl.load_workbook(io.BytesIO(book.content))
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        assert len(files.namelist()) == len(sheets.sheetnames)
        name = next(one for one in files.namelist() if one.endswith("-drills.csv"))
        (row,) = csv.DictReader(io.StringIO(files.read(name).decode("utf-8-sig")))
    assert (row["drill"], row["workflow"]) == ("'=1+1", "Triage")
    assert (row["rta_seconds"], row["rta_lower_bound"]) == ("7200", "yes")
    figures = {line[0]: line[1:3] for line in sheets["Figures"].values}
    assert figures["drill_figures_median_seconds"] == (7200, "yes")
    assert figures["drill_figures_recoveries"] == (1, None)


@pytest.mark.parametrize("route", ["csv", "xlsx"])
def test_the_tables_of_the_organisation_are_for_who_sees_all_teams(client, route):
    report = done(client)
    address = reverse(f"reports:{route}", args=[report.pk])
    allowed = client.get(address)
    client.force_login(member(TeamFactory(), TeamRole.LEAD))
    refused = client.get(address)

    assert (allowed.status_code, refused.status_code) == (200, 404)


@pytest.mark.parametrize(("who", "status", "made"), [("lead", 422, 0), ("auditor", 302, 1)])
def test_who_may_ask_for_the_register_of_the_organisation(client, who, status, made):
    people = {"lead": member(TeamFactory(), TeamRole.LEAD), "auditor": auditor()}
    client.force_login(people[who])

    answer = client.post(
        reverse("reports:new_evidence"),
        {"team": "", "period": 1096, "language": "fr", "paper": "a4"},
    )

    assert answer.status_code == status
    assert Report.objects.count() == made


@pytest.mark.parametrize(
    ("minutes", "hours"), [(None, 0), (1, 1), (60, 1), (61, 2), (1440, 24)]
)
def test_a_target_is_told_in_whole_hours_as_the_template_asks(minutes, hours):
    length = None if minutes is None else timedelta(minutes=minutes)

    assert dora.hours(length) == hours


def test_the_extract_holds_what_we_know_in_the_columns_of_the_templates():
    OrganisationFactory(name="Meridian Mutual")
    openai, google = ProviderFactory(name="OpenAI"), ProviderFactory(name="Google")
    dependency = DependencyFactory(
        tool=ToolFactory(provider=openai),
        workflow__name="Claims triage",
        workflow__reference="W-7",
        workflow__rto=timedelta(minutes=30),
    )
    AlternativeFactory(dependency=dependency, rank=1, tool=ToolFactory(provider=google))
    RecoveryPoint.objects.create(
        workflow=dependency.workflow, material="files", rpo=timedelta(hours=5)
    )
    WorkflowFactory(archived_at=NOON)

    found = {one.title: (one, list(one.rows())) for one in dora.templates(auditor())}

    entity, providers, functions, assessed = (rows for _, rows in found.values())
    assert entity == [("", "Meridian Mutual", "", "", "", "")]
    assert [row[4] for row in providers] == ["OpenAI"]
    number = f"F{dependency.workflow_id}"
    assert functions == [(number, "", "Claims triage", "", "", "", "", 1, 5, "")]
    assert [row[10:] for row in assessed] == [("eba_BT:x28", "Google")]
    assert found["B_06.01"][0].columns[:3] == ("c0010", "c0020", "c0030")


def test_each_provider_that_could_replace_another_has_a_row_and_no_word_is_no_answer():
    OrganisationFactory()
    used = {name: ProviderFactory(name=name) for name in ("A", "B", "C")}
    uses = {
        name: DependencyFactory(tool=ToolFactory(provider=provider))
        for name, provider in used.items()
    }
    for rank, name in enumerate(("Mistral", "Google"), start=1):
        tool = ToolFactory(provider=ProviderFactory(name=name))
        AlternativeFactory(dependency=uses["A"], rank=rank, tool=tool)
    AlternativeFactory(dependency=uses["B"], manual=True)

    rows = [row[10:] for row in dora.templates(auditor())[3].rows()]

    yes, no, not_assessed = "eba_BT:x28", "eba_BT:x29", "eba_BT:x21"
    assert rows == [(yes, "Google"), (yes, "Mistral"), (no, ""), (not_assessed, "")]


def test_the_extract_of_a_member_holds_their_own_teams_alone():
    OrganisationFactory()
    ours, _theirs = WorkflowFactory(name="Ours"), WorkflowFactory(name="Theirs")
    person = member(ours.team, TeamRole.VIEWER)

    functions = dora.templates(person)[2]

    assert [row[2] for row in functions.rows()] == ["Ours"]


def test_the_page_names_every_column_we_hold_nothing_for(client):
    client.force_login(UserFactory())

    page = client.get(reverse("reports:dora")).content.decode()
    archive = client.get(reverse("reports:dora_csv"))

    assert page.count("Empty: Continuity does not hold it") == 5 + 11 + 6 + 10
    assert "B_99.01" in page
    assert dora.SOURCE in page
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        assert files.namelist() == [
            "b_01.01.csv", "b_05.01.csv", "b_06.01.csv", "b_07.01.csv"
        ]  # fmt: skip
