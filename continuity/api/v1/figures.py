"""Every figure of the overview, with its definition and the way to its rows.

A figure has the same key here and in the facts of the continuity report, where it stands
there too. The overview's own query counts; here is only said what it counted.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field

from continuity.accounts.roles import Action
from continuity.api.v1.door import Key, Request, reads, team_of
from continuity.api.v1.shapes import (
    Instant,
    Length,
    Shape,
    length_of,
    page_at,
    seconds,
)
from continuity.dashboard import queries
from continuity.dashboard.queries import Overview, Scope
from continuity.domain.clocks import Reading
from continuity.domain.readiness import Level, Share
from continuity.inventory.queries.standing import LEVEL_LABELS
from continuity.web.definitions import REGISTRY, with_terms

router = Router(tags=["figures"])

LABELS: Final[Mapping[str, Promise]] = {
    "readiness.workflows": gettext_lazy("Workflows"),
    "readiness.ready": LEVEL_LABELS[Level.READY],
    "readiness.partly": LEVEL_LABELS[Level.PARTLY],
    "readiness.not_ready": LEVEL_LABELS[Level.NOT_READY],
    "readiness.unknown": LEVEL_LABELS[Level.UNKNOWN],
    "drill_figures.recoveries": gettext_lazy("Recoveries in drills"),
    "drill_figures.median": gettext_lazy("Median recovery in drills"),
    "drill_figures.median_change": gettext_lazy("Change against the period before"),
    "outage_figures.recoveries": gettext_lazy("Recoveries in real outages"),
    "outage_figures.median": gettext_lazy("Median recovery in real outages"),
    "action_figures.overdue": gettext_lazy("Actions overdue"),
    "concentration.top_percent": gettext_lazy("Carried by the largest provider"),
}
"""What a figure is called where its definition is that of several."""

Unit = Literal["count", "percent", "seconds"]
Bound = Literal["exact", "at least", "at most"]


class Defined(Shape):
    """What a figure means, in the words of its page. `leans_on` are keys of `terms`."""

    key: str
    term: str
    meaning: str
    leans_on: list[str]


class Figure(Shape):
    """A figure. `value` is null where nothing is known, and `unknown_because` says why.
    With a bound, the value is the least, or the most, that it can be."""

    key: str
    label: str
    value: int | None
    unit: Unit
    bound: Bound
    unknown_because: str | None
    definition: Defined
    of_period: bool
    rows_url: str | None


class Term(Shape):
    key: str
    term: str
    meaning: str


class Chosen(Shape):
    """What the figures are about. Null: all of them."""

    department_id: int | None
    department: str | None
    tier: int | None
    months: int
    since: Instant
    until: Instant


class Group(Shape):
    """The readiness of a department, or of a team of the department that was asked for."""

    id: int
    name: str
    workflows: int
    ready: int
    partly: int
    not_ready: int
    unknown: int
    share_percent: int | None
    rows_url: str


class Month(Shape):
    """The medians of a month, of what began in it; null where nothing did."""

    month: str
    drills: Length | None
    real_outages: Length | None


class Carrier(Shape):
    """A provider, and how many workflows stop if it stops. The last may stand for all
    others together."""

    name: str
    workflows: int
    over_limit: bool
    rows_url: str | None


class Turned(Shape):
    """How many workflows changed in a way since the period began."""

    turn: str
    label: str
    workflows: int
    rows_url: str


class Since(Shape):
    """By how much figures differ from those of a day; what cannot be compared is left
    out."""

    day: date
    by: dict[str, int]


class FiguresTold(Shape):
    as_of: Instant
    scope: Chosen
    figures: list[Figure]
    changed_since: Since | None
    groups: list[Group]
    months: list[Month]
    carriers: list[Carrier]
    turns: list[Turned]
    terms: list[Term]


class FiguresAsked(BaseModel):
    """The filters of the overview, under the same names."""

    model_config = ConfigDict(frozen=True)

    department: Key | None = None
    tier: Annotated[int, Field(ge=1, le=4)] | None = None
    months: Literal["12", "6", "3"] = "12"


@reads(
    router,
    "",
    Action.VIEW,
    answers=FiguresTold,
    summary=gettext_lazy("Every figure of the overview, with its definition and its rows"),
)
def overview(request: Request, asked: FiguresAsked) -> FiguresTold:
    team_of(request, asked.department, name="department")
    chosen = queries.scope(
        request.user,
        department=asked.department,
        tier=asked.tier,
        months=int(asked.months),
        now=request.now,
    )
    view = queries.overview(chosen, with_steps=False)
    told = list(_figures(view))
    return FiguresTold(
        as_of=chosen.now,
        scope=_chosen(chosen),
        figures=told,
        changed_since=_since(view),
        groups=[_group(chosen, pk, name, share) for pk, name, share in view.group_links],
        months=[
            Month(
                month=f"{at.year:04}-{at.month:02}",
                drills=None if drills is None else length_of(drills),
                real_outages=None if real is None else length_of(real),
            )
            for at, drills, real in view.months
        ],
        carriers=[
            Carrier(
                name=row.name,
                workflows=row.total,
                over_limit=row.over,
                rows_url=page_at(row.link) if row.link else None,
            )
            for row in view.concentration.rows
        ],
        turns=[
            Turned(
                turn=turn.value,
                label=str(label),
                workflows=number,
                rows_url=_rows(chosen, "dashboard:shifts", turn=turn.value),
            )
            for turn, label, number in view.shifts.counted
        ],
        terms=[
            Term(key=one.key, term=str(one.label), meaning=str(one.meaning))
            for one in with_terms(dict.fromkeys(each.definition.key for each in told))
        ],
    )


def _chosen(chosen: Scope) -> Chosen:
    own = chosen.department
    return Chosen(
        department_id=None if own is None else own.pk,
        department=None if own is None else own.name,
        tier=chosen.tier,
        months=chosen.months,
        since=chosen.since,
        until=chosen.now,
    )


def _figures(view: Overview) -> Iterator[Figure]:
    yield from _readiness(view)
    yield from _recoveries(view, real=False)
    yield from _recoveries(view, real=True)
    chosen = view.scope
    yield _figure(
        "drills.overdue",
        "drills_overdue",
        view.drills_overdue,
        page_at(reverse("drills:list")),
        because=_("None was ever planned."),
    )
    yield _figure(
        "decisions.total",
        "decisions",
        view.decisions_total,
        _rows(chosen, "dashboard:decisions"),
    )
    for kind, label, number in view.decision_counts:
        yield _figure(
            f"decisions.{kind.value}",
            "decisions",
            number,
            _rows(chosen, "dashboard:decisions", kind=kind.value),
            label=label,
        )
    heat = view.concentration
    yield _figure(
        "concentration.top_percent",
        "concentration",
        heat.top_percent,
        page_at(heat.top.link) if heat.top is not None and heat.top.link else None,
        unit="percent",
        because=_("No workflow names a tool it would stop without."),
    )
    yield _figure(
        "action_figures.overdue",
        "actions",
        view.due.overdue,
        f"{page_at(reverse('drills:actions'))}?which=overdue",
    )


def _readiness(view: Overview) -> Iterator[Figure]:
    chosen, share = view.scope, view.share
    nothing = _("There is no workflow yet.")

    def rows(**more: str) -> str:
        return _rows(chosen, "dashboard:workflows", **more)

    yield _figure("readiness.workflows", "workflow_ready", share.total, rows())
    for level in ("ready", "partly", "not_ready", "unknown"):
        number = getattr(share, level)
        yield _figure(f"readiness.{level}", "workflow_ready", number, rows(level=level))
    for key, name, percent in (
        ("readiness.share_percent", "share", share.percent),
        ("readiness.weighted_percent", "weighted", view.weighted.percent),
    ):
        yield _figure(
            key, name, percent, rows(level="ready"), unit="percent", because=nothing
        )
    yield _figure("readiness.proven", "proven_work", view.proven, rows(proven="yes"))


def _recoveries(view: Overview, *, real: bool) -> Iterator[Figure]:
    head, own = ("outage_figures", view.real) if real else ("drill_figures", view.recovery)
    rows = _rows(view.scope, "dashboard:recoveries", **({"kind": "real"} if real else {}))
    nothing = _("No real outage in this period.") if real else _("No drill in this period.")
    counts = {
        "recoveries": ("rta", own.total),
        "recovered": ("recovered", own.recovered),
        "met": ("met", own.met),
        "missed": ("missed", own.missed),
        "not_shown": ("not_shown", own.not_shown),
        "excused": ("excused", own.excused),
    }
    for name, (key, number) in counts.items():
        yield _figure(f"{head}.{name}", key, number, rows, of_period=True)
    yield _length(f"{head}.median", "median", own.median, rows, nothing)
    if real:
        return
    lacking = nothing if own.median is None else _("None of them had an RTO.")
    yield _length(f"{head}.median_target", "median_target", view.target, rows, lacking)
    change = view.recovery_change
    yield _figure(
        f"{head}.median_change",
        "median",
        None if change is None else seconds(change.length),
        rows,
        unit="seconds",
        bound="exact" if change is None else change.sureness.value.replace("_", " "),
        because=_("It cannot be compared with the period before."),
        of_period=True,
    )


def _length(
    key: str, name: str, reading: Reading | None, rows: str, because: str
) -> Figure:
    return _figure(
        key,
        name,
        None if reading is None else seconds(reading.length),
        rows,
        unit="seconds",
        bound="at least" if reading is not None and reading.is_lower_bound else "exact",
        because=because,
        of_period=True,
    )


def _figure(
    key: str,
    name: str,
    value: int | None,
    rows: str | None,
    *,
    unit: Unit = "count",
    bound: Any = "exact",
    because: str = "",
    label: str = "",
    of_period: bool = False,
) -> Figure:
    """Return a figure; `name` is that of its definition."""
    definition = REGISTRY[name]
    return Figure(
        key=key,
        label=label or str(LABELS.get(key, definition.label)),
        value=value,
        unit=unit,
        bound=bound,
        unknown_because=because if value is None else None,
        definition=Defined(
            key=name,
            term=str(definition.label),
            meaning=str(definition.meaning),
            leans_on=list(definition.uses),
        ),
        of_period=of_period,
        rows_url=rows,
    )


def _group(chosen: Scope, pk: int, name: str, share: Share) -> Group:
    return Group(
        id=pk,
        name=name,
        workflows=share.total,
        ready=share.ready,
        partly=share.partly,
        not_ready=share.not_ready,
        unknown=share.unknown,
        share_percent=share.percent,
        rows_url=_rows(chosen, "dashboard:workflows", group=str(pk)),
    )


def _since(view: Overview) -> Since | None:
    then = view.compared.then
    if then is None:
        return None
    keys = {
        "percent": "readiness.share_percent",
        "proven": "readiness.proven",
        "overdue": "drills.overdue",
    }
    return Since(day=then.day, by={keys[name]: by for name, by in view.since_then.items()})


def _rows(chosen: Scope, route: str, **more: str) -> str:
    asked = "&".join(
        [queries.address(chosen), *(f"{name}={value}" for name, value in more.items())]
    )
    return f"{page_at(reverse(route))}?{asked}"
