from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.fate import FateAnswer
from continuity.domain.readiness import (
    PROOF_LASTS,
    AlternativeFacts,
    DependencyFacts,
    Level,
    ProofFacts,
    ProofSource,
    Reason,
    Share,
    alternative_readiness,
    dependency_readiness,
    expires,
    share_ready,
    weighted,
    workflow_readiness,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

PROOF = ProofFacts(
    shown_at=NOON - 30 * DAY,
    expires_at=NOON + 150 * DAY,
    works=True,
    source=ProofSource.DRILL,
    capacity_percent=60,
    minimum_after=40 * MINUTE,
)
GEMINI = AlternativeFacts(
    pk=1,
    name="Google Gemini",
    approved_for_data=True,
    has_runbook=True,
    fate=FateAnswer.NONE_KNOWN,
    proofs=(PROOF,),
)
CHATGPT = DependencyFacts(
    pk=1, tool=7, stops=True, rto=60 * MINUTE, mbco_percent=50, alternatives=(GEMINI,)
)


def judged(dependency=CHATGPT, proofs=(PROOF,), **changes):
    alternative = replace(GEMINI, proofs=proofs, **changes)
    return alternative_readiness(alternative, dependency, now=NOON)


# Alternatives


def test_a_sound_and_proven_alternative_misses_nothing():
    result = judged()

    assert (result.sound, result.proven, result.missed, result.reasons) == (
        True,
        True,
        0,
        (),
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"approved_for_data": False}, Reason.NOT_APPROVED),
        ({"has_runbook": False}, Reason.NO_RUNBOOK),
        ({"fate": FateAnswer.SHARES}, Reason.SHARES_UPSTREAM),
    ],
)
def test_what_makes_an_alternative_unsound(changes, reason):
    result = judged(**changes)

    assert (result.sound, result.proven) == (False, True)
    assert result.reasons == (reason,)


def test_an_unknown_chain_is_no_known_upstream():
    assert judged(fate=FateAnswer.UNKNOWN).sound


@pytest.mark.parametrize(
    ("proofs", "reasons"),
    [
        ([], [Reason.NO_PROOF]),
        ([{"expires_at": NOON}], [Reason.PROOF_EXPIRED]),
        ([{"expires_at": NOON + MINUTE}], []),
        ([{"capacity_percent": 50}], []),
        ([{"capacity_percent": 49}], [Reason.BELOW_MBCO]),
        ([{"capacity_percent": None}], []),
        ([{"works": False}], [Reason.BELOW_MBCO]),
        ([{"works": False, "minimum_after": None}], [Reason.BELOW_MBCO]),
        ([{"minimum_after": 60 * MINUTE}], []),
        ([{"minimum_after": 61 * MINUTE}], [Reason.OVER_RTO]),
        ([{"minimum_after": None}], [Reason.NO_PROOF]),
        (
            [{"capacity_percent": 10, "minimum_after": 90 * MINUTE}],
            [Reason.BELOW_MBCO, Reason.OVER_RTO],
        ),
        ([{"minimum_after": 61 * MINUTE}, {}], []),
        ([{"expires_at": NOON}, {"minimum_after": None}], [Reason.PROOF_EXPIRED]),
        ([{"expires_at": NOON}, {"minimum_after": 61 * MINUTE}], [Reason.OVER_RTO]),
        (
            [
                {"capacity_percent": 10, "minimum_after": 90 * MINUTE},
                {"capacity_percent": 40},
            ],
            [Reason.BELOW_MBCO],
        ),
        (
            [{"capacity_percent": 40}, {"minimum_after": 61 * MINUTE, "shown_at": NOON}],
            [Reason.OVER_RTO],
        ),
    ],
    ids=[
        "none",
        "expires now",
        "expires in a minute",
        "at MBCO",
        "below MBCO",
        "capacity not measured",
        "it did not work",
        "it did not work and was not timed",
        "at the RTO",
        "over the RTO",
        "not timed",
        "too weak and too slow",
        "one of two is enough",
        "expired, renewed by word only",
        "expired, then too slow",
        "the one that falls short least",
        "the latest among equals",
    ],
)
def test_what_a_proof_shows(proofs, reasons):
    result = judged(proofs=tuple(replace(PROOF, **changes) for changes in proofs))

    assert list(result.reasons) == reasons
    assert result.proven is (not reasons)
    assert result.missed == bool(reasons)


def test_without_an_rto_nothing_can_be_proven():
    no_rto = replace(CHATGPT, rto=None)

    assert judged(no_rto).reasons == (Reason.NO_RTO,)
    assert judged(no_rto, proofs=()).reasons == (Reason.NO_PROOF, Reason.NO_RTO)
    assert judged(no_rto, proofs=()).missed == 1


def test_without_an_mbco_in_percent_a_proof_that_works_is_enough():
    proof = replace(PROOF, capacity_percent=1)

    assert judged(replace(CHATGPT, mbco_percent=None), proofs=(proof,)).proven


# Dependencies


@pytest.mark.parametrize(
    ("approved", "runbook", "shares", "proven"), list(product([True, False], repeat=4))
)
def test_the_level_is_the_number_of_conditions_missed(approved, runbook, shares, proven):
    alternative = replace(
        GEMINI,
        approved_for_data=approved,
        has_runbook=runbook,
        fate=FateAnswer.SHARES if shares else FateAnswer.NONE_KNOWN,
        proofs=(PROOF,) if proven else (),
    )

    result = dependency_readiness(replace(CHATGPT, alternatives=(alternative,)), now=NOON)

    missed = (not approved) + (not runbook) + shares + (not proven)
    expected = {0: Level.READY, 1: Level.PARTLY}.get(missed, Level.NOT_READY)
    assert result.level is expected
    assert len(result.reasons) == missed


