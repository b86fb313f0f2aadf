"""What charts have in common: how a page shows one, and a measured value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString

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
