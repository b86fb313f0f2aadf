"""All that is in one person's name, wherever it is kept."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.states import OVER, DrillState
from continuity.drills.models import (
    CalendarLink,
    CorrectiveAction,
    Drill,
    Participant,
    ParticipantRole,
    Proposal,
    Schedule,
    Trigger,
)
from continuity.inventory.models import RunbookStep, SavedView, Workflow
from continuity.inventory.queries.order import alphabetical
from continuity.inventory.queries.reviews import digest
from continuity.outages.models import Outage, Recovery


class Kind(StrEnum):
    """What can be in somebody's name, in the order of the page."""

    OWNER = "owner"
    DEPUTY = "deputy"
    SCHEDULE = "schedule"
    TRIGGER = "trigger"
    PROPOSAL = "proposal"
    FACILITATOR = "facilitator"
    PARTICIPANT = "participant"
    RECOVERY = "recovery"
    ACTION = "action"
    VIEW = "view"
    CALENDAR = "calendar"


LABELS: Final[Mapping[Kind, Promise]] = {
    Kind.OWNER: gettext_lazy("Owner of the workflow"),
    Kind.DEPUTY: gettext_lazy("Deputy for the workflow"),
    Kind.SCHEDULE: gettext_lazy("Facilitator of the schedule"),
    Kind.TRIGGER: gettext_lazy("Facilitator of what the trigger proposes"),
    Kind.PROPOSAL: gettext_lazy("Facilitator of the proposed drill"),
    Kind.FACILITATOR: gettext_lazy("Facilitator"),
    Kind.PARTICIPANT: gettext_lazy("Takes part in the drill"),
    Kind.RECOVERY: gettext_lazy("Leads a running recovery"),
    Kind.ACTION: gettext_lazy("Owner of the action"),
    Kind.VIEW: gettext_lazy("Owner of the shared view"),
    Kind.CALENDAR: gettext_lazy("Maker of the link"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in the person's name. `refused`: why it stays; "" if it goes over."""

    kind: Kind
    pk: int
    name: str
    url: str
    team: str
    refused: str = ""

    @property
    def label(self) -> Promise:
        """Say as what the person has it."""
        return LABELS[self.kind]


@dataclass(frozen=True)
class HandOver:
    """What `person` holds, and what of it `to` would get; nobody chosen yet: None."""

    person: User
    to: User | None
    items: tuple[Item, ...]
    named_in: tuple[RunbookStep, ...]

    @cached_property
    def going(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if not item.refused)

    @property
    def staying(self) -> int:
        return len(self.items) - len(self.going)

    @cached_property
    def digest(self) -> str:
        """Return a name for just what would go over, and to whom."""
        to = None if self.to is None else self.to.pk
        return digest([to, [[item.kind, item.pk] for item in self.going]])

    def keys(self, kind: Kind) -> list[int]:
        return [item.pk for item in self.going if item.kind is kind]


def people(user: User, q: str = "", *, closed: bool = False) -> QuerySet[User]:
    """Return those who hold something that `user` may hand over, those whose account is
    closed first, with what they hold counted: `owned`, `deputised`, `scheduled`,
    `asking` (triggers and open proposals), `facilitating` and `acting` (open actions)."""
    workflows = Workflow.objects.current().allowing(user, Action.APPROVE)
    schedules = Schedule.objects.allowing(user, Action.RUN_DRILL)
    triggers = Trigger.objects.allowing(user, Action.RUN_DRILL)
    proposals = Proposal.objects.allowing(user, Action.RUN_DRILL).open()
    outages = _open_outages(user, Action.RUN_DRILL)
    actions = CorrectiveAction.objects.allowing(user, Action.RUN_DRILL).standing()
    found = User.objects.annotate(
        owned=_counted(workflows, "owner"),
        deputised=_counted(workflows, "deputy"),
        scheduled=_counted(schedules, "facilitator"),
        asking=_counted(triggers, "facilitator") + _counted(proposals, "facilitator"),
        facilitating=_counted(outages, "facilitator"),
        acting=_counted(actions, "owner"),
    ).filter(
        Q(owned__gt=0)
        | Q(deputised__gt=0)
        | Q(scheduled__gt=0)
        | Q(asking__gt=0)
        | Q(facilitating__gt=0)
        | Q(acting__gt=0)
    )
    if closed:
        found = found.filter(is_active=False)
    for word in q.split():
        found = found.filter(Q(name__unaccent__icontains=word) | Q(email__icontains=word))
    return found.order_by("is_active", alphabetical("name"), "pk")


def person(user: User, pk: int) -> User | None:
    """Return somebody whose things `user` may hand over; None for everybody else."""
    found = User.objects.all() if user.may(Action.APPROVE) else people(user)
    return found.filter(pk=pk).first()


def successors(person: User) -> QuerySet[User]:
    return User.objects.filter(is_active=True).exclude(pk=person.pk).order_by("name", "pk")


def hand_over(user: User, person: User, to: User | None) -> HandOver:
    """Return what is in the name of `person` as far as `user` may see it, in a fixed
    number of queries; what `user` may not hand over, or `to` cannot take, with why."""
    workflows = list(_workflows(user, person))
    items = [
        *workflows,
        *_schedules(user, person),
        *_triggers(user, person),
        *_proposals(user, person),
        *_outages(user, person),
        *_participations(user, person),
        *_recoveries(user, person, to, {one.pk for one in workflows if not one.refused}),
        *_actions(user, person),
        *_own(user, person, to),
    ]
    steps = (
        RunbookStep.objects.allowing(user, Action.VIEW)
        .filter(
            role__icontains=person.name,
            alternative__dependency__workflow__archived_at=None,
        )
        .select_related("alternative__dependency__workflow", "alternative__tool")
    )
    named = tuple(steps.order_by("alternative", "position")[:50]) if person.name else ()
    return HandOver(person, to, tuple(items), named)


type Held = (
    QuerySet[Workflow]
    | QuerySet[Schedule]
    | QuerySet[Trigger]
    | QuerySet[Proposal]
    | QuerySet[Outage]
    | QuerySet[Recovery]
    | QuerySet[CorrectiveAction]
)


def _counted(rows: "Held", field: str) -> Coalesce:
    mine = rows.filter(**{field: OuterRef("pk")}).order_by().values(field)
    return Coalesce(Subquery(mine.annotate(n=Count("pk")).values("n")), 0)


def _open_outages(user: User, action: Action) -> "QuerySet[Outage]":
    return Outage.objects.allowing(user, action).exclude(state__in=OVER)


def _not_yours() -> str:
    return _("Only a lead of its team, or a manager, can hand it over.")


def _workflows(user: User, person: User) -> Iterator[Item]:
    rows = Workflow.objects.current().allowing(user, Action.VIEW).kept_by(person)
    judged = _judged(rows, Workflow.objects.allowing(user, Action.APPROVE))
    found = list(judged.select_related("team").order_by("name", "pk"))
    for kind, field in ((Kind.OWNER, "owner_id"), (Kind.DEPUTY, "deputy_id")):
        for row in found:
            if getattr(row, field) == person.pk:
                refused = "" if row.may_go else _not_yours()
                yield Item(
                    kind, row.pk, row.name, row.get_absolute_url(), row.team.name, refused
                )


def _schedules(user: User, person: User) -> Iterator[Item]:
    rows = Schedule.objects.allowing(user, Action.VIEW).filter(facilitator=person)
    judged = _judged(rows, Schedule.objects.allowing(user, Action.RUN_DRILL))
    found = list(judged.select_related("team").order_by("title", "pk"))
    for row in found:
        team = "" if row.team is None else row.team.name
        refused = "" if row.may_go else _not_yours()
        yield Item(Kind.SCHEDULE, row.pk, row.title, row.get_absolute_url(), team, refused)


def _triggers(user: User, person: User) -> Iterator[Item]:
    rows = Trigger.objects.allowing(user, Action.VIEW).filter(facilitator=person)
    judged = _judged(rows, Trigger.objects.allowing(user, Action.RUN_DRILL))
    found = list(judged.select_related("team").order_by("cause", "pk"))
    for row in found:
        team = "" if row.team is None else row.team.name
        refused = "" if row.may_go else _not_yours()
        url = row.get_absolute_url() if row.may_go else ""
        yield Item(Kind.TRIGGER, row.pk, str(row), url, team, refused)


def _proposals(user: User, person: User) -> Iterator[Item]:
    rows = Proposal.objects.allowing(user, Action.VIEW).open().filter(facilitator=person)
    judged = _judged(rows, Proposal.objects.allowing(user, Action.RUN_DRILL))
    found = list(judged.select_related("workflow__team").order_by("cause_at", "pk"))
    for row in found:
        refused = "" if row.may_go else _not_yours()
        name = f"{row.workflow.name} · {row.get_cause_display()}"
        url = row.get_absolute_url()
        yield Item(Kind.PROPOSAL, row.pk, name, url, row.workflow.team.name, refused)


def _actions(user: User, person: User) -> Iterator[Item]:
    rows = CorrectiveAction.objects.allowing(user, Action.VIEW).standing()
    rows = rows.filter(owner=person)
    judged = _judged(rows, CorrectiveAction.objects.allowing(user, Action.RUN_DRILL))
    found = list(
        judged.filter(owner=person).select_related("team").order_by("due_on", "pk")
    )
    for row in found:
        team = "" if row.team is None else row.team.name
        refused = "" if row.may_go else _not_yours()
        url = row.get_absolute_url()
        yield Item(Kind.ACTION, row.pk, row.text, url, team, refused)


def _outages(user: User, person: User) -> Iterator[Item]:
    rows = _open_outages(user, Action.VIEW).filter(facilitator=person)
    judged = _judged(rows, Outage.objects.allowing(user, Action.RUN_DRILL))
    found = list(judged.select_related("team").order_by("due_at", "pk"))
    for row in found:
        team = "" if row.team is None else row.team.name
        refused = "" if row.may_go else _not_yours()
        url = row.get_absolute_url()
        yield Item(Kind.FACILITATOR, row.pk, row.title, url, team, refused)


def _participations(user: User, person: User) -> Iterator[Item]:
    # Who only plays being away has nothing to do that another could.
    rows = Participant.objects.filter(user=person).exclude(role=ParticipantRole.AWAY)
    rows = rows.exclude(drill__outage__state__in=OVER)
    seen = rows.filter(drill__in=Drill.objects.allowing(user, Action.VIEW).values("pk"))
    judged = _judged(seen, Drill.objects.allowing(user, Action.RUN_DRILL), "drill")
    found = list(
        judged.select_related("drill__outage__team").order_by("drill__occurrence_at", "pk")
    )
    for row in found:
        outage = row.drill.outage
        team = "" if outage.team is None else outage.team.name
        refused = "" if row.may_go else _not_yours()
        url = row.drill.get_absolute_url()
        yield Item(Kind.PARTICIPANT, row.pk, outage.title, url, team, refused)


def _recoveries(
    user: User, person: User, to: User | None, going: Collection[int]
) -> Iterator[Item]:
    """Yield the running recoveries that `person` leads. Who gets the workflow as well
    (`going`) may take part in its recovery by that."""
    rows = Recovery.objects.allowing(user, Action.VIEW).filter(
        lead=person, minimum_at=None, outage__state=DrillState.RUNNING
    )
    judged = _judged(rows, Recovery.objects.allowing(user, Action.RUN_DRILL))
    if to is not None:
        able = Recovery.objects.allowing(to, Action.TAKE_PART)
        judged = _judged(judged, able, called="is_theirs")
    found = list(judged.select_related("workflow__team", "outage").order_by("pk"))
    for row in found:
        refused = ""
        if not row.may_go:
            refused = _not_yours()
        elif to is not None and not row.is_theirs and row.workflow_id not in going:
            refused = _("%(name)s may not take part in it.") % {"name": to}
        yield Item(
            Kind.RECOVERY,
            row.pk,
            f"{row.workflow.name} · {row.outage.title}",
            row.outage.get_absolute_url(),
            row.workflow.team.name,
            refused,
        )


def _own(user: User, person: User, to: User | None) -> Iterator[Item]:
    """Yield what is shared or secret: for those who answer for all teams alone."""
    if not user.may(Action.IMPORT):
        return
    taken: set[tuple[str, str]] = set()
    if to is not None:
        theirs = SavedView.objects.filter(owner=to).values_list("page", "name")
        taken = {(page, name.lower()) for page, name in theirs}
    for row in SavedView.objects.filter(owner=person, shared=True).order_by("name", "pk"):
        refused = ""
        if (row.page, row.name.lower()) in taken:
            refused = _("%(name)s has a view with this name.") % {"name": to}
        yield Item(Kind.VIEW, row.pk, row.name, "", "", refused)
    links = CalendarLink.objects.filter(user=person).select_related("team")
    for link in links.order_by("pk"):
        team = "" if link.team is None else link.team.name
        yield Item(Kind.CALENDAR, link.pk, _("Calendar link"), "", team)


def _judged(
    rows: "QuerySet[Any, Any]",
    allowed: "QuerySet[Any, Any]",
    path: str = "pk",
    *,
    called: str = "may_go",
) -> Any:
    """Return `rows` that say of themselves whether what `path` leads to is allowed: Any,
    for no type knows of `may_go`."""
    return rows.annotate(**{called: Exists(allowed.order_by().filter(pk=OuterRef(path)))})
