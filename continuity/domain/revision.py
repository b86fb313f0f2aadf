"""What changed between two versions of a runbook, so that a person can read it.

Steps are matched by what they say to do, in their order: a step that was reworded is
one changed step, not one removed and one added. Within a changed text the words that
went and came are told apart.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

type Fields = Mapping[str, str]
"""One step as text, by the name of each field; `text` is what to do."""

ALIKE: Final = 0.4
"""Two steps that share this much of their words are one step, reworded."""
WORD: Final = re.compile(r"\s+|\w+|[^\w\s]")


class Change(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and whether they stayed (same), came (added) or went (removed)."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    name: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class StepChange:
    """One step. `before` and `after` are its numbers from 1, None where it is not there.

    `fields` are those that differ; for a step that came, went or stayed, all that
    say something.
    """

    change: Change
    before: int | None
    after: int | None
    text: str
    fields: tuple[FieldChange, ...] = ()


def compare(old: Sequence[Fields], new: Sequence[Fields]) -> list[StepChange]:
    """Return every step of both versions in reading order, with what became of it."""
    found: list[StepChange] = []
    texts = [step["text"] for step in old], [step["text"] for step in new]
    matcher = SequenceMatcher(None, *texts, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            found += [
                _both(i + 1, j + 1, old[i], new[j])
                for i, j in zip(range(i1, i2), range(j1, j2), strict=True)
            ]
        else:
            found += _block(old, new, range(i1, i2), range(j1, j2))
    return found


def words(old: str, new: str) -> tuple[Piece, ...]:
    """Return the words of both texts, in reading order, each as same, gone or new."""
    before, after = WORD.findall(old), WORD.findall(new)
    pieces: list[Piece] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Change.SAME, "".join(before[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece(Change.REMOVED, "".join(before[i1:i2])))
        if j2 > j1:
            pieces.append(Piece(Change.ADDED, "".join(after[j1:j2])))
    return tuple(pieces)


def _block(
    old: Sequence[Fields], new: Sequence[Fields], gone: range, come: range
) -> Iterator[StepChange]:
    """Yield the steps of a stretch that differs, those alike matched to each other."""
    left = list(gone)
    for j in come:
        match = next((i for i in left if _alike(old[i]["text"], new[j]["text"])), None)
        if match is None:
            yield _one(Change.ADDED, None, j + 1, new[j])
            continue
        # What stood before the match and found none of its own went.
        while left[0] != match:
            i = left.pop(0)
            yield _one(Change.REMOVED, i + 1, None, old[i])
        left.pop(0)
        yield _both(match + 1, j + 1, old[match], new[j])
    for i in left:
        yield _one(Change.REMOVED, i + 1, None, old[i])


def _alike(one: str, other: str) -> bool:
    found = SequenceMatcher(
        None, one.casefold().split(), other.casefold().split(), autojunk=False
    )
    return found.ratio() >= ALIKE


def _one(change: Change, before: int | None, after: int | None, step: Fields) -> StepChange:
    fields = tuple(
        FieldChange(name, (Piece(change, value),))
        for name, value in step.items()
        if value and name != "text"
    )
    return StepChange(change, before, after, step["text"], fields)


def _both(before: int, after: int, old: Fields, new: Fields) -> StepChange:
    fields = tuple(
        FieldChange(name, words(old.get(name, ""), new.get(name, "")))
        for name in dict.fromkeys((*old, *new))
        if old.get(name, "") != new.get(name, "")
    )
    if not fields:
        return StepChange(Change.SAME, before, after, new["text"])
    return StepChange(Change.CHANGED, before, after, new["text"], fields)
