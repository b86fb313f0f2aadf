"""A chart of ranges: what nine years of ten lie between, and the mean, row by row.

It keeps to what every chart of `charts` keeps to.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from continuity.web.charts import (
    ACCENT,
    GRID,
    INK,
    NARROW,
    Figure,
    _cut,
    _n,
    _nothing,
    _svg,
    _text,
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
            [(one.label, _n(one.low), _n(one.mean), _n(one.high)) for one in self.rows],
            self.uid,
        )

    def svg(self, width: int, *, slim: bool = False) -> SafeString:
        """Return the drawing, `slim` with the names above the lines; empty without rows."""
        if not self.rows:
            return _nothing()
        left, right = (6 if slim else 200), 70
        height = self.row_height + (14 if slim else 0)
        most = max(*(max(one.high, one.mean) for one in self.rows), 1)
        scale = (width - left - right) / most
        out: list[str] = []
        for index, one in enumerate(self.rows):
            top = index * height
            at = top + (28 if slim else 14)
            words = one.label if slim else _cut(one.label, 28)
            out.append(_text(0, top + (14 if slim else 18), words, cls="t-label", fill=INK))
            end = _n(width - right)
            low, mean, high = (
                left + value * scale for value in (one.low, one.mean, one.high)
            )
            out.append(
                f'<line class="grid" x1="{_n(left)}" x2="{end}" y1="{_n(at)}" '
                f'y2="{_n(at)}" stroke="{GRID}" stroke-width="1"/>'
                f'<line class="line" x1="{_n(low)}" x2="{_n(max(high, low + 1))}" '
                f'y1="{_n(at)}" y2="{_n(at)}" stroke="{ACCENT}" stroke-width="5" '
                f'stroke-linecap="round"/>'
                f'<circle class="dot" cx="{_n(mean)}" cy="{_n(at)}" r="5" fill="{ACCENT}"/>'
            )
            out.append(
                _text(
                    width,
                    at + 4,
                    f"{_n(one.mean)} {self.unit}",
                    cls="t-strong",
                    anchor="end",
                    fill=INK,
                    weight=600,
                )
            )
        return _svg(
            width, height * len(self.rows), f"{self.uid}{'-n' if slim else ''}", self.title,
            self.description, "".join(out), slim=slim,
        )  # fmt: skip
