"""Making the drill of one occurrence: what is in it, who takes part, what is frozen."""

from datetime import datetime
from typing import Final

from django.db.models import Q

from continuity.accounts.models import Membership, Team, User
from continuity.accounts.roles import TeamRole
from continuity.domain.surprise import draw, seed_of
from continuity.drills.models import (
    Criterion,
    Drill,
    DrillType,
    Participant,
    ParticipantRole,
    Schedule,
)
from continuity.drills.queries.rotation import Cast, cast_of
from continuity.drills.queries.scripts import freeze
from continuity.drills.services import injects
from continuity.drills.services.reminding import reminded_at_once
from continuity.inventory.models import Workflow
from continuity.outages.models import OutageKind
from continuity.outages.queries.scope import in_scope
from continuity.outages.services import course

TALKED_THROUGH: Final = frozenset({DrillType.WALKTHROUGH, DrillType.TABLETOP})
"""Nobody really switches in them, so they prove nothing."""


def begins_at(schedule: Schedule, occurrence: datetime) -> datetime:
    """Return when the drill of an occurrence begins: a surprise at the instant drawn."""
    if schedule.window is None:
        return occurrence
    seed = seed_of(schedule.seed, occurrence)
    return draw(seed, occurrence, schedule.window)


def make(schedule: Schedule, occurrence: datetime, *, now: datetime) -> Drill:
    """Return the drill of one occurrence with its outage, injects, criteria and people.

    In the caller's transaction. A live one is a draft; a surprise is due when its window
    opens, and begins at an instant that is drawn and sealed.
    """
    cast = cast_of(schedule)
    tools = list(cast.tools)
    tool_pks = [tool.pk for tool in tools]
    teams = _teams(cast.team, tool_pks)
    picked = _picked(schedule, tool_pks, [team.pk for team in teams])
    sealed_at = window_ends_at = None
    if schedule.window is not None:
        sealed_at = begins_at(schedule, occurrence)
        window_ends_at = occurrence + schedule.window
    outage = course.plan(
        kind=OutageKind.DRILL,
        title=_title(schedule, cast),
        briefing=schedule.aim,
        team=cast.team,
        teams=teams,
        tools=tools,
        facilitator=schedule.facilitator,
        due_at=occurrence,
        sealed_at=sealed_at,
        limit=schedule.limit,
        starts_by_itself=schedule.starts_by_itself,
        workflow_pks=picked,
        draft=schedule.type == DrillType.LIVE,
        secret=bool(schedule.surprise),
        proves=schedule.type not in TALKED_THROUGH,
        away=schedule.away,
        actor=None,
        now=now,
    )
    drill = Drill.objects.create(
        outage=outage,
        schedule=schedule,
        occurrence_at=occurrence,
        scenario=cast.scenario,
        script=freeze(cast.scenario, tools),
        type=schedule.type,
        aim=schedule.aim,
        speed=schedule.speed,
        late_by=schedule.late_by,
        surprise=schedule.surprise,
        window_ends_at=window_ends_at,
        seed=seed_of(schedule.seed, occurrence) if schedule.surprise else "",
        reminded_before=reminded_at_once(occurrence, now),
    )
    injects.freeze(drill)
    Criterion.objects.bulk_create(
        Criterion(
            drill=drill,
            position=each.position,
            measure=each.measure,
            percent=each.percent,
            within=each.within,
            text=each.text,
        )
        for each in schedule.criteria.all()
    )
    _invite(drill, schedule, tool_pks, [team.pk for team in teams])
    return drill


def _title(schedule: Schedule, cast: Cast) -> str:
    """Return what the drill is called: with its team, where teams take turns."""
    if not schedule.rotates or cast.team is None:
        return schedule.title
    return f"{schedule.title} · {cast.team}"[:160]


def _picked(
    schedule: Schedule, tool_pks: list[int], team_pks: list[int]
) -> list[int] | None:
    """Return the only workflows that are in it, None where all are whose tools fail."""
    wanted = list(schedule.workflows.values_list("pk", flat=True))
    if not schedule.tiers and not wanted:
        return None
    hit = in_scope(tool_pks, team_pks, tiers=schedule.tiers, workflow_pks=wanted)
    return list(hit.order_by().values_list("workflow", flat=True).distinct())


def _teams(team: Team | None, tool_pks: list[int]) -> list[Team]:
    """Return the teams whose work falls with the tools, within `team` if one is named.

    A named team takes part even if none of its work does: then the drill shows that.
    """
    hit = in_scope(tool_pks, None).values("workflow__team")
    if team is None:
        return list(Team.objects.filter(pk__in=hit))
    return list(Team.objects.filter(Q(pk=team.pk) | Q(parent=team, pk__in=hit)))


def _invite(
    drill: Drill, schedule: Schedule, tool_pks: list[int], team_pks: list[int]
) -> None:
    """Write down who takes part: owners and deputies of the work that falls; where a
    workflow has neither, the leads of its team; who evaluates, who observes, who plays
    being away; and the facilitator. Of several roles the last of these counts."""
    away = schedule.away_id
    roles: dict[int, ParticipantRole] = {}
    orphaned: set[int] = set()
    within = in_scope(tool_pks, team_pks)
    if drill.outage.narrowed:
        within = within.filter(workflow__in=drill.outage.workflows.values("pk"))
    hit = Workflow.objects.filter(pk__in=within.values("workflow"))
    for owner, deputy, team in hit.values_list("owner", "deputy", "team"):
        present = [pk for pk in (owner, deputy) if pk is not None and pk != away]
        if not present:
            orphaned.add(team)
            continue
        roles[present[0]] = ParticipantRole.LEAD
        for second in present[1:]:
            roles.setdefault(second, ParticipantRole.DEPUTY)
    if orphaned:
        around = Q(team__in=orphaned) | Q(team__children__in=orphaned)
        leads = Membership.objects.filter(around, role=TeamRole.LEAD)
        for user in leads.exclude(user=away).values_list("user", flat=True):
            roles.setdefault(user, ParticipantRole.LEAD)
    for user in schedule.observers.values_list("pk", flat=True):
        roles.setdefault(user, ParticipantRole.OBSERVER)
    if schedule.evaluator_id is not None:
        roles[schedule.evaluator_id] = ParticipantRole.EVALUATOR
    if away is not None:
        roles[away] = ParticipantRole.AWAY
    facilitator = drill.outage.facilitator_id
    if facilitator is not None:
        roles[facilitator] = ParticipantRole.FACILITATOR
    active = User.objects.filter(pk__in=roles, is_active=True).values_list("pk", flat=True)
    Participant.objects.bulk_create(
        Participant(drill=drill, user_id=pk, role=roles[pk]) for pk in active
    )
