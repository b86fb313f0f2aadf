"""Pages of forecasts: asking, watching, reading, comparing, taking away."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.insight.forms import AskForm, CompareForm
from continuity.insight.models import Forecast, ForecastState
from continuity.insight.queries import reading
from continuity.insight.queries.reading import Line, Read, Spread
from continuity.insight.services import forecasts
from continuity.inventory.http import file_of, wants_file
from continuity.web.cells import Row
from continuity.web.htmx import render_page, wants_part
from continuity.web.paging import page_of
from continuity.web.sheets import Sheet

SHOWN: Final = ("worth", "workflows", "teams", "record")
"""The tables of a forecast; the first is what opens."""


@require_GET
@access(Action.VIEW)
def listing(request: SignedInRequest) -> HttpResponse:
    return _list(request, AskForm())


@require_POST
@access(Action.FORECAST)
def ask(request: SignedInRequest) -> HttpResponse:
    form = AskForm(request.POST)
    if not form.is_valid():
        return _list(request, form)
    forecast = forecasts.ask(
        seed=form.cleaned_data["seed"],
        years=form.cleaned_data["years"],
        actor=request.user,
        now=timezone.now(),
    )
    return redirect(forecast)


def _list(request: SignedInRequest, form: AskForm) -> HttpResponse:
    choices = reading.comparable()
    latest = {"a": choices[1][0], "b": choices[0][0]} if len(choices) > 1 else {}
    context = {
        "page": page_of(request, reading.forecasts()),
        "form": form,
        "compare": CompareForm(choices=choices, initial=latest) if latest else None,
        "may_ask": request.user.may(Action.FORECAST),
    }
    status = 422 if form.is_bound else 200
    return render(request, "insight/list.html", context, status=status)


@require_GET
@access(Action.VIEW, Forecast)
def forecast(request: SignedInRequest, forecast: Forecast) -> HttpResponseBase:
    """One forecast. While it is computed htmx asks for its state; once it is not, the
    page is loaded whole."""
    if wants_part(request) and not forecast.is_open:
        return HttpResponseClientRefresh()
    context: dict[str, Any] = {
        "forecast": forecast,
        "may_ask": request.user.may(Action.FORECAST),
    }
    if forecast.state == ForecastState.DONE:
        found = reading.read(request.user, forecast)
        show = request.GET.get("show", "")
        show = show if show in SHOWN else SHOWN[0]
        if wants_file(request, show):
            return file_of(request, TABLES[show](found), now=timezone.now())
        context |= {
            "found": found,
            "show": show,
            "page": page_of(request, getattr(found, show)),
            "chart": reading.chart(found, uid="teams").figure(1100),
            "currency": reading.currency(),
        }
    return render_page(request, "insight/forecast.html", context, part="state")


@require_POST
@access(Action.FORECAST, Forecast)
def cancel(request: SignedInRequest, forecast: Forecast) -> HttpResponse:
    forecasts.cancel(forecast.pk, actor=request.user, now=timezone.now())
    return redirect(forecast)


@require_http_methods(["GET"])
@access(Action.VIEW)
def compare(request: SignedInRequest) -> HttpResponse:
    """Two forecasts side by side: what changed in between."""
    form = CompareForm(request.GET or None, choices=reading.comparable())
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        before, after = (reading.done(form.cleaned_data[name]) for name in ("a", "b"))
        if before is None or after is None:
            raise Http404
        rows = reading.compare(
            *(reading.read(request.user, one) for one in (before, after))
        )
        context |= {"before": before, "after": after, "page": page_of(request, rows)}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "insight/compare.html", context, status=status)


def _sheet(title: str, columns: tuple[str, ...], lines: Sequence[Row]) -> Sheet:
    return Sheet(f"forecast-{title.lower()}", title, columns, lambda: iter(lines))


def _spread_columns() -> tuple[str, ...]:
    return (
        _("Hours a year, mean"),
        _("Hours a year, 5 %"),
        _("Hours a year, median"),
        _("Hours a year, 95 %"),
        _("Cost a year, mean"),
        _("Cost a year, 5 %"),
        _("Cost a year, median"),
        _("Cost a year, 95 %"),
    )


def _cells(*spreads: Spread | None) -> Row:
    return tuple(
        "" if one is None else f"{value:.2f}"
        for one in spreads
        for value in (
            (0, 0, 0, 0) if one is None else (one.mean, one.low, one.middle, one.high)
        )
    )


def _lines(rows: Sequence[Line], *, title: str, teams: bool) -> Sheet:
    named = (_("Team"),) if teams else (_("Workflow"), _("Team"), _("What is known"))
    return _sheet(
        title,
        (*named, *_spread_columns()),
        [
            (
                *((one.name,) if teams else (one.name, one.team_name, one.state)),
                *_cells(one.hours, one.cost),
            )
            for one in rows
        ],
    )


def _worth(found: Read) -> Sheet:
    return _sheet(
        "Worth",
        (
            _("Workflow"),
            _("Team"),
            _("Instead of"),
            _("Alternative"),
            _("Missing"),
            _("Minutes until it carries the work"),
            *_spread_columns(),
        ),
        [
            (
                one.name,
                one.team_name,
                one.tool,
                one.alternative,
                ", ".join(one.missing),
                round(one.after.total_seconds() / 60),
                *_cells(one.hours, one.cost),
            )
            for one in found.worth
        ],
    )


def _record(found: Read) -> Sheet:
    return _sheet(
        "Record",
        (_("Outage"), _("Family"), _("Start"), _("Minutes"), _("Quality"), _("Source")),
        [
            (
                one.title,
                one.family,
                one.start.isoformat(),
                round(one.length.total_seconds() / 60),
                one.quality,
                one.source,
            )
            for one in found.record
        ],
    )


TABLES: Final[Mapping[str, Callable[[Read], Sheet]]] = {
    "worth": _worth,
    "workflows": lambda found: _lines(found.workflows, title="Workflows", teams=False),
    "teams": lambda found: _lines(found.teams, title="Teams", teams=True),
    "record": _record,
}
