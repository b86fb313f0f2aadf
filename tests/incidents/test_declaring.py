from datetime import timedelta

import pytest

from continuity.accounts.roles import TeamRole
from continuity.domain.errors import (
    IllegalTransition,
    NotAllowedNow,
    NotRunning,
    OutOfOrder,
)
from continuity.drills.services import conducting
from continuity.history.models import Entry
from continuity.incidents.models import Incident
from continuity.incidents.services import declaring, tending
from continuity.incidents.services.declaring import NoneOfYours
from continuity.inventory.models import Proof, ProofSource
from continuity.notifications.models import Kind, Notification
from continuity.outages import queries
from continuity.outages.models import Outage, Recovery
from continuity.outages.services import course, marks
from continuity.outages.services.course import WithoutReason
from continuity.outages.services.real import (
    AlreadyLive,
    NoToolLeft,
    OnsetAhead,
    TooLateToTakeUp,
)
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    TeamFactory,
    ToolFactory,
    UpstreamFactory,
    UserFactory,
    manager,
    member,
)
from tests.outages.keys import key

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def team():
    return TeamFactory(name="Claims")


@pytest.fixture
def tool():
    return ToolFactory(name="ChatGPT")


@pytest.fixture
def person(team):
    return member(team, TeamRole.MEMBER)


@pytest.fixture
def dependency(team, tool):
    return DependencyFactory(
        tool=tool, workflow__team=team, workflow__owner=UserFactory(name="Amina Moreau")
    )


def declare(person, tool, **fields):
    return declaring.declare(
        **{
            "title": "ChatGPT does not work",
            "seen": "Error 503",
            "tools": [tool],
            "occurred_at": NOON - 20 * MINUTE,
            "links": ["https://status.example.test/"],
            "actor": person,
            "now": NOON,
        }
        | fields
    )


def kinds(outage):
    return list(outage.journal.order_by("number").values_list("kind", flat=True))


def test_a_declared_outage_runs_from_its_onset_and_is_told_as_real(
    team, person, tool, dependency
):
    lead, boss = member(team, TeamRole.LEAD), manager()

    outage = declare(person, tool)

    assert (outage.kind, outage.state, outage.team) == ("real", "running", team)
    assert outage.occurred_at == NOON - 20 * MINUTE
    assert outage.facilitator == person
    recovery = outage.recoveries.get()
    assert (recovery.dependency, recovery.lead) == (dependency, dependency.workflow.owner)
    line = queries.results(outage, now=NOON).lines[0]
    assert (line.reading.length, line.reading.is_lower_bound) == (20 * MINUTE, True)
    told = Notification.objects.filter(kind=Kind.OUTAGE)
    assert {row.recipient for row in told} == {
        person,
        lead,
        boss,
        dependency.workflow.owner,
    }
    assert not any(row.exercise or "EXERCISE" in row.subject for row in told)
    assert kinds(outage) == ["started"]
    assert Entry.objects.get(verb="outage.started").actor == person
    assert Incident.objects.get(outage=outage).links == ["https://status.example.test/"]


def test_what_needs_a_failed_tool_falls_with_it_in_every_team(person, tool, dependency):
    edge = ToolFactory(name="Cloudflare")
    UpstreamFactory(tool=tool, upstream=edge)
    other = DependencyFactory(tool=edge)

    outage = declare(person, edge)

    assert set(outage.recoveries.values_list("dependency", flat=True)) == {
        dependency.pk,
        other.pk,
    }
    assert outage.team is None


@pytest.mark.parametrize("role", [None, TeamRole.VIEWER])
def test_who_is_no_member_of_a_team_that_it_hits_declares_nothing(
    team, tool, dependency, role
):
    person = UserFactory() if role is None else member(team, role)

    with pytest.raises(NoneOfYours):
        declare(person, tool)

    assert not Outage.objects.exists()
    assert not Notification.objects.exists()


def test_a_manager_declares_what_hits_nobody(tool):
    assert declare(manager(), tool).recoveries.count() == 0


def test_no_onset_lies_ahead_and_no_outage_is_of_nothing(person, tool, dependency):
    with pytest.raises(OnsetAhead):
        declare(person, tool, occurred_at=NOON + MINUTE)
    with pytest.raises(NoToolLeft):
        declare(manager(), tool, tools=[])

    assert not Outage.objects.exists()


def test_the_same_tool_is_declared_once_and_joined_by_the_next(team, person, tool):
    DependencyFactory(tool=tool, workflow__team=team)
    other = ToolFactory(name="Claude")
    dependency = DependencyFactory(tool=other)
    second = member(dependency.workflow.team, TeamRole.MEMBER)
    outage = declare(person, tool)
    Notification.objects.all().delete()

    with pytest.raises(AlreadyLive) as refused:
        declare(second, other, tools=[tool, other])
    assert refused.value.fields == {"title": outage.title, "pk": outage.pk}
    assert Outage.objects.count() == 1

    declaring.join(outage.pk, seen="Slow", tools=[tool, other], actor=second, now=NOON)

    outage.refresh_from_db()
    assert set(outage.tools.all()) == {tool, other}
    assert outage.recoveries.count() == 2
    assert kinds(outage) == ["started", "joined", "tools"]
    assert second.pk in Outage.objects.get().teams.values_list("members", flat=True)


