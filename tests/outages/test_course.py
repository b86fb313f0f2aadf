from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from continuity.domain.errors import IllegalTransition, NotAllowedNow, NotRunning
from continuity.domain.states import DrillState
from continuity.history.models import Entry
from continuity.inventory.models import Proof
from continuity.outages import queries
from continuity.outages.models import Outage, OutageKind, Recovery, Stop
from continuity.outages.services import course, marks
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    OutageFactory,
    ProofFactory,
    TeamFactory,
    ToolFactory,
    UpstreamFactory,
    UserFactory,
    WorkflowFactory,
)
from tests.outages.keys import key

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def tool():
    return ToolFactory(name="ChatGPT")


@pytest.fixture
def facilitator():
    return UserFactory(name="Amina Moreau")


def plan(team, tool, facilitator, **fields):
    return course.plan(
        **{
            "kind": OutageKind.DRILL,
            "title": "ChatGPT down",
            "team": team,
            "teams": [team],
            "tools": [tool],
            "facilitator": facilitator,
            "due_at": NOON,
            "limit": timedelta(hours=2),
            "starts_by_itself": True,
            "actor": facilitator,
            "now": NOON,
        }
        | fields
    )


def test_a_drill_walks_from_planned_to_ended_and_its_journal_says_so(
    team, tool, facilitator
):
    DependencyFactory(tool=tool, workflow__team=team)
    outage = plan(team, tool, facilitator)
    course.start(outage.pk, actor=facilitator, now=NOON)
    course.pause(outage.pk, actor=facilitator, now=NOON + 10 * MINUTE)
    course.resume(outage.pk, actor=facilitator, now=NOON + 15 * MINUTE)
    course.note(outage.pk, "Half way", actor=facilitator, now=NOON + 20 * MINUTE)
    course.end(outage.pk, actor=facilitator, now=NOON + 30 * MINUTE)

    outage.refresh_from_db()
    assert (outage.state, outage.ended_at) == (DrillState.ENDED, NOON + 30 * MINUTE)
    kinds = list(outage.journal.values_list("kind", flat=True))
    assert kinds == ["planned", "started", "paused", "resumed", "note", "ended"]
    assert outage.entries == 6
    assert set(Entry.objects.values_list("verb", flat=True)) == {
        "drill.planned",
        "drill.started",
        "drill.paused",
        "drill.resumed",
        "drill.ended",
    }


def test_starting_freezes_targets_people_and_the_first_alternative(team, tool, facilitator):
    owner = UserFactory()
    workflow = WorkflowFactory(team=team, owner=owner, rto=30 * MINUTE, mbco_percent=70)
    dependency = DependencyFactory(workflow=workflow, tool=tool)
    AlternativeFactory(dependency=dependency, rank=2)
    AlternativeFactory(dependency=dependency, rank=1, tool__name="Gemini")
    DependencyFactory(tool=tool)  # another team's
    DependencyFactory(workflow__team=team)  # on another tool
    DependencyFactory(tool=tool, workflow__team=team, workflow__archived_at=NOON)
    outage = plan(team, tool, facilitator)

    course.start(outage.pk, actor=facilitator, now=NOON)
    workflow.rto = MINUTE
    workflow.save()

    recovery = Recovery.objects.get()
    assert recovery.dependency == dependency
    assert recovery.lead == owner
    assert (recovery.rto, recovery.mbco_percent) == (30 * MINUTE, 70)
    assert recovery.alternative_name == "Gemini"


def test_the_deputy_leads_where_there_is_no_owner(team, tool, facilitator):
    deputy = UserFactory()
    DependencyFactory(tool=tool, workflow__team=team, workflow__deputy=deputy)
    outage = plan(team, tool, facilitator)

    course.start(outage.pk, actor=None, now=NOON)

    assert Recovery.objects.get().lead == deputy


def test_what_hangs_on_the_tool_by_a_hard_edge_falls_with_it(team, tool, facilitator):
    hard = UpstreamFactory(upstream=tool).tool
    soft = UpstreamFactory(upstream=tool, hard=False).tool
    hit = DependencyFactory(tool=hard, workflow__team=team)
    DependencyFactory(tool=soft, workflow__team=team)
    outage = plan(team, tool, facilitator)

    course.start(outage.pk, actor=None, now=NOON)

    assert [recovery.dependency for recovery in Recovery.objects.all()] == [hit]


