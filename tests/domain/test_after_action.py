from dataclasses import replace
from datetime import timedelta

import pytest

from continuity.domain.after_action import (
    STRENGTHS,
    STUCK_LONG,
    Draft,
    Shown,
    all_met,
    drafts,
    retested,
)
from continuity.domain.clocks import Reading, Verdict

MINUTE = timedelta(minutes=1)
PLAIN = Shown(
    verdict=Verdict.MET,
    rto=60 * MINUTE,
    reading=Reading(20 * MINUTE),
    switched=True,
    planned=True,
    has_runbook=True,
)


def test_a_recovery_in_time_by_the_book_needs_no_finding():
    assert drafts(PLAIN) == ()


@pytest.mark.parametrize(
    ("fields", "drafted"),
    [
        ({"verdict": Verdict.MISSED}, Draft.MISSED),
        ({"verdict": Verdict.NOT_SHOWN}, Draft.NOT_SHOWN),
        ({"verdict": None, "rto": None}, Draft.NO_TARGET),
        ({"stuck": STUCK_LONG + timedelta(seconds=1)}, Draft.STUCK),
        ({"capacity": 49, "mbco": 50}, Draft.BELOW_MBCO),
        ({"planned": False, "has_runbook": False}, Draft.NO_ALTERNATIVE),
        ({"has_runbook": False}, Draft.NO_RUNBOOK),
        ({"before": Verdict.MISSED}, Draft.IMPROVED),
        ({"before": Verdict.NOT_SHOWN}, Draft.IMPROVED),
    ],
)
def test_one_shortcoming_gives_one_draft(fields, drafted):
    assert drafts(replace(PLAIN, **fields)) == (drafted,)


@pytest.mark.parametrize(
    "fields",
    [
        {"stuck": STUCK_LONG},
        {"capacity": 50, "mbco": 50},
        {"capacity": None, "mbco": 50},
        {"switched": False, "planned": False, "has_runbook": False},
        {"before": Verdict.MET},
        {"before": Verdict.EXCUSED},
        {"verdict": Verdict.EXCUSED, "stuck": 2 * STUCK_LONG, "has_runbook": False},
    ],
)
def test_what_is_just_enough_not_measured_or_excused_gives_none(fields):
    assert drafts(replace(PLAIN, **fields)) == ()


def test_several_are_drafted_in_the_order_of_the_list():
    shown = replace(PLAIN, verdict=Verdict.MISSED, has_runbook=False, stuck=2 * STUCK_LONG)

    assert drafts(shown) == (Draft.MISSED, Draft.STUCK, Draft.NO_RUNBOOK)


@pytest.mark.parametrize(
    ("verdicts", "met"),
    [
        ((), False),
        ((None,), False),
        ((Verdict.EXCUSED,), False),
        ((Verdict.MET, None, Verdict.EXCUSED), True),
        ((Verdict.MET, Verdict.NOT_SHOWN), False),
    ],
)
def test_all_targets_are_met_when_one_was_judged_and_none_failed(verdicts, met):
    assert all_met(verdicts) is met


@pytest.mark.parametrize(
    ("verdicts", "passed"),
    [
        ((Verdict.MET, Verdict.MET), True),
        ((Verdict.MET, Verdict.MISSED), False),
        ((Verdict.NOT_SHOWN,), False),
        ((None, Verdict.EXCUSED), None),
        ((), None),
    ],
)
def test_a_retest_passes_only_as_a_whole(verdicts, passed):
    assert retested(verdicts) is passed


def test_only_two_drafts_praise():
    assert {Draft.ALL_MET, Draft.IMPROVED} == STRENGTHS
