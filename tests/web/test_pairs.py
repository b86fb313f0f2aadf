from datetime import timedelta

from continuity.domain.clocks import Reading
from continuity.web.charts import Point
from continuity.web.charts.pairs import Pair, Pairs, minutes


def chart(*rows):
    return Pairs(
        uid="p", title="Both", description="d", rows=rows, heads=("Clock", "Was", "Is")
    )


def test_two_bars_a_bound_without_an_end_and_a_dash_for_what_was_not_measured():
    figure = chart(
        Pair("Seen", Point("", 5.0), Point("", 4.5)),
        Pair("Working <again>", Point("", None), Point("", 42.0, is_lower_bound=True)),
    ).figure()

    assert figure.heads == ("Clock", "Was", "Is")
    assert figure.rows == [("Seen", "5", "4.5"), ("Working <again>", "–", "> 42")]
    assert figure.wide.count('class="bar-now"') == 1
    assert figure.wide.count('class="bar-none"') == 1
    assert figure.wide.count('class="bar-open-now"') == 1
    assert "Working &lt;again&gt;" in figure.wide
    assert "&gt; 42 min" in figure.wide


def test_the_same_figures_give_the_same_bytes_and_none_give_nothing():
    row = Pair("Seen", Point("", 5.0), Point("", None))

    assert chart(row).figure() == chart(row).figure()
    assert chart(Pair("Seen", Point("", None), Point("", None))).figure().wide == ""
    assert chart().figure().narrow == ""


def test_a_reading_becomes_minutes_with_its_bound():
    assert minutes(Reading(timedelta(seconds=90), is_lower_bound=True)) == Point(
        "", 1.5, is_lower_bound=True
    )
    assert minutes(None) == Point("", None)
