from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.domain.errors import NotAllowedNow, NotRunning
from continuity.notifications.models import Notification
from continuity.outages import queries
from continuity.outages.models import EntryKind, JournalEntry, Recovery
from continuity.outages.services import course, marks, recoveries
from tests.factories import (
    NOON,
    RecoveryFactory,
    TeamFactory,
    UserFactory,
    auditor,
    manager,
    member,
)
from tests.outages.keys import key
from tests.outages.telling import tell

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def recovery():
    return RecoveryFactory(lead=UserFactory(name="Priya"))


@pytest.fixture
def lead(recovery):
    return recovery.lead


def kinds(recovery):
    rows = JournalEntry.objects.filter(recovery=recovery).order_by("number")
    return list(rows.values_list("kind", flat=True))


def say_stuck(recovery, reason="No licence", at=5 * MINUTE):
    return recoveries.stuck(recovery.pk, reason, actor=recovery.lead, now=NOON + at)


def test_who_is_stuck_is_shown_to_the_facilitator_and_told_once(recovery, lead):
    say_stuck(recovery)
    say_stuck(recovery)

    recovery.refresh_from_db()
    assert (recovery.stuck_reason, recovery.stuck_by) == ("No licence", lead)
    assert recovery.stuck_at == NOON + 5 * MINUTE
    assert kinds(recovery) == ["stuck"]
    message = Notification.objects.get()
    assert message.recipient == recovery.outage.facilitator
    assert message.subject.startswith("EXERCISE - EXERCICE · ")
    assert "No licence" in message.body
    seen = queries.live(
        recovery.outage, user=recovery.outage.facilitator, now=NOON + 6 * MINUTE
    )
    assert [row.stuck_reason for row in seen.stuck] == ["No licence"]
    assert queries.live(recovery.outage, user=lead, now=NOON + 6 * MINUTE).stuck == ()


def test_another_reason_takes_its_place_and_the_journal_keeps_both(recovery):
    say_stuck(recovery)
    say_stuck(recovery, "No key either", 6 * MINUTE)

    recovery.refresh_from_db()
    assert recovery.stuck_reason == "No key either"
    assert kinds(recovery) == ["stuck", "stuck"]
    assert Notification.objects.count() == 2


def test_the_facilitator_clears_it_once(recovery):
    say_stuck(recovery)
    for minute in (6, 7):
        recoveries.unstuck(
            recovery.pk, actor=recovery.outage.facilitator, now=NOON + minute * MINUTE
        )

    recovery.refresh_from_db()
    assert (recovery.stuck_reason, recovery.stuck_by, recovery.stuck_at) == ("", None, None)
    assert kinds(recovery) == ["stuck", "unstuck"]


def test_work_that_goes_on_is_not_stuck_any_more(recovery, lead):
    say_stuck(recovery)
    marks.mark(recovery.pk, "minimum", key=key(1), actor=lead, now=NOON + 9 * MINUTE)

    recovery.refresh_from_db()
    assert recovery.stuck_reason == ""
    with pytest.raises(NotAllowedNow):
        say_stuck(recovery, "Again", 10 * MINUTE)


def test_nobody_is_stuck_in_a_drill_that_is_over(recovery, lead):
    course.abort(recovery.outage_id, actor=lead, now=NOON + MINUTE)

    with pytest.raises(NotRunning):
        say_stuck(recovery)

    assert Notification.objects.count() == 0


def test_handed_over_the_other_leads_and_is_told(recovery, lead):
    other = member(recovery.workflow.team, TeamRole.MEMBER)
    for minute in (5, 6):
        recoveries.hand_over(recovery.pk, other, actor=lead, now=NOON + minute * MINUTE)

    assert Recovery.objects.get().lead == other
    (entry,) = JournalEntry.objects.filter(kind=EntryKind.HANDED)
    assert entry.data == {"from": "Priya", "to": str(other)}
    message = Notification.objects.get()
    assert (message.recipient, message.dedupe_key) == (
        other,
        f"handed-{recovery.outage_id}-{entry.number}",
    )


