"""A forecast from asking to reading: real services, the worker's task called as it is."""

import csv
import json
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.domain.errors import NotAllowedNow
from continuity.domain.forecast import CURVE
from continuity.history.models import Entry
from continuity.insight import tasks
from continuity.insight.models import Forecast
from continuity.insight.queries import reading
from continuity.insight.queries.record import record
from continuity.insight.services import forecasts
from continuity.inventory.models import Tool
from continuity.inventory.services import catalogue
from continuity.outages.models import OutageKind
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    MembershipFactory,
    OutageFactory,
    ProofFactory,
    RecoveryFactory,
    RunbookStepFactory,
    UserFactory,
    WorkflowFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db

YEARS = 200
HOUR = timedelta(hours=1)


@pytest.fixture
def tools():
    catalogue.load(NOON)
    return {tool.name: tool for tool in Tool.objects.all()}


def work(tool: Tool, **given):
    given = {"hours": "24/7", "zone": "UTC", **given}
    return DependencyFactory(
        tool=tool, **{f"workflow__{name}": value for name, value in given.items()}
    )


def proven(dependency, tool: Tool, *, after=HOUR):
    alternative = AlternativeFactory(dependency=dependency, rank=1, tool=tool)
    RunbookStepFactory(alternative=alternative)
    ProofFactory(alternative=alternative, minimum_after=after)
    return alternative


def made(*, seed: int = 1, years: int = YEARS, now=NOON) -> Forecast:
    asked = forecasts.ask(seed=seed, years=years, actor=manager(), now=now)
    assert forecasts.compute_due(now=now)
    asked.refresh_from_db()
    return asked


def read(forecast: Forecast, user=None) -> reading.Read:
    return reading.read(user or manager(), forecast)


def test_a_forecast_is_asked_for_computed_and_kept(tools):
    dependency = work(tools["ChatGPT"], cost_per_hour=Decimal(10))

    forecast = made()

    assert (forecast.state, forecast.progress, forecast.as_of) == ("done", 100, NOON)
    assert forecast.result_sha256 == forecasts.digest(forecast.result)
    found = read(forecast)
    (one,) = found.workflows
    assert one.pk == dependency.workflow_id
    assert one.hours.mean > 1
    assert one.cost.mean == pytest.approx(10 * one.hours.mean, abs=0.01)
    assert found.whole.hours == one.hours
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "forecast.asked",
        "forecast.made",
    ]
    # The record ends on the day of the forecast: June 2026 is not in it yet.
    assert len(found.record) == 9
    assert found.record[0].source.startswith("https://")


def test_the_same_seed_gives_the_same_and_another_does_not(tools):
    work(tools["ChatGPT"])

    first, again, other = made(seed=7), made(seed=7), made(seed=8)

    assert first.result_sha256 == again.result_sha256
    assert first.result_sha256 != other.result_sha256


def test_what_is_not_known_is_said_and_never_nought(tools):
    work(tools["ChatGPT"], hours="", name="No hours")
    work(Tool.objects.create(name="Of nobody"), name="Not named")
    WorkflowFactory(name="No tool")
    DependencyFactory(tool=tools["ChatGPT"], without="degraded", workflow__name="Goes on")

    found = read(made())

    assert found.unknown == {"no_hours": 1, "not_named": 1, "no_tool": 1, "degrades": 1}
    assert all(one.hours is None for one in found.workflows)
    assert (found.known, found.whole.hours.mean) == (0, 0)


def test_a_proven_alternative_ends_the_loss_and_an_assumed_one_is_worth_what_it_would(
    tools,
):
    gemini = tools["Google Gemini"]
    bare = work(tools["ChatGPT"], name="Bare")
    assumed = work(tools["ChatGPT"], name="Assumed")
    AlternativeFactory(dependency=assumed, rank=1, tool=gemini, expected_switch=HOUR)
    safe = work(tools["ChatGPT"], name="Safe")
    proven(safe, gemini)

    found = read(made())

    hours = {one.name: one.hours.mean for one in found.workflows}
    assert hours["Bare"] == hours["Assumed"] > hours["Safe"] > 0
    worth = {one.name: one for one in found.worth}
    assert set(worth) == {"Bare", "Assumed"}
    # What it would give back is what the proven one gives: the same tool and time.
    gain = worth["Assumed"]
    assert gain.hours.mean == pytest.approx(hours["Assumed"] - hours["Safe"], abs=0.001)
    assert gain.missing == ("No runbook", "Never proven")
    # Nobody has named one for the bare work, so its RTO of an hour stands in for the time.
    assert (worth["Bare"].alternative, worth["Bare"].after) == ("", HOUR)
    assert worth["Bare"].workflow == bare.workflow_id


