"""A real outage after the fact: its report, its two questions, its links."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.drills.models import Finding, RecoveryRating, Review, SurveyAnswer
from continuity.drills.queries import after
from continuity.drills.queries.wording import wording
from continuity.drills.services import drafting, findings
from continuity.history.models import Entry
from continuity.incidents.services import declaring, tending
from continuity.notifications.models import Kind, Notification
from continuity.notifications.services import endpoints
from continuity.outages.models import Mark, Pass
from continuity.outages.services import course, marks, real
from continuity.reports import services as reports
from continuity.reports.models import Report
from tests.drills.test_reports import ended, recovered
from tests.factories import (
    NOON,
    DependencyFactory,
    TeamFactory,
    ToolFactory,
    UserFactory,
    auditor,
    manager,
    member,
)
from tests.outages.keys import key

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
END = NOON + 2 * HOUR
PAGE_QUERIES = {"report": 10, "recoveries": 9, "timeline": 6, "said": 7}


@pytest.fixture
def team():
    return TeamFactory(name="Claims")


@pytest.fixture
def dependency(team):
    return DependencyFactory(
        tool=ToolFactory(name="ChatGPT"),
        workflow__team=team,
        workflow__name="Answer claims",
        workflow__rto=HOUR,
        workflow__owner=UserFactory(name="Amina Moreau"),
    )


@pytest.fixture
def outage(team, dependency):
    """A real outage since noon, declared by a member of the team that it hits."""
    return declaring.declare(
        title="ChatGPT does not work",
        seen="Error 503",
        tools=[dependency.tool],
        occurred_at=NOON,
        links=[],
        actor=member(team, TeamRole.MEMBER),
        now=NOON,
    )


@pytest.fixture
def over(outage):
    """The same, over after two hours, its one workflow back after ninety minutes."""
    back(outage, 90)
    return finish(outage)


def back(outage, minutes):
    at = NOON + minutes * MINUTE
    marks.mark(
        outage.recoveries.get().pk, "minimum", key=key(minutes), actor=manager(), now=at
    )


def finish(outage, at=END):
    course.end(outage.pk, actor=outage.facilitator, now=at)
    outage.refresh_from_db()
    return outage


def drafts(outage):
    return list(outage.findings.order_by("pk").values_list("draft", flat=True))


def test_what_really_failed_is_drafted_in_its_own_words_and_once(over):
    assert drafting.draft_due(now=END) == 1
    assert drafting.draft_due(now=END) == 0

    assert Review.objects.get().outage == over
    assert wording(Finding.objects.get()) == (
        "Answer claims took 1\u00a0h\u00a030 to work again without ChatGPT; its target is "
        "1\u00a0h."
    )


def test_what_was_still_down_says_that_the_outage_was_over_and_not_a_drill(outage):
    finish(outage)
    drafting.draft_due(now=END)

    assert wording(Finding.objects.get()) == (
        "Answer claims was still down without ChatGPT after 2\u00a0h, when the outage was "
        "over; its target is 1\u00a0h."
    )


def test_an_outage_that_goes_on_after_all_is_drafted_anew_but_for_what_was_touched(
    outage,
):
    finish(outage, NOON + 50 * MINUTE)  # before its target has run out
    drafting.draft_due(now=END)
    assert drafts(outage) == ["not_shown"]
    said = findings.add(
        outage.pk,
        kind="finding",
        text="Nobody knew the number of the provider.",
        workflow=None,
        alternative=None,
        actor=manager(),
        now=END,
    )
    declaring.take_up(outage.pk, actor=outage.facilitator, now=END)
    back(outage, 130)
    finish(outage, END + HOUR)

    assert drafting.draft_due(now=END + HOUR) == 1

    assert drafts(outage) == ["", "missed"]
    assert outage.findings.first() == said
    assert drafting.draft_due(now=END + HOUR) == 0


def test_a_corrected_onset_changes_what_was_drafted(over):
    drafting.draft_due(now=END)
    onset = NOON + 40 * MINUTE

    real.move_onset(over.pk, onset, reason="Logs", actor=over.facilitator, now=END + MINUTE)

    assert drafting.draft_due(now=END + 2 * MINUTE) == 1
    assert drafts(over) == ["all_met"]
    assert drafting.draft_due(now=END + 3 * MINUTE) == 0


CAST = [
    ("stranger", 404, 404),
    (TeamRole.VIEWER, 403, 403),
    (TeamRole.MEMBER, 403, 403),
    ("auditor", 403, 403),
    ("declarer", 302, 403),
    (TeamRole.LEAD, 302, 403),
    ("manager", 302, 302),
]


@pytest.mark.parametrize(("who", "edits", "approves"), CAST)
def test_who_runs_a_real_outage_finishes_its_report_and_a_manager_approves_it(
    client, team, over, who, edits, approves
):
    drafting.draft_due(now=END)
    people = {
        "stranger": lambda: member(TeamFactory(), TeamRole.LEAD),
        "auditor": auditor,
        "manager": manager,
        "declarer": lambda: over.facilitator,
    }
    client.force_login(people[who]() if who in people else member(team, who))
    finding, recovery = Finding.objects.get(), over.recoveries.get()

    def post(name, *args, **data):
        return client.post(reverse(name, args=args), data).status_code

    assert [
        post("reviews:conclude", over.pk, conclusion="We waited too long."),
        post("reviews:rate_recovery", over.pk, recovery.pk, rating="M"),
        post("reviews:finding_new", over.pk, kind="strength", text="Calm."),
        post("drills:finding_dismiss", finding.pk),
    ] == [edits] * 4
    assert post("reviews:approve", over.pk) == approves

    written = edits == 302
    assert (Review.objects.get().conclusion != "") is written
    assert RecoveryRating.objects.exists() is written
    assert Finding.objects.filter(text="Calm.").exists() is written
    over.refresh_from_db()
    assert (over.state == "reviewed") is (approves == 302)
    assert Entry.objects.filter(verb="outage.reviewed").exists() is (approves == 302)


def test_after_a_rating_the_reader_is_where_they_were(client, over):
    drafting.draft_due(now=END)
    client.force_login(manager())
    recovery = over.recoveries.get()
    path = reverse("reviews:rate_recovery", args=[over.pk, recovery.pk])

    refused = client.post(f"{path}?page=1", {"rating": "Z", "note": "Why"})
    saved = client.post(f"{path}?page=1", {"rating": "S", "note": "Why"})

    assert refused.status_code == 422
    assert "<details open>" in refused.text
    place = f"/reviews/{over.pk}/recoveries/?page=1#recovery-{recovery.pk}"
    assert saved.headers["Location"] == place


def test_its_report_has_no_aims_no_injects_and_never_says_exercise(client, over):
    drafting.draft_due(now=END)
    client.force_login(over.facilitator)

    page = client.get(reverse("reviews:report", args=[over.pk])).text

    assert "Answer claims took" in page
    assert "Aims" not in page
    assert "EXERCISE" not in page
    assert "is-drill" not in page
    assert client.get(reverse("reviews:injects", args=[over.pk])).status_code == 404
    assert client.post(reverse("reviews:rate", args=[over.pk, 1])).status_code == 404


def test_a_report_lies_below_drills_or_below_outages(client, team, over):
    drill = ended(team)
    client.force_login(manager())

    def marked(outage_pk):
        page = client.get(reverse("reviews:report", args=[outage_pk])).text
        return re.findall(r'href="([^"]+)"[^>]* aria-current="true"', page)

    assert marked(over.pk) == [reverse("outages:list")]
    assert marked(drill.outage_id) == [reverse("drills:list")]


def test_a_real_recovery_stands_beside_the_last_drill_of_the_same_work(
    team, dependency, over
):
    drill = ended(team, at=NOON - timedelta(days=30))
    recovered(drill, team, dependency=dependency, after=50)

    [row] = after.beside(over, after.recoveries(over, now=END).lines, now=END)

    assert row.before.reading.length == 50 * MINUTE
    assert row.change.length == 40 * MINUTE


@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 404), (TeamRole.VIEWER, 403), ("auditor", 403), ("owner", 302)],
)
def test_whom_it_concerned_answers_the_two_questions(
    client, team, dependency, over, who, status
):
    people = {
        "stranger": lambda: member(TeamFactory(), TeamRole.LEAD),
        "auditor": auditor,
        "owner": lambda: dependency.workflow.owner,
    }
    client.force_login(people[who]() if who in people else member(team, who))
    path = reverse("reviews:survey", args=[over.pk])

    response = client.post(path, {"slowed": "No seat", "helps": ""})

    assert response.status_code == status
    assert SurveyAnswer.objects.filter(outage=over).exists() is (status == 302)


@pytest.mark.parametrize(("state", "offered"), [("running", False), ("ended", True)])
def test_the_live_page_offers_the_questions_once_it_is_over(client, outage, state, offered):
    if state == "ended":
        finish(outage)
    client.force_login(outage.facilitator)

    page = client.get(outage.get_absolute_url()).text

    assert (reverse("reviews:survey", args=[outage.pk]) in page) is offered


def test_at_its_end_people_are_sent_to_the_questions_and_chats_to_the_result(team, outage):
    endpoints.add(
        style="webhook",
        name="Chat",
        url="https://hooks.example/x",
        language="en",
        kinds=[Kind.OUTAGE_OVER],
        teams=[team],
        actor=None,
        now=NOON,
    )
    finish(outage)

    tending.tend(now=END)

    told = Notification.objects.filter(kind=Kind.OUTAGE_OVER).first()
    survey = reverse("reviews:survey", args=[outage.pk])
    result = reverse("incidents:result", args=[outage.pk])
    assert told.path == survey
    assert result in told.body
    assert not told.exercise
    [sent] = endpoints.Delivery.objects.all()
    assert result in sent.body
    assert survey not in sent.body


def test_who_answers_for_the_work_gets_a_link_that_needs_no_sign_in(
    client, dependency, outage
):
    owner = dependency.workflow.owner
    one = Pass.objects.get()
    assert one.user == owner
    path = one.get_absolute_url()
    with_link = Notification.objects.filter(kind=Kind.OUTAGE, body__contains=path)
    assert [row.recipient for row in with_link] == [owner]

    with time_machine.travel(NOON + 5 * MINUTE, tick=False):
        page = client.get(path)
        pressed = client.post(
            reverse("outages:pass_press", args=[one.token, outage.recoveries.get().pk]),
            {"clock": "acknowledged", "key": key(1)},
        )

    assert page.status_code == 200
    assert "ends with the outage" in page.text
    assert "EXERCISE" not in page.text
    assert pressed.status_code == 302
    mark = Mark.objects.get()
    assert (mark.clock, mark.by, mark.by_link) == ("acknowledged", owner, True)


def test_a_link_goes_to_nobody_twice_and_not_into_a_chat(team, dependency):
    endpoints.add(
        style="slack",
        name="Chat",
        url="https://hooks.example/x",
        language="en",
        kinds=[Kind.OUTAGE],
        teams=[team],
        actor=None,
        now=NOON,
    )
    person = member(team, TeamRole.MEMBER)
    outage = declaring.declare(
        title="ChatGPT does not work",
        seen="",
        tools=[dependency.tool],
        occurred_at=NOON,
        links=[],
        actor=person,
        now=NOON,
    )

    declaring.join(outage.pk, seen="", tools=[], actor=manager(), now=NOON)

    assert Pass.objects.count() == 1
    [sent] = endpoints.Delivery.objects.all()
    assert "by-link" not in sent.body


@pytest.mark.parametrize("name", list(PAGE_QUERIES))
@pytest.mark.parametrize("number", [1, 30])
def test_a_report_of_what_was_real_asks_the_same_for_one_row_and_for_many(
    client, team, outage, name, number, django_assert_max_num_queries
):
    for _each in range(number):
        DependencyFactory(tool=outage.tools.get(), workflow__team=team)
        SurveyAnswer.objects.create(
            outage=outage, person=UserFactory(), slowed="x", answered_at=END
        )
    declaring.join(outage.pk, seen="", tools=[], actor=manager(), now=NOON)
    finish(outage)
    drafting.draft_due(now=END)
    client.force_login(manager())
    path = reverse(f"reviews:{name}", args=[outage.pk])
    client.get(path)

    with django_assert_max_num_queries(PAGE_QUERIES[name]):
        assert client.get(path).status_code == 200


def test_its_pdf_is_made_by_itself_and_calls_nothing_an_exercise(over, team):
    drafting.draft_due(now=END)

    assert reports.ask_for_missing(now=END) == 1
    assert reports.ask_for_missing(now=END) == 0

    report = Report.objects.get()
    facts, files = reports.made(report)
    assert (facts["title"], facts["drill"]["real"]) == ("ChatGPT does not work", True)
    assert facts["drill"]["kind"] == "Real outage"
    assert facts["drill"]["tools"] == ["ChatGPT"]
    assert (facts["scenario"], facts["phases"], facts["aims"]) == (None, [], [])
    assert facts["figures"]["missed"] == 1
    assert next(row["what"] for row in facts["journal"]).startswith("Outage declared")
    assert "EXERCISE" not in str(facts)
    assert files.pdf.startswith(b"%PDF-")
    for who, sees in ((member(team, TeamRole.VIEWER), True), (UserFactory(), False)):
        assert Report.objects.allowing(who, "view").exists() is sees
