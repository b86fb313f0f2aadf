"""Reports that are made by themselves, again and again, and sent to people by mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db import transaction

from continuity.accounts.models import Team, User
from continuity.accounts.roles import Action
from continuity.domain.errors import InvalidRule
from continuity.domain.periods import Period, span
from continuity.domain.recurrence import Fault, Rule, next_after, occurrences
from continuity.history.models import Deletion
from continuity.history.services import changes, deletions, record
from continuity.reports.models import Occurrence, Regular, Report
from continuity.reports.services import asking

INSTANT: Final = timedelta(microseconds=1)
MOST_MISSED: Final = 100_000
"""Times that are counted as passed over: every hour of eleven years."""

FIELDS: Final = (
    "title",
    "kind",
    "team",
    "period",
    "language",
    "paper",
    "attach_facts",
    "attach_pdf",
    "starts_on",
    "starts_time",
    "zone",
    "rrule",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A regular report as it is to be; the fields are those of Regular."""

    title: str
    kind: str
    team: Team | None
    period: str
    language: str
    paper: str
    attach_facts: bool
    attach_pdf: bool
    starts_on: date
    starts_time: time
    zone: str
    rrule: str


def rule_of(regular: Regular | Wish) -> Rule:
    """Return when it recurs. Raises InvalidRule."""
    starts_at = datetime.combine(regular.starts_on, regular.starts_time)
    return Rule(regular.rrule or None, starts_at, regular.zone)


@transaction.atomic
def plan(wish: Wish, recipients: Iterable[User], *, actor: User, now: datetime) -> Regular:
    """Have a report made regularly. Raises InvalidRule if nothing of it lies ahead."""
    regular = Regular(**{name: getattr(wish, name) for name in FIELDS}, made_by=actor)
    regular.next_due_at = _ahead(regular, now)
    regular.save()
    regular.recipients.set(recipients)
    record(
        "regular.created",
        regular,
        actor=actor,
        now=now,
        team=regular.team,
        after=_said(regular),
    )
    return regular


@transaction.atomic
def change(
    regular_pk: int, wish: Wish, recipients: Iterable[User], *, actor: User, now: datetime
) -> Regular:
    """Change what is made from now on; reports that were made stay as they are.

    Raises InvalidRule if nothing of it lies ahead.
    """
    regular = _locked(regular_pk)
    before = _said(regular)
    for name in FIELDS:
        setattr(regular, name, getattr(wish, name))
    regular.next_due_at = _ahead(regular, now)
    regular.save()
    regular.recipients.set(recipients)
    old, new = changes(before, _said(regular))
    if new:
        record(
            "regular.changed",
            regular,
            actor=actor,
            now=now,
            team=regular.team,
            before=old,
            after=new,
        )
    return regular


@transaction.atomic
def pause(regular_pk: int, *, actor: User, now: datetime) -> Regular:
    """Make none until it goes on. Again does nothing."""
    regular = _locked(regular_pk)
    if not regular.paused:
        regular.paused = True
        regular.save(update_fields=["paused"])
        record("regular.paused", regular, actor=actor, now=now, team=regular.team)
    return regular


@transaction.atomic
def resume(regular_pk: int, *, actor: User, now: datetime) -> Regular:
    """Go on with the next time from `now`; those of the pause are not made up."""
    regular = _locked(regular_pk)
    if regular.paused:
        regular.paused = False
        regular.next_due_at = next_after(rule_of(regular), now)
        regular.save(update_fields=["paused", "next_due_at"])
        record("regular.resumed", regular, actor=actor, now=now, team=regular.team)
    return regular


@transaction.atomic
def delete(regular_pk: int, *, actor: User, now: datetime) -> Deletion:
    """Make no more of it, and return what brings it back; its reports stay."""
    regular = _locked(regular_pk)
    record(
        "regular.deleted",
        regular,
        actor=actor,
        now=now,
        team=regular.team,
        before=_said(regular),
    )
    return deletions.remove(
        [regular],
        kind="regular",
        action=Action.APPROVE,
        team=regular.team,
        actor=actor,
        now=now,
    )


def bring_back(deletion_pk: int, *, actor: User, now: datetime) -> Regular:
    """Put back what a deletion took. What came due in the meantime is not made up.

    Raises CannotBringBack with the reason, and then nothing has changed.
    """
    with deletions.bringing_back(deletion_pk, actor=actor, now=now) as back:
        regular: Regular = back.things[0]
        regular.next_due_at = next_after(rule_of(regular), now)
        regular.save(update_fields=["next_due_at"])
        record(
            "regular.brought_back",
            regular,
            actor=actor,
            now=now,
            team=regular.team,
            after=_said(regular),
        )
        return regular


def open_due(*, now: datetime, limit: int = 20) -> int:
    """Ask for the reports that have come due; return how many were asked for.

    Safe to run twice at once and after a crash: each has its row's lock, and a time has
    one report by the database's rule. After a long silence the last time that went by is
    made, the ones before it are passed over and counted.
    """
    due = Regular.objects.due(now).order_by("next_due_at").values_list("pk", flat=True)
    return sum(_open(pk, now=now) for pk in list(due[:limit]))


@transaction.atomic(durable=True)
def _open(regular_pk: int, *, now: datetime) -> bool:
    regular = (
        Regular.objects.due(now)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("team")
        .filter(pk=regular_pk)
        .first()
    )
    if regular is None or regular.next_due_at is None:
        return False  # another worker has it, or had it
    rule = rule_of(regular)
    later = occurrences(rule, regular.next_due_at, now + INSTANT, MOST_MISSED)
    due = later[-1] if later else regular.next_due_at
    regular.next_due_at = next_after(rule, now)
    regular.save(update_fields=["next_due_at"])
    if regular.occurrences.filter(due_at=due).exists():
        return False  # its rule was changed, and changed back
    Occurrence.objects.create(
        regular=regular,
        due_at=due,
        passed_over=len(later),
        report=_asked_for(regular, due, now=now),
    )
    return True


def _asked_for(regular: Regular, due: datetime, *, now: datetime) -> Report:
    report = Report(
        kind=regular.kind,
        team=regular.team,
        zone=regular.zone,
    )
    if regular.period:
        report.since, report.until = span(Period(regular.period), due, regular.zone)
    form = asking.Form(regular.language, regular.paper, regular.attach_facts)
    return asking.ask_anew(report, form, now=now)


def _ahead(regular: Regular, now: datetime) -> datetime:
    found = next_after(rule_of(regular), now)
    if found is None:
        raise InvalidRule("Nothing of it lies ahead.", reason=Fault.NEVER)
    return found.astimezone(UTC)


def _locked(regular_pk: int) -> Regular:
    return Regular.objects.select_for_update(of=("self",)).get(pk=regular_pk)


def _said(regular: Regular) -> dict[str, object]:
    return {name: getattr(regular, name) for name in FIELDS} | {
        "recipients": sorted(str(person) for person in regular.recipients.all()),
    }
