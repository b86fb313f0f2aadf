"""Rules of the house that no linter knows, held against every file there is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader
from django.urls import URLPattern, URLResolver, get_resolver

from continuity.accounts.roles import Action
from continuity.api.views import V1
from continuity.config.places import PROJECT

CODE = PROJECT / "continuity"
PUBLIC = {
    "account_login",  # leads to allauth's, or to the first start
    "account_logout",  # allauth's, and clears what the device keeps
    "accounts:preferences",  # the language of the sign-in page
    "accounts:setup",  # 404 once there is a user
    "sample:load",  # the same
    # The interface: an access token instead of a session, asked for at its one door. What
    # stands behind it has routes of its own, each with an Action: see below.
    "api:description",
    "api:v1",
    "api:v1_root",
    # A screen on a wall: its signed address shows figures, can be taken back, and ends
    # with the account of the manager who made it.
    "dashboard:wall",
    "drills:calendar_feed",  # the secret in the address is what a calendar program has
    "healthz",
    "readyz",
    # A participant's link: its signed address names one person and one outage, ends with
    # it, can be taken back, and opens marks on their own recoveries and nothing else.
    "outages:pass",
    "outages:pass_note",
    "outages:pass_picture",
    "outages:pass_press",
    "outages:pass_stuck",
    "outages:pass_undo",
    "outages:pulse",  # says a version to who holds a ticket of a page they were shown
    "inventory:service_worker",  # a script that holds nothing of anybody's
}
"""Routes open to who is not signed in. Each new one is a decision."""

SOURCES = sorted(CODE.rglob("*.py"))
DOORS = [
    path
    for path in SOURCES
    if path.name == "views.py" or {"views", "v1"} & {part.name for part in path.parents}
]
TEMPLATES = sorted((PROJECT / "templates").rglob("*.*"))
MIGRATIONS = sorted(CODE.glob("*/migrations/[0-9]*.py"))


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def routes(
    patterns: list[URLPattern | URLResolver], space: str = ""
) -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, [space, pattern.namespace]))
            yield from routes(pattern.url_patterns, inner)
        else:
            label = pattern.name or str(pattern.pattern)
            yield ":".join(filter(None, [space, label])), pattern.callback


def test_every_route_names_what_one_must_be_allowed_or_is_known_to_be_public():
    found = dict(routes(get_resolver().url_patterns))
    ours = {
        label: view
        for label, view in found.items()
        if not getattr(view, "__module__", "").startswith("allauth.")
    }
    guarded = {
        label
        for label, view in ours.items()
        if isinstance(getattr(view, "access", None), Action)
    }

    assert set(ours) - guarded == PUBLIC
    assert len(guarded) > 20


def test_every_address_of_the_interface_names_what_one_must_be_allowed():
    found = {
        label: view.__closure__[0].cell_contents.operations
        for label, view in routes(get_resolver(V1).url_patterns)
    }

    assert len(found) == 16
    for label, operations in found.items():
        assert [one.methods for one in operations] == [["GET"]], label
        assert isinstance(operations[0].view_func.access, Action), label


@pytest.mark.parametrize("path", DOORS, ids=name)
def test_a_view_asks_queries_and_services_and_no_manager(path):
    tree = ast.parse(path.read_text())
    asked = [
        f"line {node.lineno}: .{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"objects", "_default_manager", "_base_manager"}
    ]

    assert asked == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_the_clock_is_read_with_timezone_now_alone(path):
    """That one call is what ruff keeps to the doors; any other way would slip by."""
    if "local" in path.relative_to(CODE).parts:
        return  # supervises processes and asks nothing of the product
    read = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func)
        in {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
    ]

    assert read == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_listens_to_signals(path):
    imported = [
        node.module or ""
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
    ]

    assert not [module for module in imported if module.endswith(("signals", "dispatch"))]


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_words_to_translate_are_where_makemessages_looks(path):
    """It knows `_` and the functions' own names: under another name a string is lost."""
    renamed = [
        alias.asname
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname not in {None, "_"}
    ]

    assert renamed == []


TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
INLINE = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\s(hx-)?on[a-z:-]*\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script without src": re.compile(r"<script\b(?![^>]*\ssrc=)", re.IGNORECASE),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "a data address": re.compile(r"(src|href)\s*=\s*[\"']?data:", re.IGNORECASE),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_holds_nothing_that_the_content_policy_refuses(path):
    if path.suffix != ".html":
        return
    markup = TAG.sub("", path.read_text())

    assert [what for what, pattern in INLINE.items() if pattern.search(markup)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_uses_the_long_names_of_translation(path):
    assert not re.search(r"\{%\s*(end)?(trans|blocktrans)\s", path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_trusts_no_text(path):
    assert not re.search(r"\|\s*safe\b|\{%\s*autoescape\s+off", path.read_text())


@pytest.mark.parametrize("path", MIGRATIONS, ids=name)
def test_a_migration_says_in_its_name_what_it_does(path):
    words = path.stem.partition("_")[2]

    assert not re.match(r"auto_|initial$|alter_|rename_\w+_and_more|.*_and_more$", words)


def test_no_two_migrations_want_to_be_the_last_of_their_app():
    assert MigrationLoader(None).detect_conflicts() == {}
