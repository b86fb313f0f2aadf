"""The sample organisation: what one who starts the product for the first time finds."""

from datetime import timedelta

import pytest

from continuity.accounts.models import Team, User
from continuity.domain.clocks import Reading
from continuity.domain.errors import Conflict
from continuity.domain.states import DrillState
from continuity.inventory.models import Proof, Workflow
from continuity.notifications.models import Notification
from continuity.outages.models import Outage
from continuity.outages.queries import breaks, results
from continuity.sample import services as sample
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_the_sample_has_three_teams_a_dozen_workflows_and_one_who_administers():
    administrator, password = sample.load(now=NOON)

    assert (Team.objects.count(), Workflow.objects.count(), User.objects.count()) == (
        3,
        12,
        8,
    )
    assert administrator.email == "camille.renaud@meridian.example"
    assert administrator.check_password(password)


def test_the_drill_that_was_held_left_six_recoveries_four_proofs_and_a_whole_journal():
    sample.load(now=NOON)
    held = Outage.objects.get(state=DrillState.ENDED)

    shown = results(held, now=NOON)

    assert (shown.summary.total, shown.summary.recovered) == (6, 4)
    assert shown.summary.median == Reading(timedelta(minutes=31, seconds=45))
    assert Proof.objects.count() == 4
    assert list(breaks()) == []


def test_the_next_drill_begins_five_minutes_later_and_nobody_is_told_of_the_old_one():
    sample.load(now=NOON)
    coming = Outage.objects.get(state=DrillState.PLANNED)

    assert coming.due_at == NOON + timedelta(minutes=5)
    unsent = Notification.objects.filter(sent_at=None)
    assert unsent.exists()
    assert unsent.exclude(subject__contains="10 June 2025").count() == 0


def test_a_second_load_is_refused_and_changes_nothing():
    sample.load(now=NOON)

    with pytest.raises(Conflict):
        sample.load(now=NOON)

    assert (Team.objects.count(), Workflow.objects.count(), User.objects.count()) == (
        3,
        12,
        8,
    )
