import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.names import normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Microsoft365 Copilot", "Microsoft 365 CoPilot"),
        ("Azure Open AI", "azure openai"),
        ("Powerautomate AI Builder", "Power Automate AI Builder"),
        ("Co-Pilot", "Copilot"),
        ("\uff27\uff45\uff4d\uff49\uff4e\uff49", "Gemini"),  # full-width letters
        ("Café Assistant", "CAFE ASSISTANT"),
        ("  Grammarly™ ", "Grammarly, Inc."),
        ("MCG Energy Solutions LLC", "MCG energy-solutions"),
        ("Straße", "STRASSE"),
        ("DALL·E", "DALL-E"),
    ],
)
def test_two_spellings_of_one_name_are_equal(one, other):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Copilot", "Microsoft Copilot"),
        ("GitHub Copilot", "Microsoft 365 Copilot"),
        ("Dynamics 365 CoPilot", "Microsoft 365 Copilot"),
        ("M365 Copilot", "Microsoft 365 Copilot"),
        ("GPT-4", "GPT-4o"),
        ("Splunk 1.0", "Splunk 2.0"),
        ("Inc Ltd", "Box Inc"),
    ],
)
def test_different_names_stay_different(one, other):
    assert normalise(one) != normalise(other)


def test_the_result_is_letters_and_digits_in_one_word():
    assert normalise("Microsoft 365 Copilot (GCC)") == "microsoft365copilotgcc"


def test_a_company_form_alone_is_a_name():
    assert normalise("Limited") == "limited"


@pytest.mark.parametrize("name", ["", "  ", "?!", "–", "™"])
def test_a_name_without_a_letter_is_empty(name):
    assert normalise(name) == ""


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(name):
    assert normalise(normalise(name)) == normalise(name)


@given(st.text(alphabet="abc inc ltdLTD.é각3", max_size=20))
def test_normalising_twice_changes_nothing_near_company_forms(name):
    assert normalise(normalise(name)) == normalise(name)
