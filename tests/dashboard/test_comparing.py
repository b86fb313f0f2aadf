"""Then and now: the figures of every day, and what changed them."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.dashboard.queries import overview, scope
from continuity.insight.models import Counted, Shift, Snapshot, Standing
from continuity.insight.services import snapshots
from continuity.inventory.models import Proof, Tier
from tests.dashboard.test_overview import ready_workflow
from tests.factories import (
    NOON,
    OrganisationFactory,
    OutageFactory,
    ProofFactory,
    TeamFactory,
    WorkflowFactory,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def organisation():
    return OrganisationFactory(zone="UTC")


def view_of(user, *, now=NOON, **asked):
    return overview(scope(user, **{"department": None, "months": 3, **asked}, now=now))


def shifted(view):
    return [(one.name, one.turn, one.why) for one in view.shifts.first]


def test_the_figures_of_a_day_are_kept_once_by_team_and_criticality():
    team = TeamFactory()
    ready_workflow(team=team, tier=Tier.CRITICAL)
    WorkflowFactory(team=team, tier=Tier.CRITICAL)
    WorkflowFactory(team=team, tier=Tier.LOW)
    OutageFactory(due_at=NOON - DAY)
    OutageFactory(due_at=NOON - DAY, secret=True)

    assert snapshots.take(now=NOON) is True
    assert snapshots.take(now=NOON + timedelta(hours=3)) is False

    kept = Snapshot.objects.get()
    assert (kept.day, kept.drills_overdue) == (NOON.date(), 1)
    assert list(
        Counted.objects.order_by("team", "tier").values_list(
            "team", "tier", "total", "ready", "unknown", "proven"
        )
    ) == [
        (team.pk, 1, 2, 1, 1, 1),
        (team.pk, 4, 1, 0, 1, 0),
        (None, 1, 2, 1, 1, 1),
        (None, 4, 1, 0, 1, 0),
    ]
    assert Standing.objects.count() == 3
    assert Shift.objects.count() == 0


def test_the_day_is_that_of_the_organisation(organisation):
    organisation.zone = "Pacific/Auckland"
    organisation.save()

    snapshots.take(now=NOON)

    assert Snapshot.objects.get().day == NOON.date() + DAY


def test_what_is_older_than_five_years_is_forgotten():
    snapshots.take(now=NOON)

    snapshots.take(now=NOON + snapshots.KEPT + DAY)

    assert Snapshot.objects.count() == 1


def test_a_comparison_names_what_changed_and_why():
    team = TeamFactory()
    lost = ready_workflow(team=team, name="Lost")
    gained = ready_workflow(team=team, name="Gained")
    Proof.objects.filter(alternative__dependency__workflow=gained).delete()
    moved = ready_workflow(team=team, name="Moved", tier=Tier.LOW)
    gone = WorkflowFactory(team=team, name="Gone")
    snapshots.take(now=NOON - 9 * DAY)
    Proof.objects.filter(alternative__dependency__workflow=lost).update(
        expires_at=NOON - 2 * DAY
    )
    ProofFactory(alternative=gained.dependencies.get().alternatives.get())
    moved.tier = Tier.CRITICAL
    moved.save()
    gone.archived_at = NOON - 3 * DAY
    gone.save()
    snapshots.take(now=NOON - DAY)
    WorkflowFactory(team=team, name="New")

    view = view_of(manager())

    assert view.compared.then.day == (NOON - 9 * DAY).date()
    assert (view.compared.then.ready, view.compared.then.total) == (2, 4)
    assert view.since_then == {"percent": 0, "proven": 0}
    assert shifted(view) == [
        ("Lost", "lost", "The proof expired"),
        ("Gained", "gained", "A proof was gained"),
        ("New", "added", "Names no tool"),
        ("Gone", "gone", ""),
    ]
    assert view.shifts.total == 5
    assert view.shifts[4:5][0].why == "From Low to Critical."


def test_what_came_and_went_between_is_no_change():
    workflow = ready_workflow()
    snapshots.take(now=NOON - 9 * DAY)
    Proof.objects.update(expires_at=NOON - 8 * DAY)
    snapshots.take(now=NOON - 5 * DAY)
    Proof.objects.update(expires_at=NOON + 8 * DAY)
    snapshots.take(now=NOON - DAY)

    view = view_of(manager())

    assert Shift.objects.filter(workflow=workflow).count() == 2
    assert view.shifts.total == 0
    assert view.compared.points[0][1] == 100


def test_the_first_day_has_nothing_to_compare_with():
    ready_workflow()
    snapshots.take(now=NOON)

    view = view_of(manager())

    assert view.compared.then is None
    assert view.since_then == {}
    assert view.shifts.total == 0


def test_the_period_chooses_the_day_that_is_compared_with():
    ready_workflow()
    for back in (200, 100, 10):
        snapshots.take(now=NOON - back * DAY)

    assert view_of(manager()).compared.then.day == (NOON - 100 * DAY).date()
    assert view_of(manager(), months=6).compared.then.day == (NOON - 200 * DAY).date()


def test_who_sees_one_team_is_shown_the_history_of_that_team():
    workflow = ready_workflow(name="Own")
    WorkflowFactory(name="Foreign")
    snapshots.take(now=NOON - DAY)
    WorkflowFactory(name="Foreign too")

    view = view_of(member(workflow.team, TeamRole.MEMBER))

    assert (view.compared.then.ready, view.compared.then.total) == (1, 1)
    assert view.shifts.total == 0
    assert "overdue" not in view.since_then


@pytest.mark.parametrize("count", [1, 60])
def test_the_list_of_changes_takes_the_same_queries_for_any_number(
    client: Client, count, django_assert_num_queries
):
    snapshots.take(now=NOON - DAY)
    for number in range(count):
        WorkflowFactory(name=f"W{number}")
    client.force_login(manager())

    with time_machine.travel(NOON, tick=False), django_assert_num_queries(7):
        response = client.get(reverse("dashboard:shifts"), {"turn": "added"})

    assert response.context["page"].paginator.count == count
