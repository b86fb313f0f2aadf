"""Drills as a calendar: those there are, and those that schedules will bring."""

from calendar import Calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import batched
from typing import Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from continuity.accounts.models import Membership, Team, User
from continuity.accounts.roles import Action
from continuity.domain.recurrence import occurrences
from continuity.domain.states import DrillState
from continuity.drills.models import (
    CalendarLink,
    Drill,
    Occurrence,
    OccurrenceState,
    Schedule,
)
from continuity.drills.queries.rules import blackout_days, blackout_names, rule_of

MOST: Final = 500
"""Drills, and schedules, that one calendar reads; beyond them it says there are more."""

MOST_OF_ONE: Final = 100
"""Occurrences of one schedule that one calendar shows."""

YEARS: Final = range(2000, 2200)


@dataclass(frozen=True, slots=True)
class Entry:
    """One drill, or one that a schedule will bring (then `state` is empty)."""

    at: datetime
    ends_at: datetime
    title: str
    aim: str
    team: str
    state: str
    path: str
    uid: str

    @property
    def is_off(self) -> bool:
        return self.state in {DrillState.ABORTED, DrillState.MISSED}


@dataclass(frozen=True, slots=True)
class Entries:
    """In the order of their time. `cut` says that there are more than could be read."""

    entries: tuple[Entry, ...]
    cut: bool


def entries(
    user: User,
    *,
    since: datetime,
    until: datetime,
    team: Team | None = None,
    own: bool = False,
    now: datetime,
) -> Entries:
    """Return what `user` may see from `since` to before `until`, in five queries.

    `team` keeps what it takes part in, `own` what the person takes part in. An occurrence
    whose people are told only when it begins is shown to those who may run it alone.
    """
    drills = list(_drills(user, since, until, team=team, own=own)[: MOST + 1])
    within = _within(user, team=team, own=own)
    schedules = list(
        within.filter(paused=False, next_due_at__lt=until)
        .select_related("team")
        .order_by("next_due_at", "pk")[: MOST + 1]
    )
    opened = set(
        Drill.objects.filter(
            schedule__in=schedules, occurrence_at__gte=since, occurrence_at__lt=until
        ).values_list("schedule", "occurrence_at")
    )
    blackout = blackout_days()
    coming = [
        _coming(schedule, at)
        for schedule in schedules[:MOST]
        for at in _occurrences(schedule, max(since, now), until, blackout)
        if (schedule.pk, at) not in opened
    ]
    found = [_entry(drill) for drill in drills[:MOST]] + coming
    found += [_missed(row) for row in _missed_of(within, since, until)]
    return Entries(
        tuple(sorted(found, key=lambda entry: (entry.at, entry.uid))),
        cut=len(drills) > MOST or len(schedules) > MOST,
    )


def _drills(
    user: User, since: datetime, until: datetime, *, team: Team | None, own: bool
) -> QuerySet[Drill]:
    found = (
        Drill.objects.allowing(user, Action.VIEW)
        .annotate(at=Coalesce("outage__occurred_at", "occurrence_at"))
        .filter(at__gte=since, at__lt=until)
    )
    if team is not None:
        found = found.filter(Q(outage__team=team) | Q(outage__in=team.outages.values("pk")))
    if own:
        found = found.filter(participants__user=user)
    return found.select_related("outage__team").order_by("at", "pk")


def visible_schedules(user: User) -> QuerySet[Schedule]:
    """Return the schedules whose next day `user` may know: not those of which people are
    told when it begins, unless they may run it."""
    may_run = Schedule.objects.allowing(user, Action.RUN_DRILL).values("pk")
    # Silent surprises are left out of both for all but facilitators and managers.
    seen = Schedule.objects.allowing(user, Action.VIEW).values("pk")
    return Schedule.objects.filter(
        Q(pk__in=seen) | Q(facilitator=user),
        Q(notice__gt=timedelta()) | Q(facilitator=user) | Q(pk__in=may_run),
    )


def _within(user: User, *, team: Team | None, own: bool) -> QuerySet[Schedule]:
    found = visible_schedules(user)
    if team is not None:
        around = [pk for pk in (team.pk, team.parent_id) if pk is not None]
        found = found.filter(Q(team__in=around) | Q(team=None))
    if own:
        teams = Membership.objects.filter(user=user).values("team")
        found = found.filter(
            Q(facilitator=user)
            | Q(team=None)
            | Q(team__in=teams)
            | Q(team__children__in=teams)
        ).distinct()
    return found


def _occurrences(
    schedule: Schedule, since: datetime, until: datetime, blackout: frozenset[date]
) -> tuple[datetime, ...]:
    # What lies before the next one has had its drill, or was passed over. The lower bound
    # is left out by `occurrences`, though one that begins at midnight belongs.
    begin = max(since, schedule.next_due_at or since)
    just_before = begin - timedelta(seconds=1)
    return occurrences(rule_of(schedule, blackout), just_before, until, limit=MOST_OF_ONE)


