"""Charts drawn on the server: one call gives the same SVG for the page and for a document.

What every chart here keeps to:

* Same input, same bytes: no random ids, no dates, so a test can compare.
* No <style>, no <script>, no style attribute: clean under the strict CSP.
* Colours are presentation attributes that hold the light palette for print. On the page
  the stylesheet wins over them by class name, so dark needs no second rendering.
* Meaning is never colour alone: a shape or a printed figure says it too.
* Nothing to draw gives an empty string, and the page says so in words.
* All words come translated from the caller.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Final

from django.utils.safestring import SafeString, mark_safe

from continuity.web.drawing import (
    ACCENT,
    BAD,
    GRID,
    INK,
    INK_SOFT,
    OK,
    WARN,
    WHITE,
    bounded,
    drawing,
    n,
    nothing,
    shortened,
    words,
)

HEAT: Final = ("#f1f3f6", "#d6e2fb", "#a9c3f5", "#6f97e6", "#2f5fc4")
HEAT_INK: Final = (INK_SOFT, INK, INK, INK, WHITE)
NARROW: Final = 320
"""Width of the second drawing that a phone shows, so that text keeps its real size."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart as components/_chart.html shows it: two drawings, one table.

    `wide` and `narrow` are empty when there is nothing to draw. `uid` is how the drawing
    is found on its page, by who takes it away as a file.
    """

    title: str
    wide: SafeString
    narrow: SafeString
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    uid: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A measured value. None is a gap in the line; a lower bound is drawn as one."""

    label: str
    value: float | None
    is_lower_bound: bool = False


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
        highest = max([*known, self.target or 0])
        step = self._step(highest)
        ceiling = (int(highest * 1.05) // step + 1) * step
        last = len(self.points) - 1

        def x(index: int) -> float:
            return left + (across * index / last if last else across / 2)

        def y(value: float) -> float:
            return top + down * (1 - value / ceiling)

        out = []
        for tick in range(0, ceiling + 1, step):
            out.append(
                f'<line class="gridline" x1="{left}" x2="{n(left + across)}" '
                f'y1="{n(y(tick))}" y2="{n(y(tick))}" stroke="{GRID}"/>'
            )
            out.append(words(left - 8, y(tick) + 4, str(tick), anchor="end"))
        every = max(1, -(-len(self.points) * (44 if slim else 52) // across))
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
            out += self._target(left, top, across, y(self.target), slim=slim)
        out += self._line(x, y)
        for index, point in enumerate(self.points):
            out += self._mark(index, point, x, y, slim=slim)
        for index, other in enumerate(self.others):
            out += self._other(other, x(index), y)
        return drawing(
            width, self.height, f"{self.uid}{'-n' if slim else ''}", self.title,
            self.description, "".join(out), slim=slim,
        )  # fmt: skip

    def _step(self, highest: float) -> int:
        return next((step for step in self.STEPS if highest / step <= 5), self.STEPS[-1])

    def _target(
        self, left: float, top: float, across: float, at: float, *, slim: bool
    ) -> list[str]:
        label = f"{self.target_label} {n(self.target or 0)}".strip()
        place = (left + 4, at - 6) if slim else (left + across + 8, at + 4)
        return [
            f'<rect class="over" x="{left}" y="{top}" width="{n(across)}" '
            f'height="{n(at - top)}" fill="{BAD}" fill-opacity="0.05"/>',
            f'<line class="target" x1="{left}" x2="{n(left + across)}" y1="{n(at)}" '
            f'y2="{n(at)}" stroke="{INK_SOFT}" stroke-width="1.5" '
            'stroke-dasharray="5 4"/>',
            words(*place, label, weight=500),
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

    def _other(self, point: Point, px: float, y: Callable[[float], float]) -> list[str]:
        """Draw a square, hollow for a lower bound, with its figure beneath it."""
        if point.value is None:
            return []
        py = y(point.value)
        fill = WHITE if point.is_lower_bound else BAD
        cls = "other-bound" if point.is_lower_bound else "other"
        return [
            f'<rect class="{cls}" x="{n(px - 5)}" y="{n(py - 5)}" width="10" height="10" '
            f'fill="{fill}" stroke="{BAD}" stroke-width="2"/>',
            words(
                px, py + 19, bounded(point), cls="t-bad", anchor="middle", fill=BAD,
                weight=600,
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
                    n(point.value),
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
                    n(point.value),
                    cls="t-strong",
                    anchor="end",
                    fill=INK,
                    weight=600,
                )
            )
        elif last:
            label = f"{n(point.value)} {self.unit}"
            out.append(words(px + 8, py + 4, label, cls="t-strong", fill=INK, weight=600))
        return out


@dataclass(frozen=True, slots=True)
class Stacked:
    """Rows of ready, partly and not ready, with the counts printed inside.

    `keys` are (ok, warn, bad or none; label), in the order of the values of a row. The
    share at the end is that of the first key; a row that counts nothing has no share.
    """

    uid: str
    title: str
    description: str
    keys: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, Sequence[int]]]
    head: str
    row_height: int = 34

    COLOURS: ClassVar[dict[str, tuple[str, str, str]]] = {
        "ok": (OK, WHITE, OK),
        "warn": ("#fbe8c0", INK, WARN),
        "bad": (BAD, WHITE, BAD),
        "none": (GRID, INK, INK_SOFT),
    }

    def figure(self, wide: int = 450, narrow: int = NARROW) -> Figure:
        heads = (self.head, *(label for _key, label in self.keys))
        rows = [(name, *map(str, values)) for name, values in self.rows]
        return Figure(
            self.title, self.svg(wide), self.svg(narrow, slim=True), heads, rows, self.uid
        )

    def svg(self, width: int, *, slim: bool = False) -> SafeString:
        """Return the drawing, `slim` with the names above the bars; empty without rows."""
        if not self.rows:
            return nothing()
        left, right = (0 if slim else 128), 46
        row = self.row_height + (14 if slim else 0)
        thick = self.row_height - 14
        most = max(sum(values) for _name, values in self.rows) or 1
        scale = (width - left - right) / most
        out = []
        for index, (name, values) in enumerate(self.rows):
            top = index * row
            at = top + (20 if slim else 5)
            shown = name if slim else shortened(name, 17)
            out.append(
                words(
                    0, top + (14 if slim else 21), shown, cls="t-label", size=13, fill=INK
                )
            )
            x = float(left)
            for (key, _label), value in zip(self.keys, values, strict=True):
                if not value:
                    continue
                fill, ink, stroke = self.COLOURS[key]
                wide = value * scale
                out.append(
                    f'<rect class="bar-{key}" x="{n(x + 0.5)}" y="{n(at + 0.5)}" '
                    f'width="{n(max(wide - 3, 1))}" height="{thick - 1}" rx="3" '
                    f'fill="{fill}" stroke="{stroke}"/>'
                )
                # A figure that does not fit its bar stands in the table.
                if wide >= 8 * len(str(value)) + 6:
                    out.append(
                        words(
                            x + wide / 2 - 1,
                            at + thick / 2 + 4,
                            str(value),
                            cls=f"bar-t-{key}",
                            anchor="middle",
                            fill=ink,
                            weight=600,
                        )
                    )
                x += wide
            whole = sum(values)
            share = f"{round(100 * values[0] / whole)} %" if whole else "–"
            out.append(
                words(
                    width,
                    at + 15,
                    share,
                    cls="t-strong",
                    anchor="end",
                    fill=INK,
                    weight=600,
                )
            )
        return drawing(
            width, row * len(self.rows), f"{self.uid}{'-n' if slim else ''}", self.title,
            self.description, "".join(out), slim=slim,
        )  # fmt: skip


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
    hollow, runs out in an arrow and its figure begins with "> ". The target is a mark
    across the bar. `most` is the end of the scale where several drawings share one.
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
                "" if bar.target is None else n(bar.target),
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


@dataclass(frozen=True, slots=True)
class HeatCell:
    value: int
    bucket: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    name: str
    cells: Sequence[HeatCell]
    total: int


@dataclass(frozen=True, slots=True)
class Heat:
    """Counts by row and column. A page shows it as a real table, a document as SVG."""

    uid: str
    title: str
    description: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]
    total_label: str
    cuts: tuple[int, ...] = (1, 3, 5, 8)

    def bucket(self, value: int) -> int:
        """Return 0 (nothing) to 4 (most): class `h0` to `h4` of a cell."""
        return sum(value >= cut for cut in self.cuts)

    def table(self) -> list[HeatRow]:
        return [
            HeatRow(name, [HeatCell(v, self.bucket(v)) for v in values], sum(values))
            for name, values in self.rows
        ]

    def svg(self, width: int = 620) -> SafeString:
        """Return the drawing for a document; empty without rows or columns."""
        if not self.rows or not self.columns:
            return nothing()
        left, top, row = 130, 26, 30
        cell = (width - left - 50) / len(self.columns)
        out = [
            words(left + cell * (index + 0.5), 16, name, anchor="middle")
            for index, name in enumerate(self.columns)
        ]
        out.append(words(width, 16, self.total_label, anchor="end"))
        for index, line in enumerate(self.table()):
            y = top + index * row
            out.append(
                words(0, y + 19, shortened(line.name, 19), cls="t-label", size=13, fill=INK)
            )
            for column, each in enumerate(line.cells):
                out.append(
                    f'<rect class="heat-{each.bucket}" x="{n(left + cell * column + 1)}" '
                    f'y="{y + 1}" width="{n(cell - 2)}" height="{row - 2}" rx="3" '
                    f'fill="{HEAT[each.bucket]}"/>'
                )
                out.append(
                    words(
                        left + cell * (column + 0.5),
                        y + 19,
                        str(each.value or "–"),
                        cls=f"heat-t-{each.bucket}",
                        anchor="middle",
                        fill=HEAT_INK[each.bucket],
                        weight=500,
                    )
                )
            total = str(line.total)
            out.append(
                words(
                    width, y + 19, total, cls="t-strong", anchor="end", fill=INK, weight=600
                )
            )
        height = top + row * len(self.rows)
        return drawing(width, height, self.uid, self.title, self.description, "".join(out))


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
