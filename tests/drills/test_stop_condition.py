"""A real outage stops the drills that rehearse it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from continuity.domain.errors import IllegalTransition
from continuity.drills.models import Drill
from continuity.drills.services.conducting import conduct
from continuity.notifications.models import Kind, Notification
from continuity.outages.models import OutageKind
from continuity.outages.services import course
from continuity.outages.services.course import RealOutage
from tests.factories import (
    NOON,
    DependencyFactory,
    DrillFactory,
    OutageFactory,
    ParticipantFactory,
    ToolFactory,
    UpstreamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = timedelta(seconds=1)
SCRIPT = {"phases": [], "seconds": 7200, "components": {}}


@pytest.fixture
def tool():
    return ToolFactory(name="ChatGPT")


def drill_of(tool, **fields):
    dependency = DependencyFactory(tool=tool)
    outage = OutageFactory(title="ChatGPT down", **fields)
    outage.tools.add(tool)
    outage.teams.add(dependency.workflow.team)
    drill = DrillFactory(
        outage=outage, script={"phases": [], "seconds": 7200, "components": {}}
    )
    ParticipantFactory(drill=drill, user__name="Amina Moreau")
    return drill


def really_fails(tool, **fields):
    outage = OutageFactory(
        kind=OutageKind.REAL,
        title="ChatGPT really down",
        **{"state": "running", "occurred_at": NOON, "limit": None} | fields,
    )
    outage.tools.add(tool)
    return outage


def test_a_drill_of_what_really_fails_is_not_started(client, tool):
    drill = drill_of(tool, starts_by_itself=False)
    real = really_fails(tool)

    with pytest.raises(RealOutage) as refused:
        course.start(drill.outage_id, actor=UserFactory(), now=NOON)

    assert refused.value.fields == {"title": real.title}
    drill.refresh_from_db()
    assert drill.outage.state == "planned"
    assert not drill.outage.recoveries.exists()
    client.force_login(drill.outage.facilitator)
    answer = client.post(reverse("outages:start", args=[drill.outage_id]))
    assert answer.status_code in {409, 422}
    assert "fails for real" in answer.content.decode()
    course.end(real.pk, actor=UserFactory(), now=NOON)
    assert course.start(drill.outage_id, actor=None, now=NOON).state == "running"


@pytest.mark.parametrize("paused", [False, True])
def test_a_drill_under_way_is_called_off_on_the_next_tick_and_everybody_is_told(
    tool, paused
):
    drill = drill_of(tool)
    conduct(now=NOON)
    if paused:
        course.pause(drill.outage_id, actor=UserFactory(), now=NOON)
    really_fails(tool)

    conduct(now=NOON + 2 * SECONDS)

    drill = Drill.objects.get()
    assert (drill.outage.state, drill.outage.aborted_reason) == ("aborted", "real_outage")
    assert drill.outage.ended_at == NOON + 2 * SECONDS
    entry = drill.outage.journal.get(kind="aborted")
    assert entry.data == {"reason": "real_outage"}
    told = Notification.objects.get(kind=Kind.OUTAGE)
    assert told.subject == "Now it is real: ChatGPT really down"
    assert not told.exercise
    conduct(now=NOON + 4 * SECONDS)
    assert Notification.objects.filter(kind=Kind.OUTAGE).count() == 1
    assert not Notification.objects.filter(kind=Kind.OVER).exists()


def test_a_drill_that_comes_due_meanwhile_is_called_off_and_never_begins(tool):
    drill_of(tool)
    real = really_fails(tool)

    conduct(now=NOON)
    course.end(real.pk, actor=UserFactory(), now=NOON + SECONDS)
    conduct(now=NOON + 2 * SECONDS)

    outage = Drill.objects.get().outage
    assert (outage.state, outage.occurred_at) == ("aborted", None)
    told = Notification.objects.get(kind=Kind.OVER)
    assert told.subject.startswith("EXERCISE - EXERCICE · The drill was called off")
    assert "A tool in it fails for real" in told.body


@pytest.mark.parametrize("failing", ["upstream", "downstream"])
def test_what_falls_with_the_tool_is_in_the_scope_of_the_drill(tool, failing):
    other = ToolFactory(name="Cloudflare")
    edge = (tool, other) if failing == "upstream" else (other, tool)
    UpstreamFactory(tool=edge[0], upstream=edge[1])
    drill_of(tool)
    conduct(now=NOON)

    really_fails(other)
    conduct(now=NOON + 2 * SECONDS)

    assert Drill.objects.get().outage.state == "aborted"


@pytest.mark.parametrize("state", ["another tool", "over", "withdrawn", "soft"])
def test_what_does_not_touch_it_lets_it_run(tool, state):
    other = ToolFactory(name="Midjourney")
    drill_of(tool)
    if state == "another tool":
        really_fails(other)
    elif state == "soft":
        UpstreamFactory(tool=tool, upstream=other, hard=False)
        really_fails(other)
    else:
        real = really_fails(tool)
        if state == "over":
            course.end(real.pk, actor=UserFactory(), now=NOON)
        else:
            course.abort(real.pk, reason="Proxy", actor=UserFactory(), now=NOON)

    conduct(now=NOON)

    assert Drill.objects.get().outage.state == "running"


def test_nothing_of_another_drill_stops_one(tool):
    drill_of(tool)
    drill_of(tool)

    conduct(now=NOON)

    states = {drill.outage.state for drill in Drill.objects.select_related("outage")}
    assert states == {"running"}
    with pytest.raises(IllegalTransition):
        course.start(Drill.objects.earliest("pk").outage_id, actor=None, now=NOON)
