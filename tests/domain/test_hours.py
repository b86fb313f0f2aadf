import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.hours import ALWAYS, InvalidHours, Window, format_hours, parse_hours
from continuity.domain.impact import DAY, HOUR, MINUTE

OFFICE = "Mon-Fri 08:00-18:00, Sat 09:00-12:00"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (OFFICE, OFFICE),
        ("mon-fri 8-18; sat 9-12", OFFICE),
        ("Monday to Friday, 8 to 18 and Saturday 9 to 12", OFFICE),
        ("Du lundi au vendredi de 8h à 18 h, le samedi 9h-12h", OFFICE),
        ("Lun.-ven. 8h00–18h00, sam. 9h–12h", OFFICE),
        ("weekdays 8am-6pm, Saturdays 9 AM to 12 pm", OFFICE),
        ("lundi\u00a0-\u00a0vendredi\u202f: 8\u00a0h à 18\u00a0h\nsamedi 9h-12h", OFFICE),
        ("Tues, Thurs and sunday 09:30-12.00", "Tue 09:30-12:00, Thu 09:30-12:00, "
         "Sun 09:30-12:00"),
        ("en semaine 8h30-12h et 13h30-18h", "Mon-Fri 08:30-12:00, 13:30-18:00"),
        ("week-end 10-16", "Sat-Sun 10:00-16:00"),
        ("Sat-Mon 9-12", "Mon 09:00-12:00, Sat-Sun 09:00-12:00"),
        ("every day 22:00-06:00", "Mon-Sun 22:00-06:00"),
        ("Fri 18:00-24:00", "Fri 18:00-24:00"),
        ("Fri 18:00-00:00", "Fri 18:00-24:00"),
        ("Fri 12am-12pm", "Fri 00:00-12:00"),
        ("24/7", "24/7"),
        ("24h/24, 7j/7", "24/7"),
        ("tous les jours 0h-24h", "24/7"),
    ],
)  # fmt: skip
def test_hours_are_read_as_people_type_them(typed, meant):
    assert format_hours(parse_hours(typed)) == meant


def test_a_night_shift_belongs_to_the_day_on_which_it_begins():
    assert parse_hours("Tue 22:00-06:30") == (Window(1, 22 * HOUR, 30.5 * HOUR),)


def test_hours_are_written_in_french_for_who_reads_french():
    assert format_hours(parse_hours(OFFICE), "fr") == (
        "lun-ven 08:00-18:00, sam 09:00-12:00"
    )
    assert format_hours(ALWAYS, "fr") == "24/7"
    assert format_hours([]) == ""


@pytest.mark.parametrize(
    ("typed", "reason", "part"),
    [
        ("", "empty", None),
        ("  \n", "empty", None),
        ("8-18", "no_day", "8-18"),
        ("Mon-Fri", "no_time", "Mon-Fri"),
        ("Mon 8-18, Tue", "no_time", "Tue"),
        (",", "no_time", ","),
        ("Mon 8-25", "not_a_time", "25"),
        ("Mon 8:70-9", "not_a_time", "8:70"),
        ("Mon 24:00-03:00", "not_a_time", "24:00"),
        ("Mon 13pm-14", "not_a_time", "13pm"),
        ("Mon 24:01-03:00", "not_a_time", "24:01"),
        ("Mon 8-8", "no_length", "8-8"),
        ("Mon-Fri 8-18 Bank holidays, Sat 9-12", "unreadable", "Bank holidays"),
        ("Mon 8", "unreadable", "8"),
        ("Mon 8-18-20", "unreadable", "-20"),
        ("Mont 8-9", "unreadable", "Mont 8-9"),
        ("Mon 800-900", "unreadable", "800-900"),
        ("ask Ann" * 100, "unreadable", ("ask Ann" * 100)[:40]),
    ],
)
def test_what_cannot_be_read_says_which_piece_and_why(typed, reason, part):
    with pytest.raises(InvalidHours) as caught:
        parse_hours(typed)

    expected = {"reason": reason} | ({} if part is None else {"part": part})
    assert (caught.value.code, caught.value.fields) == ("invalid_hours", expected)


windows = st.builds(
    lambda day, opens, length: Window(day, opens * MINUTE, (opens + length) * MINUTE),
    st.integers(0, 6),
    st.integers(0, 24 * 60 - 1),
    st.integers(1, 24 * 60 - 1),
) | st.builds(Window, st.integers(0, 6), st.just(0 * HOUR), st.just(DAY))


@given(st.lists(windows, min_size=1), st.sampled_from(["en", "fr"]))
def test_what_is_written_is_read_back(windows, language):
    assert parse_hours(format_hours(windows, language)) == tuple(sorted(set(windows)))


@given(st.text(alphabet="monfriledàauh24/7:-., \n", max_size=40) | st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        windows = parse_hours(text)
    except InvalidHours:
        return
    assert parse_hours(format_hours(windows)) == windows
