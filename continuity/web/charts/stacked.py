"""Counts of ready, partly and not ready, one row for each of some names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.safestring import SafeString

from continuity.web.charts.drawing import (
    BAD,
    GRID,
    INK,
    INK_SOFT,
    OK,
    WARN,
    WHITE,
    drawing,
    n,
    nothing,
    shortened,
    words,
)
from continuity.web.charts.figure import NARROW, Figure

TONES: Final = ("ok", "warn", "bad", "none")
"""From good to not known."""


@dataclass(frozen=True, slots=True)
class Stacked:
    """Rows of ready, partly and not ready, with the counts printed inside.

    `keys` are (ok, warn, bad or none; label), in the order of the values of a row. The
    share at the end is that of the first key, rounded down as everywhere; a row that
    counts nothing has no share.

    `rest` is said in place of the bar of the last row, where that row is many together and
    longer than any other: drawn, it would leave nothing of them.
    """

    uid: str
    title: str
    description: str
    keys: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, Sequence[int]]]
    head: str
    rest: str = ""
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

    def _said_instead(self) -> str:
        *others, last = [sum(values) for _name, values in self.rows]
        return self.rest if others and last > max(others) else ""

    def svg(self, width: int, *, slim: bool = False) -> SafeString:
        """Return the drawing, `slim` with the names above the bars; empty without rows."""
        if not self.rows:
            return nothing()
        left, right = (0 if slim else 128), 46
        row = self.row_height + (14 if slim else 0)
        thick = self.row_height - 14
        said = self._said_instead()
        drawn = self.rows[:-1] if said else self.rows
        most = max(sum(values) for _name, values in drawn) or 1
        scale = (width - left - right) / most
        out = []
        for index, (name, values) in enumerate(self.rows):
            top = index * row
            at = top + (20 if slim else 5)
            shown = shortened(name, width // 8 if slim else 17)
            out.append(
                words(
                    0, top + (14 if slim else 21), shown, cls="t-label", size=13, fill=INK
                )
            )
            x = float(left)
            instead = said and index == len(self.rows) - 1
            if instead:
                out.append(words(left, at + 15, said, fill=INK_SOFT))
            for (key, _label), value in zip(self.keys, values, strict=True):
                if not value or instead:
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
            share = f"{100 * values[0] // whole} %" if whole else "–"
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
