from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from continuity.accounts.roles import TeamRole
from continuity.domain.readiness import Level, Reason
from continuity.history.models import Entry
from continuity.inventory.models import EndReason, Proof, ProofFile, ProofPolicy, Workflow
from continuity.inventory.queries import proofs as queries
from continuity.inventory.queries.readiness import readiness
from continuity.inventory.queries.workflow import page
from continuity.inventory.services import dependencies, proofs, runbooks, tools, workflows
from continuity.inventory.services.runbooks import Step
from tests.factories import (
    NOON,
    AlternativeFactory,
    OrganisationFactory,
    ProofFactory,
    RunbookStepFactory,
    ToolFactory,
    UserFactory,
    administrator,
    manager,
    member,
)

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
PDF = b"%PDF-1.7\n" + b"0" * 40


def proven():
    """An alternative with a runbook of one step and a drill that shows it."""
    alternative = AlternativeFactory(rank=1)
    RunbookStepFactory(alternative=alternative, position=1, text="Sign in")
    return alternative, ProofFactory(alternative=alternative)


def level(alternative):
    workflow = alternative.dependency.workflow
    return readiness(Workflow.objects.filter(pk=workflow.pk), now=NOON)[workflow.pk]


def ended(proof):
    proof.refresh_from_db()
    return proof.ended_reason


# --- how long ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "days"),
    [("drill", 180), ("outage", 180), ("check", 90), ("attestation", 30)],
)
def test_without_a_policy_a_proof_counts_as_long_as_its_source_says(source, days):
    proof = proofs.prove(
        AlternativeFactory(), source=source, shown_at=NOON, works=True, by=None, now=NOON
    )

    assert proof.expires_at == NOON + timedelta(days=days)


@pytest.mark.parametrize(("tier", "days"), [(1, 60), (2, 120), (3, 120)])
def test_the_policy_of_the_tier_comes_before_that_of_the_source(tier, days):
    ProofPolicy.objects.create(source="drill", tier=None, days=120)
    ProofPolicy.objects.create(source="drill", tier=1, days=60)
    alternative = AlternativeFactory(dependency__workflow__tier=tier)

    proof = proofs.prove(
        alternative, source="drill", shown_at=NOON, works=True, by=None, now=NOON
    )

    assert proof.expires_at == NOON + timedelta(days=days)


def test_another_policy_moves_the_end_of_the_proofs_that_are_there():
    OrganisationFactory()
    _alternative, standing = proven()
    over = ProofFactory(ended_at=NOON, ended_reason=EndReason.BY_HAND)

    proofs.set_policy(
        {("drill", None): 20, ("drill", 1): None}, actor=administrator(), now=NOON
    )

    standing.refresh_from_db()
    assert standing.expires_at == standing.shown_at + timedelta(days=20)
    assert Proof.objects.get(pk=over.pk).expires_at == over.expires_at
    assert list(ProofPolicy.objects.values_list("source", "tier", "days")) == [
        ("drill", None, 20)
    ]
    assert Entry.objects.get().verb == "organisation.proofs_changed"


def test_work_that_becomes_critical_shortens_its_proofs():
    alternative, proof = proven()
    ProofPolicy.objects.create(source="drill", tier=1, days=30)

    workflows.change(
        alternative.dependency.workflow_id, fields={"tier": 1}, actor=manager(), now=NOON
    )

    proof.refresh_from_db()
    assert proof.expires_at == proof.shown_at + timedelta(days=30)


def test_the_policy_page_keeps_what_was_typed_and_refuses_zero(client):
    OrganisationFactory()
    client.force_login(administrator())
    url = reverse("inventory:proof_policy")

    assert client.post(url, {"check": "0"}).status_code == 422
    assert not ProofPolicy.objects.exists()
    assert client.post(url, {"check": "45", "check-1": "15"}).status_code == 302
    assert set(ProofPolicy.objects.values_list("source", "tier", "days")) == {
        ("check", None, 45),
        ("check", 1, 15),
    }


# --- what ends a proof --------------------------------------------------------------


