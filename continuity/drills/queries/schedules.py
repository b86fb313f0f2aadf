"""What the pages of one schedule read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.drills.models import Schedule
from continuity.drills.queries.criteria import statement
from continuity.drills.queries.occurrences import Coming, coming
from continuity.drills.queries.pages import team_pks
from continuity.inventory.models import Tier
from continuity.inventory.queries.allowed import permissions
from continuity.outages.queries.scope import Reach, reach
from continuity.web.together import number_of, together, value_of

SCHEDULE_READ: Final = ("team", "scenario", "facilitator", "evaluator", "away")
"""What the page of a schedule reads of it."""


@dataclass(frozen=True, slots=True)
class SchedulePage:
    schedule: Schedule
    tools: tuple[str, ...]
    coming: tuple[Coming, ...]
    reach: Reach
    tiers: str
    picked: int
    observers: int
    criteria: tuple[str, ...]
    may_delete: bool
    may_run: bool
    """Whether the reader may change it, pause it or delete it."""


def schedule_page(schedule: Schedule, *, user: User, now: datetime) -> SchedulePage:
    """Return a schedule with its next occurrences, and what `user` may do with it.

    A fixed number of queries, the fewest where SCHEDULE_READ was read along.
    """
    own = Schedule.objects.filter(pk=schedule.pk)
    asked = together(
        **permissions(own, user, [Action.RUN_DRILL]),
        tools=schedule.tools.values_list("pk", "name"),
        workflows=schedule.workflows.values_list("pk"),
        observers=number_of(schedule.observers.all()),
        drills=number_of(schedule.drills.all()),
    )
    picked = {pk for (pk,) in asked["workflows"]}
    return SchedulePage(
        schedule=schedule,
        tools=tuple(sorted(name for _pk, name in asked["tools"])),
        coming=coming(schedule, picked=picked, now=now),
        reach=reach(
            [pk for pk, _name in asked["tools"]],
            team_pks(schedule.team),
            tiers=schedule.tiers,
            workflow_pks=picked,
        ),
        tiers=", ".join(str(Tier(tier).label) for tier in schedule.tiers),
        picked=len(picked),
        observers=value_of(asked["observers"]),
        criteria=tuple(statement(each) for each in schedule.criteria.all()),
        may_delete=value_of(asked["drills"]) == 0,
        may_run=bool(asked[Action.RUN_DRILL]),
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a schedule lists: keys of tools and of workflows, and who observes."""

    tools: list[int]
    workflows: list[int]
    observers: list[str]
    """Their e-mail addresses."""


def chosen(schedule: Schedule) -> Chosen:
    """Return what was chosen for `schedule`, by name. One query."""
    found = together(
        tools=schedule.tools.values_list("pk"),
        workflows=schedule.workflows.values_list("pk"),
        observers=schedule.observers.values_list("email"),
    )
    return Chosen(*([one for (one,) in rows] for rows in found.values()))
