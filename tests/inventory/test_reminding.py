"""Owners hear in time of what runs out: proofs, their own word on access."""

from datetime import timedelta

import pytest

from continuity.accounts.roles import TeamRole
from continuity.inventory.services.reminding import AHEAD, CATCH_UP, remind
from continuity.notifications.models import Kind, Notification
from tests.factories import (
    NOON,
    AccessFactory,
    AlternativeFactory,
    ProofFactory,
    UserFactory,
    WorkflowFactory,
    member,
)

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def owned(**fields):
    return WorkflowFactory(name="Claims intake", owner=UserFactory(), **fields)


def alternative_of(workflow, tool="Mistral"):
    return AlternativeFactory(dependency__workflow=workflow, tool__name=tool)


def told():
    rows = Notification.objects.order_by("recipient__name", "pk")
    return list(rows.values_list("recipient", "kind", "subject"))


def test_the_owner_hears_once_two_weeks_before_a_proof_ends():
    workflow = owned(deputy=UserFactory())
    proof = ProofFactory(alternative=alternative_of(workflow), expires_at=NOON + AHEAD)

    assert remind(now=NOON - SECOND) == 0
    assert remind(now=NOON) == 1
    remind(now=NOON + DAY)

    assert told() == [
        (
            person.pk,
            Kind.PROOF_EXPIRING,
            "Proven until 16 Mar 2026: Mistral for Claims intake",
        )
        for person in (workflow.deputy, workflow.owner)  # by name
    ]
    [first, _second] = Notification.objects.all()
    assert (first.mail, first.in_app, first.digest) == (False, True, True)
    assert first.path == workflow.get_absolute_url()
    assert remind(now=proof.expires_at - AHEAD + CATCH_UP) == 0


def test_nobody_hears_of_a_proof_that_a_later_one_outlives_or_that_counts_no_more():
    alternative = alternative_of(owned())
    ProofFactory(alternative=alternative, expires_at=NOON + AHEAD)
    ProofFactory(alternative=alternative, expires_at=NOON + AHEAD + DAY)
    archived = alternative_of(owned(archived_at=NOON - DAY), "Other")
    ProofFactory(alternative=archived, expires_at=NOON + AHEAD)

    assert remind(now=NOON) == 0


def test_leads_hear_of_a_proof_where_there_is_neither_owner_nor_deputy():
    workflow = WorkflowFactory(name="Letters")
    lead = member(workflow.team, TeamRole.LEAD)
    member(workflow.team, TeamRole.MEMBER)
    ProofFactory(alternative=alternative_of(workflow), expires_at=NOON + AHEAD)

    assert remind(now=NOON) == 1

    assert [(person, kind) for person, kind, _subject in told()] == [
        (lead.pk, Kind.PROOF_EXPIRING)
    ]


def test_a_person_hears_when_what_they_said_of_their_access_counts_no_more():
    alternative = alternative_of(owned())
    row = AccessFactory(alternative=alternative, answered_at=NOON - 180 * DAY)

    assert remind(now=NOON - SECOND) == 0
    assert remind(now=NOON) == 1

    assert told() == [(row.user_id, Kind.ACCESS_TO_CONFIRM, "Can you still use Mistral?")]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_reads_it_in_their_own_language(language):
    user = UserFactory(language=language)
    AccessFactory(
        alternative=alternative_of(owned()), user=user, answered_at=NOON - 180 * DAY
    )

    remind(now=NOON)

    expected = {
        "en": "Can you still use Mistral?",
        "fr": "Pouvez-vous encore utiliser Mistral\u00a0?",
    }
    [(person, _kind, subject)] = told()
    assert (person, subject) == (user.pk, expected[language])