def test_an_edited_runbook_ends_the_proof_and_the_work_is_only_partly_ready():
    alternative, proof = proven()
    assert level(alternative).level == Level.READY

    step = alternative.steps.get()
    runbooks.save(
        alternative.pk, steps=[Step("Sign in twice", pk=step.pk)], actor=manager(), now=NOON
    )

    assert ended(proof) == EndReason.RUNBOOK_CHANGED
    found = level(alternative)
    assert (found.level, found.reasons) == (Level.PARTLY, (Reason.PROOF_ENDED,))
    assert set(Entry.objects.values_list("verb", flat=True)) == {
        "runbook.changed",
        "proof.ended",
    }


def test_a_runbook_saved_without_a_change_ends_nothing():
    alternative, proof = proven()
    step = alternative.steps.get()

    runbooks.save(
        alternative.pk, steps=[Step("Sign in", pk=step.pk)], actor=manager(), now=NOON
    )

    assert ended(proof) == ""
    assert not Entry.objects.exists()


def test_the_first_writing_of_a_runbook_ends_nothing():
    alternative = AlternativeFactory(rank=1)
    proof = ProofFactory(alternative=alternative)

    runbooks.save(alternative.pk, steps=[Step("Sign in")], actor=manager(), now=NOON)

    assert ended(proof) == ""


@pytest.mark.parametrize(
    ("days", "reason"), [(-1, "tool_retired"), (0, "tool_retired"), (1, "")]
)
def test_a_tool_that_is_withdrawn_ends_its_proofs_on_that_day(days, reason):
    alternative, proof = proven()
    day = NOON.date() + timedelta(days=days)

    tools.change(alternative.tool_id, fields={"retired_on": day}, actor=manager(), now=NOON)

    assert ended(proof) == reason


def test_the_clock_ends_the_proofs_of_a_product_that_is_withdrawn_with_its_models():
    alternative, proof = proven()
    alternative.tool.parent = ToolFactory(retired_on=date(2026, 3, 3))
    alternative.tool.save(update_fields=["parent"])

    assert proofs.end_for_retired_tools(now=NOON) == 0
    assert proofs.end_for_retired_tools(now=NOON + timedelta(days=1)) == 1
    assert proofs.end_for_retired_tools(now=NOON + timedelta(days=1)) == 0
    assert ended(proof) == EndReason.TOOL_RETIRED
    assert Entry.objects.get().actor is None


def test_another_tool_keeps_the_alternatives_and_ends_their_proofs():
    alternative, proof = proven()
    other = ToolFactory()

    dependencies.change(
        alternative.dependency_id, fields={"tool": other}, actor=manager(), now=NOON
    )

    alternative.refresh_from_db()
    assert alternative.dependency.tool == other
    assert alternative.steps.count() == 1
    assert ended(proof) == EndReason.TOOL_REPLACED


def test_work_cannot_use_in_the_first_place_what_it_falls_back_on():
    alternative, proof = proven()

    with pytest.raises(dependencies.AlreadyAlternative):
        dependencies.change(
            alternative.dependency_id,
            fields={"tool": alternative.tool},
            actor=manager(),
            now=NOON,
        )

    assert ended(proof) == ""


def test_a_later_failure_ends_what_was_proven_before_it_and_nothing_after():
    alternative, earlier = proven()
    later = ProofFactory(alternative=alternative, shown_at=NOON)

    proofs.prove(
        alternative,
        source="drill",
        shown_at=NOON - timedelta(days=1),
        works=False,
        by=None,
        now=NOON,
    )

    assert (ended(earlier), ended(later)) == (EndReason.FAILED_LATER, "")


def test_by_hand_needs_a_reason_and_happens_once(client):
    alternative, proof = proven()
    proof.expires_at = timezone.now() + timedelta(days=9)
    proof.save(update_fields=["expires_at"])
    client.force_login(member(alternative.dependency.workflow.team, TeamRole.MEMBER))
    url = reverse("inventory:proof_end", args=[proof.pk])

    assert client.post(url, {"reason": " "}).status_code == 422
    assert ended(proof) == ""
    assert client.post(url, {"reason": "New prices"}).status_code == 302
    assert (ended(proof), proof.ended_note) == (EndReason.BY_HAND, "New prices")
    assert client.post(url, {"reason": "Again"}).status_code == 409
    assert Entry.objects.filter(verb="proof.ended").count() == 1


# --- attestation --------------------------------------------------------------------


