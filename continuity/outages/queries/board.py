"""The state of one outage at a glance: its clocks, its counts, what users see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.clocks import NOTHING, Pause, working_time
from continuity.domain.scenario import ComponentState
from continuity.domain.states import OVER, DrillState
from continuity.outages.models import EntryKind, Outage, OutageKind, Stop
from continuity.outages.queries.pulse import version_of
from continuity.web import formats
from continuity.web.together import moment, together

MOST_PHASES: Final = 500
"""Entries of the scenario read for one board; longer scripts do not exist."""

HANGS: Final = timedelta(minutes=1)
MOSTLY: Final = 60
"""Above this share of failures, in percent, trying again is no advice any more."""

ONE_IN: Final[Mapping[int, Promise]] = {
    2: _("About every second answer fails"),
    3: _("About one answer in three fails"),
    4: _("About one answer in four fails"),
    5: _("About one answer in five fails"),
    10: _("About one answer in ten fails"),
    20: _("About one answer in twenty fails"),
    100: _("A few answers in a hundred fail"),
}


@dataclass(frozen=True, slots=True)
class SeenByUsers:
    """What a user of some tools meets now, in plain words. `level`: ok, warn or bad.

    `partial`: neither down nor well, so that staying is worth a thought.
    """

    tools: str
    words: str | Promise
    note: str
    level: str
    since: datetime
    tool_pks: frozenset[int] = frozenset()
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    total: int
    acknowledged: int
    switched: int
    recovered: int
    excused: int


@dataclass(frozen=True, slots=True)
class Board:
    """`elapsed` and `stopped` are the working time since the onset and the pauses taken
    off it; `since` is the onset moved by the pauses, for a clock that just counts on.
    It is None while the clocks stand still, before the onset, and after the end."""

    outage: Outage
    version: str
    counts: Counts
    tools: tuple[tuple[int, str], ...]
    """The keys and names of those that fail."""
    seen: tuple[SeenByUsers, ...]
    pauses: tuple[Pause, ...]
    elapsed: timedelta
    stopped: timedelta
    since: datetime | None
    paused_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.outage.state in OVER


def version(outage: Outage) -> str:
    """Return what changes whenever the live page of `outage` would look different."""
    return version_of(outage.entries, outage.state)


def real_outages(user: User) -> QuerySet[Outage]:
    """Return the real outages that `user` may see, the latest first. Not yet read."""
    found = Outage.objects.allowing(user, Action.VIEW).filter(kind=OutageKind.REAL)
    return found.order_by(F("occurred_at").desc(nulls_first=True), "-pk")


def drills_held(user: User) -> QuerySet[Outage]:
    """Return the simulated outages that `user` may see and that have begun, the latest
    first. Not yet read."""
    found = Outage.objects.allowing(user, Action.VIEW).filter(
        kind=OutageKind.DRILL, occurred_at__isnull=False
    )
    return found.order_by("-occurred_at", "-pk")


def board(outage: Outage, *, now: datetime) -> Board:
    """Return the state of `outage`. One query."""
    return board_of(outage, together(**asked_of(outage)), now=now)


def asked_of(outage: Outage) -> "dict[str, QuerySet[Any, Any]]":
    """Ask for what `board_of` makes the state of."""
    stops = Stop.objects.filter(outage=outage)
    return {
        "counts": _counts(outage),
        "stops": stops.values_list("began_at", "ended_at"),
        **_told(outage),
    }


def board_of(
    outage: Outage, found: Mapping[str, list[tuple[Any, ...]]], *, now: datetime
) -> Board:
    """Return the state of `outage`, of what `asked_of` has found."""
    pauses = tuple(
        Pause(moment(began), moment(ended) if ended else None)
        for began, ended in found["stops"]
    )
    elapsed = stopped = NOTHING
    since = paused_at = None
    if outage.occurred_at is not None:
        until = max(outage.ended_at or now, outage.occurred_at)
        elapsed = working_time(outage.occurred_at, until, pauses)
        stopped = until - outage.occurred_at - elapsed
        paused_at = next((pause.began for pause in pauses if pause.ended is None), None)
        if outage.state == DrillState.RUNNING:
            since = outage.occurred_at + stopped
    return Board(
        outage=outage,
        version=version(outage),
        counts=Counts(*next(iter(found["counts"]), (0,) * 5)),
        tools=tuple((pk, name) for pk, name in found["tools"]),
        seen=_seen(found),
        pauses=pauses,
        elapsed=elapsed,
        stopped=stopped,
        since=since,
        paused_at=paused_at,
    )


def _counts(outage: Outage) -> "QuerySet[Any, Any]":
    """Ask for the numbers of Counts, in its order."""
    counted = outage.recoveries.order_by().values("outage")
    return counted.annotate(
        total=Count("pk"),
        # A later mark speaks for the earlier ones.
        acknowledged=Count(
            "pk",
            filter=Q(acknowledged_at__isnull=False)
            | Q(switched_at__isnull=False)
            | Q(minimum_at__isnull=False),
        ),
        switched=Count(
            "pk", filter=Q(switched_at__isnull=False) | Q(minimum_at__isnull=False)
        ),
        recovered=Count("pk", filter=Q(minimum_at__isnull=False)),
        excused=Count("pk", filter=~Q(excused_reason="")),
    ).values_list("total", "acknowledged", "switched", "recovered", "excused")


def seen_by_users(outage: Outage) -> tuple[SeenByUsers, ...]:
    """Return what the scenario has told of each component last, the tools of this
    outage before those around them. One query.

    Nothing before the first phase, and for real outages, which have no script.
    """
    return _seen(together(**_told(outage)))


def _told(outage: Outage) -> "dict[str, QuerySet[Any, Any]]":
    """Ask for the tools of `outage` and what was told of its scenario's phases."""
    phases = outage.journal.filter(kind=EntryKind.PHASE).order_by("number")
    return {
        "tools": outage.tools.order_by("name", "pk").values_list("pk", "name"),
        "phases": phases.values_list("data", "at")[:MOST_PHASES],
    }


