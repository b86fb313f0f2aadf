from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import override_settings
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.inventory.models import Tool
from continuity.inventory.queries import what_if
from continuity.inventory.queries.what_if import Asked
from continuity.inventory.services import catalogue
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    OrganisationFactory,
    ProofFactory,
    RunbookStepFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    manager,
    member,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NINE_TO_FIVE = "Mon-Fri 09:00-17:00"
URL = "inventory:what_if"


def work(tool: Tool, **given):
    """A workflow of office hours that stops without `tool`."""
    given.setdefault("hours", NINE_TO_FIVE)
    given.setdefault("zone", "UTC")
    return DependencyFactory(
        tool=tool, **{f"workflow__{name}": value for name, value in given.items()}
    )


def proven(dependency, tool=None, *, after=HOUR, **given):
    """An alternative that is sound and proven `after` the onset."""
    given.setdefault("tool", tool or ToolFactory())
    alternative = AlternativeFactory(dependency=dependency, rank=1, **given)
    RunbookStepFactory(alternative=alternative)
    ProofFactory(
        alternative=alternative, minimum_after=after, expires_at=NOON + 9999 * timedelta(1)
    )
    return alternative


def ask(*tools: Tool, user=None, now=NOON, **given) -> what_if.WhatIf:
    asked = Asked(tools=tuple(tool.pk for tool in tools), **given)
    return what_if.answer(user or manager(), asked, now=now)


@pytest.mark.parametrize(
    ("weekday", "hours", "expected"),
    [
        (0, 12, datetime(2026, 3, 2, 12, tzinfo=UTC)),
        (0, 11, datetime(2026, 3, 9, 11, tzinfo=UTC)),
        (6, 3, datetime(2026, 3, 8, 3, tzinfo=UTC)),
    ],
)
def test_an_hour_of_the_week_is_the_next_one(weekday, hours, expected):
    found = what_if.next_time(weekday, hours * HOUR, zone="UTC", now=NOON)

    assert found == expected


def test_an_hour_of_the_week_stands_still_when_the_clocks_change():
    # In Paris the clocks go forward in the night to Sunday 29 March 2026.
    friday = datetime(2026, 3, 27, 12, tzinfo=UTC)

    found = what_if.next_time(0, 9 * HOUR, zone="Europe/Paris", now=friday)

    assert found.astimezone(UTC) == datetime(2026, 3, 30, 7, tzinfo=UTC)


def test_four_hours_on_a_monday_morning_with_and_without_what_is_proven():
    chat = ToolFactory()
    safe = work(chat, cost_per_hour=Decimal(100))
    proven(safe)
    bare = work(chat, team=safe.workflow.team)

    found = ask(chat, weekday=0, clock=9 * HOUR, length=4 * HOUR)

    one = found.taken[safe.workflow_id]
    assert (one.bare, one.proven, one.hoped) == (4 * HOUR, HOUR, HOUR)
    assert (one.bare_cost, one.proven_cost) == (Decimal("400.00"), Decimal("100.00"))
    assert found.taken[bare.workflow_id].proven == 4 * HOUR
    (team,) = found.teams
    assert (team.sum.stops, team.sum.falls_back) == (1, 1)
    assert (team.sum.bare, team.sum.proven) == (8 * HOUR, 5 * HOUR)
    assert (team.sum.bare_cost, team.sum.cost_unknown) == (Decimal("400.00"), 1)


def test_an_alternative_that_is_only_assumed_gives_back_nothing_yet():
    dependency = work(ToolFactory())
    AlternativeFactory(dependency=dependency, rank=1, expected_switch=timedelta(minutes=30))

    found = ask(dependency.tool, weekday=0, clock=9 * HOUR, length=4 * HOUR)

    one = found.taken[dependency.workflow_id]
    assert (one.bare, one.proven, one.hoped) == (4 * HOUR, 4 * HOUR, HOUR / 2)


def test_an_alternative_that_falls_with_it_gives_back_nothing():
    edge = ToolFactory()
    dependency = work(ToolFactory())
    other = proven(dependency).tool

    alone = ask(dependency.tool, weekday=0)
    both = ask(dependency.tool, other, edge, weekday=0)

    assert alone.taken[dependency.workflow_id].proven == HOUR
    assert both.taken[dependency.workflow_id].proven == 4 * HOUR
    assert both.page.lost.stops == {dependency.workflow_id}


def test_who_finds_no_seat_waits_and_is_counted_as_waiting():
    chat, small = ToolFactory(), ToolFactory(seats=10)
    first = work(chat, people_most=8, tier=1)
    late = work(chat, people_most=8, tier=3)
    for dependency in (first, late):
        proven(dependency, small)

    found = ask(chat, weekday=0)

    assert found.queueing == {late.workflow_id}
    assert found.taken[first.workflow_id].proven == HOUR
    assert found.taken[late.workflow_id].proven == 4 * HOUR
    assert what_if.affected(found, outcome="queues") == [late.workflow_id]


def test_at_night_a_day_shift_loses_nothing_and_unknown_hours_stay_unknown():
    chat = ToolFactory()
    day = work(chat)
    unknown = work(chat, hours="")

    found = ask(chat, weekday=6, clock=3 * HOUR, length=4 * HOUR)

    assert found.taken[day.workflow_id].bare == timedelta()
    assert found.taken[unknown.workflow_id].bare is None
    assert (found.whole.hours_unknown, found.whole.bare) == (1, timedelta())


