"""The report of a drill: drafted from the figures, finished by hand, approved."""

from datetime import timedelta
from threading import Thread

import pytest
import time_machine
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from continuity.accounts.roles import TeamRole
from continuity.domain.states import DrillState
from continuity.drills.models import (
    AimRating,
    Criterion,
    Drill,
    Finding,
    RecoveryRating,
    Review,
    SurveyAnswer,
)
from continuity.drills.queries import after
from continuity.drills.queries.wording import wording
from continuity.drills.services import conducting, drafting, findings, reviewing
from continuity.history.models import Entry
from continuity.notifications.models import Notification
from continuity.outages.models import EntryKind
from continuity.outages.services import course
from continuity.outages.services.journal import append
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    DrillFactory,
    DrillInjectFactory,
    OutageFactory,
    ParticipantFactory,
    RecoveryFactory,
    RunbookStepFactory,
    TeamFactory,
    UserFactory,
    WorkflowFactory,
    auditor,
    manager,
    member,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LATER = NOON + 180 * MINUTE
PAGE_QUERIES = {"report": 12, "recoveries": 9, "injects": 8, "timeline": 6, "said": 7}


@pytest.fixture
def team():
    return TeamFactory(name="Claims")


def ended(team, *, at=NOON, title="ChatGPT down", aim="Claims goes on"):
    """Make a drill of `team` that ran for two hours from `at`."""
    outage = OutageFactory(
        title=title, team=team, state="ended", occurred_at=at, ended_at=at + 120 * MINUTE
    )
    outage.teams.add(team)
    return DrillFactory(outage=outage, occurrence_at=at, aim=aim, wound_up_at=at)


def recovered(drill, team, *, after=None, dependency=None, **fields):
    """Make a recovery that worked again so many minutes in, with an RTO of an hour."""
    onset = drill.outage.occurred_at
    reached = None if after is None else onset + after * MINUTE
    return RecoveryFactory(
        outage=drill.outage,
        dependency=dependency or DependencyFactory(workflow__team=team),
        minimum_at=reached,
        **fields,
    )


def drafted(drill):
    drafting.draft_due(now=LATER)
    return [
        (one.draft, one.recovery_id)
        for one in Finding.objects.filter(outage=drill.outage).order_by("pk")
    ]


def test_a_draft_has_a_finding_for_each_shortcoming_and_none_for_the_rest(team):
    drill = ended(team)
    missed = recovered(drill, team, after=61)
    still_down = recovered(drill, team)
    short = recovered(drill, team, rto=timedelta(hours=3))
    recovered(drill, team, after=60)
    untold = recovered(drill, team, after=10, rto=None)

    assert drafted(drill) == [
        ("missed", missed.pk),
        ("missed", still_down.pk),
        ("not_shown", short.pk),
        ("no_target", untold.pk),
    ]
    assert [wording(one) for one in Finding.objects.filter(recovery=missed)] == [
        f"{missed.workflow} took 1\u00a0h\u00a001 to work again without {missed.tool}; "
        "its target is 1\u00a0h."
    ]


def test_an_alternative_that_carries_too_little_or_has_no_runbook_is_a_finding(team):
    drill = ended(team)
    dependency = DependencyFactory(workflow__team=team)
    bare = AlternativeFactory(dependency=dependency)
    written = AlternativeFactory(dependency=DependencyFactory(workflow__team=team))
    RunbookStepFactory(alternative=written)
    used = {"switched_at": NOON + 5 * MINUTE, "after": 20, "mbco_percent": 50}
    low = recovered(
        drill, team, dependency=dependency, alternative=bare, capacity=30, **used
    )
    recovered(
        drill, team, dependency=written.dependency, alternative=written, capacity=50, **used
    )
    improvised = recovered(drill, team, **used)

    assert drafted(drill) == [
        ("below_mbco", low.pk),
        ("no_alternative", improvised.pk),
        ("no_runbook", low.pk),
        ("all_met", None),
    ]


