from datetime import timedelta

import pytest

from continuity.outages.queries.board import words_for, words_of

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "percent", "delay", "flapping", "words"),
    [
        ("down", 100, None, False, "Does not answer"),
        ("down", None, None, False, "Does not answer"),
        ("down", 80, None, False, "Hardly ever answers"),
        ("degraded", 35, None, False, "one answer in three fails; waiting sometimes helps"),
        ("degraded", 70, None, False, "Most answers fail"),
        (
            "degraded",
            45,
            30,
            False,
            "every second answer fails, and answers take 30 s longer",
        ),
        ("degraded", 0, 30, False, "Every answer takes 30 s longer; waiting helps"),
        ("degraded", None, None, False, "Works badly: slow, or fails now and then"),
        ("degraded", 0, None, False, "Answers, yet not as usual"),
        ("down", 100, 600, False, "Hangs: no answer and no error, even after 10 min"),
        ("down", 100, None, True, "Fails at this moment; it comes and goes"),
        ("operational", 0, None, True, "do not go back yet"),
        ("recovered", 0, 0, False, "Works again"),
        ("operational", None, None, False, "Works as usual"),
    ],
)
def test_what_a_user_meets_is_said_in_plain_words(state, percent, delay, flapping, words):
    length = None if delay is None else delay * SECOND

    said = str(words_for(state, percent, delay=length, flapping=flapping))

    assert words in said.replace("\N{NO-BREAK SPACE}", " ")


def test_an_old_line_of_a_journal_is_read_as_before():
    assert str(words_of({"state": "degraded", "error_percent": 80})) == "Most answers fail"
