"""Putting one person in the place of another, everywhere at once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from continuity.accounts.models import User
from continuity.domain.errors import Conflict
from continuity.drills.models import (
    CalendarLink,
    CorrectiveAction,
    Participant,
    ParticipantRole,
    Proposal,
    Schedule,
    Trigger,
)
from continuity.drills.queries import handing_over as queries
from continuity.drills.queries.handing_over import HandOver, Kind
from continuity.history.services import Line, record_all
from continuity.inventory.services import handing_over as inventory
from continuity.notifications.services import Message, owe
from continuity.outages.services import handing_over as outages

WEIGHTS: Final[Mapping[str, int]] = {
    ParticipantRole.OBSERVER: 0,
    ParticipantRole.DEPUTY: 1,
    ParticipantRole.LEAD: 2,
    ParticipantRole.EVALUATOR: 3,
    ParticipantRole.FACILITATOR: 4,
}

PASSED_ON: Final[tuple[tuple[Kind, type[Model], str, str, str], ...]] = (
    (Kind.SCHEDULE, Schedule, "facilitator", "schedule.handed_over", "team"),
    (Kind.TRIGGER, Trigger, "facilitator", "trigger.handed_over", "team"),
    (Kind.PROPOSAL, Proposal, "facilitator", "proposal.handed_over", "workflow__team"),
    (Kind.ACTION, CorrectiveAction, "owner", "action.handed_over", "team"),
)
"""What only names a person: which rows, the field, the line of history and whose it is."""


@transaction.atomic
def hand_over(
    person_pk: int, to_pk: int, *, seen: str, actor: User, now: datetime
) -> HandOver:
    """Give all that `actor` may hand over of one person to another, as previewed, and
    owe the other one the word. Return what went over.

    Calendar links are not given: they show what their maker may see, so they end.
    Raises Conflict if, under the locks of both people, it is not what was `seen`.
    """
    both = User.objects.select_for_update().filter(pk__in=[person_pk, to_pk])
    people = both.order_by("pk").in_bulk()
    person, to = people.get(person_pk), people.get(to_pk)
    if person is None or to is None or person == to or not to.is_active:
        raise Conflict("One of the two is not there any more.")
    plan = queries.hand_over(actor, person, to)
    if plan.digest != seen or not plan.going:
        raise Conflict("It is not what was previewed.")
    kept = {*plan.keys(Kind.OWNER), *plan.keys(Kind.DEPUTY)}
    inventory.workflows(kept, person, to, actor=actor, now=now)
    # After the workflows: whoever has got one may take part in its recovery.
    outages.led(plan.keys(Kind.RECOVERY), to, actor=actor, now=now)
    for kind, model, name, verb, team in PASSED_ON:
        rows = model._default_manager.filter(pk__in=plan.keys(kind)).select_related(team)
        _pass_on(rows, name, verb, team, person, to, actor=actor, now=now)
    facilitated = plan.keys(Kind.FACILITATOR)
    outages.facilitated(facilitated, person, to, actor=actor, now=now)
    _participations(plan.keys(Kind.PARTICIPANT), person, to, actor=actor, now=now)
    inventory.views(plan.keys(Kind.VIEW), person, to, actor=actor, now=now)
    _end_links(plan.keys(Kind.CALENDAR), actor=actor, now=now)
    if to != actor:
        key = f"handed-over-{person.pk}-{now.isoformat()}"
        owe([to], write=_word(plan, actor), key=key, now=now)
    return plan


def _pass_on(
    found: "QuerySet[Any]",
    name: str,
    verb: str,
    team: str,
    person: User,
    to: User,
    *,
    actor: User,
    now: datetime,
) -> None:
    """Let the field `name` of each row mean `to` instead of `person`."""
    rows = list(found.select_for_update(of=("self",)).order_by("pk"))
    for row in rows:
        setattr(row, name, to)
    found.model._default_manager.bulk_update(rows, [name])
    team_of = attrgetter(team.replace("__", "."))
    before, after = {name: person}, {name: to}
    record_all(
        (Line(verb, row, team_of(row), before, after) for row in rows),
        actor=actor,
        now=now,
    )


def _participations(
    keys: list[int], person: User, to: User, *, actor: User, now: datetime
) -> None:
    """Let `to` take part instead; who takes part already does so once, in the role that
    counts more."""
    rows = list(
        Participant.objects.select_for_update(of=("self",))
        .select_related("drill__outage__team")
        .filter(pk__in=keys)
        .order_by("pk")
    )
    drills = [row.drill_id for row in rows]
    there = {
        row.drill_id: row for row in Participant.objects.filter(user=to, drill__in=drills)
    }
    lines = []
    for row in rows:
        lines.append(
            Line(
                "drill.handed_over",
                row.drill,
                row.drill.outage.team,
                {"participant": person},
                {"participant": to},
            )
        )
        own = there.get(row.drill_id)
        if own is None:
            row.user = to
            row.save(update_fields=["user"])
            continue
        if WEIGHTS[row.role] > WEIGHTS[own.role]:
            own.role = row.role
            own.save(update_fields=["role"])
        row.delete()
    record_all(lines, actor=actor, now=now)


def _end_links(keys: list[int], *, actor: User, now: datetime) -> None:
    rows = list(CalendarLink.objects.select_related("team", "user").filter(pk__in=keys))
    lines = [Line("calendar.link_revoked", row, row.team) for row in rows]
    record_all(lines, actor=actor, now=now)
    CalendarLink.objects.filter(pk__in=keys).delete()


def _word(plan: HandOver, actor: User) -> Callable[[User], Message]:
    def write(to: User) -> Message:
        number = len([item for item in plan.going if item.kind is not Kind.CALENDAR])
        subject = ngettext(
            "%(number)d thing of %(person)s is yours now",
            "%(number)d things of %(person)s are yours now",
            number,
        )
        names = "\n".join(f"- {item.name}" for item in plan.going[:20])
        own = f"{reverse('inventory:workflows')}?owner={to.pk}"
        return Message(
            subject % {"number": number, "person": plan.person},
            _(
                "Hello %(to)s,\n\n"
                "%(actor)s has put you in the place of %(person)s:\n\n"
                "%(names)s\n\n"
                "All that you own is here:\n\n"
                "%(link)s\n"
            )
            % {
                "to": to.name,
                "actor": actor,
                "person": plan.person,
                "names": names,
                "link": f"{settings.BASE_URL}{own}",
            },
        )

    return write
