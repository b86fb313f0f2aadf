"""One's own page: my workflows, my drills, and what waits for my word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from continuity.accounts.models import Membership, User
from continuity.accounts.roles import Action, TeamRole
from continuity.domain.readiness import ANSWER_LASTS, Level
from continuity.domain.states import LIVE, DrillState
from continuity.drills.models import Participant
from continuity.drills.queries.actions import Due, due
from continuity.inventory.models import Access, Alternative, Workflow, WorkflowStatus
from continuity.inventory.queries import access, reviews
from continuity.inventory.queries.readiness import readiness
from continuity.outages.models import Outage, Recovery, answered_by
from continuity.web.reasons import SHORT
from continuity.web.together import number_of, together, value_of

SHOWN_WORKFLOWS: Final = 12
SHOWN_DRILLS: Final = 6
SHOWN_ENDING: Final = 6
SHOWN_UNANSWERED: Final = 3
AHEAD: Final = timedelta(days=14)
"""How long before its end a proof is named."""


@dataclass(frozen=True, slots=True)
class OwnWorkflow:
    name: str
    url: str
    team: str
    tier: int
    level: Level
    missing: str
    is_deputy: bool


@dataclass(frozen=True, slots=True)
class OwnOutage:
    """A drill or an outage in which the person takes part, live or to come."""

    title: str
    url: str
    at: datetime | None
    until: datetime | None
    """Where it begins some time between `at` and this; None for the others."""
    state: str
    is_drill: bool
    live: bool
    late: bool
    """Whether it should have begun."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for the person: how much of it, and the page to do it on."""

    text: str
    url: str
    icon: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An alternative of which the person has not said whether they could work with it."""

    pk: int
    alternative: str
    tool: str
    workflow: str


@dataclass(frozen=True, slots=True)
class Ending:
    """An alternative that has to be used, or vouched for, again. `is_tool`: it is not a
    procedure by hand."""

    pk: int
    alternative: str
    workflow: str
    url: str
    is_tool: bool
    until: datetime
    ended: bool


@dataclass(frozen=True, slots=True)
class Home:
    workflows: Sequence[OwnWorkflow]
    workflows_total: int
    outages: Sequence[OwnOutage]
    waiting: Sequence[Waiting]
    unanswered: Sequence[Unanswered]
    ending: Sequence[Ending]
    due: Due


def home(user: User, *, now: datetime) -> Home:
    """Return all that one's own page shows, in eight queries for any number of rows."""
    own = Workflow.objects.current().kept_by(user).allowing(user, Action.VIEW)
    shown = list(
        own.select_related("team").order_by("tier", "name", "pk")[:SHOWN_WORKFLOWS]
    )
    judged = readiness(shown, now=now)
    counted = together(
        own=number_of(own),
        unanswered=number_of(_unanswered(user, now)),
        to_review=number_of(reviews.own_due(user)),
        to_approve=number_of(_to_approve(user)),
    )
    return Home(
        workflows=[
            OwnWorkflow(
                name=one.name,
                url=one.get_absolute_url(),
                team=one.team.name,
                tier=one.tier,
                level=judged[one.pk].level,
                missing=", ".join(str(SHORT[each]) for each in judged[one.pk].reasons),
                is_deputy=one.owner_id != user.pk,
            )
            for one in shown
        ],
        workflows_total=value_of(counted["own"]),
        outages=_outages(user, now),
        waiting=_waiting(
            unanswered=value_of(counted["unanswered"]),
            to_review=value_of(counted["to_review"]),
            to_approve=value_of(counted["to_approve"]),
        ),
        unanswered=[
            Unanswered(
                pk=one.pk,
                alternative=str(one),
                tool=one.dependency.tool.name,
                workflow=one.dependency.workflow.name,
            )
            for one in _unanswered(user, now)[:SHOWN_UNANSWERED]
        ],
        ending=_ending(user, now),
        due=due(user, None, today=timezone.localdate(now), owner=user),
    )