def test_a_word_is_one_tap_and_two_taps_are_one_word(client):
    alternative = AlternativeFactory(rank=1)
    user = member(alternative.dependency.workflow.team, TeamRole.MEMBER)
    client.force_login(user)
    url = reverse("inventory:proof_attest", args=[alternative.pk])

    assert [client.post(url).status_code for _ in range(2)] == [302, 302]

    proof = Proof.objects.get()
    assert (proof.source, proof.by, proof.minimum_after) == ("attestation", user, None)
    assert (proof.expires_at - proof.shown_at).days == 30


def test_a_word_is_taken_back_where_it_was_given(client):
    alternative = AlternativeFactory(rank=1)
    client.force_login(member(alternative.dependency.workflow.team, TeamRole.MEMBER))
    attest = reverse("inventory:proof_attest", args=[alternative.pk])

    given = client.post(attest, {"next": "/mine/"}, follow=True)
    undo = str(next(iter(given.context["messages"])).extra_tags)
    taken = client.post(undo)

    assert given.redirect_chain == [("/mine/", 302)]
    assert undo in given.text
    assert taken["Location"] == "/mine/"
    assert not Proof.objects.exists()
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "alternative.proven",
        "proof.taken_back",
    ]


@pytest.mark.parametrize(
    ("change", "status", "left"),
    [
        ({}, 302, 0),
        ({"source": "check"}, 409, 1),
        ({"shown_at": NOON - timedelta(hours=13)}, 409, 1),
        ({"ended_at": NOON, "ended_reason": EndReason.BY_HAND}, 409, 1),
        ({"by": None}, 409, 1),
    ],
)
def test_only_ones_own_word_of_today_can_be_taken_back(client, change, status, left):
    alternative = AlternativeFactory(rank=1)
    user = member(alternative.dependency.workflow.team, TeamRole.MEMBER)
    said = {"source": "attestation", "by": user, "shown_at": NOON, **change}
    proof = ProofFactory(alternative=alternative, **said)
    client.force_login(user)

    with time_machine.travel(NOON, tick=False):
        response = client.post(reverse("inventory:proof_take_back", args=[proof.pk]))

    assert response.status_code == status
    assert Proof.objects.count() == left
    assert Entry.objects.filter(verb="proof.taken_back").count() == 1 - left


def test_a_word_leads_to_no_page_that_is_not_ours(client):
    alternative = AlternativeFactory(rank=1)
    workflow = alternative.dependency.workflow
    client.force_login(member(workflow.team, TeamRole.MEMBER))
    url = reverse("inventory:proof_attest", args=[alternative.pk])

    response = client.post(url, {"next": "https://elsewhere.example/"})

    assert response["Location"] == workflow.get_absolute_url()


def test_a_word_is_weaker_than_a_drill_and_shown_so():
    alternative = AlternativeFactory(rank=1)
    RunbookStepFactory(alternative=alternative)
    proofs.attest(alternative.pk, actor=UserFactory(), now=NOON)
    workflow = alternative.dependency.workflow

    shown = page(workflow, now=NOON).cards[0].alternatives[0]
    assert shown.proof.status == "attested"
    assert shown.ready.reasons == (Reason.NO_PROOF,)

    drill = ProofFactory(alternative=alternative)
    shown = page(workflow, now=NOON).cards[0].alternatives[0]
    assert (shown.proof.status, shown.proof.latest) == ("proven", drill)


def test_a_word_after_a_failure_says_more_than_the_failure_and_no_more_than_a_word():
    alternative = AlternativeFactory(rank=1)
    ProofFactory(alternative=alternative, works=False)
    workflow = alternative.dependency.workflow
    assert page(workflow, now=NOON).cards[0].alternatives[0].proof.status == "failed"

    proofs.attest(alternative.pk, actor=UserFactory(), now=NOON)

    assert page(workflow, now=NOON).cards[0].alternatives[0].proof.status == "attested"


