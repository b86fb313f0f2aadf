"""What an organisation rates harm with: its categories and levels, and where to begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from continuity.accounts.models import Organisation
from continuity.domain.impact import POINTS
from continuity.inventory.models import ImpactCategory, ImpactLevel, Tier
from continuity.web import formats
from continuity.web.together import together

WEEK: Final = timedelta(days=7)

LADDERS: Final[Mapping[int, tuple[int, int, int, int]]] = {
    Tier.CRITICAL: (0, 2, 3, 4),
    Tier.IMPORTANT: (2, 3, 4, 5),
    Tier.NORMAL: (3, 5, 6, 7),
    Tier.LOW: (5, 6, 7, 8),
}
"""Where harm to the customers becomes minor, moderate, major and severe, as places in
POINTS. So the MTPD of these defaults is 4 h, 8 h, 72 h and a week. They are where to
begin, not a finding: the person who rates changes them."""
SLOWER: Final[Mapping[str, int]] = {
    "customers": 0,
    "reputation": 1,
    "revenue": 1,
    "workforce": 1,
    "legal": 2,
    "regulatory": 2,
}
"""How many points later than the customers the other shipped categories are harmed."""
RUNGS: Final = ("minor", "moderate", "major", "severe")


@dataclass(frozen=True, slots=True)
class Scales:
    """What the organisation rates with: categories in use, levels from mild to bad, and
    the zone and the currency that it counts in."""

    categories: tuple[ImpactCategory, ...]
    levels: tuple[ImpactLevel, ...]
    zone: str
    currency: str

    @property
    def ready(self) -> bool:
        return bool(self.categories and self.levels)


def scales() -> Scales:
    """Return the scales, in one query."""
    found = together(
        categories=categories().values_list("pk", "key", "name", "position"),
        levels=levels().values_list("pk", "key", "name", "order", "tolerable"),
        own=Organisation.objects.filter(pk=1).values_list("zone", "currency"),
    )
    without = Organisation()
    zone, currency = next(iter(found["own"]), (without.zone, without.currency))
    return Scales(
        categories=tuple(
            ImpactCategory(pk=pk, key=key, name=name, position=position)
            for pk, key, name, position in found["categories"]
        ),
        levels=tuple(
            ImpactLevel(pk=pk, key=key, name=name, order=order, tolerable=tolerable)
            for pk, key, name, order, tolerable in found["levels"]
        ),
        zone=zone,
        currency=currency,
    )


def categories() -> QuerySet[ImpactCategory]:
    return ImpactCategory.objects.filter(archived_at=None)


def levels() -> QuerySet[ImpactLevel]:
    return ImpactLevel.objects.all()


def archived_categories() -> list[ImpactCategory]:
    return list(ImpactCategory.objects.exclude(archived_at=None))


def levels_with_use() -> QuerySet[ImpactLevel]:
    """Return the levels, each with `used`: how many workflows are rated with it."""
    return ImpactLevel.objects.annotate(used=Count("impacts__workflow", distinct=True))


def point_label(length: timedelta) -> str:
    """Return "15 min", "4 h", and "1 week" for the last of the points."""
    return _("1 week") if length == WEEK else formats.duration(length)


def defaults(tier: int, scales: Scales) -> dict[tuple[int, timedelta], int]:
    """Return the level by category and point that a tier suggests, as keys.

    Only for shipped categories and levels, whatever they are called now: of those that
    the organisation added nobody but it knows how bad they are.
    """
    known = {level.key: level.pk for level in scales.levels if level.key}
    found: dict[tuple[int, timedelta], int] = {}
    for category in scales.categories:
        if category.key not in SLOWER:
            continue
        rungs = [place + SLOWER[category.key] for place in LADDERS[tier]]
        if "none" in known and rungs[0] > 0:
            found[category.pk, POINTS[0]] = known["none"]
        for level, place in zip(RUNGS, rungs, strict=True):
            if level in known and place < len(POINTS):
                found[category.pk, POINTS[place]] = known[level]
    return found


@dataclass(frozen=True, slots=True)
class TierRow:
    """A line of the table that explains the defaults."""

    label: Any
    begins: tuple[str, ...]
    """When harm to the customers becomes each of RUNGS; "–" for never."""


def default_table() -> list[TierRow]:
    return [
        TierRow(
            tier.label,
            tuple(
                point_label(POINTS[place]) if place < len(POINTS) else formats.NOTHING
                for place in LADDERS[tier]
            ),
        )
        for tier in Tier
    ]
