"""The product's one story, told through its doors: HTTP and Celery tasks."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.drills.models import Drill, Scenario, Schedule
from continuity.drills.services import scenarios
from continuity.drills.tasks import conduct, open_due
from continuity.inventory.models import Tool
from continuity.inventory.services import catalogue
from continuity.notifications.tasks import deliver
from continuity.outages.models import Recovery
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    TeamFactory,
    UserFactory,
    member,
)
from tests.outages.keys import key

MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_from_schedule_to_pdf(client):
    catalogue.load(NOON)
    scenarios.load(NOON)
    team = TeamFactory(name="Claims")
    lead, owner = member(team, TeamRole.LEAD), UserFactory(email="owner@example.test")
    dependency = DependencyFactory(
        tool=Tool.objects.get(name="ChatGPT"),
        workflow__team=team,
        workflow__owner=owner,
        workflow__rto=30 * MINUTE,
    )
    alternative = AlternativeFactory(dependency=dependency, rank=1)
    client.force_login(lead)

    with time_machine.travel(NOON, tick=False) as clock:
        client.post(
            reverse("drills:plan"),
            {
                "scenario": Scenario.objects.get(key="openai-2025-06-10").pk,
                "tools": [dependency.tool_id],
                "team": team.pk,
                "title": "ChatGPT degrades",
                "type": "functional",
                "when": "later",
                "starts_on": "2026-03-03",
                "starts_time": "12:00",
                "zone": "UTC",
                "repeats": "weekly",
                "notice": "86400",
                "limit": "7200",
                "speed": "60",
                "facilitator": lead.pk,
                "starts_by_itself": "on",
            },
        )
        assert Schedule.objects.get().next_due_at == NOON + timedelta(days=1)
        open_due()
        deliver()
        told = {message.to[0]: message.subject for message in mail.outbox}
        assert set(told) == {"owner@example.test", lead.email}
        assert told["owner@example.test"].startswith("EXERCISE - EXERCICE")

        clock.shift(timedelta(days=1))
        conduct()
        deliver()
        drill = Drill.objects.get()
        live = drill.outage.get_absolute_url()
        assert any(live in message.body for message in mail.outbox)

        recovery = Recovery.objects.get()
        client.force_login(owner)
        for number, (wait, mark) in enumerate(
            [(2, "acknowledged"), (10, "switched"), (13, "minimum")]
        ):
            clock.shift(wait * MINUTE)
            conduct()
            client.post(
                reverse("outages:press", args=[recovery.pk]),
                {"clock": mark, "key": key(number), "capacity": "80"},
            )
        assert "Recovered in" in client.get(live).content.decode()

        clock.shift(95 * MINUTE)
        conduct()
        conduct()
        deliver()
        page = client.get(drill.get_absolute_url()).content.decode()

    drill.refresh_from_db()
    assert (drill.outage.state, drill.wound_up_at) == ("ended", NOON + timedelta(hours=26))
    proof = alternative.proofs.get()
    assert (proof.minimum_after, proof.capacity) == (25 * MINUTE, 80)
    assert "Target met" in page
    assert "25\xa0min" in page
    assert Schedule.objects.get().next_due_at == NOON + timedelta(days=8)
