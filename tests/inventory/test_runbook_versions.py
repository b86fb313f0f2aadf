from datetime import timedelta

import pytest
from django.urls import reverse

from continuity.domain.errors import Conflict
from continuity.history.models import Entry
from continuity.inventory.models import RunbookVersion
from continuity.inventory.queries import runbooks as queries
from continuity.inventory.services import proofs, runbooks
from continuity.inventory.services.runbooks import Step
from tests.factories import (
    NOON,
    AlternativeFactory,
    ProofFactory,
    RunbookStepFactory,
    UserFactory,
    manager,
    member,
)

pytestmark = pytest.mark.django_db


def write(alternative, *texts, actor=None):
    return runbooks.save(
        alternative.pk,
        steps=[Step(text) for text in texts],
        actor=actor or UserFactory(),
        now=NOON,
    )


def kept():
    return list(
        RunbookVersion.objects.order_by("number").values_list("number", "steps__0__text")
    )


def test_every_save_that_changes_something_is_a_version():
    alternative = AlternativeFactory()

    for text in ("One", "Two", "Two", "Three"):
        step = alternative.steps.first()
        runbooks.save(
            alternative.pk,
            steps=[Step(text, pk=step.pk if step else None)],
            actor=UserFactory(),
            now=NOON,
        )

    assert kept() == [(1, "One"), (2, "Two"), (3, "Three")]


def test_what_was_there_before_versions_were_kept_becomes_the_first():
    alternative = AlternativeFactory()
    RunbookStepFactory(alternative=alternative, text="Old")

    write(alternative, "New")

    assert kept() == [(1, "Old"), (2, "New")]
    first, second = RunbookVersion.objects.order_by("number")
    assert first.written_by is None
    assert second.written_by is not None


def test_a_version_holds_all_of_a_step():
    alternative = AlternativeFactory()
    step = Step(
        "Go", "Lead", timedelta(minutes=3), "It opens", "Close it", "**Both** floors"
    )

    runbooks.save(alternative.pk, steps=[step], actor=UserFactory(), now=NOON)

    assert RunbookVersion.objects.get().steps == [
        {
            "text": "Go",
            "role": "Lead",
            "expected_seconds": 180.0,
            "verification": "It opens",
            "way_back": "Close it",
            "details": "**Both** floors",
        }
    ]


def test_a_proof_remembers_the_version_it_was_shown_with():
    alternative = AlternativeFactory()
    write(alternative, "One")
    write(alternative, "Two")

    assert proofs.attest(alternative.pk, actor=UserFactory(), now=NOON).runbook_version == 2


def test_a_lead_approves_the_version_that_was_read():
    alternative, lead = AlternativeFactory(), UserFactory()
    write(alternative, "One")

    version = runbooks.approve(alternative.pk, number=1, actor=lead, now=NOON)
    runbooks.approve(alternative.pk, number=1, actor=UserFactory(), now=NOON)

    version.refresh_from_db()
    assert (version.approved_by, version.approved_at) == (lead, NOON)
    assert Entry.objects.filter(verb="runbook.approved").count() == 1


def test_a_runbook_that_changed_meanwhile_is_not_approved():
    alternative = AlternativeFactory()
    write(alternative, "One")
    write(alternative, "Two")

    with pytest.raises(Conflict):
        runbooks.approve(alternative.pk, number=1, actor=UserFactory(), now=NOON)

    assert not RunbookVersion.objects.exclude(approved_at=None).exists()


def test_an_empty_runbook_cannot_be_approved():
    with pytest.raises(Conflict):
        runbooks.approve(AlternativeFactory().pk, number=0, actor=UserFactory(), now=NOON)


def test_a_change_after_the_approval_is_not_approved(client):
    alternative = AlternativeFactory()
    write(alternative, "One")
    runbooks.approve(alternative.pk, number=1, actor=UserFactory(name="Ada"), now=NOON)
    client.force_login(manager())
    url = reverse("inventory:runbooks", args=[alternative.dependency.workflow_id])
    assert "Approved 2 Mar 2026 by Ada" in client.get(url).content.decode()

    write(alternative, "Two")

    assert "Not approved" in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("before", "after", "numbers"),
    [
        ("", "", (2, 3)),
        ("1", "3", (1, 3)),
        ("3", "1", (1, 3)),
        ("", "1", (None, 1)),
        ("99", "x", (2, 3)),
    ],
)
def test_any_two_versions_are_compared_the_older_first(before, after, numbers):
    alternative = AlternativeFactory()
    for text in ("One", "Two", "Three"):
        write(alternative, text)

    found = queries.difference(alternative, before, after)

    assert (found.before and found.before.number, found.after.number) == numbers


def test_the_page_marks_what_went_and_what_came(client):
    alternative = AlternativeFactory()
    write(alternative, "Sign in with the claims account")
    write(alternative, "Sign in with the shared account", "Tell the floor")
    client.force_login(manager())

    html = client.get(
        reverse("inventory:runbook_versions", args=[alternative.pk])
    ).content.decode()

    assert "<del>claims</del><ins>shared</ins>" in html
    assert "<ins>Tell the floor</ins>" in html


@pytest.mark.parametrize("number", [2, 15])
def test_the_versions_take_the_same_queries_for_2_and_15(
    client, django_assert_num_queries, number
):
    alternative = AlternativeFactory()
    for n in range(number):
        write(alternative, f"Step {n}")
    client.force_login(manager())
    url = reverse("inventory:runbook_versions", args=[alternative.pk])
    client.get(url)

    with django_assert_num_queries(12):
        client.get(url)


def test_steps_are_copied_into_the_editor_and_nothing_is_saved(client):
    mine, other = AlternativeFactory(), AlternativeFactory()
    RunbookStepFactory(alternative=mine, text="Mine")
    RunbookStepFactory(alternative=other, text="Theirs")
    client.force_login(manager())

    html = client.get(
        f"{reverse('inventory:runbook', args=[mine.pk])}?copy={other.pk}"
    ).content.decode()

    assert html.index("Mine") < html.index("Theirs")
    assert [step.text for step in mine.steps.all()] == ["Mine"]


def test_a_runbook_that_one_may_not_read_is_neither_offered_nor_copied(client):
    mine, other = AlternativeFactory(), AlternativeFactory()
    RunbookStepFactory(alternative=other, text="Secret step")
    user = member(mine.dependency.workflow.team, 20)
    client.force_login(user)

    html = client.get(
        f"{reverse('inventory:runbook', args=[mine.pk])}?copy={other.pk}"
    ).content.decode()

    assert "Secret step" not in html
    assert list(queries.to_copy(user, mine)) == []
    assert list(queries.to_copy(manager(), mine)) == [other]


def test_runbooks_for_the_same_tool_are_offered_first():
    mine = AlternativeFactory(dependency__workflow__name="M")
    other = AlternativeFactory(dependency__workflow__name="A")
    same = AlternativeFactory(dependency__workflow__name="Z", tool=mine.tool)
    for alternative in (other, same):
        RunbookStepFactory(alternative=alternative)

    assert list(queries.to_copy(manager(), mine)) == [same, other]
    assert list(queries.to_copy(manager(), mine, "a")) != []
    assert list(queries.to_copy(manager(), mine, "nothing like it")) == []


def test_the_editor_says_how_many_proofs_a_change_ends(client):
    alternative = AlternativeFactory()
    ProofFactory(alternative=alternative, expires_at=NOON + timedelta(days=20_000))
    client.force_login(manager())

    html = client.get(reverse("inventory:runbook", args=[alternative.pk])).content.decode()

    assert "Saving a change ends 1 proof" in html