def test_an_alternative_that_shares_the_upstream_is_not_worth_proving(tools):
    dependency = work(tools["ChatGPT"])
    AlternativeFactory(
        dependency=dependency, rank=1, tool=tools["Claude"], expected_switch=HOUR
    )

    (one,) = read(made()).worth

    assert one.alternative == ""


def test_one_without_any_time_is_counted_and_not_guessed(tools):
    work(tools["ChatGPT"], rto=None)

    found = read(made())

    assert (found.worth, found.untimed) == ((), 1)


def own_outage(tool: Tool, *, start=NOON - timedelta(days=100), length=6 * HOUR):
    outage = OutageFactory(
        kind=OutageKind.REAL,
        state="ended",
        occurred_at=start,
        ended_at=start + length,
        title="Our own",
    )
    RecoveryFactory(outage=outage, dependency=DependencyFactory(tool=tool))
    return outage


def test_an_outage_of_our_own_joins_the_record_once(tools):
    own_outage(tools["DeepL"])
    # On 10 June 2025 the shipped record has the same one already.
    known = next(one for one in record(NOON)[0] if one.key == "openai-2025-06-10")
    own_outage(tools["ChatGPT"], start=known.start + HOUR)
    OutageFactory(ended=True)

    found, _unnamed = record(NOON)

    (own,) = [one for one in found if one.own is not None]
    assert own.family == tools["DeepL"].provider.name.casefold()
    assert (own.length, own.hits[0].tool) == (6 * HOUR, tools["DeepL"].pk)


def test_whose_outage_it_was_is_not_told_to_who_may_not_see_all(tools):
    own_outage(tools["DeepL"])
    forecast = made()
    titles = {
        name: [one.title for one in read(forecast, user).record if one.quality == "own"]
        for name, user in (("manager", manager()), ("person", UserFactory()))
    }

    assert titles == {
        "manager": ["Our own"],
        "person": ["A real outage of the organisation"],
    }


def test_pressed_twice_it_is_one(tools):
    person = manager()

    first, second = (
        forecasts.ask(seed=1, years=YEARS, actor=person, now=NOON) for _ in range(2)
    )

    assert first == second
    assert Entry.objects.filter(verb="forecast.asked").count() == 1


def test_cancelled_it_stays_so_though_a_worker_was_at_it(tools):
    asked = forecasts.ask(seed=1, years=YEARS, actor=manager(), now=NOON)
    person, claimed = manager(), forecasts._claimed(NOON)
    forecasts.cancel(asked.pk, actor=person, now=NOON)

    with pytest.raises(forecasts.CalledOff):
        forecasts._tell(claimed, 50)
    forecasts._done(claimed, {"seed": 1}, now=NOON)

    asked.refresh_from_db()
    assert (asked.state, asked.result) == ("cancelled", None)
    with pytest.raises(NotAllowedNow):
        forecasts.cancel(asked.pk, actor=person, now=NOON)
    assert Entry.objects.filter(verb="forecast.cancelled").count() == 1


def test_a_worker_that_dies_leaves_it_to_the_next_and_three_end_it(tools):
    asked = forecasts.ask(seed=1, years=YEARS, actor=manager(), now=NOON)
    later = NOON
    for _ in range(3):
        assert forecasts._claimed(later).pk == asked.pk
        assert forecasts._claimed(later) is None
        later += forecasts.LEASE

    assert not forecasts.compute_due(now=later)

    asked.refresh_from_db()
    assert asked.state == "failed"
    assert not forecasts.compute_due(now=later)


def test_the_task_finds_what_waits(tools):
    assert tasks.compute() == 0
    forecasts.ask(seed=1, years=YEARS, actor=manager(), now=NOON)

    assert tasks.compute() == 1
    assert Forecast.objects.get().state == "done"


def test_the_database_refuses_a_finished_one_without_its_result(tools):
    forecast = forecasts.ask(seed=1, years=YEARS, actor=manager(), now=NOON)

    with (
        pytest.raises(IntegrityError, match="forecast_done_has_its_result"),
        transaction.atomic(),
    ):
        Forecast.objects.filter(pk=forecast.pk).update(state="done")


# Pages


