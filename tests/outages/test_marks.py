from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from continuity.domain.clocks import Press
from continuity.domain.errors import (
    NotAllowedNow,
    NotRunning,
    OutOfOrder,
    OutsideWindow,
)
from continuity.outages.models import JournalEntry, Mark, Outage, Recovery, StepDone
from continuity.outages.queries import breaks, lines, results
from continuity.outages.services import course, marks
from continuity.web.problems import sentence
from tests.factories import (
    NOON,
    AlternativeFactory,
    RecoveryFactory,
    RunbookStepFactory,
    UserFactory,
)
from tests.outages.keys import key

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def recovery(db):
    return RecoveryFactory()


@pytest.fixture
def lead(db):
    return UserFactory(name="Priya Natarajan")


def press(recovery, clock, number, lead, at, **fields):
    return marks.mark(
        recovery.pk, clock, key=key(number), actor=lead, now=NOON + at, **fields
    )


def test_a_mark_sets_the_clock_and_is_journalled(recovery, lead):
    press(recovery, "acknowledged", 1, lead, 3 * MINUTE)

    recovery.refresh_from_db()
    assert recovery.acknowledged_at == NOON + 3 * MINUTE
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.actor_name) == ("mark", "Priya Natarajan")
    assert entry.data["clock"] == "acknowledged"
    assert Outage.objects.get().entries == 1


def test_the_same_key_again_returns_the_first_mark(recovery, lead):
    first = press(recovery, "acknowledged", 1, lead, 3 * MINUTE)

    again = press(recovery, "acknowledged", 1, lead, 9 * MINUTE)

    assert again == first
    assert again.at == NOON + 3 * MINUTE
    assert (Mark.objects.count(), JournalEntry.objects.count()) == (1, 1)


def test_the_same_key_is_answered_even_after_the_end(recovery, lead):
    first = press(recovery, "acknowledged", 1, lead, 3 * MINUTE)
    course.end(recovery.outage_id, actor=lead, now=NOON + 5 * MINUTE)

    assert press(recovery, "acknowledged", 1, lead, 9 * MINUTE) == first


def test_another_press_of_the_same_clock_says_when_it_was_recorded(recovery, lead):
    press(recovery, "acknowledged", 1, lead, 3 * MINUTE)

    with pytest.raises(marks.AlreadyRecorded) as refusal:
        press(recovery, "acknowledged", 2, lead, 4 * MINUTE)

    assert refusal.value.fields == {"at": NOON + 3 * MINUTE}
    assert Mark.objects.count() == 1


def test_switched_without_acknowledged_leaves_it_empty(recovery, lead):
    press(recovery, "switched", 1, lead, 8 * MINUTE)

    recovery.refresh_from_db()
    assert recovery.acknowledged_at is None
    assert recovery.switched_at == NOON + 8 * MINUTE


def test_clocks_do_not_run_backwards(recovery, lead):
    press(recovery, "switched", 1, lead, 8 * MINUTE)

    with pytest.raises(OutOfOrder) as refusal:
        press(recovery, "acknowledged", 2, lead, 9 * MINUTE)

    assert refusal.value.fields == {"earlier": "acknowledged", "later": "switched"}
    recovery.refresh_from_db()
    assert recovery.acknowledged_at is None


def test_a_press_made_offline_counts_from_when_it_was_made(recovery, lead):
    mark = press(recovery, "acknowledged", 1, lead, 10 * MINUTE, age=4 * MINUTE)

    assert (mark.at, mark.exact) == (NOON + 6 * MINUTE, True)
    assert mark.received_at == NOON + 10 * MINUTE


def test_a_phone_with_a_clock_of_its_own_is_never_trusted(recovery, lead):
    claimed = NOON - timedelta(days=300)

    mark = press(recovery, "acknowledged", 1, lead, 10 * MINUTE, pressed_at=claimed)

    assert (mark.at, mark.exact, mark.pressed_at) == (NOON, False, claimed)


@pytest.mark.parametrize("state", ["paused", "ended", "aborted", "planned"])
def test_nothing_is_marked_unless_it_runs(recovery, lead, state):
    outage = recovery.outage
    outage.state = state
    if state in {"ended", "aborted"}:
        outage.ended_at = NOON + MINUTE
    if state == "planned":
        outage.occurred_at = None
    outage.save()

    with pytest.raises(NotRunning) as refusal:
        press(recovery, "acknowledged", 1, lead, 2 * MINUTE)

    assert refusal.value.fields["state"] == state
    assert not Mark.objects.exists()
    assert not JournalEntry.objects.exists()


