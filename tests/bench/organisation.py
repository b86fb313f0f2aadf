"""A large organisation, made in a few statements: what the bars of the pages speak of."""

from datetime import timedelta
from typing import Final

from django.db import connection

from continuity.accounts.models import Organisation, Team, User
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Proof,
    Provider,
    RunbookStep,
    Tool,
    Upstream,
    Workflow,
)
from tests.factories import NOON

WORKFLOWS: Final = 10_000
DEPARTMENTS: Final = 20
TEAMS: Final = 400
PEOPLE: Final = 2_000
TOOLS: Final = 300
EDGES: Final = 900


def large_organisation() -> None:
    """10,000 workflows of 400 teams and 2,000 owners on 300 tools with 900 upstreams;
    14,000 dependencies with an alternative each, half of them with proof and runbook."""
    Organisation.objects.get_or_create(pk=1, defaults={"name": "Meridian Mutual"})
    departments = Team.objects.bulk_create(
        Team(name=f"Département {number}") for number in range(DEPARTMENTS)
    )
    teams = Team.objects.bulk_create(
        Team(name=f"Équipe {number}", parent=departments[number % DEPARTMENTS])
        for number in range(TEAMS)
    )
    people = User.objects.bulk_create(
        User(email=f"owner{number}@example.test", name=f"Owner {number}")
        for number in range(PEOPLE)
    )
    providers = Provider.objects.bulk_create(
        Provider(name=f"House {number}") for number in range(60)
    )
    tools = Tool.objects.bulk_create(
        Tool(name=f"Assistant {number}", provider=providers[number % 60])
        for number in range(TOOLS)
    )
    Upstream.objects.bulk_create(
        Upstream(
            tool=tools[number % 250 + 50],
            upstream=tools[(number * 7 + number // 250) % 50],
            relation=("hosting", "edge", "model", "identity")[number // 250],
            hard=number % 3 > 0,
            source="status.example.test",
            confidence="medium",
        )
        for number in range(EDGES)
    )
    works = Workflow.objects.bulk_create(
        Workflow(
            team=teams[number % TEAMS],
            name=f"Workflow {number:05}",
            reference=f"BIA-{number}",
            owner=people[number % PEOPLE],
            tier=number % 4 + 1,
            rto=timedelta(hours=number % 48 + 1),
            mbco_percent=50,
            data_class="internal",
            created_at=NOON,
        )
        for number in range(WORKFLOWS)
    )
    uses = Dependency.objects.bulk_create(
        Dependency(
            workflow=work, tool=tools[50 + (number + step * 97) % 250], position=step
        )
        for number, work in enumerate(works)
        for step in range(1 if number % 5 > 1 else 2)
    )
    others = Alternative.objects.bulk_create(
        Alternative(
            dependency=use,
            rank=1,
            tool=tools[50 + number * 31 % 250],
            kind="other_provider",
            approved_data=["public", "internal"],
        )
        for number, use in enumerate(uses)
    )
    RunbookStep.objects.bulk_create(
        RunbookStep(alternative=one, position=place, text=f"Step {place}")
        for one in others[::2]
        for place in (1, 2, 3)
    )
    Proof.objects.bulk_create(
        Proof(
            alternative=one,
            source="drill",
            shown_at=NOON - timedelta(days=10),
            expires_at=NOON + timedelta(days=900),
            works=True,
            minimum_after=timedelta(minutes=20),
            capacity=80,
        )
        for one in others[::2]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