def test_starting_twice_is_refused_and_leaves_no_trace(team, tool, facilitator):
    DependencyFactory(tool=tool, workflow__team=team)
    outage = plan(team, tool, facilitator)
    course.start(outage.pk, actor=facilitator, now=NOON)

    with pytest.raises(IllegalTransition):
        course.start(outage.pk, actor=facilitator, now=NOON + MINUTE)

    outage.refresh_from_db()
    assert (outage.occurred_at, outage.entries) == (NOON, 2)
    assert Recovery.objects.count() == 1


def test_starting_costs_the_same_for_1_and_for_60_dependencies(
    team, tool, facilitator, django_assert_num_queries
):
    counts = []
    for number in (1, 60):
        for _ in range(number):
            dependency = DependencyFactory(tool=tool, workflow__team=team)
            AlternativeFactory(dependency=dependency, rank=1)
        outage = plan(team, tool, facilitator)
        with django_assert_num_queries(16) as asked:
            course.start(outage.pk, actor=facilitator, now=NOON)
        counts.append(len(asked))
        assert outage.recoveries.count() == Recovery.objects.filter(outage=outage).count()
    assert counts[0] == counts[1]


def test_a_pause_moves_the_limit_by_its_length(team, tool, facilitator):
    outage = plan(team, tool, facilitator)
    course.start(outage.pk, actor=facilitator, now=NOON)
    course.pause(outage.pk, actor=facilitator, now=NOON + 10 * MINUTE)

    course.resume(outage.pk, actor=facilitator, now=NOON + 25 * MINUTE)

    outage.refresh_from_db()
    assert outage.ends_by == NOON + timedelta(hours=2) + 15 * MINUTE
    assert Stop.objects.get().ended_at == NOON + 25 * MINUTE


def test_ending_a_paused_drill_closes_its_pause(team, tool, facilitator):
    DependencyFactory(tool=tool, workflow__team=team)
    outage = plan(team, tool, facilitator)
    course.start(outage.pk, actor=facilitator, now=NOON)
    course.pause(outage.pk, actor=facilitator, now=NOON + 10 * MINUTE)

    course.end(outage.pk, actor=facilitator, now=NOON + 40 * MINUTE)

    outage.refresh_from_db()
    found = queries.results(outage, now=NOON + timedelta(days=1))
    assert Stop.objects.get().ended_at == NOON + 40 * MINUTE
    assert found.lines[0].reading.length == 10 * MINUTE


def test_at_its_limit_it_ended_then_and_not_when_somebody_came_by(team, tool, facilitator):
    DependencyFactory(tool=tool, workflow__team=team)
    outage = plan(team, tool, facilitator)
    course.start(outage.pk, actor=facilitator, now=NOON)

    with pytest.raises(NotAllowedNow):
        course.end(outage.pk, actor=None, now=NOON + 119 * MINUTE)
    course.end(outage.pk, actor=None, now=NOON + 200 * MINUTE)

    outage.refresh_from_db()
    assert outage.ended_at == NOON + 120 * MINUTE
    line = queries.results(outage, now=NOON + 200 * MINUTE).lines[0]
    assert (line.reading.length, line.reading.is_lower_bound) == (120 * MINUTE, True)
    assert line.verdict == "missed"
    assert line.gap == 60 * MINUTE


def test_what_did_not_come_back_before_the_rto_ran_out_is_not_shown(
    team, tool, facilitator
):
    DependencyFactory(tool=tool, workflow__team=team, workflow__rto=timedelta(hours=4))
    outage = plan(team, tool, facilitator)
    course.start(outage.pk, actor=facilitator, now=NOON)

    course.end(outage.pk, actor=facilitator, now=NOON + 42 * MINUTE)

    outage.refresh_from_db()
    found = queries.results(outage, now=NOON + timedelta(days=9))
    assert found.lines[0].verdict == "not_shown"
    assert found.lines[0].reading.length == 42 * MINUTE
    assert (found.summary.recovered, found.summary.not_shown) == (0, 1)
    assert found.summary.median.is_lower_bound


def test_ending_proves_the_alternative_that_carried_the_work(team, tool, facilitator):
    dependency = DependencyFactory(tool=tool, workflow__team=team)
    used = AlternativeFactory(dependency=dependency, rank=1)
    idle = AlternativeFactory(
        dependency=DependencyFactory(tool=tool, workflow__team=team), rank=1
    )
    outage = plan(team, tool, facilitator)
    course.start(outage.pk, actor=facilitator, now=NOON)
    recovery = Recovery.objects.get(dependency=dependency)
    marks.mark(
        recovery.pk, "switched", key=key(1), actor=facilitator, now=NOON + 10 * MINUTE
    )
    course.pause(outage.pk, actor=facilitator, now=NOON + 12 * MINUTE)
    course.resume(outage.pk, actor=facilitator, now=NOON + 17 * MINUTE)
    marks.mark(
        recovery.pk,
        "minimum",
        key=key(2),
        capacity=80,
        quality=90,
        actor=facilitator,
        now=NOON + 25 * MINUTE,
    )

    course.end(outage.pk, actor=facilitator, now=NOON + 60 * MINUTE)

    proof = Proof.objects.get()
    assert proof.alternative == used
    assert (proof.source, proof.works, proof.by) == ("drill", True, facilitator)
    assert proof.shown_at == NOON + 25 * MINUTE
    assert proof.expires_at == proof.shown_at + timedelta(days=180)
    assert (proof.switch_after, proof.minimum_after) == (10 * MINUTE, 20 * MINUTE)
    assert (proof.capacity, proof.quality) == (80, 90)
    assert Recovery.objects.get(proof=proof) == recovery
    assert not idle.proofs.exists()


