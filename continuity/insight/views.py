"""Pages of forecasts: asking, watching, reading, comparing, taking away."""

from typing import Any, Final

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.insight.forms import AskForm, CompareForm
from continuity.insight.models import Forecast, ForecastState
from continuity.insight.queries import reading, sheets
from continuity.insight.services import forecasts
from continuity.web.htmx import render_page, wants_part
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file

SHOWN: Final = ("worth", "workflows", "teams", "record")
"""The tables of a forecast; the first is what opens."""


@require_GET
@access(Action.VIEW)
def listing(request: SignedInRequest) -> HttpResponseBase:
    if wants_file(request, "forecasts"):
        made = sheets.forecasts(lambda: reading.forecasts())
        return file_of(request, made, now=timezone.now())
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
            return file_of(request, sheets.TABLES[show](found), now=timezone.now())
        chosen = _chosen(request) if show == "workflows" else set()
        side = reading.side_by_side(found, chosen, uid="side")
        page = page_of(request, getattr(found, show))
        context |= {
            "chosen": chosen,
            "elsewhere": chosen - {one.pk for one in page} if chosen else (),
            "side": side.figure(1100) if len(side.rows) > 1 else None,
            "most": reading.MOST_DRAWN,
            "found": found,
            "show": show,
            "page": page,
            "chart": reading.chart(found, uid="teams").figure(1100),
            "currency": reading.currency(),
        }
    return render_page(request, "insight/forecast.html", context, part="state")


def _chosen(request: SignedInRequest) -> set[int]:
    """Return the workflows to put side by side: what is no number names none."""
    asked = request.GET.getlist("w")
    return {int(key) for key in asked if key.isdecimal() and len(key) < 10}


@require_GET
@access(Action.VIEW, Forecast)
def worth(request: SignedInRequest, forecast: Forecast, place: int) -> HttpResponse:
    """The years of one workflow without an alternative that is ranked, and with it."""
    if forecast.state != ForecastState.DONE:
        raise Http404
    found = reading.read(request.user, forecast)
    one = next((one for one in found.worth if one.place == place), None)
    if one is None or not one.can_be_drawn:
        raise Http404
    now = next((each for each in found.workflows if each.pk == one.workflow), None)
    context = {
        "forecast": forecast,
        "one": one,
        "now": now,
        "chart": reading.with_and_without(one, uid="worth").figure(),
        "currency": reading.currency(),
    }
    return render(request, "insight/worth.html", context)


@require_POST
@access(Action.FORECAST, Forecast)
def cancel(request: SignedInRequest, forecast: Forecast) -> HttpResponse:
    forecasts.cancel(forecast.pk, actor=request.user, now=timezone.now())
    return redirect(forecast)


@require_http_methods(["GET"])
@access(Action.VIEW)
def compare(request: SignedInRequest) -> HttpResponseBase:
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
        if wants_file(request, "comparison"):
            return file_of(request, sheets.comparison(lambda: rows), now=timezone.now())
        context |= {"before": before, "after": after, "page": page_of(request, rows)}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "insight/compare.html", context, status=status)