def test_stuck_for_more_than_ten_minutes_of_the_clock_is_a_finding(team):
    drill = ended(team)
    drill.outage.stops.create(began_at=NOON + 4 * MINUTE, ended_at=NOON + 8 * MINUTE)
    long, short = recovered(drill, team, after=30), recovered(drill, team, after=30)

    def note(recovery, kind, minutes):
        at = NOON + minutes * MINUTE
        data = {"reason": "No seat"}
        append(drill.outage, kind, at=at, now=at, actor=None, recovery=recovery, data=data)

    note(long, EntryKind.STUCK, 2)
    note(short, EntryKind.STUCK, 2)
    note(short, EntryKind.UNSTUCK, 16)  # 14 minutes, four of them paused
    note(long, EntryKind.UNSTUCK, 17)

    assert ("stuck", long.pk) in drafted(drill)
    assert not Finding.objects.filter(draft="stuck", recovery=short).exists()
    assert Finding.objects.get(draft="stuck").facts["stuck_seconds"] == 660


def test_what_failed_last_time_and_passes_now_is_a_strength(team):
    dependency = DependencyFactory(workflow__team=team)
    first = ended(team, at=NOON - timedelta(days=30), title="First")
    recovered(first, team, dependency=dependency, after=90)
    second = ended(team)
    again = recovered(second, team, dependency=dependency, after=40)

    assert drafted(second) == [("all_met", None), ("improved", again.pk)]
    assert set(Finding.objects.filter(outage=second.outage).values_list("kind")) == {
        ("strength",)
    }


def test_a_drill_is_drafted_once_as_it_ends_and_tells_everybody_of_the_questions(team):
    drill = ended(team)
    Drill.objects.filter(pk=drill.pk).update(wound_up_at=None)
    recovered(drill, team, after=90)
    person = ParticipantFactory(drill=drill).user

    conducting.conduct(now=LATER)
    conducting.conduct(now=LATER)

    assert drafting.draft_due(now=LATER) == 0
    assert Finding.objects.count() == 1
    assert Review.objects.get().drafted_at == LATER
    assert Entry.objects.filter(verb="review.drafted").count() == 1
    [told] = Notification.objects.filter(recipient=person)
    assert told.body.startswith("EXERCISE - EXERCICE")
    assert f"/reviews/{drill.outage_id}/survey/" in told.body


@pytest.mark.parametrize("state", ["running", "aborted", "missed", "planned"])
def test_what_did_not_end_is_not_drafted(team, state):
    drill = ended(team)
    instants = {
        "running": {"ended_at": None, "ends_by": LATER},
        "aborted": {},
        "missed": {"occurred_at": None, "ended_at": None},
        "planned": {"occurred_at": None, "ended_at": None},
    }[state]
    type(drill.outage).objects.filter(pk=drill.outage_id).update(state=state, **instants)

    assert drafting.draft_due(now=LATER) == 0
    with pytest.raises(reviewing.NoReport):
        reviewing.conclude(drill.outage_id, "x", actor=manager(), now=LATER)
    assert not Review.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_draft_one_report():
    team = TeamFactory()
    drill = ended(team)
    recovered(drill, team, after=90)

    def work():
        drafting.draft_due(now=LATER)
        connections.close_all()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Review.objects.count() == 1
    assert Finding.objects.count() == 1


def test_a_draft_is_read_in_each_language_until_somebody_edits_it(client, team):
    drill = ended(team)
    recovered(drill, team, after=90)
    drafting.draft_due(now=LATER)
    finding = Finding.objects.get()
    judge = drill.outage.facilitator
    judge.language = "fr"
    judge.save()
    client.force_login(judge)

    page = client.get(reverse("reviews:report", args=[drill.outage_id]))
    assert "Rédigé d’après les chiffres" in page.content.decode()
    response = client.post(
        reverse("drills:finding_edit", args=[finding.pk]),
        {"kind": "finding", "text": "Personne n’avait de compte.", "workflow": ""},
    )

    assert response.status_code == 302
    finding.refresh_from_db()
    assert (finding.text, finding.workflow) == ("Personne n’avait de compte.", None)
    assert wording(finding) == "Personne n’avait de compte."
    assert finding.edited_at is not None
    page = client.get(reverse("reviews:report", args=[drill.outage_id])).content.decode()
    assert "Rédigé d’après les chiffres" not in page
    assert Entry.objects.get(verb="finding.changed").after["text"] == finding.text


