from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.dashboard.queries import overview, scope
from continuity.domain.states import DrillState
from continuity.inventory.models import Tier
from continuity.outages.models import OutageKind
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    DrillFactory,
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
MINUTE = timedelta(minutes=1)
QUERIES = 14
"""Session, person, teams, six for the workflows, two for the recoveries, live, planned,
checklist, frame."""


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

    assert [(one.workflow, one.kind) for one in view.decisions] == [
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
def test_the_overview_takes_fifteen_queries_for_any_number_of_workflows(
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
    [("dashboard:workflows", 8), ("dashboard:decisions", 10), ("dashboard:recoveries", 6)],
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
