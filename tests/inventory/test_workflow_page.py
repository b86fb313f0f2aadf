from datetime import timedelta

import pytest

from continuity.domain.readiness import Reason
from continuity.inventory.models import Tool
from continuity.inventory.queries import workflow as queries
from continuity.inventory.services import alternatives, catalogue
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    ProofFactory,
    RunbookStepFactory,
    UpstreamFactory,
    UserFactory,
    WorkflowFactory,
    manager,
)

pytestmark = pytest.mark.django_db


def chatgpt(*names: str):
    """A dependency on ChatGPT with these tools of the catalogue as alternatives."""
    catalogue.load(NOON)
    dependency = DependencyFactory(tool=Tool.objects.get(name="ChatGPT"))
    for rank, name in enumerate(names, start=1):
        AlternativeFactory(
            dependency=dependency, rank=rank, tool=Tool.objects.get(name=name)
        )
    return dependency


def card(dependency):
    (found,) = queries.page(dependency.workflow, now=NOON).cards
    return found


@pytest.mark.parametrize("number", [2, 20])
def test_the_page_takes_seven_queries_for_any_number_of_alternatives(
    django_assert_num_queries, number
):
    dependency = DependencyFactory()
    for rank in range(1, number + 1):
        alternative = AlternativeFactory(dependency=dependency, rank=rank)
        RunbookStepFactory(alternative=alternative)
        ProofFactory(alternative=alternative)

    with django_assert_num_queries(7):
        page = queries.page(dependency.workflow, now=NOON)

    assert len(page.cards[0].alternatives) == number


def test_the_first_alternative_that_shares_is_called_out_and_a_better_one_named():
    found = card(chatgpt("Claude", "Perplexity", "Google Gemini")).callout

    assert str(found.first.alternative) == "Claude"
    assert [one.name for one in found.first.fate.shared] == ["Cloudflare"]
    assert [str(one.alternative) for one in found.remaining] == ["Google Gemini"]
    assert str(found.better.alternative) == "Google Gemini"


def test_no_callout_where_no_shared_upstream_is_known():
    first = card(chatgpt("Google Gemini", "Claude"))

    assert first.callout is None
    assert first.alternatives[0].fate.answer == "none_known"
    assert first.alternatives[0].fate.unknown_labels == ["Network edge", "Sign-in"]


def test_a_shared_upstream_comes_with_its_path_and_its_source():
    (thing,) = card(chatgpt("Perplexity")).alternatives[0].fate.shared

    assert thing.path_from_tool == ("ChatGPT", "Cloudflare")
    assert thing.path_from_alternative == ("Perplexity", "Cloudflare")
    assert [(one.text, str(one.confidence), one.age) for one in thing.sources] == [
        ("reports of the outage of 2025-11-18", "Medium", "fresh")
    ]
    assert str(thing.relation_label) == "Network edge"


def test_a_model_of_the_same_product_shares_the_product_itself():
    first, *rest = card(chatgpt("ChatGPT with o4-mini")).alternatives[0].fate.shared

    assert (first.name, str(first.relation_label)) == ("ChatGPT", "the product itself")
    assert {one.name for one in rest} == {"OpenAI models", "Cloudflare", "Okta"}


def test_what_they_share_says_unknown_and_none_only_for_work_by_hand():
    dependency = chatgpt("Perplexity", "Grok")
    AlternativeFactory(dependency=dependency, rank=3, manual=True)

    layers = {layer.relation: layer.cells for layer in card(dependency).layers}

    assert list(layers) == ["provider", "model", "hosting", "edge", "identity"]
    assert [cell.state for cell in layers["edge"]] == ["known", "known", "unknown", "none"]
    assert [cell.same for cell in layers["edge"]] == [False, True, False, False]
    assert set(layers["model"][1].names) == {
        ("OpenAI models", True),
        ("Anthropic models", False),
    }
    assert layers["hosting"][0].state == "unknown"


