"""How ready the workflows of a team are, or those that a tool carries, and why not."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.readiness import (
    WORST_FIRST,
    Level,
    Reason,
    Share,
    WeightedShare,
    share_ready,
    weighted,
)
from continuity.inventory.models import TIER_WEIGHTS, Dependency, Tool, Workflow
from continuity.inventory.queries.lifts import Lift, lifts
from continuity.inventory.queries.readiness import readiness
from continuity.web import reasons

MOST_SHOWN: Final = 20
"""Workflows that are named, the least ready and most critical first."""


@dataclass(frozen=True, slots=True)
class NotReady:
    """A workflow that is not ready, what is missing, and whether the reader may lift it
    by a form (`may_edit`), or by a drill."""

    workflow: Workflow
    level: Level
    missing: tuple[Lift, ...]
    may_edit: bool
    may_drill: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """`missing` counts the workflows by what they lack, the most frequent first."""

    share: Share
    weighted: WeightedShare
    missing: tuple[tuple[str, int], ...]
    worst: tuple[NotReady, ...]

    @property
    def others(self) -> int:
        """How many more are not ready than are named."""
        return self.share.total - self.share.ready - len(self.worst)


def of_team(
    team: Team, user: User, *, most: int | None = MOST_SHOWN, now: datetime
) -> Readiness:
    """Return the readiness of the team's workflows and those of the teams in it; at most
    `most` of those that are not ready are named, all for None."""
    found = Workflow.objects.allowing(user, Action.VIEW).current()
    mine = found.filter(team=team) | found.filter(team__parent=team)
    return _of(mine, user, now, most)


def of_tool(
    tool: Tool, user: User, *, most: int | None = MOST_SHOWN, now: datetime
) -> Readiness:
    """Return the readiness of the workflows that use the tool and `user` may see; `most`
    as in `of_team`."""
    using = Dependency.objects.filter(tool=tool).values("workflow")
    found = Workflow.objects.allowing(user, Action.VIEW).current()
    return _of(found.filter(pk__in=using), user, now, most)


def _of(
    workflows: "QuerySet[Workflow]", user: User, now: datetime, most: int | None
) -> Readiness:
    judging: QuerySet[Any] = workflows.annotate(
        may_edit=_allowing(user, Action.EDIT), may_drill=_allowing(user, Action.RUN_DRILL)
    )
    rows = list(judging.select_related("team").order_by("tier", "name", "pk"))
    judged = readiness(rows, now=now)
    missing = Counter(reason for one in judged.values() for reason in set(one.reasons))
    order = {level: place for place, level in enumerate((*WORST_FIRST, Level.UNKNOWN))}
    # The sort is stable: within a level the most critical stay first.
    worst = sorted(
        (row for row in rows if judged[row.pk].level is not Level.READY),
        key=lambda row: order[judged[row.pk].level],
    )
    return Readiness(
        share=share_ready(judged[row.pk].level for row in rows),
        weighted=weighted(((judged[row.pk].level, row.tier) for row in rows), TIER_WEIGHTS),
        missing=tuple(
            (str(reasons.SHORT[reason]), number) for reason, number in missing.most_common()
        ),
        worst=tuple(
            NotReady(
                row,
                judged[row.pk].level,
                _once(lifts(row.pk, judged[row.pk])),
                may_edit=row.may_edit,
                may_drill=row.may_drill,
            )
            for row in worst[:most]
        ),
    )


def _allowing(user: User, action: Action) -> Exists:
    able = Workflow.objects.allowing(user, action).order_by()
    return Exists(able.filter(pk=OuterRef("pk")))


def _once(found: Iterable[Lift]) -> tuple[Lift, ...]:
    """Return the first of each reason: the same is missing elsewhere too."""
    first: dict[Reason, Lift] = {}
    for one in found:
        first.setdefault(one.reason, one)
    return tuple(first.values())
