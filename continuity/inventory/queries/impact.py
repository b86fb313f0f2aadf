"""The business impact analysis of one workflow: curve, targets, hours, what is similar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import (
    Aggregate,
    Case,
    Count,
    DurationField,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.fetch_modes import FETCH_RAISE
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from continuity.accounts.models import Organisation, User
from continuity.accounts.roles import Action
from continuity.domain.hours import (
    Hours,
    InvalidHours,
    Window,
    format_hours,
    parse_hours,
    worked,
)
from continuity.domain.impact import (
    POINTS,
    Curve,
    Level,
    Rating,
    curve,
    curves,
    impact_of,
    mtpd,
    suggested_rto,
)
from continuity.inventory.models import (
    Impact,
    ImpactCategory,
    ImpactLevel,
    Material,
    RecoveryPoint,
    Tier,
    Workflow,
)
from continuity.inventory.queries import workflow as one
from continuity.inventory.queries.order import alphabetical
from continuity.web import formats, problems
from continuity.web.charts import Figure, Mark, Steps, Tread
from continuity.web.together import together

LIST_OF_SIMILAR: Final = 5
WEEK: Final = timedelta(days=7)
MINUTE: Final = timedelta(minutes=1)
A_MONDAY: Final = datetime(2024, 1, 1, tzinfo=UTC)

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


# The scales


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


# Ratings, the curve and what follows


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
                    amount="" if row is None else _money(row.amount, row.unit),
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


# Operating hours


@dataclass(frozen=True, slots=True)
class Echo:
    """How a line of hours was read: `text` again in the reader's language and `weekly`,
    the time worked in a week; or why it was not, in `fault`. All empty for no line."""

    text: str = ""
    weekly: timedelta | None = None
    fault: str = ""
    windows: tuple[Window, ...] | None = None


def echo(text: str) -> Echo:
    if not text.strip():
        return Echo()
    try:
        windows = parse_hours(text)
    except InvalidHours as error:
        return Echo(fault=problems.sentence(error))
    language = "fr" if (get_language() or "").startswith("fr") else "en"
    weekly = worked(Hours(windows, "UTC"), A_MONDAY, A_MONDAY + WEEK)
    return Echo(format_hours(windows, language), weekly, windows=windows)


def hours_of(hours: Echo, peaks: Echo, zone: str) -> Hours | None:
    """Return the hours of work, None where nobody stated hours that can be read."""
    if hours.windows is None:
        return None
    try:
        return Hours(hours.windows, zone, peaks.windows or ())
    except InvalidHours:
        return None


# One outage


@dataclass(frozen=True, slots=True)
class OutageCost:
    """What an outage would take; None is what cannot be said.

    `level` is the harm that the worked time reaches, None also before the first rating.
    """

    since: datetime
    until: datetime
    lasts: timedelta
    worked: timedelta | None
    at_peak: timedelta | None
    level: ImpactLevel | None
    cost: str


def outage_cost(
    since: datetime,
    until: datetime,
    *,
    workflow: Workflow,
    hours: Hours | None,
    analysis: Analysis,
    scales: Scales,
    currency: str,
) -> OutageCost:
    """Return what an outage from `since` to `until` would take from the workflow.

    Raises OutOfOrder if `until` is before `since`.
    """
    found = impact_of(since, until, hours=hours, cost_per_hour=workflow.cost_per_hour)
    level = None if found.worked is None else analysis.curve.at(found.worked)
    by_key = {str(one.pk): one for one in scales.levels}
    return OutageCost(
        since=since,
        until=until,
        lasts=until.astimezone(UTC) - since.astimezone(UTC),
        worked=found.worked,
        at_peak=found.at_peak if hours is not None and hours.peaks else None,
        level=None if level is None else by_key[level.key],
        cost=_money(found.cost, currency),
    )


# What is similar


class _Median(Aggregate):
    """The value in the middle; of an even number, what lies between the middle two."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)%(filter)s"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class Peers:
    """`count` other workflows; of those that have them, the medians."""

    label: str
    count: int
    rto: timedelta | None
    mtpd: timedelta | None


@dataclass(frozen=True, slots=True)
class Similar:
    peers: tuple[Peers, ...]
    rows: tuple[Workflow, ...]