def test_a_dismissed_finding_leaves_the_report_and_can_be_put_back(client, team):
    drill = ended(team)
    recovered(drill, team, after=90)
    drafting.draft_due(now=LATER)
    finding = Finding.objects.get()
    client.force_login(drill.outage.facilitator)
    path = reverse("reviews:report", args=[drill.outage_id])

    client.post(reverse("drills:finding_dismiss", args=[finding.pk]))

    assert "Add an action" not in client.get(path).content.decode()
    assert wording(finding) in client.get(f"{path}?show=dismissed").content.decode()
    client.post(reverse("drills:finding_restore", args=[finding.pk]))
    assert "Add an action" in client.get(path).content.decode()
    verbs = Entry.objects.filter(verb__startswith="finding.").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "finding.dismissed",
        "finding.restored",
    ]


CAST = [
    ("stranger", False, 404, 404),
    (TeamRole.VIEWER, False, 403, 403),
    (TeamRole.MEMBER, False, 403, 403),
    ("auditor", False, 403, 403),
    (TeamRole.LEAD, False, 403, 403),
    ("facilitator", False, 302, 403),
    ("manager", False, 302, 302),
    (TeamRole.LEAD, True, 403, 403),
    ("facilitator", True, 403, 403),
    ("participant", True, 403, 403),
    ("evaluator", True, 302, 403),
    ("manager", True, 302, 302),
]


def person_of(who, drill, team):
    if isinstance(who, TeamRole):
        return member(team, who)
    return {
        "stranger": lambda: member(TeamFactory(), TeamRole.LEAD),
        "auditor": auditor,
        "manager": manager,
        "facilitator": lambda: drill.outage.facilitator,
        "participant": lambda: ParticipantFactory(drill=drill).user,
        "evaluator": lambda: drill.participants.get(role="evaluator").user,
    }[who]()


@pytest.mark.parametrize(("who", "judged", "edits", "approves"), CAST)
def test_the_evaluator_writes_the_report_the_facilitator_where_none_is_named(
    client, team, who, judged, edits, approves
):
    drill = ended(team)
    if judged:
        ParticipantFactory(drill=drill, role="evaluator")
    recovery = recovered(drill, team, after=90)
    inject = DrillInjectFactory(
        drill=drill, state="delivered", delivered_at=NOON, reached=1
    )
    criterion = Criterion.objects.create(
        drill=drill, position=1, measure="rated", text="Customers were told"
    )
    drafting.draft_due(now=LATER)
    client.force_login(person_of(who, drill, team))

    def post(name, *args, **data):
        return client.post(reverse(name, args=args), data).status_code

    pk, finding = drill.outage_id, Finding.objects.get()
    assert [
        post("reviews:conclude", pk, conclusion="It works."),
        post("drills:finding_dismiss", finding.pk),
        post("reviews:rate", pk, 1, rating="S", note="Slow"),
        post("reviews:rate_recovery", pk, recovery.pk, rating="M", note="Nobody knew"),
        post("drills:criterion_rate", drill.pk, criterion.pk, rating="partly", comment="B"),
        post("drills:inject_record", drill.pk, 1, done="Called", performance="some"),
    ] == [edits] * 6
    assert post("reviews:approve", pk) == approves

    written = edits == 302
    assert (Review.objects.get().conclusion == "It works.") is written
    assert (Finding.objects.get().dismissed_at is not None) is written
    assert AimRating.objects.exists() is written
    assert RecoveryRating.objects.filter(rating="M", note="Nobody knew").exists() is written
    criterion.refresh_from_db()
    inject.refresh_from_db()
    assert (criterion.rating == "partly") is written
    assert (inject.done == "Called") is written
    drill.outage.refresh_from_db()
    assert (drill.outage.state == "reviewed") is (approves == 302)
    assert (Review.objects.get().approved_by is not None) is (approves == 302)


