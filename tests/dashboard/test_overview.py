from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.dashboard.queries import overview, recoveries, scope
from continuity.domain.clocks import Reading
from continuity.domain.states import DrillState
from continuity.inventory.models import Tier
from continuity.outages.models import OutageKind, Stop
from continuity.outages.queries.results import summary
from tests.factories import (
    NOON,
    AlternativeFactory,
    CorrectiveActionFactory,
    DependencyFactory,
    DrillFactory,
    OrganisationFactory,
    OutageFactory,
    ProofFactory,
    ProviderFactory,
    RecoveryFactory,
    RunbookStepFactory,
    TeamFactory,
    ToolFactory,
    UpstreamFactory,
    UserFactory,
    WorkflowFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
QUERIES = 9
"""Session, person, teams, figures, what goes on, snapshots, actions, checklist, frame. Two
more explain what has to be decided."""


def ready_workflow(**fields):
    """A workflow with one sound and proven alternative."""
    workflow = WorkflowFactory(owner=UserFactory(), **fields)
    dependency = DependencyFactory(workflow=workflow)
    alternative = AlternativeFactory(dependency=dependency)
    RunbookStepFactory(alternative=alternative)
    ProofFactory(alternative=alternative)
    return workflow


def drill_result(workflow, minutes, *, days_ago=5, **fields):
    """A finished drill; `workflow` worked again after `minutes`, None: it did not."""
    began = NOON - timedelta(days=days_ago)
    outage = OutageFactory(
        state=DrillState.ENDED,
        occurred_at=began,
        ended_at=began + timedelta(hours=2),
        **fields,
    )
    if outage.kind == OutageKind.DRILL:
        DrillFactory(outage=outage)
    dependency = workflow.dependencies.first() or DependencyFactory(workflow=workflow)
    return RecoveryFactory(
        outage=outage,
        dependency=dependency,
        rto=workflow.rto,
        minimum_at=None if minutes is None else began + minutes * MINUTE,
    )


def view_of(user, *, department=None, months=12):
    return overview(scope(user, department=department, months=months, now=NOON))


def test_an_empty_product_knows_nothing_and_says_no_figure():
    view = view_of(manager())

    assert view.share.percent is None
    assert view.weighted.percent is None
    assert view.recovery.median is None
    assert view.target is None
    assert view.drills_overdue is None
    assert view.trend.wide == ""
    assert view.groups.wide == ""
    assert view.decisions_total == 0
    assert view.concentration.top_percent is None


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (auditor, "There is no team and no workflow yet."),
        (UserFactory, "You belong to no team."),
        (
            lambda: UserFactory(organisation_role="manager", shows_steps=False),
            "There is no team and no workflow yet.",
        ),
    ],
)
def test_an_empty_overview_leads_on_whoever_looks(client: Client, who, said):
    client.force_login(who())

    assert said in client.get(reverse("dashboard:overview")).text


def test_a_filter_that_nothing_matches_says_so_and_leads_back(client: Client):
    ready_workflow(tier=Tier.LOW)
    client.force_login(auditor())

    page = client.get(reverse("dashboard:overview"), {"tier": Tier.CRITICAL}).text

    assert "No workflow matches" in page
    assert "Clear filters" in page


def test_the_view_says_what_it_was_narrowed_to():
    team = TeamFactory(name="Legal")
    user = manager()

    whole = scope(user, department=None, months=12, now=NOON)
    part = scope(user, department=team.pk, tier=Tier.CRITICAL, months=3, now=NOON)

    assert whole.narrowed_to == []
    assert part.narrowed_to == ["Legal", "Critical", "Last 3 months"]


def test_a_hollow_mark_is_explained_where_there_is_one():
    workflow = ready_workflow()
    drill_result(workflow, 20)
    assert view_of(manager()).has_bounds is False

    drill_result(workflow, None, days_ago=40, kind=OutageKind.REAL)

    assert view_of(manager()).has_bounds is True


def test_readiness_is_a_share_of_all_and_the_weighted_one_stands_beside_it():
    team = TeamFactory()
    ready_workflow(team=team, tier=Tier.CRITICAL)
    DependencyFactory(workflow=WorkflowFactory(team=team, tier=Tier.LOW))
    WorkflowFactory(team=team, tier=Tier.LOW)

    view = view_of(manager())

    assert (view.share.ready, view.share.not_ready, view.share.unknown) == (1, 1, 1)
    assert view.share.percent == 33
    assert view.weighted.percent == 66
    assert view.proven == 1