def test_a_manager_asks_watches_and_reads(client, tools):
    dependency = work(tools["ChatGPT"], name="Triage")
    client.force_login(manager())

    response = client.post(reverse("insight:ask"), {"years": 1000, "seed": 3})
    forecast = Forecast.objects.get()
    assert response["Location"] == forecast.get_absolute_url()
    waiting = client.get(forecast.get_absolute_url()).content.decode()
    assert 'hx-trigger="every 1s"' in waiting
    tasks.compute()
    state = client.get(forecast.get_absolute_url(), headers={"HX-Request": "true"})
    assert state["HX-Refresh"] == "true"
    for show in ("worth", "workflows", "teams", "record"):
        page = client.get(forecast.get_absolute_url(), {"show": show})
        asked = {"show": show, "table": show, "export": "csv"}
        file = client.get(forecast.get_absolute_url(), asked)
        assert page.status_code == 200
        rows = b"".join(file.streaming_content).decode().splitlines()
        assert len(rows) == 1 + page.context["page"].paginator.count
    text = client.get(forecast.get_absolute_url()).content.decode()
    assert "Triage" in text
    assert reverse("inventory:workflow", args=[dependency.workflow_id]) in text
    assert "1,000 simulated years, seed 3" in text


@pytest.mark.parametrize(
    ("who", "status", "rows"), [(manager, 302, 1), (auditor, 403, 0), (UserFactory, 403, 0)]
)
def test_managers_ask_and_nobody_else(client, who, status, rows):
    client.force_login(who())

    response = client.post(reverse("insight:ask"), {"years": 1000, "seed": 3})

    assert (response.status_code, Forecast.objects.count()) == (status, rows)


@pytest.mark.parametrize(("who", "state"), [(manager, "cancelled"), (auditor, "waiting")])
def test_managers_cancel_and_nobody_else(client, who, state):
    asked = forecasts.ask(seed=1, years=YEARS, actor=manager(), now=NOON)
    client.force_login(who())

    client.post(reverse("insight:cancel", args=[asked.pk]))

    asked.refresh_from_db()
    assert asked.state == state
    assert client.get(asked.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    "given", [{"years": 7, "seed": 1}, {"years": 1000, "seed": -1}, {}]
)
def test_nonsense_is_refused_with_a_sentence_and_nothing_is_kept(client, given):
    client.force_login(manager())

    response = client.post(reverse("insight:ask"), given)

    assert (response.status_code, Forecast.objects.count()) == (422, 0)
    assert "another look" in response.content.decode()


def test_a_member_sees_the_lines_of_the_own_team_and_not_the_whole(client, tools):
    mine = work(tools["ChatGPT"], name="Mine")
    work(tools["ChatGPT"], name="Theirs")
    forecast = made()
    client.force_login(member(mine.workflow.team, TeamRole.VIEWER))

    found = client.get(forecast.get_absolute_url()).context["found"]

    assert found.whole is None
    assert [one.name for one in found.workflows] == ["Mine"]
    assert [one.name for one in found.worth] == ["Mine"]
    assert len(found.teams) == 1
    for show in ("worth", "workflows", "teams"):
        asked = {"show": show, "table": show, "export": "csv"}
        file = client.get(forecast.get_absolute_url(), asked)
        assert b"Theirs" not in b"".join(file.streaming_content)


def test_workflows_are_drawn_side_by_side_on_one_scale(client, tools):
    long, short = (
        work(tools["ChatGPT"], name=name, hours=hours)
        for name, hours in (("Long", "24/7"), ("Short", "Mon-Fri 09:00-12:00"))
    )
    theirs = work(tools["ChatGPT"], name="Theirs")
    forecast = made()
    reader = UserFactory()
    for one in (long, short):
        MembershipFactory(user=reader, team=one.workflow.team)
    client.force_login(reader)
    address = forecast.get_absolute_url()
    asked = {"show": "workflows", "w": [long.workflow_id, short.workflow_id, "x"]}

    page = client.get(address, asked)
    alone = client.get(address, {**asked, "w": [short.workflow_id, theirs.workflow_id]})
    of = f"{address}?{urlencode(asked, doseq=True)}"
    numbers = client.get(reverse("reports:chart", args=["side", "csv"]), {"of": of})

    hours = {one.name: one.hours for one in page.context["found"].workflows}
    drawn = page.context["side"]
    assert [row[0] for row in drawn.rows] == ["Long", "Short"]
    assert hours["Long"].mean > hours["Short"].mean > 0
    rows = b"".join(numbers.streaming_content).decode("utf-8-sig").splitlines()
    assert [row.partition(",")[0] for row in rows] == ["Workflow", "Long", "Short"]
    assert alone.context["side"] is None
    assert "Choose at least two workflows" in alone.content.decode()


