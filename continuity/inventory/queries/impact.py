"""The business impact analysis of one workflow, and what an outage would take from it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from continuity.accounts.models import User
from continuity.domain.hours import Hours
from continuity.domain.impact import impact_of
from continuity.inventory.models import ImpactLevel, Material, RecoveryPoint, Workflow
from continuity.inventory.queries import workflow as one
from continuity.inventory.queries.harm import (
    Analysis,
    GridRow,
    analysis,
    facts,
    grid,
    money,
    points,
    ratings_of,
)
from continuity.inventory.queries.hours import Echo, echo, hours_of
from continuity.inventory.queries.scales import Scales, point_label, scales
from continuity.inventory.queries.similar import Similar, similar


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
        cost=money(found.cost, currency),
    )


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
        cost=money(full.cost_per_hour, found.currency),
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