def test_a_median_with_work_still_down_is_a_lower_bound():
    workflow = ready_workflow()
    drill_result(workflow, 20, days_ago=40)
    drill_result(workflow, None, days_ago=39)
    drill_result(workflow, None, days_ago=38)

    view = view_of(manager())

    assert view.recovery.median.length == timedelta(hours=2)
    assert view.recovery.median.is_lower_bound is True
    assert view.target.length == timedelta(hours=1)
    assert view.within_target is False
    assert view.spark == ""


def test_real_outages_stay_out_of_the_figures_of_drills():
    workflow = ready_workflow()
    drill_result(workflow, 20)
    drill_result(workflow, 90, kind=OutageKind.REAL)

    view = view_of(manager())

    assert view.recovery.total == 1
    assert view.recovery.median.length == 20 * MINUTE


def test_the_period_cuts_the_median_and_not_what_is_over_target():
    workflow = ready_workflow()
    drill_result(workflow, 90, days_ago=150)

    view = view_of(manager(), months=3)

    assert view.recovery.median is None
    assert [one.kind for one in view.decisions] == ["over_target"]
    assert (
        view.decisions[0].why
        == "Took 1\u00a0h\u00a030 in the last drill; the target is 1\u00a0h."
    )


def test_only_the_last_drill_decides_whether_a_workflow_is_over_target():
    workflow = ready_workflow()
    drill_result(workflow, 90, days_ago=40)
    drill_result(workflow, 20, days_ago=5)

    assert view_of(manager()).decisions_total == 0


def test_each_gap_of_a_workflow_is_a_decision_and_critical_work_comes_first():
    WorkflowFactory(name="Unnamed", rto=None, tier=Tier.NORMAL)
    bare = WorkflowFactory(name="Bare", tier=Tier.CRITICAL, owner=UserFactory())
    DependencyFactory(workflow=bare, tool=ToolFactory(name="ChatGPT"))

    view = view_of(manager())

    assert [(one.subject, one.kind) for one in view.decisions] == [
        ("Bare", "no_alternative"),
        ("Unnamed", "no_tool"),
    ]
    assert view.decisions[0].why == "Without ChatGPT the work stops."
    assert view.decisions_total == 4
    assert [(kind, count) for kind, _label, count in view.decision_counts] == [
        ("no_alternative", 1),
        ("no_tool", 1),
        ("no_rto", 1),
        ("no_owner", 1),
    ]


def test_shared_fate_of_the_first_alternative_names_what_both_need():
    workflow = WorkflowFactory(owner=UserFactory())
    dependency = DependencyFactory(workflow=workflow, tool=ToolFactory(name="ChatGPT"))
    claude, edge = ToolFactory(name="Claude"), ToolFactory(name="Cloudflare")
    AlternativeFactory(dependency=dependency, tool=claude, rank=1)
    UpstreamFactory(tool=dependency.tool, upstream=edge)
    UpstreamFactory(tool=claude, upstream=edge)

    [shared] = [one for one in view_of(manager()).decisions if one.kind == "shared_fate"]

    assert shared.why == ("ChatGPT and its first alternative Claude both need Cloudflare.")


def test_concentration_counts_workflows_that_stop_by_provider_and_department():
    openai = ProviderFactory(name="OpenAI")
    claims = TeamFactory(name="Claims")
    motor = TeamFactory(name="Motor", parent=claims)
    for team in (claims, motor):
        workflow = WorkflowFactory(team=team, tier=Tier.CRITICAL)
        DependencyFactory(workflow=workflow, tool=ToolFactory(provider=openai))
        DependencyFactory(workflow=workflow, tool=ToolFactory(provider=openai))
    degraded = WorkflowFactory(team=claims, tier=Tier.CRITICAL)
    DependencyFactory(
        workflow=degraded, tool=ToolFactory(provider=openai), without="degraded"
    )
    low = WorkflowFactory(team=claims, tier=Tier.LOW)
    DependencyFactory(workflow=low, tool=ToolFactory(provider=openai))

    heat = view_of(manager()).concentration

    assert heat.pressing is True
    assert heat.columns == ["Claims"]
    assert [
        (row.name, [cell.value for cell in row.cells], row.total) for row in heat.rows
    ] == [("OpenAI", [2], 2)]
    assert (heat.workflows, heat.top_percent) == (3, 66)


