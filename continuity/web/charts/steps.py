"""What holds until the next step: harm as time passes, with marks on the way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString

from continuity.web.charts.drawing import (
    ACCENT,
    BAD,
    GRID,
    INK,
    INK_SOFT,
    WHITE,
    drawing,
    n,
    nothing,
    shortened,
    words,
)
from continuity.web.charts.figure import NARROW, Figure


@dataclass(frozen=True, slots=True)
class Tread:
    """A level that holds from `start` on and before `end`, in the chart's unit; an `end`
    of None is for ever. `level` counts from 0, the mildest."""

    start: float
    end: float | None
    level: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment with a name, drawn as an upright line; a `strong` one is a limit."""

    label: str
    at: float
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """A level that rises in steps as time passes.

    `ticks` are the moments on the axis, evenly spaced however far apart they are; what
    lies between two of them is placed in proportion. `levels` are (name, tolerable),
    the mildest first; those that are not tolerable lie on a tinted ground, and the
    line is red and heavier there. Before the first tread nothing is known and nothing
    is drawn.
    """

    uid: str
    title: str
    description: str
    ticks: Sequence[tuple[str, float]]
    levels: Sequence[tuple[str, bool]]
    treads: Sequence[Tread]
    marks: Sequence[Mark]
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    row_height: int = 36

    def figure(self, wide: int = 720, narrow: int = NARROW) -> Figure:
        return Figure(
            self.title, self.svg(wide), self.svg(narrow, slim=True), self.heads, self.rows,
            self.uid,
        )  # fmt: skip

    def svg(self, width: int, *, slim: bool = False) -> SafeString:
        """Return the drawing, `slim` for a phone; empty without a single tread."""
        if not self.treads:
            return nothing()
        left, right, top, bottom = (62 if slim else 96), (8 if slim else 20), 34, 26
        height = top + self.row_height * len(self.levels) + bottom
        across = width - left - right

        def x(at: float) -> float:
            return left + across * self._place(at)

        def y(level: int) -> float:
            return top + self.row_height * (len(self.levels) - level - 0.5)

        out = self._ground(left, top, across, y, slim=slim)
        every = 2 if slim else 1
        for index, (label, at) in enumerate(self.ticks):
            if index % every == 0:
                out.append(words(x(at), height - 8, label, anchor="middle"))
        for place, mark in enumerate(sorted(self.marks, key=lambda mark: mark.at)):
            out += self._mark(mark, x(mark.at), top, height - bottom, width, place)
        out += self._line(x, y, left + across)
        return drawing(
            width, height, f"{self.uid}{'-n' if slim else ''}", self.title,
            self.description, "".join(out), slim=slim,
        )  # fmt: skip

    def _place(self, at: float) -> float:
        """Return where `at` lies on the axis: 0 at its left end, 1 at its right."""
        moments = [0.0, *(moment for _label, moment in self.ticks)]
        # Half a space before the first tick and one after the last.
        places = [0.0, *(index + 0.6 for index in range(len(self.ticks)))]
        whole = places[-1] + 0.6
        for (low, high), (here, there) in zip(
            pairwise(moments), pairwise(places), strict=True
        ):
            if at <= high:
                share = (at - low) / (high - low)
                return (here + share * (there - here)) / whole
        return min(1.0, (places[-1] + 0.3) / whole)

    def _ground(
        self,
        left: float,
        top: float,
        across: float,
        y: Callable[[int], float],
        *,
        slim: bool,
    ) -> list[str]:
        out = []
        for level, (name, tolerable) in enumerate(self.levels):
            at = y(level)
            if not tolerable:
                out.append(
                    f'<rect class="over" x="{left}" y="{n(at - self.row_height / 2)}" '
                    f'width="{n(across)}" height="{self.row_height}" fill="{BAD}" '
                    'fill-opacity="0.05"/>'
                )
            out.append(
                f'<line class="gridline" x1="{left}" x2="{n(left + across)}" '
                f'y1="{n(at)}" y2="{n(at)}" stroke="{GRID}"/>'
            )
            shown = shortened(name, 9 if slim else 14)
            out.append(
                words(left - 8, at + 4, shown, cls="t-label", anchor="end", fill=INK)
            )
        return out

    def _mark(
        self, mark: Mark, at: float, top: float, foot: float, width: int, place: int
    ) -> list[str]:
        colour, cls = (BAD, "limit") if mark.strong else (INK_SOFT, "target")
        anchor = "end" if at > width - 60 else "start" if at < 60 else "middle"
        # Two names beside each other would run into one another: the second is lower.
        level = top - 20 + 14 * (place % 2)
        return [
            f'<line class="{cls}" x1="{n(at)}" x2="{n(at)}" y1="{n(level + 4)}" '
            f'y2="{n(foot)}" stroke="{colour}" stroke-width="1.5" '
            'stroke-dasharray="5 4"/>',
            words(
                at,
                level,
                mark.label,
                cls="t-bad" if mark.strong else "t",
                anchor=anchor,
                fill=colour,
                weight=600,
            ),
        ]

    def _line(
        self, x: Callable[[float], float], y: Callable[[int], float], right: float
    ) -> list[str]:
        out = []
        before: float | None = None
        for tread in self.treads:
            tolerable = self.levels[tread.level][1]
            cls, colour, thick = ("line", ACCENT, 2) if tolerable else ("line-bad", BAD, 3)
            start, at = x(tread.start), y(tread.level)
            end = right if tread.end is None else x(tread.end)
            rise = "" if before is None else f"M{n(start)} {n(before)} V{n(at)} "
            begin = rise or f"M{n(start)} {n(at)} "
            out.append(
                f'<path class="{cls}" d="{begin}H{n(end)}" fill="none" '
                f'stroke="{colour}" stroke-width="{thick}" stroke-linejoin="round" '
                'stroke-linecap="round"/>'
            )
            before = at
        first = self.treads[0]
        if self.levels[first.level][1]:
            out.append(
                f'<circle class="dot" cx="{n(x(first.start))}" cy="{n(y(first.level))}" '
                f'r="3.5" fill="{ACCENT}" stroke="{WHITE}" stroke-width="1.5"/>'
            )
        return out