def test_after_the_approval_nothing_changes_until_a_manager_opens_it_for_a_reason(
    client, team
):
    drill = ended(team)
    recovery = recovered(drill, team, after=90)
    drafting.draft_due(now=LATER)
    criterion = Criterion.objects.create(
        drill=drill, position=1, measure="rated", text="Customers were told"
    )
    finding, boss = Finding.objects.get(), manager()
    reviewing.approve(drill.outage_id, actor=boss, now=LATER)
    client.force_login(boss)

    paths = {
        reverse("reviews:conclude", args=[drill.outage_id]): {"conclusion": "No"},
        reverse("reviews:rate", args=[drill.outage_id, 1]): {"rating": "U", "note": ""},
        reverse("reviews:finding_new", args=[drill.outage_id]): {
            "kind": "finding",
            "text": "No",
        },
        reverse("drills:finding_edit", args=[finding.pk]): {
            "kind": "finding",
            "text": "No",
        },
        reverse("drills:finding_dismiss", args=[finding.pk]): {},
        reverse("drills:action_new", args=[finding.pk]): {
            "text": "No",
            "owner": boss.pk,
            "due_on": "2026-06-01",
        },
        reverse("reviews:survey", args=[drill.outage_id]): {"slowed": "No", "helps": ""},
        reverse("reviews:rate_recovery", args=[drill.outage_id, recovery.pk]): {
            "rating": "U"
        },
        reverse("drills:criterion_rate", args=[drill.pk, criterion.pk]): {
            "rating": "met",
            "comment": "No",
        },
        reverse("reviews:approve", args=[drill.outage_id]): {},
        reverse("outages:excuse", args=[drill.outage_id]): {
            "recovery": recovery.pk,
            "reason": "No",
        },
        reverse("outages:note", args=[drill.outage_id]): {"text": "No"},
    }
    with time_machine.travel(LATER, tick=False):
        for path, data in paths.items():
            assert client.post(path, data).status_code == 409, path

    review = Review.objects.get()
    assert (review.conclusion, review.approved_by, review.approved_at) == ("", boss, LATER)
    assert [one.text for one in Finding.objects.all()] == [""]
    assert not AimRating.objects.exists()
    assert not RecoveryRating.objects.exists()
    assert not Criterion.objects.exclude(rating="").exists()
    assert not SurveyAnswer.objects.exists()

    reopen = reverse("reviews:reopen", args=[drill.outage_id])
    assert client.post(reopen, {"reason": " "}).status_code == 422
    assert client.post(reopen, {"reason": "A name was wrong"}).status_code == 302

    review.refresh_from_db()
    drill.outage.refresh_from_db()
    assert (drill.outage.state, review.approved_at) == (DrillState.ENDED, None)
    assert (review.reopened_by, review.reopened_reason) == (boss, "A name was wrong")
    assert Entry.objects.get(verb="drill.reopened").after == {"reason": "A name was wrong"}
    data = {"conclusion": "Yes"}
    path = reverse("reviews:conclude", args=[drill.outage_id])
    assert client.post(path, data).status_code == 302


def test_a_report_is_opened_again_by_a_manager_alone(client, team):
    drill = ended(team)
    reviewing.approve(drill.outage_id, actor=manager(), now=LATER)
    client.force_login(member(team, TeamRole.LEAD))

    path = reverse("reviews:reopen", args=[drill.outage_id])

    assert client.post(path, {"reason": "Please"}).status_code == 403
    drill.outage.refresh_from_db()
    assert drill.outage.state == "reviewed"