def test_within_a_department_its_teams_are_counted_apart():
    claims = TeamFactory(name="Claims")
    motor = TeamFactory(name="Motor", parent=claims)
    ready_workflow(team=motor)
    ready_workflow(team=claims)
    ready_workflow(team=TeamFactory(name="Legal"))

    view = view_of(manager(), department=claims.pk)

    assert view.share.total == 2
    assert sorted(row[0] for row in view.groups.rows) == ["Claims", "Motor"]


def test_nine_departments_show_eight_and_the_others():
    for _ in range(10):
        ready_workflow()

    rows = view_of(manager()).groups.rows

    assert len(rows) == 9
    assert rows[-1] == ("Others", "2", "0", "0", "0")


def test_a_drill_that_should_have_begun_is_overdue():
    late = OutageFactory(title="Late", due_at=NOON - timedelta(days=3))
    soon = OutageFactory(title="Soon", due_at=NOON + timedelta(days=3))
    DrillFactory(outage=late)
    DrillFactory(outage=soon)

    view = view_of(manager())

    assert view.drills_overdue == 1
    assert view.drills_next == soon.due_at
    assert [(row.title, row.overdue_days) for row in view.drills] == [
        ("Late", 3),
        ("Soon", None),
    ]


def test_a_live_drill_and_a_real_outage_are_told_apart_the_real_one_first():
    DrillFactory(outage=OutageFactory(running=True, title="Practice"))
    OutageFactory(running=True, title="Real", kind=OutageKind.REAL)

    banners = view_of(manager()).banners

    assert [(one.outage.title, one.is_drill) for one in banners] == [
        ("Real", False),
        ("Practice", True),
    ]


def test_the_steps_are_ticked_from_what_is_there():
    admin = administrator()
    assert [step.done for step in view_of(admin).steps] == [False] * 6

    ready_workflow()

    assert [step.done for step in view_of(admin).steps] == [True] * 4 + [False] * 2


@pytest.mark.parametrize(
    ("who", "total"),
    [("stranger", 0), ("member", 1), ("auditor", 2), ("manager", 2)],
)
def test_who_counts_what(who, total):
    workflow = ready_workflow()
    ready_workflow()
    user = {
        "stranger": UserFactory,
        "member": lambda: member(workflow.team, TeamRole.VIEWER),
        "auditor": auditor,
        "manager": manager,
    }[who]()

    view = view_of(user)

    assert view.share.total == total
    assert view.share.ready == total


@pytest.mark.parametrize("count", [1, 100])
def test_the_overview_takes_nine_queries_for_any_number_of_workflows(
    client: Client, count, django_assert_num_queries
):
    team = TeamFactory()
    for number in range(count):
        drill_result(ready_workflow(team=team, name=f"W{number}"), 20)
    DrillFactory(outage=OutageFactory(running=True))
    DrillFactory(outage=OutageFactory(due_at=NOON - timedelta(days=3)))
    client.force_login(manager())

    with time_machine.travel(NOON, tick=False), django_assert_num_queries(QUERIES):
        response = client.get(reverse("dashboard:overview"))

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("route", "queries"),
    [("dashboard:workflows", 6), ("dashboard:decisions", 6), ("dashboard:recoveries", 6)],
)
@pytest.mark.parametrize("count", [1, 60])
def test_the_rows_behind_a_figure_take_the_same_queries_for_any_number(
    client: Client, route, queries, count, django_assert_num_queries
):
    for number in range(count):
        drill_result(ready_workflow(name=f"W{number}"), 90)
    client.force_login(manager())

    with time_machine.travel(NOON, tick=False), django_assert_num_queries(queries):
        response = client.get(reverse(route))

    assert response.status_code == 200


def test_a_figure_and_the_rows_behind_its_link_agree(client: Client):
    openai = ProviderFactory(name="OpenAI & Co")
    team = TeamFactory()
    for tier in (Tier.CRITICAL, Tier.LOW):
        workflow = WorkflowFactory(team=team, tier=tier)
        DependencyFactory(workflow=workflow, tool=ToolFactory(provider=openai))
    ready_workflow(team=team)
    client.force_login(manager())

    def rows(query):
        with time_machine.travel(NOON, tick=False):
            answer = client.get(reverse("dashboard:workflows"), query)
        return answer.context["page"].paginator.count

    assert rows({"level": "ready"}) == 1
    assert rows({"level": "not_ready"}) == 2
    assert rows({"proven": "yes"}) == 1
    assert rows({"carrier": "OpenAI & Co"}) == 2
    assert rows({"carrier": "OpenAI & Co", "group": team.pk, "pressing": 1}) == 1
    assert rows({"level": "nonsense"}) == 3
    assert rows({"group": "9" * 30, "upstream": "9" * 30}) == 3


