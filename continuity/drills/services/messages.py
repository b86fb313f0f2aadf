"""What participants are written. Every message of a drill says first that it is one."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from continuity.accounts.models import User
from continuity.domain.states import DrillState
from continuity.drills.models import HOUR, Drill
from continuity.notifications.models import Kind
from continuity.notifications.services import Message, owe
from continuity.outages.services import passes
from continuity.web import formats


def tell_planned(drill: Drill, *, now: datetime) -> None:
    """Owe all who take part the date, and the page where it will run."""

    def write(user: User) -> Message:
        when = formats.day_time(drill.outage.due_at)
        return _message(
            drill,
            _("Drill on %(when)s: %(title)s") % {"when": when, "title": drill.outage.title},
            _(
                "You take part in a drill on %(when)s. It is practice: no tool really "
                "fails.\n\nWhat to do now: read the runbook of your workflow. When the "
                "drill begins you get another message with a link to the live page."
            )
            % {"when": when},
            drill.get_absolute_url(),
            _take_place(when),
        )

    _owe(drill, "planned", Kind.PLANNED, write, now)


def tell_soon(drill: Drill, before: timedelta, *, now: datetime) -> None:
    """Owe all who take part a reminder, `before` (a week or an hour) the drill begins."""

    links = _links(drill, now) if before == HOUR else {}

    def write(user: User) -> Message:
        when = formats.day_time(drill.outage.due_at)
        return _message(
            drill,
            _("Reminder: drill on %(when)s: %(title)s")
            % {"when": when, "title": drill.outage.title},
            _(
                "You take part in a drill on %(when)s. It is practice: no tool really "
                "fails.\n\nHave the runbook of your workflow at hand, and be able to "
                "sign in."
            )
            % {"when": when},
            drill.get_absolute_url(),
            _take_place(when),
            link=links.get(user.pk),
        )

    what, kind = (
        ("hour", Kind.HOUR_BEFORE) if before == HOUR else ("week", Kind.WEEK_BEFORE)
    )
    _owe(drill, f"soon-{what}", kind, write, now)


def tell_started(drill: Drill, *, now: datetime) -> None:
    """Owe all who take part the link to the live page, and to each one that opens their
    own part without a sign-in."""
    links = _links(drill, now)

    def write(user: User) -> Message:
        return _message(
            drill,
            _("The drill has started: %(title)s") % {"title": drill.outage.title},
            _(
                "The drill has started. It is practice: no tool really fails, yet work "
                "as if it did, and do not contact the provider.\n\nOpen the live page, "
                "press “We have seen it”, switch to your alternative, and say when work "
                "goes on."
            ),
            drill.outage.get_absolute_url(),
            link=links.get(user.pk),
        )

    _owe(drill, "started", Kind.STARTED, write, now)


def tell_over(drill: Drill, *, now: datetime) -> None:
    """Owe all who take part the word that it is over, where its result is, and the two
    questions of the survey.

    Of a drill that nobody ran in time only the facilitator hears.
    """
    state = drill.outage.state
    words: dict[str, Callable[[], tuple[str, str]]] = {
        DrillState.ABORTED: lambda: (
            _("The drill was called off: %(title)s"),
            _("The drill was called off. You need not do anything more."),
        ),
        DrillState.MISSED: lambda: (
            _("The drill was missed: %(title)s"),
            _("The time of this drill went by and it never ran. Plan it again."),
        ),
    }

    def write(user: User) -> Message:
        subject, body = words.get(
            state,
            lambda: (
                _("The drill is over: %(title)s"),
                _(
                    "The drill is over. Thank you. Its result is here:\n\n%(result)s\n\n"
                    "Two questions while it is fresh, what slowed you and what would "
                    "help? A minute is enough:"
                )
                % {"result": f"{settings.BASE_URL}{drill.get_absolute_url()}"},
            ),
        )()
        held = state not in words
        path = reverse("drills:survey", args=[drill.pk]) if held else ""
        return _message(
            drill,
            subject % {"title": drill.outage.title},
            body,
            path or drill.get_absolute_url(),
        )

    only = None
    if state == DrillState.MISSED:
        only = [drill.outage.facilitator] if drill.outage.facilitator else []
    _owe(drill, "over", Kind.OVER, write, now, only)


def _take_place(when: str) -> str:
    return _("A drill takes place on %(when)s. It is practice: no tool really fails.") % {
        "when": when
    }


def _owe(
    drill: Drill,
    what: str,
    kind: Kind,
    write: Callable[[User], Message],
    now: datetime,
    only: Iterable[User] | None = None,
) -> None:
    people = User.objects.filter(participations__drill=drill) if only is None else only
    owe(
        people,
        write=write,
        key=f"drill-{what}-{drill.pk}",
        now=now,
        kind=kind,
        teams=drill.outage.teams.all(),
    )


def _links(drill: Drill, now: datetime) -> dict[int, str]:
    """Return the address of each participant's own link."""
    people = User.objects.filter(participations__drill=drill).distinct()
    found = passes.issue(drill.outage, people, now=now)
    return {pk: one.get_absolute_url() for pk, one in found.items()}


def _message(
    drill: Drill,
    subject: str,
    body: str,
    path: str,
    shared: str = "",
    *,
    link: str | None = None,
) -> Message:
    """A `link` of one's own goes to that person alone, never into a chat."""
    title = drill.outage.title
    text = f"{title}\n\n{body}"
    if link is not None:
        without = _(
            "Without signing in, for your own part alone (do not pass it on; it ends "
            "with the drill):"
        )
        text += f"\n\n{without}\n{settings.BASE_URL}{link}"
    return Message(
        subject, text, path, exercise=True, shared=f"{title}\n\n{shared or body}"
    )
