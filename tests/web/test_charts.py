"""Charts: the same bytes for the same figures, and doubt that can be seen."""

import re

import pytest

from continuity.web.charts import (
    Bar,
    Bars,
    Heat,
    Mark,
    Point,
    Stacked,
    Steps,
    Tread,
    Trend,
    sparkline,
)

KEYS = [("ok", "Ready"), ("warn", "Partly ready"), ("bad", "Not ready")]


def trend(*points: Point, target: float | None = 60) -> Trend:
    return Trend(
        "t", "Recovery", "Two months.", points, ("Month", "Minutes"), target, "Target"
    )


def stacked(*rows: tuple[str, list[int]]) -> Stacked:
    return Stacked("s", "Readiness", "By team.", KEYS, rows, "Team")


def test_a_sparkline_is_these_bytes():
    assert sparkline([1, 3, 2], 40, 20) == (
        '<svg class="spark" viewBox="0 0 40 20" width="40" height="20" aria-hidden="true" '
        'focusable="false"><path class="line" d="M2 16 L18 4 L34 10" fill="none" '
        'stroke="#2456c7" stroke-width="1.5" stroke-linejoin="round"/>'
        '<circle class="dot" cx="34" cy="10" r="2.5" fill="#2456c7"/></svg>'
    )


@pytest.mark.parametrize("values", [[], [5]])
def test_fewer_than_two_values_are_no_line(values):
    assert sparkline(values) == ""


def test_a_flat_sparkline_does_not_divide_by_zero():
    assert "M2 24 L90 24" in sparkline([4, 4])


def test_a_stacked_row_is_these_bytes():
    svg = stacked(("A & B", [3, 0, 1])).svg(200, slim=True)

    assert svg == (
        '<svg class="chart chart-n" xmlns="http://www.w3.org/2000/svg" '
        'viewBox="0 0 200 48" '
        'width="200" height="48" role="img" aria-labelledby="s-n-t s-n-d" '
        "font-family=\"Inter, 'Liberation Sans', Arial, sans-serif\">"
        '<title id="s-n-t">Readiness</title><desc id="s-n-d">By team.</desc>'
        '<text class="t-label" x="0" y="14" font-size="13" font-weight="400" '
        'text-anchor="start" fill="#17202b">A &amp; B</text>'
        '<rect class="bar-ok" x="0.5" y="20.5" width="112.5" height="19" rx="3" '
        'fill="#0f7a4f" stroke="#0f7a4f"/>'
        '<text class="bar-t-ok" x="56.8" y="34" font-size="12" font-weight="600" '
        'text-anchor="middle" fill="#ffffff">3</text>'
        '<rect class="bar-bad" x="116" y="20.5" width="35.5" height="19" rx="3" '
        'fill="#b3261e" stroke="#b3261e"/>'
        '<text class="bar-t-bad" x="133.8" y="34" font-size="12" font-weight="600" '
        'text-anchor="middle" fill="#ffffff">1</text>'
        '<text class="t-strong" x="200" y="35" font-size="12" font-weight="600" '
        'text-anchor="end" fill="#17202b">75 %</text></svg>'
    )


def test_a_row_that_counts_nothing_has_no_share():
    svg = stacked(("Empty", [0, 0, 0])).svg(300)

    assert ">–</text>" in svg
    assert "0 %" not in svg


def test_a_share_is_rounded_down_as_the_figure_beside_it():
    assert ">66 %</text>" in stacked(("Legal", [2, 1, 0])).svg(450)


def test_a_name_that_a_phone_has_no_room_for_is_shortened():
    drawn = stacked(("Département des relations institutionnelles " * 2, [1, 0, 0]))

    assert "Département des relations institutionnelle…" in drawn.svg(344, slim=True)


@pytest.mark.parametrize(("others", "drawn"), [(40, True), (41, False)])
def test_many_together_are_said_and_not_drawn_once_they_dwarf_the_rest(others, drawn):
    chart = Stacked(
        uid="s",
        title="T",
        description="D",
        keys=[("ok", "Ready"), ("bad", "Not ready")],
        rows=[("Claims", [30, 10]), ("Others", [0, others])],
        head="Team",
        rest="41 workflows in 7 more",
    )

    svg = chart.svg(450)

    assert svg.count('<rect class="bar-') == (3 if drawn else 2)
    assert (">41 workflows in 7 more</text>" in svg) is not drawn
    assert chart.figure().rows[-1] == ("Others", "0", str(others))


