from datetime import timedelta

import pytest
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.history.models import Entry
from continuity.inventory.models import Dependency, Tool
from continuity.inventory.queries import knock_out
from continuity.inventory.services import catalogue
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    ProofFactory,
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


def on_chatgpt(*names: str, **workflow) -> Dependency:
    """A dependency on ChatGPT with these tools of the catalogue as alternatives."""
    dependency = DependencyFactory(
        tool=Tool.objects.get(name="ChatGPT"), workflow=WorkflowFactory(**workflow)
    )
    for rank, name in enumerate(names, start=1):
        AlternativeFactory(
            dependency=dependency, rank=rank, tool=Tool.objects.get(name=name)
        )
    return dependency


def lands(tool: Tool, people: int | None, *, tier: int = 3, least: int | None = None):
    """A workflow that lands on `tool` when Chat is lost."""
    chat, _created = Tool.objects.get_or_create(name="Chat")
    dependency = DependencyFactory(
        tool=chat, workflow__tier=tier, workflow__people_most=people,
        workflow__people_least=least,
    )  # fmt: skip
    AlternativeFactory(dependency=dependency, tool=tool, rank=1)
    return dependency.workflow


def lost(tool: Tool, user=None):
    return knock_out.page(user or manager(), tool, now=NOON)


def test_the_loss_of_cloudflare_stops_claude_and_perplexity_too_and_promises_nothing(
    client,
):
    catalogue.load(NOON)
    on_chatgpt("Claude", "Perplexity", name="Only web tools")
    on_chatgpt("Claude", "Google Gemini", name="With Gemini")
    edge = Tool.objects.get(name="Cloudflare")
    client.force_login(manager())

    response = client.get(reverse("inventory:knock_out", args=[edge.pk]))

    told = {row.workflow.name: row for row in response.context["rows"]}
    assert told["Only web tools"].outcome == "stops"
    assert told["Only web tools"].lines[0].instead is None
    assert told["With Gemini"].outcome == "falls_back"
    assert str(told["With Gemini"].lines[0].instead) == "Google Gemini"
    text = response.content.decode()
    # Gemini is only assumed to work, and nobody is promised a seat or that it survives.
    assert "Assumed" in text
    assert "Seats not known" in text
    assert "What nobody has recorded may still be shared." in text
    for claim in ("survive", "independent", "safe"):
        assert claim not in text.lower()


def test_what_is_proven_says_until_when_and_the_rest_is_assumed(client):
    dependency = DependencyFactory(workflow__rto=timedelta(hours=1))
    proven = AlternativeFactory(dependency=dependency, rank=1)
    ProofFactory(alternative=proven, expires_at=NOON + timedelta(days=9))
    ProofFactory(alternative=proven, expires_at=NOON + timedelta(days=60), capacity=10)
    other = DependencyFactory(tool=dependency.tool)
    ProofFactory(
        alternative=AlternativeFactory(dependency=other, rank=1),
        minimum_after=timedelta(hours=2),
    )

    page = lost(dependency.tool)

    assert page.until == {proven.pk: NOON + timedelta(days=9)}
    assert (len(page.lost.falls_back), page.proven) == (2, 1)


def test_the_four_outcomes_and_what_names_no_tool_are_counted_apart():
    tool = ToolFactory()
    DependencyFactory(tool=tool, workflow__tier=1)
    AlternativeFactory(dependency=DependencyFactory(tool=tool), rank=1)
    AlternativeFactory(dependency=DependencyFactory(tool=tool), rank=1, manual=True)
    DependencyFactory(tool=tool, without="degraded")
    DependencyFactory()
    DependencyFactory(tool=tool, workflow__archived_at=NOON)
    WorkflowFactory()

    page = lost(tool)

    counted = [
        len(page.lost.stops),
        page.critical,
        len(page.lost.falls_back),
        len(page.lost.degraded),
        len(page.lost.untouched),
        page.inventory.nameless,
        page.total,
    ]
    assert counted == [1, 1, 2, 1, 1, 1, 6]


