"""Every message of a drill has its kind, its page and its mark, for people and programs."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from continuity.drills.services import messages
from continuity.notifications.models import MARK, Delivery, Kind, Notification
from continuity.notifications.services import endpoints
from tests.factories import NOON, DrillFactory, ParticipantFactory, TeamFactory

pytestmark = pytest.mark.django_db
TELLING = [
    (lambda drill: messages.tell_planned(drill, now=NOON), Kind.PLANNED),
    (
        lambda drill: messages.tell_soon(drill, timedelta(days=7), now=NOON),
        Kind.WEEK_BEFORE,
    ),
    (
        lambda drill: messages.tell_soon(drill, timedelta(hours=1), now=NOON),
        Kind.HOUR_BEFORE,
    ),
    (lambda drill: messages.tell_started(drill, now=NOON), Kind.STARTED),
    (lambda drill: messages.tell_over(drill, now=NOON), Kind.OVER),
]


@pytest.mark.parametrize(("tell", "kind"), TELLING, ids=[kind for _tell, kind in TELLING])
def test_people_and_programs_are_told_that_it_is_an_exercise(tell, kind):
    team = TeamFactory()
    for style in ("webhook", "slack", "teams"):
        endpoints.add(
            style=style,
            name=style,
            url="https://hooks.example/x",
            language="fr",
            kinds=[kind],
            teams=[team],
            actor=None,
            now=NOON,
        )
    drill = ParticipantFactory(drill__outage__title="Ten June").drill
    drill.outage.teams.add(team)

    tell(drill)

    owed = Notification.objects.get()
    path = {
        Kind.STARTED: drill.outage.get_absolute_url(),
        Kind.OVER: reverse("reviews:survey", args=[drill.outage_id]),
    }.get(kind, drill.get_absolute_url())
    assert (owed.kind, owed.path, owed.exercise) == (kind, path, True)
    assert owed.subject.startswith(f"{MARK} · ")
    assert owed.body.startswith(f"{MARK}\n\nTen June\n\n")
    assert owed.body.endswith(f"\n\nhttp://127.0.0.1:8000{path}\n")
    sent = {row.endpoint.style: json.loads(row.body) for row in Delivery.objects.all()}
    assert sent["webhook"]["exercise"] is True
    assert sent["webhook"]["data"]["text"].startswith(f"{MARK}\n\nTen June\n\n")
    assert sent["slack"]["text"].startswith(f"*{MARK} · ")
    card = sent["teams"]["attachments"][0]["content"]
    assert card["body"][1]["inlines"][0]["text"] == MARK
    in_chat = {Kind.STARTED: path}.get(kind, drill.get_absolute_url())
    assert sent["webhook"]["data"]["url"] == f"http://127.0.0.1:8000{in_chat}"
    assert all("Vous participez" not in row.body for row in Delivery.objects.all())


def test_a_program_that_wants_other_teams_hears_nothing():
    endpoints.add(
        style="webhook",
        name="Other",
        url="https://hooks.example/x",
        language="en",
        kinds=[],
        teams=[TeamFactory()],
        actor=None,
        now=NOON,
    )

    messages.tell_started(DrillFactory(), now=NOON)

    assert Delivery.objects.count() == 0
