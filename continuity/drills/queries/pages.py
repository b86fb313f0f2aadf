"""What the pages of one drill, one schedule, one scenario read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from continuity.accounts.models import Membership, Team, User
from continuity.accounts.roles import Action, OrganisationRole, TeamRole
from continuity.domain.clocks import Verdict
from continuity.domain.scenario import ComponentState
from continuity.domain.states import BEFORE, DrillState
from continuity.drills.models import (
    ASKED,
    Drill,
    DrillType,
    Participant,
    Phase,
    Scenario,
    Schedule,
)
from continuity.drills.queries.actions import ToTest, to_test
from continuity.drills.queries.after import drill_before
from continuity.drills.queries.criteria import CriterionLine, criteria
from continuity.drills.queries.decisions import Compared, decisions
from continuity.drills.queries.scripts import PhaseLine, freeze, phases_of
from continuity.drills.queries.words import Scripted, scripted
from continuity.inventory.models import Tool, ToolKind, Workflow
from continuity.inventory.queries.allowed import permissions
from continuity.outages.models import Outage
from continuity.outages.queries.results import Line, Results, results
from continuity.outages.queries.scope import in_scope
from continuity.web.charts import Figure, Stacked
from continuity.web.together import number_of, together, value_of

MOST_PEOPLE: Final = 50
MOST_TEAMS: Final = 12
MOST_DECISIONS: Final = 100
DRILL_READ: Final = (
    "outage__facilitator",
    "outage__team",
    "outage__away",
    "scenario",
    "schedule",
    "approved_by",
)
"""What the page of a drill reads of it, for `access(…, along=DRILL_READ)`."""

ASKED_OF_A_DRILL: Final = (
    Action.RUN_DRILL,
    Action.EVALUATE,
    Action.WATCH,
    Action.APPROVE_DRILL,
)
WORST_FIRST: Final = {
    Verdict.MISSED: 0,
    Verdict.NOT_SHOWN: 1,
    None: 2,
    Verdict.EXCUSED: 3,
    Verdict.MET: 4,
}


def drills_of(outage: Outage) -> QuerySet[Drill]:
    """Return the drill of `outage`, nothing for a real one."""
    return Drill.objects.filter(outage=outage)


@dataclass(frozen=True, slots=True)
class DrillPage:
    """`people` are the first fifty of `people_total`, `decisions` the first hundred."""

    drill: Drill
    tools: tuple[str, ...]
    results: Results
    lines: tuple[Line, ...]
    decisions: tuple[Compared, ...]
    chart: Figure
    phases: tuple[PhaseLine, ...]
    people: tuple[Participant, ...]
    people_total: int
    criteria: tuple[CriterionLine, ...]
    injects_total: int
    to_test: ToTest
    picked: int | None
    may_run: bool
    before_pk: int | None
    may_evaluate: bool
    may_watch: bool
    may_approve: bool
    may_move: bool
    """Whether the reader may move the window of this surprise, which draws anew."""
    knows: bool
    """Whether the reader may know more of it than what participants are told: of a
    surprise that has not begun its facilitator and managers may."""
    sealed_at: datetime | None
    """The instant of a surprise: before it begins, for its facilitator alone."""

    @property
    def asked(self) -> str | Promise:
        return ASKED[DrillType(self.drill.type)]


def drill_page(drill: Drill, *, user: User, now: datetime) -> DrillPage:
    """Return the plan of a drill and, once it has begun, its result; worst first.

    A fixed number of queries, the fewest where DRILL_READ was read along.
    """
    outage = drill.outage
    found = results(outage, now=now)
    asked = together(
        **permissions(Drill.objects.filter(pk=drill.pk), user, ASKED_OF_A_DRILL),
        tools=outage.tools.values_list("name"),
        people=number_of(drill.participants.all()),
        injects=number_of(drill.injects.all()),
        picked=number_of(outage.workflows.all()),
        before=drill_before(outage, user),
    )
    allowed = {action for action in ASKED_OF_A_DRILL if asked[action]}
    begun = outage.state not in BEFORE
    return DrillPage(
        drill=drill,
        tools=tuple(sorted(name for (name,) in asked["tools"])),
        results=found,
        lines=tuple(
            sorted(found.lines, key=lambda line: (WORST_FIRST[line.verdict], line.workflow))
        ),
        decisions=decisions(drill, found)[:MOST_DECISIONS],
        chart=by_team(found.lines),
        phases=phases_of(drill.script, drill.pace),
        people=tuple(drill.participants.select_related("user")[:MOST_PEOPLE]),
        people_total=value_of(asked["people"]),
        criteria=criteria(drill, found),
        injects_total=value_of(asked["injects"]) if Action.WATCH in allowed else 0,
        to_test=to_test(outage, user=user, today=timezone.localdate(now)),
        picked=value_of(asked["picked"]) if outage.narrowed else None,
        may_run=Action.RUN_DRILL in allowed,
        may_evaluate=Action.EVALUATE in allowed and outage.state != DrillState.REVIEWED,
        may_watch=Action.WATCH in allowed,
        may_approve=Action.APPROVE_DRILL in allowed and outage.state == DrillState.DRAFT,
        may_move=Action.RUN_DRILL in allowed and bool(drill.surprise) and not begun,
        knows=begun
        or not drill.surprise
        or outage.facilitator_id == user.pk
        or user.may(Action.RUN_DRILL),
        sealed_at=outage.sealed_at if begun or outage.facilitator_id == user.pk else None,
        before_pk=value_of(asked["before"], None),
    )


def by_team(lines: tuple[Line, ...]) -> Figure:
    """Return the verdicts of each team as a chart: the teams with most to do first."""
    counted: dict[str, list[int]] = {}
    place = {Verdict.MET: 0, Verdict.NOT_SHOWN: 1, Verdict.MISSED: 2}
    for line in lines:
        if line.verdict in place:
            counted.setdefault(line.team, [0, 0, 0])[place[line.verdict]] += 1
    rows = sorted(counted.items(), key=lambda row: (-row[1][2], -sum(row[1]), row[0]))
    return Stacked(
        uid="verdicts",
        title=_("Targets met, not shown and missed, by team"),
        description=_("For each team, how many of its workflows came back in time."),
        keys=[("ok", _("Met")), ("warn", _("Not shown")), ("bad", _("Missed"))],
        rows=rows[:MOST_TEAMS],
        head=_("Team"),
    ).figure(wide=720)  # in a card two thirds of the page wide


@dataclass(frozen=True, slots=True)
class ScenarioPage:
    scenario: Scenario
    phases: tuple[PhaseLine, ...]
    injects: tuple[Scripted, ...]
    tools: tuple[Tool, ...]
    drills: int


def scenario_page(scenario: Scenario) -> ScenarioPage:
    return ScenarioPage(
        scenario=scenario,
        phases=phases_of(freeze(scenario, [])),
        injects=scripted(scenario),
        tools=tuple(default_tools(scenario)),
        drills=scenario.drills.count(),
    )


def phases_in(scenario: Scenario) -> QuerySet[Phase]:
    """Return the phases of all components of `scenario`, in the order of moments."""
    return Phase.objects.filter(component__scenario=scenario).order_by("offset", "pk")


def editable_tools(scenario: Scenario) -> list[Tool]:
    """Return the tools a component can stand for: those a drill can take away, and
    those it stands for already."""
    pks = scenario.components.exclude(tool=None).values("tool")
    return list(
        Tool.objects.filter(
            Q(pk__in=choosable_tools().values("pk")) | Q(pk__in=pks)
        ).order_by("name")
    )


def scenarios() -> QuerySet[Scenario]:
    """Return all scenarios, those that need no history first, then the newest."""
    return Scenario.objects.annotate(
        used=Count("drills", distinct=True), parts=Count("components", distinct=True)
    ).order_by("-happened_at", "pk")


def default_tools(scenario: Scenario) -> QuerySet[Tool]:
    """Return the tools that a drill of `scenario` takes away unless told otherwise.

    Those of its components that are ever worse than usual; not what they ride on, since
    everything else that does would then fall too, which the real outage may not show.
    Where nothing else is known to have failed, what they ride on it is. Two queries.
    """
    bad = [ComponentState.DEGRADED, ComponentState.DOWN]
    failing = scenario.components.filter(phases__state__in=bad).values("tool")
    usable = Tool.objects.usable().filter(pk__in=failing).order_by("name")
    if usable.exists():
        return usable
    return Tool.objects.filter(pk__in=failing).order_by("name")


def choosable_tools() -> QuerySet[Tool]:
    """Return the tools a drill can take away: those in use, those others ride on, those
    of a scenario. `used_by` counts the current workflows that depend on each."""
    return (
        Tool.objects.annotate(
            used_by=Count(
                "dependencies__workflow",
                filter=Q(dependencies__workflow__archived_at=None),
                distinct=True,
            )
        )
        .filter(
            Q(used_by__gt=0)
            | Q(downstreams__isnull=False)
            | Q(pk__in=_in_scenarios())
            | Q(kind=ToolKind.PRODUCT, alternative_uses__isnull=False)
        )
        .distinct()
        .order_by("name")
    )


def _in_scenarios() -> QuerySet[Scenario, int | None]:
    return Scenario.objects.exclude(components__tool=None).values_list(
        "components__tool", flat=True
    )


def all_teams() -> QuerySet[Team]:
    """Return all teams, by name. Not yet read."""
    return Team.objects.order_by("name", "pk")


def runnable_teams(user: User) -> QuerySet[Team]:
    """Return the teams for which `user` may plan and run drills."""
    return Team.objects.allowing(user, Action.RUN_DRILL)


def may_plan(user: User) -> bool:
    """Say whether `user` may plan a drill: of some team, or of all there will ever be."""
    return user.may(Action.RUN_DRILL) or runnable_teams(user).exists()


def shown_after_planning(user: User, schedule: Schedule) -> str:
    """Return the address of what has been planned; the list where `user` may not know
    more of a surprise that somebody else facilitates."""
    drill = Drill.objects.allowing(user, Action.VIEW).filter(schedule=schedule).first()
    if drill is not None:
        return drill.get_absolute_url()
    seen = Schedule.objects.allowing(user, Action.VIEW).filter(pk=schedule.pk)
    return schedule.get_absolute_url() if seen.exists() else reverse("drills:list")


def facilitators(user: User) -> QuerySet[User]:
    """Return who can be asked to run a drill: leads, managers, and `user` themselves."""
    return User.objects.filter(
        Q(pk=user.pk)
        | Q(
            organisation_role__in=[OrganisationRole.MANAGER, OrganisationRole.ADMINISTRATOR]
        )
        | Q(pk__in=Membership.objects.filter(role=TeamRole.LEAD).values("user")),
        is_active=True,
    ).order_by("name", "pk")


def evaluators(user: User) -> QuerySet[User]:
    """Return who can be asked to evaluate a drill: who can run one, and auditors."""
    auditors = User.objects.filter(
        organisation_role=OrganisationRole.AUDITOR, is_active=True
    )
    return (facilitators(user) | auditors.order_by("name", "pk")).distinct()


def key_people(user: User) -> QuerySet[User]:
    """Return who could be missed: those who own a current workflow that `user` sees."""
    owned = Workflow.objects.current().allowing(user, Action.VIEW).exclude(owner=None)
    return User.objects.filter(pk__in=owned.values("owner"), is_active=True).order_by(
        "name", "pk"
    )


def people_by_email(addresses: Iterable[str]) -> list[User]:
    """Return those who may sign in with one of these addresses, which are casefolded."""
    found = User.objects.annotate(folded=Lower("email")).filter(
        folded__in=list(addresses), is_active=True
    )
    return list(found.order_by("name", "pk"))


def pickable(user: User) -> QuerySet[Workflow]:
    """Return the workflows that `user` may put into a drill."""
    return Workflow.objects.current().allowing(user, Action.RUN_DRILL)


def offered(
    user: User,
    tool_pks: Iterable[int],
    team_pk: int | None,
    chosen: Iterable[int],
    *,
    most: int,
) -> list[Workflow]:
    """Return the first workflows that fall with these tools in this team, and what is
    chosen already."""
    within = _team_and_below(team_pk) or None
    hit = in_scope(tool_pks, within).values("workflow")
    kept = list(chosen)
    falling = pickable(user).filter(pk__in=hit).order_by("name", "pk")
    found = pickable(user).filter(Q(pk__in=falling.values("pk")[:most]) | Q(pk__in=kept))
    # What is chosen comes first.
    return sorted(found.order_by("name", "pk"), key=lambda work: work.pk not in kept)


def default_tools_of(scenario_pk: int) -> list[Tool]:
    """Return the default tools of a scenario by its key; none where there is none."""
    scenario = Scenario.objects.filter(pk=scenario_pk).first()
    return [] if scenario is None else list(default_tools(scenario))


def to_prove(user: User, workflow_pk: int) -> dict[str, object]:
    """Return what the form of a plan starts with for a drill of one workflow: the tools
    it stops without, and nothing of it for who may not plan one for its team. Two
    queries."""
    rows = Workflow.objects.current().allowing(user, Action.RUN_DRILL)
    workflow = rows.filter(pk=workflow_pk).first()
    if workflow is None:
        return {}
    tools = workflow.dependencies.filter(without="stops").values_list("tool", flat=True)
    return {
        "title": workflow.name[:160],
        "tools": list(tools),
        "team": workflow.team_id,
        "workflows": [workflow.pk],
    }


def team_pks(team: Team | None) -> list[int] | None:
    """Return a team and the teams below it, None for the whole organisation."""
    return None if team is None else _team_and_below(team.pk)


def _team_and_below(team_pk: int | None) -> list[int]:
    """Return the keys of a team and of those below it; nothing of one that is not."""
    below = Team.objects.filter(Q(pk=team_pk) | Q(parent=team_pk))
    return [] if team_pk is None else list(below.values_list("pk", flat=True))
