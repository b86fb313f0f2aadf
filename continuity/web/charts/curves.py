"""Two ways in which the years may lie: sorted from the mildest to the worst, as two lines.

It keeps to what every chart of `charts` keeps to.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.safestring import SafeString

from continuity.web.charts.drawing import (
    ACCENT,
    GRID,
    INK,
    INK_SOFT,
    drawing,
    n,
    nothing,
    told,
    words,
)
from continuity.web.charts.figure import NARROW, Figure
from continuity.web.formats import percent as share


@dataclass(frozen=True, slots=True)
class Curves:
    """What so many percent of the years do not exceed, of one thing in two states.

    `percents` rise and are as many as the values of either line. What is now is dashed,
    what would be is whole, and what lies between them is tinted; each has its name at its
    end. `heads` name the percent and the two lines.
    """

    uid: str
    title: str
    description: str
    percents: Sequence[int]
    now: Sequence[float]
    then: Sequence[float]
    heads: tuple[str, str, str]
    axis: str
    unit: str = "h"
    height: int = 260

    STEPS: ClassVar[Sequence[float]] = (
        0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000,
    )  # fmt: skip

    def figure(self, wide: int = 1100, narrow: int = NARROW) -> Figure:
        rows = [
            (share(percent), told(now), told(then))
            for percent, now, then in zip(self.percents, self.now, self.then, strict=True)
        ]
        return Figure(
            self.title, self.svg(wide), self.svg(narrow, slim=True), self.heads, rows,
            self.uid,
        )  # fmt: skip

    def svg(self, width: int, *, slim: bool = False) -> SafeString:
        """Return the drawing, `slim` for a phone; empty without values."""
        if not self.percents:
            return nothing()
        left, top, bottom = 40, 34, 44
        right = 12 if slim else 24
        across, down = width - left - right, self.height - top - bottom
        highest = max(*self.now, *self.then, self.STEPS[0])
        step = next((one for one in self.STEPS if highest / one <= 5), self.STEPS[-1])
        ceiling = (highest // step + 1) * step

        def x(percent: float) -> float:
            return left + across * percent / 100

        def y(value: float) -> float:
            return top + down * (1 - value / ceiling)

        out = []
        for place in range(round(ceiling / step) + 1):
            at = y(place * step)
            out.append(
                f'<line class="gridline" x1="{left}" x2="{n(left + across)}" '
                f'y1="{n(at)}" y2="{n(at)}" stroke="{GRID}"/>'
            )
            out.append(words(left - 8, at + 4, told(place * step), anchor="end"))
        for percent in range(0, 101, 25 if slim else 10):
            anchor = "end" if percent == 100 else "middle"
            out.append(words(x(percent), self.height - 24, share(percent), anchor=anchor))
        out.append(words(left + across / 2, self.height - 6, self.axis, anchor="middle"))
        out.append(words(left - 8, 14, self.unit, anchor="end"))
        out += self._lines(x, y)
        out += self._key(left, slim=slim)
        return drawing(
            width, self.height, f"{self.uid}{'-n' if slim else ''}", self.title,
            self.description, "".join(out), slim=slim,
        )  # fmt: skip

    def _lines(self, x: Callable[[float], float], y: Callable[[float], float]) -> list[str]:
        now, then = (
            [
                f"{n(x(percent))} {n(y(value))}"
                for percent, value in zip(self.percents, values, strict=True)
            ]
            for values in (self.now, self.then)
        )
        between = " L".join([*now, *reversed(then)])
        return [
            f'<path class="gain" d="M{between} Z" fill="{ACCENT}" fill-opacity="0.1"/>',
            f'<path class="target" d="M{" L".join(now)}" fill="none" stroke="{INK_SOFT}" '
            'stroke-width="2" stroke-dasharray="5 4" stroke-linejoin="round"/>',
            f'<path class="line" d="M{" L".join(then)}" fill="none" stroke="{ACCENT}" '
            'stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/>',
        ]

    def _key(self, left: float, *, slim: bool) -> list[str]:
        """Return what each line is, above the drawing."""
        _percent, now, then = self.heads
        second = left + (140 if slim else 220)
        return [
            f'<line class="target" x1="{n(left)}" x2="{n(left + 22)}" y1="10" y2="10" '
            f'stroke="{INK_SOFT}" stroke-width="2" stroke-dasharray="5 4"/>',
            words(left + 28, 14, now, cls="t-label", fill=INK),
            f'<line class="line" x1="{n(second)}" x2="{n(second + 22)}" y1="10" y2="10" '
            f'stroke="{ACCENT}" stroke-width="2.5"/>',
            words(second + 28, 14, then, cls="t-label", fill=INK),
        ]