def test_a_rating_is_taken_back_by_choosing_none(team):
    drill, lead = ended(team), member(team, TeamRole.LEAD)

    reviewing.rate(drill.outage_id, 1, "M", "Too slow", actor=lead, now=LATER)
    [aim] = after.aims(drill)
    assert (aim.rated.label, aim.rated.note) == (
        "Performed with major challenges",
        "Too slow",
    )
    reviewing.rate(drill.outage_id, 1, "", "", actor=lead, now=LATER)

    [aim] = after.aims(drill)
    assert aim.rated.label == "Not rated yet"
    assert Entry.objects.filter(verb="review.rated").count() == 2


def test_an_alternative_of_another_workflow_is_refused(client, team):
    drill = ended(team)
    one, other = recovered(drill, team), recovered(drill, team)
    alternative = AlternativeFactory(dependency=other.dependency)
    client.force_login(drill.outage.facilitator)

    response = client.post(
        reverse("reviews:finding_new", args=[drill.outage_id]),
        {
            "kind": "finding",
            "text": "It was slow.",
            "workflow": one.workflow_id,
            "alternative": alternative.pk,
        },
    )

    assert response.status_code == 422
    assert "an alternative of another workflow" in response.content.decode()
    assert not Finding.objects.exists()


def test_recoveries_stand_beside_the_last_drill_of_the_same_work(team):
    dependency = DependencyFactory(workflow__team=team)
    for days, minutes in ((60, 90), (30, 50)):
        earlier = ended(team, at=NOON - timedelta(days=days))
        recovered(earlier, team, dependency=dependency, after=minutes)
    aborted = ended(team, at=NOON - timedelta(days=5))
    recovered(aborted, team, dependency=dependency, after=1)
    type(aborted.outage).objects.filter(pk=aborted.outage_id).update(state="aborted")
    drill = ended(team)
    recovered(drill, team, dependency=dependency, after=40)
    recovered(drill, team)

    rows = after.beside(
        drill.outage, after.recoveries(drill.outage, now=LATER).lines, now=LATER
    )

    found = {row.line.workflow_pk: row for row in rows}
    own = found[dependency.workflow_id]
    assert own.before.reading.length == 50 * MINUTE
    assert own.change.length == -10 * MINUTE
    assert [row.before for pk, row in found.items() if pk != dependency.workflow_id] == [
        None
    ]


def test_the_timeline_goes_on_after_a_line_and_says_when_it_ends(team):
    drill = ended(team)
    for _ in range(5):
        append(
            drill.outage, EntryKind.NOTE, at=NOON, now=NOON, actor=None, data={"text": "x"}
        )

    first = after.timeline(drill.outage, limit=3)
    with CaptureQueriesContext(connection) as asked:
        rest = after.timeline(drill.outage, after=first.next, limit=3)

    assert [line.number for line in first.lines + rest.lines] == [1, 2, 3, 4, 5]
    assert (first.next, rest.next) == (3, None)
    assert len(asked) == 1
    assert "OFFSET" not in asked[0]["sql"]


@pytest.mark.parametrize("name", list(PAGE_QUERIES))
@pytest.mark.parametrize("number", [1, 40])
def test_a_report_asks_the_same_for_one_row_and_for_many(
    client, team, name, number, django_assert_max_num_queries
):
    drill = ended(team)
    for number_of in range(number):
        rated = recovered(drill, team, after=90)
        RecoveryRating.objects.create(
            recovery=rated, rating="S", rated_at=LATER, rated_by=UserFactory()
        )
        DrillInjectFactory(drill=drill, number=number_of + 1)
        SurveyAnswer.objects.create(
            outage=drill.outage, person=UserFactory(), slowed="x", answered_at=LATER
        )
        course.note(drill.outage_id, "x", actor=drill.outage.facilitator, now=LATER)
    drafting.draft_due(now=LATER)
    client.force_login(manager())
    path = reverse(f"reviews:{name}", args=[drill.outage_id])
    client.get(path)

    with django_assert_max_num_queries(PAGE_QUERIES[name]):
        assert client.get(path).status_code == 200