@pytest.mark.parametrize(
    ("works", "hours", "cost", "is_least"),
    [
        ([{"hours": ""}], False, False, True),
        ([{}], True, False, True),
        ([{"hours": "", "cost_per_hour": 9}, {}], True, False, True),
        ([{"cost_per_hour": 9}, {"hours": ""}], True, True, True),
        ([{"cost_per_hour": 9}], True, True, False),
    ],
)
def test_a_sum_of_nothing_known_is_not_known_and_not_zero(works, hours, cost, is_least):
    chat = ToolFactory()
    for given in works:
        work(chat, **given)

    whole = ask(chat, weekday=0, clock=10 * HOUR).whole

    assert (whole.knows_hours, whole.knows_cost) == (hours, cost)
    assert whole.is_least_cost is is_least


def test_without_a_workflow_nothing_is_claimed_to_go_on(client):
    client.force_login(manager())

    page = client.get(reverse(URL), {"tool": ToolFactory().pk, "day": 0}).text

    assert "Your teams have no workflow yet." in page
    assert "It hits no work that you may see" not in page


def test_a_team_that_states_no_hours_loses_what_is_not_known(client):
    chat = ToolFactory()
    work(chat, hours="")
    client.force_login(manager())

    page = client.get(reverse(URL), {"tool": chat.pk, "day": 0}).text

    assert "0 EUR" not in page
    assert "≥ 0" not in page


def test_ten_june_2025_counts_the_share_that_was_published_and_no_more():
    catalogue.load(NOON)
    chatgpt = work(Tool.objects.get(name="ChatGPT"), hours="24/7")

    found = ask(outage="openai-2025-06-10")

    # 35 % of the six hours of the peak; how much failed after it was not published.
    assert found.taken[chatgpt.workflow_id].bare == 0.35 * 6 * HOUR
    assert found.start == datetime(2025, 6, 10, 6, 36, tzinfo=UTC)
    assert (found.unpublished, found.unnamed) == (True, ())
    assert found.page.lost.degraded == {chatgpt.workflow_id}


def test_an_outage_can_be_moved_to_another_hour():
    catalogue.load(NOON)
    chatgpt = work(Tool.objects.get(name="ChatGPT"))

    # 225 minutes from Friday 15:00: two hours until the end of the week's work.
    found = ask(outage="openai-2024-12-11", weekday=4, clock=15 * HOUR)

    assert found.taken[chatgpt.workflow_id].bare == 2 * HOUR


def test_the_page_holds_the_question_and_shows_both_sides(client):
    OrganisationFactory(zone="UTC", currency="CHF")
    dependency = work(ToolFactory(name="Chat"), name="Triage", cost_per_hour=Decimal(50))
    proven(dependency)
    client.force_login(manager())

    response = client.get(
        reverse(URL), {"tool": dependency.tool_id, "day": 0, "at": "09:00", "length": "2 h"}
    )

    text = response.content.decode().replace("\u00a0", " ")
    assert response.status_code == 200
    for said in ("Triage", "Falls back", "2 h", "1 h", "100 CHF", "50 CHF", "Monday 09:00"):
        assert said in text
    assert f'value="{dependency.tool_id}" checked' in text
    assert reverse("inventory:workflow", args=[dependency.workflow_id]) in text


def test_before_a_question_the_page_offers_the_real_outages(client):
    client.force_login(UserFactory())

    text = client.get(reverse(URL)).content.decode()

    assert "?outage=cloudflare-2025-11-18" in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"tool": "99999"}, "not in the catalogue any more"),
        ({"tool": "x"}, "not in the catalogue any more"),
        ({"outage": "never-happened"}, "Select a valid choice"),
        ({"outage": "cloudflare-2025-11-18", "day": "9"}, "Select a valid choice"),
        ({"outage": "cloudflare-2025-11-18", "at": "25:00"}, "Write a time of day"),
        ({"outage": "cloudflare-2025-11-18", "length": "soon"}, "not a length of time"),
        ({"outage": "cloudflare-2025-11-18", "length": "0"}, "longer than zero"),
        ({"outage": "cloudflare-2025-11-18", "length": "30 d"}, "That is too long"),
    ],
)
def test_nonsense_in_the_address_gets_a_sentence_and_no_answer(client, asked, said):
    client.force_login(manager())

    response = client.get(reverse(URL), asked)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert "found" not in response.context


def test_a_member_is_shown_the_work_of_the_own_team_alone(client):
    mine, theirs = work(chat := ToolFactory()), work(chat)
    client.force_login(member(mine.workflow.team, TeamRole.VIEWER))

    response = client.get(reverse(URL), {"tool": chat.pk, "day": 0})
    asked = {"tool": chat.pk, "day": 0, "table": "work", "export": "csv"}
    file = client.get(reverse(URL), asked)

    assert list(response.context["found"].taken) == [mine.workflow_id]
    rows = b"".join(file.streaming_content).decode().splitlines()
    assert len(rows) == 2
    assert rows[1].startswith(
        f"{mine.workflow.name},{mine.workflow.team.name},Stops,,4.00,4.00"
    )
    assert theirs.workflow.name not in response.content.decode()


def test_nobody_sees_it_without_signing_in(client):
    assert client.get(reverse(URL)).status_code == 302


def test_as_many_queries_for_a_hundred_workflows_as_for_one(
    client, django_assert_max_num_queries
):
    chat, team, other = ToolFactory(), TeamFactory(), ToolFactory(seats=3)
    client.force_login(manager())
    asked = {"tool": chat.pk, "day": 0}
    counts = []
    for _ in range(2):
        for _ in range(1 if not counts else 60):
            proven(work(chat, team=team, people_most=2), other)
        with django_assert_max_num_queries(40) as queries:
            response = client.get(reverse(URL), asked)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert len(response.context["shown"]) == 50


@override_settings(LANGUAGE_CODE="fr")
def test_the_page_speaks_french(client):
    client.force_login(manager())

    text = client.get(reverse(URL), HTTP_ACCEPT_LANGUAGE="fr").content.decode()

    assert "Et si" in text
