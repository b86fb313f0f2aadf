"""The door: who sees an object, who may act on it, and who learns nothing."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from continuity.accounts.access import access
from continuity.accounts.models import Team, User
from continuity.accounts.roles import POLICY, Action, OrganisationRole, TeamRole
from continuity.inventory.models import Workflow
from tests.factories import (
    MembershipFactory,
    TeamFactory,
    UserFactory,
    WorkflowFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db


@access(Action.APPROVE, Workflow)
def approve(request: HttpRequest, workflow: Workflow) -> HttpResponse:
    workflow.hours = "approved"
    workflow.save(update_fields=["hours"])
    return HttpResponse(status=204)


@access(Action.ADMINISTER)
def administer(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


def cast(team: Team) -> dict[str, User]:
    return {
        "stranger": UserFactory(),
        "viewer": member(team, TeamRole.VIEWER),
        "member": member(team, TeamRole.MEMBER),
        "lead": member(team, TeamRole.LEAD),
        "auditor": auditor(),
        "manager": manager(),
        "administrator": administrator(),
    }


def ask(view, user: User, **kwargs) -> int:
    request = RequestFactory().post("/")
    request.user = user
    try:
        return view(request, **kwargs).status_code
    except Http404:
        return 404
    except PermissionDenied:
        return 403


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        ("viewer", 403),
        ("member", 403),
        ("lead", 204),
        ("auditor", 403),
        ("manager", 204),
        ("administrator", 204),
    ],
)
def test_who_may_approve_a_workflow(who, status):
    workflow = WorkflowFactory()

    answer = ask(approve, cast(workflow.team)[who], pk=workflow.pk)

    assert answer == status
    assert Workflow.objects.filter(hours="approved").exists() is (status == 204)


@pytest.mark.parametrize(
    ("who", "status"),
    [("lead", 403), ("auditor", 403), ("manager", 403), ("administrator", 204)],
)
def test_only_an_administrator_administers(who, status):
    assert ask(administer, cast(TeamFactory())[who]) == status


def test_a_role_in_a_department_holds_in_its_teams_and_not_the_other_way():
    department = TeamFactory()
    team = TeamFactory(parent=department)
    above, below = member(department, TeamRole.LEAD), member(team, TeamRole.LEAD)

    assert set(Team.objects.allowing(above, Action.APPROVE)) == {department, team}
    assert set(Team.objects.allowing(below, Action.APPROVE)) == {team}


def test_two_memberships_that_reach_a_workflow_give_it_once():
    department = TeamFactory()
    workflow = WorkflowFactory(team=TeamFactory(parent=department))
    user = member(department, TeamRole.LEAD)
    MembershipFactory(user=user, team=workflow.team, role=TeamRole.MEMBER)

    assert Workflow.objects.allowing(user, Action.VIEW).count() == 1


def test_the_policy_names_every_action():
    assert set(POLICY) == set(Action)


def test_an_auditor_reads_and_does_nothing_else():
    allowed = {
        action
        for action in Action
        if OrganisationRole.AUDITOR in POLICY[action].organisation_roles
    }

    assert allowed == {Action.SIGNED_IN, Action.VIEW}
