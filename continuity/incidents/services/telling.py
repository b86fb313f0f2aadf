"""What people are told of a real outage. Nothing of it is marked as an exercise."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from continuity.accounts.models import Membership, User
from continuity.accounts.roles import POLICY, Action, TeamRole
from continuity.domain.states import DrillState
from continuity.notifications.models import Kind
from continuity.notifications.services import Message, owe
from continuity.outages.models import Outage
from continuity.outages.queries.passes import people
from continuity.outages.services import passes
from continuity.web import formats


def concerned(outage: Outage) -> QuerySet[User]:
    """Return whom a real outage concerns: who leads, owns or stands in for work in it,
    the leads of the teams in it, managers, and who declared it. Not yet read."""
    teams = outage.teams.values("pk")
    leads = Membership.objects.filter(
        Q(team__in=teams) | Q(team__children__in=teams), role=TeamRole.LEAD
    )
    of_it = outage.recoveries.order_by()
    return User.objects.filter(
        Q(pk__in=of_it.values("lead"))
        | Q(pk__in=of_it.values("workflow__owner"))
        | Q(pk__in=of_it.values("workflow__deputy"))
        | Q(pk__in=leads.values("user"))
        | Q(pk=outage.facilitator_id)
        | Q(organisation_role__in=POLICY[Action.DECLARE].organisation_roles),
        is_active=True,
    )


def tell_declared(outage: Outage, *, now: datetime) -> None:
    """Owe all whom it concerns the word, and the live page; who was told is not told
    again when others come in. Who answers for work in it gets a link of their own, since
    signing in may be slow or fail with the tools."""
    links = passes.issue(outage, people(outage), now=now)

    def write(user: User) -> Message:
        said = _(
            "This is real, not an exercise. It began at %(onset)s, as far as is known.\n\n"
            "What to do now: open the live page, say that you have seen it, switch to "
            "your alternative, and say when the work goes on."
        ) % {"onset": formats.day_time(outage.onset)}
        own = links.get(user.pk or 0)
        if own is None:
            return _message(outage, _("Outage: %(title)s"), said)
        without = _(
            "Without signing in, for your own part alone (do not pass it on; it ends "
            "with the outage):"
        )
        text = f"{said}\n\n{without}\n{settings.BASE_URL}{own.get_absolute_url()}"
        return _message(outage, _("Outage: %(title)s"), text, shared=said)

    _owe(outage, f"outage-declared-{outage.pk}", Kind.OUTAGE, write, now)


def tell_taken_up(outage: Outage, *, now: datetime) -> None:
    """Owe all whom it concerns the word that it was not over."""

    def write(user: User) -> Message:
        said = _("It was said to be over, and it is not: the clocks have run on.")
        return _message(outage, _("Not over after all: %(title)s"), said)

    _owe(outage, f"outage-up-{outage.pk}-{outage.entries}", Kind.OUTAGE_OVER, write, now)


def tell_over(outage: Outage, *, now: datetime) -> None:
    """Owe all whom it concerns the word that it is over, or was a false alarm."""
    withdrawn = outage.state == DrillState.ABORTED

    def write(user: User) -> Message:
        if withdrawn:
            said = _(
                "It was a false alarm, and counts nowhere: %(reason)s\n\nWhoever has "
                "switched goes back to the usual tool."
            ) % {"reason": outage.aborted_reason}
            return _message(outage, _("False alarm: %(title)s"), said)
        result = reverse("incidents:result", args=[outage.pk])
        over = _("The outage is over. Go back to the usual tool as your runbook says.")
        said = _(
            "How long each work stood still is here:\n\n%(result)s\n\nTwo questions while "
            "it is fresh, what slowed you and what would help? A minute is enough:"
        ) % {"result": f"{settings.BASE_URL}{result}"}
        return _message(
            outage,
            _("The outage is over: %(title)s"),
            f"{over}\n\n{said}",
            reverse("reviews:survey", args=[outage.pk]),
            shared=over + "\n\n" + _("How long each work stood still is here."),
            shared_path=result,
        )

    _owe(outage, f"outage-over-{outage.pk}-{outage.entries}", Kind.OUTAGE_OVER, write, now)


def ask_whether_over(outage: Outage, *, now: datetime) -> None:
    """Owe who declared it the question whether it is over."""
    facilitator = outage.facilitator
    if facilitator is None:
        return

    def write(user: User) -> Message:
        said = _(
            "You declared this outage, and it is still open, since %(onset)s. If it is "
            "over, say so on the live page: until then all clocks run on."
        ) % {"onset": formats.day_time(outage.onset)}
        return _message(outage, _("Is it over? %(title)s"), said)

    owe(
        [facilitator],
        write=write,
        key=f"outage-open-{outage.pk}-{now:%Y%m%d%H%M%S}",
        now=now,
        kind=Kind.OUTAGE_OPEN,
    )


def _owe(
    outage: Outage, key: str, kind: Kind, write: Callable[[User], Message], now: datetime
) -> None:
    whom = concerned(outage).order_by("pk")
    owe(whom, write=write, key=key, now=now, kind=kind, teams=outage.teams.all())


def _message(
    outage: Outage,
    subject: str,
    body: str,
    path: str = "",
    *,
    shared: str = "",
    shared_path: str = "",
) -> Message:
    """`shared` and `shared_path` are for chats; `body` and `path` are one person's."""
    return Message(
        subject % {"title": outage.title},
        f"{outage.title}\n\n{body}",
        path or outage.get_absolute_url(),
        shared=f"{outage.title}\n\n{shared}" if shared else "",
        shared_path=shared_path,
    )