def test_what_is_proven_replaces_what_was_expected_and_says_so():
    alternative = AlternativeFactory(
        rank=1, expected_capacity=100, expected_switch=timedelta(minutes=5)
    )
    ProofFactory(alternative=alternative, capacity=80, switch_after=None)

    (found,) = card(alternative.dependency).alternatives

    assert (found.capacity.value, found.capacity.proven) == (80, True)
    assert (found.switch.text, found.switch.proven) == ("5\u00a0min", False)
    assert found.quality is None


@pytest.mark.parametrize(
    ("proof", "status"),
    [
        (None, "none"),
        ({}, "proven"),
        ({"expires_at": NOON - timedelta(days=1)}, "expired"),
        ({"works": False}, "failed"),
        ({"minimum_after": timedelta(hours=2)}, "short"),
        ({"capacity": 10}, "short"),
    ],
)
def test_the_proof_of_an_alternative_is_one_of_five(proof, status):
    alternative = AlternativeFactory(rank=1)
    if proof is not None:
        ProofFactory(alternative=alternative, **proof)

    assert card(alternative.dependency).alternatives[0].proof.status == status


def test_the_last_measured_time_is_that_of_the_latest_proof():
    alternative = AlternativeFactory(rank=1)
    ProofFactory(alternative=alternative, minimum_after=timedelta(minutes=90))
    ProofFactory(
        alternative=alternative,
        shown_at=NOON - timedelta(days=99),
        minimum_after=timedelta(minutes=10),
    )

    page = queries.page(alternative.dependency.workflow, now=NOON)

    assert page.measured.minimum_after == timedelta(minutes=90)
    assert page.over_target


def test_each_reason_names_the_row_that_would_have_to_change():
    alternative = AlternativeFactory(
        rank=1, dependency__workflow__data_class="personal", dependency__workflow__rto=None
    )

    found = queries.page(alternative.dependency.workflow, now=NOON).lacking

    name, work = str(alternative), f"/workflows/{alternative.dependency.workflow_id}"
    other = f"/workflows/alternatives/{alternative.pk}"
    assert [(one.lift.reason, one.alternative, one.lift.url) for one in found] == [
        (Reason.NOT_APPROVED, name, f"{other}/edit/#id_approved_data_0"),
        (Reason.NO_RUNBOOK, name, f"{other}/runbook/"),
        (Reason.NO_PROOF, name, f"{other}/check/"),
        (Reason.NO_RTO, "", f"{work}/impact/targets/#id_rto"),
    ]


def test_a_workflow_without_a_tool_says_so():
    (one,) = queries.page(WorkflowFactory(), now=NOON).lacking

    assert one.lift.reason == Reason.NO_TOOL
    assert one.lift.sentence == "It names no AI tool. Say which tools it depends on."


def test_the_last_order_can_be_put_back_for_a_day():
    dependency, actor = DependencyFactory(), UserFactory(name="Camille")
    one, two = (AlternativeFactory(dependency=dependency, rank=rank) for rank in (1, 2))
    alternatives.reorder(dependency.pk, order=[two.pk, one.pk], actor=actor, now=NOON)

    undo = card(dependency).undo
    assert (undo.keys, undo.by) == ((one.pk, two.pk), "Camille")

    later = queries.page(dependency.workflow, now=NOON + timedelta(hours=25))
    assert later.cards[0].undo is None


def test_an_order_from_before_an_alternative_was_removed_cannot_be_put_back():
    dependency, actor = DependencyFactory(), UserFactory()
    rows = [AlternativeFactory(dependency=dependency, rank=rank) for rank in (1, 2, 3)]
    order = [rows[2].pk, rows[1].pk, rows[0].pk]
    alternatives.reorder(dependency.pk, order=order, actor=actor, now=NOON)
    alternatives.remove(rows[0].pk, actor=actor, now=NOON)

    assert card(dependency).undo is None


def test_alternatives_that_share_nothing_known_because_nothing_is_known_are_unknown():
    dependency = DependencyFactory()
    UpstreamFactory(tool=dependency.tool)
    AlternativeFactory(dependency=dependency, rank=1)

    assert card(dependency).alternatives[0].fate.answer == "unknown"


PAGES = {"": 10, "runbooks/": 10, "evidence/": 9, "history/": 7}


