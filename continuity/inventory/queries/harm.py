"""What the ratings of one workflow say: the curve of its harm, the targets they give."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.db.models.fetch_modes import FETCH_RAISE
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from continuity.domain.impact import (
    POINTS,
    Curve,
    Level,
    Rating,
    curve,
    curves,
    mtpd,
    suggested_rto,
)
from continuity.inventory.models import Impact, ImpactCategory, ImpactLevel, Workflow
from continuity.inventory.queries.scales import Scales, point_label
from continuity.web import formats
from continuity.web.charts import Figure, Mark, Steps, Tread

MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Computed:
    """What the ratings give: None where they give nothing. `rto` is the longest that
    fits, given the WRT."""

    mtpd: timedelta | None
    rto: timedelta | None


def ratings_of(workflow: Workflow) -> list[Impact]:
    """Return the ratings in the categories in use, in the order of the form."""
    return list(
        Impact.objects.filter(workflow=workflow, category__archived_at=None)
        .select_related("category", "level")
        .order_by("category__position", "category", "after")
        .fetch_mode(FETCH_RAISE)
    )


def facts(rows: Iterable[Impact]) -> list[Rating]:
    """Return ratings as the domain takes them; a key is the text of a primary key."""
    return [
        Rating(str(row.category_id), row.after, level_fact(row.level), row.amount, row.unit)
        for row in rows
    ]


def level_fact(level: ImpactLevel) -> Level:
    return Level(str(level.pk), level.order, level.tolerable)


def computed(workflow: Workflow, *, wrt: timedelta | None) -> Computed:
    """Return the targets that the ratings give with a WRT of `wrt`: one query."""
    return computed_from(facts(ratings_of(workflow)), wrt=wrt)


def computed_from(ratings: Sequence[Rating], *, wrt: timedelta | None) -> Computed:
    longest = mtpd(ratings)
    return Computed(longest, suggested_rto(longest, wrt))


def unexplained(
    workflow: Workflow, *, rto: timedelta | None, mtpd: timedelta | None, found: Computed
) -> bool:
    """Say whether a target that would change is not the one that the ratings give.

    Where they give none there is nothing to differ from.
    """
    return any(
        new != old and right is not None and new != right
        for new, old, right in (
            (rto, workflow.rto, found.rto),
            (mtpd, workflow.mtpd, found.mtpd),
        )
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """A level at a point: said there, or `held` from an earlier one; None is unknown."""

    point: str
    level: ImpactLevel | None
    held: bool
    amount: str = ""
    bucket: int = 0
    """0 (mildest) to 4 (worst), for the shade."""


@dataclass(frozen=True, slots=True)
class GridRow:
    category: ImpactCategory
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that follows from a set of ratings."""

    curve: Curve
    computed: Computed
    chart: Figure
    rated: int
    """How many of the categories have any rating."""
    categories: int


def analysis(
    ratings: Sequence[Rating],
    scales: Scales,
    *,
    wrt: timedelta | None,
    rto: timedelta | None = None,
) -> Analysis:
    """Return the curve and what follows, drawn; `rto` is marked where it is given."""
    whole = curve(ratings)
    found = computed_from(ratings, wrt=wrt)
    return Analysis(
        curve=whole,
        computed=found,
        chart=_chart(whole, ratings, scales, found, rto),
        rated=len({rating.category for rating in ratings}),
        categories=len(scales.categories),
    )


def grid(rows: Sequence[Impact], scales: Scales) -> tuple[GridRow, ...]:
    """Return every category with its level at each point, said or held; also those at
    other points than the usual ones, as an import may bring them."""
    said = {(row.category_id, row.after): row for row in rows}
    by_pk = {level.pk: level for level in scales.levels}
    shades = {
        level.pk: round(4 * place / max(1, len(scales.levels) - 1))
        for place, level in enumerate(scales.levels)
    }
    by_category = curves(facts(rows))
    found = []
    for category in scales.categories:
        line = by_category.get(str(category.pk), Curve(()))
        cells = []
        for point in points(rows):
            level = line.at(point)
            row = said.get((category.pk, point))
            cells.append(
                Cell(
                    point_label(point),
                    None if level is None else by_pk[int(level.key)],
                    held=row is None,
                    amount="" if row is None else money(row.amount, row.unit),
                    bucket=0 if level is None else shades[int(level.key)],
                )
            )
        found.append(GridRow(category, tuple(cells)))
    return tuple(found)


def points(rows: Iterable[Impact]) -> list[timedelta]:
    """Return the usual points and any other that is rated, in order."""
    return sorted({*POINTS, *(row.after for row in rows)})


def _chart(
    whole: Curve,
    ratings: Sequence[Rating],
    scales: Scales,
    found: Computed,
    rto: timedelta | None,
) -> Figure:
    names = {str(level.pk): str(level) for level in scales.levels}
    said_in = {str(one.pk): str(one) for one in scales.categories}
    places = {str(level.pk): place for place, level in enumerate(scales.levels)}
    by_category = curves(ratings)
    marks = []
    if rto is not None:
        marks.append(Mark(_("RTO"), rto / MINUTE))
    if found.mtpd is not None:
        marks.append(Mark(_("MTPD"), found.mtpd / MINUTE, strong=True))
    rows = [
        (
            point_label(step.start),
            names[step.level.key],
            _("Yes") if step.level.tolerable else _("No"),
            ", ".join(
                said_in[key]
                for key, line in by_category.items()
                if line.at(step.start) == step.level
            ),
        )
        for step in whole.steps
    ]
    return Steps(
        uid="impact",
        title=_("Harm as the stop lasts"),
        description=_(
            "The worst level over all categories, by how long the work stands still. "
            "A level holds until the next."
        ),
        ticks=[(point_label(point), point / MINUTE) for point in POINTS],
        levels=[(str(level), level.tolerable) for level in scales.levels],
        treads=[
            Tread(
                step.start / MINUTE,
                None if step.end is None else step.end / MINUTE,
                places[step.level.key],
            )
            for step in whole.steps
        ],
        marks=marks,
        heads=(
            pgettext("of a level of harm", "From"),
            _("Worst level"),
            _("Tolerable"),
            pgettext("which categories", "In"),
        ),
        rows=rows,
    ).figure()


def money(value: Decimal | None, unit: str) -> str:
    """Return nothing for an amount that nobody gave: the page says it in words."""
    return "" if value is None else formats.amount(value, unit)