def test_what_was_pressed_before_a_pause_and_comes_during_it_counts(recovery, lead):
    course.pause(recovery.outage_id, actor=lead, now=NOON + 5 * MINUTE)

    mark = press(recovery, "acknowledged", 1, lead, 9 * MINUTE, age=5 * MINUTE)

    assert (mark.at, mark.arrival) == (NOON + 4 * MINUTE, "in_time")
    with pytest.raises(NotRunning) as refusal:
        press(recovery, "switched", 2, lead, 9 * MINUTE, age=MINUTE)
    assert refusal.value.fields["reason"] == "paused"


def test_what_was_pressed_before_the_end_counts_when_it_comes_after_it(recovery, lead):
    alternative = AlternativeFactory(dependency=recovery.dependency, rank=1)
    press(recovery, "switched", 1, lead, 8 * MINUTE, alternative_pk=alternative.pk)
    course.end(recovery.outage_id, actor=lead, now=NOON + 70 * MINUTE)
    recovery.refresh_from_db()
    assert recovery.proof.works is False  # 70 min without it, and 60 were allowed
    outage = Outage.objects.get()
    assert results(outage, now=NOON + 80 * MINUTE).summary.missed == 1

    mark = press(recovery, "minimum", 2, lead, 80 * MINUTE, age=50 * MINUTE)

    assert (mark.at, mark.arrival, mark.exact) == (NOON + 30 * MINUTE, "late", True)
    recovery.refresh_from_db()
    assert recovery.minimum_at == NOON + 30 * MINUTE
    assert (recovery.proof.works, recovery.proof.minimum_after) == (True, 30 * MINUTE)
    assert recovery.dependency.alternatives.get().proofs.count() == 1
    assert results(outage, now=NOON + 80 * MINUTE).summary.met == 1
    line = lines(outage)[0]
    assert (line.arrival, line.late) == ("late", NOON + 80 * MINUTE)


def test_what_was_pressed_after_the_end_is_refused_with_when_that_was(recovery, lead):
    course.end(recovery.outage_id, actor=lead, now=NOON + 70 * MINUTE)

    with pytest.raises(NotRunning) as refusal:
        press(recovery, "minimum", 1, lead, 80 * MINUTE, age=9 * MINUTE)

    assert refusal.value.fields["ended_at"] == NOON + 70 * MINUTE
    assert "after the end" in sentence(refusal.value)
    assert not Mark.objects.exists()


def test_what_comes_after_the_review_is_kept_and_changes_nothing(recovery, lead):
    course.end(recovery.outage_id, actor=lead, now=NOON + 70 * MINUTE)
    Outage.objects.update(state="reviewed")

    for _ in range(2):
        mark = press(recovery, "minimum", 1, lead, 80 * MINUTE, age=50 * MINUTE)

    assert (mark.at, mark.arrival) == (NOON + 30 * MINUTE, "too_late")
    recovery.refresh_from_db()
    assert (recovery.minimum_at, recovery.proof) == (None, None)
    assert lines(Outage.objects.get())[0].arrival == "too_late"
    assert JournalEntry.objects.filter(kind="mark").count() == 1


def test_after_the_limit_nothing_is_marked_though_the_end_was_not_seen_yet(recovery, lead):
    with pytest.raises(NotRunning):
        press(recovery, "acknowledged", 1, lead, 120 * MINUTE + SECOND)

    in_time = press(recovery, "switched", 2, lead, 121 * MINUTE, age=5 * MINUTE)
    assert in_time.at == NOON + 116 * MINUTE


def test_a_mark_can_be_taken_back_for_a_minute_and_made_again(recovery, lead):
    first = press(recovery, "acknowledged", 1, lead, 3 * MINUTE)

    marks.undo(first.pk, actor=lead, now=NOON + 4 * MINUTE)
    marks.undo(first.pk, actor=lead, now=NOON + 4 * MINUTE)

    recovery.refresh_from_db()
    assert recovery.acknowledged_at is None
    press(recovery, "acknowledged", 2, lead, 5 * MINUTE)
    kinds = list(JournalEntry.objects.values_list("kind", flat=True))
    assert kinds == ["mark", "undo", "mark"]
    assert Mark.objects.valid().get().at == NOON + 5 * MINUTE


