"""What participants are written. Every message of a drill says first that it is one."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from continuity.accounts.models import User
from continuity.accounts.roles import POLICY, Action
from continuity.domain.states import DrillState
from continuity.drills.models import (
    ASKED,
    AWAY,
    HOUR,
    WATCH,
    Drill,
    DrillInject,
    DrillType,
    ParticipantRole,
    Schedule,
    Surprise,
)
from continuity.notifications.models import Kind
from continuity.notifications.services import Message, owe
from continuity.outages.queries.real import touching
from continuity.outages.services import passes
from continuity.web import formats

MOST_NAMED: Final = 10
"""Missed times that a message names: the last of them."""


def tell_planned(drill: Drill, *, moved: bool = False, now: datetime) -> None:
    """Owe all who take part the date, and the page where it will run; again where its
    window was `moved`.

    Of a surprise they are told the window, or nothing; its facilitator is told all.
    """

    asked = _asked(drill)
    what = f"moved-{now.timestamp():.0f}" if moved else "planned"

    def subject() -> str:
        words = _("New window: drill %(when)s: %(title)s") if moved else ""
        words = words or _("Drill %(when)s: %(title)s")
        return words % {"when": _when(drill), "title": drill.outage.title}

    def write(user: User) -> Message:
        when = _when(drill)
        return _message(
            drill,
            subject(),
            _(
                "You take part in a drill %(when)s. It is practice: no tool really "
                "fails.\n\n%(asked)s\n\nWhat to do now: read the runbook of your "
                "workflow. When the drill begins you get another message with a link to "
                "the live page."
            )
            % {"when": when, "asked": asked(user)},
            drill.get_absolute_url(),
            _take_place(when),
        )

    def write_all(user: User) -> Message:
        # Who looks after the outgoing mail reads its subjects: they tell the window.
        when = formats.day_time(drill.outage.sealed_at)
        return _message(
            drill,
            subject(),
            _(
                "You run a drill that takes people by surprise. The instant drawn is "
                "%(when)s. Tell nobody."
            )
            % {"when": when},
            drill.get_absolute_url(),
        )

    facilitator = drill.outage.facilitator
    if drill.surprise and facilitator is not None:
        _owe(drill, what, Kind.PLANNED, write_all, now, [facilitator])
    if drill.surprise != Surprise.SILENT and drill.outage.state != DrillState.DRAFT:
        _owe(drill, what, Kind.PLANNED, write, now)


def tell_draft(drill: Drill, *, now: datetime) -> None:
    """Owe managers and the facilitator the word that a live drill waits for approval."""

    def write(user: User) -> Message:
        return _message(
            drill,
            _("To approve: live drill %(when)s: %(title)s")
            % {"when": _when(drill), "title": drill.outage.title},
            _(
                "This is a live drill: people really switch, and real work may suffer. A "
                "manager has to approve it before %(when)s; nobody else is told before, "
                "and unapproved it does not begin."
            )
            % {"when": formats.day_time(drill.outage.due_at)},
            drill.get_absolute_url(),
        )

    people = User.objects.filter(
        Q(organisation_role__in=POLICY[Action.APPROVE_DRILL].organisation_roles)
        | Q(pk=drill.outage.facilitator_id),
        is_active=True,
    )
    _owe(drill, "draft", Kind.PLANNED, write, now, people)


def tell_inject(
    drill: Drill, inject: DrillInject, people: Iterable[User], *, now: datetime
) -> None:
    """Owe `people` an inject; nobody gets the same one twice."""

    def write(user: User) -> Message:
        return _message(
            drill,
            _("%(sender)s (%(channel)s)")
            % {"sender": inject.sender, "channel": inject.get_channel_display()},
            _("From: %(sender)s (%(channel)s)\n\n%(text)s")
            % {
                "sender": inject.sender,
                "channel": inject.get_channel_display(),
                "text": inject.text,
            },
            drill.outage.get_absolute_url(),
        )

    _owe(drill, f"inject-{inject.number}", Kind.INJECT, write, now, people)


def tell_soon(drill: Drill, before: timedelta, *, now: datetime) -> None:
    """Owe all who take part a reminder, `before` (a week or an hour) the drill begins, or
    the window in which it does."""

    links = _links(drill, now) if before == HOUR else {}

    def write(user: User) -> Message:
        when = _when(drill)
        return _message(
            drill,
            _("Reminder: drill %(when)s: %(title)s")
            % {"when": when, "title": drill.outage.title},
            _(
                "You take part in a drill %(when)s. It is practice: no tool really "
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
    if drill.surprise:
        what += f"-{drill.occurrence_at.timestamp():.0f}"  # its window can be moved
    _owe(drill, f"soon-{what}", kind, write, now)


def _asked(drill: Drill) -> Callable[[User], str]:
    """Return what is asked of each who takes part, by their role. One query."""
    roles = dict(drill.participants.values_list("user", "role"))
    by_role = {
        ParticipantRole.AWAY: AWAY,
        ParticipantRole.OBSERVER: WATCH,
        ParticipantRole.EVALUATOR: WATCH,
    }

    def asked(user: User) -> str:
        special = by_role.get(ParticipantRole(roles[user.pk])) if user.pk in roles else None
        return str(special or ASKED[DrillType(drill.type)])

    return asked


def _when(drill: Drill) -> str:
    """Return when it begins as those who take part may know it."""
    if drill.window_ends_at is None:
        return _on(drill)
    return _("some time between %(begins)s and %(ends)s") % {
        "begins": formats.day_time(drill.occurrence_at),
        "ends": formats.day_time(drill.window_ends_at),
    }


def _on(drill: Drill) -> str:
    return _("on %(when)s") % {"when": formats.day_time(drill.outage.due_at)}


def tell_started(drill: Drill, *, now: datetime) -> None:
    """Owe all who take part the link to the live page, to each one that opens their own
    part without a sign-in, and what is asked of them."""
    links = _links(drill, now)
    asked = _asked(drill)

    def write(user: User) -> Message:
        begun = _(
            "The drill has started. It is practice: no tool really fails. Do not contact "
            "the provider."
        )
        return _message(
            drill,
            _("The drill has started: %(title)s") % {"title": drill.outage.title},
            f"{begun}\n\n{asked(user)}",
            drill.outage.get_absolute_url(),
            link=links.get(user.pk),
        )

    _owe(drill, "started", Kind.STARTED, write, now)


def tell_real(drill: Drill, *, now: datetime) -> None:
    """Owe all who take part the word that it has become real: the one message of a drill
    that is not marked as an exercise, since from now on nothing is."""
    outage = drill.outage
    real = next(iter(touching(outage.tools.values_list("pk", flat=True))), None)

    def write(user: User) -> Message:
        title = outage.title if real is None else real.title
        body = _(
            "The drill “%(drill)s” is called off: a tool in it fails for real. This is "
            "not an exercise any more. Work on the real outage, and stay on your "
            "alternative if you have switched."
        ) % {"drill": outage.title}
        return Message(
            _("Now it is real: %(title)s") % {"title": title},
            f"{title}\n\n{body}",
            reverse("outages:list") if real is None else real.get_absolute_url(),
        )

    _owe(drill, "real", Kind.OUTAGE, write, now)


def tell_over(drill: Drill, *, now: datetime) -> None:
    """Owe all who take part the word that it is over, where its result is, and the two
    questions of the survey.

    Of a drill that nobody ran in time, or that was called off before anybody had been
    told of it, only the facilitator hears.
    """
    outage = drill.outage
    state = outage.state
    words: dict[str, Callable[[], tuple[str, str]]] = {
        DrillState.ABORTED: lambda: (
            _("The drill was called off: %(title)s"),
            _(
                "The drill was called off: work is as usual. Whoever has switched goes "
                "back to the usual tool."
            )
            + (f"\n\n{outage.why_aborted}" if outage.aborted_reason else ""),
        ),
        DrillState.MISSED: lambda: (
            _("The drill was missed: %(title)s"),
            _("The time of this drill went by and it never ran. Plan it again.")
            if drill.type != DrillType.LIVE or drill.approved_at
            else _(
                "The time of this live drill came and no manager had approved it, so it "
                "did not begin. Plan it again."
            ),
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
        path = reverse("reviews:survey", args=[drill.outage_id]) if held else ""
        return _message(
            drill,
            subject % {"title": drill.outage.title},
            body,
            path or drill.get_absolute_url(),
            # In a chat nobody is asked: the drill's page is for all who read it.
            _("The drill is over. Its result is here.") if held else "",
            shared_path=drill.get_absolute_url(),
        )

    only = None
    untold = drill.surprise == Surprise.SILENT or (
        drill.type == DrillType.LIVE and drill.approved_at is None
    )
    if state == DrillState.MISSED or (untold and outage.occurred_at is None):
        only = [outage.facilitator] if outage.facilitator else []
    _owe(drill, "over", Kind.OVER, write, now, only)


def tell_missed(schedule: Schedule, missed: Sequence[datetime], *, now: datetime) -> None:
    """Owe the facilitator of `schedule` the word that its drills of these times never
    began."""

    def write(user: User) -> Message:
        subject = ngettext(
            "%(number)d drill was missed: %(title)s",
            "%(number)d drills were missed: %(title)s",
            len(missed),
        ) % {"number": len(missed), "title": schedule.title}
        latest = [formats.day_time(at) for at in missed[-MOST_NAMED:]]
        body = _(
            "Continuity was not running when it was due, and too late afterwards:\n\n"
            "%(times)s\n\nIts next drill comes by itself. How late a drill may begin is "
            "said in the schedule:"
        ) % {"times": "\n".join(latest)}
        path = schedule.get_absolute_url()
        return Message(subject, f"{schedule.title}\n\n{body}", path, exercise=True)

    key = f"occurrence-missed-{schedule.pk}-{missed[-1].timestamp():.0f}"
    owe([schedule.facilitator], write=write, key=key, now=now, kind=Kind.OVER)


def _take_place(when: str) -> str:
    return _("A drill takes place %(when)s. It is practice: no tool really fails.") % {
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
    """Owe `only`, else all who take part, and the chats of their teams. What some may
    know and others not (the instant of a surprise) goes into no chat; an inject does."""
    people = User.objects.filter(participations__drill=drill) if only is None else only
    to_all = only is None or kind == Kind.INJECT
    owe(
        people,
        write=write,
        key=f"drill-{what}-{drill.pk}",
        now=now,
        kind=kind,
        teams=drill.outage.teams.all() if to_all else (),
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
    shared_path: str = "",
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
        subject,
        text,
        path,
        exercise=True,
        shared=f"{title}\n\n{shared or body}",
        shared_path=shared_path,
    )
