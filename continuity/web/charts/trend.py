"""Measured times over the months, and the small line beside a figure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from django.utils.safestring import SafeString, mark_safe

from continuity.web.charts.drawing import (
    ACCENT,
    BAD,
    GRID,
    INK,
    INK_SOFT,
    WARN,
    WHITE,
    bounded,
    drawing,
    n,
    nothing,
    told,
    words,
)
from continuity.web.charts.figure import NARROW, Figure, Point


@dataclass(frozen=True, slots=True)
class Trend:
    """Measured values in the order of time, against a target where there is one.

    Over the target is a diamond with its figure. A lower bound ("> 42") is a hollow
    triangle that points up, always with its figure, and the line to it is dashed:
    the true value is higher, and a smooth line would promise more than was seen.

    `others` is a second measurement of the same moments, drawn as squares with their
    figures and joined by no line: the two are not one series. It adds a column to the
    table, headed by the third of `heads`.
    """

    uid: str
    title: str
    description: str
    points: Sequence[Point]
    heads: Sequence[str]
    target: float | None = None
    target_label: str = ""
    unit: str = "min"
    height: int = 220
    others: Sequence[Point] = ()

    STEPS: ClassVar[Sequence[int]] = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440)

    def figure(self, wide: int = 720, narrow: int = NARROW) -> Figure:
        rows: list[Sequence[str]] = [(point.label, bounded(point)) for point in self.points]
        if self.others:
            rows = [
                (*row, bounded(other)) for row, other in zip(rows, self.others, strict=True)
            ]
        return Figure(
            self.title, self.svg(wide), self.svg(narrow, slim=True), self.heads, rows,
            self.uid,
        )  # fmt: skip

    def svg(self, width: int, *, slim: bool = False) -> SafeString:
        """Return the drawing, `slim` for a phone; empty without a single value."""
        both = [*self.points, *self.others]
        known = [point.value for point in both if point.value is not None]
        if not known:
            return nothing()
        left, top, bottom = 34, 18, 26
        right = 14 if slim else 72
        across, down = width - left - right, self.height - top - bottom
        # The figure of the first mark stands clear of those of the axis.
        inset = 14
        highest = max([*known, self.target or 0])
        step = self._step(highest)
        ceiling = (int(highest * 1.05) // step + 1) * step
        last = len(self.points) - 1

        def x(index: int) -> float:
            if not last:
                return left + across / 2
            return left + inset + (across - inset) * index / last

        def y(value: float) -> float:
            return top + down * (1 - value / ceiling)

        out = []
        for tick in range(0, ceiling + 1, step):
            out.append(
                f'<line class="gridline" x1="{left}" x2="{n(left + across)}" '
                f'y1="{n(y(tick))}" y2="{n(y(tick))}" stroke="{GRID}"/>'
            )
            out.append(words(left - 8, y(tick) + 4, str(tick), anchor="end"))
        every = max(1, -(-len(self.points) * (44 if slim else 52) // (across - inset)))
        for index, point in enumerate(self.points):
            if (last - index) % every == 0:
                edge = slim and index == last and last > 0
                out.append(
                    words(
                        x(index) + (6 if edge else 0),
                        self.height - 8,
                        point.label,
                        anchor="end" if edge else "middle",
                    )
                )
        if self.target is not None:
            marks = [
                (x(index), y(point.value))
                for series in (self.points, self.others)
                for index, point in enumerate(series)
                if point.value is not None
            ]
            out += self._target(left, top, across, y(self.target), marks if slim else None)
        out += self._line(x, y)
        for index, point in enumerate(self.points):
            out += self._mark(index, point, x, y, slim=slim)
        for index, other in enumerate(self.others):
            own = self.points[index].value if index < len(self.points) else None
            out += self._other(other, own, x(index), y)
        return drawing(
            width, self.height, f"{self.uid}{'-n' if slim else ''}", self.title,
            self.description, "".join(out), slim=slim,
        )  # fmt: skip

    def _step(self, highest: float) -> int:
        return next((step for step in self.STEPS if highest / step <= 5), self.STEPS[-1])

    def _target(
        self,
        left: float,
        top: float,
        across: float,
        at: float,
        marks: Sequence[tuple[float, float]] | None,
    ) -> list[str]:
        """Draw the target and its words: beside the drawing, or among `marks`, where they
        hide fewest of them."""
        label = f"{self.target_label} {told(self.target or 0)}".strip()
        start, foot, anchor = left + across + 8, at + 4, "start"
        if marks is not None:
            long = 7.0 * len(label)
            start, foot = min(
                (
                    (begin, line)
                    for line in (at - 6, at + 15)
                    for begin in (left + 4, left + across - 4 - long)
                ),
                key=lambda place: _hidden(place[0], place[1], long, marks),
            )
            if start > left + 4:
                start, anchor = left + across - 4, "end"
        return [
            f'<rect class="over" x="{left}" y="{top}" width="{n(across)}" '
            f'height="{n(at - top)}" fill="{BAD}" fill-opacity="0.05"/>',
            f'<line class="target" x1="{left}" x2="{n(left + across)}" y1="{n(at)}" '
            f'y2="{n(at)}" stroke="{INK_SOFT}" stroke-width="1.5" '
            'stroke-dasharray="5 4"/>',
            words(start, foot, label, anchor=anchor, weight=500),
        ]

    def _line(self, x: Callable[[int], float], y: Callable[[float], float]) -> list[str]:
        """Draw between neighbours only: a gap stays a gap."""
        out = []
        for index, (one, two) in enumerate(pairwise(self.points)):
            if one.value is None or two.value is None:
                continue
            doubt = one.is_lower_bound or two.is_lower_bound
            out.append(
                f'<path class="line" d="M{n(x(index))} {n(y(one.value))} '
                f'L{n(x(index + 1))} {n(y(two.value))}" fill="none" stroke="{ACCENT}" '
                'stroke-width="2" stroke-linecap="round"'
                + (' stroke-dasharray="2 5"/>' if doubt else "/>")
            )
        return out

    def _other(
        self, point: Point, own: float | None, px: float, y: Callable[[float], float]
    ) -> list[str]:
        """Draw a square, hollow for a lower bound, with its figure above it; beneath it
        where the mark of the same moment, at `own`, is the higher one."""
        if point.value is None:
            return []
        py = y(point.value)
        beneath = own is not None and own > point.value
        fill = WHITE if point.is_lower_bound else BAD
        cls = "other-bound" if point.is_lower_bound else "other"
        return [
            f'<rect class="{cls}" x="{n(px - 5)}" y="{n(py - 5)}" width="10" height="10" '
            f'fill="{fill}" stroke="{BAD}" stroke-width="2"/>',
            words(
                px, py + (19 if beneath else -10), bounded(point), cls="t-bad",
                anchor="middle", fill=BAD, weight=600,
            ),
        ]  # fmt: skip

    def _mark(
        self,
        index: int,
        point: Point,
        x: Callable[[int], float],
        y: Callable[[float], float],
        *,
        slim: bool,
    ) -> list[str]:
        if point.value is None:
            return []
        px, py = x(index), y(point.value)
        over = self.target is not None and point.value > self.target
        last = index == len(self.points) - 1
        if point.is_lower_bound:
            cls, colour = ("bound-bad", BAD) if over else ("bound", WARN)
            ink = "t-bad" if over else "t-warn"
            return [
                f'<path class="{cls}" d="M{n(px)} {n(py - 7)} L{n(px + 6)} {n(py + 4)} '
                f'L{n(px - 6)} {n(py + 4)} Z" fill="{WHITE}" stroke="{colour}" '
                'stroke-width="2"/>',
                words(
                    px,
                    py - 11,
                    bounded(point),
                    cls=ink,
                    anchor="middle",
                    fill=colour,
                    weight=600,
                ),
            ]
        if over:
            return [
                f'<path class="dot-bad" d="M{n(px)} {n(py - 6)} L{n(px + 6)} {n(py)} '
                f'L{n(px)} {n(py + 6)} L{n(px - 6)} {n(py)} Z" fill="{BAD}" '
                f'stroke="{WHITE}" stroke-width="1.5"/>',
                words(
                    px,
                    py - 10,
                    told(point.value),
                    cls="t-bad",
                    anchor="middle",
                    fill=BAD,
                    weight=600,
                ),
            ]
        out = [
            f'<circle class="dot" cx="{n(px)}" cy="{n(py)}" r="3.5" fill="{ACCENT}" '
            f'stroke="{WHITE}" stroke-width="1.5"/>'
        ]
        if last and slim:
            out.append(
                words(
                    px + 4,
                    py + 18,
                    told(point.value),
                    cls="t-strong",
                    anchor="end",
                    fill=INK,
                    weight=600,
                )
            )
        elif last:
            label, foot = f"{told(point.value)} {self.unit}", py + 4
            if self.target is not None:
                # The words of the target stand in the same margin, at its line.
                taken = y(self.target) + 4
                foot = taken + 14 if abs(foot - taken) < 14 else foot
            out.append(words(px + 8, foot, label, cls="t-strong", fill=INK, weight=600))
        return out


def _hidden(
    start: float, foot: float, long: float, marks: Sequence[tuple[float, float]]
) -> int:
    """Return how many marks, with the figure above or beneath each, words would touch."""
    return sum(
        start - 14 < px < start + long + 14 and foot - 34 < py < foot + 26
        for px, py in marks
    )


def sparkline(
    values: Sequence[float | None], width: int = 96, height: int = 28
) -> SafeString:
    """Return a small line for beside a figure that says the same in words.

    Hidden from assistive technology for that reason. None is a gap in the line, and a
    value alone between gaps is a dot. Fewer than two values are no line: an empty string.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return nothing()
    low, span = min(known), (max(known) - min(known)) or 1
    parts, dots, x, y = list[str](), list[str](), 0.0, 0.0
    for index, value in enumerate(values):
        if value is None:
            continue
        x = 2 + (width - 8) * index / (len(values) - 1)
        y = 4 + (height - 8) * (1 - (value - low) / span)
        goes_on = index > 0 and values[index - 1] is not None
        parts.append(f"{'L' if goes_on else 'M'}{n(x)} {n(y)}")
        if not goes_on and values[index + 1 : index + 2] in ([None], (None,)):
            dots.append(_dot(x, y, 1.5))
    line = " ".join(parts)
    return mark_safe(  # noqa: S308 - numbers only
        f'<svg class="spark" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" aria-hidden="true" focusable="false">'
        f'<path class="line" d="{line}" fill="none" stroke="{ACCENT}" stroke-width="1.5" '
        f'stroke-linejoin="round"/>{"".join(dots)}{_dot(x, y, 2.5)}</svg>'
    )


def _dot(x: float, y: float, radius: float) -> str:
    return f'<circle class="dot" cx="{n(x)}" cy="{n(y)}" r="{n(radius)}" fill="{ACCENT}"/>'
