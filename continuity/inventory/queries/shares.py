"""How ready the workflows of a team are, or those that a tool carries, and why not."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

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
from continuity.inventory.queries.readiness import readiness
from continuity.web import reasons

MOST_SHOWN: Final = 20
"""Workflows that are named, the least ready and most critical first."""


@dataclass(frozen=True, slots=True)
class NotReady:
    """A workflow that is not ready, and what is missing in a few words each."""

    workflow: Workflow
    level: Level
    missing: tuple[str, ...]


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
    return _of(found.filter(team=team) | found.filter(team__parent=team), now, most)


def of_tool(
    tool: Tool, user: User, *, most: int | None = MOST_SHOWN, now: datetime
) -> Readiness:
    """Return the readiness of the workflows that use the tool and `user` may see; `most`
    as in `of_team`."""
    using = Dependency.objects.filter(tool=tool).values("workflow")
    found = Workflow.objects.allowing(user, Action.VIEW).current()
    return _of(found.filter(pk__in=using), now, most)


def _of(
    workflows: "QuerySet[Workflow]", now: datetime, most: int | None = MOST_SHOWN
) -> Readiness:
    rows = list(workflows.select_related("team").order_by("tier", "name", "pk"))
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
            NotReady(row, judged[row.pk].level, _short(judged[row.pk].reasons))
            for row in worst[:most]
        ),
    )


def _short(found: Iterable[Reason]) -> tuple[str, ...]:
    return tuple(str(reasons.SHORT[reason]) for reason in found)