def test_an_outage_of_what_is_over_can_be_declared_anew(person, tool, dependency):
    first = declare(person, tool)
    course.end(first.pk, actor=person, now=NOON)

    assert declare(person, tool).pk != first.pk


def test_tools_come_and_go_while_it_runs(team, person, tool, dependency):
    other = ToolFactory(name="Claude")
    late = DependencyFactory(tool=other, workflow__team=team)
    outage = declare(person, tool)

    changed(outage, person, tools=[tool, other])
    assert outage.recoveries.count() == 2

    changed(outage, person, tools=[other])
    assert outage.recoveries.get().dependency == late
    outage.refresh_from_db()
    assert kinds(outage) == ["started", "tools", "tools"]
    assert list(queries.breaks()) == []


def test_work_that_was_pressed_for_stays_excused_when_its_tool_leaves(
    team, person, tool, dependency
):
    other = ToolFactory(name="Claude")
    DependencyFactory(tool=other, workflow__team=team)
    outage = declare(person, tool, tools=[tool, other])
    recovery = outage.recoveries.get(dependency=dependency)
    marks.mark(recovery.pk, "acknowledged", key=key(1), actor=person, now=NOON)

    changed(outage, person, tools=[other])

    recovery.refresh_from_db()
    assert recovery.excused_reason == "The tool was taken out of the outage."
    assert outage.recoveries.count() == 2


def changed(outage, person, **fields):
    outage.refresh_from_db()
    return declaring.change(
        outage.pk,
        **{
            "title": outage.title,
            "seen": outage.briefing,
            "tools": None,
            "occurred_at": outage.occurred_at,
            "reason": "",
            "links": [],
            "actor": person,
            "now": NOON + MINUTE,
        }
        | fields,
    )


def test_a_corrected_onset_moves_every_clock_and_the_journal_keeps_both(
    person, tool, dependency
):
    outage = declare(person, tool)
    recovery = outage.recoveries.get()
    marks.mark(recovery.pk, "minimum", key=key(1), actor=person, now=NOON + 10 * MINUTE)

    changed(outage, person, occurred_at=NOON - 50 * MINUTE, reason="Seen in the logs")

    outage.refresh_from_db()
    assert queries.results(outage, now=NOON).lines[0].reading.length == HOUR
    line = queries.lines(outage)[0]
    assert line.text == "Onset corrected from 2 Mar 2026, 11:40 to 2 Mar 2026, 11:10"
    assert line.detail == "Seen in the logs"
    assert list(queries.breaks()) == []


def test_an_onset_comes_before_all_that_was_pressed_and_not_in_the_future(
    person, tool, dependency
):
    outage = declare(person, tool)
    recovery = outage.recoveries.get()
    marks.mark(recovery.pk, "acknowledged", key=key(1), actor=person, now=NOON)

    with pytest.raises(OutOfOrder):
        changed(outage, person, occurred_at=NOON + MINUTE)
    with pytest.raises(OnsetAhead):
        changed(outage, person, occurred_at=NOON + HOUR)

    outage.refresh_from_db()
    assert outage.occurred_at == NOON - 20 * MINUTE


def test_a_correction_is_all_or_nothing(person, tool, dependency):
    outage = declare(person, tool)

    with pytest.raises(OnsetAhead):
        changed(outage, person, title="Another title", occurred_at=NOON + HOUR)

    outage.refresh_from_db()
    assert outage.title == "ChatGPT does not work"


def test_its_end_leaves_proofs_of_an_outage_and_bounds_where_nobody_recovered(
    team, person, tool, dependency
):
    alternative = AlternativeFactory(dependency=dependency, rank=1)
    open_one = DependencyFactory(tool=tool, workflow__team=team, workflow__rto=4 * HOUR)
    outage = declare(person, tool)
    recovery = outage.recoveries.get(dependency=dependency)
    marks.mark(recovery.pk, "switched", key=key(1), actor=person, now=NOON)
    marks.mark(recovery.pk, "minimum", key=key(2), actor=person, now=NOON + 5 * MINUTE)

    course.end(outage.pk, actor=person, now=NOON + HOUR)

    proof = Proof.objects.get()
    assert (proof.alternative, proof.source, proof.works) == (
        alternative,
        ProofSource.OUTAGE,
        True,
    )
    assert proof.minimum_after == 25 * MINUTE
    outage.refresh_from_db()
    lines = {line.workflow_pk: line for line in queries.results(outage, now=NOON).lines}
    still = lines[open_one.workflow_id]
    assert (still.reading.length, still.reading.is_lower_bound, still.verdict) == (
        80 * MINUTE,
        True,
        "not_shown",
    )