def test_the_most_critical_work_gets_the_seats_that_are_left():
    gemini = ToolFactory(name="Gemini", seats=20, limit=19)
    DependencyFactory(tool=gemini, workflow__people_most=5)
    late = lands(gemini, 6, tier=3)
    first = lands(gemini, 10, tier=1)

    page = lost(Tool.objects.get(name="Chat"))

    (crowd,) = page.crowds
    # The lower of 20 seats and 19 at once, less the 5 who use it already.
    assert (crowd.in_use, crowd.free, crowd.herd.people) == (5, 14, 16)
    assert [(one.workflow, one.race, one.without_seat) for one in crowd.herd.arrivals] == [
        (first.pk, "seated", 0),
        (late.pk, "loses", 2),
    ]


def test_who_uses_the_alternative_already_takes_no_second_seat():
    gemini = ToolFactory(seats=10)
    both = lands(gemini, 10)
    DependencyFactory(tool=gemini, workflow=both)

    (crowd,) = lost(Tool.objects.get(name="Chat")).crowds

    assert (crowd.in_use, crowd.herd.race) == (0, "seated")


@pytest.mark.parametrize(
    ("seats", "people", "least", "race"),
    [
        (None, 4, None, "unknown"),  # nobody stated the seats
        (9, None, None, "unknown"),  # nor how many people
        (9, None, 10, "loses"),  # at least ten on nine seats
        (9, 9, None, "seated"),
    ],
)
def test_what_is_not_stated_stays_unknown(seats, people, least, race):
    lands(ToolFactory(seats=seats), people, least=least)

    (crowd,) = lost(Tool.objects.get(name="Chat")).crowds

    assert crowd.herd.race == race


def test_users_of_unknown_number_leave_no_seat_for_sure():
    gemini = ToolFactory(seats=100)
    DependencyFactory(tool=gemini, workflow__people_most=None)
    lands(gemini, 5)

    (crowd,) = lost(Tool.objects.get(name="Chat")).crowds

    assert (crowd.in_use_is_lower_bound, crowd.herd.race) == (True, "unknown")


def test_who_sees_one_team_sees_its_figures_and_is_promised_no_seat(client):
    gemini = ToolFactory(seats=100)
    mine = lands(gemini, 5)
    theirs = lands(gemini, 7)
    chat = Tool.objects.get(name="Chat")
    person = member(mine.team, TeamRole.VIEWER)
    client.force_login(person)

    response = client.get(reverse("inventory:knock_out", args=[chat.pk]))

    page = response.context["page"]
    assert (page.total, len(page.lost.falls_back), page.crowds[0].herd.people) == (1, 1, 5)
    assert page.crowds[0].herd.race == "unknown"
    text = response.content.decode()
    assert "Over the 1 workflow that you may see." in text
    assert mine.name in text
    assert theirs.name not in text
    assert lost(chat).crowds[0].herd.people == 12


@pytest.mark.parametrize(
    ("who", "seen"),
    [("stranger", 0), (TeamRole.VIEWER, 1), (TeamRole.LEAD, 1), ("auditor", 2),
     ("manager", 2), ("administrator", 2)],
)  # fmt: skip
def test_whose_work_is_counted(client, who, seen):
    mine = DependencyFactory()
    DependencyFactory(tool=mine.tool)
    others = {"stranger": UserFactory, "auditor": auditor, "manager": manager,
              "administrator": administrator}  # fmt: skip
    user = others[who]() if who in others else member(mine.workflow.team, who)
    client.force_login(user)

    page = client.get(reverse("inventory:knock_out", args=[mine.tool_id])).context["page"]
    ranking = client.get(reverse("inventory:knock_outs")).context["ranking"]

    assert len(page.lost.stops) == seen
    assert [one.stops for one in ranking.ranks] == [seen][: bool(seen)]


