"""How long the list of all knock-outs takes as a page, database and template included."""

from time import process_time

import pytest
from django.urls import reverse

from continuity.inventory.models import Alternative, Dependency, Tool, Upstream, Workflow
from tests.factories import NOON, ProviderFactory, TeamFactory, manager

pytestmark = [pytest.mark.bench, pytest.mark.django_db]


def large_organisation() -> None:
    """5,000 workflows on 800 tools with 3,000 edges, in five statements."""
    provider, team = ProviderFactory(), TeamFactory()
    tools = Tool.objects.bulk_create(
        Tool(name=f"Tool {number}", provider=provider) for number in range(800)
    )
    pairs = sorted(
        {(low, low * 7 % 791 * step % 800) for low in range(800) for step in range(2, 7)}
    )
    Upstream.objects.bulk_create(
        Upstream(tool=tools[max(one)], upstream=tools[min(one)], relation="hosting",
                 hard=sum(one) % 3 > 0, source="test", confidence="low")
        for one in sorted({tuple(sorted(pair)) for pair in pairs if len(set(pair)) == 2})
        [:3000]
    )  # fmt: skip
    works = Workflow.objects.bulk_create(
        Workflow(team=team, name=f"Work {number}", tier=number % 4 + 1, created_at=NOON)
        for number in range(5000)
    )
    uses = Dependency.objects.bulk_create(
        Dependency(workflow=work, tool=tools[number * step % 790 + 10])
        for number, work in enumerate(works)
        for step in ((3, 11) if number % 395 else (3,))
    )
    Alternative.objects.bulk_create(
        Alternative(dependency=use, rank=rank, kind="other_provider",
                    tool=tools[(number * 13 + rank * 31) % 800])
        for number, use in enumerate(uses)
        for rank in (1, 2)
    )  # fmt: skip


def test_the_list_of_an_organisation_of_5000_workflows_is_made_in_two_seconds(client):
    large_organisation()
    client.force_login(manager())
    client.get(reverse("history:list"))  # what a first request loads

    begun = process_time()
    response = client.get(reverse("inventory:knock_outs"))
    took = process_time() - begun

    print(f"\nKnock-out of {Tool.objects.count()} tools as a page: {took:.2f} s of CPU")
    assert response.context["ranking"].total == 5000
    assert took <= 2