def test_what_an_alternative_is_worth_is_drawn_with_and_without_it(client, tools):
    mine, _theirs = (
        work(tools["ChatGPT"], name=name, rto=HOUR) for name in ("Mine", "Theirs")
    )
    forecast = made()
    reader = member(mine.workflow.team, TeamRole.MEMBER)
    places = {one.name: one.place for one in read(forecast).worth}
    addresses = {
        name: reverse("insight:worth", args=[forecast.pk, place])
        for name, place in places.items()
    }
    client.force_login(reader)

    page = client.get(addresses["Mine"])
    numbers = client.get(
        reverse("reports:chart", args=["worth", "csv"]), {"of": addresses["Mine"]}
    )

    row = forecast.result["worth"][places["Mine"] - 1]
    (now,) = (one for one in read(forecast).workflows if one.pk == mine.workflow_id)
    shown = dict(zip(CURVE, row["without"], strict=True))
    assert shown[5] == pytest.approx(now.hours.low, abs=0.001)
    assert shown[95] == pytest.approx(now.hours.high, abs=0.001)
    assert all(a >= b for a, b in zip(row["without"], row["having"], strict=True))
    assert page.context["one"].place == places["Mine"]
    lines = b"".join(numbers.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(CURVE)
    assert lines[0] == "Share of the years,As things are,With the alternative"
    assert client.get(addresses["Theirs"]).status_code == 404
    assert "Theirs" not in client.get(forecast.get_absolute_url()).content.decode()


def test_a_forecast_that_kept_no_years_offers_no_drawing_of_them(client, tools):
    work(tools["ChatGPT"], rto=HOUR)
    forecast = made()
    for row in forecast.result["worth"]:
        del row["without"], row["having"]
    forecast.save()
    client.force_login(manager())
    address = reverse("insight:worth", args=[forecast.pk, 1])

    page = client.get(forecast.get_absolute_url())

    assert len(page.context["page"]) == 1
    assert address not in page.content.decode()
    assert client.get(address).status_code == 404


def test_two_forecasts_are_compared_team_by_team(client, tools):
    dependency = work(tools["ChatGPT"])
    before = made()
    proven(dependency, tools["Google Gemini"])
    after = made()
    client.force_login(manager())

    response = client.get(reverse("insight:compare"), {"a": before.pk, "b": after.pk})
    same = client.get(reverse("insight:compare"), {"a": before.pk, "b": before.pk})

    asked = {"a": before.pk, "b": after.pk, "table": "comparison", "export": "csv"}
    file = client.get(reverse("insight:compare"), asked)

    whole, team = response.context["page"]
    rows = list(csv.reader(b"".join(file.streaming_content).decode().splitlines()))
    # A number below nothing is no formula: no apostrophe stands before it.
    assert [row[-1] for row in rows[1:]] == [f"{whole.difference:.2f}"] * 2
    assert whole.difference == team.difference < 0
    assert same.status_code == 422
    assert client.get(reverse("insight:compare")).status_code == 200


def test_the_list_is_paged_and_says_so_when_it_is_empty(client):
    client.force_login(manager())

    assert "No forecast yet" in client.get(reverse("insight:list")).content.decode()
    person = manager()
    for seed in range(51):
        forecasts.ask(seed=seed, years=YEARS, actor=person, now=NOON)
    response = client.get(reverse("insight:list"))
    assert len(response.context["page"]) == 50


def test_nobody_sees_one_without_signing_in(client):
    asked = forecasts.ask(seed=1, years=YEARS, actor=manager(), now=NOON)

    assert client.get(asked.get_absolute_url()).status_code == 302
    assert client.get(reverse("insight:list")).status_code == 302


def test_the_result_is_plain_json_that_says_what_it_was_made_from(tools):
    work(tools["ChatGPT"])

    result = json.loads(json.dumps(made(seed=11).result))

    assert (result["seed"], result["years"]) == (11, YEARS)
    # From 8 November 2023 to 2 March 2026.
    assert result["observed_days"] == 844
    assert result["unnamed"] == []


def test_reading_takes_as_many_queries_for_a_hundred_workflows_as_for_one(
    client, tools, django_assert_num_queries
):
    client.force_login(manager())
    counts = []
    for number in (1, 60):
        for _ in range(number):
            work(tools["ChatGPT"])
        forecast = made()
        with django_assert_num_queries(7) as queries:
            client.get(forecast.get_absolute_url(), {"show": "workflows"})
        counts.append(len(queries))

    assert counts[0] == counts[1]
