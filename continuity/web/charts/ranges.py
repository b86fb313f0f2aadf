"""A chart of ranges: what nine years of ten lie between, and the mean, row by row.

It keeps to what every chart of `charts` keeps to.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from continuity.web.charts import NARROW, Figure
from continuity.web.charts.drawing import (
    ACCENT,
    GRID,
    INK,
    drawing,
    n,
    nothing,
    shortened,
    told,
    words,
)


@dataclass(frozen=True, slots=True)
class Range:
    """One row, in the chart's unit. The mean may lie above `high`: rare and long losses
    pull it there."""

    label: str
    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True)
class Ranges:
    uid: str
    title: str
    description: str
    rows: Sequence[Range]
    heads: tuple[str, str, str, str]
    unit: str = "h"
    row_height: int = 28

    def figure(self, wide: int = 720, narrow: int = NARROW) -> Figure:
        return Figure(
            self.title,
            self.svg(wide),
            self.svg(narrow, slim=True),
            self.heads,
            [
                (one.label, *(told(value) for value in (one.low, one.mean, one.high)))
                for one in self.rows
            ],
            self.uid,
        )

    def svg(self, width: int, *, slim: bool = False) -> SafeString:
        """Return the drawing, `slim` with the names above the lines; empty without rows."""
        if not self.rows:
            return nothing()
        left, right = (6 if slim else 200), 70
        height = self.row_height + (14 if slim else 0)
        most = max(*(max(one.high, one.mean) for one in self.rows), 1)
        scale = (width - left - right) / most
        out: list[str] = []
        for index, one in enumerate(self.rows):
            top = index * height
            at = top + (28 if slim else 14)
            label = one.label if slim else shortened(one.label, 28)
            out.append(words(0, top + (14 if slim else 18), label, cls="t-label", fill=INK))
            end = n(width - right)
            low, mean, high = (
                left + value * scale for value in (one.low, one.mean, one.high)
            )
            out.append(
                f'<line class="grid" x1="{n(left)}" x2="{end}" y1="{n(at)}" '
                f'y2="{n(at)}" stroke="{GRID}" stroke-width="1"/>'
                f'<line class="line" x1="{n(low)}" x2="{n(max(high, low + 1))}" '
                f'y1="{n(at)}" y2="{n(at)}" stroke="{ACCENT}" stroke-width="5" '
                f'stroke-linecap="round"/>'
                f'<circle class="dot" cx="{n(mean)}" cy="{n(at)}" r="5" fill="{ACCENT}"/>'
            )
            out.append(
                words(
                    width,
                    at + 4,
                    f"{told(one.mean)} {self.unit}",
                    cls="t-strong",
                    anchor="end",
                    fill=INK,
                    weight=600,
                )
            )
        return drawing(
            width, height * len(self.rows), f"{self.uid}{'-n' if slim else ''}", self.title,
            self.description, "".join(out), slim=slim,
        )  # fmt: skip
