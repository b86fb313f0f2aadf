"""Measured lengths against targets of their own, as bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from continuity.web.charts.drawing import (
    BAD,
    INK,
    INK_SOFT,
    OK,
    bounded,
    drawing,
    n,
    nothing,
    shortened,
    told,
    words,
)
from continuity.web.charts.figure import NARROW, Figure, Point


@dataclass(frozen=True, slots=True)
class Bar:
    """One measured length against its target, both in the chart's unit."""

    label: str
    value: float
    is_lower_bound: bool
    target: float | None


@dataclass(frozen=True, slots=True)
class Bars:
    """Measured lengths, each beside its own target.

    A bar over its target is red and its figure bold. A lower bound has no end: it is
    hollow, runs out in an arrow and its figure begins with "> "; below its target it is
    grey, since nobody saw the target met. The target is a mark across the bar. `most` is
    the end of the scale where several drawings share one.
    """

    uid: str
    title: str
    description: str
    rows: Sequence[Bar]
    heads: tuple[str, str, str]
    unit: str = "min"
    most: float = 0
    row_height: int = 24

    def figure(self, wide: int = 620, narrow: int = NARROW) -> Figure:
        return Figure(
            self.title,
            self.svg(wide),
            self.svg(narrow, slim=True),
            self.heads,
            self.table(),
            self.uid,
        )

    def table(self) -> list[tuple[str, str, str]]:
        return [
            (
                bar.label,
                bounded(Point(bar.label, bar.value, bar.is_lower_bound)),
                "" if bar.target is None else told(bar.target),
            )
            for bar in self.rows
        ]

    def svg(self, width: int, *, slim: bool = False) -> SafeString:
        """Return the drawing, `slim` with the names above the bars; empty without rows."""
        if not self.rows:
            return nothing()
        left, right = (0 if slim else 236), 64
        height = self.row_height + (16 if slim else 0)
        most = max(self.most, *(max(bar.value, bar.target or 0) for bar in self.rows), 1)
        scale = (width - left - right) / most
        out: list[str] = []
        for index, bar in enumerate(self.rows):
            top = index * height
            at = top + (18 if slim else 4)
            shown = bar.label if slim else shortened(bar.label, 34)
            out.append(words(0, top + (13 if slim else 16), shown, cls="t-label", fill=INK))
            out += self._bar(bar, left, at, scale)
        return drawing(
            width, height * len(self.rows), f"{self.uid}{'-n' if slim else ''}", self.title,
            self.description, "".join(out), slim=slim,
        )  # fmt: skip

    def _bar(self, bar: Bar, left: float, at: float, scale: float) -> list[str]:
        thick = 15
        length = max(bar.value * scale, 1)
        end = left + length
        over = bar.target is not None and bar.value > bar.target
        key, colour = ("bad", BAD) if over else ("ok", OK)
        if bar.is_lower_bound and not over:
            key, colour = "none", INK_SOFT
        if bar.is_lower_bound:
            # Open at the right: nobody saw its end.
            shape = (
                f'<path class="bar-open-{key}" d="M{n(end - 6)} {n(at)} H{n(left)} '
                f"V{n(at + thick)} H{n(end - 6)} M{n(end - 6)} {n(at)} "
                f'l6 {n(thick / 2)} l-6 {n(thick / 2)}" fill="none" stroke="{colour}" '
                f'stroke-width="1.5" stroke-linejoin="round"/>'
            )
        else:
            shape = (
                f'<rect class="bar-{key}" x="{n(left)}" y="{n(at)}" '
                f'width="{n(length)}" height="{thick}" rx="2" fill="{colour}" '
                f'stroke="{colour}"/>'
            )
        out = [shape]
        beside = end
        if bar.target is not None:
            x = left + bar.target * scale
            if end - 4 < x < end + 58:
                beside = x  # the figure would stand on the mark
            out.append(
                f'<line class="target" x1="{n(x)}" x2="{n(x)}" y1="{n(at - 3)}" '
                f'y2="{n(at + thick + 3)}" stroke="{INK}" stroke-width="2"/>'
            )
        figure = bounded(Point(bar.label, bar.value, bar.is_lower_bound))
        out.append(
            words(
                beside + 7,
                at + 12,
                f"{figure} {self.unit}",
                cls="t-bad" if over else "t-strong",
                fill=colour if over else INK,
                weight=600 if over else 500,
            )
        )
        return out