# --- what each proof is worth -------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "verdict", "why"),
    [
        ({}, "counts", ""),
        ({"works": False}, "failed", ""),
        ({"expires_at": NOON}, "expired", ""),
        ({"minimum_after": None}, "untimed", "nothing was timed"),
        ({"capacity": 40}, "short", "below the minimum level (40\u00a0%)"),
        (
            {"minimum_after": timedelta(minutes=90), "capacity": 10},
            "short",
            "below the minimum level (10\u00a0%), slower than the RTO (1\u00a0h\u00a030)",
        ),
        (
            {"ended_at": NOON, "ended_reason": "by_hand", "ended_note": "New prices"},
            "ended",
            "Somebody said so: New prices",
        ),
        (
            {"ended_at": NOON, "ended_reason": "tool_retired"},
            "ended",
            "The tool was withdrawn by its provider",
        ),
    ],
)
def test_each_proof_says_whether_it_counts_and_why_not(fields, verdict, why):
    proof = ProofFactory(**fields)

    found = queries.judged(proof, proof.alternative.dependency.workflow, now=NOON)

    assert (found.verdict, found.why) == (verdict, why)


def test_a_proof_without_a_target_says_so():
    proof = ProofFactory(alternative__dependency__workflow__rto=None)

    found = queries.judged(proof, proof.alternative.dependency.workflow, now=NOON)

    assert found.verdict == "no_target"


def test_the_evidence_page_shows_all_with_why_they_count_or_not(client):
    alternative, _proof = proven()
    runbooks.save(alternative.pk, steps=[Step("Other")], actor=manager(), now=NOON)
    client.force_login(manager())

    html = client.get(
        reverse("inventory:evidence", args=[alternative.dependency.workflow_id])
    ).content.decode()

    assert "The runbook was changed" in html
    assert "drills after 180 days, outages after 180, checks after 90" in html


# --- a check and its file -----------------------------------------------------------


def check(client, alternative, **fields):
    sent = {"shown_at": f"{timezone.now():%Y-%m-%dT%H:%M}", "works": "1", **fields}
    return client.post(reverse("inventory:proof_check", args=[alternative.pk]), sent)


def test_a_check_is_kept_with_all_that_was_seen(client):
    alternative = AlternativeFactory()
    client.force_login(manager())
    file = SimpleUploadedFile("../seen <b>.PNG", PNG, "text/html")

    response = check(
        client,
        alternative,
        switch_after="4",
        minimum_after="20 min",
        capacity="70",
        quality="90",
        note="Ten claims",
        file=file,
    )

    assert response.status_code == 302
    proof = Proof.objects.get()
    assert (proof.source, proof.works) == ("check", True)
    assert proof.switch_after == timedelta(minutes=4)
    assert proof.minimum_after == timedelta(minutes=20)
    assert (proof.capacity, proof.quality, proof.note) == (70, 90, "Ten claims")
    assert proof.file_name == "seen _b_.PNG"
    saved = client.get(reverse("inventory:proof_file", args=[proof.pk]))
    assert saved.content == PNG
    assert saved["Content-Type"] == "image/png"
    assert saved["Content-Disposition"] == 'attachment; filename="seen _b_.PNG"'
    assert saved["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<!doctype html><script>1</script>"),
        ("picture.svg", b"\xef\xbb\xbf <svg xmlns='x'/>"),
        ("run.exe", b"MZ\x00\x00"),
        ("fake.png", b"\xfe\xfe"),
        ("empty.txt", b"  "),
        ("large.pdf", PDF + b"0" * (5 * 1024 * 1024)),
    ],
)
def test_a_file_that_could_harm_or_is_too_large_is_refused(client, name, content):
    alternative = AlternativeFactory()
    client.force_login(manager())

    response = check(client, alternative, file=SimpleUploadedFile(name, content))

    assert response.status_code == 422
    assert not Proof.objects.exists()
    assert not ProofFile.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"works": ""},
        {"shown_at": "2999-01-01T10:00"},
        {"shown_at": "2001-01-01T10:00"},
        {"switch_after": "30", "minimum_after": "20"},
        {"capacity": "1000"},
    ],
)
def test_a_check_that_makes_no_sense_is_refused(client, fields):
    alternative = AlternativeFactory()
    client.force_login(manager())

    assert check(client, alternative, **fields).status_code == 422
    assert not Proof.objects.exists()


def test_a_proof_without_a_file_has_none_to_save(client):
    client.force_login(manager())

    response = client.get(reverse("inventory:proof_file", args=[ProofFactory().pk]))

    assert response.status_code == 404
