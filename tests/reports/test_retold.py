"""Every figure of the continuity report, told a second time in plain SQL."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from continuity.outages.models import Outage
from continuity.reports.content.continuity import continuity
from continuity.reports.models import Report, ReportKind
from continuity.web.definitions import REGISTRY
from tests.bench.rehearsed import rehearsed
from tests.factories import NOON
from tests.reports import retold

ENTERED = {
    "workflows[].rto_seconds",
    "workflows[].mtpd_seconds",
    "workflows[].mbco_percent",
    "alternatives[].rank",
    "drills[].rto_seconds",
    "outage_lines[].rto_seconds",
    "impact[].rto_seconds",
    "impact[].mtpd_seconds",
    "impact[].wrt_seconds",
    "scale.points_seconds[]",
    "version",
}
"""Numbers of the facts that somebody entered or that name something: nothing computes
them."""


def report(since: datetime) -> Report:
    return Report(
        kind=ReportKind.CONTINUITY, version=1, since=since, cut_off=NOON, language="en"
    )


MISSING = "nothing"
"""What the report says of a figure that it leaves out: not even that it is not known."""


def same_shape(facts: Any, told: Any) -> Any:
    """Return of `facts` what `told` has: the words beside the figures are left out."""
    if isinstance(told, dict) and isinstance(facts, dict):
        return {
            key: same_shape(facts.get(key, MISSING), value) for key, value in told.items()
        }
    if isinstance(told, list) and isinstance(facts, list) and len(told) == len(facts):
        return [same_shape(*pair) for pair in zip(facts, told, strict=True)]
    return facts


def differences(facts: dict[str, Any], told: dict[str, Any]) -> list[str]:
    """Return each figure that is not the same by both ways."""

    def walk(path: str, one: Any, other: Any) -> Iterator[str]:
        if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
            for key in one:
                yield from walk(f"{path}.{key}", one[key], other[key])
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            for number, pair in enumerate(zip(one, other, strict=True)):
                yield from walk(f"{path}[{number}]", *pair)
        elif one != other:
            yield f"{path}: {one!r} in the report, {other!r} in the journal"

    return list(walk("", same_shape(facts, told), told))


def numbers(facts: Any, path: str = "") -> Iterator[str]:
    """Yield where a number stands in the facts, any line of a list as "[]"."""
    if isinstance(facts, bool) or facts is None:
        return
    if isinstance(facts, int | float):
        yield path
    elif isinstance(facts, dict):
        if set(facts) == {"seconds", "lower_bound"}:
            yield path
            return
        for key, value in facts.items():
            yield from numbers(value, f"{path}.{key}".removeprefix("."))
    elif isinstance(facts, list):
        for value in facts:
            yield from numbers(value, f"{path}[]")


def held_to_account(workflows: int, drills: int) -> tuple[dict[str, Any], dict[str, Any]]:
    since = rehearsed(workflows, drills) + timedelta(days=3)
    facts = continuity(report(since))
    return facts, retold.continuity(since=since, now=NOON, zone="UTC")


@pytest.mark.django_db
def test_the_report_and_the_journal_tell_the_same_and_every_figure_is_defined():
    facts, told = held_to_account(workflows=40, drills=18)

    assert differences(facts, told) == []
    defined = {place for one in REGISTRY.values() for place in one.facts}
    computed = set(numbers(facts)) - ENTERED
    assert computed - defined == set()
    assert computed - set(numbers(told)) == set()
    shown = told["drill_figures"]
    # It would prove little if one of these could not be told from another.
    assert min(shown["met"], shown["missed"], shown["not_shown"], shown["excused"]) >= 2
    assert min(told["readiness"][level] for level in ("ready", "partly", "unknown")) >= 2
    assert {one["fate"]["answer"] for one in told["alternatives"]} == (
        {"shares", "none_known", "unknown"}
    )


def test_a_figure_that_the_report_leaves_out_is_a_difference():
    facts = {"readiness": {"ready": 2}, "drills": [{"drill": "A", "rta": None}]}
    told = {
        "readiness": {"ready": 2, "partly": None},
        "drills": [{"drill": "A", "rta": None}],
        "outages": [],
    }

    assert differences(facts, told) == [
        ".readiness.partly: 'nothing' in the report, None in the journal",
        ".outages: 'nothing' in the report, [] in the journal",
    ]


@pytest.mark.django_db
def test_a_column_that_was_changed_behind_the_journal_is_found():
    since = rehearsed(20, 6)
    told = retold.continuity(since=since, now=NOON, zone="UTC")
    assert differences(continuity(report(since)), told) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outages_recovery SET minimum_at = minimum_at + interval '7 seconds'"
            " WHERE id = (SELECT min(id) FROM outages_recovery WHERE minimum_at IS NOT NULL"
            " AND outage_id = %s)",
            [Outage.objects.get(title="Drill 000").pk],
        )

    found = differences(continuity(report(since)), told)

    assert any(re.match(r"\.drills\[\d+\]\.rta\.seconds: ", line) for line in found)
