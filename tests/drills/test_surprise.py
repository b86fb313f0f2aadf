"""Nobody but its facilitator and managers may learn when a surprise begins."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.domain.surprise import draw
from continuity.drills.models import CalendarLink, Drill, Surprise
from continuity.drills.queries.feed import feed
from continuity.drills.services import conducting, reminding, scheduling
from continuity.history.models import Entry
from continuity.notifications.models import Notification
from tests.factories import (
    NOON,
    DependencyFactory,
    PhaseFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    auditor,
    manager,
    member,
)

HOUR = timedelta(hours=1)
WINDOW = 4 * HOUR
SEED = "5eed"
DUE = draw(SEED, NOON, WINDOW)


@pytest.fixture
def frozen():
    with time_machine.travel(NOON - HOUR, tick=False):
        yield


@pytest.fixture
def team(db):
    return TeamFactory()


@pytest.fixture
def plan(team, monkeypatch):
    monkeypatch.setattr("secrets.token_hex", lambda _size: SEED)
    owner = member(team, TeamRole.MEMBER)
    tool = ToolFactory()
    DependencyFactory(workflow__team=team, workflow__owner=owner, tool=tool)
    phase = PhaseFactory()

    def make(surprise):
        facilitator = member(team, TeamRole.LEAD)
        scheduling.plan(
            title="Out of the blue",
            scenario=phase.component.scenario,
            tools=[tool],
            team=team,
            facilitator=facilitator,
            starts_on=date(2026, 3, 2),
            starts_time=time(12),
            zone="UTC",
            limit=HOUR,
            surprise=surprise,
            window=WINDOW,
            actor=facilitator,
            now=NOON - 2 * HOUR,
        )
        return Drill.objects.get()

    make.owner = owner
    return make


def someone(who, drill, team, owner):
    return {
        "owner": lambda: owner,
        "lead": lambda: member(team, TeamRole.LEAD),
        "auditor": auditor,
        "stranger": UserFactory,
        "facilitator": lambda: drill.outage.facilitator,
        "manager": manager,
    }[who]()


PLACES = [
    "drills:list",
    "drills:calendar",
    "drills:coverage",
    "dashboard:overview",
    "dashboard:search",
    "history:list",
]


def pages_of(client, drill, user):
    """Everything that this person can open about it, as one text."""
    client.force_login(user)
    found = []
    for name in PLACES:
        query = "?q=blue" if name == "dashboard:search" else "?month=2026-03"
        found.append(client.get(reverse(name) + query).content.decode())
    for name, pk in (
        ("drills:drill", drill.pk),
        ("drills:console", drill.pk),
        ("drills:schedule", drill.schedule_id),
        ("outages:live", drill.outage_id),
        ("outages:journal", drill.outage_id),
    ):
        answer = client.get(reverse(name, args=[pk]))
        if answer.status_code == 200:
            found.append(answer.content.decode())
    link = CalendarLink(user=user, team=drill.outage.team)
    found.append(feed(link, now=NOON - HOUR).decode())
    owed = Notification.objects.filter(recipient=user)
    found += [f"{each.subject} {each.body}" for each in owed]
    return "\n".join(found)


def test_the_instant_is_drawn_from_the_seed_that_is_kept(plan):
    drill = plan(Surprise.WINDOW)

    assert drill.seed == SEED
    assert drill.occurrence_at == NOON
    assert drill.window_ends_at == NOON + WINDOW
    assert drill.outage.due_at == DUE
    assert draw(drill.seed, drill.occurrence_at, WINDOW) == DUE
    assert NOON < DUE < NOON + WINDOW


@pytest.mark.parametrize("surprise", ["window", "silent"])
@pytest.mark.parametrize("who", ["owner", "lead", "auditor", "stranger"])
@pytest.mark.usefixtures("frozen")
def test_no_page_feed_message_or_search_tells_the_instant(
    client, plan, team, surprise, who
):
    drill = plan(Surprise(surprise))
    reminding.remind(now=NOON - HOUR)
    user = someone(who, drill, team, plan.owner)

    text = pages_of(client, drill, user)

    assert f"{DUE:%H:%M}" not in text
    assert f"{DUE:%Y%m%dT%H%M}" not in text
    assert SEED not in text
    if surprise == "silent" and who != "auditor":  # who reads the organisation's history
        assert "Out of the blue" not in text


@pytest.mark.parametrize("who", ["facilitator", "manager"])
@pytest.mark.usefixtures("frozen")
def test_its_facilitator_and_managers_see_it(client, plan, team, who):
    drill = plan(Surprise.SILENT)
    user = someone(who, drill, team, plan.owner)
    client.force_login(user)

    page = client.get(reverse("drills:drill", args=[drill.pk]))

    assert page.status_code == 200
    assert f"{DUE:%H:%M}" in page.content.decode()
    assert SEED in page.content.decode()


@pytest.mark.usefixtures("frozen")
def test_of_a_window_people_are_told_the_window(client, plan):
    drill = plan(Surprise.WINDOW)
    client.force_login(plan.owner)

    page = client.get(reverse("drills:drill", args=[drill.pk])).content.decode()

    assert "some time between" in page
    assert "12:00" in page
    assert "16:00" in page
    (message,) = Notification.objects.filter(recipient=plan.owner)
    assert "some time between" in message.subject
    assert client.get(reverse("outages:live", args=[drill.outage_id])).status_code == 404


def test_of_a_silent_one_only_the_facilitator_hears(plan):
    drill = plan(Surprise.SILENT)
    reminding.remind(now=NOON - HOUR)

    (message,) = Notification.objects.all()
    assert message.recipient == drill.outage.facilitator
    assert f"{DUE:%H:%M}" in message.body


def test_its_history_is_the_organisation_s_until_it_begins(plan, team):
    plan(Surprise.SILENT)

    assert not Entry.objects.filter(team=team).exists()


def test_reminders_go_by_the_window_and_not_by_the_instant(plan):
    plan(Surprise.WINDOW)
    Drill.objects.update(reminded_before=None)

    assert reminding.remind(now=NOON - HOUR) == 1
    assert reminding.remind(now=DUE - HOUR) == 0


def test_it_begins_at_the_instant_and_is_then_open_to_all(client, plan):
    drill = plan(Surprise.SILENT)

    conducting.conduct(now=DUE - timedelta(seconds=1))
    drill.outage.refresh_from_db()
    assert drill.outage.state == "planned"

    conducting.conduct(now=DUE)
    drill.outage.refresh_from_db()
    assert (drill.outage.state, drill.outage.occurred_at) == ("running", DUE)
    client.force_login(plan.owner)
    assert client.get(reverse("outages:live", args=[drill.outage_id])).status_code == 200


def test_a_lead_who_does_not_facilitate_it_cannot_start_or_stop_it(client, plan, team):
    drill = plan(Surprise.WINDOW)
    client.force_login(member(team, TeamRole.LEAD))

    for name in ("outages:start", "outages:abort"):
        answer = client.post(reverse(name, args=[drill.outage_id]))
        assert answer.status_code == 404

    drill.outage.refresh_from_db()
    assert drill.outage.state == "planned"