def test_a_proof_that_is_too_slow_and_too_weak_misses_one_condition_for_two_reasons():
    proof = replace(PROOF, capacity_percent=10, minimum_after=90 * MINUTE)
    alternative = replace(GEMINI, proofs=(proof,))

    result = dependency_readiness(replace(CHATGPT, alternatives=(alternative,)), now=NOON)

    assert result.level is Level.PARTLY
    assert result.reasons == (Reason.BELOW_MBCO, Reason.OVER_RTO)


def test_a_dependency_without_alternatives_is_not_ready():
    result = dependency_readiness(replace(CHATGPT, alternatives=()), now=NOON)

    assert (result.level, result.best) == (Level.NOT_READY, None)
    assert result.reasons == (Reason.NO_ALTERNATIVE,)


def test_two_half_good_alternatives_do_not_make_a_good_one():
    unproven = replace(GEMINI, proofs=())
    unsound = replace(GEMINI, pk=2, approved_for_data=False, has_runbook=False)

    result = dependency_readiness(
        replace(CHATGPT, alternatives=(unsound, unproven)), now=NOON
    )

    assert (result.level, result.best.pk) == (Level.PARTLY, 1)
    assert result.reasons == (Reason.NO_PROOF,)
    assert [alternative.missed for alternative in result.alternatives] == [2, 1]


def test_among_equals_the_higher_rank_is_named():
    second = replace(GEMINI, pk=2, has_runbook=False)
    first = replace(GEMINI, pk=3, proofs=())

    result = dependency_readiness(replace(CHATGPT, alternatives=(first, second)), now=NOON)

    assert result.best.pk == 3


# Workflows


PARTLY = replace(CHATGPT, pk=2, alternatives=(replace(GEMINI, has_runbook=False),))
NOT_READY = replace(CHATGPT, pk=3, alternatives=())


def test_a_workflow_is_as_ready_as_its_least_ready_dependency():
    result = workflow_readiness([CHATGPT, PARTLY, NOT_READY], now=NOON)

    assert (result.level, result.weakest.pk) == (Level.NOT_READY, 3)
    assert result.reasons == (Reason.NO_ALTERNATIVE, Reason.NO_RUNBOOK)
    assert [dependency.pk for dependency in result.dependencies] == [1, 2, 3]


def test_a_dependency_that_only_degrades_does_not_count():
    result = workflow_readiness([CHATGPT, replace(NOT_READY, stops=False)], now=NOON)

    assert (result.level, result.reasons) == (Level.READY, ())


def test_a_workflow_that_nothing_would_stop_is_ready():
    result = workflow_readiness([replace(NOT_READY, stops=False)], now=NOON)

    assert (result.level, result.reasons, result.weakest) == (Level.READY, (), None)


def test_a_workflow_that_names_no_tool_is_unknown():
    result = workflow_readiness([], now=NOON)

    assert (result.level, result.reasons) == (Level.UNKNOWN, (Reason.NO_TOOL,))


@given(st.lists(st.sampled_from([CHATGPT, PARTLY, NOT_READY]), min_size=1, max_size=5))
def test_another_dependency_never_makes_a_workflow_readier(dependencies):
    order = [Level.NOT_READY, Level.PARTLY, Level.READY]

    with_all = workflow_readiness(dependencies, now=NOON).level
    without_last = workflow_readiness(dependencies[:-1] or [CHATGPT], now=NOON).level

    assert order.index(with_all) <= order.index(without_last)


# Shares


def test_the_share_of_a_team_counts_each_workflow_once():
    share = share_ready(["ready"] * 2 + ["partly"] * 3 + ["not_ready"] * 4 + ["unknown"])

    assert share == Share(ready=2, partly=3, not_ready=4, unknown=1, total=10)
    assert share.percent == 20


def test_a_share_of_nothing_is_no_number():
    assert share_ready([]).percent is None
    assert weighted([], {}).percent is None


def test_199_of_200_is_99_percent():
    assert share_ready([Level.READY] * 199 + [Level.PARTLY]).percent == 99


def test_the_weighted_view_counts_by_tier():
    share = weighted([("ready", 1), ("not_ready", 3), ("unknown", 3)], {1: 5, 2: 3, 3: 1})

    assert (share.ready, share.total, share.percent) == (5, 7, 71)


def test_a_tier_without_a_weight_is_a_bug():
    with pytest.raises(KeyError):
        weighted([(Level.READY, 4)], {1: 5})


@given(st.lists(st.sampled_from(Level)))
def test_equal_weights_give_the_plain_share(levels):
    plain = share_ready(levels)

    assert weighted([(level, 1) for level in levels], {1: 3}).percent == plain.percent
    assert plain.ready + plain.partly + plain.not_ready + plain.unknown == plain.total


# Expiry


@pytest.mark.parametrize(
    ("source", "days"),
    [("drill", 180), ("outage", 180), ("check", 90), ("attestation", 30)],
)
def test_a_proof_lasts_as_long_as_its_source_deserves(source, days):
    assert expires(source, NOON) == NOON + days * DAY


def test_every_source_has_a_term():
    assert set(PROOF_LASTS) == set(ProofSource)
