from datetime import timedelta

import pytest

from continuity.domain.clocks import Reading
from continuity.domain.scenario import ComponentState, Phase, Script, back_after
from continuity.drills.queries.decisions import decisions
from continuity.outages import queries
from continuity.outages.services import course, marks
from tests.factories import (
    NOON,
    DrillFactory,
    OutageFactory,
    RecoveryFactory,
    UserFactory,
    manager,
)
from tests.outages.keys import key

MINUTE = timedelta(minutes=1)


def script(*phases):
    return Script(
        tuple(Phase("tool", at * MINUTE, ComponentState(state)) for at, state in phases),
        600 * MINUTE,
    )


@pytest.mark.parametrize(
    ("phases", "back"),
    [
        ([(0, "degraded"), (200, "recovered")], 200),
        ([(0, "down"), (60, "operational"), (90, "down"), (200, "recovered")], 200),
        ([(0, "down"), (60, "operational"), (90, "recovered")], 60),
        ([(0, "down"), (60, "recovering")], None),
        ([(0, "down")], None),
        ([(0, "operational")], 0),
        ([], 0),
    ],
)
def test_a_component_is_back_at_its_first_good_moment_after_its_last_bad_one(phases, back):
    expected = None if back is None else back * MINUTE

    assert back_after(script(*phases), "tool") == expected
    assert back_after(script(*phases), "tool", 2) == (expected and expected / 2)


def make(phases, speed=1):
    outage = OutageFactory(running=True, limit=timedelta(hours=8))
    outage.ends_by = NOON + timedelta(hours=8)
    outage.save()
    recovery = RecoveryFactory(outage=outage, lead=UserFactory())
    frozen = {
        "seconds": 36000,
        "components": {
            "tool": [{"pk": recovery.tool_id, "name": recovery.tool.name}],
            "status": [],
        },
        "chosen": ["tool"],
        "phases": [
            {
                "component": "tool",
                "at_seconds": at * 60,
                "state": state,
                "error_percent": None,
                "delay_seconds": None,
                "note_en": "",
                "note_fr": "",
                "quality": "",
            }
            for at, state in phases
        ],
    }
    return DrillFactory(outage=outage, script=frozen, speed=speed), recovery


def press(recovery, clock, minute, **fields):
    marks.mark(
        recovery.pk,
        clock,
        key=key(minute),
        actor=recovery.lead,
        now=NOON + minute * MINUTE,
        **fields,
    )


def compared(drill, now=300):
    found = queries.results(drill.outage, now=NOON + now * MINUTE)
    (line,) = decisions(drill, found)
    return line


BACK_AT_204 = [(0, "degraded"), (204, "recovered")]


@pytest.mark.django_db
def test_switching_cost_11_min_and_staying_would_have_cost_3_h_20():
    drill, recovery = make(BACK_AT_204)
    press(recovery, "decided", 4, decision="switch")
    press(recovery, "switched", 9)
    press(recovery, "minimum", 15)

    line = compared(drill)

    assert (line.decision, line.after) == ("switch", 4 * MINUTE)
    assert line.switching == Reading(11 * MINUTE)
    assert line.staying == 200 * MINUTE
    assert line.was_cheaper is True


@pytest.mark.django_db
def test_who_stayed_and_never_switched_has_no_cost_of_switching():
    drill, recovery = make(BACK_AT_204)
    press(recovery, "decided", 4, decision="stay")

    line = compared(drill)

    assert (line.switching, line.staying) == (None, 200 * MINUTE)
    assert line.was_cheaper is None


@pytest.mark.django_db
def test_a_recovery_that_was_not_published_leaves_the_cost_of_staying_unknown():
    drill, recovery = make([(0, "degraded")])
    press(recovery, "decided", 4, decision="switch")
    press(recovery, "minimum", 15)

    line = compared(drill)

    assert (line.switching, line.staying) == (Reading(11 * MINUTE), None)
    assert line.was_cheaper is None


@pytest.mark.django_db
def test_a_switch_that_took_longer_than_the_outage_was_the_dearer_one():
    drill, recovery = make(BACK_AT_204, speed=12)
    press(recovery, "decided", 4, decision="switch")

    line = compared(drill, now=40)

    assert line.switching == Reading(36 * MINUTE, is_lower_bound=True)
    assert line.staying == 13 * MINUTE
    assert line.was_cheaper is False


@pytest.mark.django_db
def test_a_switch_still_under_way_is_not_judged_before_the_tool_is_back():
    drill, recovery = make(BACK_AT_204)
    press(recovery, "decided", 4, decision="switch")

    assert compared(drill, now=40).was_cheaper is None


@pytest.mark.django_db
def test_a_pause_counts_for_neither():
    drill, recovery = make(BACK_AT_204)
    actor = drill.outage.facilitator
    press(recovery, "decided", 4, decision="switch")
    course.pause(drill.outage_id, actor=actor, now=NOON + 5 * MINUTE)
    course.resume(drill.outage_id, actor=actor, now=NOON + 35 * MINUTE)
    press(recovery, "minimum", 45)

    line = compared(drill)

    assert (line.switching, line.staying) == (Reading(11 * MINUTE), 200 * MINUTE)


@pytest.mark.django_db
def test_the_result_page_shows_the_comparison(client):
    drill, recovery = make(BACK_AT_204)
    press(recovery, "decided", 4, decision="switch")
    press(recovery, "minimum", 15)
    client.force_login(manager())

    page = client.get(drill.get_absolute_url()).content.decode()

    assert "Staying would have cost" in page
    assert "the cheaper one" in page
    assert page.replace("\N{NO-BREAK SPACE}", " ").count(">3 h 20<") == 1