def _missed_of(
    within: QuerySet[Schedule], since: datetime, until: datetime
) -> QuerySet[Occurrence]:
    """Return what was missed without a drill ever being made for it."""
    return (
        Occurrence.objects.filter(
            schedule__in=within.values("pk"),
            state=OccurrenceState.MISSED,
            drill=None,
            at__gte=since,
            at__lt=until,
        )
        .select_related("schedule__team")
        .order_by("-at", "-pk")[:MOST]
    )


def _missed(row: Occurrence) -> Entry:
    return replace(_coming(row.schedule, row.at), state=DrillState.MISSED)


def _entry(drill: Drill) -> Entry:
    outage = drill.outage
    at = outage.occurred_at or drill.occurrence_at
    ends = outage.ended_at or at + (outage.limit or timedelta())
    schedule = drill.schedule_id
    title = outage.title
    if drill.window_ends_at is not None and outage.occurred_at is None:
        ends = drill.window_ends_at
        title = _in_window(title)
    return Entry(
        at=at,
        ends_at=max(ends, at),
        title=title,
        aim=drill.aim,
        team=str(outage.team or ""),
        state=outage.state,
        path=drill.get_absolute_url(),
        uid=f"drill-{drill.pk}"
        if schedule is None
        else _uid(schedule, drill.occurrence_at),
    )


def _coming(schedule: Schedule, at: datetime) -> Entry:
    title, ends_at = schedule.title, at + schedule.limit
    if schedule.window is not None:
        title, ends_at = _in_window(title), at + schedule.window
    return Entry(
        at=at,
        ends_at=ends_at,
        title=title,
        aim=schedule.aim,
        team=str(schedule.team or ""),
        state="",
        path=schedule.get_absolute_url(),
        uid=_uid(schedule.pk, at),
    )


def _in_window(title: str) -> str:
    """Name a surprise as those may know it who take part: by its window."""
    return _("%(title)s (some time in this window)") % {"title": title}


def _uid(schedule_pk: int, at: datetime) -> str:
    """The same before and after the drill of an occurrence is opened, so that a calendar
    which has the one changes it and does not show both."""
    return f"schedule-{schedule_pk}-{at:%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the reader's zone. `inside`: of the month that is shown. `blackouts` are
    the names of why no recurring drill runs."""

    date: date
    inside: bool
    is_today: bool
    entries: tuple[Entry, ...]
    blackouts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks from Monday to Sunday; `agenda` holds the days of the month with something."""

    first: date
    earlier: str
    later: str
    weeks: tuple[tuple[Day, ...], ...]
    agenda: tuple[Day, ...]
    cut: bool


def month(user: User, asked: str, *, team: Team | None = None, now: datetime) -> Month:
    """Return the month "2026-03" in the active zone; this one if that is nonsense."""
    zone = timezone.get_current_timezone()
    today = timezone.localdate(now)
    first = _first(asked) or today.replace(day=1)
    days = list(Calendar().itermonthdates(first.year, first.month))
    found = entries(
        user,
        since=datetime.combine(days[0], time(), zone),
        until=datetime.combine(days[-1] + timedelta(days=1), time(), zone),
        team=team,
        now=now,
    )
    by_day = _by_day(found.entries)
    blackouts = blackout_names(days[0], days[-1])
    cells = [
        Day(
            day,
            inside=day.month == first.month,
            is_today=day == today,
            entries=tuple(by_day.get(day, ())),
            blackouts=blackouts.get(day, ()),
        )
        for day in days
    ]
    return Month(
        first=first,
        earlier=f"{first - timedelta(days=1):%Y-%m}",
        later=f"{first + timedelta(days=31):%Y-%m}",
        weeks=tuple(batched(cells, 7)),
        agenda=tuple(day for day in cells if day.inside and (day.entries or day.blackouts)),
        cut=found.cut,
    )


def _by_day(found: Iterable[Entry]) -> dict[date, list[Entry]]:
    by_day: dict[date, list[Entry]] = {}
    for entry in found:
        by_day.setdefault(timezone.localdate(entry.at), []).append(entry)
    return by_day


def _first(asked: str) -> date | None:
    year, _dash, number = asked.partition("-")
    if not (year.isdecimal() and number.isdecimal() and len(asked) == 7):
        return None
    if int(year) not in YEARS or int(number) not in range(1, 13):
        return None
    return date(int(year), int(number), 1)


def links(user: User) -> QuerySet[CalendarLink]:
    """Return the calendar links that `user` made."""
    return CalendarLink.objects.filter(user=user).select_related("team")


def link_of(token_sha256: str) -> CalendarLink | None:
    """Return the link with this secret, unless its maker may not sign in any more, or
    may not see its team any more."""
    link = (
        CalendarLink.objects.select_related("user", "team")
        .filter(token_sha256=token_sha256, user__is_active=True)
        .first()
    )
    if link is None or link.team is None:
        return link
    seen = Team.objects.allowing(link.user, Action.VIEW)
    return link if seen.filter(pk=link.team.pk).exists() else None


def address_of(token: str) -> str:
    """Return the address at which a calendar program reads the link with this secret."""
    return f"{settings.BASE_URL}{reverse('drills:calendar_feed', args=[token])}"