@pytest.mark.parametrize(("tab", "number"), [(tab, n) for tab in PAGES for n in (1, 30)])
def test_each_tab_takes_the_same_queries_for_1_and_30_alternatives(
    client, django_assert_num_queries, tab, number
):
    dependency, actor = DependencyFactory(), UserFactory()
    rows = [
        AlternativeFactory(dependency=dependency, rank=rank)
        for rank in range(1, number + 2)
    ]
    for alternative in rows:
        RunbookStepFactory(alternative=alternative)
        ProofFactory(alternative=alternative, by=actor)
        alternatives.change(alternative.pk, fields={"note": "Seen"}, actor=actor, now=NOON)
    client.force_login(manager())
    url = f"{dependency.workflow.get_absolute_url()}{tab}"
    client.get(url)

    with django_assert_num_queries(PAGES[tab]):
        response = client.get(url)

    assert response.status_code == 200


def cut(dependency):
    return queries.page(dependency.workflow, now=NOON).cut


def test_what_would_leave_it_nothing_is_named_with_the_fewest_tools():
    found = cut(chatgpt("Claude", "Perplexity"))
    assert (found.names, found.exact) == (("Cloudflare",), True)

    wider = cut(chatgpt("Claude", "Google Gemini"))
    assert wider.names == ("Cloudflare", "Google Gemini")


def test_with_a_way_by_hand_no_loss_leaves_it_nothing():
    dependency = chatgpt("Claude")
    AlternativeFactory(dependency=dependency, rank=2, manual=True)

    assert (cut(dependency).names, cut(dependency).reason) == ((), "manual")
    assert cut(DependencyFactory(without="degraded")).reason == "degraded"
    assert queries.page(WorkflowFactory(), now=NOON).cut is None


def test_the_page_says_which_loss_it_is_in_words(client):
    dependency = chatgpt("Claude", "Perplexity")
    client.force_login(manager())

    text = client.get(dependency.workflow.get_absolute_url()).content.decode()

    assert "What would leave it nothing" in text
    assert f"/tools/{Tool.objects.get(name='Cloudflare').pk}/knock-out/" in text


def test_no_shared_upstream_known_is_not_green_and_says_what_is_known(client):
    dependency = chatgpt("Google Gemini")
    client.force_login(manager())

    text = client.get(dependency.workflow.get_absolute_url()).content.decode()

    said = text[text.index("No shared upstream known.") - 300 :][:900]
    assert "shares is-none" not in said
    assert "Known of Google Gemini: Model, Cloud and region." in said
    assert "Not known of Google Gemini: Network edge, Sign-in." in said
    assert "Not known of ChatGPT: Cloud and region." in said


def test_what_both_only_miss_is_shown_beside_no_shared_upstream_known(client):
    soft = UpstreamFactory(hard=False, upstream__name="Common cloud")
    dependency = DependencyFactory(tool=soft.tool)
    other = AlternativeFactory(dependency=dependency, rank=1)
    UpstreamFactory(tool=other.tool, upstream=soft.upstream, hard=False)
    client.force_login(manager())

    (one,) = card(dependency).alternatives
    text = client.get(dependency.workflow.get_absolute_url()).content.decode()

    assert (one.fate.answer, [thing.name for thing in one.fate.soft]) == (
        "none_known",
        ["Common cloud"],
    )
    assert "Both also use, without stopping when it is gone:" in text


@pytest.mark.parametrize(("days", "age"), [(365, "fresh"), (366, "stale"), (None, "never")])
def test_a_shared_upstream_by_an_old_source_says_so(days, age):
    day = days and (NOON - timedelta(days=days)).date()
    edge = UpstreamFactory(verified_on=day)
    dependency = DependencyFactory(tool=edge.tool)
    other = AlternativeFactory(dependency=dependency, rank=1)
    UpstreamFactory(tool=other.tool, upstream=edge.upstream, verified_on=day)

    fate = card(dependency).alternatives[0].fate

    assert [line.age for line in fate.shared[0].sources] == [age]
    assert fate.doubted is (age != "fresh")
