"""Which characters our fonts can show.

A conforming export stops at the first character without a glyph, so every text is
held against this table first. Reading it from the fonts costs more than the export of
a short report; `coverage.json` keeps the answer, and a test holds it against the fonts.

`python -m continuity.reports.typesetting.coverage` writes it anew after a font has changed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from continuity.reports.typesetting.engine import FONTS

TABLE: Final = Path(__file__).parent / "coverage.json"

type Ranges = list[tuple[int, int]]

# Controls, surrogates and private use: forbidden or meaningless, glyph or not.
# Ranges, not categories of `unicodedata`: those change with the version of Python.
NEVER: Final[Ranges] = [
    (0x00, 0x1F),
    (0x7F, 0x9F),
    (0xD800, 0xF8FF),
    (0xF0000, 0x10FFFF),
]


def covered() -> Ranges:
    """Return the covered code points as inclusive ranges, from the kept table."""
    return [(first, last) for first, last in json.loads(TABLE.read_text("ascii"))]


def covered_by_fonts() -> Ranges:
    """Return the same, read from the fonts: what every face of some family shows.

    Only what all faces of a family have counts, so that bold text is as safe as
    regular text.
    """
    from fontTools.ttLib import TTFont  # 0.2 s that only the table's own update needs

    families: dict[str, list[set[int]]] = defaultdict(list)
    for path in sorted(FONTS.glob("*.[ot]tf")):
        with TTFont(path, lazy=True) as font:
            families[path.name.partition("-")[0]].append(set(font.getBestCmap()))
    shown = set().union(*(set.intersection(*faces) for faces in families.values()))
    for first, last in NEVER:
        shown.difference_update(range(first, last + 1))
    return _ranges(shown)


def _ranges(points: Iterable[int]) -> Ranges:
    ranges: Ranges = []
    for point in sorted(points):
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], point)
        else:
            ranges.append((point, point))
    return ranges


def _write() -> None:
    text = json.dumps(covered_by_fonts(), separators=(",", ":"))
    TABLE.write_text(text.replace("],[", "],\n[") + "\n", "ascii")


if __name__ == "__main__":
    _write()
