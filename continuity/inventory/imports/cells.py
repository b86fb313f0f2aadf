"""What one cell says: people, times, percentages, levels. Nothing is guessed silently.

Each reader returns a value, or raises Puzzling with what it would have understood.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.domain.names import normalise
from continuity.inventory.models import DataClass, Tier

LONGEST: Final = timedelta(days=366)
MOST_PEOPLE: Final = 100_000_000


class Puzzle(StrEnum):
    PEOPLE = "people"
    PEOPLE_ORDER = "people_order"
    LENGTH = "length"
    PERCENT = "percent"
    TIER = "tier"
    DATA_CLASS = "data_class"


PUZZLES: Final[Mapping[Puzzle, Promise]] = {
    Puzzle.PEOPLE: _("Give a number or a range of people, like 40, 1-100 or 50,000+"),
    Puzzle.PEOPLE_ORDER: _("Give the smaller number first, like 10-50"),
    Puzzle.LENGTH: _("Give a length of time, like 30 min, 4 h or 2 days"),
    Puzzle.PERCENT: _("Give a whole percentage between 0 and 100, like 60"),
    Puzzle.TIER: _("Give critical, important, normal or low, or a number from 1 to 4"),
    Puzzle.DATA_CLASS: _(
        "Give public, internal, confidential, personal or special category"
    ),
}


class Puzzling(Exception):
    """A cell that cannot be understood. It never leaves this package."""

    def __init__(self, puzzle: StrEnum) -> None:
        super().__init__(puzzle)
        self.puzzle = puzzle


BLANK: Final = frozenset(
    map(
        normalise,
        (
            "", "-", "?", "n/a", "na", "none", "null", "nil", "nan", "unknown", "tbd",
            "tba", "tbc", "unspecified", "not applicable", "not available", "not specified",
            "not known", "aucun", "aucune", "néant", "inconnu", "inconnue", "sans objet",
            "s/o", "n/c", "n/d", "non renseigné", "non précisé",
        ),
    )
)  # fmt: skip


LONGEST_BLANK: Final = 24
"""Letters, blanks and signs of the longest cell that is looked at."""


def is_blank(text: str) -> bool:
    """Say whether a cell says that there is nothing to say: blank, "N/A", "unknown"."""
    # What is longer than the longest of them says something; most cells are.
    return not text or (len(text) <= LONGEST_BLANK and normalise(text) in BLANK)


_BLANK = "[\\s\u00a0\u202f’']"
_NUMBER = rf"\d{{1,3}}(?:(?:[,.]|{_BLANK})\d{{3}})+(?!\d)|\d+"
_DASH = r"(?:-|–|—|\bto\b|\bà\b|\band\b|\.\.+)"


def people(text: str) -> tuple[int | None, int | None]:
    """Return the least and the most people; the most is None where the range is open.

    "50,000+" is (50000, None), "up to 20" is (None, 20), "40" is (40, 40).
    """
    plain = re.sub(
        r"(?i)\b(users?|people|persons?|licen[sc]es?|personnes|utilisateurs)\b", "", text
    )
    plain = re.sub(
        r"^\s*(~|≈|ca\.?|about|approx\.?|environ)\s*", "", plain, flags=re.I
    ).strip()
    if found := re.fullmatch(rf"({_NUMBER})\s*{_DASH}\s*({_NUMBER})", plain, re.I):
        least, most = _whole(found[1]), _whole(found[2])
        if least > most:
            raise Puzzling(Puzzle.PEOPLE_ORDER)
        return _in_range(least), _in_range(most)
    if found := re.fullmatch(rf"({_NUMBER})\s*\+|\+\s*({_NUMBER})", plain):
        return _in_range(_whole(found[1] or found[2])), None
    if found := re.fullmatch(
        rf"(?:≥|>=|from|at least|au moins|dès|min\.?)\s*({_NUMBER})"
        rf"|({_NUMBER})\s*(?:or more|et plus|and more|and over)",
        plain,
        re.I,
    ):
        return _in_range(_whole(found[1] or found[2])), None
    if found := re.fullmatch(rf"(?:>|more than|over|plus de)\s*({_NUMBER})", plain, re.I):
        return _in_range(_whole(found[1]) + 1), None
    if found := re.fullmatch(
        rf"(?:≤|<=|up to|at most|jusqu.à|max\.?)\s*({_NUMBER})", plain, re.I
    ):
        return None, _in_range(_whole(found[1]))
    if found := re.fullmatch(
        rf"(?:<|less than|under|fewer than|moins de)\s*({_NUMBER})", plain, re.I
    ):
        return None, _in_range(max(_whole(found[1]) - 1, 0))
    if found := re.fullmatch(rf"({_NUMBER})(?:[.,]0+)?", plain):
        exactly = _in_range(_whole(found[1]))
        return exactly, exactly
    raise Puzzling(Puzzle.PEOPLE)


def _whole(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _in_range(number: int) -> int:
    if number > MOST_PEOPLE:
        raise Puzzling(Puzzle.PEOPLE)
    return number


UNITS: Final[Mapping[str, timedelta]] = {
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
}
_LENGTHS: Final = (
    (r"d|day|days|j|jour|jours", timedelta(days=1)),
    (r"w|wk|week|weeks|sem|semaine|semaines", timedelta(weeks=1)),
    (r"h|hr|hrs|hour|hours|heure|heures", timedelta(hours=1)),
    (r"m|min|mins|minute|minutes|mn", timedelta(minutes=1)),
    (r"s|sec|secs|second|seconds|seconde|secondes", timedelta(seconds=1)),
)


def length_or_zero(text: str, *, unit: str) -> timedelta:
    """Return a length of time as `length` does, or none at all: "0 min"."""
    if re.fullmatch(
        r"0+\s*(?:s|sec|m|min|mn|h|d|j|minutes?|hours?|heures?)?", text.strip()
    ):
        return timedelta()
    return length(text, unit=unit)


def length(text: str, *, unit: str) -> timedelta:
    """Return a length of time; a bare number is in `unit`. Above zero, a year at most.

    "1 h 30", "1h30", "01:30" (hours and minutes), "90 min", "2 days", "PT4H".
    """
    plain = text.casefold().strip().replace("\u00a0", " ").replace("\u202f", " ")
    if found := re.fullmatch(r"(\d+(?:[.,]\d+)?)", plain):
        return _sensible(UNITS[unit], found[1])
    if found := re.fullmatch(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?", plain):
        total = timedelta(hours=int(found[1]), minutes=int(found[2]))
        return _positive(total + timedelta(seconds=int(found[3] or 0)))
    if found := re.fullmatch(r"(\d{1,3})\s*h\s*([0-5]?\d)", plain):
        return _positive(timedelta(hours=int(found[1]), minutes=int(found[2])))
    plain = re.sub(r"^p(?=\d|t)|(?<=[a-z])t(?=\d)|^t(?=\d)", "", plain)
    parts = re.findall(r"(\d+(?:[.,]\d+)?)\s*([a-z]+)\.?", plain)
    rest = re.sub(r"(\d+(?:[.,]\d+)?)\s*([a-z]+)\.?|\band\b|\bet\b|[,\s]", "", plain)
    if not parts or rest:
        raise Puzzling(Puzzle.LENGTH)
    total = timedelta()
    for number, word in parts:
        one = next((size for names, size in _LENGTHS if word in names.split("|")), None)
        if one is None:
            raise Puzzling(Puzzle.LENGTH)
        total += _sensible(one, number)
    return _positive(total)


def _sensible(one: timedelta, number: str) -> timedelta:
    amount = Decimal(number.replace(",", "."))
    if amount > LONGEST / one:
        raise Puzzling(Puzzle.LENGTH)
    return _positive(timedelta(seconds=round(amount * int(one.total_seconds()))))


def _positive(total: timedelta) -> timedelta:
    if not timedelta() < total <= LONGEST:
        raise Puzzling(Puzzle.LENGTH)
    return total


def percent(text: str) -> int:
    """Return a whole percentage between 0 and 100, with or without its sign."""
    found = re.fullmatch(r"(\d{1,3})(?:[.,]0+)?\s*%?", text.replace("\u00a0", " ").strip())
    if not found or int(found[1]) > 100:
        raise Puzzling(Puzzle.PERCENT)
    return int(found[1])


TIERS: Final[Mapping[str, Tier]] = {
    normalise(word): tier
    for tier, words in {
        Tier.CRITICAL: (
            "1", "tier 1", "p1", "critical", "very high", "vital", "essential", "critique",
            "très élevée", "très haute", "vitale",
        ),
        Tier.IMPORTANT: (
            "2", "tier 2", "p2", "important", "high", "importante", "élevée", "haute",
        ),
        Tier.NORMAL: (
            "3", "tier 3", "p3", "normal", "medium", "moderate", "standard", "normale",
            "moyenne", "modérée",
        ),
        Tier.LOW: ("4", "tier 4", "p4", "low", "minor", "faible", "basse", "mineure"),
    }.items()
    for word in words
}  # fmt: skip


def tier(text: str) -> Tier:
    try:
        return TIERS[normalise(text)]
    except KeyError:
        raise Puzzling(Puzzle.TIER) from None


DATA_CLASSES: Final[Mapping[str, DataClass]] = {
    normalise(word): data_class
    for data_class, words in {
        DataClass.PUBLIC: ("public", "open", "publique", "publiques"),
        DataClass.INTERNAL: ("internal", "internal use", "interne", "internes"),
        DataClass.CONFIDENTIAL: (
            "confidential", "restricted", "sensitive", "secret", "confidentiel",
            "confidentielle", "confidentielles", "restreint",
        ),
        DataClass.PERSONAL: (
            "personal", "personal data", "pii", "personnel", "personnelle",
            "données personnelles", "données à caractère personnel",
        ),
        DataClass.SPECIAL: (
            "special", "special category", "special category data", "health", "biometric",
            "catégorie particulière", "données sensibles", "santé",
            "special category (health, biometric, …)",
        ),
    }.items()
    for word in words
}  # fmt: skip


def data_class(text: str) -> DataClass:
    try:
        return DATA_CLASSES[normalise(text)]
    except KeyError:
        raise Puzzling(Puzzle.DATA_CLASS) from None