def test_the_overdue_drills_of_a_department_are_the_rows_behind_their_figure(
    client: Client,
):
    head = TeamFactory()
    for team, days in ((TeamFactory(parent=head), -3), (head, 3), (TeamFactory(), -3)):
        outage = OutageFactory(team=team, due_at=NOON + days * DAY)
        outage.teams.add(team)
        DrillFactory(outage=outage)
    user = manager()
    client.force_login(user)

    for department, number in ((None, 2), (head.pk, 1)):
        figure = view_of(user, department=department).drills_overdue
        with time_machine.travel(NOON, tick=False):
            asked = {"state": "overdue", "team": department or ""}
            rows = client.get(reverse("drills:list"), asked).context["found"]
        assert figure == number
        assert [line.overdue for line in rows.planned] == [True] * number
        assert (rows.running, rows.past, rows.schedules) == ((), (), ())


def test_who_met_the_target_are_the_rows_behind_their_figure(client: Client):
    workflow = WorkflowFactory(rto=timedelta(hours=1))
    for minutes in (10, 20, 90, None):
        drill_result(workflow, minutes)
    drill_result(workflow, 10, kind=OutageKind.REAL)
    user = manager()
    client.force_login(user)
    assert view_of(user).recovery.met == 2

    with time_machine.travel(NOON, tick=False):
        met, all_real = (
            client.get(reverse("dashboard:recoveries"), asked)
            for asked in ({"verdict": "met"}, {"kind": "real", "verdict": ""})
        )

    assert [line.verdict for line in met.context["page"]] == ["met", "met"]
    assert all_real.context["page"].paginator.count == 1
    # Whoever filters those of real outages further is not led back to drills.
    assert '<input type="hidden" name="kind" value="real"' in all_real.content.decode()
    assert 'name="kind"' not in met.content.decode()


def test_nonsense_in_the_address_gives_the_usual_view(client: Client):
    client.force_login(manager())

    response = client.get(
        reverse("dashboard:overview"), {"department": "x", "months": "99"}
    )

    assert response.status_code == 200
    assert response.context["view"].scope.months == 12


@pytest.mark.parametrize(
    "route",
    [
        "dashboard:overview",
        "dashboard:workflows",
        "dashboard:decisions",
        "dashboard:recoveries",
    ],
)
def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client, route):
    response = client.get(reverse(route))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_stale_sources_and_overdue_actions_are_decisions_with_the_form_that_lifts_each():
    workflow = ready_workflow(tier=Tier.CRITICAL, name="Claims")
    tool = workflow.dependencies.get().tool
    UpstreamFactory(tool=tool, verified_on=NOON.date() - timedelta(days=400))
    UpstreamFactory(tool=tool, verified_on=NOON.date(), relation="edge")
    UpstreamFactory(verified_on=None)
    CorrectiveActionFactory(
        workflow=workflow,
        team=workflow.team,
        text="Buy seats",
        due_on=NOON.date() - 3 * DAY,
    )
    CorrectiveActionFactory(team=workflow.team, due_on=NOON.date())

    view = view_of(manager())

    assert [(one.kind, one.subject, one.remedy) for one in view.decisions] == [
        ("action_overdue", "Buy seats", "Open the action"),
        ("stale_upstream", tool.name, "Verify the sources"),
    ]
    assert view.decisions[1].why.startswith("1 thing that it needs has not been verified")


@pytest.mark.parametrize(
    ("role", "remedy", "route"),
    [
        (TeamRole.VIEWER, "Open", "inventory:workflow"),
        (TeamRole.MEMBER, "Name a tool", "inventory:dependency_new"),
    ],
)
def test_who_may_not_lift_a_decision_is_shown_the_page_instead(role, remedy, route):
    workflow = WorkflowFactory(owner=UserFactory())

    [one] = view_of(member(workflow.team, role)).decisions

    assert (one.kind, one.remedy) == ("no_tool", remedy)
    assert one.remedy_url == reverse(route, args=[workflow.pk])


def test_concentration_by_upstream_counts_what_rides_on_it_and_says_the_limit():
    OrganisationFactory(concentration_limit=60)
    cloud, model = ToolFactory(name="Azure"), ToolFactory(name="GPT")
    UpstreamFactory(tool=model, upstream=cloud)
    for number in range(3):
        tool = ToolFactory()
        if number:
            UpstreamFactory(tool=tool, upstream=model)
        workflow = WorkflowFactory(tier=Tier.CRITICAL)
        DependencyFactory(workflow=workflow, tool=tool)

    heat = overview(
        scope(manager(), department=None, months=12, now=NOON), by_upstream=True
    ).concentration

    assert [(row.name, row.total, row.over) for row in heat.rows] == [
        ("Azure", 2, True),
        ("GPT", 2, True),
    ]
    assert (heat.workflows, heat.top_percent, heat.limit) == (3, 66, 60)


