"""Every figure is defined once, and what a definition names is there."""

import ast
import re
from importlib import import_module
from typing import Any

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from continuity.config.places import PROJECT
from continuity.inventory.models import TIER_WEIGHTS, Tier
from continuity.reports.pdf.words import WORDS
from continuity.web.definitions import REGISTRY, UNITS, Unit, spelled, with_terms

TEMPLATES = sorted((PROJECT / "templates").rglob("*.html"))
HOW = re.compile(r"{%\s*how\s+(.*?)\s*%}")
LAYOUTS = sorted((PROJECT / "continuity" / "reports" / "pdf").glob("*.typ"))


def found(dotted: str) -> Any:
    """Return what a dotted name names: of a module, or of a class in one."""
    parts = dotted.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            thing: Any = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            thing = getattr(thing, part)
        return thing
    raise LookupError(dotted)


@pytest.mark.parametrize("key", REGISTRY)
def test_what_a_definition_names_is_there(key):
    one = REGISTRY[key]

    assert callable(found(one.rule))
    assert not one.query or callable(found(one.query))
    assert not one.rows or reverse(one.rows)
    assert all(REGISTRY[term].key == term for term in one.uses)
    assert one.is_figure is (one.unit is not Unit.NONE)


def test_the_formula_lies_in_a_room_of_rules_or_of_queries():
    rooms = {one.rule.rpartition(".")[0] for one in REGISTRY.values()}

    assert {
        room for room in rooms if ".domain." not in room and ".queries." not in room
    } == (set())


def test_a_figure_stands_in_the_facts_of_reports_under_one_definition():
    places = [place for one in REGISTRY.values() for place in one.facts]

    assert len(places) == len(set(places))


def test_every_popover_names_registered_figures_and_none_is_written_by_hand():
    for path in TEMPLATES:
        text = re.sub(r"{#.*?#}", "", path.read_text())
        for call in HOW.findall(text):
            keys = re.findall(r'"([^"]+)"', call)
            assert keys, path
            assert set(keys) <= {key for key, one in REGISTRY.items() if one.is_figure}, (
                path
            )
        if path.name != "_how.html":
            assert 'class="how"' not in text, path


def test_the_pages_of_figures_have_a_popover():
    pages = {
        "dashboard/overview.html",
        "drills/after.html",
        "drills/coverage.html",
        "drills/drill.html",
        "incidents/result.html",
        "insight/forecast.html",
        "insight/worth.html",
        "inventory/knock_out.html",
        "inventory/knock_outs.html",
        "inventory/team_readiness.html",
        "inventory/tool_readiness.html",
        "inventory/what_if.html",
        "inventory/workflow.html",
    }
    having = {
        path.relative_to(PROJECT / "templates").as_posix()
        for path in TEMPLATES
        if HOW.search(path.read_text())
    }

    assert pages - having == set()


def test_reports_define_figures_in_the_words_of_the_pages():
    for name, words in spelled().items():
        assert str(WORDS[name]) == str(words)
    for path in LAYOUTS:
        for call in re.findall(r"#definitions\(\((.*?)\)\)", path.read_text(), re.S):
            assert set(re.findall(r'"(\w+)"', call)) <= set(REGISTRY), path


def test_no_definition_is_written_twice():
    meanings = {str(one.meaning): one.key for one in REGISTRY.values()}
    assert len(meanings) == len(REGISTRY)
    written: list[str] = []
    for path in sorted((PROJECT / "continuity").rglob("*.py")):
        written += [
            node.value
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
    for path in TEMPLATES:
        written += re.findall(r'"([^"{}]{20,})"', path.read_text())

    assert {key: written.count(text) for text, key in meanings.items()} == (
        dict.fromkeys(REGISTRY, 1)
    )


def test_the_weights_that_are_told_are_those_that_count():
    with translation.override("en"):
        told = str(REGISTRY["weighted"].meaning).partition(": ")[2]

    assert (
        told
        == ", ".join(
            f"{Tier(tier).name.lower()} {weight}" for tier, weight in TIER_WEIGHTS.items()
        )
        + "."
    )


def test_terms_follow_the_figures_that_lean_on_them_each_once():
    assert [one.key for one in with_terms(["share", "weighted"])] == [
        "share", "weighted", "workflow_ready", "dependency_ready", "sound", "proven",
    ]  # fmt: skip


def test_a_popover_says_meaning_unit_rows_and_formula():
    with translation.override("en"):
        html = Template('{% how "median" asked="months=3" %}').render(Context())

    assert str(REGISTRY["median"].meaning) in html
    assert str(UNITS[Unit.LENGTH]) in html
    assert f'href="{reverse("dashboard:recoveries")}?months=3"' in html
    assert "<code>continuity.domain.clocks.median</code>" in html
    with translation.override("fr"):
        assert "médiane" in Template('{% how "median" %}').render(Context()).lower()


def test_a_popover_of_an_unknown_figure_is_refused():
    with pytest.raises(KeyError, match="guess"):
        Template('{% how "guess" %}').render(Context())