@pytest.mark.parametrize("route", ["knock_outs", "knock_out"])
def test_nobody_sees_it_without_signing_in(client, route):
    tool = ToolFactory()
    url = reverse(f"inventory:{route}", args=[tool.pk] if route == "knock_out" else [])

    response = client.get(url)

    assert (response.status_code, response["Location"]) == (
        302,
        f"{reverse('account_login')}?next={url}",
    )


def test_the_list_has_the_worst_loss_first(client):
    edge = UpstreamFactory(tool__name="Chat", upstream__name="Edge")
    DependencyFactory(tool=edge.tool, workflow__tier=1)
    DependencyFactory(tool=edge.tool)
    pen = UpstreamFactory(tool__name="Pen", upstream=edge.upstream)
    AlternativeFactory(dependency=DependencyFactory(tool=pen.tool), rank=1)
    client.force_login(manager())

    def shown(**query):
        found = client.get(reverse("inventory:knock_outs"), query).context["page"]
        return [
            (one.tool.name, one.tools, one.stops, one.critical, one.falls_back)
            for one in found
        ]

    assert shown() == [("Edge", 2, 2, 1, 1), ("Chat", 0, 2, 1, 0), ("Pen", 0, 0, 0, 1)]
    assert shown(kind="infrastructure") == [("Edge", 2, 2, 1, 1)]
    assert shown(q="pen") == [("Pen", 0, 0, 0, 1)]
    assert len(shown(every="1")) == 4


def test_the_list_of_one_outcome_and_of_one_alternative(client):
    gemini = ToolFactory(name="Gemini")
    landed = lands(gemini, 5)
    chat = Tool.objects.get(name="Chat")
    stopped = DependencyFactory(tool=chat).workflow
    client.force_login(manager())
    url = reverse("inventory:knock_out", args=[chat.pk])

    def shown(**query):
        return [one.workflow for one in client.get(url, query).context["rows"]]

    assert shown() == [stopped, landed]
    assert shown(outcome="stops") == [stopped]
    assert shown(outcome="falls_back") == shown(on=gemini.pk) == [landed]
    # Nonsense gives all that is hit.
    assert shown(outcome="nonsense") == shown(on="9" * 5000) == [stopped, landed]


def test_seats_are_set_on_the_form_of_the_tool_and_leave_it_to_the_catalogue(client):
    catalogue.load(NOON)
    client.force_login(manager())
    tool = Tool.objects.get(name="Claude")
    url = reverse("inventory:tool_edit", args=[tool.pk])
    data = {"name": "Claude", "provider": tool.provider_id, "kind": "product",
            "url": tool.url, "seats": "14", "limit": "12"}  # fmt: skip

    assert client.post(url, data).status_code == 302

    tool.refresh_from_db()
    assert (tool.seats, tool.limit, tool.from_catalogue) == (14, 12, True)
    assert Entry.objects.latest("pk").after == {"seats": 14, "people_at_once": 12}
    client.post(url, {**data, "name": "Claude 2"})
    tool.refresh_from_db()
    assert tool.from_catalogue is False


@pytest.mark.parametrize("number", [1, 100])
@pytest.mark.parametrize(("route", "queries"), [("knock_outs", 7), ("knock_out", 11)])
def test_the_pages_take_the_same_queries_for_1_and_100_rows(
    client, django_assert_num_queries, route, queries, number
):
    edge = UpstreamFactory()
    for _ in range(number):
        chain = UpstreamFactory(upstream=edge.upstream)
        alternative = AlternativeFactory(dependency=DependencyFactory(tool=chain.tool))
        ProofFactory(alternative=alternative)
    client.force_login(manager())
    args = [edge.upstream_id] if route == "knock_out" else []
    url = reverse(f"inventory:{route}", args=args)
    client.get(url)

    with django_assert_num_queries(queries):
        client.get(url)