def test_the_criticality_that_is_asked_for_cuts_every_figure(client: Client):
    workflow = ready_workflow(tier=Tier.CRITICAL)
    drill_result(workflow, 20)
    drill_result(ready_workflow(tier=Tier.LOW), 90)
    client.force_login(manager())

    with time_machine.travel(NOON, tick=False):
        view = client.get(reverse("dashboard:overview"), {"tier": "1"}).context["view"]
        rows = client.get(reverse("dashboard:workflows"), {"tier": "1"}).context["page"]
        lines = client.get(reverse("dashboard:recoveries"), {"tier": "1"}).context["page"]

    assert (view.share.total, view.recovery.total, view.decisions_total) == (1, 1, 0)
    assert [row.name for row in rows] == [workflow.name]
    assert [line.workflow for line in lines] == [workflow.name]


def test_the_median_is_compared_with_the_period_before():
    workflow = ready_workflow()
    drill_result(workflow, 20, days_ago=10)
    drill_result(workflow, 50, days_ago=100)

    view = view_of(manager(), months=3)

    assert (view.faster, view.slower) == (True, False)
    assert view.change_length == 30 * MINUTE


def test_figures_of_recoveries_are_those_of_the_domain():
    """Bounds, excuses, pauses, and none: what the database says is what `summary` says."""
    workflow = ready_workflow()
    for number, minutes in enumerate((20, 65, None, 35, None, 10)):
        recovery = drill_result(workflow, minutes, days_ago=5 + number)
        if number == 3:
            began = recovery.outage.occurred_at
            Stop.objects.create(
                outage=recovery.outage,
                began_at=began + 5 * MINUTE,
                ended_at=began + 12 * MINUTE,
            )
        if number == 5:
            recovery.excused_reason = "Ill"
            recovery.excused_by, recovery.excused_at = UserFactory(), NOON
            recovery.save()
    drill_result(WorkflowFactory(team=workflow.team, rto=None), 45)

    view = view_of(manager())

    lines = recoveries(view.scope)
    assert view.recovery == summary(lines)
    assert view.recovery.median == Reading(45 * MINUTE)
    assert (view.recovery.excused, view.recovery.without_rto) == (1, 1)


def test_members_arrive_at_their_own_page_and_managers_at_the_overview(client: Client):
    client.force_login(member(TeamFactory(), TeamRole.LEAD))
    own = client.get(reverse("dashboard:landing"))
    client.force_login(manager())
    whole = client.get(reverse("dashboard:landing"))

    assert (own.status_code, own.url) == (302, reverse("dashboard:mine"))
    assert whole.status_code == 200
    assert 'aria-current="true">' in whole.text or 'aria-current="page">' in whole.text


def test_the_first_steps_are_put_away_for_oneself_alone(client: Client):
    one, other = manager(), manager()
    client.force_login(one)

    answer = client.post(reverse("dashboard:steps"), {"shown": "no"})

    assert answer.url == reverse("dashboard:overview")
    assert client.get(answer.url).context["view"].steps == ()
    client.force_login(other)
    assert len(client.get(answer.url).context["view"].steps) == 6


@pytest.mark.parametrize(("who", "begins"), [("lead", True), ("stranger", False)])
def test_the_plan_of_a_drill_begins_with_the_workflow_that_it_would_prove(
    client: Client, who, begins
):
    dependency = DependencyFactory()
    team = dependency.workflow.team if who == "lead" else TeamFactory()
    client.force_login(member(team, TeamRole.LEAD))

    asked = {"workflow": dependency.workflow.pk}
    form = client.get(reverse("drills:plan"), asked).context["form"]

    assert (form.initial.get("tools") == [dependency.tool_id]) is begins
    assert (form.initial.get("workflows") == [dependency.workflow.pk]) is begins


def test_the_rows_before_the_first_workflow_lead_to_where_it_is_added(client):
    client.force_login(manager())
    address = reverse("dashboard:workflows")

    nothing = client.get(address).content.decode()
    narrowed = client.get(address, {"tier": "1"}).content.decode()

    assert "No workflow yet" in nothing
    assert "No workflow matches" in narrowed
