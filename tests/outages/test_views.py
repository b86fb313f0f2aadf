import json
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.outages.models import EntryKind, Mark, Outage, Recovery
from continuity.outages.services import course, journal
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    OutageFactory,
    RunbookStepFactory,
    TeamFactory,
    UserFactory,
    auditor,
    manager,
    member,
)
from tests.outages.keys import key

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}
MINUTE = timedelta(minutes=1)
LIVE_QUERIES = 11


def running(team, number=1, lead=None):
    """Start a drill over `number` workflows of `team`, each with a runbook."""
    outage = OutageFactory(team=team, title="ChatGPT down")
    outage.teams.add(team)
    for place in range(number):
        dependency = DependencyFactory(
            workflow__team=team,
            workflow__owner=lead,
            workflow__name=f"Work {place:03}",
        )
        alternative = AlternativeFactory(dependency=dependency, rank=1)
        RunbookStepFactory(alternative=alternative, text="Open the vault")
        outage.tools.add(dependency.tool)
    course.start(outage.pk, actor=None, now=NOON)
    outage.refresh_from_db()
    return outage


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def outage(team):
    return running(team)


@pytest.fixture
def recovery(outage):
    return outage.recoveries.get()


def someone(who, team, outage):
    """Make the person that a line of a permission table means."""
    match who:
        case TeamRole():
            return member(team, who)
        case "stranger":
            return member(TeamFactory(), TeamRole.LEAD)
        case "manager":
            return manager()
        case "auditor":
            return auditor()
        case "facilitator":
            return outage.facilitator
        case "owner":
            owner = UserFactory()
            outage.recoveries.update(lead=owner)
            return owner
    raise AssertionError(who)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        (TeamRole.VIEWER, 200),
        (TeamRole.MEMBER, 200),
        ("owner", 200),
        ("facilitator", 200),
        ("auditor", 200),
        ("manager", 200),
    ],
)
def test_who_may_see_the_live_page(client, team, outage, who, status):
    client.force_login(someone(who, team, outage))

    assert client.get(outage.get_absolute_url()).status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        (TeamRole.VIEWER, 403),
        ("auditor", 403),
        (TeamRole.MEMBER, 302),
        ("owner", 302),
        ("facilitator", 302),
        ("manager", 302),
    ],
)
@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_who_may_press_for_a_workflow(client, team, outage, recovery, who, status):
    client.force_login(someone(who, team, outage))

    response = client.post(
        reverse("outages:press", args=[recovery.pk]),
        {"clock": "acknowledged", "key": key(1)},
    )

    assert response.status_code == status
    assert Mark.objects.exists() is (status == 302)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        (TeamRole.VIEWER, 403),
        (TeamRole.MEMBER, 403),
        ("owner", 403),
        ("auditor", 403),
        (TeamRole.LEAD, 302),
        ("facilitator", 302),
        ("manager", 302),
    ],
)
@pytest.mark.parametrize(
    ("door", "state"),
    [("pause", "paused"), ("end", "ended"), ("abort", "aborted"), ("resume", "running")],
)
@time_machine.travel(NOON + 10 * MINUTE, tick=False)
def test_who_may_run_the_drill(client, team, outage, who, status, door, state):
    if door == "resume":
        course.pause(outage.pk, actor=outage.facilitator, now=NOON + MINUTE)
    before = Outage.objects.get().state
    client.force_login(someone(who, team, outage))

    response = client.post(reverse(f"outages:{door}", args=[outage.pk]))

    assert response.status_code == status
    assert Outage.objects.get().state == (state if status == 302 else before)