# What people said


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        (TeamRole.VIEWER, 403),
        ("auditor", 403),
        (TeamRole.MEMBER, 302),
        ("participant", 302),
    ],
)
def test_who_may_answer_the_two_questions(client, team, who, status):
    drill = ended(team)
    person = (
        ParticipantFactory(drill=drill).user
        if who == "participant"
        else person_of(who, drill, team)
    )
    client.force_login(person)

    response = client.post(
        reverse("reviews:survey", args=[drill.outage_id]),
        {"slowed": "No seat", "helps": ""},
    )

    assert response.status_code == status
    assert SurveyAnswer.objects.filter(person=person).exists() is (status == 302)


def test_a_person_has_one_answer_and_changes_it_until_the_approval(client, team):
    drill, person = ended(team), member(team, TeamRole.MEMBER)
    client.force_login(person)
    path = reverse("reviews:survey", args=[drill.outage_id])

    assert client.post(path, {"slowed": "", "helps": " "}).status_code == 422
    client.post(path, {"slowed": "No seat", "helps": ""})
    client.post(path, {"slowed": "No seat", "helps": "Seats"})

    [answer] = SurveyAnswer.objects.all()
    assert (answer.slowed, answer.helps) == ("No seat", "Seats")
    assert answer.changed_at is not None
    assert "Seats" in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("who", "named"),
    [
        (TeamRole.MEMBER, False),
        (TeamRole.LEAD, False),
        ("facilitator", True),
        ("auditor", True),
    ],
)
def test_names_are_shown_to_who_evaluates_and_to_auditors(client, team, who, named):
    drill, person = ended(team), UserFactory(name="Noa Ben-David")
    SurveyAnswer.objects.create(
        outage=drill.outage, person=person, slowed="No seat", answered_at=LATER
    )
    client.force_login(person_of(who, drill, team))

    page = client.get(reverse("reviews:said", args=[drill.outage_id])).content.decode()

    assert "No seat" in page
    assert ("Noa Ben-David" in page) is named


@pytest.mark.parametrize(("state", "offered"), [("ended", True), ("reviewed", False)])
def test_the_live_page_offers_the_questions_once_the_drill_has_ended(
    client, team, state, offered
):
    drill = ended(team)
    if state == "reviewed":
        reviewing.approve(drill.outage_id, actor=manager(), now=LATER)
    client.force_login(member(team, TeamRole.MEMBER))

    page = client.get(drill.outage.get_absolute_url()).content.decode()

    path = reverse("reviews:survey", args=[drill.outage_id])
    assert (path in page) is offered


def test_addresses_of_old_messages_lead_to_the_report_and_the_questions(client, team):
    drill = ended(team)
    client.force_login(member(team, TeamRole.MEMBER))

    def of(name):
        return client.get(reverse(name, args=[drill.pk])).headers["Location"]

    assert of("drills:after_of_drill") == f"/reviews/{drill.outage_id}/"
    assert of("drills:survey_of_drill") == f"/reviews/{drill.outage_id}/survey/"


def test_a_finding_with_an_action_cannot_be_dismissed(team):
    drill, lead = ended(team), member(team, TeamRole.LEAD)
    workflow = WorkflowFactory(team=team)
    finding = findings.add(
        drill.outage_id,
        kind="finding",
        text="Slow",
        workflow=workflow,
        alternative=None,
        actor=lead,
        now=LATER,
    )
    finding.actions.create(
        text="Buy seats", owner=lead, due_on=NOON.date(), made_at=LATER, made_by=lead
    )

    with pytest.raises(findings.FindingHasActions):
        findings.dismiss(finding.pk, actor=lead, now=LATER)

    finding.refresh_from_db()
    assert finding.dismissed_at is None
