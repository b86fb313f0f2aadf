"""Page, interface and report tell the same figures."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from continuity.domain.clocks import Reading
from continuity.reports.content.continuity import continuity
from continuity.reports.models import Report, ReportKind
from continuity.web import formats
from continuity.web.definitions import REGISTRY
from tests.api.asking import ask, token_of
from tests.bench.rehearsed import rehearsed
from tests.factories import (
    NOON,
    DependencyFactory,
    DrillFactory,
    TeamFactory,
    auditor,
    manager,
)

pytestmark = pytest.mark.django_db

ON_THE_PAGE_ALONE = {
    "action_figures.overdue",
    "concentration.top_percent",
    "decisions.total",
    "drill_figures.median_change",
    "drill_figures.median_target",
    "drill_figures.recovered",
    "drills.overdue",
    "outage_figures.recovered",
    "readiness.proven",
}
"""Figures of the overview that no continuity report has, and those of decisions by kind.
The report counts actions of the whole organisation, the overview those that are due."""


def text(markup: str) -> str:
    """What a reader sees of it, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).replace("\xa0", " ").split())


def section(page: str, heading: str) -> str:
    """The card that is named by a heading."""
    return page.split(f'aria-labelledby="{heading}"', 1)[1].split("</section>")[0]


def rows(markup: str) -> list[list[str]]:
    """The lines of its tables, without their heads."""
    return [
        [text(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)]
        for body in re.findall(r"<tbody.*?</tbody>", markup, re.S)
        for row in re.findall(r"<tr.*?</tr>", body, re.S)
    ]


def minutes(length: dict[str, Any] | None) -> str:
    """A month's median as the table below the trend writes it."""
    if length is None:
        return ""
    number = f"{round(length['value_seconds'] / 60, 1):g}"
    return f"> {number}" if length["bound"] == "at least" else number


def in_facts(facts: Any, key: str) -> Any:
    """What the report says of a figure, as the interface would."""
    head, name = key.split(".")
    found = facts[head].get(name)
    if not isinstance(found, dict):
        return found, "exact"
    return found["seconds"], "at least" if found["lower_bound"] else "exact"


@time_machine.travel(NOON, tick=False)
def test_page_interface_and_report_tell_the_same_figures():
    rehearsed(40, 12)
    DrillFactory(outage__due_at=NOON - timedelta(days=2))
    reader = auditor()
    client = Client()
    client.force_login(reader)

    page = client.get(reverse("dashboard:overview")).content.decode()
    told = ask(token_of(reader), "figures").json()
    since = datetime.fromisoformat(told["scope"]["since"])
    facts = continuity(
        Report(
            kind=ReportKind.CONTINUITY, version=1, since=since, cut_off=NOON, language="en"
        )
    )

    figures = {one["key"]: one for one in told["figures"]}
    assert len(figures) == len(told["figures"])
    # The report.
    shared = {
        key
        for key in figures
        if key not in ON_THE_PAGE_ALONE and not key.startswith("decisions.")
    }
    assert len(shared) == 19
    assert [
        (key, figures[key]["value"], in_facts(facts, key))
        for key in sorted(shared)
        if (figures[key]["value"], figures[key]["bound"]) != in_facts(facts, key)
    ] == []
    # The page.
    value = {key: one["value"] for key, one in figures.items()}
    judged = value["drill_figures.met"] + value["drill_figures.missed"]

    def percent(key: str) -> str:
        return text(formats.percent(value[key]))

    def length(key: str) -> str:
        found = figures[key]
        seconds = timedelta(seconds=found["value"])
        return text(formats.reading(Reading(seconds, found["bound"] == "at least")))

    by_kind = [
        f"{one['label']} {one['value']}"
        for key, one in figures.items()
        if key.startswith("decisions.") and key != "decisions.total"
    ]
    said = {
        "k1": [
            f"{value['readiness.share_percent']} %",
            f"{value['readiness.ready']} of {value['readiness.workflows']} workflows",
            f"{percent('readiness.weighted_percent')} weighted by criticality",
        ],
        "k2": [f"{value['readiness.proven']} of {value['readiness.workflows']}"],
        "k3": [
            length("drill_figures.median"),
            f"target of {length('drill_figures.median_target')}",
            f"{value['drill_figures.met']} of {judged} met",
        ],
        "k4": [f"Drills overdue {value['drills.overdue']} "],
        "c1": [f"Real outages {length('outage_figures.median')}"],
        "c2": [f"All {value['decisions.total']}", *by_kind],
        "c3": [percent("concentration.top_percent")],
    }
    assert [
        (heading, one)
        for heading, phrases in said.items()
        for one in phrases
        if one not in text(section(page, heading))
    ] == []
    assert by_kind
    levels = ("ready", "partly", "not_ready", "unknown")
    assert rows(section(page, "c4")) == [
        [one["name"], *(str(one[level]) for level in levels)] for one in told["groups"]
    ]
    assert [(row[0], row[-1]) for row in rows(section(page, "c3"))] == [
        (one["name"], str(one["workflows"])) for one in told["carriers"]
    ]
    for level in levels:
        assert sum(one[level] for one in told["groups"]) == value[f"readiness.{level}"]
    assert [tuple(row[1:]) for row in rows(section(page, "c1"))] == [
        (minutes(one["drills"]), minutes(one["real_outages"])) for one in told["months"]
    ]


@time_machine.travel(NOON, tick=False)
def test_a_figure_carries_its_definition_its_period_and_the_way_to_its_rows():
    told = ask(token_of(manager()), "figures", months="3").json()

    figures = {one["key"]: one for one in told["figures"]}
    share = figures["readiness.share_percent"]
    assert (share["value"], share["unit"], share["bound"]) == (None, "percent", "exact")
    assert share["unknown_because"] == "There is no workflow yet."
    assert share["definition"]["meaning"] == str(REGISTRY["share"].meaning)
    assert share["rows_url"].endswith("/readiness/?months=3&level=ready")
    assert told["scope"]["since"] == "2026-01-01T00:00:00Z"
    assert {one["key"] for one in told["terms"]} > {"share", "median", "bound"}
    assert all(one["rows_url"] or one["value"] is None for one in told["figures"])
    assert [key for key, one in figures.items() if one["value"] is None] == [
        key for key, one in figures.items() if one["unknown_because"]
    ]


@time_machine.travel(NOON, tick=False)
def test_all_figures_cost_as_much_for_a_hundred_workflows_as_for_one():
    secret = token_of(auditor())

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ask(secret, "figures").status_code == 200
        return len(captured)

    DependencyFactory()
    one = cost()
    DependencyFactory.create_batch(99)

    assert cost() == one <= 9


@time_machine.travel(NOON, tick=False)
def test_figures_are_those_of_the_teams_one_may_see():
    own = TeamFactory()

    told = ask(token_of(manager()), "figures", department=own.pk, tier=1).json()

    assert told["scope"]["department"] == own.name
    assert told["scope"]["tier"] == 1
