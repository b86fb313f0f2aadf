"""What the browser gets: vendored files as recorded, colours that can be read."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
SHEET = (STATIC / "css" / "app.css").read_text()
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", SHEET
    )
}
STATES = ("ok", "warn", "bad", "drill")
TEXT = [
    *((text, on) for text in ("text", "text-2", "text-3") for on in ("bg", "surface")),
    *((text, "surface-2") for text in ("text", "text-2", "text-3")),
    *(("accent", on) for on in ("bg", "surface", "surface-2", "accent-soft")),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("text-2", "surface-3"),
    *((state, on) for state in STATES for on in ("bg", "surface", f"{state}-soft")),
    *(("text-2", f"{state}-soft") for state in STATES),
    *(("text", f"{state}-soft") for state in STATES),
    *(("#ffffff", f"{state}-fill") for state in ("ok", "bad", "drill")),
    ("text", "warn-fill"),
    ("text-3", "heat-0"),
    *(("text", f"heat-{step}") for step in (1, 2, 3)),
    ("heat-4-text", "heat-4"),
    ("bg", "text"),
]
EDGES = [
    *(("line-strong", on) for on in ("bg", "surface", "surface-2")),
    *((f"{state}-fill", "surface") for state in ("ok", "bad", "drill")),
    ("accent", "surface"),
    ("drill", "surface-3"),
]


def light_of(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str, theme: int) -> float:
    lights = [light_of(c if c[0] == "#" else TOKENS[c][theme]) for c in (one, two)]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (EDGES, 3.0)])
def test_every_pair_of_colours_can_be_told_apart(pairs, least, theme):
    assert [pair for pair in pairs if contrast(*pair, theme) < least] == []


def test_vendored_files_are_the_ones_recorded():
    rows = (STATIC / "vendor" / "VERSIONS").read_text().splitlines()[1:]

    for row in rows:
        _name, _version, file, digest = row.split()[:4]
        assert hashlib.sha256((STATIC / file).read_bytes()).hexdigest() == digest, file
    assert len(rows) == 2


def test_every_icon_a_template_asks_for_is_drawn():
    drawn = set(re.findall(r'id="i-([\w-]+)"', (TEMPLATES / "_sprite.html").read_text()))
    asked = {
        name
        for file in TEMPLATES.rglob("*.html")
        for name in re.findall(r'{% icon "([\w-]+)"', file.read_text())
    }

    assert asked - drawn == set()


def test_no_template_carries_what_the_policy_forbids():
    forbidden = re.compile(r'\sstyle="|<style|\son\w+="|hx-on|javascript:|href="data:')

    found = [
        str(file)
        for file in TEMPLATES.rglob("*.html")
        if forbidden.search(file.read_text())
    ]

    assert found == []


def test_the_manifest_names_icons_that_exist():
    manifest = json.loads((STATIC / "manifest.webmanifest").read_text())

    assert [
        icon["src"] for icon in manifest["icons"] if not (STATIC / icon["src"]).is_file()
    ] == []


def test_every_module_a_script_imports_exists():
    scripts = STATIC / "js"
    imported = {
        name
        for file in scripts.glob("*.js")
        for name in re.findall(r'(?:from|import) "\./([\w.-]+)"', file.read_text())
    }

    assert {name for name in imported if not (scripts / name).is_file()} == set()
