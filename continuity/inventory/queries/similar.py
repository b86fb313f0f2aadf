"""The targets of workflows that are like one: of the same tier, or of the same team."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

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
from django.utils.translation import gettext as _

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.inventory.models import Workflow
from continuity.inventory.queries.order import alphabetical

LIST_OF_SIMILAR: Final = 5


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
