"""The record that a forecast rests on: the outages that ship, and the real ones here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from continuity.domain.losses import Hit
from continuity.domain.states import DrillState
from continuity.inventory.queries import known_outages
from continuity.inventory.queries.what_if import hits_of
from continuity.outages.models import Outage, OutageKind


@dataclass(frozen=True, slots=True)
class Recorded:
    """One outage of the record. `family` shares what makes it happen: the provider or the
    infrastructure. `source` is empty for one of our own, whose `own` is its key."""

    key: str
    family: str
    titles: Mapping[str, str]
    start: datetime
    length: timedelta
    quality: str
    source: str
    own: int | None
    hits: tuple[Hit, ...]

    def facts(self) -> dict[str, Any]:
        """Return what the page prints of it, as plain JSON."""
        return {
            "key": self.key,
            "family": self.family,
            "title": dict(self.titles),
            "start": self.start.isoformat(),
            "minutes": round(self.length / timedelta(minutes=1)),
            "quality": self.quality,
            "source": self.source,
            "own": self.own,
        }


def record(now: datetime) -> tuple[list[Recorded], list[str]]:
    """Return the outages that began before `now`, the earliest first, and the tools they
    name that the catalogue does not have: three queries.

    A real outage of our own that overlaps a shipped one of the same family is taken for
    the same and counted once.
    """
    named = known_outages.tools_named()
    shipped = [one for one in known_outages.facts() if one.start <= now]
    found = [
        Recorded(
            key=one.key,
            family=one.key.rsplit("-", 3)[0],
            titles=one.titles,
            start=one.start,
            length=one.length,
            quality=one.quality,
            source=one.source,
            own=None,
            hits=tuple(hits_of(one.spells, named)),
        )
        for one in shipped
    ]
    unnamed = {spell.tool for one in shipped for spell in one.spells} - set(named)
    found += [one for one in _own(now) if not _known(one, found)]
    found.sort(key=lambda one: (one.start, one.key))
    return found, sorted(unnamed)


def _known(own: Recorded, shipped: Iterable[Recorded]) -> bool:
    return any(
        one.family == own.family
        and one.start < own.start + own.length
        and own.start < one.start + one.length
        for one in shipped
    )


def _own(now: datetime) -> list[Recorded]:
    """Return the real outages that ended here. A tool in one counts as down all the time:
    an outage is when it is not working."""
    rows = (
        Outage.objects.filter(
            kind=OutageKind.REAL,
            state__in=[DrillState.ENDED, DrillState.REVIEWED],
            occurred_at__lt=now,
            recoveries__isnull=False,
        )
        .order_by("pk", "recoveries__tool_id")
        .distinct()
        .values_list(
            "pk",
            "title",
            "occurred_at",
            "ended_at",
            "recoveries__tool_id",
            "recoveries__tool__provider__name",
        )
    )
    found: dict[int, Recorded] = {}
    for pk, title, start, end, tool, provider in rows:
        if start is None or end is None or end <= start:
            continue
        hit = Hit(tool, timedelta(), end - start, 1.0)
        before = found.get(pk)
        found[pk] = Recorded(
            key=f"own-{pk}",
            family=before.family if before else (provider or f"tool {tool}").casefold(),
            titles={"en": title, "fr": title},
            start=start,
            length=end - start,
            quality="own",
            source="",
            own=pk,
            hits=(*(before.hits if before else ()), hit),
        )
    return list(found.values())