def test_the_figure_of_the_first_mark_stands_clear_of_the_axis():
    points = [Point("Jan", 84), Point("Feb", 20)]
    drawn = Trend("t", "T", "D", points, ["M", "a"], target=60, target_label="Target")

    for svg in (drawn.svg(720), drawn.svg(344, slim=True)):
        figure = re.search(r'class="t-bad" x="([\d.]+)"[^>]*>84</text>', svg)
        axis = re.search(r'x="([\d.]+)"[^>]*text-anchor="end"[^>]*>90</text>', svg)
        assert figure
        assert axis
        assert float(figure[1]) - 9 > float(axis[1]) + 4


@pytest.mark.parametrize(("over", "anchor"), [(0, "end"), (1, "start")])
def test_on_a_phone_the_words_of_the_target_hide_no_mark(over, anchor):
    values: list[float | None] = [None, None, None, None]
    values[0 if over == 0 else 3] = 62
    points = [Point(str(n), value) for n, value in enumerate(values)]
    drawn = Trend("t", "T", "D", points, ["M", "a"], target=60, target_label="Target")

    svg = drawn.svg(344, slim=True)

    assert re.search(rf'text-anchor="{anchor}"[^>]*>Target 60</text>', svg)


def test_a_shortened_arabic_name_goes_on_at_its_left():
    drawn = stacked(("مراجعة المطالبات المؤجلة " * 3, [1, 0, 0])).svg(344, slim=True)
    mixed = stacked(("تحليل Claims triage, second reading of all", [1, 0, 0]))

    assert "…\N{RIGHT-TO-LEFT MARK}</text>" in drawn
    assert "…</text>" in mixed.svg(200, slim=True)


def test_what_is_measured_beside_stands_clear_of_the_line():
    def foot(own: float, other: float) -> tuple[float, float]:
        points, others = [Point("Jan", own)], [Point("Jan", other)]
        drawn = Trend("t", "T", "D", points, ["M", "a", "b"], others=others).svg(720)
        square = re.search(r'class="other" x="[\d.]+" y="([\d.]+)"', drawn)
        words = re.search(r'class="t-bad" x="[\d.]+" y="([\d.]+)"', drawn)
        assert square
        assert words
        return float(square[1]), float(words[1])

    square, words = foot(own=20, other=60)
    assert words < square
    square, words = foot(own=60, other=20)
    assert words > square + 10


def test_the_last_figure_stands_clear_of_the_words_of_the_target():
    points = [Point("Jan", 30), Point("Feb", 59)]
    drawn = Trend("t", "T", "D", points, ["M", "a"], target=60, target_label="Target")

    feet = re.findall(r'y="([\d.]+)"[^>]*>(Target 60|59 min)<', drawn.svg(720))

    assert [said for _foot, said in feet] == ["Target 60", "59 min"]
    assert float(feet[1][0]) - float(feet[0][0]) == 14


def test_no_rows_and_no_values_draw_nothing():
    assert stacked().svg(300) == ""
    assert trend().svg(300) == ""
    assert trend(Point("Jan", None)).svg(300) == ""
    assert Heat("h", "x", "x", [], [], "Total").svg() == ""


def test_a_single_value_stands_in_the_middle():
    svg = trend(Point("Jan", 41)).svg(320, slim=True)

    assert '<circle class="dot" cx="170"' in svg
    assert 'class="line"' not in svg


def test_a_gap_is_not_bridged():
    svg = trend(Point("Jan", 41), Point("Feb", None), Point("Mar", 42)).svg(320)

    assert svg.count('class="dot"') == 2
    assert 'class="line"' not in svg


def test_over_the_target_has_a_shape_and_a_figure():
    svg = trend(Point("Jan", 96), Point("Feb", 41)).svg(720)

    assert svg.count('class="dot-bad"') == 1
    assert ">96</text>" in svg
    assert ">41 min</text>" in svg


