"""French is complete: nothing untranslated, nothing uncertain, nothing forgotten."""

import re
import shutil
from collections import Counter
from pathlib import Path

import polib
import pytest
from django.core.management import call_command

from continuity.config.places import PROJECT

CATALOGUE = PROJECT / "continuity" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
FIELD = re.compile(r"%\(\w+\)[a-z0-9]+|%%|\{\w*\}")
type Key = tuple[str, str, str]


@pytest.fixture(scope="module")
def french() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def key(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def test_every_string_is_translated_and_none_is_a_guess(french: polib.POFile):
    assert [entry.msgid for entry in french.untranslated_entries()] == []
    assert [entry.msgid for entry in french.fuzzy_entries()] == []
    assert [entry.msgid for entry in french.obsolete_entries()] == []


def test_french_has_two_numbers_and_each_plural_both(french: polib.POFile):
    """Django's own French has three, the third for millions; a catalogue begun by
    makemessages copies that, and would show English wherever the third is empty."""
    assert french.metadata["Plural-Forms"] == "nplurals=2; plural=(n > 1);"
    assert not french.metadata_is_fuzzy
    plurals = [entry for entry in french if entry.msgid_plural]

    assert [entry.msgid for entry in plurals if sorted(entry.msgstr_plural) != [0, 1]] == []


def test_a_translation_fills_in_the_same_fields(french: polib.POFile):
    """A plural may drop a field ("one day" needs no number), though never invent one."""
    wrong = []
    for entry in french:
        wanted = set(FIELD.findall(entry.msgid)) | set(
            FIELD.findall(entry.msgid_plural or "")
        )
        for text in filter(None, texts(entry)):
            found = set(FIELD.findall(text))
            if found - wanted or (not entry.msgid_plural and wanted - found):
                wrong.append(text)

    assert wrong == []


def test_a_translation_breaks_its_lines_where_the_original_does(french: polib.POFile):
    wrong = [
        text
        for entry in french
        for text in texts(entry)
        if text.startswith("\n") != entry.msgid.startswith("\n")
        or text.endswith("\n") != entry.msgid.endswith("\n")
    ]

    assert wrong == []


def test_french_punctuation_stands_apart_and_never_alone_on_a_line(french: polib.POFile):
    """A breaking space before ; : ? ! or % could leave the sign alone on the next line."""
    wrong = [
        text
        for entry in french
        for text in texts(entry)
        if re.search(r" [;:?!%»](\s|$)", text)
    ]

    assert wrong == []


def test_the_compiled_catalogue_is_that_of_the_source(french: polib.POFile):
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))

    assert {key(entry): texts(entry) for entry in compiled} == {
        key(entry): texts(entry) for entry in french.translated_entries()
    }


@pytest.mark.skipif(
    shutil.which("xgettext") is None,
    reason="xgettext is not installed: apt install gettext",
)
def test_every_string_of_the_sources_is_in_the_catalogue(
    french: polib.POFile, tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch
):
    for folder in ("continuity", "templates"):
        shutil.copytree(
            PROJECT / folder,
            tmp_path / folder,
            ignore=shutil.ignore_patterns("locale", "__pycache__", "*.pyc"),
        )
    locale = tmp_path / "continuity" / "locale"
    locale.mkdir()
    settings.LOCALE_PATHS = [locale]
    monkeypatch.chdir(tmp_path)

    call_command("makemessages", locale=["fr"], no_location=True, verbosity=0)

    found = polib.pofile(str(locale / "fr" / "LC_MESSAGES" / "django.po"))
    in_sources = Counter(map(key, found))
    in_catalogue = Counter(map(key, french))
    assert sorted(in_sources - in_catalogue) == [], "Run makemessages and translate these."
    assert sorted(in_catalogue - in_sources) == [], "Run makemessages: these are gone."
