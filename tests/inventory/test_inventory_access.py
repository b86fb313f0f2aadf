"""Who may open and press what: one table of routes against all roles."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from continuity.accounts.roles import TeamRole
from continuity.history.models import Entry
from continuity.inventory.models import ProofFile
from tests.factories import (
    AlternativeFactory,
    OrganisationFactory,
    ProofFactory,
    ProviderFactory,
    RunbookStepFactory,
    ToolFactory,
    UpstreamFactory,
    UserFactory,
    administrator,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db

WHO = ("stranger", "viewer", "member", "lead", "auditor", "manager", "administrator")
READ = (404, 200, 200, 200, 200, 200, 200)
EDIT = (404, 403, 200, 200, 403, 200, 200)
PRESS = (404, 403, 302, 302, 403, 302, 302)
ALL = (200,) * 7
LEAD_PRESS = (404, 403, 403, 302, 403, 302, 302)
SETTINGS = (403, 403, 403, 403, 403, 403, 200)
SETTINGS_PRESS = (403, 403, 403, 403, 403, 403, 302)
# Who is not among the workflow's people answers for nobody.
OWN_PRESS = (404, 404, 302, 302, 404, 404, 404)
CATALOGUE = (403, 403, 403, 403, 403, 200, 200)
CATALOGUE_PRESS = (403, 403, 403, 403, 403, 302, 302)

GETS = {
    "workflow": READ,
    "runbooks": READ,
    "evidence": READ,
    "workflow_history": READ,
    "workflow_edit": EDIT,
    "dependency_new": EDIT,
    "dependency_edit": EDIT,
    "alternative_new": EDIT,
    "alternative_edit": EDIT,
    "runbook": EDIT,
    "runbook_copy": EDIT,
    "runbook_versions": READ,
    "access": READ,
    "proof_check": EDIT,
    "proof_file": READ,
    "proof_policy": SETTINGS,
    "my_access": ALL,
    "workflows": ALL,
    "workflow_new": ALL,
    "tools": ALL,
    "tool": ALL,
    "providers": ALL,
    "provider": ALL,
    "tool_new": CATALOGUE,
    "tool_edit": CATALOGUE,
    "upstream_new": CATALOGUE,
    "upstream_edit": CATALOGUE,
    "provider_new": CATALOGUE,
    "provider_edit": CATALOGUE,
}
POSTS = {
    "workflow_edit": ({"name": "New", "tier": "2"}, PRESS),
    "workflow_archive": ({}, PRESS),
    "workflow_restore": ({}, PRESS),
    "dependency_edit": ({"without": "degraded"}, PRESS),
    "dependency_remove": ({}, PRESS),
    "alternatives_order": ({"move": "{other}:up"}, PRESS),
    "alternative_edit": ({"kind": "manual", "procedure": "By phone"}, PRESS),
    "alternative_new": ({"kind": "manual", "procedure": "By phone"}, PRESS),
    "alternative_remove": ({}, PRESS),
    "runbook": (
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-text": "Go"},
        PRESS,
    ),
    "dependency_new": ({"tool": "{spare}", "without": "stops"}, PRESS),
    "runbook_approve": ({"number": "0"}, LEAD_PRESS),
    "proof_check": ({"shown_at": "{moment}", "works": "1"}, PRESS),
    "proof_attest": ({}, PRESS),
    "proof_take_back": ({}, (404, 403, 409, 409, 403, 409, 409)),
    "proof_end": ({"reason": "Changed"}, PRESS),
    "proof_policy": ({"drill": "90"}, SETTINGS_PRESS),
    "access_answer": ({"account": "yes"}, OWN_PRESS),
    "tool_new": ({"name": "Quill", "kind": "product"}, CATALOGUE_PRESS),
    "tool_edit": ({"name": "Quill", "kind": "product"}, CATALOGUE_PRESS),
    "spellings": ({"name": "Kwill"}, CATALOGUE_PRESS),
    "upstream_new": (
        {"upstream": "{spare}", "relation": "edge", "source": "x", "confidence": "low"},
        CATALOGUE_PRESS,
    ),
    "upstream_edit": ({"source": "new", "confidence": "low"}, CATALOGUE_PRESS),
    "upstream_remove": ({}, CATALOGUE_PRESS),
    "provider_new": ({"name": "Acme"}, CATALOGUE_PRESS),
    "provider_edit": ({"name": "Acme"}, CATALOGUE_PRESS),
}
ON = {
    "dependency_edit": "dependency",
    "dependency_remove": "dependency",
    "alternatives_order": "dependency",
    "alternative_new": "dependency",
    "alternative_edit": "alternative",
    "alternative_remove": "alternative",
    "runbook": "alternative",
    "runbook_copy": "alternative",
    "runbook_versions": "alternative",
    "runbook_approve": "alternative",
    "access": "alternative",
    "access_answer": "alternative",
    "access_withdraw": "alternative",
    "proof_check": "alternative",
    "proof_attest": "alternative",
    "proof_take_back": "proof",
    "proof_end": "proof",
    "proof_file": "proof",
    "tool": "tool",
    "tool_edit": "tool",
    "spellings": "tool",
    "upstream_new": "tool",
    "upstream_edit": "upstream",
    "upstream_remove": "upstream",
    "provider": "provider",
    "provider_edit": "provider",
}
LISTS = {
    "workflows",
    "workflow_new",
    "tools",
    "tool_new",
    "providers",
    "provider_new",
    "my_access",
    "proof_policy",
}


@pytest.fixture
def rows():
    """One of everything, in one team; a second alternative to change places with."""
    alternative = AlternativeFactory(rank=1)
    dependency = alternative.dependency
    other = AlternativeFactory(rank=2, dependency=dependency)
    tool = ToolFactory()
    RunbookStepFactory(alternative=alternative)
    proof = ProofFactory(
        alternative=other,
        file_name="seen.txt",
        expires_at=timezone.now() + timedelta(days=9),
    )
    ProofFile.objects.create(proof=proof, content=b"It answered.")
    OrganisationFactory()
    return {
        "proof": proof,
        "alternative": alternative,
        "dependency": dependency,
        "workflow": dependency.workflow,
        "other": other,
        "tool": tool,
        "spare": ToolFactory(),
        "upstream": UpstreamFactory(tool=tool),
        "provider": ProviderFactory(),
    }


def person(who: str, team):
    match who:
        case "stranger":
            return UserFactory()
        case "auditor":
            return auditor()
        case "manager":
            return manager()
        case "administrator":
            return administrator()
        case role:
            return member(team, TeamRole[role.upper()])


def address(route: str, rows) -> str:
    if route in LISTS:
        return reverse(f"inventory:{route}")
    return reverse(f"inventory:{route}", args=[rows[ON.get(route, "workflow")].pk])


@pytest.mark.parametrize("route", GETS)
def test_who_may_open_a_page(client, rows, route):
    statuses = []
    for who in WHO:
        client.force_login(person(who, rows["workflow"].team))
        statuses.append(client.get(address(route, rows)).status_code)

    assert tuple(statuses) == GETS[route]


@pytest.mark.parametrize(
    ("route", "place"), [(route, place) for route in POSTS for place in range(7)]
)
def test_who_may_change_something(client, rows, route, place):
    data, statuses = POSTS[route]
    keys = {name: row.pk for name, row in rows.items()}
    keys["moment"] = f"{timezone.now():%Y-%m-%dT%H:%M}"
    filled = {name: value.format(**keys) for name, value in data.items()}
    if route == "workflow_edit":
        filled["team"] = str(rows["workflow"].team_id)
    if route == "workflow_restore":
        rows["workflow"].archived_at = rows["workflow"].created_at + timedelta(days=1)
        rows["workflow"].save(update_fields=["archived_at"])
    client.force_login(person(WHO[place], rows["workflow"].team))

    response = client.post(address(route, rows), filled)

    assert response.status_code == statuses[place]
    assert Entry.objects.exists() is (response.status_code == 302)


@pytest.mark.parametrize(
    "route",
    [
        "workflow_archive",
        "workflow_restore",
        "dependency_remove",
        "alternatives_order",
        "alternative_remove",
        "proof_attest",
        "proof_take_back",
        "proof_end",
        "runbook_approve",
        "access_answer",
        "access_withdraw",
        "spellings",
        "upstream_remove",
    ],
)
def test_a_link_alone_changes_nothing(client, rows, route):
    client.force_login(manager())

    assert client.get(address(route, rows)).status_code == 405


@pytest.mark.parametrize("route", GETS)
def test_who_is_not_signed_in_is_sent_to_the_door(client, rows, route):
    response = client.get(address(route, rows))

    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


def test_a_viewer_is_offered_nothing_to_press(client, rows):
    client.force_login(member(rows["workflow"].team, TeamRole.VIEWER))

    page = client.get(rows["workflow"].get_absolute_url()).content.decode()

    for word in ("Edit", "Archive", 'name="move"', "Plan a drill", "Add an alternative"):
        assert word not in page