@pytest.mark.parametrize(("minutes", "works"), [(90, [False]), (60, [True]), (30, [True])])
def test_an_alternative_that_was_opened_and_never_carried_the_work_ends_its_proofs(
    team, tool, facilitator, minutes, works
):
    """The RTO is an hour: a drill that ends sooner cannot tell."""
    dependency = DependencyFactory(tool=tool, workflow__team=team)
    earlier = ProofFactory(alternative=AlternativeFactory(dependency=dependency, rank=1))
    outage = plan(team, tool, facilitator)
    course.start(outage.pk, actor=facilitator, now=NOON)
    recovery = Recovery.objects.get()
    at = NOON + 10 * MINUTE
    marks.mark(recovery.pk, "switched", key=key(1), actor=facilitator, now=at)

    course.end(outage.pk, actor=facilitator, now=NOON + minutes * MINUTE)

    earlier.refresh_from_db()
    standing = Proof.objects.standing()
    assert list(standing.values_list("works", flat=True)) == works
    assert (earlier.ended_reason == "failed_later") is (works == [False])


def test_an_aborted_drill_proves_nothing(team, tool, facilitator):
    dependency = DependencyFactory(tool=tool, workflow__team=team)
    AlternativeFactory(dependency=dependency, rank=1)
    outage = plan(team, tool, facilitator)
    course.start(outage.pk, actor=facilitator, now=NOON)
    recovery = Recovery.objects.get()
    marks.mark(recovery.pk, "minimum", key=key(1), actor=facilitator, now=NOON + 5 * MINUTE)

    course.abort(outage.pk, actor=facilitator, now=NOON + 6 * MINUTE)

    assert not Proof.objects.exists()
    assert queries.measured([recovery.workflow_id], now=NOON) == {}


def test_a_planned_drill_can_be_aborted_and_missed(team, tool, facilitator):
    first, second = plan(team, tool, facilitator), plan(team, tool, facilitator)

    course.abort(first.pk, actor=facilitator, now=NOON)
    course.miss(second.pk, actor=None, now=NOON)

    states = dict(Outage.objects.values_list("pk", "state"))
    assert states == {first.pk: "aborted", second.pk: "missed"}


def test_an_excuse_carries_a_reason_and_a_name_and_stays_listed(team, tool, facilitator):
    DependencyFactory(tool=tool, workflow__team=team)
    outage = plan(team, tool, facilitator)
    course.start(outage.pk, actor=facilitator, now=NOON)
    recovery = Recovery.objects.get()

    course.excuse(recovery.pk, "Lead fell ill", actor=facilitator, now=NOON + MINUTE)
    course.end(outage.pk, actor=facilitator, now=NOON + 90 * MINUTE)

    outage.refresh_from_db()
    found = queries.results(outage, now=NOON)
    assert found.lines[0].verdict == "excused"
    assert found.lines[0].excused_by == "Amina Moreau"
    assert (found.summary.total, found.summary.excused) == (1, 1)
    assert found.summary.median is None


def test_nobody_is_excused_from_what_has_not_begun():
    recovery = Recovery.objects.create(
        outage=OutageFactory(),
        dependency=(dependency := DependencyFactory()),
        workflow=dependency.workflow,
        tool=dependency.tool,
    )

    with pytest.raises(NotRunning):
        course.excuse(recovery.pk, "Too early", actor=UserFactory(), now=NOON)

    recovery.refresh_from_db()
    assert recovery.excused_reason == ""


def test_a_limit_is_real_time_also_on_the_night_when_the_clocks_go_back(
    team, tool, facilitator
):
    now = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/Paris"))
    outage = plan(team, tool, facilitator)

    course.start(outage.pk, actor=facilitator, now=now)

    outage.refresh_from_db()
    assert outage.ends_by - outage.occurred_at == timedelta(hours=2)
