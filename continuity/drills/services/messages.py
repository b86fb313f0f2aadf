"""What participants are written. Every message of a drill says first that it is one."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from continuity.accounts.models import User
from continuity.domain.states import DrillState
from continuity.drills.models import HOUR, MARK, Drill
from continuity.notifications.services import Message, owe
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
        )

    _owe(drill, "planned", write, now)


def tell_soon(drill: Drill, before: timedelta, *, now: datetime) -> None:
    """Owe all who take part a reminder, `before` (a week or an hour) the drill begins."""

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
        )

    what = "hour" if before == HOUR else "week"
    _owe(drill, f"soon-{what}", write, now)


def tell_started(drill: Drill, *, now: datetime) -> None:
    """Owe all who take part the link to the live page."""

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
        )

    _owe(drill, "started", write, now)


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
    _owe(drill, "over", write, now, only)


def _owe(
    drill: Drill,
    what: str,
    write: Callable[[User], Message],
    now: datetime,
    only: Iterable[User] | None = None,
) -> None:
    people = User.objects.filter(participations__drill=drill) if only is None else only
    owe(people, write=write, key=f"drill-{what}-{drill.pk}", now=now)


def _message(drill: Drill, subject: str, body: str, path: str) -> Message:
    return Message(
        f"{MARK} · {subject}",
        f"{MARK}\n\n{drill.outage.title}\n\n{body}\n\n{settings.BASE_URL}{path}\n",
    )