def test_an_onset_corrected_after_the_end_writes_the_proofs_anew(person, tool, dependency):
    AlternativeFactory(dependency=dependency, rank=1)
    outage = declare(person, tool)
    recovery = outage.recoveries.get()
    marks.mark(recovery.pk, "minimum", key=key(2), actor=person, now=NOON)
    course.end(outage.pk, actor=person, now=NOON)
    assert Proof.objects.get().minimum_after == 20 * MINUTE

    changed(outage, person, occurred_at=NOON - 5 * MINUTE, reason="Later")

    assert Proof.objects.get().minimum_after == 5 * MINUTE


def test_it_goes_on_after_all_within_a_day_and_no_later(person, tool, dependency):
    AlternativeFactory(dependency=dependency, rank=1)
    outage = declare(person, tool)
    recovery = outage.recoveries.get()
    marks.mark(recovery.pk, "minimum", key=key(1), actor=person, now=NOON)
    course.end(outage.pk, actor=person, now=NOON)

    with pytest.raises(TooLateToTakeUp):
        declaring.take_up(outage.pk, actor=person, now=NOON + 25 * HOUR)
    assert Proof.objects.count() == 1

    declaring.take_up(outage.pk, actor=person, now=NOON + 23 * HOUR)

    outage.refresh_from_db()
    assert (outage.state, outage.ended_at) == ("running", None)
    assert not Proof.objects.exists()
    course.end(outage.pk, actor=person, now=NOON + 24 * HOUR)
    assert Proof.objects.count() == 1
    outage.refresh_from_db()
    assert kinds(outage) == ["started", "mark", "ended", "taken_up", "ended"]


def test_a_false_alarm_is_withdrawn_with_a_reason_and_counts_nowhere(
    person, tool, dependency
):
    AlternativeFactory(dependency=dependency, rank=1)
    outage = declare(person, tool)
    recovery = outage.recoveries.get()
    marks.mark(recovery.pk, "minimum", key=key(1), actor=person, now=NOON)

    with pytest.raises(WithoutReason):
        course.abort(outage.pk, actor=person, now=NOON)
    outage.refresh_from_db()
    assert outage.state == "running"

    course.abort(outage.pk, reason="Our own proxy", actor=person, now=NOON)
    tending.tend(now=NOON)

    assert not Proof.objects.exists()
    assert queries.recoveries_between(NOON - HOUR, NOON + HOUR, now=NOON) == ()
    assert list(queries.ended_since(NOON - HOUR)) == []
    assert list(queries.real_outages(person)) == [outage]
    told = Notification.objects.filter(kind=Kind.OUTAGE_OVER, recipient=person).get()
    assert told.subject == "False alarm: ChatGPT does not work"
    assert "Our own proxy" in told.body


def test_real_clocks_do_not_pause_and_a_drill_is_not_taken_up(person, tool, dependency):
    outage = declare(person, tool)
    with pytest.raises(NotAllowedNow):
        course.pause(outage.pk, actor=person, now=NOON)
    with pytest.raises(IllegalTransition):
        declaring.take_up(outage.pk, actor=person, now=NOON)
    course.end(outage.pk, actor=person, now=NOON)
    with pytest.raises(NotRunning):
        declaring.join(outage.pk, seen="", tools=[tool], actor=person, now=NOON)
    assert Recovery.objects.count() == 1


def test_who_declared_it_is_asked_every_four_hours_whether_it_is_over(
    person, tool, dependency
):
    outage = declare(person, tool)

    assert tending.tend(now=NOON + 4 * HOUR - MINUTE) == 0
    assert tending.tend(now=NOON + 4 * HOUR) == 1
    assert tending.tend(now=NOON + 4 * HOUR) == 0
    assert tending.tend(now=NOON + 8 * HOUR) == 1

    asked = Notification.objects.filter(kind=Kind.OUTAGE_OPEN)
    assert [row.recipient for row in asked] == [person, person]
    assert asked[0].subject == "Is it over? ChatGPT does not work"
    course.end(outage.pk, actor=person, now=NOON + 9 * HOUR)
    assert tending.tend(now=NOON + 9 * HOUR) == 1
    assert tending.tend(now=NOON + 20 * HOUR) == 0
    assert Notification.objects.filter(kind=Kind.OUTAGE_OPEN).count() == 2
    assert Notification.objects.filter(kind=Kind.OUTAGE_OVER).count() == 2


def test_an_outage_without_limit_stays_open_and_ends_by_no_tick(person, tool, dependency):
    outage = declare(person, tool)

    conducting.conduct(now=NOON + 1000 * HOUR)
    tending.tend(now=NOON + 1000 * HOUR)

    outage.refresh_from_db()
    assert outage.state == "running"