def _outages(user: User, now: datetime) -> Sequence[OwnOutage]:
    """Return what goes on first, then what is planned, the next first. One query.

    Who takes part, leads a recovery or facilitates may see it; of a surprise that has
    not begun nobody but its facilitator may.
    """
    takes_part = Participant.objects.filter(drill__outage=OuterRef("pk"), user=user)
    leads = Recovery.objects.filter(answered_by(user), outage=OuterRef("pk"))
    rows = (
        Outage.objects.filter(Q(state__in=LIVE) | Q(state=DrillState.PLANNED))
        .filter(Q(secret=False) | Q(state__in=LIVE) | Q(facilitator=user))
        .filter(Q(facilitator=user) | Q(Exists(takes_part)) | Q(Exists(leads)))
        .select_related("drill")
        .order_by("-kind", "occurred_at", "due_at", "pk")[:SHOWN_DRILLS]
    )
    return [
        OwnOutage(
            title=one.title,
            url=one.get_absolute_url()
            if one.state in LIVE or not one.is_drill
            else one.drill.get_absolute_url(),
            at=one.occurred_at or one.due_at,
            until=one.drill.window_ends_at
            if one.is_drill and one.occurred_at is None
            else None,
            state=one.state,
            is_drill=one.is_drill,
            live=one.state in LIVE,
            late=one.state not in LIVE
            and one.due_at is not None
            and one.due_at < now
            and one.sealed_at is None,
        )
        for one in rows
    ]


def _unanswered(user: User, now: datetime) -> QuerySet[Alternative]:
    """Return the alternatives of which `user` has not said lately whether they could
    work with them."""
    answered = Access.objects.filter(
        alternative=OuterRef("pk"), user=user, answered_at__gt=now - ANSWER_LASTS
    )
    return access.of(user).exclude(Exists(answered))


def _waiting(*, unanswered: int, to_review: int, to_approve: int) -> Sequence[Waiting]:
    """Return what must be confirmed, of what there is any."""
    found = []
    if number := unanswered:
        text = ngettext(
            "Say whether you could work with %(number)d alternative",
            "Say whether you could work with %(number)d alternatives",
            number,
        )
        found.append(
            Waiting(text % {"number": number}, reverse("inventory:my_access"), "lock")
        )
    if number := to_review:
        text = ngettext(
            "%(number)d workflow of yours is due for review",
            "%(number)d workflows of yours are due for review",
            number,
        )
        found.append(Waiting(text % {"number": number}, reverse("inventory:due"), "check"))
    if number := to_approve:
        text = ngettext(
            "%(number)d workflow of your teams waits for approval, with its runbooks",
            "%(number)d workflows of your teams wait for approval, with their runbooks",
            number,
        )
        url = f"{reverse('inventory:workflows')}?status=draft"
        found.append(Waiting(text % {"number": number}, url, "book"))
    return found


def _ending(user: User, now: datetime) -> Sequence[Ending]:
    """Return the alternatives of one's workflows whose last proof ends within two weeks
    or has ended, the first to end first: those for which one's word counts. One query."""
    counts = Q(proofs__works=True, proofs__ended_at=None)
    rows = (
        Alternative.objects.filter(
            dependency__workflow__in=Workflow.objects.current()
            .kept_by(user)
            .allowing(user, Action.TAKE_PART)
        )
        .annotate(until=Max("proofs__expires_at", filter=counts))
        .filter(until__lte=now + AHEAD)
        .select_related("tool", "dependency__workflow")
        .order_by("until", "pk")[:SHOWN_ENDING]
    )
    return [
        Ending(
            pk=one.pk,
            alternative=str(one),
            workflow=one.dependency.workflow.name,
            url=one.dependency.workflow.get_absolute_url(),
            is_tool=one.tool_id is not None,
            until=one.until,  # type: ignore[attr-defined]  # annotated
            ended=one.until <= now,  # type: ignore[attr-defined]
        )
        for one in rows
    ]


def _to_approve(user: User) -> QuerySet[Workflow]:
    """Return drafts of the teams that the person leads; a role in the organisation is not
    asked, since whoever may approve all is not who is waited for."""
    led = Membership.objects.filter(user=user, role__gte=TeamRole.LEAD).values("team")
    return Workflow.objects.current().filter(
        Q(team__in=led) | Q(team__parent__in=led), status=WorkflowStatus.DRAFT
    )
