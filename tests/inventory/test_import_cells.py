"""What single cells say, and what they leave open."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.inventory.imports import cells
from continuity.inventory.imports.cells import Puzzle, Puzzling
from continuity.inventory.imports.columns import split
from continuity.inventory.models import DataClass, Tier


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("1-100", (1, 100)), ("101-1000", (101, 1000)), ("10,000-50,000", (10_000, 50_000)),
        ("5001-10,000", (5001, 10_000)), ("50,000+", (50_000, None)), ("40", (40, 40)),
        ("12 000", (12_000, 12_000)), ("12\u202f000 personnes", (12_000, 12_000)),
        ("10 to 20 users", (10, 20)), ("de 10", None), ("> 500", (501, None)),
        ("at least 5", (5, None)), ("up to 20", (None, 20)), ("< 20", (None, 19)),
        ("about 50", (50, 50)), ("12.0", (12, 12)),
    ],
)  # fmt: skip
def test_people_are_a_number_or_a_range(text, people):
    if people is None:
        with pytest.raises(Puzzling):
            cells.people(text)
    else:
        assert cells.people(text) == people


@pytest.mark.parametrize(
    ("text", "puzzle"),
    [
        ("many of us", Puzzle.PEOPLE),
        ("100-1", Puzzle.PEOPLE_ORDER),
        ("999999999999", Puzzle.PEOPLE),
        ("-5", Puzzle.PEOPLE),
    ],
)
def test_people_that_puzzle(text, puzzle):
    with pytest.raises(Puzzling) as caught:
        cells.people(text)

    assert caught.value.puzzle == puzzle


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30", 30), ("30 min", 30), ("4 h", 240), ("4h", 240), ("1h30", 90),
        ("1 h 30 min", 90), ("01:30", 90), ("2 days", 2880), ("2 jours", 2880),
        ("1,5 h", 90), ("PT4H", 240), ("1 hour and 5 minutes", 65), ("90 minutes", 90),
    ],
)  # fmt: skip
def test_lengths_as_people_write_them(text, minutes):
    assert cells.length(text, unit="minutes") == timedelta(minutes=minutes)


def test_a_bare_number_is_in_the_unit_of_its_column():
    assert cells.length("4", unit="hours") == timedelta(hours=4)
    assert cells.length("4", unit="days") == timedelta(days=4)


@pytest.mark.parametrize(
    "text",
    ["half an hour", "0", "soon", "4 parsecs", "400 days", "9" * 40, "-3", "4 h ago"],
)
def test_lengths_that_puzzle(text):
    with pytest.raises(Puzzling):
        cells.length(text, unit="minutes")


@pytest.mark.parametrize(("text", "percent"), [("60", 60), ("60 %", 60), ("100.0%", 100)])
def test_percentages(text, percent):
    assert cells.percent(text) == percent


@pytest.mark.parametrize("text", ["0.5", "101", "half", "-1"])
def test_percentages_that_puzzle(text):
    with pytest.raises(Puzzling):
        cells.percent(text)


def test_levels_are_read_in_both_languages():
    assert cells.tier("Tier 1") == Tier.CRITICAL
    assert cells.tier("élevée") == Tier.IMPORTANT
    assert cells.tier("4") == Tier.LOW
    assert cells.data_class("PII") == DataClass.PERSONAL
    assert cells.data_class("Interne") == DataClass.INTERNAL
    with pytest.raises(Puzzling):
        cells.tier("urgent-ish")


@given(st.text(max_size=40))
def test_no_text_breaks_a_reader(text):
    for reader in (
        cells.people,
        cells.percent,
        cells.tier,
        cells.data_class,
        lambda cell: cells.length(cell, unit="minutes"),
    ):
        try:
            reader(text)
        except Puzzling:
            continue


@pytest.mark.parametrize(
    ("cell", "separators", "names"),
    [
        (
            "ChatGPT, Claude; Gemini",
            ["comma", "semicolon"],
            ["ChatGPT", "Claude", "Gemini"],
        ),
        ("Office (Word, Excel), Zoom", ["comma"], ["Office (Word, Excel)", "Zoom"]),
        ("ChatGPT Enterprise, Claude, ", ["comma"], ["ChatGPT Enterprise", "Claude"]),
        ("A & B and C", ["and"], ["A", "B", "C"]),
        ("A/B\nC", ["slash", "newline"], ["A", "B", "C"]),
        ("A\nwrapped", ["comma"], ["A wrapped"]),
        ("A, A", ["comma"], ["A"]),
        ("A (one, B", ["comma"], ["A (one", "B"]),
    ],
)
def test_a_cell_is_split_where_asked_and_never_in_brackets(cell, separators, names):
    assert split(cell, separators) == names
