"""Nobody but its facilitator may learn when a surprise begins."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.domain.errors import NotAllowedNow
from continuity.domain.surprise import draw, seed_of
from continuity.drills.models import CalendarLink, Drill, Surprise
from continuity.drills.queries.feed import feed
from continuity.drills.services import conducting, reminding, scheduling
from continuity.drills.services.opening import begins_at
from continuity.drills.services.surprising import move_window
from continuity.history.models import Entry
from continuity.notifications.models import Notification
from tests.api.asking import ask, token_of
from tests.factories import (
    NOON,
    DependencyFactory,
    PhaseFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    administrator,
    auditor,
    manager,
    member,
)

HOUR = timedelta(hours=1)
WINDOW = 4 * HOUR
SECRET = "5eed"
SEED = seed_of(SECRET, NOON)
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
    monkeypatch.setattr("secrets.token_hex", lambda _size: SECRET)
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
        "administrator": administrator,
    }[who]()


PLACES = [
    "drills:list",
    "drills:list?export=csv&table=drills",
    "drills:list?export=csv&table=schedules",
    "drills:calendar?month=2026-03",
    "drills:coverage",
    "drills:coverage?export=csv&table=coverage",
    "drills:proposals",
    "drills:hand_overs",
    "dashboard:overview",
    "dashboard:mine",
    "dashboard:search?q=blue",
    "history:list",
    "notifications:own",
    "notifications:outbox",
    "outages:list",
    "reports:list",
]


def text_of(answer):
    """What was answered, nothing of a refusal."""
    if answer.status_code != 200:
        return ""
    body = answer.streaming_content if answer.streaming else [answer.content]
    return b"".join(body).decode()


def pages_of(client, drill, user):
    """Everything that this person can open about it, as one text."""
    client.force_login(user)
    found = []
    for place in PLACES:
        name, _mark, query = place.partition("?")
        found.append(text_of(client.get(f"{reverse(name)}?{query}")))
    for name, pk in (
        ("drills:drill", drill.pk),
        ("drills:window", drill.pk),
        ("drills:console", drill.pk),
        ("drills:schedule", drill.schedule_id),
        ("drills:schedule_edit", drill.schedule_id),
        ("drills:hand_over", drill.outage.facilitator_id),
        ("outages:live", drill.outage_id),
        ("outages:journal", drill.outage_id),
        ("outages:passes", drill.outage_id),
    ):
        found.append(text_of(client.get(reverse(name, args=[pk]))))
    token = token_of(user)
    found += [text_of(ask(token, name)) for name in ("drills", "outages", "recoveries")]
    found.append(text_of(ask(token, f"drills/{drill.pk}")))
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
    assert drill.outage.due_at == NOON  # all that pages show, and lists are sorted by
    assert drill.outage.sealed_at == DUE
    assert draw(drill.seed, drill.occurrence_at, WINDOW) == DUE
    assert NOON < DUE < NOON + WINDOW


@pytest.mark.parametrize("surprise", ["window", "silent"])
@pytest.mark.parametrize(
    "who", ["owner", "lead", "auditor", "stranger", "manager", "administrator"]
)
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
    assert SECRET not in text
    told = surprise == "window" and who != "stranger"
    # Auditors read the organisation's history, in which a silent one was planned.
    told = told or who in {"auditor", "manager", "administrator"}
    assert ("Out of the blue" in text) == told


@pytest.mark.usefixtures("frozen")
def test_its_facilitator_sees_it_and_a_manager_no_more_than_the_window(client, plan):
    drill = plan(Surprise.SILENT)
    address = reverse("drills:drill", args=[drill.pk])

    client.force_login(drill.outage.facilitator)
    own = client.get(address).content.decode()
    client.force_login(manager())
    other = client.get(address).content.decode()

    assert f"{DUE:%H:%M}" in own
    assert SEED in own
    assert "Only its facilitator knows the instant." in other
    assert "some time between" in other


@pytest.mark.usefixtures("frozen")
def test_nothing_is_overdue_or_counts_down_while_the_window_is_open(client, plan):
    drill = plan(Surprise.WINDOW)
    client.force_login(manager())

    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        overview = client.get(reverse("dashboard:overview")).content.decode()
        live = client.get(reverse("outages:live", args=[drill.outage_id])).content.decode()

    assert "Overdue today" not in overview
    assert "Due since" not in live
    assert "Only its facilitator knows when." in live


def test_the_seed_of_one_that_began_tells_nothing_of_the_next_ones(plan):
    drill = plan(Surprise.WINDOW)
    later = NOON + timedelta(days=7)

    assert drill.schedule.seed == SECRET
    assert drill.seed != SECRET
    assert draw(drill.seed, later, WINDOW) != begins_at(drill.schedule, later)


def moved(client, drill, **fields):
    asked = {"starts_on": "2026-03-03", "starts_time": "09:00", "window": "7200"} | fields
    return client.post(reverse("drills:window", args=[drill.pk]), asked)


@pytest.mark.usefixtures("frozen")
def test_a_manager_moves_the_window_which_draws_anew_and_tells_who_knew(
    client, plan, monkeypatch
):
    drill = plan(Surprise.WINDOW)
    Notification.objects.all().delete()
    monkeypatch.setattr("secrets.token_hex", lambda _size: "another")
    client.force_login(manager())

    answer = moved(client, drill)

    assert answer.status_code == 302
    drill = Drill.objects.get()
    begins = NOON.replace(day=3, hour=9)
    assert (drill.occurrence_at, drill.window_ends_at) == (begins, begins + 2 * HOUR)
    assert drill.outage.due_at == begins
    assert drill.outage.sealed_at == draw("another", begins, 2 * HOUR)
    line = Entry.objects.get(verb="drill.window_moved")
    assert line.team is None
    assert f"{drill.outage.sealed_at:%H:%M}" not in f"{line.before} {line.after}"
    by_person = dict(Notification.objects.values_list("recipient", "body"))
    assert by_person.keys() == {plan.owner.pk, drill.outage.facilitator_id}
    assert f"{drill.outage.sealed_at:%H:%M}" in by_person[drill.outage.facilitator_id]
    assert f"{drill.outage.sealed_at:%H:%M}" not in by_person[plan.owner.pk]
    conducting.conduct(now=DUE)
    drill.outage.refresh_from_db()
    assert drill.outage.state == "planned"
    conducting.open_due(now=NOON + 3 * HOUR)
    assert Drill.objects.count() == 1


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize(
    ("who", "fields", "status", "words"),
    [
        ("lead", {}, 403, ""),  # who does not facilitate it
        ("manager", {"starts_on": "2026-03-01"}, 422, "has to lie ahead"),
        ("manager", {"window": "60"}, 422, "Select a valid choice"),
        ("manager", {"starts_on": ""}, 422, "This field is required"),
    ],
)
def test_a_window_that_cannot_be_stays_as_it_was(
    client, plan, team, who, fields, status, words
):
    drill = plan(Surprise.WINDOW)
    client.force_login(someone(who, drill, team, plan.owner))

    answer = moved(client, drill, **fields)

    assert answer.status_code == status
    assert words in answer.content.decode()
    drill = Drill.objects.get()
    assert (drill.seed, drill.outage.sealed_at) == (SEED, DUE)


def test_one_that_has_begun_or_was_approved_is_not_moved_by_its_facilitator(plan):
    drill = plan(Surprise.WINDOW)
    facilitator = drill.outage.facilitator
    later = NOON + timedelta(days=1)
    Drill.objects.update(approved_by=facilitator, approved_at=NOON - HOUR)
    with pytest.raises(NotAllowedNow, match="approved"):
        move_window(drill.pk, later, HOUR, actor=facilitator, now=NOON - HOUR)
    Drill.objects.update(approved_by=None, approved_at=None)
    conducting.conduct(now=DUE)
    with pytest.raises(NotAllowedNow, match="begun"):
        move_window(drill.pk, later, HOUR, actor=facilitator, now=DUE)


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
