"""The smallest set that strikes all of some targets, by exhaustive search up to a size.

It is what `fate` asks for the smallest loss that leaves a workflow nothing; targets are
bits of a number here, and a choice is whatever strikes some of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LARGEST_CUT: Final = 4
"""Up to how many tools `fewest` is sure that none fewer would do."""


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """Tools in the order of their keys, and how many steps upstream they are in all."""

    steps: int
    tools: tuple[int, ...]

    def with_(self, other: "Cut") -> "Cut":
        return Cut(self.steps + other.steps, tuple(sorted(self.tools + other.tools)))


def fewest(wanted: int, choices: Mapping[int, Cut]) -> Cut:
    """Return the smallest and then nearest union of `choices` that has all bits."""
    widest = max(struck.bit_count() for struck in choices)
    known: dict[tuple[int, int], Cut | None] = {}

    def exactly(size: int, missing: int) -> Cut | None:
        if not missing or size * widest < missing.bit_count():
            return None if missing else Cut(0, ())
        if (size, missing) not in known:
            # Whatever strikes all strikes the lowest bit that is missing.
            lowest = missing & -missing
            found = (
                (rest, cut)
                for struck, cut in choices.items()
                if struck & lowest
                and (rest := exactly(size - 1, missing & ~struck)) is not None
            )
            known[size, missing] = min(
                (cut.with_(rest) for rest, cut in found), default=None
            )
        return known[size, missing]

    for size in range(1, LARGEST_CUT + 1):
        if (cut := exactly(size, wanted)) is not None:
            return cut
    cut, missing = Cut(0, ()), wanted
    while missing:
        struck = min(
            choices, key=lambda each: (-(each & missing).bit_count(), choices[each])
        )
        cut, missing = cut.with_(choices[struck]), missing & ~struck
    return cut