def similar(workflow: Workflow, *, user: User) -> Similar:
    """Compare with the workflows of the same tier and of the same team that `user` may
    see: two queries. The rows are five of those that have a target, the nearest first:
    of both, then of the tier, then of the team."""
    tier, team = Q(tier=workflow.tier), Q(team=workflow.team_id)
    near = Case(
        When(tier & team, then=Value(0)),
        When(tier, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    rows = (
        _others(workflow, user)
        .exclude(rto=None, mtpd=None)
        .select_related("team")
        .order_by(near, alphabetical("name"), "pk")
        .fetch_mode(FETCH_RAISE)
    )
    return Similar(peers(workflow, user=user), tuple(rows[:LIST_OF_SIMILAR]))


def peers(workflow: Workflow, *, user: User) -> tuple[Peers, ...]:
    """Return the workflows of the same tier and those of the same team that `user` may
    see, this one left out, for the forms as well: one query."""
    tier, team = Q(tier=workflow.tier), Q(team=workflow.team_id)
    sums = _others(workflow, user).aggregate(
        tier_count=Count("pk", filter=tier),
        tier_rto=_Median("rto", filter=tier),
        tier_mtpd=_Median("mtpd", filter=tier),
        team_count=Count("pk", filter=team),
        team_rto=_Median("rto", filter=team),
        team_mtpd=_Median("mtpd", filter=team),
    )
    return (
        Peers(
            _("The same criticality"),
            sums["tier_count"],
            sums["tier_rto"],
            sums["tier_mtpd"],
        ),
        Peers(_("The same team"), sums["team_count"], sums["team_rto"], sums["team_mtpd"]),
    )


def _others(workflow: Workflow, user: User) -> QuerySet[Workflow]:
    seen = Workflow.objects.current().allowing(user, Action.VIEW).exclude(pk=workflow.pk)
    return seen.filter(Q(tier=workflow.tier) | Q(team=workflow.team_id))


# The page


@dataclass(frozen=True, slots=True)
class PointRow:
    """What may be lost of one material; None where nobody said."""

    material: Any
    rpo: timedelta | None
    copy: str


@dataclass(frozen=True, slots=True)
class ImpactPage:
    head: one.Head
    scales: Scales
    analysis: Analysis
    grid: tuple[GridRow, ...]
    points: tuple[str, ...]
    hours: Echo
    peaks: Echo
    zone: str
    cost: str
    recovery_points: tuple[PointRow, ...]
    similar: Similar
    outage: OutageCost | None

    @property
    def workflow(self) -> Workflow:
        return self.head.workflow

    @property
    def level(self) -> Any:
        """How ready the workflow is, for the head of the page."""
        return self.head.level

    @property
    def rated(self) -> bool:
        return bool(self.analysis.rated)

    @property
    def may_use(self) -> bool:
        """Whether the computed targets are complete and not those in force."""
        found = self.analysis.computed
        in_force = (self.workflow.mtpd, self.workflow.rto)
        return found.rto is not None and in_force != (found.mtpd, found.rto)

    @property
    def mtpd_too_long(self) -> bool:
        """Whether the MTPD in force allows harm that was rated as not tolerable."""
        longest, now = self.analysis.computed.mtpd, self.workflow.mtpd
        return longest is not None and now is not None and now > longest

    @property
    def rto_too_long(self) -> bool:
        """Whether the RTO in force leaves no room before harm that is not tolerable."""
        longest, now = self.analysis.computed.rto, self.workflow.rto
        return longest is not None and now is not None and now > longest

    @property
    def wrt_too_long(self) -> bool:
        """Whether the WRT uses up the computed MTPD, so that no RTO is left."""
        found = self.analysis.computed
        return found.mtpd is not None and found.rto is None


def page(
    workflow: Workflow,
    *,
    user: User,
    now: datetime,
    asked: tuple[datetime, datetime] | None = None,
) -> ImpactPage:
    """Return all that the tab shows, in eight queries; `asked` is an outage to cost."""
    head = one.head(workflow, now=now)
    full = head.workflow
    found = scales()
    rows = ratings_of(full)
    kept = {row.material: row for row in RecoveryPoint.objects.filter(workflow=full)}
    whole = analysis(facts(rows), found, wrt=full.wrt, rto=full.rto)
    hours, peaks = echo(full.hours), echo(full.peak_hours)
    zone = full.zone or found.zone
    outage = None
    if asked is not None:
        outage = outage_cost(
            *asked,
            workflow=full,
            hours=hours_of(hours, peaks, zone),
            analysis=whole,
            scales=found,
            currency=found.currency,
        )
    return ImpactPage(
        head=head,
        scales=found,
        analysis=whole,
        grid=grid(rows, found),
        points=tuple(point_label(point) for point in points(rows)),
        hours=hours,
        peaks=peaks,
        zone=zone,
        cost=_money(full.cost_per_hour, found.currency),
        recovery_points=tuple(
            PointRow(
                material.label,
                kept[material].rpo if material in kept else None,
                kept[material].copy if material in kept else "",
            )
            for material in Material
        ),
        similar=similar(full, user=user),
        outage=outage,
    )


def recovery_points_of(workflow: Workflow) -> dict[str, RecoveryPoint]:
    return {row.material: row for row in workflow.recovery_points.all()}


def _money(value: Decimal | None, unit: str) -> str:
    """Return nothing for an amount that nobody gave: the page says it in words."""
    return "" if value is None else formats.amount(value, unit)
