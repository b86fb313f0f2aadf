"""A forecast as one reader may see it: lines of the own teams, and the whole only for
those who may see all of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from continuity.accounts.models import Organisation, Team, User
from continuity.accounts.roles import Action
from continuity.domain.forecast import CURVE
from continuity.domain.readiness import Reason
from continuity.insight.models import Forecast
from continuity.web.charts.curves import Curves
from continuity.web.charts.ranges import Range, Ranges
from continuity.web.formats import day_time
from continuity.web.reasons import SHORT

MOST_COMPARED: Final = 100
MOST_DRAWN: Final = 12


@dataclass(frozen=True, slots=True)
class Spread:
    """Hours or money a year, as the page prints them."""

    mean: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Line:
    """One workflow or team. `hours` is None where `state` says why nothing is known."""

    pk: int
    name: str
    team: int
    team_name: str
    hours: Spread | None
    cost: Spread | None
    state: str = "known"


@dataclass(frozen=True, slots=True)
class WorthLine:
    """What one alternative would give back. `alternative` is empty where nobody has named
    one yet; `missing` says in words what it lacks."""

    workflow: int
    name: str
    team: int
    team_name: str
    tool: str
    alternative: str
    missing: tuple[str, ...]
    after: timedelta
    hours: Spread
    cost: Spread | None
    place: int
    """Among all that the forecast ranks, from 1: the reader may see but some of them."""
    without: tuple[float, ...]
    having: tuple[float, ...]
    """The years of the workflow without it and with it, as `domain.forecast.curve` tells
    them; both empty in a forecast that did not keep them."""

    @property
    def can_be_drawn(self) -> bool:
        return bool(self.without)


@dataclass(frozen=True, slots=True)
class RecordLine:
    title: str
    family: str
    start: datetime
    length: timedelta
    quality: str
    source: str


@dataclass(frozen=True, slots=True)
class Read:
    """The result of one forecast for one reader; `whole` is None where they may not see
    every team. `unknown` counts the workflows of which nothing can be said, by reason."""

    whole: Line | None
    teams: tuple[Line, ...]
    workflows: tuple[Line, ...]
    worth: tuple[WorthLine, ...]
    record: tuple[RecordLine, ...]
    unnamed: tuple[str, ...]
    unknown: Mapping[str, int]
    known: int
    untimed: int
    observed_days: int


def forecasts() -> "QuerySet[Forecast]":
    """Return all forecasts, the latest first, without their results."""
    return Forecast.objects.defer("result").select_related("asked_by")


def currency() -> str:
    found = Organisation.objects.filter(pk=1).values_list("currency", flat=True).first()
    return found or "EUR"


def comparable() -> list[tuple[int, str]]:
    """Return the latest forecasts that are ready, for a choice of two."""
    rows = Forecast.objects.done().defer("result")[:MOST_COMPARED]
    return [
        (row.pk, f"{row} – {day_time(row.as_of)}, {_('seed')} {row.seed}") for row in rows
    ]


def done(pk: int) -> Forecast | None:
    return Forecast.objects.done().filter(pk=pk).first()


def read(user: User, forecast: Forecast) -> Read:
    """Return what `user` may see of a forecast that is ready, in one query."""
    result: dict[str, Any] = forecast.result or {}
    everything = user.may(Action.VIEW)
    own = set(Team.objects.allowing(user, Action.VIEW).values_list("pk", flat=True))

    def seen(rows: Sequence[dict[str, Any]], team: str) -> list[dict[str, Any]]:
        return [row for row in rows if everything or row[team] in own]

    workflows = [_line(row) for row in seen(result["workflows"], "team")]
    workflows.sort(key=lambda one: -(one.hours.mean if one.hours else -1))
    unknown: dict[str, int] = {}
    for one in workflows:
        if one.hours is None:
            unknown[one.state] = unknown.get(one.state, 0) + 1
    teams = [
        _line({**row, "team": row["pk"], "team_name": row["name"]})
        for row in seen(result["teams"], "pk")
    ]
    teams.sort(key=lambda one: -(one.hours.mean if one.hours else -1))
    return Read(
        whole=(
            _line({**result["whole"], "pk": 0, "name": "", "team": 0, "team_name": ""})
            if everything
            else None
        ),
        teams=tuple(teams),
        workflows=tuple(workflows),
        worth=tuple(_worth(row) for row in seen(_placed(result["worth"]), "team")),
        record=tuple(_recorded(row, everything=everything) for row in result["record"]),
        unnamed=tuple(result["unnamed"]),
        unknown=unknown,
        known=len(workflows) - sum(unknown.values()),
        untimed=result["untimed"],
        observed_days=result["observed_days"],
    )


def _line(row: Mapping[str, Any]) -> Line:
    return Line(
        pk=row["pk"],
        name=row["name"],
        team=row["team"],
        team_name=row["team_name"],
        hours=_spread(row["hours"]),
        cost=_spread(row["cost"]),
        state=row.get("state", "known"),
    )


def _spread(values: Sequence[float] | None) -> Spread | None:
    return None if values is None else Spread(*values)


def _placed(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "place": place} for place, row in enumerate(rows, start=1)]


def _worth(row: Mapping[str, Any]) -> WorthLine:
    hours = Spread(*row["hours"])
    return WorthLine(
        workflow=row["workflow"],
        name=row["name"],
        team=row["team"],
        team_name=row["team_name"],
        tool=row["tool"],
        alternative=row["alternative"],
        missing=tuple(str(SHORT[Reason(one)]) for one in row["missing"]),
        after=timedelta(minutes=row["after_minutes"]),
        hours=hours,
        cost=_spread(row["cost"]),
        place=row["place"],
        without=tuple(row.get("without", ())),
        having=tuple(row.get("having", ())),
    )


def _recorded(row: Mapping[str, Any], *, everything: bool) -> RecordLine:
    # What one of our own outages is called is for those who may see every team.
    hidden = row["own"] is not None and not everything
    language = (get_language() or "en")[:2]
    return RecordLine(
        title=(
            _("A real outage of the organisation")
            if hidden
            else row["title"].get(language, row["title"]["en"])
        ),
        family=row["family"],
        start=datetime.fromisoformat(row["start"]),
        length=timedelta(minutes=row["minutes"]),
        quality=row["quality"],
        source=row["source"],
    )


def side_by_side(found: Read, keys: Collection[int], *, uid: str) -> Ranges:
    """Return the chosen workflows on one scale, those that lose most first. Of whom
    nothing is known, and what the reader may not see, is not drawn."""
    lines = [one for one in found.workflows if one.pk in keys]
    return Ranges(
        uid=uid,
        title=_("Hours of work lost in a year, workflows side by side"),
        description=_("The line is what nine years of ten lie between, the dot the mean."),
        rows=tuple(
            Range(one.name, one.hours.low, one.hours.mean, one.hours.high)
            for one in lines[:MOST_DRAWN]
            if one.hours is not None
        ),
        heads=(_("Workflow"), _("5 %"), _("Mean"), _("95 %")),
        unit=_("h"),
    )


def with_and_without(one: WorthLine, *, uid: str) -> Curves:
    """Return the years of a workflow without one alternative and with it."""
    return Curves(
        uid=uid,
        title=_("Hours of work lost in a year, with and without the alternative"),
        description=_(
            "The simulated years from the mildest to the worst: so many of them lose no"
            " more than the line shows. What lies between the lines is what the"
            " alternative gives back."
        ),
        percents=CURVE,
        now=one.without,
        then=one.having,
        heads=(_("Share of the years"), _("As things are"), _("With the alternative")),
        axis=_("Share of the years that lose no more"),
        unit=_("h"),
    )


def chart(found: Read, *, uid: str) -> Ranges:
    """Return the spread of the teams that lose most, as a drawing with its table."""
    return Ranges(
        uid=uid,
        title=_("Hours of work lost in a year, by team"),
        description=_("The line is what nine years of ten lie between, the dot the mean."),
        rows=tuple(
            Range(one.name, one.hours.low, one.hours.mean, one.hours.high)
            for one in found.teams[:MOST_DRAWN]
            if one.hours is not None
        ),
        heads=(_("Team"), _("5 %"), _("Mean"), _("95 %")),
        unit=_("h"),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """The mean hours of one team in two forecasts; None where one does not have it."""

    name: str
    before: Spread | None
    after: Spread | None

    @property
    def difference(self) -> float | None:
        if self.before is None or self.after is None:
            return None
        return self.after.mean - self.before.mean


def compare(before: Read, after: Read) -> list[Change]:
    """Return the teams of either, the largest change first; the whole comes first where
    the reader may see it."""
    names = {one.pk: one.name for one in (*before.teams, *after.teams)}
    old = {one.pk: one.hours for one in before.teams}
    new = {one.pk: one.hours for one in after.teams}
    found = [Change(name, old.get(pk), new.get(pk)) for pk, name in names.items()]
    found.sort(key=lambda one: (-abs(one.difference or 0), one.name))
    if before.whole is None or after.whole is None:
        return found
    return [Change("", before.whole.hours, after.whole.hours), *found]