@pytest.mark.parametrize("who", ["stranger", "viewer", "closed"])
def test_it_is_not_handed_to_who_may_not_take_part(recovery, lead, who):
    team = recovery.workflow.team if who != "stranger" else TeamFactory()
    to = member(team, TeamRole.VIEWER if who == "viewer" else TeamRole.MEMBER)
    if who == "closed":
        to.is_active = False
        to.save()

    with pytest.raises(NotAllowedNow):
        recoveries.hand_over(recovery.pk, to, actor=lead, now=NOON + 5 * MINUTE)

    assert Recovery.objects.get().lead == lead
    assert kinds(recovery) == []


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        (TeamRole.VIEWER, 403),
        ("auditor", 403),
        (TeamRole.MEMBER, 302),
        ("lead", 302),
        ("facilitator", 302),
        ("manager", 302),
    ],
)
@pytest.mark.parametrize("what", ["stuck", "unstuck", "hand_over"])
@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_who_may_say_stuck_clear_it_and_hand_over(
    client, recovery, lead, what, who, status
):
    team = recovery.workflow.team
    taker = member(team, TeamRole.MEMBER)
    if what == "unstuck":
        say_stuck(recovery, at=2 * MINUTE)
    people = {
        "stranger": lambda: member(TeamFactory(), TeamRole.LEAD),
        "auditor": auditor,
        "lead": lambda: lead,
        "facilitator": lambda: recovery.outage.facilitator,
        "manager": manager,
    }
    user = member(team, who) if isinstance(who, TeamRole) else people[who]()
    client.force_login(user)
    before = kinds(recovery)

    response = client.post(
        reverse(f"outages:{what}", args=[recovery.pk]),
        {"reason": "No licence", "person": taker.pk},
    )

    assert response.status_code == status
    done = {"stuck": "stuck", "unstuck": "unstuck", "hand_over": "handed"}[what]
    assert kinds(recovery) == before + ([done] if status == 302 else [])


@pytest.mark.parametrize(
    ("state", "fields", "asked"),
    [
        ("degraded", {"error_percent": 35}, True),
        ("recovering", {}, True),
        ("down", {}, False),
        ("recovered", {}, False),
        ("down", {"flapping": True}, True),
    ],
)
def test_stay_or_switch_is_asked_where_the_tool_works_badly(
    recovery, lead, state, fields, asked
):
    tell(recovery, state, **fields)

    part = queries.live(recovery.outage, user=lead, now=NOON + MINUTE).part

    assert part.may_decide is asked


def decide(recovery, decision, number=1, at=4 * MINUTE):
    return marks.mark(
        recovery.pk,
        "decided",
        key=key(number),
        decision=decision,
        actor=recovery.lead,
        now=NOON + at,
    )


def test_a_decision_is_a_mark_that_can_be_taken_back(recovery, lead):
    tell(recovery, "degraded")
    mark = decide(recovery, "stay")

    recovery.refresh_from_db()
    assert (recovery.decision, recovery.decided_at) == ("stay", NOON + 4 * MINUTE)
    assert JournalEntry.objects.get(kind="mark").data["decision"] == "stay"
    part = queries.live(recovery.outage, user=lead, now=NOON + 4 * MINUTE).part
    assert (part.decision.decision, part.decision.after) == ("stay", 4 * MINUTE)
    assert (part.may_decide, part.next) == (False, "switched")

    marks.undo(mark.pk, actor=lead, now=NOON + 4 * MINUTE)

    recovery.refresh_from_db()
    assert (recovery.decision, recovery.decided_at) == ("", None)


def test_who_stayed_can_still_switch_later(recovery, lead):
    decide(recovery, "stay")
    marks.mark(recovery.pk, "switched", key=key(2), actor=lead, now=NOON + 9 * MINUTE)

    recovery.refresh_from_db()
    assert (recovery.decision, recovery.switched_at) == ("stay", NOON + 9 * MINUTE)


def test_a_decision_and_its_clock_go_together(recovery, lead):
    with pytest.raises(NotAllowedNow):
        decide(recovery, None)
    with pytest.raises(NotAllowedNow):
        marks.mark(
            recovery.pk, "switched", key=key(3), decision="stay", actor=lead, now=NOON
        )

    assert kinds(recovery) == []


@time_machine.travel(NOON + 4 * MINUTE, tick=False)
def test_the_buttons_stay_and_switch_are_on_the_page_and_work(client, recovery, lead):
    tell(recovery, "degraded", error_percent=35)
    client.force_login(lead)

    page = client.get(recovery.outage.get_absolute_url()).content.decode()
    client.post(
        reverse("outages:press", args=[recovery.pk]),
        {"clock": "decided", "decision": "switch", "key": key(1)},
    )

    assert "We stay" in page
    assert "waiting sometimes helps" in page
    recovery.refresh_from_db()
    assert recovery.decision == "switch"
    after = client.get(recovery.outage.get_absolute_url()).content.decode()
    assert "Decided: Switch" in after
    assert "We stay" not in after
