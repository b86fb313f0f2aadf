"""The grab pack and the team plan: what goes in, and the paper that comes out."""

from __future__ import annotations

import io
import subprocess
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.domain.errors import NotAllowedNow
from continuity.reports import content, services
from continuity.reports.models import Report, ReportState
from continuity.reports.pdf import digest
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    OrganisationFactory,
    ProofFactory,
    RunbookStepFactory,
    TeamFactory,
    UserFactory,
    WorkflowFactory,
    auditor,
    member,
)
from tests.reports import sample_packs
from tests.reports.test_pdf import made, read_back

LOOK = services.Form()


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page."""
    text = subprocess.run(
        ["pdftotext", "-q", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    text = text.replace("\u200b", "")
    return [" ".join(page.split()) for page in text.split("\f")][:-1]


@pytest.mark.parametrize("language", ["en", "fr", "en-fr"])
@pytest.mark.parametrize("paper", ["a4", "us-letter", "a5"])
def test_a_workflow_takes_two_pages_on_every_paper_in_every_language(paper, language):
    facts = sample_packs.grab_pack(language, alternatives=2, steps=5)

    front, back = pages(made(facts, "grab_pack", language, paper))

    assert facts["parts"][0]["name"] in front
    assert "person0@meridian.example" in back


def test_each_workflow_of_a_team_has_a_sheet_of_its_own():
    facts = sample_packs.grab_pack(workflows=3)

    sheets = pages(made(facts, "grab_pack"))

    assert len(sheets) == 2 + 3 * 2
    for number, part in enumerate(facts["parts"]):
        assert part["name"] in sheets[2 + 2 * number]
        assert "On paper" in sheets[3 + 2 * number]


def test_a_runbook_that_is_too_long_goes_on_and_nothing_is_cut():
    facts: Any = sample_packs.grab_pack(alternatives=3, steps=40)
    for at, one in enumerate(facts["parts"][0]["dependencies"][0]["alternatives"]):
        for number, step in enumerate(one["steps"]):
            step["text"] = f"Do {at}-{number}."

    text = read_back(made(facts, "grab_pack", paper="a5"))

    for at in range(3):
        for number in range(40):
            assert f"Do {at}-{number}." in text
    assert "What went wrong" in text


def test_a_pack_in_two_languages_says_both_and_marks_which_is_french():
    pdf = made(sample_packs.grab_pack("en-fr"), "grab_pack", "en-fr")

    text = read_back(pdf)
    assert "Who to reach / Qui joindre" in text
    assert "2026-03-31" in text
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == "en"
        drawn = b"".join(page.Contents.read_bytes() for page in document.pages)
    assert b"/Lang(fr)" in drawn


def test_a_pack_has_the_same_digest_in_every_language():
    # But for the name of the work, which the sample translates.
    facts = {one: sample_packs.grab_pack(one) for one in ("en", "fr", "en-fr")}
    for each in facts.values():
        each["title"] = each["parts"][0]["name"] = "Support"

    assert len({digest(each) for each in facts.values()}) == 1


def test_a_plan_names_who_activates_it_and_when_to_go_back():
    text = read_back(made(sample_packs.team_plan(steps=5), "team_plan"))

    for said in (
        "Who activates the plan Amélie Fournier, Jonas Weber",
        "No answer for 10 minutes",
        "One hour without an error",
        "Take the mark off",
        "deputy: Weekly market brief",
        "Decide for each workflow, the most critical first: stay or switch.",
    ):
        assert said in text


@pytest.fixture
def alternative():
    """Claims triage of the team Claims on ChatGPT: proven until 2026-05-31, one step."""
    OrganisationFactory()
    owner = UserFactory(name="Amélie Fournier", email="amelie@meridian.example")
    team = TeamFactory(name="Claims")
    member(team, TeamRole.LEAD)
    alternative = AlternativeFactory(
        dependency__workflow__team=team,
        dependency__workflow__name="Claims triage",
        dependency__workflow__owner=owner,
        rank=1,
        return_criteria="An hour without an error",
    )
    RunbookStepFactory(
        alternative=alternative,
        text="Open it",
        expected=timedelta(minutes=3),
        details="Use the **shared** account\n\n- not for [claims](https://a.example)",
    )
    ProofFactory(alternative=alternative)
    return alternative


@pytest.mark.django_db
def test_the_facts_of_a_pack_hold_people_runbook_and_what_is_proven(alternative):
    workflow = alternative.dependency.workflow
    report = services.ask_for_workflow_pack(workflow, LOOK, actor=None, now=NOON)

    facts, files = services.made(report)
    pdf = files.pdf

    (part,) = facts["parts"]
    assert (facts["title"], facts["of_team"], part["team"]) == (
        "Claims triage",
        False,
        "Claims",
    )
    first = part["contacts"][0]
    assert (first["email"], first["roles"]) == (
        "amelie@meridian.example",
        ["owner"],
    )
    assert part["contacts"][1]["roles"] == ["lead"]
    (one,) = part["dependencies"][0]["alternatives"]
    assert one["status"] == "proven"
    assert one["expected_seconds"] == 180
    assert one["steps"][0]["details"] == [
        {"kind": "text", "text": "Use the shared account"},
        {"kind": "item", "text": "not for claims (https://a.example)"},
    ]
    assert pdf.startswith(b"%PDF-")


@pytest.mark.django_db
def test_the_facts_of_a_plan_hold_the_leads_and_who_answers_for_what(alternative):
    team = alternative.dependency.workflow.team
    report = services.ask_for_plan(team, LOOK, actor=None, now=NOON)

    facts, _files = services.made(report)

    assert len(facts["leads"]) == 1
    by_email = {one["email"]: one for one in facts["people"]}
    amelie = by_email["amelie@meridian.example"]
    assert (amelie["roles"], amelie["owns"]) == (["owner"], ["Claims triage"])


@pytest.mark.django_db
@pytest.mark.parametrize("workflows", [1, 30])
def test_the_pack_of_a_team_costs_the_same_whatever_its_workflows(
    workflows, django_assert_num_queries
):
    OrganisationFactory()
    team = TeamFactory()
    for _ in range(workflows):
        AlternativeFactory(dependency__workflow__team=team, rank=1)
    services.ask_for_team_pack(team, LOOK, actor=None, now=NOON)

    with django_assert_num_queries(10):
        content.grab_pack(Report.objects.select_related("team").get())


@pytest.mark.django_db
def test_an_archived_workflow_is_in_no_pack(alternative):
    workflow = alternative.dependency.workflow
    workflow.archived_at = NOON
    workflow.save()

    with pytest.raises(NotAllowedNow):
        services.ask_for_workflow_pack(workflow, LOOK, actor=None, now=NOON)

    assert Report.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_pack_is_asked_for_made_and_taken_away(client, alternative):
    workflow = alternative.dependency.workflow
    client.force_login(member(workflow.team, TeamRole.VIEWER))

    answer = client.post(
        reverse("reports:new_workflow_pack", args=[workflow.pk]),
        {"language": "en-fr", "paper": "a5", "attach_facts": "on"},
    )
    assert services.render_due(now=NOON.replace(year=2030)) is True

    report = Report.objects.get()
    assert answer["Location"] == report.get_absolute_url()
    assert (report.state, report.language, report.paper) == (
        ReportState.DONE,
        "en-fr",
        "a5",
    )
    pdf = client.get(reverse("reports:download", args=[report.pk])).content
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 2
        (name,) = document.attachments
        kept = document.attachments[name].get_file().read_bytes()
    assert digest(report.facts) == report.facts_sha256
    assert kept.startswith(b'{"charts":[]')


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "status", "made"),
    [("stranger", 404, 0), ("viewer", 302, 1), ("auditor", 302, 1)],
)
def test_who_may_ask_for_the_pack_of_a_workflow(client, who, status, made):
    workflow = WorkflowFactory()
    people = {
        "stranger": UserFactory(),
        "viewer": member(workflow.team, TeamRole.VIEWER),
        "auditor": auditor(),
    }
    client.force_login(people[who])

    answer = client.post(
        reverse("reports:new_workflow_pack", args=[workflow.pk]),
        {"language": "fr", "paper": "a4"},
    )

    assert answer.status_code == status
    assert Report.objects.count() == made


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("route", "language", "paper"),
    [("new_plan", "fr", "us-letter"), ("new_pack", "en-fr", "a5")],
)
def test_a_plan_or_pack_is_asked_for_by_who_sees_the_team(client, route, language, paper):
    team = TeamFactory()
    fields = {"team": team.pk, "language": language, "paper": paper}
    client.force_login(UserFactory())
    refused = client.post(reverse(f"reports:{route}"), fields)
    client.force_login(member(team, TeamRole.VIEWER))
    allowed = client.post(reverse(f"reports:{route}"), fields)

    assert (refused.status_code, allowed.status_code) == (422, 302)
    (report,) = Report.objects.all()
    assert (report.team, report.language, report.paper) == (team, language, paper)


@pytest.mark.django_db
def test_the_pages_of_packs_lead_to_their_pdf(client):
    workflow = DependencyFactory().workflow
    client.force_login(auditor())

    page = client.get(reverse("inventory:pack", args=[workflow.pk])).content.decode()
    team = client.get(reverse("inventory:team_pack", args=[workflow.team_id]))
    head = client.get(workflow.get_absolute_url()).content.decode()

    address = reverse("reports:new_workflow_pack", args=[workflow.pk])
    assert f'href="{address}"' in page
    assert f'href="{address}"' in head
    assert f"{reverse('reports:new_pack')}?team={workflow.team_id}" in team.content.decode()
