"""All that is in one person's name, wherever it is kept."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.states import OVER, DrillState
from continuity.drills.models import (
    CalendarLink,
    Cause,
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
from continuity.web.together import together


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
    """Return what is in the name of `person` as far as `user` may see it, in two
    queries; what `user` may not hand over, or `to` cannot take, with why."""
    found = together(**_asked(user, person, to))
    going = {pk for pk, *_row, may_go in found["workflows"] if may_go}
    items = [
        *_workflows(found["workflows"], person),
        *_things(Kind.SCHEDULE, found["schedules"], "drills:schedule"),
        *_triggers(found["triggers"]),
        *_proposals(found["proposals"]),
        *_things(Kind.FACILITATOR, found["outages"], "outages:live"),
        *_participations(found["participations"]),
        *_recoveries(found["recoveries"], to, going),
        *_things(Kind.ACTION, found["actions"], "drills:action"),
        *_views(found.get("views", []), found.get("taken", []), to),
        *_links(found.get("links", [])),
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
    | QuerySet[CorrectiveAction]
)


def _counted(rows: "Held", field: str) -> Coalesce:
    mine = rows.filter(**{field: OuterRef("pk")}).order_by().values(field)
    return Coalesce(Subquery(mine.annotate(n=Count("pk")).values("n")), 0)


def _open_outages(user: User, action: Action) -> "QuerySet[Outage]":
    return Outage.objects.allowing(user, action).exclude(state__in=OVER)


type Row = tuple[Any, ...]


def _asked(user: User, person: User, to: User | None) -> "dict[str, QuerySet[Any, Any]]":
    """Return a question for each table in which `person` can stand: its rows are a key,
    a name, a team, what the kind needs besides, and last whether `user` may hand it
    over."""
    # Who only plays being away has nothing to do that another could.
    playing = Participant.objects.filter(user=person).exclude(role=ParticipantRole.AWAY)
    playing = playing.exclude(drill__outage__state__in=OVER)
    seen, run = Action.VIEW, Action.RUN_DRILL
    drills = Drill.objects
    recoveries = Recovery.objects.allowing(user, seen).filter(
        lead=person, minimum_at=None, outage__state=DrillState.RUNNING
    )
    if to is None:
        recoveries = recoveries.annotate(is_theirs=Value(True))  # noqa: FBT003 - a value
    else:
        able = Recovery.objects.allowing(to, Action.TAKE_PART)
        recoveries = recoveries.annotate(is_theirs=_is_among(able))
    asked = {
        "workflows": _told(
            Workflow.objects.current().allowing(user, seen).kept_by(person),
            Workflow.objects.allowing(user, Action.APPROVE),
            ("name", "team__name", "name"),
            "owner_id",
            "deputy_id",
        ),
        "schedules": _told(
            Schedule.objects.allowing(user, seen).filter(facilitator=person),
            Schedule.objects.allowing(user, run),
            ("title", "team__name", "title"),
        ),
        "triggers": _told(
            Trigger.objects.allowing(user, seen).filter(facilitator=person),
            Trigger.objects.allowing(user, run),
            ("cause", "team__name", "cause"),
        ),
        "proposals": _told(
            Proposal.objects.allowing(user, seen).open().filter(facilitator=person),
            Proposal.objects.allowing(user, run),
            ("workflow__name", "workflow__team__name", "cause_at"),
            "cause",
        ),
        "outages": _told(
            _open_outages(user, seen).filter(facilitator=person),
            Outage.objects.allowing(user, run),
            ("title", "team__name", "due_at"),
        ),
        "participations": _told(
            playing.filter(drill__in=drills.allowing(user, seen).values("pk")),
            drills.allowing(user, run),
            ("drill__outage__title", "drill__outage__team__name", "drill__occurrence_at"),
            "drill_id",
            path="drill",
        ),
        "recoveries": _told(
            recoveries.annotate(outage_title=F("outage__title")),
            Recovery.objects.allowing(user, run),
            ("workflow__name", "workflow__team__name", "pk"),
            "outage_id",
            "outage_title",
            "workflow_id",
            "is_theirs",
        ),
        "actions": _told(
            CorrectiveAction.objects.allowing(user, seen).standing().filter(owner=person),
            CorrectiveAction.objects.allowing(user, run),
            ("text", "team__name", "due_on"),
        ),
    }
    if user.may(Action.IMPORT):
        # What is shared or secret: for those who answer for all teams alone.
        views = SavedView.objects.filter(owner=person, shared=True).order_by("name", "pk")
        links = CalendarLink.objects.filter(user=person).order_by("pk")
        asked |= {
            "views": views.values_list("pk", "name", "page"),
            "links": links.annotate(whose=F("team__name")).values_list("pk", "whose"),
        }
        if to is not None:
            asked["taken"] = SavedView.objects.filter(owner=to).values_list("page", "name")
    return asked


def _told(
    rows: "QuerySet[Any, Any]",
    allowed: "QuerySet[Any, Any]",
    paths: tuple[str, str, str],
    *besides: str,
    path: str = "pk",
) -> "QuerySet[Any, Any]":
    """Return `rows` as `_asked` says: `paths` lead to the name, to the team and to what
    orders them; what `path` leads to must be among `allowed` to go over."""
    name, team, order = paths
    found = rows.annotate(told=F(name), whose=F(team), may_go=_is_among(allowed, path))
    told: QuerySet[Any, Any] = found.order_by(order, "pk").values_list(
        "pk", "told", "whose", *besides, "may_go"
    )
    return told


def _is_among(allowed: "QuerySet[Any, Any]", path: str = "pk") -> Exists:
    return Exists(allowed.order_by().filter(pk=OuterRef(path)))


def _refused(*, may_go: bool) -> str:
    return "" if may_go else _("Only a lead of its team, or a manager, can hand it over.")


def _things(kind: Kind, rows: list[Row], page: str) -> Iterator[Item]:
    for pk, name, team, may_go in rows:
        url = reverse(page, args=[pk])
        yield Item(kind, pk, name, url, team or "", _refused(may_go=may_go))


def _workflows(rows: list[Row], person: User) -> Iterator[Item]:
    for place, kind in enumerate((Kind.OWNER, Kind.DEPUTY)):
        for pk, name, team, *keepers, may_go in rows:
            if keepers[place] == person.pk:
                url = reverse("inventory:workflow", args=[pk])
                yield Item(kind, pk, name, url, team, _refused(may_go=may_go))


def _triggers(rows: list[Row]) -> Iterator[Item]:
    for pk, cause, team, may_go in rows:
        url = reverse("drills:trigger_edit", args=[pk]) if may_go else ""
        name, refused = str(Cause(cause).label), _refused(may_go=may_go)
        yield Item(Kind.TRIGGER, pk, name, url, team or "", refused)


def _proposals(rows: list[Row]) -> Iterator[Item]:
    url = reverse("drills:proposals")
    for pk, workflow, team, cause, may_go in rows:
        name, refused = f"{workflow} · {Cause(cause).label}", _refused(may_go=may_go)
        yield Item(Kind.PROPOSAL, pk, name, url, team, refused)


def _participations(rows: list[Row]) -> Iterator[Item]:
    for pk, title, team, drill, may_go in rows:
        url, refused = reverse("drills:drill", args=[drill]), _refused(may_go=may_go)
        yield Item(Kind.PARTICIPANT, pk, title, url, team or "", refused)


def _recoveries(rows: list[Row], to: User | None, going: Collection[int]) -> Iterator[Item]:
    """Yield the running recoveries that the person leads. Who gets the workflow as well
    (`going`) may take part in its recovery by that."""
    for pk, name, team, outage, title, workflow, is_theirs, may_go in rows:
        refused = _refused(may_go=may_go)
        if may_go and not is_theirs and workflow not in going:
            refused = _("%(name)s may not take part in it.") % {"name": to}
        url = reverse("outages:live", args=[outage])
        yield Item(Kind.RECOVERY, pk, f"{name} · {title}", url, team, refused)


def _views(rows: list[Row], taken: list[Row], to: User | None) -> Iterator[Item]:
    theirs = {(page, name.lower()) for page, name in taken}
    for pk, name, page in rows:
        refused = ""
        if (page, name.lower()) in theirs:
            refused = _("%(name)s has a view with this name.") % {"name": to}
        yield Item(Kind.VIEW, pk, name, "", "", refused)


def _links(rows: list[Row]) -> Iterator[Item]:
    for pk, team in rows:
        yield Item(Kind.CALENDAR, pk, _("Calendar link"), "", team or "")
