from datetime import timedelta

import pytest

from continuity.domain.readiness import Level, Reason
from continuity.inventory.models import Workflow
from continuity.inventory.queries.readiness import readiness
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    ProofFactory,
    RunbookStepFactory,
    UpstreamFactory,
    WorkflowFactory,
)

pytestmark = pytest.mark.django_db


def proven_alternative(**fields):
    alternative = AlternativeFactory(**{"rank": 1, **fields})
    RunbookStepFactory(alternative=alternative)
    ProofFactory(alternative=alternative)
    return alternative


def read(workflow):
    return readiness(Workflow.objects.filter(pk=workflow.pk), now=NOON)[workflow.pk]


@pytest.mark.parametrize("number", [1, 100])
def test_readiness_is_three_queries_for_any_number_of_workflows(
    number, django_assert_num_queries
):
    for _ in range(number):
        proven_alternative()

    with django_assert_num_queries(3):
        found = readiness(Workflow.objects.all(), now=NOON)

    assert [one.level for one in found.values()] == [Level.READY] * number


def test_a_workflow_that_names_no_tool_is_unknown():
    found = read(WorkflowFactory())

    assert (found.level, found.reasons) == (Level.UNKNOWN, (Reason.NO_TOOL,))


def test_a_dependency_without_alternative_is_not_ready():
    found = read(DependencyFactory().workflow)

    assert (found.level, found.reasons) == (Level.NOT_READY, (Reason.NO_ALTERNATIVE,))


def test_an_alternative_on_the_same_upstream_is_partly_ready():
    alternative = proven_alternative()
    edge = UpstreamFactory(tool=alternative.dependency.tool)
    UpstreamFactory(tool=alternative.tool, upstream=edge.upstream)

    found = read(alternative.dependency.workflow)

    assert (found.level, found.reasons) == (Level.PARTLY, (Reason.SHARES_UPSTREAM,))


def test_work_by_hand_shares_nothing_and_is_approved_for_all_data():
    dependency = DependencyFactory(workflow__data_class="special")
    proven_alternative(dependency=dependency, manual=True)

    assert read(dependency.workflow).level == Level.READY


def test_data_that_the_alternative_is_not_approved_for_is_named():
    alternative = proven_alternative(dependency__workflow__data_class="personal")

    assert read(alternative.dependency.workflow).reasons == (Reason.NOT_APPROVED,)


def test_an_expired_proof_and_an_unset_rto_are_named():
    alternative = AlternativeFactory(rank=1, dependency__workflow__rto=None)
    RunbookStepFactory(alternative=alternative)
    ProofFactory(
        alternative=alternative,
        shown_at=NOON - timedelta(days=200),
        expires_at=NOON - timedelta(days=20),
    )

    found = read(alternative.dependency.workflow)

    assert found.reasons == (Reason.PROOF_EXPIRED, Reason.NO_RTO)
