"""Counts by row and column, darker the more a cell holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString

from continuity.web.charts.drawing import (
    INK,
    INK_SOFT,
    WHITE,
    drawing,
    n,
    nothing,
    shortened,
    words,
)

HEAT: Final = ("#f1f3f6", "#d6e2fb", "#a9c3f5", "#6f97e6", "#2f5fc4")
HEAT_INK: Final = (INK_SOFT, INK, INK, INK, WHITE)


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
