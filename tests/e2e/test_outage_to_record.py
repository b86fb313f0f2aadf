"""A real outage, told through its doors: declared, worked through, over, on record."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.incidents.tasks import tend
from continuity.inventory.models import Proof
from continuity.notifications.tasks import deliver
from continuity.outages.models import Outage, Recovery
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


@pytest.mark.django_db(transaction=True)
def test_from_declaring_to_the_record(client):
    team = TeamFactory(name="Claims")
    person, owner = member(team, TeamRole.MEMBER), UserFactory(email="owner@example.test")
    dependency = DependencyFactory(
        workflow__team=team, workflow__owner=owner, tool__name="ChatGPT"
    )
    AlternativeFactory(dependency=dependency, rank=1)
    client.force_login(person)
    with time_machine.travel(NOON, tick=False) as clock:
        client.post(
            reverse("incidents:declare"),
            {"tools": [dependency.tool_id], "since": "2026-03-02T11:50", "seen": "503"},
        )
        deliver()
        outage, recovery = Outage.objects.get(), Recovery.objects.get()
        told = next(m for m in mail.outbox if m.to == ["owner@example.test"])
        assert told.subject == "Outage: ChatGPT does not work"
        assert outage.get_absolute_url() in told.body
        client.force_login(owner)
        for number, mark in enumerate(["acknowledged", "switched", "minimum"]):
            clock.shift(5 * MINUTE)
            press = {"clock": mark, "key": key(number), "capacity": "80"}
            client.post(reverse("outages:press", args=[recovery.pk]), press)
        client.force_login(person)
        client.post(reverse("outages:end", args=[outage.pk]))
        tend()
        deliver()
        assert "The outage is over: ChatGPT does not work" in {
            message.subject for message in mail.outbox
        }
        page = client.get(reverse("incidents:result", args=[outage.pk])).content.decode()
        assert "25\u00a0min" in page
        proof = Proof.objects.get()
        assert (proof.source, proof.minimum_after) == ("outage", 25 * MINUTE)
        record = reverse("outages:workflow_record", args=[dependency.workflow_id])
        assert "ChatGPT does not work" in client.get(record).content.decode()