def test_a_facilitator_of_another_team_starts_a_planned_drill(client, team):
    outage = OutageFactory(team=team)
    outage.teams.add(team)
    client.force_login(outage.facilitator)

    with time_machine.travel(NOON - MINUTE, tick=False):
        response = client.post(reverse("outages:start", args=[outage.pk]))

    assert response.status_code == 302
    outage.refresh_from_db()
    assert (outage.state, outage.occurred_at) == ("running", NOON - MINUTE)


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_a_press_by_the_script_is_answered_in_json(client, team, recovery):
    client.force_login(member(team, TeamRole.MEMBER))
    url = reverse("outages:press", args=[recovery.pk])
    fields = {
        "clock": "acknowledged",
        "key": key(1),
        "age_ms": "60000",
        "pressed_at": "2020-01-01T00:00:00.000Z",
    }

    answers = [client.post(url, fields, headers=JSON) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["recorded"] is True
    assert Mark.objects.get().at == NOON + 2 * MINUTE


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_a_second_press_reads_when_the_first_was_recorded(client, team, recovery):
    client.force_login(member(team, TeamRole.MEMBER))
    url = reverse("outages:press", args=[recovery.pk])
    client.post(url, {"clock": "acknowledged", "key": key(1)})

    answer = client.post(url, {"clock": "acknowledged", "key": key(2)}, headers=JSON)

    assert answer.status_code == 409
    assert answer.json()["code"] == "already_recorded"
    assert "12:03:00" in answer.json()["message"]


@pytest.mark.parametrize(
    "claim",
    [
        {"age_ms": "9" * 40},
        {"age_ms": "soon", "wall_ms": "1e9"},
        {"pressed_at": "+010000-01-01T00:00:00Z"},
        {
            "pressed_at": "0001-01-01T00:00:00+14:00",
            "heard_at": "9999-12-31T23:59:59-14:00",
        },
        {"pressed_at": "yesterday", "heard_at": "tomorrow"},
    ],
)
@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_a_press_is_not_lost_because_a_phone_has_no_idea_of_the_time(
    client, team, outage, recovery, claim
):
    client.force_login(member(team, TeamRole.MEMBER))
    fields = {"clock": "acknowledged", "key": key(1), **claim}

    answer = client.post(reverse("outages:press", args=[recovery.pk]), fields, headers=JSON)

    assert answer.status_code == 200
    assert Mark.objects.get().at == NOON + 3 * MINUTE


@pytest.mark.parametrize(
    "fields",
    [
        {"clock": "acknowledged"},
        {"clock": "lunch", "key": key(1)},
        {"clock": "acknowledged", "key": "not a key"},
        {"clock": "minimum", "key": key(1), "capacity": "lots"},
        {"clock": "switched", "key": key(1), "alternative": "0"},
        {"clock": "switched", "key": key(1), "alternative": "0", "other": "x" * 161},
    ],
)
@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_what_cannot_be_read_is_refused_and_marks_nothing(client, team, recovery, fields):
    client.force_login(member(team, TeamRole.MEMBER))

    answer = client.post(reverse("outages:press", args=[recovery.pk]), fields, headers=JSON)

    assert answer.status_code == 422
    assert not Mark.objects.exists()


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_a_mark_is_taken_back_and_a_step_ticked_over_http(client, team, recovery):
    client.force_login(member(team, TeamRole.MEMBER))
    client.post(
        reverse("outages:press", args=[recovery.pk]),
        {"clock": "acknowledged", "key": key(1)},
    )
    step = recovery.alternative.steps.get()

    undone = client.post(reverse("outages:undo", args=[recovery.pk, Mark.objects.get().pk]))
    ticked = client.post(reverse("outages:tick", args=[recovery.pk, step.pk]))

    assert (undone.status_code, ticked.status_code) == (302, 302)
    recovery.refresh_from_db()
    assert recovery.acknowledged_at is None
    assert recovery.steps_done.count() == 1
    page = client.get(recovery.outage.get_absolute_url(), {"part": recovery.pk})
    assert 'aria-checked="true"' in page.content.decode()
    client.post(reverse("outages:untick", args=[recovery.pk, step.pk]))
    assert recovery.steps_done.count() == 0


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_a_note_on_one_workflow_and_an_excuse_reach_the_journal(client, team, recovery):
    outage = recovery.outage
    client.force_login(outage.facilitator)

    client.post(
        reverse("outages:note", args=[outage.pk]),
        {"text": "No key in the vault", "recovery": recovery.pk},
    )
    client.post(
        reverse("outages:stuck", args=[recovery.pk]), {"reason": "The door is locked"}
    )
    client.post(
        reverse("outages:excuse", args=[outage.pk]),
        {"reason": "Fire alarm", "recovery": recovery.pk},
    )

    page = client.get(reverse("outages:journal", args=[outage.pk])).content.decode()
    assert "Work 000: No key in the vault" in page
    assert "Work 000: stuck" in page
    assert "The door is locked" in page
    assert "Fire alarm" in page


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_a_recovery_of_another_outage_is_not_found(client, team, outage):
    other = running(TeamFactory()).recoveries.get()
    client.force_login(outage.facilitator)

    note = client.post(
        reverse("outages:note", args=[outage.pk]), {"text": "x", "recovery": other.pk}
    )
    excuse = client.post(
        reverse("outages:excuse", args=[outage.pk]), {"reason": "x", "recovery": other.pk}
    )

    assert (note.status_code, excuse.status_code) == (404, 404)
    assert Recovery.objects.exclude(excused_reason="").count() == 0


@pytest.mark.parametrize("number", [1, 100])
@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_the_live_page_costs_the_same_for_1_and_for_100_recoveries(
    client, team, django_assert_num_queries, number
):
    lead = member(team, TeamRole.LEAD)
    outage = running(team, number, lead)
    client.force_login(lead)

    with django_assert_num_queries(LIVE_QUERIES):
        page = client.get(outage.get_absolute_url())

    assert page.content.decode().count('<th scope="row">') == min(number, 50)


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_an_unchanged_page_is_answered_with_204_and_three_queries(
    client, team, django_assert_num_queries
):
    outage = running(team, 20)
    client.force_login(member(team, TeamRole.MEMBER))
    version = f"{outage.entries}-running"

    with django_assert_num_queries(3):  # session, person, outage
        answer = client.get(outage.get_absolute_url(), {"v": version}, headers=HTMX)

    assert (answer.status_code, answer.content) == (204, b"")
    told = json.loads(answer["HX-Trigger"])
    assert told["server-time"]["server"] == int((NOON + 3 * MINUTE).timestamp() * 1000)


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_a_changed_page_is_answered_with_its_parts(client, team, outage):
    client.force_login(member(team, TeamRole.MEMBER))
    course.note(outage.pk, "News", actor=outage.facilitator, now=NOON + MINUTE)

    answer = client.get(outage.get_absolute_url(), {"v": "1-running"}, headers=HTMX)

    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.count('hx-swap-oob="true"') == 10
    assert "<html" not in html
    assert json.loads(answer["HX-Trigger"])["live-version"]["version"] == "2-running"


@pytest.mark.parametrize("state", ["planned", "paused", "ended", "aborted", "missed"])
@time_machine.travel(NOON + 30 * MINUTE, tick=False)
def test_the_live_page_stands_in_every_state(client, team, state):
    outage = OutageFactory(team=team, due_at=NOON + timedelta(hours=1))
    dependency = DependencyFactory(workflow__team=team)
    outage.tools.add(dependency.tool)
    outage.teams.add(team)
    actor = outage.facilitator
    if state in {"paused", "ended"}:
        course.start(outage.pk, actor=actor, now=NOON)
    match state:
        case "paused":
            course.pause(outage.pk, actor=actor, now=NOON + 10 * MINUTE)
        case "ended":
            course.end(outage.pk, actor=actor, now=NOON + 10 * MINUTE)
        case "aborted":
            course.abort(outage.pk, actor=actor, now=NOON)
        case "missed":
            course.miss(outage.pk, actor=None, now=NOON)
    client.force_login(actor)

    page = client.get(outage.get_absolute_url())

    assert page.status_code == 200
    offers = page.content.decode().count("data-press")
    assert offers == 0


@time_machine.travel(NOON + 40 * MINUTE, tick=False)
def test_the_clocks_of_a_paused_drill_stand_still(client, team, outage):
    course.pause(outage.pk, actor=outage.facilitator, now=NOON + 10 * MINUTE)
    client.force_login(outage.facilitator)

    page = client.get(outage.get_absolute_url()).content.decode()

    assert "<live-timer" not in page
    assert '<p class="clock">10:00</p>' in page


def test_the_journal_is_read_in_pages(client, team, outage):
    for number in range(70):
        locked = course.locked(outage.pk)
        journal.append(
            locked,
            EntryKind.NOTE,
            at=NOON,
            now=NOON,
            actor=None,
            data={"text": f"Note {number:02}"},
        )
    client.force_login(member(team, TeamRole.VIEWER))
    url = reverse("outages:journal", args=[outage.pk])

    first = client.get(url).content.decode()
    second = client.get(url, {"before": "22"}).content.decode()

    assert ("Note 69" in first, "Note 20" in first, "Note 19" in first) == (1, 1, 0)
    assert ("Note 20" in second, "Note 19" in second) == (0, 1)
    assert 'href="?before=22"' in first


def test_the_workflow_page_gets_its_history_of_recoveries(client, team, outage, recovery):
    course.end(outage.pk, actor=outage.facilitator, now=NOON + 42 * MINUTE)
    client.force_login(member(team, TeamRole.VIEWER))
    url = reverse("outages:workflow_history", args=[recovery.workflow_id])

    html = client.get(url).content.decode()

    assert "&gt;\xa042\xa0min" in html
    assert "<svg" in html
    client.force_login(member(TeamFactory(), TeamRole.LEAD))
    assert client.get(url).status_code == 404
