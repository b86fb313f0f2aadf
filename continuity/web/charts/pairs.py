"""Two measurements of the same things, side by side. Keeps to what charts.py says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.safestring import SafeString

from continuity.web.charts import NARROW, Figure, Point
from continuity.web.charts.drawing import (
    ACCENT,
    GRID,
    INK,
    INK_SOFT,
    bounded,
    drawing,
    n,
    shortened,
    words,
)
from continuity.web.formats import NOTHING, Reading

MINUTE: Final = timedelta(minutes=1)
THICK: Final = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """One thing, measured twice; a value that is None was not measured."""

    label: str
    before: Point
    after: Point


def minutes(reading: Reading | None, label: str = "") -> Point:
    """Return a reading as a point in minutes, a bound as a bound; None is a gap."""
    if reading is None:
        return Point(label, None)
    return Point(label, round(reading.length / MINUTE, 1), reading.is_lower_bound)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of bars: grey what was, blue what is, each with its figure.

    A lower bound has no end: it is hollow, runs out in an arrow and its figure begins
    with "> ". What was not measured is a dash and no bar. `heads` name the rows, what was
    and what is.
    """

    uid: str
    title: str
    description: str
    rows: Sequence[Pair]
    heads: tuple[str, str, str]
    unit: str = "min"

    def figure(self, wide: int = 620, narrow: int = NARROW) -> Figure:
        rows = [(row.label, bounded(row.before), bounded(row.after)) for row in self.rows]
        table = [(name, *(cell or NOTHING for cell in cells)) for name, *cells in rows]
        return Figure(
            self.title,
            self.svg(wide),
            self.svg(narrow, slim=True),
            self.heads,
            table,
            self.uid,
        )

    def svg(self, width: int, *, slim: bool = False) -> SafeString:
        """Return the drawing, `slim` with the names above the bars; empty without a
        single figure."""
        points = [point for row in self.rows for point in (row.before, row.after)]
        known = [point.value for point in points if point.value is not None]
        if not known:
            return SafeString("")
        left, right = (0 if slim else 236), 74
        above = 18 if slim else 6
        height = above + 2 * THICK + 12
        scale = (width - left - right) / max(*known, 1)
        out: list[str] = []
        for index, row in enumerate(self.rows):
            top = index * height
            label = row.label if slim else shortened(row.label, 34)
            place = top + (13 if slim else above + THICK + 4)
            out.append(words(0, place, label, cls="t-label", fill=INK))
            out += self._bar(row.before, left, top + above, scale, "none")
            out += self._bar(row.after, left, top + above + THICK + 2, scale, "now")
        return drawing(
            width,
            height * len(self.rows),
            f"{self.uid}{'-n' if slim else ''}",
            self.title,
            self.description,
            "".join(out),
            slim=slim,
        )

    def _bar(
        self, point: Point, left: float, at: float, scale: float, key: str
    ) -> list[str]:
        fill, stroke = (ACCENT, ACCENT) if key == "now" else (GRID, INK_SOFT)
        if point.value is None:
            return [words(left + 2, at + THICK - 2, NOTHING, size=11)]
        end = left + max(point.value * scale, 1)
        if point.is_lower_bound:
            back = max(end - 6, left)
            shape = (
                f'<path class="bar-open-{key}" d="M{n(back)} {n(at)} '
                f"H{n(left)} V{n(at + THICK)} H{n(back)} "
                f"M{n(back)} {n(at)} l6 {n(THICK / 2)} "
                f'l-6 {n(THICK / 2)}" fill="none" stroke="{stroke}" '
                f'stroke-width="1.5" stroke-linejoin="round"/>'
            )
        else:
            shape = (
                f'<rect class="bar-{key}" x="{n(left)}" y="{n(at)}" '
                f'width="{n(end - left)}" height="{THICK}" rx="2" '
                f'fill="{fill}" stroke="{stroke}"/>'
            )
        figure = f"{bounded(point)} {self.unit}"
        weight = 600 if key == "now" else 400
        return [
            shape,
            words(
                end + 7, at + THICK - 2, figure, cls="t-strong", size=11, fill=INK,
                weight=weight,
            ),
        ]  # fmt: skip
