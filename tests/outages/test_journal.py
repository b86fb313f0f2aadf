from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from continuity.outages import queries
from continuity.outages.models import EntryKind, JournalEntry, Outage
from continuity.outages.services import course, journal, marks
from tests.factories import NOON, OutageFactory, RecoveryFactory, UserFactory
from tests.outages.keys import key

pytestmark = pytest.mark.django_db


@pytest.fixture
def outage():
    recovery = RecoveryFactory(dependency__workflow__name="Claims triage")
    actor = UserFactory(name="Zoë Ångström")
    marks.mark(recovery.pk, "acknowledged", key=key(1), actor=actor, now=NOON)
    course.note(recovery.outage_id, "Ça va : 1 < 2 « oui »", actor=actor, now=NOON)
    course.end(recovery.outage_id, actor=actor, now=NOON + timedelta(hours=1))
    return Outage.objects.get(pk=recovery.outage_id)


@pytest.mark.parametrize(
    "change",
    [
        lambda: JournalEntry.objects.filter(number=2).update(actor_name="Somebody else"),
        lambda: JournalEntry.objects.filter(number=2).delete(),
    ],
    ids=["rewrite", "delete"],
)
def test_the_database_refuses_to_rewrite_the_journal(outage, change):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        change()

    assert outage.journal.count() == 3


def test_a_whole_journal_passes(outage, capsys):
    OutageFactory()

    call_command("check_journal")

    assert "2 journals, all whole." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sql", "number", "reason"),
    [
        (
            "UPDATE outages_journalentry SET actor_name = 'Nobody' WHERE number = 2",
            2,
            "it is not what was written",
        ),
        (
            "DELETE FROM outages_journalentry WHERE number = 2",
            3,
            "entry 2 is missing",
        ),
        (
            "DELETE FROM outages_journalentry WHERE number = 3",
            3,
            "3 entries were written, 2 are there",
        ),
        (
            "UPDATE outages_journalentry SET previous_hash = 'x' WHERE number = 3",
            3,
            "it does not follow the entry before it",
        ),
    ],
)
def test_who_goes_behind_our_back_is_found_out(outage, capsys, sql, number, reason):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE outages_journalentry DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE outages_journalentry ENABLE TRIGGER USER")

    with pytest.raises(CommandError, match="1 of 1 journals are broken"):
        call_command("check_journal")

    said = capsys.readouterr().err
    assert f"outage {outage.pk} breaks at entry {number}: {reason}." in said


def test_lines_are_read_newest_first_in_pages():
    outage = OutageFactory(running=True)
    for number in range(1, 121):
        journal.append(
            outage,
            EntryKind.NOTE,
            at=NOON,
            now=NOON,
            actor=None,
            data={"text": f"Note {number}"},
        )

    first = queries.lines(outage)
    second = queries.lines(outage, before=first[-1].number)

    assert (first[0].text, first[-1].text) == ("Note 120", "Note 71")
    assert (second[0].number, len(second)) == (70, 50)


def test_sentences_are_made_in_the_language_of_the_reader(outage):
    with translation.override("en"):
        said = [str(line.text) for line in queries.lines(outage)]

    assert said == ["Drill ended", "Ça va : 1 < 2 « oui »", "Claims triage: acknowledged"]


def test_a_press_that_came_late_says_when_it_came(outage):
    recovery = RecoveryFactory()
    marks.mark(
        recovery.pk,
        "switched",
        key=key(2),
        age=timedelta(minutes=3),
        actor=UserFactory(),
        now=NOON + timedelta(minutes=10),
    )

    (line,) = queries.lines(recovery.outage.__class__.objects.get(pk=recovery.outage_id))
    assert line.at == NOON + timedelta(minutes=7)
    assert line.late == NOON + timedelta(minutes=10)