def test_after_a_minute_a_mark_stands(recovery, lead):
    first = press(recovery, "acknowledged", 1, lead, 3 * MINUTE)

    with pytest.raises(OutsideWindow):
        marks.undo(first.pk, actor=lead, now=NOON + 4 * MINUTE + SECOND)

    recovery.refresh_from_db()
    assert recovery.acknowledged_at == NOON + 3 * MINUTE


def test_switching_to_another_alternative_names_it(recovery, lead):
    other = AlternativeFactory(dependency=recovery.dependency, rank=2, manual=True)

    press(recovery, "switched", 1, lead, 8 * MINUTE, alternative_pk=other.pk)

    recovery.refresh_from_db()
    assert (recovery.alternative, recovery.alternative_name) == (other, "By hand")
    assert JournalEntry.objects.get().data["alternative"] == "By hand"


def test_an_alternative_that_nobody_had_planned_is_named(recovery, lead):
    recovery.alternative = AlternativeFactory(dependency=recovery.dependency, rank=1)
    recovery.save()

    press(recovery, "switched", 1, lead, 8 * MINUTE, other="A spreadsheet of last year")

    recovery.refresh_from_db()
    assert (recovery.alternative, recovery.alternative_name) == (
        None,
        "A spreadsheet of last year",
    )
    assert JournalEntry.objects.get().data["alternative"] == "A spreadsheet of last year"


def test_the_journal_says_who_pressed_for_whom(recovery, lead):
    deputy, helper = UserFactory(name="Dan Okoro"), UserFactory(name="Ana Silva")
    recovery.workflow.deputy = deputy
    recovery.workflow.save()
    recovery.lead = lead
    recovery.save()

    press(recovery, "acknowledged", 1, deputy, MINUTE)
    press(recovery, "switched", 2, helper, 2 * MINUTE)
    press(recovery, "minimum", 3, lead, 3 * MINUTE, by_link=True)

    assert [line.by for line in lines(recovery.outage)] == [
        "Priya Natarajan, by link",
        "Ana Silva for Priya Natarajan",
        "Dan Okoro as deputy of Priya Natarajan",
    ]


def test_a_note_that_is_sent_twice_is_written_once_with_its_own_time(recovery, lead):
    pressed = Press(age=4 * MINUTE)
    for minutes in (10, 11):
        course.note(
            recovery.outage_id,
            "The vault is locked",
            recovery_pk=recovery.pk,
            key=key(1),
            press=pressed,
            actor=lead,
            now=NOON + minutes * MINUTE,
        )

    entry = JournalEntry.objects.get()
    assert (entry.at, entry.received_at) == (NOON + 6 * MINUTE, NOON + 10 * MINUTE)
    assert list(breaks()) == []


def test_an_alternative_of_other_work_is_refused(recovery, lead):
    with pytest.raises(NotAllowedNow):
        press(recovery, "switched", 1, lead, MINUTE, alternative_pk=AlternativeFactory().pk)

    assert not Mark.objects.exists()


def test_runbook_steps_are_ticked_once_and_opened_again(recovery, lead):
    step = RunbookStepFactory(alternative__dependency=recovery.dependency)

    for _ in range(2):
        marks.tick(recovery.pk, step.pk, actor=lead, now=NOON + MINUTE)
    assert StepDone.objects.get().by == lead
    for _ in range(2):
        marks.untick(recovery.pk, step.pk, actor=lead, now=NOON + 2 * MINUTE)

    assert not StepDone.objects.exists()
    kinds = list(JournalEntry.objects.values_list("kind", flat=True))
    assert kinds == ["step", "step_undo"]


def test_a_step_of_another_runbook_is_refused(recovery, lead):
    with pytest.raises(NotAllowedNow):
        marks.tick(recovery.pk, RunbookStepFactory().pk, actor=lead, now=NOON + MINUTE)

    assert not StepDone.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_phones_with_one_key_make_one_mark():
    recovery, lead = RecoveryFactory(), UserFactory()

    def phone(number):
        try:
            return press(recovery, "acknowledged", 1, lead, MINUTE + number * SECOND).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(phone, range(8)))

    assert len(answers) == 1
    assert (Mark.objects.count(), Outage.objects.get().entries) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_eight_people_at_once_make_one_mark_and_seven_hear_of_it():
    recovery, lead = RecoveryFactory(), UserFactory()

    def person(number):
        try:
            press(recovery, "acknowledged", number, lead, MINUTE)
        except marks.AlreadyRecorded:
            return "told"
        else:
            return "recorded"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(person, range(8)))

    assert answers == ["recorded"] + ["told"] * 7
    assert Recovery.objects.get().acknowledged_at == NOON + MINUTE
