"""Webhooks, Slack and Teams: who is told what, signed, retried, paused, put back."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import time_machine
from django.urls import reverse
from standardwebhooks import Webhook, WebhookVerificationError

from continuity.domain.errors import NotAllowedNow
from continuity.history.models import Entry
from continuity.notifications.models import Delivery, Endpoint, Kind, Notification
from continuity.notifications.services import Message, endpoints, owe
from continuity.notifications.services.deliveries import (
    FAILS_TOO_LONG,
    JITTER,
    LEASE,
    SCHEDULE,
    tell_endpoints,
)
from tests.factories import NOON, TeamFactory, UserFactory, administrator, manager

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


class Receiver(ThreadingHTTPServer):
    """The other side: keeps what it got and answers as it is told."""

    status = 204
    retry_after = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class Answers(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.got.append((dict(self.headers.items()), body))
        self.send_response(self.server.status)
        if self.server.retry_after:
            self.send_header("retry-after", self.server.retry_after)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    with Receiver(("127.0.0.1", 0), Answers) as server:
        server.got = []
        settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
        settings.OUTGOING_PORTS = [server.server_address[1]]
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def add(url="https://hooks.example/x", style="webhook", **changes):
    fields = {"name": "Operations", "language": "en", "kinds": [], "teams": [], **changes}
    return endpoints.add(
        style=style, url=url, **fields, actor=changes.pop("actor", None), now=NOON
    )


def happen(key="drill-started-1", kind=Kind.STARTED, teams=(), now=NOON):
    owe(
        [],
        write=lambda _user: Message(
            "It has <started> & runs",
            "To one person.",
            "/outages/3/",
            exercise=True,
            shared="To all.",
        ),
        key=key,
        now=now,
        kind=kind,
        teams=teams,
    )


def test_a_webhook_is_signed_and_says_that_it_is_an_exercise(receiver):
    endpoint = add(receiver.url)

    with time_machine.travel(NOON):
        happen()
        happen()
        assert tell_endpoints(now=NOON) == 1
        assert tell_endpoints(now=NOON) == 0

        [(headers, body)] = receiver.got
        said = Webhook(endpoint.secret).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(endpoint.secret).verify(body.replace("true", "false"), headers)
    assert said == {
        "type": "drill.started",
        "timestamp": "2026-03-02T12:00:00Z",
        "exercise": True,
        "data": {
            "subject": "EXERCISE - EXERCICE · It has <started> & runs",
            "text": "EXERCISE - EXERCICE\n\nTo all.",
            "url": "http://127.0.0.1:8000/outages/3/",
        },
    }
    row = Delivery.objects.get()
    assert (row.sent_at, row.status, row.attempts) == (NOON, 204, 1)
    assert headers["webhook-id"] == row.message_id


def test_after_a_change_both_secrets_sign_for_a_day(receiver):
    endpoint = add(receiver.url)
    old = endpoint.secret
    new = endpoints.rotate(endpoint.pk, actor=UserFactory(), now=NOON).secret

    for number, now in enumerate((NOON, NOON + DAY)):
        happen(f"k{number}", now=now)
        assert tell_endpoints(now=now) == 1
    with time_machine.travel(NOON):
        (headers, body), _later = receiver.got
        assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
    with time_machine.travel(NOON + DAY):
        _earlier, (headers, body) = receiver.got
        assert Webhook(new).verify(body, headers)["exercise"] is True
        with pytest.raises(WebhookVerificationError):
            Webhook(old).verify(body, headers)


def test_slack_gets_text_that_calls_nobody(receiver):
    add(receiver.url, "slack", language="fr")
    happen()

    assert tell_endpoints(now=NOON) == 1

    [(headers, body)] = receiver.got
    assert json.loads(body)["text"] == (
        "*EXERCISE - EXERCICE · It has &lt;started&gt; &amp; runs*\n"
        "EXERCISE - EXERCICE\n\nTo all.\n"
        "<http://127.0.0.1:8000/outages/3/|Ouvrir dans Continuity>"
    )
    assert "webhook-signature" not in headers


def test_teams_gets_a_card_that_reads_no_markdown(receiver):
    add(receiver.url, "teams")
    happen()

    assert tell_endpoints(now=NOON) == 1

    [(_headers, body)] = receiver.got
    [attachment] = json.loads(body)["attachments"]
    card = attachment["content"]
    assert [block["type"] for block in card["body"]] == ["RichTextBlock"] * 3
    texts = [block["inlines"][0]["text"] for block in card["body"]]
    assert texts == [
        "EXERCISE - EXERCICE · It has <started> & runs",
        "EXERCISE - EXERCICE",
        "To all.",
    ]
    assert card["actions"][0]["url"] == "http://127.0.0.1:8000/outages/3/"


def test_each_is_told_what_it_asked_for_and_of_its_teams():
    department = TeamFactory()
    inside, other = TeamFactory(parent=department), TeamFactory()
    add(name="all")
    add(name="reports", kinds=[Kind.REPORT_READY])
    add(name="starts", kinds=[Kind.STARTED, Kind.OVER])
    add(name="department", teams=[department, other])
    add(name="other", teams=[other])

    happen(teams=[inside])
    assert told() == ["all", "department", "starts"]
    happen("second")
    assert told("second") == ["all", "starts"]
    happen("third", Kind.HANDED)
    happen("fourth", Kind.ACCOUNT)
    assert told("third") == told("fourth") == []


def told(key="drill-started-1"):
    rows = Delivery.objects.filter(dedupe_key=key)
    return sorted(rows.values_list("endpoint__name", flat=True))


def test_a_failure_is_tried_again_on_the_published_schedule_and_then_given_up(receiver):
    add(receiver.url)
    receiver.status = 500
    happen()
    now = NOON
    # One success in between, or it would be paused for failing so long.
    for wait in SCHEDULE:
        assert tell_endpoints(now=now) == 0
        row = Delivery.objects.get()
        assert wait <= row.due_at - now <= wait * (1 + JITTER)
        assert (row.status, row.last_error, row.gave_up_at) == (500, "HTTP 500", None)
        now = row.due_at
        Endpoint.objects.update(failing_since=None)

    assert tell_endpoints(now=now) == 0

    row = Delivery.objects.get()
    assert (row.attempts, row.gave_up_at) == (10, now)
    assert sum(SCHEDULE, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    assert len({body for _headers, body in receiver.got}) == 1


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Mon, 02 Mar 2026 12:03:00 GMT", timedelta(minutes=3)),
        ("99999999", DAY),
        ("1", 5 * SECOND),
        ("soon", 5 * SECOND),
        ("-5", 5 * SECOND),
        ("²", 5 * SECOND),
    ],
)
def test_a_receiver_may_ask_for_more_time(receiver, header, wait):
    add(receiver.url)
    receiver.status, receiver.retry_after = 429, header.encode().decode("latin-1")
    happen()

    assert tell_endpoints(now=NOON) == 0

    due = Delivery.objects.get().due_at
    assert wait <= due - NOON <= max(wait, 5 * SECOND * (1 + JITTER))


def test_an_endpoint_that_fails_for_three_days_is_paused_and_administrators_are_told(
    receiver,
):
    boss, _someone = administrator(), manager()
    endpoint = add(receiver.url)
    receiver.status = 302
    happen()

    assert tell_endpoints(now=NOON) == 0
    Delivery.objects.update(due_at=NOON)
    assert tell_endpoints(now=NOON + FAILS_TOO_LONG - SECOND) == 0
    endpoint.refresh_from_db()
    assert (endpoint.failing_since, endpoint.paused_at) == (NOON, None)
    Delivery.objects.update(due_at=NOON)
    assert tell_endpoints(now=NOON + FAILS_TOO_LONG) == 0

    endpoint.refresh_from_db()
    assert endpoint.paused_at == NOON + FAILS_TOO_LONG
    assert endpoint.paused_reason == "failing"
    warning = Notification.objects.get(kind=Kind.ENDPOINT_PAUSED)
    assert warning.recipient == boss
    assert "Operations" in warning.subject
    assert warning.path == endpoint.get_absolute_url()
    Delivery.objects.update(due_at=NOON)
    assert tell_endpoints(now=NOON + 30 * DAY) == 0
    assert len(receiver.got) == 3
    happen("later", now=NOON + 30 * DAY)
    assert told("later") == []


def test_who_says_gone_is_paused_at_once(receiver):
    endpoint = add(receiver.url)
    receiver.status = 410
    happen()

    assert tell_endpoints(now=NOON) == 0

    endpoint.refresh_from_db()
    assert (endpoint.paused_at, endpoint.paused_reason) == (NOON, "gone")


def test_one_success_ends_the_count_of_failing(receiver):
    endpoint = add(receiver.url)
    Endpoint.objects.update(failing_since=NOON - 2 * DAY)
    happen()

    assert tell_endpoints(now=NOON) == 1

    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_what_goes_on_sends_what_waited_at_once(receiver):
    endpoint = add(receiver.url)
    happen()
    endpoints.pause(endpoint.pk, actor=UserFactory(), now=NOON)
    assert tell_endpoints(now=NOON) == 0
    Delivery.objects.update(due_at=NOON + DAY)

    endpoints.resume(endpoint.pk, actor=UserFactory(), now=NOON)

    assert tell_endpoints(now=NOON) == 1


def test_a_slow_or_dead_one_does_not_hold_up_the_others(receiver, settings):
    # Nobody listens on port 1; whoever is tried first must not end the round.
    settings.OUTGOING_PORTS = [*settings.OUTGOING_PORTS, 1]
    add("http://127.0.0.1:1/", name="dead")
    add(receiver.url, name="alive")
    happen()

    assert tell_endpoints(now=NOON) == 1

    assert len(receiver.got) == 1
    dead = Delivery.objects.get(endpoint__name="dead")
    assert dead.status is None
    assert dead.last_error.startswith("ConnectError")


def test_a_worker_that_died_leaves_one_that_is_sent_again_with_the_same_id(receiver):
    add(receiver.url)
    happen()
    Delivery.objects.update(leased_until=NOON + LEASE, attempts=1)

    assert tell_endpoints(now=NOON + LEASE - SECOND) == 0
    assert tell_endpoints(now=NOON + LEASE) == 1
    assert receiver.got[0][0]["webhook-id"] == Delivery.objects.get().message_id


def test_a_message_that_kills_its_worker_each_time_is_given_up(receiver):
    add(receiver.url)
    happen()
    Delivery.objects.update(leased_until=NOON, attempts=len(SCHEDULE) + 1)

    assert tell_endpoints(now=NOON) == 0

    assert receiver.got == []
    assert Delivery.objects.get().last_error == "The worker died while sending."


def test_a_removed_one_is_told_nothing_until_it_is_put_back(receiver):
    endpoint = add(receiver.url)
    endpoints.remove(endpoint.pk, actor=UserFactory(), now=NOON)
    endpoints.remove(endpoint.pk, actor=UserFactory(), now=NOON)
    happen()
    assert told() == []

    endpoints.restore(endpoint.pk, actor=UserFactory(), now=NOON)
    happen()

    assert told() == ["Operations"]
    verbs = list(Entry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["endpoint.added", "endpoint.removed", "endpoint.restored"]


def test_history_never_holds_the_address(receiver):
    endpoint = add("https://hooks.example/services/very-secret", kinds=["drill.started"])
    endpoints.change(
        endpoint.pk,
        name="Ops",
        url="https://other.example/also-secret",
        language="en",
        kinds=[],
        teams=[],
        actor=None,
        now=NOON,
    )

    changed = Entry.objects.get(verb="endpoint.changed")
    assert changed.before == {
        "name": "Operations",
        "host": "hooks.example",
        "kinds": ["drill.started"],
    }
    assert changed.after == {"name": "Ops", "host": "other.example", "kinds": []}
    assert "secret" not in str(list(Entry.objects.values("before", "after")))


def test_what_was_taken_can_be_sent_again_under_the_same_id(receiver):
    add(receiver.url)
    happen()
    assert tell_endpoints(now=NOON) == 1
    row = Delivery.objects.get()

    endpoints.send_again(row.pk, actor=UserFactory(), now=NOON)
    with pytest.raises(NotAllowedNow):
        endpoints.send_again(row.pk, actor=UserFactory(), now=NOON)

    assert tell_endpoints(now=NOON) == 1
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1


def test_a_test_message_is_no_exercise_and_goes_to_one_alone(receiver):
    endpoint = add(receiver.url, kinds=[Kind.OVER])
    add(receiver.url, name="Other")

    endpoints.test(endpoint.pk, actor=UserFactory(name="Ann"), now=NOON)

    assert tell_endpoints(now=NOON) == 1
    [(_headers, body)] = receiver.got
    said = json.loads(body)
    assert (said["type"], said["exercise"]) == ("test", False)
    assert "Ann" in said["data"]["text"]


PAGES = [
    ("endpoint", "get"),
    ("endpoint_test", "post"),
    ("endpoint_rotate", "post"),
    ("endpoint_pause", "post"),
    ("endpoint_resume", "post"),
    ("endpoint_remove", "post"),
    ("endpoint_restore", "post"),
]


@pytest.mark.parametrize(("page", "method"), PAGES)
def test_only_an_administrator_gets_at_an_endpoint(client, page, method):
    endpoint = add()
    before = Entry.objects.count()
    address = reverse(f"notifications:{page}", args=[endpoint.pk])
    client.force_login(manager())

    assert getattr(client, method)(address).status_code == 404
    assert Entry.objects.count() == before
    client.force_login(administrator())
    assert getattr(client, method)(address).status_code == (200 if method == "get" else 302)


def test_an_administrator_adds_one_and_sees_its_secret_once(client):
    client.force_login(administrator())
    fields = {
        "style": "webhook",
        "name": "Pager",
        "url": "https://hooks.example/in",
        "language": "fr",
        "kinds": ["drill.started"],
    }

    answer = client.post(reverse("notifications:endpoint_new"), fields)

    endpoint = Endpoint.objects.get()
    assert (answer.status_code, answer["location"]) == (302, endpoint.get_absolute_url())
    page = client.get(answer["location"])
    assert endpoint.secret in page.content.decode()
    assert page["cache-control"] == "no-store"
    assert endpoint.secret not in client.get(answer["location"]).content.decode()


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example/", "https://127.0.0.1/", "https://a:b@hooks.example/", "x", ""],
)
def test_an_address_that_may_not_be_reached_is_refused_with_a_sentence(client, url):
    client.force_login(administrator())
    fields = {"style": "slack", "name": "Ops", "url": url, "language": "en"}

    page = client.post(reverse("notifications:endpoint_new"), fields)

    assert page.status_code == 200
    expected = "Nothing can be sent to this address" if url else "This field is required"
    assert expected in page.content.decode()
    assert Endpoint.objects.count() == 0


@pytest.mark.parametrize("number", [1, 40])
def test_the_lists_ask_the_same_for_one_and_for_many(
    client, number, django_assert_num_queries
):
    client.force_login(administrator())
    for each in range(number):
        endpoint = add(name=f"Endpoint {each}", kinds=["drill.started"])
    for each in range(number):
        endpoints.test(endpoint.pk, actor=None, now=NOON + each * SECOND)

    with django_assert_num_queries(5):
        client.get(reverse("notifications:endpoints"))
    with django_assert_num_queries(8):
        client.get(endpoint.get_absolute_url())