def _seen(found: Mapping[str, list[tuple[Any, ...]]]) -> tuple[SeenByUsers, ...]:
    own = {pk for pk, _name in found["tools"]}
    last: dict[str, SeenByUsers] = {}
    around: dict[str, SeenByUsers] = {}
    french = get_language() == "fr"
    for data, at in found["phases"]:
        nearer = last if own.intersection(data["tool_pks"]) else around
        nearer[data["component"]] = SeenByUsers(
            tools=", ".join(data["tools"]) or data["component"],
            words=words_of(data),
            note=data.get("note_fr" if french else "note_en", ""),
            level=_level(data["state"]),
            since=moment(at),
            tool_pks=frozenset(data["tool_pks"]),
            partial=data["state"] in PARTIAL or data.get("flapping", False),
        )
    return (*last.values(), *around.values())


def is_partial(tool_pk: int, board: Board) -> bool:
    """Say whether a tool works neither well nor not at all, as far as has been told.

    A tool that no component stands for fares as the tools of the outage do.
    """
    own = [seen for seen in board.seen if tool_pk in seen.tool_pks]
    return any(seen.partial for seen in own or board.seen)


PARTIAL: Final = frozenset({ComponentState.DEGRADED, ComponentState.RECOVERING})


def words_of(data: Mapping[str, Any]) -> str | Promise:
    """Return what a user meets, from what the journal keeps of a phase."""
    seconds = data.get("delay_seconds")
    return words_for(
        data["state"],
        data.get("error_percent"),
        delay=None if seconds is None else timedelta(seconds=seconds),
        flapping=data.get("flapping", False),
    )


def words_for(
    state: str,
    error_percent: int | None,
    *,
    delay: timedelta | None = None,
    flapping: bool = False,
) -> str | Promise:
    """Return what a user meets, in plain words, and what then helps: "About one answer
    in three fails; waiting sometimes helps". A delay of a minute and more is a hang."""
    if flapping and state in {ComponentState.RECOVERING, ComponentState.OPERATIONAL}:
        return _("Works at this moment; it comes and goes, so do not go back yet")
    if flapping:
        return _("Fails at this moment; it comes and goes")
    match state:
        case ComponentState.DOWN if delay is not None and delay >= HANGS:
            return _(
                "Hangs: no answer and no error, even after %(length)s; do not wait for it"
            ) % {"length": formats.duration(delay)}
        case ComponentState.DOWN if error_percent is None or error_percent >= 90:
            return _("Does not answer")
        case ComponentState.DOWN:
            return _("Hardly ever answers")
        case ComponentState.DEGRADED:
            return _degraded(error_percent, delay)
        case ComponentState.RECOVERING:
            return _("Comes back, do not rely on it yet")
        case ComponentState.RECOVERED:
            return _("Works again")
        case _:
            return _("Works as usual")


def _degraded(error_percent: int | None, delay: timedelta | None) -> str | Promise:
    if not delay:
        return _failing(error_percent)
    length = formats.duration(delay)
    if not error_percent:
        return _("Every answer takes %(length)s longer; waiting helps") % {"length": length}
    return _("%(failing)s, and answers take %(length)s longer") % {
        "failing": _rate(error_percent),
        "length": length,
    }


def _failing(error_percent: int | None) -> str | Promise:
    if error_percent is None:
        return _("Works badly: slow, or fails now and then")
    if error_percent == 0:
        return _("Answers, yet not as usual")
    rate = _rate(error_percent)
    if error_percent > MOSTLY:
        return rate
    return _("%(failing)s; waiting sometimes helps") % {"failing": rate}


def _rate(error_percent: int) -> Promise:
    if error_percent > MOSTLY:
        return _("Most answers fail")
    nearest = min(ONE_IN, key=lambda n: abs(100 / n - error_percent))
    return ONE_IN[nearest]


def _level(state: str) -> str:
    if state == ComponentState.DOWN:
        return "bad"
    if state in {ComponentState.DEGRADED, ComponentState.RECOVERING}:
        return "warn"
    return "ok"
