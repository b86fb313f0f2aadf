from datetime import date

import pytest

from continuity.accounts.roles import TeamRole
from continuity.inventory.models import Tool
from continuity.inventory.queries import fate
from continuity.inventory.queries.chain import MOST_NODES, chain
from continuity.inventory.services import catalogue
from tests.factories import (
    NOON,
    DependencyFactory,
    ToolFactory,
    UpstreamFactory,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def of(tool, user=None):
    return chain(user or manager(), tool, fate.graph(), today=TODAY, stale_days=365)


def told(branches):
    return [(one.name, told(one.branches)) for one in branches]


def test_the_chain_of_claude_in_the_shipped_catalogue():
    catalogue.load(NOON)

    found = of(Tool.objects.get(name="Claude"))

    assert told(found.up) == [
        ("Anthropic models", [("AWS", []), ("Google Cloud", [])]),
        ("Cloudflare", []),
    ]
    models, edge = found.up
    assert [(one.hard, one.ages) for one in models.branches] == [(False, ("never",))] * 2
    assert (edge.hard, edge.ages, edge.relations) == (True, (), ("Network edge",))
    (source,) = edge.sources
    assert source == (
        "reports of the outage of 2025-11-18, 18 Nov 2025, confidence: Medium"
    )
    assert models.branches[0].sources == (
        "Anthropic's post-mortem of September 2025 (read in a copy), no date, "
        "confidence: Medium",
    )
    assert (found.upstreams, found.downstreams, found.hidden) == (4, 0, 0)
    assert found.svg.count("<a class=") == 4
    assert found.svg.count("stroke-dasharray") == 2


def test_what_is_reached_twice_is_unfolded_where_it_is_nearest():
    top = ToolFactory(name="Top")
    middle = UpstreamFactory(tool=top, upstream__name="Middle").upstream
    cloud = UpstreamFactory(tool=top, upstream__name="Cloud").upstream
    UpstreamFactory(tool=middle, upstream=cloud)
    UpstreamFactory(tool=cloud, upstream__name="Grid")

    found = of(top)

    assert told(found.up) == [("Cloud", [("Grid", [])]), ("Middle", [("Cloud", [])])]
    assert found.up[1].branches[0].again is True


def test_a_circle_ends():
    one = UpstreamFactory(tool__name="One", upstream__name="Two")
    UpstreamFactory(tool=one.upstream, upstream=one.tool)

    found = of(one.tool)

    assert told(found.up) == [("Two", [("One", [])])]
    assert told(found.down) == [("Two", [("One", [])])]


def test_a_part_is_no_source_and_so_never_stale():
    part = ToolFactory(name="Part", parent=ToolFactory(name="Whole"))

    (whole,) = of(part).up

    assert (whole.name, whole.part, whole.hard, whole.ages) == ("Whole", True, True, ())


@pytest.mark.parametrize(
    ("day", "ages"),
    [(date(2025, 3, 2), ()), (date(2025, 3, 1), ("stale",)), (None, ("never",))],
)
def test_a_source_older_than_the_limit_says_so_in_the_tree_and_in_the_picture(day, ages):
    edge = UpstreamFactory(verified_on=day)

    found = of(edge.tool)

    assert found.up[0].ages == ages
    assert ('class="mark"' in found.svg) is bool(ages)


def test_the_picture_shows_the_nearest_sixty_and_says_how_many_it_leaves_out():
    cloud = ToolFactory(name="Cloud")
    for number in range(70):
        UpstreamFactory(tool__name=f"Tool {number:02}", upstream=cloud)

    found = of(cloud)

    assert (found.downstreams, found.hidden) == (70, 71 - MOST_NODES)
    assert found.svg.count("<a class=") == MOST_NODES - 1
    assert len(found.down) == 70


def test_only_workflows_that_one_may_see_are_counted():
    mine = DependencyFactory()
    DependencyFactory(tool=mine.tool)
    edge = UpstreamFactory(tool=mine.tool)

    (seen,) = of(edge.upstream, member(mine.workflow.team, TeamRole.VIEWER)).down

    assert seen.workflows == 1
    assert of(edge.upstream).down[0].workflows == 2
