"""When two names are one tool, when they may be, and when they never are."""

from collections import Counter

import pytest

from continuity.inventory.catalogue import read
from continuity.inventory.imports.names import (
    Catalogue,
    KnownTool,
    Match,
    alike,
    names_nothing,
    slip,
)

TOOLS = [
    KnownTool(number, entry.name, entry.provider.name, tuple(entry.normals().values()))
    for number, entry in enumerate(read())
]
CATALOGUE = Catalogue(TOOLS)


def means(name):
    found = CATALOGUE.find(name)
    if found.match in {Match.EXACT, Match.LIKELY}:
        return found.match, CATALOGUE.tools[found.tools[0]].name
    return found.match, None


@pytest.mark.parametrize(
    "name",
    [
        "M365 Copilot",
        "Copilot for MS 365",
        "Microsoft365 Copilot",
        "MS 365 Copilot",
        "Microsoft Copilot 365",
        "Microsoft M365 Copilot AI",
        "Microsoft 365 Copilot GCC",
        "microsoft 365 co-pilot",
    ],
)
def test_spellings_of_microsoft_365_copilot_are_exact(name):
    assert means(name) == (Match.EXACT, "Microsoft 365 Copilot")


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("GitHub Copilot", "GitHub Copilot"),
        ("Github CoPilot", "GitHub Copilot"),
        ("Microsoft Copilot Studio", "Microsoft Copilot Studio"),
        ("Copilot Studio", "Microsoft Copilot Studio"),
        ("Microsoft Security Copilot", "Microsoft Security Copilot"),
        ("Dynamics 365 CoPilot", "Dynamics 365 Copilot"),
        ("Magnet Copilot", "Magnet Copilot"),
        ("Microsoft Copilot", "Microsoft Copilot"),
    ],
)
def test_the_other_copilots_stay_what_they_are(name, tool):
    assert means(name) == (Match.EXACT, tool)


@pytest.mark.parametrize(
    "name", ["Copilot", "CoPilot ", "Copilot Chat", "OpenAI", "Adobe", "AWS Q"]
)
def test_a_name_that_may_be_several_is_asked_about(name):
    found = CATALOGUE.find(name)

    assert found.match == Match.ASK
    assert len(found.tools) > 1


def test_a_bare_copilot_offers_microsoft_365_copilot_among_others():
    offered = {CATALOGUE.tools[pk].name for pk in CATALOGUE.find("Copilot").tools}

    assert {"Microsoft 365 Copilot", "GitHub Copilot", "Microsoft Copilot"} <= offered


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("Plantir Foundry", "Palantir Foundry"),
        ("Splunk Clowd", "Splunk"),
        ("Microsoft teams (Recording)", "Microsoft Teams"),
        ("Grammarly for Government Edition", "Grammarly"),
        ("Einstein", "Salesforce Einstein"),
    ],
)
def test_a_slip_or_an_idle_word_is_likely(name, tool):
    assert means(name) == (Match.LIKELY, tool)


@pytest.mark.parametrize(
    "name",
    [
        "GitLab Copilot",
        "Acme Copilot",
        "Copilot Labs",
        "Microsoft Copilot & Copilot Chat",
        "Microsoft Copilot / Teams",
        "Gemini Nano Banana",
        "ChatGPT 3",
        "Claude 9",
        "Canvas",
        "Motion AI",
        "Groq",
    ],
)
def test_another_word_letter_or_number_is_another_tool(name):
    assert CATALOGUE.find(name).match == Match.NEW


def test_of_a_catalogue_that_lacks_a_tool_no_other_product_is_taken_for_it():
    taken = {}
    for tool in TOOLS:
        rest = Catalogue(other for other in TOOLS if other.pk != tool.pk)
        for name in tool.spellings:
            found = rest.find(name)
            if found.match == Match.LIKELY:
                taken[name] = rest.tools[found.tools[0]].name

    # The assistant in a product and the product: shown as likely, and to be corrected.
    assert taken == {
        "Zoom": "Zoom AI Companion",
        "Zoom for Government": "Zoom AI Companion",
        "Zoom AI": "Zoom",
    }


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("palantir foundry", "plantir foundry", True),
        ("google maps", "googel maps", True),
        ("notebook llm", "notebooklm", True),
        ("gpt 4 turbo", "gpt 5 turbo", False),
        ("notion ai", "motion ai", False),
        ("claude ai", "claude api", False),
        ("grok", "groq", False),
        ("github copilot", "gitlab copilot", False),
        ("", "", False),
    ],
)
def test_a_slip_is_small_and_never_in_a_digit_or_the_first_letter(one, other, same):
    assert slip(one.split(), other.split()) is same


def test_new_names_that_differ_by_a_slip_lean_on_the_more_frequent():
    names = {
        "servicedesk": "ServiceDesk",
        "servcedesk": "Servcedesk",
        "asksage": "Ask Sage",
    }
    counts = Counter({"servicedesk": 5, "servcedesk": 1, "asksage": 2})

    assert alike(counts, names) == {"servcedesk": "servicedesk"}


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("", True), (" - ", True), ("N/A", True), ("Various", True), ("None", True),
        ("néant", True), ("Plusieurs", True), ("Not applicable.", True),
        ("ChatGPT", False), ("Nano", False),
    ],
)  # fmt: skip
def test_what_stands_for_no_product(text, nothing):
    assert names_nothing(text) is nothing
