"""A report and its annex: tables that are too long for one file go into volumes.

The rule, which the report prints: a table of more than ROWS_IN_REPORT rows is not in the
report but in volumes of its own, of at most ROWS_IN_VOLUME rows each and as equal as can
be. Each is a conforming file; the report names it with its rows, pages and SHA-256. So the
memory of an export is bounded by the rule and not by the size of the organisation.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final

from continuity.reports.pdf.export import PdfFailed, render
from continuity.reports.pdf.facts import (
    Kind,
    Language,
    Paper,
    canonical,
    digest_of,
)
from continuity.reports.pdf.packing import Paged
from continuity.reports.typesetting import WORDS

ROWS_IN_REPORT: Final = 1_000
ROWS_IN_VOLUME: Final = 5_000

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "impact": ("impact",),
    "workflows": ("workflows",),
    "alternatives": ("alternatives",),
    "shared": ("shared_fate", "rows"),
    "drills": ("drills",),
    "outage_lines": ("outage_lines",),
    "findings": ("findings",),
    "actions": ("actions",),
    "excused": ("excused",),
    "not_ready": ("gaps", "not_ready"),
    "no_tool": ("gaps", "no_tool"),
    "sources": ("sources",),
}
"""The tables of a continuity report that grow with the organisation, and where each is
in the facts."""

_OF_A_VOLUME: Final = (
    "organisation", "version", "supersedes", "cut_off", "time_zone", "prepared_by",
    "distribution", "scope", "period", "scale", *WORDS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Volume:
    """One part of the annex; rows are counted from 1, both ends belong to it."""

    number: int
    table: str
    first: int
    last: int
    rows: int
    """Of the whole table."""
    pages: int
    pdf: bytes
    sha256: str

    def named(self) -> dict[str, Any]:
        """Return what the report prints of it."""
        return {
            "number": self.number,
            "table": self.table,
            "first": self.first,
            "last": self.last,
            "rows": self.rows,
            "pages": self.pages,
            "sha256": self.sha256,
        }


@dataclass(frozen=True, slots=True)
class Published:
    """A report as a file, and the volumes of its annex; most have none."""

    pdf: bytes
    digest: str
    """Of the facts, as every file prints it."""
    volumes: tuple[Volume, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a table that make one volume."""

    table: str
    first: int
    last: int
    rows: int


def parts(facts: Mapping[str, Any]) -> tuple[Part, ...]:
    """Return what goes into volumes, in the order of the report."""
    found = []
    for table in TABLES:
        count = len(_rows(facts, table))
        if count > ROWS_IN_REPORT:
            volumes = -(-count // ROWS_IN_VOLUME)
            ends = [count * number // volumes for number in range(volumes + 1)]
            found += [Part(table, start + 1, end, count) for start, end in pairwise(ends)]
    return tuple(found)


def publish(
    facts: Mapping[str, Any],
    *,
    kind: Kind,
    language: Language,
    paper: Paper = "a4",
    timeout: timedelta,
    memory_mb: int,
    attach_facts: bool = False,
    logo: bytes | None = None,
) -> Published:
    """Return the report and its annex, one file after the other, all within `timeout`.

    `memory_mb` is for each file. Raises PdfFailed if any of them is not made, ValueError
    if the facts are not plain JSON.
    """
    whole = canonical(facts)
    digest = digest_of(whole)
    until = time.monotonic() + timeout.total_seconds()

    def made(part_of: Mapping[str, Any], layout: str, **more: Any) -> Paged:
        left = until - time.monotonic()
        if left <= 0:
            raise PdfFailed(f"Out of time before {layout}.", retry=True)
        return render(
            part_of,
            layout=layout,
            language=language,
            paper=paper,
            digest=digest,
            timeout=timedelta(seconds=left),
            memory_mb=memory_mb,
            **more,
        )

    if kind != "continuity":
        only = made(facts, kind, attachment=whole if attach_facts else None, logo=logo)
        return Published(only.pdf, digest)
    volumes = []
    for number, part in enumerate(parts(facts), start=1):
        paged = made(_volume(facts, number, part), "volume")
        volumes.append(
            Volume(
                number,
                part.table,
                part.first,
                part.last,
                part.rows,
                paged.pages,
                paged.pdf,
                sha256(paged.pdf).hexdigest(),
            )
        )
    main = made(
        _without(facts, {volume.table for volume in volumes}),
        kind,
        beside={
            "volumes": [volume.named() for volume in volumes],
            "rows_in_report": ROWS_IN_REPORT,
            "rows_in_volume": ROWS_IN_VOLUME,
        },
        attachment=whole if attach_facts else None,
        logo=logo,
    )
    return Published(main.pdf, digest, tuple(volumes))


def _rows(facts: Mapping[str, Any], table: str) -> list[Any]:
    found: Any = facts
    for key in TABLES[table]:
        found = found[key]
    rows: list[Any] = found
    return rows


def _volume(facts: Mapping[str, Any], number: int, part: Part) -> dict[str, Any]:
    said = facts["words"]["volume_in_title"].replace("{n}", str(number))
    return {
        **{key: facts[key] for key in _OF_A_VOLUME if key in facts},
        "title": f"{facts['title']} · {said}",
        "report_title": facts["title"],
        "charts": [],
        "volume": {
            "number": number,
            "table": part.table,
            "first": part.first,
            "last": part.last,
            "rows": part.rows,
        },
        "rows": _rows(facts, part.table)[part.first - 1 : part.last],
    }


def _without(facts: Mapping[str, Any], tables: set[str]) -> dict[str, Any]:
    """Return the facts without the rows of `tables`; the facts stay as they are."""
    left = dict(facts)
    for table in tables:
        *outer, key = TABLES[table]
        if outer:
            left[outer[0]] = {**left[outer[0]], key: []}
        else:
            left[key] = []
    return left
