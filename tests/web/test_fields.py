from datetime import timedelta
from decimal import Decimal

import pytest
from django import forms
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from continuity.web.fields import (
    AmountField,
    LengthField,
    NumberField,
    WebAddressField,
    parse_length,
    write_length,
)

HALF = timedelta(hours=1, minutes=30)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30", timedelta(minutes=30)),
        ("30 min", timedelta(minutes=30)),
        ("30mn", timedelta(minutes=30)),
        ("2 h", timedelta(hours=2)),
        ("2 heures", timedelta(hours=2)),
        ("1 h 30", HALF),
        ("1h30", HALF),
        ("1 H 30 MIN", HALF),
        ("1:30", HALF),
        ("1,5 h", HALF),
        ("1.5 hours", HALF),
        ("1 heure et 30 minutes", HALF),
        ("1\u00a0h\u202f30", HALF),
        ("90 min", HALF),
        ("45 s", timedelta(seconds=45)),
        ("2 min 30", timedelta(minutes=2, seconds=30)),
        ("2 jours", timedelta(days=2)),
        ("1 day 4 h", timedelta(days=1, hours=4)),
        ("1 semaine", timedelta(days=7)),
    ],
)
def test_a_length_is_read_as_people_write_it_in_two_languages(text, length):
    assert parse_length(text) == length


@pytest.mark.parametrize(
    "text",
    ["soon", "", "h", "-5 min", "1 h 2 h", "30 min 1 h", "1:75", "5 s 3", "9" * 30 + " w"],
)
def test_what_is_no_length_is_none(text):
    assert parse_length(text) is None


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=300)))
def test_what_is_written_is_read_back_to_the_second(length):
    whole = timedelta(seconds=round(length.total_seconds()))
    assert parse_length(write_length(whole)) == whole


class Asked(forms.Form):
    rto = LengthField(required=False)
    url = WebAddressField(required=False)


def test_an_empty_field_is_none_and_not_zero():
    form = Asked({"rto": " "})

    assert form.is_valid()
    assert form.cleaned_data["rto"] is None


def test_nonsense_is_refused_with_an_example_and_stays_in_the_field():
    form = Asked({"rto": "a while"})

    assert form.errors["rto"] == [
        "“a while” is not a length of time. Write “30 min”, “2 h” or “1 h 30”."
    ]
    assert 'value="a while"' in str(form["rto"])


def test_more_than_a_year_is_a_slip():
    assert Asked({"rto": "400 days"}).errors["rto"] == [
        "That is too long. The longest is 8784 h."
    ]


def test_the_same_length_written_otherwise_has_not_changed():
    form = Asked({"rto": "90 min", "url": ""}, initial={"rto": HALF, "url": ""})

    assert form.changed_data == []
    assert 'value="1 h 30"' in str(Asked(initial={"rto": HALF})["rto"])


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.test/"])
def test_only_web_addresses_become_links(url):
    assert "url" in Asked({"url": url}).errors


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "1200", "1200.00"),
        ("en", "1,200.5", "1200.50"),
        ("en", "1,200", "1200.00"),
        ("en", "12,5", "12.50"),
        ("en", "1 200 000", "1200000.00"),
        ("fr", "1\u202f200,50", "1200.50"),
        ("fr", "1.200", "1200.00"),
        ("fr", "12.5", "12.50"),
        ("fr", "1 200", "1200.00"),
    ],
)
def test_an_amount_is_read_as_the_language_writes_it(language, text, number):
    with translation.override(language):
        field = NumberField()

        assert field.clean(text) == Decimal(number)
        assert field.clean(field.prepare_value(Decimal(number))) == Decimal(number)


@pytest.mark.parametrize("text", ["a lot", "-5", "1,2,3", "1..2", "1e5", "99999999999"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(forms.ValidationError):
        NumberField().clean(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("500", (Decimal("500.00"), "EUR")),
        ("12 customers", (Decimal("12.00"), "customers")),
        ("1,500.25 CHF", (Decimal("1500.25"), "CHF")),
        ("3contracts", (Decimal("3.00"), "contracts")),
    ],
)
def test_an_amount_comes_with_what_it_counts(text, value):
    field = AmountField(unit="EUR", required=False)

    assert field.clean(text) == value
    if value:
        assert field.clean(field.prepare_value(value)) == value
        assert not field.has_changed(value, text)


def test_what_counts_nothing_is_refused():
    with pytest.raises(forms.ValidationError, match="Write a number and what it counts"):
        AmountField(unit="EUR").clean("customers")