@pytest.mark.parametrize(("value", "shape"), [(42, "bound"), (71, "bound-bad")])
def test_a_lower_bound_is_hollow_dashed_and_says_more_than(value, shape):
    figure = trend(Point("Jan", 41), Point("Feb", value, is_lower_bound=True)).figure()

    for svg in (figure.wide, figure.narrow):
        assert f'<path class="{shape}"' in svg
        assert f">&gt; {value}</text>" in svg
        assert 'stroke-dasharray="2 5"' in svg
    assert figure.rows == [("Jan", "41"), ("Feb", f"> {value}")]


def test_without_a_target_nothing_is_over_it():
    svg = trend(Point("Jan", 400), target=None).svg(720)

    assert "dot-bad" not in svg
    assert 'class="target"' not in svg


def test_no_chart_carries_what_the_policy_forbids():
    heat = Heat("h", "<x>", "y", ["A"], [("Row", [9])], "Total")
    drawn = [trend(Point("a", 1)).svg(300), stacked(("a", [1, 2, 3])).svg(300), heat.svg()]

    assert not any(word in svg for svg in drawn for word in ("style=", "<style", "<script"))
    assert "&lt;x&gt;" in drawn[2]
    assert heat.table()[0].cells[0].bucket == 4


def steps(*treads: Tread, marks: tuple[Mark, ...] = ()) -> Steps:
    return Steps(
        "i",
        "Harm",
        "As time passes.",
        [("15 min", 15), ("1 h", 60), ("4 h", 240)],
        [("Minor", True), ("Major", False)],
        treads,
        marks,
        ("From", "Level"),
        [("15 min", "Minor")],
    )


def test_a_level_holds_until_the_next_and_what_is_not_tolerable_is_heavier():
    svg = steps(Tread(15, 240, 0), Tread(240, None, 1)).svg(400)

    tolerable, worse = re.findall(r'<path class="(line[a-z-]*)" d="([^"]+)"', svg)
    assert tolerable == ("line", "M149.2 88 H326.8")
    assert worse == ("line-bad", "M326.8 88 V52 H380")
    assert svg.count('class="over"') == 1
    assert 'stroke-width="3"' in svg


def test_steps_are_nothing_without_a_level_and_unknown_before_the_first():
    assert steps().svg(400) == ""
    assert 'd="M238 88 ' in steps(Tread(60, None, 0)).svg(400)


def test_a_moment_between_two_ticks_and_one_after_the_last_have_a_place():
    svg = steps(
        Tread(15, None, 0), marks=(Mark("RTO", 150), Mark("MTPD", 999, strong=True))
    ).svg(400)

    uprights = re.findall(r'<line class="(target|limit)" x1="([\d.]+)"', svg)
    assert uprights == [("target", "282.4"), ("limit", "353.4")]


def test_a_drawing_of_steps_for_a_phone_has_every_second_moment():
    slim = steps(Tread(15, None, 0)).figure().narrow

    assert (">15 min<" in slim, ">1 h<" in slim, ">4 h<" in slim) == (True, False, True)


def test_a_small_line_breaks_where_a_day_is_missing_and_a_day_alone_is_a_dot():
    svg = sparkline([1, 2, None, 3, None, 4])

    assert re.findall(r' d="([^"]+)"', svg) == ["M2 24 L19.6 17.3 M54.8 10.7 M90 4"]
    assert svg.count("<circle") == 2
    assert sparkline([None, 1, None]) == ""


@pytest.mark.parametrize(
    ("value", "bound", "cls"),
    [
        (20, False, "bar-ok"),
        (40, False, "bar-bad"),
        (40, True, "bar-open-bad"),
        (20, True, "bar-open-none"),
    ],
)
def test_a_bound_below_its_target_is_not_green(value, bound, cls):
    svg = Bars(
        uid="b",
        title="Times",
        description="Times.",
        rows=[Bar("Triage", value, is_lower_bound=bound, target=30)],
        heads=("Work", "Minutes", "Target"),
    ).svg(620)

    assert re.findall(r'class="(bar-[a-z-]+)"', svg) == [cls]
